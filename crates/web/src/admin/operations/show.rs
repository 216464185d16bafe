//! One operation.

use domain::{
    id::NumberKind,
    state::{AttemptOutcome, OperationKind, OperationState, PurchaseStage},
};
use engine::services::{ErrorView, OperationView, PurchaseView};
use httpkit::{Form, Tone};
use maud::{Markup, html};

use super::{address, list::next_run, waiting};
use crate::{
    admin::people::People,
    components::{
        badge::{self, badge},
        card::{card, framed},
        dialog::{self, Question},
        facts::Facts,
        field::{self, Choice, Field, Kind},
        head::Head,
        icon::{Icon, icon},
        note::{note, sentence},
        timeline::{self, Event},
    },
    layout,
    view::View,
};

/// One operation. `form` is the decision about its purchase as it was sent.
#[must_use]
pub fn page(view: &View, operation: &OperationView, people: &People, form: &Form) -> Markup {
    let number = NumberKind::Operation.show(operation.number);
    let title = format!(
        "{number} · {}",
        view.word("operation-kind", operation.kind.word())
    );
    let head = Head::new(title.clone())
        .under(view.t("nav-operations"), "/admin/operations")
        .badges(badge::operation_state(view, operation.state))
        .text(operation.main_name.unicode())
        .actions(actions(view, operation));
    layout::staff(
        view,
        &title,
        &html! {
            (head.render(view))
            (field::summary(view, form, &["decision", "ca_ref"]))
            @if let Some(failed) = &operation.error { (error(view, failed)) }
            div.split {
                div.stack {
                    @if let Some(waiting) = &operation.waiting { (card("why", &view.t("operations-why"), &waiting::part(view, waiting))) }
                    @if let Some(purchase) = operation.purchases.first() { (decision(view, operation, purchase, form)) }
                    @if operation.history.is_empty() { (sentence(Tone::Neutral, &view.t("operations-no-attempt"))) }
                    @else { (card("history", &view.t("operations-history"), &history(view, operation))) }
                    @if !operation.purchases.is_empty() { (purchases(view, operation)) }
                }
                div.stack {
                    (card("facts", &view.t("column-detail"), &html! {
                        (facts(view, operation, people))
                        p { a href={ "/admin/services/" (operation.service) } { (NumberKind::Service.show(operation.service_number)) " · " (operation.main_name.unicode()) } }
                    }))
                    @if !operation.considered.is_empty() { (card("considered", &view.t("operations-considered"), &considered(view, operation))) }
                }
            }
        },
    )
}

fn is_open(operation: &OperationView) -> bool {
    matches!(operation.state, OperationState::Manual | OperationState::Waiting)
}

/// Whether the CA certainly has nothing yet; the engine decides it again.
fn may_edit(operation: &OperationView) -> bool {
    let is_early = matches!(operation.step.as_str(), "choose" | "buy");
    let may_be_there = operation.purchases.iter().any(|purchase| {
        matches!(
            purchase.stage,
            PurchaseStage::Called | PurchaseStage::Unknown | PurchaseStage::Unclear | PurchaseStage::Accepted
        )
    });
    operation.kind == OperationKind::Open && is_early && !may_be_there
}

fn actions(view: &View, operation: &OperationView) -> Markup {
    let base = address(operation.id);
    html! {
        @if is_open(operation) {
            (field::action(&format!("{base}/retry"), "primary", &html! { (icon(Icon::Play)) (view.t("operations-retry")) }))
        }
        @if is_open(operation) && may_edit(operation) {
            a.button href={ (base) "/edit" } { (icon(Icon::Pen)) (view.t("operations-edit")) }
        }
        @if operation.state == OperationState::Manual {
            a.button href={ "/admin/services/" (operation.service) "/finish" } { (view.t("services-finish")) }
        }
        @if operation.state == OperationState::Waiting {
            (dialog::confirm(view, &Question {
                id: "to-person",
                title: view.t("operations-to-person"),
                text: view.t("operations-to-person-text"),
                action: format!("{base}/give"),
                fields: Field::new("note", view.t("operations-to-person-note"), Kind::Text).optional().render(view, &Form::default()),
                class: "",
            }))
        }
    }
}

/// The sentence for the class of an error.
#[must_use]
pub fn error_class(view: &View, class: &str) -> String {
    let key = format!("error-class-{}", class.replace('_', "-"));
    if i18n::exists(view.locale, &key) {
        view.t(&key)
    } else {
        view.t("error-class-internal")
    }
}

/// The last error of an operation.
#[must_use]
pub fn error(view: &View, error: &ErrorView) -> Markup {
    note(
        Tone::Bad,
        &html! { p { strong { (error_class(view, &error.class)) } } p.breakable { (error.text) } },
    )
}

/// The facts of an operation in a list.
#[must_use]
pub fn facts(view: &View, operation: &OperationView, people: &People) -> Markup {
    let is_open = is_open(operation);
    Facts::new()
        .maybe(
            view.t("operations-step"),
            is_open.then(|| view.word("step", &operation.step)),
        )
        .text(view.t("operations-attempts"), operation.attempts.to_string())
        .maybe(
            view.t("operations-next"),
            is_open.then(|| next_run(view, operation)),
        )
        .text(
            view.t("operations-started-by"),
            people.who(view, &operation.started_by),
        )
        .text(view.t("column-created"), view.instant(operation.created_at))
        .maybe(
            view.t("operations-finished"),
            operation.finished_at.map(|at| view.instant(at)),
        )
        .maybe(view.t("column-module"), operation.module_name.clone())
        .markup(
            view.t("column-account"),
            html! { a href={ "/admin/accounts/" (operation.account) } { (operation.account_name) } },
        )
        .render()
}

/// The attempts, newest first, each with its log.
#[must_use]
pub fn history(view: &View, operation: &OperationView) -> Markup {
    let events: Vec<Event> = operation
        .history
        .iter()
        .map(|attempt| Event {
            tone: match attempt.outcome {
                AttemptOutcome::Done => Tone::Good,
                AttemptOutcome::Waits => Tone::Info,
                AttemptOutcome::Postponed | AttemptOutcome::Manual => Tone::Warn,
                AttemptOutcome::Failed | AttemptOutcome::Refused => Tone::Bad,
            },
            when: view.instant_seconds(attempt.finished_at),
            title: format!(
                "{}. {} · {}",
                attempt.number,
                view.word("step", &attempt.step),
                view.word("attempt-outcome", attempt.outcome.word())
            ),
            body: html! {
                @if let Some(failed) = &attempt.error { p.breakable { (error_class(view, &failed.class)) " " (failed.text) } }
                @if !attempt.log.is_empty() {
                    details.more { summary { (view.t("operations-log")) } pre.log tabindex="0" { (attempt.log.join("\n")) } }
                }
            },
        })
        .collect();
    timeline::timeline(&events)
}

/// Which processing modules were looked at for the purchase, and why each was taken or passed over.
#[must_use]
pub fn considered(view: &View, operation: &OperationView) -> Markup {
    html! {
        ul.findings {
            @for one in &operation.considered {
                @match one.passed_over {
                    None => li.finding.good { (icon(Icon::Check)) div { strong { (one.name) } " " span { (view.t("operations-chosen")) } } },
                    Some(why) => li.finding { (icon(Icon::Info)) div { strong { (one.name) } " " span.muted { (view.word("passed-over", why.word())) } } },
                }
            }
        }
    }
}

/// What a person decides about a purchase that nobody can tell about, or that is beyond a ceiling.
fn decision(view: &View, operation: &OperationView, purchase: &PurchaseView, form: &Form) -> Markup {
    let words: &[&str] = match purchase.stage {
        PurchaseStage::AwaitsApproval => &["approve", "give-up"],
        PurchaseStage::Unclear | PurchaseStage::Unknown => &["adopt", "nothing-there", "give-up"],
        _ => return html! {},
    };
    let choices: Vec<Choice> = words
        .iter()
        .map(|word| Choice {
            value: (*word).to_owned(),
            label: view.word("decision", word),
            hint: view.word("decision-hint", word),
        })
        .collect();
    let takes_number = words.contains(&"adopt");
    card(
        "decision",
        &view.t("operations-decision"),
        &html! {
            form.form.full method="post" action={ (address(operation.id)) "/decide" } {
                (field::choices(view, form, "decision", &view.t("operations-decision-question"), &choices))
                @if takes_number {
                    div data-shown-by="decision=adopt" {
                        (Field::new("ca_ref", view.t("services-ca-ref"), Kind::Text).optional().render(view, form))
                    }
                }
                div.actions { button.button.primary type="submit" { (view.t("operations-decide")) } }
            }
        },
    )
}

fn purchases(view: &View, operation: &OperationView) -> Markup {
    framed(
        "purchases",
        &view.t("operations-purchases"),
        &html! {},
        &html! {
            @for purchase in &operation.purchases { div.card-body { (purchase_part(view, purchase)) } }
        },
    )
}

fn purchase_part(view: &View, purchase: &PurchaseView) -> Markup {
    html! {
        (Facts::new()
            .text(view.t("column-state"), view.word("purchase-stage", purchase.stage.word()))
            .text(view.t("operations-expected"), view.money(purchase.expected))
            .maybe(view.t("services-charged"), purchase.charged.map(|charged| view.money(charged)))
            .maybe(view.t("services-ca-ref"), purchase.ca_ref.clone())
            .maybe(view.t("operations-reason"), purchase.reason.clone())
            .markup(view.t("operations-unique-value"), html! { code { (purchase.unique_value) } })
            .text(view.t("operations-intended"), view.instant_seconds(purchase.intended_at))
            .maybe(view.t("operations-settled"), purchase.settled_at.map(|at| view.instant_seconds(at)))
            .render())
        @if !purchase.candidates.is_empty() {
            (badge(Tone::Warn, &view.t("operations-candidates")))
            ul.plain-list {
                @for candidate in &purchase.candidates {
                    li {
                        code { (candidate.ca_order.to_string()) } " "
                        @if let Some(name) = &candidate.name { (name.unicode()) " " }
                        @if let Some(at) = candidate.created_at { span.muted.small { (view.instant(at)) } " " }
                        span.muted.small { (candidate.raw_status) " · " (candidate.why) }
                    }
                }
            }
        }
    }
}
