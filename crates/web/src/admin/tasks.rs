//! Tasks: work for people, by department.

use axum::response::Response;
use domain::{
    id::{DepartmentId, NumberKind, OperationId, TaskId, UserId},
    state::{TaskKind, TaskState},
};
use engine::tasks::TaskView;
use httpkit::{Failure, Flash, Form, Params, Tone, params::Posted};
use maud::{Markup, html};
use store::{
    Page,
    task::{Task, TaskFilter},
    user::{Side, UserFilter, UserState},
};

use super::{
    answers::after,
    people::People,
    pieces::{self, dash, department_name},
};
use crate::{
    components::{
        badge,
        card::card,
        dialog::{self, Question},
        facts::Facts,
        field::{self, Field, Kind},
        head::Head,
        icon::{Icon, icon},
        list::{self, Filter, Pager},
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
/// Members of staff that a task can be given to.
const MOST_STAFF: u32 = 200;
/// The filter of tasks with work left.
const UNFINISHED: &str = "unfinished";
/// The most characters of a title.
const LONGEST_TITLE: usize = 200;
/// The most characters of a text.
const LONGEST_TEXT: usize = 20_000;

/// The routes of tasks.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get("/admin/tasks", list_page)
        .get("/admin/tasks/new", add_page)
        .post("/admin/tasks/new", add)
        .get("/admin/tasks/{id}", show_page)
        .post("/admin/tasks/{id}/take", take)
        .post("/admin/tasks/{id}/give", give)
        .post("/admin/tasks/{id}/department", hand_over)
        .post("/admin/tasks/{id}/comment", comment)
        .post("/admin/tasks/{id}/done", done)
        .post("/admin/tasks/{id}/cancel", cancel)
}

fn address(id: TaskId) -> String {
    format!("/admin/tasks/{id}")
}

/// Value and text of a list to choose from.
type Options = Vec<(String, String)>;

/// What the page of a task shows besides the task.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// What it is about: text and address.
    pub about: Vec<(String, String)>,
    /// Departments it can go to.
    pub departments: Options,
    /// Members of staff it can be given to.
    pub staff: Options,
}

fn asked(visit: &StaffVisit, query: &Params) -> TaskFilter {
    let states = match query.text("state") {
        UNFINISHED => TaskFilter::open().states,
        word => word.parse().into_iter().collect(),
    };
    TaskFilter {
        states,
        kind: query.read_as("kind"),
        departments: query.read_as("department").into_iter().collect(),
        performer: query.is_on("mine").then_some(visit.signed().user),
        service: query.read_as("service"),
        operation: query.read_as("operation"),
        module: query.read_as("module"),
        ..TaskFilter::default()
    }
}

async fn list_page(visit: StaffVisit) -> Result<Response, Failure> {
    // Without a word on the state the list is what there is to do.
    let query = match visit.query.find("state") {
        Some(_) => visit.query.clone(),
        None => visit.query.with("state", UNFINISHED),
    };
    let found = visit
        .engine
        .tasks()
        .list(&visit.actor, asked(&visit, &query), &visit.list_page(PAGE))
        .await?;
    let pager = Pager {
        total: None,
        next: found.next.map(|next| next.to_string()),
    };
    let departments = pieces::departments(&visit).await?;
    let performers = found.rows.iter().filter_map(|task| task.performer_id);
    let people = People::find(&visit, performers.collect()).await?;
    Ok(visit.page(list(
        &visit.view,
        &query,
        &found.rows,
        &departments,
        &people,
        &pager,
    )))
}

async fn show_page(visit: StaffVisit, At(id): At<String>) -> Result<Response, Failure> {
    let Ok(known) = id.parse::<TaskId>() else {
        let number = NumberKind::Task.read(&id).ok_or_else(Failure::not_found)?;
        let found = visit.engine.tasks().by_number(&visit.actor, number).await?;
        return Ok(visit.go(&address(found)));
    };
    let (task, around) = whole(&visit, known).await?;
    Ok(visit.page(show(&visit.view, &task, &around, &Form::default())))
}

async fn whole(visit: &StaffVisit, id: TaskId) -> Result<(TaskView, Around), Failure> {
    let task = visit.engine.tasks().show(&visit.actor, id).await?;
    let staff = UserFilter {
        side: Some(Side::Staff),
        ..UserFilter::default()
    };
    let staff = visit
        .engine
        .users()
        .list(&visit.actor, staff, &Page::first(MOST_STAFF))
        .await?;
    let around = Around {
        about: about(visit, &task.task).await?,
        departments: options(&pieces::departments(visit).await?),
        staff: staff
            .rows
            .into_iter()
            .filter(|user| user.state == UserState::Active)
            .map(|user| (user.id.to_string(), user.name))
            .collect(),
    };
    Ok((task, around))
}

/// What a task is about, each with its page.
async fn about(visit: &StaffVisit, task: &Task) -> Result<Vec<(String, String)>, Failure> {
    let (engine, actor) = (&visit.engine, &visit.actor);
    let mut about = Vec::new();
    if let Some(id) = task.service_id {
        let service = engine.services().show(actor, id).await?.line;
        let text = format!(
            "{} · {}",
            NumberKind::Service.show(service.number),
            service.main_name.unicode()
        );
        about.push((text, format!("/admin/services/{id}")));
    }
    if let Some(id) = task.operation_id {
        let operation = engine.operations().show(actor, id).await?;
        let text = NumberKind::Operation.show(operation.number);
        about.push((text, format!("/admin/operations/{id}")));
    }
    if let Some(id) = task.module_id {
        let module = engine.modules().show(actor, id).await?;
        about.push((module.parameters.name, format!("/admin/modules/{id}")));
    }
    if let Some(id) = task.account_id {
        let account = engine.accounts().show(actor, id).await?;
        about.push((account.name, format!("/admin/accounts/{id}")));
    }
    if task.kind == TaskKind::CreditApproval {
        about.push((visit.view.t("nav-credits"), "/admin/credits".to_owned()));
    }
    Ok(about)
}

fn options(departments: &[(DepartmentId, String)]) -> Options {
    departments
        .iter()
        .map(|(id, name)| (id.to_string(), name.clone()))
        .collect()
}

async fn take(visit: StaffVisit, At(id): At<TaskId>) -> Result<Response, Failure> {
    let result = visit.engine.tasks().take(&visit.actor, id).await;
    after(&visit, &address(id), &Flash::done("tasks-taken"), result)
}

async fn give(visit: StaffVisit, At(id): At<TaskId>, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let performer = form.optional_choice::<UserId>("performer");
    if !form.has_problems() {
        match visit.engine.tasks().give(&visit.actor, id, performer).await {
            Ok(_) => return Ok(visit.done(&address(id), &Flash::done("tasks-given"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let (task, around) = whole(&visit, id).await?;
    Ok(visit.rejected(show(&visit.view, &task, &around, &form)))
}

async fn hand_over(
    visit: StaffVisit,
    At(id): At<TaskId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    if let Some(department) = form.choice::<DepartmentId>("department") {
        let result = visit.engine.tasks().hand_over(&visit.actor, id, department).await;
        return after(&visit, &address(id), &Flash::done("tasks-handed-over"), result);
    }
    let (task, around) = whole(&visit, id).await?;
    Ok(visit.rejected(show(&visit.view, &task, &around, &form)))
}

async fn comment(visit: StaffVisit, At(id): At<TaskId>, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let body = form.required("body", LONGEST_TEXT);
    if !form.has_problems() {
        match visit.engine.tasks().comment(&visit.actor, id, &body).await {
            Ok(()) => return Ok(visit.done(&address(id), &Flash::done("tasks-commented"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let (task, around) = whole(&visit, id).await?;
    Ok(visit.rejected(show(&visit.view, &task, &around, &form)))
}

async fn done(visit: StaffVisit, At(id): At<TaskId>) -> Result<Response, Failure> {
    let result = visit.engine.tasks().done(&visit.actor, id).await;
    after(&visit, &address(id), &Flash::done("tasks-was-done"), result)
}

async fn cancel(visit: StaffVisit, At(id): At<TaskId>) -> Result<Response, Failure> {
    let result = visit.engine.tasks().cancel(&visit.actor, id).await;
    after(&visit, &address(id), &Flash::done("tasks-was-cancelled"), result)
}

async fn add_page(visit: StaffVisit) -> Result<Response, Failure> {
    let departments = options(&pieces::departments(&visit).await?);
    Ok(visit.page(add_form(&visit.view, &Form::default(), &departments)))
}

async fn add(visit: StaffVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let title = form.required("title", LONGEST_TITLE);
    let detail = form.optional("detail", LONGEST_TEXT);
    let department = form.choice::<DepartmentId>("department");
    if let (Some(department), false) = (department, form.has_problems()) {
        let tasks = visit.engine.tasks();
        match tasks.create(&visit.actor, &title, &detail, department).await {
            Ok(task) => return Ok(visit.done(&address(task.id), &Flash::done("tasks-added"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let departments = options(&pieces::departments(&visit).await?);
    Ok(visit.rejected(add_form(&visit.view, &form, &departments)))
}

/// The list.
#[must_use]
pub fn list(
    view: &View,
    query: &Params,
    tasks: &[Task],
    departments: &[(DepartmentId, String)],
    people: &People,
    pager: &Pager,
) -> Markup {
    let title = view.t("nav-tasks");
    let mut states = vec![(UNFINISHED.to_owned(), view.t("tasks-unfinished"))];
    states.extend(
        TaskState::ALL
            .iter()
            .map(|state| (state.word().to_owned(), view.word("task-state", state.word()))),
    );
    let kinds = TaskKind::ALL
        .iter()
        .map(|kind| (kind.word().to_owned(), view.word("task-kind", kind.word())));
    let choice = |name, label, options| Filter::Choice { name, label, options };
    let filters = [
        choice("state", view.t("column-state"), states),
        choice("department", view.t("column-department"), options(departments)),
        choice("kind", view.t("column-kind"), kinds.collect()),
        choice(
            "mine",
            view.t("tasks-column-performer"),
            vec![("yes".into(), view.t("tasks-mine"))],
        ),
    ];
    let add =
        html! { a.button.primary href="/admin/tasks/new" { (icon(Icon::Plus)) (view.t("action-add")) } };
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::fit(view.t("column-number")),
            Column::new(view.t("tasks-column-title")),
            Column::new(view.t("column-kind")),
            Column::new(view.t("column-department")),
            Column::new(view.t("tasks-column-performer")),
            Column::fit(view.t("column-created")),
            Column::new(view.t("column-state")),
        ],
        rows: tasks
            .iter()
            .map(|task| row(view, task, departments, people))
            .collect(),
        sorting: None,
        empty: table::empty(
            Icon::Task,
            &view.t("tasks-empty-title"),
            &view.t("tasks-empty-text"),
            &html! {},
        ),
    };
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("tasks-text")).actions(add).render(view))
            (list::filters(view, query, &filters))
            (table.render())
            (list::pager(view, query, pager))
        },
    )
}

fn row(view: &View, task: &Task, departments: &[(DepartmentId, String)], people: &People) -> Vec<Markup> {
    vec![
        html! { a href=(address(task.id)) { (NumberKind::Task.show(task.number)) } },
        html! { (task.title) },
        html! { (view.word("task-kind", task.kind.word())) },
        html! { (department_name(departments, task.department_id)) },
        html! { @match task.performer_id { Some(user) => (people.name(user)), None => (dash()) } },
        html! { span title=(view.instant(task.created_at)) { (view.ago(task.created_at)) } },
        badge::task_state(view, task.state),
    ]
}

/// One task. `form` is what was sent and came back.
#[must_use]
pub fn show(view: &View, shown: &TaskView, around: &Around, form: &Form) -> Markup {
    let task = &shown.task;
    let number = NumberKind::Task.show(task.number);
    let title = format!("{number} · {}", task.title);
    let performer = shown.performer.as_ref().map(|user| user.name.as_str());
    let head = Head::new(task.title.clone())
        .under(view.t("nav-tasks"), "/admin/tasks")
        .badges(badge::task_state(view, task.state))
        .text(format!("{number} · {}", view.word("task-kind", task.kind.word())))
        .actions(actions(view, task));
    let facts = Facts::new()
        .text(view.t("column-department"), &shown.department.name)
        .text(view.t("tasks-column-performer"), performer.unwrap_or_default())
        .markup(
            view.t("tasks-about"),
            html! { @for (text, address) in &around.about { div { a.breakable href=(address) { (text) } } } },
        )
        .text(view.t("column-created"), view.instant(task.created_at))
        .text(view.t("tasks-changed"), view.ago(task.changed_at))
        .maybe(view.t("tasks-closed"), task.closed_at.map(|at| view.instant(at)));
    layout::staff(
        view,
        &title,
        &html! {
            (head.render(view))
            (field::summary(view, form, &["body", "performer", "department"]))
            div.split {
                div.stack {
                    @if !task.detail.is_empty() {
                        (card("detail", &view.t("column-detail"), &html! { @for line in task.detail.lines() { p.breakable { (line) } } }))
                    }
                    (card("comments", &view.t("tasks-comments"), &comments(view, shown, form)))
                }
                div.stack {
                    (card("facts", &view.t("tasks-facts"), &facts.render()))
                    @if task.state.is_open() { (card("hands", &view.t("tasks-hands"), &hands(view, task, around, form))) }
                }
            }
        },
    )
}

fn actions(view: &View, task: &Task) -> Markup {
    let base = address(task.id);
    let own = view.signed.as_ref().map(|signed| signed.user);
    if !task.state.is_open() {
        return html! {};
    }
    html! {
        @if task.performer_id.is_none() || task.performer_id != own {
            (field::action(&format!("{base}/take"), "", &html! { (view.t("tasks-take")) }))
        }
        @if task.kind == TaskKind::CreditApproval {
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
    html! { a.button href={ "/admin/operations/" (operation) } { (icon(Icon::Refresh)) (view.t("tasks-to-operation")) } }
}

/// Into whose hands the task goes: a member of staff, another department.
fn hands(view: &View, task: &Task, around: &Around, form: &Form) -> Markup {
    let base = address(task.id);
    let given = task.performer_id.map(|user| user.to_string()).unwrap_or_default();
    let form = if form.values().is_empty() {
        &Form::default()
            .with("performer", given)
            .with("department", task.department_id.to_string())
    } else {
        form
    };
    html! {
        form.form.full method="post" action={ (base) "/give" } {
            (Field::new("performer", view.t("tasks-column-performer"), Kind::Text).optional().placeholder(view.t("tasks-nobody")).select(view, form, &around.staff))
            div.actions { button.button.small type="submit" { (view.t("tasks-give")) } }
        }
        form.form.full method="post" action={ (base) "/department" } {
            (Field::new("department", view.t("column-department"), Kind::Text).select(view, form, &around.departments))
            div.actions { button.button.small type="submit" { (view.t("tasks-hand-over")) } }
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

/// A new task, written by staff.
#[must_use]
pub fn add_form(view: &View, form: &Form, departments: &[(String, String)]) -> Markup {
    let title = view.t("tasks-add");
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(view.t("nav-tasks"), "/admin/tasks").render(view))
            (field::summary(view, form, &["title", "detail", "department"]))
            section.card { div.card-body {
                form.form method="post" action="/admin/tasks/new" {
                    (Field::new("title", view.t("tasks-column-title"), Kind::Text).render(view, form))
                    (Field::new("department", view.t("column-department"), Kind::Text).select(view, form, departments))
                    (Field::new("detail", view.t("column-detail"), Kind::Text).optional().area(view, form, ""))
                    div.actions {
                        button.button.primary type="submit" { (view.t("action-save")) }
                        a.button href="/admin/tasks" { (view.t("action-cancel")) }
                    }
                }
            } }
        },
    )
}
