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
