//! What happened, in order; and certificates along their paid term, drawn on the server.

use httpkit::Tone;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::view::View;

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its colour.
    pub tone: Tone,
    /// When, as shown.
    pub when: String,
    /// What.
    pub title: String,
    /// More of it.
    pub body: Markup,
}

/// The list.
#[must_use]
pub fn timeline(events: &[Event]) -> Markup {
    html! {
        ol.timeline {
            @for event in events {
                li.(event.tone.word()) {
                    div { strong { (event.title) } " " span.when { (event.when) } }
                    @if !event.body.0.is_empty() { div { (event.body) } }
                }
            }
        }
    }
}

/// A certificate on the drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// Whether it is there, comes by itself, or waits for somebody.
    pub kind: StretchKind,
    /// What it is, for who points at it.
    pub title: String,
}

/// What a stretch stands for; its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StretchKind {
    /// A certificate that was replaced.
    Past,
    /// The certificate in use.
    Present,
    /// One that comes by itself.
    Coming,
    /// One that needs somebody.
    NeedsSomebody,
}

impl StretchKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Past => "past",
            Self::Present => "present",
            Self::Coming => "coming",
            Self::NeedsSomebody => "needs",
        }
    }
}

/// Height of a stretch and of the drawing, in units of the drawing; the style sheet stretches it.
const BAR: i64 = 8;
const HEIGHT: i64 = 22;

/// Certificates side by side along the days, in two rows, so that their overlap shows; the list beside the drawing says
/// the same in words.
#[must_use]
pub fn stretches(view: &View, caption: &str, stretches: &[Stretch], today: Date) -> Markup {
    let (Some(first), Some(last)) = (
        stretches.iter().map(|one| one.from).min(),
        stretches.iter().map(|one| one.to).max(),
    ) else {
        return html! {};
    };
    let place = |day: Date| i64::from((day - first).get_days());
    let width = place(last).max(1);
    html! {
        figure.stretches {
            svg viewBox={ "0 0 " (width) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-label=(caption) {
                @for (number, one) in stretches.iter().enumerate() {
                    @let row = if number % 2 == 0 { 1 } else { HEIGHT - BAR - 1 };
                    rect.(one.kind.word()) x=(place(one.from)) y=(row) width=(place(one.to) - place(one.from)) height=(BAR) {
                        title { (one.title) }
                    }
                }
                @if first <= today && today <= last {
                    line x1=(place(today)) x2=(place(today)) y1="0" y2=(HEIGHT) {}
                }
            }
            div.chart-days aria-hidden="true" { span { (view.date(first)) } span { (view.date(last)) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::state::Role;
    use jiff::civil::date;

    use super::*;
    use crate::view::sample;

    #[test]
    fn certificates_lie_where_their_days_are() {
        let view = sample::signed(Role::Owner, "/services");
        let one = |from, to, kind| Stretch {
            from,
            to,
            kind,
            title: "A <certificate>".into(),
        };
        let drawn = stretches(
            &view,
            "Certificates",
            &[
                one(date(2026, 11, 1), date(2026, 11, 11), StretchKind::Present),
                one(date(2026, 11, 9), date(2026, 11, 21), StretchKind::NeedsSomebody),
            ],
            date(2026, 11, 6),
        )
        .into_string();
        for wanted in [
            "viewBox=\"0 0 20 22\"",
            "<rect class=\"present\" x=\"0\" y=\"1\" width=\"10\"",
            "<rect class=\"needs\" x=\"8\" y=\"13\" width=\"12\"",
            "<line x1=\"5\" x2=\"5\"",
            "A &lt;certificate&gt;",
        ] {
            assert!(drawn.contains(wanted), "{wanted}: {drawn}");
        }
        assert!(stretches(&view, "Nothing", &[], date(2026, 11, 6)).0.is_empty());
    }
}
