//! The runs, newest first.

use domain::id::NumberKind;
use engine::replacements::{RunLine, RunState};
use httpkit::{Params, Tone};
use maud::{Markup, html};

use super::{PATH, address};
use crate::{
    admin::people::People,
    components::{
        badge::badge,
        head::Head,
        icon::Icon,
        list::{self, Pager},
        table::{self, Column, Table},
    },
    layout,
    view::View,
};

/// Where a run stands.
pub(super) fn state(view: &View, state: RunState) -> Markup {
    let tone = match state {
        RunState::Running => Tone::Info,
        RunState::Paused => Tone::Warn,
        RunState::Cancelled => Tone::Neutral,
        RunState::Done => Tone::Good,
    };
    badge(tone, &view.word("replace-state", state.word()))
}

/// The list.
#[must_use]
pub fn page(view: &View, query: &Params, runs: &[RunLine], people: &People, pager: &Pager) -> Markup {
    let title = view.t("nav-replacements");
    let new = html! { a.button.primary href={ (PATH) "/new" } { (view.t("replace-title")) } };
    let rows = Table {
        caption: title.clone(),
        columns: vec![
            Column::fit(view.t("column-number")),
            Column::new(view.t("replace-why")),
            Column::fit(view.t("replace-begun")),
            Column::fit(view.t("replace-deadline")),
            Column::new(view.t("replace-started-by")),
            Column::numbers(view.t("replace-replaced")),
            Column::numbers(view.t("replace-open")),
            Column::new(view.t("column-state")),
        ],
        rows: runs.iter().map(|run| row(view, run, people)).collect(),
        sorting: None,
        empty: table::empty(
            Icon::Check,
            &view.t("replace-none-title"),
            &view.t("replace-none-text"),
            &html! { a.button href={ (PATH) "/new" } { (view.t("replace-title")) } },
        ),
    };
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("replace-list-text")).actions(new).render(view))
            (rows.render())
            (list::pager(view, query, pager))
        },
    )
}

fn row(view: &View, run: &RunLine, people: &People) -> Vec<Markup> {
    let counts = &run.counts;
    vec![
        html! { a href=(address(run.id)) { (NumberKind::Replacement.show(run.number)) } },
        html! { (run.why) },
        html! { (view.instant(run.started_at)) },
        html! { (view.instant(run.deadline)) },
        html! { (people.who(view, &run.started_by)) },
        html! { (view.number(counts.replaced)) " / " (view.number(counts.wanted())) },
        html! { (view.number(counts.open())) },
        state(view, run.state),
    ]
}
