//! Changing a processing module. Another address or secret is checked before it is saved and needs the password again
//! (design §10); what was typed waits in a draft meanwhile.

use axum::{Extension, response::Response};
use ca::{CheckReport, Descriptor};
use domain::id::{DepartmentId, ModuleId};
use engine::modules::{IfBroken, ModuleChange, ModuleView, Saved};
use httpkit::{Failure, Flash, Form, Params, Tone, params::Posted};
use maud::{Markup, html};
use uuid::Uuid;

use super::{address, fields, findings::findings};
use crate::{
    admin::{
        drafts::{Draft, Drafts},
        pieces,
    },
    components::{card::card, field, head::Head, note::note},
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{AdministratorVisit, At},
};

/// The routes of the form.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Administrator)
        .get("/admin/modules/{id}/edit", show)
        .post("/admin/modules/{id}/edit", change)
}

async fn show(
    visit: AdministratorVisit,
    At(id): At<ModuleId>,
    Extension(drafts): Extension<Drafts>,
) -> Result<Response, Failure> {
    let module = visit.engine.modules().show(&visit.actor, id).await?;
    let user = visit.signed().user;
    let waiting: Option<Uuid> = visit.query.read_as("draft");
    let draft = waiting.and_then(|waiting| drafts.find(user, waiting));
    let form = match &draft {
        Some(draft) => Form::from(draft.values.clone()),
        None => form_of(&module),
    };
    let draft = draft.unwrap_or_default();
    Ok(visit.page(page_of(&visit, &module, &form, &draft, None).await?))
}

async fn change(
    visit: AdministratorVisit,
    At(id): At<ModuleId>,
    Extension(drafts): Extension<Drafts>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let module = visit.engine.modules().show(&visit.actor, id).await?;
    let user = visit.signed().user;
    let waiting = posted.read_as("draft").unwrap_or(visit.actor.request.0);
    let kept = drafts.find(user, waiting).unwrap_or_default();
    let mut draft = Draft {
        secrets: kept.secrets,
        ..Draft::default()
    };
    fields::absorb(&mut draft, &posted, Some(module.descriptor));
    draft.values = draft.values.with("draft", waiting.to_string());
    let mut form = Form::from(draft.values.clone());
    let parameters = fields::read_parameters(&mut form);
    let version = form.number::<i64>("version");
    let mut report = None;
    if let (Some(parameters), Some(version)) = (parameters, version) {
        let change = ModuleChange {
            version,
            settings: fields::settings_of(&draft, module.descriptor),
            parameters,
            if_broken: match posted.text("go") {
                "save-off" => IfBroken::SaveSwitchedOff,
                _ => IfBroken::Refuse,
            },
        };
        match visit.engine.modules().edit(&visit.actor, id, change).await {
            Ok(Saved::Saved { .. }) => {
                drafts.forget(user, waiting);
                return Ok(visit.done(&address(id), &Flash::done(i18n::key!("modules-saved"))));
            }
            Ok(Saved::Broken { report: found }) => report = Some(found),
            Err(engine::Error::ConfirmationRequired) => {
                drafts.keep(user, waiting, draft);
                let back = format!("{}/edit?draft={waiting}", address(id));
                let query = Params::from([("next", back.as_str())]).query();
                return Ok(visit.go(&format!("/confirm-password{query}")));
            }
            Err(error @ engine::Error::Ca(_)) => form.refuse(pieces::reason(&visit.view, error)),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    drafts.keep(user, waiting, draft.clone());
    let page = page_of(&visit, &module, &form, &draft, report.as_ref()).await?;
    Ok(visit.rejected(page))
}

async fn page_of(
    visit: &AdministratorVisit,
    module: &ModuleView,
    form: &Form,
    draft: &Draft,
    report: Option<&CheckReport>,
) -> Result<Markup, Failure> {
    let mut kept = fields::kept(draft);
    kept.extend(module.secrets_set.iter().cloned());
    let shown = Shown {
        id: module.line.id,
        name: &module.line.name,
        descriptor: module.descriptor,
        departments: pieces::departments(visit).await?,
        kept,
        report,
    };
    Ok(page(&visit.view, form, &shown))
}

fn form_of(module: &ModuleView) -> Form {
    let mut form = fields::of_parameters(&module.parameters).with("version", module.version.to_string());
    for (name, value) in &module.settings {
        // A default stays the default, also when a later version has another.
        let default = module
            .descriptor
            .setting(name)
            .and_then(|setting| setting.default);
        if default != Some(value.as_str()) {
            form = form.with(name, value);
        }
    }
    form
}

/// What the page needs besides the form.
#[derive(Debug, Clone)]
pub struct Shown<'a> {
    /// The module.
    pub id: ModuleId,
    /// Its name as saved.
    pub name: &'a str,
    /// Its connector.
    pub descriptor: &'static Descriptor,
    /// The departments.
    pub departments: Vec<(DepartmentId, String)>,
    /// Secrets that stay when their field is left empty.
    pub kept: Vec<String>,
    /// The check that failed, so that nothing was saved.
    pub report: Option<&'a CheckReport>,
}

/// The page.
#[must_use]
pub fn page(view: &View, form: &Form, shown: &Shown<'_>) -> Markup {
    let title = view.t("modules-edit-title");
    let base = address(shown.id);
    let mut own = fields::PARAMETERS.to_vec();
    own.extend(fields::CEILINGS);
    own.extend(fields::LIMITS);
    own.extend(fields::setting_names(shown.descriptor));
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(view.t("nav-modules"), "/admin/modules").under(shown.name, base.clone()).render(view))
            (field::summary(view, form, &own))
            @if let Some(report) = shown.report {
                (card("check", &view.t("modules-checking"), &html! {
                    (findings(view, report))
                    p { (view.t("modules-broken-not-saved")) }
                }))
            }
            form.form method="post" action={ (base) "/edit" } {
                input type="hidden" name="version" value=(form.value("version"));
                input type="hidden" name="draft" value=(form.value("draft"));
                (card("parameters", &view.t("modules-parameters"), &fields::parameters(view, form, &shown.departments)))
                (card("settings", &view.t("modules-settings"), &html! {
                    (note(Tone::Info, &html! { p { (view.t("modules-settings-note")) } }))
                    (fields::settings(view, form, shown.descriptor, &shown.kept))
                }))
                (card("ceilings", &view.t("modules-ceilings"), &fields::ceilings(view, form)))
                (card("limits", &view.t("modules-limits"), &fields::limits(view, form)))
                div.actions {
                    button.button.primary type="submit" name="go" value="save" { (view.t("action-save")) }
                    @if shown.report.is_some() {
                        button.button type="submit" name="go" value="save-off" { (view.t("modules-save-off")) }
                    }
                    a.button href=(base) { (view.t("action-cancel")) }
                }
            }
        },
    )
}
