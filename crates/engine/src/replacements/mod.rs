//! Replace now: many certificates issued again within hours, because a CA must revoke them (BR 4.9.1.1: 24 hours, or five
//! days) or a key may be known.
//!
//! A *run* holds the certificates in the order of their urgency. Starting one stores its rows and begins nothing: the
//! periodic work `replacement` begins reissues in slices, a module's next slice when little of it is due, so that a
//! hundred thousand certificates are a hundred thousand rows and never as many operations at once. A row is *replaced*
//! when its service has another certificate, however that came.
//!
//! | module | holds |
//! | --- | --- |
//! | `select` | from filters or a pasted list to services |
//! | `judge` | what can be replaced, who is needed for it, and in which order |
//! | `start` | preview and start |
//! | `feed` | the slices: what became of the last, beginning the next |
//! | `progress` | what a run's page and its report show |

mod feed;
mod judge;
mod model;
mod progress;
mod select;
mod start;

pub use model::{
    Attended, Candidate, Counts, Fed, ModuleProgress, ModuleShare, NewRun, Preview, ReplacedLine,
    ReplacedState, ReplacementNeeds, RunLine, RunState, RunView, Selection, Skipped, WaitsFor,
};

pub(crate) use feed::again_at;

use domain::id::{NumberKind, ReplacementId};
use serde_json::json;
use store::{Listing, Page, Tx, replacement::Replacement};

use crate::{
    Actor, Engine, Error, Permission, Result, audit,
    authority::{require, see},
    periodic,
};

/// The periodic work that begins the slices.
pub(crate) const WORK: &str = "replacement";

/// Use cases around replacement runs.
#[derive(Debug, Clone, Copy)]
pub struct Replacements<'a>(&'a Engine);

impl Engine {
    /// Replacing many certificates at once.
    #[must_use]
    pub const fn replacements(&self) -> Replacements<'_> {
        Replacements(self)
    }
}

impl Replacements<'_> {
    /// What a run would do; changes nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`] with field `hours`; [`Error::Refused`] with `nothing-selected`, `too-many` or `search-too-wide`.
    pub async fn preview(&self, actor: &Actor, selection: &Selection, hours: u32) -> Result<Preview> {
        require(actor, Permission::WorkTasks)?;
        start::preview(self.0, actor, selection, hours).await
    }

    /// Starts a run; its reissues begin with the next slice.
    ///
    /// # Errors
    /// As [`Replacements::preview`]; [`Error::Invalid`] with field `why` without a reason; [`Error::Refused`] with
    /// `selection-changed` when it is not what was previewed.
    pub async fn start(&self, actor: &Actor, new: NewRun) -> Result<RunLine> {
        require(actor, Permission::WorkTasks)?;
        let run = start::start(self.0, actor, new).await?;
        progress::line(self.0, run).await
    }

    /// One page of the runs, newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn list(&self, actor: &Actor, page: &Page) -> Result<Listing<RunLine>> {
        require(actor, Permission::WorkTasks)?;
        let found = store::replacement::list(self.0.store().reader(), actor.seller, page).await?;
        let (next, total) = (found.next, found.total);
        let mut rows = Vec::new();
        for run in found.rows {
            rows.push(progress::line(self.0, run).await?);
        }
        Ok(Listing { rows, next, total })
    }

    /// The run with this id or number (`R-3`).
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn find(&self, actor: &Actor, text: &str) -> Result<ReplacementId> {
        require(actor, Permission::WorkTasks)?;
        let reader = self.0.store().reader();
        let found = match (text.trim().parse(), NumberKind::Replacement.read(text)) {
            (Ok(id), _) => store::replacement::find(reader, id).await?,
            (Err(_), Some(number)) => store::replacement::find_by_number(reader, number).await?,
            (Err(_), None) => None,
        };
        let found = found.ok_or(Error::NotFound)?;
        see(actor, found.seller_id, None)?;
        Ok(found.id)
    }

    /// How far a run came.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn show(&self, actor: &Actor, id: ReplacementId) -> Result<RunView> {
        require(actor, Permission::WorkTasks)?;
        progress::view(self.0, actor, self.own(actor, id).await?).await
    }

    /// One page of the services of a run in their order, of one state or of all.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn services(
        &self,
        actor: &Actor,
        id: ReplacementId,
        state: Option<ReplacedState>,
        page: &Page,
    ) -> Result<Listing<ReplacedLine>> {
        require(actor, Permission::WorkTasks)?;
        self.own(actor, id).await?;
        progress::services(self.0, actor, id, state, page).await
    }

    /// Begins no more of it until somebody resumes it. What was begun goes on.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not-running`.
    pub async fn pause(&self, actor: &Actor, id: ReplacementId) -> Result<()> {
        self.turn(actor, id, RunState::Running, RunState::Paused).await
    }

    /// Goes on with a paused run.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not-paused`.
    pub async fn resume(&self, actor: &Actor, id: ReplacementId) -> Result<()> {
        self.turn(actor, id, RunState::Paused, RunState::Running).await
    }

    /// Leaves everything that was not begun as it is; says how many those were. What was begun goes on.
    ///
    /// # Errors
    /// [`Error::Refused`] with `already-over`.
    pub async fn cancel(&self, actor: &Actor, id: ReplacementId) -> Result<u64> {
        let (tx, mut run) = self.lock(actor, id).await?;
        if !matches!(run.state, RunState::Running | RunState::Paused) {
            return Err(Error::refused("already-over"));
        }
        run.state = RunState::Cancelled;
        let left = store::replacement::leave_rest(&tx, id, self.0.now()).await?;
        store::replacement::update(&tx, &mut run).await?;
        periodic::soon(self.0, &tx, WORK).await?;
        let detail = json!({ "number": run.number, "left": left });
        audit::append(&tx, self.0, actor, "replacement.cancelled", &id, detail);
        tx.commit().await?;
        Ok(left)
    }

    /// Looks what became of everything that was begun, and begins what there is room for. May be run again at any time and
    /// by several nodes at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_due(&self) -> Result<Fed> {
        feed::feed(self.0).await
    }

    async fn turn(&self, actor: &Actor, id: ReplacementId, from: RunState, to: RunState) -> Result<()> {
        let (tx, mut run) = self.lock(actor, id).await?;
        if run.state != from {
            let code = match from {
                RunState::Paused => "not-paused",
                _ => "not-running",
            };
            return Err(Error::refused(code));
        }
        run.state = to;
        store::replacement::update(&tx, &mut run).await?;
        periodic::soon(self.0, &tx, WORK).await?;
        let action = match to {
            RunState::Paused => "replacement.paused",
            _ => "replacement.resumed",
        };
        audit::append(&tx, self.0, actor, action, &id, json!({ "number": run.number }));
        tx.commit().await?;
        Ok(())
    }

    async fn lock(&self, actor: &Actor, id: ReplacementId) -> Result<(Tx, Replacement)> {
        require(actor, Permission::WorkTasks)?;
        let tx = self.0.store().begin().await?;
        let run = store::replacement::lock(&tx, id).await?.ok_or(Error::NotFound)?;
        see(actor, run.seller_id, None)?;
        Ok((tx, run))
    }

    async fn own(&self, actor: &Actor, id: ReplacementId) -> Result<Replacement> {
        let run = store::replacement::find(self.0.store().reader(), id)
            .await?
            .ok_or(Error::NotFound)?;
        see(actor, run.seller_id, None)?;
        Ok(run)
    }
}
