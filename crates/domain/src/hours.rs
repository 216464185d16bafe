//! Business hours: when a department works, and when something falls due that counts only those hours.
//!
//! Hours are wall-clock times in the seller's zone. A day that a change of the clocks makes longer or shorter counts as
//! long as it really is.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp, civil::Date, civil::Weekday, tz::TimeZone};

/// Minutes of a day.
const DAY: u16 = 24 * 60;
/// Days that are looked through for enough hours: with an hour a week that is more than ten years' work.
const MOST_DAYS: u32 = 5_000;

/// When a department works, per day of the week. Without any hours it works round the clock.
///
/// Written as seven fields from Monday on: `09:00-18:00;09:00-18:00;09:00-18:00;09:00-18:00;09:00-17:00;;`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BusinessHours([Option<Opening>; 7]);

/// From when to when on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    from: u16,
    to: u16,
}

/// Why a text is no time of opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// Not of the form `09:00-18:00`.
    #[error("hours are written as 09:00-18:00")]
    Form,
    /// It ends before it begins.
    #[error("the hours end before they begin")]
    Order,
    /// Not seven days.
    #[error("a week has seven days")]
    Days,
}

impl HoursError {
    /// The stable code of the problem.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Form | Self::Days => "hours-form",
            Self::Order => "hours-order",
        }
    }
}

impl BusinessHours {
    /// Round the clock.
    pub const ALWAYS: Self = Self([None; 7]);

    /// Hours per day, from Monday to Sunday.
    #[must_use]
    pub const fn new(week: [Option<Opening>; 7]) -> Self {
        Self(week)
    }

    /// The days from Monday to Sunday.
    pub fn days(&self) -> impl Iterator<Item = Option<Opening>> + '_ {
        self.0.iter().copied()
    }

    /// Whether no hours are set, so that every hour counts.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// The instant at which so much working time has passed since `start`.
    #[must_use]
    pub fn after(&self, start: Timestamp, work: SignedDuration, zone: &TimeZone) -> Timestamp {
        let plain = || start.checked_add(work).unwrap_or(Timestamp::MAX);
        if self.is_always() || !work.is_positive() {
            return plain();
        }
        let mut left = work;
        let mut day = start.to_zoned(zone.clone()).date();
        for _ in 0..MOST_DAYS {
            if let Some((opens, closes)) = self.on(day, zone) {
                let begins = opens.max(start);
                let free = closes.duration_since(begins);
                if left <= free {
                    return begins.checked_add(left).unwrap_or(Timestamp::MAX);
                }
                if free.is_positive() {
                    left = left.saturating_sub(free);
                }
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        plain()
    }

    /// When the department opens and closes on a day.
    fn on(&self, day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let opening = self.0.get(usize::from(index(day.weekday())))?.as_ref()?;
        Some((instant(day, opening.from, zone)?, instant(day, opening.to, zone)?))
    }
}

impl Opening {
    /// From one time of the day to another, in minutes since midnight; it may end at midnight, 24:00.
    ///
    /// # Errors
    /// [`HoursError::Order`].
    pub const fn new(from: u16, to: u16) -> Result<Self, HoursError> {
        if from < to && to <= DAY {
            Ok(Self { from, to })
        } else {
            Err(HoursError::Order)
        }
    }
}

/// 0 for Monday.
fn index(day: Weekday) -> u8 {
    day.to_monday_zero_offset().unsigned_abs()
}

fn instant(day: Date, minute: u16, zone: &TimeZone) -> Option<Timestamp> {
    let (day, minute) = if minute == DAY {
        (day.tomorrow().ok()?, 0)
    } else {
        (day, minute)
    };
    let hour = i8::try_from(minute / 60).ok()?;
    let minute = i8::try_from(minute % 60).ok()?;
    // A time that the change to summer time skips is moved behind the gap.
    let zoned = day.at(hour, minute, 0, 0).to_zoned(zone.clone()).ok()?;
    Some(zoned.timestamp())
}

impl FromStr for Opening {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let (from, to) = text.trim().split_once(['-', '–']).ok_or(HoursError::Form)?;
        Self::new(minutes(from)?, minutes(to)?)
    }
}

fn minutes(text: &str) -> Result<u16, HoursError> {
    let (hour, minute) = text.trim().split_once(':').ok_or(HoursError::Form)?;
    let number = |text: &str, most: u16| {
        let is_plain = !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number| is_plain && *number <= most)
    };
    match (number(hour, 24), number(minute, 59)) {
        (Some(24), Some(minute)) if minute > 0 => Err(HoursError::Form),
        (Some(hour), Some(minute)) => Ok(hour * 60 + minute),
        _ => Err(HoursError::Form),
    }
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from, self.to);
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            to / 60,
            to % 60
        )
    }
}

impl FromStr for BusinessHours {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        if text.trim().is_empty() {
            return Ok(Self::ALWAYS);
        }
        let days: Vec<Option<Opening>> = text
            .split(';')
            .map(|day| match day.trim() {
                "" => Ok(None),
                hours => hours.parse().map(Some),
            })
            .collect::<Result<_, _>>()?;
        days.try_into().map(Self).map_err(|_| HoursError::Days)
    }
}

impl fmt::Display for BusinessHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_always() {
            return Ok(());
        }
        for (place, day) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(";")?;
            }
            if let Some(day) = day {
                day.fmt(f)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn office() -> BusinessHours {
        "09:00-18:00;09:00-18:00;09:00-18:00;09:00-18:00;09:00-17:00;;"
            .parse()
            .unwrap()
    }

    #[test]
    fn only_working_hours_are_counted_in_the_sellers_zone() {
        let amsterdam = TimeZone::get("Europe/Amsterdam").unwrap();
        // 2026-11-23 is a Monday; Amsterdam is an hour ahead of UTC.
        for (start, hours, due) in [
            ("2026-11-23T10:00:00Z", 2, "2026-11-23T12:00:00Z"),
            ("2026-11-23T05:00:00Z", 2, "2026-11-23T10:00:00Z"),
            ("2026-11-23T16:00:00Z", 2, "2026-11-24T09:00:00Z"),
            ("2026-11-27T15:00:00Z", 2, "2026-11-30T09:00:00Z"),
            ("2026-11-28T12:00:00Z", 9, "2026-11-30T17:00:00Z"),
            ("2026-11-23T08:00:00Z", 9, "2026-11-23T17:00:00Z"),
            ("2026-11-23T08:00:00Z", 44, "2026-11-27T16:00:00Z"),
        ] {
            assert_eq!(
                office().after(
                    start.parse().unwrap(),
                    SignedDuration::from_hours(hours),
                    &amsterdam
                ),
                due.parse::<Timestamp>().unwrap(),
                "{hours} h from {start}"
            );
        }
    }

    #[test]
    fn without_hours_every_hour_counts() {
        let start: Timestamp = "2026-11-28T23:00:00Z".parse().unwrap();
        assert_eq!(
            BusinessHours::ALWAYS.after(start, SignedDuration::from_hours(3), &TimeZone::UTC),
            "2026-11-29T02:00:00Z".parse::<Timestamp>().unwrap()
        );
    }

    #[test]
    fn hours_are_read_back_and_nonsense_is_refused() {
        for text in ["", "09:00-18:00;;;;;;", ";;;;;;00:00-24:00"] {
            assert_eq!(text.parse::<BusinessHours>().unwrap().to_string(), text);
        }
        assert_eq!(
            " 9:00 – 18:30 ".parse::<Opening>().unwrap().to_string(),
            "09:00-18:30"
        );
        for (text, problem) in [
            ("9-18", HoursError::Form),
            ("09:00", HoursError::Form),
            ("+9:00-18:00", HoursError::Form),
            ("09:60-18:00", HoursError::Form),
            ("09:00-24:01", HoursError::Form),
            ("25:00-26:00", HoursError::Form),
            ("18:00-09:00", HoursError::Order),
            ("09:00-09:00", HoursError::Order),
        ] {
            assert_eq!(text.parse::<Opening>(), Err(problem), "{text}");
        }
        assert_eq!("09:00-18:00".parse::<BusinessHours>(), Err(HoursError::Days));
    }

    proptest! {
        #[test]
        fn more_work_is_never_due_earlier(start in 0_i64..4_000_000_000, hours in 0_i64..500, more in 0_i64..100) {
            let start = Timestamp::from_second(start).unwrap();
            let zone = TimeZone::get("Europe/Amsterdam").unwrap();
            let due = |hours: i64| office().after(start, SignedDuration::from_hours(hours), &zone);
            prop_assert!(due(hours) >= start + SignedDuration::from_hours(hours));
            prop_assert!(due(hours + more) >= due(hours));
        }
    }
}
