//! Work that comes round by itself: what, how often, when it ran, what came of it, when it runs next; and how much work
//! the operations are, which run as they fall due.

use axum::response::Response;
use engine::periodic::{Schedule, WorkView, Workload};
use httpkit::{Failure, Flash, Tone};
use jiff::SignedDuration;
use maud::{Markup, html};

use crate::{
    admin::pieces::{self, dash},
    components::{
        badge::badge,
        card::{Tile, tiles},
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
    let periodic = visit.engine.periodic();
    let works = periodic.show(&visit.actor).await?;
    let workload = periodic.workload(&visit.actor).await?;
    Ok(visit.page(page(&visit.view, &works, workload)))
}

async fn run(visit: AdministratorVisit, At(name): At<String>) -> Result<Response, Failure> {
    visit.engine.periodic().run_now(&visit.actor, &name).await?;
    Ok(visit.done("/admin/periodic", &Flash::done(i18n::key!("periodic-is-due"))))
}

/// The page.
#[must_use]
pub fn page(view: &View, works: &[WorkView], workload: Workload) -> Markup {
    let title = view.t("nav-periodic");
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::new(view.t("periodic-what")),
            Column::new(view.t("periodic-schedule")),
            Column::new(view.t("periodic-last")),
            Column::new(view.t("periodic-took")),
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
            (tiles(&operations(view, workload)))
            (table.render())
        },
    )
}

fn operations(view: &View, workload: Workload) -> Vec<Tile> {
    let tile = |label: &str, count: i64, link: &str, is_trouble: bool| Tile {
        label: view.t(label),
        figure: view.number(count),
        detail: view.t("periodic-operations"),
        link: link.to_owned(),
        tone: if is_trouble && count > 0 {
            Tone::Warn
        } else {
            Tone::Neutral
        },
    };
    let list = "/admin/operations";
    vec![
        tile(
            "periodic-operations-due",
            workload.due,
            &format!("{list}?state=waiting"),
            false,
        ),
        tile(
            "periodic-operations-running",
            workload.running,
            &format!("{list}?state=waiting"),
            false,
        ),
        tile(
            "periodic-operations-retrying",
            workload.retrying,
            &format!("{list}?trouble=yes&state=waiting"),
            true,
        ),
        tile(
            "periodic-operations-manual",
            workload.manual,
            &format!("{list}?state=manual"),
            true,
        ),
    ]
}

fn row(view: &View, work: &WorkView) -> Vec<Markup> {
    let row = &work.row;
    vec![
        html! { (view.word("periodic", &row.name)) },
        html! { @match work.schedule { Some(schedule) => (said(view, schedule)), None => (dash()) } },
        html! {
            @match row.last_finished_at {
                Some(at) => span title=(view.instant(at)) { (view.ago(at)) },
                None => span.muted { (view.t("periodic-never")) },
            }
        },
        html! { @match took(work) { Some(span) => (i18n::duration(view.locale, span)), None => (dash()) } },
        html! {
            @match &row.last_error {
                Some(error) => { (badge(Tone::Bad, &view.t("periodic-failed"))) span.sub.breakable { (error) } }
                None => (row.last_result.as_deref().unwrap_or_default()),
            }
        },
        html! {
            @if work.is_running { (badge(Tone::Info, &view.t("periodic-running"))) }
            @else { span title=(view.instant(row.next_run_at)) { (view.ago(row.next_run_at)) } }
        },
        html! { (view.number(row.backlog)) },
        html! {
            @if pieces::is_administrator(view) && work.schedule.is_some() {
                (field::action(&format!("/admin/periodic/{}/run", row.name), "small", &html! { (icon(Icon::Play)) (view.t("periodic-run")) }))
            }
        },
    ]
}

/// How long the last run took.
fn took(work: &WorkView) -> Option<SignedDuration> {
    let row = &work.row;
    let (began, ended) = row.last_started_at.zip(row.last_finished_at)?;
    let took = ended.duration_since(began);
    (!took.is_negative()).then_some(took)
}

fn said(view: &View, schedule: Schedule) -> String {
    match schedule {
        Schedule::Every(span) if span.as_mins() % 60 == 0 => {
            view.t_args("periodic-every-hours", &[("count", span.as_hours().into())])
        }
        Schedule::Every(span) => view.t_args("periodic-every-minutes", &[("count", span.as_mins().into())]),
        Schedule::Daily(times) => {
            let times: Vec<String> = times
                .iter()
                .map(|time| format!("{:02}:{:02}", time.hour(), time.minute()))
                .collect();
            view.t_args("periodic-daily", &[("times", times.join(", ").into())])
        }
    }
}
