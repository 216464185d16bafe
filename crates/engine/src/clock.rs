//! Business time and the machine's time: the one place where the machine's clock is read.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::Clock;
use jiff::{SignedDuration, Timestamp};

/// Business time: the machine's time plus an offset that only grows, and never backwards even when the machine's
/// clock is set back.
#[derive(Debug, Default)]
pub struct BusinessClock {
    offset_micros: AtomicI64,
    latest_micros: AtomicI64,
}

impl BusinessClock {
    /// Business time that is the machine's time.
    #[must_use]
    pub fn real() -> Self {
        Self {
            offset_micros: AtomicI64::new(0),
            latest_micros: AtomicI64::new(i64::MIN),
        }
    }

    /// Business time that starts at `start` now and runs on.
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Self {
        let clock = Self::real();
        clock.offset_micros.store(
            start.as_microsecond() - machine_now().as_microsecond(),
            Ordering::SeqCst,
        );
        clock
    }

    /// Business time with the offset of an earlier run.
    #[must_use]
    pub fn with_offset(offset: SignedDuration) -> Self {
        let clock = Self::real();
        clock.offset_micros.store(micros(offset), Ordering::SeqCst);
        clock
    }

    /// How far business time is ahead of the machine.
    #[must_use]
    pub fn offset(&self) -> SignedDuration {
        SignedDuration::from_micros(self.offset_micros.load(Ordering::SeqCst))
    }

    /// Moves business time forward; a negative span moves nothing. Only simulated mode offers this to people.
    pub fn advance(&self, by: SignedDuration) {
        self.offset_micros.fetch_add(micros(by).max(0), Ordering::SeqCst);
    }

    /// Moves business time forward until it is this far ahead of the machine; it stays where it is when it is further.
    pub(crate) fn raise_to(&self, offset: SignedDuration) {
        self.offset_micros.fetch_max(micros(offset), Ordering::SeqCst);
    }

    /// The machine's wall clock: for leases, sessions and ids, which moving business time must not disturb.
    #[must_use]
    pub fn machine_now(&self) -> Timestamp {
        domain::clock::to_micros(machine_now())
    }
}

impl Clock for BusinessClock {
    fn now(&self) -> Timestamp {
        let wanted = machine_now()
            .as_microsecond()
            .saturating_add(self.offset_micros.load(Ordering::SeqCst));
        let latest = self.latest_micros.fetch_max(wanted, Ordering::SeqCst).max(wanted);
        Timestamp::from_microsecond(latest).unwrap_or(Timestamp::MAX)
    }
}

fn micros(span: SignedDuration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one home of the machine's clock"
)]
fn machine_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn business_time_starts_where_it_is_told_and_moves_only_forward() {
        let clock = BusinessClock::starting_at("2020-10-20T00:00:00Z".parse().unwrap());
        let before = clock.now();
        assert!(before.as_second() - 1_603_152_000 < 5);
        clock.advance(SignedDuration::from_hours(24));
        let after = clock.now();
        assert!(after.duration_since(before) >= SignedDuration::from_hours(24));
        clock.advance(SignedDuration::from_hours(-48));
        assert!(clock.now() >= after);
    }
}
