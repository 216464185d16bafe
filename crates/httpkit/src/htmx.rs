//! Whether the page or only a part of it is wanted (htmx 4 headers).

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header::HeaderValue, request::Parts},
    response::{IntoResponse, Redirect, Response},
};

/// How a request was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Htmx {
    /// A part of the page will be replaced by the answer (`HX-Request-Type: partial`).
    pub is_partial: bool,
    /// The request came from htmx at all.
    pub is_htmx: bool,
}

impl Htmx {
    /// Reads the headers that htmx 4 sends.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let says = |name: &str, value: &str| {
            headers
                .get(name)
                .is_some_and(|given| given.as_bytes() == value.as_bytes())
        };
        Self {
            is_htmx: says("hx-request", "true"),
            is_partial: says("hx-request", "true") && says("hx-request-type", "partial"),
        }
    }

    /// Sends the browser to another page: `HX-Redirect` for htmx, 303 otherwise.
    #[must_use]
    pub fn go_to(self, path: &str) -> Response {
        if !self.is_htmx {
            return Redirect::to(path).into_response();
        }
        let mut response = StatusCode::OK.into_response();
        if let Ok(value) = HeaderValue::from_str(path) {
            response.headers_mut().insert("hx-redirect", value);
        }
        response
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Htmx {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn htmx_is_sent_by_header_and_a_browser_by_303() {
        assert_eq!(Htmx::default().go_to("/a").status(), StatusCode::SEE_OTHER);
        let answer = Htmx {
            is_htmx: true,
            is_partial: true,
        }
        .go_to("/a");
        assert_eq!(answer.headers().get("hx-redirect").unwrap(), "/a");
    }
}
