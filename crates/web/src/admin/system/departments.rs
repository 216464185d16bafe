//! Departments: groups of staff that tasks go to.

use axum::response::Response;
use domain::id::{DepartmentId, UserId};
use engine::departments::{DepartmentInput, DepartmentView};
use httpkit::{Failure, Flash, Form, params::Posted};
use maud::{Markup, html};
use store::{
    Page,
    user::{Side, User, UserFilter},
};

use crate::{
    admin::pieces,
    components::{
        badge::tags,
        card::framed,
        field::{self, Field, Kind},
        head::Head,
        icon::{Icon, icon},
        table::{self, Column, Table},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{AdministratorVisit, At, StaffVisit},
};

const PATH: &str = "/admin/departments";
const FIELDS: [&str; 3] = ["name", "email", "members"];
/// Staff that are offered as members.
const STAFF: u32 = 200;

/// The routes of departments.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff).get(PATH, list).merge(
        Routes::of(Audience::Administrator)
            .get("/admin/departments/new", add_page)
            .post("/admin/departments/new", add)
            .get("/admin/departments/{id}", edit_page)
            .post("/admin/departments/{id}", edit),
    )
}

async fn list(visit: StaffVisit) -> Result<Response, Failure> {
    let departments = visit.engine.departments().list(&visit.actor).await?;
    let staff = staff(&visit).await?;
    Ok(visit.page(page(&visit.view, &departments, &staff)))
}

async fn add_page(visit: AdministratorVisit) -> Result<Response, Failure> {
    let staff = staff(&visit).await?;
    Ok(visit.page(form_page(&visit.view, None, &Form::default(), &staff)))
}

async fn add(visit: AdministratorVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    match visit
        .engine
        .departments()
        .create(&visit.actor, input(&form))
        .await
    {
        Ok(_) => return Ok(visit.done(PATH, &Flash::done(i18n::key!("departments-added")))),
        Err(error) => visit.into_form(&mut form, error)?,
    }
    let staff = staff(&visit).await?;
    Ok(visit.rejected(form_page(&visit.view, None, &form, &staff)))
}

async fn edit_page(visit: AdministratorVisit, At(id): At<DepartmentId>) -> Result<Response, Failure> {
    let shown = visit.engine.departments().show(&visit.actor, id).await?;
    let mut form = Form::default()
        .with("version", shown.department.version.to_string())
        .with("name", &shown.department.name)
        .with("email", &shown.department.email);
    if shown.department.is_archived {
        form = form.with("is_archived", "on");
    }
    for member in &shown.members {
        form.add("members", member.to_string());
    }
    let staff = staff(&visit).await?;
    Ok(visit.page(form_page(&visit.view, Some(id), &form, &staff)))
}

async fn edit(
    visit: AdministratorVisit,
    At(id): At<DepartmentId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    // Whoever may not see it learns that before anything of the form is read.
    visit.engine.departments().show(&visit.actor, id).await?;
    let mut form = Form::from(posted);
    if let Some(version) = form.number("version") {
        let input = input(&form);
        match visit
            .engine
            .departments()
            .edit(&visit.actor, id, version, input)
            .await
        {
            Ok(_) => return Ok(visit.done(PATH, &Flash::done(i18n::key!("departments-saved")))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let staff = staff(&visit).await?;
    Ok(visit.rejected(form_page(&visit.view, Some(id), &form, &staff)))
}

fn input(form: &Form) -> DepartmentInput {
    DepartmentInput {
        name: form.value("name").to_owned(),
        email: form.value("email").to_owned(),
        members: form
            .values()
            .all("members")
            .filter_map(|id| id.parse::<UserId>().ok())
            .collect(),
        is_archived: form.values().is_on("is_archived"),
    }
}

async fn staff(visit: &StaffVisit) -> Result<Vec<User>, Failure> {
    let filter = UserFilter {
        side: Some(Side::Staff),
        ..UserFilter::default()
    };
    let page = Page::first(STAFF);
    Ok(visit.engine.users().list(&visit.actor, filter, &page).await?.rows)
}

/// The list.
#[must_use]
pub fn page(view: &View, departments: &[DepartmentView], staff: &[User]) -> Markup {
    let title = view.t("nav-departments");
    let add = html! {
        @if pieces::is_administrator(view) {
            a.button.primary href="/admin/departments/new" { (icon(Icon::Plus)) (view.t("action-add")) }
        }
    };
    let row = |one: &DepartmentView| {
        let name = |id: &UserId| {
            staff
                .iter()
                .find(|user| user.id == *id)
                .map(|user| user.name.clone())
        };
        let members: Vec<String> = one.members.iter().filter_map(name).collect();
        vec![
            html! {
                @if pieces::is_administrator(view) { a href={ (PATH) "/" (one.department.id) } { (one.department.name) } }
                @else { (one.department.name) }
                @if one.department.is_archived { span.sub { (view.t("departments-archived")) } }
            },
            html! { @if one.department.email.is_empty() { (pieces::dash()) } @else { (one.department.email) } },
            html! { @if members.is_empty() { (pieces::dash()) } @else { (tags(&members)) } },
        ]
    };
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::new(view.t("column-name")),
            Column::new(view.t("column-email")),
            Column::new(view.t("departments-members")),
        ],
        rows: departments.iter().map(row).collect(),
        sorting: None,
        empty: table::empty(Icon::Inbox, &view.t("departments-empty"), "", &add),
    };
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("departments-text")).actions(add.clone()).render(view))
            (table.render())
        },
    )
}

/// The form of a new department, or of one that is there.
#[must_use]
pub fn form_page(view: &View, id: Option<DepartmentId>, form: &Form, staff: &[User]) -> Markup {
    let (title, action) = match id {
        Some(id) => (view.t("departments-edit"), format!("{PATH}/{id}")),
        None => (view.t("departments-add"), format!("{PATH}/new")),
    };
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(view.t("nav-departments"), PATH).render(view))
            (field::summary(view, form, &FIELDS))
            (framed("department", &title, &html! {}, &html! { div.card-body {
                form.form method="post" action=(action) {
                    @if id.is_some() { input type="hidden" name="version" value=(form.value("version")); }
                    (Field::new("name", view.t("column-name"), Kind::Text).autocomplete("off").render(view, form))
                    (Field::new("email", view.t("column-email"), Kind::Mail).optional().autocomplete("off").hint(view.t("departments-email-hint")).render(view, form))
                    (members(view, form, staff))
                    @if id.is_some() { (field::check(form, "is_archived", &view.t("departments-archived"), &view.t("departments-archived-hint"))) }
                    div.actions {
                        button.button.primary type="submit" { (view.t("action-save")) }
                        a.button href=(PATH) { (view.t("action-cancel")) }
                    }
                }
            } }))
        },
    )
}

fn members(view: &View, form: &Form, staff: &[User]) -> Markup {
    html! {
        fieldset {
            legend { (view.t("departments-members")) }
            @for user in staff {
                @let id = format!("member-{}", user.id);
                @let value = user.id.to_string();
                div.check {
                    input type="checkbox" id=(id) name="members" value=(value) checked[form.values().all("members").any(|given| given == value)];
                    label for=(id) { (user.name) " · " (user.email) }
                }
            }
            div.field { (field::errors(view, form, "members")) }
        }
    }
}
