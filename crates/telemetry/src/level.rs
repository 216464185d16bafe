//! The levels 0–9, with the meanings that BILLmanager gives them.
//!
//! A rule's level is a threshold: it shows messages of that level and all below. Which level a message has follows from
//! its place in the code alone:
//!
//! | level | name | shows | in code |
//! | --- | --- | --- | --- |
//! | 0 | | nothing | |
//! | 1 | NOTE | start, stop, change of settings | `info!` with a field `notice` |
//! | 2 | FATAL | errors that end the program or stop all purchases | `error!` with a field `fatal` |
//! | 3 | ERROR | errors | `error!` |
//! | 4 | WARNING | warnings | `warn!` |
//! | 5 | INFO | requests and their outcome | `info!` |
//! | 6 | EXTINFO | decisions, queries | `debug!` |
//! | 7 | EXT | exchange with remote services | `debug!` with a field `exchange` |
//! | 8 | TRACE | the way through the code | `trace!` |
//! | 9 | DEBUG | everything, with whole requests and answers | `trace!` with a field `exchange` |

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use tracing::{Metadata, level_filters::LevelFilter};

/// A level from 0 (nothing) to 9 (everything).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Level(u8);

/// Not a digit from 0 to 9.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a log level from 0 to 9")]
pub struct BadLevel(String);

impl Level {
    /// Nothing.
    pub const OFF: Self = Self(0);
    /// Errors and warnings.
    pub const WARNING: Self = Self(4);
    /// Requests and their outcome.
    pub const INFO: Self = Self(5);
    /// Decisions and queries.
    pub const EXTINFO: Self = Self(6);
    /// Exchange with remote services.
    pub const EXT: Self = Self(7);
    /// Everything.
    pub const DEBUG: Self = Self(9);

    /// The digit.
    #[must_use]
    pub const fn digit(self) -> u8 {
        self.0
    }

    /// The word in the lines; empty for 0.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            1 => "NOTE",
            2 => "FATAL",
            3 => "ERROR",
            4 => "WARNING",
            5 => "INFO",
            6 => "EXTINFO",
            7 => "EXT",
            8 => "TRACE",
            9 => "DEBUG",
            _ => "",
        }
    }

    /// The level of the messages of a place in the code.
    #[must_use]
    pub fn of(metadata: &Metadata<'_>) -> Self {
        let has = |field| metadata.fields().field(field).is_some();
        Self(match *metadata.level() {
            tracing::Level::ERROR if has("fatal") => 2,
            tracing::Level::ERROR => 3,
            tracing::Level::WARN => 4,
            tracing::Level::INFO if has("notice") => 1,
            tracing::Level::INFO => 5,
            tracing::Level::DEBUG if has("exchange") => 7,
            tracing::Level::DEBUG => 6,
            tracing::Level::TRACE if has("exchange") => 9,
            tracing::Level::TRACE => 8,
        })
    }

    /// The least strict filter of `tracing` that lets every message up to this level pass.
    #[must_use]
    pub const fn filter(self) -> LevelFilter {
        match self.0 {
            0 => LevelFilter::OFF,
            // A notice is an `info!` too.
            1..=5 => LevelFilter::INFO,
            6 | 7 => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        }
    }
}

impl TryFrom<u8> for Level {
    type Error = BadLevel;

    fn try_from(digit: u8) -> Result<Self, BadLevel> {
        if digit > 9 {
            return Err(BadLevel(digit.to_string()));
        }
        Ok(Self(digit))
    }
}

impl FromStr for Level {
    type Err = BadLevel;

    fn from_str(text: &str) -> Result<Self, BadLevel> {
        match text.as_bytes() {
            [digit @ b'0'..=b'9'] => Ok(Self(digit - b'0')),
            _ => Err(BadLevel(text.chars().take(20).collect())),
        }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> u8 {
        level.0
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_single_digits_are_levels() {
        assert_eq!("9".parse(), Ok(Level::DEBUG));
        assert_eq!(Level::try_from(0), Ok(Level::OFF));
        for text in ["", "10", "-1", "x", "5 "] {
            assert!(text.parse::<Level>().is_err(), "{text}");
        }
        assert!(Level::try_from(10).is_err());
    }

    #[test]
    fn higher_levels_let_no_less_through() {
        let filters: Vec<_> = (0..=9).map(|digit| Level(digit).filter()).collect();
        assert!(filters.is_sorted());
    }
}
