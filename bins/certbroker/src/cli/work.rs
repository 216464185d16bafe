//! `certbroker service …`, `certbroker operation …` and `certbroker task …`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use domain::state::{OperationKind, ServiceState, TaskPriority};

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
    /// Replace certificates now, the same as `replacement start`
    Replace(Box<super::StartReplacement>),
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
        /// Only of this kind: open, reissue, prolong, close
        #[arg(long)]
        kind: Option<OperationKind>,
        /// Only through this module, by name or id
        #[arg(long)]
        module: Option<String>,
        /// Only of this service, by number or id
        #[arg(long)]
        service: Option<String>,
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
    /// Stop automatic attempts and open a task
    Manual {
        /// Number or id
        operation: String,
        /// What the task says
        #[arg(long, default_value = "")]
        note: String,
    },
}

/// `certbroker task …`
#[derive(Debug, Subcommand)]
#[command(after_help = TASK_EXAMPLES)]
pub(crate) enum TaskCommand {
    /// List open tasks, the most urgent first
    List(ListTasks),
    /// Show one with its comments and its history
    Show {
        /// Number or id
        task: String,
    },
    /// Set who does it, how urgent it is, when it is due
    Set(SetTask),
    /// Write under a task
    Comment {
        /// Number or id
        task: String,
        /// What to write
        text: String,
    },
    /// Finish a task
    Done {
        /// Number or id
        task: String,
        /// What was done
        #[arg(long)]
        comment: Option<String>,
    },
    /// Drop a task whose cause is gone
    Cancel {
        /// Number or id
        task: String,
    },
    /// Open a closed task again
    Reopen {
        /// Number or id
        task: String,
    },
}

/// `certbroker task list`
#[derive(Debug, Args)]
pub(crate) struct ListTasks {
    /// Finished ones too, the newest first
    #[arg(long)]
    pub(crate) all: bool,
    /// Only of this department, by name or id
    #[arg(long)]
    pub(crate) department: Option<String>,
    /// Only of this priority: low, normal, high, urgent
    #[arg(long)]
    pub(crate) priority: Option<TaskPriority>,
    /// Only those of this member of staff, by mail address; `nobody` for those of nobody
    #[arg(long)]
    pub(crate) performer: Option<String>,
    /// Only about this service, by number or id
    #[arg(long)]
    pub(crate) service: Option<String>,
    /// Only those that should be done already
    #[arg(long, conflicts_with = "all")]
    pub(crate) overdue: bool,
    /// How many
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: u32,
}

/// `certbroker task set`
#[derive(Debug, Args)]
pub(crate) struct SetTask {
    /// Number or id
    pub(crate) task: String,
    /// Who does it, by mail address; `nobody` gives it back
    #[arg(long)]
    pub(crate) performer: Option<String>,
    /// low, normal, high, urgent
    #[arg(long)]
    pub(crate) priority: Option<TaskPriority>,
    /// A day (its end), a day and time such as 2026-12-01T15:00, or `never`
    #[arg(long)]
    pub(crate) due: Option<String>,
    /// Move it to this department, by name or id
    #[arg(long)]
    pub(crate) department: Option<String>,
}

const TASK_EXAMPLES: &str = "Examples:
  certbroker task list --overdue
  certbroker task set T-3 --priority urgent --due 2026-12-01
  certbroker task done T-3 --comment 'Topped up the account'";

const SERVICE_EXAMPLES: &str = "Examples:
  certbroker service list --state active --ends-within 30
  certbroker service show S-1042
  certbroker service download S-1042 --format fullchain --out fullchain.pem
  certbroker service download S-1042 --format pkcs12 --password @password.txt --out www.p12";

const OPERATION_EXAMPLES: &str = "Examples:
  certbroker operation list --in-trouble
  certbroker operation show O-311
  certbroker operation retry O-311";
