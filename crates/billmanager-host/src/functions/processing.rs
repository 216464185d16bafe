//! Connections: their parameters, balance and configuration; and how to reach the database.

use sqlx_core::query::query;

use super::Work;
use crate::{
    call::{Answer, Refusal},
    database::pairs,
    root::CRYPT_KEY,
};

/// `paramlist`: what a module needs to read the database and secrets.
pub(super) fn paramlist(work: &Work<'_>) -> Answer {
    let access = &work.host.database.access;
    let list = [
        ("DBHost", "localhost"),
        ("DBSocket", &access.socket),
        ("DBUser", &access.user),
        ("DBPassword", &access.password),
        ("DBName", &access.name),
        ("CryptKey", CRYPT_KEY),
    ];
    Answer::List(
        list.map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    )
}

/// `processing.edit`: the form of a connection with its parameters, secrets in clear.
pub(super) async fn edit(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let id = connection(work, "elid").await?;
    let mut fields = pairs(
        work.database(),
        "SELECT intname, value FROM processingparam WHERE processingmodule = ? ORDER BY id",
        id,
    )
    .await?;
    let sealed = pairs(
        work.database(),
        "SELECT intname, value FROM processingcryptedparam WHERE processingmodule = ? ORDER BY id",
        id,
    )
    .await?;
    for (name, value) in sealed {
        fields.push((name, work.host.key.decrypt(&value)?));
    }
    Ok(Answer::Fields(fields))
}

/// `processing.saveparam`.
pub(super) async fn saveparam(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let id = connection(work, "elid").await?;
    query("REPLACE INTO processingparam (processingmodule, intname, value) VALUES (?, ?, ?)")
        .bind(id)
        .bind(work.call.required("param")?)
        .bind(work.call.param("value").unwrap_or_default())
        .execute(work.database())
        .await?;
    Ok(Answer::Done)
}

/// `processing.savebalance`.
pub(super) async fn savebalance(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let id = connection(work, "processingmodule").await?;
    let balance = work.call.required("balance")?;
    let is_number = balance
        .strip_prefix('-')
        .unwrap_or(balance)
        .split_once('.')
        .map_or_else(
            || digits(balance.strip_prefix('-').unwrap_or(balance)),
            |(whole, part)| digits(whole) && digits(part),
        );
    if !is_number {
        return Err(Refusal::value("balance", balance));
    }
    let now = work.host.clock.datetime();
    query("REPLACE INTO processingbalance (processingmodule, balance, currency, notify_time, cdate) VALUES (?, ?, ?, ?, ?)")
        .bind(id)
        .bind(balance)
        .bind(work.call.param("currency"))
        .bind(work.call.param("notify_time"))
        .bind(now)
        .execute(work.database())
        .await?;
    Ok(Answer::Done)
}

/// `processing.setconfig`.
pub(super) async fn setconfig(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let id = connection(work, "elid").await?;
    let config = work.call.required("config")?;
    work.set("UPDATE processingmodule SET config = ? WHERE id = ?", config, id)
        .await?;
    Ok(Answer::Done)
}

async fn connection(work: &mut Work<'_>, param: &str) -> Result<i64, Refusal> {
    let id = work.call.id(param)?;
    work.existing(
        "SELECT id FROM processingmodule WHERE id = ? FOR UPDATE",
        id,
        "processingmodule",
    )
    .await
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
