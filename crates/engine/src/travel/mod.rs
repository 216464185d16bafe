//! The time machine: moves business time in simulated mode, for certbroker and the simulated CA together.
//!
//! A move goes from one instant at which something falls due to the next, never in one leap: at each stop everything that
//! became due runs until all is quiet, as it would have run on that day. What an order waits for at the CA happens in the
//! machine's time, so it is really waited for. Sessions, leases, time-outs and rate limits use the machine's time and notice
//! nothing.
//!
//! A move is a row. The server carries it out if one runs, else the command that asked for it; a process that dies leaves a
//! row that the next start goes on with. Business time only goes forward, and the simulator's clock is never behind ours:
//! it is moved first, and caught up at every start.

mod companion;
mod destination;
mod model;
mod report;
mod run;
#[cfg(test)]
mod tests;
mod watch;

use std::time::Duration;

use domain::id::TravelId;
use serde_json::json;
use store::{
    Json,
    time_travel::{TimeTravel, TravelState},
};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

pub use companion::{Companion, CompanionAway};
pub use destination::{BadDestination, Destination};
pub use model::{
    ClockView, IssuedLine, Line, OperationLine, Progress, Report, ServiceLine, TravelView, Waiting,
    WaitingOperation, WaitingTask, Whom,
};
pub use store::time_travel::TravelState as State;

use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    error::{Error, Refusal, Result},
    operations::run::chain,
};

/// Code of the refusal when the simulator beside us does not answer.
pub const SIMULATOR_AWAY: &str = "simulator-away";
/// The furthest that one move goes.
const FURTHEST: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 366 * 10);
/// How often the server looks whether somebody asked for a move.
const LOOK: Duration = Duration::from_secs(1);
/// How long the simulator may take to tell what its clock shows, on a page.
const ANSWER: Duration = Duration::from_secs(3);
/// How often a stop is tried while the move is being written.
const TRIES: usize = 20;

/// The time machine.
#[derive(Debug, Clone, Copy)]
pub struct TimeMachine<'a>(&'a Engine);

impl Engine {
    /// The time machine of simulated mode.
    #[must_use]
    pub const fn time_machine(&self) -> TimeMachine<'_> {
        TimeMachine(self)
    }
}

impl TimeMachine<'_> {
    /// Whether business time may be moved.
    #[must_use]
    pub fn is_simulated(self) -> bool {
        self.0.config().mode == ca::Mode::Simulated
    }

    /// What the clocks show, and the last moves.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn show(&self, actor: &Actor) -> Result<ClockView> {
        authority::require(actor, Permission::ManageSystem)?;
        let engine = self.0;
        let reader = engine.store().reader();
        let mut newest = store::time_travel::newest(reader, 2).await?.into_iter();
        let mut open = newest.next();
        let mut last = newest.next();
        if open.as_ref().is_some_and(|row| !row.state.is_open()) {
            last = open.take();
        }
        let simulator = match engine.companion() {
            None => None,
            Some(companion) => Some(match timeout(ANSWER, companion.now()).await {
                Ok(answer) => answer.map_err(|away| away.0),
                Err(_) => Err("it takes too long".to_owned()),
            }),
        };
        Ok(ClockView {
            is_simulated: self.is_simulated(),
            business: engine.now(),
            machine: engine.clock().machine_now(),
            simulator,
            next_reissue: store::service::next_reissue_on(reader).await?,
            open: open.map(TravelView::from),
            last: last.map(TravelView::from),
        })
    }

    /// Asks for a move. It begins as soon as a server takes it up, or [`TimeMachine::carry_out`] is called.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] with `not-simulated`, `time-goes-forward`, `move-too-far`, `move-under-way`
    /// or [`SIMULATOR_AWAY`].
    pub async fn ask(&self, actor: &Actor, destination: Destination) -> Result<TravelView> {
        authority::require(actor, Permission::ManageSystem)?;
        if !self.is_simulated() {
            return Err(Error::refused("not-simulated"));
        }
        let engine = self.0;
        let now = engine.now();
        let target = destination
            .instant(now, &engine.config().time_zone)
            .map(domain::clock::to_micros)
            .filter(|target| target.duration_since(now) <= FURTHEST)
            .ok_or(Error::refused("move-too-far"))?;
        if target <= now {
            return Err(Error::refused("time-goes-forward"));
        }
        if let Some(companion) = engine.companion() {
            companion.now().await.map_err(away)?;
        }
        let row = TimeTravel {
            id: engine.new_id(),
            asked_by: actor.label(),
            asked_at: engine.clock().machine_now(),
            from_at: None,
            target_at: target,
            state: TravelState::Waiting,
            progress: Json(json!({})),
            report: None,
            error: None,
            slot: Some(1),
            lease_owner: None,
            lease_until: None,
            version: 1,
        };
        let tx = engine.store().begin().await?;
        match store::time_travel::insert(&tx, &row).await {
            Ok(()) => {}
            Err(store::Error::Duplicate { .. }) => return Err(Error::refused("move-under-way")),
            Err(error) => return Err(error.into()),
        }
        let detail = json!({ "to": destination.to_string(), "from": now, "target": target });
        audit::append(&tx, engine, actor, "clock.move_asked", &row.id, detail);
        let awake = engine.clone();
        tx.afterwards(move || awake.wake_traveller());
        tx.commit().await?;
        Ok(row.into())
    }

    /// A move, with how far it came.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn find(&self, actor: &Actor, id: TravelId) -> Result<TravelView> {
        authority::require(actor, Permission::ManageSystem)?;
        let row = store::time_travel::find(self.0.store().reader(), id).await?;
        Ok(row.ok_or(Error::NotFound)?.into())
    }

    /// The move that is not over, if there is one.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn under_way(&self, actor: &Actor) -> Result<Option<TravelView>> {
        authority::require(actor, Permission::ManageSystem)?;
        let row = store::time_travel::open(self.0.store().reader()).await?;
        Ok(row.map(TravelView::from))
    }

    /// Stops a move where it is. What was begun goes on.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`]; [`Error::Refused`] with `move-over`.
    pub async fn stop(&self, actor: &Actor, id: TravelId) -> Result<()> {
        authority::require(actor, Permission::ManageSystem)?;
        let engine = self.0;
        for _ in 0..TRIES {
            let tx = engine.store().begin().await?;
            let mut row = store::time_travel::find(&tx, id).await?.ok_or(Error::NotFound)?;
            if !row.state.is_open() {
                return Err(Error::refused("move-over"));
            }
            row.state = TravelState::BrokenOff;
            row.error = Some("stopped".to_owned());
            row.slot = None;
            row.lease_owner = None;
            row.lease_until = None;
            match store::time_travel::update(&tx, &mut row).await {
                // Whoever carries it out wrote at the same time; it does so a few times a second.
                Err(store::Error::Conflict { .. }) => continue,
                outcome => outcome?,
            }
            audit::append(&tx, engine, actor, "clock.move_stopped", &id, json!({}));
            tx.commit().await?;
            return Ok(());
        }
        Err(Error::Conflict)
    }

    /// Carries the move that is not over out, here and now, unless another process is at it; whether there was one. A
    /// worker must run, here or elsewhere. Told to stop, it lets the move go, to be gone on with later.
    ///
    /// # Errors
    /// When the database fails; what else stops a move stands in its row.
    pub async fn carry_out(&self, stop: &CancellationToken) -> Result<bool> {
        if !self.is_simulated() {
            return Ok(false);
        }
        Box::pin(run::carry_out(self.0, stop)).await
    }

    /// Carries out what is asked for until told to stop, and follows when another process moves business time. Does nothing
    /// outside simulated mode.
    pub async fn run_until(&self, stop: CancellationToken) {
        if !self.is_simulated() {
            return;
        }
        if let Err(failure) = catch_up(self.0).await {
            warn!(error = %chain(&failure), "the simulated CA's clock could not be caught up");
        }
        while !stop.is_cancelled() {
            let outcome = async {
                self.follow().await?;
                self.carry_out(&stop).await
            };
            if let Err(failure) = outcome.await {
                error!(error = %chain(&failure), "cannot move business time");
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.0.asked_to_travel() => {}
                () = sleep(LOOK) => {}
            }
        }
    }

    /// Goes on at once with what a process that died was at. For a process that knows to be the only one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_over(&self) -> Result<bool> {
        let tx = self.0.store().begin().await?;
        let was_left = store::time_travel::end_lease(&tx).await?;
        tx.commit().await?;
        Ok(was_left)
    }

    async fn follow(&self) -> Result<()> {
        let row = store::instance::find(self.0.store().reader()).await?;
        if let Some(row) = row {
            self.0
                .clock()
                .raise_to(jiff::SignedDuration::from_micros(row.clock_offset));
        }
        Ok(())
    }
}

/// Sees to it that the simulator's clock is not behind ours; returns what it shows then.
async fn catch_up(engine: &Engine) -> Result<Option<jiff::Timestamp>> {
    match engine.companion() {
        None => Ok(None),
        Some(companion) => Ok(Some(companion.advance_to(engine.now()).await.map_err(away)?)),
    }
}

fn away(reason: CompanionAway) -> Error {
    Error::Refused(Refusal::new(SIMULATOR_AWAY).with("reason", reason.0))
}
