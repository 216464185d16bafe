//! Business time: the machine's time plus an offset that is kept with the state.
//!
//! The only place of the simulator that reads the machine's clock. Validation's pace and time-outs use the runtime's
//! monotonic time instead, so that moving business time speeds nothing up and breaks nothing.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// Zone of the instants in the API's answers (`+03:00`, as the public examples show).
const API_OFFSET_HOURS: i8 = 3;

/// The simulator's clock.
#[derive(Debug, Default)]
pub(crate) struct BusinessClock {
    offset_micros: AtomicI64,
}

/// Why the clock cannot be moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// Business time never runs backwards.
    #[error("the clock stands at {now} and does not go back to {asked}")]
    Backwards {
        /// What it shows.
        now: Timestamp,
        /// What was asked.
        asked: Timestamp,
    },
    /// Beyond the years a timestamp can hold.
    #[error("the clock cannot be moved that far")]
    OutOfRange,
}

impl BusinessClock {
    pub(crate) fn with_offset(offset_micros: i64) -> Self {
        Self {
            offset_micros: AtomicI64::new(offset_micros),
        }
    }

    /// The offset at which the clock shows `start` now.
    pub(crate) fn offset_for(start: Timestamp) -> i64 {
        start.as_microsecond().saturating_sub(machine_micros())
    }

    pub(crate) fn now(&self) -> Timestamp {
        let micros = machine_micros().saturating_add(self.offset_micros.load(Ordering::Acquire));
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
    }

    /// Today's date in UTC, by which certificates and terms are dated.
    pub(crate) fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }

    /// Moves the clock on and returns the offset to keep.
    pub(crate) fn advance(&self, by: SignedDuration) -> Result<i64, ClockError> {
        let asked = self.now().checked_add(by).map_err(|_| ClockError::OutOfRange)?;
        if by.is_negative() {
            return Err(ClockError::Backwards {
                now: self.now(),
                asked,
            });
        }
        let micros = i64::try_from(by.as_micros()).map_err(|_| ClockError::OutOfRange)?;
        Ok(self.offset_micros.fetch_add(micros, Ordering::AcqRel) + micros)
    }

    /// Sets the clock to an instant that is not behind it and returns the offset to keep.
    pub(crate) fn set(&self, to: Timestamp) -> Result<i64, ClockError> {
        let now = self.now();
        if to < now {
            return Err(ClockError::Backwards { now, asked: to });
        }
        self.advance(to.duration_since(now))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator's one reading of the machine's clock"
)]
fn machine_micros() -> i64 {
    Timestamp::now().as_microsecond()
}

/// An instant as the API writes it: `2026-11-23T10:00:00+03:00`.
pub(crate) fn api_instant(instant: Timestamp) -> String {
    let offset = jiff::tz::offset(API_OFFSET_HOURS);
    let local = offset.to_datetime(instant);
    format!(
        "{}{:+03}:00",
        local.strftime("%Y-%m-%dT%H:%M:%S"),
        API_OFFSET_HOURS
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_where_it_is_told_and_only_runs_forwards() {
        let start: Timestamp = "2020-10-20T00:00:00Z".parse().unwrap();
        let clock = BusinessClock::with_offset(BusinessClock::offset_for(start));
        assert_eq!(clock.today().to_string(), "2020-10-20");
        clock.advance(SignedDuration::from_hours(24 * 30)).unwrap();
        assert_eq!(clock.today().to_string(), "2020-11-19");
        assert!(matches!(clock.set(start), Err(ClockError::Backwards { .. })));
        assert!(matches!(
            clock.advance(SignedDuration::from_secs(-1)),
            Err(ClockError::Backwards { .. })
        ));
        let offset = clock.set("2021-01-01T12:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(
            BusinessClock::with_offset(offset).today().to_string(),
            "2021-01-01"
        );
    }

    #[test]
    fn instants_carry_the_offset_of_the_public_examples() {
        let instant: Timestamp = "2017-05-22T18:05:32Z".parse().unwrap();
        assert_eq!(api_instant(instant), "2017-05-22T21:05:32+03:00");
    }
}
