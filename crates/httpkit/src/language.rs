//! The language of the person: what they chose in the footer, else what their browser asks for.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use axum_extra::extract::cookie::CookieJar;
use i18n::Locale;

use crate::{config::HttpConfig, cookie};

/// The language that the answer is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(pub Locale);

impl Language {
    /// Reads the cookie, then `Accept-Language`.
    #[must_use]
    pub fn of(headers: &HeaderMap, config: &HttpConfig) -> Self {
        let jar = CookieJar::from_headers(headers);
        let chosen = cookie::Name::Language
            .read(&jar, config)
            .and_then(|word| word.parse().ok());
        let asked = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        Self(Locale::negotiate(chosen, asked))
    }
}

impl<S> FromRequestParts<S> for Language
where
    S: Send + Sync,
    Arc<HttpConfig>: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers, &Arc::from_ref(state)))
    }
}
