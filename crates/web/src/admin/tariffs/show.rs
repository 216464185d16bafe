//! A tariff plan's page.

use engine::{catalogue::ProductView, tariffs::TariffView};
use httpkit::Form;
use maud::{Markup, html};

use super::{address, modules, prices};
use crate::{
    admin::pieces,
    components::{
        badge::{self, Active},
        card::card,
        facts::Facts,
        head::Head,
        icon::{Icon, icon},
    },
    layout,
    view::View,
};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The plan.
    pub plan: TariffView,
    /// Products whose modules could serve it too.
    pub connectable: Vec<ProductView>,
}

/// The page; the form is that of a price.
#[must_use]
pub fn page(view: &View, shown: &Shown, form: &Form) -> Markup {
    let plan = &shown.plan;
    let line = &plan.line;
    let base = address(line.id);
    let head = Head::new(line.name.clone())
        .under(view.t("nav-tariffs"), "/admin/tariffs")
        .badges(badge::active(view, Active::from(line.is_active)))
        .text(format!("{} · {}", line.brand, line.product))
        .actions(html! {
            @if pieces::is_administrator(view) {
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
                    (prices::present(view, plan, form, &base))
                    (modules::connected(view, shown, &base))
                }
                div.stack {
                    (facts(view, plan))
                    (prices::margin(view, plan, &base))
                    (prices::history(view, plan))
                }
            }
        },
    )
}

fn facts(view: &View, plan: &TariffView) -> Markup {
    let methods: Vec<String> = plan
        .methods
        .iter()
        .map(|method| view.word("validation-method", method.word()))
        .collect();
    let facts = Facts::new()
        .text(
            view.t("tariffs-level"),
            view.word("validation-level", plan.line.level.word()),
        )
        .text(
            view.t("tariffs-kind"),
            view.word("product-kind", plan.line.kind.word()),
        )
        .text(view.t("tariffs-included"), plan.included_names.to_string())
        .text(view.t("tariffs-most"), plan.most_names.to_string())
        .text(view.t("tariffs-methods"), methods.join(", "))
        .text(view.t("column-sort"), plan.line.sort.to_string())
        .text(view.t("tariffs-note"), &plan.note);
    card("facts", &view.t("column-detail"), &facts.render())
}
