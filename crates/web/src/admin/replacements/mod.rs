//! Replace now: choosing certificates, seeing what will happen, starting a run, watching it, taking its report.

mod choose;
mod list;
mod preview;
mod report;
mod show;
#[cfg(test)]
mod tests;

pub use choose::{Offered, page as choose_page};
pub use list::page as list_page;
pub use preview::page as preview_page;
pub use show::{Shown, page as show_page};

use axum::response::Response;
use domain::id::{NumberKind, ReplacementId};
use engine::replacements::{NewRun, ReplacedState, Selection};
use httpkit::{Failure, Flash, Form, params::Posted};

use super::{answers::after, people::People, services};
use crate::{
    components::list::Pager,
    routes::{Audience, Routes},
    visit::{At, StaffVisit},
};

const PATH: &str = "/admin/replacements";
/// Rows of one page.
const PAGE: u32 = 50;

/// The routes of replacement runs.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get(PATH, runs)
        .post(PATH, start)
        .get("/admin/replacements/new", choose)
        .post("/admin/replacements/new", preview)
        .get("/admin/replacements/{id}", show)
        .get("/admin/replacements/{id}/live", live)
        .get("/admin/replacements/{id}/report", report)
        .post("/admin/replacements/{id}/pause", pause)
        .post("/admin/replacements/{id}/resume", resume)
        .post("/admin/replacements/{id}/cancel", cancel)
}

fn address(id: ReplacementId) -> String {
    format!("{PATH}/{id}")
}

async fn runs(visit: StaffVisit) -> Result<Response, Failure> {
    let page = visit.list_page(PAGE);
    let found = visit.engine.replacements().list(&visit.actor, &page).await?;
    let labels = found.rows.iter().map(|run| run.started_by.as_str()).collect();
    let people = People::behind(&visit, labels).await?;
    let pager = Pager {
        total: None,
        next: found.next.map(|next| next.to_string()),
    };
    Ok(visit.page(list_page(&visit.view, &visit.query, &found.rows, &people, &pager)))
}

async fn offered(visit: &StaffVisit) -> Result<Offered, Failure> {
    let plans = visit.engine.tariffs().list(&visit.actor).await?;
    Ok(Offered {
        plans: plans
            .into_iter()
            .map(|plan| (plan.id.to_string(), plan.name))
            .collect(),
        modules: super::operations::modules(visit).await?,
    })
}

async fn choose(visit: StaffVisit) -> Result<Response, Failure> {
    let form = choose::begun(&visit.query);
    Ok(visit.page(choose_page(&visit.view, &form, &offered(&visit).await?)))
}

async fn preview(visit: StaffVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let wanted = choose::read(&mut form);
    if let Some(wanted) = wanted {
        let previewed = visit
            .engine
            .replacements()
            .preview(&visit.actor, &wanted.selection, wanted.hours)
            .await;
        match previewed {
            Ok(found) => return Ok(visit.page(preview_page(&visit.view, &form, &found))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    Ok(visit.rejected(choose_page(&visit.view, &form, &offered(&visit).await?)))
}

async fn start(visit: StaffVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let wanted = choose::read(&mut form);
    let expected = form.number("expected");
    if let (Some(wanted), Some(expected)) = (wanted, expected) {
        let new = NewRun {
            selection: wanted.selection,
            why: wanted.why,
            hours: wanted.hours,
            expected: Some(expected),
        };
        match visit.engine.replacements().start(&visit.actor, new).await {
            Ok(run) => {
                let number = NumberKind::Replacement.show(run.number);
                let said = Flash::done(i18n::key!("replace-started")).with("number", number);
                return Ok(visit.done(&address(run.id), &said));
            }
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    Ok(visit.rejected(choose_page(&visit.view, &form, &offered(&visit).await?)))
}

async fn shown(visit: &StaffVisit, id: ReplacementId) -> Result<Shown, Failure> {
    let runs = visit.engine.replacements();
    let run = runs.show(&visit.actor, id).await?;
    let state: Option<ReplacedState> = visit.query.read_as("state");
    let found = runs
        .services(&visit.actor, id, state, &visit.list_page(PAGE))
        .await?;
    let people = People::behind(visit, vec![run.line.started_by.as_str()]).await?;
    Ok(Shown {
        run,
        rows: found.rows,
        pager: Pager {
            total: None,
            next: found.next.map(|next| next.to_string()),
        },
        query: visit.query.clone(),
        people,
    })
}

async fn show(visit: StaffVisit, At(id): At<String>) -> Result<Response, Failure> {
    let Ok(known) = id.parse::<ReplacementId>() else {
        let found = visit.engine.replacements().find(&visit.actor, &id).await?;
        return Ok(visit.go(&address(found)));
    };
    let shown = shown(&visit, known).await?;
    Ok(visit.page(show_page(&visit.view, &shown)))
}

async fn live(visit: StaffVisit, At(id): At<ReplacementId>) -> Result<Response, Failure> {
    let shown = shown(&visit, id).await?;
    Ok(visit.page(show::live(&visit.view, &shown)))
}

async fn report(visit: StaffVisit, At(id): At<ReplacementId>) -> Result<Response, Failure> {
    Ok(report::answer(&visit.view, &visit.engine, &visit.actor, id).await?)
}

async fn pause(visit: StaffVisit, At(id): At<ReplacementId>) -> Result<Response, Failure> {
    let result = visit.engine.replacements().pause(&visit.actor, id).await;
    let said = Flash::done(i18n::key!("replace-paused"));
    after(&visit, &address(id), &said, result)
}

async fn resume(visit: StaffVisit, At(id): At<ReplacementId>) -> Result<Response, Failure> {
    let result = visit.engine.replacements().resume(&visit.actor, id).await;
    let said = Flash::done(i18n::key!("replace-resumed"));
    after(&visit, &address(id), &said, result)
}

async fn cancel(visit: StaffVisit, At(id): At<ReplacementId>) -> Result<Response, Failure> {
    let result = visit.engine.replacements().cancel(&visit.actor, id).await;
    let said = Flash::done(i18n::key!("replace-cancelled"));
    after(&visit, &address(id), &said, result)
}

/// What the form asks for.
struct Wanted {
    selection: Selection,
    hours: u32,
    why: String,
}

/// The filters of the list of services as they stand in a form or an address.
fn filters_of(values: &httpkit::Params) -> Selection {
    Selection::Filter(services::list::asked(values))
}
