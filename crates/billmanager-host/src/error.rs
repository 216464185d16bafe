//! What can go wrong with a host, other than what it is there to show.

use std::{io, path::PathBuf};

use crate::{document::DocumentError, mariadb::MariaDbError};

/// Why the host could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// There is no server for the database.
    #[error("no MariaDB")]
    MariaDb(#[from] MariaDbError),
    /// The database refused.
    #[error("the host's database failed: {0}")]
    Database(#[from] sqlx_core::error::Error),
    /// A file or folder of the host.
    #[error("{path}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A module could not be started.
    #[error("the module {module} could not be started")]
    Start {
        /// Its name.
        module: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A module ran for longer than any may.
    #[error("the module {module} was still running after {seconds} s and was ended")]
    TooLong {
        /// Its name.
        module: String,
        /// The limit.
        seconds: u64,
    },
    /// A module answered something that is no document.
    #[error("the module's answer to {command} is not understood: {said}")]
    Answer {
        /// The command.
        command: String,
        /// What it printed.
        said: String,
        /// What is wrong with it.
        #[source]
        source: DocumentError,
    },
    /// A module refused.
    #[error("{error}")]
    Refused {
        /// Its error document.
        error: ModuleRefusal,
    },
    /// The last step of the wizard failed.
    #[error("Cannot connect to the processing module: {error}")]
    CannotConnect {
        /// What the module said.
        error: ModuleRefusal,
    },
    /// The module does not announce what was wanted.
    #[error("the module {module} does not announce {feature}")]
    NotAnnounced {
        /// The module.
        module: String,
        /// The feature.
        feature: String,
    },
    /// There is no such row.
    #[error("there is no {what} {id}")]
    NoSuch {
        /// Kind of row.
        what: &'static str,
        /// Its id.
        id: i64,
    },
    /// The clock was asked to go back.
    #[error("the clock stands at {now} and does not go back to {asked}")]
    Backwards {
        /// What it shows.
        now: jiff::Timestamp,
        /// What was asked.
        asked: jiff::Timestamp,
    },
    /// The key for parameters could not be made or used.
    #[error("the host's key failed")]
    Key,
    /// Anything else, said.
    #[error("{0}")]
    Other(String),
}

/// The error that a module printed.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {object} {value}")]
pub struct ModuleRefusal {
    /// `type` of the error.
    pub kind: String,
    /// `object`, if any.
    pub object: String,
    /// `value`, as attribute or parameter.
    pub value: String,
}

/// Names a file in its error.
pub(crate) fn file_error(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> HostError {
    let path = path.into();
    move |source| HostError::File { path, source }
}
