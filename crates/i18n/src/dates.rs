//! Dates and times as people write them.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::Locale;

/// A calendar date: `20 Oct 2021`, `20.10.2021`.
#[must_use]
pub fn date(locale: Locale, date: Date) -> String {
    match locale {
        Locale::En => date.strftime("%-d %b %Y").to_string(),
        Locale::Ru => date.strftime("%d.%m.%Y").to_string(),
    }
}

/// An instant in a time zone, to the minute: `20 Oct 2021, 14:05 UTC`, `20.10.2021 14:05 UTC`.
#[must_use]
pub fn date_time(locale: Locale, instant: Timestamp, zone: &TimeZone) -> String {
    let there = instant.to_zoned(zone.clone());
    match locale {
        Locale::En => there.strftime("%-d %b %Y, %H:%M %Z").to_string(),
        Locale::Ru => there.strftime("%d.%m.%Y %H:%M %Z").to_string(),
    }
}

/// An instant in a time zone, to the second, for logs and the audit trail.
#[must_use]
pub fn date_time_seconds(locale: Locale, instant: Timestamp, zone: &TimeZone) -> String {
    let there = instant.to_zoned(zone.clone());
    match locale {
        Locale::En => there.strftime("%-d %b %Y, %H:%M:%S %Z").to_string(),
        Locale::Ru => there.strftime("%d.%m.%Y %H:%M:%S %Z").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz;

    use super::*;

    #[test]
    fn dates_are_written_as_the_language_does() {
        let day = jiff::civil::date(2021, 10, 20);
        assert_eq!(date(Locale::En, day), "20 Oct 2021");
        assert_eq!(date(Locale::Ru, day), "20.10.2021");
        assert_eq!(date(Locale::En, jiff::civil::date(2026, 3, 1)), "1 Mar 2026");
        assert_eq!(date(Locale::Ru, jiff::civil::date(2026, 3, 1)), "01.03.2026");
    }

    #[test]
    fn times_are_shown_in_their_zone_which_is_named() {
        let instant: Timestamp = "2021-10-20T21:05:09Z".parse().unwrap();
        let east = TimeZone::fixed(tz::offset(3));
        assert_eq!(
            date_time(Locale::En, instant, &TimeZone::UTC),
            "20 Oct 2021, 21:05 UTC"
        );
        assert_eq!(date_time(Locale::Ru, instant, &east), "21.10.2021 00:05 +03");
        assert_eq!(
            date_time_seconds(Locale::En, instant, &TimeZone::UTC),
            "20 Oct 2021, 21:05:09 UTC"
        );
        assert_eq!(
            date_time_seconds(Locale::Ru, instant, &TimeZone::UTC),
            "20.10.2021 21:05:09 UTC"
        );
    }

    #[test]
    fn the_first_and_the_last_instant_can_be_shown() {
        for instant in [Timestamp::MIN, Timestamp::MAX] {
            for locale in Locale::ALL {
                assert!(date_time(locale, instant, &TimeZone::UTC).contains("UTC"));
            }
        }
    }
}
