//! `certbroker tariff …`, `certbroker account …` and `certbroker order`

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand, ValueEnum};
use domain::Currency;
use pki::KeyChoice;
use rust_decimal::Decimal;

use super::Validation;

/// `certbroker tariff …`
#[derive(Debug, Subcommand)]
#[command(after_help = TARIFF_EXAMPLES)]
pub(crate) enum TariffCommand {
    /// List the tariff plans with their prices
    List,
    /// Offer a product of a module's catalogue
    Add(Box<AddTariff>),
    /// Set a price from now on
    Price(Box<SetPrice>),
}

/// What `tariff add` needs.
#[derive(Debug, Args)]
pub(crate) struct AddTariff {
    /// Name shown to clients; the product's by default
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Module that buys it, by name or id, repeatable in the order in which they are tried
    #[arg(long = "module", required = true, value_name = "MODULE")]
    pub(crate) modules: Vec<String>,
    /// Product at the CA, by name: case, brand and parentheses do not matter
    #[arg(long)]
    pub(crate) product: String,
    /// Percent added to the CA's price to make prices for every term the CA sells
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    pub(crate) margin: Option<Decimal>,
    /// Prices made by the margin are rounded up to a multiple of this
    #[arg(long, value_name = "AMOUNT", requires = "margin", default_value = "0")]
    pub(crate) round_up_to: Decimal,
    /// Currency of the prices made by the margin
    #[arg(long, requires = "margin", default_value = "EUR", value_parser = currency)]
    pub(crate) currency: Currency,
}

/// What `tariff price` needs.
#[derive(Debug, Args)]
pub(crate) struct SetPrice {
    /// Name or id of the tariff plan
    pub(crate) tariff: String,
    /// Years of the paid term
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10))]
    pub(crate) years: u32,
    /// Currency of the amounts
    #[arg(long, value_parser = currency)]
    pub(crate) currency: Currency,
    /// Net price of the term with the included names
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) period: Decimal,
    /// Net price of each further name
    #[arg(long, default_value = "0", allow_negative_numbers = true)]
    pub(crate) extra_name: Decimal,
    /// Net price of each further wildcard name
    #[arg(long, default_value = "0", allow_negative_numbers = true)]
    pub(crate) extra_wildcard: Decimal,
}

/// `certbroker account …`
#[derive(Debug, Subcommand)]
#[command(after_help = ACCOUNT_EXAMPLES)]
pub(crate) enum AccountCommand {
    /// List the accounts with their balances
    List {
        /// Only those with this in their name, number or tax number
        #[arg(long)]
        search: Option<String>,
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Open an account with its first user
    Add(Box<AddAccount>),
    /// Book incoming money
    Credit {
        /// Number, id or name of the account
        account: String,
        /// Amount in the account's currency, such as 100 or '100 EUR'
        #[arg(allow_negative_numbers = true)]
        amount: String,
        /// What the document says
        #[arg(long, default_value = "Payment received")]
        note: String,
    },
}

/// What `account add` needs.
#[derive(Debug, Args)]
pub(crate) struct AddAccount {
    /// Name of the company or person
    #[arg(long)]
    pub(crate) name: String,
    /// Country, two letters
    #[arg(long)]
    pub(crate) country: String,
    /// Company or person
    #[arg(long, value_enum, default_value = "company")]
    pub(crate) kind: KindOfAccount,
    /// VAT or tax number
    #[arg(long, default_value = "")]
    pub(crate) tax_number: String,
    /// Currency of balance and prices; it never changes
    #[arg(long, default_value = "EUR", value_parser = currency)]
    pub(crate) currency: Currency,
    /// Language of its mails
    #[arg(long, value_enum, default_value = "en")]
    pub(crate) language: Language,
    /// Mail address of its first user
    #[arg(long)]
    pub(crate) email: String,
    /// Name of its first user; the account's by default
    #[arg(long, value_name = "NAME")]
    pub(crate) user_name: Option<String>,
    /// Password of its first user: `@FILE` or `-` for standard input. Without one the user asks for a reset
    #[arg(long, value_name = "SOURCE")]
    pub(crate) password: Option<String>,
}

/// Who stands behind an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindOfAccount {
    /// A company
    Company,
    /// A person
    Person,
}

/// The languages there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// English
    En,
    /// Russian
    Ru,
}

impl Language {
    /// The tag that is stored.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }
}

/// `certbroker order`
#[derive(Debug, Args)]
#[command(after_help = ORDER_EXAMPLES)]
pub(crate) struct Order {
    /// Number, id or name of the account
    #[arg(long)]
    pub(crate) account: String,
    /// Name or id of the tariff plan
    #[arg(long)]
    pub(crate) tariff: String,
    /// Years to pay for
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10))]
    pub(crate) years: u32,
    /// Name in the certificate; the first is the main name. The request's names by default
    #[arg(long, value_name = "NAME", required_unless_present = "csr")]
    pub(crate) domain: Vec<String>,
    /// Use this request instead of making a key
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key_out", "store_key", "key"])]
    pub(crate) csr: Option<PathBuf>,
    /// Kind of the key that is made: p256, p384, rsa2048, rsa3072 or rsa4096
    #[arg(long, value_name = "KIND", default_value = "p256")]
    pub(crate) key: KeyChoice,
    /// Write the private key, which is not kept here, into this new file
    #[arg(long, value_name = "FILE", conflicts_with = "store_key")]
    pub(crate) key_out: Option<PathBuf>,
    /// Keep the private key here, sealed; the client agreed to that
    #[arg(long)]
    pub(crate) store_key: bool,
    /// How control over the names is proven
    #[arg(long, value_enum, default_value = "dns")]
    pub(crate) validation: Validation,
    /// Address that gets the validation mail, for all names or for one (`NAME=ADDRESS`), repeatable
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) approver: Vec<Approver>,
    #[command(flatten)]
    pub(crate) contact: ContactOptions,
    /// TOML or JSON file with the organisation's data, for OV and EV
    #[arg(long, value_name = "FILE")]
    pub(crate) org: Option<PathBuf>,
    /// Your own reference, unique in the account; asking again with it orders nothing new
    #[arg(long)]
    pub(crate) reference: Option<String>,
    /// Work on the order here until the certificate is issued or the client has to do something
    #[arg(long)]
    pub(crate) wait: bool,
    /// Seconds after which --wait gives up; the order goes on
    #[arg(long, value_name = "SECONDS", default_value_t = 600, requires = "wait")]
    pub(crate) wait_at_most: u64,
}

/// Whom the CA may call. Name and address come from the account's first user unless given.
#[derive(Debug, Args)]
#[command(next_help_heading = "Whom the CA may call")]
pub(crate) struct ContactOptions {
    /// TOML or JSON file with `first_name`, `last_name`, `title`, `email` and `phone`
    #[arg(long = "contact", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Given name
    #[arg(long, value_name = "NAME")]
    pub(crate) first_name: Option<String>,
    /// Family name
    #[arg(long, value_name = "NAME")]
    pub(crate) last_name: Option<String>,
    /// Position, such as 'Head of IT'
    #[arg(long, value_name = "TITLE")]
    pub(crate) job_title: Option<String>,
    /// Mail address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// Phone with country code
    #[arg(long, value_name = "NUMBER")]
    pub(crate) phone: Option<String>,
}

/// `ADDRESS`, or `NAME=ADDRESS`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approver {
    /// The name that it approves; all when empty
    pub(crate) name: Option<String>,
    /// The mail address
    pub(crate) address: String,
}

impl FromStr for Approver {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, address) = match text.split_once('=') {
            Some((name, address)) => (Some(name.to_owned()), address),
            None => (None, text),
        };
        if address.contains('@') {
            Ok(Self {
                name,
                address: address.to_owned(),
            })
        } else {
            Err("an approver is ADDRESS or NAME=ADDRESS".into())
        }
    }
}

/// A currency, with capitals or without.
pub(super) fn currency(text: &str) -> Result<Currency, String> {
    text.to_ascii_uppercase()
        .parse()
        .map_err(|_| "a currency has three letters, such as EUR".to_owned())
}

const TARIFF_EXAMPLES: &str = "Examples:
  certbroker tariff add --module LeaderTelecom --product PositiveSSL --margin 120 --round-up-to 1
  certbroker tariff price PositiveSSL --years 2 --currency EUR --period 19.90
  certbroker tariff list";

const ACCOUNT_EXAMPLES: &str = "Examples:
  certbroker account add --name 'Client One GmbH' --country DE --email ada@client-one.example --password @password.txt
  certbroker account credit A-1 250.00 --note 'Bank transfer 4711'";

const ORDER_EXAMPLES: &str = "Examples:
  certbroker order --account A-1 --tariff PositiveSSL --domain www.example.net --phone '+49 30 1234567' --key-out www.key
  certbroker order --account A-1 --tariff PositiveSSL --csr www.csr --phone '+49 30 1234567' --wait
  certbroker order --account A-1 --tariff 'InstantSSL OV' --csr www.csr --contact contact.toml --org org.toml

An order is worked on by the running server, or here with --wait: until the client has something to publish, and when it
is asked for again with the same --reference, until the certificate is issued.
Exit codes: 0 ordered (with --wait: issued, or the client has to publish what is shown), 1 the order needs a person,
3 refused: nothing was ordered (with --wait: or the CA refused it), 4 --wait gave up; the order goes on";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approver_is_for_one_name_or_for_all() {
        let all: Approver = "admin@example.net".parse().unwrap();
        assert_eq!(all.name, None);
        let one: Approver = "www.example.net=admin@example.net".parse().unwrap();
        assert_eq!(one.name.as_deref(), Some("www.example.net"));
        assert_eq!(one.address, "admin@example.net");
        assert!("admin".parse::<Approver>().is_err());
    }

    #[test]
    fn a_currency_may_be_typed_small() {
        assert_eq!(currency("eur"), Ok(Currency::EUR));
        assert!(currency("euro").is_err());
    }
}
