//! Tasks: work for people, by department.

mod add;
mod list;
mod show;

pub use add::page as add_form;
pub use list::{Listed, page as list};
pub use show::{Around, page as show};

use axum::response::Response;
use domain::{
    id::{DepartmentId, NumberKind, TaskId, UserId},
    state::{Role, TaskPriority},
};
use engine::tasks::{BulkChange, Outcome, TaskFilter, TaskSort, TaskView};
use httpkit::{Failure, Flash, Form, Params, params::Posted};
use i18n::key;
use jiff::{Timestamp, civil::DateTime};
use store::{
    Page,
    user::{Side, UserFilter, UserState},
};

use super::{answers::after, operations, pieces};
use crate::{
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
/// The most characters of a text.
const LONGEST_TEXT: usize = 20_000;
const LIST: &str = "/admin/tasks";

/// The routes of tasks.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get(LIST, list_page)
        .post("/admin/tasks/bulk", bulk)
        .get("/admin/tasks/{id}", show_page)
        .post("/admin/tasks/{id}/take", take)
        .post("/admin/tasks/{id}/give", give)
        .post("/admin/tasks/{id}/department", hand_over)
        .post("/admin/tasks/{id}/priority", set_priority)
        .post("/admin/tasks/{id}/due", set_due)
        .post("/admin/tasks/{id}/comment", comment)
        .post("/admin/tasks/{id}/done", done)
        .post("/admin/tasks/{id}/cancel", cancel)
        .post("/admin/tasks/{id}/reopen", reopen)
        .merge(add::routes())
}

fn address(id: TaskId) -> String {
    format!("{LIST}/{id}")
}

/// Value and text of a list to choose from.
type Options = Vec<(String, String)>;

fn asked(visit: &StaffVisit, query: &Params) -> TaskFilter {
    let states = match query.text("state") {
        UNFINISHED => TaskFilter::open().states,
        word => word.parse().into_iter().collect(),
    };
    let is_overdue = query.text("due") == "overdue";
    TaskFilter {
        states: if is_overdue {
            TaskFilter::open().states
        } else {
            states
        },
        kind: query.read_as("kind"),
        priority: query.read_as("priority"),
        departments: query.read_as("department").into_iter().collect(),
        performer: match query.text("who") {
            "mine" => Some(visit.signed().user),
            word => word.parse().ok(),
        },
        is_free: query.text("who") == "nobody",
        due_before: is_overdue.then_some(visit.view.now),
        service: query.read_as("service"),
        service_state: query.read_as("service_state"),
        plan: query.read_as("plan"),
        operation: query.read_as("operation"),
        module: query.read_as("module"),
        account: query.read_as("account"),
        search: query.find("search").map(str::to_owned),
        ..TaskFilter::default()
    }
}

fn sort(query: &Params) -> TaskSort {
    match query.text("sort") {
        "number" => TaskSort::Oldest,
        "-number" => TaskSort::Newest,
        "due" => TaskSort::Due,
        "-due" => TaskSort::DueLast,
        "-priority" => TaskSort::UrgentLast,
        _ => TaskSort::Urgent,
    }
}

async fn list_page(visit: StaffVisit) -> Result<Response, Failure> {
    // Without a word on the state the list is what there is to do.
    let query = match visit.query.find("state") {
        Some(_) => visit.query.clone(),
        None => visit.query.with("state", UNFINISHED),
    };
    let tasks = visit.engine.tasks();
    let filter = asked(&visit, &query);
    let found = tasks
        .lines(&visit.actor, filter, sort(&query), &visit.list_page(PAGE))
        .await?;
    let departments = visit.engine.departments().list(&visit.actor).await?;
    let own = visit.signed();
    let is_deskless =
        own.role == Role::Staff && !departments.iter().any(|one| one.members.contains(&own.user));
    let plans = visit.engine.tariffs().list(&visit.actor).await?;
    let listed = Listed {
        rows: found.rows,
        next: found.next.map(|next| next.to_string()),
        total: found.total,
        counts: tasks.counts(&visit.actor).await?,
        departments: departments
            .into_iter()
            .map(|one| (one.department.id.to_string(), one.department.name))
            .collect(),
        plans: plans
            .into_iter()
            .map(|plan| (plan.id.to_string(), plan.name))
            .collect(),
        is_deskless,
    };
    Ok(visit.page(list(&visit.view, &query, &listed)))
}

/// What is done with the chosen tasks: `take`, `free`, `done`, `cancel`, `priority:high`, `department:dep_…`.
fn bulk_change(word: &str) -> Option<BulkChange> {
    match word.split_once(':') {
        None => match word {
            "take" => Some(BulkChange::Take),
            "free" => Some(BulkChange::Give(None)),
            "done" => Some(BulkChange::Close(Outcome::Done)),
            "cancel" => Some(BulkChange::Close(Outcome::FellAway)),
            _ => None,
        },
        Some(("priority", priority)) => priority.parse().ok().map(BulkChange::Priority),
        Some(("department", department)) => department.parse().ok().map(BulkChange::HandOver),
        Some(_) => None,
    }
}

async fn bulk(visit: StaffVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    // Only the query comes back from the form, so that it leads nowhere but to the list.
    let back = format!("{LIST}{}", Params::read(posted.text("query").as_bytes()).query());
    let chosen: Vec<TaskId> = posted.all("task").filter_map(|id| id.parse().ok()).collect();
    let Some(change) = bulk_change(posted.text("do")).filter(|_| !chosen.is_empty()) else {
        return Ok(visit.done(&back, &Flash::failed(key!("tasks-bulk-nothing"))));
    };
    let tasks = visit.engine.tasks();
    let report = tasks.change_all(&visit.actor, &chosen, &change).await?;
    let flash = Flash::done(key!("tasks-bulk-changed"))
        .with("changed", report.changed.to_string())
        .with("refused", report.refused.to_string());
    Ok(visit.done(&back, &flash))
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
    let labels = task.history.iter().map(|entry| entry.actor.as_str()).collect();
    let waiting = match task.line.operation {
        Some(operation) => {
            let shown = visit.engine.operations().show(&visit.actor, operation.id).await?;
            shown
                .waiting
                .map(|waiting| operations::waiting::sentence(&visit.view, &waiting.why))
        }
        None => None,
    };
    let around = Around {
        departments: options(&pieces::departments(visit).await?),
        staff: staff
            .rows
            .into_iter()
            .filter(|user| user.state == UserState::Active)
            .map(|user| (user.id.to_string(), user.name))
            .collect(),
        people: super::people::People::behind(visit, labels).await?,
        waiting,
    };
    Ok((task, around))
}

fn options(departments: &[(DepartmentId, String)]) -> Options {
    departments
        .iter()
        .map(|(id, name)| (id.to_string(), name.clone()))
        .collect()
}

/// The page of a task, or the list when the task is no longer there for who looks.
async fn place_of(visit: &StaffVisit, id: TaskId) -> String {
    match visit.engine.tasks().show(&visit.actor, id).await {
        Ok(_) => address(id),
        Err(_) => LIST.to_owned(),
    }
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
            Ok(_) => {
                let place = place_of(&visit, id).await;
                return Ok(visit.done(&place, &Flash::done("tasks-given")));
            }
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
        let place = place_of(&visit, id).await;
        return after(&visit, &place, &Flash::done("tasks-handed-over"), result);
    }
    let (task, around) = whole(&visit, id).await?;
    Ok(visit.rejected(show(&visit.view, &task, &around, &form)))
}

async fn set_priority(
    visit: StaffVisit,
    At(id): At<TaskId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    if let Some(priority) = form.choice::<TaskPriority>("priority") {
        let result = visit
            .engine
            .tasks()
            .set_priority(&visit.actor, id, priority)
            .await;
        return after(&visit, &address(id), &Flash::done("tasks-priority-set"), result);
    }
    let (task, around) = whole(&visit, id).await?;
    Ok(visit.rejected(show(&visit.view, &task, &around, &form)))
}

async fn set_due(visit: StaffVisit, At(id): At<TaskId>, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let due = moment(&visit.view, &mut form, "due");
    if !form.has_problems() {
        let result = visit.engine.tasks().set_due(&visit.actor, id, due).await;
        return after(&visit, &address(id), &Flash::done("tasks-due-set"), result);
    }
    let (task, around) = whole(&visit, id).await?;
    Ok(visit.rejected(show(&visit.view, &task, &around, &form)))
}

/// A day and time in the seller's zone, or nothing.
fn moment(view: &View, form: &mut Form, field: &str) -> Option<Timestamp> {
    let given: DateTime = form.optional_choice(field)?;
    let moment = given.to_zoned(view.zone.clone()).ok();
    if moment.is_none() {
        form.reject(field, "choice");
    }
    moment.map(|moment| moment.timestamp())
}

/// An instant as a field of a form takes it.
fn moment_value(view: &View, instant: Option<Timestamp>) -> String {
    instant.map_or_else(String::new, |instant| {
        instant
            .to_zoned(view.zone.clone())
            .strftime("%Y-%m-%dT%H:%M")
            .to_string()
    })
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

async fn reopen(visit: StaffVisit, At(id): At<TaskId>) -> Result<Response, Failure> {
    let result = visit.engine.tasks().reopen(&visit.actor, id).await;
    let place = place_of(&visit, id).await;
    after(&visit, &place, &Flash::done("tasks-reopened"), result)
}
