//! What a person brings to end an operation that cannot end by itself: a certificate, or the word that the CA has
//! cancelled an order.

use domain::{id::NumberKind, state::OperationKind};
use engine::{operations::OperationView, services::ServiceView};
use httpkit::{Form, Tone};
use maud::{Markup, html};

use crate::{
    components::{
        field::{self, Choice, Field, Kind},
        head::Head,
        note::sentence,
    },
    layout,
    view::View,
};

/// The most characters of a certificate with its chain.
pub const LONGEST: usize = 100_000;

/// The form that the operation needs.
#[must_use]
pub fn page(view: &View, service: &ServiceView, operation: &OperationView, form: &Form) -> Markup {
    let title = view.t("services-finish");
    let back = format!("/admin/services/{}", service.line.id);
    let number = NumberKind::Operation.show(operation.number);
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone())
                .under(view.t("nav-services"), "/admin/services")
                .under(service.line.main_name.unicode(), back.clone())
                .text(format!("{number} · {}", view.word("operation-kind", operation.kind.word())))
                .render(view))
            (field::summary(view, form, &["pem", "ca_ref", "money"]))
            @if let Some(error) = &operation.error { (sentence(Tone::Warn, &error.text)) }
            @if operation.kind == OperationKind::Close { (closing(view, form, &back)) } @else { (upload(view, service, form, &back)) }
        },
    )
}

fn upload(view: &View, service: &ServiceView, form: &Form, back: &str) -> Markup {
    html! {
        (sentence(Tone::Info, &view.t("services-finish-text")))
        section.card { div.card-body {
            form.form.full method="post" action={ (back) "/finish" } {
                (Field::new("pem", view.t("services-finish-certificate"), Kind::Text)
                    .placeholder("-----BEGIN CERTIFICATE-----")
                    .hint(view.t("services-finish-chain-hint"))
                    .area(view, form, "mono"))
                @if service.ca_orders.is_empty() {
                    (Field::new("ca_ref", view.t("services-ca-ref"), Kind::Text).hint(view.t("services-finish-ca-ref-hint")).render(view, form))
                }
                (buttons(view, &view.t("services-finish-submit"), back))
            }
        } }
    }
}

fn closing(view: &View, form: &Form, back: &str) -> Markup {
    let choice = |value: &str, label: String, hint: String| Choice {
        value: value.to_owned(),
        label,
        hint,
    };
    let choices = [
        choice(
            "all",
            view.t("services-money-all"),
            view.t("services-money-all-hint"),
        ),
        choice(
            "nothing",
            view.t("services-money-nothing"),
            view.t("services-money-nothing-hint"),
        ),
    ];
    html! {
        (sentence(Tone::Info, &view.t("services-finish-closing-text")))
        section.card { div.card-body {
            form.form method="post" action={ (back) "/finish" } {
                (field::choices(view, form, "money", &view.t("services-money-back"), &choices))
                (buttons(view, &view.t("services-finish-closing"), back))
            }
        } }
    }
}

fn buttons(view: &View, submit: &str, back: &str) -> Markup {
    html! {
        div.actions {
            button.button.primary type="submit" { (submit) }
            a.button href=(back) { (view.t("action-cancel")) }
        }
    }
}
