//! The crate's eyes and publisher against name servers, web servers and mailboxes on loopback.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking, also in its helpers"
)]

mod authoritative;
mod bind;
mod caa;
mod cname;
mod demo;
mod dnssec;
mod mailbox;
mod publish;
mod web_file;
mod words;
mod world;
