//! The start page of staff: balances at the CAs, services by state, what ends soon, what is in trouble, open tasks.

use axum::response::Response;
use domain::{id::NumberKind, state::ServiceState};
use engine::{
    dashboard::{Dashboard, ModuleBalance},
    services::{OperationView, ServiceLine},
    tasks::{TaskCounts, TaskFilter, TaskLine, TaskSort},
};
use httpkit::{Failure, Tone};
use maud::{Markup, html};
use store::Page;

use super::{pieces, system::mails};
use crate::{
    components::{
        badge::{self, badge},
        card::{Tile, card, framed, tiles},
        chart,
        head::Head,
        icon::{Icon, icon},
        note::note,
        table::{self, Column, Table},
    },
    layout, methods,
    routes::{Audience, Routes},
    view::View,
    visit::StaffVisit,
};

/// Open tasks that are listed.
const TASKS: u32 = 8;

/// The route of the start page.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff).get("/admin", show)
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What the engine sums up.
    pub dashboard: Dashboard,
    /// The most urgent open tasks.
    pub tasks: Vec<TaskLine>,
    /// How many tasks are open, overdue, and of whoever looks.
    pub counts: TaskCounts,
    /// What is still to be set up.
    pub missing: Vec<Missing>,
}

/// A step of the first set-up that was not done yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No processing module.
    Module,
    /// No tariff plan, so perhaps no catalogue either.
    Tariff,
    /// Nobody ordered anything yet.
    Account,
}

impl Missing {
    const fn key_and_address(self) -> (&'static str, &'static str) {
        match self {
            Self::Module => (i18n::key!("dashboard-missing-module"), "/admin/modules/new"),
            Self::Tariff => (i18n::key!("dashboard-missing-tariff"), "/admin/tariffs"),
            Self::Account => (i18n::key!("dashboard-missing-account"), "/admin/accounts"),
        }
    }
}

async fn show(visit: StaffVisit) -> Result<Response, Failure> {
    let dashboard = visit.engine.dashboard().show(&visit.actor).await?;
    let tasks = visit
        .engine
        .tasks()
        .lines(
            &visit.actor,
            TaskFilter::open(),
            TaskSort::Urgent,
            &Page::first(TASKS),
        )
        .await?;
    let counts = visit.engine.tasks().counts(&visit.actor).await?;
    let missing = missing_steps(&visit, &dashboard).await?;
    let shown = Shown {
        dashboard,
        tasks: tasks.rows,
        counts,
        missing,
    };
    Ok(visit.page(page(&visit.view, &shown)))
}

/// What an installation that has sold nothing yet lacks.
async fn missing_steps(visit: &StaffVisit, dashboard: &Dashboard) -> Result<Vec<Missing>, Failure> {
    if dashboard.services.iter().any(|(_, count)| *count > 0) {
        return Ok(Vec::new());
    }
    let mut missing = Vec::new();
    if dashboard.balances.is_empty() {
        missing.push(Missing::Module);
    }
    if visit.engine.tariffs().list(&visit.actor).await?.is_empty() {
        missing.push(Missing::Tariff);
    }
    missing.push(Missing::Account);
    Ok(missing)
}

/// The page.
#[must_use]
pub fn page(view: &View, shown: &Shown) -> Markup {
    let title = view.t("nav-dashboard");
    let dashboard = &shown.dashboard;
    let all = |address: &str| html! { a.button.small href=(address) { (view.t("dashboard-all")) } };
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).render(view))
            @if let Some(reason) = &dashboard.purchases_blocked { (purchases_off(view, reason)) }
            @if pieces::is_administrator(view) { (mails::trouble(view, &dashboard.outbox)) }
            (methods::warning(view, dashboard.ending_methods, Audience::Staff))
            @if !shown.missing.is_empty() { (missing(view, &shown.missing)) }
            (tiles(&state_tiles(view, shown)))
            div.split {
                div.stack {
                    (card("endings", &view.t("dashboard-chart"), &chart::bars(view, "endings", &view.t("dashboard-chart"), &view.t("dashboard-certificates"), &dashboard.endings)))
                    (framed("ending", &view.t("dashboard-ending"), &all("/admin/services?ends=30"), &ending(view, &dashboard.ending_soon)))
                }
                div.stack {
                    (framed("balances", &view.t("dashboard-balances"), &all("/admin/modules"), &balances(view, &dashboard.balances)))
                    (framed("open-tasks", &view.t("dashboard-tasks"), &all("/admin/tasks"), &open_tasks(view, &shown.tasks)))
                }
            }
            (framed("trouble", &view.t("dashboard-trouble"), &all("/admin/operations?trouble=yes"), &trouble(view, &dashboard.in_trouble)))
        },
    )
}

fn purchases_off(view: &View, reason: &str) -> Markup {
    note(
        Tone::Bad,
        &html! {
            p { strong { (view.t("settings-purchases-blocked")) } " " (view.word("purchases-off", reason)) }
            @if pieces::is_administrator(view) { p { a href="/admin/reconciliation" { (view.t("nav-reconciliation")) } } }
        },
    )
}

fn missing(view: &View, missing: &[Missing]) -> Markup {
    card(
        "first-steps",
        &view.t("dashboard-first-steps"),
        &html! {
            ul.findings {
                @for one in missing {
                    @let (key, address) = one.key_and_address();
                    li.finding { (icon(Icon::Play)) a href=(address) { (view.t(key)) } }
                }
            }
        },
    )
}

fn state_tiles(view: &View, shown: &Shown) -> Vec<Tile> {
    let count = |state: ServiceState| {
        let counted = shown.dashboard.services.iter().find(|(given, _)| *given == state);
        counted.map_or(0, |(_, count)| *count)
    };
    let states = [
        ServiceState::Opening,
        ServiceState::WaitingForValidation,
        ServiceState::WaitingForIssue,
        ServiceState::Active,
        ServiceState::Failed,
    ];
    let by_state = states.into_iter().map(|state| Tile {
        label: view.word("service-state", state.word()),
        figure: view.number(count(state)),
        detail: String::new(),
        link: format!("/admin/services?state={}", state.word()),
        tone: if state == ServiceState::Failed && count(state) > 0 {
            Tone::Bad
        } else {
            Tone::Neutral
        },
    });
    let trouble = shown.dashboard.retrying + shown.dashboard.manual;
    let warned = |count: i64| if count > 0 { Tone::Warn } else { Tone::Neutral };
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let (open, overdue) = (number(shown.counts.open), number(shown.counts.overdue));
    let work = [
        Tile {
            label: view.t("dashboard-trouble"),
            figure: view.number(trouble),
            detail: view.t_args("dashboard-manual", &[("count", shown.dashboard.manual.into())]),
            link: "/admin/operations?trouble=yes".into(),
            tone: warned(trouble),
        },
        Tile {
            label: view.t("dashboard-tasks"),
            figure: view.number(open),
            detail: view.t_args("dashboard-overdue", &[("count", overdue.into())]),
            link: if overdue > 0 {
                "/admin/tasks?due=overdue"
            } else {
                "/admin/tasks"
            }
            .into(),
            tone: if overdue > 0 { Tone::Bad } else { warned(open) },
        },
    ];
    by_state.chain(work).collect()
}

fn balances(view: &View, balances: &[ModuleBalance]) -> Markup {
    let row = |one: &ModuleBalance| {
        vec![
            html! {
                a href={ "/admin/modules/" (one.module) } { (one.name) }
                @if !one.is_active { " " (badge::active(view, badge::Active::Off)) }
            },
            pieces::balance(view, &one.balance),
        ]
    };
    Table {
        caption: view.t("dashboard-balances"),
        columns: vec![
            Column::new(view.t("column-module")),
            Column::numbers(view.t("column-balance")),
        ],
        rows: balances.iter().map(row).collect(),
        sorting: None,
        empty: table::empty(Icon::Plug, &view.t("modules-empty-title"), "", &html! {}),
    }
    .render()
}

fn ending(view: &View, lines: &[ServiceLine]) -> Markup {
    let row = |line: &ServiceLine| {
        vec![
            pieces::day(view, line.dates.end_date),
            html! {
                a href={ "/admin/services/" (line.id) } { span.breakable { (line.main_name.unicode()) } }
                span.sub { (NumberKind::Service.show(line.number)) " · " (line.plan_name) }
            },
            html! { a href={ "/admin/accounts/" (line.account) } { (line.account_name) } },
            pieces::day(view, line.dates.paid_till),
        ]
    };
    Table {
        caption: view.t("dashboard-ending"),
        columns: vec![
            Column::fit(view.t("column-end-date")),
            Column::new(view.t("column-name")),
            Column::new(view.t("column-account")),
            Column::fit(view.t("column-paid-till")),
        ],
        rows: lines.iter().map(row).collect(),
        sorting: None,
        empty: table::empty(Icon::Check, &view.t("dashboard-nothing-ends"), "", &html! {}),
    }
    .render()
}

fn open_tasks(view: &View, lines: &[TaskLine]) -> Markup {
    let row = |line: &TaskLine| {
        vec![
            html! { a href={ "/admin/tasks/" (line.task.id) } { (NumberKind::Task.show(line.task.number)) } },
            html! {
                (line.task.title)
                span.sub { (line.department) " · " (view.ago(line.task.created_at)) }
                @if line.is_overdue { (badge(Tone::Bad, &view.t("tasks-overdue"))) }
            },
            badge::priority(view, line.task.priority),
        ]
    };
    Table {
        caption: view.t("dashboard-tasks"),
        columns: vec![
            Column::fit(view.t("column-number")),
            Column::new(view.t("tasks-column-title")),
            Column::fit(view.t("tasks-column-priority")),
        ],
        rows: lines.iter().map(row).collect(),
        sorting: None,
        empty: table::empty(Icon::Task, &view.t("tasks-empty-title"), "", &html! {}),
    }
    .render()
}

fn trouble(view: &View, operations: &[OperationView]) -> Markup {
    let row = |operation: &OperationView| {
        vec![
            html! { a href={ "/admin/operations/" (operation.id) } { (NumberKind::Operation.show(operation.number)) } },
            html! { (view.word("operation-kind", operation.kind.word())) },
            html! {
                a href={ "/admin/services/" (operation.service) } { span.breakable { (operation.main_name.unicode()) } }
                span.sub { (NumberKind::Service.show(operation.service_number)) }
            },
            badge::operation_state(view, operation.state),
            html! {
                @match &operation.error {
                    Some(error) => { (view.word("error-class", &error.class)) span.sub.breakable { (error.text) } }
                    None => (badge(Tone::Neutral, "—")),
                }
            },
            html! { @if let Some(next) = operation.next_run_at { (view.ago(next)) } },
        ]
    };
    Table {
        caption: view.t("dashboard-trouble"),
        columns: vec![
            Column::fit(view.t("column-number")),
            Column::new(view.t("column-kind")),
            Column::new(view.t("column-service")),
            Column::new(view.t("column-state")),
            Column::new(view.t("operations-error")),
            Column::fit(view.t("operations-next")),
        ],
        rows: operations.iter().map(row).collect(),
        sorting: None,
        empty: table::empty(Icon::Check, &view.t("dashboard-no-trouble"), "", &html! {}),
    }
    .render()
}
