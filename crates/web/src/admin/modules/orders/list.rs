//! The orders at a CA account that no service has, and the form that takes ticked ones over.

use domain::id::NumberKind;
use engine::adoption::ForeignLine;
use httpkit::{Form, Params, Tone};
use maud::{Markup, html};
use store::reconciliation::ForeignVerdict;

use super::form::FIELDS;
use crate::{
    admin::pieces::{dash, day},
    components::{
        badge::badge,
        card::card,
        field::{self, Choice, Field, Kind},
        head::Head,
        icon::{Icon, icon},
        list::{self, Filter, Pager},
        table::{self, Column, Table},
    },
    layout,
    view::View,
};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Where the page is.
    pub address: String,
    /// Name of the module.
    pub module: String,
    /// How many orders have each verdict.
    pub counts: Vec<(ForeignVerdict, i64)>,
    /// The orders of this page.
    pub lines: Vec<ForeignLine>,
    /// Tariff plans: id and name.
    pub plans: Vec<(String, String)>,
    /// The way on.
    pub pager: Pager,
    /// The filters.
    pub query: Params,
}

/// The page.
#[must_use]
pub fn page(view: &View, shown: &Shown, form: &Form) -> Markup {
    let title = view.t("orders-title");
    let compare = field::action(
        &format!("{}/compare", shown.address),
        "",
        &html! { (icon(Icon::Refresh)) (view.t("reconciliation-run")) },
    );
    let may_take = shown.lines.iter().any(|line| line.refusal.is_none());
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone())
                .under(view.t("nav-modules"), "/admin/modules")
                .under(&shown.module, shown.address.trim_end_matches("/orders"))
                .text(view.t("orders-text"))
                .actions(compare)
                .render(view))
            (field::summary(view, form, &FIELDS))
            (list::filters(view, &shown.query, &filters(view, shown)))
            @if may_take {
                form.stack method="post" action=(shown.address) {
                    (table(view, shown, form))
                    (list::pager(view, &shown.query, &shown.pager))
                    div.field { (field::errors(view, form, "order")) }
                    (take(view, shown, form))
                }
            } @else {
                (table(view, shown, form))
                (list::pager(view, &shown.query, &shown.pager))
            }
        },
    )
}

fn filters(view: &View, shown: &Shown) -> Vec<Filter> {
    let verdicts = shown.counts.iter().map(|(verdict, count)| {
        let text = format!(
            "{} ({})",
            view.word("foreign", verdict.word()),
            view.number(*count)
        );
        (verdict.word().to_owned(), text)
    });
    vec![
        Filter::Search {
            name: "q",
            label: view.t("orders-search"),
        },
        Filter::Choice {
            name: "verdict",
            label: view.t("reconciliation-verdict"),
            options: verdicts.collect(),
        },
    ]
}

fn table(view: &View, shown: &Shown, form: &Form) -> Markup {
    let is_filtered = !shown.query.text("q").is_empty() || !shown.query.text("verdict").is_empty();
    let (nothing, advice) = if is_filtered {
        ("orders-nothing-found", "")
    } else {
        ("reconciliation-nothing-foreign", "orders-nothing-text")
    };
    let advice = if advice.is_empty() {
        String::new()
    } else {
        view.t(advice)
    };
    Table {
        caption: view.t("orders-title"),
        columns: vec![
            Column::fit(view.t("services-tick")),
            Column::fit(view.t("services-ca-ref")),
            Column::new(view.t("column-names")),
            Column::new(view.t("column-state")),
            Column::fit(view.t("column-end-date")),
            Column::fit(view.t("column-paid-till")),
            Column::new(view.t("column-tariff")),
            Column::new(view.t("reconciliation-verdict")),
        ],
        rows: shown.lines.iter().map(|line| row(view, line, form)).collect(),
        sorting: None,
        empty: table::empty(Icon::Check, &view.t(nothing), &advice, &html! {}),
    }
    .render()
}

fn row(view: &View, line: &ForeignLine, form: &Form) -> Vec<Markup> {
    let order = &line.order;
    let label = view.t_args("orders-tick-one", &[("number", order.ca_ref.as_str().into())]);
    let is_ticked = form.values().all("order").any(|ticked| ticked == order.ca_ref);
    let tone = match order.verdict {
        ForeignVerdict::Orphan => Tone::Bad,
        ForeignVerdict::Adopted => Tone::Good,
        ForeignVerdict::Before | ForeignVerdict::Explained => Tone::Neutral,
    };
    vec![
        html! {
            @if line.refusal.is_none() {
                input type="checkbox" name="order" value=(order.ca_ref) aria-label=(label) checked[is_ticked];
            }
        },
        html! { code { (order.ca_ref) } },
        html! { @if order.names.is_empty() { (dash()) } @else { span.breakable { (order.names) } } },
        html! {
            (view.word("ca-state", &order.state))
            @if let Some(code) = line.refusal.filter(|_| line.service.is_none()) { span.sub { (view.word("orders-not", code)) } }
        },
        day(view, line.end_date),
        day(view, line.term.map(|term| term.end)),
        html! { @if let Some((_, name)) = &line.plan { (name) } @else { (dash()) } },
        html! {
            (badge(tone, &view.word("foreign", order.verdict.word())))
            @if let Some((id, number)) = order.service_id.zip(line.service) {
                " " a href={ "/admin/services/" (id) } { (NumberKind::Service.show(number)) }
            }
        },
    ]
}

/// The form below the table.
fn take(view: &View, shown: &Shown, form: &Form) -> Markup {
    let choice = |group: &str, word: &str| Choice {
        value: word.to_owned(),
        label: view.t(&format!("orders-{group}-{word}")),
        hint: view.t(&format!("orders-{group}-{word}-hint")),
    };
    let to = ["account", "service"].map(|word| choice("to", word));
    let keys = ["kept", "client"].map(|word| choice("keys", word));
    card(
        "take",
        &view.t("orders-take"),
        &html! {
            (field::choices(view, form, "to", &view.t("orders-to"), &to))
            fieldset.stack {
                legend { (view.t("orders-to-account")) }
                div.grid-3 {
                    (Field::new("account", view.t("column-account"), Kind::Text).optional().placeholder("A-1001").hint(view.t("orders-account-hint")).render(view, form))
                    (Field::new("plan", view.t("column-tariff"), Kind::Text).optional().placeholder(view.t("orders-plan-by-product")).select(view, form, &shown.plans))
                    (Field::new("charge", view.t("orders-charge"), Kind::Money).optional().hint(view.t("orders-charge-hint")).render(view, form))
                }
                (field::choices(view, form, "keys", &view.t("orders-keys"), &keys))
            }
            fieldset.stack {
                legend { (view.t("orders-to-service")) }
                (Field::new("service", view.t("column-service"), Kind::Text).optional().placeholder("S-1042").hint(view.t("orders-service-hint")).render(view, form))
            }
            div.actions { button.button.primary type="submit" { (view.t("orders-preview")) } }
        },
    )
}
