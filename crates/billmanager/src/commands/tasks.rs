//! Tasks made on purpose (protocol facts §7.3): the automatic repetition stops, and an employee does what the CA has no call for.

use crate::{Failure, Kind, host::NewTask, run::Session};

/// Makes a task for a command, unless the service has an open one of that type.
///
/// # Errors
/// [`Kind::ManualReissue`] when the host has no type of task for it; the host's errors.
pub(super) async fn make(session: &Session, item: u64, command: &str, text: &str) -> Result<(), Failure> {
    let operation = session.operation();
    if let Some(operation) = operation {
        session.host.set_manual(operation).await?;
    }
    let Some(kind) = session.host.task_type(command, item).await? else {
        return Err(Failure::new(Kind::ManualReissue).about(command).saying(text));
    };
    if session.records.open_tasks(item, &kind).await? > 0 {
        tracing::info!(item, kind, "the service has such a task already");
        return Ok(());
    }
    tracing::info!(item, kind, text, "making a task");
    session
        .host
        .make_task(NewTask {
            item,
            operation,
            kind: &kind,
            text,
        })
        .await?;
    Ok(())
}
