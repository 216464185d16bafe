//! The pages of the wizard that adds a processing module: product type, processing module, integration settings,
//! parameters; the last step checks the connection (seed page).

use ca::Descriptor;
use domain::id::DepartmentId;
use httpkit::{Form, Tone};
use maud::{Markup, html};

use super::{
    fields,
    findings::{findings, line},
};
use crate::{
    admin::drafts::Checking,
    components::{
        field::{self, Choice},
        head::Head,
        note::{note, sentence},
        wizard,
    },
    layout,
    view::View,
};

/// A step of the wizard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Product type.
    Type,
    /// Processing module: the CA.
    Module,
    /// Integration settings.
    Settings,
    /// Parameters of the processing module.
    Parameters,
}

impl Step {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Type, Self::Module, Self::Settings, Self::Parameters];

    /// Its word in addresses and keys.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Module => "module",
            Self::Settings => "settings",
            Self::Parameters => "parameters",
        }
    }

    /// The step whose word ends the path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let word = path.rsplit('/').next().unwrap_or_default();
        let found = Self::ALL.into_iter().find(|step| step.word() == word);
        found.unwrap_or(Self::Type)
    }

    /// The step before.
    #[must_use]
    pub const fn before(self) -> Self {
        match self {
            Self::Type | Self::Module => Self::Type,
            Self::Settings => Self::Module,
            Self::Parameters => Self::Settings,
        }
    }

    const fn index(self) -> usize {
        self as usize
    }
}

/// What the steps need besides the form.
#[derive(Debug, Clone)]
pub struct Materials {
    /// Where the form goes: the address of the step.
    pub action: String,
    /// The connectors that there are.
    pub connectors: Vec<&'static Descriptor>,
    /// The chosen one, from step 3 on.
    pub chosen: Option<&'static Descriptor>,
    /// The departments.
    pub departments: Vec<(DepartmentId, String)>,
    /// Secrets that were typed already and are kept.
    pub kept: Vec<String>,
}

/// One step with what was typed.
#[must_use]
pub fn step(view: &View, step: Step, form: &Form, materials: &Materials) -> Markup {
    let body = match step {
        Step::Type => html! {
            (field::choices(view, form, "type", &view.t("modules-step-type"), &[Choice {
                value: "ssl".into(),
                label: view.t("modules-type-ssl"),
                hint: view.t("modules-type-ssl-hint"),
            }]))
        },
        Step::Module => connectors(view, form, &materials.connectors),
        Step::Settings => settings(view, form, materials),
        Step::Parameters => fields::parameters(view, form, &materials.departments),
    };
    let next = if step == Step::Parameters {
        view.t("modules-check-and-save")
    } else {
        view.t("action-continue")
    };
    frame(
        view,
        step,
        &html! {
            (field::summary(view, form, &own_fields(step, materials)))
            form.form method="post" action=(materials.action) {
                (body)
                (wizard::buttons(view, step.index(), &next))
            }
        },
    )
}

/// The check at the end: its findings; save when it worked, or switched off.
#[must_use]
pub fn checking(view: &View, base: &str, check: &Checking) -> Markup {
    frame(view, Step::Parameters, &check_part(view, base, check))
}

/// The part that is asked for again until the check is over.
#[must_use]
pub fn check_part(view: &View, base: &str, check: &Checking) -> Markup {
    let address = format!("{base}/check");
    let poll = matches!(check, Checking::Running(_)).then_some(&address);
    html! {
        section.stack id="check" aria-live="polite" hx-get=[poll] hx-trigger=[poll.map(|_| "every 400ms")] hx-swap=[poll.map(|_| "outerHTML")] {
            h2 { (view.t("modules-checking")) }
            @match check {
                Checking::Running(found) => {
                    ul.findings { @for finding in found { (line(view, finding)) } li.finding.wait { span.spin {} div { (view.t("check-running")) } } }
                    noscript { p { a.button href={ (address) "?wait=yes" } { (view.t("action-refresh")) } } }
                }
                Checking::Found(report) => {
                    (findings(view, report))
                    @if !report.is_ok() { (note(Tone::Info, &html! { p { (view.t("modules-save-off-text")) } })) }
                }
                Checking::Failed(text) => (sentence(Tone::Bad, text)),
            }
            form method="post" action=(address) {
                div.wizard-foot {
                    @match check {
                        Checking::Running(_) => {}
                        Checking::Found(report) if report.is_ok() => {
                            button.button.primary.push type="submit" name="go" value="save" { (view.t("modules-save")) }
                        }
                        Checking::Found(_) => {
                            button.button.push type="submit" name="go" value="save-off" { (view.t("modules-save-off")) }
                            button.button.primary type="submit" name="go" value="again" { (view.t("modules-check-again")) }
                        }
                        Checking::Failed(_) => {
                            button.button.primary.push type="submit" name="go" value="again" { (view.t("modules-check-again")) }
                        }
                    }
                    a.button href={ (base) "/parameters" } { (view.t("action-back")) }
                }
            }
        }
    }
}

fn frame(view: &View, current: Step, body: &Markup) -> Markup {
    let title = view.t("modules-add-title");
    let titles = Step::ALL.map(|step| view.word("modules-step", step.word()));
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(view.t("nav-modules"), "/admin/modules").render(view))
            (wizard::steps(view, current.index(), &titles))
            section.card { div.card-body { (body) } }
        },
    )
}

fn connectors(view: &View, form: &Form, connectors: &[&Descriptor]) -> Markup {
    let choices: Vec<Choice> = connectors
        .iter()
        .map(|descriptor| Choice {
            value: descriptor.kind.to_owned(),
            label: descriptor.title.to_owned(),
            hint: view.t_args("modules-connector-hint", &[("log", descriptor.log.into())]),
        })
        .collect();
    field::choices(view, form, "connector", &view.t("modules-step-module"), &choices)
}

fn settings(view: &View, form: &Form, materials: &Materials) -> Markup {
    let Some(descriptor) = materials.chosen else {
        return html! {};
    };
    html! {
        @if let Some(address) = descriptor.sign_up {
            (field::check(form, "new_client", &view.t("modules-new-client"), &view.t("modules-new-client-hint")))
            div data-shown-by="new_client=on" {
                (note(Tone::Info, &html! {
                    p { (view.t_args("modules-register-at", &[("name", descriptor.title.into())])) }
                    p { a href=(address) rel="noreferrer noopener" target="_blank" { (address) } }
                }))
            }
        }
        (fields::settings(view, form, descriptor, &materials.kept))
    }
}

fn own_fields(step: Step, materials: &Materials) -> Vec<&'static str> {
    match step {
        Step::Type => vec!["type"],
        Step::Module => vec!["connector"],
        Step::Settings => materials.chosen.map(fields::setting_names).unwrap_or_default(),
        Step::Parameters => fields::PARAMETERS.to_vec(),
    }
}
