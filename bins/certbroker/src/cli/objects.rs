//! Commands on the objects of the system. Objects are named by number (`S-1042`), id or name.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand};

use super::Validation;

/// `certbroker module …`
#[derive(Debug, Subcommand)]
pub(crate) enum ModuleCommand {
    /// List the connectors that this program knows, with their settings
    Kinds,
    /// Connect a CA account; the connection is checked before it is saved
    #[command(after_help = "Example:
  certbroker module add leadertelecom --name LeaderTelecom --department Support \\
      --set username=ops@example.net --secret password=@password.txt --sort 10 --minimal-balance '100 EUR'")]
    Add(Box<AddModule>),
    /// Check the connection now
    Check {
        /// Name or id of the module
        module: String,
    },
    /// List the processing modules
    List,
    /// Read the balance at the CA now
    Balance {
        /// Name or id of the module
        module: String,
    },
    /// Show or set the log level (0 to 9) of a module
    Log {
        /// Name or id of the module
        module: String,
        /// New level; shows the present one when left out
        level: Option<u8>,
    },
}

/// What `module add` needs.
#[derive(Debug, Args)]
pub(crate) struct AddModule {
    /// Connector, see `module kinds`
    pub(crate) kind: String,
    /// Name shown in lists
    #[arg(long)]
    pub(crate) name: String,
    /// Department that gets the tasks; the first one by default
    #[arg(long)]
    pub(crate) department: Option<String>,
    /// A setting of the connector, repeatable
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    /// A secret setting: from a file (`name=@FILE`) or standard input (`name=-`)
    #[arg(long = "secret", value_name = "NAME=SOURCE")]
    pub(crate) secret: Vec<SecretSource>,
    /// Lowest is tried first
    #[arg(long, default_value_t = 10)]
    pub(crate) sort: i32,
    /// What the account at the CA must hold, such as '100 EUR'
    #[arg(long, value_name = "AMOUNT CURRENCY")]
    pub(crate) minimal_balance: Option<String>,
    /// No purchases below the minimal balance
    #[arg(long)]
    pub(crate) block_below_minimum: bool,
    /// Save even when the check fails; the module is then switched off
    #[arg(long)]
    pub(crate) switched_off: bool,
}

/// `certbroker catalogue …`
#[derive(Debug, Subcommand)]
pub(crate) enum CatalogueCommand {
    /// Import products and prices from the CA
    Import {
        /// Name or id of the module
        module: String,
    },
}

/// `certbroker tariff …`
#[derive(Debug, Subcommand)]
pub(crate) enum TariffCommand {
    /// List the tariff plans with their prices
    List,
    /// Offer a product of a module's catalogue
    Add(Box<AddTariff>),
    /// Set a price from today on
    Price(Box<SetPrice>),
}

/// What `tariff add` needs.
#[derive(Debug, Args)]
pub(crate) struct AddTariff {
    /// Name shown to clients
    #[arg(long)]
    pub(crate) name: String,
    /// Module that buys it, repeatable in order
    #[arg(long = "module", required = true)]
    pub(crate) modules: Vec<String>,
    /// Product at the CA, by name
    #[arg(long)]
    pub(crate) product: String,
    /// Percent added to the CA's price to make prices for every term the CA sells
    #[arg(long, value_name = "PERCENT")]
    pub(crate) margin: Option<String>,
}

/// What `tariff price` needs.
#[derive(Debug, Args)]
pub(crate) struct SetPrice {
    /// Name or id of the tariff plan
    pub(crate) tariff: String,
    /// Years of the paid term
    #[arg(long, default_value_t = 1)]
    pub(crate) years: u32,
    /// Currency of the amounts
    #[arg(long)]
    pub(crate) currency: String,
    /// Net price of the term with the included names
    #[arg(long)]
    pub(crate) period: String,
    /// Net price of each further name
    #[arg(long, default_value = "0")]
    pub(crate) extra_name: String,
    /// Net price of each further wildcard name
    #[arg(long, default_value = "0")]
    pub(crate) extra_wildcard: String,
}

/// `certbroker account …`
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Open an account
    Add {
        /// Name of the company or person
        #[arg(long)]
        name: String,
        /// Country, two letters
        #[arg(long)]
        country: String,
        /// Currency of the account
        #[arg(long, default_value = "EUR")]
        currency: String,
        /// Mail address of its first user
        #[arg(long)]
        email: String,
        /// Password of its first user: `@FILE` or `-` for standard input
        #[arg(long, value_name = "SOURCE")]
        password: Option<String>,
    },
    /// Book incoming money
    Credit {
        /// Number, id or name of the account
        account: String,
        /// Amount in the account's currency
        amount: String,
        /// What the document says
        #[arg(long, default_value = "Payment received")]
        note: String,
    },
}

/// `certbroker order`
#[derive(Debug, Args)]
pub(crate) struct Order {
    /// Number, id or name of the account
    #[arg(long)]
    pub(crate) account: String,
    /// Name or id of the tariff plan
    #[arg(long)]
    pub(crate) tariff: String,
    /// Years to pay for
    #[arg(long, default_value_t = 1)]
    pub(crate) years: u32,
    /// Name in the certificate; the first is the main name
    #[arg(long, value_name = "NAME")]
    pub(crate) domain: Vec<String>,
    /// Use this request instead of making a key
    #[arg(long, value_name = "FILE")]
    pub(crate) csr: Option<PathBuf>,
    /// How control over the names is proven
    #[arg(long, value_enum, default_value = "dns")]
    pub(crate) validation: Validation,
    /// Address that gets the validation mail
    #[arg(long)]
    pub(crate) approver: Option<String>,
    /// TOML or JSON file with the organisation's data
    #[arg(long, value_name = "FILE")]
    pub(crate) org: Option<PathBuf>,
    /// Your own reference, unique; asking again with it orders nothing new
    #[arg(long)]
    pub(crate) reference: Option<String>,
}

/// `certbroker service …`
#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// List services
    List {
        /// Only of this account
        #[arg(long)]
        account: Option<String>,
        /// Only in this state
        #[arg(long)]
        state: Option<String>,
        /// Search in names, numbers and orders
        #[arg(long)]
        search: Option<String>,
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Show one service whole
    Show {
        /// Number or id
        service: String,
    },
    /// Download a certificate
    Download {
        /// Number or id
        service: String,
        /// pem, fullchain, chain, zip, pkcs12, pkcs12-compatible or key
        #[arg(long, default_value = "fullchain")]
        format: String,
        /// File; standard output by default
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// `certbroker operation …`
#[derive(Debug, Subcommand)]
pub(crate) enum OperationCommand {
    /// List operations that are not finished
    List {
        /// Finished ones too
        #[arg(long)]
        all: bool,
    },
    /// Show one with its attempts
    Show {
        /// Number or id
        operation: String,
    },
    /// Start it again now
    Retry {
        /// Number or id
        operation: String,
    },
}

/// `certbroker task …`
#[derive(Debug, Subcommand)]
pub(crate) enum TaskCommand {
    /// List open tasks
    List {
        /// Finished ones too
        #[arg(long)]
        all: bool,
    },
    /// Finish a task
    Done {
        /// Number or id
        task: String,
        /// What was done
        #[arg(long, default_value = "")]
        comment: String,
    },
}

/// `certbroker user …`
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add an administrator or a member of staff
    Add {
        /// Mail address to sign in with
        #[arg(long)]
        email: String,
        /// Name
        #[arg(long)]
        name: String,
        /// administrator or staff
        #[arg(long, default_value = "staff")]
        role: String,
        /// `@FILE` or `-` for standard input
        #[arg(long, value_name = "SOURCE", default_value = "-")]
        password: String,
    },
    /// Set a new password; every session of the user ends
    Password {
        /// Mail address
        email: String,
        /// `@FILE` or `-` for standard input
        #[arg(long, value_name = "SOURCE", default_value = "-")]
        password: String,
    },
}

/// `certbroker key …`
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Add a master key and seal every secret again with it
    Rotate,
}

/// `certbroker db …`
#[derive(Debug, Subcommand)]
pub(crate) enum DatabaseCommand {
    /// Write a backup while the server runs
    Backup {
        /// File to write
        file: PathBuf,
    },
    /// Replace the database by a backup; purchases stay off until reconciled
    Restore {
        /// File to read
        file: PathBuf,
        /// Yes, replace what is there
        #[arg(long)]
        yes: bool,
    },
    /// Bring the schema up to date
    Migrate,
}

/// `name=@FILE` or `name=-`
#[derive(Debug, Clone)]
pub(crate) struct SecretSource {
    /// The setting
    pub(crate) name: String,
    /// Where its value comes from
    pub(crate) source: String,
}

impl FromStr for SecretSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, source)) if source == "-" || source.starts_with('@') => {
                Ok(Self { name: name.to_owned(), source: source.to_owned() })
            }
            _ => Err("secrets come from a file (name=@FILE) or standard input (name=-), never from the command line".into()),
        }
    }
}
