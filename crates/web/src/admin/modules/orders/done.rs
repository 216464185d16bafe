//! What became of each order that was to be taken over.

use domain::id::NumberKind;
use engine::adoption::Adopted;
use httpkit::Tone;
use maud::{Markup, html};

use crate::{
    components::{
        head::Head,
        icon::Icon,
        note::sentence,
        table::{self, Column, Table},
    },
    layout,
    view::View,
};

/// An order and its service, or why it was left where it is.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Its id at the CA.
    pub ca_ref: String,
    /// The service, or a sentence in the reader's language.
    pub outcome: Result<Adopted, String>,
}

/// The page.
#[must_use]
pub fn page(view: &View, (address, module): (&str, &str), taken: &[Taken]) -> Markup {
    let title = view.t("orders-done-title");
    let count = taken.iter().filter(|one| one.outcome.is_ok()).count();
    let tone = if count == taken.len() {
        Tone::Good
    } else {
        Tone::Warn
    };
    let said = view.t_args(
        "orders-done",
        &[("count", count.into()), ("left", (taken.len() - count).into())],
    );
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(module, address.trim_end_matches("/orders")).under(view.t("orders-title"), address).render(view))
            (sentence(tone, &said))
            (table(view, taken))
            div.actions { a.button href=(address) { (view.t("orders-back")) } }
        },
    )
}

fn table(view: &View, taken: &[Taken]) -> Markup {
    let row = |one: &Taken| {
        vec![
            html! { code { (one.ca_ref) } },
            match &one.outcome {
                Ok(adopted) => html! {
                    a href={ "/admin/services/" (adopted.service) } { (NumberKind::Service.show(adopted.number)) }
                    span.sub {
                        @for assumed in &adopted.assumed { (view.word("orders-assumed", assumed.word())) " " }
                    }
                },
                Err(why) => html! { strong { (why) } },
            },
        ]
    };
    Table {
        caption: view.t("orders-done-title"),
        columns: vec![
            Column::fit(view.t("services-ca-ref")),
            Column::new(view.t("column-service")),
        ],
        rows: taken.iter().map(row).collect(),
        sorting: None,
        empty: table::empty(Icon::Check, &view.t("orders-nothing-to-take"), "", &html! {}),
    }
    .render()
}
