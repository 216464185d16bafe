//! Files that a command writes: whole or not at all, and those with secrets for their owner only.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};

use crate::exit::Refused;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Whoever the system lets.
    Everybody,
    /// Its owner.
    Owner,
}

impl Readers {
    const fn mode(self) -> u32 {
        match self {
            Self::Everybody => 0o644,
            Self::Owner => 0o600,
        }
    }
}

/// Writes a file beside its place and moves it there when it is complete.
///
/// # Errors
/// What `write` says; the file system refuses.
pub(super) async fn write_whole<T>(
    path: &Path,
    readers: Readers,
    write: impl AsyncFnOnce(&mut File) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let beside = beside(path)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(readers.mode())
        .open(&beside)
        .with_context(|| format!("writing {}", beside.display()))?;
    let written = write(&mut file).await;
    let kept = written.and_then(|value| {
        file.sync_all()
            .and_then(|()| fs::rename(&beside, path))
            .with_context(|| format!("writing {}", path.display()))?;
        Ok(value)
    });
    if kept.is_err() {
        // Half a file helps nobody; that it stays is no other error.
        let _ = fs::remove_file(&beside);
    }
    kept
}

fn beside(path: &Path) -> anyhow::Result<PathBuf> {
    let name = path
        .file_name()
        .ok_or_else(|| Refused(format!("{} is no name of a file", path.display())))?;
    Ok(path.with_file_name(format!("{}.part", name.to_string_lossy())))
}

/// A new file for a private key, made before there is a key: what cannot be written must be known before money is spent.
pub(super) struct KeyFile {
    path: PathBuf,
    file: File,
}

impl KeyFile {
    /// Makes the file, for its owner only.
    ///
    /// # Errors
    /// There is such a file, or it cannot be made.
    pub(super) fn make(path: &Path) -> anyhow::Result<Self> {
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path);
        match made {
            Ok(file) => Ok(Self {
                path: path.to_owned(),
                file,
            }),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(Refused(format!(
                "{} is there already; keys are not overwritten",
                path.display()
            ))
            .into()),
            Err(error) => Err(error).with_context(|| format!("making {}", path.display())),
        }
    }

    /// Writes the key.
    ///
    /// # Errors
    /// The file system refuses.
    pub(super) fn keep(mut self, key: &SecretString) -> anyhow::Result<PathBuf> {
        self.file
            .write_all(key.expose_secret().as_bytes())
            .and_then(|()| self.file.sync_all())
            .with_context(|| format!("writing the private key to {}", self.path.display()))?;
        Ok(self.path)
    }

    /// Removes the file again: there is no key.
    pub(super) fn give_up(self) {
        // An empty file that stays is in nobody's way.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn a_file_that_fails_halfway_leaves_the_old_one_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup");
        fs::write(&path, "old").unwrap();
        let failed = write_whole(&path, Readers::Owner, async |file| {
            file.write_all(b"half").unwrap();
            anyhow::bail!("no more room")
        });
        assert!(failed.await.map(|(): ()| ()).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_key_is_for_its_owner_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("www.key");
        let file = KeyFile::make(&path).unwrap();
        assert!(KeyFile::make(&path).is_err());
        file.keep(&SecretString::from("PEM")).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&path).unwrap(), "PEM");
        assert!(KeyFile::make(&path).is_err());
    }
}
