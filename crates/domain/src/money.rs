//! Amounts of money: a decimal with its currency, never a float, never added across currencies.

use std::{fmt, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// An ISO 4217 currency code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// What can be wrong with an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not three letters.
    #[error("`{0}` is not a currency code of three letters")]
    BadCurrency(String),
    /// Not a decimal number.
    #[error("`{0}` is not an amount")]
    BadAmount(String),
    /// Two currencies in one sum.
    #[error("amounts in {0} and {1} cannot be added")]
    MixedCurrencies(Currency, Currency),
    /// More than the stored range holds.
    #[error("the amount is too large")]
    TooLarge,
}

impl Currency {
    /// Euro, the currency of the CA's public examples.
    pub const EUR: Self = Self(*b"EUR");
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");
    /// Russian rouble.
    pub const RUB: Self = Self(*b"RUB");

    /// The code as text.
    #[must_use]
    pub fn code(&self) -> &str {
        // Only ASCII capitals get in.
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits after the decimal point (ISO 4217 minor units).
    #[must_use]
    pub fn minor_digits(self) -> u32 {
        match &self.0 {
            b"JPY" | b"KRW" | b"CLP" | b"VND" | b"ISK" | b"XAF" | b"XOF" | b"PYG" | b"UGX" => 0,
            b"BHD" | b"KWD" | b"JOD" | b"OMR" | b"TND" | b"IQD" | b"LYD" => 3,
            _ => 2,
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let upper = text.trim().to_ascii_uppercase();
        <[u8; 3]>::try_from(upper.as_bytes())
            .ok()
            .filter(|code| code.iter().all(u8::is_ascii_uppercase))
            .map(Self)
            .ok_or_else(|| MoneyError::BadCurrency(text.chars().take(20).collect()))
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;

    fn try_from(text: String) -> Result<Self, MoneyError> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in one currency, rounded to the currency's minor unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// Rounds half away from zero to the minor unit, as invoices do.
    #[must_use]
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        let amount =
            amount.round_dp_with_strategy(currency.minor_digits(), RoundingStrategy::MidpointAwayFromZero);
        Self { amount, currency }
    }

    /// Nothing, in this currency.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self::new(Decimal::ZERO, currency)
    }

    /// From whole minor units (cents), the form the database keeps.
    #[must_use]
    pub fn from_minor(minor: i64, currency: Currency) -> Self {
        Self {
            amount: Decimal::new(minor, currency.minor_digits()),
            currency,
        }
    }

    /// Reads `12.34`; a comma is read as the decimal point.
    ///
    /// # Errors
    /// [`MoneyError::BadAmount`] when the text is not one decimal number.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let bad = || MoneyError::BadAmount(text.chars().take(40).collect());
        let amount = Decimal::from_str_exact(&text.trim().replace(',', ".")).map_err(|_| bad())?;
        let money = Self::new(amount, currency);
        money.minor().map(|_| money)
    }

    /// The decimal amount.
    #[must_use]
    pub const fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Whole minor units (cents).
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] beyond 64 bits.
    pub fn minor(&self) -> Result<i64, MoneyError> {
        let scale = Decimal::from(10_i64.pow(self.currency.minor_digits()));
        self.amount
            .checked_mul(scale)
            .and_then(|minor| i64::try_from(minor.trunc()).ok())
            .ok_or(MoneyError::TooLarge)
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::MixedCurrencies`] and [`MoneyError::TooLarge`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let amount = self
            .amount
            .checked_add(other.amount)
            .ok_or(MoneyError::TooLarge)?;
        Ok(Self {
            amount,
            currency: self.currency,
        })
    }

    /// The difference.
    ///
    /// # Errors
    /// [`MoneyError::MixedCurrencies`] and [`MoneyError::TooLarge`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.plus(other.negated())
    }

    /// The same amount owed the other way.
    #[must_use]
    pub fn negated(self) -> Self {
        Self {
            amount: -self.amount,
            currency: self.currency,
        }
    }

    /// The amount this many times, rounded to the minor unit.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] when the product does not fit.
    pub fn times(self, factor: Decimal) -> Result<Self, MoneyError> {
        let amount = self.amount.checked_mul(factor).ok_or(MoneyError::TooLarge)?;
        Ok(Self::new(amount, self.currency))
    }

    /// Whether there is nothing or less.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.amount.is_sign_negative() && !self.amount.is_zero()
    }

    /// Whether it is exactly nothing.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }

    /// Whether this covers `price`.
    ///
    /// # Errors
    /// [`MoneyError::MixedCurrencies`].
    pub fn covers(self, price: Self) -> Result<bool, MoneyError> {
        self.same_currency(price)?;
        Ok(self.amount >= price.amount)
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::MixedCurrencies(self.currency, other.currency))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.currency.minor_digits() as usize;
        write!(f, "{:.digits$} {}", self.amount, self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_rounded_and_shown_in_their_currency() {
        for (text, currency, shown, minor) in [
            ("8.40", Currency::EUR, "8.40 EUR", 840),
            ("8,4", Currency::EUR, "8.40 EUR", 840),
            ("0.005", Currency::EUR, "0.01 EUR", 1),
            ("-0.005", Currency::EUR, "-0.01 EUR", -1),
            ("1200", "JPY".parse().unwrap(), "1200 JPY", 1200),
            ("1.2345", "KWD".parse().unwrap(), "1.235 KWD", 1235),
        ] {
            let money = Money::parse(text, currency).unwrap();
            assert_eq!(money.to_string(), shown);
            assert_eq!(money.minor(), Ok(minor));
        }
    }

    #[test]
    fn refuses_what_is_no_amount_and_never_mixes_currencies() {
        for text in [
            "",
            "NaN",
            "inf",
            "1e400",
            "1.2.3",
            "ten",
            "99999999999999999999999",
        ] {
            assert!(Money::parse(text, Currency::EUR).is_err(), "{text}");
        }
        let sum = Money::from_minor(1, Currency::EUR).plus(Money::from_minor(1, Currency::USD));
        assert_eq!(
            sum,
            Err(MoneyError::MixedCurrencies(Currency::EUR, Currency::USD))
        );
        assert!("EURO".parse::<Currency>().is_err());
        assert_eq!("eur".parse::<Currency>(), Ok(Currency::EUR));
    }

    proptest! {
        #[test]
        fn minor_units_survive_the_way_to_the_database_and_back(minor in any::<i32>()) {
            let money = Money::from_minor(i64::from(minor), Currency::EUR);
            prop_assert_eq!(money.minor(), Ok(i64::from(minor)));
        }

        #[test]
        fn adding_and_taking_away_leaves_what_there_was(a in any::<i32>(), b in any::<i32>()) {
            let (a, b) = (Money::from_minor(i64::from(a), Currency::USD), Money::from_minor(i64::from(b), Currency::USD));
            prop_assert_eq!(a.plus(b).unwrap().minus(b).unwrap(), a);
        }
    }
}
