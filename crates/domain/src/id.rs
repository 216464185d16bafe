//! Typed ids: a UUIDv7 inside, a prefix at every border, a human number where people read.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not an id that starts with `{prefix}_`")]
pub struct BadId {
    /// The text as it came.
    pub given: String,
    /// The prefix that the kind is written with.
    pub prefix: &'static str,
}

/// An id of one kind of entity.
pub trait EntityId: Copy + From<Uuid> + Into<Uuid> {
    /// What the id is written with, such as `svc`.
    const PREFIX: &'static str;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl EntityId for $name {
            const PREFIX: &'static str = $prefix;
        }

        impl From<Uuid> for $name {
            fn from(inner: Uuid) -> Self {
                Self(inner)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(|rest| Uuid::try_parse(rest).ok())
                    .map(Self)
                    .ok_or_else(|| BadId { given: text.chars().take(80).collect(), prefix: $prefix })
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    )*};
}

ids! {
    /// The company or brand that sells.
    SellerId = "sel";
    /// Who buys.
    AccountId = "acc";
    /// Who signs in.
    UserId = "usr";
    /// A user in an account, with a role.
    MembershipId = "mem";
    /// One signed-in browser.
    SessionId = "ses";
    /// A token of the REST API.
    ApiTokenId = "tok";
    /// A group of staff that tasks go to.
    DepartmentId = "dep";
    /// A configured connection to a CA.
    ModuleId = "mod";
    /// A product in the imported catalogue of a processing module.
    ProductId = "prd";
    /// What is offered to clients, with prices.
    TariffPlanId = "tar";
    /// What a client bought: a name set over a paid term.
    ServiceId = "svc";
    /// The CA's record of a purchase.
    CaOrderId = "cao";
    /// One X.509 issuance.
    CertificateId = "crt";
    /// A stored private key.
    KeyId = "key";
    /// A stored certificate signing request.
    CsrId = "csr";
    /// One unit of automatic work.
    OperationId = "opr";
    /// Work for a person.
    TaskId = "tsk";
    /// Proof of control over one name of one CA order.
    ValidationId = "val";
    /// One booking in the ledger.
    EntryId = "ent";
    /// A numbered, immutable document about money.
    DocumentId = "doc";
    /// A connected DNS zone into which validation records are published.
    ZoneId = "zon";
    /// A mail or web-hook to be delivered.
    NoticeId = "ntc";
    /// One intent to spend money at a CA.
    PurchaseId = "pur";
    /// One run that replaces many certificates at once.
    ReplacementId = "rpl";
    /// One move of business time in simulated mode.
    TravelId = "trv";
    /// A tax rate from a day on.
    TaxRateId = "tax";
    /// An exchange rate from a day on.
    ExchangeRateId = "exr";
}

/// The kinds of entity that people call by a short number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberKind {
    /// `S-1042`
    Service,
    /// `T-17`
    Task,
    /// `O-311`
    Operation,
    /// `A-5`
    Account,
    /// `D-2026`
    Document,
    /// `R-3`
    Replacement,
}

impl NumberKind {
    /// The letter before the dash.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Service => 'S',
            Self::Task => 'T',
            Self::Operation => 'O',
            Self::Account => 'A',
            Self::Document => 'D',
            Self::Replacement => 'R',
        }
    }

    /// The stable word under which the counter is stored.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Task => "task",
            Self::Operation => "operation",
            Self::Account => "account",
            Self::Document => "document",
            Self::Replacement => "replacement",
        }
    }

    /// Writes a number of this kind as people read it.
    #[must_use]
    pub fn show(self, number: i64) -> String {
        format!("{}-{number}", self.letter())
    }

    /// Reads `S-1042`, `s1042` or `1042` back.
    #[must_use]
    pub fn read(self, text: &str) -> Option<i64> {
        let text = text.trim();
        let digits = text
            .strip_prefix(self.letter())
            .or_else(|| text.strip_prefix(self.letter().to_ascii_lowercase()))
            .unwrap_or(text);
        let number = digits.trim_start_matches('-').parse().ok()?;
        (number > 0).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_as_it_was_written_and_no_other_kind_takes_it() {
        let id = ServiceId::from(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_002a));
        let text = id.to_string();
        assert_eq!(text, "svc_0192000000007000800000000000002a");
        assert_eq!(text.parse::<ServiceId>(), Ok(id));
        assert!(text.parse::<TaskId>().is_err());
        assert!("svc_zz".parse::<ServiceId>().is_err());
    }

    #[test]
    fn numbers_are_read_with_and_without_their_letter() {
        assert_eq!(NumberKind::Service.show(1042), "S-1042");
        for text in ["S-1042", "s-1042", "S1042", "1042", " S-1042 "] {
            assert_eq!(NumberKind::Service.read(text), Some(1042), "{text}");
        }
        for text in ["", "S-", "T-1", "S-x", "S-0"] {
            assert_eq!(NumberKind::Service.read(text), None, "{text}");
        }
    }
}
