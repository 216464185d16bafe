//! One run per service at a time: the database's lock for all machines of the host, and a lock file beside it, which outlives a lost
//! connection to the database.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use crate::{Failure, Kind, Module, Root, records::Records};

/// How long a run waits for another one: longer than a purchase takes.
const MOST: Duration = Duration::from_mins(10);
/// How often the file is tried again. Normally the database's lock has made sure that it is free.
const PAUSE: Duration = Duration::from_millis(50);

/// A service that is this run's alone, until it is dropped.
#[derive(Debug)]
pub struct ItemLock {
    path: PathBuf,
    /// The lock ends with the open file.
    _file: File,
}

impl ItemLock {
    /// Waits for the service.
    ///
    /// # Errors
    /// [`Kind::Busy`] when another run keeps it; the database's errors.
    pub async fn take(
        root: &Root,
        module: Module,
        records: &dyn Records,
        item: u64,
    ) -> Result<Self, Failure> {
        let busy = || Failure::new(Kind::Busy).about("item").saying(item.to_string());
        if !records.lock(item, MOST).await? {
            return Err(busy());
        }
        let path = root.lock(module, item);
        let since = Instant::now();
        while since.elapsed() < MOST {
            match Self::try_take(&path) {
                Ok(Some(lock)) => return Ok(lock),
                Ok(None) => sleep(PAUSE).await,
                Err(error) => {
                    return Err(Failure::new(Kind::Internal)
                        .about("lock")
                        .saying(format!("{}: {error}", path.display()))
                        .because(error));
                }
            }
        }
        Err(busy())
    }

    fn try_take(path: &Path) -> io::Result<Option<Self>> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // The run before takes the file away when it ends: a lock on a file that is gone holds nobody.
        let ours = file.metadata()?;
        let there = fs::metadata(path).ok();
        let is_same = there.is_some_and(|there| there.ino() == ours.ino() && there.dev() == ours.dev());
        Ok(is_same.then(|| Self {
            path: path.to_owned(),
            _file: file,
        }))
    }
}

impl Drop for ItemLock {
    fn drop(&mut self) {
        // A file that stays behind does no harm.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_one_run_at_a_time_and_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("var/item-5.lock");
        let first = ItemLock::try_take(&path).unwrap().unwrap();
        assert!(ItemLock::try_take(&path).unwrap().is_none());
        drop(first);
        assert!(!path.exists());
        assert!(ItemLock::try_take(&path).unwrap().is_some());
    }

    #[test]
    fn many_threads_never_hold_it_together() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("item-5.lock");
        let (inside, passes) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let Some(lock) = ItemLock::try_take(&path).unwrap() else {
                            continue;
                        };
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        passes.fetch_add(1, Ordering::SeqCst);
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert!(passes.load(Ordering::SeqCst) > 0);
    }
}
