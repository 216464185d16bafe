//! The store on both databases.

extern crate certbroker_store as store;

mod core;
mod schema;
