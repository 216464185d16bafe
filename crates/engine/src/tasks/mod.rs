//! Tasks: work for a person, in a department.
//!
//! Whatever needs a person opens a task with a key of its kind and subject; of all tasks with one key only one is open, so
//! the same trouble met a hundred times is one task. When the cause goes away, so does the task.
//!
//! Who does not see all tasks sees those of the own departments and those that were given to them
//! ([`authority::desk`]). What was done with a task is read from the audit trail.

mod desk;
mod due;
mod history;
mod lines;
mod model;
pub(crate) mod overdue;

pub use due::working_time;
pub use model::{
    BulkChange, BulkReport, Change, HistoryEntry, NewTask, OperationBrief, Outcome, PlainTask, TaskCounts,
    TaskFilter, TaskLine, TaskSort, TaskView,
};

use domain::{
    contact::FieldProblem,
    id::{DepartmentId, NumberKind, TaskId, UserId},
    state::{TaskKind, TaskPriority, TaskState},
};
use jiff::Timestamp;
use notify::mail::TaskEvent;
use serde_json::json;
use store::{Conn, Listing, Page, Tx, task::Task};

use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    departments,
    error::{Error, Result},
};

pub(crate) use desk::{close, close_by_key, open, recipients};

/// The most tasks that are changed at once.
const MOST_AT_ONCE: usize = 500;

/// Tasks.
pub struct Tasks<'a>(&'a Engine);

impl Engine {
    /// Tasks.
    #[must_use]
    pub fn tasks(&self) -> Tasks<'_> {
        Tasks(self)
    }
}

impl Tasks<'_> {
    /// The newest tasks first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn list(&self, actor: &Actor, filter: TaskFilter, page: &Page) -> Result<Listing<Task>> {
        let filter = self.narrowed(actor, filter).await?;
        Ok(store::task::list(self.0.store().reader(), &filter, page).await?)
    }

    /// Tasks as rows, in the wanted order.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn lines(
        &self,
        actor: &Actor,
        filter: TaskFilter,
        sort: TaskSort,
        page: &Page,
    ) -> Result<Listing<TaskLine>> {
        let filter = self.narrowed(actor, filter).await?;
        let found = store::task::sorted(self.0.store().reader(), &filter, sort, page).await?;
        Ok(Listing {
            rows: lines::of(self.0, actor, found.rows).await?,
            next: found.next,
            total: found.total,
        })
    }

    /// How many tasks there are.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn count(&self, actor: &Actor, filter: TaskFilter) -> Result<u64> {
        let filter = self.narrowed(actor, filter).await?;
        Ok(store::task::count(self.0.store().reader(), &filter).await?)
    }

    /// How many tasks are open, overdue, and the actor's own.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn counts(&self, actor: &Actor) -> Result<TaskCounts> {
        let overdue = TaskFilter {
            due_before: Some(self.0.now()),
            ..TaskFilter::open()
        };
        let mine = match actor.user() {
            Some(user) => {
                let mine = TaskFilter {
                    performer: Some(user),
                    ..TaskFilter::open()
                };
                self.count(actor, mine).await?
            }
            None => 0,
        };
        Ok(TaskCounts {
            open: self.count(actor, TaskFilter::open()).await?,
            overdue: self.count(actor, overdue).await?,
            mine,
        })
    }

    /// One task with what is written under it and what was done with it.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn show(&self, actor: &Actor, id: TaskId) -> Result<TaskView> {
        let reader = self.0.store().reader();
        let task = visible(reader, actor, id).await?;
        let departments = store::department::list(reader, task.seller_id).await?;
        let department = departments
            .iter()
            .find(|department| department.id == task.department_id)
            .cloned()
            .ok_or(Error::NotFound)?;
        let performer = match task.performer_id {
            Some(user) => store::user::find(reader, user).await?,
            None => None,
        };
        let mut lines = lines::of(self.0, actor, vec![task.clone()]).await?;
        Ok(TaskView {
            line: lines.pop().ok_or(Error::NotFound)?,
            comments: store::task::comments(reader, id).await?,
            history: history::of(reader, &task, &departments).await?,
            task,
            department,
            performer,
        })
    }

    /// The id of the task with this human number.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn by_number(&self, actor: &Actor, number: i64) -> Result<TaskId> {
        let reader = self.0.store().reader();
        let task = store::task::find_by_number(reader, number)
            .await?
            .ok_or(Error::NotFound)?;
        Ok(visible(reader, actor, task.id).await?.id)
    }

    /// Writes a task by hand.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`], [`Error::NotFound`] for a department or service that is not there.
    pub async fn create(&self, actor: &Actor, new: PlainTask) -> Result<Task> {
        authority::require(actor, Permission::WorkTasks)?;
        refuse_empty("title", &new.title)?;
        let account = match new.service {
            Some(id) => Some(self.0.services().own(actor, id).await?.account_id),
            None => None,
        };
        let tx = self.0.store().begin().await?;
        let department = departments::visible(&tx, actor, new.department).await?;
        let now = self.0.now();
        let id: TaskId = self.0.new_id();
        let task = Task {
            id,
            seller_id: department.seller_id,
            number: store::counter::next_number(&tx, NumberKind::Task).await?,
            kind: TaskKind::Plain,
            state: TaskState::Open,
            priority: new.priority,
            due_at: new
                .due_at
                .or_else(|| Some(desk::clock(self.0, &department).due(new.priority, None))),
            overdue_told_at: None,
            title: desk::cut(new.title.trim(), desk::LONGEST_TITLE),
            detail: desk::cut(new.detail.trim(), desk::LONGEST_TEXT),
            department_id: department.id,
            performer_id: None,
            service_id: new.service,
            operation_id: None,
            module_id: None,
            account_id: account,
            dedup_key: format!("plain:{id}"),
            created_at: now,
            changed_at: now,
            closed_at: None,
            version: 1,
        };
        let task = desk::insert(self.0, &tx, actor, task, &department).await?;
        tx.commit().await?;
        Ok(task)
    }

    /// Makes the actor the performer.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Refused`] with `task-closed`.
    pub async fn take(&self, actor: &Actor, id: TaskId) -> Result<Task> {
        let Some(user) = actor.user() else {
            return Err(Error::Forbidden);
        };
        self.give(actor, id, Some(user)).await
    }

    /// Makes a member of staff the performer, who is told, or nobody.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Invalid`] for somebody who is no staff, [`Error::Refused`]
    /// with `task-closed`.
    pub async fn give(&self, actor: &Actor, id: TaskId, performer: Option<UserId>) -> Result<Task> {
        let tx = self.0.store().begin().await?;
        let mut task = visible_open(&tx, actor, id).await?;
        if let Some(user) = performer {
            let user = store::user::find(&tx, user).await?;
            let is_staff =
                user.is_some_and(|user| user.seller_id == actor.seller && user.staff_role.is_some());
            if !is_staff {
                return Err(Error::field("performer", "staff-only"));
            }
        }
        task.performer_id = performer;
        task.state = if performer.is_some() {
            TaskState::InProgress
        } else {
            TaskState::Open
        };
        let detail = json!({ "performer": performer });
        self.save(&tx, actor, &mut task, "task.give", detail).await?;
        if let Some(user) = performer {
            desk::tell_performer(self.0, &tx, actor, &task, user).await?;
        }
        tx.commit().await?;
        Ok(task)
    }

    /// Moves a task to another department, which is told; nobody has it then.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Refused`] with `task-closed`.
    pub async fn hand_over(&self, actor: &Actor, id: TaskId, department: DepartmentId) -> Result<Task> {
        let tx = self.0.store().begin().await?;
        let mut task = visible_open(&tx, actor, id).await?;
        let department = departments::visible(&tx, actor, department).await?;
        task.department_id = department.id;
        task.performer_id = None;
        task.state = TaskState::Open;
        let detail = json!({ "department": department.id });
        self.save(&tx, actor, &mut task, "task.hand_over", detail).await?;
        desk::tell(self.0, &tx, &task, &department, TaskEvent::HandedOver).await?;
        tx.commit().await?;
        Ok(task)
    }

    /// Makes a task more or less urgent. More urgent also means due earlier; less urgent leaves the due date.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Refused`] with `task-closed`.
    pub async fn set_priority(&self, actor: &Actor, id: TaskId, priority: TaskPriority) -> Result<Task> {
        let tx = self.0.store().begin().await?;
        let mut task = visible_open(&tx, actor, id).await?;
        let before = task.priority;
        if before == priority {
            return Ok(task);
        }
        task.priority = priority;
        if priority > before {
            let department = departments::visible(&tx, actor, task.department_id).await?;
            let due = desk::clock(self.0, &department).due(priority, None);
            if task.due_at.is_none_or(|given| given > due) {
                task.due_at = Some(due);
                task.overdue_told_at = None;
            }
        }
        let detail = json!({ "before": before, "after": priority });
        self.save(&tx, actor, &mut task, "task.priority", detail).await?;
        tx.commit().await?;
        Ok(task)
    }

    /// Says when a task should be done, or that it may wait for ever.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Refused`] with `task-closed`.
    pub async fn set_due(&self, actor: &Actor, id: TaskId, due: Option<Timestamp>) -> Result<Task> {
        let tx = self.0.store().begin().await?;
        let mut task = visible_open(&tx, actor, id).await?;
        let before = task.due_at;
        if before == due {
            return Ok(task);
        }
        task.due_at = due;
        task.overdue_told_at = None;
        let detail = json!({ "before": before, "after": due });
        self.save(&tx, actor, &mut task, "task.due", detail).await?;
        tx.commit().await?;
        Ok(task)
    }

    /// Writes under a task.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Invalid`].
    pub async fn comment(&self, actor: &Actor, id: TaskId, body: &str) -> Result<()> {
        refuse_empty("body", body)?;
        let tx = self.0.store().begin().await?;
        let mut task = visible(&tx, actor, id).await?;
        desk::comment(self.0, &tx, actor, &mut task, body.trim()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Finishes a task.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Refused`] with `task-closed`, or with `decide-the-credit` for
    /// one that only a decision closes.
    pub async fn done(&self, actor: &Actor, id: TaskId) -> Result<Task> {
        self.finish(actor, id, Outcome::Done).await
    }

    /// Drops a task whose cause is gone.
    ///
    /// # Errors
    /// As [`Tasks::done`].
    pub async fn cancel(&self, actor: &Actor, id: TaskId) -> Result<Task> {
        self.finish(actor, id, Outcome::FellAway).await
    }

    /// Opens a closed task again: there was more to do after all. Nobody has it then.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Refused`] with `task-open`, or with `task-open-again` when the
    /// same trouble has a newer task.
    pub async fn reopen(&self, actor: &Actor, id: TaskId) -> Result<Task> {
        let tx = self.0.store().begin().await?;
        let mut task = visible(&tx, actor, id).await?;
        if task.state.is_open() {
            return Err(Error::refused("task-open"));
        }
        if task.kind == TaskKind::CreditApproval {
            return Err(Error::refused("decide-the-credit"));
        }
        if store::task::find_open(&tx, &task.dedup_key).await?.is_some() {
            return Err(Error::refused("task-open-again"));
        }
        task.state = TaskState::Open;
        task.performer_id = None;
        task.closed_at = None;
        task.overdue_told_at = None;
        self.save(&tx, actor, &mut task, "task.reopen", json!({})).await?;
        tx.commit().await?;
        Ok(task)
    }

    /// Changes several tasks alike, each in a transaction of its own. What a rule keeps as it is, is counted.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`] for more than 500 tasks and for a change that no task can have.
    pub async fn change_all(
        &self,
        actor: &Actor,
        tasks: &[TaskId],
        change: &BulkChange,
    ) -> Result<BulkReport> {
        authority::require(actor, Permission::WorkTasks)?;
        if tasks.len() > MOST_AT_ONCE {
            return Err(Error::Invalid(vec![FieldProblem {
                field: "tasks".to_owned(),
                code: "too-many",
            }]));
        }
        let mut report = BulkReport::default();
        for &id in tasks {
            let outcome = match change {
                BulkChange::Take => self.take(actor, id).await,
                BulkChange::Give(performer) => self.give(actor, id, *performer).await,
                BulkChange::Priority(priority) => self.set_priority(actor, id, *priority).await,
                BulkChange::HandOver(department) => self.hand_over(actor, id, *department).await,
                BulkChange::Close(outcome) => self.finish(actor, id, *outcome).await,
            };
            match outcome {
                Ok(_) => report.changed += 1,
                Err(Error::Refused(_) | Error::NotFound | Error::Conflict) => report.refused += 1,
                Err(other) => return Err(other),
            }
        }
        Ok(report)
    }

    async fn finish(&self, actor: &Actor, id: TaskId, outcome: Outcome) -> Result<Task> {
        let tx = self.0.store().begin().await?;
        let mut task = visible_open(&tx, actor, id).await?;
        if task.kind == TaskKind::CreditApproval {
            return Err(Error::refused("decide-the-credit"));
        }
        desk::end(self.0, &tx, actor, &mut task, outcome).await?;
        tx.commit().await?;
        Ok(task)
    }

    async fn save(
        &self,
        tx: &Tx,
        actor: &Actor,
        task: &mut Task,
        action: &'static str,
        detail: serde_json::Value,
    ) -> Result<()> {
        task.changed_at = self.0.now();
        store::task::update(tx, task).await?;
        audit::append(tx, self.0, actor, action, &task.id, detail);
        Ok(())
    }

    async fn narrowed(&self, actor: &Actor, mut filter: TaskFilter) -> Result<TaskFilter> {
        authority::require(actor, Permission::WorkTasks)?;
        let desk = authority::desk(self.0.store().reader(), actor).await?;
        filter.seller = Some(actor.seller);
        filter.seen_by = desk.limit();
        Ok(filter)
    }
}

/// The task, if it is there for the actor.
async fn visible(conn: &dyn Conn, actor: &Actor, id: TaskId) -> Result<Task> {
    authority::require(actor, Permission::WorkTasks)?;
    let task = store::task::find(conn, id).await?.ok_or(Error::NotFound)?;
    // Staff who act for a client see what the client sees: no tasks.
    authority::see(actor, task.seller_id, None)?;
    authority::desk(conn, actor).await?.see(&task)?;
    Ok(task)
}

async fn visible_open(tx: &Tx, actor: &Actor, id: TaskId) -> Result<Task> {
    let task = visible(tx, actor, id).await?;
    if !task.state.is_open() {
        return Err(Error::refused("task-closed"));
    }
    Ok(task)
}

fn refuse_empty(field: &str, text: &str) -> Result<()> {
    if text.trim().is_empty() {
        return Err(Error::field(field, "required"));
    }
    Ok(())
}
