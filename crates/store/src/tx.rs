//! Transactions, and the one trait that lets a query run inside or outside of one.

use std::sync::{Mutex, PoisonError};

use futures_util::Stream;
use sea_orm::{
    ConnectionTrait, DatabaseExecutor, DatabaseTransaction, DbErr, QueryResult, Statement, StreamTrait,
    TransactionTrait,
};

use crate::{
    audit::{self, NewLink},
    connect::Backend,
    error::{Error, Result},
};

pub(crate) mod sealed {
    use sea_orm::DatabaseExecutor;

    /// What a query needs of a connection.
    pub trait Raw: Send + Sync {
        fn raw(&self) -> DatabaseExecutor<'_>;
    }
}

/// Something that queries can run on: a [`Reader`](crate::Reader) or a [`Tx`]. Functions that read take `&dyn Conn`.
pub trait Conn: sealed::Raw {
    /// Which database answers.
    fn backend(&self) -> Backend;
}

/// A write transaction. Dropped without [`Tx::commit`] it leaves no trace.
///
/// On SQLite it holds the only writer (`BEGIN IMMEDIATE`), so nobody else writes until it ends: keep network calls
/// and password hashing outside, and never begin a second one while holding the first. On PostgreSQL it is READ
/// COMMITTED, and rows are guarded by their `version` or by explicit locks.
pub struct Tx {
    inner: DatabaseTransaction,
    backend: Backend,
    links: Mutex<Vec<NewLink>>,
    afterwards: Mutex<Vec<Box<dyn FnOnce() + Send>>>,
}

impl Tx {
    pub(crate) async fn begin(connection: &sea_orm::DatabaseConnection, backend: Backend) -> Result<Self> {
        let options = sea_orm::TransactionOptions {
            sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let inner = connection
            .begin_with_options(options)
            .await
            .map_err(|error| Error::of("begin a transaction", error))?;
        Ok(Self {
            inner,
            backend,
            links: Mutex::default(),
            afterwards: Mutex::default(),
        })
    }

    /// A view of the database at one moment, for reading much.
    pub(crate) async fn begin_snapshot(
        connection: &sea_orm::DatabaseConnection,
        backend: Backend,
    ) -> Result<Self> {
        let isolation_level =
            (backend == Backend::Postgres).then_some(sea_orm::IsolationLevel::RepeatableRead);
        let options = sea_orm::TransactionOptions {
            isolation_level,
            ..Default::default()
        };
        let inner = connection
            .begin_with_options(options)
            .await
            .map_err(|error| Error::of("begin a snapshot", error))?;
        Ok(Self {
            inner,
            backend,
            links: Mutex::default(),
            afterwards: Mutex::default(),
        })
    }

    /// Appends a link to the audit trail when the transaction is committed.
    pub fn audit(&self, link: NewLink) {
        self.links
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(link);
    }

    /// Makes everything done in it permanent, then runs what was left [`Tx::afterwards`].
    ///
    /// # Errors
    /// When the database cannot commit; nothing was changed then, and nothing runs afterwards.
    pub async fn commit(self) -> Result<()> {
        let links = std::mem::take(&mut *self.links.lock().unwrap_or_else(PoisonError::into_inner));
        audit::append(&self, links).await?;
        self.inner
            .commit()
            .await
            .map_err(|error| Error::of("commit", error))?;
        let afterwards = self
            .afterwards
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        for action in afterwards {
            action();
        }
        Ok(())
    }

    /// Undoes everything done in it at once, instead of when the connection is used next.
    ///
    /// # Errors
    /// When the connection is gone; the database undoes the transaction by itself then.
    pub async fn rollback(self) -> Result<()> {
        self.inner
            .rollback()
            .await
            .map_err(|error| Error::of("roll back", error))
    }

    /// Runs `action` once the transaction has been committed, and not at all when it is not: for waking a worker.
    pub fn afterwards(&self, action: impl FnOnce() + Send + 'static) {
        self.afterwards
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Box::new(action));
    }

    /// The rows of a query, one by one.
    pub(crate) async fn stream(
        &self,
        doing: &'static str,
        sql: String,
    ) -> Result<impl Stream<Item = std::result::Result<QueryResult, DbErr>> + '_> {
        let statement = Statement::from_string(ConnectionTrait::get_database_backend(&self.inner), sql);
        self.inner
            .stream_raw(statement)
            .await
            .map_err(|error| Error::of(doing, error))
    }

    /// Runs SQL that differs between the databases or that the query builder has no words for.
    pub(crate) async fn execute(&self, doing: &'static str, sql: &str) -> Result<()> {
        self.inner
            .execute_unprepared(sql)
            .await
            .map(drop)
            .map_err(|error| Error::of(doing, error))
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx")
            .field("backend", &self.backend)
            .finish_non_exhaustive()
    }
}

impl sealed::Raw for Tx {
    fn raw(&self) -> DatabaseExecutor<'_> {
        DatabaseExecutor::Transaction(&self.inner)
    }
}

impl Conn for Tx {
    fn backend(&self) -> Backend {
        self.backend
    }
}
