//! Comparing with the CAs' own lists of orders, and whether purchases are on.

use axum::response::Response;
use domain::id::ModuleId;
use engine::reconciliation::ModuleReport;
use httpkit::{Failure, Flash, Form, Tone, params::Posted};
use maud::{Markup, html};
use store::{
    instance::Instance,
    reconciliation::{ForeignOrder, ForeignVerdict},
};

use crate::{
    admin::pieces::dash,
    components::{
        badge::badge,
        card::{card, framed},
        dialog::{self, Question},
        field,
        head::Head,
        icon::{Icon, icon},
        note::note,
        table::{self, Column, Table},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{AdministratorVisit, At},
};

const PATH: &str = "/admin/reconciliation";
/// The longest explanation.
const LONGEST: usize = 500;

/// The routes of the comparison.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Administrator)
        .get(PATH, show)
        .post(PATH, run)
        .post("/admin/reconciliation/purchases", purchases)
        .post("/admin/reconciliation/{id}/explain", explain)
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The installation.
    pub instance: Instance,
    /// Every module with the orders at its CA account that nothing here stands behind.
    pub modules: Vec<(ModuleId, String, Vec<ForeignOrder>)>,
    /// What the comparison just made showed.
    pub reports: Vec<ModuleReport>,
}

async fn show(visit: AdministratorVisit) -> Result<Response, Failure> {
    let shown = shown(&visit, Vec::new()).await?;
    Ok(visit.page(page(&visit.view, &shown)))
}

async fn run(visit: AdministratorVisit) -> Result<Response, Failure> {
    let reports = visit.engine.reconciliation().run(&visit.actor).await?;
    let shown = shown(&visit, reports).await?;
    Ok(visit.page(page(&visit.view, &shown)))
}

async fn purchases(visit: AdministratorVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let instance = visit.engine.instance();
    let key = if posted.text("to") == "on" {
        instance.allow_purchases(&visit.actor).await?;
        i18n::key!("settings-purchases-allowed")
    } else {
        instance.block_purchases(&visit.actor).await?;
        i18n::key!("settings-purchases-stopped")
    };
    Ok(visit.done(PATH, &Flash::done(key)))
}

async fn explain(
    visit: AdministratorVisit,
    At(id): At<ModuleId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let why = form.required("why", LONGEST);
    if form.has_problems() {
        return Ok(visit.done(PATH, &Flash::failed(i18n::key!("reconciliation-say-why"))));
    }
    visit
        .engine
        .reconciliation()
        .explain(&visit.actor, id, form.value("ca_order"), &why)
        .await?;
    Ok(visit.done(PATH, &Flash::done(i18n::key!("reconciliation-explained"))))
}

async fn shown(visit: &AdministratorVisit, reports: Vec<ModuleReport>) -> Result<Shown, Failure> {
    let instance = visit.engine.instance().show(&visit.actor).await?;
    let mut modules = Vec::new();
    for (id, name) in visit.engine.modules().names(&visit.actor).await? {
        let orders = visit.engine.reconciliation().orphans(&visit.actor, id).await?;
        modules.push((id, name, orders));
    }
    Ok(Shown {
        instance,
        modules,
        reports,
    })
}

/// The page.
#[must_use]
pub fn page(view: &View, shown: &Shown) -> Markup {
    let title = view.t("nav-reconciliation");
    let compare = field::action(
        PATH,
        "primary",
        &html! { (icon(Icon::Refresh)) (view.t("reconciliation-run")) },
    );
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("reconciliation-text")).actions(compare).render(view))
            @if !shown.reports.is_empty() { (reports(view, &shown.reports)) }
            (card("purchases", &view.t("settings-purchases"), &purchases_card(view, &shown.instance)))
            @for (id, name, orders) in &shown.modules {
                @let all = html! { a.button.small href={ "/admin/modules/" (id) "/orders" } { (view.t("orders-title")) } };
                (framed(&format!("module-{id}"), name, &all, &orders_table(view, *id, orders)))
            }
        },
    )
}

fn reports(view: &View, reports: &[ModuleReport]) -> Markup {
    let line = |report: &ModuleReport| match report.problem {
        Some(problem) => view.word("error-class", problem),
        None => view.t_args(
            "reconciliation-line",
            &[
                ("listed", report.listed.into()),
                ("orphans", report.orphans.len().into()),
                ("missing", report.missing.len().into()),
            ],
        ),
    };
    html! {
        @for report in reports {
            (note(if report.is_clean() { Tone::Good } else { Tone::Bad }, &html! {
                p { strong { (report.name) } ": " (line(report)) }
                @if !report.missing.is_empty() { p { (view.t("reconciliation-missing")) " " code { (report.missing.join(", ")) } } }
            }))
        }
    }
}

fn purchases_card(view: &View, instance: &Instance) -> Markup {
    let switch = |to: &str, title: &str, text: &str, class: &'static str| {
        dialog::confirm(
            view,
            &Question {
                id: "switch-purchases",
                title: view.t(title),
                text: view.t(text),
                action: format!("{PATH}/purchases"),
                fields: html! { input type="hidden" name="to" value=(to); },
                class,
            },
        )
    };
    html! {
        @if instance.purchases_blocked {
            (note(Tone::Bad, &html! {
                p {
                    strong { (view.t("settings-purchases-blocked")) }
                    @if let Some(reason) = &instance.blocked_reason { " " (view.word("purchases-off", reason)) }
                }
                @if let Some(at) = instance.blocked_at { p { (view.instant(at)) } }
            }))
            div.actions { (switch("on", "settings-allow-purchases", "settings-allow-purchases-text", "danger")) }
        } @else {
            p { (badge(Tone::Good, &view.t("settings-purchases-on"))) }
            div.actions { (switch("off", "settings-stop-purchases", "settings-stop-purchases-text", "danger")) }
        }
        p.muted.small { (view.t("settings-instance")) " " code { (instance.instance_id) } }
    }
}

fn orders_table(view: &View, module: ModuleId, orders: &[ForeignOrder]) -> Markup {
    Table {
        caption: view.t("reconciliation-foreign"),
        columns: vec![
            Column::new(view.t("services-ca-ref")),
            Column::new(view.t("column-names")),
            Column::new(view.t("column-state")),
            Column::fit(view.t("reconciliation-seen")),
            Column::new(view.t("reconciliation-verdict")),
            Column::actions(view),
        ],
        rows: orders.iter().map(|order| row(view, module, order)).collect(),
        sorting: None,
        empty: table::empty(
            Icon::Check,
            &view.t("reconciliation-nothing-foreign"),
            "",
            &html! {},
        ),
    }
    .render()
}

fn row(view: &View, module: ModuleId, order: &ForeignOrder) -> Vec<Markup> {
    let is_orphan = order.verdict == ForeignVerdict::Orphan;
    let tone = if is_orphan { Tone::Bad } else { Tone::Neutral };
    let id = format!("explain-{module}-{}", order.ca_ref);
    vec![
        html! { code { (order.ca_ref) } },
        html! { @if order.names.is_empty() { (dash()) } @else { span.breakable { (order.names) } } },
        html! { (view.word("ca-state", &order.state)) },
        html! { (view.day_of(order.seen_at)) },
        badge(tone, &view.word("foreign", order.verdict.word())),
        html! {
            @if is_orphan {
                (dialog::confirm(view, &Question {
                    id: &id,
                    title: view.t("reconciliation-explain"),
                    text: view.t("reconciliation-explain-text"),
                    action: format!("{PATH}/{module}/explain"),
                    fields: html! {
                        input type="hidden" name="ca_order" value=(order.ca_ref);
                        div.field {
                            label for={ "why-" (id) } { (view.t("operations-reason")) }
                            input type="text" id={ "why-" (id) } name="why" required maxlength=(LONGEST) autocomplete="off";
                        }
                    },
                    class: "small",
                }))
            }
        },
    ]
}
