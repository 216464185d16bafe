//! What every page is rendered with: language, who looks, where, the message of the page before.

use axum::http::request::Parts;
use axum_extra::extract::cookie::CookieJar;
use domain::{Clock as _, Money};
use engine::Engine;
use httpkit::{AppState, Flash, Language, Signed, cookie};
use i18n::{Locale, Value};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;

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
    /// Whether business time may be moved, and whether it was.
    pub time: Time,
    /// The time zone that dates and times are shown in: the seller's.
    pub zone: TimeZone,
}

/// How business time stands to the machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// It is the machine's: this is no simulation.
    Real,
    /// It may be moved and was not.
    Simulated,
    /// It was moved; this is the machine's.
    Moved(Timestamp),
}

/// Less than this is no difference: both clocks run on while a page is made.
const SAME: SignedDuration = SignedDuration::from_mins(1);

impl Time {
    fn of(engine: &Engine) -> Self {
        if !engine.time_machine().is_simulated() {
            return Self::Real;
        }
        if engine.clock().offset().abs() < SAME {
            return Self::Simulated;
        }
        Self::Moved(engine.clock().machine_now())
    }
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

    /// A decimal number, such as an exchange rate.
    #[must_use]
    pub fn decimal(&self, number: Decimal) -> String {
        i18n::decimal(self.locale, number)
    }

    /// A share of a hundred, such as a tax.
    #[must_use]
    pub fn percent(&self, percent: Decimal) -> String {
        i18n::percent(self.locale, percent)
    }

    /// A calendar date, `20.10.2025` or `2025-10-20`.
    #[must_use]
    pub fn date(&self, date: Date) -> String {
        i18n::date(self.locale, date)
    }

    /// Today in the seller's time zone.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }

    /// An instant, in the seller's time zone.
    #[must_use]
    pub fn instant(&self, instant: Timestamp) -> String {
        i18n::date_time(self.locale, instant, &self.zone)
    }

    /// An instant to the second, for logs and histories.
    #[must_use]
    pub fn instant_seconds(&self, instant: Timestamp) -> String {
        i18n::date_time_seconds(self.locale, instant, &self.zone)
    }

    /// How long ago an instant was, or how far ahead it is.
    #[must_use]
    pub fn ago(&self, instant: Timestamp) -> String {
        i18n::relative(self.locale, instant, self.now)
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
    /// The view of a request. The language chosen in the footer goes before that of the profile.
    #[must_use]
    pub fn of(parts: &Parts, state: &AppState, signed: Option<Signed>) -> Self {
        let config = state.config();
        let jar = CookieJar::from_headers(&parts.headers);
        let own = signed.as_ref().and_then(|signed| signed.language.parse().ok());
        let locale = match cookie::Name::Language.read(&jar, config) {
            Some(_) => Language::of(&parts.headers, config).0,
            None => own.unwrap_or_else(|| Language::of(&parts.headers, config).0),
        };
        let path = parts.uri.path().to_owned();
        let engine = state.engine();
        Self {
            locale,
            signed,
            address: parts
                .uri
                .path_and_query()
                .map_or_else(|| path.clone(), |all| all.as_str().to_owned()),
            path,
            flash: Flash::read(&jar, config),
            now: engine.clock().now(),
            time: Time::of(engine),
            zone: engine.config().time_zone.clone(),
        }
    }

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
            time: Time::Real,
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
            session: domain::id::SessionId::from(Uuid::from_u128(2)),
            language: "en".into(),
        };
        View {
            signed: Some(signed),
            path: path.into(),
            address: path.into(),
            ..anybody()
        }
    }
}
