//! Where business time is to be moved: a span from now, a day, an instant.

use std::{fmt, str::FromStr};

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

/// Where business time is to be moved. Typed as `180d`, `18m`, `5y`, `2025-10-20` or an RFC 3339 instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// So many days on.
    Days(u16),
    /// So many calendar months on.
    Months(u16),
    /// So many calendar years on.
    Years(u16),
    /// The beginning of a day in the seller's time zone.
    Day(Date),
    /// An instant.
    Instant(Timestamp),
}

/// The text names no destination.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a span like 180d, 18m or 5y nor a date like 2025-10-20")]
pub struct BadDestination(String);

impl Destination {
    /// The instant that it means now; none beyond the calendar.
    #[must_use]
    pub fn instant(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let on = |span: Span| {
            let there = now.to_zoned(zone.clone()).checked_add(span).ok()?;
            Some(there.timestamp())
        };
        match self {
            Self::Days(days) => on(Span::new().try_days(days).ok()?),
            Self::Months(months) => on(Span::new().try_months(months).ok()?),
            Self::Years(years) => on(Span::new().try_years(years).ok()?),
            Self::Day(day) => Some(day.to_zoned(zone.clone()).ok()?.timestamp()),
            Self::Instant(instant) => Some(instant),
        }
    }

    /// The same in moves of a year where it is a span of years; otherwise in one.
    #[must_use]
    pub fn by_years(self) -> Vec<Self> {
        match self {
            Self::Years(years) => vec![Self::Years(1); years.into()],
            other => vec![other],
        }
    }
}

impl FromStr for Destination {
    type Err = BadDestination;

    fn from_str(text: &str) -> Result<Self, BadDestination> {
        let text = text.trim();
        let bad = || BadDestination(text.chars().take(40).collect());
        if let Ok(day) = text.parse::<Date>()
            && text.len() == 10
        {
            return Ok(Self::Day(day));
        }
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(Self::Instant(instant));
        }
        let unit = text.chars().next_back().ok_or_else(bad)?;
        let digits = text.strip_suffix(unit).unwrap_or_default();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad());
        }
        let count: u16 = digits.parse().map_err(|_| bad())?;
        match unit {
            _ if count == 0 => Err(bad()),
            'd' => Ok(Self::Days(count)),
            'm' => Ok(Self::Months(count)),
            'y' => Ok(Self::Years(count)),
            _ => Err(bad()),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(count) => write!(f, "{count}d"),
            Self::Months(count) => write!(f, "{count}m"),
            Self::Years(count) => write!(f, "{count}y"),
            Self::Day(day) => day.fmt(f),
            Self::Instant(instant) => instant.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_calendar_spans_in_the_sellers_zone() {
        let now: Timestamp = "2020-02-29T22:30:00Z".parse().unwrap();
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        for (typed, there) in [
            ("180d", "2020-08-27T21:30:00Z"),
            ("1m", "2020-03-29T21:30:00Z"),
            ("18m", "2021-08-29T21:30:00Z"),
            ("1y", "2021-02-28T22:30:00Z"),
            ("2025-10-20", "2025-10-19T22:00:00Z"),
            ("2020-10-20T08:00:00Z", "2020-10-20T08:00:00Z"),
        ] {
            let destination: Destination = typed.parse().unwrap();
            assert_eq!(destination.to_string(), typed);
            assert_eq!(
                destination.instant(now, &zone),
                Some(there.parse().unwrap()),
                "{typed}"
            );
        }
    }

    #[test]
    fn what_names_no_destination_is_refused() {
        for typed in [
            "",
            "d",
            "0d",
            "-1d",
            "+1d",
            "5",
            "5w",
            "1.5y",
            "20.10.2025",
            "2025-13-01",
            "99999d",
            "5ys",
            "٣d",
            "д",
        ] {
            assert!(typed.parse::<Destination>().is_err(), "{typed}");
        }
    }

    #[test]
    fn years_are_made_of_moves_of_a_year() {
        assert_eq!(Destination::Years(2).by_years(), [Destination::Years(1); 2]);
        assert_eq!(Destination::Months(18).by_years(), [Destination::Months(18)]);
    }
}
