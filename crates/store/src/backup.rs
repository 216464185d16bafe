//! Backups: the whole database as lines of JSON, alike for both databases, so that a backup of one restores into the other.
//!
//! ```text
//! {"certbroker_backup":1,"taken_at":"…","steps":["m0001_people_and_money",…]}
//! {"table":"account","columns":["id",…]}
//! ["0192…",…]
//! {"complete":1234}
//! ```
//!
//! The last line counts the rows; a file without it was cut off and is refused. Secrets are in it as they are in the
//! database: sealed under keys that are in neither.

use std::io::{BufRead, Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Cell, json};
use uuid::Uuid;

use crate::{
    connect::Store,
    error::{Error, Result},
    instance, introspect, migration,
    tx::{Tx, sealed::Raw},
};

/// Why purchases are off after a restore.
pub const RESTORED: &str = "restored";

/// The form of backup that this version writes and reads.
const FORM: u32 = 1;

/// SQLite takes 32,766 parameters in one statement; PostgreSQL 65,535.
const MOST_PARAMETERS: usize = 8_000;

/// What was written or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Tables with rows or without.
    pub tables: u64,
    /// Rows of all tables.
    pub rows: u64,
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header {
    certbroker_backup: u32,
    taken_at: Timestamp,
    steps: Vec<String>,
}

/// A line that is no row.
#[derive(Deserialize)]
#[serde(untagged)]
enum Mark {
    Table { table: String, columns: Vec<String> },
    End { complete: u64 },
}

/// The types that columns have (see [`migration`]).
#[derive(Clone, Copy)]
enum Type {
    Bigint,
    Boolean,
    Bytea,
    Integer,
    Text,
    Uuid,
}

/// Writes the whole database as it was at one moment; others may go on writing meanwhile.
///
/// # Errors
/// [`Error::File`] when `out` does not take it.
pub async fn write(store: &Store, out: &mut (dyn Write + Send), taken_at: Timestamp) -> Result<Summary> {
    let snapshot = store.snapshot().await?;
    let steps = migration::applied_in_order(&snapshot).await?;
    let tables = migration::tables(&steps);
    let header = Header {
        certbroker_backup: FORM,
        taken_at,
        steps: steps.iter().map(|&step| step.to_owned()).collect(),
    };
    write_line(out, &header)?;
    let mut rows = 0;
    for table in &tables {
        rows += write_table(&snapshot, table, out).await?;
    }
    write_line(out, &json!({ "complete": rows }))?;
    out.flush().map_err(unwritable)?;
    Ok(Summary {
        tables: tables.len() as u64,
        rows,
    })
}

/// Fills an empty database from a backup, brings its schema to the head, gives it a new instance id and switches purchases
/// off: what happened at the CA since the backup is not in it (design §5). All of it or nothing.
///
/// # Errors
/// [`Error::Refused`] when the database is not empty, or the backup is damaged, cut off or of a newer version.
pub async fn restore(
    store: &Store,
    input: &mut (dyn BufRead + Send),
    new_instance_id: Uuid,
    now: Timestamp,
) -> Result<Summary> {
    let mut lines = input.lines().map(|line| line.map_err(unreadable_file));
    let mut next = move || lines.next().transpose();
    let header: Header = match next()? {
        Some(line) => serde_json::from_str(&line).map_err(|_| refused("this is no backup of certbroker"))?,
        None => return Err(refused("the backup is empty")),
    };
    if header.certbroker_backup != FORM {
        return Err(refused("the backup was written by a newer version"));
    }
    let tx = store.begin().await?;
    migration::apply(&tx, |name| header.steps.iter().any(|step| step == name)).await?;
    let steps = migration::applied_in_order(&tx).await?;
    if let Some(unknown) = header.steps.iter().find(|step| !steps.contains(&step.as_str())) {
        return Err(Error::Refused(format!(
            "the backup was written by a newer version (it has step {unknown})"
        )));
    }
    let known = migration::tables(&steps);
    refuse_filled(&tx, &known).await?;
    let mut summary = Summary { tables: 0, rows: 0 };
    let mut open: Option<Filling> = None;
    loop {
        let Some(line) = next()? else {
            return Err(refused("the backup was cut off"));
        };
        if line.starts_with('[') {
            let filling = open
                .as_mut()
                .ok_or_else(|| refused("the backup has a row before its table"))?;
            filling.add(&tx, &line).await?;
            summary.rows += 1;
            continue;
        }
        if let Some(filling) = &mut open {
            filling.flush(&tx).await?;
        }
        match serde_json::from_str(&line).map_err(|_| refused("the backup is damaged"))? {
            Mark::Table { table, columns } => {
                if !known.contains(&table.as_str()) {
                    return Err(Error::Refused(format!(
                        "the backup has a table `{table}` that nobody knows"
                    )));
                }
                summary.tables += 1;
                open = Some(Filling::of(&tx, table, columns).await?);
            }
            Mark::End { complete } if complete == summary.rows => break,
            Mark::End { .. } => return Err(refused("the backup lacks rows")),
        }
    }
    migration::apply(&tx, |_| true).await?;
    if let Some(mut row) = instance::find(&tx).await? {
        row.instance_id = new_instance_id;
        row.purchases_blocked = true;
        row.blocked_reason = Some(RESTORED.to_owned());
        row.blocked_at = Some(now);
        instance::update(&tx, &mut row).await?;
    }
    tx.commit().await?;
    Ok(summary)
}

async fn write_table(snapshot: &Tx, table: &str, out: &mut (dyn Write + Send)) -> Result<u64> {
    let columns = introspect::columns(snapshot, table).await?;
    let types = columns
        .iter()
        .map(|column| Type::of(table, &column.of_type))
        .collect::<Result<Vec<_>>>()?;
    let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
    write_line(out, &json!({ "table": table, "columns": names }))?;
    let list = names
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect::<Vec<_>>()
        .join(", ");
    // Ids grow with time, so a row that refers to another of its own table comes after it.
    let mut rows = snapshot
        .stream("backup", format!("SELECT {list} FROM \"{table}\" ORDER BY 1"))
        .await?;
    let mut count = 0;
    while let Some(row) = rows
        .try_next()
        .await
        .map_err(|error| Error::of("backup", error))?
    {
        let cells = names
            .iter()
            .zip(&types)
            .map(|(name, of_type)| of_type.read(&row, name))
            .collect::<Result<Vec<_>>>()?;
        write_line(out, &cells)?;
        count += 1;
    }
    Ok(count)
}

/// A table that is being filled.
struct Filling {
    table: String,
    columns: Vec<String>,
    types: Vec<Type>,
    values: Vec<Value>,
}

impl Filling {
    async fn of(tx: &Tx, table: String, columns: Vec<String>) -> Result<Self> {
        let known = introspect::columns(tx, &table).await?;
        let types = columns
            .iter()
            .map(|name| {
                let column = known.iter().find(|column| column.name == *name);
                let column =
                    column.ok_or_else(|| Error::Refused(format!("`{table}` has no column `{name}`")))?;
                Type::of(&table, &column.of_type)
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            table,
            columns,
            types,
            values: Vec::new(),
        })
    }

    async fn add(&mut self, tx: &Tx, line: &str) -> Result<()> {
        let cells: Vec<Cell> =
            serde_json::from_str(line).map_err(|_| refused("the backup has a damaged row"))?;
        if cells.len() != self.columns.len() {
            return Err(refused("the backup has a row with too few or too many columns"));
        }
        for (cell, of_type) in cells.iter().zip(&self.types) {
            let value = of_type.write(cell);
            self.values
                .push(value.ok_or_else(|| Error::Refused(format!("a row of `{}` is damaged", self.table)))?);
        }
        if self.values.len() + self.columns.len() > MOST_PARAMETERS {
            self.flush(tx).await?;
        }
        Ok(())
    }

    async fn flush(&mut self, tx: &Tx) -> Result<()> {
        if self.values.is_empty() {
            return Ok(());
        }
        let width = self.columns.len();
        let tuples: Vec<String> = (0..self.values.len() / width)
            .map(|row| {
                let places: Vec<_> = (1..=width)
                    .map(|column| format!("${}", row * width + column))
                    .collect();
                format!("({})", places.join(", "))
            })
            .collect();
        let names: Vec<_> = self.columns.iter().map(|name| format!("\"{name}\"")).collect();
        let sql = format!(
            "INSERT INTO \"{}\" ({}) VALUES {}",
            self.table,
            names.join(", "),
            tuples.join(", ")
        );
        let values = std::mem::take(&mut self.values);
        let executor = tx.raw();
        executor
            .execute_raw(Statement::from_sql_and_values(
                executor.get_database_backend(),
                sql,
                values,
            ))
            .await
            .map(drop)
            .map_err(|error| Error::of("restore", error))
    }
}

impl Type {
    fn of(table: &str, word: &str) -> Result<Self> {
        match word {
            "bigint" => Ok(Self::Bigint),
            "boolean" => Ok(Self::Boolean),
            "bytea" => Ok(Self::Bytea),
            "integer" => Ok(Self::Integer),
            "text" => Ok(Self::Text),
            "uuid" => Ok(Self::Uuid),
            other => Err(Error::Refused(format!(
                "`{table}` has a column of type `{other}`"
            ))),
        }
    }

    fn read(self, row: &QueryResult, name: &str) -> Result<Cell> {
        let cell = match self {
            Self::Bigint => row.try_get::<Option<i64>>("", name).map(|value| json!(value)),
            Self::Boolean => row.try_get::<Option<bool>>("", name).map(|value| json!(value)),
            Self::Bytea => row
                .try_get::<Option<Vec<u8>>>("", name)
                .map(|value| json!(value.map(|bytes| STANDARD.encode(bytes)))),
            Self::Integer => row.try_get::<Option<i32>>("", name).map(|value| json!(value)),
            Self::Text => row.try_get::<Option<String>>("", name).map(|value| json!(value)),
            Self::Uuid => row.try_get::<Option<Uuid>>("", name).map(|value| json!(value)),
        };
        cell.map_err(|error| Error::of("backup", error))
    }

    /// The value for the database; `None` when the cell is of another type.
    fn write(self, cell: &Cell) -> Option<Value> {
        if cell.is_null() {
            return Some(match self {
                Self::Bigint => Value::BigInt(None),
                Self::Boolean => Value::Bool(None),
                Self::Bytea => Value::Bytes(None),
                Self::Integer => Value::Int(None),
                Self::Text => Value::String(None),
                Self::Uuid => Value::Uuid(None),
            });
        }
        match self {
            Self::Bigint => cell.as_i64().map(Value::from),
            Self::Boolean => cell.as_bool().map(Value::from),
            Self::Bytea => STANDARD.decode(cell.as_str()?).ok().map(Value::from),
            Self::Integer => i32::try_from(cell.as_i64()?).ok().map(Value::from),
            Self::Text => cell.as_str().map(Value::from),
            Self::Uuid => cell.as_str()?.parse::<Uuid>().ok().map(Value::from),
        }
    }
}

async fn refuse_filled(tx: &Tx, tables: &[&str]) -> Result<()> {
    for table in tables {
        let sql = format!("SELECT 1 AS one FROM \"{table}\" LIMIT 1");
        let executor = tx.raw();
        let row = executor
            .query_one_raw(Statement::from_string(executor.get_database_backend(), sql))
            .await
            .map_err(|error| Error::of("restore", error))?;
        if row.is_some() {
            return Err(Error::Refused(format!(
                "the database is not empty (`{table}` has rows)"
            )));
        }
    }
    Ok(())
}

fn write_line(out: &mut (dyn Write + Send), line: &impl Serialize) -> Result<()> {
    // Headers and rows are plain values, which always serialise.
    let mut text = serde_json::to_vec(line).unwrap_or_default();
    text.push(b'\n');
    out.write_all(&text).map_err(unwritable)
}

fn refused(why: &str) -> Error {
    Error::Refused(why.to_owned())
}

fn unwritable(source: std::io::Error) -> Error {
    Error::File {
        what: "the backup cannot be written".to_owned(),
        source,
    }
}

fn unreadable_file(source: std::io::Error) -> Error {
    Error::File {
        what: "the backup cannot be read".to_owned(),
        source,
    }
}
