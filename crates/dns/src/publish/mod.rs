//! Putting validation records into a zone: the port, and its implementations.
//!
//! The order of work is always publish, wait until it is visible on all name servers, tell the CA, remove. Every
//! step may be repeated: publishing what is there and removing what is gone both succeed. No implementation
//! touches a value that it was not given.

pub mod rfc2136;

use async_trait::async_trait;
use serde::Serialize;

pub use self::rfc2136::{BadTsigKey, Rfc2136, TsigKey, UnixTime};
use crate::{
    Class, LookUpError, RecordData, RecordName, RecordType, ServerError,
    authoritative::{Consensus, Lookup, ServerAnswer},
};

/// A record that shows control of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValidationRecord {
    /// Where it stands.
    pub name: RecordName,
    /// How long resolvers may keep it, in seconds; at most 60 is advised, so that corrections arrive.
    pub ttl_seconds: u32,
    /// What it says.
    pub value: ValidationValue,
}

/// What a validation record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum ValidationValue {
    /// An alias; there can be only one at a name.
    Cname(RecordName),
    /// A text; others may stand beside it.
    Txt(String),
}

impl ValidationRecord {
    /// `name CNAME target` with a TTL of a minute.
    pub fn cname(name: RecordName, target: RecordName) -> Self {
        Self {
            name,
            ttl_seconds: 60,
            value: ValidationValue::Cname(target),
        }
    }

    /// `name TXT text` with a TTL of a minute.
    pub fn txt(name: RecordName, text: impl Into<String>) -> Self {
        Self {
            name,
            ttl_seconds: 60,
            value: ValidationValue::Txt(text.into()),
        }
    }

    /// The type to ask for.
    pub fn kind(&self) -> RecordType {
        match self.value {
            ValidationValue::Cname(_) => RecordType::Cname,
            ValidationValue::Txt(_) => RecordType::Txt,
        }
    }

    /// Whether the answer shows this record.
    pub fn is_in(&self, answer: &ServerAnswer) -> bool {
        answer.records.iter().any(|record| {
            let is_value = match (&self.value, &record.data) {
                (ValidationValue::Cname(target), RecordData::Cname(seen)) => target == seen,
                (ValidationValue::Txt(text), RecordData::Txt(seen)) => text == seen,
                _ => false,
            };
            is_value && record.name == self.name
        })
    }
}

/// Where a record can be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Visibility {
    /// What every name server says.
    pub lookup: Lookup,
    /// Whether they agree.
    pub consensus: Consensus,
}

impl Visibility {
    /// Whether every name server shows the record, so that the CA can be told to look.
    pub fn is_everywhere(&self) -> bool {
        self.consensus == Consensus::All
    }
}

/// What publishing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// The record was put.
    Now,
    /// It was there already.
    Before,
}

/// Puts validation records into the zones of one DNS service.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Puts the record; does nothing when it is there already.
    ///
    /// # Errors
    /// When the service cannot be reached or refuses, and when something else stands at the name.
    async fn publish(&self, record: &ValidationRecord) -> Result<Published, PublishError>;

    /// Asks every name server whether it shows the record.
    ///
    /// # Errors
    /// When the zone's servers cannot be found.
    async fn visible(&self, record: &ValidationRecord) -> Result<Visibility, PublishError>;

    /// Removes exactly this record; does nothing when it is gone already.
    ///
    /// # Errors
    /// When the service cannot be reached or refuses.
    async fn remove(&self, record: &ValidationRecord) -> Result<(), PublishError>;
}

/// Why a record was not published or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The name lies in a zone that this publisher does not serve.
    #[error("{name} does not lie in the zone {zone}")]
    OutsideZone {
        /// The record's name.
        name: RecordName,
        /// The zone that is served.
        zone: RecordName,
    },
    /// The text of a TXT record is longer than DNS can carry here.
    #[error("the value for {name} cannot be written as a record")]
    BadValue {
        /// The record's name.
        name: RecordName,
    },
    /// Something else stands at the name, which is left alone.
    #[error("another record stands at {name}")]
    NameTaken {
        /// The record's name.
        name: RecordName,
    },
    /// The server does not answer.
    #[error("the update server gave no usable answer")]
    Server(#[source] ServerError),
    /// The key is unknown to the server, or the secret is another.
    #[error("the update server does not accept the key")]
    KeyRefused,
    /// The clocks of server and caller differ by more than five minutes.
    #[error("the update server's clock differs from ours")]
    ClockSkew,
    /// The key may not change this name.
    #[error("the update server refused the change: {response_code}")]
    Refused {
        /// The response code in words.
        response_code: String,
    },
    /// The answer was not signed with our key, so nothing in it counts.
    #[error("the answer of the update server is not authentic")]
    NotAuthentic,
    /// The request could not be made.
    #[error("the update could not be encoded")]
    Encode(#[source] hickory_proto::ProtoError),
    /// The record could not be looked up.
    #[error("the record could not be looked up")]
    LookUp(#[from] LookUpError),
}

impl PublishError {
    /// Codes of all errors, so that a test can ask for all translations.
    pub const CODES: &[&str] = &[
        "dns-publish-outside-zone",
        "dns-publish-bad-value",
        "dns-publish-name-taken",
        "dns-publish-server",
        "dns-publish-key-refused",
        "dns-publish-clock-skew",
        "dns-publish-refused",
        "dns-publish-not-authentic",
        "dns-publish-encode",
        "dns-publish-look-up",
    ];

    /// A stable code for translation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutsideZone { .. } => "dns-publish-outside-zone",
            Self::BadValue { .. } => "dns-publish-bad-value",
            Self::NameTaken { .. } => "dns-publish-name-taken",
            Self::Server(_) => "dns-publish-server",
            Self::KeyRefused => "dns-publish-key-refused",
            Self::ClockSkew => "dns-publish-clock-skew",
            Self::Refused { .. } => "dns-publish-refused",
            Self::NotAuthentic => "dns-publish-not-authentic",
            Self::Encode(_) => "dns-publish-encode",
            Self::LookUp(_) => "dns-publish-look-up",
        }
    }

    /// What kind of trouble it is.
    pub fn class(&self) -> Class {
        match self {
            Self::Server(error) => error.class(),
            Self::LookUp(error) => error.class(),
            Self::NameTaken { .. } | Self::KeyRefused | Self::ClockSkew | Self::Refused { .. } => {
                Class::Refused
            }
            Self::OutsideZone { .. } => Class::NotFound,
            Self::BadValue { .. } | Self::NotAuthentic | Self::Encode(_) => Class::Protocol,
        }
    }
}
