//! Processing modules: the list, the wizard that adds one, a module's page, its settings, its catalogue.

pub mod add;
pub mod catalogue;
pub mod edit;
pub mod fields;
pub mod findings;
pub mod import;
pub mod list;
pub mod orders;
pub mod show;
pub mod wizard;

use axum::response::Response;
use domain::id::ModuleId;
use engine::modules::Switch;
use httpkit::{Failure, Flash, params::Posted};

use crate::{
    components::list::leave_page,
    routes::{Audience, Routes},
    visit::{AdministratorVisit, At, StaffVisit},
};

/// The routes of processing modules.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get("/admin/modules", list_page)
        .get("/admin/modules/{id}", show_page)
        .post("/admin/modules/{id}/check", check)
        .post("/admin/modules/{id}/balance", balance)
        .merge(
            Routes::of(Audience::Administrator)
                .post("/admin/modules/{id}/switch", switch)
                .post("/admin/modules/{id}/purchases", switch_purchases)
                .post("/admin/modules/{id}/automatic", switch_automatic)
                .post("/admin/modules/{id}/log", set_log_level),
        )
        .merge(add::routes())
        .merge(edit::routes())
        .merge(import::routes())
        .merge(orders::routes())
}

async fn list_page(visit: StaffVisit) -> Result<Response, Failure> {
    let mut lines = visit.engine.modules().list(&visit.actor).await?;
    let is_empty = lines.is_empty();
    list::narrow(&mut lines, &visit.query);
    let pager = leave_page(&mut lines, &visit.query, list::PAGE);
    Ok(visit.page(list::page(
        &visit.view,
        &visit.query,
        &lines,
        is_empty.into(),
        &pager,
    )))
}

async fn show_page(visit: StaffVisit, At(id): At<ModuleId>) -> Result<Response, Failure> {
    let module = visit.engine.modules().show(&visit.actor, id).await?;
    let imports = visit.engine.catalogue().imports(&visit.actor, id).await?;
    let plans = visit.engine.tariffs().list(&visit.actor).await?;
    let shown = show::Shown {
        places: show::places(&module, &plans),
        import: imports.into_iter().next(),
        module,
    };
    Ok(visit.page(show::page(&visit.view, &shown)))
}

async fn check(visit: StaffVisit, At(id): At<ModuleId>) -> Result<Response, Failure> {
    let report = visit.engine.modules().check_now(&visit.actor, id).await?;
    let flash = if report.is_ok() {
        Flash::done(i18n::key!("modules-check-worked"))
    } else {
        Flash::failed(i18n::key!("check-cannot-connect"))
    };
    Ok(visit.done(&address(id), &flash))
}

async fn balance(visit: StaffVisit, At(id): At<ModuleId>) -> Result<Response, Failure> {
    let flash = match visit.engine.modules().refresh_balance(&visit.actor, id).await {
        Ok(_) => Flash::done(i18n::key!("modules-balance-read")),
        Err(engine::Error::Ca(error)) => {
            Flash::failed(i18n::key!("modules-balance-unread")).with("text", error.to_string())
        }
        Err(error) => return Err(error.into()),
    };
    Ok(visit.done(&address(id), &flash))
}

async fn switch(
    visit: AdministratorVisit,
    At(id): At<ModuleId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let (to, key) = match posted.text("to") {
        "on" => (Switch::On, i18n::key!("modules-switched-on")),
        _ => (Switch::Off, i18n::key!("modules-switched-off")),
    };
    visit.engine.modules().switch(&visit.actor, id, to).await?;
    Ok(visit.done(&address(id), &Flash::done(key)))
}

async fn switch_purchases(
    visit: AdministratorVisit,
    At(id): At<ModuleId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let (to, key) = match posted.text("to") {
        "on" => (Switch::On, i18n::key!("modules-purchases-allowed")),
        _ => (Switch::Off, i18n::key!("modules-purchases-blocked")),
    };
    visit
        .engine
        .modules()
        .switch_purchases(&visit.actor, id, to)
        .await?;
    Ok(visit.done(&address(id), &Flash::done(key)))
}

async fn switch_automatic(
    visit: AdministratorVisit,
    At(id): At<ModuleId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let (to, key) = match posted.text("to") {
        "on" => (Switch::On, i18n::key!("modules-automatic-is-on")),
        _ => (Switch::Off, i18n::key!("modules-automatic-is-off")),
    };
    visit
        .engine
        .modules()
        .switch_automatic(&visit.actor, id, to)
        .await?;
    Ok(visit.done(&address(id), &Flash::done(key)))
}

async fn set_log_level(
    visit: AdministratorVisit,
    At(id): At<ModuleId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    // A level that is none is refused by the use case.
    let level = posted.read_as("level").unwrap_or(u8::MAX);
    visit
        .engine
        .modules()
        .set_log_level(&visit.actor, id, level)
        .await?;
    let flash = Flash::done(i18n::key!("modules-log-saved")).with("level", level.to_string());
    Ok(visit.done(&address(id), &flash))
}

/// The address of a module's page.
#[must_use]
pub fn address(id: ModuleId) -> String {
    format!("/admin/modules/{id}")
}
