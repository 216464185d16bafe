//! Tasks: work for a person, in a department.
//!
//! Whatever needs a person opens a task with a key of its kind and subject; of all tasks with one key only one is open, so
//! the same trouble met a hundred times is one task. When the cause goes away, so does the task.

use domain::{
    id::{AccountId, DepartmentId, ModuleId, NumberKind, OperationId, ServiceId, TaskId, UserId},
    state::{TaskKind, TaskState},
};
use notify::{Link, Mail, mail::TaskOpened};
use serde_json::json;
use store::{
    Conn, Listing, Page, Tx,
    department::Department,
    task::{Task, TaskComment, TaskFilter},
    user::{User, UserState},
};
use uuid::Uuid;

use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    departments,
    effects::{self, ToSend},
    error::{Error, Result},
};

/// The most characters of a title.
const LONGEST_TITLE: usize = 200;
/// The most characters of a comment or a detail.
const LONGEST_TEXT: usize = 20_000;

/// Tasks.
pub struct Tasks<'a>(&'a Engine);

impl Engine {
    /// Tasks.
    #[must_use]
    pub fn tasks(&self) -> Tasks<'_> {
        Tasks(self)
    }
}

/// A task to be opened.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// What it asks for.
    pub kind: TaskKind,
    /// What it is about, in one line.
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

/// How a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody did it.
    Done,
    /// Its cause is gone, or it was a mistake.
    FellAway,
}

/// A task with what is written under it.
#[derive(Debug, Clone)]
pub struct TaskView {
    /// The task.
    pub task: Task,
    /// What was written, oldest first.
    pub comments: Vec<TaskComment>,
    /// The department.
    pub department: Department,
    /// Who does it.
    pub performer: Option<User>,
}

/// Opens a task and tells its department, unless one with the same key is open; returns the one that is.
pub(crate) async fn open(engine: &Engine, tx: &Tx, actor: &Actor, new: NewTask) -> Result<Task> {
    if let Some(found) = store::task::find_open(tx, &new.dedup_key).await? {
        return Ok(found);
    }
    let department = match new.department {
        Some(id) => store::department::find(tx, id).await?.ok_or(Error::NotFound)?,
        None => departments::default_department(engine, tx, actor).await?,
    };
    let now = engine.now();
    let task = Task {
        id: engine.new_id(),
        seller_id: department.seller_id,
        number: store::counter::next_number(tx, NumberKind::Task).await?,
        kind: new.kind,
        state: TaskState::Open,
        title: cut(&new.title, LONGEST_TITLE),
        detail: cut(&new.detail, LONGEST_TEXT),
        department_id: department.id,
        performer_id: None,
        service_id: new.service,
        operation_id: new.operation,
        module_id: new.module,
        account_id: new.account,
        dedup_key: new.dedup_key,
        created_at: now,
        changed_at: now,
        closed_at: None,
        version: 1,
    };
    if !store::task::insert_once(tx, &task).await? {
        // Another transaction was quicker; its task is the one.
        return store::task::find_open(tx, &task.dedup_key)
            .await?
            .ok_or(Error::Conflict);
    }
    tell(engine, tx, &task, &department).await?;
    let detail = json!({ "kind": task.kind, "title": task.title, "department": department.id });
    audit::append(tx, engine, actor, "task.open", &task.id, detail);
    Ok(task)
}

/// Closes a task that may be closed already.
pub(crate) async fn close(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    id: TaskId,
    outcome: Outcome,
) -> Result<()> {
    let mut task = store::task::find(tx, id).await?.ok_or(Error::NotFound)?;
    if task.state.is_open() {
        end(engine, tx, actor, &mut task, outcome).await?;
    }
    Ok(())
}

/// Closes the open task with this key, if there is one: its cause is gone.
pub(crate) async fn close_by_key(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    dedup_key: &str,
    outcome: Outcome,
) -> Result<()> {
    match store::task::find_open(tx, dedup_key).await? {
        Some(mut task) => end(engine, tx, actor, &mut task, outcome).await,
        None => Ok(()),
    }
}

/// Writes under a task in the name of whoever acts.
pub(crate) async fn comment(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    task: &mut Task,
    body: &str,
) -> Result<()> {
    let author = match actor.user() {
        Some(user) => store::user::find(tx, user)
            .await?
            .map_or_else(|| actor.label(), |user| user.name),
        None => actor.label(),
    };
    let comment = TaskComment {
        id: Uuid::from(engine.new_id::<TaskId>()),
        task_id: task.id,
        author_id: actor.user(),
        author,
        body: cut(body, LONGEST_TEXT),
        created_at: engine.now(),
    };
    store::task::insert_comment(tx, &comment).await?;
    task.changed_at = comment.created_at;
    Ok(store::task::update(tx, task).await?)
}

impl Tasks<'_> {
    /// The newest tasks first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn list(&self, actor: &Actor, mut filter: TaskFilter, page: &Page) -> Result<Listing<Task>> {
        authority::require(actor, Permission::WorkTasks)?;
        filter.seller = Some(actor.seller);
        Ok(store::task::list(self.0.store().reader(), &filter, page).await?)
    }

    /// How many tasks there are.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn count(&self, actor: &Actor, mut filter: TaskFilter) -> Result<u64> {
        authority::require(actor, Permission::WorkTasks)?;
        filter.seller = Some(actor.seller);
        Ok(store::task::count(self.0.store().reader(), &filter).await?)
    }

    /// One task with what is written under it.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn show(&self, actor: &Actor, id: TaskId) -> Result<TaskView> {
        let reader = self.0.store().reader();
        let task = visible(reader, actor, id).await?;
        let department = store::department::find(reader, task.department_id)
            .await?
            .ok_or(Error::NotFound)?;
        let performer = match task.performer_id {
            Some(user) => store::user::find(reader, user).await?,
            None => None,
        };
        let comments = store::task::comments(reader, id).await?;
        Ok(TaskView {
            task,
            comments,
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
    /// [`Error::Forbidden`], [`Error::Invalid`], [`Error::NotFound`] for a department that is not there.
    pub async fn create(
        &self,
        actor: &Actor,
        title: &str,
        detail: &str,
        department: DepartmentId,
    ) -> Result<Task> {
        authority::require(actor, Permission::WorkTasks)?;
        refuse_empty("title", title)?;
        let tx = self.0.store().begin().await?;
        departments::visible(&tx, actor, department).await?;
        let new = NewTask {
            kind: TaskKind::Plain,
            title: title.trim().to_owned(),
            detail: detail.trim().to_owned(),
            department: Some(department),
            service: None,
            operation: None,
            module: None,
            account: None,
            dedup_key: format!("plain:{}", self.0.new_id::<TaskId>()),
        };
        let task = open(self.0, &tx, actor, new).await?;
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

    /// Makes a member of staff the performer, or nobody.
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
        task.changed_at = self.0.now();
        store::task::update(&tx, &mut task).await?;
        audit::append(
            &tx,
            self.0,
            actor,
            "task.give",
            &id,
            json!({ "performer": performer }),
        );
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
        task.changed_at = self.0.now();
        store::task::update(&tx, &mut task).await?;
        tell(self.0, &tx, &task, &department).await?;
        audit::append(
            &tx,
            self.0,
            actor,
            "task.hand_over",
            &id,
            json!({ "department": department.id }),
        );
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
        comment(self.0, &tx, actor, &mut task, body.trim()).await?;
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

    async fn finish(&self, actor: &Actor, id: TaskId, outcome: Outcome) -> Result<Task> {
        let tx = self.0.store().begin().await?;
        let mut task = visible_open(&tx, actor, id).await?;
        if task.kind == TaskKind::CreditApproval {
            return Err(Error::refused("decide-the-credit"));
        }
        end(self.0, &tx, actor, &mut task, outcome).await?;
        tx.commit().await?;
        Ok(task)
    }
}

async fn end(engine: &Engine, tx: &Tx, actor: &Actor, task: &mut Task, outcome: Outcome) -> Result<()> {
    let now = engine.now();
    task.state = match outcome {
        Outcome::Done => TaskState::Done,
        Outcome::FellAway => TaskState::Cancelled,
    };
    task.performer_id = task.performer_id.or(actor.user());
    task.changed_at = now;
    task.closed_at = Some(now);
    store::task::update(tx, task).await?;
    audit::append(
        tx,
        engine,
        actor,
        "task.close",
        &task.id,
        json!({ "state": task.state }),
    );
    Ok(())
}

/// The task, if it is there for the actor.
async fn visible(conn: &dyn Conn, actor: &Actor, id: TaskId) -> Result<Task> {
    authority::require(actor, Permission::WorkTasks)?;
    let task = store::task::find(conn, id).await?.ok_or(Error::NotFound)?;
    // Staff who act for a client see what the client sees: no tasks.
    authority::see(actor, task.seller_id, None)?;
    Ok(task)
}

async fn visible_open(tx: &Tx, actor: &Actor, id: TaskId) -> Result<Task> {
    let task = visible(tx, actor, id).await?;
    if !task.state.is_open() {
        return Err(Error::refused("task-closed"));
    }
    Ok(task)
}

/// Writes the mails to a department: to its address, or to each of its members.
async fn tell(engine: &Engine, tx: &Tx, task: &Task, department: &Department) -> Result<()> {
    let shown = NumberKind::Task.show(task.number);
    let service = match task.service_id {
        Some(id) => store::service::find(tx, id).await?,
        None => None,
    };
    let link = Link::parse(format!("{}/admin/tasks/{}", engine.config().public_url, task.id))
        .map_err(|error| Error::Internal(format!("the public address: {error}")))?;
    for (recipient, language) in recipients(tx, department).await? {
        let mail = Mail::TaskOpened(TaskOpened {
            task: shown.clone(),
            title: task.title.clone(),
            reason: task.detail.clone(),
            department: department.name.clone(),
            service: service
                .as_ref()
                .map(|service| NumberKind::Service.show(service.number)),
            link: link.clone(),
        });
        let key = format!("task:{}:{}:{recipient}", task.id, task.version);
        let letter = ToSend {
            recipient,
            language,
            key,
            about: service.clone(),
        };
        effects::send(engine, tx, task.seller_id, letter, &mail).await?;
    }
    Ok(())
}

/// Mail addresses with the language of each reader.
pub(crate) async fn recipients(conn: &dyn Conn, department: &Department) -> Result<Vec<(String, String)>> {
    let members = store::department::members(conn, department.id).await?;
    let users = store::user::find_many(conn, &members).await?;
    if !department.email.is_empty() {
        // A shared address reads the language of the member who is there longest.
        let language = users
            .first()
            .map_or_else(|| "en".to_owned(), |user| user.language.clone());
        return Ok(vec![(department.email.clone(), language)]);
    }
    Ok(users
        .into_iter()
        .filter(|user| user.state == UserState::Active)
        .map(|user| (user.email, user.language))
        .collect())
}

fn refuse_empty(field: &str, text: &str) -> Result<()> {
    if text.trim().is_empty() {
        return Err(Error::field(field, "required"));
    }
    Ok(())
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
