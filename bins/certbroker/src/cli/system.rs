//! `certbroker user …`, `certbroker key …` and `certbroker db …`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Language;

/// `certbroker user …`
#[derive(Debug, Subcommand)]
#[command(after_help = USER_EXAMPLES)]
pub(crate) enum UserCommand {
    /// Add an administrator, a member of staff, or a user of a client's account
    Add(Box<AddUser>),
    /// Set a new password; every session of the user ends
    Password {
        /// Mail address or id
        user: String,
        /// `@FILE` or `-` for standard input
        #[arg(long, value_name = "SOURCE", default_value = "-")]
        password: String,
    },
}

/// What `user add` needs.
#[derive(Debug, Args)]
pub(crate) struct AddUser {
    /// Mail address to sign in with
    #[arg(long)]
    pub(crate) email: String,
    /// Name
    #[arg(long)]
    pub(crate) name: String,
    /// administrator or staff; with --account owner, member or accountant
    #[arg(long, value_enum)]
    pub(crate) role: RoleWord,
    /// The client's account: number, id or name
    #[arg(long, required_if_eq_any = [("role", "owner"), ("role", "member"), ("role", "accountant")])]
    pub(crate) account: Option<String>,
    /// Language of pages and mails
    #[arg(long, value_enum, default_value = "en")]
    pub(crate) language: Language,
    /// `@FILE` or `-` for standard input
    #[arg(long, value_name = "SOURCE", default_value = "-")]
    pub(crate) password: String,
}

/// The roles as they are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleWord {
    /// Everything, of the seller's company
    Administrator,
    /// Daily work, of the seller's company
    Staff,
    /// Everything in one account
    Owner,
    /// Orders and downloads in one account
    Member,
    /// Statements of one account
    Accountant,
}

impl From<RoleWord> for domain::state::Role {
    fn from(typed: RoleWord) -> Self {
        match typed {
            RoleWord::Administrator => Self::Administrator,
            RoleWord::Staff => Self::Staff,
            RoleWord::Owner => Self::Owner,
            RoleWord::Member => Self::Member,
            RoleWord::Accountant => Self::Accountant,
        }
    }
}

/// `certbroker key …`
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  certbroker key rotate --data /var/lib/certbroker")]
pub(crate) enum KeyCommand {
    /// Add a master key and seal every secret anew with it; stop the server first
    Rotate,
}

/// `certbroker db …`
#[derive(Debug, Subcommand)]
#[command(after_help = DATABASE_EXAMPLES)]
pub(crate) enum DatabaseCommand {
    /// Write a backup; a server may run meanwhile
    Backup {
        /// File to write; one that is there is replaced when the new one is complete
        file: PathBuf,
    },
    /// Replace the database by a backup; purchases stay off until reconciled. Stop the server first
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

const USER_EXAMPLES: &str = "Examples:
  certbroker user add --email anna@hosting.example --name 'Anna Admin' --role administrator --password @password.txt
  certbroker user password anna@hosting.example --password @password.txt";

const DATABASE_EXAMPLES: &str = "Examples:
  certbroker db backup /var/backups/certbroker.jsonl
  certbroker db restore /var/backups/certbroker.jsonl --yes

The master keys are not in a backup: keep keys/master.keys elsewhere";
