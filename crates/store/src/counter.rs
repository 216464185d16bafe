//! Human numbers: one after another per kind, without gaps, because the number is taken in the transaction that uses it.

use domain::id::NumberKind;
use sea_orm::{ConnectionTrait, Statement};

use crate::{
    error::{Error, Result},
    sql,
    tx::{Tx, sealed::Raw},
};

/// The next number of a kind of entity, beginning with 1.
///
/// # Errors
/// When the database fails.
pub async fn next_number(tx: &Tx, kind: NumberKind) -> Result<i64> {
    next(tx, kind.word()).await
}

/// The next number of any named sequence. Whoever takes one makes others wait until the transaction ends, so take it
/// late and after every lock on an account (design: locks are taken in the order account, counter, audit).
///
/// # Errors
/// When the database fails.
pub async fn next(tx: &Tx, name: &str) -> Result<i64> {
    let executor = tx.raw();
    let statement = Statement::from_sql_and_values(
        executor.get_database_backend(),
        "INSERT INTO counter (name, value) VALUES ($1, 1)
         ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        [name.into()],
    );
    let row = executor
        .query_one_raw(statement)
        .await
        .map_err(|error| Error::of("counter", error))?;
    row.ok_or(Error::Unreadable {
        table: "counter",
        why: "no value came back".to_owned(),
    })?
    .try_get("", "value")
    .map_err(|error| Error::of("counter", error))
}

/// Moves a sequence to `value`, so that the number after it comes next: for imports that bring numbers of their own. A
/// sequence that is further already stays where it is.
///
/// # Errors
/// When the database fails.
pub async fn advance(tx: &Tx, kind: NumberKind, value: i64) -> Result<()> {
    sql::execute(
        tx,
        "counter",
        "INSERT INTO counter (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE counter.value < excluded.value",
        vec![kind.word().into(), value.into()],
    )
    .await
    .map(drop)
}
