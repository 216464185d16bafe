//! The modules that serve a tariff plan, in the order in which orders try them.

use axum::response::Response;
use domain::id::{ModuleId, ProductId, TariffPlanId};
use engine::{catalogue::ProductView, tariffs::PlanModule};
use httpkit::{Failure, Flash, Tone, params::Posted};
use maud::{Markup, html};

use super::{address, form::product_line, show::Shown};
use crate::{
    admin::pieces,
    components::{
        badge::{self, Active, badge},
        card::framed,
        dialog::{self, Question},
        field,
        icon::{Icon, icon},
        table::{self, Column, Table},
    },
    routes::{Audience, Routes},
    view::View,
    visit::{AdministratorVisit, At},
};

/// The routes of a plan's modules.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Administrator)
        .post("/admin/tariffs/{id}/modules", connect)
        .post("/admin/tariffs/{id}/modules/disconnect", disconnect)
        .post("/admin/tariffs/{id}/modules/move", move_module)
        .post("/admin/tariffs/{id}/modules/unordered", forget_order)
}

async fn connect(
    visit: AdministratorVisit,
    At(id): At<TariffPlanId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let product: ProductId = posted.read_as("product").ok_or_else(Failure::not_found)?;
    visit.engine.tariffs().connect(&visit.actor, id, product).await?;
    Ok(visit.done(&address(id), &Flash::done(i18n::key!("tariffs-module-connected"))))
}

async fn disconnect(
    visit: AdministratorVisit,
    At(id): At<TariffPlanId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let module: ModuleId = posted.read_as("module").ok_or_else(Failure::not_found)?;
    visit
        .engine
        .tariffs()
        .disconnect(&visit.actor, id, module)
        .await?;
    Ok(changed(&visit, id))
}

async fn move_module(
    visit: AdministratorVisit,
    At(id): At<TariffPlanId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let module: ModuleId = posted.read_as("module").ok_or_else(Failure::not_found)?;
    let plan = visit.engine.tariffs().show(&visit.actor, id).await?;
    let mut order: Vec<ModuleId> = plan
        .modules
        .iter()
        .filter(|one| one.is_active)
        .map(|one| one.module)
        .collect();
    let Some(place) = order.iter().position(|one| *one == module) else {
        return Err(Failure::not_found());
    };
    let target = match posted.text("to") {
        "up" => place.saturating_sub(1),
        _ => (place + 1).min(order.len() - 1),
    };
    order.swap(place, target);
    visit
        .engine
        .tariffs()
        .order_modules(&visit.actor, id, order)
        .await?;
    Ok(changed(&visit, id))
}

async fn forget_order(visit: AdministratorVisit, At(id): At<TariffPlanId>) -> Result<Response, Failure> {
    visit
        .engine
        .tariffs()
        .order_modules(&visit.actor, id, Vec::new())
        .await?;
    Ok(changed(&visit, id))
}

fn changed(visit: &AdministratorVisit, id: TariffPlanId) -> Response {
    visit.done(&address(id), &Flash::done(i18n::key!("tariffs-modules-changed")))
}

/// The modules, and connecting another.
#[must_use]
pub fn connected(view: &View, shown: &Shown, base: &str) -> Markup {
    let modules = &shown.plan.modules;
    let last = modules
        .iter()
        .filter(|one| one.is_active)
        .count()
        .saturating_sub(1);
    let is_ordered = modules.iter().any(|one| one.is_active && one.position.is_some());
    let rows = modules.iter().enumerate();
    let table = Table {
        caption: view.t("nav-modules"),
        columns: vec![
            Column::numbers(view.t("tariffs-place")),
            Column::new(view.t("column-module")),
            Column::new(view.t("tariffs-product-at-ca")),
            Column::numbers(view.t("column-sort")),
            Column::new(view.t("column-state")),
            Column::actions(view),
        ],
        rows: rows
            .map(|(place, one)| row(view, one, (place, last), base))
            .collect(),
        sorting: None,
        empty: table::empty(
            Icon::Plug,
            &view.t("tariffs-no-module"),
            &view.t("tariffs-no-module-text"),
            &html! {},
        ),
    };
    framed(
        "modules",
        &view.t("nav-modules"),
        &html! {},
        &html! {
            (table.render())
            div.card-body {
                p.muted { (view.t("tariffs-order-text")) }
                @if pieces::is_administrator(view) {
                    @if is_ordered {
                        (field::action(&format!("{base}/modules/unordered"), "small", &html! { (view.t("tariffs-forget-order")) }))
                    }
                    @if !shown.connectable.is_empty() { (connect_form(view, &shown.connectable, base)) }
                }
            }
        },
    )
}

fn connect_form(view: &View, products: &[ProductView], base: &str) -> Markup {
    html! {
        form.filters method="post" action={ (base) "/modules" } {
            div.field.wide {
                label for="connect" { (view.t("tariffs-connect")) }
                select id="connect" name="product" {
                    @for product in products { option value=(product.id) { (product_line(product)) } }
                }
            }
            button.button type="submit" { (view.t("tariffs-connect-submit")) }
        }
    }
}

fn row(view: &View, one: &PlanModule, (place, last): (usize, usize), base: &str) -> Vec<Markup> {
    vec![
        html! { @if one.is_active { (place + 1) } @else { (pieces::dash()) } },
        html! { a href={ "/admin/modules/" (one.module) } { (one.name) } },
        html! { (one.product_name) @if !one.is_on_sale { " " (badge(Tone::Bad, &view.t("modules-catalogue-gone"))) } },
        html! { (one.sort) },
        badge::active(view, Active::from(one.is_active)),
        html! { @if pieces::is_administrator(view) { div.actions { (actions(view, one, (place, last), base)) } } },
    ]
}

fn actions(view: &View, one: &PlanModule, (place, last): (usize, usize), base: &str) -> Markup {
    let step = |to: &str, key: &str, sign: Icon| {
        html! {
            form method="post" action={ (base) "/modules/move" } {
                input type="hidden" name="module" value=(one.module);
                button.button.small type="submit" name="to" value=(to) aria-label={ (view.t(key)) ": " (one.name) } { (icon(sign)) }
            }
        }
    };
    if !one.is_active {
        return html! {
            form method="post" action={ (base) "/modules" } {
                input type="hidden" name="product" value=(one.product);
                button.button.small type="submit" { (view.t("tariffs-connect-submit")) }
            }
        };
    }
    html! {
        @if place > 0 { (step("up", "tariffs-up", Icon::ArrowUp)) }
        @if place < last { (step("down", "tariffs-down", Icon::ArrowDown)) }
        (dialog::confirm(view, &Question {
            id: &format!("disconnect-{}", one.module),
            title: view.t("tariffs-disconnect"),
            text: view.t_args("tariffs-disconnect-text", &[("name", one.name.as_str().into())]),
            action: format!("{base}/modules/disconnect"),
            fields: html! { input type="hidden" name="module" value=(one.module); },
            class: "danger small",
        }))
    }
}
