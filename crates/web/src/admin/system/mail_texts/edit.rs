//! The editor of one mail text: subject, text and HTML, what may stand in them, how it looks, the way back.

use engine::mail_texts::{Past, PastTo, Problem, TextView};
use httpkit::{Form, Tone};
use maud::{Markup, html};
use notify::{Part, Rendered, wording::NameOf};

use super::{PATH, address};
use crate::{
    admin::people::People,
    components::{
        badge::badge,
        card::{card, framed},
        dialog::{self, Question},
        facts::Facts,
        field::{self, Field, Kind},
        head::Head,
        icon::Icon,
        note::note,
        table::{self, Column, Table},
    },
    layout,
    view::View,
};

/// So much of a sample's value is shown beside a name.
const LONGEST_SAMPLE: usize = 80;

/// What the page shows besides the form.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The text.
    pub text: &'a TextView,
    /// What came of the button that was pressed.
    pub said: Said,
}

/// What the page says of the form's wording.
#[derive(Debug, Default)]
pub struct Said {
    /// How the form's wording looks, when that was asked for.
    pub preview: Option<Preview>,
    /// To which address a test mail went.
    pub tested: Option<String>,
    /// What is wrong with the form's wording.
    pub problems: Vec<Problem>,
}

/// A wording rendered with a sample.
#[derive(Debug)]
pub struct Preview {
    /// The mail.
    pub mail: Rendered,
    /// The address of its HTML, for a frame.
    pub frame: String,
}

/// The page.
#[must_use]
pub(super) fn page(view: &View, form: &Form, shown: &Shown<'_>, people: &People) -> Markup {
    let text = shown.text;
    let title = format!(
        "{} · {}",
        view.word("mail-kind", text.kind.word()),
        text.locale.native_name()
    );
    let (tone, word) = match text.changed {
        Some(_) => (Tone::Info, view.t("mail-texts-changed")),
        None => (Tone::Neutral, view.t("mail-texts-shipped")),
    };
    let failure = text.changed.as_ref().and_then(|changed| changed.failure.as_ref());
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone())
                .under(view.t("nav-mail-texts"), PATH)
                .badges(badge(tone, &word))
                .actions(way_back(view, text))
                .render(view))
            @if let Some((at, why)) = failure {
                (note(Tone::Bad, &html! { p { (view.t_args("mail-texts-failed", &[("when", view.instant(*at).into()), ("why", why.as_str().into())])) } }))
            }
            @if let Some(address) = &shown.said.tested {
                div role="status" { (note(Tone::Good, &html! { p { (view.t_args("mail-texts-tested", &[("address", address.as_str().into())])) } })) }
            }
            (field::summary(view, form, &Part::ALL.map(Part::word)))
            @if let Some(preview) = &shown.said.preview { (looks(view, preview)) }
            div.split {
                (editor(view, form, shown))
                div.stack {
                    (framed("names", &view.t("mail-texts-names"), &html! {}, &names(view, &text.names)))
                    (framed("past", &view.t("mail-texts-past"), &html! {}, &past(view, text, people)))
                }
            }
        },
    )
}

fn way_back(view: &View, text: &TextView) -> Markup {
    if text.changed.is_none() {
        return html! {};
    }
    dialog::confirm(
        view,
        &Question {
            id: "restore",
            title: view.t("mail-texts-restore"),
            text: view.t("mail-texts-restore-text"),
            action: format!("{}/restore", address(text.kind, text.locale)),
            fields: html! { input type="hidden" name="based_on" value=(text.number); },
            class: "danger",
        },
    )
}

fn editor(view: &View, form: &Form, shown: &Shown<'_>) -> Markup {
    let text = shown.text;
    let here = address(text.kind, text.locale);
    let samples: Vec<(String, String)> = (0..text.samples)
        .map(|place| {
            let arguments = [("number", (place + 1).into()), ("count", text.samples.into())];
            (
                place.to_string(),
                view.t_args("mail-texts-sample-number", &arguments),
            )
        })
        .collect();
    card(
        "text",
        &view.t("mail-texts-edited"),
        &html! {
            form.form method="post" action=(here) {
                input type="hidden" name="based_on" value=(form.value("based_on"));
                (Field::new(Part::Subject.word(), view.t("mail-texts-subject"), Kind::Text).autocomplete("off").render(view, form))
                (details(view, shown, Part::Subject))
                (Field::new(Part::Text.word(), view.t("mail-texts-body"), Kind::Text).hint(view.t("mail-texts-body-help")).area(view, form, "mono tall"))
                (details(view, shown, Part::Text))
                (Field::new(Part::Html.word(), view.t("mail-texts-html"), Kind::Text).hint(view.t("mail-texts-html-help")).area(view, form, "mono tall"))
                (details(view, shown, Part::Html))
                @if text.samples > 1 {
                    (Field::new("sample", view.t("mail-texts-sample"), Kind::Text).select(view, form, &samples))
                } @else {
                    input type="hidden" name="sample" value="0";
                }
                div.actions {
                    // The first button is the one that Enter presses: it changes nothing.
                    button.button type="submit" formaction={ (here) "/preview" } { (view.t("mail-texts-preview")) }
                    button.button type="submit" formaction={ (here) "/test" } { (view.t("mail-texts-test")) }
                    button.button.primary type="submit" { (view.t("action-save")) }
                }
            }
        },
    )
}

/// Where in a part something is wrong, and what the template language says of it.
fn details(view: &View, shown: &Shown<'_>, part: Part) -> Markup {
    html! {
        @for problem in shown.said.problems.iter().filter(|problem| problem.part == part) {
            @match problem.line {
                Some(line) => p.error {
                    (view.t_args("mail-texts-at-line", &[("line", line.into()), ("detail", problem.detail.as_str().into())]))
                },
                None if !problem.detail.is_empty() => p.error { (problem.detail) },
                None => {}
            }
        }
    }
}

fn looks(view: &View, preview: &Preview) -> Markup {
    card(
        "preview",
        &view.t("mail-texts-shown"),
        &html! {
            (Facts::new().text(view.t("mail-texts-subject"), &preview.mail.subject).render())
            div.split.even {
                pre { (preview.mail.text) }
                iframe.mail-frame sandbox="" title=(view.t("mail-texts-shown-html")) src=(preview.frame) {}
            }
        },
    )
}

fn names(view: &View, names: &[NameOf]) -> Markup {
    let row = |name: &NameOf| {
        let sample = name.samples.join(" · ");
        let shown: String = sample.chars().take(LONGEST_SAMPLE).collect();
        vec![
            html! { code { (name.name) } },
            html! {
                (meaning(view, &name.name))
                @if !shown.is_empty() {
                    span.sub.breakable { (shown) @if shown.len() < sample.len() { "…" } }
                }
            },
        ]
    };
    Table {
        caption: view.t("mail-texts-names"),
        columns: vec![
            Column::fit(view.t("mail-texts-name")),
            Column::new(view.t("mail-texts-meaning")),
        ],
        rows: names.iter().map(row).collect(),
        sorting: None,
        empty: html! {},
    }
    .render()
}

/// What a name stands for, in words.
pub(super) fn meaning(view: &View, name: &str) -> String {
    view.word("mail-name", &name.replace('.', "_"))
}

fn past(view: &View, text: &TextView, people: &People) -> Markup {
    let row = |past: &Past| {
        let word = match past.to {
            PastTo::Own => view.t("mail-texts-past-to-own"),
            PastTo::Shipped => view.t("mail-texts-past-to-shipped"),
        };
        vec![
            html! { (word) span.sub { (view.instant(past.at)) ", " (people.who(view, &past.by)) } },
            html! {
                @if past.to == PastTo::Own {
                    a.button.small href={ (address(text.kind, text.locale)) "?from=" (past.number) } { (view.t("mail-texts-past-edit")) }
                }
            },
        ]
    };
    Table {
        caption: view.t("mail-texts-past"),
        columns: vec![Column::new(view.t("audit-action")), Column::actions(view)],
        rows: text.past.iter().map(row).collect(),
        sorting: None,
        empty: table::empty(Icon::Pen, &view.t("mail-texts-past-empty"), "", &html! {}),
    }
    .render()
}
