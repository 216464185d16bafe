//! The command line: what can be asked, with help and examples. What it does stands in `command/`.

mod clock;
mod demo;
mod module;
mod rates;
mod replacement;
mod selling;
mod system;
mod work;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use clock::ClockCommand;
pub(crate) use demo::{Demo, Validation};
pub(crate) use module::{AddModule, AdoptOrders, CatalogueCommand, ListOrders, ModuleCommand};
pub(crate) use rates::{AddExchangeRate, AddTaxRate, RateCommand, TaxCommand};
pub(crate) use replacement::{ReplacementCommand, StartReplacement};
pub(crate) use selling::{
    AccountCommand, AddAccount, AddTariff, Approver, ContactOptions, KindOfAccount, Language, Order,
    SetPrice, TariffCommand,
};
pub(crate) use system::{AddUser, DatabaseCommand, KeyCommand, UserCommand};
pub(crate) use work::{Form, ListTasks, OperationCommand, ServiceCommand, SetTask, TaskCommand};

/// Sells, issues and keeps alive SSL certificates.
#[derive(Debug, Parser)]
#[command(name = "certbroker", version, max_term_width = 110, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What holds for every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Configuration file; without it, `certbroker.toml` in the data folder, if there
    #[arg(long, global = true, value_name = "FILE", env = "CERTBROKER_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Data folder: database, instance id, master keys, logs
    #[arg(long, global = true, value_name = "DIR", env = "CERTBROKER_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server: admin area, client area, REST API, scheduler
    Serve(Serve),
    /// Run everything on this machine, with a simulated CA and sample data
    Demo(Demo),
    /// Processing modules: the configured connections to CAs
    #[command(subcommand)]
    Module(ModuleCommand),
    /// The catalogue of a processing module
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Tariff plans
    #[command(subcommand)]
    Tariff(TariffCommand),
    /// Taxes by country and kind of account
    #[command(subcommand)]
    Tax(TaxCommand),
    /// Exchange rates, for margins where currencies differ
    #[command(subcommand)]
    Rate(RateCommand),
    /// Accounts of clients
    #[command(subcommand)]
    Account(AccountCommand),
    /// Order a certificate for an account
    Order(Box<Order>),
    /// Services: what clients bought
    #[command(subcommand)]
    Service(ServiceCommand),
    /// Operations: units of automatic work
    #[command(subcommand)]
    Operation(OperationCommand),
    /// Tasks: work for people
    #[command(subcommand)]
    Task(TaskCommand),
    /// Replace many certificates now: mass revocation, keys that may be known
    #[command(subcommand)]
    Replacement(ReplacementCommand),
    /// Users who sign in
    #[command(subcommand)]
    User(UserCommand),
    /// The clocks; in a demo, the time machine
    #[command(subcommand)]
    Clock(ClockCommand),
    /// Master keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// The database
    #[command(subcommand, name = "db")]
    Database(DatabaseCommand),
}

/// `certbroker serve`
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to listen on; the configuration's by default
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<std::net::SocketAddr>,
}

const EXAMPLES: &str = "Examples:
  certbroker demo                                 try everything, nothing leaves this machine
  certbroker serve --data /var/lib/certbroker     run the server
  certbroker module add leadertelecom --name LeaderTelecom --set username=ops@example.net --secret password=@password.txt
  certbroker order --account A-1 --tariff PositiveSSL --domain www.example.net --phone '+49 30 1234567' --key-out www.key

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused (not found, not allowed, bad input), 4 a service did not answer";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
