//! What employees read in tasks: texts of the plugin description, which has them in every language, with their marks filled in.
//!
//! The host tells a module neither whose task it will be nor in which language they read, so the connection says it.

use crate::{Failure, install::DESCRIPTION, xml::Element};

/// A language of the plugin description.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Russian.
    Russian,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Russian];

    /// Its code in the description and in the connection's form.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Russian => "ru",
        }
    }

    /// Its own name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Russian => "Русский",
        }
    }

    /// The language of this code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }
}

/// A text for an employee; each stands in the description's section `task` under its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskText {
    /// Reissue by hand: `order`, `names`.
    Reissue,
    /// As before, after the CA refused: also `why`.
    ReissueAfterRefusal,
    /// The CA took a reissue and refused it later: `state`, `order`.
    ReissueRefused,
    /// The CA has more than one order: `order`, `others`.
    OrderedTwice,
}

impl TaskText {
    /// Every text.
    pub const ALL: [Self; 4] = [
        Self::Reissue,
        Self::ReissueAfterRefusal,
        Self::ReissueRefused,
        Self::OrderedTwice,
    ];

    /// The message's name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reissue => "reissue",
            Self::ReissueAfterRefusal => "reissue_after_refusal",
            Self::ReissueRefused => "reissue_refused",
            Self::OrderedTwice => "ordered_twice",
        }
    }

    /// The text with its values.
    #[must_use]
    pub fn say(self, language: Language, values: &[(&str, &str)]) -> String {
        let template = template(language, "task", self.word());
        Filled::of(&template, values).text
    }
}

/// A failure as the host shows its type, and whatever else is known of it.
#[must_use]
pub fn of_failure(language: Language, failure: &Failure) -> String {
    let mut values = vec![
        ("object", failure.object.as_str()),
        ("value", failure.value.as_str()),
    ];
    values.extend(failure.params.iter().map(|(name, value)| (*name, value.as_str())));
    let template = template(
        language,
        "msgerror",
        &format!("msg_error_{}", failure.kind.word()),
    );
    let Filled { mut text, used } = Filled::of(&template, &values);
    for (name, value) in &failure.params {
        if !used.contains(name) {
            text.extend(["\n", name, ": ", value]);
        }
    }
    text
}

/// The message of the description; its name where there is none.
fn template(language: Language, section: &str, name: &str) -> String {
    let find = || {
        let description = Element::parse(DESCRIPTION).ok()?;
        let named = |of: &Element, kind: &str, name: &str| {
            of.children()
                .find(|child| child.name == kind && child.attribute("name") == Some(name))
                .cloned()
        };
        let language = named(&description, "lang", language.code())?;
        let section = named(&language, "messages", section)?;
        Some(named(&section, "msg", name)?.content())
    };
    find().unwrap_or_else(|| name.to_owned())
}

/// A text whose marks (`__name__`) were filled, and with which values.
struct Filled<'a> {
    text: String,
    used: Vec<&'a str>,
}

impl<'a> Filled<'a> {
    /// A mark without a value leaves nothing.
    fn of(template: &str, values: &[(&'a str, &str)]) -> Self {
        let mut filled = Self {
            text: String::new(),
            used: Vec::new(),
        };
        for (place, part) in template.split("__").enumerate() {
            if place % 2 == 0 {
                filled.text.push_str(part);
            } else if let Some((name, value)) = values.iter().find(|(name, _)| *name == part) {
                filled.text.push_str(value);
                filled.used.push(name);
            }
        }
        filled.text.truncate(filled.text.trim_end().len());
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn a_task_is_told_in_both_languages() {
        let values = [("order", "120044"), ("names", "example.com")];
        let english = TaskText::Reissue.say(Language::English, &values);
        let russian = TaskText::Reissue.say(Language::Russian, &values);
        for text in [&english, &russian] {
            assert!(text.contains("120044") && text.contains("example.com"), "{text}");
            assert!(!text.contains("__"), "{text}");
        }
        assert!(english.contains("Reissue") && russian.contains("Перевыпустите"));
    }

    #[test]
    fn a_failure_is_told_as_the_host_tells_its_type() {
        let failure = Failure::new(Kind::Api)
            .about("balance")
            .saying("Insufficient __funds__")
            .with("doing", "order");
        assert_eq!(
            of_failure(Language::English, &failure),
            "LeaderTelecom refused: Insufficient __funds__\ndoing: order"
        );
        assert_eq!(
            of_failure(Language::Russian, &failure),
            "LeaderTelecom отказал: Insufficient __funds__\ndoing: order"
        );
        let value = Failure::value("certificate", "csr");
        assert_eq!(
            of_failure(Language::English, &value),
            "Wrong value: certificate, csr."
        );
    }
}
