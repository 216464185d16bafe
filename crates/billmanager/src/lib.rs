//! The protocol of BILLmanager's service processing modules: what an executable under `processing/` is told, answers and may call.
//!
//! A module is one short process per command. Ids come by the command line, everything else is read from the host's database; the
//! service changes only through calls of the host's own functions. Money is spent by the purchase protocol of the crate `ca`, whose journal is
//! kept in the service's parameters.
//!
//! It must never: write to the host's database, print anything but one document to standard output, let a secret into a document, a
//! report or a log, buy before the intent is stored, or name a CA: the executable brings its connector.
//!
//! | module | holds |
//! | --- | --- |
//! | [`arguments`] | the command line |
//! | [`xml`] | documents |
//! | [`failure`] | failures and their documents |
//! | [`root`] | where things lie on the host |
//! | [`template`], [`features`] | what the module offers |
//! | [`host`] | calls of the host's functions |
//! | [`records`], [`database`] | what is read from the host's database |
//! | [`secret`] | encrypted parameters |
//! | [`connection`] | a configured connection and its connector |
//! | [`service`] | a service and the request that is made of it |
//! | [`filed`] | the journal of purchases, kept with the service |
//! | [`lock`] | one run per service at a time |
//! | [`commands`] | what is done for each command |
//! | [`texts`] | what employees read |
//! | [`report`] | what the host is told of a failure |
//! | [`run`] | from the command line to the answer |
//! | [`install`] | placing the module on a host, and testing the host |

pub mod arguments;
pub mod commands;
pub mod connection;
pub mod database;
pub mod failure;
pub mod features;
pub mod filed;
pub mod host;
pub mod install;
pub mod lock;
pub mod records;
pub mod report;
pub mod root;
pub mod run;
pub mod secret;
pub mod service;
pub mod template;
pub mod texts;
pub mod xml;

#[cfg(test)]
mod fixture;

pub use failure::{Failure, Kind};
pub use root::Root;

use ca::Registration;

/// The module that this executable is.
#[derive(Debug, Clone, Copy)]
pub struct Module {
    /// File name of the executable, which is its name for the host and in logs.
    pub name: &'static str,
    /// The connector to its CA.
    pub connector: &'static Registration,
}
