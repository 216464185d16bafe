//! One message that survives the redirect after a form.

use axum_extra::extract::cookie::{Cookie, CookieJar};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{config::HttpConfig, cookie};

/// How a message is meant; also the colour of badges and notes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Done, working.
    Good,
    /// Needs attention.
    Warn,
    /// Failed.
    Bad,
    /// Worth knowing.
    Info,
    /// Neither good nor bad.
    #[default]
    Neutral,
}

impl Tone {
    /// Its class in the style sheet.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Info => "info",
            Self::Neutral => "neutral",
        }
    }
}

/// A translated sentence by its key, with what is put into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// How it is meant.
    #[serde(rename = "t")]
    pub tone: Tone,
    /// The key of the sentence.
    #[serde(rename = "k")]
    pub key: String,
    /// Name and value of what is put into it.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<(String, String)>,
}

/// A message longer than this is not sent: a cookie holds 4 kB.
const LONGEST: usize = 2_000;

impl Flash {
    /// It worked.
    #[must_use]
    pub fn done(key: &str) -> Self {
        Self {
            tone: Tone::Good,
            key: key.to_owned(),
            arguments: Vec::new(),
        }
    }

    /// It did not.
    #[must_use]
    pub fn failed(key: &str) -> Self {
        Self {
            tone: Tone::Bad,
            ..Self::done(key)
        }
    }

    /// Good to know.
    #[must_use]
    pub fn note(key: &str) -> Self {
        Self {
            tone: Tone::Info,
            ..Self::done(key)
        }
    }

    /// With something put into the sentence.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.arguments.push((name.to_owned(), value.into()));
        self
    }

    /// The cookie that carries it to the next page.
    #[must_use]
    pub fn cookie(&self, config: &HttpConfig) -> Option<Cookie<'static>> {
        let written = serde_json::to_vec(self).ok()?;
        (written.len() <= LONGEST).then(|| cookie::Name::Flash.write(URL_SAFE_NO_PAD.encode(written), config))
    }

    /// The message of the page before, if there is one. What is not ours reads as none.
    #[must_use]
    pub fn read(jar: &CookieJar, config: &HttpConfig) -> Option<Self> {
        let written = cookie::Name::Flash.read(jar, config)?;
        let flash: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(written).ok()?).ok()?;
        flash
            .key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            .then_some(flash)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;

    #[test]
    fn a_message_is_carried_to_the_next_page_and_nonsense_is_not() {
        let config = HttpConfig::new("http://localhost".parse().unwrap()).unwrap();
        let flash = Flash::done("module-saved").with("name", "Лидер <b>");
        let cookie = flash.cookie(&config).unwrap();
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", format!("flash={value}").parse().unwrap());
            Flash::read(&CookieJar::from_headers(&headers), &config)
        };
        assert_eq!(read(cookie.value()), Some(flash));
        assert_eq!(read("nonsense"), None);
        assert_eq!(
            read(&URL_SAFE_NO_PAD.encode(br#"{"t":"good","k":"<script>"}"#)),
            None
        );
    }
}
