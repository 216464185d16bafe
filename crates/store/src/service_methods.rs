//! Services whose names are proven by methods that end.

use domain::{
    id::{AccountId, SellerId},
    product::ValidationMethod,
};
use jiff::civil::Date;
use sea_orm::Value;
use uuid::Uuid;

use crate::{Conn, Cursor, Listing, Page, Result, cell::Cell, page::Start, service, service::Service, sql};

/// Beyond this many services a list does not count them further.
pub const MOST_COUNTED: i64 = 100;
/// Beyond this many a warning does not: a client of very many services waits for it on every first page.
pub const MOST_WARNED: i64 = 20;

/// Whose services, and which methods.
#[derive(Debug, Clone)]
pub struct MethodFilter {
    /// Of which seller.
    pub seller: SellerId,
    /// Only of this account.
    pub account: Option<AccountId>,
    /// Methods with the first day of issue without them.
    pub ends: Vec<(ValidationMethod, Date)>,
}

/// Running services that are proven by one of the methods, have something left of their paid term that their present
/// certificate does not cover, and whose paid term reaches beyond the end of the method. By number.
pub async fn list(conn: &dyn Conn, filter: &MethodFilter, page: &Page) -> Result<Listing<Service>> {
    let Some((mut condition, mut values)) = condition(filter) else {
        return Ok(Listing::cut(Vec::new(), page, Some(0), key));
    };
    let total = count(conn, filter, MOST_COUNTED).await?;
    if let Start::After(cursor) = &page.start
        && let Some(number) = cursor.key::<i64>()
    {
        values.push(number.into());
        condition = format!("{condition} AND service.number > ${}", values.len());
    }
    let text = format!(
        "SELECT DISTINCT service.number {condition} ORDER BY service.number LIMIT {} OFFSET {}",
        page.limit(),
        page.offset()
    );
    let numbers = sql::rows(conn, "service", text, values, |row| {
        row.try_get_by_index::<i64>(0)
    })
    .await?;
    let mut services = service::with_numbers(conn, &numbers).await?;
    services.sort_by_key(|service| service.number);
    let total = (total <= MOST_COUNTED).then(|| u64::try_from(total).unwrap_or(0));
    Ok(Listing::cut(services, page, total, key))
}

/// How many there are, counted no further than one beyond `most`.
pub async fn count(conn: &dyn Conn, filter: &MethodFilter, most: i64) -> Result<i64> {
    let Some((condition, values)) = condition(filter) else {
        return Ok(0);
    };
    // The newest first, along the index: what is old has ended and would be walked past.
    let text = format!(
        "SELECT COUNT(*) FROM (SELECT DISTINCT service_name.service_id {condition}
         ORDER BY service_name.service_id DESC LIMIT {}) AS counted",
        most + 1
    );
    sql::number(conn, "service", text, values).await
}

fn key(service: &Service) -> Cursor {
    Cursor::of(&service.number)
}

/// From `FROM` on; nothing where no method ends.
fn condition(filter: &MethodFilter) -> Option<(String, Vec<Value>)> {
    let mut values: Vec<Value> = vec![Uuid::from(filter.seller).into()];
    let mut methods = Vec::new();
    for (method, day) in &filter.ends {
        values.extend([method.word().into(), day.to_stored().into()]);
        let place = values.len();
        methods.push(format!(
            "(service_name.method = ${} AND service.term_end >= ${place})",
            place - 1
        ));
    }
    if methods.is_empty() {
        return None;
    }
    let mut text = format!(
        "FROM service_name JOIN service ON service.id = service_name.service_id
            AND service.names_version = service_name.names_version
        WHERE service.seller_id = $1 AND service.state IN ('active', 'suspended')
            AND service.end_date < service.term_end AND ({})",
        methods.join(" OR ")
    );
    if let Some(account) = filter.account {
        values.push(Uuid::from(account).into());
        // An index holds the names of an account by their methods.
        text = format!("{text} AND service_name.account_id = ${}", values.len());
    }
    Some((text, values))
}
