//! Taxes and exchange rates, each from a day on.

use domain::{Clock, Currency, contact::FieldProblem, id::EntryId};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::json;
use store::{
    Conn,
    account::{Account, AccountKind},
    rate::{ExchangeRate, TaxRate},
};
use uuid::Uuid;

use super::Money;
use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    error::{Error, Result},
};

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

/// The tax rate for an account today, in percent; 0 where none was entered.
pub(crate) async fn tax_percent(engine: &Engine, conn: &dyn Conn, account: &Account) -> Result<Decimal> {
    let today = engine.clock().today(&engine.config().time_zone);
    let rate =
        store::rate::tax_rate_on(conn, account.seller_id, &account.country, account.kind, today).await?;
    Ok(rate.map_or(Decimal::ZERO, |rate| rate.percent))
}

impl Money<'_> {
    /// Every tax rate, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn tax_rates(&self, actor: &Actor) -> Result<Vec<TaxRate>> {
        authority::require(actor, Permission::SeeCosts)?;
        Ok(store::rate::tax_rates(self.0.store().reader(), actor.seller).await?)
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
        ])?;
        let rate = TaxRate {
            id: Uuid::from(self.0.new_id::<EntryId>()),
            seller_id: actor.seller,
            country: new.country,
            account_kind: new.account_kind,
            percent: new.percent,
            valid_from: new.valid_from,
            created_at: self.0.now(),
        };
        let tx = self.0.store().begin().await?;
        store::rate::insert_tax_rate(&tx, &rate).await.map_err(exists)?;
        let detail = json!({
            "country": rate.country, "kind": rate.account_kind, "percent": rate.percent, "from": rate.valid_from,
        });
        audit::append(&tx, self.0, actor, "money.tax_rate", &rate.id, detail);
        tx.commit().await?;
        Ok(rate)
    }

    /// The exchange rate today, if one was entered.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn exchange_rate(
        &self,
        actor: &Actor,
        from: Currency,
        to: Currency,
    ) -> Result<Option<ExchangeRate>> {
        authority::require(actor, Permission::SeeCosts)?;
        let today = self.0.clock().today(&self.0.config().time_zone);
        Ok(store::rate::exchange_rate_on(self.0.store().reader(), actor.seller, from, to, today).await?)
    }

    /// Enters an exchange rate.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`], [`Error::Refused`] with `rate-exists` when there is one for that day.
    pub async fn add_exchange_rate(&self, actor: &Actor, new: NewExchangeRate) -> Result<ExchangeRate> {
        authority::require(actor, Permission::ManageTariffs)?;
        refuse(&[
            ("rate", "above-zero", new.rate > Decimal::ZERO),
            ("to", "same-currency", new.from != new.to),
        ])?;
        let rate = ExchangeRate {
            id: Uuid::from(self.0.new_id::<EntryId>()),
            seller_id: actor.seller,
            from_currency: new.from,
            to_currency: new.to,
            rate: new.rate,
            source: new.source,
            valid_on: new.valid_on,
            created_at: self.0.now(),
        };
        let tx = self.0.store().begin().await?;
        store::rate::insert_exchange_rate(&tx, &rate)
            .await
            .map_err(exists)?;
        let detail = json!({ "from": new.from, "to": new.to, "rate": rate.rate, "on": rate.valid_on });
        audit::append(&tx, self.0, actor, "money.exchange_rate", &rate.id, detail);
        tx.commit().await?;
        Ok(rate)
    }
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

fn exists(error: store::Error) -> Error {
    match error {
        store::Error::Duplicate { .. } => Error::refused("rate-exists"),
        other => other.into(),
    }
}
