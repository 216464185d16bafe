//! A certificate that ends within days while its operation cannot go on: only then does an outage of the CA become a task
//! for the one service. Looked at whenever an operation is put off, and by the clock.

use domain::state::{OperationState, TaskKind};
use jiff::ToSpan as _;
use store::{
    Tx,
    operation::{self, Operation},
    service::Service,
};

use crate::{
    Engine, Result,
    effects::{self, ENDING, NewTask},
};

/// Days before the End date.
const DAYS: i64 = 7;
/// Operations that one run of the periodic work looks at.
const AT_ONCE: u32 = 500;

/// Opens the task of a service that ends within days.
pub(super) async fn warn(engine: &Engine, tx: &Tx, service: &Service, operation: &Operation) -> Result<()> {
    let Some(end_date) = service.end_date else {
        return Ok(());
    };
    let near = engine.today().checked_add(DAYS.days()).unwrap_or(end_date);
    if end_date >= near || !is_away(operation) {
        return Ok(());
    }
    let error = operation.error.as_deref().unwrap_or_default();
    let text = format!("End date {end_date}. {error}");
    let mut task = NewTask::for_operation(TaskKind::ServiceEnding, service, operation).saying(text);
    task.key_by(ENDING);
    effects::open_task_once(engine, tx, task).await
}

/// Opens the tasks of all services that end within days; says how many.
pub(crate) async fn warn_all(engine: &Engine) -> Result<usize> {
    let near = engine.today().checked_add(DAYS.days()).unwrap_or(engine.today());
    let stuck = operation::stuck_and_ending(engine.store().reader(), near, engine.now(), AT_ONCE).await?;
    let mut opened = 0;
    for id in stuck {
        let tx = engine.store().begin().await?;
        let Some(operation) = operation::lock(&tx, id).await? else {
            continue;
        };
        let Some(service) = store::service::find(&tx, operation.service_id).await? else {
            continue;
        };
        if operation.state == OperationState::Waiting {
            let resting = Operation {
                error_class: Some(operation.error_class.clone().unwrap_or_else(|| RESTS.to_owned())),
                ..operation
            };
            warn(engine, &tx, &service, &resting).await?;
            opened += 1;
        }
        tx.commit().await?;
    }
    Ok(opened)
}

/// The class of a wait for a module that rests.
pub(super) const RESTS: &str = "module_rests";

fn is_away(operation: &Operation) -> bool {
    matches!(
        operation.error_class.as_deref(),
        Some("unreachable" | "rate_limited" | RESTS)
    )
}
