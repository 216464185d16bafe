//! The functions of BILLmanager that processing modules call.
//!
//! Each runs in one transaction: it has its effect whole or none.

mod certificate;
mod import;
mod operation;
mod post;
mod processing;
mod service;

use sqlx_core::{query::query, query_scalar::query_scalar};
use sqlx_mysql::{MySql, MySqlConnection};

use crate::{
    call::{Answer, Call, Refusal},
    host::Inner,
};

/// A transaction of this database.
pub(crate) type Transaction = sqlx_core::transaction::Transaction<'static, MySql>;

/// A function at work.
struct Work<'a> {
    host: &'a Inner,
    call: &'a Call,
    transaction: Transaction,
}

impl Work<'_> {
    fn database(&mut self) -> &mut MySqlConnection {
        &mut self.transaction
    }

    /// The item that `elid` names, locked until the function ends.
    async fn item(&mut self) -> Result<i64, Refusal> {
        let id = self.call.id("elid")?;
        self.existing("SELECT id FROM item WHERE id = ? FOR UPDATE", id, "item")
            .await
    }

    async fn existing(&mut self, sql: &'static str, id: i64, what: &str) -> Result<i64, Refusal> {
        let found: Option<i64> = query_scalar(sql).bind(id).fetch_optional(self.database()).await?;
        found.ok_or_else(|| Refusal::missed(what))
    }

    /// Runs a statement with an id and a text.
    async fn set(&mut self, sql: &'static str, value: &str, id: i64) -> Result<(), Refusal> {
        query(sql).bind(value).bind(id).execute(self.database()).await?;
        Ok(())
    }
}

/// Every function with the parameters that it reads, for `mgrctl -i` and for those who wonder what is simulated.
const FUNCTIONS: &[(&str, &[&str])] = &[
    ("certificate.failed", &["elid", "sok"]),
    ("certificate.open", &["elid", "sok"]),
    ("certificate.save", &["elid", "crt", "crt_type", "sok"]),
    ("paramlist", &[]),
    ("problems.register", &["name", "id", "level", "sok"]),
    ("processing.edit", &["elid"]),
    ("processing.import.assign", &["elid", "service_id", "sok"]),
    (
        "processing.import.profile",
        &["module", "type", "externalid", "sok"],
    ),
    (
        "processing.import.service",
        &[
            "module",
            "import_pricelist_intname",
            "import_service_name",
            "status",
            "expiredate",
            "sok",
        ],
    ),
    (
        "processing.savebalance",
        &["processingmodule", "balance", "currency", "notify_time", "sok"],
    ),
    ("processing.saveparam", &["elid", "param", "value"]),
    ("processing.setconfig", &["elid", "config"]),
    ("runningoperation.delete", &["elid"]),
    ("runningoperation.edit", &["elid", "errorxml", "manual", "sok"]),
    ("runningoperation.setmanual", &["elid", "sok"]),
    ("service.changepricelist.rollback", &["elid", "sok"]),
    ("service.dropparam", &["elid", "name", "sok"]),
    ("service.getnextmodule", &["elid"]),
    ("service.postclose", &["elid", "sok"]),
    ("service.postopen", &["elid", "sok"]),
    ("service.postopeninterrupt", &["elid", "sok"]),
    ("service.postprolong", &["elid", "sok"]),
    ("service.postreopen", &["elid", "sok"]),
    ("service.postresume", &["elid", "sok"]),
    ("service.postsetparam", &["elid", "sok"]),
    ("service.postsuspend", &["elid", "sok"]),
    ("service.poststat", &["elid", "date"]),
    ("service.saveparam", &["elid", "name", "value", "crypted", "sok"]),
    ("service.setexpiredate", &["elid", "expiredate", "sok"]),
    ("service.setstatus", &["elid", "service_status", "sok"]),
    (
        "service_profile2item.edit",
        &["service_profile", "item", "type", "sok"],
    ),
    (
        "service_profile2processingmodule.edit",
        &["service_profile", "processingmodule", "type", "externalid", "sok"],
    ),
    (
        "task.edit",
        &["item", "type", "runningoperation", "params", "sok"],
    ),
    ("task.gettype", &["operation", "item"]),
];

/// What `mgrctl -i` prints of a function: its parameters, one a line. The real layout is unknown.
pub(crate) fn describe(function: &str) -> Option<String> {
    let (_, params) = FUNCTIONS.iter().find(|(name, _)| *name == function)?;
    Some(params.join("\n") + "\n")
}

/// Does what a call asks, or nothing.
pub(crate) async fn answer(host: &Inner, call: &Call) -> Result<Answer, Refusal> {
    let mut work = Work {
        host,
        call,
        transaction: host.database.pool.begin().await?,
    };
    let answer = dispatch(&mut work).await?;
    work.transaction.commit().await?;
    Ok(answer)
}

async fn dispatch(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let function = work.call.function.as_str();
    match function {
        "paramlist" => Ok(processing::paramlist(work)),
        "processing.edit" => processing::edit(work).await,
        "processing.saveparam" => processing::saveparam(work).await,
        "processing.savebalance" => processing::savebalance(work).await,
        "processing.setconfig" => processing::setconfig(work).await,
        "processing.import.service" => import::service(work).await,
        "processing.import.profile" => import::profile(work).await,
        "processing.import.assign" => import::assign(work).await,
        "service_profile2item.edit" => import::profile_of_item(work).await,
        "service_profile2processingmodule.edit" => import::profile_of_module(work).await,
        "service.saveparam" => service::saveparam(work).await,
        "service.dropparam" => service::dropparam(work).await,
        "service.setstatus" => service::setstatus(work).await,
        "service.setexpiredate" => service::setexpiredate(work).await,
        "service.getnextmodule" => service::getnextmodule(work).await,
        "service.changepricelist.rollback" => service::rollback(work).await,
        "service.poststat" => post::stat(work).await,
        "certificate.save" => certificate::save(work).await,
        "certificate.failed" => certificate::failed(work).await,
        "runningoperation.edit" => operation::edit(work).await,
        "runningoperation.setmanual" => operation::set_manual(work).await,
        "runningoperation.delete" => operation::delete(work).await,
        "task.gettype" => operation::task_type(work),
        "task.edit" => operation::task(work).await,
        "problems.register" => operation::problem(work).await,
        _ => post::by_name(work).await,
    }
}
