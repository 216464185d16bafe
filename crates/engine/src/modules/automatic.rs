//! Automatic work of a module, or of the whole installation, on and off. While it is off every operation waits for a
//! person, with a task; what waited goes on when it is on again.

use domain::{id::ModuleId, state::OperationState};
use serde_json::json;
use store::{Tx, module, operation};

use super::Switch;
use crate::{
    Actor, Engine, Error, Permission, Result, audit,
    authority::require,
    effects,
    operations::{gate::MANUAL_MODE, start_again},
    settings::Settings,
    tasks,
};

impl super::Modules<'_> {
    /// Switches the automatic work of a module on or off: while it is off, operations wait until a person starts them.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn switch_automatic(&self, actor: &Actor, id: ModuleId, to: Switch) -> Result<()> {
        require(actor, Permission::ManageModules)?;
        let engine = self.0;
        self.own(actor, id).await?;
        let tx = engine.store().begin().await?;
        let mut module = module::lock(&tx, id).await?.ok_or(Error::NotFound)?;
        module.is_manual = to == Switch::Off;
        module.updated_at = engine.now();
        module::update(&tx, &mut module).await?;
        let what = match to {
            Switch::On => "module.automatic_on",
            Switch::Off => "module.automatic_off",
        };
        audit::append(&tx, engine, actor, what, &id, json!({ "name": module.name }));
        if to == Switch::On && Settings::load(&tx, actor).await?.automatic_work {
            release(engine, &tx, Some(id)).await?;
        }
        tx.commit().await?;
        engine.wake();
        Ok(())
    }
}

/// Lets everything go on that waited only because automatic work was off, of one module or of all that are not off
/// themselves; says how many operations that were.
pub(crate) async fn release(engine: &Engine, tx: &Tx, module: Option<ModuleId>) -> Result<usize> {
    let mut released = 0;
    for id in operation::manual_because(tx, MANUAL_MODE, module).await? {
        let Some(mut waiting) = operation::lock(tx, id).await? else {
            continue;
        };
        let through = match waiting.module_id {
            Some(module) => module::find(tx, module).await?,
            None => None,
        };
        if waiting.state != OperationState::Manual || through.is_some_and(|module| module.is_manual) {
            continue;
        }
        start_again(engine, &mut waiting)?;
        waiting.error_class = None;
        waiting.error = None;
        operation::update(tx, &mut waiting).await?;
        effects::close_task_of_operation(engine, tx, &waiting, tasks::Outcome::FellAway).await?;
        released += 1;
    }
    Ok(released)
}
