//! The list of tasks.

use domain::{
    id::NumberKind,
    state::{ServiceState, TaskKind, TaskState},
};
use engine::tasks::{TaskCounts, TaskLine};
use httpkit::Params;
use maud::{Markup, html};

use super::{LIST, Options, UNFINISHED, add::priorities, address};
use crate::{
    admin::pieces::dash,
    components::{
        badge,
        head::Head,
        icon::{Icon, icon},
        list::{self, Filter, Pager},
        table::{self, Column, Table},
    },
    layout,
    view::View,
};

/// What the list shows.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// The rows.
    pub rows: Vec<TaskLine>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// How many rows there are.
    pub total: Option<u64>,
    /// How much there is to do.
    pub counts: TaskCounts,
    /// Departments to choose from.
    pub departments: Options,
    /// Tariff plans to choose from.
    pub plans: Options,
    /// Whether who looks is in no department and so sees no tasks.
    pub is_deskless: bool,
}

/// The page.
#[must_use]
pub fn page(view: &View, query: &Params, listed: &Listed) -> Markup {
    let title = view.t("nav-tasks");
    let add =
        html! { a.button.primary href="/admin/tasks/new" { (icon(Icon::Plus)) (view.t("action-add")) } };
    let number = |count: u64| i18n::Value::from(i64::try_from(count).unwrap_or(i64::MAX));
    let counts = view.t_args(
        "tasks-counts",
        &[
            ("open", number(listed.counts.open)),
            ("overdue", number(listed.counts.overdue)),
            ("mine", number(listed.counts.mine)),
        ],
    );
    let pager = Pager {
        total: listed
            .total
            .map(|total| view.t_args("tasks-count", &[("count", number(total))])),
        next: listed.next.clone(),
    };
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::actions(view),
            Column::fit(view.t("column-number")).sorted_by("number"),
            Column::new(view.t("tasks-column-title")),
            Column::new(view.t("column-service")),
            Column::new(view.t("column-account")),
            Column::new(view.t("column-department")),
            Column::new(view.t("tasks-column-performer")),
            Column::new(view.t("tasks-column-operation")),
            Column::fit(view.t("tasks-column-priority")).sorted_by("priority"),
            Column::fit(view.t("tasks-column-due")).sorted_by("due"),
            Column::fit(view.t("column-created")),
            Column::new(view.t("column-state")),
        ],
        rows: listed.rows.iter().map(|line| row(view, line)).collect(),
        sorting: Some((query, "priority")),
        empty: empty(view, query, listed),
    };
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(format!("{} {counts}", view.t("tasks-text"))).actions(add).render(view))
            (list::filters(view, query, &filters(view, listed)))
            (table.render())
            @if !listed.rows.is_empty() { (bulk(view, query, listed)) }
            (list::pager(view, query, &pager))
        },
    )
}

fn filters(view: &View, listed: &Listed) -> Vec<Filter> {
    let mut states = vec![(UNFINISHED.to_owned(), view.t("tasks-unfinished"))];
    states.extend(
        TaskState::ALL
            .iter()
            .map(|state| (state.word().to_owned(), view.word("task-state", state.word()))),
    );
    let kinds = TaskKind::ALL
        .iter()
        .map(|kind| (kind.word().to_owned(), view.word("task-kind", kind.word())));
    let service_states = ServiceState::ALL
        .iter()
        .map(|state| (state.word().to_owned(), view.word("service-state", state.word())));
    let choice = |name, label, options| Filter::Choice { name, label, options };
    let one = |value: &str, text| vec![(value.to_owned(), text)];
    vec![
        Filter::Search {
            name: "search",
            label: view.t("tasks-search"),
        },
        choice("state", view.t("column-state"), states),
        choice(
            "department",
            view.t("column-department"),
            listed.departments.clone(),
        ),
        choice(
            "who",
            view.t("tasks-column-performer"),
            vec![
                ("mine".into(), view.t("tasks-mine")),
                ("nobody".into(), view.t("tasks-filter-free")),
            ],
        ),
        choice("kind", view.t("column-kind"), kinds.collect()),
        choice("priority", view.t("tasks-column-priority"), priorities(view)),
        choice(
            "due",
            view.t("tasks-filter-due"),
            one("overdue", view.t("tasks-filter-overdue")),
        ),
        choice("plan", view.t("column-tariff"), listed.plans.clone()),
        choice(
            "service_state",
            view.t("tasks-column-service-state"),
            service_states.collect(),
        ),
    ]
}

fn row(view: &View, line: &TaskLine) -> Vec<Markup> {
    let task = &line.task;
    let number = NumberKind::Task.show(task.number);
    let choose = view.t_args("tasks-bulk-choose", &[("number", number.as_str().into())]);
    vec![
        html! {
            @if task.state.is_open() {
                input type="checkbox" form="bulk" name="task" value=(task.id) aria-label=(choose);
            }
        },
        html! { a href=(address(task.id)) { (number) } },
        html! { (task.title) },
        html! {
            @match &line.service {
                Some(service) => {
                    a href={ "/admin/services/" (service.id) } { (NumberKind::Service.show(service.number)) }
                    span.sub.breakable { (service.main_name.unicode()) }
                    span.sub { (service.plan_name) " · " (view.word("service-state", service.state.word())) }
                }
                None => @match &line.module { Some(module) => (module), None => (dash()) }
            }
        },
        html! {
            @match line.task.account_id.zip(line.account.as_ref()) {
                Some((id, name)) => a href={ "/admin/accounts/" (id) } { (name) },
                None => (dash()),
            }
        },
        html! { (line.department) },
        html! { @match &line.performer { Some(name) => (name), None => (dash()) } },
        html! {
            @match line.operation {
                Some(operation) => {
                    a href={ "/admin/operations/" (operation.id) } { (NumberKind::Operation.show(operation.number)) }
                    span.sub { (view.word("operation-kind", operation.kind.word())) }
                }
                None => (dash()),
            }
        },
        badge::priority(view, task.priority),
        due(view, line),
        html! { span title=(view.instant(task.created_at)) { (view.ago(task.created_at)) } },
        badge::task_state(view, task.state),
    ]
}

/// When a task is due; what is late says so.
pub(super) fn due(view: &View, line: &TaskLine) -> Markup {
    html! {
        @match line.task.due_at {
            Some(at) => {
                span title=(view.instant(at)) { (view.ago(at)) }
                @if line.is_overdue { " " (badge::badge(httpkit::Tone::Bad, &view.t("tasks-overdue"))) }
            }
            None => (dash()),
        }
    }
}

/// What is done with the chosen rows; their boxes belong to this form.
fn bulk(view: &View, query: &Params, listed: &Listed) -> Markup {
    let mut options = vec![
        ("take".to_owned(), view.t("tasks-bulk-take")),
        ("free".to_owned(), view.t("tasks-bulk-free")),
    ];
    options.extend(priorities(view).into_iter().map(|(word, name)| {
        (
            format!("priority:{word}"),
            view.t_args("tasks-bulk-priority", &[("priority", name.into())]),
        )
    }));
    options.extend(listed.departments.iter().map(|(id, name)| {
        (
            format!("department:{id}"),
            view.t_args("tasks-bulk-department", &[("department", name.as_str().into())]),
        )
    }));
    options.push(("done".to_owned(), view.t("tasks-bulk-done")));
    options.push(("cancel".to_owned(), view.t("tasks-bulk-cancel")));
    html! {
        form.filters id="bulk" method="post" action={ (LIST) "/bulk" } {
            input type="hidden" name="query" value=(query.query().trim_start_matches('?'));
            div.field {
                label for="bulk-do" { (view.t("tasks-bulk")) }
                select id="bulk-do" name="do" { @for (value, text) in &options { option value=(value) { (text) } } }
            }
            button.button type="submit" { (view.t("tasks-bulk-do")) }
        }
    }
}

fn empty(view: &View, query: &Params, listed: &Listed) -> Markup {
    let is_filtered = [
        "department",
        "who",
        "kind",
        "priority",
        "due",
        "plan",
        "service_state",
        "search",
    ]
    .iter()
    .any(|name| !query.text(name).is_empty());
    let (title, text) = if listed.is_deskless {
        ("tasks-of-no-department", "tasks-of-no-department-text")
    } else if is_filtered {
        ("tasks-nothing-title", "tasks-nothing-text")
    } else {
        ("tasks-empty-title", "tasks-empty-text")
    };
    table::empty(Icon::Task, &view.t(title), &view.t(text), &html! {})
}
