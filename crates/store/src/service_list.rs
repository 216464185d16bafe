//! The list of services: filters, sorts, search and pages that stay quick at a million rows.
//!
//! Every sort ends with the service's number, so that a page is found by the key of the row before it. A search collects
//! the best candidates from the indexes on numbers, names, CA order ids and client names first (at most
//! [`MOST_FOUND`]), and the filters and the sort work on those.
//!
//! A page is found in two queries: the first reads numbers from an index that holds every column it asks for
//! (`m0004_service_lists`), the second reads those rows. Where the only seller's services are listed, the seller is not
//! asked for, because no index holds it.

use std::collections::HashSet;

use domain::{
    id::{AccountId, ModuleId, NumberKind, SellerId, ServiceId, TariffPlanId},
    name::DomainName,
    state::ServiceState,
};
use jiff::civil::Date;
use sea_orm::Value;
use uuid::Uuid;

use crate::{
    Backend, Conn, Cursor, Listing, Page, Result,
    cell::Cell,
    page::Start,
    service::{self, Service, reversed_labels},
    sql,
};

/// Most clients whose services a search by client reads.
const MOST_CLIENTS: usize = 20;
/// The most services that one search looks at.
pub const MOST_FOUND: usize = 500;
/// Beyond this many rows a filtered list is not counted further.
pub const MOST_COUNTED: i64 = 1_000;

/// Which services are shown.
#[derive(Debug, Clone)]
pub struct ServiceFilter {
    /// Of which seller.
    pub seller: SellerId,
    /// Only of this account.
    pub account: Option<AccountId>,
    /// Only in one of these states; empty means all.
    pub states: Vec<ServiceState>,
    /// Only of this tariff plan.
    pub plan: Option<TariffPlanId>,
    /// Only through this module.
    pub module: Option<ModuleId>,
    /// Only those that end on this day or later.
    pub ends_from: Option<Date>,
    /// Only those that end on this day or earlier.
    pub ends_to: Option<Date>,
    /// A number, a name or a part of one, a client, a CA order id.
    pub search: Option<String>,
}

impl ServiceFilter {
    /// Every service of a seller.
    #[must_use]
    pub const fn of(seller: SellerId) -> Self {
        Self {
            seller,
            account: None,
            states: Vec::new(),
            plan: None,
            module: None,
            ends_from: None,
            ends_to: None,
            search: None,
        }
    }
}

/// By what a list of services is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServiceSort {
    /// By number.
    #[default]
    Number,
    /// By main name.
    Name,
    /// By End date; services without one are left out.
    EndDate,
    /// By the time of the order.
    Created,
}

/// In which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Smallest or oldest first.
    Ascending,
    /// Largest or newest first.
    #[default]
    Descending,
}

impl ServiceSort {
    const fn column(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Name => "main_name",
            Self::EndDate => "end_date",
            Self::Created => "created_at",
        }
    }

    fn key(self, service: &Service) -> Cursor {
        let number = service.number;
        match self {
            Self::Number => Cursor::of(&number),
            Self::Name => Cursor::of(&(service.main_name.as_str(), number)),
            Self::EndDate => Cursor::of(&(service.end_date.map_or(0, |day| day.to_stored()), number)),
            Self::Created => Cursor::of(&(service.created_at.as_microsecond(), number)),
        }
    }

    fn value(self, cursor: &Cursor) -> Option<(Value, i64)> {
        match self {
            Self::Number => cursor.key::<i64>().map(|number| (number.into(), number)),
            Self::Name => cursor
                .key::<(String, i64)>()
                .map(|(name, number)| (name.into_bytes().into(), number)),
            Self::EndDate => cursor
                .key::<(i32, i64)>()
                .map(|(day, number)| (day.into(), number)),
            Self::Created => cursor.key::<(i64, i64)>().map(|(at, number)| (at.into(), number)),
        }
    }
}

impl Direction {
    const fn word(self) -> &'static str {
        match self {
            Self::Ascending => "ASC",
            Self::Descending => "DESC",
        }
    }

    const fn comparison(self) -> &'static str {
        match self {
            Self::Ascending => ">",
            Self::Descending => "<",
        }
    }
}

/// One page of the services that a filter leaves. The total is exact up to [`MOST_COUNTED`] rows, and for the whole list.
pub async fn list(
    conn: &dyn Conn,
    filter: &ServiceFilter,
    sort: ServiceSort,
    direction: Direction,
    page: &Page,
) -> Result<Listing<Service>> {
    let found = match filter
        .search
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        Some(text) => Some(search(conn, filter, text).await?),
        None => None,
    };
    let shops = shops(conn, filter.seller).await?;
    let mut wanted = Wanted::of(filter, found.as_deref(), shops);
    if sort == ServiceSort::EndDate {
        wanted.parts.push("end_date IS NOT NULL".to_owned());
    }
    if conn.backend() == Backend::Sqlite && found.is_some() {
        wanted.begin_at_found();
    }
    let total = match found.as_deref() {
        // Nothing but the search leaves services out: what was found is counted already.
        Some(found) if wanted.parts.len() == 1 && found.len() < MOST_FOUND => u64::try_from(found.len()).ok(),
        _ => total(conn, &wanted).await?,
    };
    if conn.backend() == Backend::Sqlite && found.is_none() {
        wanted.steer(filter, sort, total.is_none());
    }
    let (text, values) = page_query(wanted, sort, direction, page);
    let numbers = sql::rows(conn, "service", text, values, |row| {
        row.try_get_by_index::<i64>(0)
    })
    .await?;
    let mut services = service::with_numbers(conn, &numbers).await?;
    services.sort_by_key(|service| numbers.iter().position(|number| *number == service.number));
    Ok(Listing::cut(services, page, total, |service| sort.key(service)))
}

/// How many services a filter leaves, counted no further than `most`: for jobs that walk over all of them.
pub async fn count(conn: &dyn Conn, filter: &ServiceFilter, most: i64) -> Result<i64> {
    let shops = shops(conn, filter.seller).await?;
    count_wanted(conn, &Wanted::of(filter, None, shops), most).await
}

/// How many sellers there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shops {
    One,
    Several,
}

async fn shops(conn: &dyn Conn, seller: SellerId) -> Result<Shops> {
    Ok(if crate::seller::is_only(conn, seller).await? {
        Shops::One
    } else {
        Shops::Several
    })
}

/// How the database finds a page and the rows of a search: one line per step of its plan, for tests.
#[cfg(feature = "testing")]
pub async fn plan(
    conn: &dyn Conn,
    filter: &ServiceFilter,
    sort: ServiceSort,
    direction: Direction,
    page: &Page,
) -> Result<Vec<String>> {
    let mut wanted = Wanted::of(filter, None, shops(conn, filter.seller).await?);
    if conn.backend() == Backend::Sqlite {
        wanted.steer(filter, sort, true);
    }
    let mut queries = vec![page_query(wanted, sort, direction, page)];
    if let Some(text) = &filter.search {
        queries = searches(filter, text);
    }
    let mut steps = Vec::new();
    for (text, values) in queries {
        let (explain, column) = match conn.backend() {
            Backend::Sqlite => ("EXPLAIN QUERY PLAN", 3),
            Backend::Postgres => ("EXPLAIN", 0),
        };
        let text = format!("{explain} {text}");
        steps.extend(
            sql::rows(conn, "service", text, values, |row| {
                row.try_get_by_index::<String>(column)
            })
            .await?,
        );
    }
    Ok(steps)
}

struct Wanted {
    parts: Vec<String>,
    values: Vec<Value>,
    /// The column of the sort as it is written: with a `+` before it, no index is walked in its order.
    sort_prefix: &'static str,
}

impl Wanted {
    fn of(filter: &ServiceFilter, found: Option<&[ServiceId]>, shops: Shops) -> Self {
        let mut wanted = Self {
            parts: Vec::new(),
            values: Vec::new(),
            sort_prefix: "",
        };
        if shops == Shops::Several {
            wanted.add("seller_id =", Uuid::from(filter.seller));
        }
        if let Some(account) = filter.account {
            wanted.add("account_id =", Uuid::from(account));
        }
        if let Some(plan) = filter.plan {
            wanted.add("tariff_plan_id =", Uuid::from(plan));
        }
        if let Some(module) = filter.module {
            wanted.add("module_id =", Uuid::from(module));
        }
        if let Some(from) = filter.ends_from {
            wanted.add("end_date >=", from.to_stored());
        }
        if let Some(to) = filter.ends_to {
            wanted.add("end_date <=", to.to_stored());
        }
        match filter.states.as_slice() {
            [] => {}
            [state] => wanted.add("state =", state.word()),
            states => wanted.add_any("state", states.iter().map(|state| state.word().into())),
        }
        if let Some(found) = found {
            wanted.add_any("id", found.iter().map(|id| Uuid::from(*id).into()));
        }
        wanted
    }

    fn add(&mut self, comparison: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.parts.push(format!("{comparison} ${}", self.values.len()));
    }

    fn add_any(&mut self, column: &str, values: impl Iterator<Item = Value>) {
        let from = self.values.len() + 1;
        self.values.extend(values);
        let count = self.values.len() + 1 - from;
        // `IN ()` is no SQL: nothing was found, so nothing is wanted.
        let part = if count == 0 {
            "1 = 0".to_owned()
        } else {
            format!("{column} IN ({})", sql::places(from, count))
        };
        self.parts.push(part);
    }

    /// Steers `SQLite`, which keeps no statistics, where its choice of an index would be the slow one. PostgreSQL chooses well.
    fn steer(&mut self, filter: &ServiceFilter, sort: ServiceSort, is_long: bool) {
        if sort == ServiceSort::Number {
            return;
        }
        // A plan that many services have: walk along the sort instead of sorting all of them.
        if is_long && filter.account.is_none() && filter.module.is_none() {
            for part in self
                .parts
                .iter_mut()
                .filter(|part| part.starts_with("tariff_plan_id"))
            {
                part.insert(0, '+');
            }
        }
        // Some states and a last day: sort the few that end by then instead of walking over all that ended long ago.
        if filter.states.len() > 1 && filter.ends_to.is_some() {
            self.sort_prefix = "+";
        }
    }

    /// Has `SQLite` read what a search found, instead of everything that a filter leaves, such as all services of a large
    /// account in the order of their numbers.
    fn begin_at_found(&mut self) {
        for part in self.parts.iter_mut().filter(|part| !part.starts_with("id IN")) {
            part.insert(0, '+');
        }
        self.sort_prefix = "+";
    }

    fn clause(&self) -> String {
        match self.parts.as_slice() {
            [] => String::new(),
            parts => format!("WHERE {}", parts.join(" AND ")),
        }
    }
}

fn page_query(
    mut wanted: Wanted,
    sort: ServiceSort,
    direction: Direction,
    page: &Page,
) -> (String, Vec<Value>) {
    let column = sort.column();
    if let Start::After(cursor) = &page.start
        && let Some((value, number)) = sort.value(cursor)
    {
        let sign = direction.comparison();
        if sort == ServiceSort::Number {
            wanted.add(&format!("number {sign}"), number);
        } else {
            wanted.values.extend([value, number.into()]);
            let place = wanted.values.len();
            wanted
                .parts
                .push(format!("({column}, number) {sign} (${}, ${place})", place - 1));
        }
    }
    let word = direction.word();
    let prefix = wanted.sort_prefix;
    let order = match sort {
        ServiceSort::Number => format!("{prefix}number {word}"),
        _ => format!("{prefix}{column} {word}, number {word}"),
    };
    let text = format!(
        "SELECT number FROM service {} ORDER BY {order} LIMIT {} OFFSET {}",
        wanted.clause(),
        page.limit(),
        page.offset()
    );
    (text, wanted.values)
}

async fn total(conn: &dyn Conn, wanted: &Wanted) -> Result<Option<u64>> {
    if wanted.parts.is_empty() {
        // Numbers are given without gaps and services are never deleted, so the largest number is the count.
        let text = "SELECT MAX(number) FROM service";
        let largest = sql::number(conn, "service", text, vec![]).await?;
        return Ok(u64::try_from(largest).ok());
    }
    let counted = count_wanted(conn, wanted, MOST_COUNTED + 1).await?;
    Ok((counted <= MOST_COUNTED).then(|| u64::try_from(counted).unwrap_or(0)))
}

async fn count_wanted(conn: &dyn Conn, wanted: &Wanted, most: i64) -> Result<i64> {
    let text = format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM service {} LIMIT {most}) AS counted",
        wanted.clause()
    );
    sql::number(conn, "service", text, wanted.values.clone()).await
}

async fn search(conn: &dyn Conn, filter: &ServiceFilter, text: &str) -> Result<Vec<ServiceId>> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for (text, values) in searches(filter, text) {
        let ids = sql::rows(conn, "service", text, values, |row| {
            row.try_get_by_index::<Uuid>(0)
        })
        .await?;
        found.extend(ids.into_iter().map(ServiceId::from).filter(|id| seen.insert(*id)));
        if found.len() >= MOST_FOUND {
            break;
        }
    }
    if filter.account.is_none() && found.len() < MOST_FOUND {
        let of_clients = of_clients(conn, filter, text).await?;
        found.extend(of_clients.into_iter().filter(|id| seen.insert(*id)));
    }
    found.truncate(MOST_FOUND);
    Ok(found)
}

/// The newest services of the clients whose name, number or tax number holds the text. Each client's are read from the
/// end of an index: a client may have very many.
async fn of_clients(conn: &dyn Conn, filter: &ServiceFilter, text: &str) -> Result<Vec<ServiceId>> {
    // Every account is looked at: a plain comparison costs half of what LIKE does.
    let holds = match conn.backend() {
        Backend::Sqlite => "instr(search, $2) > 0",
        Backend::Postgres => "strpos(search, $2) > 0",
    };
    let clients = sql::rows(
        conn,
        "account",
        format!(
            "SELECT id FROM account WHERE seller_id = $1 AND {holds} ORDER BY number LIMIT {MOST_CLIENTS}"
        ),
        vec![Uuid::from(filter.seller).into(), text.to_lowercase().into()],
        |row| row.try_get_by_index::<Uuid>(0),
    )
    .await?;
    if clients.is_empty() {
        return Ok(Vec::new());
    }
    let parts: Vec<String> = (1..=clients.len())
        .map(|place| {
            format!(
                "SELECT id, number FROM (SELECT id, number FROM service WHERE account_id = ${place} \
                 ORDER BY number DESC LIMIT {MOST_FOUND}) AS client_{place}"
            )
        })
        .collect();
    let text = format!(
        "SELECT id FROM ({}) AS found ORDER BY number DESC LIMIT {MOST_FOUND}",
        parts.join(" UNION ALL ")
    );
    let values = clients.into_iter().map(Into::into).collect();
    let ids = sql::rows(conn, "service", text, values, |row| {
        row.try_get_by_index::<Uuid>(0)
    })
    .await?;
    Ok(ids.into_iter().map(ServiceId::from).collect())
}

/// The look-ups of a search, the most telling first. Each one is a range or a point of an index.
fn searches(filter: &ServiceFilter, text: &str) -> Vec<(String, Vec<Value>)> {
    let mut searches: Vec<(String, Vec<Value>)> = Vec::new();
    let mut push = |text: &str, values: Vec<Value>| {
        searches.push((format!("{text} LIMIT {MOST_FOUND}"), values));
    };
    if let Some(number) = NumberKind::Service.read(text) {
        push("SELECT id FROM service WHERE number = $1", vec![number.into()]);
    }
    push(
        "SELECT service_id FROM ca_order WHERE ca_ref = $1",
        vec![text.into()],
    );
    let name = name_prefix(text);
    let reversed = reversed_labels(&name);
    let (below, beyond) = (format!("{reversed}."), format!("{reversed}/"));
    let mut after = name.clone().into_bytes();
    after.push(0xff);
    let ranges = [
        ("name", name.into_bytes(), after),
        // Everything below a domain: `/` is the character after the dot.
        ("reversed", below.into_bytes(), beyond.into_bytes()),
    ];
    for (column, from, to) in ranges {
        match filter.account {
            Some(account) => push(
                &format!(
                    "SELECT service_id FROM service_name WHERE {column} >= $1 AND {column} < $2
                     AND account_id = $3 ORDER BY {column}"
                ),
                vec![from.into(), to.into(), Uuid::from(account).into()],
            ),
            None => push(
                &format!(
                    "SELECT service_id FROM service_name WHERE {column} >= $1 AND {column} < $2 ORDER BY {column}"
                ),
                vec![from.into(), to.into()],
            ),
        }
    }
    searches
}

/// What a person typed as the beginning of a name: international names as A-labels where they are complete. A dot at the
/// end stays: it ends the label.
fn name_prefix(text: &str) -> String {
    match text.parse::<DomainName>() {
        Ok(name) if !text.ends_with('.') => name.as_str().to_owned(),
        _ => text.to_lowercase(),
    }
}
