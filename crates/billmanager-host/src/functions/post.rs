//! Post functions: the module's word that an operation is done. They set the service's state and end the operation.

use sqlx_core::{query::query, query_scalar::query_scalar};

use super::Work;
use crate::{
    call::{Answer, Refusal},
    read::ItemStatus,
};

/// A post function: what it is called, the operation it ends, the state afterwards (none: as it was before the operation).
struct Post {
    name: &'static str,
    ends: &'static str,
    state: ItemStatus,
}

const POSTS: &[Post] = &[
    post("service.postopen", "open", ItemStatus::Active),
    post("certificate.open", "open", ItemStatus::Active),
    post("service.postopeninterrupt", "open", ItemStatus::Ordered),
    post("service.postprolong", "prolong", ItemStatus::Active),
    post("service.postreopen", "reopen", ItemStatus::Active),
    post("service.postsetparam", "setparam", ItemStatus::Active),
    post("service.postresume", "resume", ItemStatus::Active),
    post("service.postsuspend", "suspend", ItemStatus::Suspended),
    post("service.postclose", "close", ItemStatus::Deleted),
];

const fn post(name: &'static str, ends: &'static str, state: ItemStatus) -> Post {
    Post { name, ends, state }
}

/// Any post function, or the refusal of a function that nobody knows.
pub(super) async fn by_name(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let function = work.call.function.as_str();
    let post = POSTS
        .iter()
        .find(|post| post.name == function)
        .ok_or_else(|| Refusal::missed(function))?;
    let item = work.item().await?;
    let ended = end_operation(work, item, post.ends).await?;
    // A certificate is opened by the look that brings it, too: there need not be an operation.
    if !ended && function != "certificate.open" {
        work.host.unmatched.lock().push(function.to_owned());
    }
    activate(work, item, post.state).await?;
    Ok(Answer::Done)
}

async fn activate(work: &mut Work<'_>, item: i64, state: ItemStatus) -> Result<(), Refusal> {
    query("UPDATE item SET status = ? WHERE id = ?")
        .bind(state.number())
        .bind(item)
        .execute(work.database())
        .await?;
    if state != ItemStatus::Active {
        return Ok(());
    }
    let today = work.host.clock.today().to_string();
    work.set(
        "UPDATE item SET opendate = COALESCE(opendate, ?) WHERE id = ?",
        &today,
        item,
    )
    .await
}

/// Ends the item's operation of that kind, with the tasks that wait for it.
async fn end_operation(work: &mut Work<'_>, item: i64, command: &str) -> Result<bool, Refusal> {
    let operation: Option<i64> = query_scalar(
        "SELECT id FROM runningoperation WHERE item = ? AND command = ? ORDER BY id LIMIT 1 FOR UPDATE",
    )
    .bind(item)
    .bind(command)
    .fetch_optional(work.database())
    .await?;
    let Some(operation) = operation else {
        return Ok(false);
    };
    for sql in [
        "UPDATE task SET status = 2 WHERE runningoperation = ?",
        "DELETE FROM runningoperation WHERE id = ?",
    ] {
        query(sql).bind(operation).execute(work.database()).await?;
    }
    Ok(true)
}

/// `service.poststat`: the statistics of a connection were written.
pub(super) async fn stat(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let module = work.call.id("elid")?;
    work.existing(
        "SELECT id FROM processingmodule WHERE id = ?",
        module,
        "processingmodule",
    )
    .await?;
    let date = work.call.required("date")?;
    date.parse::<jiff::civil::Date>()
        .map_err(|_| Refusal::value("date", date))?;
    Ok(Answer::Done)
}
