//! The real program, started as its users start it, with everything that validation looks at around it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests stop with what went wrong"
)]

mod clock;
mod exit_codes;
mod killed;
mod once;
mod openssl;
mod postgres;
mod program;
mod shapes;
mod way;
mod world;
mod years;
