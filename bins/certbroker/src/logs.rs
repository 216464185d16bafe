//! The program's logs, as the engine wants them.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context as _;
use engine::{BusinessClock, Logs};
use telemetry::{Capture, Format, Level, Levels, Output, Settings, Telemetry};

use crate::config::Settings as Installed;

/// Logs of the whole process, for the engine; while it lives, `debug.conf` is watched.
pub(crate) struct ProgramLogs {
    levels: Kept,
    capture: Capture,
    _watching: Option<Telemetry>,
}

/// Where a level that somebody sets is kept.
enum Kept {
    /// In force at once, and in the file if there is one.
    Here(Levels),
    /// In the file that a server watches; what this program itself shows stays as it is.
    InFile(PathBuf),
}

impl ProgramLogs {
    /// For a program that runs on: the levels are read again when their file changes.
    ///
    /// # Errors
    /// The log cannot be written.
    pub(crate) fn of_a_server(installed: &Installed) -> anyhow::Result<Arc<Self>> {
        let running = telemetry::start(settings(installed)?)?;
        Ok(Arc::new(Self {
            levels: Kept::Here(running.levels().clone()),
            capture: running.capture().clone(),
            _watching: Some(running),
        }))
    }

    /// For a program that does one thing and ends: warnings on standard error.
    ///
    /// # Errors
    /// Logs were started before.
    pub(crate) fn of_a_command() -> anyhow::Result<Arc<Self>> {
        Self::quiet(Kept::Here)
    }

    /// The same beside a data folder, whose server follows the levels that the command sets.
    ///
    /// # Errors
    /// Logs were started before.
    pub(crate) fn of_a_command_in(installed: &Installed) -> anyhow::Result<Arc<Self>> {
        Self::quiet(|_| Kept::InFile(installed.level_file()))
    }

    fn quiet(kept: impl FnOnce(Levels) -> Kept) -> anyhow::Result<Arc<Self>> {
        let quiet = Settings::new("certbroker", Arc::new(BusinessClock::real()))
            .output(Output::Stderr)
            .default_level(Level::WARNING);
        let (levels, capture) = telemetry::start_once(quiet)?;
        Ok(Arc::new(Self {
            levels: kept(levels),
            capture,
            _watching: None,
        }))
    }
}

impl Logs for ProgramLogs {
    fn take(&self, operation: &str) -> Vec<String> {
        self.capture.take(operation)
    }

    fn set_level(&self, log: &str, level: u8) {
        let outcome = match Level::try_from(level) {
            Ok(level) => self.levels.set(log, level),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, log, level, "the log level could not be set");
        }
    }
}

impl Kept {
    fn set(&self, log: &str, level: Level) -> anyhow::Result<()> {
        match self {
            Self::Here(levels) => Ok(levels.set(log, level)?),
            Self::InFile(path) => {
                let text = match std::fs::read_to_string(path) {
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
                    other => other.with_context(|| format!("reading {}", path.display()))?,
                };
                let changed = telemetry::conf::with_level(&text, log, Some(level));
                let beside = path.with_extension("conf.new");
                std::fs::write(&beside, changed)
                    .and_then(|()| std::fs::rename(&beside, path))
                    .with_context(|| format!("writing {}", path.display()))
            }
        }
    }
}

fn settings(installed: &Installed) -> anyhow::Result<Settings> {
    let log = &installed.config.log;
    let format = match log.format.as_str() {
        "text" => Format::Text,
        "json" => Format::Json,
        other => anyhow::bail!("log.format is `{other}`; it may be text or json"),
    };
    let output = match &log.file {
        Some(path) => Output::File(path.clone()),
        None => Output::Stderr,
    };
    Ok(Settings::new("certbroker", Arc::new(BusinessClock::real()))
        .output(output)
        .format(format)
        .file(installed.level_file()))
}
