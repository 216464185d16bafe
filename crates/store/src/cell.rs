//! How a domain type becomes a column, alike on both databases (measured pitfalls: text instants sort wrongly in
//! SQLite, JSON and case folding differ): instants are microseconds, dates are days, ids are 16 bytes, words, decimals
//! and JSON are text that only this program opens.

use std::net::IpAddr;

use domain::{
    Currency,
    hours::BusinessHours,
    id::{
        AccountId, ApiTokenId, CaOrderId, CertificateId, CsrId, DepartmentId, DocumentId, EntryId,
        ExchangeRateId, KeyId, MembershipId, ModuleId, NoticeId, OperationId, ProductId, PurchaseId,
        ReplacementId, SellerId, ServiceId, SessionId, TariffPlanId, TaskId, TaxRateId, TravelId, UserId,
        ValidationId, ZoneId,
    },
    price::PriceLineKind,
    product::{ProductKind, ValidationLevel, ValidationMethod},
    selection::PassedOver,
    state::{
        IssueReason, KeyCustody, OperationKind, OperationState, Role, ServiceState, TaskKind, TaskPriority,
        TaskState,
    },
    term::Years,
};
use jiff::{Span, Timestamp, civil::Date};
use rust_decimal::Decimal;
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// A domain type that fits into one column.
#[expect(
    unreachable_pub,
    reason = "the entities that SeaORM derives are public, in private modules"
)]
pub trait Cell: Sized {
    /// What the driver is given.
    type Stored;

    /// The value as it is stored.
    fn to_stored(&self) -> Self::Stored;

    /// The value back, or what is wrong with it.
    fn from_stored(stored: Self::Stored) -> Result<Self, String>;
}

/// What the driver is given for a `T`. (The derive of `SeaORM` cannot read a qualified path.)
#[expect(unreachable_pub, reason = "as above")]
pub type Stored<T> = <T as Cell>::Stored;

/// A value kept as JSON text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Json<T>(pub T);

impl<T: Cell> Cell for Option<T> {
    type Stored = Option<T::Stored>;

    fn to_stored(&self) -> Self::Stored {
        self.as_ref().map(Cell::to_stored)
    }

    fn from_stored(stored: Self::Stored) -> Result<Self, String> {
        stored.map(T::from_stored).transpose()
    }
}

macro_rules! as_they_are {
    ($($name:ty),*) => {$(
        impl Cell for $name {
            type Stored = Self;

            fn to_stored(&self) -> Self {
                self.clone()
            }

            fn from_stored(stored: Self) -> Result<Self, String> {
                Ok(stored)
            }
        }
    )*};
}
as_they_are!(bool, i32, i64, String, Vec<u8>, Uuid);

macro_rules! ids {
    ($($name:ty),*) => {$(
        impl Cell for $name {
            type Stored = Uuid;

            fn to_stored(&self) -> Uuid {
                (*self).into()
            }

            fn from_stored(stored: Uuid) -> Result<Self, String> {
                Ok(stored.into())
            }
        }
    )*};
}
ids!(
    AccountId,
    ApiTokenId,
    CaOrderId,
    CertificateId,
    CsrId,
    DepartmentId,
    DocumentId,
    EntryId,
    ExchangeRateId,
    KeyId,
    MembershipId,
    ModuleId,
    NoticeId,
    OperationId,
    ProductId,
    PurchaseId,
    ReplacementId,
    SellerId,
    ServiceId,
    SessionId,
    TariffPlanId,
    TaskId,
    TaxRateId,
    TravelId,
    UserId,
    ValidationId,
    ZoneId
);

/// Makes cells of types that are written and read as text.
macro_rules! texts {
    ($($name:ty),* $(,)?) => {$(
        impl $crate::cell::Cell for $name {
            type Stored = String;

            fn to_stored(&self) -> String {
                self.to_string()
            }

            fn from_stored(stored: String) -> std::result::Result<Self, String> {
                stored.parse().map_err(|_| format!("`{stored}` is no {}", stringify!($name)))
            }
        }
    )*};
}
pub(crate) use texts;

texts!(
    BusinessHours,
    Currency,
    Decimal,
    IpAddr,
    IssueReason,
    KeyCustody,
    OperationKind,
    OperationState,
    PassedOver,
    PriceLineKind,
    ProductKind,
    Role,
    ServiceState,
    TaskKind,
    TaskPriority,
    TaskState,
    ValidationLevel,
    ValidationMethod,
);

/// A closed list of words that only the store and the engine know.
macro_rules! stored_words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$word_doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every value, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable word that is stored and used in translation keys.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = domain::product::UnknownWord;

            fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(domain::product::UnknownWord {
                        kind: stringify!($name),
                        word: text.chars().take(40).collect(),
                    }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        $crate::cell::texts!($name);
    };
}
pub(crate) use stored_words;

impl Cell for Timestamp {
    type Stored = i64;

    fn to_stored(&self) -> i64 {
        self.as_microsecond()
    }

    fn from_stored(stored: i64) -> Result<Self, String> {
        Self::from_microsecond(stored).map_err(|error| error.to_string())
    }
}

impl Cell for Date {
    type Stored = i32;

    fn to_stored(&self) -> i32 {
        // A span between two civil dates in days always fits: dates end in the year 9999.
        Self::constant(1970, 1, 1)
            .until(*self)
            .map_or(0, |span| span.get_days())
    }

    fn from_stored(stored: i32) -> Result<Self, String> {
        Span::new()
            .try_days(stored)
            .and_then(|span| Self::constant(1970, 1, 1).checked_add(span))
            .map_err(|error| error.to_string())
    }
}

impl Cell for Years {
    type Stored = i32;

    fn to_stored(&self) -> i32 {
        i32::from(self.count())
    }

    fn from_stored(stored: i32) -> Result<Self, String> {
        u32::try_from(stored)
            .ok()
            .and_then(|years| Self::new(years).ok())
            .ok_or_else(|| format!("{stored} is no number of years"))
    }
}

impl Cell for SecretString {
    type Stored = String;

    fn to_stored(&self) -> String {
        self.expose_secret().to_owned()
    }

    fn from_stored(stored: String) -> Result<Self, String> {
        Ok(stored.into())
    }
}

impl<T: Serialize + DeserializeOwned> Cell for Json<T> {
    type Stored = String;

    fn to_stored(&self) -> String {
        // What is kept as JSON are plain structs and maps with text keys, which always serialise.
        serde_json::to_string(&self.0).unwrap_or_else(|_| "null".to_owned())
    }

    fn from_stored(stored: String) -> Result<Self, String> {
        serde_json::from_str(&stored)
            .map(Self)
            .map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn dates_are_days_that_sort_as_dates_do() {
        for (day, stored) in [
            (date(1969, 12, 31), -1),
            (date(1970, 1, 1), 0),
            (date(2020, 10, 20), 18_555),
            (date(2028, 2, 29), 21_243),
        ] {
            assert_eq!(day.to_stored(), stored);
            assert_eq!(Date::from_stored(stored), Ok(day));
        }
        assert!(Date::from_stored(i32::MAX).is_err());
    }

    #[test]
    fn words_that_nobody_knows_are_refused() {
        assert_eq!(Role::from_stored("owner".into()), Ok(Role::Owner));
        assert_eq!(
            Role::from_stored("king".into()),
            Err("`king` is no Role".to_owned())
        );
    }
}
