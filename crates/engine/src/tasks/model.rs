//! What goes into and comes out of [`Tasks`](super::Tasks).

use domain::{
    id::{AccountId, DepartmentId, ModuleId, OperationId, ServiceId, UserId},
    state::{OperationKind, OperationState, TaskKind, TaskPriority, TaskState},
};
use jiff::Timestamp;
pub use store::task::{TaskFilter, TaskSort};
use store::{
    department::Department,
    task::{Task, TaskComment},
    user::User,
};

use crate::services::ServiceLine;

/// A task to be opened.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// What it asks for.
    pub kind: TaskKind,
    /// What it is about, in words of no language: a number and a name, an amount and a name. For a plain task its title.
    pub title: String,
    /// Everything one needs to know.
    pub detail: String,
    /// Who shall do it; none: the oldest department.
    pub department: Option<DepartmentId>,
    /// The service it is about.
    pub service: Option<ServiceId>,
    /// The operation that waits for it.
    pub operation: Option<OperationId>,
    /// The processing module it is about.
    pub module: Option<ModuleId>,
    /// The account it is about.
    pub account: Option<AccountId>,
    /// Kind and subject, such as `balance_low:mod_…`.
    pub dedup_key: String,
}

/// A task as staff write it.
#[derive(Debug, Clone)]
pub struct PlainTask {
    /// What is to be done, in one line.
    pub title: String,
    /// Everything one needs to know.
    pub detail: String,
    /// Who shall do it.
    pub department: DepartmentId,
    /// How soon.
    pub priority: TaskPriority,
    /// When it should be done; none: as soon as its priority asks for.
    pub due_at: Option<Timestamp>,
    /// The service it is about.
    pub service: Option<ServiceId>,
}

/// How a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody did it.
    Done,
    /// Its cause is gone, or it was a mistake.
    FellAway,
}

/// A task as a row of the list.
#[derive(Debug, Clone)]
pub struct TaskLine {
    /// The task.
    pub task: Task,
    /// Name of its department.
    pub department: String,
    /// Who does it.
    pub performer: Option<String>,
    /// The service it is about.
    pub service: Option<ServiceLine>,
    /// The operation that waits for it.
    pub operation: Option<OperationBrief>,
    /// Name of the processing module it is about.
    pub module: Option<String>,
    /// Name of the account it is about.
    pub account: Option<String>,
    /// Whether work is left and it should be done already.
    pub is_overdue: bool,
}

/// The operation behind a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationBrief {
    /// Its id.
    pub id: OperationId,
    /// What people call it.
    pub number: i64,
    /// What it does.
    pub kind: OperationKind,
    /// Where it stands.
    pub state: OperationState,
}

/// A task with everything around it.
#[derive(Debug, Clone)]
pub struct TaskView {
    /// The task.
    pub task: Task,
    /// What it is about.
    pub line: TaskLine,
    /// What was written, oldest first.
    pub comments: Vec<TaskComment>,
    /// What was done with it, oldest first.
    pub history: Vec<HistoryEntry>,
    /// The department.
    pub department: Department,
    /// Who does it.
    pub performer: Option<User>,
}

/// One change of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// Who, as audit entries call the actor.
    pub actor: String,
    /// What.
    pub change: Change,
}

/// What was done with a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It was made.
    Opened,
    /// It went to somebody, or back to nobody.
    Given {
        /// Who does it now.
        to: Option<String>,
    },
    /// It went to another department.
    HandedOver {
        /// Which.
        to: String,
    },
    /// It became more or less urgent.
    Priority {
        /// What it was.
        from: TaskPriority,
        /// What it is.
        to: TaskPriority,
    },
    /// It is to be done at another time.
    Due {
        /// When it was due.
        from: Option<Timestamp>,
        /// When it is due.
        to: Option<Timestamp>,
    },
    /// The department was told that it is overdue.
    OverdueTold,
    /// It was closed.
    Closed {
        /// Done, or fell away.
        state: TaskState,
    },
    /// It was opened again.
    Reopened,
    /// Something that this version has no word for.
    Other {
        /// Its word in the audit trail.
        action: String,
    },
}

/// What is done with several tasks at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkChange {
    /// The actor takes them.
    Take,
    /// Somebody gets them, or nobody has them any more.
    Give(Option<UserId>),
    /// They become more or less urgent.
    Priority(TaskPriority),
    /// They go to another department.
    HandOver(DepartmentId),
    /// They are done, or fell away.
    Close(Outcome),
}

/// What came of a change of several tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BulkReport {
    /// Tasks that were changed.
    pub changed: u32,
    /// Tasks that a rule kept as they are, or that are not there for the actor.
    pub refused: u32,
}

/// How many tasks there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskCounts {
    /// With work left.
    pub open: u64,
    /// Of these, those that should be done already.
    pub overdue: u64,
    /// Of these, those that the actor does.
    pub mine: u64,
}
