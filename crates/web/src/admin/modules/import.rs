//! Importing a catalogue while its page tells how far it has come.

use axum::{Extension, response::Response};
use domain::id::ModuleId;
use engine::catalogue::{ImportProgress, ProductQuery};
use httpkit::{Failure, Tone};
use maud::{Markup, html};
use tokio::sync::{mpsc, watch};

use super::{
    address,
    catalogue::{self, changes_line},
};
use crate::{
    admin::{
        drafts::{self, Drafts, Importing},
        pieces,
    },
    components::{card::card, head::Head, list::leave_page, note::sentence},
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{AdministratorVisit, At, StaffVisit},
};

/// Steps of an import that may wait to be shown.
const STEPS: usize = 64;

/// The routes of the catalogue.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get("/admin/modules/{id}/catalogue", show)
        .merge(
            Routes::of(Audience::Administrator)
                .get("/admin/modules/{id}/import", progress)
                .post("/admin/modules/{id}/import", begin),
        )
}

async fn show(visit: StaffVisit, At(id): At<ModuleId>) -> Result<Response, Failure> {
    let module = visit.engine.modules().show(&visit.actor, id).await?;
    let text = visit.query.text("q").trim();
    let query = ProductQuery {
        module: Some(id),
        search: (!text.is_empty()).then(|| text.to_owned()),
        with_removed: visit.query.is_on("removed"),
    };
    let mut products = visit.engine.catalogue().products(&visit.actor, query).await?;
    let pager = leave_page(&mut products, &visit.query, catalogue::PAGE);
    let imports = visit.engine.catalogue().imports(&visit.actor, id).await?;
    Ok(visit.page(catalogue::page(
        &visit.view,
        (id, &module.line.name),
        &visit.query,
        &products,
        &pager,
        &imports,
    )))
}

async fn begin(
    visit: AdministratorVisit,
    At(id): At<ModuleId>,
    Extension(drafts): Extension<Drafts>,
) -> Result<Response, Failure> {
    // Whoever may not see the module learns it here, not from an import that fails.
    visit.engine.modules().show(&visit.actor, id).await?;
    if let Some(sender) = drafts.begin_import(id) {
        let (engine, actor, view) = (visit.engine.clone(), visit.actor.clone(), visit.view.clone());
        tokio::spawn(async move {
            let (tell, told) = mpsc::channel(STEPS);
            let catalogues = engine.catalogue();
            let import = catalogues.import(&actor, id, Some(tell));
            let (outcome, ()) = tokio::join!(import, pass_on(told, &sender));
            sender.send_replace(match outcome {
                Ok(report) => Importing::Done(report),
                Err(error) => Importing::Failed(pieces::reason(&view, error)),
            });
        });
    }
    Ok(visit.go(&format!("{}/import", address(id))))
}

/// Passes the steps on until the import is over and drops its end.
async fn pass_on(mut told: mpsc::Receiver<ImportProgress>, sender: &watch::Sender<Importing>) {
    while let Some(step) = told.recv().await {
        sender.send_replace(match step {
            ImportProgress::Asking => Importing::Asking,
            ImportProgress::Received(of) => Importing::Comparing { done: 0, of },
            ImportProgress::Compared { done, of } => Importing::Comparing { done, of },
            ImportProgress::Stored => continue,
        });
    }
}

async fn progress(
    visit: AdministratorVisit,
    At(id): At<ModuleId>,
    Extension(drafts): Extension<Drafts>,
) -> Result<Response, Failure> {
    let module = visit.engine.modules().show(&visit.actor, id).await?;
    let Some(import) = drafts.import(id) else {
        // It ran in another process, or before a restart: the catalogue says what came of it.
        return Ok(visit.go(&format!("{}/catalogue", address(id))));
    };
    if visit.query.is_on("wait") {
        drafts::wait(import.clone()).await;
    }
    let now = import.borrow().clone();
    let now = match now {
        Importing::Asking | Importing::Comparing { .. } if !drafts::is_running(&import) => {
            Importing::Failed(visit.view.t("error-internal"))
        }
        now => now,
    };
    Ok(visit.page(if visit.htmx.is_partial {
        part(&visit.view, id, &now)
    } else {
        page(&visit.view, (id, &module.line.name), &now)
    }))
}

/// The page of an import.
#[must_use]
pub fn page(view: &View, module: (ModuleId, &str), import: &Importing) -> Markup {
    let title = view.t("modules-catalogue-importing");
    let head = Head::new(title.clone())
        .under(view.t("nav-modules"), "/admin/modules")
        .under(module.1, address(module.0));
    layout::staff(
        view,
        &title,
        &html! {
            (head.render(view))
            (card("progress", &title, &part(view, module.0, import)))
        },
    )
}

/// The part that is asked for again until the import is over.
#[must_use]
pub fn part(view: &View, module: ModuleId, import: &Importing) -> Markup {
    let base = address(module);
    let is_running = matches!(import, Importing::Asking | Importing::Comparing { .. });
    let poll = is_running.then(|| format!("{base}/import"));
    html! {
        div.stack id="import" aria-live="polite" hx-get=[poll.as_ref()] hx-trigger=[poll.as_ref().map(|_| "every 400ms")] hx-swap=[poll.as_ref().map(|_| "outerHTML")] {
            @match import {
                Importing::Asking => {
                    p { (view.t("modules-catalogue-asking")) }
                    progress aria-label=(view.t("modules-catalogue-importing")) {}
                }
                Importing::Comparing { done, of } => {
                    p { (view.t_args("modules-catalogue-read", &[("done", (*done).into()), ("of", (*of).into())])) }
                    progress max=(of) value=(done) aria-label=(view.t("modules-catalogue-importing")) {}
                }
                Importing::Done(report) => {
                    (sentence(Tone::Good, &view.t_args("modules-catalogue-done", &[("count", report.products.into()), ("changes", changes_line(view, report).into())])))
                    @if !report.left_out.is_empty() {
                        (sentence(Tone::Warn, &view.t_args("modules-catalogue-left-out", &[("count", report.left_out.len().into())])))
                        ul { @for line in &report.left_out { li { (line) } } }
                    }
                    div.actions {
                        a.button.primary href={ (base) "/catalogue" } { (view.t("modules-catalogue-show")) }
                        a.button href="/admin/tariffs/new" { (view.t("tariffs-add")) }
                    }
                }
                Importing::Failed(text) => {
                    (sentence(Tone::Bad, text))
                    div.actions { a.button href=(base) { (view.t("action-back")) } }
                }
            }
            @if let Some(poll) = &poll { noscript { p { a.button href={ (poll) "?wait=yes" } { (view.t("action-refresh")) } } } }
        }
    }
}
