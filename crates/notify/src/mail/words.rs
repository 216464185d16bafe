//! How values are written into texts: in the reader's language, on one line, never as markup.

use domain::{Money, NameSet};
use i18n::Locale;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use minijinja::{Value, value::Serde};
use serde::Serialize;

use crate::Link;

/// Longer texts from outside (a CA's reason) are cut.
const LONGEST: usize = 1000;

/// The names that a template may use, with what they stand for.
pub(crate) type Fields = Vec<(&'static str, Value)>;

/// The reader's language, and the zone in which times are shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) locale: Locale,
    pub(crate) zone: &'a TimeZone,
}

impl Words<'_> {
    pub(super) fn money(self, amount: Money) -> Value {
        i18n::money(self.locale, amount).into()
    }

    pub(super) fn money_or_none(self, amount: Option<Money>) -> Value {
        amount.map_or_else(none, |amount| self.money(amount))
    }

    pub(super) fn date(self, date: Date) -> Value {
        i18n::date(self.locale, date).into()
    }

    pub(super) fn date_or_none(self, date: Option<Date>) -> Value {
        date.map_or_else(none, |date| self.date(date))
    }

    pub(super) fn time(self, at: Timestamp) -> Value {
        i18n::date_time(self.locale, at, self.zone).into()
    }

    /// The text of a word of a closed list: `{list}-{word}`, with dashes for underscores.
    pub(super) fn word(self, list: &str, word: &str) -> Value {
        i18n::t(self.locale, &format!("{list}-{}", word.replace('_', "-"))).into()
    }

    /// `in 14 days`, `tomorrow`, `today`.
    pub(super) fn in_days(self, days: u16) -> Value {
        i18n::t_args(self.locale, "mail-in-days", &[("count", days.into())]).into()
    }
}

/// The fields of a mail about one service: its number, its main name, every name, what is the mail's own, the one link.
pub(super) fn about<const N: usize>(
    service: &str,
    all: &NameSet,
    link: &Link,
    own: [(&'static str, Value); N],
) -> Fields {
    let mut fields = vec![
        ("service", line(service)),
        ("name", all.main().unicode().into()),
        ("names", names(all)),
    ];
    fields.extend(own);
    fields.push(("link", link.as_str().into()));
    fields
}

/// The word of a closed list, as it is stored and as templates compare it.
pub(super) fn code(word: impl Serialize) -> Value {
    Serde(word).into()
}

/// Every name, as people write it.
fn names(names: &NameSet) -> Value {
    names.iter().map(|name| Value::from(name.unicode())).collect()
}

/// A name that stands for nothing in this mail.
pub(super) fn none() -> Value {
    Value::from(())
}

/// Text from outside stays on its line: no break in it can end a header or forge a paragraph.
pub(super) fn line(text: &str) -> Value {
    one_line(text).into()
}

/// A text without breaks and control characters, of at most a thousand characters.
pub(crate) fn one_line(text: &str) -> String {
    let spaced = text.chars().map(|c| {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            ' '
        } else {
            c
        }
    });
    spaced.take(LONGEST).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_from_outside_stay_on_one_line() {
        assert_eq!(one_line(" a\r\nBcc: x\u{2028}b\0 "), "a  Bcc: x b");
        assert_eq!(one_line(&"é".repeat(5000)).chars().count(), LONGEST);
    }
}
