//! What departments are told.

use domain::{Money, state::TaskPriority};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::words::{Fields, Words, code, line, none};
use crate::Link;

/// See [`super::Mail::ModuleBalanceLow`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleBalanceLow {
    /// The processing module's name.
    pub module: String,
    /// What the account at the CA holds.
    pub balance: Money,
    /// What it must hold.
    pub minimum: Money,
    /// When the balance was read.
    pub read_at: Timestamp,
    /// What happens to orders meanwhile.
    pub purchases: Purchases,
    /// The module's page.
    pub link: Link,
}

/// Whether a module below its minimal balance still buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purchases {
    /// As long as the money lasts.
    Continue,
    /// Not until the balance is above the minimum.
    Stopped,
}

/// See [`super::Mail::TaskOpened`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskOpened {
    /// The human number of the task: `T-17`.
    pub task: String,
    /// Why the mail is written.
    #[serde(default)]
    pub event: TaskEvent,
    /// What is to be done, in a few words.
    pub title: String,
    /// Why it came up.
    pub reason: String,
    /// The department it waits in.
    pub department: String,
    /// How soon it must be done.
    #[serde(default)]
    pub priority: Option<TaskPriority>,
    /// When it should be done.
    #[serde(default)]
    pub due: Option<Timestamp>,
    /// The human number of the service, when it is about one.
    pub service: Option<String>,
    /// The task's page.
    pub link: Link,
}

/// Why a mail about a task is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskEvent {
    /// It is new.
    #[default]
    Opened,
    /// It came from another department.
    HandedOver,
    /// Somebody gave it to the reader.
    Given,
    /// It should be done already.
    Overdue,
}

impl ModuleBalanceLow {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        vec![
            ("module", line(&self.module)),
            ("balance", words.money(self.balance)),
            ("minimum", words.money(self.minimum)),
            ("read_at", words.time(self.read_at)),
            ("stopped", (self.purchases == Purchases::Stopped).into()),
            ("link", self.link.as_str().into()),
        ]
    }
}

impl TaskOpened {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        let reasons = self.reason.lines().filter(|text| !text.trim().is_empty());
        vec![
            ("task", line(&self.task)),
            ("title", line(&self.title)),
            ("event", code(self.event)),
            ("reasons", reasons.map(line).collect()),
            ("department", line(&self.department)),
            (
                "priority",
                self.priority
                    .map_or_else(none, |priority| words.word("task-priority", priority.word())),
            ),
            ("due", self.due.map_or_else(none, |due| words.time(due))),
            ("service", self.service.as_deref().map_or_else(none, line)),
            ("link", self.link.as_str().into()),
        ]
    }
}
