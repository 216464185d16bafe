//! What tests need: a database of their own, and a whole world around an engine.
//!
//! Everything here panics when it cannot do what a test asks: that is how a test fails.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "this crate is for tests"
)]

pub mod adding_ca;
pub mod database;
pub mod elsewhere;
pub mod soak;
pub mod world;

pub use database::TestStore;
pub use world::{TestWorld, Wanted};
