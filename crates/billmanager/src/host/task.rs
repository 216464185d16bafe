//! Tasks for the host's employees.

use super::{Call, CallError, Host};

/// A task to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewTask<'a> {
    /// The service.
    pub item: u64,
    /// The operation that waits for it.
    pub operation: Option<u64>,
    /// The host's type of task.
    pub kind: &'a str,
    /// What the employee should know.
    pub text: &'a str,
}

impl Host {
    /// The host's type of task for a command; `None` when it has none.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn task_type(&self, command: &str, item: u64) -> Result<Option<String>, CallError> {
        let call = Call::new("task.gettype")
            .with("operation", command)
            .with("item", item.to_string());
        let answer = self.call(call).await?;
        Ok(answer.content_of("task_type").filter(|kind| !kind.is_empty()))
    }

    /// Makes a task.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn make_task(&self, task: NewTask<'_>) -> Result<(), CallError> {
        let mut call = Call::new("task.edit")
            .with("item", task.item.to_string())
            .with("type", task.kind)
            .with("sok", "ok");
        if let Some(operation) = task.operation {
            call = call.with("runningoperation", operation.to_string());
        }
        self.call(call.with("params", task.text)).await.map(drop)
    }
}
