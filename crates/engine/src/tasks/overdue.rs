//! Tells departments of tasks that should be done already: once per due date.

use notify::mail::TaskEvent;
use serde_json::json;

use super::desk;
use crate::{Engine, audit, error::Result, operations::run::system};

/// Tasks that one run tells of.
const AT_ONCE: u64 = 500;

/// Tells the departments; says of how many tasks.
pub(crate) async fn tell(engine: &Engine) -> Result<usize> {
    let now = engine.now();
    let found = store::task::overdue_untold(engine.store().reader(), now, AT_ONCE).await?;
    let count = found.len();
    for mut task in found {
        let tx = engine.store().begin().await?;
        let Some(department) = store::department::find(&tx, task.department_id).await? else {
            continue;
        };
        task.overdue_told_at = Some(now);
        match store::task::update(&tx, &mut task).await {
            // Somebody works on it at this moment; the next run sees what came of it.
            Err(store::Error::Conflict { .. }) => continue,
            outcome => outcome?,
        }
        desk::tell(engine, &tx, &task, &department, TaskEvent::Overdue).await?;
        let actor = system(engine, task.seller_id);
        audit::append(
            &tx,
            engine,
            &actor,
            "task.overdue",
            &task.id,
            json!({ "due": task.due_at }),
        );
        tx.commit().await?;
    }
    Ok(count)
}
