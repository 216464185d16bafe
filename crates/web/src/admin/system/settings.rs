//! What the seller decided, and how much each module logs.

use axum::response::Response;
use engine::{modules::ModuleView, settings::Settings};
use httpkit::{Failure, Flash, Form, params::Posted};
use maud::{Markup, html};

use crate::{
    admin::pieces,
    components::{
        card::{card, framed},
        field::{self, Field, Kind},
        head::Head,
        icon::Icon,
        table::{self, Column, Table},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::AdministratorVisit,
};

const PATH: &str = "/admin/settings";
const FIELDS: [&str; 6] = [
    "registration_open",
    "automatic_work",
    "large_credit",
    "retry_minutes",
    "most_attempts",
    "raw_answer_days",
];

/// The routes of settings.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Administrator)
        .get(PATH, show)
        .post(PATH, change)
}

async fn show(visit: AdministratorVisit) -> Result<Response, Failure> {
    let settings = visit.engine.settings().show(&visit.actor).await?;
    let modules = modules(&visit).await?;
    Ok(visit.page(page(&visit.view, &form_of(&settings), &modules)))
}

async fn change(visit: AdministratorVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    if let Some(settings) = read(&mut form) {
        match visit.engine.settings().change(&visit.actor, settings).await {
            Ok(_) => return Ok(visit.done(PATH, &Flash::done(i18n::key!("settings-saved")))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let modules = modules(&visit).await?;
    Ok(visit.rejected(page(&visit.view, &form, &modules)))
}

async fn modules(visit: &AdministratorVisit) -> Result<Vec<ModuleView>, Failure> {
    let mut modules = Vec::new();
    for line in visit.engine.modules().list(&visit.actor).await? {
        modules.push(visit.engine.modules().show(&visit.actor, line.id).await?);
    }
    Ok(modules)
}

/// The settings in a form.
#[must_use]
pub fn form_of(settings: &Settings) -> Form {
    let mut form = Form::default()
        .with("large_credit", settings.large_credit.normalize().to_string())
        .with("retry_minutes", settings.retry_minutes.to_string())
        .with("most_attempts", settings.most_attempts.to_string())
        .with("raw_answer_days", settings.raw_answer_days.to_string());
    for (name, is_on) in [
        ("registration_open", settings.registration_open),
        ("automatic_work", settings.automatic_work),
    ] {
        if is_on {
            form = form.with(name, "on");
        }
    }
    form
}

fn read(form: &mut Form) -> Option<Settings> {
    let large_credit = pieces::decimal(form, "large_credit");
    if large_credit.is_none() && form.problems_of("large_credit").is_empty() {
        form.reject("large_credit", "required");
    }
    let retry_minutes = form.number("retry_minutes");
    let most_attempts = form.number("most_attempts");
    let raw_answer_days = form.number("raw_answer_days");
    Some(Settings {
        registration_open: form.values().is_on("registration_open"),
        automatic_work: form.values().is_on("automatic_work"),
        large_credit: large_credit?,
        retry_minutes: retry_minutes?,
        most_attempts: most_attempts?,
        raw_answer_days: raw_answer_days?,
    })
}

/// The page.
#[must_use]
pub fn page(view: &View, form: &Form, modules: &[ModuleView]) -> Markup {
    let title = view.t("nav-settings");
    let field = |name: &'static str, kind: Kind| {
        Field::new(name, view.word("setting", name), kind)
            .hint(view.word("setting-help", name))
            .autocomplete("off")
            .render(view, form)
    };
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).render(view))
            (field::summary(view, form, &FIELDS))
            (card("settings", &title, &html! {
                form.form method="post" action=(PATH) {
                    (field::check(form, "registration_open", &view.t("setting-registration-open"), &view.t("setting-help-registration-open")))
                    (field("large_credit", Kind::Money))
                    (field::check(form, "automatic_work", &view.t("setting-automatic-work"), &view.t("setting-help-automatic-work")))
                    (field("retry_minutes", Kind::Number))
                    (field("most_attempts", Kind::Number))
                    (field("raw_answer_days", Kind::Number))
                    div.actions { button.button.primary type="submit" { (view.t("action-save")) } }
                }
            }))
            (framed("logs", &view.t("settings-logs"), &html! {}, &logs(view, modules)))
        },
    )
}

fn logs(view: &View, modules: &[ModuleView]) -> Markup {
    let row = |module: &ModuleView| {
        vec![
            html! { a href={ "/admin/modules/" (module.line.id) "#log" } { (module.line.name) } },
            html! { code { (module.descriptor.log) ".* " (module.log_level) } },
            html! { (view.t(&format!("modules-log-{}", module.log_level))) },
        ]
    };
    Table {
        caption: view.t("settings-logs"),
        columns: vec![
            Column::new(view.t("column-module")),
            Column::new("debug.conf"),
            Column::new(view.t("modules-log-level")),
        ],
        rows: modules.iter().map(row).collect(),
        sorting: None,
        empty: table::empty(Icon::Log, &view.t("modules-empty-title"), "", &html! {}),
    }
    .render()
}
