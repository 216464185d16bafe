//! Taxes and exchange rates, each from a day on.
//!
//! A rate whose day has come is history and stays: prices were made with it. One whose day is still to come may be removed.
//! What was ordered keeps the rate that it was ordered with, whatever is entered later.

use std::{collections::HashSet, hash::Hash};

use domain::{
    Currency,
    contact::FieldProblem,
    id::{ExchangeRateId, TaxRateId},
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::json;
use store::{
    Conn,
    account::{Account, AccountKind},
    rate::{ExchangeRate, TaxRate},
};

use super::Money;
use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    error::{Error, Refusal, Result},
};

/// Years that a rate may begin in: beyond them a day was mistyped.
const YEARS: std::ops::Range<i16> = 2000..2200;
/// More than any currency is worth in another; keeps products with amounts within what a decimal holds.
const MOST: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
/// The longest word on where a rate comes from, in characters.
const LONGEST_SOURCE: usize = 200;

/// A tax rate to be entered.
#[derive(Debug, Clone)]
pub struct NewTaxRate {
    /// ISO 3166-1 alpha-2 country; empty: every country that has none of its own.
    pub country: String,
    /// For persons or companies.
    pub account_kind: AccountKind,
    /// In percent, 0 to 100.
    pub percent: Decimal,
    /// From this day on.
    pub valid_from: Date,
}

/// An exchange rate to be entered.
#[derive(Debug, Clone)]
pub struct NewExchangeRate {
    /// One unit of this…
    pub from: Currency,
    /// …in this.
    pub to: Currency,
    /// How much, above zero.
    pub rate: Decimal,
    /// Where it comes from.
    pub source: String,
    /// From this day on, until the next.
    pub valid_on: Date,
}

/// How a rate stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Its day has not come.
    ToCome,
    /// It is the newest whose day has come.
    InForce,
    /// Another followed it.
    Past,
}

impl Standing {
    /// The word for programs and translation keys.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ToCome => "to_come",
            Self::InForce => "in_force",
            Self::Past => "past",
        }
    }
}

/// A rate and how it stands today.
#[derive(Debug, Clone)]
pub struct Dated<R> {
    /// The rate.
    pub rate: R,
    /// How it stands.
    pub standing: Standing,
}

/// The tax rate for an account today, in percent; 0 where none was entered.
pub(crate) async fn tax_percent(engine: &Engine, conn: &dyn Conn, account: &Account) -> Result<Decimal> {
    let today = engine.today();
    let rate =
        store::rate::tax_rate_on(conn, account.seller_id, &account.country, account.kind, today).await?;
    Ok(rate.map_or(Decimal::ZERO, |rate| rate.percent))
}

impl Money<'_> {
    /// Every tax rate: those to come, those in force, then the past; of each the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn tax_rates(&self, actor: &Actor) -> Result<Vec<Dated<TaxRate>>> {
        authority::require(actor, Permission::SeeCosts)?;
        let rates = store::rate::tax_rates(self.0.store().reader(), actor.seller).await?;
        let mut dated = dated(rates, self.0.today(), |rate| {
            (rate.valid_from, (rate.country.clone(), rate.account_kind.word()))
        });
        dated.sort_by_key(|one| one.standing);
        Ok(dated)
    }

    /// Enters a tax rate.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`], [`Error::Refused`] with `rate-exists` when there is one from that day.
    pub async fn add_tax_rate(&self, actor: &Actor, new: NewTaxRate) -> Result<TaxRate> {
        authority::require(actor, Permission::ManageTariffs)?;
        let is_country = new.country.is_empty()
            || (new.country.len() == 2 && new.country.bytes().all(|byte| byte.is_ascii_uppercase()));
        let is_percent = (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&new.percent);
        refuse(&[
            ("country", "country", is_country),
            ("percent", "out-of-range", is_percent),
            (
                "valid_from",
                "out-of-range",
                YEARS.contains(&new.valid_from.year()),
            ),
        ])?;
        let rate = TaxRate {
            id: self.0.new_id(),
            seller_id: actor.seller,
            country: new.country,
            account_kind: new.account_kind,
            percent: new.percent.normalize(),
            valid_from: new.valid_from,
            created_at: self.0.now(),
        };
        let tx = self.0.store().begin().await?;
        store::rate::insert_tax_rate(&tx, &rate)
            .await
            .map_err(|error| exists(error, rate.valid_from))?;
        audit::append(&tx, self.0, actor, "money.tax_rate", &rate.id, of_tax(&rate));
        tx.commit().await?;
        Ok(rate)
    }

    /// Removes a tax rate whose day has not come.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Refused`] with `rate-in-force` from its day on.
    pub async fn remove_tax_rate(&self, actor: &Actor, id: TaxRateId) -> Result<TaxRate> {
        authority::require(actor, Permission::ManageTariffs)?;
        let tx = self.0.store().begin().await?;
        let found = store::rate::tax_rate(&tx, id).await?;
        let rate = found.ok_or(Error::NotFound)?;
        authority::see(actor, rate.seller_id, None)?;
        self.require_to_come(rate.valid_from)?;
        if !store::rate::delete_tax_rate(&tx, id).await? {
            return Err(Error::NotFound);
        }
        audit::append(&tx, self.0, actor, "money.tax_rate_removed", &id, of_tax(&rate));
        tx.commit().await?;
        Ok(rate)
    }

    /// Every exchange rate, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn exchange_rates(&self, actor: &Actor) -> Result<Vec<Dated<ExchangeRate>>> {
        authority::require(actor, Permission::SeeCosts)?;
        let rates = store::rate::exchange_rates(self.0.store().reader(), actor.seller).await?;
        Ok(dated(rates, self.0.today(), |rate| {
            (rate.valid_on, (rate.from_currency, rate.to_currency))
        }))
    }

    /// Enters an exchange rate.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`], [`Error::Refused`] with `rate-exists` when there is one for that day.
    pub async fn add_exchange_rate(&self, actor: &Actor, new: NewExchangeRate) -> Result<ExchangeRate> {
        authority::require(actor, Permission::ManageTariffs)?;
        let source = new.source.trim();
        refuse(&[
            ("rate", "above-zero", new.rate > Decimal::ZERO),
            ("rate", "out-of-range", new.rate <= MOST),
            ("to", "same-currency", new.from != new.to),
            ("source", "required", !source.is_empty()),
            ("source", "too-long", source.chars().count() <= LONGEST_SOURCE),
            ("valid_on", "out-of-range", YEARS.contains(&new.valid_on.year())),
        ])?;
        let rate = ExchangeRate {
            id: self.0.new_id(),
            seller_id: actor.seller,
            from_currency: new.from,
            to_currency: new.to,
            rate: new.rate.normalize(),
            source: source.to_owned(),
            valid_on: new.valid_on,
            created_at: self.0.now(),
        };
        let tx = self.0.store().begin().await?;
        store::rate::insert_exchange_rate(&tx, &rate)
            .await
            .map_err(|error| exists(error, rate.valid_on))?;
        audit::append(
            &tx,
            self.0,
            actor,
            "money.exchange_rate",
            &rate.id,
            of_exchange(&rate),
        );
        tx.commit().await?;
        Ok(rate)
    }

    /// Removes an exchange rate whose day has not come.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Refused`] with `rate-in-force` from its day on.
    pub async fn remove_exchange_rate(&self, actor: &Actor, id: ExchangeRateId) -> Result<ExchangeRate> {
        authority::require(actor, Permission::ManageTariffs)?;
        let tx = self.0.store().begin().await?;
        let found = store::rate::exchange_rate(&tx, id).await?;
        let rate = found.ok_or(Error::NotFound)?;
        authority::see(actor, rate.seller_id, None)?;
        self.require_to_come(rate.valid_on)?;
        if !store::rate::delete_exchange_rate(&tx, id).await? {
            return Err(Error::NotFound);
        }
        audit::append(
            &tx,
            self.0,
            actor,
            "money.exchange_rate_removed",
            &id,
            of_exchange(&rate),
        );
        tx.commit().await?;
        Ok(rate)
    }

    /// Refuses what is to change a rate once its day has come.
    fn require_to_come(&self, begins: Date) -> Result<()> {
        if begins > self.0.today() {
            return Ok(());
        }
        Err(Error::Refused(Refusal::new("rate-in-force").with("day", begins)))
    }
}

/// How each of the rates, newest first, stands on a day; `of` tells its day and what it is a rate of.
fn dated<R, K: Eq + Hash>(rates: Vec<R>, today: Date, of: impl Fn(&R) -> (Date, K)) -> Vec<Dated<R>> {
    let mut followed = HashSet::new();
    rates
        .into_iter()
        .map(|rate| {
            let (begins, key) = of(&rate);
            let standing = if begins > today {
                Standing::ToCome
            } else if followed.insert(key) {
                Standing::InForce
            } else {
                Standing::Past
            };
            Dated { rate, standing }
        })
        .collect()
}

fn of_tax(rate: &TaxRate) -> serde_json::Value {
    json!({
        "country": rate.country, "kind": rate.account_kind, "percent": rate.percent, "from": rate.valid_from,
    })
}

fn of_exchange(rate: &ExchangeRate) -> serde_json::Value {
    json!({
        "from": rate.from_currency, "to": rate.to_currency, "rate": rate.rate, "source": rate.source,
        "on": rate.valid_on,
    })
}

fn refuse(fields: &[(&str, &'static str, bool)]) -> Result<()> {
    let problems: Vec<_> = fields
        .iter()
        .filter(|(_, _, is_good)| !is_good)
        .map(|&(field, code, _)| FieldProblem {
            field: field.to_owned(),
            code,
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}

fn exists(error: store::Error, begins: Date) -> Error {
    match error {
        store::Error::Duplicate { .. } => Error::Refused(Refusal::new("rate-exists").with("day", begins)),
        other => other.into(),
    }
}
