//! Values for a connector's settings fields. Secrets do not print, and an unknown field does not get in.

use std::{collections::BTreeMap, fmt};

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::descriptor::{Descriptor, FieldKind, SettingField};

/// Longest value of one field, in bytes.
const LONGEST: usize = 2_000;

/// Checked settings of one processing module.
#[derive(Clone, Default)]
pub struct Settings(BTreeMap<&'static str, SecretString>);

/// Why a value is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {code}")]
pub struct SettingProblem {
    /// The field's name.
    pub field: String,
    /// Stable code; the translation key is `problem-{code}`.
    pub code: &'static str,
}

impl Settings {
    /// Checks values against the descriptor. Values are trimmed, except secrets; empty ones count as not given.
    ///
    /// # Errors
    /// Every problem at once, so that a form shows them all.
    pub fn parse(
        descriptor: &Descriptor,
        values: impl IntoIterator<Item = (String, SecretString)>,
    ) -> Result<Self, Vec<SettingProblem>> {
        let mut settings = Self::default();
        let mut problems = Vec::new();
        for (name, value) in values {
            let Some(field) = descriptor.setting(&name) else {
                problems.push(SettingProblem {
                    field: name.chars().take(60).collect(),
                    code: "unknown-field",
                });
                continue;
            };
            let given = value.expose_secret();
            let text = if field.is_secret { given } else { given.trim() };
            match check(field, text) {
                Err(code) => problems.push(SettingProblem { field: name, code }),
                Ok(()) if text.is_empty() => {}
                Ok(()) => {
                    settings.0.insert(field.name, SecretString::from(text));
                }
            }
        }
        for field in descriptor.settings {
            let is_missing =
                field.is_required && field.default.is_none() && !settings.0.contains_key(field.name);
            if is_missing && !problems.iter().any(|problem| problem.field == field.name) {
                problems.push(SettingProblem {
                    field: field.name.to_owned(),
                    code: "required",
                });
            }
            if let Some(default) = field.default {
                settings
                    .0
                    .entry(field.name)
                    .or_insert_with(|| SecretString::from(default));
            }
        }
        if problems.is_empty() {
            Ok(settings)
        } else {
            Err(problems)
        }
    }

    /// The value of a field that is no secret; empty when not given.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0
            .get(name)
            .map(ExposeSecret::expose_secret)
            .unwrap_or_default()
    }

    /// Names and values of all fields that have one, for sealing.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, &SecretString)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// The value of a secret field.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&SecretString> {
        self.0.get(name)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names only: which of the values is a secret is the descriptor's knowledge, not ours.
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn check(field: &SettingField, text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Ok(());
    }
    if text.len() > LONGEST {
        return Err("too-long");
    }
    if text.chars().any(char::is_control) {
        return Err("control-characters");
    }
    match field.kind {
        FieldKind::Text | FieldKind::Password => Ok(()),
        FieldKind::Choice(words) if words.contains(&text) => Ok(()),
        FieldKind::Choice(_) => Err("not-a-choice"),
        FieldKind::Url => check_url(text),
    }
}

/// Whether http is allowed is decided at connect time, where the mode is known.
fn check_url(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).map_err(|_| "url")?;
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none_or(str::is_empty) {
        return Err("url");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("url-with-credentials");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("url-with-query");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::Capabilities;

    const DESCRIPTOR: Descriptor = Descriptor {
        kind: "testca",
        title: "Test CA",
        log: "pmtestca",
        sign_up: None,
        settings: &[
            field("username", FieldKind::Text, None, true),
            SettingField {
                is_secret: true,
                ..field("password", FieldKind::Password, None, true)
            },
            field("url", FieldKind::Url, Some("https://ca.test/v1"), false),
            field(
                "token_in",
                FieldKind::Choice(&["auto", "query"]),
                Some("auto"),
                false,
            ),
        ],
        refund_days: 0,
        capabilities: Capabilities {
            calls: &[],
            automatic_reissue: &[],
            validation_methods: &[],
        },
    };

    const fn field(
        name: &'static str,
        kind: FieldKind,
        default: Option<&'static str>,
        is_required: bool,
    ) -> SettingField {
        SettingField {
            name,
            label: name,
            english: name,
            kind,
            is_secret: false,
            default,
            help: "",
            is_required,
            is_advanced: false,
        }
    }

    type Values<'a> = &'a [(&'a str, &'a str)];

    fn parse(values: Values<'_>) -> Result<Settings, Vec<String>> {
        let values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), SecretString::from(*value)));
        Settings::parse(&DESCRIPTOR, values)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn empty_fields_take_their_defaults_and_text_is_trimmed() {
        let settings = parse(&[("username", " a@b.test "), ("password", " p w "), ("url", "")]).unwrap();
        assert_eq!(settings.text("username"), "a@b.test");
        assert_eq!(settings.text("url"), "https://ca.test/v1");
        assert_eq!(settings.secret("password").unwrap().expose_secret(), " p w ");
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let table: &[(Values<'_>, &[&str])] = &[
            (&[], &["username: required", "password: required"]),
            (
                &[("username", "a"), ("password", "p"), ("colour", "x")],
                &["colour: unknown-field"],
            ),
            (
                &[("username", "a\nb"), ("password", "p")],
                &["username: control-characters"],
            ),
            (
                &[("username", "a"), ("password", "p"), ("url", "ftp://x")],
                &["url: url"],
            ),
            (
                &[("username", "a"), ("password", "p"), ("url", "https://u:p@x/")],
                &["url: url-with-credentials"],
            ),
            (
                &[("username", "a"), ("password", "p"), ("url", "https://x/?a=1")],
                &["url: url-with-query"],
            ),
            (
                &[("username", "a"), ("password", "p"), ("token_in", "body")],
                &["token_in: not-a-choice"],
            ),
        ];
        for (values, expected) in table {
            assert_eq!(&parse(values).unwrap_err(), expected, "{values:?}");
        }
    }

    #[test]
    fn secrets_do_not_print() {
        let settings = parse(&[("username", "a"), ("password", "hunter2")]).unwrap();
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
