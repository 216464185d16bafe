//! `certbroker tax …` and `certbroker rate …`

use clap::{Args, Subcommand};
use domain::{
    Currency,
    id::{ExchangeRateId, TaxRateId},
};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{KindOfAccount, selling::currency};

/// `certbroker tax …`
#[derive(Debug, Subcommand)]
#[command(after_help = TAX_EXAMPLES)]
pub(crate) enum TaxCommand {
    /// List the tax rates, with which of them holds today
    List {
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Add a tax rate for new orders from a day on
    Add(AddTaxRate),
    /// Remove a tax rate whose day has not come
    Remove {
        /// Id of the tax rate
        tax: TaxRateId,
    },
}

/// What `tax add` needs.
#[derive(Debug, Args)]
pub(crate) struct AddTaxRate {
    /// Country of the account, two letters; without it every country that has no rate of its own
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) country: String,
    /// Accounts of companies or of persons
    #[arg(long, value_enum)]
    pub(crate) kind: KindOfAccount,
    /// The tax in percent, 0 to 100
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) percent: Decimal,
    /// From the beginning of this day; today by default
    #[arg(long, value_name = "DAY")]
    pub(crate) valid_from: Option<Date>,
}

/// `certbroker rate …`
#[derive(Debug, Subcommand)]
#[command(after_help = RATE_EXAMPLES)]
pub(crate) enum RateCommand {
    /// List the exchange rates, the newest first, with which of them holds today
    List {
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Add an exchange rate from a day on
    Add(AddExchangeRate),
    /// Remove an exchange rate whose day has not come
    Remove {
        /// Id of the exchange rate
        rate: ExchangeRateId,
    },
}

/// What `rate add` needs.
#[derive(Debug, Args)]
pub(crate) struct AddExchangeRate {
    /// One unit of this currency, in which the CA charges
    #[arg(long, value_parser = currency)]
    pub(crate) from: Currency,
    /// Currency of the prices
    #[arg(long, value_parser = currency)]
    pub(crate) to: Currency,
    /// What the one unit is worth
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) rate: Decimal,
    /// Who published it
    #[arg(long)]
    pub(crate) source: String,
    /// From the beginning of this day, until the next rate; today by default
    #[arg(long, value_name = "DAY")]
    pub(crate) valid_on: Option<Date>,
}

const TAX_EXAMPLES: &str = "Examples:
  certbroker tax add --country NL --kind company --percent 21
  certbroker tax add --kind person --percent 19 --valid-from 2027-01-01
  certbroker tax remove tax_0193f0c2a9d27c3e8a6f1f1d2b3c4d5e

An order pays the rate of its day and keeps it. A rate can be removed only before its day.";

const RATE_EXAMPLES: &str = "Examples:
  certbroker rate add --from USD --to EUR --rate 0.92 --source ECB
  certbroker rate list --json
  certbroker rate remove exr_0193f0c2a9d27c3e8a6f1f1d2b3c4d5e

Used where a CA charges in another currency than you sell in: for the margin that staff see, and for prices by the margin rule.";
