//! Replacement runs: many certificates issued again within hours. A run and its services in the order of their urgency.
//!
//! A row of a run is about one certificate, the *old* one. It is replaced as soon as the service has another, however that
//! came: nothing but the two ids is compared.

use domain::id::{CertificateId, ModuleId, ReplacementId, SellerId, ServiceId};
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
};
use uuid::Uuid;

use crate::{
    Backend, Conn, Cursor, Error, Listing, Page, Result, Tx,
    cell::{Cell as _, stored_words},
    page::Start,
    record::{self, Record as _, record, versioned},
    sql,
    tx::sealed::Raw,
};

/// Services that are looked up in one statement.
const AT_ONCE: usize = 500;

stored_words! {
    /// Where a run stands.
    RunState {
        /// Its services are begun as fast as their modules may.
        Running = "running",
        /// Nothing more is begun until somebody resumes it.
        Paused = "paused",
        /// Somebody left the rest as it is.
        Cancelled = "cancelled",
        /// All of it is over.
        Done = "done",
    }
}

stored_words! {
    /// Where one service of a run stands.
    ReplacedState {
        /// Not begun.
        Queued = "queued",
        /// A reissue is under way.
        Begun = "begun",
        /// The service has another certificate.
        Replaced = "replaced",
        /// Its reissue ended without a certificate.
        Failed = "failed",
        /// The rest of the run was cancelled before it began.
        Left = "left",
        /// It cannot be replaced.
        Skipped = "skipped",
    }
}

impl ReplacedState {
    /// Whether something is still to come.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Begun)
    }
}

stored_words! {
    /// Who has to do something before the new certificate is there, as far as that was known when the run began.
    ReplacementNeeds {
        /// Nobody: it runs unattended.
        Nobody = "nobody",
        /// The client proves control over the names or brings a request.
        Client = "client",
        /// Staff: the CA reissues such certificates only by hand.
        Person = "person",
    }
}

record! {
    /// A run.
    pub struct Replacement in replacement "replacement" {
        key {
            /// Its id.
            id: ReplacementId,
        }
        /// What people call it.
        number: i64,
        /// Of which seller.
        seller_id: SellerId,
        /// Where it stands.
        state: RunState,
        /// Why it was started.
        why: String,
        /// How many services it has.
        services: i32,
        /// Who started it.
        started_by: String,
        /// When.
        started_at: Timestamp,
        /// When all certificates must be replaced.
        deadline_at: Timestamp,
        /// When the last of its services was over.
        ended_at: Option<Timestamp>,
        /// Its version.
        version: i64,
    }
}
versioned!(Replacement);

record! {
    /// One service of a run.
    pub struct ReplacedService in replaced "replacement_service" {
        key {
            /// Of which run.
            replacement_id: ReplacementId,
            /// Its place, counted from 1: the most urgent first.
            position: i32,
        }
        /// The service.
        service_id: ServiceId,
        /// Through which module; empty for one that cannot be replaced for want of it.
        module_id: Option<ModuleId>,
        /// Where it stands.
        state: ReplacedState,
        /// Who has to do something.
        needs: ReplacementNeeds,
        /// The certificate that is to be replaced.
        old_certificate_id: Option<CertificateId>,
        /// Its serial number.
        old_serial: String,
        /// Serial number of the certificate that took its place.
        new_serial: Option<String>,
        /// When its reissue began.
        begun_at: Option<Timestamp>,
        /// When it was replaced, or given up.
        ended_at: Option<Timestamp>,
        /// Why it cannot be replaced or was not: a code, or words of the operation.
        problem: Option<String>,
    }
}

/// A row whose service has another certificate now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its place in the run.
    pub position: i32,
    /// Where it stands from now on.
    pub state: ReplacedState,
    /// Serial number of the new certificate.
    pub serial: Option<String>,
    /// When the new certificate was delivered.
    pub at: Option<Timestamp>,
    /// Why there is none.
    pub problem: Option<String>,
}

/// What a row that was begun waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Nothing is under way.
    None,
    /// The operation works, or is due.
    Work,
    /// Names are to be proven, or the CA signs.
    Proof,
    /// The CA cannot be reached.
    Away,
    /// A person has it.
    Person,
}

impl Stage {
    fn of(word: &str) -> Self {
        match word {
            "work" => Self::Work,
            "proof" => Self::Proof,
            "away" => Self::Away,
            "person" => Self::Person,
            _ => Self::None,
        }
    }
}

/// How many services of a run are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Through which module.
    pub module: Option<ModuleId>,
    /// Where they stand.
    pub state: ReplacedState,
    /// Who has to do something.
    pub needs: ReplacementNeeds,
    /// What they wait for, once begun.
    pub stage: Stage,
    /// How many.
    pub count: i64,
}

/// Keeps a new run with its services; [`Error::Duplicate`] when one of them is in another run that is not over.
pub async fn insert(tx: &Tx, run: &Replacement, services: &[ReplacedService]) -> Result<()> {
    record::insert(tx, run).await?;
    record::insert_many(tx, services).await
}

/// Writes a changed run.
pub async fn update(tx: &Tx, run: &mut Replacement) -> Result<()> {
    record::update(tx, run).await
}

/// Writes a changed service of a run.
pub async fn update_service(tx: &Tx, row: &ReplacedService) -> Result<()> {
    record::overwrite(tx, row).await
}

/// A run.
pub async fn find(conn: &dyn Conn, id: ReplacementId) -> Result<Option<Replacement>> {
    record::one(conn, replacement::Entity::find_by_id(Uuid::from(id))).await
}

/// A run, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: ReplacementId) -> Result<Option<Replacement>> {
    let query = replacement::Entity::find_by_id(Uuid::from(id));
    record::one(tx, record::locked(tx, query)).await
}

/// A run by its number.
pub async fn find_by_number(conn: &dyn Conn, number: i64) -> Result<Option<Replacement>> {
    let query = replacement::Entity::find().filter(replacement::Column::Number.eq(number));
    record::one(conn, query).await
}

/// The runs of a seller, newest first.
pub async fn list(conn: &dyn Conn, seller: SellerId, page: &Page) -> Result<Listing<Replacement>> {
    let mut query = replacement::Entity::find()
        .filter(replacement::Column::SellerId.eq(Uuid::from(seller)))
        .order_by_desc(replacement::Column::Number);
    if let Start::After(cursor) = &page.start
        && let Some(after) = cursor.key::<i64>()
    {
        query = query.filter(replacement::Column::Number.lt(after));
    }
    let rows: Vec<Replacement> = record::all(conn, query.offset(page.offset()).limit(page.limit())).await?;
    Ok(Listing::cut(rows, page, None, |run| Cursor::of(&run.number)))
}

/// The runs that are not over, oldest first.
pub async fn open(conn: &dyn Conn) -> Result<Vec<Replacement>> {
    let text = "SELECT * FROM replacement WHERE ended_at IS NULL ORDER BY number";
    let statement = Statement::from_string(conn.raw().get_database_backend(), text);
    let models = replacement::Entity::find()
        .from_raw_sql(statement)
        .all(&conn.raw())
        .await
        .map_err(|error| Error::of("replacement", error))?;
    models.into_iter().map(Replacement::from_model).collect()
}

/// Those of the services that are in a run that is not over, with the number of that run.
pub async fn in_open_runs(conn: &dyn Conn, services: &[ServiceId]) -> Result<Vec<(ServiceId, i64)>> {
    let mut found = Vec::new();
    for chunk in services.chunks(AT_ONCE) {
        let text = format!(
            "SELECT r.service_id, p.number FROM replacement_service r JOIN replacement p ON p.id = r.replacement_id
             WHERE r.state IN ('queued', 'begun') AND r.service_id IN ({})",
            sql::places(1, chunk.len())
        );
        let values = chunk.iter().map(|id| Uuid::from(*id).into()).collect();
        found.extend(
            sql::rows(conn, "replacement_service", text, values, |row| {
                Ok((row.try_get_by_index::<Uuid>(0)?.into(), row.try_get_by_index(1)?))
            })
            .await?,
        );
    }
    Ok(found)
}

/// How many services of a run wait to be begun, by module.
pub async fn queued(conn: &dyn Conn, run: ReplacementId) -> Result<Vec<(ModuleId, i64)>> {
    let text = "SELECT module_id, COUNT(*) FROM replacement_service
        WHERE state = 'queued' AND replacement_id = $1 AND module_id IS NOT NULL GROUP BY module_id ORDER BY module_id";
    sql::rows(
        conn,
        "replacement_service",
        text,
        vec![Uuid::from(run).into()],
        |row| Ok((row.try_get_by_index::<Uuid>(0)?.into(), row.try_get_by_index(1)?)),
    )
    .await
}

/// The services of a run that are begun next through a module, the most urgent first.
pub async fn next_queued(
    tx: &Tx,
    run: ReplacementId,
    module: ModuleId,
    most: u32,
) -> Result<Vec<ReplacedService>> {
    let lock = match tx.backend() {
        Backend::Sqlite => "",
        Backend::Postgres => "FOR UPDATE SKIP LOCKED",
    };
    let text = format!("{} {lock}", next_query(most));
    let values: Vec<Value> = vec![Uuid::from(run).into(), Uuid::from(module).into()];
    let statement = Statement::from_sql_and_values(tx.raw().get_database_backend(), text, values);
    let models = replaced::Entity::find()
        .from_raw_sql(statement)
        .all(&tx.raw())
        .await
        .map_err(|error| Error::of("replacement_service", error))?;
    models.into_iter().map(ReplacedService::from_model).collect()
}

fn next_query(most: u32) -> String {
    format!(
        "SELECT * FROM replacement_service WHERE state = 'queued' AND replacement_id = $1 AND module_id = $2
         ORDER BY position LIMIT {most}"
    )
}

/// How the database finds what is begun next: one line per step of its plan, for tests.
#[cfg(feature = "testing")]
pub async fn next_plan(conn: &dyn Conn, run: ReplacementId, module: ModuleId) -> Result<Vec<String>> {
    let (explain, column) = match conn.backend() {
        Backend::Sqlite => ("EXPLAIN QUERY PLAN", 3),
        Backend::Postgres => ("EXPLAIN", 0),
    };
    let values = vec![Uuid::from(run).into(), Uuid::from(module).into()];
    sql::rows(
        conn,
        "replacement_service",
        format!("{explain} {}", next_query(100)),
        values,
        |row| row.try_get_by_index(column),
    )
    .await
}

/// What became of the services that were begun: those that have another certificate by now, and those whose reissue ended
/// without one.
pub async fn outcomes(conn: &dyn Conn, run: ReplacementId, most: u32) -> Result<Vec<Outcome>> {
    let values = vec![Uuid::from(run).into()];
    let text = format!(
        "SELECT r.position, c.serial, c.delivered_at FROM replacement_service r
            JOIN service s ON s.id = r.service_id JOIN certificate c ON c.id = s.certificate_id
         WHERE r.state = 'begun' AND r.replacement_id = $1 AND s.certificate_id <> r.old_certificate_id
         ORDER BY r.position LIMIT {most}"
    );
    let mut outcomes = sql::rows(conn, "replacement_service", text, values.clone(), |row| {
        let at = row.try_get_by_index::<Option<i64>>(2)?;
        Ok(Outcome {
            position: row.try_get_by_index(0)?,
            state: ReplacedState::Replaced,
            serial: Some(row.try_get_by_index(1)?),
            at: at.and_then(|at| Timestamp::from_microsecond(at).ok()),
            problem: None,
        })
    })
    .await?;
    let text = format!(
        "SELECT r.position,
            (SELECT o.error FROM operation o WHERE o.service_id = r.service_id ORDER BY o.number DESC LIMIT 1)
         FROM replacement_service r JOIN service s ON s.id = r.service_id
         WHERE r.state = 'begun' AND r.replacement_id = $1 AND s.certificate_id = r.old_certificate_id
            AND NOT EXISTS (SELECT 1 FROM operation o
                WHERE o.service_id = r.service_id AND o.state IN ('waiting', 'manual'))
         ORDER BY r.position LIMIT {most}"
    );
    outcomes.extend(
        sql::rows(conn, "replacement_service", text, values, |row| {
            Ok(Outcome {
                position: row.try_get_by_index(0)?,
                state: ReplacedState::Failed,
                serial: None,
                at: None,
                problem: row.try_get_by_index(1)?,
            })
        })
        .await?,
    );
    Ok(outcomes)
}

/// Writes what became of a service that was begun.
pub async fn settle(tx: &Tx, run: ReplacementId, outcome: &Outcome, now: Timestamp) -> Result<()> {
    let text = "UPDATE replacement_service SET state = $1, new_serial = $2, ended_at = $3, problem = $4
        WHERE replacement_id = $5 AND position = $6 AND state = 'begun'";
    let values = vec![
        outcome.state.word().into(),
        outcome.serial.clone().into(),
        outcome.at.unwrap_or(now).as_microsecond().into(),
        outcome.problem.clone().into(),
        Uuid::from(run).into(),
        outcome.position.into(),
    ];
    sql::execute(tx, "replacement_service", text, values)
        .await
        .map(drop)
}

/// Leaves everything that was not begun; says how many those were.
pub async fn leave_rest(tx: &Tx, run: ReplacementId, now: Timestamp) -> Result<u64> {
    let text = "UPDATE replacement_service SET state = 'left', ended_at = $1
        WHERE state = 'queued' AND replacement_id = $2";
    let values = vec![now.as_microsecond().into(), Uuid::from(run).into()];
    sql::execute(tx, "replacement_service", text, values).await
}

/// How many services of a run are not over.
pub async fn still_open(conn: &dyn Conn, run: ReplacementId) -> Result<i64> {
    let text =
        "SELECT (SELECT COUNT(*) FROM replacement_service WHERE state = 'queued' AND replacement_id = $1)
        + (SELECT COUNT(*) FROM replacement_service WHERE state = 'begun' AND replacement_id = $1)";
    sql::number(conn, "replacement_service", text, vec![Uuid::from(run).into()]).await
}

/// The services of a run, counted by what they have in common.
pub async fn tally(conn: &dyn Conn, run: ReplacementId, now: Timestamp) -> Result<Vec<Tally>> {
    let text = "SELECT r.module_id, r.state, r.needs, CASE
            WHEN o.id IS NULL THEN ''
            WHEN o.state = 'manual' THEN 'person'
            WHEN o.error_class IN ('unreachable', 'rate_limited') OR m.rests_until > $2 THEN 'away'
            WHEN o.step IN ('publish', 'await') AND o.error_class IS NULL THEN 'proof'
            ELSE 'work' END, COUNT(*)
        FROM replacement_service r
            LEFT JOIN operation o ON r.state = 'begun' AND o.service_id = r.service_id
                AND o.state IN ('waiting', 'manual')
            LEFT JOIN processing_module m ON m.id = r.module_id
        WHERE r.replacement_id = $1 GROUP BY 1, 2, 3, 4";
    let values = vec![Uuid::from(run).into(), now.as_microsecond().into()];
    let found = sql::rows(conn, "replacement_service", text, values, |row| {
        Ok((
            row.try_get_by_index::<Option<Uuid>>(0)?,
            row.try_get_by_index::<String>(1)?,
            row.try_get_by_index::<String>(2)?,
            row.try_get_by_index::<String>(3)?,
            row.try_get_by_index::<i64>(4)?,
        ))
    })
    .await?;
    found
        .into_iter()
        .map(|(module, state, needs, stage, count)| {
            Ok(Tally {
                module: module.map(ModuleId::from),
                state: ReplacedState::from_stored(state).map_err(unreadable)?,
                needs: ReplacementNeeds::from_stored(needs).map_err(unreadable)?,
                stage: Stage::of(&stage),
                count,
            })
        })
        .collect()
}

/// The services of a run in their order, of one state or of all.
pub async fn services(
    conn: &dyn Conn,
    run: ReplacementId,
    state: Option<ReplacedState>,
    page: &Page,
) -> Result<Listing<ReplacedService>> {
    let mut query = replaced::Entity::find()
        .filter(replaced::Column::ReplacementId.eq(Uuid::from(run)))
        .order_by_asc(replaced::Column::Position);
    if let Some(state) = state {
        query = query.filter(replaced::Column::State.eq(state.word()));
    }
    if let Start::After(cursor) = &page.start
        && let Some(after) = cursor.key::<i32>()
    {
        query = query.filter(replaced::Column::Position.gt(after));
    }
    let rows: Vec<ReplacedService> =
        record::all(conn, query.offset(page.offset()).limit(page.limit())).await?;
    Ok(Listing::cut(rows, page, None, |row| Cursor::of(&row.position)))
}

fn unreadable(why: String) -> Error {
    Error::Unreadable {
        table: "replacement_service",
        why,
    }
}
