//! Spans of time as people say them.

use jiff::{SignedDuration, Timestamp};

use crate::{Locale, key, t, t_args};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Of an average month and year; people do not count on the day at this distance.
const MONTH: u64 = 30 * DAY;
const YEAR: u64 = 365 * DAY;

/// A unit: its length in seconds, its key for a length and its key beside "ago" and "in" (Russian: accusative).
struct Unit {
    seconds: u64,
    plain: &'static str,
    relative: &'static str,
}

const UNITS: [Unit; 6] = [
    Unit {
        seconds: YEAR,
        plain: key!("time-years"),
        relative: key!("time-relative-years"),
    },
    Unit {
        seconds: MONTH,
        plain: key!("time-months"),
        relative: key!("time-relative-months"),
    },
    Unit {
        seconds: DAY,
        plain: key!("time-days"),
        relative: key!("time-relative-days"),
    },
    Unit {
        seconds: HOUR,
        plain: key!("time-hours"),
        relative: key!("time-relative-hours"),
    },
    Unit {
        seconds: MINUTE,
        plain: key!("time-minutes"),
        relative: key!("time-relative-minutes"),
    },
    Unit {
        seconds: 1,
        plain: key!("time-seconds"),
        relative: key!("time-relative-seconds"),
    },
];

/// Months are said only from two on: "45 days" tells more than "1 month".
const MONTHS_FROM: u64 = 2 * MONTH;
/// And years likewise: "18 months".
const YEARS_FROM: u64 = 2 * YEAR;

/// A length in its one or two largest units: `3 days 4 hours`, `12 seconds`. The sign is dropped.
#[must_use]
pub fn duration(locale: Locale, length: SignedDuration) -> String {
    let seconds = length.unsigned_abs().as_secs();
    let index = largest(seconds);
    let Some(unit) = UNITS.get(index) else {
        return String::new();
    };
    let first = counted(locale, unit.plain, seconds / unit.seconds);
    let rest = seconds % unit.seconds;
    match UNITS
        .get(index + 1)
        .map(|smaller| (smaller, rest / smaller.seconds))
    {
        Some((smaller, count)) if count > 0 => format!("{first} {}", counted(locale, smaller.plain, count)),
        _ => first,
    }
}

/// Where an instant lies from now: `5 minutes ago`, `in 3 days`, `just now`.
///
/// Rounds towards now, so that a deadline never looks further away than it is.
#[must_use]
pub fn relative(locale: Locale, instant: Timestamp, now: Timestamp) -> String {
    let distance = now.duration_since(instant);
    let seconds = distance.unsigned_abs().as_secs();
    let unit = UNITS.get(largest(seconds)).filter(|_| seconds > 0);
    let Some(unit) = unit else {
        return t(locale, "time-just-now");
    };
    let span = counted(locale, unit.relative, seconds / unit.seconds);
    if distance.is_negative() {
        return t_args(locale, "time-in", &[("span", span.into())]);
    }
    t_args(locale, "time-ago", &[("span", span.into())])
}

/// The place in [`UNITS`] of the unit in which so many seconds are said.
fn largest(seconds: u64) -> usize {
    let fits = |unit: &Unit| match unit.seconds {
        YEAR => seconds >= YEARS_FROM,
        MONTH => seconds >= MONTHS_FROM,
        length => seconds >= length,
    };
    UNITS.iter().position(fits).unwrap_or(UNITS.len() - 1)
}

fn counted(locale: Locale, key: &str, count: u64) -> String {
    t_args(locale, key, &[("count", count.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_in_their_one_or_two_largest_units() {
        for (seconds, en, ru) in [
            (0, "0 seconds", "0 секунд"),
            (1, "1 second", "1 секунда"),
            (90, "1 minute 30 seconds", "1 минута 30 секунд"),
            (HOUR + 1, "1 hour", "1 час"),
            (3 * DAY + 4 * HOUR, "3 days 4 hours", "3 дня 4 часа"),
            (45 * DAY, "45 days", "45 дней"),
            (90 * DAY, "3 months", "3 месяца"),
            (800 * DAY, "2 years 2 months", "2 года 2 месяца"),
        ] {
            let length = SignedDuration::from_secs(i64::try_from(seconds).unwrap());
            assert_eq!(duration(Locale::En, length), en);
            assert_eq!(duration(Locale::Ru, -length), ru);
        }
        assert!(duration(Locale::En, SignedDuration::MIN).ends_with("months"));
    }

    #[test]
    fn distances_are_said_with_their_direction_and_case() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        for (offset, en, ru) in [
            (0, "just now", "только что"),
            (-1, "1 second ago", "1 секунду назад"),
            (-60, "1 minute ago", "1 минуту назад"),
            (-21 * 60, "21 minutes ago", "21 минуту назад"),
            (-119, "1 minute ago", "1 минуту назад"),
            (3600, "in 1 hour", "через 1 час"),
            (3 * 86400 - 1, "in 2 days", "через 2 дня"),
            (400 * 86400, "in 13 months", "через 13 месяцев"),
        ] {
            let instant = now + SignedDuration::from_secs(offset);
            assert_eq!(
                (
                    relative(Locale::En, instant, now).as_str(),
                    relative(Locale::Ru, instant, now).as_str()
                ),
                (en, ru)
            );
        }
        assert!(relative(Locale::En, Timestamp::MAX, Timestamp::MIN).starts_with("in "));
    }
}
