//! Choosing certificates: by the filters of the list of services, or by a list that is pasted.

use httpkit::{Form, Params};
use maud::{Markup, html};

use super::{PATH, Selection, Wanted, filters_of};
use crate::{
    components::{
        card::card,
        field::{self, Choice, Field, Kind},
        head::Head,
        note::sentence,
    },
    layout,
    view::View,
};

/// Longest pasted list, in bytes; longer ones go by the command line.
const LONGEST_LIST: usize = 900_000;
/// Longest reason.
const LONGEST_WHY: usize = 500;
/// Hours that a mass revocation leaves (BR 4.9.1.1).
const HOURS: u32 = 24;
/// The filters that are taken over from the list of services.
const FILTERS: [&str; 7] = ["q", "state", "plan", "module", "account", "from", "to"];

/// What the filters offer: value and text.
#[derive(Debug, Clone, Default)]
pub struct Offered {
    /// Tariff plans.
    pub plans: Vec<(String, String)>,
    /// Processing modules.
    pub modules: Vec<(String, String)>,
}

/// The form as the list of services begins it: with the services that were ticked there, else with its filters.
pub(super) fn begun(query: &Params) -> Form {
    let ticked: Vec<&str> = query.all("service").collect();
    let by = if ticked.is_empty() { "filter" } else { "list" };
    let mut form = Form::default().with("by", by).with("hours", HOURS.to_string());
    for name in FILTERS {
        form = form.with(name, query.text(name));
    }
    form.with("listed", ticked.join("\n"))
}

/// Reads the form; what is wrong with it stands beside its fields.
pub(super) fn read(form: &mut Form) -> Option<Wanted> {
    let hours = form.number("hours");
    let why = form.required("why", LONGEST_WHY);
    let selection = match form.value("by") {
        "filter" => Some(filters_of(form.values())),
        "list" => Some(Selection::Listed(form.required("listed", LONGEST_LIST))),
        _ => {
            form.reject("by", "choice");
            None
        }
    };
    if form.has_problems() {
        return None;
    }
    Some(Wanted {
        selection: selection?,
        hours: hours?,
        why,
    })
}

/// Everything that was chosen, for the form that confirms it.
pub(super) fn hidden(form: &Form) -> Markup {
    let kept = FILTERS.iter().chain(&["by", "listed", "hours", "why"]);
    html! {
        @for name in kept { input type="hidden" name=(name) value=(form.value(name)); }
    }
}

/// The page.
#[must_use]
pub fn page(view: &View, form: &Form, offered: &Offered) -> Markup {
    let title = view.t("replace-title");
    let select = |name, label: &str, options: &[(String, String)]| {
        Field::new(name, view.t(label), Kind::Text)
            .optional()
            .placeholder(view.t("filter-all"))
            .select(view, form, options)
    };
    let states = [("active", "service-state"), ("suspended", "service-state")]
        .map(|(word, list)| (word.to_owned(), view.word(list, word)));
    let ways = ["filter", "list"].map(|way| Choice {
        value: way.to_owned(),
        label: view.t(&format!("replace-by-{way}")),
        hint: view.t(&format!("replace-by-{way}-hint")),
    });
    let shown = [
        "by", "q", "plan", "module", "state", "from", "to", "listed", "hours", "why",
    ];
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(view.t("nav-replacements"), PATH).text(view.t("replace-text")).render(view))
            (field::summary(view, form, &shown))
            form.stack method="post" action={ (PATH) "/new" } {
                (card("which", &view.t("replace-which"), &html! {
                    (field::choices(view, form, "by", &view.t("replace-by"), &ways))
                    fieldset.grid-3 {
                        legend { (view.t("replace-by-filter")) }
                        (Field::new("q", view.t("services-search"), Kind::Text).optional().render(view, form))
                        (select("plan", "column-tariff", &offered.plans))
                        (select("module", "column-module", &offered.modules))
                        (select("state", "column-state", &states))
                        (Field::new("from", view.t("services-ends-from"), Kind::Day).optional().render(view, form))
                        (Field::new("to", view.t("services-ends-to"), Kind::Day).optional().render(view, form))
                        @if !form.value("account").is_empty() {
                            input type="hidden" name="account" value=(form.value("account"));
                            (sentence(httpkit::Tone::Info, &view.t("replace-one-account")))
                        }
                    }
                    (Field::new("listed", view.t("replace-listed"), Kind::Text).optional().hint(view.t("replace-listed-hint")).area(view, form, "pem"))
                }))
                (card("how", &view.t("replace-how"), &html! {
                    (Field::new("hours", view.t("replace-hours"), Kind::Number).hint(view.t("replace-hours-hint")).render(view, form))
                    (Field::new("why", view.t("replace-why"), Kind::Text).hint(view.t("replace-why-hint")).render(view, form))
                    div.actions { button.button.primary type="submit" { (view.t("replace-preview")) } }
                }))
            }
        },
    )
}
