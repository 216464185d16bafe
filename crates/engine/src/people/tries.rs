//! Counting tries, so that guessing and flooding end early (ASVS 6.3.1): per what is tried and per address.
//!
//! What is counted is kept in the database, so it holds on every node and outlives a restart. The answer says how long to
//! wait. Who knows the right password waits as well while a name is closed; the other way a guesser would learn it.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use store::{
    Tx,
    session::{AttemptOutcome, LoginAttempt},
};

use crate::{
    Engine,
    actor::Actor,
    error::{Error, Result},
};

/// Tries are counted over this time.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// So many tries from one address close it for the rest of the window.
const MOST_FROM_ADDRESS: usize = 50;

/// What is tried.
pub(super) struct Trying {
    subject: String,
    most: usize,
}

impl Trying {
    /// A password, a code, a password again: ten wrong ones close it.
    pub(super) fn secret(what: &str, whose: impl std::fmt::Display) -> Self {
        Self {
            subject: format!("{what}:{whose}"),
            most: 10,
        }
    }

    /// A mail that somebody else could ask for: five are sent.
    pub(super) fn mail(address: &str) -> Self {
        Self {
            subject: format!("mail:{}", store::user::email_key(address)),
            most: 5,
        }
    }

    /// What it is called in the audit trail.
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    /// Refuses what was tried too often lately.
    pub(super) async fn refuse_too_many(&self, engine: &Engine, actor: &Actor) -> Result<()> {
        let now = engine.clock().machine_now();
        let since = now - WINDOW;
        let reader = engine.store().reader();
        let of_subject = store::session::failures_for(reader, &self.subject, since).await?;
        let from_address = match actor.address {
            Some(address) => store::session::failures_from(reader, address, since).await?,
            None => Vec::new(),
        };
        let closed = [(&of_subject, self.most), (&from_address, MOST_FROM_ADDRESS)];
        let opens_at = closed
            .into_iter()
            .filter_map(|(tries, most)| Some(*tries.get(tries.len().checked_sub(most)?)? + WINDOW))
            .max();
        match opens_at {
            Some(opens_at) => Err(Error::TooManyTries {
                retry_after_seconds: seconds_until(opens_at, now),
            }),
            None => Ok(()),
        }
    }

    /// Counts a try.
    pub(super) async fn count(&self, engine: &Engine, tx: &Tx, address: Option<IpAddr>) -> Result<()> {
        let now = engine.clock().machine_now();
        let attempt = LoginAttempt {
            id: seal::random::uuid_v7(now),
            at: now,
            subject: self.subject.clone(),
            address: address.map(|address| address.to_string()).unwrap_or_default(),
            outcome: AttemptOutcome::Failed,
        };
        Ok(store::session::insert_attempt(tx, &attempt).await?)
    }

    /// Forgets the tries: the right one was given.
    pub(super) async fn forget(&self, tx: &Tx) -> Result<()> {
        Ok(store::session::forget_failures(tx, &self.subject).await?)
    }
}

fn seconds_until(later: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(later.duration_since(now).as_secs())
        .unwrap_or(0)
        .max(1)
}
