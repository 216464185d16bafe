//! A processing module's page.

use domain::{Money, id::TariffPlanId};
use engine::{
    catalogue::ImportReport,
    modules::{ConnectedPlan, ModuleView},
    tariffs::TariffLine,
};
use httpkit::Form;
use maud::{Markup, html};

use super::{
    catalogue::changes_line,
    fields::setting_label,
    findings::findings,
    list::{connection, state},
};
use crate::{
    admin::pieces::{self, dash},
    components::{
        badge::{self, Active},
        card::{card_with, framed},
        dialog::{self, Question},
        facts::Facts,
        field::{self, Field, Kind},
        head::Head,
        icon::{Icon, icon},
        table::{self, Column, Table},
    },
    layout,
    view::View,
};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The module.
    pub module: ModuleView,
    /// Its place among the modules of each plan, counted from 1, and how many those are.
    pub places: Vec<(TariffPlanId, usize, usize)>,
    /// The last import of its catalogue.
    pub import: Option<ImportReport>,
}

/// The places of a module in the order in which its plans try their modules.
#[must_use]
pub fn places(module: &ModuleView, plans: &[TariffLine]) -> Vec<(TariffPlanId, usize, usize)> {
    let place = |connected: &ConnectedPlan| {
        let plan = plans.iter().find(|plan| plan.id == connected.plan)?;
        let place = plan.modules.iter().position(|name| *name == module.line.name)?;
        Some((plan.id, place + 1, plan.modules.len()))
    };
    module
        .plans
        .iter()
        .filter(|plan| plan.is_active)
        .filter_map(place)
        .collect()
}

/// The page.
#[must_use]
pub fn page(view: &View, shown: &Shown) -> Markup {
    let module = &shown.module;
    let line = &module.line;
    let base = super::address(line.id);
    let head = Head::new(line.name.clone())
        .under(view.t("nav-modules"), "/admin/modules")
        .badges(html! { (state(view, line)) (connection(view, line)) })
        .text(line.connector_title.clone())
        .actions(html! {
            @if pieces::is_administrator(view) {
                (switch(view, module, &base))
                a.button href={ (base) "/orders" } { (icon(Icon::List)) (view.t("orders-title")) }
                a.button href={ (base) "/edit" } { (icon(Icon::Pen)) (view.t("action-edit")) }
            }
        });
    layout::staff(
        view,
        &line.name,
        &html! {
            (head.render(view))
            div.split {
                div.stack {
                    (connection_card(view, module, &base))
                    (catalogue_card(view, shown.import.as_ref(), &base))
                    (tariffs_card(view, shown))
                }
                div.stack {
                    (balance_card(view, module, &base))
                    (parameters_card(view, module, &base))
                    (automatic_card(view, module, &base))
                    (log_card(view, module, &base))
                }
            }
        },
    )
}

fn switch(view: &View, module: &ModuleView, base: &str) -> Markup {
    let action = format!("{base}/switch");
    if !module.line.is_active {
        return html! {
            form method="post" action=(action) {
                input type="hidden" name="to" value="on";
                button.button.primary type="submit" { (view.t("action-switch-on")) }
            }
        };
    }
    dialog::confirm(
        view,
        &Question {
            id: "switch-off",
            title: view.t("action-switch-off"),
            text: view.t("modules-switch-off-text"),
            action,
            fields: html! { input type="hidden" name="to" value="off"; },
            class: "",
        },
    )
}

fn connection_card(view: &View, module: &ModuleView, base: &str) -> Markup {
    let check = field::action(
        &format!("{base}/check"),
        "small",
        &html! { (icon(Icon::Refresh)) (view.t("action-check-now")) },
    );
    card_with(
        "connection",
        &view.t("modules-connection"),
        &check,
        &html! {
            @if let Some(at) = module.line.checked_at {
                p.muted title=(view.instant(at)) { (view.t_args("modules-checked", &[("when", view.ago(at).into())])) }
            }
            @match &module.report {
                Some(report) => (findings(view, report)),
                None => p.muted { (view.t("modules-never-checked")) }
            }
        },
    )
}

fn balance_card(view: &View, module: &ModuleView, base: &str) -> Markup {
    let refresh = field::action(
        &format!("{base}/balance"),
        "small",
        &html! { (icon(Icon::Refresh)) (view.t("action-refresh")) },
    );
    let money = |amount: Option<Money>| amount.map_or_else(String::new, |amount| view.money(amount));
    let currency = module
        .line
        .balance
        .balance
        .or(module.line.balance.minimum)
        .map(|amount| amount.currency());
    // Ceilings are amounts of the account's currency, which is known once a balance was read.
    let ceiling = |amount: Option<rust_decimal::Decimal>| match (amount, currency) {
        (Some(amount), Some(currency)) => view.money(Money::new(amount, currency)),
        (Some(amount), None) => amount.normalize().to_string(),
        (None, _) => String::new(),
    };
    let balance = &module.line.balance;
    let facts = Facts::new()
        .markup(view.t("column-balance"), pieces::balance(view, balance))
        .maybe(view.t("modules-balance-problem"), balance.problem.clone())
        .text(view.t("modules-minimal-balance"), money(balance.minimum))
        .text(
            view.t("modules-blocks-below"),
            view.t(if balance.blocks { "answer-yes" } else { "answer-no" }),
        )
        .maybe(
            view.t("modules-spent-today"),
            module.spent_today.map(|spent| view.money(spent)),
        )
        .text(
            view.t("modules-day-ceiling"),
            ceiling(module.parameters.day_ceiling),
        )
        .text(
            view.t("modules-order-ceiling"),
            ceiling(module.parameters.order_ceiling),
        );
    card_with("balance", &view.t("modules-balance"), &refresh, &facts.render())
}

fn parameters_card(view: &View, module: &ModuleView, base: &str) -> Markup {
    let mut facts = Facts::new()
        .text(view.t("column-department"), &module.line.department_name)
        .text(view.t("column-sort"), module.line.sort.to_string())
        .text(view.t("modules-column-usage"), view.number(module.line.services))
        .text(view.t("column-created"), view.day_of(module.created_at));
    for setting in module.descriptor.settings {
        let is_kept = module.secrets_set.iter().any(|set| set == setting.name);
        let value = if setting.is_secret && is_kept {
            view.t("modules-secret-set")
        } else {
            let given = module.settings.get(setting.name).map(String::as_str);
            given.or(setting.default).unwrap_or_default().to_owned()
        };
        facts = facts.text(setting_label(view, setting), value);
    }
    card_with(
        "parameters",
        &view.t("modules-parameters"),
        &html! {},
        &html! {
            (facts.render())
            @if pieces::is_administrator(view) { div.actions { (purchases(view, module, base)) } }
        },
    )
}

fn purchases(view: &View, module: &ModuleView, base: &str) -> Markup {
    let (title, text, to, class) = if module.line.are_purchases_blocked {
        (
            "modules-allow-purchases",
            "modules-allow-purchases-text",
            "on",
            "primary small",
        )
    } else {
        (
            "modules-block-purchases",
            "modules-block-purchases-text",
            "off",
            "danger small",
        )
    };
    dialog::confirm(
        view,
        &Question {
            id: "purchases",
            title: view.t(title),
            text: view.t(text),
            action: format!("{base}/purchases"),
            fields: html! { input type="hidden" name="to" value=(to); },
            class,
        },
    )
}

/// Whether operations run by themselves, and how fast the CA is called.
fn automatic_card(view: &View, module: &ModuleView, base: &str) -> Markup {
    let limit =
        |limit: Option<u32>| limit.map_or_else(|| view.t("modules-limit-usual"), |limit| limit.to_string());
    let facts = Facts::new()
        .text(
            view.t("modules-calls-per-second"),
            limit(module.parameters.calls_per_second),
        )
        .text(
            view.t("modules-calls-at-once"),
            limit(module.parameters.calls_at_once),
        );
    let is_manual = module.line.is_manual;
    let action = format!("{base}/automatic");
    let switch = if is_manual {
        html! {
            form method="post" action=(action) {
                input type="hidden" name="to" value="on";
                button.button.primary.small type="submit" { (view.t("modules-automatic-switch-on")) }
            }
        }
    } else {
        dialog::confirm(
            view,
            &Question {
                id: "automatic",
                title: view.t("modules-automatic-switch-off"),
                text: view.t("modules-automatic-switch-off-text"),
                action,
                fields: html! { input type="hidden" name="to" value="off"; },
                class: "small",
            },
        )
    };
    let state = if is_manual {
        "modules-automatic-off"
    } else {
        "modules-automatic-on"
    };
    card_with(
        "automatic-work",
        &view.t("modules-automatic"),
        &html! {},
        &html! {
            p { (view.t(state)) }
            (facts.render())
            @if pieces::is_administrator(view) { div.actions { (switch) } }
        },
    )
}

fn log_card(view: &View, module: &ModuleView, base: &str) -> Markup {
    let form = Form::default().with("level", module.log_level.to_string());
    let name = |level: u8| format!("{level} · {}", view.t(&format!("modules-log-{level}")));
    let levels: Vec<(String, String)> = (0..=9_u8).map(|level| (level.to_string(), name(level))).collect();
    card_with(
        "log",
        &view.t("modules-log"),
        &html! {},
        &html! {
            p.muted { (view.t("modules-log-text")) " " code { (module.descriptor.log) ".* " (module.log_level) } }
            @if pieces::is_administrator(view) {
                form.form.full method="post" action={ (base) "/log" } {
                    (Field::new("level", view.t("modules-log-level"), Kind::Text).select(view, &form, &levels))
                    div.actions { button.button type="submit" { (view.t("action-save")) } }
                }
            } @else { p { (name(module.log_level)) } }
        },
    )
}

fn catalogue_card(view: &View, import: Option<&ImportReport>, base: &str) -> Markup {
    let actions = html! {
        @if import.is_some() {
            a.button.small href={ (base) "/catalogue" } { (icon(Icon::List)) (view.t("modules-catalogue-show")) }
        }
        @if pieces::is_administrator(view) {
            (field::action(&format!("{base}/import"), "small", &html! { (icon(Icon::Download)) (view.t("modules-catalogue-import")) }))
        }
    };
    card_with(
        "catalogue",
        &view.t("modules-catalogue"),
        &actions,
        &html! {
            @match import {
                Some(import) => (Facts::new()
                    .text(view.t("modules-catalogue-imported"), view.instant(import.imported_at))
                    .text(view.t("modules-catalogue-products"), import.products.to_string())
                    .text(view.t("modules-catalogue-changes"), changes_line(view, import))
                    .render()),
                None => p.muted { (view.t("modules-catalogue-none")) }
            }
        },
    )
}

fn tariffs_card(view: &View, shown: &Shown) -> Markup {
    let row = |plan: &ConnectedPlan| {
        let place = shown.places.iter().find(|(id, ..)| *id == plan.plan);
        vec![
            html! { a href={ "/admin/tariffs/" (plan.plan) } { (plan.name) } },
            html! { (plan.product) },
            html! {
                @match place {
                    Some((_, place, of)) => (view.t_args("modules-place", &[("place", (*place).into()), ("of", (*of).into())])),
                    None => (dash()),
                }
            },
            badge::active(view, Active::from(plan.is_active)),
        ]
    };
    let table = Table {
        caption: view.t("nav-tariffs"),
        columns: vec![
            Column::new(view.t("column-tariff")),
            Column::new(view.t("modules-column-product")),
            Column::fit(view.t("tariffs-place")),
            Column::new(view.t("column-state")),
        ],
        rows: shown.module.plans.iter().map(row).collect(),
        sorting: None,
        empty: table::empty(
            Icon::Tag,
            &view.t("modules-no-tariffs"),
            &view.t("modules-no-tariffs-text"),
            &html! { a.button.small href="/admin/tariffs" { (view.t("nav-tariffs")) } },
        ),
    };
    framed("tariffs", &view.t("nav-tariffs"), &html! {}, &table.render())
}
