//! The simulator as its clients see it: over sockets, in one process or as a program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::needless_pass_by_value,
    reason = "tests fail by panicking, also in their helpers, and build JSON on the spot"
)]

mod faithful;
mod faults;
mod harness;
mod issuance;
mod management;
mod orders;
mod program;
mod validation;
