//! The store on both databases.

#![expect(clippy::unwrap_used, reason = "tests stop with what went wrong")]

extern crate certbroker_store as store;

mod audit;
mod backup;
mod core;
mod due;
mod fixture;
mod ledger;
mod replacement;
mod schema;
mod services;
mod time_travel;
mod work;
