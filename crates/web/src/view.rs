//! What every page is rendered with: language, who looks, where, the message of the page before.

use domain::Money;
use httpkit::{Flash, Signed};
use i18n::{Locale, Value};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Handed to everything that renders.
#[derive(Debug, Clone)]
pub struct View {
    /// The language of the texts.
    pub locale: Locale,
    /// Who is signed in, if anybody is.
    pub signed: Option<Signed>,
    /// The path of the request, for the marked entry of the navigation and for coming back.
    pub path: String,
    /// The path with its query.
    pub address: String,
    /// The message of the page before.
    pub flash: Option<Flash>,
    /// The present instant of business time.
    pub now: Timestamp,
    /// The time zone that dates and times are shown in: the seller's.
    pub zone: TimeZone,
}

impl View {
    /// The text of a key.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        i18n::t(self.locale, key)
    }

    /// The text of a key, with values put into it.
    #[must_use]
    pub fn t_args(&self, key: &str, arguments: &[(&str, Value<'_>)]) -> String {
        i18n::t_args(self.locale, key, arguments)
    }

    /// The text of a word of a closed list: `{list}-{word}`, with dashes for underscores.
    #[must_use]
    pub fn word(&self, list: &str, word: &str) -> String {
        self.t(&format!("{list}-{}", word.replace('_', "-")))
    }

    /// An amount.
    #[must_use]
    pub fn money(&self, amount: Money) -> String {
        i18n::money(self.locale, amount)
    }

    /// A calendar date, `20.10.2025` or `2025-10-20`.
    #[must_use]
    pub fn date(&self, date: Date) -> String {
        i18n::date(self.locale, date)
    }

    /// An instant, in the seller's time zone.
    #[must_use]
    pub fn instant(&self, instant: Timestamp) -> String {
        i18n::date_time(self.locale, instant, &self.zone)
    }

    /// The calendar date of an instant, in the seller's time zone.
    #[must_use]
    pub fn day_of(&self, instant: Timestamp) -> String {
        self.date(instant.to_zoned(self.zone.clone()).date())
    }

    /// A whole number, with the language's thousands.
    #[must_use]
    pub fn number(&self, number: impl Into<i64>) -> String {
        i18n::number(self.locale, number.into())
    }
}

impl View {
    /// The start page of whoever looks.
    #[must_use]
    pub fn home(&self) -> &'static str {
        match &self.signed {
            Some(signed) if signed.role.is_staff() => "/admin",
            Some(_) => "/services",
            None => "/sign-in",
        }
    }
}

#[cfg(test)]
pub(crate) mod sample {
    //! Views that the tests of pages render with.

    use domain::{
        id::{AccountId, UserId},
        state::Role,
    };
    use uuid::Uuid;

    use super::*;

    /// Nobody is signed in.
    pub(crate) fn anybody() -> View {
        View {
            locale: Locale::En,
            signed: None,
            path: "/sign-in".into(),
            address: "/sign-in".into(),
            flash: None,
            now: "2026-11-23T09:00:00Z".parse().unwrap(),
            zone: TimeZone::UTC,
        }
    }

    /// Somebody of this role, at this path.
    pub(crate) fn signed(role: Role, path: &str) -> View {
        let account = (!role.is_staff()).then(|| AccountId::from(Uuid::from_u128(5)));
        let signed = Signed {
            user: UserId::from(Uuid::from_u128(1)),
            name: "Anna Ivanova".into(),
            email: "anna@host.example".into(),
            role,
            account,
        };
        View {
            signed: Some(signed),
            path: path.into(),
            address: path.into(),
            ..anybody()
        }
    }
}
