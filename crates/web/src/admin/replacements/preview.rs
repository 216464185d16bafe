//! What a run would do, before it is started.

use domain::id::{NumberKind, ServiceId};
use engine::replacements::{Candidate, ModuleShare, Preview, ReplacementNeeds};
use httpkit::{Form, Tone};
use maud::{Markup, html};

use super::{PATH, choose, show::needs};
use crate::{
    admin::pieces::day,
    components::{
        card::{card, framed},
        facts::Facts,
        head::Head,
        icon::Icon,
        note::{note, sentence},
        table::{self, Column, Table},
    },
    layout,
    view::View,
};

/// Unknown lines that are shown.
const UNKNOWN: usize = 20;

/// The page.
#[must_use]
pub fn page(view: &View, form: &Form, preview: &Preview) -> Markup {
    let title = view.t("replace-preview-title");
    let count = ("count", i64::from(preview.services).into());
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(view.t("nav-replacements"), PATH).under(view.t("replace-title"), format!("{PATH}/new")).render(view))
            @if preview.services == 0 {
                (sentence(Tone::Bad, &view.t("replace-nothing")))
            } @else {
                (card("replace", &view.t_args("replace-will", std::slice::from_ref(&count)), &html! {
                    (Facts::new()
                        .text(view.t("replace-deadline"), view.instant(preview.deadline))
                        .text(view.t("replace-why"), form.value("why"))
                        .render())
                    p { (view.t("replace-will-text")) }
                    form.actions method="post" action=(PATH) {
                        (choose::hidden(form))
                        input type="hidden" name="expected" value=(preview.services);
                        button.button.danger type="submit" { (view.t_args("replace-start", std::slice::from_ref(&count))) }
                        a.button href={ (PATH) "/new" } { (view.t("action-cancel")) }
                    }
                }))
                (framed("modules", &view.t("replace-modules"), &html! {}, &modules(view, preview)))
            }
            (attended(view, preview))
            (skipped(view, preview))
            @if !preview.unknown.is_empty() {
                (note(Tone::Warn, &html! {
                    p { (view.t_args("replace-unknown", &[("count", preview.unknown.len().into())])) }
                    ul { @for line in preview.unknown.iter().take(UNKNOWN) { li { code.breakable { (line) } } } }
                    @if preview.unknown.len() > UNKNOWN { p { "…" } }
                }))
            }
            @if !preview.first.is_empty() { (framed("order", &view.t("replace-order"), &html! {}, &order(view, &preview.first))) }
        },
    )
}

fn modules(view: &View, preview: &Preview) -> Markup {
    let row = |share: &ModuleShare| {
        let limit = match share.per_second {
            Some(most) => view.t_args("replace-per-second", &[("count", i64::from(most).into())]),
            None => view.t("replace-no-limit"),
        };
        let seconds = share.takes.as_secs();
        let is_late = jiff::SignedDuration::from_secs(seconds) > preview.deadline.duration_since(view.now);
        vec![
            html! { (share.name) },
            html! { (view.number(share.services)) },
            html! { (view.number(share.unattended)) },
            html! { (limit) ", " (view.t_args("replace-at-once", &[("count", i64::from(share.at_once).into())])) },
            html! {
                (takes(view, seconds))
                @if is_late { span.sub { strong { (view.t("replace-too-late")) } } }
            },
        ]
    };
    Table {
        caption: view.t("replace-modules"),
        columns: vec![
            Column::new(view.t("column-module")),
            Column::numbers(view.t("replace-certificates")),
            Column::numbers(view.t("replace-unattended")),
            Column::new(view.t("replace-limits")),
            Column::new(view.t("replace-takes")),
        ],
        rows: preview.modules.iter().map(row).collect(),
        sorting: None,
        empty: html! {},
    }
    .render()
}

/// A duration in the largest whole unit that says enough.
fn takes(view: &View, seconds: i64) -> String {
    let (key, count) = match seconds {
        0..120 => ("replace-seconds", seconds),
        120..7_200 => ("replace-minutes", seconds / 60),
        _ => ("replace-hours-count", seconds / 3_600),
    };
    view.t_args(key, &[("count", count.into())])
}

fn attended(view: &View, preview: &Preview) -> Markup {
    html! {
        @if !preview.attended.is_empty() {
            (card("attended", &view.t("replace-attended"), &html! {
                p { (view.t("replace-attended-text")) }
                ul {
                    @for one in &preview.attended {
                        li { strong { (view.number(one.count)) } " · " (needs(view, one.needs)) ": " (view.word("replace-why", one.why)) (examples(&one.examples, one.count)) }
                    }
                }
            }))
        }
    }
}

fn skipped(view: &View, preview: &Preview) -> Markup {
    html! {
        @if !preview.skipped.is_empty() {
            (card("skipped", &view.t("replace-skipped"), &html! {
                ul {
                    @for one in &preview.skipped {
                        li { strong { (view.number(one.count)) } " · " (view.word("replace-not", &one.why)) (examples(&one.examples, one.count)) }
                    }
                }
            }))
        }
    }
}

fn examples(services: &[(ServiceId, i64)], count: u32) -> Markup {
    let shown = u32::try_from(services.len()).unwrap_or(u32::MAX);
    html! {
        span.sub {
            @for (place, (id, number)) in services.iter().enumerate() {
                @if place > 0 { ", " }
                a href={ "/admin/services/" (id) } { (NumberKind::Service.show(*number)) }
            }
            @if count > shown { ", …" }
        }
    }
}

fn order(view: &View, first: &[Candidate]) -> Markup {
    let row = |one: &Candidate| {
        vec![
            html! { a href={ "/admin/services/" (one.service) } { (NumberKind::Service.show(one.number)) } },
            html! { span.breakable { (one.main_name.unicode()) } },
            day(view, one.end_date),
            html! { @if one.needs == ReplacementNeeds::Nobody { (view.t("replace-needs-nobody")) } @else { (needs(view, one.needs)) } },
        ]
    };
    Table {
        caption: view.t("replace-order"),
        columns: vec![
            Column::fit(view.t("column-number")),
            Column::new(view.t("services-column-name")),
            Column::fit(view.t("column-end-date")),
            Column::new(view.t("replace-needs")),
        ],
        rows: first.iter().map(row).collect(),
        sorting: None,
        empty: table::empty(Icon::Check, "", "", &html! {}),
    }
    .render()
}
