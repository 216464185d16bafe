//! Name–value pairs, as queries and forms carry them.

use std::fmt;

use axum::{
    extract::{FromRequest, FromRequestParts, RawForm, Request},
    http::request::Parts,
};
use url::form_urlencoded;

use crate::failure::Failure;

/// How many pairs are taken; the rest of a longer form is refused with it.
const MOST_PAIRS: usize = 2_000;

/// Name–value pairs in the order they came; a name may repeat.
///
/// Its `Debug` shows names only, because a form may hold a password.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `a=1&b=2`.
    #[must_use]
    pub fn read(encoded: &[u8]) -> Self {
        Self(
            form_urlencoded::parse(encoded)
                .take(MOST_PAIRS)
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The first value of the name, or an empty text.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// The first value of the name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every value of the name, as check boxes and lists send them.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every pair, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a check box of this name was ticked.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.find(name)
            .is_some_and(|value| !matches!(value, "" | "off" | "no" | "0"))
    }

    /// The value of the name when it is one that `T` reads, such as an id in a filter.
    #[must_use]
    pub fn read_as<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.find(name).and_then(|value| value.trim().parse().ok())
    }

    /// The same pairs with this name said once, with this value.
    #[must_use]
    pub fn with(&self, name: &str, value: impl Into<String>) -> Self {
        let mut changed = self.without(&[name]);
        changed.0.push((name.to_owned(), value.into()));
        changed
    }

    /// The same pairs without these names.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(given, _)| !names.contains(&given.as_str()))
                .cloned()
                .collect(),
        )
    }

    /// The same pairs without those that have an empty value, for short links.
    #[must_use]
    pub fn without_empty(&self) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(_, value)| !value.is_empty())
                .cloned()
                .collect(),
        )
    }

    /// Adds a pair at the end.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Whether there is no pair.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `?a=1&b=2`, or nothing when there is no pair: what a link's path is followed by.
    #[must_use]
    pub fn query(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let mut written = form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
        for (name, value) in &self.0 {
            written.append_pair(name, value);
        }
        written.finish()
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Params {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }
}

/// The pairs of the address's query.
#[derive(Debug, Clone, Default)]
pub struct Query(pub Params);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Params::read(
            parts.uri.query().unwrap_or_default().as_bytes(),
        )))
    }
}

/// The pairs of a posted form.
#[derive(Debug, Clone, Default)]
pub struct Posted(pub Params);

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let RawForm(body) = RawForm::from_request(request, state).await.map_err(|rejection| {
            Failure::of_status(axum::response::IntoResponse::into_response(rejection).status())
        })?;
        let pairs = form_urlencoded::parse(&body).take(MOST_PAIRS + 1).count();
        if pairs > MOST_PAIRS {
            return Err(Failure::of_status(axum::http::StatusCode::PAYLOAD_TOO_LARGE));
        }
        Ok(Self(Params::read(&body)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_changed_and_written_back() {
        let params = Params::read(b"q=a+b&state=active&state=failed&page=");
        assert_eq!(params.text("q"), "a b");
        assert_eq!(params.all("state").collect::<Vec<_>>(), ["active", "failed"]);
        assert_eq!(params.text("missing"), "");
        assert_eq!(
            params.without_empty().with("q", "ü&").query(),
            "?state=active&state=failed&q=%C3%BC%26"
        );
        assert_eq!(Params::default().query(), "");
    }

    #[test]
    fn debug_output_holds_names_but_no_value() {
        let shown = format!("{:?}", Params::from([("password", "secret")]));
        assert!(shown.contains("password") && !shown.contains("secret"), "{shown}");
    }

    #[test]
    fn a_tick_is_on_and_its_absence_is_off() {
        let params = Params::from([("a", "on"), ("b", "off"), ("c", "")]);
        assert_eq!(
            [
                params.is_on("a"),
                params.is_on("b"),
                params.is_on("c"),
                params.is_on("d")
            ],
            [true, false, false, false]
        );
    }
}
