//! The worker: leases due operations and runs them, many at a time, until it is told to stop; of each module only as many
//! as it may have at once, and none while it rests.
//!
//! It wakes when somebody orders and when the next operation is due, and looks by itself every second. A lease is held against the machine's clock, so
//! moving business time steals none; it is renewed while the operation runs.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use domain::id::ModuleId;
use jiff::{SignedDuration, Timestamp};
use store::{
    Conn,
    operation::{self, Due, Lease, Operation, Through},
};
use tokio::{sync::Semaphore, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

use crate::{
    Engine, Result,
    modules::health::FAILURES_BEFORE_REST,
    operations::run::{chain, run},
};

/// How long a lease holds without being renewed: longer than the longest call to a CA.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Between two renewals.
const RENEWAL: Duration = Duration::from_mins(1);
/// Without being woken, the worker looks so often: another process may have stored what is due.
const LOOK: Duration = Duration::from_secs(1);
/// It never looks more often than this, also where business time stands still just before the next operation.
const SHORTEST_SLEEP: Duration = Duration::from_millis(10);
/// After the database failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// Most operations leased at once.
const BATCH: u32 = 32;

/// Runs operations.
#[derive(Debug, Clone)]
pub struct Worker {
    engine: Engine,
    name: String,
}

impl Engine {
    /// A worker with a name of its own; several may run, also in several processes on one PostgreSQL database.
    #[must_use]
    pub fn worker(&self) -> Worker {
        Worker {
            engine: self.clone(),
            name: format!("worker-{}", seal::random::alphanumeric(8)),
        }
    }
}

impl Worker {
    /// Works until it is told to stop; then it finishes what it began.
    pub async fn run_until(self, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(self.engine.config().at_once.max(1)));
        let mut running = JoinSet::new();
        while !stop.is_cancelled() {
            while running.try_join_next().is_some() {}
            let free = u32::try_from(places.available_permits())
                .unwrap_or(BATCH)
                .min(BATCH);
            let Look { leased, next_due } = match self.look(free).await {
                Ok(look) => look,
                Err(failure) => {
                    error!(error = %chain(&failure), "cannot lease operations");
                    tokio::select! { () = stop.cancelled() => break, () = tokio::time::sleep(AFTER_FAILURE) => continue }
                }
            };
            let pause = leased.is_empty().then(|| pause(next_due, self.engine.now()));
            for operation in leased {
                let Ok(place) = places.clone().acquire_owned().await else {
                    return;
                };
                let engine = self.engine.clone();
                running.spawn(async move {
                    run_leased(&engine, operation).await;
                    drop(place);
                    // A place is free and more may be due.
                    engine.wake();
                });
            }
            if let Some(pause) = pause {
                tokio::select! {
                    () = stop.cancelled() => break,
                    _ = timeout(pause, self.engine.woken()) => {}
                }
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Goes on at once with what a process that died was at, instead of when its leases run out. For a process that knows
    /// to be the only one that serves this database; says how many operations there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_over(&self) -> Result<u64> {
        let tx = self.engine.store().begin().await?;
        let ended = operation::end_leases(&tx).await?;
        store::periodic::end_leases(&tx).await?;
        tx.commit().await?;
        if ended > 0 {
            tracing::warn!(operations = ended, "goes on with what a process that died was at");
        }
        Ok(ended)
    }

    /// Runs everything that is due now, one after the other; says how many runs there were. For tests and commands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_due_once(&self) -> Result<usize> {
        let leased = self.look(BATCH).await?.leased;
        let count = leased.len();
        for operation in leased {
            run_leased(&self.engine, operation).await;
        }
        Ok(count)
    }

    async fn look(&self, most: u32) -> Result<Look> {
        if most == 0 {
            return Ok(Look::default());
        }
        // Looking first keeps an idle worker from taking the database's only writer every second.
        let next_due = operation::next_due(self.engine.store().reader()).await?;
        let is_due =
            next_due.is_some_and(|due| due <= self.engine.now()) || self.some_lease_ran_out().await?;
        let leased = if is_due {
            self.lease(most).await?
        } else {
            Vec::new()
        };
        Ok(Look { leased, next_due })
    }

    async fn lease(&self, most: u32) -> Result<Vec<Operation>> {
        let engine = &self.engine;
        let shares = shares(engine).await?;
        if shares.is_empty() {
            return Ok(Vec::new());
        }
        let wall = engine.clock().machine_now();
        let lease = Lease {
            owner: &self.name,
            now: engine.now(),
            wall,
            until: engine.lease_end(),
        };
        let tx = engine.store().begin().await?;
        let mut leased = Vec::new();
        for share in shares {
            let left = most.saturating_sub(u32::try_from(leased.len()).unwrap_or(most));
            let free = match (share.most, share.through) {
                (Some(most), Through::Module(module)) => {
                    // Workers of other processes count the same operations: they take turns.
                    store::module::lock(&tx, module).await?;
                    left.min(free_places(&tx, module, most, wall).await?)
                }
                _ => left,
            };
            if free > 0 {
                leased.extend(operation::lease_due(&tx, lease, share.through, free).await?);
            }
        }
        tx.commit().await?;
        Ok(leased)
    }

    async fn some_lease_ran_out(&self) -> Result<bool> {
        let wall = self.engine.clock().machine_now();
        Ok(operation::some_lease_ran_out(self.engine.store().reader(), wall).await?)
    }
}

/// What a look at the operations found.
#[derive(Default)]
struct Look {
    leased: Vec<Operation>,
    /// When the first operation is due that nobody has leased.
    next_due: Option<Timestamp>,
}

/// How long the worker sleeps when it leased nothing. What is due and still was not leased waits for its module.
fn pause(next_due: Option<Timestamp>, now: Timestamp) -> Duration {
    match next_due {
        Some(due) if due > now => due.duration_since(now).unsigned_abs().clamp(SHORTEST_SLEEP, LOOK),
        _ => LOOK,
    }
}

/// What may be leased of the operations of one module.
struct Share {
    through: Through,
    /// Operations at the same time; none: as many as there are workers.
    most: Option<u32>,
}

/// What is due and may be leased now: nothing of a module that rests or that has as many operations running as it may
/// have, so that one slow CA does not take all workers.
async fn shares(engine: &Engine) -> Result<Vec<Share>> {
    let reader = engine.store().reader();
    let (now, wall) = (engine.now(), engine.clock().machine_now());
    let due = operation::due_by_module(reader, now, wall).await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let paces = store::module::paces(reader).await?;
    let usual = engine.config().limits.in_flight.map(NonZeroU32::get);
    let mut shares = Vec::new();
    for Due { through, .. } in due {
        let Through::Module(module) = through else {
            shares.push(Share { through, most: None });
            continue;
        };
        let Some(pace) = paces.iter().find(|pace| pace.module == module) else {
            shares.push(Share { through, most: usual });
            continue;
        };
        if pace.rests_until.is_some_and(|until| until > now) {
            continue;
        }
        // One operation tries whether the CA is back; the others need not fail with it.
        let is_tried = pace.failures >= FAILURES_BEFORE_REST;
        let most = if is_tried { Some(1) } else { pace.at_once.or(usual) };
        match most {
            Some(most) if free_places(reader, module, most, wall).await? == 0 => {}
            most => shares.push(Share { through, most }),
        }
    }
    Ok(shares)
}

/// How many more operations of a module may run.
async fn free_places(conn: &dyn Conn, module: ModuleId, most: u32, wall: Timestamp) -> Result<u32> {
    let running = operation::leased_of_module(conn, module, wall).await?;
    Ok(most.saturating_sub(u32::try_from(running).unwrap_or(u32::MAX)))
}

async fn run_leased(engine: &Engine, operation: Operation) {
    let (id, fence) = (operation.id, operation.fence);
    let mut work = Box::pin(async {
        let _steady = engine.steady_time().await;
        run(engine, operation).await
    });
    loop {
        tokio::select! {
            outcome = &mut work => {
                if let Err(failure) = outcome {
                    // The lease runs out and somebody goes on from the last stored step.
                    error!(operation.id = %id, error = %chain(&failure), "a run broke off");
                }
                return;
            }
            () = tokio::time::sleep(RENEWAL) => match renew(engine, id, fence, engine.lease_end()).await {
                Ok(true) => debug!(operation.id = %id, "holds the lease longer"),
                Ok(false) => {
                    error!(operation.id = %id, "lost the lease; the run stops");
                    return;
                }
                Err(failure) => error!(operation.id = %id, error = %chain(&failure), "cannot renew the lease"),
            },
        }
    }
}

async fn renew(engine: &Engine, id: domain::id::OperationId, fence: i64, until: Timestamp) -> Result<bool> {
    let tx = engine.store().begin().await?;
    let is_held = operation::renew_lease(&tx, id, fence, until).await?;
    tx.commit().await?;
    Ok(is_held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleeps_until_the_next_operation_is_due_and_a_second_at_most() {
        let now = Timestamp::UNIX_EPOCH;
        let after = |millis| Some(now + SignedDuration::from_millis(millis));
        for (next_due, expected) in [
            (None, LOOK),
            (after(-5), LOOK),
            (after(0), LOOK),
            (after(1), SHORTEST_SLEEP),
            (after(250), Duration::from_millis(250)),
            (after(60_000), LOOK),
        ] {
            assert_eq!(pause(next_due, now), expected, "due at {next_due:?}");
        }
    }
}
