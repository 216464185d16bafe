//! The file in which master keys live, outside the database and outside its backups.
//!
//! Text, one record a line, mode 0600, UTF-8:
//!
//! ```text
//! certbroker-key-ring 1
//! key 1 2026-03-01T09:30:00Z bWFzdGVyIGtleSBudW1iZXIgb25lLCAzMiBieXRlcy4=
//! key 2 2026-09-01T09:30:00Z …
//! ```
//!
//! The first line names the format and its version. Each `key` line holds the version, when it was made (RFC 3339) and the
//! 32 bytes in base64. Empty lines and lines that start with `#` are left out (and are gone after the next rotation).
//! The highest version seals. Keys are never taken out by the program: an old backup may still need them.
//!
//! Who loses this file loses every secret; keep a copy apart from the database's backups.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::{
    KeyRing, KeyVersion,
    key_ring::{KEY, MasterKey},
    random,
};

const FIRST_LINE: &str = "certbroker-key-ring 1";
/// A file of ten thousand rotations is smaller.
const SIZE_LIMIT: u64 = 1 << 20;

/// The place of a key ring on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    path: PathBuf,
}

/// Why a key file cannot be used; never holds a part of a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// There is none; it is made only when asked for.
    #[error("the key file {} does not exist", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Creating would replace keys that secrets depend on.
    #[error("the key file {} exists already", path.display())]
    Exists {
        /// Where it is.
        path: PathBuf,
    },
    /// Others than its owner may read or change it.
    #[error("the key file {} has mode {mode:04o}; it must be 0600 (chmod 600)", path.display())]
    TooOpen {
        /// Where it is.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not in the format.
    #[error("line {line} of the key file {} is not understood: {why}", path.display())]
    Malformed {
        /// Where it is.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What was expected there.
        why: &'static str,
    },
    /// The file system refused.
    #[error("{doing} the key file {}", path.display())]
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

impl KeyFile {
    /// Names the file; nothing is read yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the ring.
    ///
    /// # Errors
    /// [`KeyFileError`]: missing, readable by others, malformed.
    pub fn load(&self) -> Result<KeyRing, KeyFileError> {
        let file = File::open(&self.path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => KeyFileError::Missing {
                path: self.path.clone(),
            },
            _ => self.io("opening", source),
        })?;
        let metadata = file.metadata().map_err(|source| self.io("inspecting", source))?;
        let mode = metadata.permissions().mode() & 0o7777;
        if mode & 0o177 != 0 {
            return Err(KeyFileError::TooOpen {
                path: self.path.clone(),
                mode,
            });
        }
        if metadata.len() > SIZE_LIMIT {
            return Err(self.malformed(1, "the file is too large for a key ring"));
        }
        let content = io::read_to_string(file).map_err(|source| self.io("reading", source))?;
        self.parse(&Zeroizing::new(content))
    }

    /// Makes the file with a first key. Only set-up and `key` commands call this; a missing file is otherwise an error,
    /// since new keys open no old secret.
    ///
    /// # Errors
    /// [`KeyFileError::Exists`] rather than replacing one.
    pub fn create(&self, now: Timestamp) -> Result<KeyRing, KeyFileError> {
        let ring = KeyRing::first(now);
        let written = self.write_beside(&ring)?;
        // A hard link, unlike a rename, fails when the name is taken, whoever was faster.
        let linked = fs::hard_link(&written, &self.path);
        let _ = fs::remove_file(&written);
        linked.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => KeyFileError::Exists {
                path: self.path.clone(),
            },
            _ => self.io("creating", source),
        })?;
        self.sync_folder()?;
        Ok(ring)
    }

    /// Reads the ring, or makes it when this is the first start of a new installation.
    ///
    /// # Errors
    /// As [`KeyFile::load`] and [`KeyFile::create`].
    pub fn load_or_create(&self, now: Timestamp) -> Result<KeyRing, KeyFileError> {
        match self.load() {
            Err(KeyFileError::Missing { .. }) => match self.create(now) {
                Err(KeyFileError::Exists { .. }) => self.load(),
                created => created,
            },
            loaded => loaded,
        }
    }

    /// Adds a version, which from now on seals; secrets under older ones still open and are to be sealed anew.
    ///
    /// Two rotations at the same time both happen, one after the other.
    ///
    /// # Errors
    /// [`KeyFileError`]; the old file is then untouched.
    pub fn rotate(&self, now: Timestamp) -> Result<KeyRing, KeyFileError> {
        let folder = File::open(self.folder()).map_err(|source| self.io("locking the folder of", source))?;
        folder
            .lock()
            .map_err(|source| self.io("locking the folder of", source))?;
        let ring = self
            .load()?
            .rotated(now)
            .ok_or_else(|| self.malformed(1, "there is no version number left"))?;
        let written = self.write_beside(&ring)?;
        fs::rename(&written, &self.path).map_err(|source| self.io("replacing", source))?;
        self.sync_folder()?;
        Ok(ring)
    }

    fn parse(&self, content: &str) -> Result<KeyRing, KeyFileError> {
        let mut lines = content.lines().enumerate();
        if lines.next().map(|(_, line)| line.trim_end()) != Some(FIRST_LINE) {
            return Err(self.malformed(1, "`certbroker-key-ring 1` is expected"));
        }
        let mut keys = BTreeMap::new();
        for (index, line) in lines {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let (version, key) = parse_line(line).map_err(|why| self.malformed(index + 1, why))?;
            if keys.insert(version, key).is_some() {
                return Err(self.malformed(index + 1, "this version stands there twice"));
            }
        }
        KeyRing::from_keys(keys).ok_or_else(|| self.malformed(1, "there is no key in it"))
    }

    /// Writes a complete file under another name in the same folder, flushed to the disk.
    fn write_beside(&self, ring: &KeyRing) -> Result<PathBuf, KeyFileError> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let beside = self
            .folder()
            .join(format!(".{name}.{}", random::alphanumeric(12)));
        let content = render(ring);
        let result = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)
            .and_then(|mut file| {
                file.write_all(content.as_bytes())?;
                file.sync_all()
            });
        if let Err(source) = result {
            let _ = fs::remove_file(&beside);
            return Err(self.io("writing", source));
        }
        Ok(beside)
    }

    fn sync_folder(&self) -> Result<(), KeyFileError> {
        File::open(self.folder())
            .and_then(|folder| folder.sync_all())
            .map_err(|source| self.io("flushing the folder of", source))
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    fn io(&self, doing: &'static str, source: io::Error) -> KeyFileError {
        KeyFileError::Io {
            doing,
            path: self.path.clone(),
            source,
        }
    }

    fn malformed(&self, line: usize, why: &'static str) -> KeyFileError {
        KeyFileError::Malformed {
            path: self.path.clone(),
            line,
            why,
        }
    }
}

fn render(ring: &KeyRing) -> Zeroizing<String> {
    let mut content = Zeroizing::new(format!("{FIRST_LINE}\n"));
    for (version, key) in ring.keys() {
        let encoded = Zeroizing::new(STANDARD.encode(key.bytes.as_slice()));
        for piece in [
            "key ",
            &version.to_string(),
            " ",
            &key.made_at.to_string(),
            " ",
            &encoded,
            "\n",
        ] {
            content.push_str(piece);
        }
    }
    content
}

fn parse_line(line: &str) -> Result<(KeyVersion, MasterKey), &'static str> {
    let mut words = line.split_ascii_whitespace();
    if words.next() != Some("key") {
        return Err("`key` is expected");
    }
    let version = words
        .next()
        .and_then(|word| word.parse().ok())
        .filter(|version| *version > 0);
    let version = version
        .map(KeyVersion)
        .ok_or("a version number is expected after `key`")?;
    let made_at = words
        .next()
        .and_then(|word| word.parse().ok())
        .ok_or("a time is expected after the version")?;
    let encoded = words.next().ok_or("a key in base64 is expected after the time")?;
    let decoded = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| "the key is not base64")?);
    if words.next().is_some() {
        return Err("nothing is expected after the key");
    }
    let mut bytes = Zeroizing::new([0; KEY]);
    if decoded.len() != KEY {
        return Err("the key is not 32 bytes long");
    }
    bytes.copy_from_slice(&decoded);
    Ok((version, MasterKey { made_at, bytes }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let file = KeyFile::new("keys");
        let ring = KeyRing::in_memory()
            .rotated(Timestamp::from_second(1_700_000_000).unwrap())
            .unwrap();
        let read = file.parse(&render(&ring)).unwrap();
        assert_eq!(read.current(), ring.current());
        assert_eq!(
            read.versions().collect::<Vec<_>>(),
            ring.versions().collect::<Vec<_>>()
        );
        assert!(
            read.keys()
                .zip(ring.keys())
                .all(|((_, a), (_, b))| a.bytes == b.bytes)
        );
    }

    #[test]
    fn says_which_line_is_wrong_and_shows_none_of_it() {
        let key = STANDARD.encode([7; KEY]);
        for (content, line, part) in [
            (String::new(), 1, "certbroker-key-ring 1"),
            ("certbroker-key-ring 2\n".to_owned(), 1, "certbroker-key-ring 1"),
            (format!("{FIRST_LINE}\n# nothing\n"), 1, "no key"),
            (
                format!("{FIRST_LINE}\nkeys 1 2026-03-01T09:30:00Z {key}"),
                2,
                "`key`",
            ),
            (
                format!("{FIRST_LINE}\n\nkey 0 2026-03-01T09:30:00Z {key}"),
                3,
                "version",
            ),
            (format!("{FIRST_LINE}\nkey 1 yesterday {key}"), 2, "time"),
            (format!("{FIRST_LINE}\nkey 1 2026-03-01T09:30:00Z"), 2, "base64"),
            (
                format!("{FIRST_LINE}\nkey 1 2026-03-01T09:30:00Z !{key}"),
                2,
                "base64",
            ),
            (
                format!("{FIRST_LINE}\nkey 1 2026-03-01T09:30:00Z BwcH"),
                2,
                "32 bytes",
            ),
            (
                format!("{FIRST_LINE}\nkey 1 2026-03-01T09:30:00Z {key} {key}"),
                2,
                "nothing",
            ),
            (
                format!("{FIRST_LINE}\nkey 1 2026-03-01T09:30:00Z {key}\nkey 1 2026-03-01T09:30:00Z {key}"),
                3,
                "twice",
            ),
        ] {
            let error = KeyFile::new("keys").parse(&content).unwrap_err();
            let text = error.to_string();
            assert!(
                matches!(error, KeyFileError::Malformed { line: at, .. } if at == line),
                "{text}"
            );
            assert!(text.contains(part), "{text}");
            assert!(!text.contains(&key), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_content_is_read_or_refused_without_panic(content in "(certbroker-key-ring 1\n)?(key [0-9]{1,12} .{0,40}\n?){0,3}.*") {
            let _ = KeyFile::new("keys").parse(&content);
        }
    }
}
