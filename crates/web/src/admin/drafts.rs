//! What was typed into forms that hold secrets, and checks and imports that run, kept in this process.
//!
//! Secrets are never written into a page, so the steps of such a form cannot carry them along as hidden fields. A draft
//! is of one user, is forgotten when its form is done or was left for an hour, and does not survive a restart. With
//! several nodes the load balancer keeps a browser at one of them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ca::{CheckFinding, CheckReport};
use domain::id::{ModuleId, UserId};
use engine::catalogue::ImportReport;
use httpkit::Params;
use secrecy::SecretString;
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;

/// How long a form may be left.
const KEPT: Duration = Duration::from_hours(1);
/// Drafts at most; beyond them the one that was left for longest goes.
const MOST: usize = 200;

/// Drafts and running work; cheap to clone, all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Drafts(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    drafts: HashMap<Uuid, Entry>,
    imports: HashMap<ModuleId, Watched<Importing>>,
}

#[derive(Debug)]
struct Entry {
    owner: UserId,
    touched: Instant,
    draft: Draft,
}

/// What was typed so far.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// What may be shown again.
    pub values: Params,
    /// What may not, by field.
    pub secrets: BTreeMap<String, SecretString>,
    /// The check of the connection with these settings.
    pub check: Option<Watched<Checking>>,
}

/// Work that runs beside the pages: what is known of it so far.
pub type Watched<T> = watch::Receiver<T>;

/// A check of a connection.
#[derive(Debug, Clone)]
pub enum Checking {
    /// It goes on; what was found so far.
    Running(Vec<CheckFinding>),
    /// It is over.
    Found(CheckReport),
    /// It could not be made at all.
    Failed(String),
}

/// An import of a catalogue.
#[derive(Debug, Clone)]
pub enum Importing {
    /// The CA is asked.
    Asking,
    /// So many products were compared, of so many.
    Comparing {
        /// So far.
        done: usize,
        /// Of them.
        of: usize,
    },
    /// It is over.
    Done(ImportReport),
    /// It ended with an error; the old catalogue stays.
    Failed(String),
}

impl Drafts {
    /// The draft, if it is this user's and still there.
    #[must_use]
    pub fn find(&self, owner: UserId, id: Uuid) -> Option<Draft> {
        let mut kept = self.kept();
        let entry = kept.drafts.get_mut(&id).filter(|entry| entry.owner == owner)?;
        if entry.touched.elapsed() > KEPT {
            kept.drafts.remove(&id);
            return None;
        }
        entry.touched = Instant::now();
        Some(entry.draft.clone())
    }

    /// Keeps a draft in the place of what was there. Of another user nothing is overwritten.
    pub fn keep(&self, owner: UserId, id: Uuid, draft: Draft) {
        let mut kept = self.kept();
        kept.drafts.retain(|_, entry| entry.touched.elapsed() <= KEPT);
        if kept.drafts.get(&id).is_some_and(|entry| entry.owner != owner) {
            return;
        }
        if kept.drafts.len() >= MOST && !kept.drafts.contains_key(&id) {
            let oldest = kept.drafts.iter().min_by_key(|(_, entry)| entry.touched);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                kept.drafts.remove(&oldest);
            }
        }
        let touched = Instant::now();
        kept.drafts.insert(
            id,
            Entry {
                owner,
                touched,
                draft,
            },
        );
    }

    /// The form is done.
    pub fn forget(&self, owner: UserId, id: Uuid) {
        let mut kept = self.kept();
        if kept.drafts.get(&id).is_some_and(|entry| entry.owner == owner) {
            kept.drafts.remove(&id);
        }
    }

    /// The last import of a module's catalogue that this process ran.
    #[must_use]
    pub fn import(&self, module: ModuleId) -> Option<Watched<Importing>> {
        self.kept().imports.get(&module).cloned()
    }

    /// Notes an import, unless one of the same module runs: then nothing is returned and nothing should be begun.
    #[must_use]
    pub fn begin_import(&self, module: ModuleId) -> Option<watch::Sender<Importing>> {
        let mut kept = self.kept();
        if kept.imports.get(&module).is_some_and(is_running) {
            return None;
        }
        let (sender, receiver) = watch::channel(Importing::Asking);
        kept.imports.insert(module, receiver);
        Some(sender)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether whoever does the work is still there.
#[must_use]
pub fn is_running<T>(work: &Watched<T>) -> bool {
    work.has_changed().is_ok()
}

/// Waits until the work is over, or for as long as one request may take.
pub async fn wait<T>(mut work: Watched<T>) {
    let over = async { while work.changed().await.is_ok() {} };
    // Being too slow is no failure: the page says that it goes on.
    let _ = tokio::time::timeout(Duration::from_secs(25), over).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: u128) -> UserId {
        UserId::from(Uuid::from_u128(number))
    }

    fn typed(text: &str) -> Draft {
        Draft {
            values: Params::from([("name", text)]),
            ..Draft::default()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_draft_is_its_owners_and_is_forgotten_after_an_hour() {
        let drafts = Drafts::default();
        let id = Uuid::from_u128(7);
        drafts.keep(user(1), id, typed("mine"));
        drafts.keep(user(2), id, typed("theirs"));
        assert!(drafts.find(user(2), id).is_none());
        assert_eq!(drafts.find(user(1), id).unwrap().values.text("name"), "mine");
        tokio::time::advance(KEPT + Duration::from_secs(1)).await;
        assert!(drafts.find(user(1), id).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_left_goes_when_there_are_too_many() {
        let drafts = Drafts::default();
        for number in 0..=MOST as u128 {
            drafts.keep(user(1), Uuid::from_u128(number), typed("x"));
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        assert!(drafts.find(user(1), Uuid::from_u128(0)).is_none());
        assert!(drafts.find(user(1), Uuid::from_u128(1)).is_some());
    }

    #[tokio::test]
    async fn one_import_of_a_module_runs_at_a_time_and_one_that_died_is_over() {
        let drafts = Drafts::default();
        let module = ModuleId::from(Uuid::from_u128(3));
        let first = drafts.begin_import(module).unwrap();
        assert!(drafts.begin_import(module).is_none());
        assert!(is_running(&drafts.import(module).unwrap()));
        drop(first);
        assert!(!is_running(&drafts.import(module).unwrap()));
        assert!(drafts.begin_import(module).is_some());
    }
}
