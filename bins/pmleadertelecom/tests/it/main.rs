//! The executable between a simulated BILLmanager and a simulated CA.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod commands;
mod crowd;
mod failures;
mod gate;
mod install;
mod kills;
mod lives;
mod logs;
mod subscription;
mod world;
