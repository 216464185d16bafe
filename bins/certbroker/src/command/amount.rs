//! Amounts as they are typed.

use domain::{Currency, Money};
use rust_decimal::Decimal;

use crate::exit::Refused;

/// `100`, `100 EUR` or `100.50EUR`.
///
/// # Errors
/// It is none of these.
pub(super) fn read(text: &str) -> anyhow::Result<(Decimal, Option<Currency>)> {
    let text = text.trim();
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, word) = text.split_at(end);
    let bad = || Refused(format!("`{text}` is no amount such as 100 or '100.50 EUR'"));
    let currency = match word.trim() {
        "" => None,
        word => Some(word.to_ascii_uppercase().parse::<Currency>().map_err(|_| bad())?),
    };
    // The digits of the currency are checked where the amount is booked.
    let number = Decimal::from_str_exact(&number.trim().replace(',', ".")).map_err(|_| bad())?;
    Ok((number, currency))
}

/// The amount in this currency; the currency that was typed must be it.
///
/// # Errors
/// It is another currency, or has more digits than the currency.
pub(super) fn read_in(text: &str, currency: Currency) -> anyhow::Result<Money> {
    let (number, typed) = read(text)?;
    if let Some(typed) = typed.filter(|typed| *typed != currency) {
        return Err(Refused(format!("the account is in {currency}, not in {typed}")).into());
    }
    let money = Money::new(number, currency);
    if money.amount() != number {
        return Err(Refused(format!(
            "{currency} has {} digits after the point",
            currency.minor_digits()
        ))
        .into());
    }
    Ok(money)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_comes_with_its_currency_or_without() {
        let table = [
            ("100", Some(("100", None))),
            ("100 EUR", Some(("100", Some("EUR")))),
            ("100.50eur", Some(("100.50", Some("EUR")))),
            ("-5", Some(("-5", None))),
            ("EUR", None),
            ("1.2.3", None),
            ("10 euro", None),
            ("", None),
        ];
        for (text, expected) in table {
            let seen = read(text).ok();
            let expected = expected.map(|(number, currency): (&str, Option<&str>)| {
                (
                    number.parse().unwrap(),
                    currency.map(|word| word.parse().unwrap()),
                )
            });
            assert_eq!(seen, expected, "{text}");
        }
    }

    #[test]
    fn no_cent_is_rounded_away_and_no_currency_mistaken() {
        assert_eq!(
            read_in("12.50", Currency::EUR).unwrap(),
            Money::from_minor(1250, Currency::EUR)
        );
        assert!(read_in("12.505", Currency::EUR).is_err());
        assert!(read_in("12 USD", Currency::EUR).is_err());
    }
}
