//! Adding a processing module, step by step. Each step is a page of its own; what was typed waits in a draft.

use axum::{Extension, response::Response};
use ca::{CheckFinding, Descriptor, Settings};
use engine::modules::{IfBroken, NewModule, Saved};
use httpkit::{Failure, Flash, Form, params::Posted};
use maud::Markup;
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    fields,
    wizard::{self, Materials, Step},
};
use crate::{
    admin::{
        drafts::{self, Checking, Draft, Drafts},
        pieces,
    },
    routes::{Audience, Routes},
    visit::{AdministratorVisit, At},
};

/// The routes of the wizard.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Administrator)
        .get("/admin/modules/new", begin)
        .post("/admin/modules/new", begin_draft)
        .get("/admin/modules/new/{id}/type", show)
        .post("/admin/modules/new/{id}/type", take)
        .get("/admin/modules/new/{id}/module", show)
        .post("/admin/modules/new/{id}/module", take)
        .get("/admin/modules/new/{id}/settings", show)
        .post("/admin/modules/new/{id}/settings", take)
        .get("/admin/modules/new/{id}/parameters", show)
        .post("/admin/modules/new/{id}/parameters", take)
        .get("/admin/modules/new/{id}/check", show_check)
        .post("/admin/modules/new/{id}/check", finish)
}

async fn begin(visit: AdministratorVisit) -> Result<Response, Failure> {
    let form = Form::default().with("type", "ssl");
    Ok(visit.page(page(&visit, Step::Type, &form, &Draft::default(), "/admin/modules/new").await?))
}

async fn begin_draft(
    visit: AdministratorVisit,
    Extension(drafts): Extension<Drafts>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    check_type(&mut form);
    if form.has_problems() {
        let page = page(&visit, Step::Type, &form, &Draft::default(), "/admin/modules/new").await?;
        return Ok(visit.rejected(page));
    }
    let id = visit.actor.request.0;
    let mut draft = Draft::default();
    fields::absorb(&mut draft, form.values(), None);
    drafts.keep(visit.signed().user, id, draft);
    Ok(visit.go(&address(id, Step::Module.word())))
}

async fn show(
    visit: AdministratorVisit,
    At(id): At<Uuid>,
    Extension(drafts): Extension<Drafts>,
) -> Result<Response, Failure> {
    let Some(draft) = drafts.find(visit.signed().user, id) else {
        return Ok(lost(&visit));
    };
    let step = Step::of(&visit.view.path);
    let form = with_defaults(&visit, step, &draft).await?;
    let page = page(&visit, step, &form, &draft, &address(id, step.word())).await?;
    Ok(visit.page(page))
}

async fn take(
    visit: AdministratorVisit,
    At(id): At<Uuid>,
    Extension(drafts): Extension<Drafts>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let user = visit.signed().user;
    let Some(mut draft) = drafts.find(user, id) else {
        return Ok(lost(&visit));
    };
    let step = Step::of(&visit.view.path);
    let chosen = chosen(&visit, &draft)?;
    // A box that is not ticked is not sent.
    draft.values = draft.values.without(&boxes(step));
    fields::absorb(&mut draft, &posted, chosen);
    drafts.keep(user, id, draft.clone());
    if posted.text("go") == "back" {
        return Ok(visit.go(&address(id, step.before().word())));
    }
    let mut form = Form::from(draft.values.clone());
    let next = match step {
        Step::Type => {
            check_type(&mut form);
            Step::Module.word()
        }
        Step::Module => {
            if self::chosen(&visit, &draft)?.is_none() {
                form.reject("connector", "choice");
            }
            Step::Settings.word()
        }
        Step::Settings => {
            check_settings(&mut form, &draft, chosen);
            Step::Parameters.word()
        }
        Step::Parameters => {
            if let Some(parameters) = fields::read_parameters(&mut form)
                && let Err(error) = visit.engine.modules().judge(&visit.actor, &parameters)
            {
                visit.into_form(&mut form, error)?;
            }
            "check"
        }
    };
    if form.has_problems() {
        let page = page(&visit, step, &form, &draft, &address(id, step.word())).await?;
        return Ok(visit.rejected(page));
    }
    if let (Step::Parameters, Some(chosen)) = (step, chosen) {
        begin_check(&visit, &drafts, id, draft, chosen);
    }
    Ok(visit.go(&address(id, next)))
}

async fn show_check(
    visit: AdministratorVisit,
    At(id): At<Uuid>,
    Extension(drafts): Extension<Drafts>,
) -> Result<Response, Failure> {
    let Some(draft) = drafts.find(visit.signed().user, id) else {
        return Ok(lost(&visit));
    };
    let Some(check) = draft.check else {
        return Ok(visit.go(&address(id, Step::Parameters.word())));
    };
    if visit.query.is_on("wait") {
        drafts::wait(check.clone()).await;
    }
    let now = check.borrow().clone();
    let now = match now {
        // Whoever checked is gone without a word.
        Checking::Running(_) if !drafts::is_running(&check) => {
            Checking::Failed(visit.view.t("error-internal"))
        }
        now => now,
    };
    let base = base(id);
    Ok(visit.page(if visit.htmx.is_partial {
        wizard::check_part(&visit.view, &base, &now)
    } else {
        wizard::checking(&visit.view, &base, &now)
    }))
}

async fn finish(
    visit: AdministratorVisit,
    At(id): At<Uuid>,
    Extension(drafts): Extension<Drafts>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let user = visit.signed().user;
    let Some(mut draft) = drafts.find(user, id) else {
        return Ok(lost(&visit));
    };
    let Some(chosen) = chosen(&visit, &draft)? else {
        return Ok(visit.go(&address(id, Step::Module.word())));
    };
    let if_broken = match posted.text("go") {
        "save" => IfBroken::Refuse,
        "save-off" => IfBroken::SaveSwitchedOff,
        _ => {
            begin_check(&visit, &drafts, id, draft, chosen);
            return Ok(visit.go(&address(id, "check")));
        }
    };
    let mut form = Form::from(draft.values.clone());
    let Some(parameters) = fields::read_parameters(&mut form) else {
        return Ok(visit.go(&address(id, Step::Parameters.word())));
    };
    let new = NewModule {
        connector: chosen.kind.to_owned(),
        settings: fields::settings_of(&draft, chosen),
        parameters,
        if_broken,
    };
    let check = match visit.engine.modules().create(&visit.actor, new).await {
        Ok(Saved::Saved { id: module, report }) => {
            drafts.forget(user, id);
            let key = if report.is_ok() {
                i18n::key!("modules-added")
            } else {
                i18n::key!("modules-added-off")
            };
            let flash = Flash::done(key).with("name", form.value("name"));
            return Ok(visit.done(&super::address(module), &flash));
        }
        Ok(Saved::Broken { report }) => Checking::Found(report),
        Err(engine::Error::Invalid(problems)) => {
            form.reject_all(&problems);
            let names = fields::setting_names(chosen);
            let is_setting = problems
                .iter()
                .any(|problem| names.contains(&problem.field.as_str()));
            let step = if is_setting {
                Step::Settings
            } else {
                Step::Parameters
            };
            let page = page(&visit, step, &form, &draft, &address(id, step.word())).await?;
            return Ok(visit.rejected(page));
        }
        Err(error @ engine::Error::Ca(_)) => Checking::Failed(pieces::reason(&visit.view, error)),
        Err(error) => return Err(error.into()),
    };
    draft.check = Some(watch::channel(check).1);
    drafts.keep(user, id, draft);
    Ok(visit.go(&address(id, "check")))
}

/// Tries the settings of the draft beside the pages.
fn begin_check(
    visit: &AdministratorVisit,
    drafts: &Drafts,
    id: Uuid,
    mut draft: Draft,
    chosen: &'static Descriptor,
) {
    let (sender, receiver) = watch::channel(Checking::Running(Vec::new()));
    draft.check = Some(receiver);
    let settings = fields::settings_of(&draft, chosen);
    drafts.keep(visit.signed().user, id, draft);
    let (engine, actor, view) = (visit.engine.clone(), visit.actor.clone(), visit.view.clone());
    tokio::spawn(async move {
        let say = |finding: &CheckFinding| {
            sender.send_modify(|so_far| {
                if let Checking::Running(found) = so_far {
                    found.push(finding.clone());
                }
            });
        };
        let modules = engine.modules();
        let found = match modules.check_draft(&actor, chosen.kind, settings, &say).await {
            Ok(report) => Checking::Found(report),
            Err(error) => Checking::Failed(pieces::reason(&view, error)),
        };
        sender.send_replace(found);
    });
}

/// The draft is gone: from the beginning.
fn lost(visit: &AdministratorVisit) -> Response {
    visit.done(
        "/admin/modules/new",
        &Flash::failed(i18n::key!("modules-draft-lost")),
    )
}

async fn page(
    visit: &AdministratorVisit,
    step: Step,
    form: &Form,
    draft: &Draft,
    action: &str,
) -> Result<Markup, Failure> {
    let materials = Materials {
        action: action.to_owned(),
        connectors: visit.engine.modules().kinds(&visit.actor)?,
        chosen: chosen(visit, draft)?,
        departments: pieces::departments(visit).await?,
        kept: fields::kept(draft),
    };
    Ok(wizard::step(&visit.view, step, form, &materials))
}

/// What a step proposes when nothing was typed yet.
async fn with_defaults(visit: &AdministratorVisit, step: Step, draft: &Draft) -> Result<Form, Failure> {
    let mut form = Form::from(draft.values.clone());
    let mut propose = |field: &str, value: String| {
        if form.values().find(field).is_none() {
            form = form.clone().with(field, value);
        }
    };
    match step {
        Step::Module => {
            let kinds = visit.engine.modules().kinds(&visit.actor)?;
            if let Some(first) = kinds.first() {
                propose("connector", first.kind.to_owned());
            }
        }
        Step::Parameters => {
            if let Some(chosen) = chosen(visit, draft)? {
                propose("name", chosen.title.to_owned());
            }
            if let Some((first, _)) = pieces::departments(visit).await?.first() {
                propose("department", first.to_string());
            }
            propose("sort", "10".to_owned());
        }
        Step::Type | Step::Settings => {}
    }
    Ok(form)
}

fn chosen(visit: &AdministratorVisit, draft: &Draft) -> Result<Option<&'static Descriptor>, Failure> {
    let kinds = visit.engine.modules().kinds(&visit.actor)?;
    let kind = draft.values.text("connector");
    Ok(kinds.into_iter().find(|descriptor| descriptor.kind == kind))
}

fn check_type(form: &mut Form) {
    if form.value("type") != "ssl" {
        form.reject("type", "choice");
    }
}

fn check_settings(form: &mut Form, draft: &Draft, chosen: Option<&Descriptor>) {
    let Some(chosen) = chosen else { return };
    if let Err(problems) = Settings::parse(chosen, fields::settings_of(draft, chosen)) {
        for problem in problems {
            form.reject(&problem.field, problem.code);
        }
    }
}

const fn boxes(step: Step) -> [&'static str; 1] {
    match step {
        Step::Settings => ["new_client"],
        Step::Parameters => ["blocks_below_minimum"],
        Step::Type | Step::Module => [""],
    }
}

fn base(id: Uuid) -> String {
    format!("/admin/modules/new/{id}")
}

fn address(id: Uuid, step: &str) -> String {
    format!("{}/{step}", base(id))
}
