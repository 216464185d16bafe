//! The fields of a processing module's forms, and what is read out of them.

use ca::{Descriptor, FieldKind, SettingField};
use domain::id::DepartmentId;
use engine::modules::ModuleParameters;
use httpkit::{Form, Params};
use i18n::Locale;
use maud::{Markup, html};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    admin::{drafts::Draft, pieces},
    components::field::{self, Field, Kind},
    view::View,
};

/// The names of the parameters.
pub const PARAMETERS: [&str; 5] = [
    "name",
    "department",
    "sort",
    "minimal_balance",
    "blocks_below_minimum",
];
/// The names of the ceilings.
pub const CEILINGS: [&str; 2] = ["day_ceiling", "order_ceiling"];
/// The names of the limits.
pub const LIMITS: [&str; 2] = ["calls_per_second", "calls_at_once"];

/// The parameters: step 4 of the wizard, and a part of the form that changes a module.
#[must_use]
pub fn parameters(view: &View, form: &Form, departments: &[(DepartmentId, String)]) -> Markup {
    let departments: Vec<(String, String)> = departments
        .iter()
        .map(|(id, name)| (id.to_string(), name.clone()))
        .collect();
    html! {
        (Field::new("name", view.t("column-name"), Kind::Text).hint(view.t("modules-name-hint")).autocomplete("off").render(view, form))
        (Field::new("department", view.t("column-department"), Kind::Text).hint(view.t("modules-department-hint")).select(view, form, &departments))
        (Field::new("sort", view.t("column-sort"), Kind::Number).hint(view.t("modules-sort-hint")).render(view, form))
        (Field::new("minimal_balance", view.t("modules-minimal-balance"), Kind::Money).optional().hint(view.t("modules-minimal-balance-hint")).render(view, form))
        (field::check(form, "blocks_below_minimum", &view.t("modules-blocks-below"), &view.t("modules-blocks-below-hint")))
    }
}

/// The ceilings beyond which a second person confirms.
#[must_use]
pub fn ceilings(view: &View, form: &Form) -> Markup {
    html! {
        p.muted { (view.t("modules-ceilings-text")) }
        div.row-fields {
            (Field::new("day_ceiling", view.t("modules-day-ceiling"), Kind::Money).optional().render(view, form))
            (Field::new("order_ceiling", view.t("modules-order-ceiling"), Kind::Money).optional().render(view, form))
        }
    }
}

/// The limits of calls.
#[must_use]
pub fn limits(view: &View, form: &Form) -> Markup {
    html! {
        p.muted { (view.t("modules-limits-text")) }
        div.row-fields {
            (Field::new("calls_per_second", view.t("modules-calls-per-second"), Kind::Number).optional().render(view, form))
            (Field::new("calls_at_once", view.t("modules-calls-at-once"), Kind::Number).optional().hint(view.t("modules-calls-at-once-hint")).render(view, form))
        }
    }
}

/// Reads parameters, ceilings and limits; what is wrong stays beside its field.
pub fn read_parameters(form: &mut Form) -> Option<ModuleParameters> {
    let name = form.required("name", 80);
    let department = form.choice("department");
    let sort = form.number("sort");
    let minimal_balance = pieces::decimal(form, "minimal_balance");
    let day_ceiling = pieces::decimal(form, "day_ceiling");
    let order_ceiling = pieces::decimal(form, "order_ceiling");
    let calls_per_second = optional_number(form, "calls_per_second");
    let calls_at_once = optional_number(form, "calls_at_once");
    let blocks_below_minimum = form.values().is_on("blocks_below_minimum");
    if form.has_problems() {
        return None;
    }
    Some(ModuleParameters {
        name,
        department: department?,
        sort: sort?,
        minimal_balance,
        blocks_below_minimum,
        day_ceiling,
        order_ceiling,
        calls_per_second,
        calls_at_once,
    })
}

/// A whole number, or nothing.
fn optional_number(form: &mut Form, field: &str) -> Option<u32> {
    if form.value(field).trim().is_empty() {
        return None;
    }
    form.number(field)
}

/// The parameters in a form.
#[must_use]
pub fn of_parameters(parameters: &ModuleParameters) -> Form {
    let amount = |amount: Option<rust_decimal::Decimal>| {
        amount.map_or_else(String::new, |amount| amount.normalize().to_string())
    };
    let number = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
    let form = Form::default()
        .with("name", &parameters.name)
        .with("department", parameters.department.to_string())
        .with("sort", parameters.sort.to_string())
        .with("minimal_balance", amount(parameters.minimal_balance))
        .with("day_ceiling", amount(parameters.day_ceiling))
        .with("order_ceiling", amount(parameters.order_ceiling))
        .with("calls_per_second", number(parameters.calls_per_second))
        .with("calls_at_once", number(parameters.calls_at_once));
    if parameters.blocks_below_minimum {
        form.with("blocks_below_minimum", "on")
    } else {
        form
    }
}

/// The integration settings of a connector. A secret that is kept already may stay empty.
#[must_use]
pub fn settings(view: &View, form: &Form, descriptor: &Descriptor, kept: &[String]) -> Markup {
    let shown = |advanced: bool| {
        descriptor
            .settings
            .iter()
            .filter(move |setting| setting.is_advanced == advanced)
    };
    let is_open = shown(true).any(|setting| {
        let value = form.value(setting.name);
        !form.problems_of(setting.name).is_empty() || !value.is_empty() && Some(value) != setting.default
    });
    html! {
        @for setting in shown(false) { (setting_field(view, form, setting, kept)) }
        @if shown(true).next().is_some() {
            details.more open[is_open] {
                summary { (view.t("modules-advanced")) }
                div.stack { @for setting in shown(true) { (setting_field(view, form, setting, kept)) } }
            }
        }
    }
}

fn setting_field(view: &View, form: &Form, setting: &SettingField, kept: &[String]) -> Markup {
    let is_kept = setting.is_secret && kept.iter().any(|name| name == setting.name);
    let kind = match setting.kind {
        FieldKind::Password => Kind::NewPassword,
        FieldKind::Url => Kind::Url,
        FieldKind::Text | FieldKind::Choice(_) => Kind::Text,
    };
    let help = translated(view, &format!("{}-help", setting.label), setting.help);
    let mut shown = Field::new(setting.name, setting_label(view, setting), kind)
        .hint(help)
        .autocomplete("off");
    if is_kept {
        shown = shown.placeholder(view.t("modules-secret-kept"));
    } else if let Some(default) = setting.default {
        shown = shown.placeholder(default);
    }
    if is_kept || !setting.is_required {
        shown = shown.optional();
    }
    match setting.kind {
        FieldKind::Choice(words) => {
            let options: Vec<(String, String)> = words
                .iter()
                .map(|word| ((*word).to_owned(), (*word).to_owned()))
                .collect();
            shown.select(view, form, &options)
        }
        FieldKind::Text | FieldKind::Password | FieldKind::Url => shown.render(view, form),
    }
}

/// The label of a setting, in English where there is no translation.
#[must_use]
pub fn setting_label(view: &View, setting: &SettingField) -> String {
    translated(view, setting.label, setting.english)
}

fn translated(view: &View, key: &str, english: &str) -> String {
    if i18n::exists(Locale::default(), key) {
        view.t(key)
    } else {
        english.to_owned()
    }
}

/// The names of the settings of a connector.
#[must_use]
pub fn setting_names(descriptor: &Descriptor) -> Vec<&'static str> {
    descriptor.settings.iter().map(|setting| setting.name).collect()
}

/// Takes what was posted into the draft: secrets apart, and an empty secret means the one typed before.
pub fn absorb(draft: &mut Draft, posted: &Params, descriptor: Option<&Descriptor>) {
    let is_secret = |name: &str| {
        descriptor
            .and_then(|descriptor| descriptor.setting(name))
            .is_some_and(|setting| setting.is_secret)
    };
    for (name, value) in posted.pairs() {
        match (is_secret(name), value) {
            (true, "") => {}
            (true, secret) => {
                draft
                    .secrets
                    .insert(name.to_owned(), SecretString::from(secret.to_owned()));
            }
            (false, _) if name == "go" => {}
            (false, value) => draft.values = draft.values.with(name, value),
        }
    }
}

/// The settings of a draft, secrets among them.
#[must_use]
pub fn settings_of(draft: &Draft, descriptor: &Descriptor) -> Vec<(String, SecretString)> {
    descriptor
        .settings
        .iter()
        .filter_map(|setting| {
            let value = if setting.is_secret {
                draft.secrets.get(setting.name).cloned()?
            } else {
                SecretString::from(draft.values.text(setting.name).to_owned())
            };
            Some((setting.name.to_owned(), value))
        })
        .collect()
}

/// The secrets that a draft holds.
#[must_use]
pub fn kept(draft: &Draft) -> Vec<String> {
    draft
        .secrets
        .iter()
        .filter(|(_, value)| !value.expose_secret().is_empty())
        .map(|(name, _)| name.clone())
        .collect()
}
