//! The levels in force.
//!
//! They come from `debug.conf`; a level set on a module's page is written there too, so that it survives a restart and there is
//! one place to look. Without a file (tests, demo) the same text is kept in memory.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use parking_lot::{Mutex, RwLock};
use tracing::level_filters::LevelFilter;

use crate::{
    Level,
    conf::{Conf, Owner, with_level},
};

/// A larger file is no list of rules.
const SIZE_LIMIT: u64 = 1 << 20;

/// The levels in force; clones share them.
#[derive(Clone)]
pub struct Levels {
    inner: Arc<Inner>,
}

struct Inner {
    conf: RwLock<Arc<Conf>>,
    defaults: Defaults,
    origin: Mutex<Origin>,
}

/// What holds where no rule does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Defaults {
    pub(crate) ours: Level,
    pub(crate) libraries: Level,
    /// Up to which level lines of operations are captured, whatever the rules.
    pub(crate) captured: Level,
}

enum Origin {
    Memory(String),
    File { path: PathBuf, seen: Option<Seen> },
}

/// By what a changed file is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    modified: Option<SystemTime>,
    size: u64,
    inode: u64,
}

/// Why a level could not be read or set.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LevelsError {
    /// Names of logs are letters, digits, `_`, `-` and `:`.
    #[error("`{0}` cannot be the name of a log")]
    BadName(String),
    /// The file system refused.
    #[error("{doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
}

impl Levels {
    pub(crate) fn in_memory(text: &str, defaults: Defaults) -> Self {
        let conf = Conf::parse(text);
        Self::new(conf, defaults, Origin::Memory(text.to_owned()))
    }

    /// Follows a file, which need not exist; [`Levels::refresh`] reads it.
    pub(crate) fn in_file(path: PathBuf, defaults: Defaults) -> Self {
        Self::new(Conf::default(), defaults, Origin::File { path, seen: None })
    }

    fn new(conf: Conf, defaults: Defaults, origin: Origin) -> Self {
        let inner = Inner {
            conf: RwLock::new(Arc::new(conf)),
            defaults,
            origin: Mutex::new(origin),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The level of a whole log, such as that of a module: `pmleadertelecom:3`.
    #[must_use]
    pub fn level(&self, log: &str) -> Level {
        self.threshold(Owner::Ours, log, &std::iter::empty())
    }

    /// Sets the level of a whole log at once and, where there is a file, in the file.
    ///
    /// # Errors
    /// [`LevelsError`]; when only the file could not be written, the level holds until the next reading of it.
    pub fn set(&self, log: &str, level: Level) -> Result<(), LevelsError> {
        self.edit(log, Some(level))
    }

    /// Takes the rule for a whole log out again, so that the default holds.
    ///
    /// # Errors
    /// As [`Levels::set`].
    pub fn clear(&self, log: &str) -> Result<(), LevelsError> {
        self.edit(log, None)
    }

    /// Reads the file again if it has changed; says whether it had. A missing file is an empty one.
    ///
    /// # Errors
    /// When the file is there and cannot be read; the levels stay as they were.
    pub fn refresh(&self) -> Result<bool, LevelsError> {
        let mut origin = self.inner.origin.lock();
        let Origin::File { path, seen } = &mut *origin else {
            return Ok(false);
        };
        let now = look(path).map_err(|source| failed("inspecting", path, source))?;
        if *seen == Some(now) {
            return Ok(false);
        }
        let text = read(path).map_err(|source| failed("reading", path, source))?;
        *seen = Some(now);
        drop(origin);
        self.apply(Conf::parse(&text));
        Ok(true)
    }

    /// What was not understood in the rules, one sentence per line.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        self.inner.conf.read().faults.clone()
    }

    pub(crate) fn threshold<'a>(
        &self,
        owner: Owner,
        log: &str,
        parts: &(impl Iterator<Item = &'a str> + Clone),
    ) -> Level {
        let default = match owner {
            Owner::Ours => self.inner.defaults.ours,
            Owner::Library => self.inner.defaults.libraries,
        };
        self.inner
            .conf
            .read()
            .threshold(owner, log, parts)
            .unwrap_or(default)
    }

    pub(crate) fn captured(&self) -> Level {
        self.inner.defaults.captured
    }

    /// What no rule, no default and no capture lets through need not be looked at.
    pub(crate) fn max_filter(&self) -> LevelFilter {
        let defaults = self.inner.defaults;
        let ruled = self.inner.conf.read().highest().unwrap_or(Level::OFF);
        let highest = ruled
            .max(defaults.ours)
            .max(defaults.libraries)
            .max(defaults.captured);
        // Spans that carry a context are at level info; without them no rule for a module could apply.
        highest.filter().max(LevelFilter::INFO)
    }

    fn edit(&self, log: &str, level: Option<Level>) -> Result<(), LevelsError> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b':');
        if log.is_empty() || log.len() > 100 || !log.bytes().all(is_name) {
            return Err(LevelsError::BadName(log.chars().take(100).collect()));
        }
        let mut origin = self.inner.origin.lock();
        let (text, written) = match &mut *origin {
            Origin::Memory(text) => {
                *text = with_level(text, log, level);
                (text.clone(), Ok(()))
            }
            Origin::File { path, seen } => {
                let text = read(path).map_err(|source| failed("reading", path, source))?;
                let text = with_level(&text, log, level);
                let written = replace(path, &text).map_err(|source| failed("writing", path, source));
                *seen = look(path).ok();
                (text, written)
            }
        };
        drop(origin);
        self.apply(Conf::parse(&text));
        written
    }

    fn apply(&self, conf: Conf) {
        *self.inner.conf.write() = Arc::new(conf);
        tracing::callsite::rebuild_interest_cache();
    }
}

impl std::fmt::Debug for Levels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Levels({} faults)", self.faults().len())
    }
}

fn failed(doing: &'static str, path: &Path, source: io::Error) -> LevelsError {
    LevelsError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

fn look(path: &Path) -> io::Result<Seen> {
    match fs::metadata(path) {
        Ok(found) => Ok(Seen {
            modified: found.modified().ok(),
            size: found.len(),
            inode: found.ino(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Seen {
            modified: None,
            size: 0,
            inode: 0,
        }),
        Err(error) => Err(error),
    }
}

fn read(path: &Path) -> io::Result<String> {
    match fs::metadata(path) {
        Ok(found) if found.len() > SIZE_LIMIT => Err(io::Error::other("too large for a list of rules")),
        Ok(_) => fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error),
    }
}

/// Replaces the file in one step; a link stays a link, permissions stay.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let beside = path.with_extension("conf.new");
    fs::write(&beside, text)?;
    if let Ok(found) = fs::metadata(&path) {
        fs::set_permissions(&beside, found.permissions())?;
    }
    fs::rename(&beside, &path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULTS: Defaults = Defaults {
        ours: Level::INFO,
        libraries: Level::WARNING,
        captured: Level::EXT,
    };

    #[test]
    fn a_level_is_set_and_cleared_in_memory() {
        let levels = Levels::in_memory("pmleadertelecom.* 9", DEFAULTS);
        assert_eq!(levels.level("pmleadertelecom:3"), Level::DEBUG);
        levels.set("pmleadertelecom:3", Level::WARNING).unwrap();
        assert_eq!(levels.level("pmleadertelecom:3"), Level::WARNING);
        assert_eq!(levels.level("pmleadertelecom:4"), Level::DEBUG);
        levels.clear("pmleadertelecom:3").unwrap();
        assert_eq!(levels.level("pmleadertelecom:3"), Level::DEBUG);
        assert_eq!(levels.level("certbroker"), Level::INFO);
    }

    #[test]
    fn names_that_would_be_another_rule_are_refused() {
        let levels = Levels::in_memory("", DEFAULTS);
        for name in ["", "*", "a.b", "a 9\nb", "a#", "ü"] {
            assert!(
                matches!(levels.set(name, Level::DEBUG), Err(LevelsError::BadName(_))),
                "{name}"
            );
        }
    }

    #[test]
    fn the_filter_is_as_wide_as_the_widest_rule_and_never_hides_spans() {
        let quiet = Defaults {
            ours: Level::OFF,
            libraries: Level::OFF,
            captured: Level::OFF,
        };
        let levels = Levels::in_memory("", quiet);
        assert_eq!(levels.max_filter(), LevelFilter::INFO);
        levels.set("a", Level::DEBUG).unwrap();
        assert_eq!(levels.max_filter(), LevelFilter::TRACE);
    }
}
