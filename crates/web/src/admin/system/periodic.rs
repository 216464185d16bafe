//! Work that comes round by itself: what, when it ran, what came of it, when it runs next.

use axum::response::Response;
use httpkit::{Failure, Flash, Tone};
use maud::{Markup, html};
use store::periodic::Periodic;

use crate::{
    admin::pieces::{self, dash},
    components::{
        badge::badge,
        field,
        head::Head,
        icon::{Icon, icon},
        table::{self, Column, Table},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{AdministratorVisit, At, StaffVisit},
};

/// The routes of scheduled work.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get("/admin/periodic", show)
        .merge(Routes::of(Audience::Administrator).post("/admin/periodic/{id}/run", run))
}

async fn show(visit: StaffVisit) -> Result<Response, Failure> {
    let works = visit.engine.periodic().list(&visit.actor).await?;
    Ok(visit.page(page(&visit.view, &works)))
}

async fn run(visit: AdministratorVisit, At(name): At<String>) -> Result<Response, Failure> {
    visit.engine.periodic().run_now(&visit.actor, &name).await?;
    Ok(visit.done("/admin/periodic", &Flash::done(i18n::key!("periodic-is-due"))))
}

/// The page.
#[must_use]
pub fn page(view: &View, works: &[Periodic]) -> Markup {
    let title = view.t("nav-periodic");
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::new(view.t("periodic-what")),
            Column::new(view.t("periodic-last")),
            Column::new(view.t("periodic-result")),
            Column::new(view.t("periodic-next")),
            Column::numbers(view.t("periodic-backlog")),
            Column::actions(view),
        ],
        rows: works.iter().map(|work| row(view, work)).collect(),
        sorting: None,
        empty: table::empty(Icon::Clock, &view.t("periodic-empty"), "", &html! {}),
    };
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("periodic-text")).render(view))
            (table.render())
        },
    )
}

fn row(view: &View, work: &Periodic) -> Vec<Markup> {
    vec![
        html! { (view.word("periodic", &work.name)) },
        html! { @match work.last_finished_at { Some(at) => span title=(view.instant(at)) { (view.ago(at)) }, None => (dash()) } },
        html! {
            @match &work.last_error {
                Some(error) => { (badge(Tone::Bad, &view.t("periodic-failed"))) span.sub { (error) } }
                None => (work.last_result.as_deref().unwrap_or_default()),
            }
        },
        html! { span title=(view.instant(work.next_run_at)) { (view.ago(work.next_run_at)) } },
        html! { (view.number(work.backlog)) },
        html! {
            @if pieces::is_administrator(view) {
                (field::action(&format!("/admin/periodic/{}/run", work.name), "small", &html! { (icon(Icon::Play)) (view.t("periodic-run")) }))
            }
        },
    ]
}
