//! The executable between a simulated BILLmanager and a simulated CA.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod crowd;
mod failures;
mod gate;
mod kills;
mod lives;
mod subscription;
mod world;
