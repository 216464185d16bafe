//! Where the record of a purchase is kept.

use std::sync::Mutex;

use async_trait::async_trait;

use super::record::Record;

/// The journal of one purchase. What [`save`](Self::save) has accepted must survive a crash of program and machine.
#[async_trait]
pub trait Journal: Send + Sync {
    /// The record, if the intent was ever stored.
    async fn load(&self) -> Result<Option<Record>, JournalError>;

    /// Stores a record over the one whose revision is one less (over nothing, for revision 1), and over no other.
    ///
    /// # Errors
    /// [`JournalError::Conflict`] when another runner stored a revision meanwhile.
    async fn save(&self, record: &Record) -> Result<(), JournalError>;
}

/// Why a journal failed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another runner changed the record meanwhile.
    #[error("the record was changed by somebody else")]
    Conflict,
    /// It could not be read or written.
    #[error("the journal could not be read or written")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A journal that forgets with the program: for tests and for looking at how the protocol moves.
#[derive(Debug, Default)]
pub struct MemoryJournal(Mutex<Option<Record>>);

impl MemoryJournal {
    /// The record as it stands.
    pub fn record(&self) -> Option<Record> {
        self.0.lock().ok().and_then(|record| record.clone())
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn load(&self) -> Result<Option<Record>, JournalError> {
        Ok(self.record())
    }

    async fn save(&self, record: &Record) -> Result<(), JournalError> {
        let mut stored = self
            .0
            .lock()
            .map_err(|_| JournalError::Failed("poisoned".into()))?;
        let before = stored.as_ref().map_or(0, |stored| stored.revision);
        if before + 1 != record.revision {
            return Err(JournalError::Conflict);
        }
        *stored = Some(record.clone());
        Ok(())
    }
}
