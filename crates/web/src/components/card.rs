//! A framed part of a page with its own heading.

use maud::{Markup, html};

/// A card; `id` names it for links and for the label of its region.
#[must_use]
pub fn card(id: &str, title: &str, body: &Markup) -> Markup {
    card_with(id, title, &html! {}, body)
}

/// A card with buttons beside its heading.
#[must_use]
pub fn card_with(id: &str, title: &str, actions: &Markup, body: &Markup) -> Markup {
    framed(id, title, actions, &html! { div.card-body { (body) } })
}

/// A card that a table or another part fills to its edges.
#[must_use]
pub fn framed(id: &str, title: &str, actions: &Markup, body: &Markup) -> Markup {
    let heading = format!("{id}-heading");
    html! {
        section.card id=(id) aria-labelledby=(heading) {
            header {
                h2 id=(heading) { (title) }
                @if !actions.0.is_empty() { div.actions { (actions) } }
            }
            (body)
        }
    }
}

/// A figure with its label, often a link to what it counts.
#[derive(Debug, Clone)]
pub struct Tile {
    /// What is counted.
    pub label: String,
    /// The count or amount, as shown.
    pub figure: String,
    /// A word more.
    pub detail: String,
    /// Where it leads, or empty.
    pub link: String,
    /// Its colour.
    pub tone: httpkit::Tone,
}

/// A row of figures.
#[must_use]
pub fn tiles(tiles: &[Tile]) -> Markup {
    let inner = |tile: &Tile| {
        html! {
            span.label { (tile.label) }
            span.figure { (tile.figure) }
            @if !tile.detail.is_empty() { span.label { (tile.detail) } }
        }
    };
    html! {
        ul.tiles {
            @for tile in tiles {
                li {
                    @if tile.link.is_empty() { div.tile.(tile.tone.word()) { (inner(tile)) } }
                    @else { a.tile.(tile.tone.word()) href=(tile.link) { (inner(tile)) } }
                }
            }
        }
    }
}
