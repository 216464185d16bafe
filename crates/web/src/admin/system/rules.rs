//! The dated rules: what changes next and when, what holds now, what each CA does, and which file says so.

use axum::response::Response;
use domain::rules::{CaRow, Change, ChangeOf, MethodRule, ReuseKind, RevokesFormer, Row, Source};
use engine::rules::{Origin, RulesView};
use httpkit::{Failure, Tone};
use jiff::civil::Date;
use maud::{Markup, html};

use crate::{
    admin::pieces::dash,
    components::{
        badge::badge,
        card::{card, framed},
        facts::Facts,
        head::Head,
        icon::Icon,
        table::{self, Column, Table},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::AdministratorVisit,
};

/// The route of the dated rules.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Administrator).get("/admin/rules", show)
}

async fn show(visit: AdministratorVisit) -> Result<Response, Failure> {
    let rules = visit.engine.rules().show(&visit.actor)?;
    Ok(visit.page(page(&visit.view, &rules)))
}

/// The page.
#[must_use]
pub fn page(view: &View, shown: &RulesView) -> Markup {
    let title = view.t("nav-rules");
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("rules-text")).render(view))
            (framed("changes", &view.t("rules-changes"), &html! {}, &changes(view, shown)))
            div.split {
                div.stack {
                    (framed("validity", &view.t("rules-validity"), &html! {}, &days(view, &view.t("rules-validity"), shown.rules.validity().iter().map(|row| (String::new(), row)), shown.today)))
                    (framed("reuse", &view.t("rules-reuse"), &html! {}, &reuse(view, shown)))
                }
                div.stack { (file(view, shown)) (lead(view, shown)) }
            }
            (framed("methods", &view.t("rules-methods"), &html! {}, &methods(view, shown)))
            (framed("cas", &view.t("rules-cas"), &html! {}, &cas(view, shown)))
        },
    )
}

fn file(view: &View, shown: &RulesView) -> Markup {
    let origin = match &shown.origin {
        Origin::BuiltIn => html! { (view.t("rules-built-in")) },
        Origin::File(path) => html! { code.breakable { (path.display()) } },
    };
    card(
        "file",
        &view.t("rules-file"),
        &Facts::new()
            .markup(view.t("rules-origin"), origin)
            .text(view.t("rules-edition"), view.date(shown.rules.edition()))
            .markup("SHA-256", html! { code.breakable { (shown.digest) } })
            .render(),
    )
}

fn lead(view: &View, shown: &RulesView) -> Markup {
    let lead = shown.rules.lead();
    card(
        "lead",
        &view.t("rules-lead"),
        &html! {
            p { (view.t_args("rules-lead-text", &[("days", lead.most_days.into()), ("part", lead.part.into())])) }
            p { (view.t_args("rules-lead-least", &[("count", lead.least_piece_days.into())])) }
            p { (view.t_args("rules-lead-organisation", &[("count", lead.organisation_days.into())])) }
            p.muted.small { (source(view, &lead.source)) }
        },
    )
}

/// Who says so, and a mark where nobody could read it there.
fn source(view: &View, source: &Source) -> Markup {
    html! { (source.text) @if source.is_assumed { " " (badge(Tone::Warn, &view.t("rules-assumed"))) } }
}

fn changes(view: &View, shown: &RulesView) -> Markup {
    Table {
        caption: view.t("rules-changes"),
        columns: vec![
            Column::fit(view.t("rules-from")),
            Column::new(view.t("rules-what")),
            Column::new(view.t("rules-source")),
        ],
        rows: shown
            .changes
            .iter()
            .map(|change| {
                vec![
                    html! { (view.date(change.on)) },
                    html! { (said(view, shown, change)) },
                    source(view, &change.source),
                ]
            })
            .collect(),
        sorting: None,
        empty: table::empty(Icon::Check, &view.t("rules-no-changes"), "", &html! {}),
    }
    .render()
}

fn said(view: &View, shown: &RulesView, change: &Change) -> String {
    let method = |number: &str| {
        let found = shown.rules.method_numbered(number);
        found.map_or_else(|| number.to_owned(), |rule| format!("{} ({number})", rule.title))
    };
    match &change.what {
        ChangeOf::Validity(days) => view.t_args("rules-change-validity", &[("count", (*days).into())]),
        ChangeOf::Reuse(kind, days) => view.t_args(
            &format!("rules-change-reuse-{}", kind.word()),
            &[("count", (*days).into())],
        ),
        ChangeOf::MethodDiscouraged(number) => {
            view.t_args("rules-change-discouraged", &[("method", method(number).into())])
        }
        ChangeOf::MethodForbidden(number) => {
            view.t_args("rules-change-forbidden", &[("method", method(number).into())])
        }
        ChangeOf::Requirement(requirement) => view.word("rules-requirement", requirement.word()),
        ChangeOf::Ca(place) => shown
            .rules
            .ca_rows()
            .get(*place)
            .map(|row| format!("{}: {}", of(view, row), decides(view, row).join("; ")))
            .unwrap_or_default(),
    }
}

/// Rows of days, with the one that holds today marked.
fn days<'a>(
    view: &View,
    caption: &str,
    rows: impl Iterator<Item = (String, &'a Row<u16>)>,
    today: Date,
) -> Markup {
    let rows: Vec<(String, &Row<u16>)> = rows.collect();
    let holds = |what: &str, row: &Row<u16>| {
        let last = rows
            .iter()
            .filter(|(other, row)| other == what && row.from <= today)
            .map(|(_, row)| row.from)
            .max();
        last == Some(row.from)
    };
    let has_kinds = rows.iter().any(|(what, _)| !what.is_empty());
    let mut columns = vec![
        Column::fit(view.t("rules-from")),
        Column::numbers(view.t("rules-days")),
        Column::new(view.t("rules-source")),
    ];
    if has_kinds {
        columns.insert(0, Column::new(view.t("rules-what")));
    }
    Table {
        caption: caption.to_owned(),
        columns,
        rows: rows
            .iter()
            .map(|(what, row)| {
                let mut cells = vec![
                    html! { (view.date(row.from)) @if holds(what, row) { " " (badge(Tone::Good, &view.t("rules-now"))) } },
                    html! { (row.value) },
                    source(view, &row.source),
                ];
                if has_kinds {
                    cells.insert(0, html! { (what) });
                }
                cells
            })
            .collect(),
        sorting: None,
        empty: html! {},
    }
    .render()
}

fn reuse(view: &View, shown: &RulesView) -> Markup {
    let rows = ReuseKind::ALL.iter().flat_map(|kind| {
        let what = view.word("rules-reuse", kind.word());
        shown
            .rules
            .reuse(*kind)
            .iter()
            .map(move |row| (what.clone(), row))
    });
    days(view, &view.t("rules-reuse"), rows, shown.today)
}

fn methods(view: &View, shown: &RulesView) -> Markup {
    let row = |rule: &MethodRule| {
        let ways: Vec<String> = rule
            .methods
            .iter()
            .map(|method| view.word("validation-method", method.word()))
            .collect();
        let (tone, word) = match (rule.forbidden_from, rule.discouraged_from) {
            (Some(end), _) if end <= shown.today => (Tone::Bad, "rules-forbidden"),
            (_, Some(from)) if from <= shown.today => (Tone::Warn, "rules-discouraged"),
            _ => (Tone::Good, "rules-allowed"),
        };
        vec![
            html! { code { (rule.number) } },
            html! { (rule.title) @if !ways.is_empty() { span.sub { (ways.join(", ")) } } },
            html! { (badge(tone, &view.t(word))) },
            html! { @match rule.forbidden_from { Some(day) => (view.date(day)), None => (dash()) } },
            html! { (view.word("rules-covers", rule.covers.word())) },
            source(view, &rule.source),
        ]
    };
    Table {
        caption: view.t("rules-methods"),
        columns: vec![
            Column::fit(view.t("rules-number")),
            Column::new(view.t("rules-method")),
            Column::fit(view.t("column-state")),
            Column::fit(view.t("rules-ends")),
            Column::new(view.t("rules-proves")),
            Column::new(view.t("rules-source")),
        ],
        rows: shown.rules.methods().iter().map(row).collect(),
        sorting: None,
        empty: html! {},
    }
    .render()
}

fn cas(view: &View, shown: &RulesView) -> Markup {
    Table {
        caption: view.t("rules-cas"),
        columns: vec![
            Column::new(view.t("rules-of")),
            Column::fit(view.t("rules-from")),
            Column::new(view.t("rules-what")),
            Column::new(view.t("rules-source")),
        ],
        rows: shown
            .rules
            .ca_rows()
            .iter()
            .map(|row| {
                vec![
                    html! { (of(view, row)) },
                    html! { @match row.from { Some(day) => (view.date(day)), None => (dash()) } },
                    html! { ul.plain-list { @for text in decides(view, row) { li { (text) } } } },
                    source(view, &row.source),
                ]
            })
            .collect(),
        sorting: None,
        empty: html! {},
    }
    .render()
}

/// For which products a row holds.
fn of(view: &View, row: &CaRow) -> String {
    let mut parts: Vec<String> = row.of.connector.iter().cloned().collect();
    parts.extend((!row.of.brands.is_empty()).then(|| row.of.brands.join(", ")));
    parts.extend(
        row.of
            .levels
            .iter()
            .map(|level| view.word("validation-level", level.word())),
    );
    parts.extend(
        row.of
            .kinds
            .iter()
            .map(|kind| view.word("product-kind", kind.word())),
    );
    if parts.is_empty() {
        return view.t("rules-every-ca");
    }
    parts.join(" · ")
}

/// What a row decides, in words.
fn decides(view: &View, row: &CaRow) -> Vec<String> {
    let counted = |key: &str, count: Option<u16>| {
        count.map(|count| view.t_args(&format!("rules-ca-{key}"), &[("count", count.into())]))
    };
    let mut said: Vec<String> = [
        counted("below-cap", row.below_cap_days),
        counted("most", row.most_days),
        counted("anniversary", row.anniversary_above_days),
        row.domain_reuse_days.map(|count| match count {
            0 => view.t("rules-ca-no-reuse"),
            _ => view.t_args("rules-ca-domain-reuse", &[("count", count.into())]),
        }),
        counted("organisation-reuse", row.organisation_reuse_days),
    ]
    .into_iter()
    .flatten()
    .collect();
    said.extend(
        row.remaining
            .map(|remaining| view.word("rules-remaining", remaining.word())),
    );
    said.extend(row.revokes_former.map(|revokes| match revokes {
        RevokesFormer::Never => view.t("plan-revokes-never"),
        RevokesFormer::OnNameRemoval { .. } => view.t("plan-revokes-on-name-removal"),
        RevokesFormer::Always { after_hours } => {
            view.t_args("plan-revokes-always", &[("count", after_hours.into())])
        }
    }));
    said.extend(row.term_unit.map(|unit| view.word("rules-unit", unit.word())));
    said
}
