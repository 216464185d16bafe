//! What BILLmanager does by itself: attempts of operations every five minutes, looks at pending and issued certificates, balances.
//!
//! Attempts every five minutes and balances at six and eighteen o'clock are documented; how often `sync_item` runs is not, and
//! that an attempt is counted before it begins is inferred.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp, ToSpan as _, tz::TimeZone};
use sqlx_core::{query::query, query_as::query_as};

use crate::{
    error::HostError,
    host::{Host, Inner},
    launch::Run,
};

/// Between two attempts of an operation.
pub const BETWEEN_ATTEMPTS: SignedDuration = SignedDuration::from_mins(5);
/// Hours at which balances are asked for.
const BALANCE_HOURS: [i8; 2] = [6, 18];
/// `TIMESTAMP` of MariaDB 10 ends with 32 bits, and with it the clock of modules.
const LAST_SECOND: i64 = 2_147_483_647;

/// How often periodic work runs.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// `sync_item` of certificates that are requested or awaited.
    pub pending: SignedDuration,
    /// `sync_item` of certificates that are issued.
    pub issued: SignedDuration,
    /// Whether balances are asked for.
    pub balances: Balances,
}

/// Whether balances are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Balances {
    /// At six and eighteen o'clock.
    Asked,
    /// Only by [`Host::ask_balances`].
    Left,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            pending: SignedDuration::from_mins(5),
            issued: SignedDuration::from_hours(24),
            balances: Balances::Asked,
        }
    }
}

/// What is due when.
pub(crate) struct Agenda {
    pace: Pace,
    attempts: HashMap<i64, Timestamp>,
    looked: HashMap<i64, Timestamp>,
    balances: Timestamp,
}

/// An operation that may be attempted: id, item, command, executable.
type Attempt = (i64, i64, String, String);
/// An item that may be looked at: id, `service_status`, executable.
type Look = (i64, String, String);

impl Agenda {
    pub(crate) fn new(pace: Pace, now: Timestamp) -> Self {
        Self {
            pace,
            attempts: HashMap::new(),
            looked: HashMap::new(),
            balances: next_balance_hour(now),
        }
    }

    pub(crate) fn attempt_at_once(&mut self, operation: i64) {
        self.attempts.remove(&operation);
    }

    /// When an item is to be looked at; a status that changed since the last look counts at once.
    fn look_due(&self, (item, service_status, _): &Look, now: Timestamp) -> Timestamp {
        let interval = match service_status.as_str() {
            "5" => self.pace.issued,
            _ => self.pace.pending,
        };
        let last = self.looked.get(item);
        last.map_or(now, |last| later(*last, interval))
    }
}

impl Host {
    /// Runs everything that is due now, one after the other.
    ///
    /// # Errors
    /// When a module cannot be run at all; a module that fails is no error.
    pub async fn run_due(&self) -> Result<(), HostError> {
        let host = &self.inner;
        let now = host.clock.now();
        for attempt in host.attempts().await? {
            if host.is_attempt_due(&attempt, now) {
                host.attempt(&attempt).await?;
            }
        }
        let now = host.clock.now();
        for look in host.looks().await? {
            let due = host.agenda.lock().look_due(&look, now);
            if due <= now {
                host.look(&look).await?;
            }
        }
        let are_due = {
            let mut agenda = host.agenda.lock();
            let due = agenda.pace.balances == Balances::Asked && agenda.balances <= now;
            if due {
                agenda.balances = next_balance_hour(now);
            }
            due
        };
        if are_due {
            self.ask_balances().await?;
        }
        Ok(())
    }

    /// Moves the clock on, stopping wherever something falls due to do it.
    ///
    /// # Errors
    /// As [`Host::run_due`], and when asked to go back.
    pub async fn advance_to(&self, target: Timestamp) -> Result<(), HostError> {
        loop {
            self.run_due().await?;
            match self.inner.next_due().await? {
                Some(due) if due <= target => self.inner.reach(due).await?,
                _ => break,
            }
        }
        if self.inner.clock.now() < target {
            self.inner.reach(target).await?;
            self.run_due().await?;
        }
        Ok(())
    }

    /// As [`Host::advance_to`], by a length of time.
    ///
    /// # Errors
    /// As [`Host::advance_to`].
    pub async fn advance(&self, by: SignedDuration) -> Result<(), HostError> {
        let target = self
            .now()
            .checked_add(by)
            .map_err(|_| HostError::Other("the clock cannot be moved that far".to_owned()))?;
        self.advance_to(target).await
    }

    /// One attempt of an operation, whether due or not.
    ///
    /// # Errors
    /// When there is no such operation or the module cannot be run.
    pub async fn attempt(&self, operation: i64) -> Result<Run, HostError> {
        let what = "running operation that is not manual";
        let attempts = self.inner.attempts().await?;
        let attempt = pick(attempts, |attempt| attempt.0 == operation, what, operation)?;
        self.inner.attempt(&attempt).await
    }

    /// One look at a certificate, whether due or not.
    ///
    /// # Errors
    /// When the item waits for nothing, or the module cannot be run.
    pub async fn look(&self, item: i64) -> Result<Run, HostError> {
        let looks = self.inner.looks().await?;
        let look = pick(looks, |look| look.0 == item, "item to be looked at", item)?;
        self.inner.look(&look).await
    }

    /// Asks every active connection for its balance.
    ///
    /// # Errors
    /// When a module cannot be run.
    pub async fn ask_balances(&self) -> Result<(), HostError> {
        let connections: Vec<(i64, String)> =
            query_as("SELECT id, module FROM processingmodule WHERE active = 'on' ORDER BY id")
                .fetch_all(&self.inner.database.pool)
                .await?;
        for (id, module) in connections {
            if self.inner.features(&module).await?.has("getbalance") {
                let id = id.to_string();
                self.run(&module, &["--command", "getbalance", "--module", &id], "")
                    .await?;
            }
        }
        Ok(())
    }
}

impl Inner {
    async fn attempts(&self) -> Result<Vec<Attempt>, HostError> {
        Ok(query_as(
            "SELECT o.id, o.item, o.command, m.module FROM runningoperation o
               JOIN item i ON i.id = o.item JOIN processingmodule m ON m.id = i.processingmodule
              WHERE o.manual = 'off' ORDER BY o.id",
        )
        .fetch_all(&self.database.pool)
        .await?)
    }

    /// Active certificates that have a status.
    async fn looks(&self) -> Result<Vec<Look>, HostError> {
        let found: Vec<Look> = query_as(
            "SELECT i.id, p.value, m.module FROM item i
               JOIN itemparam p ON p.item = i.id AND p.intname = 'service_status'
               JOIN processingmodule m ON m.id = i.processingmodule
              WHERE i.status = 2 AND i.parent IS NULL AND p.value IN ('3', '4', '5') ORDER BY i.id",
        )
        .fetch_all(&self.database.pool)
        .await?;
        let mut looks = Vec::new();
        for look in found {
            if self.features(&look.2).await?.has("sync_item") {
                looks.push(look);
            }
        }
        Ok(looks)
    }

    fn is_attempt_due(&self, attempt: &Attempt, now: Timestamp) -> bool {
        self.agenda
            .lock()
            .attempts
            .get(&attempt.0)
            .is_none_or(|due| *due <= now)
    }

    async fn attempt(&self, (operation, item, command, module): &Attempt) -> Result<Run, HostError> {
        query("UPDATE runningoperation SET trycount = trycount + 1 WHERE id = ?")
            .bind(operation)
            .execute(&self.database.pool)
            .await?;
        let next = later(self.clock.now(), BETWEEN_ATTEMPTS);
        self.agenda.lock().attempts.insert(*operation, next);
        let (item, operation) = (item.to_string(), operation.to_string());
        let arguments = [
            "--command",
            command,
            "--item",
            &item,
            "--runningoperation",
            &operation,
        ];
        self.run(module, &arguments, "").await
    }

    async fn look(&self, (item, _, module): &Look) -> Result<Run, HostError> {
        let now = self.clock.now();
        self.agenda.lock().looked.insert(*item, now);
        let item = item.to_string();
        self.run(module, &["--command", "sync_item", "--item", &item], "")
            .await
    }

    /// When the next thing falls due; at once for what was never done.
    async fn next_due(&self) -> Result<Option<Timestamp>, HostError> {
        let attempts = self.attempts().await?;
        let looks = self.looks().await?;
        let now = self.clock.now();
        let agenda = self.agenda.lock();
        let attempts = attempts
            .iter()
            .map(|attempt| agenda.attempts.get(&attempt.0).copied().unwrap_or(now));
        let looks = looks.iter().map(|look| agenda.look_due(look, now));
        let balances = (agenda.pace.balances == Balances::Asked).then_some(agenda.balances);
        Ok(attempts.chain(looks).chain(balances).min())
    }
}

/// The row of this id among what may be run.
fn pick<T>(rows: Vec<T>, is_it: impl Fn(&T) -> bool, what: &'static str, id: i64) -> Result<T, HostError> {
    let found = rows.into_iter().find(is_it);
    found.ok_or(HostError::NoSuch { what, id })
}

/// Whether modules can be told this time.
pub(crate) fn check_reach(to: Timestamp) -> Result<(), HostError> {
    if to.as_second() < LAST_SECOND {
        return Ok(());
    }
    Err(HostError::Other(
        "the database's clock ends in January 2038".to_owned(),
    ))
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

fn next_balance_hour(now: Timestamp) -> Timestamp {
    let now = now.to_zoned(TimeZone::UTC);
    let hours = [0, 1].into_iter().flat_map(|days| {
        let day = now.date().saturating_add(days.days());
        BALANCE_HOURS.map(|hour| day.at(hour, 0, 0, 0))
    });
    hours
        .filter_map(|hour| hour.to_zoned(TimeZone::UTC).ok())
        .find(|hour| *hour > now)
        .map_or(Timestamp::MAX, |hour| hour.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balances_are_asked_for_at_six_and_at_eighteen() {
        for (now, next) in [
            ("2026-03-01T05:59:59Z", "2026-03-01T06:00:00Z"),
            ("2026-03-01T06:00:00Z", "2026-03-01T18:00:00Z"),
            ("2026-03-01T23:00:00Z", "2026-03-02T06:00:00Z"),
        ] {
            assert_eq!(
                next_balance_hour(now.parse().unwrap()),
                next.parse().unwrap(),
                "{now}"
            );
        }
    }
}
