//! What tests need: a database of their own.

pub mod database;
