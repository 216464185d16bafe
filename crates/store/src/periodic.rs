//! Periodic work: when it ran last, when it runs next, what came of it. One node runs it at a time.

use jiff::Timestamp;
use sea_orm::{EntityTrait, QueryOrder};

use crate::{
    error::{Error, Result},
    record::{self, record, versioned},
    sql,
    tx::{Conn, Tx},
};

record! {
    /// One piece of periodic work.
    pub struct Periodic in periodic "periodic" {
        key {
            /// Stable name.
            name: String,
        }
        /// Not before, in business time.
        next_run_at: Timestamp,
        /// When it began last.
        last_started_at: Option<Timestamp>,
        /// When it ended last.
        last_finished_at: Option<Timestamp>,
        /// What came of it, in one line.
        last_result: Option<String>,
        /// Why it failed last; none when it went well.
        last_error: Option<String>,
        /// How much is left to do.
        backlog: i64,
        /// Who runs it.
        lease_owner: Option<String>,
        /// Until when nobody else runs it, by the machine's clock.
        lease_until: Option<Timestamp>,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(Periodic);

/// All periodic work, by name.
pub async fn list(conn: &dyn Conn) -> Result<Vec<Periodic>> {
    record::all(
        conn,
        periodic::Entity::find().order_by_asc(periodic::Column::Name),
    )
    .await
}

/// One piece of periodic work.
pub async fn find(conn: &dyn Conn, name: &str) -> Result<Option<Periodic>> {
    record::one(conn, periodic::Entity::find_by_id(name)).await
}

/// Makes the row, due at once, unless it is there.
pub async fn ensure(tx: &Tx, name: &str, due: Timestamp) -> Result<()> {
    let row = Periodic {
        name: name.to_owned(),
        next_run_at: due,
        last_started_at: None,
        last_finished_at: None,
        last_result: None,
        last_error: None,
        backlog: 0,
        lease_owner: None,
        lease_until: None,
        version: 1,
    };
    record::insert_new(tx, &row).await.map(drop)
}

/// Takes the work if it is due and nobody has it. `now` is business time, `real_now` and `until` the machine's.
pub async fn claim(
    tx: &Tx,
    name: &str,
    owner: &str,
    now: Timestamp,
    real_now: Timestamp,
    until: Timestamp,
) -> Result<Option<Periodic>> {
    let query = record::claimed(tx, periodic::Entity::find_by_id(name));
    let Some(mut row) = record::one::<Periodic>(tx, query).await? else {
        return Ok(None);
    };
    let is_leased = row.lease_until.is_some_and(|lease| lease > real_now);
    if is_leased || row.next_run_at > now {
        return Ok(None);
    }
    row.lease_owner = Some(owner.to_owned());
    row.lease_until = Some(until);
    row.last_started_at = Some(now);
    record::update(tx, &mut row).await?;
    Ok(Some(row))
}

/// Keeps what came of it and frees it; [`Error::Conflict`] when another node took it over meanwhile.
pub async fn settle(tx: &Tx, row: &mut Periodic) -> Result<()> {
    row.lease_owner = None;
    row.lease_until = None;
    record::update(tx, row).await
}

/// Makes the work due at once, also while it runs; [`Error::Conflict`] when there is no such work.
pub async fn make_due(tx: &Tx, name: &str, now: Timestamp) -> Result<()> {
    let text = "UPDATE periodic SET next_run_at = $1, version = version + 1 WHERE name = $2";
    match sql::execute(
        tx,
        "periodic",
        text,
        vec![now.as_microsecond().into(), name.into()],
    )
    .await?
    {
        1 => Ok(()),
        _ => Err(Error::Conflict { table: "periodic" }),
    }
}

/// Frees what processes left when they died: for whoever knows that they did.
pub async fn end_leases(tx: &Tx) -> Result<u64> {
    let text = "UPDATE periodic SET lease_owner = NULL, lease_until = NULL, version = version + 1
        WHERE lease_owner IS NOT NULL";
    sql::execute(tx, "periodic", text, Vec::new()).await
}
