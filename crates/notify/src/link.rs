//! Addresses in mails.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A web address of the product: `http` or `https`, without blanks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Link(String);

/// A web address that lets in who has it: a reset or a confirmation. `Debug` shows nothing of it.
///
/// It serialises in full, because a notice needs it at delivery; what is stored of it is to be sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretLink(Link);

/// Not an address that may stand in a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a link in a mail starts with https:// or http:// and holds no blanks")]
pub struct BadLink;

impl Link {
    /// Takes an absolute address.
    ///
    /// # Errors
    /// [`BadLink`] for other schemes (`javascript:`), blanks and control characters.
    pub fn parse(text: impl Into<String>) -> Result<Self, BadLink> {
        let text = text.into();
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        let is_good = rest.is_some_and(|rest| {
            !rest.is_empty()
                && !rest.starts_with('/')
                && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
        });
        if is_good && text.len() <= 2000 {
            Ok(Self(text))
        } else {
            Err(BadLink)
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SecretLink {
    /// Marks an address as secret.
    #[must_use]
    pub const fn new(link: Link) -> Self {
        Self(link)
    }

    /// The address itself, for the mail and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<String> for Link {
    type Error = BadLink;

    fn try_from(text: String) -> Result<Self, BadLink> {
        Self::parse(text)
    }
}

impl From<Link> for String {
    fn from(link: Link) -> String {
        link.0
    }
}

impl fmt::Debug for SecretLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretLink(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_are_links() {
        for good in ["https://panel.example/x?y=1#z", "http://127.0.0.1:8080/"] {
            assert_eq!(Link::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "https://",
            "https:///x",
            "javascript:alert(1)",
            "/x",
            "https://a b",
            "https://a\r\nBcc: x",
            "ftp://x",
        ] {
            assert!(Link::parse(bad).is_err(), "{bad}");
        }
        assert!(Link::parse(format!("https://x/{}", "a".repeat(2000))).is_err());
    }

    #[test]
    fn a_secret_link_shows_nothing() {
        let link = SecretLink::new(Link::parse("https://panel.example/reset/Zq1").unwrap());
        assert_eq!(format!("{link:?}"), "SecretLink(***)");
        let stored = serde_json::to_string(&link).unwrap();
        assert_eq!(serde_json::from_str::<SecretLink>(&stored).unwrap(), link);
    }
}
