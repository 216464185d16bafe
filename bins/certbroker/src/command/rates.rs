//! `certbroker tax …` and `certbroker rate …`

use domain::{
    Clock as _, Currency,
    id::{ExchangeRateId, TaxRateId},
};
use engine::money::rates::{Dated, NewExchangeRate, NewTaxRate};
use jiff::civil::Date;
use serde::Serialize;
use store::{
    account::AccountKind,
    page::MAX_PAGE_SIZE,
    rate::{ExchangeRate, TaxRate},
};

use super::{desk::Desk, find::missing};
use crate::{
    cli::{AddExchangeRate, AddTaxRate, KindOfAccount, RateCommand, TaxCommand},
    output::{self, Table, spaced},
};

pub(super) async fn taxes(desk: &Desk, command: TaxCommand) -> anyhow::Result<()> {
    match command {
        TaxCommand::List { limit } => list_taxes(desk, limit).await,
        TaxCommand::Add(options) => add_tax(desk, options).await,
        TaxCommand::Remove { tax } => remove_tax(desk, tax).await,
    }
}

pub(super) async fn exchange(desk: &Desk, command: RateCommand) -> anyhow::Result<()> {
    match command {
        RateCommand::List { limit } => list_rates(desk, limit).await,
        RateCommand::Add(options) => add_rate(desk, options).await,
        RateCommand::Remove { rate } => remove_rate(desk, rate).await,
    }
}

/// A tax rate.
#[derive(Serialize)]
struct Tax {
    id: TaxRateId,
    /// None: every country that has no rate of its own.
    country: Option<String>,
    kind: &'static str,
    percent: String,
    valid_from: Date,
}

impl From<TaxRate> for Tax {
    fn from(rate: TaxRate) -> Self {
        Self {
            id: rate.id,
            country: Some(rate.country).filter(|country| !country.is_empty()),
            kind: rate.account_kind.word(),
            percent: rate.percent.normalize().to_string(),
            valid_from: rate.valid_from,
        }
    }
}

impl Tax {
    fn country(&self) -> &str {
        self.country.as_deref().unwrap_or("every other")
    }

    fn line(&self, what: &str) -> String {
        format!(
            "{} {}% for {} ({}) from {}: {}\n",
            self.id,
            self.percent,
            self.country(),
            self.kind,
            self.valid_from,
            what
        )
    }
}

/// An exchange rate.
#[derive(Serialize)]
struct Exchange {
    id: ExchangeRateId,
    from: Currency,
    to: Currency,
    rate: String,
    source: String,
    valid_on: Date,
}

impl From<ExchangeRate> for Exchange {
    fn from(rate: ExchangeRate) -> Self {
        Self {
            id: rate.id,
            from: rate.from_currency,
            to: rate.to_currency,
            rate: rate.rate.normalize().to_string(),
            source: rate.source,
            valid_on: rate.valid_on,
        }
    }
}

impl Exchange {
    fn line(&self, what: &str) -> String {
        format!(
            "{} 1 {} = {} {} ({}) from {}: {}\n",
            self.id, self.from, self.rate, self.to, self.source, self.valid_on, what
        )
    }
}

/// A rate in a list, with how it stands today.
#[derive(Serialize)]
struct Row<R> {
    #[serde(flatten)]
    rate: R,
    state: &'static str,
}

/// The first rows of a list; whether there are more is said.
fn rows<S, R: From<S>>(rates: Vec<Dated<S>>, limit: u32) -> Vec<Row<R>> {
    let most = usize::try_from(limit.min(MAX_PAGE_SIZE)).unwrap_or(usize::MAX);
    if rates.len() > most {
        output::note("there are more: raise --limit");
    }
    rates
        .into_iter()
        .take(most)
        .map(|dated| Row {
            rate: R::from(dated.rate),
            state: dated.standing.word(),
        })
        .collect()
}

async fn list_taxes(desk: &Desk, limit: u32) -> anyhow::Result<()> {
    let rates = desk.engine().money().tax_rates(desk.owner()).await?;
    let rows: Vec<Row<Tax>> = rows(rates, limit);
    output::print_rows(desk.format, &rows, |rows| {
        let mut table = Table::new(&["Country", "Kind", "Percent", "From", "State", "Id"]);
        for Row { rate, state } in rows {
            table.row([
                rate.country().to_owned(),
                rate.kind.to_owned(),
                rate.percent.clone(),
                rate.valid_from.to_string(),
                spaced(state),
                rate.id.to_string(),
            ]);
        }
        table
    })
}

async fn add_tax(desk: &Desk, options: AddTaxRate) -> anyhow::Result<()> {
    let new = NewTaxRate {
        country: options.country.trim().to_uppercase(),
        account_kind: match options.kind {
            KindOfAccount::Company => AccountKind::Company,
            KindOfAccount::Person => AccountKind::Person,
        },
        percent: options.percent,
        valid_from: options.valid_from.unwrap_or_else(|| today(desk)),
    };
    let added = desk.engine().money().add_tax_rate(desk.owner(), new).await?;
    output::print(desk.format, &Tax::from(added), |tax| tax.line("added"))
}

async fn remove_tax(desk: &Desk, id: TaxRateId) -> anyhow::Result<()> {
    let removed = desk.engine().money().remove_tax_rate(desk.owner(), id).await;
    let removed = removed.map_err(|error| missing(error, "tax rate", &id.to_string()))?;
    output::print(desk.format, &Tax::from(removed), |tax| tax.line("removed"))
}

async fn list_rates(desk: &Desk, limit: u32) -> anyhow::Result<()> {
    let rates = desk.engine().money().exchange_rates(desk.owner()).await?;
    let rows: Vec<Row<Exchange>> = rows(rates, limit);
    output::print_rows(desk.format, &rows, |rows| {
        let mut table = Table::new(&["From", "To", "Rate", "Source", "Valid on", "State", "Id"]);
        for Row { rate, state } in rows {
            table.row([
                rate.from.to_string(),
                rate.to.to_string(),
                rate.rate.clone(),
                rate.source.clone(),
                rate.valid_on.to_string(),
                spaced(state),
                rate.id.to_string(),
            ]);
        }
        table
    })
}

async fn add_rate(desk: &Desk, options: AddExchangeRate) -> anyhow::Result<()> {
    let new = NewExchangeRate {
        from: options.from,
        to: options.to,
        rate: options.rate,
        source: options.source,
        valid_on: options.valid_on.unwrap_or_else(|| today(desk)),
    };
    let added = desk.engine().money().add_exchange_rate(desk.owner(), new).await?;
    output::print(desk.format, &Exchange::from(added), |rate| rate.line("added"))
}

async fn remove_rate(desk: &Desk, id: ExchangeRateId) -> anyhow::Result<()> {
    let removed = desk.engine().money().remove_exchange_rate(desk.owner(), id).await;
    let removed = removed.map_err(|error| missing(error, "exchange rate", &id.to_string()))?;
    output::print(desk.format, &Exchange::from(removed), |rate| rate.line("removed"))
}

/// Today in the seller's time zone.
fn today(desk: &Desk) -> Date {
    let engine = desk.engine();
    engine.clock().today(&engine.config().time_zone)
}
