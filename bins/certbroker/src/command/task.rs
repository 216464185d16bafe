//! `certbroker task …`

use std::collections::HashMap;

use domain::id::{DepartmentId, NumberKind, OperationId, ServiceId, TaskId};
use jiff::Timestamp;
use serde::Serialize;
use store::{
    Page,
    page::MAX_PAGE_SIZE,
    task::{Task, TaskFilter},
};

use super::{desk::Desk, find};
use crate::{
    cli::TaskCommand,
    output::{self, Table, spaced},
};

pub(super) async fn run(desk: &Desk, command: TaskCommand) -> anyhow::Result<()> {
    match command {
        TaskCommand::List { all, limit } => {
            let filter = if all {
                TaskFilter::default()
            } else {
                TaskFilter::open()
            };
            list(desk, filter, limit).await
        }
        TaskCommand::Done { task, comment } => done(desk, &task, comment.as_deref()).await,
    }
}

/// A task as a row.
#[derive(Serialize)]
struct Row {
    id: TaskId,
    number: String,
    kind: &'static str,
    state: &'static str,
    title: String,
    detail: String,
    department: DepartmentId,
    department_name: String,
    service: Option<ServiceId>,
    operation: Option<OperationId>,
    created_at: Timestamp,
    closed_at: Option<Timestamp>,
}

fn row(task: Task, departments: &HashMap<DepartmentId, String>) -> Row {
    Row {
        id: task.id,
        number: NumberKind::Task.show(task.number),
        kind: task.kind.word(),
        state: task.state.word(),
        title: task.title,
        detail: task.detail,
        department: task.department_id,
        department_name: departments.get(&task.department_id).cloned().unwrap_or_default(),
        service: task.service_id,
        operation: task.operation_id,
        created_at: task.created_at,
        closed_at: task.closed_at,
    }
}

async fn departments(desk: &Desk) -> anyhow::Result<HashMap<DepartmentId, String>> {
    let views = desk.engine().departments().list(desk.owner()).await?;
    let named = views
        .into_iter()
        .map(|view| (view.department.id, view.department.name));
    Ok(named.collect())
}

async fn list(desk: &Desk, filter: TaskFilter, limit: u32) -> anyhow::Result<()> {
    let page = Page::first(limit.min(MAX_PAGE_SIZE));
    let found = desk.engine().tasks().list(desk.owner(), filter, &page).await?;
    if found.next.is_some() {
        output::note("there are more: raise --limit");
    }
    let departments = departments(desk).await?;
    let rows: Vec<Row> = found
        .rows
        .into_iter()
        .map(|task| row(task, &departments))
        .collect();
    output::print_rows(desk.format, &rows, |rows| {
        let mut table = Table::new(&["Number", "State", "Kind", "Department", "Title"]);
        for row in rows {
            table.row([
                row.number.clone(),
                spaced(row.state),
                spaced(row.kind),
                row.department_name.clone(),
                row.title.clone(),
            ]);
        }
        table
    })
}

async fn done(desk: &Desk, task: &str, comment: Option<&str>) -> anyhow::Result<()> {
    let id = find::task(desk, task).await?;
    let tasks = desk.engine().tasks();
    // Finished first: a task that cannot be finished gets no comment that says it was.
    let task = tasks.done(desk.owner(), id).await?;
    if let Some(comment) = comment.filter(|text| !text.trim().is_empty()) {
        tasks.comment(desk.owner(), id, comment).await?;
    }
    let row = row(task, &departments(desk).await?);
    output::print(desk.format, &row, |row| {
        format!("{} is done: {}\n", row.number, row.title)
    })
}
