//! What an answer to a call that can cost money means (reference §9.3): accepted, rejected, or nobody knows.

use ca::{CaError, CaState, Class, Placed};
use domain::Currency;

use super::{KIND, answer::Answer, failure::Failure, map, reference::Reference, status, wire::Ordered};

/// Judges the outcome. `Err` means that the CA has certainly not carried the call out.
pub(super) fn outcome(
    sent: Result<Answer, Failure>,
    doing: &'static str,
    usual: Currency,
    read: impl Fn(&serde_json::Value) -> Option<Ordered>,
) -> Result<Placed, CaError> {
    let answer = match sent {
        Ok(answer) => answer,
        Err(Failure::NotSent(error)) => return Err(error),
        Err(Failure::Lost(error)) => {
            return Ok(Placed::Unknown {
                why: error.detail.clone(),
                raw: error.raw.map(|raw| *raw),
            });
        }
    };
    let stated = answer.stated_error();
    match answer.status {
        200..=299 => Ok(accepted(&answer, stated, usual, read)),
        // These are answered by gatekeepers, before any work.
        401 | 403 | 404 | 405 | 407 | 411 | 413..=415 | 429 | 431 if stated.is_none() => {
            Err(refused_before_work(&answer, doing))
        }
        401 | 403 | 405 | 407 | 429 => Err(refused_before_work(&answer, doing)),
        400..=407 | 409..=428 | 430..=499 => match stated {
            Some(why) => Ok(rejected(why, &answer)),
            None => Ok(unknown(&answer)),
        },
        _ => Ok(unknown(&answer)),
    }
}

fn refused_before_work(answer: &Answer, doing: &'static str) -> CaError {
    answer.refuse_failure(doing).err().unwrap_or_else(|| {
        CaError::new(Class::Protocol, KIND, doing, answer.described()).with_raw(answer.raw.clone())
    })
}

fn accepted(
    answer: &Answer,
    stated: Option<String>,
    usual: Currency,
    read: impl Fn(&serde_json::Value) -> Option<Ordered>,
) -> Placed {
    let ordered = answer.json().as_ref().and_then(&read);
    let reference = ordered.as_ref().and_then(|ordered| {
        let certificate = ordered.certificate_id.clone().map(Reference::Certificate);
        certificate.or_else(|| ordered.order_id.clone().map(Reference::Order))
    });
    match (ordered, reference, stated) {
        (Some(ordered), Some(reference), None) => {
            let state = ordered.status.as_deref().map(status::state);
            if matches!(state, Some(CaState::Rejected)) {
                return rejected("the CA rejected the order".to_owned(), answer);
            }
            Placed::Accepted {
                ca_order: reference.into(),
                charged: map::charged(ordered.sum, ordered.currency.as_deref(), usual),
                state,
                raw: answer.raw.clone(),
            }
        }
        (_, None, Some(why)) => rejected(why, answer),
        // An id beside an error, or neither: something may have been bought.
        _ => unknown(answer),
    }
}

fn unknown(answer: &Answer) -> Placed {
    Placed::Unknown {
        why: answer.described(),
        raw: Some(answer.raw.clone()),
    }
}

fn rejected(why: String, answer: &Answer) -> Placed {
    let field = field_of(&why).map(str::to_owned);
    Placed::Rejected {
        why,
        field,
        raw: Some(answer.raw.clone()),
    }
}

/// The field that a refusal names, in the words of the port.
fn field_of(why: &str) -> Option<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        ("csr", "csr"),
        ("nomenclature_id", "product"),
        ("days", "days"),
        ("dcv", "validations"),
        ("approve", "validations"),
        ("additional_validation_emails", "validations"),
        ("additional_domains", "names"),
        ("domain", "names"),
        ("wildcard", "names"),
        ("unique_value", "unique_value"),
        ("funds", "balance"),
        ("balance", "balance"),
        ("organization", "organisation"),
        ("country_name", "organisation"),
        ("city_name", "organisation"),
        ("zip_code", "organisation"),
        ("phone", "contact"),
    ];
    let why = why.to_lowercase();
    WORDS
        .iter()
        .find(|(word, _)| why.contains(word))
        .map(|(_, field)| *field)
}

#[cfg(test)]
mod tests {
    use domain::Money;

    use super::*;
    use crate::leadertelecom::answer::tests::answer;

    fn judged(status: u16, body: &str) -> Result<Placed, CaError> {
        let kind = if body.starts_with('<') {
            "text/html"
        } else {
            "application/json"
        };
        outcome(
            Ok(answer(status, kind, body)),
            "order",
            Currency::EUR,
            Ordered::read,
        )
    }

    #[test]
    fn a_good_answer_is_accepted_with_id_and_charge() {
        let body = r#"{"id":55021,"status":"processing","sum":"8.40","currency":"EUR",
            "items":[{"id":70310,"ssl_certificate_id":120044}]}"#;
        let Placed::Accepted {
            ca_order,
            charged,
            state,
            ..
        } = judged(200, body).unwrap()
        else {
            panic!()
        };
        assert_eq!(ca_order.as_str(), "120044");
        assert_eq!(charged, Some(Money::from_minor(840, Currency::EUR)));
        assert_eq!(state, Some(CaState::Pending));
    }

    #[test]
    fn an_order_may_be_accepted_without_a_certificate_and_wait_for_payment() {
        let placed = judged(201, r#"{"order":{"id":"55021","status":"unpaid"}}"#).unwrap();
        let Placed::Accepted {
            ca_order,
            charged: None,
            state,
            ..
        } = placed
        else {
            panic!("{placed:?}")
        };
        assert_eq!(
            (ca_order.as_str(), state),
            ("order-55021", Some(CaState::AwaitingPayment))
        );
    }

    #[test]
    fn a_clear_no_is_rejected_with_its_field() {
        for (status, body, field) in [
            (400, r#"{"error":"csr is invalid"}"#, Some("csr")),
            (402, r#"{"error":"Insufficient funds"}"#, Some("balance")),
            (404, r#"{"error":"Not found"}"#, None),
            (
                422,
                r#"{"errors":{"domain_name":["does not match"]}}"#,
                Some("names"),
            ),
            (200, r#"{"error":"days is invalid"}"#, Some("days")),
        ] {
            let placed = judged(status, body).unwrap();
            let Placed::Rejected { field: found, .. } = &placed else {
                panic!("{status} {placed:?}")
            };
            assert_eq!(found.as_deref(), field, "{body}");
        }
    }

    #[test]
    fn whatever_is_not_clear_is_unknown() {
        for (status, body) in [
            (200, "<html>"),
            (200, ""),
            (200, "{\"id\":"),
            (200, r#"{"success":true}"#),
            (200, r#"{"id":55021,"error":"late"}"#),
            (201, "[]"),
            (302, ""),
            (400, "<html>"),
            (408, r#"{"error":"x"}"#),
            (422, ""),
            (500, r#"{"error":"Invalid data on request"}"#),
            (502, "<html>"),
            (503, r#"{"error":"x"}"#),
        ] {
            let placed = judged(status, body).unwrap();
            assert!(
                matches!(placed, Placed::Unknown { .. }),
                "{status} {body} {placed:?}"
            );
        }
    }

    #[test]
    fn gatekeepers_answer_before_any_work() {
        for (status, body, class) in [
            (401, r#"{"error":"x"}"#, Class::Unauthorized),
            (403, "<html>", Class::ForbiddenAddress),
            (404, "<html>", Class::Rejected),
            (405, "", Class::Rejected),
            (413, "<html>", Class::Rejected),
            (414, "", Class::Rejected),
            (429, r#"{"error":"x"}"#, Class::RateLimited),
        ] {
            assert_eq!(judged(status, body).unwrap_err().class, class, "{status} {body}");
        }
    }
}
