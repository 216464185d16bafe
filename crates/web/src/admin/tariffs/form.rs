//! The forms that make and change a tariff plan.

use domain::{
    price::MarginRule,
    product::{ProductKind, ValidationMethod},
};
use engine::{
    catalogue::ProductView,
    tariffs::{TariffChange, TariffView},
};
use httpkit::{Form, Tone};
use maud::{Markup, html};
use rust_decimal::Decimal;

use super::address;
use crate::{
    admin::pieces,
    components::{
        card::card,
        field::{self, Field, Kind},
        head::Head,
        note::sentence,
    },
    layout,
    view::View,
};

const FIELDS: [&str; 8] = [
    "name",
    "note",
    "product",
    "sort",
    "margin_percent",
    "margin_round_up_to",
    "most_names",
    "methods",
];

/// Reads the margin rule; without a percentage there is none.
pub fn margin(form: &mut Form) -> Option<MarginRule> {
    let percent = pieces::decimal(form, "margin_percent");
    let round_up_to = pieces::decimal(form, "margin_round_up_to").unwrap_or(Decimal::ZERO);
    percent.map(|percent| MarginRule { percent, round_up_to })
}

/// A plan in a form.
#[must_use]
pub fn of(plan: &TariffView) -> Form {
    let mut form = Form::default()
        .with("version", plan.version.to_string())
        .with("name", &plan.line.name)
        .with("note", &plan.note)
        .with("most_names", plan.most_names.to_string())
        .with("sort", plan.line.sort.to_string());
    if let Some(rule) = &plan.margin {
        form = form
            .with("margin_percent", rule.percent.normalize().to_string())
            .with("margin_round_up_to", rule.round_up_to.normalize().to_string());
    }
    if plan.line.is_active {
        form = form.with("is_active", "on");
    }
    for method in &plan.methods {
        form.add("methods", method.word());
    }
    form
}

/// Reads a change; what is wrong stays beside its field.
pub fn read(form: &mut Form, plan: &TariffView) -> Option<TariffChange> {
    let version = form.number("version");
    let name = form.required("name", 80);
    let note = form.optional("note", 2_000);
    let sort = form.number("sort");
    let most_names = match plan.line.kind {
        ProductKind::MultiDomain => form.number("most_names"),
        ProductKind::Single | ProductKind::Wildcard => Some(1),
    };
    let margin = margin(form);
    let methods = form
        .values()
        .all("methods")
        .filter_map(|word| word.parse::<ValidationMethod>().ok())
        .collect();
    if form.has_problems() {
        return None;
    }
    Some(TariffChange {
        version: version?,
        name,
        note,
        methods,
        most_names: most_names?,
        margin,
        sort: sort?,
        is_active: form.values().is_on("is_active"),
    })
}

/// A new tariff plan, from a product of a catalogue.
#[must_use]
pub fn add(view: &View, form: &Form, products: &[ProductView]) -> Markup {
    let title = view.t("tariffs-add");
    let options: Vec<(String, String)> = products
        .iter()
        .map(|product| (product.id.to_string(), product_line(product)))
        .collect();
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(view.t("nav-tariffs"), "/admin/tariffs").render(view))
            @if products.is_empty() { (sentence(Tone::Warn, &view.t("tariffs-no-products"))) }
            (field::summary(view, form, &FIELDS))
            section.card { div.card-body {
                form.form method="post" action="/admin/tariffs/new" {
                    (Field::new("product", view.t("tariffs-product"), Kind::Text).hint(view.t("tariffs-product-hint")).select(view, form, &options))
                    (Field::new("name", view.t("column-name"), Kind::Text).optional().hint(view.t("tariffs-name-default-hint")).autocomplete("off").render(view, form))
                    (common_fields(view, form))
                    (buttons(view, "/admin/tariffs"))
                }
            } }
        },
    )
}

/// What a product is called in a list to choose from.
#[must_use]
pub fn product_line(product: &ProductView) -> String {
    format!(
        "{} · {} · {}",
        product.name,
        product.level.word().to_uppercase(),
        product.module_name
    )
}

/// The form that changes a plan.
#[must_use]
pub fn edit(view: &View, plan: &TariffView, form: &Form) -> Markup {
    let title = view.t("tariffs-edit");
    let base = address(plan.line.id);
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(view.t("nav-tariffs"), "/admin/tariffs").under(&plan.line.name, base.clone()).render(view))
            (field::summary(view, form, &FIELDS))
            form.form method="post" action={ (base) "/edit" } {
                (card("plan", &view.t("column-tariff"), &html! {
                    input type="hidden" name="version" value=(form.value("version"));
                    (Field::new("name", view.t("column-name"), Kind::Text).hint(view.t("tariffs-name-hint")).autocomplete("off").render(view, form))
                    @if plan.line.kind == ProductKind::MultiDomain {
                        (Field::new("most_names", view.t("tariffs-most"), Kind::Number).render(view, form))
                    }
                    (methods(view, form))
                    (common_fields(view, form))
                    (buttons(view, &base))
                }))
            }
        },
    )
}

fn common_fields(view: &View, form: &Form) -> Markup {
    html! {
        (Field::new("note", view.t("tariffs-note"), Kind::Text).optional().hint(view.t("tariffs-note-hint")).area(view, form, ""))
        (Field::new("sort", view.t("column-sort"), Kind::Number).hint(view.t("tariffs-sort-hint")).render(view, form))
        fieldset {
            legend { (view.t("tariffs-margin-rule")) }
            p.muted { (view.t("tariffs-margin-text")) }
            div.row-fields {
                (Field::new("margin_percent", view.t("tariffs-margin-percent"), Kind::Money).optional().unit("%").render(view, form))
                (Field::new("margin_round_up_to", view.t("tariffs-margin-round"), Kind::Money).optional().placeholder("1.00").render(view, form))
            }
            div.field { (field::errors(view, form, "margin")) }
        }
        (field::check(form, "is_active", &view.t("tariffs-active"), &view.t("tariffs-active-hint")))
    }
}

fn methods(view: &View, form: &Form) -> Markup {
    html! {
        fieldset {
            legend { (view.t("tariffs-methods")) }
            @for method in ValidationMethod::ALL {
                @let id = format!("method-{}", method.word());
                div.check {
                    input type="checkbox" id=(id) name="methods" value=(method.word()) checked[form.values().all("methods").any(|given| given == method.word())];
                    label for=(id) { (view.word("validation-method", method.word())) }
                }
            }
            div.field { (field::errors(view, form, "methods")) }
        }
    }
}

fn buttons(view: &View, back: &str) -> Markup {
    html! {
        div.actions {
            button.button.primary type="submit" { (view.t("action-save")) }
            a.button href=(back) { (view.t("action-cancel")) }
        }
    }
}
