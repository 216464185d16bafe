//! A run: how far it came, whom it waits for, what can be done about it.

use domain::id::NumberKind;
use engine::replacements::{
    ModuleProgress, ReplacedLine, ReplacedState, ReplacementNeeds, RunState, RunView,
};
use httpkit::{Params, Tone};
use maud::{Markup, html};

use super::{PATH, address, list::state};
use crate::{
    admin::{operations::waiting, people::People, pieces::dash},
    components::{
        badge::badge,
        card::{Tile, card, framed, tiles},
        dialog::{self, Question},
        facts::Facts,
        field,
        head::Head,
        icon::{Icon, icon},
        list::{self as lists, Filter, Pager},
        table::{self, Column, Table},
    },
    layout,
    view::View,
};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The run.
    pub run: RunView,
    /// One page of its services.
    pub rows: Vec<ReplacedLine>,
    /// The way to the next page of them.
    pub pager: Pager,
    /// The query of the address.
    pub query: Params,
    /// Who started it.
    pub people: People,
}

/// Who has to do something.
pub(super) fn needs(view: &View, needs: ReplacementNeeds) -> String {
    view.word("replace-needs", needs.word())
}

fn replaced_state(view: &View, state: ReplacedState) -> Markup {
    let tone = match state {
        ReplacedState::Queued | ReplacedState::Left => Tone::Neutral,
        ReplacedState::Begun => Tone::Info,
        ReplacedState::Replaced => Tone::Good,
        ReplacedState::Failed => Tone::Bad,
        ReplacedState::Skipped => Tone::Warn,
    };
    badge(tone, &view.word("replaced-state", state.word()))
}

/// The page.
#[must_use]
pub fn page(view: &View, shown: &Shown) -> Markup {
    let number = NumberKind::Replacement.show(shown.run.line.number);
    layout::staff(view, &number, &live(view, shown))
}

/// What the page holds; asked for again while the run is not over.
#[must_use]
pub(super) fn live(view: &View, shown: &Shown) -> Markup {
    let run = &shown.run;
    let base = address(run.line.id);
    let poll = run
        .line
        .ended_at
        .is_none()
        .then(|| format!("{base}/live{}", shown.query.query()));
    let head = Head::new(NumberKind::Replacement.show(run.line.number))
        .under(view.t("nav-replacements"), PATH)
        .badges(state(view, run.line.state))
        .text(run.line.why.clone())
        .actions(actions(view, run, &base));
    html! {
        div.stack id="live" hx-get=[poll.as_ref()] hx-trigger=[poll.as_ref().map(|_| "every 3s")] hx-swap=[poll.as_ref().map(|_| "outerMorph")] {
            (head.render(view))
            (figures(view, run, &base))
            div.split {
                div.stack { (framed("modules", &view.t("replace-modules"), &html! {}, &modules(view, &run.modules))) }
                div.stack { (facts(view, shown)) (waits(view, run)) }
            }
            (lists::filters(&at(view, &base), &shown.query, &[Filter::Choice {
                name: "state",
                label: view.t("column-state"),
                options: ReplacedState::ALL.iter().map(|state| (state.word().to_owned(), view.word("replaced-state", state.word()))).collect(),
            }]))
            (rows(view, &shown.rows))
            (lists::pager(&at(view, &base), &shown.query, &shown.pager))
        }
    }
}

/// The part that is renewed has an address of its own; its links lead to the page.
fn at(view: &View, base: &str) -> View {
    View {
        path: base.to_owned(),
        ..view.clone()
    }
}

fn actions(view: &View, run: &RunView, base: &str) -> Markup {
    html! {
        @match run.line.state {
            RunState::Running => { (field::action(&format!("{base}/pause"), "", &html! { (view.t("replace-pause")) })) }
            RunState::Paused => { (field::action(&format!("{base}/resume"), "primary", &html! { (view.t("replace-resume")) })) }
            RunState::Cancelled | RunState::Done => {}
        }
        @if matches!(run.line.state, RunState::Running | RunState::Paused) && run.line.counts.queued > 0 {
            (dialog::confirm(view, &Question {
                id: "cancel-rest",
                title: view.t("replace-cancel"),
                text: view.t_args("replace-cancel-text", &[("count", run.line.counts.queued.into())]),
                action: format!("{base}/cancel"),
                fields: html! {},
                class: "danger",
            }))
        }
        a.button href={ (base) "/report" } download { (icon(Icon::Download)) (view.t("replace-report")) }
    }
}

fn figures(view: &View, run: &RunView, base: &str) -> Markup {
    let counts = &run.line.counts;
    let tile = |state: ReplacedState, count: i64, tone| Tile {
        label: view.word("replaced-state", state.word()),
        figure: view.number(count),
        detail: String::new(),
        link: format!("{base}?state={}", state.word()),
        tone,
    };
    let mut shown = vec![
        tile(ReplacedState::Replaced, counts.replaced, Tone::Good),
        tile(ReplacedState::Begun, counts.begun, Tone::Info),
        tile(ReplacedState::Queued, counts.queued, Tone::Neutral),
    ];
    let others = [
        (ReplacedState::Failed, counts.failed, Tone::Bad),
        (ReplacedState::Left, counts.left, Tone::Neutral),
        (ReplacedState::Skipped, counts.skipped, Tone::Warn),
    ];
    shown.extend(
        others
            .into_iter()
            .filter(|(_, count, _)| *count > 0)
            .map(|(state, count, tone)| tile(state, count, tone)),
    );
    html! {
        (tiles(&shown))
        progress max=(counts.wanted().max(1)) value=(counts.replaced) aria-label=(view.t("replace-progress")) {}
    }
}

fn facts(view: &View, shown: &Shown) -> Markup {
    let line = &shown.run.line;
    let is_late = line.ended_at.is_none() && shown.run.expected_end.is_some_and(|end| end > line.deadline);
    let facts = Facts::new()
        .text(
            view.t("replace-started-by"),
            shown.people.who(view, &line.started_by),
        )
        .text(view.t("replace-begun"), view.instant(line.started_at))
        .text(view.t("replace-deadline"), view.instant(line.deadline))
        .maybe(
            view.t("replace-expected"),
            shown.run.expected_end.map(|end| view.instant(end)),
        )
        .maybe(view.t("replace-ended"), line.ended_at.map(|at| view.instant(at)));
    card(
        "facts",
        &view.t("replace-facts"),
        &html! {
            (facts.render())
            @if is_late { p { strong { (view.t("replace-too-late")) } } }
        },
    )
}

fn waits(view: &View, run: &RunView) -> Markup {
    let waits = &run.waits;
    let lines = [
        ("us", waits.us),
        ("clients", waits.clients),
        ("ca", waits.ca),
        ("staff", waits.staff),
        ("away", waits.away),
    ];
    html! {
        @if run.line.counts.begun > 0 {
            (card("waits", &view.t("replace-waits"), &lines.iter().filter(|(_, count)| *count > 0)
                .fold(Facts::new(), |facts, (who, count)| facts.text(view.word("replace-waits", who), view.number(*count)))
                .render()))
        }
    }
}

fn modules(view: &View, modules: &[ModuleProgress]) -> Markup {
    let row = |module: &ModuleProgress| {
        vec![
            html! {
                @if module.name.is_empty() { (dash()) } @else { (module.name) }
                @if let Some(held) = module.held { span.sub { (view.word("replace-held", held)) } }
            },
            html! { (view.number(module.counts.replaced)) " / " (view.number(module.counts.wanted())) },
            html! { (view.number(module.counts.begun)) },
            html! { (view.number(module.counts.queued)) },
        ]
    };
    Table {
        caption: view.t("replace-modules"),
        columns: vec![
            Column::new(view.t("column-module")),
            Column::numbers(view.t("replace-replaced")),
            Column::numbers(view.word("replaced-state", ReplacedState::Begun.word())),
            Column::numbers(view.word("replaced-state", ReplacedState::Queued.word())),
        ],
        rows: modules.iter().map(row).collect(),
        sorting: None,
        empty: html! {},
    }
    .render()
}

fn rows(view: &View, lines: &[ReplacedLine]) -> Markup {
    Table {
        caption: view.t("replace-certificates"),
        columns: vec![
            Column::numbers(view.t("replace-place")),
            Column::fit(view.t("column-service")),
            Column::new(view.t("services-column-name")),
            Column::new(view.t("column-account")),
            Column::new(view.t("replace-old-serial")),
            Column::new(view.t("replace-new-serial")),
            Column::new(view.t("column-state")),
            Column::new(view.t("replace-what-now")),
        ],
        rows: lines.iter().map(|line| row(view, line)).collect(),
        sorting: None,
        empty: table::empty(Icon::Search, &view.t("services-nothing-title"), "", &html! {}),
    }
    .render()
}

fn row(view: &View, line: &ReplacedLine) -> Vec<Markup> {
    vec![
        html! { (view.number(line.position)) },
        html! { a href={ "/admin/services/" (line.service) } { (NumberKind::Service.show(line.number)) } },
        html! { span.breakable { (line.main_name.unicode()) } },
        html! { a href={ "/admin/accounts/" (line.account) } { (line.account_name) } },
        html! { code.breakable { (line.old_serial) } },
        html! { @match &line.new_serial { Some(serial) => code.breakable { (serial) }, None => (dash()) } },
        replaced_state(view, line.state),
        html! {
            (what_now(view, line))
            @if let Some((id, number)) = line.operation { span.sub { a href={ "/admin/operations/" (id) } { (NumberKind::Operation.show(number)) } } }
        },
    ]
}

/// What happens or happened to it, in one sentence.
pub(super) fn what_now(view: &View, line: &ReplacedLine) -> String {
    if let Some(waiting) = &line.waiting {
        return waiting::sentence(view, &waiting.why);
    }
    match (line.state, &line.problem) {
        (ReplacedState::Skipped, Some(code)) => view.word("replace-not", code),
        (_, Some(text)) => text.clone(),
        (ReplacedState::Replaced, None) => line.ended_at.map(|at| view.instant(at)).unwrap_or_default(),
        (ReplacedState::Queued, None) if line.needs != ReplacementNeeds::Nobody => needs(view, line.needs),
        _ => String::new(),
    }
}
