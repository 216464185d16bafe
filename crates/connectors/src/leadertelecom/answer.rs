//! An HTTP answer and what it means before anybody reads its content (reference §8.1 #5-8).

use std::time::Duration;

use ca::{CaError, Class, RawAnswer, raw};
use serde_json::{Map, Value};

use super::{KIND, lenient};

/// Longest error text taken over from an answer, in characters.
const LONGEST_TEXT: usize = 500;

/// A whole answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    /// Where a redirect points to, with its query taken off.
    pub(super) location: Option<String>,
    pub(super) body: bytes::Bytes,
    /// The masked form of everything.
    pub(super) raw: RawAnswer,
}

impl Answer {
    pub(super) const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    pub(super) fn is_html(&self) -> bool {
        let says_so = self
            .raw
            .content_type
            .as_deref()
            .is_some_and(|kind| kind.contains("html"));
        says_so || self.body.trim_ascii_start().starts_with(b"<")
    }

    pub(super) fn is_empty(&self) -> bool {
        self.body.trim_ascii().is_empty()
    }

    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// What the answer says went wrong, if its body says so in JSON; whatever the status.
    pub(super) fn stated_error(&self) -> Option<String> {
        match self.json()? {
            Value::Object(map) => stated_error(&map),
            _ => None,
        }
    }

    /// The content of a good answer.
    pub(super) fn content(&self, doing: &'static str) -> Result<Value, CaError> {
        self.refuse_failure(doing)?;
        self.json().ok_or_else(|| self.not_understood(doing))
    }

    /// An answer to a call that returns nothing but "done": 2xx, with JSON or without a body.
    pub(super) fn done(&self, doing: &'static str) -> Result<(), CaError> {
        self.refuse_failure(doing)?;
        if self.is_empty() || self.json().is_some() {
            return Ok(());
        }
        Err(self.not_understood(doing))
    }

    /// Fails for every answer that is not 2xx, and for 2xx that states an error.
    pub(super) fn refuse_failure(&self, doing: &'static str) -> Result<(), CaError> {
        let stated = self.stated_error();
        if self.is_success() && stated.is_none() {
            return Ok(());
        }
        let class = self.class_of_failure();
        let detail = match stated {
            Some(text) if self.is_success() => text,
            Some(text) => format!("HTTP {}: {text}", self.status),
            None => self.described(),
        };
        Err(CaError::new(class, KIND, doing, detail)
            .with_retry_after(self.retry_after)
            .with_raw(self.raw.clone()))
    }

    pub(super) fn not_understood(&self, doing: &'static str) -> CaError {
        CaError::new(Class::Protocol, KIND, doing, self.described()).with_raw(self.raw.clone())
    }

    const fn class_of_failure(&self) -> Class {
        match self.status {
            401 | 407 => Class::Unauthorized,
            403 => Class::ForbiddenAddress,
            429 => Class::RateLimited,
            408 | 502..=504 => Class::Unreachable,
            200..=299 | 400..=499 => Class::Rejected,
            _ => Class::Protocol,
        }
    }

    /// The answer for people: status, kind and how it begins.
    pub(super) fn described(&self) -> String {
        let kind = match () {
            () if self.is_empty() => "an empty answer",
            () if self.is_html() => "an HTML page",
            () if self.json().is_some() => "an answer",
            () => "an answer that is not JSON",
        };
        let mut text = format!("HTTP {} with {kind}", self.status);
        if let Some(location) = &self.location {
            text = format!("{text} that redirects to {location}");
        }
        let excerpt = self.raw.excerpt(200);
        if excerpt.is_empty() {
            text
        } else {
            format!("{text}: {excerpt}")
        }
    }
}

/// The error text of an object with a non-empty `error` or `errors`, or with `success` false.
pub(super) fn stated_error(map: &Map<String, Value>) -> Option<String> {
    let text = ["error", "errors"]
        .iter()
        .find_map(|key| map.get(*key).and_then(flat));
    let fields = lenient::Fields(map);
    let has_failed = fields.is_true(&["success"]) == Some(false);
    let message = || {
        fields
            .text(&["message", "msg"])
            .unwrap_or_else(|| "the CA says success: false".to_owned())
    };
    text.or_else(|| has_failed.then(message)).map(|text| {
        let masked = raw::mask(&text, &[]);
        raw::excerpt(&masked, LONGEST_TEXT)
    })
}

/// Any JSON as one line; `None` for what says nothing (null, false, empty).
fn flat(value: &Value) -> Option<String> {
    match value {
        Value::Array(values) => joined(values.iter().filter_map(flat)),
        Value::Object(map) => joined(map.iter().filter_map(|(key, value)| {
            let text = flat(value)?;
            Some(if key == "base" || key == "message" {
                text
            } else {
                format!("{key}: {text}")
            })
        })),
        Value::Bool(false) | Value::Null => None,
        scalar => lenient::scalar(scalar),
    }
}

fn joined(texts: impl Iterator<Item = String>) -> Option<String> {
    let texts: Vec<_> = texts.collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::leadertelecom) fn answer(status: u16, content_type: &str, body: &str) -> Answer {
        Answer {
            status,
            retry_after: None,
            location: None,
            body: bytes::Bytes::copy_from_slice(body.as_bytes()),
            raw: RawAnswer::new(Some(status), Some(content_type.to_owned()), body.as_bytes(), &[]),
        }
    }

    const JSON: &str = "application/json";
    const HTML: &str = "text/html";

    /// Status, media type, body, and the failure they mean.
    type Case = (u16, &'static str, &'static str, Option<(Class, &'static str)>);

    const CASES: &[Case] = &[
        (200, JSON, r#"{"balance":"1.00"}"#, None),
        (201, JSON, "[]", None),
        (200, JSON, r#"{"error":null,"id":1}"#, None),
        (200, JSON, r#"{"error":"","id":1}"#, None),
        (
            200,
            JSON,
            r#"{"error":"Insufficient funds"}"#,
            Some((Class::Rejected, "Insufficient funds")),
        ),
        (
            200,
            JSON,
            r#"{"errors":{"csr":["is invalid","is short"]}}"#,
            Some((Class::Rejected, "csr: is invalid; is short")),
        ),
        (
            200,
            JSON,
            r#"{"success":false}"#,
            Some((Class::Rejected, "the CA says success: false")),
        ),
        (
            400,
            JSON,
            r#"{"errors":["bad"]}"#,
            Some((Class::Rejected, "HTTP 400: bad")),
        ),
        (
            400,
            JSON,
            r#"{"error":{"base":["bad"]}}"#,
            Some((Class::Rejected, "HTTP 400: bad")),
        ),
        (
            401,
            JSON,
            r#"{"error":"Invalid login or password"}"#,
            Some((Class::Unauthorized, "HTTP 401: Invalid login or password")),
        ),
        (
            403,
            HTML,
            "<h1>Forbidden</h1>",
            Some((Class::ForbiddenAddress, "HTTP 403 with an HTML page: Forbidden")),
        ),
        (
            429,
            JSON,
            r#"{"error":"slow"}"#,
            Some((Class::RateLimited, "HTTP 429: slow")),
        ),
        (
            500,
            JSON,
            r#"{"error":"x"}"#,
            Some((Class::Protocol, "HTTP 500: x")),
        ),
        (
            502,
            HTML,
            "<html>Bad Gateway</html>",
            Some((Class::Unreachable, "HTTP 502 with an HTML page: Bad Gateway")),
        ),
        (
            200,
            HTML,
            "<html>Hi</html>",
            Some((Class::Protocol, "HTTP 200 with an HTML page: Hi")),
        ),
        (
            200,
            JSON,
            "",
            Some((Class::Protocol, "HTTP 200 with an empty answer")),
        ),
        (
            200,
            JSON,
            "{\"a\":",
            Some((
                Class::Protocol,
                "HTTP 200 with an answer that is not JSON: {\"a\":",
            )),
        ),
        (
            301,
            HTML,
            "",
            Some((Class::Protocol, "HTTP 301 with an empty answer")),
        ),
    ];

    #[test]
    fn every_answer_gets_the_class_of_its_failure() {
        for (status, content_type, body, expected) in CASES {
            let found = answer(*status, content_type, body).content("test").err();
            let found = found.as_ref().map(|error| (error.class, error.detail.as_str()));
            assert_eq!(found, *expected, "{status} {body}");
        }
    }

    #[test]
    fn an_action_may_be_answered_without_a_body() {
        assert!(answer(204, "", "").done("test").is_ok());
        assert!(answer(200, "", r#"{"success":true}"#).done("test").is_ok());
        assert_eq!(
            answer(200, "text/html", "<p>").done("test").unwrap_err().class,
            Class::Protocol
        );
    }
}
