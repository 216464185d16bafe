//! `certbroker module …` and `certbroker catalogue …`

use std::str::FromStr;

use clap::{Args, Subcommand};

/// `certbroker module …`
#[derive(Debug, Subcommand)]
#[command(after_help = MODULE_EXAMPLES)]
pub(crate) enum ModuleCommand {
    /// List the connectors that this program knows, with their settings
    Kinds,
    /// Connect a CA account; the connection is checked before it is saved
    #[command(after_help = ADD_EXAMPLES)]
    Add(Box<AddModule>),
    /// Check the connection now and show what was found
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
    /// Show or set the log level (0 to 9) of a module; a running server follows at once
    Log {
        /// Name or id of the module
        module: String,
        /// New level; shows the present one when left out
        #[arg(value_parser = clap::value_parser!(u8).range(0..=9))]
        level: Option<u8>,
    },
    /// Compare with the CAs' own lists of orders; lifts the stop of purchases after a restore when all agree
    Reconcile,
    /// List the orders at the CA that were not made here, as the last comparison saw them
    Orders(ListOrders),
    /// Take over orders that are at the CA: as services of an account, or as the certificate of a service
    #[command(after_help = ADOPT_EXAMPLES)]
    Adopt(Box<AdoptOrders>),
}

/// What `module orders` lists.
#[derive(Debug, Args)]
pub(crate) struct ListOrders {
    /// Name or id of the module
    pub(crate) module: String,
    /// Only those that are before (older than the module), orphan, explained or adopted
    #[arg(long)]
    pub(crate) verdict: Option<String>,
    /// Part of a name or of the number at the CA
    #[arg(long)]
    pub(crate) search: Option<String>,
}

/// What `module adopt` needs.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("orders").required(true).args(["order", "all"]))]
#[command(group = clap::ArgGroup::new("owner").required(true).args(["account", "service"]))]
pub(crate) struct AdoptOrders {
    /// Name or id of the module
    pub(crate) module: String,
    /// Number of an order at the CA, repeatable
    #[arg(long)]
    pub(crate) order: Vec<String>,
    /// Every order with this verdict (before, orphan, explained) that can be taken over
    #[arg(long, value_name = "VERDICT", conflicts_with = "service")]
    pub(crate) all: Option<String>,
    /// Account whose services they become, by number, id or name
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// Service whose certificate the order becomes, by number, id or main name
    #[arg(long)]
    pub(crate) service: Option<String>,
    /// Tariff plan, by name or id; the one that sells the product by default
    #[arg(long, conflicts_with = "service")]
    pub(crate) tariff: Option<String>,
    /// What the account is charged for each, net, such as '15 EUR'; nothing by default
    #[arg(long, value_name = "AMOUNT", conflicts_with = "service")]
    pub(crate) charge: Option<String>,
    /// Who makes the keys of the certificates to come: certbroker stores them, or the client brings requests
    #[arg(long, default_value = "stored", value_parser = ["stored", "client"])]
    pub(crate) keys: String,
}

/// What `module add` needs.
#[derive(Debug, Args)]
pub(crate) struct AddModule {
    /// Connector, see `module kinds`
    pub(crate) kind: String,
    /// Name shown in lists
    #[arg(long)]
    pub(crate) name: String,
    /// Department that gets the tasks, by name or id; the oldest one by default
    #[arg(long)]
    pub(crate) department: Option<String>,
    /// A setting of the connector, repeatable
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(crate) set: Vec<Setting>,
    /// A secret setting: from a file (`name=@FILE`) or standard input (`name=-`)
    #[arg(long = "secret", value_name = "NAME=SOURCE")]
    pub(crate) secret: Vec<SecretSource>,
    /// Lowest is tried first
    #[arg(long, default_value_t = 10, allow_negative_numbers = true)]
    pub(crate) sort: i32,
    /// What the account at the CA should hold, in its own currency, such as '100 EUR' or 100
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) minimal_balance: Option<String>,
    /// Buy nothing below the minimal balance
    #[arg(long, requires = "minimal_balance")]
    pub(crate) block_below_minimum: bool,
    /// Save even when the check fails; the module is switched off then
    #[arg(long)]
    pub(crate) switched_off: bool,
}

/// `certbroker catalogue …`
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  certbroker catalogue import LeaderTelecom")]
pub(crate) enum CatalogueCommand {
    /// Import products and prices from the CA; doing it again changes nothing
    Import {
        /// Name or id of the module
        module: String,
    },
}

/// `name=value`
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// The setting
    pub(crate) name: String,
    /// Its value
    pub(crate) value: String,
}

impl FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok(Self {
                name: name.to_owned(),
                value: value.to_owned(),
            }),
            _ => Err("a setting is NAME=VALUE".into()),
        }
    }
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
            Some((name, source)) if source == "-" || source.starts_with('@') => Ok(Self {
                name: name.to_owned(),
                source: source.to_owned(),
            }),
            _ => Err(
                "secrets come from a file (name=@FILE) or standard input (name=-), never from the command line".into(),
            ),
        }
    }
}

const MODULE_EXAMPLES: &str = "Examples:
  certbroker module kinds
  certbroker module list --json
  certbroker module check LeaderTelecom
  certbroker module log LeaderTelecom 9
  certbroker module orders LeaderTelecom --verdict before";

const ADOPT_EXAMPLES: &str = "Examples:
  certbroker module reconcile
  certbroker module adopt LeaderTelecom --order 100023 --account A-1001
  certbroker module adopt LeaderTelecom --all before --account A-1001 --keys client --json
  certbroker module adopt LeaderTelecom --order 100023 --service S-1042

Nothing is bought. Exit code 3: some orders were left as they are, with the reason beside each";

const ADD_EXAMPLES: &str = "Examples:
  certbroker module add leadertelecom --name LeaderTelecom --department Support \\
      --set username=ops@example.net --secret password=@password.txt --sort 10 --minimal-balance '100 EUR'
  pass show ca | certbroker module add leadertelecom --name LeaderTelecom \\
      --set username=ops@example.net --secret password=-

Exit code 3: the connection does not work and nothing was saved";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_comes_from_the_command_line() {
        assert!("password=@file".parse::<SecretSource>().is_ok());
        assert!("password=-".parse::<SecretSource>().is_ok());
        for text in ["password=hunter2", "password", "password="] {
            assert!(text.parse::<SecretSource>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_value_may_hold_an_equals_sign() {
        let setting: Setting = "url=https://ca.example/?a=b".parse().unwrap();
        assert_eq!(
            (setting.name.as_str(), setting.value.as_str()),
            ("url", "https://ca.example/?a=b")
        );
        assert!("=x".parse::<Setting>().is_err());
        assert!("url".parse::<Setting>().is_err());
    }
}
