//! Where lines go. Failing to write never stops the program: the line goes to standard error instead.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use parking_lot::Mutex;

/// Takes finished lines.
pub trait LineSink: Send + Sync {
    /// Takes one line of a log, with its line break.
    fn write(&self, log: &str, line: &str);
}

/// Where the lines of a program go.
#[derive(Default)]
pub enum Output {
    /// Standard error.
    #[default]
    Stderr,
    /// One file for all logs.
    File(PathBuf),
    /// One file per log in a folder: `certbroker.log`, `pmleadertelecom-3.log`.
    Folder(PathBuf),
    /// Somewhere else.
    Other(Box<dyn LineSink>),
}

impl Output {
    /// Opens what is to be written to.
    ///
    /// # Errors
    /// When the file or the folder cannot be made or written.
    pub(crate) fn open(self) -> io::Result<Box<dyn LineSink>> {
        Ok(match self {
            Self::Stderr => Box::new(Stderr),
            Self::File(path) => Box::new(LogFile::open(path)?),
            Self::Folder(path) => {
                fs::create_dir_all(&path)?;
                Box::new(LogFolder {
                    path,
                    files: Mutex::default(),
                })
            }
            Self::Other(sink) => sink,
        })
    }
}

struct Stderr;

impl LineSink for Stderr {
    fn write(&self, _log: &str, line: &str) {
        // Nobody is left to be told.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }
}

/// A file that is appended to, and opened anew when it was renamed or removed (logrotate needs no signal).
///
/// Each line is one write to a file opened for appending, so that several processes may share it.
struct LogFile {
    path: PathBuf,
    open: Mutex<Option<OpenFile>>,
}

struct OpenFile {
    file: File,
    identity: (u64, u64),
}

impl LogFile {
    fn open(path: PathBuf) -> io::Result<Self> {
        let open = open(&path)?;
        Ok(Self {
            path,
            open: Mutex::new(Some(open)),
        })
    }

    fn try_write(&self, line: &str) -> io::Result<()> {
        let mut current = self.open.lock();
        let there = fs::metadata(&self.path)
            .ok()
            .map(|found| (found.dev(), found.ino()));
        if current.as_ref().map(|open| open.identity) != there || current.is_none() {
            *current = Some(open(&self.path)?);
        }
        let Some(open) = current.as_mut() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        open.file.write_all(line.as_bytes())
    }
}

impl LineSink for LogFile {
    fn write(&self, log: &str, line: &str) {
        if self.try_write(line).is_err() {
            Stderr.write(log, line);
        }
    }
}

struct LogFolder {
    path: PathBuf,
    files: Mutex<HashMap<String, LogFile>>,
}

impl LineSink for LogFolder {
    fn write(&self, log: &str, line: &str) {
        let mut files = self.files.lock();
        if !files.contains_key(log) {
            match LogFile::open(self.path.join(file_name(log))) {
                Ok(file) => {
                    files.insert(log.to_owned(), file);
                }
                Err(_) => return Stderr.write(log, line),
            }
        }
        if let Some(file) = files.get(log) {
            file.write(log, line);
        }
    }
}

fn open(path: &Path) -> io::Result<OpenFile> {
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?;
    let found = file.metadata()?;
    Ok(OpenFile {
        file,
        identity: (found.dev(), found.ino()),
    })
}

/// Names of logs come from spans; nothing in them may lead out of the folder.
fn file_name(log: &str) -> String {
    let safe = log.chars().take(100).map(|c| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '-'
        }
    });
    format!("{}.log", safe.collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_that_was_moved_away_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("certbroker.log");
        let sink = Output::File(path.clone()).open().unwrap();
        sink.write("a", "one\n");
        fs::rename(&path, folder.path().join("certbroker.log.1")).unwrap();
        sink.write("a", "two\n");
        fs::remove_file(&path).unwrap();
        sink.write("a", "three\n");
        assert_eq!(
            fs::read_to_string(folder.path().join("certbroker.log.1")).unwrap(),
            "one\n"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "three\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_was_emptied_is_written_from_its_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("certbroker.log");
        let sink = Output::File(path.clone()).open().unwrap();
        sink.write("a", "one\n");
        File::create(&path).unwrap();
        sink.write("a", "two\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "two\n");
    }

    #[test]
    fn lines_of_many_threads_stay_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("certbroker.log");
        let sink = Output::File(path.clone()).open().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        sink.write("a", "0123456789012345678901234567890123456789\n");
                    }
                });
            }
        });
        let written = fs::read_to_string(&path).unwrap();
        assert_eq!(written.lines().count(), 800);
        assert!(written.lines().all(|line| line.len() == 40));
    }

    #[test]
    fn a_folder_has_a_file_per_log_and_no_name_leads_out_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("logs");
        let sink = Output::Folder(inner.clone()).open().unwrap();
        for log in ["certbroker", "pmleadertelecom:3", "../../etc/x", ""] {
            sink.write(log, "line\n");
        }
        let mut names: Vec<_> = fs::read_dir(&inner)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "------etc-x.log",
                ".log",
                "certbroker.log",
                "pmleadertelecom-3.log"
            ]
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_refused_at_the_start() {
        assert!(Output::File("/nonexistent/certbroker.log".into()).open().is_err());
    }
}
