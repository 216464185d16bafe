//! The list of operations.

use domain::{
    id::NumberKind,
    state::{OperationKind, OperationState},
};
use engine::services::OperationView;
use httpkit::Params;
use maud::{Markup, html};

use super::{address, show::error_class};
use crate::{
    admin::pieces::dash,
    components::{
        badge,
        head::Head,
        icon::Icon,
        list::{self, Filter, Pager},
        table::{self, Column, Table},
    },
    layout,
    view::View,
};

/// The list.
#[must_use]
pub fn page(
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
    let is_filtered = filters.iter().any(|filter| match filter {
        Filter::Choice { name, .. } => !query.text(name).is_empty(),
        Filter::Search { .. } | Filter::Day { .. } => false,
    });
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("operations-text")).render(view))
            (list::filters(view, query, &filters))
            (table(view, operations, &title, is_filtered))
            (list::pager(view, query, pager))
        },
    )
}

fn table(view: &View, operations: &[OperationView], caption: &str, is_filtered: bool) -> Markup {
    let (none, text) = if is_filtered {
        (view.t("tasks-nothing-title"), view.t("tasks-nothing-text"))
    } else {
        (view.t("operations-empty"), String::new())
    };
    Table {
        caption: caption.to_owned(),
        columns: vec![
            Column::fit(view.t("column-number")),
            Column::new(view.t("column-kind")),
            Column::new(view.t("column-service")),
            Column::new(view.t("column-account")),
            Column::new(view.t("column-module")),
            Column::new(view.t("column-state")),
            Column::numbers(view.t("operations-attempts")),
            Column::new(view.t("operations-next")),
            Column::new(view.t("operations-error")),
            Column::fit(view.t("operations-column-task")),
            Column::fit(view.t("column-created")),
        ],
        rows: operations.iter().map(|operation| row(view, operation)).collect(),
        sorting: None,
        empty: table::empty(Icon::Check, &none, &text, &html! {}),
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
        html! { a href={ "/admin/accounts/" (operation.account) } { (operation.account_name) } },
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
        html! {
            @match operation.task {
                Some((id, number)) => a href={ "/admin/tasks/" (id) } { (NumberKind::Task.show(number)) },
                None => (dash()),
            }
        },
        html! { span title=(view.instant(operation.created_at)) { (view.ago(operation.created_at)) } },
    ]
}

pub(super) fn next_run(view: &View, operation: &OperationView) -> String {
    if operation.is_running {
        return view.t("operations-running");
    }
    operation
        .next_run_at
        .map_or_else(|| "—".to_owned(), |at| view.ago(at))
}
