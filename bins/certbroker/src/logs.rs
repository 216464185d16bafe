//! The program's logs, as the engine wants them.

use std::sync::Arc;

use engine::{BusinessClock, Logs};
use telemetry::{Capture, Format, Level, Levels, Output, Settings, Telemetry};

use crate::config::Settings as Installed;

/// Logs of the whole process, for the engine; while it lives, `debug.conf` is watched.
pub(crate) struct ProgramLogs {
    levels: Levels,
    capture: Capture,
    _watching: Option<Telemetry>,
}

impl ProgramLogs {
    /// For a program that runs on: the levels are read again when their file changes.
    ///
    /// # Errors
    /// The log cannot be written.
    pub(crate) fn of_a_server(installed: &Installed) -> anyhow::Result<Arc<Self>> {
        let running = telemetry::start(settings(installed)?)?;
        Ok(Arc::new(Self {
            levels: running.levels().clone(),
            capture: running.capture().clone(),
            _watching: Some(running),
        }))
    }

    /// For a program that does one thing and ends: warnings on standard error.
    ///
    /// # Errors
    /// Logs were started before.
    pub(crate) fn of_a_command() -> anyhow::Result<Arc<Self>> {
        let quiet = Settings::new("certbroker", Arc::new(BusinessClock::real()))
            .output(Output::Stderr)
            .default_level(Level::WARNING);
        let (levels, capture) = telemetry::start_once(quiet)?;
        Ok(Arc::new(Self {
            levels,
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
            Ok(level) => self.levels.set(log, level).map_err(anyhow::Error::from),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, log, level, "the log level could not be set");
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
