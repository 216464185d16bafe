//! What can go wrong between us and a name server.

use std::net::SocketAddr;

use hickory_proto::op::ResponseCode;
use serde::Serialize;

use crate::RecordName;

/// Whose turn it is after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Nobody answered: trying again later may help.
    Unreachable,
    /// The other side answered and said no: someone must change something first.
    Refused,
    /// The name or zone does not exist.
    NotFound,
    /// The answer was not understood, or our own configuration does not fit.
    Protocol,
}

/// Why one name server gave no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ServerError {
    /// It did not answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The machine is there and nothing listens.
    #[error("the connection was refused")]
    ConnectionRefused,
    /// We have no way to it, typically IPv6 from a machine without.
    #[error("no route from here")]
    NoRoute,
    /// The system refused to send or receive.
    #[error("network error: {text}")]
    Network {
        /// What the system said.
        text: String,
    },
    /// It could not get at the data: a broken zone, or, from a resolver, name servers that do not answer.
    #[error("answered SERVFAIL")]
    ServerFailure,
    /// It answered with another error code.
    #[error("answered {response_code}")]
    Failed {
        /// The code in words, such as `Query Refused`.
        response_code: String,
    },
    /// It answers, but not for this zone: a lame delegation.
    #[error("does not answer for this zone with authority")]
    NotAuthoritative,
    /// Its answer could not be read.
    #[error("the answer could not be read")]
    Malformed,
    /// The server's own name has no address.
    #[error("the server's name has no address")]
    NoAddress,
    /// Its address is not one of the public internet, so we do not ask it.
    #[error("its address is not public")]
    AddressNotPublic,
}

impl ServerError {
    /// Codes of all errors, so that a test can ask for all translations.
    pub const CODES: &[&str] = &[
        "dns-server-timed-out",
        "dns-server-connection-refused",
        "dns-server-no-route",
        "dns-server-network",
        "dns-server-failure",
        "dns-server-failed",
        "dns-server-not-authoritative",
        "dns-server-malformed",
        "dns-server-no-address",
        "dns-server-address-not-public",
    ];

    /// Reads a response code: whether the name exists, or the error it stands for.
    pub(crate) fn existence(code: ResponseCode) -> Result<bool, Self> {
        match code {
            ResponseCode::NoError => Ok(true),
            ResponseCode::NXDomain => Ok(false),
            ResponseCode::ServFail => Err(Self::ServerFailure),
            other => Err(Self::Failed {
                response_code: other.to_str().to_owned(),
            }),
        }
    }

    /// A stable code for translation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TimedOut => "dns-server-timed-out",
            Self::ConnectionRefused => "dns-server-connection-refused",
            Self::NoRoute => "dns-server-no-route",
            Self::Network { .. } => "dns-server-network",
            Self::ServerFailure => "dns-server-failure",
            Self::Failed { .. } => "dns-server-failed",
            Self::NotAuthoritative => "dns-server-not-authoritative",
            Self::Malformed => "dns-server-malformed",
            Self::NoAddress => "dns-server-no-address",
            Self::AddressNotPublic => "dns-server-address-not-public",
        }
    }

    /// What kind of trouble it is.
    pub fn class(&self) -> Class {
        match self {
            Self::TimedOut | Self::ConnectionRefused | Self::NoRoute | Self::Network { .. } => {
                Class::Unreachable
            }
            Self::ServerFailure | Self::Failed { .. } | Self::NotAuthoritative | Self::AddressNotPublic => {
                Class::Refused
            }
            Self::NoAddress => Class::NotFound,
            Self::Malformed => Class::Protocol,
        }
    }
}

/// Why a name could not be looked up at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookUpError {
    /// No resolver gave an answer.
    #[error("resolver {resolver} gave no answer about {name}")]
    Resolver {
        /// The name that was asked for.
        name: RecordName,
        /// The last resolver that was asked.
        resolver: SocketAddr,
        /// What went wrong there.
        #[source]
        source: ServerError,
    },
    /// No resolver is configured.
    #[error("no resolver is configured to ask about {name}")]
    NoResolver {
        /// The name that was to be asked for.
        name: RecordName,
    },
    /// Neither the name nor any name above it is a zone with name servers.
    #[error("no zone was found for {name}")]
    NoZone {
        /// The name whose zone was sought.
        name: RecordName,
    },
}

impl LookUpError {
    /// Codes of all errors, so that a test can ask for all translations.
    pub const CODES: &[&str] = &["dns-resolver-failed", "dns-no-resolver", "dns-no-zone"];

    /// A stable code for translation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Resolver { .. } => "dns-resolver-failed",
            Self::NoResolver { .. } => "dns-no-resolver",
            Self::NoZone { .. } => "dns-no-zone",
        }
    }

    /// The failure of the domain's own servers, when that is what the resolver met.
    pub(crate) fn of_domain(&self) -> Option<ServerError> {
        match self {
            Self::Resolver {
                source: ServerError::ServerFailure,
                ..
            } => Some(ServerError::ServerFailure),
            _ => None,
        }
    }

    /// What kind of trouble it is.
    pub fn class(&self) -> Class {
        match self {
            Self::Resolver { source, .. } => source.class(),
            Self::NoZone { .. } => Class::NotFound,
            Self::NoResolver { .. } => Class::Protocol,
        }
    }
}
