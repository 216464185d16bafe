//! Orders at the CA that no service here has: looking through them, and taking them over.

mod done;
mod form;
mod list;
mod preview;
#[cfg(test)]
mod tests;

pub use done::{Taken, page as done_page};
pub use form::{To, Wanted};
pub use list::{Shown, page as list_page};
pub use preview::page as preview_page;

use axum::response::Response;
use domain::id::ModuleId;
use engine::adoption::ForeignQuery;
use httpkit::{Failure, Flash, Form, Params, params::Posted};

use crate::{
    components::list::Pager,
    routes::{Audience, Routes},
    visit::{AdministratorVisit, At},
};

/// Rows of one page.
const PAGE: u32 = 50;

/// The routes of the orders at a CA.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Administrator)
        .get("/admin/modules/{id}/orders", list_orders)
        .post("/admin/modules/{id}/orders", preview)
        .get("/admin/modules/{id}/orders/taken", back)
        .post("/admin/modules/{id}/orders/taken", take)
        .post("/admin/modules/{id}/orders/compare", compare)
}

fn address(id: ModuleId) -> String {
    format!("{}/orders", super::address(id))
}

async fn list_orders(visit: AdministratorVisit, At(id): At<ModuleId>) -> Result<Response, Failure> {
    let shown = shown(&visit, id, &visit.query).await?;
    Ok(visit.page(list_page(&visit.view, &shown, &form::begun())))
}

async fn compare(visit: AdministratorVisit, At(id): At<ModuleId>) -> Result<Response, Failure> {
    let reports = visit.engine.reconciliation().run(&visit.actor).await?;
    let flash = match reports.iter().find(|report| report.module == id) {
        Some(report) => match report.problem {
            None => Flash::done(i18n::key!("orders-compared")).with("count", report.listed.to_string()),
            Some(problem) => Flash::failed(i18n::key!("orders-not-compared"))
                .with("why", visit.view.word("error-class", problem)),
        },
        None => return Err(engine::Error::NotFound.into()),
    };
    Ok(visit.done(&address(id), &flash))
}

async fn preview(
    visit: AdministratorVisit,
    At(id): At<ModuleId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let Some(wanted) = form::read(&visit, &mut form).await? else {
        return again(&visit, id, &form).await;
    };
    let lines = visit
        .engine
        .adoptions()
        .preview(&visit.actor, id, &wanted.orders)
        .await?;
    let module = visit.engine.modules().show(&visit.actor, id).await?;
    let markup = preview_page(
        &visit.view,
        (&address(id), &module.line.name),
        &form,
        &wanted,
        &lines,
    );
    Ok(visit.page(markup))
}

/// What became of a form is shown once; who comes again sees the orders as they are now.
async fn back(visit: AdministratorVisit, At(id): At<ModuleId>) -> Result<Response, Failure> {
    visit.engine.modules().show(&visit.actor, id).await?;
    Ok(visit.go(&address(id)))
}

async fn take(
    visit: AdministratorVisit,
    At(id): At<ModuleId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let Some(wanted) = form::read(&visit, &mut form).await? else {
        return again(&visit, id, &form).await;
    };
    let module = visit.engine.modules().show(&visit.actor, id).await?;
    let adoptions = visit.engine.adoptions();
    let mut taken = Vec::new();
    for ca_ref in &wanted.orders {
        let outcome = match &wanted.to {
            form::To::Account(_, new) => adoptions.import(&visit.actor, id, ca_ref, new).await,
            form::To::Service(service, _) => adoptions.give(&visit.actor, id, ca_ref, *service).await,
        };
        // One order that cannot be taken over holds up no other.
        let outcome = match outcome {
            Ok(adopted) => Ok(adopted),
            Err(error @ (engine::Error::Refused(_) | engine::Error::NotFound | engine::Error::Conflict)) => {
                Err(Failure::from(error).sentence(visit.view.locale))
            }
            Err(error) => return Err(error.into()),
        };
        taken.push(Taken {
            ca_ref: ca_ref.clone(),
            outcome,
        });
    }
    Ok(visit.page(done_page(&visit.view, (&address(id), &module.line.name), &taken)))
}

/// The list again, with what is wrong beside the fields and every tick kept.
async fn again(visit: &AdministratorVisit, id: ModuleId, form: &Form) -> Result<Response, Failure> {
    let shown = shown(visit, id, form.values()).await?;
    Ok(visit.rejected(list_page(&visit.view, &shown, form)))
}

async fn shown(visit: &AdministratorVisit, id: ModuleId, query: &Params) -> Result<Shown, Failure> {
    let module = visit.engine.modules().show(&visit.actor, id).await?;
    let adoptions = visit.engine.adoptions();
    let asked = ForeignQuery {
        module: id,
        verdict: query.read_as("verdict"),
        text: query.find("q").map(str::to_owned),
    };
    let found = adoptions
        .list(&visit.actor, &asked, &visit.list_page(PAGE))
        .await?;
    let plans = visit.engine.tariffs().list(&visit.actor).await?;
    Ok(Shown {
        address: address(id),
        module: module.line.name,
        counts: adoptions.count(&visit.actor, id).await?,
        lines: found.rows,
        plans: plans
            .into_iter()
            .map(|plan| (plan.id.to_string(), plan.name))
            .collect(),
        pager: Pager {
            total: None,
            next: found.next.map(|next| next.to_string()),
        },
        query: query.clone(),
    })
}
