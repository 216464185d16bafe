//! Money and words as JSON.

use domain::{Currency, price, product, state};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

/// An amount in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Money {
    /// A decimal number with the digits of its currency.
    #[schema(examples("8.40"))]
    pub(crate) amount: String,
    /// ISO 4217.
    #[schema(value_type = String, examples("EUR"))]
    pub(crate) currency: Currency,
}

impl From<domain::Money> for Money {
    fn from(money: domain::Money) -> Self {
        let digits = money.currency().minor_digits() as usize;
        Self {
            amount: format!("{:.digits$}", money.amount()),
            currency: money.currency(),
        }
    }
}

impl TryFrom<Money> for domain::Money {
    type Error = domain::MoneyError;

    fn try_from(money: Money) -> Result<Self, Self::Error> {
        Self::parse(&money.amount, money.currency)
    }
}

/// Closed lists of words: the value of the domain, its word in JSON, the whole list in the OpenAPI document.
macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident = $inner:path, $word:path;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) $inner);

        impl From<$inner> for $name {
            fn from(inner: $inner) -> Self {
                Self(inner)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($word(self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map(Self).map_err(de::Error::custom)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!($($doc),*).trim()))
                    .enum_values(Some(<$inner>::ALL.iter().map(|value| $word(*value))))
                    .into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

words! {
    /// Where a service stands.
    ServiceState = state::ServiceState, state::ServiceState::word;
    /// How control over a name is proven.
    ValidationMethod = product::ValidationMethod, product::ValidationMethod::word;
    /// How much of the subscriber the CA verifies.
    ValidationLevel = product::ValidationLevel, product::ValidationLevel::word;
    /// Which names a product takes.
    ProductKind = product::ProductKind, product::ProductKind::word;
    /// Where the proof of control over a name stands at the CA.
    ValidationState = state::ValidationState, state::ValidationState::word;
    /// Why a certificate was issued.
    IssueReason = state::IssueReason, state::IssueReason::word;
    /// Who keeps the private key.
    KeyCustody = state::KeyCustody, state::KeyCustody::word;
    /// What an operation does.
    OperationKind = state::OperationKind, state::OperationKind::word;
    /// Where an operation stands.
    OperationState = state::OperationState, state::OperationState::word;
    /// What a price line pays for.
    PriceLineKind = price::PriceLineKind, price::PriceLineKind::word;
    /// Kind of a private key.
    KeyChoice = pki::KeyChoice, pki::KeyChoice::as_str;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_with_all_digits_of_its_currency_and_read_back() {
        for (minor, currency, amount) in [
            (840, "EUR", "8.40"),
            (-5, "EUR", "-0.05"),
            (1200, "JPY", "1200"),
            (1235, "KWD", "1.235"),
        ] {
            let money = domain::Money::from_minor(minor, currency.parse().unwrap());
            let json = serde_json::to_value(Money::from(money)).unwrap();
            assert_eq!(
                json,
                serde_json::json!({ "amount": amount, "currency": currency })
            );
            let back: Money = serde_json::from_value(json).unwrap();
            assert_eq!(domain::Money::try_from(back), Ok(money));
        }
    }

    #[test]
    fn a_word_that_is_not_on_the_list_is_refused() {
        assert!(serde_json::from_str::<ServiceState>("\"active\"").is_ok());
        assert!(serde_json::from_str::<ServiceState>("\"Active\"").is_err());
        assert!(serde_json::from_str::<KeyChoice>("\"p257\"").is_err());
    }
}
