//! Carrying a move out: from one instant at which something falls due to the next, and at each until all is quiet.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::json;
use store::{
    Json, operation,
    time_travel::{TimeTravel, TravelState},
};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    away,
    model::{Line, Progress},
    report,
    watch::{Moment, Watch},
};
use crate::{
    Engine, Error, Result, audit,
    connection::internal,
    operations::run::{chain, system},
};

/// Between two looks whether all is quiet.
const LOOK: Duration = Duration::from_millis(20);
/// Between two times that the progress is kept, and the lease with it, while nothing jumps.
const KEEP: Duration = Duration::from_millis(500);
/// How long the lease holds without being renewed: by the machine's clock.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// The simulator may be ahead by what a call takes.
const SLIGHTLY: SignedDuration = SignedDuration::from_secs(1);
/// So many days before its certificate or its paid term ends, or after, something about a service may fall due: renewal and
/// notices.
const DAYS_BEFORE: &[i32] = &[30, 14, 7, 3, 1, 0, -1];

/// A move under way.
pub(super) struct Journey<'a> {
    engine: &'a Engine,
    row: TimeTravel,
    progress: Progress,
    watch: Watch,
    /// When each piece of scheduled work began last.
    periodic: BTreeMap<String, Timestamp>,
    /// Scheduled work that did not run since is looked forward to.
    day_began: Timestamp,
    began: Instant,
    millis_before: u64,
}

/// How a run of a move ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Arrived,
    Stopped,
}

/// Takes up the move that is not over, unless somebody else has it, and carries it out; whether there was one.
pub(super) async fn carry_out(engine: &Engine, stop: &CancellationToken) -> Result<bool> {
    let reader = engine.store().reader();
    let wall = engine.clock().machine_now();
    // Looking first keeps an idle server from taking the database's only writer every second.
    let is_free = |row: TimeTravel| row.lease_until.is_none_or(|until| until <= wall);
    if !store::time_travel::open(reader).await?.is_some_and(is_free) {
        return Ok(false);
    }
    let owner = format!("traveller-{}", seal::random::alphanumeric(8));
    let tx = engine.store().begin().await?;
    let claimed = store::time_travel::claim(&tx, &owner, wall, lease_end(engine)).await?;
    tx.commit().await?;
    let Some(row) = claimed else { return Ok(false) };
    let mut journey = Journey::new(engine, row);
    match journey.run(stop).await {
        Ok(Ended::Arrived) => journey.arrive().await?,
        Ok(Ended::Stopped) => journey.pause().await?,
        // Somebody else took it over, or a person stopped it.
        Err(Error::Conflict) => info!("the move of business time is no longer ours"),
        Err(error) => {
            warn!(error = %chain(&error), "the move of business time broke off");
            journey.break_off(&error).await?;
        }
    }
    Ok(true)
}

impl<'a> Journey<'a> {
    fn new(engine: &'a Engine, row: TimeTravel) -> Self {
        let progress: Progress = serde_json::from_value(row.progress.0.clone()).unwrap_or_default();
        Self {
            engine,
            millis_before: progress.millis,
            progress,
            row,
            watch: Watch::default(),
            periodic: BTreeMap::new(),
            day_began: engine.start_of_day(engine.now()),
            began: Instant::now(),
        }
    }

    async fn run(&mut self, stop: &CancellationToken) -> Result<Ended> {
        let engine = self.engine;
        let now = engine.now();
        self.row.from_at.get_or_insert(now);
        for row in store::periodic::list(engine.store().reader()).await? {
            self.periodic
                .insert(row.name, row.last_started_at.unwrap_or(Timestamp::MIN));
        }
        self.keep().await?;
        let simulator = super::catch_up(engine).await?;
        self.settle(now, stop).await?;
        if let Some(ahead) = simulator.filter(|there| there.duration_since(engine.now()) > SLIGHTLY) {
            // It was moved and we were not: the program died between the two.
            self.go_to(ahead.min(self.row.target_at), stop).await?;
        }
        loop {
            let now = engine.now();
            if now >= self.row.target_at {
                return Ok(Ended::Arrived);
            }
            if stop.is_cancelled() {
                return Ok(Ended::Stopped);
            }
            let next = self.next_stop(now).await?;
            self.go_to(next, stop).await?;
        }
    }

    /// The first instant after now at which something may fall due.
    async fn next_stop(&mut self, now: Timestamp) -> Result<Timestamp> {
        let engine = self.engine;
        let reader = engine.store().reader();
        let mut next = self.row.target_at;
        let mut not_beyond = |instant: Timestamp| {
            if instant > now {
                next = next.min(instant);
            }
        };
        if let Some(longest) = self.watch.pace().longest() {
            not_beyond(now.saturating_add(longest).unwrap_or(Timestamp::MAX));
        }
        if let Some(due) = self.watch.next_due(now) {
            not_beyond(due);
        }
        for row in store::periodic::list(reader).await? {
            if row.last_started_at.is_none_or(|at| at < self.day_began) {
                not_beyond(row.next_run_at);
            }
        }
        if let Some(day) = store::time_travel::next_day(reader, engine.day_of(now), DAYS_BEFORE).await?
            && let Some(begins) = self.beginning(day)
        {
            not_beyond(begins);
            if next == begins {
                self.day_began = begins;
            }
        }
        Ok(next)
    }

    fn beginning(&self, day: Date) -> Option<Timestamp> {
        let zone = self.engine.config().time_zone.clone();
        Some(day.to_zoned(zone).ok()?.timestamp())
    }

    async fn go_to(&mut self, next: Timestamp, stop: &CancellationToken) -> Result<()> {
        self.jump(next).await?;
        self.settle(next, stop).await
    }

    /// Moves the simulator's clock and ours, while no operation runs: none shall see the one moved and the other not.
    async fn jump(&mut self, to: Timestamp) -> Result<()> {
        let engine = self.engine;
        let _nobody_runs = engine.standstill().await;
        if let Some(companion) = engine.companion() {
            companion.advance_to(to).await.map_err(away)?;
        }
        self.progress.stops += 1;
        let offset = to.duration_since(engine.clock().machine_now());
        self.note_progress(to)?;
        let tx = engine.store().begin().await?;
        crate::instance::raise_offset(&tx, offset).await?;
        store::time_travel::update(&tx, &mut self.row).await?;
        tx.commit().await?;
        engine.clock().raise_to(offset);
        engine.wake();
        Ok(())
    }

    /// Runs what is due, and waits until all is quiet.
    async fn settle(&mut self, reached: Timestamp, stop: &CancellationToken) -> Result<()> {
        let engine = self.engine;
        let reader = engine.store().reader();
        let reached_at = Instant::now();
        let mut kept = reached_at;
        loop {
            engine.periodic().run_due_once().await?;
            while engine.notices().deliver_what_is_there().await? > 0 {}
            let under_way = store::time_travel::under_way(reader).await?;
            let look = self.watch.look(
                &under_way,
                Moment {
                    reached,
                    reached_at,
                    now: engine.now(),
                    at: Instant::now(),
                },
            );
            for id in look.gone {
                self.tell(id).await?;
            }
            if look.is_due {
                engine.wake();
            }
            let is_periodic_quiet = self.watch_periodic().await?;
            if look.is_quiet && is_periodic_quiet {
                break;
            }
            if stop.is_cancelled() {
                return Ok(());
            }
            if kept.elapsed() >= KEEP {
                kept = Instant::now();
                self.keep().await?;
            }
            sleep(LOOK).await;
        }
        self.watch.settled();
        while engine.notices().deliver_what_is_there().await? > 0 {}
        Ok(())
    }

    /// Counts what ran; whether no scheduled work is due or at work.
    async fn watch_periodic(&mut self) -> Result<bool> {
        let engine = self.engine;
        let (now, wall) = (engine.now(), engine.clock().machine_now());
        let mut is_quiet = true;
        for row in store::periodic::list(engine.store().reader()).await? {
            is_quiet &= row.next_run_at > now && row.lease_until.is_none_or(|until| until <= wall);
            let Some(started) = row.last_started_at else {
                continue;
            };
            let before = self.periodic.insert(row.name.clone(), started);
            if before.is_none_or(|before| before < started) {
                *self.progress.periodic.entry(row.name).or_default() += 1;
            }
        }
        Ok(is_quiet)
    }

    /// Adds an operation that is no longer under way to what happened.
    async fn tell(&mut self, id: domain::id::OperationId) -> Result<()> {
        let Some(operation) = operation::find(self.engine.store().reader(), id).await? else {
            return Ok(());
        };
        let at = operation.finished_at.unwrap_or_else(|| self.engine.now());
        if let Some(operation) = report::line(self.engine, operation).await? {
            self.progress.say(Line { at, operation });
        }
        Ok(())
    }

    fn note_progress(&mut self, now: Timestamp) -> Result<()> {
        self.progress.now = Some(now);
        let millis = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.progress.millis = self.millis_before.saturating_add(millis);
        let progress = serde_json::to_value(&self.progress).map_err(internal("progress as JSON"))?;
        self.row.progress = Json(progress);
        self.row.lease_until = Some(lease_end(self.engine));
        Ok(())
    }

    /// Stores how far it came, and holds the lease longer.
    async fn keep(&mut self) -> Result<()> {
        self.note_progress(self.engine.now())?;
        let tx = self.engine.store().begin().await?;
        store::time_travel::update(&tx, &mut self.row).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn arrive(mut self) -> Result<()> {
        self.row.state = TravelState::Done;
        self.close("clock.moved").await
    }

    /// Lets it go for now: the next start goes on with it.
    async fn pause(mut self) -> Result<()> {
        self.note_progress(self.engine.now())?;
        self.row.lease_owner = None;
        self.row.lease_until = None;
        let tx = self.engine.store().begin().await?;
        store::time_travel::update(&tx, &mut self.row).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn break_off(mut self, error: &Error) -> Result<()> {
        self.row.state = TravelState::BrokenOff;
        self.row.error = Some(chain(error));
        self.close("clock.move_broken_off").await
    }

    async fn close(&mut self, action: &'static str) -> Result<()> {
        let engine = self.engine;
        let now = engine.now();
        self.note_progress(now)?;
        let from = self.row.from_at.unwrap_or(now);
        let summed_up = report::of(engine, from, &self.progress).await?;
        let summed_up = serde_json::to_value(summed_up).map_err(internal("a report as JSON"))?;
        self.row.report = Some(Json(summed_up));
        self.row.slot = None;
        self.row.lease_owner = None;
        self.row.lease_until = None;
        let tx = engine.store().begin().await?;
        store::time_travel::update(&tx, &mut self.row).await?;
        if let Some(seller) = store::seller::first(&tx).await? {
            let detail = json!({ "from": from, "to": now, "target": self.row.target_at });
            audit::append(
                &tx,
                engine,
                &system(engine, seller.id),
                action,
                &self.row.id,
                detail,
            );
        }
        tx.commit().await?;
        info!(from = %from, to = %now, "business time was moved");
        Ok(())
    }
}

fn lease_end(engine: &Engine) -> Timestamp {
    let wall = engine.clock().machine_now();
    wall.saturating_add(LEASE).unwrap_or(Timestamp::MAX)
}
