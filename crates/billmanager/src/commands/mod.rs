//! What is done for each command (protocol facts §12).

mod account;
mod approver;
mod buying;
mod forms;
mod opening;
mod order;
mod plain;
mod reissuing;
mod sync;
mod tasks;
mod validating;

use crate::{
    Failure, Kind,
    lock::ItemLock,
    run::{Account, Session},
    service::Service,
    xml::Element,
};

pub use self::buying::{Decision, decide, show};

macro_rules! commands {
    ($($name:ident = $word:literal,)*) => {
        /// A command that a certificate module can receive.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Command {
            $(#[doc = concat!("`", $word, "`")] $name,)*
        }

        impl Command {
            /// Every command.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The command of this name.
            #[must_use]
            pub fn of(name: &str) -> Option<Self> {
                match name {
                    $($word => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Its name.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

commands! {
    Features = "features",
    CheckConnection = "check_connection",
    TuneConnection = "tune_connection",
    UserCreate = "usercreate",
    Approver = "approver",
    Open = "open",
    Prolong = "prolong",
    Reopen = "reopen",
    SyncItem = "sync_item",
    Close = "close",
    Suspend = "suspend",
    Resume = "resume",
    SetParam = "setparam",
    CancelProlong = "cancel_prolong",
    ProlongAddon = "prolong_addon",
    CheckParam = "check_param",
    CheckAddon = "check_addon",
    GenKey = "gen_key",
    SuitableModule = "get_suitable_module",
    TuningParam = "tuning_param",
    TuneServiceProfile = "tune_service_profile",
    ValidateServiceProfile = "validate_service_profile",
    SyncPricelist = "sync_pricelist",
    SyncServer = "sync_server",
    SyncIpList = "sync_iplist",
    ServerConfig = "get_server_config",
    Stat = "stat",
    Import = "import",
    ImportPricelist = "import_pricelist",
    Balance = "getbalance",
    ValidateDns = "send_dv_dns",
    ValidateEmail = "send_dv_email",
}

impl Command {
    /// Whether it does nothing while the host has switched modules off (protocol facts §5.4).
    #[must_use]
    pub const fn rests(self) -> bool {
        matches!(
            self,
            Self::Open
                | Self::Resume
                | Self::Suspend
                | Self::CancelProlong
                | Self::Close
                | Self::SyncItem
                | Self::Prolong
                | Self::ProlongAddon
                | Self::Reopen
                | Self::Stat
        )
    }

    /// Whether it runs in the background, where a host that restarts is waited for.
    #[must_use]
    pub const fn is_background(self) -> bool {
        self.rests() || matches!(self, Self::SetParam | Self::Balance)
    }

    /// Whether something stands on standard input. For all others it is not looked at: it may be a terminal.
    #[must_use]
    pub const fn has_input(self) -> bool {
        matches!(
            self,
            Self::CheckConnection
                | Self::TuneConnection
                | Self::UserCreate
                | Self::Approver
                | Self::CheckParam
                | Self::CheckAddon
                | Self::SuitableModule
                | Self::TuningParam
                | Self::TuneServiceProfile
                | Self::ValidateServiceProfile
        )
    }

    /// After how many failures a person takes over (protocol facts §5.7): a prolongation is never bought twice.
    #[must_use]
    pub const fn most_tries(self) -> u64 {
        match self {
            Self::Prolong => 1,
            _ => 10,
        }
    }
}

/// Does what a command asks for. The answer goes to standard output.
///
/// # Errors
/// What the host is to be told.
pub async fn carry_out(session: &Session, command: Command, input: &str) -> Result<Option<Element>, Failure> {
    match command {
        Command::Features => Ok(Some(crate::features::document(&session.templates()))),
        Command::CheckConnection => account::check(session, &document(input)?).await.map(Some),
        Command::TuneConnection => Ok(Some(account::tune(document(input)?, session.language()))),
        Command::UserCreate => account::sign_up(session, document(input)?).map(Some),
        Command::Balance => account::balance(session).await.map(|()| None),
        Command::Approver => approver::addresses(session).await.map(Some),
        Command::Open => opening::open(session).await.map(|()| None),
        Command::Prolong => opening::prolong(session).await.map(|()| None),
        Command::Reopen => reissuing::reopen(session).await.map(|()| None),
        Command::SyncItem => sync::sync_item(session).await.map(|()| None),
        Command::Close => plain::post(session, "service.postclose").await.map(|()| None),
        Command::Suspend => plain::post(session, "service.postsuspend").await.map(|()| None),
        Command::Resume => plain::post(session, "service.postresume").await.map(|()| None),
        Command::SetParam => plain::set_param(session).await.map(|()| None),
        Command::Stat => plain::stat(session).await.map(|()| None),
        // Nothing to do for certificates: the base of the vendor's modules does as much.
        Command::CancelProlong
        | Command::ProlongAddon
        | Command::SyncPricelist
        | Command::SyncServer
        | Command::SyncIpList
        | Command::ServerConfig => Ok(None),
        Command::Import | Command::ImportPricelist => Ok(Some(Element::doc())),
        Command::CheckParam => forms::check_param(session, input).map(Some),
        Command::CheckAddon => Ok(Some(forms::ok())),
        Command::GenKey => Err(Failure::new(Kind::UnsupportedCommand).saying(command.word())),
        Command::SuitableModule => forms::suitable_module(session, &document(input)?).await.map(Some),
        Command::TuningParam => forms::tuning_param(session, document(input)?).await.map(Some),
        Command::TuneServiceProfile | Command::ValidateServiceProfile => Ok(Some(document(input)?)),
        Command::ValidateDns => validating::dns(session).await.map(|()| None),
        Command::ValidateEmail => validating::mail(session).await.map(|()| None),
    }
}

/// A service that this run alone works on, and the connection that serves it.
struct AtWork {
    service: Service,
    account: Account,
    _lock: ItemLock,
}

/// Waits for the service of the command line.
async fn at_work(session: &Session) -> Result<AtWork, Failure> {
    let item = session.item()?;
    let lock = ItemLock::take(&session.root, session.module, &*session.records, item).await?;
    let service = Service::read(&*session.records, item).await?;
    let account = session.account(service.row.connection).await?;
    Ok(AtWork {
        service,
        account,
        _lock: lock,
    })
}

fn document(input: &str) -> Result<Element, Failure> {
    Element::parse(input).map_err(|error| {
        Failure::new(Kind::BadInput)
            .saying(error.to_string())
            .because(error)
    })
}

#[cfg(test)]
mod tests;
