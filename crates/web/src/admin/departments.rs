//! Departments: groups of staff that tasks go to.

use axum::response::Response;
use domain::{
    hours::{BusinessHours, Opening},
    id::{DepartmentId, UserId},
};
use engine::departments::{DepartmentInput, DepartmentView};
use httpkit::{Failure, Flash, Form, params::Posted};
use i18n::Locale;
use maud::{Markup, html};
use store::{
    Page,
    user::{Side, UserFilter},
};

use super::{
    people::People,
    pieces::{dash, is_administrator},
};
use crate::{
    components::{
        badge::{self, Active},
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

/// Members of staff that are offered.
const MOST_STAFF: u32 = 200;

/// The routes of departments.
#[must_use]
pub fn routes() -> Routes {
    let administrators = Routes::of(Audience::Administrator)
        .get("/admin/departments/new", add_page)
        .post("/admin/departments/new", add)
        .get("/admin/departments/{id}", edit_page)
        .post("/admin/departments/{id}", edit);
    Routes::of(Audience::Staff)
        .get("/admin/departments", list_page)
        .merge(administrators)
}

async fn list_page(visit: StaffVisit) -> Result<Response, Failure> {
    let departments = visit.engine.departments().list(&visit.actor).await?;
    let members = departments.iter().flat_map(|one| one.members.iter().copied());
    let people = People::find(&visit, members.collect()).await?;
    Ok(visit.page(list(&visit.view, &departments, &people)))
}

async fn add_page(visit: AdministratorVisit) -> Result<Response, Failure> {
    let staff = staff(&visit).await?;
    let form = Form::default().with("language", visit.view.locale.code());
    Ok(visit.page(form_page(&visit.view, &form, &staff, None)))
}

async fn add(visit: AdministratorVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let input = read(&mut form);
    if !form.has_problems() {
        match visit.engine.departments().create(&visit.actor, input).await {
            Ok(_) => return Ok(visit.done("/admin/departments", &Flash::done("departments-added"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let staff = staff(&visit).await?;
    Ok(visit.rejected(form_page(&visit.view, &form, &staff, None)))
}

async fn edit_page(visit: AdministratorVisit, At(id): At<DepartmentId>) -> Result<Response, Failure> {
    let shown = visit.engine.departments().show(&visit.actor, id).await?;
    let department = &shown.department;
    let mut form = Form::default()
        .with("version", department.version.to_string())
        .with("name", &department.name)
        .with("email", &department.email)
        .with("language", &department.language)
        .with("is_archived", if department.is_archived { "on" } else { "" });
    for (field, opening) in DAYS.into_iter().zip(department.hours.days()) {
        if let Some(opening) = opening {
            form.add(field, opening.to_string());
        }
    }
    for member in &shown.members {
        form.add("members", member.to_string());
    }
    let staff = staff(&visit).await?;
    Ok(visit.page(form_page(&visit.view, &form, &staff, Some(&shown))))
}

async fn edit(
    visit: AdministratorVisit,
    At(id): At<DepartmentId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let shown = visit.engine.departments().show(&visit.actor, id).await?;
    let mut form = Form::from(posted);
    let version = form.number("version");
    let input = read(&mut form);
    if let (Some(version), false) = (version, form.has_problems()) {
        let departments = visit.engine.departments();
        match departments.edit(&visit.actor, id, version, input).await {
            Ok(_) => return Ok(visit.done("/admin/departments", &Flash::done("departments-saved"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let staff = staff(&visit).await?;
    Ok(visit.rejected(form_page(&visit.view, &form, &staff, Some(&shown))))
}

fn read(form: &mut Form) -> DepartmentInput {
    let name = form.required("name", 80);
    let email = form.optional("email", 254);
    let mut members = Vec::new();
    let given: Vec<String> = form.values().all("members").map(str::to_owned).collect();
    for text in given {
        match text.parse::<UserId>() {
            Ok(user) if !members.contains(&user) => members.push(user),
            Ok(_) => {}
            Err(_) => form.reject("members", "choice"),
        }
    }
    let language = form.optional_choice::<Locale>("language").unwrap_or_default();
    let hours = hours(form);
    DepartmentInput {
        name,
        email,
        language,
        hours,
        members,
        is_archived: form.values().is_on("is_archived"),
    }
}

/// The fields of the seven days, Monday first.
const DAYS: [&str; 7] = [
    "hours.1", "hours.2", "hours.3", "hours.4", "hours.5", "hours.6", "hours.7",
];

/// Business hours as seven fields hold them; what is wrong stays beside its field.
fn hours(form: &mut Form) -> BusinessHours {
    let mut week = [None; 7];
    for (day, field) in week.iter_mut().zip(DAYS) {
        let text = form.optional(field, 20);
        if text.is_empty() {
            continue;
        }
        match text.parse::<Opening>() {
            Ok(opening) => *day = Some(opening),
            Err(error) => form.reject(field, error.code()),
        }
    }
    BusinessHours::new(week)
}

/// Everybody of the seller's company: id and name.
async fn staff(visit: &StaffVisit) -> Result<Vec<(String, String)>, Failure> {
    let filter = UserFilter {
        side: Some(Side::Staff),
        ..UserFilter::default()
    };
    let found = visit
        .engine
        .users()
        .list(&visit.actor, filter, &Page::first(MOST_STAFF))
        .await?;
    Ok(found
        .rows
        .into_iter()
        .map(|user| (user.id.to_string(), user.name))
        .collect())
}

/// The list.
#[must_use]
pub fn list(view: &View, departments: &[DepartmentView], people: &People) -> Markup {
    let title = view.t("nav-departments");
    let add = html! {
        @if is_administrator(view) { a.button.primary href="/admin/departments/new" { (icon(Icon::Plus)) (view.t("action-add")) } }
    };
    let row = |one: &DepartmentView| {
        let department = &one.department;
        vec![
            html! {
                @if is_administrator(view) { a href={ "/admin/departments/" (department.id) } { (department.name) } } @else { (department.name) }
            },
            html! { @if department.email.is_empty() { span.muted { (view.t("departments-mail-to-members")) } } @else { (department.email) } },
            html! {
                @if one.members.is_empty() { (dash()) }
                @for member in &one.members { div { a href={ "/admin/users/" (member) } { (people.name(*member)) } } }
            },
            html! { (department.language.parse::<Locale>().unwrap_or_default().native_name()) },
            html! { @for line in hours_line(view, department.hours) { div { (line) } } },
            html! { a href={ "/admin/tasks?state=unfinished&department=" (department.id) } { (view.t("dashboard-tasks")) } },
            badge::active(view, Active::from(!department.is_archived)),
        ]
    };
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::new(view.t("column-name")),
            Column::new(view.t("column-email")),
            Column::new(view.t("departments-members")),
            Column::new(view.t("departments-language")),
            Column::new(view.t("departments-hours")),
            Column::new(view.t("nav-tasks")),
            Column::new(view.t("column-state")),
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

fn languages() -> Vec<(String, String)> {
    let named = Locale::ALL.map(|locale| (locale.code().to_owned(), locale.native_name().to_owned()));
    named.to_vec()
}

fn zone(view: &View) -> String {
    view.zone.iana_name().unwrap_or("UTC").to_owned()
}

/// The hours of a department in one line: days of the same hours together.
fn hours_line(view: &View, hours: BusinessHours) -> Vec<String> {
    if hours.is_always() {
        return vec![view.t("departments-hours-always")];
    }
    let mut lines: Vec<(usize, usize, String)> = Vec::new();
    for (day, opening) in (1..).zip(hours.days()) {
        let Some(opening) = opening.map(|opening| opening.to_string()) else {
            continue;
        };
        match lines.last_mut() {
            Some((_, last, same)) if *last + 1 == day && *same == opening => *last = day,
            _ => lines.push((day, day, opening)),
        }
    }
    let name = |day: usize| view.t(&format!("weekday-{day}"));
    lines
        .into_iter()
        .map(|(first, last, opening)| {
            if first == last {
                format!("{} {opening}", name(first))
            } else {
                format!("{}–{} {opening}", name(first), name(last))
            }
        })
        .collect()
}

/// A new department, or one that is changed.
#[must_use]
pub fn form_page(
    view: &View,
    form: &Form,
    staff: &[(String, String)],
    existing: Option<&DepartmentView>,
) -> Markup {
    let (title, action) = match existing {
        Some(shown) => (
            shown.department.name.clone(),
            format!("/admin/departments/{}", shown.department.id),
        ),
        None => (view.t("departments-add"), "/admin/departments/new".to_owned()),
    };
    let mut own = vec!["name", "email", "language", "members"];
    own.extend(DAYS);
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(view.t("nav-departments"), "/admin/departments").render(view))
            (field::summary(view, form, &own))
            section.card { div.card-body {
                form.form method="post" action=(action) {
                    @if existing.is_some() { input type="hidden" name="version" value=(form.value("version")); }
                    (Field::new("name", view.t("column-name"), Kind::Text).render(view, form))
                    (Field::new("email", view.t("column-email"), Kind::Mail).optional().autocomplete("off").hint(view.t("departments-email-hint")).render(view, form))
                    (Field::new("language", view.t("departments-language"), Kind::Text).hint(view.t("departments-language-hint")).select(view, form, &languages()))
                    fieldset {
                        legend { (view.t("departments-hours")) }
                        p.hint { (view.t_args("departments-hours-hint", &[("zone", zone(view).into())])) }
                        div.row-fields {
                            @for (number, field) in (1..).zip(DAYS) {
                                (Field::new(field, view.t(&format!("weekday-{number}")), Kind::Text).optional().placeholder("09:00-18:00").autocomplete("off").render(view, form))
                            }
                        }
                    }
                    fieldset {
                        legend { (view.t("departments-members")) }
                        @for (value, name) in staff {
                            @let id = format!("member-{value}");
                            div.check {
                                input type="checkbox" id=(id) name="members" value=(value) checked[form.values().all("members").any(|given| given == value)];
                                label for=(id) { (name) }
                            }
                        }
                        div.field { (field::errors(view, form, "members")) }
                    }
                    @if existing.is_some() {
                        (field::check(form, "is_archived", &view.t("departments-archived"), &view.t("departments-archived-hint")))
                    }
                    div.actions {
                        button.button.primary type="submit" { (view.t("action-save")) }
                        a.button href="/admin/departments" { (view.t("action-cancel")) }
                    }
                }
            } }
        },
    )
}
