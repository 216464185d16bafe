//! What certbroker keeps: the only crate that knows SQL, tables and columns.
//!
//! One code base serves SQLite (one writer, several readers, WAL) and PostgreSQL. Every aggregate is a module with
//! plain row structs made of domain types and free functions; reads take any [`Conn`], writes take a [`Tx`].
//!
//! What must never be here: a decision. The store refuses what would break its own invariants (a stale version, a
//! second row with a unique value, an entry whose postings do not sum to zero) and nothing else. It reads no clock and
//! makes no ids: both come in.
//!
//! | module | holds |
//! | --- | --- |
//! | [`url`], [`connect`], [`tx`] | where the database is, connections, transactions |
//! | [`error`] | what can go wrong, and whether trying again helps |
//! | [`page`] | pages of long lists |
//! | `cell`, `record` | how domain types become columns, how a row struct becomes a table (crate-private) |
//! | [`migration`] | the schema, as the same SQL for both databases |
//! | [`backup`] | the whole database as lines of JSON, from either into either |
//! | [`reconciliation`] | what the CAs have that nothing here explains |
//! | [`sealed`] | every column that holds sealed secrets |
//! | [`introspect`] | what the database says of its own schema |
//! | [`counter`] | human numbers without gaps |
//! | [`instance`], [`seller`], [`setting`] | which installation this is, who sells, what they set |
//! | [`account`], [`user`], [`department`] | who buys, who signs in, who works |
//! | [`session`], [`api_token`] | what proves who somebody is |
//! | [`ledger`], [`reservation`], [`document`], [`credit_request`], [`credit_once`], [`rate`] | money |
//! | [`task`], [`notice`], [`periodic`] | work for people, mails, work that repeats |
//! | [`mail_text`], [`reminder`] | mail texts that sellers changed; when clients are told that a certificate ends |
//! | [`audit`] | who did what |
//! | [`module`], [`catalogue`], [`tariff`] | processing modules, what CAs sell, what clients are offered |
//! | [`service`], [`service_list`], [`request`] | what clients bought: names, prices, requests, keys; the long list |
//! | [`service_methods`], [`service_plan`] | services proven by methods that end; the days of all next reissues |
//! | [`operation`], [`purchase`] | automatic work with leases; the journal of purchases |
//! | [`ca_order`], [`validation`], [`certificate`] | what CAs hold for us, what they want proven, what they issued |
//! | [`replacement`] | runs that replace many certificates at once, and their services |
//! | [`time_travel`] | moves of business time in simulated mode |
//! | [`zone`] | DNS zones that validation records are published into |
//! | `testing` | a database per test (feature `testing`) |

pub mod account;
pub mod api_token;
pub mod audit;
pub mod backup;
pub mod connect;
pub mod counter;
pub mod credit_once;
pub mod credit_request;
pub mod department;
pub mod document;
pub mod error;
pub mod instance;
pub mod introspect;
pub mod ledger;
pub mod mail_text;
pub mod migration;
pub mod notice;
pub mod page;
pub mod periodic;
pub mod rate;
pub mod reconciliation;
pub mod reminder;
pub mod replacement;
pub mod reservation;
pub mod sealed;
pub mod seller;
pub mod session;
pub mod setting;
pub mod task;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time_travel;
pub mod tx;
pub mod url;
pub mod user;

pub mod ca_order;
pub mod catalogue;
pub mod certificate;
pub mod module;
pub mod operation;
pub mod purchase;
pub mod request;
pub mod service;
pub mod service_list;
pub mod service_methods;
pub mod service_plan;
pub mod tariff;
pub mod validation;
pub mod zone;

mod amount;
mod cell;
mod record;
#[cfg(test)]
mod record_columns;
mod sql;

pub use cell::Json;
pub use connect::{Backend, Durability, Reader, Store, StoreOptions};
pub use error::{Error, Result};
pub use page::{Cursor, Listing, Page};
pub use tx::{Conn, Tx};
pub use url::StoreUrl;
