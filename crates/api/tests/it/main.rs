//! The API over a whole certbroker with the simulator of the CA beside it.

#![allow(
    clippy::unwrap_used,
    clippy::large_futures,
    reason = "tests fail by panicking, and their worlds are large"
)]

mod access;
mod client;
mod document;
mod orders;
mod strict;
