//! Services: what clients bought, with their names by version and the price lines of their orders.

use domain::{
    Currency, Money,
    contact::{Contact, Organisation},
    id::{AccountId, CertificateId, CsrId, ModuleId, OperationId, SellerId, ServiceId, TariffPlanId},
    name::DomainName,
    price::{PriceLine, PriceLineKind},
    product::ValidationMethod,
    state::{KeyCustody, ServiceState},
    term::{PaidTerm, Years},
};
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
    sea_query::{Expr, SimpleExpr},
};
use uuid::Uuid;

use crate::{
    Backend, Conn, Result, Tx,
    cell::{Cell, Json},
    record::{self, Record as _, record, versioned},
    sql,
};

/// Services, names or numbers that one statement looks up.
const LOOKED_UP_AT_ONCE: usize = 500;

/// Names are kept as their bytes (A-labels, ASCII): both databases sort them alike.
impl Cell for DomainName {
    type Stored = Vec<u8>;

    fn to_stored(&self) -> Vec<u8> {
        self.as_str().as_bytes().to_vec()
    }

    fn from_stored(stored: Vec<u8>) -> std::result::Result<Self, String> {
        let text = String::from_utf8(stored).map_err(|error| error.to_string())?;
        text.parse().map_err(|error| format!("`{text}`: {error}"))
    }
}

record! {
    /// A service.
    pub struct Service in service "service" {
        key {
            /// Its id.
            id: ServiceId,
        }
        /// What people call it.
        number: i64,
        /// Who sold it.
        seller_id: SellerId,
        /// Who bought it.
        account_id: AccountId,
        /// What was bought.
        tariff_plan_id: TariffPlanId,
        /// Through which module; empty until one was chosen.
        module_id: Option<ModuleId>,
        /// Its main name.
        main_name: DomainName,
        /// Which version of its names holds.
        names_version: i32,
        /// How many names that version has.
        names_count: i32,
        /// Where it stands.
        state: ServiceState,
        /// How many years were paid for.
        years: Years,
        /// The present certificate is valid until this day.
        end_date: Option<Date>,
        /// First day of the paid term; empty until the CA accepted.
        term_start: Option<Date>,
        /// Last day of the paid term.
        term_end: Option<Date>,
        /// A certificate ended before the paid term once.
        is_subscription: bool,
        /// Who keeps its private key.
        custody: KeyCustody,
        /// How control over its main name is proven.
        method: ValidationMethod,
        /// The client program's own id for it.
        external_ref: Option<String>,
        /// The request in use.
        csr_id: Option<CsrId>,
        /// The certificate in use.
        certificate_id: Option<CertificateId>,
        /// Whom the CA may call.
        contact: Json<Contact>,
        /// For OV and EV.
        organisation: Option<Json<Organisation>>,
        /// Years to prolong by when the paid term ends; empty when it is not prolonged.
        prolong_years: Option<Years>,
        /// Net price, in minor units.
        net_minor: i64,
        /// What the client pays, in minor units.
        gross_minor: i64,
        /// The currency of both.
        currency: Currency,
        /// Code of the reason why it failed.
        failure_code: Option<String>,
        /// The reason in the CA's words.
        failure: Option<String>,
        /// Language of the notices about it.
        language: String,
        /// When it was ordered.
        created_at: Timestamp,
        /// When the CA accepted the order.
        accepted_at: Option<Timestamp>,
        /// When the present certificate was delivered.
        issued_at: Option<Timestamp>,
        /// When it was closed or failed.
        closed_at: Option<Timestamp>,
        /// The day on which the next reissue begins; empty while one is under way and when none is to come.
        reissue_on: Option<Date>,
        /// The day on which the next paid term is bought; empty when it is not to be prolonged.
        renew_on: Option<Date>,
        /// Its version.
        version: i64,
    }
}
versioned!(Service);

impl Service {
    /// What was paid for, once the CA accepted.
    #[must_use]
    pub fn term(&self) -> Option<PaidTerm> {
        let (start, end) = self.term_start.zip(self.term_end)?;
        Some(PaidTerm { start, end })
    }

    /// Net price.
    #[must_use]
    pub fn net(&self) -> Money {
        Money::from_minor(self.net_minor, self.currency)
    }

    /// What the client pays.
    #[must_use]
    pub fn gross(&self) -> Money {
        Money::from_minor(self.gross_minor, self.currency)
    }
}

record! {
    /// One name of one version of a service's names.
    pub struct ServiceName in name_row "service_name" {
        key {
            /// Of which service.
            service_id: ServiceId,
            /// Of which version.
            names_version: i32,
            /// Its place, the main name is 0.
            position: i32,
        }
        /// The name.
        name: DomainName,
        /// The labels from the right: `com.example.www`, so that a domain finds everything below it.
        reversed: Vec<u8>,
        /// How control over it is proven.
        method: ValidationMethod,
        /// The address that approves by mail.
        approver: Option<String>,
        /// Whose service it is, so that a client's search reads an index of its own names.
        account_id: AccountId,
    }
}

impl ServiceName {
    /// The row of a name.
    #[must_use]
    pub fn new(
        service: ServiceId,
        account: AccountId,
        version: i32,
        position: i32,
        name: DomainName,
        method: ValidationMethod,
        approver: Option<String>,
    ) -> Self {
        let reversed = reversed_labels(name.as_str()).into_bytes();
        Self {
            service_id: service,
            names_version: version,
            position,
            name,
            reversed,
            method,
            approver,
            account_id: account,
        }
    }
}

/// `www.example.com` → `com.example.www`.
pub(crate) fn reversed_labels(name: &str) -> String {
    let mut labels: Vec<&str> = name.split('.').collect();
    labels.reverse();
    labels.join(".")
}

record! {
    /// One line of an order's price, copied for ever.
    pub struct PriceLineRow in price_line "price_line" {
        key {
            /// Of which service.
            service_id: ServiceId,
            /// Ordered by which operation.
            operation_id: OperationId,
            /// Its place.
            position: i32,
        }
        /// What it pays for.
        kind: PriceLineKind,
        /// How many.
        quantity: i32,
        /// Net price of one, in minor units.
        unit_net_minor: i64,
        /// Net, in minor units.
        net_minor: i64,
        /// Tax rate in percent.
        tax_rate: Decimal,
        /// Tax, in minor units.
        tax_minor: i64,
        /// Gross, in minor units.
        gross_minor: i64,
        /// The currency of all.
        currency: Currency,
    }
}

impl PriceLineRow {
    /// The line as a value.
    #[must_use]
    pub fn line(&self) -> PriceLine {
        let money = |minor| Money::from_minor(minor, self.currency);
        PriceLine {
            kind: self.kind,
            quantity: u32::try_from(self.quantity).unwrap_or(0),
            unit_net: money(self.unit_net_minor),
            net: money(self.net_minor),
            tax_rate: self.tax_rate,
            tax: money(self.tax_minor),
            gross: money(self.gross_minor),
        }
    }
}

/// Writes a new service with its names.
pub async fn insert(tx: &Tx, service: &Service, names: &[ServiceName]) -> Result<()> {
    record::insert(tx, service).await?;
    record::insert_many(tx, names).await
}

/// Writes new services with their names: for imports and generated sets.
pub async fn insert_many(tx: &Tx, services: &[Service], names: &[ServiceName]) -> Result<()> {
    record::insert_many(tx, services).await?;
    record::insert_many(tx, names).await
}

/// Writes a changed service.
pub async fn update(tx: &Tx, service: &mut Service) -> Result<()> {
    record::update(tx, service).await
}

/// Writes the methods or approvers of names.
pub async fn update_name(tx: &Tx, name: &ServiceName) -> Result<()> {
    record::overwrite(tx, name).await
}

/// Writes the price lines of an order.
pub async fn insert_lines(tx: &Tx, lines: &[PriceLineRow]) -> Result<()> {
    record::insert_many(tx, lines).await
}

/// A service by its id.
pub async fn find(conn: &dyn Conn, id: ServiceId) -> Result<Option<Service>> {
    record::one(conn, service::Entity::find_by_id(Uuid::from(id))).await
}

/// A service by its id, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: ServiceId) -> Result<Option<Service>> {
    record::one(
        tx,
        record::locked(tx, service::Entity::find_by_id(Uuid::from(id))),
    )
    .await
}

/// A service by its number.
pub async fn find_by_number(conn: &dyn Conn, number: i64) -> Result<Option<Service>> {
    record::one(
        conn,
        service::Entity::find().filter(service::Column::Number.eq(number)),
    )
    .await
}

/// Services by their ids.
pub async fn find_all(conn: &dyn Conn, ids: &[ServiceId]) -> Result<Vec<Service>> {
    let ids = ids.iter().map(|id| Uuid::from(*id));
    record::all(
        conn,
        service::Entity::find().filter(service::Column::Id.is_in(ids)),
    )
    .await
}

/// Services by their ids, however many; in the order of their numbers.
pub async fn find_all_of(conn: &dyn Conn, ids: &[ServiceId]) -> Result<Vec<Service>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(LOOKED_UP_AT_ONCE) {
        found.extend(find_all(conn, chunk).await?);
    }
    found.sort_by_key(|service| service.number);
    Ok(found)
}

/// The ids of the services with these numbers.
pub async fn ids_of_numbers(conn: &dyn Conn, numbers: &[i64]) -> Result<Vec<(i64, ServiceId)>> {
    let mut found = Vec::new();
    for chunk in numbers.chunks(LOOKED_UP_AT_ONCE) {
        let text = format!(
            "SELECT number, id FROM service WHERE number IN ({})",
            sql::places(1, chunk.len())
        );
        let values = chunk.iter().map(|number| (*number).into()).collect();
        found.extend(
            sql::rows(conn, "service", text, values, |row| {
                Ok((row.try_get_by_index(0)?, row.try_get_by_index::<Uuid>(1)?.into()))
            })
            .await?,
        );
    }
    Ok(found)
}

/// The services with a certificate in which these names are in force.
pub async fn with_names_in_force(
    conn: &dyn Conn,
    names: &[DomainName],
) -> Result<Vec<(DomainName, ServiceId)>> {
    let mut found = Vec::new();
    for chunk in names.chunks(LOOKED_UP_AT_ONCE) {
        let text = format!(
            "SELECT n.name, n.service_id FROM service_name n JOIN service s ON s.id = n.service_id
             WHERE n.name IN ({}) AND n.names_version = s.names_version AND s.certificate_id IS NOT NULL
                AND s.closed_at IS NULL",
            sql::places(1, chunk.len())
        );
        let values = chunk.iter().map(|name| name.to_stored().into()).collect();
        let pairs = sql::rows(conn, "service_name", text, values, |row| {
            Ok((
                row.try_get_by_index::<Vec<u8>>(0)?,
                row.try_get_by_index::<Uuid>(1)?,
            ))
        })
        .await?;
        for (name, id) in pairs {
            let name = DomainName::from_stored(name).map_err(|why| crate::Error::Unreadable {
                table: "service_name",
                why,
            })?;
            found.push((name, id.into()));
        }
    }
    Ok(found)
}

/// The names in force of many services, main names first.
pub async fn names_in_force(conn: &dyn Conn, services: &[ServiceId]) -> Result<Vec<ServiceName>> {
    let mut found = Vec::new();
    for chunk in services.chunks(LOOKED_UP_AT_ONCE) {
        let text = format!(
            "SELECT n.* FROM service_name n JOIN service s ON s.id = n.service_id
             WHERE n.service_id IN ({}) AND n.names_version = s.names_version ORDER BY n.service_id, n.position",
            sql::places(1, chunk.len())
        );
        let values: Vec<Value> = chunk.iter().map(|id| Uuid::from(*id).into()).collect();
        let backend = conn.raw().get_database_backend();
        let models = name_row::Entity::find()
            .from_raw_sql(Statement::from_sql_and_values(backend, text, values))
            .all(&conn.raw())
            .await
            .map_err(|error| crate::Error::of("service_name", error))?;
        for model in models {
            found.push(ServiceName::from_model(model)?);
        }
    }
    Ok(found)
}

/// Services by their numbers.
pub(crate) async fn with_numbers(conn: &dyn Conn, numbers: &[i64]) -> Result<Vec<Service>> {
    let query = service::Entity::find().filter(service::Column::Number.is_in(numbers.iter().copied()));
    record::all(conn, query).await
}

/// The service that an account's program ordered under its own id.
pub async fn find_by_external_ref(
    conn: &dyn Conn,
    account: AccountId,
    external_ref: &str,
) -> Result<Option<Service>> {
    let query = service::Entity::find()
        .filter(service::Column::AccountId.eq(Uuid::from(account)))
        .filter(service::Column::ExternalRef.eq(external_ref));
    record::one(conn, query).await
}

/// The services with this main name that no CA has accepted yet.
pub async fn waiting_with_name(conn: &dyn Conn, name: &DomainName) -> Result<Vec<Service>> {
    let query = service::Entity::find()
        .filter(service::Column::MainName.eq(name.to_stored()))
        .filter(service::Column::State.eq(ServiceState::Opening.word()));
    record::all(conn, query).await
}

/// The names of one version, main name first.
pub async fn names(conn: &dyn Conn, service: ServiceId, version: i32) -> Result<Vec<ServiceName>> {
    let query = name_row::Entity::find()
        .filter(name_row::Column::ServiceId.eq(Uuid::from(service)))
        .filter(name_row::Column::NamesVersion.eq(version))
        .order_by_asc(name_row::Column::Position);
    record::all(conn, query).await
}

/// The newest version of names that a service has, also one that is not in force yet.
pub async fn newest_names_version(conn: &dyn Conn, service: ServiceId) -> Result<i32> {
    let text =
        "SELECT CAST(COALESCE(MAX(names_version), 0) AS bigint) FROM service_name WHERE service_id = $1";
    let newest = sql::number(conn, "service_name", text, vec![Uuid::from(service).into()]).await?;
    Ok(i32::try_from(newest).unwrap_or(i32::MAX - 1))
}

/// Writes the names of a version that comes into force later.
pub async fn insert_names(tx: &Tx, names: &[ServiceName]) -> Result<()> {
    record::insert_many(tx, names).await
}

/// The price lines of a service, by operation.
pub async fn lines(conn: &dyn Conn, service: ServiceId) -> Result<Vec<PriceLineRow>> {
    let query = price_line::Entity::find()
        .filter(price_line::Column::ServiceId.eq(Uuid::from(service)))
        .order_by_asc(price_line::Column::OperationId)
        .order_by_asc(price_line::Column::Position);
    record::all(conn, query).await
}

/// The services of which a reissue is due on `today`, the most urgent first.
pub async fn due_for_reissue(tx: &Tx, today: Date, most: u64) -> Result<Vec<Service>> {
    let query = service::Entity::find()
        .filter(service::Column::ReissueOn.lte(today.to_stored()))
        .filter(is_running(tx.backend()))
        .order_by_asc(service::Column::ReissueOn)
        .order_by_asc(service::Column::Id)
        .limit(most);
    record::all(tx, record::claimed(tx, query)).await
}

/// Running services, found by what else is asked for: `SQLite`, which keeps no statistics, would begin at all that run.
fn is_running(backend: Backend) -> SimpleExpr {
    let active = ServiceState::Active.word();
    match backend {
        Backend::Sqlite => Expr::cust_with_values("+state = ?", [active]),
        Backend::Postgres => service::Column::State.eq(active),
    }
}

/// The services of which the next paid term is to be bought on `today`, the most urgent first.
pub async fn due_for_renewal(tx: &Tx, today: Date, most: u64) -> Result<Vec<Service>> {
    let query = service::Entity::find()
        .filter(service::Column::RenewOn.lte(today.to_stored()))
        .filter(is_running(tx.backend()))
        .order_by_asc(service::Column::RenewOn)
        .order_by_asc(service::Column::Id)
        .limit(most);
    record::all(tx, record::claimed(tx, query)).await
}

/// The day on which the next paid term of any service is to be bought.
pub async fn next_renewal_on(conn: &dyn Conn) -> Result<Option<Date>> {
    next_day(conn, "renew_on").await
}

/// The services whose paid term ended before `today`, that are not closed and on which nobody works, those that ended first
/// at the front.
pub async fn past_their_term(tx: &Tx, today: Date, most: u64) -> Result<Vec<Service>> {
    let query = service::Entity::find()
        .filter(service::Column::TermEnd.lt(today.to_stored()))
        .filter(service::Column::ClosedAt.is_null())
        .filter(Expr::cust(
            "NOT EXISTS (SELECT 1 FROM operation WHERE service_id = service.id AND state IN ('waiting', 'manual'))",
        ))
        .order_by_asc(service::Column::TermEnd)
        .order_by_asc(service::Column::Id)
        .limit(most);
    record::all(tx, record::claimed(tx, query)).await
}

/// The day on which the next reissue of any service begins.
pub async fn next_reissue_on(conn: &dyn Conn) -> Result<Option<Date>> {
    next_day(conn, "reissue_on").await
}

/// How many services are in each state, of all accounts or of one.
pub async fn count_by_state(
    conn: &dyn Conn,
    seller: SellerId,
    account: Option<AccountId>,
) -> Result<Vec<(ServiceState, i64)>> {
    // One look at an index where nothing but the account and the state are asked for.
    let (condition, values): (_, Vec<Value>) = match account {
        Some(account) => (
            "WHERE account_id = $1 AND (SELECT seller_id FROM account WHERE id = $1) = $2",
            vec![Uuid::from(account).into(), Uuid::from(seller).into()],
        ),
        None if crate::seller::is_only(conn, seller).await? => ("", Vec::new()),
        None => ("WHERE seller_id = $1", vec![Uuid::from(seller).into()]),
    };
    let text = format!("SELECT state, COUNT(*) FROM service {condition} GROUP BY state");
    let counts = sql::rows(conn, "service", text, values, |row| {
        Ok((
            row.try_get_by_index::<String>(0)?,
            row.try_get_by_index::<i64>(1)?,
        ))
    })
    .await?;
    counts
        .into_iter()
        .map(|(state, count)| {
            let state = ServiceState::from_stored(state).map_err(|why| crate::Error::Unreadable {
                table: "service",
                why,
            })?;
            Ok((state, count))
        })
        .collect()
}

/// How many services of a seller end within each day from `from` to `to`.
pub async fn endings(conn: &dyn Conn, seller: SellerId, from: Date, to: Date) -> Result<Vec<(Date, i64)>> {
    let mut values = vec![from.to_stored().into(), to.to_stored().into()];
    let whose = if crate::seller::is_only(conn, seller).await? {
        ""
    } else {
        values.push(Uuid::from(seller).into());
        "AND seller_id = $3"
    };
    let text = format!(
        "SELECT end_date, COUNT(*) FROM service
        WHERE state = 'active' AND end_date >= $1 AND end_date <= $2 {whose}
        GROUP BY end_date ORDER BY end_date"
    );
    let counts = sql::rows(conn, "service", text, values, |row| {
        Ok((row.try_get_by_index::<i32>(0)?, row.try_get_by_index::<i64>(1)?))
    })
    .await?;
    counts
        .into_iter()
        .map(|(day, count)| {
            let day = Date::from_stored(day).map_err(|why| crate::Error::Unreadable {
                table: "service",
                why,
            })?;
            Ok((day, count))
        })
        .collect()
}

/// The earliest day in a column that is indexed for work that falls due.
async fn next_day(conn: &dyn Conn, column: &'static str) -> Result<Option<Date>> {
    let text = format!("SELECT MIN({column}) FROM service WHERE {column} IS NOT NULL");
    let found = sql::rows(conn, "service", text, Vec::new(), |row| {
        row.try_get_by_index::<Option<i32>>(0)
    })
    .await?;
    let unreadable = |why| crate::Error::Unreadable {
        table: "service",
        why,
    };
    found
        .into_iter()
        .flatten()
        .next()
        .map(|day| Date::from_stored(day).map_err(unreadable))
        .transpose()
}
