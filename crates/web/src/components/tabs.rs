//! Pages of one thing, side by side. Each tab is a page of its own, so each works without script.

use maud::{Markup, html};

/// A row of tabs: text, address; `current` is the address of the shown one.
#[must_use]
pub fn tabs(label: &str, current: &str, entries: &[(String, String)]) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            @for (text, address) in entries {
                a href=(address) aria-current=[(address == current).then_some("page")] { (text) }
            }
        }
    }
}
