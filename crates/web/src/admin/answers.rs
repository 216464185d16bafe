//! Where a button leads that is not a form of its own: back to its page, with what became of it.

use axum::response::Response;
use httpkit::{Failure, Flash, Tone};

use crate::visit::StaffVisit;

/// Back to the page, which says what was done, or in the words of a rule why it was not.
///
/// # Errors
/// Gives back what concerns more than the rule: a missing object, a missing permission, a failing database.
pub fn after<T>(
    visit: &StaffVisit,
    back: &str,
    done: &Flash,
    result: engine::Result<T>,
) -> Result<Response, Failure> {
    match result {
        Ok(_) => Ok(visit.done(back, done)),
        Err(engine::Error::Refused(refusal)) => {
            let key = format!("refused-{}", refusal.code.replace('_', "-"));
            let said = refusal
                .values
                .into_iter()
                .fold(Flash::failed(&key), |flash, (name, value)| {
                    flash.with(name, value.shown(visit.view.locale))
                });
            Ok(visit.done(back, &said))
        }
        Err(engine::Error::Ca(error)) => {
            let said = Flash {
                tone: Tone::Bad,
                ..Flash::failed("admin-ca-refused").with("reason", error.to_string())
            };
            Ok(visit.done(back, &said))
        }
        Err(error) => Err(error.into()),
    }
}
