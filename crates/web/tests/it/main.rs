//! The site over a whole world: real use cases, a simulated CA, no script.

#![allow(
    clippy::unwrap_used,
    clippy::large_futures,
    reason = "tests fail by panicking, and their worlds are large"
)]

mod access;
mod admin_modules;
mod admin_people;
mod admin_rates;
mod admin_system;
mod admin_tariffs;
mod admin_work;
mod browser;
mod order;
mod plans;
mod reissue;
