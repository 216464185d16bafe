//! Running operations, tasks and problems.

use sqlx_core::{query::query, query_as::query_as};

use super::Work;
use crate::{
    call::{Answer, Refusal},
    document::Element,
};

const EXISTS: &str = "SELECT id FROM runningoperation WHERE id = ? FOR UPDATE";

/// `runningoperation.edit`: the report of a failure, or the manual mode.
pub(super) async fn edit(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let id = operation(work).await?;
    if let Some(report) = work.call.param("errorxml") {
        Element::parse(report).map_err(|_| Refusal::value("errorxml", report))?;
        work.set(
            "UPDATE runningoperation SET errorxml = ? WHERE id = ?",
            report,
            id,
        )
        .await?;
    }
    match work.call.param("manual") {
        Some(mode @ ("on" | "off")) => {
            work.set("UPDATE runningoperation SET manual = ? WHERE id = ?", mode, id)
                .await?;
        }
        Some(other) => return Err(Refusal::value("manual", other)),
        None => {}
    }
    Ok(Answer::Done)
}

/// `runningoperation.setmanual`.
pub(super) async fn set_manual(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let id = operation(work).await?;
    work.set("UPDATE runningoperation SET manual = ? WHERE id = ?", "on", id)
        .await?;
    Ok(Answer::Done)
}

/// `runningoperation.delete`.
pub(super) async fn delete(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let id = operation(work).await?;
    query("DELETE FROM runningoperation WHERE id = ?")
        .bind(id)
        .execute(work.database())
        .await?;
    Ok(Answer::Done)
}

async fn operation(work: &mut Work<'_>) -> Result<i64, Refusal> {
    let id = work.call.id("elid")?;
    work.existing(EXISTS, id, "runningoperation").await
}

/// `task.gettype`: the kind of task for an operation, empty where there is none. Only `postopen` is known; the rest is assumed alike.
pub(super) fn task_type(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let operation = work.call.required("operation")?;
    let kind = work
        .host
        .switches
        .lock()
        .task_types
        .get(operation)
        .cloned()
        .unwrap_or_default();
    Ok(Answer::Fields(vec![("task_type".to_owned(), kind)]))
}

/// `task.edit`: a task in the department of the item's connection.
pub(super) async fn task(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let item = work.call.id("item")?;
    let found: Option<(Option<String>, Option<i64>)> =
        query_as("SELECT i.name, m.department FROM item i LEFT JOIN processingmodule m ON m.id = i.processingmodule WHERE i.id = ?")
            .bind(item)
            .fetch_optional(work.database())
            .await?;
    let (name, department) = found.ok_or_else(|| Refusal::missed("item"))?;
    let kind = work.call.required("type")?;
    if kind.is_empty() {
        return Err(Refusal::value("type", kind));
    }
    let running = match work.call.param("runningoperation") {
        None | Some("") => None,
        Some(_) => {
            let id = work.call.id("runningoperation")?;
            Some(work.existing(EXISTS, id, "runningoperation").await?)
        }
    };
    let now = work.host.clock.datetime();
    query(
        "INSERT INTO task (name, type, item, status, runningoperation, department, params, opendate) VALUES (?, ?, ?, 0, ?, ?, ?, ?)",
    )
    .bind(format!("{kind}: {}", name.unwrap_or_default()))
    .bind(kind)
    .bind(item)
    .bind(running)
    .bind(department)
    .bind(work.call.param("params"))
    .bind(now)
    .execute(work.database())
    .await?;
    Ok(Answer::Done)
}

/// `problems.register`: a notice for the administrator. One that stands already is not told twice (assumed).
pub(super) async fn problem(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let name = work.call.required("name")?;
    let module = work.call.id("id")?;
    let level = work.call.param("level").unwrap_or("error");
    let params = work
        .call
        .params
        .iter()
        .filter(|(name, _)| name.starts_with("param_"))
        .fold(Element::new("params"), |all, (name, value)| {
            all.child(Element::new(name).text(value))
        });
    let now = work.host.clock.datetime();
    query("DELETE FROM problem WHERE name = ? AND processingmodule = ?")
        .bind(name)
        .bind(module)
        .execute(work.database())
        .await?;
    query("INSERT INTO problem (name, processingmodule, level, params, opendate) VALUES (?, ?, ?, ?, ?)")
        .bind(name)
        .bind(module)
        .bind(level)
        .bind(params.to_xml())
        .bind(now)
        .execute(work.database())
        .await?;
    Ok(Answer::Done)
}
