//! Operations: units of automatic work, leased by workers, with the history of their attempts.
//!
//! A lease names its owner, ends at an instant of the machine's clock and carries a fencing number that grows with
//! every lease: whoever lost its lease cannot write any more, because it writes with its number.

use domain::{
    id::{AccountId, ModuleId, OperationId, SellerId, ServiceId},
    state::{AttemptOutcome, OperationKind, OperationState},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use uuid::Uuid;

use crate::{
    Backend, Conn, Cursor, Error, Listing, Page, Result, Tx,
    cell::{Cell as _, Json, texts},
    page::Start,
    record::{self, Record, record, versioned},
    service::service,
    sql,
    tx::sealed::Raw,
};

texts!(AttemptOutcome);

record! {
    /// An operation.
    pub struct Operation in operation "operation" {
        key {
            /// Its id.
            id: OperationId,
        }
        /// What people call it.
        number: i64,
        /// Of which seller.
        seller_id: SellerId,
        /// What it does.
        kind: OperationKind,
        /// For which service.
        service_id: ServiceId,
        /// Through which module; empty until one was chosen.
        module_id: Option<ModuleId>,
        /// Where it stands.
        state: OperationState,
        /// The step that comes next.
        step: String,
        /// What the steps before left.
        outputs: Json<serde_json::Value>,
        /// Attempts that failed since it was started or started again.
        attempts: i32,
        /// When it is due, in business time; empty when it is not waiting.
        next_run_at: Option<Timestamp>,
        /// Times in a row that it was put off because the CA was away.
        postponed: i32,
        /// Who works on it.
        lease_owner: Option<String>,
        /// Until when, by the machine's clock.
        lease_until: Option<Timestamp>,
        /// Grows with every lease.
        fence: i64,
        /// Who wants the service closed: it ends at its next safe point.
        close_wanted_by: Option<String>,
        /// Who let it run although automatic work is switched off.
        let_run_by: Option<String>,
        /// Class of the last error.
        error_class: Option<String>,
        /// The last error.
        error: Option<String>,
        /// Who started it.
        started_by: String,
        /// When it was made.
        created_at: Timestamp,
        /// When it ended.
        finished_at: Option<Timestamp>,
        /// Its version.
        version: i64,
    }
}
versioned!(Operation);

record! {
    /// One attempt of an operation.
    pub struct Attempt in attempt "operation_attempt" {
        key {
            /// Of which operation.
            operation_id: OperationId,
            /// Counted from 1.
            number: i32,
        }
        /// The step at which it ended.
        step: String,
        /// When it began.
        started_at: Timestamp,
        /// When it ended.
        finished_at: Timestamp,
        /// How.
        outcome: AttemptOutcome,
        /// Class of the error.
        error_class: Option<String>,
        /// The error.
        error: Option<String>,
        /// The last log lines, masked.
        log: Json<Vec<String>>,
    }
}

record! {
    /// Which module was chosen for an operation, and why the others were not.
    pub struct Selection in selection "selection_record" {
        key {
            /// Of which operation.
            operation_id: OperationId,
            /// When.
            chosen_at: Timestamp,
        }
        /// For which service.
        service_id: ServiceId,
        /// The chosen one, if any could be.
        module_id: Option<ModuleId>,
        /// Every candidate with its reason.
        considered: Json<Vec<domain::selection::Considered>>,
    }
}

/// Which operations a list shows.
#[derive(Debug, Clone, Default)]
pub struct OperationFilter {
    /// Of this seller.
    pub seller: Option<SellerId>,
    /// Only of services of this account.
    pub account: Option<AccountId>,
    /// Only in this state.
    pub state: Option<OperationState>,
    /// Only of this kind.
    pub kind: Option<OperationKind>,
    /// Only of this service.
    pub service: Option<ServiceId>,
    /// Only through this module.
    pub module: Option<ModuleId>,
    /// Only those whose last attempt failed and that are not over.
    pub in_trouble: bool,
}

/// Stores a new operation; [`Error::Duplicate`] when the service has a changing one already.
pub async fn insert(tx: &Tx, operation: &Operation) -> Result<()> {
    record::insert(tx, operation).await
}

/// Stores many operations with their attempts: for imports and generated sets.
pub async fn insert_many(tx: &Tx, operations: &[Operation], attempts: &[Attempt]) -> Result<()> {
    record::insert_many(tx, operations).await?;
    record::insert_many(tx, attempts).await
}

/// Writes a change by a person, who must have seen the last version.
pub async fn update(tx: &Tx, operation: &mut Operation) -> Result<()> {
    record::update(tx, operation).await
}

/// Who leases operations, and until when.
#[derive(Debug, Clone, Copy)]
pub struct Lease<'a> {
    /// Who.
    pub owner: &'a str,
    /// What is due at this instant of business time.
    pub now: Timestamp,
    /// The machine's clock: an operation whose lease ran out by it is given to somebody else.
    pub wall: Timestamp,
    /// Until when, by the machine's clock.
    pub until: Timestamp,
}

/// Through which module operations go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// Any, or none yet.
    Any,
    /// No module was chosen yet.
    NoModule,
    /// This one.
    Module(ModuleId),
}

impl Through {
    const fn of(module: Option<ModuleId>) -> Self {
        match module {
            Some(module) => Self::Module(module),
            None => Self::NoModule,
        }
    }

    /// The condition, with the module as the value of this number.
    fn condition(self, place: usize) -> (String, Option<sea_orm::Value>) {
        match self {
            Self::Any => (String::new(), None),
            Self::NoModule => ("AND module_id IS NULL".to_owned(), None),
            Self::Module(module) => (
                format!("AND module_id = ${place}"),
                Some(Uuid::from(module).into()),
            ),
        }
    }
}

/// Leases at most `most` due operations, in the order in which they fell due.
pub async fn lease_due(tx: &Tx, lease: Lease<'_>, through: Through, most: u32) -> Result<Vec<Operation>> {
    let skip = match tx.backend() {
        Backend::Sqlite => "",
        Backend::Postgres => "FOR UPDATE SKIP LOCKED",
    };
    let (condition, module) = through.condition(5);
    let text = format!(
        "UPDATE operation SET lease_owner = $1, lease_until = $2, fence = fence + 1, version = version + 1
         WHERE id IN (SELECT id FROM operation WHERE state = 'waiting' AND next_run_at <= $3
            AND (lease_until IS NULL OR lease_until < $4) {condition} ORDER BY next_run_at, id LIMIT {most} {skip})
         RETURNING *"
    );
    let mut values: Vec<sea_orm::Value> = vec![
        lease.owner.into(),
        lease.until.as_microsecond().into(),
        lease.now.as_microsecond().into(),
        lease.wall.as_microsecond().into(),
    ];
    values.extend(module);
    let statement = Statement::from_sql_and_values(tx.raw().get_database_backend(), text, values);
    let models = operation::Entity::find()
        .from_raw_sql(statement)
        .all(&tx.raw())
        .await
        .map_err(|error| Error::of("operation", error))?;
    let mut leased: Vec<Operation> = models
        .into_iter()
        .map(Operation::from_model)
        .collect::<Result<_>>()?;
    leased.sort_by_key(|operation| (operation.next_run_at, operation.id));
    Ok(leased)
}

/// What is due and nobody works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Through which module.
    pub through: Through,
    /// Since when the first of them.
    pub since: Timestamp,
    /// How many.
    pub count: i64,
}

/// What is due, by module, the longest due first.
pub async fn due_by_module(conn: &dyn Conn, now: Timestamp, wall: Timestamp) -> Result<Vec<Due>> {
    let text = "SELECT module_id, MIN(next_run_at), COUNT(*) FROM operation
        WHERE state = 'waiting' AND next_run_at <= $1 AND (lease_until IS NULL OR lease_until < $2)
        GROUP BY module_id ORDER BY 2";
    let values = vec![now.as_microsecond().into(), wall.as_microsecond().into()];
    let found = sql::rows(conn, "operation", text, values, |row| {
        Ok((
            row.try_get_by_index::<Option<Uuid>>(0)?,
            row.try_get_by_index::<i64>(1)?,
            row.try_get_by_index::<i64>(2)?,
        ))
    })
    .await?;
    Ok(found
        .into_iter()
        .map(|(module, since, count)| Due {
            through: Through::of(module.map(ModuleId::from)),
            since: Timestamp::from_microsecond(since).unwrap_or(now),
            count,
        })
        .collect())
}

/// How many operations of a module are worked on.
pub async fn leased_of_module(conn: &dyn Conn, module: ModuleId, wall: Timestamp) -> Result<i64> {
    let text =
        "SELECT COUNT(*) FROM operation WHERE state = 'waiting' AND lease_until >= $1 AND module_id = $2";
    let values = vec![wall.as_microsecond().into(), Uuid::from(module).into()];
    sql::number(conn, "operation", text, values).await
}

/// How many operations are worked on.
pub async fn leased(conn: &dyn Conn, wall: Timestamp) -> Result<i64> {
    let text = "SELECT COUNT(*) FROM operation WHERE state = 'waiting' AND lease_until >= $1";
    sql::number(conn, "operation", text, vec![wall.as_microsecond().into()]).await
}

/// Makes due what was put off because the CA of this module was away; says how many there were.
pub async fn resume_put_off(tx: &Tx, module: ModuleId, now: Timestamp) -> Result<u64> {
    let text = "UPDATE operation SET next_run_at = $1, version = version + 1
        WHERE state = 'waiting' AND module_id = $2 AND next_run_at > $1 AND lease_owner IS NULL
            AND error_class IN ('unreachable', 'rate_limited')";
    let values = vec![now.as_microsecond().into(), Uuid::from(module).into()];
    sql::execute(tx, "operation", text, values).await
}

/// Operations that a person has for this reason, through one module or through any.
pub async fn manual_because(
    conn: &dyn Conn,
    class: &str,
    module: Option<ModuleId>,
) -> Result<Vec<OperationId>> {
    let (condition, module) = module.map_or(Through::Any, Through::Module).condition(2);
    let text = format!(
        "SELECT id FROM operation WHERE state = 'manual' AND error_class = $1 {condition} ORDER BY number"
    );
    let mut values: Vec<sea_orm::Value> = vec![class.into()];
    values.extend(module);
    sql::rows(conn, "operation", text, values, |row| {
        Ok(row.try_get_by_index::<Uuid>(0)?.into())
    })
    .await
}

/// Operations that cannot go on because their CA is away, of services that end before a day, without a task that says so;
/// what ends first comes first.
pub async fn stuck_and_ending(
    conn: &dyn Conn,
    before: jiff::civil::Date,
    now: Timestamp,
    most: u32,
) -> Result<Vec<OperationId>> {
    let text = format!(
        "SELECT o.id FROM operation o JOIN service s ON s.id = o.service_id
            LEFT JOIN processing_module m ON m.id = o.module_id
         WHERE o.state = 'waiting' AND s.end_date < $1
            AND (o.error_class IN ('unreachable', 'rate_limited') OR m.rests_until > $2)
            AND NOT EXISTS (SELECT 1 FROM task t WHERE t.operation_id = o.id AND t.kind = 'service_ending'
                AND t.closed_at IS NULL)
         ORDER BY s.end_date, o.number LIMIT {most}"
    );
    let values = vec![before.to_stored().into(), now.as_microsecond().into()];
    sql::rows(conn, "operation", text, values, |row| {
        Ok(row.try_get_by_index::<Uuid>(0)?.into())
    })
    .await
}

/// Holds a lease longer; false when somebody else has it now.
pub async fn renew_lease(tx: &Tx, id: OperationId, fence: i64, until: Timestamp) -> Result<bool> {
    let text =
        "UPDATE operation SET lease_until = $1 WHERE id = $2 AND fence = $3 AND lease_owner IS NOT NULL";
    let values = vec![until.as_microsecond().into(), Uuid::from(id).into(), fence.into()];
    Ok(sql::execute(tx, "operation", text, values).await? == 1)
}

/// Writes what the holder of a lease did; [`Error::Conflict`] when it has lost the lease meanwhile.
///
/// Everything is written but `close_wanted_by`, which others may set while the lease is held.
pub async fn save_leased(tx: &Tx, operation: &mut Operation) -> Result<()> {
    let text = "UPDATE operation SET module_id = $1, state = $2, step = $3, outputs = $4, attempts = $5,
            next_run_at = $6, postponed = $7, lease_owner = $8, lease_until = $9, error_class = $10, error = $11,
            finished_at = $12, let_run_by = $13, version = version + 1
        WHERE id = $14 AND fence = $15 AND lease_owner IS NOT NULL";
    let micros = |instant: Option<Timestamp>| instant.map(Timestamp::as_microsecond);
    let values = vec![
        operation.module_id.map(Uuid::from).into(),
        operation.state.word().into(),
        operation.step.clone().into(),
        operation.outputs.0.to_string().into(),
        operation.attempts.into(),
        micros(operation.next_run_at).into(),
        operation.postponed.into(),
        operation.lease_owner.clone().into(),
        micros(operation.lease_until).into(),
        operation.error_class.clone().into(),
        operation.error.clone().into(),
        micros(operation.finished_at).into(),
        operation.let_run_by.clone().into(),
        Uuid::from(operation.id).into(),
        operation.fence.into(),
    ];
    match sql::execute(tx, "operation", text, values).await? {
        1 => {
            operation.version += 1;
            Ok(())
        }
        _ => Err(Error::Conflict { table: "operation" }),
    }
}

/// Notes that somebody wants the service closed, whoever works on the operation.
pub async fn want_close(tx: &Tx, id: OperationId, by: &str) -> Result<()> {
    let text = "UPDATE operation SET close_wanted_by = $1 WHERE id = $2";
    sql::execute(tx, "operation", text, vec![by.into(), Uuid::from(id).into()])
        .await
        .map(drop)
}

/// Who wants the service of this operation closed.
pub async fn close_wanted_by(conn: &dyn Conn, id: OperationId) -> Result<Option<String>> {
    let text = "SELECT close_wanted_by FROM operation WHERE id = $1";
    let found = sql::rows(conn, "operation", text, vec![Uuid::from(id).into()], |row| {
        row.try_get_by_index::<Option<String>>(0)
    })
    .await?;
    Ok(found.into_iter().next().flatten())
}

/// Makes a waiting operation due now, unless somebody works on it.
pub async fn make_due(tx: &Tx, id: OperationId, now: Timestamp) -> Result<()> {
    let text = "UPDATE operation SET next_run_at = $1, version = version + 1
        WHERE id = $2 AND state = 'waiting' AND lease_owner IS NULL AND next_run_at > $1";
    sql::execute(
        tx,
        "operation",
        text,
        vec![now.as_microsecond().into(), Uuid::from(id).into()],
    )
    .await
    .map(drop)
}

/// Sends a waiting operation that nobody works on from one step to another, and makes it due.
pub async fn go_to(tx: &Tx, id: OperationId, from: &str, to: &str, now: Timestamp) -> Result<()> {
    let text = "UPDATE operation SET step = $1, next_run_at = $2, version = version + 1
        WHERE id = $3 AND step = $4 AND state = 'waiting' AND lease_owner IS NULL";
    let values = vec![
        to.into(),
        now.as_microsecond().into(),
        Uuid::from(id).into(),
        from.into(),
    ];
    sql::execute(tx, "operation", text, values).await.map(drop)
}

/// When the next operation falls due that nobody works on.
pub async fn next_due(conn: &dyn Conn) -> Result<Option<Timestamp>> {
    let text = "SELECT MIN(next_run_at) FROM operation WHERE state = 'waiting' AND lease_owner IS NULL";
    let found = sql::rows(conn, "operation", text, vec![], |row| {
        row.try_get_by_index::<Option<i64>>(0)
    })
    .await?;
    Ok(found
        .into_iter()
        .next()
        .flatten()
        .and_then(|micros| Timestamp::from_microsecond(micros).ok()))
}

/// Ends every lease, and says how many there were: for whoever knows that all holders are dead. One that is alive after
/// all cannot write any more.
pub async fn end_leases(tx: &Tx) -> Result<u64> {
    let text = "UPDATE operation SET lease_owner = NULL, lease_until = NULL, version = version + 1
        WHERE state = 'waiting' AND lease_owner IS NOT NULL";
    sql::execute(tx, "operation", text, Vec::new()).await
}

/// Whether somebody who held a lease has gone away.
pub async fn some_lease_ran_out(conn: &dyn Conn, wall: Timestamp) -> Result<bool> {
    let text = "SELECT COUNT(*) FROM operation WHERE state = 'waiting' AND lease_until < $1";
    Ok(sql::number(conn, "operation", text, vec![wall.as_microsecond().into()]).await? > 0)
}

/// An operation.
pub async fn find(conn: &dyn Conn, id: OperationId) -> Result<Option<Operation>> {
    record::one(conn, operation::Entity::find_by_id(Uuid::from(id))).await
}

/// Operations by their ids.
pub async fn find_all(conn: &dyn Conn, ids: &[OperationId]) -> Result<Vec<Operation>> {
    let ids = ids.iter().map(|id| Uuid::from(*id));
    record::all(
        conn,
        operation::Entity::find().filter(operation::Column::Id.is_in(ids)),
    )
    .await
}

/// An operation, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: OperationId) -> Result<Option<Operation>> {
    record::one(
        tx,
        record::locked(tx, operation::Entity::find_by_id(Uuid::from(id))),
    )
    .await
}

/// An operation by its number.
pub async fn find_by_number(conn: &dyn Conn, number: i64) -> Result<Option<Operation>> {
    record::one(
        conn,
        operation::Entity::find().filter(operation::Column::Number.eq(number)),
    )
    .await
}

/// The one operation of a service that is waiting or with a person.
pub async fn changing(conn: &dyn Conn, service: ServiceId) -> Result<Option<Operation>> {
    let query = operation::Entity::find()
        .filter(operation::Column::ServiceId.eq(Uuid::from(service)))
        .filter(operation::Column::State.is_in(["waiting", "manual"]));
    record::one(conn, query).await
}

/// The operations of many services that are waiting or with a person.
pub async fn changing_of(conn: &dyn Conn, services: &[ServiceId]) -> Result<Vec<Operation>> {
    let mut found = Vec::new();
    for chunk in services.chunks(500) {
        let query = operation::Entity::find()
            .filter(operation::Column::ServiceId.is_in(chunk.iter().map(|id| Uuid::from(*id))))
            .filter(operation::Column::State.is_in(["waiting", "manual"]));
        found.extend(record::all::<Operation>(conn, query).await?);
    }
    Ok(found)
}

/// The operations of a service, newest first.
pub async fn of_service(conn: &dyn Conn, service: ServiceId) -> Result<Vec<Operation>> {
    let query = operation::Entity::find()
        .filter(operation::Column::ServiceId.eq(Uuid::from(service)))
        .order_by_desc(operation::Column::Number);
    record::all(conn, query).await
}

/// Operations by filter, newest first.
pub async fn list(conn: &dyn Conn, filter: &OperationFilter, page: &Page) -> Result<Listing<Operation>> {
    let mut query = operation::Entity::find().order_by_desc(operation::Column::Number);
    if let Some(seller) = filter.seller {
        query = query.filter(operation::Column::SellerId.eq(Uuid::from(seller)));
    }
    if let Some(account) = filter.account {
        let mut services = service::Entity::find()
            .select_only()
            .column(service::Column::Id)
            .filter(service::Column::AccountId.eq(Uuid::from(account)));
        let services = QuerySelect::query(&mut services).to_owned();
        query = query.filter(operation::Column::ServiceId.in_subquery(services));
    }
    if let Some(state) = filter.state {
        query = query.filter(operation::Column::State.eq(state.word()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(operation::Column::Kind.eq(kind.word()));
    }
    if let Some(service) = filter.service {
        query = query.filter(operation::Column::ServiceId.eq(Uuid::from(service)));
    }
    if let Some(module) = filter.module {
        query = query.filter(operation::Column::ModuleId.eq(Uuid::from(module)));
    }
    if filter.in_trouble {
        query = query
            .filter(operation::Column::State.is_in(["waiting", "manual"]))
            .filter(operation::Column::ErrorClass.is_not_null());
    }
    if let Start::After(cursor) = &page.start
        && let Some(after) = cursor.key::<i64>()
    {
        query = query.filter(operation::Column::Number.lt(after));
    }
    let rows: Vec<Operation> = record::all(conn, query.offset(page.offset()).limit(page.limit())).await?;
    Ok(Listing::cut(rows, page, None, |operation| {
        Cursor::of(&operation.number)
    }))
}

/// How many operations are in each state, of a seller.
pub async fn count_in_trouble(conn: &dyn Conn, seller: SellerId) -> Result<(i64, i64)> {
    let text =
        "SELECT COUNT(*) FROM operation WHERE state = $1 AND seller_id = $2 AND error_class IS NOT NULL";
    let count = |state: &'static str| {
        sql::number(
            conn,
            "operation",
            text,
            vec![state.into(), Uuid::from(seller).into()],
        )
    };
    Ok((count("waiting").await?, count("manual").await?))
}

/// How many operations are waiting and due.
pub async fn backlog(conn: &dyn Conn, now: Timestamp) -> Result<i64> {
    let text = "SELECT COUNT(*) FROM operation WHERE state = 'waiting' AND next_run_at <= $1";
    sql::number(conn, "operation", text, vec![now.as_microsecond().into()]).await
}

/// Keeps an attempt.
pub async fn insert_attempt(tx: &Tx, attempt: &Attempt) -> Result<()> {
    record::insert(tx, attempt).await
}

/// The number that the next attempt of an operation gets.
pub async fn next_attempt(conn: &dyn Conn, operation: OperationId) -> Result<i32> {
    let text =
        "SELECT CAST(COALESCE(MAX(number), 0) AS bigint) FROM operation_attempt WHERE operation_id = $1";
    let last = sql::number(
        conn,
        "operation_attempt",
        text,
        vec![Uuid::from(operation).into()],
    )
    .await?;
    Ok(i32::try_from(last).unwrap_or(i32::MAX - 1) + 1)
}

/// The last attempts of an operation, newest first.
pub async fn attempts(conn: &dyn Conn, operation: OperationId, most: u64) -> Result<Vec<Attempt>> {
    let query = attempt::Entity::find()
        .filter(attempt::Column::OperationId.eq(Uuid::from(operation)))
        .order_by_desc(attempt::Column::Number)
        .limit(most);
    record::all(conn, query).await
}

/// Keeps the choice of a module.
pub async fn insert_selection(tx: &Tx, selection: &Selection) -> Result<()> {
    record::insert(tx, selection).await
}

/// The choices of an operation, newest first.
pub async fn selections(conn: &dyn Conn, operation: OperationId) -> Result<Vec<Selection>> {
    let query = selection::Entity::find()
        .filter(selection::Column::OperationId.eq(Uuid::from(operation)))
        .order_by_desc(selection::Column::ChosenAt);
    record::all(conn, query).await
}
