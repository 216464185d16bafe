//! A new task, written by staff.

use axum::response::Response;
use domain::{id::DepartmentId, state::TaskPriority};
use engine::tasks::PlainTask;
use httpkit::{Failure, Flash, Form, params::Posted};
use maud::{Markup, html};

use super::{LIST, LONGEST_TEXT, moment, options, place_of};
use crate::{
    admin::pieces,
    components::{
        field::{self, Field, Kind},
        head::Head,
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::StaffVisit,
};

/// The most characters of a title.
const LONGEST_TITLE: usize = 200;

/// The routes of the form.
pub(super) fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get("/admin/tasks/new", show)
        .post("/admin/tasks/new", add)
}

async fn show(visit: StaffVisit) -> Result<Response, Failure> {
    let departments = options(&pieces::departments(&visit).await?);
    let form = Form::default()
        .with("priority", TaskPriority::Normal.word())
        .with("service", visit.query.text("service"));
    Ok(visit.page(page(&visit.view, &form, &departments)))
}

async fn add(visit: StaffVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let title = form.required("title", LONGEST_TITLE);
    let detail = form.optional("detail", LONGEST_TEXT);
    let department = form.choice::<DepartmentId>("department");
    let priority = form
        .optional_choice::<TaskPriority>("priority")
        .unwrap_or(TaskPriority::Normal);
    let due_at = moment(&visit.view, &mut form, "due");
    let service = match form.optional("service", 60).as_str() {
        "" => None,
        given => match visit.engine.services().find(&visit.actor, given).await {
            Ok(found) => Some(found),
            Err(engine::Error::NotFound) => {
                form.reject("service", "unknown-service");
                None
            }
            Err(error) => return Err(error.into()),
        },
    };
    if let (Some(department), false) = (department, form.has_problems()) {
        let new = PlainTask {
            title,
            detail,
            department,
            priority,
            due_at,
            service,
        };
        match visit.engine.tasks().create(&visit.actor, new).await {
            Ok(task) => {
                let place = place_of(&visit, task.id).await;
                return Ok(visit.done(&place, &Flash::done("tasks-added")));
            }
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let departments = options(&pieces::departments(&visit).await?);
    Ok(visit.rejected(page(&visit.view, &form, &departments)))
}

/// The form.
#[must_use]
pub fn page(view: &View, form: &Form, departments: &[(String, String)]) -> Markup {
    let title = view.t("tasks-add");
    let fields = ["title", "detail", "department", "priority", "due", "service"];
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(view.t("nav-tasks"), LIST).render(view))
            (field::summary(view, form, &fields))
            section.card { div.card-body {
                form.form method="post" action="/admin/tasks/new" {
                    (Field::new("title", view.t("tasks-column-title"), Kind::Text).render(view, form))
                    (Field::new("department", view.t("column-department"), Kind::Text).select(view, form, departments))
                    div.row-fields {
                        (Field::new("priority", view.t("tasks-column-priority"), Kind::Text).select(view, form, &priorities(view)))
                        (Field::new("due", view.t("tasks-column-due"), Kind::Moment).optional().render(view, form))
                    }
                    (Field::new("service", view.t("tasks-service"), Kind::Text).optional().hint(view.t("tasks-service-hint")).autocomplete("off").render(view, form))
                    (Field::new("detail", view.t("column-detail"), Kind::Text).optional().area(view, form, ""))
                    div.actions {
                        button.button.primary type="submit" { (view.t("action-save")) }
                        a.button href=(LIST) { (view.t("action-cancel")) }
                    }
                }
            } }
        },
    )
}

/// The priorities, the most urgent first.
pub(super) fn priorities(view: &View) -> Vec<(String, String)> {
    TaskPriority::ALL
        .iter()
        .rev()
        .map(|priority| {
            (
                priority.word().to_owned(),
                view.word("task-priority", priority.word()),
            )
        })
        .collect()
}
