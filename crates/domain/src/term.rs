//! The paid term and the two dates a client sees.
//!
//! A service has two clocks (design §1): what was paid for, and how long the present certificate is valid. Neither
//! is ever derived from the other.

use jiff::{SignedDuration, Span, civil::Date};
use serde::{Deserialize, Serialize};

/// A number of paid calendar years, 1 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Years(u8);

/// A number of years that cannot be sold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a number of years between 1 and 10")]
pub struct BadYears(pub u32);

impl Years {
    /// The shortest paid term.
    pub const ONE: Self = Self(1);

    /// # Errors
    /// [`BadYears`] outside 1 to 10.
    pub fn new(years: u32) -> Result<Self, BadYears> {
        u8::try_from(years)
            .ok()
            .filter(|years| (1..=10).contains(years))
            .map(Self)
            .ok_or(BadYears(years))
    }

    /// The number.
    #[must_use]
    pub const fn count(self) -> u8 {
        self.0
    }

    /// What the CA's API is told: n × 365 days mean n calendar years (industry practice, design §1).
    #[must_use]
    pub fn days(self) -> u16 {
        u16::from(self.0) * 365
    }

    /// Reads back [`Years::days`]; any other number of days is no whole number of years.
    #[must_use]
    pub fn from_days(days: u32) -> Option<Self> {
        days.is_multiple_of(365)
            .then(|| Self::new(days / 365).ok())
            .flatten()
    }
}

impl TryFrom<u8> for Years {
    type Error = BadYears;

    fn try_from(years: u8) -> Result<Self, BadYears> {
        Self::new(u32::from(years))
    }
}

impl From<Years> for u8 {
    fn from(years: Years) -> u8 {
        years.0
    }
}

/// What a client paid for: calendar days from the day the CA accepted the order until the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidTerm {
    /// The day the CA accepted the order, in the seller's time zone.
    pub start: Date,
    /// The day the paid term ends.
    pub end: Date,
}

impl PaidTerm {
    /// Calendar years from the day of acceptance; 29 February ends on 28 February.
    #[must_use]
    pub fn from_acceptance(accepted_on: Date, years: Years) -> Self {
        Self {
            start: accepted_on,
            end: anniversary(accepted_on, years.count()),
        }
    }
}

/// The dates as a client reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownDates {
    /// The present certificate is valid until this day; empty before the first issue.
    pub end_date: Option<Date>,
    /// End of the paid term; empty when one certificate covers all of it.
    pub paid_till: Option<Date>,
}

/// Shows the two dates.
///
/// Paid till is set whenever the certificate ends before the paid term and empty when one certificate covers the
/// whole term (seed page, "Multi-year certificates"). A CA counts days where the term counts calendar years, and a
/// certificate that ends within a day of the term covers it: its drift is recorded elsewhere, not shown. Once a
/// service was shown to be a subscription it stays one, so the last certificate keeps its Paid till.
#[must_use]
pub fn shown_dates(term: PaidTerm, end_date: Option<Date>, is_subscription: bool) -> ShownDates {
    let ends_early = end_date.is_some_and(|end| !covers(end, term.end));
    ShownDates {
        end_date,
        paid_till: (is_subscription || ends_early).then_some(term.end),
    }
}

/// Whether a certificate that ends on `end_date` covers a term until `term_end`, a day's drift aside.
#[must_use]
pub fn covers(end_date: Date, term_end: Date) -> bool {
    end_date >= term_end || days_between(end_date, term_end) <= 1
}

/// How many days lie between two days; negative when the second comes first.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// So many days, to be added to a day: plans of many services add very often, and calendar spans cost more.
pub(crate) const fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

fn anniversary(day: Date, years: u8) -> Date {
    // Jiff constrains 29 February to 28 February; ten years stay far inside its range.
    day.checked_add(Span::new().years(i64::from(years)))
        .unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn years(count: u32) -> Years {
        Years::new(count).unwrap()
    }

    #[test]
    fn the_seed_example_ends_in_five_calendar_years() {
        let term = PaidTerm::from_acceptance(date(2020, 10, 20), years(5));
        assert_eq!(term.end, date(2025, 10, 20));
        let shown = shown_dates(term, Some(date(2021, 10, 20)), false);
        assert_eq!(
            shown,
            ShownDates {
                end_date: Some(date(2021, 10, 20)),
                paid_till: Some(date(2025, 10, 20))
            }
        );
    }

    #[test]
    fn paid_till_is_empty_when_one_certificate_covers_the_term() {
        let term = PaidTerm::from_acceptance(date(2020, 10, 20), years(1));
        for end in [date(2021, 10, 20), date(2021, 10, 19), date(2021, 11, 2)] {
            assert_eq!(shown_dates(term, Some(end), false).paid_till, None, "{end}");
        }
        assert_eq!(
            shown_dates(term, Some(date(2021, 10, 18)), false).paid_till,
            Some(date(2021, 10, 20))
        );
        assert_eq!(shown_dates(term, None, false).paid_till, None);
    }

    #[test]
    fn the_last_certificate_of_a_subscription_keeps_its_paid_till() {
        let term = PaidTerm::from_acceptance(date(2020, 10, 20), years(5));
        assert_eq!(
            shown_dates(term, Some(date(2025, 10, 20)), true).paid_till,
            Some(date(2025, 10, 20))
        );
    }

    #[test]
    fn a_leap_day_ends_on_the_28th() {
        assert_eq!(
            PaidTerm::from_acceptance(date(2028, 2, 29), years(1)).end,
            date(2029, 2, 28)
        );
        assert_eq!(
            PaidTerm::from_acceptance(date(2028, 2, 29), years(4)).end,
            date(2032, 2, 29)
        );
    }

    #[test]
    fn days_mean_years_only_in_whole_years() {
        assert_eq!(Years::from_days(1825), Years::new(5).ok());
        assert_eq!(Years::from_days(199), None);
        assert_eq!(Years::from_days(0), None);
        assert!(Years::new(11).is_err());
    }
}
