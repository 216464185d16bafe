//! The store on both databases.

extern crate certbroker_store as store;

mod audit;
mod backup;
mod core;
mod fixture;
mod ledger;
mod schema;
mod work;
