//! `certbroker task …`

use anyhow::Context as _;
use domain::{
    Clock as _,
    id::{AccountId, DepartmentId, NumberKind, OperationId, ServiceId, TaskId, UserId},
};
use engine::tasks::{Change, TaskFilter, TaskLine, TaskSort, TaskView};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use serde::Serialize;
use store::{Page, page::MAX_PAGE_SIZE};

use super::{desk::Desk, find};
use crate::{
    cli::{ListTasks, SetTask, TaskCommand},
    output::{self, Sheet, Table, or_dash, spaced},
};

/// What stands for no performer.
const NOBODY: &str = "nobody";

pub(super) async fn run(desk: &Desk, command: TaskCommand) -> anyhow::Result<()> {
    match command {
        TaskCommand::List(wanted) => list(desk, wanted).await,
        TaskCommand::Show { task } => {
            let id = find::task(desk, &task).await?;
            show(desk, id).await
        }
        TaskCommand::Set(wanted) => set(desk, wanted).await,
        TaskCommand::Comment { task, text } => {
            let id = find::task(desk, &task).await?;
            desk.engine().tasks().comment(desk.owner(), id, &text).await?;
            show(desk, id).await
        }
        TaskCommand::Done { task, comment } => done(desk, &task, comment.as_deref()).await,
        TaskCommand::Cancel { task } => {
            let id = find::task(desk, &task).await?;
            desk.engine().tasks().cancel(desk.owner(), id).await?;
            show(desk, id).await
        }
        TaskCommand::Reopen { task } => {
            let id = find::task(desk, &task).await?;
            desk.engine().tasks().reopen(desk.owner(), id).await?;
            show(desk, id).await
        }
    }
}

/// A task as a row.
#[derive(Serialize)]
struct Row {
    id: TaskId,
    number: String,
    kind: &'static str,
    state: &'static str,
    priority: &'static str,
    due_at: Option<Timestamp>,
    is_overdue: bool,
    title: String,
    detail: String,
    department: DepartmentId,
    department_name: String,
    performer: Option<UserId>,
    performer_name: Option<String>,
    account: Option<AccountId>,
    account_name: Option<String>,
    service: Option<ServiceId>,
    service_number: Option<String>,
    service_state: Option<&'static str>,
    operation: Option<OperationId>,
    operation_number: Option<String>,
    module_name: Option<String>,
    created_at: Timestamp,
    closed_at: Option<Timestamp>,
}

impl From<TaskLine> for Row {
    fn from(line: TaskLine) -> Self {
        let task = line.task;
        Self {
            id: task.id,
            number: NumberKind::Task.show(task.number),
            kind: task.kind.word(),
            state: task.state.word(),
            priority: task.priority.word(),
            due_at: task.due_at,
            is_overdue: line.is_overdue,
            title: task.title,
            detail: task.detail,
            department: task.department_id,
            department_name: line.department,
            performer: task.performer_id,
            performer_name: line.performer,
            account: task.account_id,
            account_name: line.account,
            service: task.service_id,
            service_number: line
                .service
                .as_ref()
                .map(|service| NumberKind::Service.show(service.number)),
            service_state: line.service.map(|service| service.state.word()),
            operation: task.operation_id,
            operation_number: line
                .operation
                .map(|operation| NumberKind::Operation.show(operation.number)),
            module_name: line.module,
            created_at: task.created_at,
            closed_at: task.closed_at,
        }
    }
}

/// A task with what was written under it and done with it.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    row: Row,
    comments: Vec<Comment>,
    history: Vec<Entry>,
}

#[derive(Serialize)]
struct Comment {
    author: String,
    at: Timestamp,
    body: String,
}

#[derive(Serialize)]
struct Entry {
    at: Timestamp,
    actor: String,
    change: String,
}

impl From<TaskView> for Whole {
    fn from(view: TaskView) -> Self {
        let comments = view.comments.into_iter().map(|comment| Comment {
            author: comment.author,
            at: comment.created_at,
            body: comment.body,
        });
        let history = view.history.into_iter().map(|entry| Entry {
            at: entry.at,
            change: said(&entry.change),
            actor: entry.actor,
        });
        Self {
            row: view.line.into(),
            comments: comments.collect(),
            history: history.collect(),
        }
    }
}

fn said(change: &Change) -> String {
    let instant = |at: &Option<Timestamp>| at.map_or_else(|| "never".to_owned(), |at| at.to_string());
    match change {
        Change::Opened => "opened".to_owned(),
        Change::Reopened => "opened again".to_owned(),
        Change::OverdueTold => "told to be overdue".to_owned(),
        Change::Given { to } => format!("given to {}", to.as_deref().unwrap_or("nobody")),
        Change::HandedOver { to } => format!("handed over to {to}"),
        Change::Priority { from, to } => format!("priority {from}, now {to}"),
        Change::Due { from, to } => format!("due {}, now {}", instant(from), instant(to)),
        Change::Closed { state } => format!("closed: {}", spaced(state.word())),
        Change::Other { action } => action.clone(),
    }
}

async fn list(desk: &Desk, wanted: ListTasks) -> anyhow::Result<()> {
    let mut filter = if wanted.all {
        TaskFilter::default()
    } else {
        TaskFilter::open()
    };
    if let Some(department) = &wanted.department {
        filter.departments = vec![find::department(desk, Some(department)).await?];
    }
    match wanted.performer.as_deref() {
        Some(NOBODY) => filter.is_free = true,
        Some(email) => filter.performer = Some(find::user(desk, email).await?.id),
        None => {}
    }
    if let Some(service) = &wanted.service {
        filter.service = Some(find::service(desk, service).await?);
    }
    filter.priority = wanted.priority;
    filter.due_before = wanted.overdue.then(|| desk.engine().clock().now());
    let sort = if wanted.all {
        TaskSort::Newest
    } else {
        TaskSort::Urgent
    };
    let page = Page::first(wanted.limit.min(MAX_PAGE_SIZE));
    let tasks = desk.engine().tasks();
    let found = tasks.lines(desk.owner(), filter, sort, &page).await?;
    if found.next.is_some() {
        output::note("there are more: raise --limit");
    }
    let rows: Vec<Row> = found.rows.into_iter().map(Row::from).collect();
    output::print_rows(desk.format, &rows, |rows| {
        let mut table = Table::new(&[
            "Number",
            "State",
            "Priority",
            "Due",
            "Department",
            "Performer",
            "Title",
        ]);
        for row in rows {
            let due = or_dash(row.due_at.as_ref());
            table.row([
                row.number.clone(),
                spaced(row.state),
                row.priority.to_owned(),
                if row.is_overdue {
                    format!("{due} overdue")
                } else {
                    due
                },
                row.department_name.clone(),
                or_dash(row.performer_name.as_ref()),
                row.title.clone(),
            ]);
        }
        table
    })
}

async fn show(desk: &Desk, id: TaskId) -> anyhow::Result<()> {
    let view = desk.engine().tasks().show(desk.owner(), id).await?;
    output::print(desk.format, &Whole::from(view), page)
}

fn page(whole: &Whole) -> String {
    let row = &whole.row;
    let mut sheet = Sheet::default();
    sheet.line(format!("{}: {}, {}", row.number, row.title, spaced(row.state)));
    sheet.fact("Kind", spaced(row.kind));
    sheet.fact("Priority", row.priority);
    let due = or_dash(row.due_at.as_ref());
    sheet.fact(
        "Due",
        if row.is_overdue {
            format!("{due} overdue")
        } else {
            due
        },
    );
    sheet.fact("Department", &row.department_name);
    sheet.fact("Performer", or_dash(row.performer_name.as_ref()));
    sheet.fact("Service", or_dash(row.service_number.as_ref()));
    sheet.fact("Operation", or_dash(row.operation_number.as_ref()));
    sheet.fact("Module", or_dash(row.module_name.as_ref()));
    sheet.fact("Account", or_dash(row.account_name.as_ref()));
    if !row.detail.is_empty() {
        sheet.line(format!("\n{}", row.detail));
    }
    for comment in &whole.comments {
        sheet.line(format!(
            "\n{} at {}:\n  {}",
            comment.author, comment.at, comment.body
        ));
    }
    for entry in &whole.history {
        sheet.line(format!("{} {}: {}", entry.at, entry.actor, entry.change));
    }
    sheet.finish()
}

async fn set(desk: &Desk, wanted: SetTask) -> anyhow::Result<()> {
    let id = find::task(desk, &wanted.task).await?;
    let due = wanted.due.as_deref().map(|text| due(desk, text)).transpose()?;
    let department = match &wanted.department {
        Some(text) => Some(find::department(desk, Some(text)).await?),
        None => None,
    };
    let performer = match wanted.performer.as_deref() {
        None => None,
        Some(NOBODY) => Some(None),
        Some(email) => Some(Some(find::user(desk, email).await?.id)),
    };
    let (tasks, owner) = (desk.engine().tasks(), desk.owner());
    if let Some(priority) = wanted.priority {
        tasks.set_priority(owner, id, priority).await?;
    }
    if let Some(due) = due {
        tasks.set_due(owner, id, due).await?;
    }
    // The new department comes before the performer: it would take the task away from them.
    if let Some(department) = department {
        tasks.hand_over(owner, id, department).await?;
    }
    if let Some(performer) = performer {
        tasks.give(owner, id, performer).await?;
    }
    show(desk, id).await
}

/// When a task shall be due, in the seller's zone: the end of a day, a moment, or never.
fn due(desk: &Desk, text: &str) -> anyhow::Result<Option<Timestamp>> {
    let zone = desk.engine().config().time_zone.clone();
    if text == "never" {
        return Ok(None);
    }
    let moment = match (text.parse::<Date>(), text.contains(['T', ' '])) {
        (Ok(day), false) => day.tomorrow()?.to_zoned(zone)?,
        _ => text
            .parse::<DateTime>()
            .with_context(|| format!("`{text}` is neither a day, nor a day and time, nor `never`"))?
            .to_zoned(zone)?,
    };
    Ok(Some(moment.timestamp()))
}

async fn done(desk: &Desk, task: &str, comment: Option<&str>) -> anyhow::Result<()> {
    let id = find::task(desk, task).await?;
    let tasks = desk.engine().tasks();
    // Finished first: a task that cannot be finished gets no comment that says it was.
    let task = tasks.done(desk.owner(), id).await?;
    if let Some(comment) = comment.filter(|text| !text.trim().is_empty()) {
        tasks.comment(desk.owner(), id, comment).await?;
    }
    show(desk, task.id).await
}
