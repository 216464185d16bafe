//! What happened, in order.

use httpkit::Tone;
use maud::{Markup, html};

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
