//! Tests of `pki` through its public face: tables of bad requests, chains of a made CA, and the `openssl` command as a judge.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod authority;
mod chains;
mod exports;
mod hostile;
mod requests;
