//! Whether a due operation may run: not while its module rests, and not by itself while automatic work is switched off.

use domain::state::TaskKind;

use super::{
    ending::RESTS,
    run::{Run, StepError, StepResult},
};
use crate::settings::Settings;

/// The class of a wait for a person because automatic work is switched off.
pub(crate) const MANUAL_MODE: &str = "manual_mode";

/// Lets an operation pass, or says what it waits for.
pub(super) async fn pass(run: &Run<'_>) -> StepResult<()> {
    let engine = run.engine;
    let reader = engine.store().reader();
    let module = match run.operation.module_id {
        Some(id) => store::module::find(reader, id).await?,
        None => None,
    };
    if let Some(module) = &module
        && let Some(until) = module.rests_until.filter(|until| *until > engine.now())
    {
        return Err(StepError::Later {
            at: until,
            class: RESTS,
            text: format!("{} rests, because its CA could not be reached", module.name),
        });
    }
    if run.operation.let_run_by.is_some() {
        return Ok(());
    }
    let by_module = module.as_ref().is_some_and(|module| module.is_manual);
    let is_off = by_module || !Settings::load(reader, &run.actor).await?.automatic_work;
    if !is_off {
        return Ok(());
    }
    let whose = match module.filter(|_| by_module) {
        Some(module) => format!("of {} ", module.name),
        None => String::new(),
    };
    Err(StepError::Manual {
        kind: TaskKind::OperationManual,
        class: MANUAL_MODE,
        text: format!(
            "manual mode: automatic work {whose}is switched off. Start the operation when it may run."
        ),
    })
}
