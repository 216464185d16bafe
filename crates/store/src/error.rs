//! What can go wrong between the program and its database.

use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// The result of every function of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The row was changed or removed by someone else since it was read.
    #[error("the row in `{table}` was changed by someone else")]
    Conflict {
        /// The table of the row.
        table: &'static str,
    },
    /// Another row has a value that must be unique.
    #[error("`{table}` already has such a row ({detail})")]
    Duplicate {
        /// The table that refused.
        table: &'static str,
        /// The database's own words: which constraint.
        detail: String,
    },
    /// A row that is referred to does not exist, or a row is still referred to.
    #[error("`{table}` refers to a row that is not there ({detail})")]
    Reference {
        /// The table that refused.
        table: &'static str,
        /// The database's own words: which constraint.
        detail: String,
    },
    /// What is stored does not make sense; the row was written by a newer version or by hand.
    #[error("a row in `{table}` cannot be read: {why}")]
    Unreadable {
        /// The table of the row.
        table: &'static str,
        /// The column and what is wrong with it.
        why: String,
    },
    /// The caller asked for something that the store's invariants forbid.
    #[error("refused by the store: {0}")]
    Refused(String),
    /// The database is locked, chose this transaction as the victim of a deadlock, or ran out of connections.
    #[error("the database is busy ({doing})")]
    Busy {
        /// What was being done.
        doing: &'static str,
        /// The driver's error.
        #[source]
        source: Source,
    },
    /// Anything else the driver says.
    #[error("the database failed ({doing})")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// The driver's error.
        #[source]
        source: Source,
    },
    /// A file of the database or of a backup cannot be used.
    #[error("{what}")]
    File {
        /// Which file, and what was being done with it.
        what: String,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
}

/// An error of the driver, without its type.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

impl Error {
    /// Whether the same transaction may succeed when it is run again from its start.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Conflict { .. })
    }

    /// Names the table in an error that the database raised about a row of it.
    pub(crate) fn of(doing: &'static str, error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(detail)) => Self::Duplicate { table: doing, detail },
            Some(SqlErr::ForeignKeyConstraintViolation(detail)) => Self::Reference { table: doing, detail },
            _ if is_busy(&error) => Self::Busy {
                doing,
                source: error.into(),
            },
            _ => Self::Database {
                doing,
                source: error.into(),
            },
        }
    }
}

/// SQLite: `SQLITE_BUSY` (5) and `SQLITE_LOCKED` (6) with their extended codes. PostgreSQL: serialization failure,
/// deadlock, lock not available, too many connections, shutting down.
fn is_busy(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner))
    | DbErr::Query(RuntimeErr::SqlxError(inner))
    | DbErr::Conn(RuntimeErr::SqlxError(inner))) = error
    else {
        return matches!(error, DbErr::ConnectionAcquire(_));
    };
    match &**inner {
        sea_orm::sqlx::Error::PoolTimedOut => true,
        sea_orm::sqlx::Error::Database(database) => match database.code().as_deref() {
            Some("40001" | "40P01" | "55P03" | "53300" | "57P01" | "57P03") => true,
            Some(code) => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6)),
            None => false,
        },
        _ => false,
    }
}
