//! An operation that waits gives way to another one.

use domain::state::{AttemptOutcome, OperationState};
use store::{
    Json, Tx,
    operation::{self, Attempt, Operation},
};

use super::steps::ending;
use crate::{Actor, Engine, Result, effects, money, tasks};

/// Ends an operation that nobody works on, whose work will not be done: what is set aside for it is free again.
pub(crate) async fn withdraw(engine: &Engine, tx: &Tx, actor: &Actor, before: &mut Operation) -> Result<()> {
    if let Some(reservation) = ending::held_reservation(tx, before).await? {
        money::release(engine, tx, actor, reservation).await?;
    }
    give_way(engine, tx, before).await
}

/// Ends an operation that nobody works on: its place is free, its task falls away, its history says so.
pub(crate) async fn give_way(engine: &Engine, tx: &Tx, before: &mut Operation) -> Result<()> {
    let now = engine.now();
    before.state = OperationState::Superseded;
    before.finished_at = Some(now);
    before.next_run_at = None;
    before.lease_owner = None;
    before.lease_until = None;
    // Whoever held the lease cannot write any more.
    before.fence += 1;
    operation::update(tx, before).await?;
    effects::close_task_of_operation(engine, tx, before, tasks::Outcome::FellAway).await?;
    let attempt = Attempt {
        operation_id: before.id,
        number: operation::next_attempt(tx, before.id).await?,
        step: before.step.clone(),
        started_at: now,
        finished_at: now,
        outcome: AttemptOutcome::Done,
        error_class: None,
        error: None,
        log: Json(Vec::new()),
    };
    Ok(operation::insert_attempt(tx, &attempt).await?)
}
