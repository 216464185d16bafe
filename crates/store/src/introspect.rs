//! What the database says of its own schema, in words that are alike for both: for tests, backups and support.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, QueryResult, Statement};

use crate::{
    connect::Backend,
    error::{Error, Result},
    tx::Conn,
};

/// Every column (`column account.name text not null`) and every index (`index ux_… unique on account (number)`).
///
/// # Errors
/// When the database fails.
pub async fn schema(conn: &dyn Conn) -> Result<BTreeSet<String>> {
    let mut lines = BTreeSet::new();
    for table in tables(conn).await? {
        for column in columns(conn, &table).await? {
            let nullable = if column.is_nullable { "" } else { " not null" };
            lines.insert(format!(
                "column {table}.{} {}{nullable}",
                column.name, column.of_type
            ));
        }
    }
    lines.extend(indexes(conn).await?);
    Ok(lines)
}

/// A column as the database describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type in lower case.
    pub of_type: String,
    /// Whether it may be empty.
    pub is_nullable: bool,
}

/// The names of all tables, sorted.
///
/// # Errors
/// When the database fails.
pub async fn tables(conn: &dyn Conn) -> Result<Vec<String>> {
    let sql = match conn.backend() {
        Backend::Sqlite => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        }
        Backend::Postgres => {
            "SELECT table_name::text AS name FROM information_schema.tables
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1"
        }
    };
    query(conn, sql, [])
        .await?
        .iter()
        .map(|row| text(row, "name"))
        .collect()
}

/// The columns of a table, in their order.
///
/// # Errors
/// When the database fails.
pub async fn columns(conn: &dyn Conn, table: &str) -> Result<Vec<Column>> {
    let sql = match conn.backend() {
        Backend::Sqlite => {
            "SELECT name, lower(type) AS of_type, CAST(\"notnull\" AS text) AS required
             FROM pragma_table_info($1) ORDER BY cid"
        }
        Backend::Postgres => {
            "SELECT column_name::text AS name, data_type::text AS of_type,
             CASE is_nullable WHEN 'NO' THEN '1' ELSE '0' END AS required
             FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
        }
    };
    query(conn, sql, [table.into()])
        .await?
        .iter()
        .map(|row| {
            Ok(Column {
                name: text(row, "name")?,
                of_type: text(row, "of_type")?,
                is_nullable: text(row, "required")? == "0",
            })
        })
        .collect()
}

/// The indexes that were given a name; those of primary keys are left out.
async fn indexes(conn: &dyn Conn) -> Result<Vec<String>> {
    let sql = match conn.backend() {
        Backend::Sqlite => {
            "SELECT list.name AS name, schema.tbl_name AS of_table, CAST(list.\"unique\" AS text) AS is_unique,
             (SELECT group_concat(info.name, ', ') FROM pragma_index_info(list.name) AS info) AS columns,
             CAST(list.partial AS text) AS is_partial
             FROM sqlite_schema AS schema, pragma_index_list(schema.tbl_name) AS list
             WHERE schema.type = 'table' AND list.origin = 'c'"
        }
        Backend::Postgres => {
            "SELECT i.relname::text AS name, t.relname::text AS of_table,
             CASE WHEN x.indisunique THEN '1' ELSE '0' END AS is_unique,
             (SELECT string_agg(a.attname::text, ', ' ORDER BY k.place)
              FROM unnest(x.indkey) WITH ORDINALITY AS k (number, place)
              JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number) AS columns,
             CASE WHEN x.indpred IS NULL THEN '0' ELSE '1' END AS is_partial
             FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
             JOIN pg_namespace n ON n.oid = t.relnamespace
             WHERE n.nspname = current_schema() AND NOT x.indisprimary"
        }
    };
    query(conn, sql, [])
        .await?
        .iter()
        .map(|row| {
            let unique = if text(row, "is_unique")? == "1" {
                " unique"
            } else {
                ""
            };
            let partial = if text(row, "is_partial")? == "1" {
                " partial"
            } else {
                ""
            };
            let (name, table, columns) = (text(row, "name")?, text(row, "of_table")?, text(row, "columns")?);
            Ok(format!("index {name}{unique}{partial} on {table} ({columns})"))
        })
        .collect()
}

async fn query<const N: usize>(
    conn: &dyn Conn,
    sql: &str,
    values: [sea_orm::Value; N],
) -> Result<Vec<QueryResult>> {
    let executor = conn.raw();
    executor
        .query_all_raw(Statement::from_sql_and_values(
            executor.get_database_backend(),
            sql,
            values,
        ))
        .await
        .map_err(|error| Error::of("the schema", error))
}

fn text(row: &QueryResult, column: &str) -> Result<String> {
    row.try_get("", column)
        .map_err(|error| Error::of("the schema", error))
}
