//! Moves of business time in simulated mode, and what the time machine has to know: which operations are under way, which
//! day is the next on which something falls due, and what came about since an instant.

use domain::{
    id::{OperationId, TravelId},
    state::OperationKind,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    Conn, Error, Result, Tx,
    cell::{Cell, Json, stored_words},
    certificate::{Certificate, certificate},
    operation::{Operation, operation},
    record::{self, record, versioned},
    sql,
};

stored_words! {
    /// How far a move of business time came.
    TravelState {
        /// Nobody took it up yet.
        Waiting = "waiting",
        /// Somebody carries it out.
        Running = "running",
        /// It arrived.
        Done = "done",
        /// It stopped on the way.
        BrokenOff = "broken_off",
    }
}

impl TravelState {
    /// Whether it goes on.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
}

record! {
    /// A move of business time.
    pub struct TimeTravel in time_travel "time_travel" {
        key {
            /// Its id.
            id: TravelId,
        }
        /// Who asked for it.
        asked_by: String,
        /// When, by the machine's clock.
        asked_at: Timestamp,
        /// Business time when it began; none before.
        from_at: Option<Timestamp>,
        /// Where it goes, in business time.
        target_at: Timestamp,
        /// How far it came.
        state: TravelState,
        /// What happened so far.
        progress: Json<serde_json::Value>,
        /// What came of it.
        report: Option<Json<serde_json::Value>>,
        /// Why it stopped on the way.
        error: Option<String>,
        /// 1 while it is not over.
        slot: Option<i32>,
        /// Who carries it out.
        lease_owner: Option<String>,
        /// Until when, by the machine's clock.
        lease_until: Option<Timestamp>,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(TimeTravel);

/// An operation under way, as much of it as tells whether it moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnderWay {
    /// Which.
    pub id: OperationId,
    /// What it does.
    pub kind: OperationKind,
    /// The step that comes next.
    pub step: String,
    /// Attempts that failed.
    pub attempts: i32,
    /// Times in a row that it was put off.
    pub postponed: i32,
    /// When it is due, in business time.
    pub next_run_at: Timestamp,
    /// Whether somebody works on it.
    pub is_leased: bool,
    /// Grows with every lease.
    pub fence: i64,
    /// Class of the last error.
    pub error_class: Option<String>,
}

/// Asks for a move; [`Error::Duplicate`] while another one is not over.
pub async fn insert(tx: &Tx, travel: &TimeTravel) -> Result<()> {
    record::insert(tx, travel).await
}

/// A move.
pub async fn find(conn: &dyn Conn, id: TravelId) -> Result<Option<TimeTravel>> {
    record::one(conn, time_travel::Entity::find_by_id(Uuid::from(id))).await
}

/// The move that is not over, if there is one.
pub async fn open(conn: &dyn Conn) -> Result<Option<TimeTravel>> {
    record::one(
        conn,
        time_travel::Entity::find().filter(time_travel::Column::Slot.is_not_null()),
    )
    .await
}

/// The newest moves.
pub async fn newest(conn: &dyn Conn, most: u64) -> Result<Vec<TimeTravel>> {
    let query = time_travel::Entity::find()
        .order_by_desc(time_travel::Column::AskedAt)
        .order_by_desc(time_travel::Column::Id)
        .limit(most);
    record::all(conn, query).await
}

/// Takes up the move that is not over, unless somebody else carries it out. `wall` and `until` are the machine's time.
pub async fn claim(tx: &Tx, owner: &str, wall: Timestamp, until: Timestamp) -> Result<Option<TimeTravel>> {
    let query = time_travel::Entity::find().filter(time_travel::Column::Slot.is_not_null());
    let Some(mut travel) = record::one::<TimeTravel>(tx, record::claimed(tx, query)).await? else {
        return Ok(None);
    };
    if travel.lease_until.is_some_and(|lease| lease > wall) {
        return Ok(None);
    }
    travel.state = TravelState::Running;
    travel.lease_owner = Some(owner.to_owned());
    travel.lease_until = Some(until);
    record::update(tx, &mut travel).await?;
    Ok(Some(travel))
}

/// Writes how far it came; [`Error::Conflict`] when somebody else took it over or stopped it.
pub async fn update(tx: &Tx, travel: &mut TimeTravel) -> Result<()> {
    record::update(tx, travel).await
}

/// Frees the move that a process left when it died: for whoever knows that it did. Says whether there was one.
pub async fn end_lease(tx: &Tx) -> Result<bool> {
    let text = "UPDATE time_travel SET lease_owner = NULL, lease_until = NULL, version = version + 1
        WHERE slot IS NOT NULL AND lease_owner IS NOT NULL";
    Ok(sql::execute(tx, "time_travel", text, Vec::new()).await? > 0)
}

/// While its module rests, an operation is due when the rest ends.
const DUE: &str = "CASE WHEN m.rests_until > o.next_run_at THEN m.rests_until ELSE o.next_run_at END";
/// What a worker may run, now or later.
const UNDER_WAY: &str = "FROM operation o LEFT JOIN processing_module m ON m.id = o.module_id
    WHERE o.state = 'waiting' AND o.next_run_at IS NOT NULL";

/// Every operation under way that a worker may run, now or later.
pub async fn under_way(conn: &dyn Conn) -> Result<Vec<UnderWay>> {
    let text = format!(
        "SELECT o.id, o.kind, o.step, o.attempts, o.postponed, {DUE}, o.lease_owner, o.fence, o.error_class {UNDER_WAY}"
    );
    let rows = sql::rows(conn, "operation", text, Vec::new(), |row| {
        Ok((
            row.try_get_by_index::<Uuid>(0)?,
            row.try_get_by_index::<String>(1)?,
            row.try_get_by_index::<String>(2)?,
            (row.try_get_by_index::<i32>(3)?, row.try_get_by_index::<i32>(4)?),
            row.try_get_by_index::<i64>(5)?,
            row.try_get_by_index::<Option<String>>(6)?,
            row.try_get_by_index::<i64>(7)?,
            row.try_get_by_index::<Option<String>>(8)?,
        ))
    })
    .await?;
    rows.into_iter()
        .map(
            |(id, kind, step, (attempts, postponed), due, owner, fence, error_class)| {
                Ok(UnderWay {
                    id: id.into(),
                    kind: OperationKind::from_stored(kind).map_err(unreadable("operation"))?,
                    step,
                    attempts,
                    postponed,
                    next_run_at: Timestamp::from_stored(due).map_err(unreadable("operation"))?,
                    is_leased: owner.is_some(),
                    fence,
                    error_class,
                })
            },
        )
        .collect()
}

/// How busy workers are: enough to know whether all is quiet, at the cost of a look at an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulse {
    /// Operations under way that a worker may run, now or later.
    pub under_way: i64,
    /// How many of them are worked on.
    pub leased: i64,
    /// When the next one falls due.
    pub next_run_at: Option<Timestamp>,
}

/// How busy workers are.
pub async fn pulse(conn: &dyn Conn) -> Result<Pulse> {
    let text = format!("SELECT COUNT(*), COUNT(o.lease_owner), MIN({DUE}) {UNDER_WAY}");
    let rows = sql::rows(conn, "operation", text, Vec::new(), |row| {
        Ok((
            row.try_get_by_index::<i64>(0)?,
            row.try_get_by_index::<i64>(1)?,
            row.try_get_by_index::<Option<i64>>(2)?,
        ))
    })
    .await?;
    let (under_way, leased, next) = rows.first().copied().unwrap_or_default();
    Ok(Pulse {
        under_way,
        leased,
        next_run_at: next
            .map(Timestamp::from_stored)
            .transpose()
            .map_err(unreadable("operation"))?,
    })
}

/// The first day after `day` on which something about a service that is not over falls due: a reissue, a renewal, or so many days until
/// its certificate or its paid term ends.
pub async fn next_day(conn: &dyn Conn, day: Date, days_before: &[i32]) -> Result<Option<Date>> {
    let day = day.to_stored();
    let first_after = |due: &str| format!("MIN(CASE WHEN {due} > $1 THEN {due} END)");
    let mut columns = vec![first_after("reissue_on"), first_after("renew_on")];
    for column in ["end_date", "term_end"] {
        columns.extend(
            days_before
                .iter()
                .map(|before| first_after(&format!("{column} - ({before})"))),
        );
    }
    let count = columns.len();
    let text = format!(
        "SELECT {} FROM service WHERE state IN ('active', 'suspended')",
        columns.join(", ")
    );
    let found = sql::rows(conn, "service", text, vec![day.into()], |row| {
        (0..count)
            .map(|index| row.try_get_by_index::<Option<i32>>(index))
            .collect::<std::result::Result<Vec<_>, _>>()
    })
    .await?;
    let first = found.into_iter().flatten().flatten().min();
    first
        .map(Date::from_stored)
        .transpose()
        .map_err(unreadable("service"))
}

/// Operations that were begun or came to an end since an instant, in their order.
pub async fn operations_since(conn: &dyn Conn, from: Timestamp, most: u64) -> Result<Vec<Operation>> {
    let at = from.as_microsecond();
    let query = operation::Entity::find()
        .filter(
            Condition::any()
                .add(operation::Column::CreatedAt.gte(at))
                .add(operation::Column::FinishedAt.gte(at)),
        )
        .order_by_asc(operation::Column::Number)
        .limit(most);
    record::all(conn, query).await
}

/// Certificates that were delivered since an instant, in their order.
pub async fn certificates_since(conn: &dyn Conn, from: Timestamp, most: u64) -> Result<Vec<Certificate>> {
    let query = certificate::Entity::find()
        .filter(certificate::Column::DeliveredAt.gte(from.as_microsecond()))
        .order_by_asc(certificate::Column::DeliveredAt)
        .order_by_asc(certificate::Column::Id)
        .limit(most);
    record::all(conn, query).await
}

/// How many operations, certificates and mails there are since an instant.
pub async fn counts_since(conn: &dyn Conn, from: Timestamp) -> Result<[i64; 3]> {
    let mut counts = [0; 3];
    for (count, (table, condition)) in counts.iter_mut().zip([
        ("operation", "created_at >= $1 OR finished_at >= $1"),
        ("certificate", "delivered_at >= $1"),
        ("notice", "created_at >= $1"),
    ]) {
        let text = format!("SELECT COUNT(*) FROM {table} WHERE {condition}");
        *count = sql::number(conn, table, text, vec![from.as_microsecond().into()]).await?;
    }
    Ok(counts)
}

fn unreadable(table: &'static str) -> impl Fn(String) -> Error {
    move |why| Error::Unreadable { table, why }
}
