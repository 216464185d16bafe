//! The host's clock: the machine's plus an offset. The only place that reads the machine's.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::error::HostError;

/// Business time of a host, in UTC.
#[derive(Debug, Default)]
pub(crate) struct HostClock {
    offset_micros: AtomicI64,
}

impl HostClock {
    /// A clock that shows `start` now.
    pub(crate) fn starting_at(start: Timestamp) -> Self {
        Self {
            offset_micros: AtomicI64::new(start.as_microsecond().saturating_sub(machine_micros())),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let micros = machine_micros().saturating_add(self.offset_micros());
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn offset_micros(&self) -> i64 {
        self.offset_micros.load(Ordering::Acquire)
    }

    pub(crate) fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }

    /// Now, as the database keeps it.
    pub(crate) fn datetime(&self) -> String {
        self.now()
            .to_zoned(TimeZone::UTC)
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string()
    }

    /// Sets the clock to an instant that is not behind it.
    pub(crate) fn set(&self, to: Timestamp) -> Result<(), HostError> {
        let now = self.now();
        if to < now {
            return Err(HostError::Backwards { now, asked: to });
        }
        self.reach(to);
        Ok(())
    }

    /// Sets the clock to an instant, unless it has passed it meanwhile: it runs while one thinks.
    pub(crate) fn reach(&self, to: Timestamp) {
        let by = to.as_microsecond().saturating_sub(self.now().as_microsecond());
        self.offset_micros.fetch_add(by.max(0), Ordering::AcqRel);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator's one reading of the machine's clock"
)]
fn machine_micros() -> i64 {
    Timestamp::now().as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_from_where_it_was_put_and_never_back() {
        let start: Timestamp = "2020-10-20T09:00:00Z".parse().unwrap();
        let clock = HostClock::starting_at(start);
        assert_eq!(clock.today().to_string(), "2020-10-20");
        assert!(clock.now() >= start);
        clock.set("2021-01-01T00:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(clock.datetime().get(..16), Some("2021-01-01 00:00"));
        assert!(matches!(clock.set(start), Err(HostError::Backwards { .. })));
        clock.reach(start);
        assert_eq!(clock.today().to_string(), "2021-01-01");
    }
}
