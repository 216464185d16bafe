//! Operations: what runs by itself, what is in trouble, and the full story of one.

use axum::response::Response;
use domain::{
    id::{NumberKind, OperationId},
    state::{AttemptOutcome, OperationKind, OperationState, PurchaseStage},
};
use engine::{
    operations::{OperationQuery, PurchaseDecision},
    services::{ErrorView, OperationView, PurchaseView},
};
use httpkit::{Failure, Flash, Form, Params, Tone, params::Posted};
use maud::{Markup, html};

use super::{answers::after, people::People, pieces::dash};
use crate::{
    components::{
        badge::{self, badge},
        card::{card, framed},
        dialog::{self, Question},
        facts::Facts,
        field::{self, Choice, Field, Kind},
        head::Head,
        icon::{Icon, icon},
        list::{self, Filter, Pager},
        note::{note, sentence},
        table::{self, Column, Table},
        timeline::{self, Event},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{At, StaffVisit},
};

/// Rows of one page.
const PAGE: u32 = 50;

/// The routes of operations.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get("/admin/operations", list_page)
        .get("/admin/operations/{id}", show_page)
        .post("/admin/operations/{id}/retry", retry)
        .post("/admin/operations/{id}/give", give)
        .post("/admin/operations/{id}/decide", decide)
}

fn address(id: OperationId) -> String {
    format!("/admin/operations/{id}")
}

/// The processing modules as a filter offers them.
///
/// # Errors
/// When the database does not answer.
pub async fn modules(visit: &StaffVisit) -> Result<Vec<(String, String)>, Failure> {
    let modules = visit.engine.modules().list(&visit.actor).await?;
    Ok(modules
        .into_iter()
        .map(|module| (module.id.to_string(), module.name))
        .collect())
}

fn asked(query: &Params) -> OperationQuery {
    OperationQuery {
        state: query.read_as("state"),
        kind: query.read_as("kind"),
        service: query.read_as("service"),
        module: query.read_as("module"),
        in_trouble: query.is_on("trouble"),
    }
}

async fn list_page(visit: StaffVisit) -> Result<Response, Failure> {
    let found = visit
        .engine
        .operations()
        .list(&visit.actor, &asked(&visit.query), &visit.list_page(PAGE))
        .await?;
    let pager = Pager {
        total: None,
        next: found.next.map(|next| next.to_string()),
    };
    let modules = modules(&visit).await?;
    Ok(visit.page(list(&visit.view, &visit.query, &found.rows, &modules, &pager)))
}

async fn show_page(visit: StaffVisit, At(id): At<String>) -> Result<Response, Failure> {
    let Ok(known) = id.parse::<OperationId>() else {
        let found = visit.engine.operations().find(&visit.actor, &id).await?;
        return Ok(visit.go(&address(found)));
    };
    let (operation, people) = whole(&visit, known).await?;
    Ok(visit.page(show(&visit.view, &operation, &people, &Form::default())))
}

async fn whole(visit: &StaffVisit, id: OperationId) -> Result<(OperationView, People), Failure> {
    let operation = visit.engine.operations().show(&visit.actor, id).await?;
    let people = People::behind(visit, vec![operation.started_by.as_str()]).await?;
    Ok((operation, people))
}

async fn retry(visit: StaffVisit, At(id): At<OperationId>) -> Result<Response, Failure> {
    let result = visit.engine.operations().retry(&visit.actor, id).await;
    after(&visit, &address(id), &Flash::done("operations-retried"), result)
}

async fn give(
    visit: StaffVisit,
    At(id): At<OperationId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let note: String = posted.text("note").chars().take(1_000).collect();
    let operations = visit.engine.operations();
    let result = operations.give_to_person(&visit.actor, id, &note).await;
    after(&visit, &address(id), &Flash::done("operations-given"), result)
}

async fn decide(
    visit: StaffVisit,
    At(id): At<OperationId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let decision = match form.value("decision") {
        "adopt" => Some(PurchaseDecision::Adopt {
            ca_ref: form.required("ca_ref", 100),
        }),
        "nothing-there" => Some(PurchaseDecision::NothingThere),
        "give-up" => Some(PurchaseDecision::GiveUp),
        "approve" => Some(PurchaseDecision::Approve),
        _ => {
            form.reject("decision", "choice");
            None
        }
    };
    if let (Some(decision), false) = (decision, form.has_problems()) {
        match visit
            .engine
            .operations()
            .decide_purchase(&visit.actor, id, decision)
            .await
        {
            Ok(()) => return Ok(visit.done(&address(id), &Flash::done("operations-decided"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let (operation, people) = whole(&visit, id).await?;
    Ok(visit.rejected(show(&visit.view, &operation, &people, &form)))
}

/// The list.
#[must_use]
pub fn list(
    view: &View,
    query: &Params,
    operations: &[OperationView],
    modules: &[(String, String)],
    pager: &Pager,
) -> Markup {
    let title = view.t("nav-operations");
    let states = OperationState::ALL.iter().map(|state| {
        (
            state.word().to_owned(),
            view.word("operation-state", state.word()),
        )
    });
    let kinds = OperationKind::ALL
        .iter()
        .map(|kind| (kind.word().to_owned(), view.word("operation-kind", kind.word())));
    let choice = |name, label, options| Filter::Choice { name, label, options };
    let filters = [
        choice(
            "trouble",
            view.t("operations-show"),
            vec![("yes".into(), view.t("operations-trouble"))],
        ),
        choice("state", view.t("column-state"), states.collect()),
        choice("kind", view.t("column-kind"), kinds.collect()),
        choice("module", view.t("column-module"), modules.to_vec()),
    ];
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("operations-text")).render(view))
            (list::filters(view, query, &filters))
            (table(view, operations, &title))
            (list::pager(view, query, pager))
        },
    )
}

fn table(view: &View, operations: &[OperationView], caption: &str) -> Markup {
    Table {
        caption: caption.to_owned(),
        columns: vec![
            Column::fit(view.t("column-number")),
            Column::new(view.t("column-kind")),
            Column::new(view.t("column-service")),
            Column::new(view.t("column-module")),
            Column::new(view.t("column-state")),
            Column::numbers(view.t("operations-attempts")),
            Column::new(view.t("operations-next")),
            Column::new(view.t("operations-error")),
            Column::fit(view.t("column-created")),
        ],
        rows: operations.iter().map(|operation| row(view, operation)).collect(),
        sorting: None,
        empty: table::empty(Icon::Check, &view.t("operations-empty"), "", &html! {}),
    }
    .render()
}

fn row(view: &View, operation: &OperationView) -> Vec<Markup> {
    vec![
        html! { a href=(address(operation.id)) { (NumberKind::Operation.show(operation.number)) } },
        html! { (view.word("operation-kind", operation.kind.word())) },
        html! {
            a href={ "/admin/services/" (operation.service) } { (NumberKind::Service.show(operation.service_number)) }
            span.sub.breakable { (operation.main_name.unicode()) }
        },
        html! { @match &operation.module_name { Some(name) => (name), None => (dash()) } },
        badge::operation_state(view, operation.state),
        html! { (operation.attempts) },
        html! { (next_run(view, operation)) },
        html! {
            @match &operation.error {
                Some(error) => { (error_class(view, &error.class)) span.sub.breakable { (error.text) } }
                None => (dash())
            }
        },
        html! { span title=(view.instant(operation.created_at)) { (view.ago(operation.created_at)) } },
    ]
}

fn next_run(view: &View, operation: &OperationView) -> String {
    if operation.is_running {
        return view.t("operations-running");
    }
    operation
        .next_run_at
        .map_or_else(|| "—".to_owned(), |at| view.ago(at))
}

/// One operation. `form` is the decision about its purchase as it was sent.
#[must_use]
pub fn show(view: &View, operation: &OperationView, people: &People, form: &Form) -> Markup {
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

fn actions(view: &View, operation: &OperationView) -> Markup {
    let base = address(operation.id);
    html! {
        @if is_open(operation) {
            (field::action(&format!("{base}/retry"), "primary", &html! { (icon(Icon::Play)) (view.t("operations-retry")) }))
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
