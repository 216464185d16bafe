//! Records as far as validation of domains needs them.

use std::{fmt, net::IpAddr};

use hickory_proto::rr;
use serde::Serialize;

use crate::RecordName;

/// A type of record that we ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    /// IPv4 address.
    A,
    /// IPv6 address.
    Aaaa,
    /// Name server of a zone.
    Ns,
    /// Alias.
    Cname,
    /// Text.
    Txt,
    /// Certification authority authorization (RFC 8659).
    Caa,
}

impl RecordType {
    pub(crate) fn to_wire(self) -> rr::RecordType {
        match self {
            Self::A => rr::RecordType::A,
            Self::Aaaa => rr::RecordType::AAAA,
            Self::Ns => rr::RecordType::NS,
            Self::Cname => rr::RecordType::CNAME,
            Self::Txt => rr::RecordType::TXT,
            Self::Caa => rr::RecordType::CAA,
        }
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_wire().fmt(f)
    }
}

/// A record as a server gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Where it stands.
    pub name: RecordName,
    /// How long a resolver may keep it, in seconds.
    pub ttl_seconds: u32,
    /// What it says.
    pub data: RecordData,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordData {
    /// A or AAAA.
    Address(IpAddr),
    /// NS.
    NameServer(RecordName),
    /// CNAME.
    Cname(RecordName),
    /// TXT, its strings joined; octets that are not UTF-8 are replaced.
    Txt(String),
    /// CAA.
    Caa(CaaProperty),
    /// Any other type, for people to read.
    Other {
        /// The type's name, such as `MX`.
        kind: String,
        /// Its data in zone-file notation.
        text: String,
    },
}

/// One CAA record (RFC 8659 §4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaaProperty {
    /// A CA that does not know the tag must not issue.
    pub is_critical: bool,
    /// `issue`, `issuewild`, `iodef`, …, in lower case.
    pub tag: String,
    /// The value as it stands; octets that are not UTF-8 are replaced.
    pub value: String,
}

impl fmt::Display for CaaProperty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = if self.is_critical { 128 } else { 0 };
        write!(f, "{flags} {} \"{}\"", self.tag, self.value.escape_debug())
    }
}

impl fmt::Display for RecordData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::NameServer(name) | Self::Cname(name) => write!(f, "{name}"),
            Self::Txt(text) => write!(f, "\"{}\"", text.escape_debug()),
            Self::Caa(property) => property.fmt(f),
            Self::Other { kind, text } => write!(f, "{kind} {text}"),
        }
    }
}

impl Record {
    pub(crate) fn from_wire(record: &rr::Record) -> Self {
        Self {
            name: RecordName::from_wire(&record.name),
            ttl_seconds: record.ttl,
            data: RecordData::from_wire(&record.data),
        }
    }
}

impl RecordData {
    fn from_wire(data: &rr::RData) -> Self {
        match data {
            rr::RData::A(address) => Self::Address(address.0.into()),
            rr::RData::AAAA(address) => Self::Address(address.0.into()),
            rr::RData::NS(server) => Self::NameServer(RecordName::from_wire(&server.0)),
            rr::RData::CNAME(target) => Self::Cname(RecordName::from_wire(&target.0)),
            rr::RData::TXT(text) => Self::Txt(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
            rr::RData::CAA(property) => Self::Caa(CaaProperty {
                is_critical: property.issuer_critical,
                tag: property.tag.to_ascii_lowercase(),
                value: String::from_utf8_lossy(&property.value).into_owned(),
            }),
            other => Self::Other {
                kind: other.record_type().to_string(),
                text: other.to_string(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::Message;
    use proptest::prelude::*;

    use super::*;

    /// A response with one answer of the given type and data, at the root.
    fn response(kind: u16, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 1, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];
        bytes.push(0);
        bytes.extend(kind.to_be_bytes());
        bytes.extend([0, 1, 0, 0, 0, 60]);
        bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        bytes.extend(data);
        bytes
    }

    fn read(kind: u16, data: &[u8]) -> Option<RecordData> {
        let message = Message::from_vec(&response(kind, data)).ok()?;
        message
            .answers
            .first()
            .map(|record| Record::from_wire(record).data)
    }

    #[test]
    fn reads_the_records_of_validation() {
        assert_eq!(read(16, b"\x02ab\x01c"), Some(RecordData::Txt("abc".into())));
        assert_eq!(read(5, b"\x01A\x03COM\0").unwrap().to_string(), "a.com");
        assert_eq!(
            read(257, b"\x80\x05ISSUEa.com; x=1").unwrap().to_string(),
            "128 issue \"a.com; x=1\""
        );
        assert_eq!(read(15, b"\x00\x0a\x01m\0").unwrap().to_string(), "MX 10 m.");
    }

    proptest! {
        #[test]
        fn no_answer_makes_the_reader_panic(kind: u16, data in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some(data) = read(kind, &data) {
                let _ = data.to_string();
            }
        }
    }
}
