//! Operations: what runs by itself, what is in trouble, and the full story of one.

mod edit;
mod list;
mod show;
pub mod waiting;

pub use edit::page as edit_form;
pub use list::page as list;
pub use show::{considered, error, error_class, facts, history, page as show};

use axum::response::Response;
use domain::id::OperationId;
use engine::{
    operations::{OperationQuery, PurchaseDecision},
    services::OperationView,
};
use httpkit::{Failure, Flash, Form, Params, params::Posted};

use super::{answers::after, people::People};
use crate::{
    components::list::Pager,
    routes::{Audience, Routes},
    visit::{At, StaffVisit},
};

/// Rows of one page.
const PAGE: u32 = 50;

/// The routes of operations.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get("/admin/operations", list_page)
        .get("/admin/operations/{id}", show_page)
        .post("/admin/operations/{id}/retry", retry)
        .post("/admin/operations/{id}/give", give)
        .post("/admin/operations/{id}/decide", decide)
        .merge(edit::routes())
}

fn address(id: OperationId) -> String {
    format!("/admin/operations/{id}")
}

/// The processing modules as a filter offers them.
///
/// # Errors
/// When the database does not answer.
pub async fn modules(visit: &StaffVisit) -> Result<Vec<(String, String)>, Failure> {
    let modules = visit.engine.modules().names(&visit.actor).await?;
    Ok(modules
        .into_iter()
        .map(|(id, name)| (id.to_string(), name))
        .collect())
}

fn asked(query: &Params) -> OperationQuery {
    OperationQuery {
        account: query.read_as("account"),
        state: query.read_as("state"),
        kind: query.read_as("kind"),
        service: query.read_as("service"),
        module: query.read_as("module"),
        in_trouble: query.is_on("trouble"),
    }
}

async fn list_page(visit: StaffVisit) -> Result<Response, Failure> {
    let found = visit
        .engine
        .operations()
        .list(&visit.actor, &asked(&visit.query), &visit.list_page(PAGE))
        .await?;
    let pager = Pager {
        total: None,
        next: found.next.map(|next| next.to_string()),
    };
    let modules = modules(&visit).await?;
    Ok(visit.page(list(&visit.view, &visit.query, &found.rows, &modules, &pager)))
}

async fn show_page(visit: StaffVisit, At(id): At<String>) -> Result<Response, Failure> {
    let Ok(known) = id.parse::<OperationId>() else {
        let found = visit.engine.operations().find(&visit.actor, &id).await?;
        return Ok(visit.go(&address(found)));
    };
    let (operation, people) = whole(&visit, known).await?;
    Ok(visit.page(show(&visit.view, &operation, &people, &Form::default())))
}

async fn whole(visit: &StaffVisit, id: OperationId) -> Result<(OperationView, People), Failure> {
    let operation = visit.engine.operations().show(&visit.actor, id).await?;
    let people = People::behind(visit, vec![operation.started_by.as_str()]).await?;
    Ok((operation, people))
}

async fn retry(visit: StaffVisit, At(id): At<OperationId>) -> Result<Response, Failure> {
    let result = visit.engine.operations().retry(&visit.actor, id).await;
    after(&visit, &address(id), &Flash::done("operations-retried"), result)
}

async fn give(
    visit: StaffVisit,
    At(id): At<OperationId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let note: String = posted.text("note").chars().take(1_000).collect();
    let operations = visit.engine.operations();
    let result = operations.give_to_person(&visit.actor, id, &note).await;
    after(&visit, &address(id), &Flash::done("operations-given"), result)
}

async fn decide(
    visit: StaffVisit,
    At(id): At<OperationId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let decision = match form.value("decision") {
        "adopt" => Some(PurchaseDecision::Adopt {
            ca_ref: form.required("ca_ref", 100),
        }),
        "nothing-there" => Some(PurchaseDecision::NothingThere),
        "give-up" => Some(PurchaseDecision::GiveUp),
        "approve" => Some(PurchaseDecision::Approve),
        _ => {
            form.reject("decision", "choice");
            None
        }
    };
    if let (Some(decision), false) = (decision, form.has_problems()) {
        match visit
            .engine
            .operations()
            .decide_purchase(&visit.actor, id, decision)
            .await
        {
            Ok(()) => return Ok(visit.done(&address(id), &Flash::done("operations-decided"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let (operation, people) = whole(&visit, id).await?;
    Ok(visit.rejected(show(&visit.view, &operation, &people, &form)))
}
