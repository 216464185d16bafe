//! The state file: one JSON line per change, each line all or nothing.
//!
//! A change is written before it is answered, so that a killed simulator has lost nothing it said. A last line cut
//! by a kill was never answered and is dropped. On start the file is written anew as one line per record and takes
//! the old one's place by an atomic rename.

use std::{
    fs::{File, OpenOptions},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use crate::state::{Entry, State};

/// An open state file.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
}

/// Why the state cannot be read or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The file system refused.
    #[error("state file {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line in the middle is not one of ours.
    #[error("state file {path}, line {line} is not understood")]
    Format {
        /// The file.
        path: PathBuf,
        /// Line number from 1.
        line: usize,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A change could not be written as JSON.
    #[error("change could not be written as JSON")]
    Encode(#[source] serde_json::Error),
}

impl Journal {
    /// Reads the file if there is one, writes it anew and opens it for what follows.
    pub(crate) fn open(path: &Path) -> Result<(State, Self), JournalError> {
        let state = read(path)?;
        let io = |source| JournalError::Io {
            path: path.to_owned(),
            source,
        };

        let mut fresh = path.as_os_str().to_owned();
        fresh.push(".new");
        let fresh = PathBuf::from(fresh);
        let mut writer = BufWriter::new(private_file(&fresh).map_err(io)?);
        for entry in state.entries() {
            serde_json::to_writer(&mut writer, &[entry]).map_err(JournalError::Encode)?;
            writer.write_all(b"\n").map_err(io)?;
        }
        let file = writer.into_inner().map_err(|error| io(error.into_error()))?;
        file.sync_all().map_err(io)?;
        std::fs::rename(&fresh, path).map_err(io)?;
        Ok((
            state,
            Self {
                path: path.to_owned(),
                file,
            },
        ))
    }

    /// Appends one change in one write.
    pub(crate) fn append(&mut self, entries: &[Entry]) -> Result<(), JournalError> {
        let mut line = serde_json::to_vec(entries).map_err(JournalError::Encode)?;
        line.push(b'\n');
        self.file.write_all(&line).map_err(|source| JournalError::Io {
            path: self.path.clone(),
            source,
        })
    }
}

fn read(path: &Path) -> Result<State, JournalError> {
    let mut state = State::default();
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(state),
        Err(source) => {
            return Err(JournalError::Io {
                path: path.to_owned(),
                source,
            });
        }
    };
    // What follows the last line end was cut off by a kill.
    let whole = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    let lines = bytes
        .get(..whole)
        .unwrap_or_default()
        .split(|byte| *byte == b'\n');
    for (index, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
        let entries: Vec<Entry> = serde_json::from_slice(line).map_err(|source| JournalError::Format {
            path: path.to_owned(),
            line: index + 1,
            source,
        })?;
        for entry in entries {
            state.apply(entry);
        }
    }
    Ok(state)
}

/// The file holds CA keys and tokens: nobody else may read it.
fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use domain::{Currency, Money};

    use super::*;

    #[test]
    fn changes_survive_and_a_torn_last_line_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let (state, mut journal) = Journal::open(&path).unwrap();
        assert!(state.is_new());
        let balance = Money::from_minor(100, Currency::EUR);
        journal
            .append(&[Entry::Balance(balance), Entry::ClockOffset(5)])
            .unwrap();
        drop(journal);

        let mut torn = std::fs::read(&path).unwrap();
        torn.extend_from_slice(b"[{\"clock_offset\":9");
        std::fs::write(&path, torn).unwrap();

        let (state, _journal) = Journal::open(&path).unwrap();
        assert_eq!((state.balance(), state.clock_offset()), (Some(balance), 5));
        assert!(!folder.path().join("state.json.new").exists());
    }

    #[test]
    fn a_broken_line_in_the_middle_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        std::fs::write(&path, "[]\nnonsense\n[]\n").unwrap();
        let error = Journal::open(&path).unwrap_err();
        assert!(matches!(error, JournalError::Format { line: 2, .. }), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let _open = Journal::open(&path).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
