//! The price of an order: period, extra names, extra wildcard names; tax; margin.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    money::{Money, MoneyError},
    product::words,
};

words! {
    /// What a price line pays for.
    PriceLineKind {
        /// The product for the paid term with its included names.
        Period = "period",
        /// Names beyond the included ones.
        ExtraNames = "extra_names",
        /// Wildcard names beyond the included ones.
        ExtraWildcards = "extra_wildcards",
    }
}

/// Net prices of one tariff plan for one term in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodPrice {
    /// The period with the included names.
    pub period: Money,
    /// Each further name, for the whole term.
    pub extra_name: Money,
    /// Each further wildcard name, for the whole term.
    pub extra_wildcard: Money,
}

/// How many names an order has beyond what the period includes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExtraNames {
    /// Ordinary names beyond the included.
    pub standard: u32,
    /// Wildcard names beyond the included.
    pub wildcard: u32,
}

impl ExtraNames {
    /// Counts what exceeds the included numbers.
    #[must_use]
    pub const fn beyond(
        standard: u32,
        included_standard: u32,
        wildcard: u32,
        included_wildcard: u32,
    ) -> Self {
        Self {
            standard: standard.saturating_sub(included_standard),
            wildcard: wildcard.saturating_sub(included_wildcard),
        }
    }
}

/// One line of an order's price, copied into the order for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceLine {
    /// What it pays for.
    pub kind: PriceLineKind,
    /// How many.
    pub quantity: u32,
    /// Net price of one.
    pub unit_net: Money,
    /// Quantity × unit.
    pub net: Money,
    /// Tax rate in percent.
    pub tax_rate: Decimal,
    /// Tax, rounded per line.
    pub tax: Money,
    /// Net + tax.
    pub gross: Money,
}

/// The price of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Its lines; the period comes first.
    pub lines: Vec<PriceLine>,
    /// Sum of the nets.
    pub net: Money,
    /// Sum of the taxes.
    pub tax: Money,
    /// What the client pays.
    pub gross: Money,
}

impl Price {
    /// Computes the lines; a line with quantity 0 is left out.
    ///
    /// # Errors
    /// [`MoneyError`] when the tariff mixes currencies or the sum does not fit.
    pub fn of(prices: PeriodPrice, extra: ExtraNames, tax_rate: Decimal) -> Result<Self, MoneyError> {
        Self::of_lines(prices, 1, extra, tax_rate)
    }

    /// The price of further names alone, for a term that is paid.
    ///
    /// # Errors
    /// As [`Price::of`].
    pub fn of_names(prices: PeriodPrice, extra: ExtraNames, tax_rate: Decimal) -> Result<Self, MoneyError> {
        Self::of_lines(prices, 0, extra, tax_rate)
    }

    fn of_lines(
        prices: PeriodPrice,
        periods: u32,
        extra: ExtraNames,
        tax_rate: Decimal,
    ) -> Result<Self, MoneyError> {
        let wanted = [
            (PriceLineKind::Period, periods, prices.period),
            (PriceLineKind::ExtraNames, extra.standard, prices.extra_name),
            (
                PriceLineKind::ExtraWildcards,
                extra.wildcard,
                prices.extra_wildcard,
            ),
        ];
        let zero = Money::zero(prices.period.currency());
        let mut price = Self {
            lines: Vec::new(),
            net: zero,
            tax: zero,
            gross: zero,
        };
        for (kind, quantity, unit_net) in wanted.into_iter().filter(|(_, quantity, _)| *quantity > 0) {
            let net = unit_net.times(Decimal::from(quantity))?;
            let tax = net.times(tax_rate / Decimal::ONE_HUNDRED)?;
            let gross = net.plus(tax)?;
            price.net = price.net.plus(net)?;
            price.tax = price.tax.plus(tax)?;
            price.gross = price.gross.plus(gross)?;
            price.lines.push(PriceLine {
                kind,
                quantity,
                unit_net,
                net,
                tax_rate,
                tax,
                gross,
            });
        }
        Ok(price)
    }
}

/// What is left of a net price after the CA was paid.
///
/// `None` when the CA charges in another currency and no rate is given.
#[must_use]
pub fn margin(net: Money, cost: Money, rate_to_price_currency: Option<Decimal>) -> Option<Money> {
    if net.currency() == cost.currency() {
        return net.minus(cost).ok();
    }
    let converted = cost.amount().checked_mul(rate_to_price_currency?)?;
    net.minus(Money::new(converted, net.currency())).ok()
}

/// How a tariff plan's price follows the CA's price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarginRule {
    /// Percent added to the CA's price.
    pub percent: Decimal,
    /// Rounded up to a multiple of this amount, such as 0.50; zero leaves the minor unit.
    pub round_up_to: Decimal,
}

impl MarginRule {
    /// The price to ask for something that costs `cost`, in the same currency.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn price_for(&self, cost: Money) -> Result<Money, MoneyError> {
        let raised = cost.times(Decimal::ONE + self.percent / Decimal::ONE_HUNDRED)?;
        if self.round_up_to.is_zero() {
            return Ok(raised);
        }
        let steps = (raised.amount() / self.round_up_to).ceil();
        Ok(Money::new(steps * self.round_up_to, cost.currency()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn eur(minor: i64) -> Money {
        Money::from_minor(minor, Currency::EUR)
    }

    #[test]
    fn an_order_costs_its_period_its_extra_names_and_its_extra_wildcards() {
        let prices = PeriodPrice {
            period: eur(3100),
            extra_name: eur(900),
            extra_wildcard: eur(7000),
        };
        let price = Price::of(prices, ExtraNames::beyond(5, 3, 1, 0), Decimal::from(21)).unwrap();
        let lines: Vec<_> = price
            .lines
            .iter()
            .map(|line| (line.kind, line.quantity, line.net, line.tax))
            .collect();
        assert_eq!(
            lines,
            [
                (PriceLineKind::Period, 1, eur(3100), eur(651)),
                (PriceLineKind::ExtraNames, 2, eur(1800), eur(378)),
                (PriceLineKind::ExtraWildcards, 1, eur(7000), eur(1470)),
            ]
        );
        assert_eq!(
            (price.net, price.tax, price.gross),
            (eur(11900), eur(2499), eur(14399))
        );
    }

    #[test]
    fn margin_needs_a_rate_only_across_currencies() {
        let usd = Money::from_minor(1000, Currency::USD);
        assert_eq!(margin(eur(1500), eur(840), None), Some(eur(660)));
        assert_eq!(margin(eur(1500), usd, None), None);
        assert_eq!(
            margin(eur(1500), usd, Some("0.92".parse().unwrap())),
            Some(eur(580))
        );
    }

    #[test]
    fn a_margin_rule_rounds_up_to_its_step() {
        let rule = MarginRule {
            percent: Decimal::from(40),
            round_up_to: "0.50".parse().unwrap(),
        };
        assert_eq!(rule.price_for(eur(840)), Ok(eur(1200)));
        let plain = MarginRule {
            percent: Decimal::from(40),
            round_up_to: Decimal::ZERO,
        };
        assert_eq!(plain.price_for(eur(840)), Ok(eur(1176)));
    }
}
