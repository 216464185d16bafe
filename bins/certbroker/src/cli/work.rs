//! `certbroker service …`, `certbroker operation …` and `certbroker task …`

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use domain::state::ServiceState;

/// `certbroker service …`
#[derive(Debug, Subcommand)]
#[command(after_help = SERVICE_EXAMPLES)]
pub(crate) enum ServiceCommand {
    /// List services, newest first
    List {
        /// Only of this account: number, id or name
        #[arg(long)]
        account: Option<String>,
        /// Only in this state, repeatable: opening, `waiting_for_validation`, `waiting_for_issue`, active, suspended,
        /// failed or closed
        #[arg(long)]
        state: Vec<ServiceState>,
        /// Only those that end within so many days, the overdue ones among them
        #[arg(long, value_name = "DAYS")]
        ends_within: Option<u16>,
        /// Search in names, numbers, clients and CA orders
        #[arg(long)]
        search: Option<String>,
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Show one service whole: dates, names, what must be published, certificates, operations, money
    Show {
        /// Number, id or main name
        service: String,
    },
    /// Download the certificate
    Download {
        /// Number, id or main name
        service: String,
        /// What to download
        #[arg(long, value_enum, default_value = "fullchain")]
        format: Form,
        /// New password of a PKCS#12 file: `@FILE` or `-` for standard input
        #[arg(long, value_name = "SOURCE")]
        password: Option<String>,
        /// File; standard output by default. Files with a private key are for their owner only
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// The forms of a download as they are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// The certificate alone, PEM
    #[value(alias = "pem")]
    Certificate,
    /// The CA certificates without the root, PEM
    #[value(alias = "chain", alias = "ca")]
    Intermediates,
    /// The certificate and the CA certificates, PEM: what most servers want
    Fullchain,
    /// The root, PEM
    Root,
    /// The certificate alone, DER
    Der,
    /// All PEM files in an archive
    Zip,
    /// The same with the stored private key
    ZipWithKey,
    /// The stored private key, PEM
    #[value(alias = "key")]
    PrivateKey,
    /// Certificate and stored private key for present programs
    Pkcs12,
    /// The same for old programs
    Pkcs12Compatible,
}

/// `certbroker operation …`
#[derive(Debug, Subcommand)]
#[command(after_help = OPERATION_EXAMPLES)]
pub(crate) enum OperationCommand {
    /// List operations that are not finished, newest first
    List {
        /// Finished ones too
        #[arg(long)]
        all: bool,
        /// Only those whose last attempt failed
        #[arg(long, conflicts_with = "all")]
        in_trouble: bool,
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Show one with its attempts, modules and purchases
    Show {
        /// Number or id
        operation: String,
    },
    /// Start it again now from the step at which it stopped
    Retry {
        /// Number or id
        operation: String,
    },
}

/// `certbroker task …`
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Examples:\n  certbroker task list\n  certbroker task done T-3 --comment 'Topped up the account'"
)]
pub(crate) enum TaskCommand {
    /// List open tasks, newest first
    List {
        /// Finished ones too
        #[arg(long)]
        all: bool,
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Finish a task
    Done {
        /// Number or id
        task: String,
        /// What was done
        #[arg(long)]
        comment: Option<String>,
    },
}

const SERVICE_EXAMPLES: &str = "Examples:
  certbroker service list --state active --ends-within 30
  certbroker service show S-1042
  certbroker service download S-1042 --format fullchain --out fullchain.pem
  certbroker service download S-1042 --format pkcs12 --password @password.txt --out www.p12";

const OPERATION_EXAMPLES: &str = "Examples:
  certbroker operation list --in-trouble
  certbroker operation show O-311
  certbroker operation retry O-311";
