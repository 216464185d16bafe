//! The languages, and which one a person gets.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A language of the product.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// English, for everyone whose language is not here.
    #[default]
    En,
    /// Russian.
    Ru,
}

/// Not a language of the product.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language of this product (en, ru)")]
pub struct UnknownLocale(String);

impl Locale {
    /// All languages, the default first.
    pub const ALL: [Self; 2] = [Self::En, Self::Ru];

    /// The code for `lang` attributes, settings and the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }

    /// How the language calls itself, for a choice of languages.
    #[must_use]
    pub const fn native_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Ru => "Русский",
        }
    }

    /// The person's own choice, else the best match of the browser's `Accept-Language`, else English.
    #[must_use]
    pub fn negotiate(choice: Option<Self>, accept_language: Option<&str>) -> Self {
        choice
            .or_else(|| best_match(accept_language?))
            .unwrap_or_default()
    }
}

/// RFC 9110 §12.5.4: ranges with weights; the first of the heaviest wins, weight 0 excludes.
fn best_match(header: &str) -> Option<Locale> {
    let mut best: Option<(u16, Locale)> = None;
    // A browser sends a dozen; more is not worth reading.
    for range in header.split(',').take(32) {
        let mut parts = range.split(';');
        let Some(locale) = parts.next().and_then(|tag| primary(tag.trim())) else {
            continue;
        };
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(1000, weight);
        if weight > best.map_or(0, |(heaviest, _)| heaviest) {
            best = Some((weight, locale));
        }
    }
    best.map(|(_, locale)| locale)
}

/// `ru-RU` and `ru` are Russian; `*` is whatever is the default.
fn primary(tag: &str) -> Option<Locale> {
    let language = tag.split('-').next()?;
    if language == "*" {
        return Some(Locale::default());
    }
    Locale::ALL
        .into_iter()
        .find(|locale| locale.code().eq_ignore_ascii_case(language))
}

/// Thousandths; what is not a number weighs nothing.
fn weight(text: &str) -> u16 {
    let Ok(weight) = text.trim().parse::<rust_decimal::Decimal>() else {
        return 0;
    };
    let thousandths = weight.checked_mul(rust_decimal::Decimal::ONE_THOUSAND);
    thousandths
        .and_then(|value| u16::try_from(value.trunc()).ok())
        .filter(|value| *value <= 1000)
        .unwrap_or(0)
}

impl FromStr for Locale {
    type Err = UnknownLocale;

    fn from_str(code: &str) -> Result<Self, UnknownLocale> {
        let known = Self::ALL.into_iter().find(|locale| locale.code() == code);
        known.ok_or_else(|| UnknownLocale(code.chars().take(20).collect()))
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_heaviest_known_language_wins_and_english_else() {
        for (header, locale) in [
            ("ru", Locale::Ru),
            ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", Locale::Ru),
            ("en-US,en;q=0.9,ru;q=0.8", Locale::En),
            ("de, ru;q=0.5, en;q=0.4", Locale::Ru),
            ("de;q=1, fr;q=0.9", Locale::En),
            ("en;q=0, ru;q=0.1", Locale::Ru),
            ("ru;q=0", Locale::En),
            ("RU-ru ; q=0.3 , en;q=0.2", Locale::Ru),
            ("*;q=0.5, ru;q=0.4", Locale::En),
            ("ru;q=7, en;q=0.1", Locale::En),
            ("", Locale::En),
        ] {
            assert_eq!(Locale::negotiate(None, Some(header)), locale, "{header}");
        }
        assert_eq!(Locale::negotiate(None, None), Locale::En);
    }

    #[test]
    fn the_persons_own_choice_comes_first() {
        assert_eq!(Locale::negotiate(Some(Locale::En), Some("ru")), Locale::En);
        assert_eq!(Locale::negotiate(Some(Locale::Ru), None), Locale::Ru);
    }

    #[test]
    fn codes_are_read_back() {
        for locale in Locale::ALL {
            assert_eq!(locale.code().parse(), Ok(locale));
            assert_eq!(serde_json::to_value(locale).unwrap(), locale.code());
        }
        assert!("de".parse::<Locale>().is_err());
    }

    proptest! {
        #[test]
        fn any_header_gives_a_language(header in any::<String>()) {
            let _ = Locale::negotiate(None, Some(&header));
        }
    }
}
