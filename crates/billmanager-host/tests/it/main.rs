//! The host drives modules that are not ours.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod daemon;
mod foreign_module;
mod harness;
mod operations;
