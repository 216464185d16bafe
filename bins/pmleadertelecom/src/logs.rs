//! The module's log: `var/pmleadertelecom.log` in the host's form, with levels from `etc/debug.conf`.
//!
//! Every line is one write to a file opened for appending, so that many processes may share it. A file that grew beyond the limit is moved to
//! `var/logs` by the first process that sees it.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    sync::{Arc, OnceLock},
};

use billmanager::{Module, Root};
use domain::Clock as _;
use jiff::tz::TimeZone;
use telemetry::{Capture, Format, Level, Output, Settings, format::Color};

use crate::clock::MachineClock;

/// The host's own limit where its file says none.
const USUAL_LIMIT: u64 = 100 * 1024 * 1024;
/// What modules of the host write where no rule says a level; not documented, taken from its Python library.
const USUAL_LEVEL: Level = Level::EXTINFO;

static CAPTURE: OnceLock<Capture> = OnceLock::new();

/// The last lines of this run.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lines(Option<u64>);

impl Lines {
    /// Under which name they are kept; `None` without an operation.
    pub(crate) fn name(self) -> Option<String> {
        self.0.map(|operation| operation.to_string())
    }

    /// The lines so far.
    pub(crate) fn lines(self) -> Vec<String> {
        match (CAPTURE.get(), self.name()) {
            (Some(capture), Some(name)) => capture.lines(&name),
            _ => Vec::new(),
        }
    }
}

/// Starts the log. A log that cannot be written keeps no command from being done.
pub(crate) fn start(root: &Root, module: Module, operation: Option<u64>) -> Lines {
    let lines = Lines(operation);
    let path = root.log(module);
    let conf = fs::read_to_string(root.debug_conf()).unwrap_or_default();
    let settings = HostSettings::read(&conf, module.name);
    settings.rotate(&path, &root.old_logs());
    let output = if OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path)
        .is_ok()
    {
        Output::File(path)
    } else {
        Output::Other(Box::new(Nowhere))
    };
    let started = telemetry::start_once(
        Settings::new(module.name, Arc::new(MachineClock))
            .output(output)
            .format(Format::Billmanager {
                zone: TimeZone::system(),
                color: settings.color,
            })
            .rules(conf)
            .default_level(USUAL_LEVEL)
            .captured_level(Level::DEBUG),
    );
    if let Ok((levels, capture)) = started {
        let _ = CAPTURE.set(capture);
        for fault in levels.faults() {
            tracing::warn!(fault, "a rule in etc/debug.conf is not understood");
        }
    }
    lines
}

/// Takes lines when there is no file: standard error is for wrong command lines.
struct Nowhere;

impl telemetry::LineSink for Nowhere {
    fn write(&self, _log: &str, _line: &str) {}
}

/// The lines of `etc/debug.conf` that begin with SET.
struct HostSettings {
    color: Color,
    limit: u64,
}

impl HostSettings {
    /// `SET color=on`, `SET max_log_size=<bytes>`, `SET <log>.max_log_size=<bytes>`.
    fn read(conf: &str, log: &str) -> Self {
        let mut settings = Self {
            color: Color::Off,
            limit: USUAL_LIMIT,
        };
        let own = format!("{log}.max_log_size");
        let mut has_own = false;
        for line in conf.lines() {
            let Some((name, value)) = line
                .trim()
                .strip_prefix("SET ")
                .and_then(|rest| rest.trim().split_once('='))
            else {
                continue;
            };
            let (name, value) = (name.trim(), value.trim());
            match name {
                "color" => settings.color = if value == "on" { Color::On } else { Color::Off },
                _ if name == own || (name == "max_log_size" && !has_own) => {
                    if let Ok(limit) = value.parse() {
                        settings.limit = limit;
                        has_own |= name == own;
                    }
                }
                _ => {}
            }
        }
        settings
    }

    /// Moves a log that is too large away. Of several processes one does it: the others find a small file once they have the lock.
    fn rotate(&self, log: &Path, folder: &Path) {
        let is_large = || fs::metadata(log).is_ok_and(|found| self.limit > 0 && found.len() > self.limit);
        if !is_large() {
            return;
        }
        let lock = log.with_extension("log.lock");
        let Ok(file) = File::create(&lock) else {
            return;
        };
        if file.lock().is_ok() && is_large() && fs::create_dir_all(folder).is_ok() {
            let now = MachineClock.now().to_zoned(TimeZone::system());
            let name = log.file_name().unwrap_or_default().to_string_lossy();
            let archive = folder.join(format!("{name}.{}", now.strftime("%Y-%m-%d-%H%M%S")));
            if !archive.exists() && fs::rename(log, &archive).is_ok() {
                let new = OpenOptions::new().append(true).create(true).mode(0o600).open(log);
                if let Ok(mut new) = new {
                    let _ = writeln!(new, "# the log before this one is {}", archive.display());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_settings_are_read_and_the_own_limit_wins() {
        let conf = "*.* 6\nSET color=on\nSET pmx.max_log_size=10\nSET max_log_size=20\nSET storage=file\n";
        let settings = HostSettings::read(conf, "pmx");
        assert_eq!((settings.limit, settings.color), (10, Color::On));
        assert_eq!(HostSettings::read(conf, "pmy").limit, 20);
        assert_eq!(HostSettings::read("", "pmy").limit, USUAL_LIMIT);
    }

    #[test]
    fn a_large_log_is_moved_once_and_the_new_one_names_it() {
        let folder = std::env::temp_dir().join(format!("pmlt-log-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let log = folder.join("x.log");
        fs::write(&log, "0123456789abc").unwrap();
        let settings = HostSettings::read("SET max_log_size=40", "x");
        settings.rotate(&log, &folder.join("logs"));
        assert_eq!(fs::read_to_string(&log).unwrap(), "0123456789abc");
        let settings = HostSettings::read("SET max_log_size=10", "x");
        settings.rotate(&log, &folder.join("logs"));
        let moved: Vec<_> = fs::read_dir(folder.join("logs")).unwrap().collect();
        assert_eq!(moved.len(), 1);
        let archive = moved[0].as_ref().unwrap().path();
        assert_eq!(fs::read_to_string(&archive).unwrap(), "0123456789abc");
        assert!(
            fs::read_to_string(&log)
                .unwrap()
                .contains(archive.to_str().unwrap())
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}
