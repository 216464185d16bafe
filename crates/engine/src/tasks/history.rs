//! Who did what with a task, read from the audit trail: the one record of it.

use std::collections::HashMap;

use domain::id::{DepartmentId, UserId};
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::{
    Conn, Page,
    audit::{AuditFilter, Link},
    department::Department,
    task::Task,
};

use super::{Change, HistoryEntry};
use crate::error::Result;

/// Changes that a page shows.
const SHOWN: u32 = 200;

/// The changes of a task, oldest first.
pub(super) async fn of(
    conn: &dyn Conn,
    task: &Task,
    departments: &[Department],
) -> Result<Vec<HistoryEntry>> {
    let filter = AuditFilter {
        subject: Some(task.id.to_string()),
        ..AuditFilter::default()
    };
    let mut links = store::audit::list(conn, &filter, &Page::first(SHOWN)).await?.rows;
    links.reverse();
    let mut users: Vec<UserId> = links
        .iter()
        .filter_map(|link| read(&link.detail.0, "performer"))
        .collect();
    users.sort_unstable();
    users.dedup();
    let users: HashMap<UserId, String> = store::user::find_many(conn, &users)
        .await?
        .into_iter()
        .map(|user| (user.id, user.name))
        .collect();
    Ok(links
        .into_iter()
        .map(|link| HistoryEntry {
            at: link.at,
            change: change(&link, &users, departments),
            actor: link.actor,
        })
        .collect())
}

fn change(link: &Link, users: &HashMap<UserId, String>, departments: &[Department]) -> Change {
    let detail = &link.detail.0;
    let understood = match link.action.as_str() {
        "task.open" => Some(Change::Opened),
        "task.reopen" => Some(Change::Reopened),
        "task.overdue" => Some(Change::OverdueTold),
        "task.give" => Some(Change::Given {
            to: read(detail, "performer").map(|user: UserId| name(users, user)),
        }),
        "task.hand_over" => read(detail, "department").map(|to: DepartmentId| Change::HandedOver {
            to: departments
                .iter()
                .find(|department| department.id == to)
                .map_or_else(|| to.to_string(), |department| department.name.clone()),
        }),
        "task.priority" => read(detail, "before")
            .zip(read(detail, "after"))
            .map(|(from, to)| Change::Priority { from, to }),
        "task.due" => Some(Change::Due {
            from: read(detail, "before"),
            to: read(detail, "after"),
        }),
        "task.close" => read(detail, "state").map(|state| Change::Closed { state }),
        _ => None,
    };
    understood.unwrap_or_else(|| Change::Other {
        action: link.action.clone(),
    })
}

fn name(users: &HashMap<UserId, String>, user: UserId) -> String {
    users.get(&user).cloned().unwrap_or_else(|| user.to_string())
}

fn read<T: DeserializeOwned>(detail: &Value, field: &str) -> Option<T> {
    detail
        .get(field)
        .cloned()
        .and_then(|value| serde_json::from_value(value).ok())
}
