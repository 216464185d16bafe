//! Parameters, statuses and dates of items.

use sqlx_core::{query::query, query_scalar::query_scalar};

use super::Work;
use crate::call::{Answer, Refusal};

/// Parameters of `service.saveparam` that are no item parameter.
const OWN: &[&str] = &["elid", "sok", "crypted", "name", "value"];
/// Statuses of a certificate: 3 requested, 4 awaited, 5 issued, 6 failed.
const HIGHEST_STATUS: u8 = 6;

/// `service.saveparam` in its three dialects: `name` and `value`, `name` alone (drops it), and `<name>=<value>`.
pub(super) async fn saveparam(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let item = work.item().await?;
    let call = work.call;
    let (name, value) = match call.param("name") {
        Some(name) => (name, call.param("value")),
        None => call
            .params
            .iter()
            .find(|(name, _)| !OWN.contains(&name.as_str()))
            .map(|(name, value)| (name.as_str(), Some(value.as_str())))
            .ok_or_else(|| Refusal::missed("name"))?,
    };
    match value {
        None => drop_param(work, item, name).await?,
        Some(value) if call.param("crypted") == Some("on") => {
            let sealed = work.host.key.encrypt(value)?;
            store(
                work,
                "REPLACE INTO itemcryptedparam (item, intname, value) VALUES (?, ?, ?)",
                item,
                name,
                &sealed,
            )
            .await?;
        }
        Some(value) => save_param(work, item, name, value).await?,
    }
    Ok(Answer::Done)
}

/// `service.dropparam`.
pub(super) async fn dropparam(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let item = work.item().await?;
    let name = work.call.required("name")?;
    drop_param(work, item, name).await?;
    Ok(Answer::Done)
}

/// `service.setstatus`.
pub(super) async fn setstatus(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let item = work.item().await?;
    let status = work.call.required("service_status")?;
    if !status.parse::<u8>().is_ok_and(|number| number <= HIGHEST_STATUS) {
        return Err(Refusal::value("service_status", status));
    }
    save_param(work, item, "service_status", status).await?;
    Ok(Answer::Done)
}

/// `service.setexpiredate`.
pub(super) async fn setexpiredate(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let item = work.item().await?;
    let text = work.call.required("expiredate")?;
    let date: jiff::civil::Date = text.parse().map_err(|_| Refusal::value("expiredate", text))?;
    work.set(
        "UPDATE item SET expiredate = ? WHERE id = ?",
        &date.to_string(),
        item,
    )
    .await?;
    Ok(Answer::Done)
}

/// `service.getnextmodule`: binds the item to the next connection that was not tried yet.
pub(super) async fn getnextmodule(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let item = work.item().await?;
    let next: Option<i64> = query_scalar(
        "SELECT m.id FROM item i
           JOIN processingmodule2pricelist l ON l.pricelist = i.pricelist
           JOIN processingmodule m ON m.id = l.processingmodule
           JOIN processingmodule now ON now.id = i.processingmodule
          WHERE i.id = ? AND m.active = 'on' AND (m.orderpriority, m.id) > (now.orderpriority, now.id)
          ORDER BY m.orderpriority, m.id LIMIT 1",
    )
    .bind(item)
    .fetch_optional(work.database())
    .await?;
    let next = next.ok_or_else(|| Refusal::new("no_suitable_module", "", ""))?;
    query("UPDATE item SET processingmodule = ? WHERE id = ?")
        .bind(next)
        .bind(item)
        .execute(work.database())
        .await?;
    Ok(Answer::Done)
}

/// `service.changepricelist.rollback`.
pub(super) async fn rollback(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let item = work.item().await?;
    query("UPDATE item SET pricelist = lastpricelist, lastpricelist = NULL WHERE id = ? AND lastpricelist IS NOT NULL")
        .bind(item)
        .execute(work.database())
        .await?;
    Ok(Answer::Done)
}

/// Stores a plain item parameter.
pub(super) async fn save_param(
    work: &mut Work<'_>,
    item: i64,
    name: &str,
    value: &str,
) -> Result<(), Refusal> {
    store(
        work,
        "REPLACE INTO itemparam (item, intname, value) VALUES (?, ?, ?)",
        item,
        name,
        value,
    )
    .await
}

async fn store(
    work: &mut Work<'_>,
    sql: &'static str,
    item: i64,
    name: &str,
    value: &str,
) -> Result<(), Refusal> {
    query(sql)
        .bind(item)
        .bind(name)
        .bind(value)
        .execute(work.database())
        .await?;
    Ok(())
}

async fn drop_param(work: &mut Work<'_>, item: i64, name: &str) -> Result<(), Refusal> {
    for sql in [
        "DELETE FROM itemparam WHERE item = ? AND intname = ?",
        "DELETE FROM itemcryptedparam WHERE item = ? AND intname = ?",
    ] {
        query(sql).bind(item).bind(name).execute(work.database()).await?;
    }
    Ok(())
}
