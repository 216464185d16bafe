//! Statements that the query builder has no words for. `$1` is read by both databases.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};

use crate::{
    error::{Error, Result},
    tx::Conn,
};

/// Runs a query and reads every row.
pub(crate) async fn rows<T>(
    conn: &dyn Conn,
    doing: &'static str,
    text: impl Into<String>,
    values: Vec<Value>,
    read: impl Fn(&QueryResult) -> std::result::Result<T, DbErr>,
) -> Result<Vec<T>> {
    let executor = conn.raw();
    let statement = Statement::from_sql_and_values(executor.get_database_backend(), text.into(), values);
    let rows = executor
        .query_all_raw(statement)
        .await
        .map_err(|error| Error::of(doing, error))?;
    rows.iter()
        .map(read)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| Error::of(doing, error))
}

/// Runs a query that has one row.
pub(crate) async fn number(
    conn: &dyn Conn,
    doing: &'static str,
    text: impl Into<String>,
    values: Vec<Value>,
) -> Result<i64> {
    let found = rows(conn, doing, text, values, |row| {
        row.try_get_by_index::<Option<i64>>(0)
    })
    .await?;
    Ok(found.into_iter().next().flatten().unwrap_or(0))
}

/// Runs a statement and says how many rows it touched.
pub(crate) async fn execute(
    conn: &dyn Conn,
    doing: &'static str,
    text: impl Into<String>,
    values: Vec<Value>,
) -> Result<u64> {
    let executor = conn.raw();
    let statement = Statement::from_sql_and_values(executor.get_database_backend(), text.into(), values);
    let outcome = executor
        .execute_raw(statement)
        .await
        .map_err(|error| Error::of(doing, error))?;
    Ok(outcome.rows_affected())
}

/// `$from, $from+1, …`: the places of a list of values.
pub(crate) fn places(from: usize, count: usize) -> String {
    let places: Vec<String> = (from..from + count).map(|number| format!("${number}")).collect();
    places.join(", ")
}
