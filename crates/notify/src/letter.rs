//! A rendered mail on its way to one reader.

use std::fmt;

use domain::contact::is_mail_address;
use jiff::Timestamp;

use crate::{Rendered, mail::one_line};

/// Who gets a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient {
    name: Option<String>,
    address: String,
}

/// Not an address that mail can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a mail address")]
pub struct BadAddress;

impl Recipient {
    /// Takes an address, `user@example.org`.
    ///
    /// # Errors
    /// [`BadAddress`] for anything that could mean more than one address or end a header.
    pub fn parse(address: &str) -> Result<Self, BadAddress> {
        let address = address.trim();
        let is_good = is_mail_address(address) && address.parse::<lettre::Address>().is_ok();
        if is_good {
            Ok(Self {
                name: None,
                address: address.to_owned(),
            })
        } else {
            Err(BadAddress)
        }
    }

    /// Adds the person's name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(one_line(name)).filter(|name| !name.is_empty());
        self
    }

    /// The address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The person's name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({})", self.address)
    }
}

/// A mail ready to be handed over.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// The notice's id; becomes the Message-ID, so that a letter that is handed over twice can be told as one.
    pub id: String,
    /// When the notice was written.
    pub at: Timestamp,
    /// Who gets it.
    pub to: Recipient,
    /// What it says.
    pub content: Rendered,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The content may hold a link that lets in who has it.
        write!(
            f,
            "Letter({}, {:?}, {:?})",
            self.id, self.to, self.content.subject
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_plain_address_is_a_recipient() {
        for good in ["ann@example.org", " first.last+tag@sub.example.org "] {
            assert_eq!(Recipient::parse(good).unwrap().address(), good.trim());
        }
        for bad in [
            "",
            "ann",
            "ann@",
            "a@b.c, d@e.f",
            "a@b.c\r\nBcc: x@y.z",
            "<a@b.c>",
            "a b@c.de",
            "a@localhost",
        ] {
            assert!(Recipient::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_cannot_end_a_header() {
        let recipient = Recipient::parse("a@b.example").unwrap().named("Ann\r\nBcc: x");
        assert_eq!(recipient.name(), Some("Ann  Bcc: x"));
        assert_eq!(Recipient::parse("a@b.example").unwrap().named(" ").name(), None);
    }
}
