//! The engine at work, with everything around it, on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests stop with what went wrong"
)]
#![allow(
    clippy::large_futures,
    reason = "a world on the stack of a test is in nobody's way"
)]

mod adoption;
mod bad_orders;
mod crash;
mod exactly_once;
mod main_job;
mod notices;
mod people_decide;
mod plans;
mod rates;
mod reconcile;
mod reissue;
mod replace;
mod soak;
mod terms;
mod travel;
mod trouble;
mod work;
