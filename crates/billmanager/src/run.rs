//! From the command line to the answer.

use std::{
    future::Future,
    sync::{Arc, OnceLock},
};

use ca::{Connector, connector::Resolver};
use domain::Clock;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::{
    Failure, Kind, Module, Root,
    arguments::{Arguments, Key},
    commands::{self, Command},
    connection::{Label, Parameters},
    host::{Host, Patience},
    records::{HostTime, Records},
    secret::HostKey,
    template::Templates,
    texts::Language,
    xml::Element,
};

/// What a run works with. The executable makes it; tests put others in the place of host and database.
pub struct Session {
    /// Which module this is.
    pub module: Module,
    /// The host's folder.
    pub root: Root,
    /// The host's functions.
    pub host: Host,
    /// The host's database.
    pub records: Arc<dyn Records>,
    /// The machine's clock.
    pub machine: Arc<dyn Clock>,
    /// Finds the CA's addresses.
    pub resolver: Arc<dyn Resolver>,
    /// The command line.
    pub arguments: Arguments,
    /// The connection that this run uses, once it is known.
    pub used: OnceLock<Label>,
    /// The language of tasks that this connection says.
    pub task_language: OnceLock<Language>,
    /// The last lines of the log under an operation.
    pub log: Box<dyn Fn() -> Vec<String> + Send + Sync>,
}

/// How long a host that is away is waited for with this command: nobody waits a day in a form.
#[must_use]
pub fn patience(command: &str) -> Patience {
    match Command::of(command) {
        Some(command) if command.is_background() => Patience::Long,
        _ => Patience::Short,
    }
}

/// Does what the command line asks for and tells the host of a failure. Never fails: a failure is the document and the exit status.
pub async fn run(session: &Session, input: impl FnOnce() -> String) -> Result<Option<Element>, Failure> {
    let done = answer(session, input).await;
    if let Err(failure) = &done {
        tracing::error!(failure = %failure.frames().join(": "), "the command failed");
        crate::report::tell(session, failure).await;
    }
    done
}

async fn answer(session: &Session, input: impl FnOnce() -> String) -> Result<Option<Element>, Failure> {
    let name = session.arguments.text(Key::Command);
    let command = Command::of(name).ok_or_else(|| Failure::new(Kind::UnknownCommand).saying(name))?;
    if command.rests() && session.root.do_nothing().exists() {
        tracing::info!("etc/billmgr.DoNothing is there: nothing is done");
        return Ok(None);
    }
    let text = if command.has_input() {
        input()
    } else {
        String::new()
    };
    commands::carry_out(session, command, &text).await
}

/// The host's clock: the machine's, moved by what the two differ.
#[derive(Clone)]
pub struct HostClock {
    machine: Arc<dyn Clock>,
    ahead: SignedDuration,
    zone: TimeZone,
}

impl Clock for HostClock {
    fn now(&self) -> Timestamp {
        let now = self.machine.now();
        domain::clock::to_micros(now.checked_add(self.ahead).unwrap_or(now))
    }
}

impl HostClock {
    /// Today in the host's zone.
    #[must_use]
    pub fn date(&self) -> Date {
        self.today(&self.zone)
    }

    /// The day of an instant in the host's zone.
    #[must_use]
    pub fn day_of(&self, instant: Timestamp) -> Date {
        instant.to_zoned(self.zone.clone()).date()
    }

    /// The host's zone.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

/// A connection with its connector.
pub struct Account {
    /// Which it is.
    pub label: Label,
    /// Its parameters.
    pub parameters: Parameters,
    /// The CA.
    pub connector: Arc<dyn Connector>,
    /// The host's clock.
    pub clock: HostClock,
}

impl Session {
    /// The service that the command is about.
    ///
    /// # Errors
    /// [`Kind::Missed`] when none is told.
    pub fn item(&self) -> Result<u64, Failure> {
        self.arguments
            .number(Key::Item)
            .ok_or_else(|| Failure::missed("item"))
    }

    /// The queued operation behind this run.
    #[must_use]
    pub fn operation(&self) -> Option<u64> {
        self.arguments.number(Key::RunningOperation)
    }

    /// In which language tasks are written: the connection's, else the caller's, else English.
    #[must_use]
    pub fn language(&self) -> Language {
        let of_caller = || Language::of(self.arguments.text(Key::Lang));
        let told = self.task_language.get().copied();
        told.or_else(of_caller).unwrap_or_default()
    }

    /// The host's clock.
    ///
    /// # Errors
    /// The database's.
    pub async fn clock(&self) -> Result<HostClock, Failure> {
        let HostTime { ahead, zone } = self.records.time().await?;
        Ok(HostClock {
            machine: Arc::clone(&self.machine),
            ahead,
            zone,
        })
    }

    /// A connection by its id, which must be one of this module.
    ///
    /// # Errors
    /// [`Kind::Missed`], [`Kind::UnsupportedModule`], [`Kind::Crypt`], [`Kind::Value`].
    pub async fn account(&self, connection: u64) -> Result<Account, Failure> {
        let row = self.records.connection(connection).await?;
        let row = row.ok_or_else(|| Failure::missed("module").saying(connection.to_string()))?;
        if row.executable != self.module.name {
            return Err(Failure::new(Kind::UnsupportedModule)
                .about(row.executable)
                .saying(connection.to_string()));
        }
        let label = Label::from(&row);
        // The first one is the one that problems are told of.
        let _ = self.used.set(label.clone());
        let params = self.records.connection_params(connection).await?;
        let settings = if params.crypted.values().any(|value| !value.trim().is_empty()) {
            Some(self.host.settings().await?)
        } else {
            None
        };
        let parameters = Parameters::of_records(params, || {
            let told = settings
                .as_ref()
                .map_or("", |settings| settings.setting("CryptKey"));
            let file = if told.is_empty() { "etc/billmgr.pem" } else { told };
            HostKey::read(&self.root.join(file)).map_err(|error| {
                Failure::new(Kind::Crypt)
                    .about("key")
                    .saying(error.to_string())
                    .because(error)
            })
        })?;
        // A word that is none of ours keeps nobody from buying.
        if let Ok(Some(language)) = parameters.task_language() {
            let _ = self.task_language.set(language);
        }
        let clock = self.clock().await?;
        let connector = self.connect(&parameters, Arc::new(clock.clone()))?;
        Ok(Account {
            label,
            parameters,
            connector,
            clock,
        })
    }

    /// The connector of a connection's parameters.
    ///
    /// # Errors
    /// [`Kind::Value`].
    pub fn connect(
        &self,
        parameters: &Parameters,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<dyn Connector>, Failure> {
        parameters.connect(self.module, clock, Arc::clone(&self.resolver))
    }

    /// The templates, with the administrator's own.
    #[must_use]
    pub fn templates(&self) -> Templates {
        let Ok(text) = std::fs::read_to_string(self.root.templates(self.module)) else {
            return Templates::built_in();
        };
        let templates = Templates::with_file(&text);
        for fault in &templates.faults {
            tracing::warn!(fault, "a line of the templates is not understood");
        }
        templates
    }
}

/// Runs something whose failure is only worth a line in the log.
pub async fn at_best(what: &str, work: impl Future<Output = Result<(), Failure>>) {
    if let Err(failure) = work.await {
        tracing::warn!(failure = %failure.frames().join(": "), "{what}: put off");
    }
}
