//! What taking over would make, before it is done.

use domain::id::NumberKind;
use engine::adoption::{ForeignLine, NextKeys};
use httpkit::{Form, Tone};
use maud::{Markup, html};

use super::form::{self, To, Wanted};
use crate::{
    admin::pieces::{dash, day},
    components::{
        card::{card, framed},
        facts::Facts,
        head::Head,
        icon::Icon,
        note::sentence,
        table::{self, Column, Table},
    },
    layout,
    view::View,
};

/// The page.
#[must_use]
pub fn page(
    view: &View,
    (address, module): (&str, &str),
    form: &Form,
    wanted: &Wanted,
    lines: &[ForeignLine],
) -> Markup {
    let title = view.t("orders-preview-title");
    let ready: Vec<&ForeignLine> = lines
        .iter()
        .filter(|line| refusal(line, wanted).is_none())
        .collect();
    let count = ("count", ready.len().into());
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(module, address.trim_end_matches("/orders")).under(view.t("orders-title"), address).render(view))
            (framed("orders", &view.t("orders-title"), &html! {}, &table(view, wanted, lines)))
            @if ready.is_empty() {
                (sentence(Tone::Bad, &view.t("orders-nothing-to-take")))
            } @else {
                (card("take", &view.t_args("orders-will-take", std::slice::from_ref(&count)), &html! {
                    (facts(view, wanted, ready.len()))
                    p { (view.t("orders-will-text")) }
                    form.actions method="post" action={ (address) "/taken" } {
                        @for line in &ready { input type="hidden" name="order" value=(line.order.ca_ref); }
                        (form::hidden(form))
                        button.button.primary type="submit" { (view.t("orders-take")) }
                        a.button href=(address) { (view.t("action-cancel")) }
                    }
                }))
            }
        },
    )
}

fn facts(view: &View, wanted: &Wanted, count: usize) -> Markup {
    match &wanted.to {
        To::Service(_, number) => Facts::new().text(view.t("column-service"), number).render(),
        To::Account(account, new) => {
            let number = NumberKind::Account.show(account.number);
            let keys = match new.keys {
                NextKeys::Kept => "orders-keys-kept",
                NextKeys::ByClient => "orders-keys-client",
            };
            let charge = new.charge.map_or_else(
                || view.t("orders-charge-nothing"),
                |charge| {
                    view.t_args(
                        "orders-charge-each",
                        &[("amount", view.money(charge).into()), ("count", count.into())],
                    )
                },
            );
            Facts::new()
                .text(view.t("column-account"), format!("{} · {number}", account.name))
                .text(view.t("orders-keys"), view.t(keys))
                .text(view.t("orders-charge"), charge)
                .render()
        }
    }
}

/// Why an order cannot be taken over in this way.
fn refusal(line: &ForeignLine, wanted: &Wanted) -> Option<&'static str> {
    line.refusal.or(match &wanted.to {
        To::Account(_, new) if new.plan.is_none() && line.plan.is_none() => Some("no-plan"),
        To::Account(..) | To::Service(..) => None,
    })
}

fn table(view: &View, wanted: &Wanted, lines: &[ForeignLine]) -> Markup {
    let row = |line: &ForeignLine| {
        let begins = line.term.map(|term| term.start);
        vec![
            html! { code { (line.order.ca_ref) } },
            html! { @if line.order.names.is_empty() { (dash()) } @else { span.breakable { (line.order.names) } } },
            day(view, line.end_date),
            html! { (day(view, begins)) " – " (day(view, line.term.map(|term| term.end))) },
            html! {
                @if let Some(code) = refusal(line, wanted) {
                    strong { (view.word("orders-not", code)) }
                } @else if matches!(wanted.to, To::Service(..)) {
                    (view.t("orders-term-stays"))
                } @else {
                    @for (place, assumed) in line.assumed.iter().enumerate() {
                        @if place > 0 { " " }
                        (view.word("orders-assumed", assumed.word()))
                    }
                    @if line.assumed.is_empty() { (view.t("orders-all-told")) }
                }
            },
        ]
    };
    Table {
        caption: view.t("orders-title"),
        columns: vec![
            Column::fit(view.t("services-ca-ref")),
            Column::new(view.t("column-names")),
            Column::fit(view.t("column-end-date")),
            Column::fit(view.t("orders-paid-term")),
            Column::new(view.t("orders-what-is-said")),
        ],
        rows: lines.iter().map(row).collect(),
        sorting: None,
        empty: table::empty(Icon::Check, &view.t("orders-nothing-to-take"), "", &html! {}),
    }
    .render()
}
