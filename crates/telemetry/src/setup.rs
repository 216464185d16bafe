//! Starting logs and metrics.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use domain::Clock;
use tracing::Dispatch;
use tracing_subscriber::{Registry, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::{
    Capture, Format, Level, Levels, Metrics, Output,
    layer::LogLayer,
    levels::Defaults,
    metrics::MetricsError,
    watch::{self, Watch},
};

/// The name of the file with the levels in the configuration folder.
pub const FILE_NAME: &str = "debug.conf";

/// How a program logs.
pub struct Settings {
    program: &'static str,
    clock: Arc<dyn Clock>,
    output: Output,
    format: Format,
    file: Option<PathBuf>,
    rules: String,
    interval: Duration,
    defaults: Defaults,
}

/// Why logging could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The output cannot be written.
    #[error("opening the log")]
    Output(#[source] io::Error),
    /// No thread for following the levels.
    #[error("starting to follow the log levels")]
    Watch(#[source] io::Error),
    /// Something logs already in this process.
    #[error("logs are written already in this process")]
    AlreadyStarted,
    /// Metrics could not start.
    #[error("starting the metrics")]
    Metrics(#[from] MetricsError),
}

/// Logs and metrics of a running program. Dropping it ends the following of the file; logs go on.
#[derive(Debug)]
pub struct Telemetry {
    levels: Levels,
    capture: Capture,
    metrics: Metrics,
    _watch: Watch,
}

impl Settings {
    /// Text to standard error, level 5, for the program with this log name.
    pub fn new(program: &'static str, clock: Arc<dyn Clock>) -> Self {
        Self {
            program,
            clock,
            output: Output::Stderr,
            format: Format::Text,
            file: None,
            rules: String::new(),
            interval: Duration::from_secs(2),
            defaults: Defaults {
                ours: Level::INFO,
                libraries: Level::WARNING,
                captured: Level::EXT,
            },
        }
    }

    /// Where lines go.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// How lines look.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// The file with the levels (`debug.conf` in the configuration folder); it need not exist yet.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Rules in the syntax of the file, for a program without one.
    #[must_use]
    pub fn rules(mut self, rules: impl Into<String>) -> Self {
        self.rules = rules.into();
        self
    }

    /// The level of our own logs where no rule says one.
    #[must_use]
    pub fn default_level(mut self, level: Level) -> Self {
        self.defaults.ours = level;
        self
    }

    /// Up to which level lines of operations are captured, whatever the rules.
    #[must_use]
    pub fn captured_level(mut self, level: Level) -> Self {
        self.defaults.captured = level;
        self
    }

    /// How often the file is looked at.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Builds the logs without making them those of the process: for tests, with [`tracing::dispatcher::with_default`].
    ///
    /// # Errors
    /// [`StartError::Output`].
    pub fn build(self) -> Result<(Dispatch, Levels, Capture), StartError> {
        let (layer, levels, capture) = self.layer()?;
        Ok((Dispatch::new(Registry::default().with(layer)), levels, capture))
    }

    fn layer(self) -> Result<(LogLayer, Levels, Capture), StartError> {
        let levels = match self.file {
            Some(path) => Levels::in_file(path, self.defaults),
            None => Levels::in_memory(&self.rules, self.defaults),
        };
        // A file that cannot be read is reported by the watch; until then the defaults hold.
        let _ = levels.refresh();
        let capture = Capture::default();
        let layer = LogLayer {
            program: self.program,
            levels: levels.clone(),
            format: self.format,
            sink: self.output.open().map_err(StartError::Output)?,
            capture: capture.clone(),
            clock: self.clock,
        };
        Ok((layer, levels, capture))
    }
}

/// Starts logs and metrics for the whole process; once.
///
/// # Errors
/// [`StartError`].
pub fn start(settings: Settings) -> Result<Telemetry, StartError> {
    let interval = settings.interval;
    let (layer, levels, capture) = settings.layer()?;
    Registry::default()
        .with(layer)
        .try_init()
        .map_err(|_| StartError::AlreadyStarted)?;
    let metrics = Metrics::install()?;
    watch::announce(&levels);
    let watch = Watch::start(levels.clone(), Some(metrics.clone()), interval).map_err(StartError::Watch)?;
    Ok(Telemetry {
        levels,
        capture,
        metrics,
        _watch: watch,
    })
}

/// Starts logs alone, for a process that lives for one command: the levels are read once.
///
/// # Errors
/// [`StartError`].
pub fn start_once(settings: Settings) -> Result<(Levels, Capture), StartError> {
    let (layer, levels, capture) = settings.layer()?;
    Registry::default()
        .with(layer)
        .try_init()
        .map_err(|_| StartError::AlreadyStarted)?;
    Ok((levels, capture))
}

impl Telemetry {
    /// The levels in force.
    #[must_use]
    pub const fn levels(&self) -> &Levels {
        &self.levels
    }

    /// The last lines of every operation.
    #[must_use]
    pub const fn capture(&self) -> &Capture {
        &self.capture
    }

    /// The metrics of the process.
    #[must_use]
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}
