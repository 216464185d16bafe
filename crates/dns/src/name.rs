//! Names as DNS records carry them: unlike certificate names they may have underscores and may be the root.

use std::{fmt, str::FromStr};

use domain::name::DomainName;
use hickory_proto::rr::Name;
use serde::{Deserialize, Serialize};

/// Longest name in octets without its final dot (RFC 1035 §2.3.4).
const MAX_NAME: usize = 253;
/// Longest label in octets (RFC 1035 §2.3.4).
const MAX_LABEL: usize = 63;

/// The owner or target of a record: lower case, absolute, written without the final dot; the root is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordName(String);

/// Why a text is not a record name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a name of a DNS record")]
pub struct BadName {
    /// What was given, cut at 300 characters.
    pub given: String,
}

impl RecordName {
    /// Parses a name with or without its final dot: letters, digits, hyphens and underscores, and `*` as a first label.
    ///
    /// # Errors
    /// For other characters, empty labels and names longer than DNS allows.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let bad = || BadName {
            given: text.chars().take(300).collect(),
        };
        if text == "." {
            return Ok(Self::root());
        }
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let host = name.strip_prefix("*.").unwrap_or(&name);
        let is_name = name.len() <= MAX_NAME && host.split('.').all(is_label);
        if is_name { Ok(Self(name)) } else { Err(bad()) }
    }

    /// The root of all names.
    pub fn root() -> Self {
        Self(String::new())
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The name without its final dot; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name one label up; `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(
            self.0
                .split_once('.')
                .map_or_else(Self::root, |(_, parent)| Self(parent.to_owned())),
        )
    }

    /// The name itself and all names above it, without the root.
    pub fn with_ancestors(&self) -> impl Iterator<Item = Self> + use<> {
        std::iter::successors(Some(self.clone()), Self::parent).filter(|name| !name.is_root())
    }

    /// Whether this name is `zone` or lies below it.
    pub fn is_within(&self, zone: &Self) -> bool {
        zone.is_root()
            || self.0 == zone.0
            || self
                .0
                .strip_suffix(&zone.0)
                .is_some_and(|labels| labels.ends_with('.'))
    }

    /// This name as if someone had appended `zone` to it once too often, when it still fits.
    pub(crate) fn inside(&self, zone: &Self) -> Option<Self> {
        Self::parse(&format!("{}.{}", self.0, zone.0)).ok()
    }

    pub(crate) fn to_wire(&self) -> Result<Name, BadName> {
        let labels = self.0.split('.').filter(|label| !label.is_empty());
        Name::from_labels(labels.map(str::as_bytes)).map_err(|_| BadName {
            given: self.0.clone(),
        })
    }

    /// A name from the wire, where any octets may stand; odd ones are escaped and so match no parsed name.
    pub(crate) fn from_wire(name: &Name) -> Self {
        let labels: Vec<_> = name.iter().map(escaped_label).collect();
        Self(labels.join("."))
    }
}

/// Zone-file escapes (RFC 1035 §5.1) for everything that could be mistaken for something else.
fn escaped_label(label: &[u8]) -> String {
    let escape = |byte: &u8| match byte {
        b'.' | b'\\' => format!("\\{}", char::from(*byte)),
        byte if byte.is_ascii_graphic() => char::from(byte.to_ascii_lowercase()).to_string(),
        byte => format!("\\{byte:03}"),
    };
    label.iter().map(escape).collect()
}

fn is_label(label: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !label.is_empty() && label.len() <= MAX_LABEL && label.bytes().all(is_allowed)
}

impl From<&DomainName> for RecordName {
    fn from(name: &DomainName) -> Self {
        Self(name.as_str().to_owned())
    }
}

impl FromStr for RecordName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        Self::parse(text)
    }
}

impl TryFrom<String> for RecordName {
    type Error = BadName;

    fn try_from(text: String) -> Result<Self, BadName> {
        Self::parse(&text)
    }
}

impl From<RecordName> for String {
    fn from(name: RecordName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_root() { "." } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_names_of_validation_records() {
        for (text, name) in [
            ("_EECF41.Example.COM.", "_eecf41.example.com"),
            ("*.example.com", "*.example.com"),
            ("com", "com"),
            (".", "."),
        ] {
            assert_eq!(RecordName::parse(text).unwrap().to_string(), name);
        }
    }

    #[test]
    fn refuses_what_is_no_name() {
        let long_label = format!("{}.com", "a".repeat(64));
        let long_name = format!("{}com", "abcdefg.".repeat(32));
        for text in [
            "",
            "a..b",
            ".a",
            "a b.com",
            "bücher.com",
            "a.*.com",
            "a\0.com",
            &long_label,
            &long_name,
        ] {
            assert!(RecordName::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn knows_what_lies_within_a_zone() {
        let name = |text: &str| RecordName::parse(text).unwrap();
        assert!(name("a.example.com").is_within(&name("example.com")));
        assert!(name("example.com").is_within(&name("example.com")));
        assert!(name("example.com").is_within(&RecordName::root()));
        assert!(!name("badexample.com").is_within(&name("example.com")));
        assert!(!name("com").is_within(&name("example.com")));
        let above: Vec<_> = name("a.b.c")
            .with_ancestors()
            .map(|name| name.to_string())
            .collect();
        assert_eq!(above, ["a.b.c", "b.c", "c"]);
    }

    #[test]
    fn odd_octets_from_the_wire_are_escaped() {
        let odd = Name::from_labels([&b"a.b\\"[..], b"\x00x", b"COM"]).unwrap();
        assert_eq!(RecordName::from_wire(&odd).as_str(), "a\\.b\\\\.\\000x.com");
        assert!(RecordName::from_wire(&Name::root()).is_root());
        assert!(RecordName::root().to_wire().unwrap().is_root());
    }

    proptest! {
        #[test]
        fn every_parsed_name_survives_the_wire(text in "[a-zA-Z0-9_-]{1,20}(\\.[a-zA-Z0-9_-]{1,20}){0,5}") {
            let name = RecordName::parse(&text).unwrap();
            prop_assert_eq!(RecordName::from_wire(&name.to_wire().unwrap()), name);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,300}") {
            let _ = RecordName::parse(&text);
        }
    }
}
