//! What went wrong, in words and as an exit code: 1 failed, 3 refused, 4 a service did not answer. Wrong usage (2) is
//! answered by the command line itself.

use std::process::ExitCode;

use ca::Class;
use engine::Error;
use i18n::{Locale, Value};
use serde_json::json;

use crate::output::Format;

const FAILED: u8 = 1;
const REFUSED: u8 = 3;
const NO_ANSWER: u8 = 4;

/// A rule of the command itself said no; the text says which and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) String);

/// Something that was waited for did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NoAnswer(pub(crate) String);

/// Prints what went wrong on standard error: a sentence for people, or one JSON document.
#[expect(clippy::print_stderr, reason = "the last words of the program")]
pub(crate) fn report(error: &anyhow::Error, format: Format) -> ExitCode {
    match format {
        Format::Text => eprintln!("certbroker: {}", words(error)),
        Format::Json => eprintln!("{}", document(error)),
    }
    ExitCode::from(code(error))
}

/// Why a use case said no, in one line.
pub(crate) fn sentence(error: Error) -> String {
    words(&anyhow::Error::from(error))
}

/// The words, the kind of failure, and every wrong field.
fn document(error: &anyhow::Error) -> serde_json::Value {
    let kind = match code(error) {
        REFUSED => "refused",
        NO_ANSWER => "no_answer",
        _ => "failed",
    };
    let fields: Vec<_> = error
        .chain()
        .filter_map(|cause| match cause.downcast_ref::<Error>() {
            Some(Error::Invalid(problems)) => Some(problems),
            _ => None,
        })
        .flatten()
        .map(|problem| json!({ "field": problem.field, "code": problem.code, "text": field_text(problem.code) }))
        .collect();
    json!({ "error": { "kind": kind, "text": words(error), "fields": fields } })
}

/// The sentence for people, then every cause.
fn words(error: &anyhow::Error) -> String {
    let mut words = Vec::new();
    for cause in error.chain() {
        let text = match cause.downcast_ref::<Error>() {
            Some(Error::Invalid(problems)) => {
                words.extend(
                    problems
                        .iter()
                        .map(|problem| format!("{}: {}", problem.field, field_text(problem.code))),
                );
                continue;
            }
            Some(Error::Refused(refusal)) => {
                let values: Vec<(&str, Value<'_>)> = refusal
                    .values
                    .iter()
                    .map(|(name, value)| (*name, Value::from(value.shown(Locale::En))))
                    .collect();
                translated(&format!("refused-{}", refusal.code), &values)
                    .unwrap_or_else(|| refusal.code.replace('-', " "))
            }
            Some(known) => {
                translated(&format!("error-{}", known.code()), &[]).unwrap_or_else(|| known.to_string())
            }
            None => cause.to_string(),
        };
        // A source that its error already quotes is not said twice.
        if !words.iter().any(|said: &String| said.contains(&text)) {
            words.push(text);
        }
    }
    words.join(": ")
}

fn field_text(code: &str) -> String {
    translated(&format!("problem-{code}"), &[]).unwrap_or_else(|| code.replace('-', " "))
}

fn translated(key: &str, values: &[(&str, Value<'_>)]) -> Option<String> {
    let key = key.replace('_', "-");
    i18n::exists(Locale::En, &key).then(|| i18n::t_args(Locale::En, &key, values))
}

fn code(error: &anyhow::Error) -> u8 {
    error
        .chain()
        .find_map(|cause| {
            if cause.is::<Refused>() {
                return Some(REFUSED);
            }
            if cause.is::<NoAnswer>() {
                return Some(NO_ANSWER);
            }
            cause
                .downcast_ref::<Error>()
                .and_then(code_of_use_case)
                .or_else(|| cause.downcast_ref::<store::Error>().and_then(code_of_store))
        })
        .unwrap_or(FAILED)
}

fn code_of_use_case(error: &Error) -> Option<u8> {
    match error {
        Error::Refused(refusal) if refusal.code == engine::travel::SIMULATOR_AWAY => Some(NO_ANSWER),
        Error::NotFound
        | Error::Forbidden
        | Error::SignInRequired
        | Error::ConfirmationRequired
        | Error::Invalid(_)
        | Error::Conflict
        | Error::Refused(_)
        | Error::TooManyTries { .. } => Some(REFUSED),
        Error::Ca(error) if error.class().may_pass() => Some(NO_ANSWER),
        Error::Ca(error) if error.class() == Class::Rejected => Some(REFUSED),
        Error::Store(error) => code_of_store(error),
        _ => None,
    }
}

fn code_of_store(error: &store::Error) -> Option<u8> {
    match error {
        store::Error::Refused(_) => Some(REFUSED),
        error if error.is_transient() => Some(NO_ANSWER),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    fn wrapped(error: Error) -> anyhow::Error {
        Err::<(), _>(error).context("adding the module").unwrap_err()
    }

    #[test]
    fn refusals_and_failures_have_codes_of_their_own() {
        assert_eq!(code(&wrapped(Error::NotFound)), REFUSED);
        assert_eq!(code(&wrapped(Error::field("name", "required"))), REFUSED);
        assert_eq!(code(&Refused("no".into()).into()), REFUSED);
        assert_eq!(code(&wrapped(Error::Internal("x".into()))), FAILED);
        assert_eq!(code(&anyhow::anyhow!("disk full")), FAILED);
        assert_eq!(code(&NoAnswer("late".into()).into()), NO_ANSWER);
        assert_eq!(
            code(&store::Error::Refused("the database is not empty".into()).into()),
            REFUSED
        );
    }

    #[test]
    fn a_wrong_field_is_named() {
        let words = words(&wrapped(Error::field("username", "required")));
        assert!(words.starts_with("adding the module: username: "), "{words}");
    }

    #[test]
    fn the_document_names_the_kind_and_every_field() {
        let document = document(&wrapped(Error::field("names.0", "name-no-dot")));
        assert_eq!(document["error"]["kind"], "refused");
        assert_eq!(document["error"]["fields"][0]["field"], "names.0");
        assert_eq!(document["error"]["fields"][0]["code"], "name-no-dot");
    }
}
