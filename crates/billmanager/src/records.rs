//! What a module reads of the host (protocol facts §9). Private keys are never among it.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use jiff::{SignedDuration, tz::TimeZone};

use crate::{failure::Failure, failure::Kind};

/// A row of `item` with the names of what it refers to. Everything is text, as the types of the columns are not documented.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemRow {
    /// Id.
    pub id: u64,
    /// Connection that serves it; 0 for none.
    pub connection: u64,
    /// Executable of that connection.
    pub executable: String,
    /// Template of the tariff plan.
    pub template: String,
    /// Period in months, or a special value.
    pub period: i32,
    /// Day of activation.
    pub open_date: String,
    /// Day until which it is paid, as the host sees it.
    pub expire_date: String,
    /// Tariff plan before a change; 0 for none.
    pub last_pricelist: u64,
}

/// A row of `certificate`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateRow {
    /// The request, PEM.
    pub csr: String,
    /// The certificate, PEM.
    pub crt: String,
}

/// A row of `processingmodule`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionRow {
    /// Id.
    pub id: u64,
    /// Name given by the administrator.
    pub name: String,
    /// Executable.
    pub executable: String,
}

/// Parameters of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionParams {
    /// As they are.
    pub plain: BTreeMap<String, String>,
    /// Encrypted by the host.
    pub crypted: BTreeMap<String, String>,
}

/// The host's time, compared with the machine's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostTime {
    /// How far it is ahead.
    pub ahead: SignedDuration,
    /// Its zone.
    pub zone: TimeZone,
}

/// Reads the host's database.
#[async_trait]
pub trait Records: Send + Sync {
    /// The host's time.
    async fn time(&self) -> Result<HostTime, RecordsError>;

    /// A service.
    async fn item(&self, id: u64) -> Result<Option<ItemRow>, RecordsError>;

    /// The parameters of a service that are not encrypted.
    async fn item_params(&self, item: u64) -> Result<BTreeMap<String, String>, RecordsError>;

    /// The certificate of a service.
    async fn certificate(&self, item: u64) -> Result<Option<CertificateRow>, RecordsError>;

    /// A connection.
    async fn connection(&self, id: u64) -> Result<Option<ConnectionRow>, RecordsError>;

    /// All connections of an executable.
    async fn connections(&self, executable: &str) -> Result<Vec<ConnectionRow>, RecordsError>;

    /// The connections of a tariff plan and an executable that are switched on, the first choice first.
    async fn suitable(&self, pricelist: u64, executable: &str) -> Result<Vec<u64>, RecordsError>;

    /// The parameters of a connection.
    async fn connection_params(&self, id: u64) -> Result<ConnectionParams, RecordsError>;

    /// How often an operation was tried.
    async fn tries(&self, operation: u64) -> Result<u64, RecordsError>;

    /// How many tasks an operation has.
    async fn tasks_of(&self, operation: u64) -> Result<u64, RecordsError>;

    /// How many tasks of this type a service has that are not closed.
    async fn open_tasks(&self, item: u64, kind: &str) -> Result<u64, RecordsError>;

    /// The code of two letters of a country.
    async fn country(&self, id: u64) -> Result<Option<String>, RecordsError>;

    /// The orders at CAs that belong to other services.
    async fn orders_of_others(&self, item: u64) -> Result<Vec<String>, RecordsError>;

    /// Takes the database's lock of a service for the rest of the run; false when another run kept it all the time.
    async fn lock(&self, item: u64, most: Duration) -> Result<bool, RecordsError>;
}

/// Why the database cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// Access to it is not told, wrong, or the server does not answer.
    #[error("BILLmanager's database cannot be reached: {doing}")]
    Connect {
        /// What was tried.
        doing: String,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A query failed: a table or a column is missing, or the server went away.
    #[error("BILLmanager's database refused to read {what}")]
    Query {
        /// What was read.
        what: &'static str,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The connection was lost, and another run has taken the service meanwhile.
    #[error("the lock of service {item} was lost")]
    LockLost {
        /// The service.
        item: u64,
    },
}

impl From<RecordsError> for Failure {
    fn from(error: RecordsError) -> Self {
        let kind = match &error {
            RecordsError::LockLost { .. } => Kind::Busy,
            _ => Kind::Database,
        };
        Self::new(kind).saying(error.to_string()).because(error)
    }
}
