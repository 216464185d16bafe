//! Numbers and money as people write them.

use domain::{Currency, Money};
use rust_decimal::Decimal;

use crate::Locale;

/// U+00A0: groups and signs must not be torn apart at the end of a line.
const NO_BREAK_SPACE: &str = "\u{a0}";

/// An amount with its currency: `$1,234.50`, `1 234,50 $`; a currency without a sign of its own shows its code.
#[must_use]
pub fn money(locale: Locale, money: Money) -> String {
    let digits = money.currency().minor_digits() as usize;
    let amount = grouped(locale, &format!("{:.digits$}", money.amount().abs()));
    let minus = if money.is_negative() { "-" } else { "" };
    let currency = money.currency();
    match (locale, sign(currency)) {
        (Locale::En, Some(sign)) => format!("{minus}{sign}{amount}"),
        (Locale::En, None) => format!("{minus}{}{NO_BREAK_SPACE}{amount}", currency.code()),
        (Locale::Ru, sign) => {
            format!(
                "{minus}{amount}{NO_BREAK_SPACE}{}",
                sign.unwrap_or(currency.code())
            )
        }
    }
}

/// A whole number with groups of three: `1,234,567`, `1 234 567`.
#[must_use]
pub fn number(locale: Locale, number: i64) -> String {
    let minus = if number < 0 { "-" } else { "" };
    format!("{minus}{}", grouped(locale, &number.unsigned_abs().to_string()))
}

/// A decimal number without zeros at its end: `1,234.5`, `1 234,5`.
#[must_use]
pub fn decimal(locale: Locale, number: Decimal) -> String {
    let plain = number.normalize();
    let minus = if plain.is_sign_negative() && !plain.is_zero() {
        "-"
    } else {
        ""
    };
    format!("{minus}{}", grouped(locale, &plain.abs().to_string()))
}

/// A share of a hundred: `8.5%`, `8,5 %`.
#[must_use]
pub fn percent(locale: Locale, percent: Decimal) -> String {
    let space = match locale {
        Locale::En => "",
        Locale::Ru => NO_BREAK_SPACE,
    };
    format!("{}{space}%", decimal(locale, percent))
}

fn sign(currency: Currency) -> Option<&'static str> {
    match currency.code() {
        "USD" => Some("$"),
        "EUR" => Some("€"),
        "GBP" => Some("£"),
        "RUB" => Some("₽"),
        _ => None,
    }
}

/// Groups the digits before the point of a plain decimal number without a sign.
fn grouped(locale: Locale, plain: &str) -> String {
    let (group, point) = match locale {
        Locale::En => (",", "."),
        Locale::Ru => (NO_BREAK_SPACE, ","),
    };
    let (whole, fraction) = plain
        .split_once('.')
        .map_or((plain, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::with_capacity(plain.len() + plain.len() / 2);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push_str(point);
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_written_as_the_language_does() {
        for (minor, currency, en, ru) in [
            (123_450, "USD", "$1,234.50", "1\u{a0}234,50\u{a0}$"),
            (-5, "EUR", "-€0.05", "-0,05\u{a0}€"),
            (0, "EUR", "€0.00", "0,00\u{a0}€"),
            (
                100_000_000,
                "RUB",
                "₽1,000,000.00",
                "1\u{a0}000\u{a0}000,00\u{a0}₽",
            ),
            (1200, "JPY", "JPY\u{a0}1,200", "1\u{a0}200\u{a0}JPY"),
            (999, "CHF", "CHF\u{a0}9.99", "9,99\u{a0}CHF"),
        ] {
            let amount = Money::from_minor(minor, currency.parse().unwrap());
            assert_eq!(
                (
                    money(Locale::En, amount).as_str(),
                    money(Locale::Ru, amount).as_str()
                ),
                (en, ru)
            );
        }
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        for (value, en, ru) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (-1000, "-1,000", "-1\u{a0}000"),
            (1_234_567, "1,234,567", "1\u{a0}234\u{a0}567"),
        ] {
            assert_eq!(
                (
                    number(Locale::En, value).as_str(),
                    number(Locale::Ru, value).as_str()
                ),
                (en, ru)
            );
        }
        assert_eq!(number(Locale::En, i64::MIN), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn decimals_and_shares_keep_the_digits_that_count() {
        for (value, en, ru, share_en, share_ru) in [
            ("21.00", "21", "21", "21%", "21\u{a0}%"),
            ("8.50", "8.5", "8,5", "8.5%", "8,5\u{a0}%"),
            ("0.000", "0", "0", "0%", "0\u{a0}%"),
            ("100", "100", "100", "100%", "100\u{a0}%"),
            (
                "-1234.0021",
                "-1,234.0021",
                "-1\u{a0}234,0021",
                "-1,234.0021%",
                "-1\u{a0}234,0021\u{a0}%",
            ),
        ] {
            let value: Decimal = value.parse().unwrap();
            assert_eq!(
                (
                    decimal(Locale::En, value).as_str(),
                    decimal(Locale::Ru, value).as_str()
                ),
                (en, ru)
            );
            assert_eq!(
                (
                    percent(Locale::En, value).as_str(),
                    percent(Locale::Ru, value).as_str()
                ),
                (share_en, share_ru)
            );
        }
    }

    proptest! {
        #[test]
        fn grouping_changes_no_digit(value in any::<i64>()) {
            for locale in Locale::ALL {
                let digits: String = number(locale, value).chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
                prop_assert_eq!(digits, value.to_string());
            }
        }
    }
}
