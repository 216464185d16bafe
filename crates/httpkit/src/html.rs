//! Answers of HTML. maud's own axum feature is not used, it ties maud to one axum.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::Markup;

/// A page, or a part of one, with its status.
#[derive(Debug, Clone)]
pub struct Html {
    status: StatusCode,
    markup: String,
}

impl Html {
    /// A page that is as asked for.
    #[must_use]
    pub fn new(markup: Markup) -> Self {
        Self {
            status: StatusCode::OK,
            markup: markup.into_string(),
        }
    }

    /// A form shown again with its problems (422: htmx 4 swaps it in as it does any answer).
    #[must_use]
    pub fn rejected(markup: Markup) -> Self {
        Self::new(markup).with_status(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// The same page under another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

impl From<Markup> for Html {
    fn from(markup: Markup) -> Self {
        Self::new(markup)
    }
}

impl IntoResponse for Html {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.markup).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        response
    }
}
