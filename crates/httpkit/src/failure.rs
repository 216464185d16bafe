//! What went wrong, for whoever asked.
//!
//! Handlers return a [`Failure`]; as an answer it is a problem document (RFC 9457) and travels in the answer's
//! extensions too, so that the layer around the pages can put a page in its place.

use std::time::Duration;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::contact::FieldProblem;
use engine::error::RefusalValue;
use i18n::Locale;
use serde::Serialize;

use crate::htmx::Htmx;

/// A request that was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    status: StatusCode,
    code: Box<str>,
    key: Box<str>,
    arguments: Vec<(String, RefusalValue)>,
    problems: Vec<FieldProblem>,
    retry_after: Option<Duration>,
    // Boxed: a failure is the error of every handler and small ones are moved faster.
    sign_in: Option<Box<SignIn>>,
}

/// Where somebody who is not signed in is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The page that was asked for, when it can be asked for again.
    pub next: Option<String>,
    /// How it was asked for.
    pub htmx: Htmx,
}

impl Failure {
    /// With this status and the stable code whose sentence is `error-{code}`.
    #[must_use]
    pub fn new(status: StatusCode, code: &str) -> Self {
        Self {
            status,
            code: code.into(),
            key: format!("error-{code}").into(),
            arguments: Vec::new(),
            problems: Vec::new(),
            retry_after: None,
            sign_in: None,
        }
    }

    /// With the usual code of the status.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        let code = match status.as_u16() {
            401 => "sign-in-required",
            403 => "forbidden",
            404 | 405 => "not-found",
            408 | 503 | 504 => "busy",
            409 => "conflict",
            413 => "too-large",
            429 => "too-many-tries",
            400..=499 => "bad-request",
            _ => "internal",
        };
        Self::new(status, code)
    }

    /// There is no such thing, or it is not this person's.
    #[must_use]
    pub fn not_found() -> Self {
        Self::of_status(StatusCode::NOT_FOUND)
    }

    /// This person may not.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::of_status(StatusCode::FORBIDDEN)
    }

    /// Too many attempts from this address.
    #[must_use]
    pub fn too_many_attempts(wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..Self::of_status(StatusCode::TOO_MANY_REQUESTS)
        }
    }

    /// Nobody is signed in: pages lead to the sign-in page, which comes back to `next`.
    #[must_use]
    pub fn sign_in_needed(next: Option<String>, htmx: Htmx) -> Self {
        Self {
            sign_in: Some(Box::new(SignIn { next, htmx })),
            ..Self::of_status(StatusCode::UNAUTHORIZED)
        }
    }

    /// With what is put into the sentence.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = RefusalValue::Text(value.into());
        self.arguments.push((name.to_owned(), value));
        self
    }

    /// With what is wrong in which field.
    #[must_use]
    pub fn with_problems(mut self, problems: Vec<FieldProblem>) -> Self {
        self.problems = problems;
        self
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code; its sentence is `error-{code}`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Name and value of what is put into the sentence.
    pub fn arguments(&self) -> impl Iterator<Item = (&str, &RefusalValue)> {
        self.arguments.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// What is wrong in which field.
    #[must_use]
    pub fn problems(&self) -> &[FieldProblem] {
        &self.problems
    }

    /// How long to wait before another attempt.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether nobody is signed in, and where to go then.
    #[must_use]
    pub fn sign_in(&self) -> Option<&SignIn> {
        self.sign_in.as_deref()
    }

    /// The sentence for people.
    #[must_use]
    pub fn sentence(&self, locale: Locale) -> String {
        let arguments: Vec<(&str, i18n::Value<'_>)> = self
            .arguments()
            .map(|(name, value)| (name, i18n::Value::from(value.shown(locale))))
            .collect();
        i18n::t_args(locale, &self.key.replace('_', "-"), &arguments)
    }

    /// The problem document (RFC 9457), in this language.
    #[must_use]
    pub fn document(&self, locale: Locale) -> Response {
        let document = Document {
            r#type: "about:blank",
            title: self.sentence(locale),
            status: self.status.as_u16(),
            code: &self.code,
            problems: &self.problems,
        };
        let body = serde_json::to_string(&document).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(wait) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<engine::Error> for Failure {
    fn from(error: engine::Error) -> Self {
        use engine::Error;
        let status = match &error {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::SignInRequired => StatusCode::UNAUTHORIZED,
            Error::ConfirmationRequired | Error::Forbidden => StatusCode::FORBIDDEN,
            Error::Invalid(_) | Error::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Conflict => StatusCode::CONFLICT,
            Error::TooManyTries { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::Ca(_) => StatusCode::BAD_GATEWAY,
            Error::Store(_) if error.class() == engine::error::Class::Passing => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            // Logged once, here, where it is answered; people see the request's id.
            tracing::error!(target: "certbroker::http", error = &error as &dyn std::error::Error, "request failed");
        }
        let mut failure = Self::new(status, error.code());
        match error {
            Error::Invalid(problems) => failure.problems = problems,
            Error::TooManyTries { retry_after_seconds } => {
                failure.retry_after = Some(Duration::from_secs(retry_after_seconds));
            }
            Error::Refused(refusal) => {
                failure.key = format!("refused-{}", refusal.code.replace('_', "-")).into();
                failure.code = refusal.code.into();
                failure.arguments = refusal
                    .values
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect();
            }
            _ => {}
        }
        failure
    }
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: &'static str,
    title: String,
    status: u16,
    code: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    problems: &'a [FieldProblem],
}

impl SignIn {
    /// The redirect to the sign-in page.
    #[must_use]
    pub fn answer(&self) -> Response {
        let next = self.next.as_deref().filter(|next| is_own_path(next));
        let target = next.map_or_else(
            || "/sign-in".to_owned(),
            |next| format!("/sign-in{}", crate::Params::from([("next", next)]).query()),
        );
        if self.htmx.is_htmx {
            self.htmx.go_to(&target)
        } else {
            Redirect::to(&target).into_response()
        }
    }
}

/// Whether a path leads to this server: never follow one that a link brought elsewhere (open redirect).
#[must_use]
pub fn is_own_path(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n', '\t'])
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.document(Locale::En)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_gone_back_to() {
        for good in ["/", "/admin/modules?page=2", "/services/S-1"] {
            assert!(is_own_path(good), "{good}");
        }
        for bad in [
            "",
            "admin",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nSet-Cookie: x",
        ] {
            assert!(!is_own_path(bad), "{bad}");
        }
    }

    #[test]
    fn a_failure_is_a_problem_document_and_says_when_to_come_back() {
        let answer = Failure::too_many_attempts(Duration::from_secs(7)).into_response();
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert_eq!(answer.headers()["retry-after"], "7");
        assert!(answer.extensions().get::<Failure>().is_some());
    }

    #[test]
    fn amounts_and_days_in_a_refusal_are_written_as_the_reader_does() {
        use domain::{Currency, Money};
        use engine::{Error, error::Refusal};
        let price = Money::from_minor(123_450, Currency::EUR);
        let day = jiff::civil::date(2026, 11, 23);
        let changed = Failure::from(Error::Refused(Refusal::new("price-changed").with("price", price)));
        let over = Failure::from(Error::Refused(
            Refusal::new("refund-window-over").with("last_day", day),
        ));
        for (failure, locale, said) in [
            (&changed, Locale::En, i18n::money(Locale::En, price)),
            (&changed, Locale::Ru, i18n::money(Locale::Ru, price)),
            (&over, Locale::En, i18n::date(Locale::En, day)),
            (&over, Locale::Ru, "23.11.2026".to_owned()),
        ] {
            let sentence = failure.sentence(locale);
            assert!(sentence.contains(&said), "{said}: {sentence}");
        }
        let programs: Vec<String> = changed.arguments().map(|(_, value)| value.to_string()).collect();
        assert_eq!(programs, ["1234.50 EUR"]);
    }

    #[test]
    fn somebody_not_signed_in_is_led_back_to_where_they_wanted() {
        let to = |next: &str| {
            let failure = Failure::sign_in_needed(Some(next.to_owned()), Htmx::default());
            failure.sign_in().unwrap().answer().headers()["location"]
                .to_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(to("/admin?x=1"), "/sign-in?next=%2Fadmin%3Fx%3D1");
        assert_eq!(to("//evil.example"), "/sign-in");
    }
}
