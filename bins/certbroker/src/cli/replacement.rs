//! `certbroker replacement …`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::state::ServiceState;
use engine::replacements::ReplacedState;

/// `certbroker replacement …`
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum ReplacementCommand {
    /// Replace certificates now: chosen by name, number or serial number, by a file, or by the filters
    Start(Box<StartReplacement>),
    /// List the runs, newest first
    List {
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Show how far a run came and whom it waits for
    Show {
        /// Number or id
        run: String,
        /// With its services
        #[arg(long)]
        services: bool,
        /// Only services in this state: queued, begun, replaced, failed, left or skipped
        #[arg(long, requires = "services")]
        state: Option<ReplacedState>,
    },
    /// Begin no more of it; what was begun goes on
    Pause {
        /// Number or id
        run: String,
    },
    /// Go on with a paused run
    Resume {
        /// Number or id
        run: String,
    },
    /// Leave what was not begun as it is; what was begun goes on
    Cancel {
        /// Number or id
        run: String,
    },
}

/// `certbroker replacement start` and `certbroker service replace`
#[derive(Debug, Args)]
#[command(after_help = START_EXAMPLES)]
pub(crate) struct StartReplacement {
    /// Service numbers, serial numbers or names
    pub(crate) certificates: Vec<String>,
    /// A list or a table with one certificate per line; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "certificates")]
    pub(crate) file: Option<PathBuf>,
    /// All that these filters leave
    #[command(flatten)]
    pub(crate) filters: ReplacementFilters,
    /// Why, for the audit trail and everybody who works on it
    #[arg(long)]
    pub(crate) why: String,
    /// Hours until all must be replaced: 24, or 120 where the rules allow five days
    #[arg(long, default_value_t = 24)]
    pub(crate) hours: u32,
    /// Show what would happen and begin nothing
    #[arg(long)]
    pub(crate) preview: bool,
}

/// Filters as of `service list`.
#[derive(Debug, Args)]
#[group(multiple = true, conflicts_with_all = ["certificates", "file"])]
pub(crate) struct ReplacementFilters {
    /// Every running certificate
    #[arg(long)]
    pub(crate) all: bool,
    /// Only through this module, by name or id
    #[arg(long)]
    pub(crate) module: Option<String>,
    /// Only of this tariff plan, by name or id
    #[arg(long)]
    pub(crate) tariff: Option<String>,
    /// Only of this account: number, id or name
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// Only in this state, repeatable
    #[arg(long)]
    pub(crate) state: Vec<ServiceState>,
    /// Only those that a search finds
    #[arg(long)]
    pub(crate) search: Option<String>,
}

impl ReplacementFilters {
    /// Whether any was given.
    pub(crate) const fn is_given(&self) -> bool {
        self.all
            || self.module.is_some()
            || self.tariff.is_some()
            || self.account.is_some()
            || !self.state.is_empty()
            || self.search.is_some()
    }
}

const EXAMPLES: &str = "Examples:
  certbroker replacement start --module LeaderTelecom --why 'Sectigo incident 1234' --preview
  certbroker replacement show R-1
  certbroker replacement show R-1 --services --state begun --json";

const START_EXAMPLES: &str = "Examples:
  certbroker replacement start S-17 www.example.net --why 'key published'
  certbroker replacement start --file serials.csv --why 'mass revocation' --preview
  certbroker replacement start --all --why 'mass revocation' --hours 120";
