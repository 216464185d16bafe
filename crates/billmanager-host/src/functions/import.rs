//! What an import of services calls. Confirmed for domains only; for certificates the tariff is found by its internal name (assumed).

use sqlx_core::{
    query::{Query, query},
    query_scalar::query_scalar,
};
use sqlx_mysql::{MySql, MySqlArguments};

use super::{Work, service};
use crate::call::{Answer, Call, Refusal};

/// Parameters of `processing.import.service` that are no item parameter.
const OWN: &[&str] = &[
    "sok",
    "module",
    "import_itemtype_intname",
    "import_pricelist_intname",
    "import_service_name",
    "status",
    "expiredate",
    "period",
];
/// Months of a service whose period is not told.
const USUAL_PERIOD: i64 = 12;

/// `processing.import.service`: an item that the CA has and the host did not know.
pub(super) async fn service(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let call = work.call;
    let module = call.id("module")?;
    work.existing(
        "SELECT id FROM processingmodule WHERE id = ?",
        module,
        "processingmodule",
    )
    .await?;
    let intname = call.required("import_pricelist_intname")?;
    let tariff: Option<i64> =
        query_scalar("SELECT id FROM pricelist WHERE intname = ? AND parent IS NULL ORDER BY id LIMIT 1")
            .bind(intname)
            .fetch_optional(work.database())
            .await?;
    let tariff = tariff.ok_or_else(|| Refusal::missed("pricelist"))?;
    let period = match call.param("period") {
        Some(_) => call.id("period")?,
        None => USUAL_PERIOD,
    };
    let item = query(
        "INSERT INTO item (name, processingmodule, pricelist, period, status, expiredate, opendate) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(call.required("import_service_name")?)
    .bind(module)
    .bind(tariff)
    .bind(period)
    .bind(call.id("status")?)
    .bind(call.param("expiredate"))
    .bind(work.host.clock.today().to_string())
    .execute(work.database())
    .await?
    .last_insert_id();
    let item = i64::try_from(item).unwrap_or_default();
    query("INSERT INTO certificate (item) VALUES (?)")
        .bind(item)
        .execute(work.database())
        .await?;
    for (name, value) in call
        .params
        .iter()
        .filter(|(name, _)| !OWN.contains(&name.as_str()))
    {
        service::save_param(work, item, name, value).await?;
    }
    Ok(field("service_id", item))
}

/// `processing.import.profile`: a contact.
pub(super) async fn profile(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let call = work.call;
    let profile = query("INSERT INTO service_profile (name) VALUES (?)")
        .bind(call.param("name").unwrap_or_default())
        .execute(work.database())
        .await?
        .last_insert_id();
    let profile = i64::try_from(profile).unwrap_or_default();
    for (name, value) in &call.params {
        query("REPLACE INTO service_profileparam (service_profile, intname, value) VALUES (?, ?, ?)")
            .bind(profile)
            .bind(name)
            .bind(value)
            .execute(work.database())
            .await?;
    }
    Ok(field("profile_id", profile))
}

/// `processing.import.assign`: an imported service is a client's. There is one client here.
pub(super) async fn assign(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let item = work.call.id("service_id")?;
    work.existing("SELECT id FROM item WHERE id = ? FOR UPDATE", item, "item")
        .await?;
    query("UPDATE item SET account = 1 WHERE id = ?")
        .bind(item)
        .execute(work.database())
        .await?;
    Ok(Answer::Done)
}

/// `service_profile2item.edit`.
pub(super) async fn profile_of_item(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let sql = "REPLACE INTO service_profile2item (service_profile, item, type) VALUES (?, ?, ?)";
    let role = role(work.call, sql, "item")?;
    role.execute(work.database()).await?;
    Ok(Answer::Done)
}

/// `service_profile2processingmodule.edit`.
pub(super) async fn profile_of_module(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let sql = "REPLACE INTO service_profile2processingmodule (service_profile, processingmodule, type, externalid) VALUES (?, ?, ?, ?)";
    let role = role(work.call, sql, "processingmodule")?.bind(work.call.param("externalid"));
    role.execute(work.database()).await?;
    Ok(Answer::Done)
}

/// A contact in a role of something: the first three values of the statement.
fn role(call: &Call, sql: &'static str, of: &str) -> Result<Query<'static, MySql, MySqlArguments>, Refusal> {
    Ok(query(sql)
        .bind(call.id("service_profile")?)
        .bind(call.id(of)?)
        .bind(call.required("type")?))
}

fn field(name: &str, id: i64) -> Answer {
    Answer::Fields(vec![(name.to_owned(), id.to_string())])
}
