//! Filters above a table, and the way to its next page.

use httpkit::Params;
use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::view::View;

/// A filter of a list; its name is the word in the query.
#[derive(Debug, Clone)]
pub enum Filter {
    /// A search field.
    Search {
        /// Word in the query.
        name: &'static str,
        /// The label.
        label: String,
    },
    /// One of several; the empty choice means all.
    Choice {
        /// Word in the query.
        name: &'static str,
        /// The label.
        label: String,
        /// Value and text.
        options: Vec<(String, String)>,
    },
    /// A day.
    Day {
        /// Word in the query.
        name: &'static str,
        /// The label.
        label: String,
    },
}

/// The form of the filters. It is a GET, so a filtered list has an address of its own.
#[must_use]
pub fn filters(view: &View, query: &Params, filters: &[Filter]) -> Markup {
    let kept = query.find("sort").filter(|sort| !sort.is_empty());
    let is_filtered = filters.iter().any(|filter| !query.text(filter.name()).is_empty());
    html! {
        search {
            form.filters method="get" action=(view.path) {
                @for filter in filters { (field(view, query, filter)) }
                @if let Some(sort) = kept { input type="hidden" name="sort" value=(sort); }
                button.button type="submit" { (icon(Icon::Search)) (view.t("action-filter")) }
                @if is_filtered { a.button href=(view.path) { (view.t("action-clear")) } }
            }
        }
    }
}

impl Filter {
    const fn name(&self) -> &'static str {
        match self {
            Self::Search { name, .. } | Self::Choice { name, .. } | Self::Day { name, .. } => name,
        }
    }
}

fn field(view: &View, query: &Params, filter: &Filter) -> Markup {
    let name = filter.name();
    let id = format!("filter-{name}");
    let given = query.text(name);
    match filter {
        Filter::Search { label, .. } => html! {
            div.field.wide {
                label for=(id) { (label) }
                input type="search" id=(id) name=(name) value=(given) maxlength="200" autocomplete="off";
            }
        },
        Filter::Choice { label, options, .. } => html! {
            div.field {
                label for=(id) { (label) }
                select id=(id) name=(name) data-submit {
                    option value="" { (view.t("filter-all")) }
                    @for (value, text) in options { option value=(value) selected[value == given] { (text) } }
                }
            }
        },
        Filter::Day { label, .. } => html! {
            div.field {
                label for=(id) { (label) }
                input type="date" id=(id) name=(name) value=(given);
            }
        },
    }
}

/// The line under a table: how many there are, and the way on. Deep lists go by keys, so there is no last page.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// How many there are, as shown.
    pub total: Option<String>,
    /// The query of the next page.
    pub next: Option<String>,
}

/// Leaves the rows of one page of a list that is all at hand: there `after` counts the rows before the page.
pub fn leave_page<T>(rows: &mut Vec<T>, query: &Params, size: usize) -> Pager {
    let before = query.read_as::<usize>("after").unwrap_or(0).min(rows.len());
    rows.drain(..before);
    let has_more = rows.len() > size;
    rows.truncate(size);
    Pager {
        total: None,
        next: has_more.then(|| (before + size).to_string()),
    }
}

/// The pager. The way back is the browser's, and the first page has a link.
#[must_use]
pub fn pager(view: &View, query: &Params, pager: &Pager) -> Markup {
    let is_first = query.text("after").is_empty();
    if pager.next.is_none() && is_first && pager.total.is_none() {
        return html! {};
    }
    html! {
        nav.pager aria-label=(view.t("label-pages")) {
            span { @if let Some(total) = &pager.total { (total) } }
            div.actions {
                @if !is_first { a.button.small href={ (view.path) (query.without(&["after"]).query()) } { (view.t("action-first-page")) } }
                @if let Some(next) = &pager.next {
                    a.button.small rel="next" href={ (view.path) (query.with("after", next.clone()).query()) } { (view.t("action-next-page")) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_list_at_hand_hold_every_row_once() {
        let mut query = Params::default();
        let mut seen = Vec::new();
        let mut count = 0;
        loop {
            let mut rows: Vec<usize> = (0..7).collect();
            let pager = leave_page(&mut rows, &query, 3);
            seen.extend(rows);
            count += 1;
            let Some(next) = pager.next else { break };
            query = query.with("after", next);
        }
        assert_eq!((count, seen), (3, (0..7).collect()));
    }

    #[test]
    fn a_page_beyond_the_end_or_without_sense_is_no_failure() {
        for (after, expected) in [("99", 0), ("-1", 3), ("x", 3), ("6", 1)] {
            let mut rows: Vec<u8> = (0..7).collect();
            leave_page(&mut rows, &Params::from([("after", after)]), 3);
            assert_eq!(rows.len(), expected, "{after}");
        }
    }
}
