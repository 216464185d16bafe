//! Looking a text up in a language.

use std::sync::LazyLock;

pub use fluent_bundle::FluentValue as Value;
use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use crate::Locale;

/// Language, area and content of every text file.
pub(crate) static SOURCES: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/texts.rs"));

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| Locale::ALL.map(bundle));

/// The text of this key. Where the language has none, the English one; where that is missing too, the key itself.
#[must_use]
pub fn t(locale: Locale, key: &str) -> String {
    t_args(locale, key, &[])
}

/// The text of this key with arguments: `t_args(locale, "order-count", &[("count", 3.into())])`.
///
/// An argument that the text wants and that is missing shows as `{$name}`.
#[must_use]
pub fn t_args(locale: Locale, key: &str, arguments: &[(&str, Value<'_>)]) -> String {
    let arguments: FluentArgs<'_> = arguments
        .iter()
        .map(|(name, value)| (*name, value.clone()))
        .collect();
    [locale, Locale::default()]
        .into_iter()
        .find_map(|locale| format(locale, key, &arguments))
        .unwrap_or_else(|| key.to_owned())
}

/// Whether the language has a text of this key.
#[must_use]
pub fn exists(locale: Locale, key: &str) -> bool {
    bundle_of(locale).is_some_and(|bundle| bundle.has_message(key))
}

/// A key that travels as a value: the literal itself, found by the test that proves that keys exist.
///
/// ```
/// let title = certbroker_i18n::key!("language");
/// assert_eq!(certbroker_i18n::t(certbroker_i18n::Locale::En, title), "Language");
/// ```
#[macro_export]
macro_rules! key {
    ($key:literal) => {
        $key
    };
}

fn format(locale: Locale, key: &str, arguments: &FluentArgs<'_>) -> Option<String> {
    let bundle = bundle_of(locale)?;
    let pattern = bundle.get_message(key)?.value()?;
    // Errors here are missing arguments; the text shows them in braces.
    let mut errors = Vec::new();
    Some(
        bundle
            .format_pattern(pattern, Some(arguments), &mut errors)
            .into_owned(),
    )
}

fn bundle_of(locale: Locale) -> Option<&'static Bundle> {
    BUNDLES.get(Locale::ALL.iter().position(|known| *known == locale)?)
}

/// Lines that are not understood are left out here and fail a test of this crate.
fn bundle(locale: Locale) -> Bundle {
    // The language decides the plural rules.
    let language: LanguageIdentifier = locale.code().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // The marks around arguments would end up in copied text and in mails.
    bundle.set_use_isolating(false);
    for (_, _, source) in SOURCES.iter().filter(|(code, _, _)| *code == locale.code()) {
        let resource = match FluentResource::try_new((*source).to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        let _ = bundle.add_resource(resource);
    }
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_in_the_language_asked_for() {
        assert_eq!(t(Locale::En, "language"), "Language");
        assert_eq!(t(Locale::Ru, "language"), "Язык");
    }

    #[test]
    fn a_missing_text_shows_its_key() {
        for key in ["no-such-key", "", "not a key", "-term", "ключ"] {
            assert_eq!(t(Locale::Ru, key), key);
            assert!(!exists(Locale::Ru, key));
        }
    }

    #[test]
    fn a_missing_argument_shows_its_name() {
        assert_eq!(t(Locale::En, "time-ago"), "{$span} ago");
    }

    #[test]
    fn plural_forms_follow_the_language() {
        for (count, en, ru) in [
            (0, "0 days", "0 дней"),
            (1, "1 day", "1 день"),
            (2, "2 days", "2 дня"),
            (5, "5 days", "5 дней"),
            (11, "11 days", "11 дней"),
            (21, "21 days", "21 день"),
            (104, "104 days", "104 дня"),
        ] {
            assert_eq!(t_args(Locale::En, "time-days", &[("count", count.into())]), en);
            assert_eq!(t_args(Locale::Ru, "time-days", &[("count", count.into())]), ru);
        }
    }

    #[test]
    fn arguments_carry_no_invisible_marks() {
        let text = t_args(Locale::En, "time-ago", &[("span", "5 days".into())]);
        assert_eq!(text, "5 days ago");
    }
}
