//! What opens, closes and tells of tasks inside the transactions of others.

use domain::{
    id::{NumberKind, TaskId, UserId},
    state::{TaskKind, TaskState},
};
use i18n::Locale;
use notify::{
    Link, Mail,
    mail::{TaskEvent, TaskOpened},
};
use serde_json::json;
use store::{
    Conn, Tx,
    department::Department,
    service::Service,
    task::{Task, TaskComment},
    user::UserState,
};
use uuid::Uuid;

use super::{
    NewTask, Outcome,
    due::{self, Clock},
};
use crate::{
    Engine,
    actor::Actor,
    audit, departments,
    effects::{self, ToSend},
    error::{Error, Result},
};

/// The most characters of a title.
pub(super) const LONGEST_TITLE: usize = 200;
/// The most characters of a comment or a detail.
pub(super) const LONGEST_TEXT: usize = 20_000;

/// Opens a task and tells its department, unless one with the same key is open; returns the one that is.
pub(crate) async fn open(engine: &Engine, tx: &Tx, actor: &Actor, new: NewTask) -> Result<Task> {
    if let Some(found) = store::task::find_open(tx, &new.dedup_key).await? {
        return Ok(found);
    }
    let department = match new.department {
        Some(id) => store::department::find(tx, id).await?.ok_or(Error::NotFound)?,
        None => departments::default_department(engine, tx, actor).await?,
    };
    let service = match new.service {
        Some(id) => store::service::find(tx, id).await?,
        None => None,
    };
    let end_date = service.as_ref().and_then(|service| service.end_date);
    let days_left = end_date.and_then(|end| engine.today().until(end).ok().map(|left| left.get_days()));
    let priority = due::priority(new.kind, days_left);
    let now = engine.now();
    let words = Words::of(&department, &new);
    let task = Task {
        id: engine.new_id(),
        seller_id: department.seller_id,
        number: store::counter::next_number(tx, NumberKind::Task).await?,
        kind: new.kind,
        state: TaskState::Open,
        priority,
        due_at: Some(clock(engine, &department).due(priority, end_date)),
        overdue_told_at: None,
        title: words.title,
        detail: words.detail,
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
    insert(engine, tx, actor, task, &department).await
}

/// Stores a task with what follows from that: mails to the department, an entry of the audit trail.
pub(super) async fn insert(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    task: Task,
    department: &Department,
) -> Result<Task> {
    if !store::task::insert_once(tx, &task).await? {
        // Another transaction was quicker; its task is the one.
        return store::task::find_open(tx, &task.dedup_key)
            .await?
            .ok_or(Error::Conflict);
    }
    tell(engine, tx, &task, department, TaskEvent::Opened).await?;
    let detail = json!({
        "kind": task.kind, "title": task.title, "department": department.id,
        "priority": task.priority, "due": task.due_at,
    });
    audit::append(tx, engine, actor, "task.open", &task.id, detail);
    Ok(task)
}

/// What due dates of a department are computed from now.
pub(super) fn clock<'a>(engine: &'a Engine, department: &Department) -> Clock<'a> {
    Clock {
        now: engine.now(),
        hours: department.hours,
        zone: &engine.config().time_zone,
    }
}

/// What a task says, in the language of its department.
struct Words {
    title: String,
    detail: String,
}

impl Words {
    fn of(department: &Department, new: &NewTask) -> Self {
        let locale = language(department);
        let word = new.kind.word().replace('_', "-");
        if new.kind == TaskKind::Plain {
            return Self {
                title: cut(&new.title, LONGEST_TITLE),
                detail: cut(&new.detail, LONGEST_TEXT),
            };
        }
        let kind = i18n::t(locale, &format!("task-kind-{word}"));
        let title = i18n::t_args(
            locale,
            "task-title",
            &[("kind", kind.into()), ("subject", new.title.as_str().into())],
        );
        let what = i18n::t(locale, &format!("task-todo-{word}"));
        Self {
            title: cut(&title, LONGEST_TITLE),
            detail: cut(format!("{what}\n\n{}", new.detail).trim(), LONGEST_TEXT),
        }
    }
}

fn language(department: &Department) -> Locale {
    department.language.parse().unwrap_or_default()
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

pub(super) async fn end(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    task: &mut Task,
    outcome: Outcome,
) -> Result<()> {
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

/// Writes under a task in the name of whoever acts.
pub(super) async fn comment(
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

/// Writes the mails to a department: to its address, or to each of its members.
pub(super) async fn tell(
    engine: &Engine,
    tx: &Tx,
    task: &Task,
    department: &Department,
    event: TaskEvent,
) -> Result<()> {
    for (recipient, language) in recipients(tx, department).await? {
        send(engine, tx, task, department, event, (recipient, language)).await?;
    }
    Ok(())
}

/// Tells a member of staff that somebody else gave them a task.
pub(super) async fn tell_performer(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    task: &Task,
    performer: UserId,
) -> Result<()> {
    if actor.user() == Some(performer) {
        return Ok(());
    }
    let user = store::user::find(tx, performer).await?;
    let department = store::department::find(tx, task.department_id).await?;
    let (Some(user), Some(department)) = (user, department) else {
        return Ok(());
    };
    if user.state != UserState::Active {
        return Ok(());
    }
    let reader = (user.email, user.language);
    send(engine, tx, task, &department, TaskEvent::Given, reader).await
}

async fn send(
    engine: &Engine,
    tx: &Tx,
    task: &Task,
    department: &Department,
    event: TaskEvent,
    (recipient, language): (String, String),
) -> Result<()> {
    let service: Option<Service> = match task.service_id {
        Some(id) => store::service::find(tx, id).await?,
        None => None,
    };
    let link = Link::parse(format!("{}/admin/tasks/{}", engine.config().public_url, task.id))
        .map_err(|error| Error::Internal(format!("the public address: {error}")))?;
    let mail = Mail::TaskOpened(TaskOpened {
        task: NumberKind::Task.show(task.number),
        event,
        title: task.title.clone(),
        reason: task.detail.clone(),
        department: department.name.clone(),
        priority: Some(task.priority),
        due: task.due_at,
        service: service
            .as_ref()
            .map(|service| NumberKind::Service.show(service.number)),
        link,
    });
    let letter = ToSend {
        key: format!("task:{}:{}:{recipient}", task.id, task.version),
        recipient,
        language,
        about: service,
    };
    effects::send(engine, tx, task.seller_id, letter, &mail).await
}

/// Mail addresses with the language of each mail: the department's.
pub(crate) async fn recipients(conn: &dyn Conn, department: &Department) -> Result<Vec<(String, String)>> {
    let language = || department.language.clone();
    if !department.email.is_empty() {
        return Ok(vec![(department.email.clone(), language())]);
    }
    let members = store::department::members(conn, department.id).await?;
    let users = store::user::find_many(conn, &members).await?;
    Ok(users
        .into_iter()
        .filter(|user| user.state == UserState::Active)
        .map(|user| (user.email, language()))
        .collect())
}

pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
