//! What a check of the connection found, one line per step, with causes and advice.

use ca::{CheckFinding, CheckOutcome, CheckReport};
use httpkit::Tone;
use maud::{Markup, html};

use crate::{
    components::{
        facts::Facts,
        icon::{Icon, icon},
        note::note,
    },
    view::View,
};

/// The lines, with the sentence of the whole above them.
#[must_use]
pub fn findings(view: &View, report: &CheckReport) -> Markup {
    let (tone, key) = if report.is_ok() {
        (Tone::Good, "check-connected")
    } else {
        (Tone::Bad, "check-cannot-connect")
    };
    let outgoing = report
        .outgoing
        .map_or_else(|| view.t("check-outgoing-unknown"), |address| address.to_string());
    html! {
        (note(tone, &html! { p { strong { (view.t(key)) } } }))
        ul.findings { @for finding in &report.findings { (line(view, finding)) } }
        (Facts::new()
            .text(view.t("check-address"), &report.address)
            .text(view.t("check-outgoing"), outgoing)
            .render())
    }
}

/// One line.
#[must_use]
pub fn line(view: &View, finding: &CheckFinding) -> Markup {
    let step = view.word("check-step", finding.step.word());
    match &finding.outcome {
        CheckOutcome::Ok { detail } => html! {
            li.finding.good { (icon(Icon::Check)) div { strong { (step) } @if !detail.is_empty() { " " span.muted { (detail) } } } }
        },
        CheckOutcome::Skipped => html! {
            li.finding.wait { (icon(Icon::Info)) div { span { (step) } " " span.muted { (view.t("check-skipped")) } } }
        },
        CheckOutcome::Failed { causes, detail } => html! {
            li.finding.bad {
                (icon(Icon::Cross))
                div {
                    strong { (step) }
                    @for cause in causes {
                        p { (view.word("check-cause", cause.word())) }
                        ul { @for advice in cause.advice() { li { (view.word("advice", advice.word())) } } }
                    }
                    @if !detail.is_empty() { details.more { summary { (view.t("column-detail")) } code.breakable { (detail) } } }
                }
            }
        },
    }
}
