//! Connections: one writer and several readers on SQLite, a pool on PostgreSQL.

use std::{
    fs::OpenOptions, io::ErrorKind, os::unix::fs::OpenOptionsExt, path::Path, sync::Arc, time::Duration,
};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseExecutor, SqlxPostgresConnector, SqlxSqliteConnector,
    sqlx::{
        postgres::{PgConnectOptions, PgPoolOptions},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    },
};
use secrecy::ExposeSecret;

use crate::{
    error::{Error, Result},
    migration,
    tx::{Conn, Tx, sealed},
    url::StoreUrl,
};

/// How long a statement waits for another program's lock, or for a free connection, before the database is busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// More readers than processors cost memory, for their caches and prepared statements, and win little.
const MOST_SQLITE_READERS: u32 = 4;
/// Prepared statements that a connection to SQLite keeps.
const STATEMENTS_KEPT: usize = 64;

/// Which database is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// The embedded one.
    Sqlite,
    /// For several nodes.
    Postgres,
}

/// What a commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// A power failure. The purchase protocol (design §5) counts on it.
    #[default]
    Full,
    /// The end of the process only: for tests and throw-away demos.
    ProcessOnly,
}

/// How to connect.
#[derive(Debug, Clone, Copy)]
pub struct StoreOptions {
    /// What a commit survives.
    pub durability: Durability,
    /// Connections that read at the same time (SQLite, four at most), or all connections (PostgreSQL).
    pub connections: u32,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            connections: 8,
        }
    }
}

/// The database, cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    writer: DatabaseConnection,
    reader: Reader,
    url: Arc<StoreUrl>,
}

/// Connections for reading outside a transaction.
#[derive(Debug, Clone)]
pub struct Reader {
    connection: DatabaseConnection,
    backend: Backend,
}

impl Store {
    /// Opens the database; a missing SQLite file is made, readable by its owner only. The schema is not touched: see
    /// [`Store::migrate`].
    ///
    /// # Errors
    /// [`Error::File`] when the SQLite file cannot be made, [`Error::Database`] when the database does not answer.
    pub async fn connect(url: &StoreUrl, options: StoreOptions) -> Result<Self> {
        let (writer, connection, backend) = match url {
            StoreUrl::Sqlite(path) => {
                make_private_file(path)?;
                let writer = sqlite_pool(path, options, Access::Write).await?;
                let reader = sqlite_pool(path, options, Access::Read).await?;
                (writer, reader, Backend::Sqlite)
            }
            StoreUrl::Postgres(address) => {
                let pool = postgres_pool(address.expose_secret(), options).await?;
                (pool.clone(), pool, Backend::Postgres)
            }
        };
        Ok(Self {
            writer,
            reader: Reader { connection, backend },
            url: Arc::new(url.clone()),
        })
    }

    /// Brings the schema to this version's head, in one transaction; several nodes may call it at once.
    ///
    /// # Errors
    /// [`Error::Refused`] when the database was written by a newer version, or a migration was edited after it ran.
    pub async fn migrate(&self) -> Result<Vec<&'static str>> {
        migration::run(self).await
    }

    /// Begins a write transaction.
    ///
    /// # Errors
    /// [`Error::Busy`] when no writer gets free in time.
    pub async fn begin(&self) -> Result<Tx> {
        Tx::begin(&self.writer, self.backend()).await
    }

    /// A view of the database at one moment.
    pub(crate) async fn snapshot(&self) -> Result<Tx> {
        Tx::begin_snapshot(&self.reader.connection, self.backend()).await
    }

    /// The connections for reading.
    #[must_use]
    pub const fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The same database; every statement that runs through this store is told to the listener.
    #[cfg(feature = "testing")]
    pub(crate) fn heard_by(
        &self,
        listener: impl Fn(&sea_orm::Statement) + Clone + Send + Sync + 'static,
    ) -> Self {
        let mut heard = self.clone();
        for connection in [&mut heard.writer, &mut heard.reader.connection] {
            let listener = listener.clone();
            connection.set_metric_callback(move |info| listener(info.statement));
        }
        heard
    }

    /// Which database it is.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        self.reader.backend
    }

    /// Where the database is.
    #[must_use]
    pub fn url(&self) -> &StoreUrl {
        &self.url
    }

    /// Whether the database answers: for health checks.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        self.reader
            .connection
            .execute_unprepared("SELECT 1")
            .await
            .map(drop)
            .map_err(|error| Error::of("ping", error))
    }

    /// Waits for running queries and closes every connection; on SQLite the WAL is folded into the file.
    pub async fn close(self) {
        for connection in [self.reader.connection, self.writer] {
            if let Err(error) = connection.close().await {
                tracing::warn!(error = %error, "the database connection did not close cleanly");
            }
        }
    }
}

impl sealed::Raw for Reader {
    fn raw(&self) -> DatabaseExecutor<'_> {
        DatabaseExecutor::Connection(&self.connection)
    }
}

impl Conn for Reader {
    fn backend(&self) -> Backend {
        self.backend
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

async fn sqlite_pool(path: &Path, options: StoreOptions, access: Access) -> Result<DatabaseConnection> {
    let synchronous = match options.durability {
        Durability::Full => SqliteSynchronous::Full,
        Durability::ProcessOnly => SqliteSynchronous::Off,
    };
    let mut connect = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(PATIENCE)
        .foreign_keys(true)
        .pragma("temp_store", "MEMORY")
        .statement_cache_capacity(STATEMENTS_KEPT)
        // KiB per connection: all of them together must leave room in a small machine's memory.
        .pragma("cache_size", "-2000");
    if access == Access::Read {
        connect = connect.pragma("query_only", "ON");
    }
    let pool = SqlitePoolOptions::new()
        .max_connections(match access {
            Access::Write => 1,
            Access::Read => options.connections.min(MOST_SQLITE_READERS),
        })
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(connect)
        .await
        .map_err(|error| Error::Database {
            doing: "open the SQLite file",
            source: error.into(),
        })?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

async fn postgres_pool(address: &str, options: StoreOptions) -> Result<DatabaseConnection> {
    let failed = |error: sea_orm::sqlx::Error| Error::Database {
        doing: "connect to PostgreSQL",
        source: error.into(),
    };
    let mut connect: PgConnectOptions = address.parse().map_err(failed)?;
    if options.durability == Durability::ProcessOnly {
        connect = connect.options([("synchronous_commit", "off")]);
    }
    let pool = PgPoolOptions::new()
        .max_connections(options.connections.max(2))
        .acquire_timeout(PATIENCE)
        .connect_with(connect)
        .await
        .map_err(failed)?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

/// Makes the file before SQLite does, so that it is never readable by others; `-wal` and `-shm` inherit its mode.
fn make_private_file(path: &Path) -> Result<()> {
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(Error::File {
            what: format!("cannot make the database file {}", path.display()),
            source,
        }),
    }
}
