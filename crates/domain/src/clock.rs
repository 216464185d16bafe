//! How time enters the program: it is asked of a [`Clock`], never of the machine.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Business time: what terms, dated rules, schedules and audit entries are measured by.
///
/// In simulated mode it runs ahead of (never behind) the machine's clock. Leases, time-outs and sessions use the
/// runtime's monotonic clock instead, so that moving business time never breaks a running request.
pub trait Clock: Send + Sync {
    /// The present instant, at most microsecond precise (what the database keeps).
    fn now(&self) -> Timestamp;

    /// Today's calendar date in the seller's time zone.
    fn today(&self, zone: &TimeZone) -> Date {
        self.now().to_zoned(zone.clone()).date()
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// A clock that stands where it was put: for tests and for replaying a moment.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Cuts an instant to whole microseconds, the precision both databases keep.
#[must_use]
pub fn to_micros(instant: Timestamp) -> Timestamp {
    // An instant cut towards the epoch stays inside the range it came from.
    Timestamp::from_microsecond(instant.as_microsecond()).unwrap_or(instant)
}
