//! One task.

use domain::{
    id::{NumberKind, OperationId},
    state::{TaskKind, TaskState},
};
use engine::tasks::{Change, TaskView};
use httpkit::{Form, Tone};
use jiff::Timestamp;
use maud::{Markup, html};

use super::{LIST, Options, add::priorities, address, list::due, moment_value};
use crate::{
    admin::people::People,
    components::{
        badge,
        card::card,
        dialog::{self, Question},
        facts::Facts,
        field::{self, Field, Kind},
        head::Head,
        icon::{Icon, icon},
        timeline::{self, Event},
    },
    layout,
    view::View,
};

/// What the page shows besides the task.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Departments it can go to.
    pub departments: Options,
    /// Members of staff it can be given to.
    pub staff: Options,
    /// Who changed it.
    pub people: People,
    /// Why its operation waits.
    pub waiting: Option<String>,
}

/// The page. `form` is what was sent and came back.
#[must_use]
pub fn page(view: &View, shown: &TaskView, around: &Around, form: &Form) -> Markup {
    let task = &shown.task;
    let number = NumberKind::Task.show(task.number);
    let title = format!("{number} · {}", task.title);
    let head = Head::new(task.title.clone())
        .under(view.t("nav-tasks"), LIST)
        .badges(html! {
            (badge::task_state(view, task.state))
            (badge::priority(view, task.priority))
            @if shown.line.is_overdue { (badge::badge(Tone::Bad, &view.t("tasks-overdue"))) }
        })
        .text(format!("{number} · {}", view.word("task-kind", task.kind.word())))
        .actions(actions(view, shown));
    layout::staff(
        view,
        &title,
        &html! {
            (head.render(view))
            (field::summary(view, form, &["body", "performer", "department", "priority", "due"]))
            div.split {
                div.stack {
                    @if !task.detail.is_empty() {
                        (card("detail", &view.t("column-detail"), &html! { p.written { (task.detail) } }))
                    }
                    (card("comments", &view.t("tasks-comments"), &comments(view, shown, form)))
                    (card("history", &view.t("tasks-history"), &history(view, shown, &around.people)))
                }
                div.stack {
                    (card("facts", &view.t("tasks-facts"), &facts(view, shown, around)))
                    @if task.state.is_open() {
                        (card("hands", &view.t("tasks-hands"), &hands(view, shown, around, form)))
                        (card("when", &view.t("tasks-when"), &when(view, shown, form)))
                    }
                }
            }
        },
    )
}

fn facts(view: &View, shown: &TaskView, around: &Around) -> Markup {
    let (task, line) = (&shown.task, &shown.line);
    let to = |address: String, text: String| html! { a.breakable href=(address) { (text) } };
    let mut facts = Facts::new()
        .text(view.t("column-department"), &shown.department.name)
        .text(
            view.t("tasks-column-performer"),
            line.performer.as_deref().unwrap_or_default(),
        )
        .markup(view.t("tasks-column-due"), due(view, line));
    if let Some(service) = &line.service {
        let text = format!(
            "{} · {}",
            NumberKind::Service.show(service.number),
            service.main_name.unicode()
        );
        facts = facts
            .markup(
                view.t("column-service"),
                to(format!("/admin/services/{}", service.id), text),
            )
            .text(
                view.t("tasks-column-service-state"),
                view.word("service-state", service.state.word()),
            )
            .text(view.t("column-tariff"), &service.plan_name)
            .maybe(
                view.t("column-end-date"),
                service.dates.end_date.map(|date| view.date(date)),
            );
    }
    if let Some((id, name)) = task.account_id.zip(line.account.as_ref()) {
        facts = facts.markup(
            view.t("column-account"),
            html! {
                (to(format!("/admin/accounts/{id}"), name.clone())) " "
                a.small href={ (LIST) "?state=&account=" (id) } { (view.t("nav-tasks")) }
            },
        );
    }
    if let Some(operation) = line.operation {
        let text = format!(
            "{} · {}",
            NumberKind::Operation.show(operation.number),
            view.word("operation-kind", operation.kind.word())
        );
        facts = facts.markup(
            view.t("tasks-column-operation"),
            html! {
                (to(format!("/admin/operations/{}", operation.id), text)) " "
                (badge::operation_state(view, operation.state))
                @if let Some(why) = &around.waiting { span.sub { (why) } }
            },
        );
    }
    if let Some((id, name)) = task.module_id.zip(line.module.as_ref()) {
        facts = facts.markup(
            view.t("column-module"),
            to(format!("/admin/modules/{id}"), name.clone()),
        );
    }
    if task.kind == TaskKind::CreditApproval {
        facts = facts.markup(
            view.t("tasks-about"),
            to("/admin/credits".to_owned(), view.t("nav-credits")),
        );
    }
    facts
        .text(view.t("column-created"), view.instant(task.created_at))
        .text(view.t("tasks-changed"), view.ago(task.changed_at))
        .maybe(view.t("tasks-closed"), task.closed_at.map(|at| view.instant(at)))
        .render()
}

fn actions(view: &View, shown: &TaskView) -> Markup {
    let task = &shown.task;
    let base = address(task.id);
    let own = view.signed.as_ref().map(|signed| signed.user);
    let is_credit = task.kind == TaskKind::CreditApproval;
    if !task.state.is_open() {
        return html! {
            @if !is_credit { (field::action(&format!("{base}/reopen"), "", &html! { (view.t("tasks-reopen")) })) }
        };
    }
    html! {
        @if task.performer_id.is_none() || task.performer_id != own {
            (field::action(&format!("{base}/take"), "", &html! { (view.t("tasks-take")) }))
        }
        @if let Some(account) = task.account_id {
            (field::action(&format!("/admin/accounts/{account}/act"), "", &html! { (icon(Icon::User)) (view.t("tasks-act-as-client")) }))
        }
        @if is_credit {
            a.button.primary href="/admin/credits" { (view.t("tasks-decide-credit")) }
        } @else {
            @if let Some(operation) = task.operation_id { (go_to(view, operation)) }
            (field::action(&format!("{base}/done"), "primary", &html! { (icon(Icon::Check)) (view.t("tasks-done")) }))
            (dialog::confirm(view, &Question {
                id: "cancel-task",
                title: view.t("tasks-cancel"),
                text: view.t("tasks-cancel-text"),
                action: format!("{base}/cancel"),
                fields: html! {},
                class: "danger",
            }))
        }
    }
}

fn go_to(view: &View, operation: OperationId) -> Markup {
    let address = format!("/admin/operations/{operation}");
    html! {
        a.button href=(address) { (icon(Icon::Refresh)) (view.t("tasks-to-operation")) }
        (field::action(&format!("{address}/retry"), "", &html! { (icon(Icon::Play)) (view.t("tasks-restart-operation")) }))
    }
}

/// What was sent, or what is stored when nothing was.
fn filled(form: &Form, stored: &[(&str, String)]) -> Form {
    if !form.values().is_empty() {
        return form.clone();
    }
    stored.iter().fold(Form::default(), |form, (name, value)| {
        form.with(name, value.clone())
    })
}

/// Into whose hands the task goes: a member of staff, another department.
fn hands(view: &View, shown: &TaskView, around: &Around, form: &Form) -> Markup {
    let task = &shown.task;
    let base = address(task.id);
    let given = task.performer_id.map(|user| user.to_string()).unwrap_or_default();
    let form = filled(
        form,
        &[
            ("performer", given),
            ("department", task.department_id.to_string()),
        ],
    );
    html! {
        form.form.full method="post" action={ (base) "/give" } {
            (Field::new("performer", view.t("tasks-column-performer"), Kind::Text).optional().placeholder(view.t("tasks-nobody")).select(view, &form, &around.staff))
            div.actions { button.button.small type="submit" { (view.t("tasks-give")) } }
        }
        form.form.full method="post" action={ (base) "/department" } {
            (Field::new("department", view.t("column-department"), Kind::Text).select(view, &form, &around.departments))
            div.actions { button.button.small type="submit" { (view.t("tasks-hand-over")) } }
        }
    }
}

/// How soon it must be done.
fn when(view: &View, shown: &TaskView, form: &Form) -> Markup {
    let task = &shown.task;
    let base = address(task.id);
    let form = filled(
        form,
        &[
            ("priority", task.priority.word().to_owned()),
            ("due", moment_value(view, task.due_at)),
        ],
    );
    html! {
        form.form.full method="post" action={ (base) "/priority" } {
            (Field::new("priority", view.t("tasks-column-priority"), Kind::Text).select(view, &form, &priorities(view)))
            div.actions { button.button.small type="submit" { (view.t("tasks-set")) } }
        }
        form.form.full method="post" action={ (base) "/due" } {
            (Field::new("due", view.t("tasks-column-due"), Kind::Moment).optional().hint(view.t("tasks-due-hint")).render(view, &form))
            div.actions { button.button.small type="submit" { (view.t("tasks-set")) } }
        }
    }
}

fn comments(view: &View, shown: &TaskView, form: &Form) -> Markup {
    let events: Vec<Event> = shown
        .comments
        .iter()
        .map(|comment| Event {
            tone: Tone::Neutral,
            when: view.instant(comment.created_at),
            title: comment.author.clone(),
            body: html! { @for line in comment.body.lines() { p.breakable { (line) } } },
        })
        .collect();
    html! {
        @if events.is_empty() { p.muted { (view.t("tasks-no-comments")) } } @else { (timeline::timeline(&events)) }
        form.form.full method="post" action={ (address(shown.task.id)) "/comment" } {
            (Field::new("body", view.t("tasks-comment"), Kind::Text).area(view, form, ""))
            div.actions { button.button type="submit" { (view.t("tasks-comment-submit")) } }
        }
    }
}

/// Who did what with it, the newest last.
fn history(view: &View, shown: &TaskView, people: &People) -> Markup {
    let events: Vec<Event> = shown
        .history
        .iter()
        .map(|entry| Event {
            tone: tone(&entry.change),
            when: view.instant(entry.at),
            title: people.who(view, &entry.actor),
            body: html! { p { (said(view, &entry.change)) } },
        })
        .collect();
    html! { @if events.is_empty() { p.muted { (view.t("tasks-no-history")) } } @else { (timeline::timeline(&events)) } }
}

const fn tone(change: &Change) -> Tone {
    match change {
        Change::Opened | Change::Reopened | Change::Given { .. } => Tone::Info,
        Change::Closed {
            state: TaskState::Done,
        } => Tone::Good,
        Change::OverdueTold => Tone::Warn,
        _ => Tone::Neutral,
    }
}

fn said(view: &View, change: &Change) -> String {
    let priority = |priority: domain::state::TaskPriority| view.word("task-priority", priority.word());
    let instant = |at: Timestamp| view.instant(at);
    match change {
        Change::Opened => view.t("tasks-history-opened"),
        Change::Reopened => view.t("tasks-history-reopened"),
        Change::OverdueTold => view.t("tasks-history-overdue"),
        Change::Given { to: None } => view.t("tasks-history-freed"),
        Change::Given { to: Some(who) } => {
            view.t_args("tasks-history-given", &[("who", who.as_str().into())])
        }
        Change::HandedOver { to } => {
            view.t_args("tasks-history-handed-over", &[("department", to.as_str().into())])
        }
        Change::Priority { from, to } => view.t_args(
            "tasks-history-priority",
            &[("from", priority(*from).into()), ("to", priority(*to).into())],
        ),
        Change::Due { to: None, .. } => view.t("tasks-history-due-none"),
        Change::Due { to: Some(at), .. } => view.t_args("tasks-history-due", &[("to", instant(*at).into())]),
        Change::Closed { state } => view.t_args(
            "tasks-history-closed",
            &[("state", view.word("task-state", state.word()).into())],
        ),
        Change::Other { action } => action.clone(),
    }
}
