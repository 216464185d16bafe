//! What went wrong, in words and as an exit code: 1 failed, 3 refused, 4 a service did not answer. Wrong usage (2) is
//! answered by the command line itself.

use std::process::ExitCode;

use engine::Error;
use i18n::{Locale, Value};

const FAILED: u8 = 1;
const REFUSED: u8 = 3;
const NO_ANSWER: u8 = 4;

/// A rule of the command itself said no; the text says which and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) String);

/// Prints what went wrong on standard error.
#[expect(clippy::print_stderr, reason = "the last words of the program")]
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("certbroker: {}", words(error));
    ExitCode::from(code(error))
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
                    .map(|(name, value)| (*name, Value::from(value.as_str())))
                    .collect();
                text_of(&format!("refused-{}", refusal.code), &values)
                    .unwrap_or_else(|| refusal.code.replace('-', " "))
            }
            Some(known) => {
                text_of(&format!("error-{}", known.code()), &[]).unwrap_or_else(|| known.to_string())
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
    text_of(&format!("problem-{code}"), &[]).unwrap_or_else(|| code.replace('-', " "))
}

fn text_of(key: &str, values: &[(&str, Value<'_>)]) -> Option<String> {
    let key = key.replace('_', "-");
    i18n::exists(Locale::En, &key).then(|| i18n::t_args(Locale::En, &key, values))
}

fn code(error: &anyhow::Error) -> u8 {
    for cause in error.chain() {
        if cause.is::<Refused>() {
            return REFUSED;
        }
        match cause.downcast_ref::<Error>() {
            Some(
                Error::NotFound
                | Error::Forbidden
                | Error::SignInRequired
                | Error::ConfirmationRequired
                | Error::Invalid(_)
                | Error::Conflict
                | Error::Refused(_)
                | Error::TooManyTries { .. },
            ) => return REFUSED,
            Some(Error::Ca(error)) if error.class().may_pass() => return NO_ANSWER,
            Some(Error::Store(error)) if error.is_transient() => return NO_ANSWER,
            _ => {}
        }
    }
    FAILED
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
    }

    #[test]
    fn a_wrong_field_is_named() {
        let words = words(&wrapped(Error::field("username", "required")));
        assert!(words.starts_with("adding the module: username: "), "{words}");
    }
}
