//! What went wrong, as a problem document (RFC 9457).
//!
//! Handlers and layers return a [`Failure`], which travels in the answer's extensions; [`documents`] writes it out here,
//! in English, with the request's id.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use httpkit::Failure;
use i18n::Locale;
use serde::Serialize;
use utoipa::ToSchema;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What went wrong (RFC 9457). Programs decide by `code` or `type`, people read `title`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:certbroker:problem:` and the code.
    #[schema(examples("urn:certbroker:problem:not-enough-money"))]
    r#type: String,
    /// The code, stable across versions.
    #[schema(examples("not-enough-money"))]
    code: String,
    /// One sentence for people.
    title: String,
    /// The HTTP status again.
    #[schema(examples(422))]
    status: u16,
    /// Values of the sentence, such as what is missing.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    #[schema(value_type = Object)]
    values: serde_json::Map<String, serde_json::Value>,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<WrongField>,
    /// Name this id when you ask for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
}

/// One wrong field.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WrongField {
    /// The field, with dots between levels.
    #[schema(examples("contact.email"))]
    field: String,
    /// The code, stable across versions.
    #[schema(examples("email"))]
    code: String,
    /// One sentence for people.
    title: String,
}

impl Problem {
    fn of(failure: &Failure) -> Self {
        let code = failure.code();
        Self {
            r#type: format!("urn:certbroker:problem:{code}"),
            code: code.to_owned(),
            title: failure.sentence(Locale::En),
            status: failure.status().as_u16(),
            values: failure
                .arguments()
                .map(|(name, value)| (name.to_owned(), value.to_string().into()))
                .collect(),
            problems: failure
                .problems()
                .iter()
                .map(|problem| WrongField {
                    field: problem.field.clone(),
                    code: problem.code.to_owned(),
                    title: i18n::t(Locale::En, &format!("problem-{}", problem.code)),
                })
                .collect(),
            request: None,
        }
    }
}

/// Every answer of the API is kept by nobody, and every failure in it is a problem document.
pub(crate) async fn documents(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<engine::RequestId>().copied();
    let mut response = next.run(request).await;
    if response.status().is_client_error() || response.status().is_server_error() {
        let failure = response
            .extensions()
            .get::<Failure>()
            .cloned()
            .unwrap_or_else(|| Failure::of_status(response.status()));
        let problem = Problem {
            request: id.map(|id| id.to_string()),
            ..Problem::of(&failure)
        };
        response = written(response, &failure, &problem);
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(id) = id.and_then(|id| HeaderValue::from_str(&id.to_string()).ok()) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// The problem in the answer's place; `Allow` and the like stay.
fn written(answer: Response, failure: &Failure, problem: &Problem) -> Response {
    let (mut parts, _) = answer.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if let Some(wait) = failure.retry_after() {
        let seconds = wait.as_secs().max(1);
        parts
            .headers
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if parts.status == StatusCode::UNAUTHORIZED {
        let realm = HeaderValue::from_static("Bearer realm=\"certbroker\"");
        parts.headers.insert(header::WWW_AUTHENTICATE, realm);
    }
    let body = serde_json::to_string(problem).unwrap_or_default();
    (parts, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_api_has_its_sentence_in_every_language() {
        for code in [
            "body",
            "query",
            "media-type",
            "token-required",
            "method-not-allowed",
            "idempotency-key-reused",
            "idempotency-in-progress",
            "not-found",
            "forbidden",
            "invalid",
            "conflict",
            "too-many-tries",
            "too-large",
            "ca",
            "store",
            "busy",
            "internal",
        ] {
            for locale in Locale::ALL {
                assert!(i18n::exists(locale, &format!("error-{code}")), "{locale} {code}");
            }
        }
    }
}
