//! Tables of rows: sortable heads, cards on narrow screens, something to do when there is nothing.

use httpkit::Params;
use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::view::View;

/// How the cells of a column lie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lie {
    /// Text, from the start of the line.
    #[default]
    Start,
    /// Numbers and amounts, to its end.
    End,
    /// As narrow as its content.
    Fit,
    /// Buttons; the head is for screen readers only.
    Actions,
}

/// The head of a column.
#[derive(Debug, Clone)]
pub struct Column {
    title: String,
    lie: Lie,
    sort: Option<&'static str>,
}

impl Column {
    /// A column of text.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            lie: Lie::Start,
            sort: None,
        }
    }

    /// A column of numbers.
    #[must_use]
    pub fn numbers(title: impl Into<String>) -> Self {
        Self {
            lie: Lie::End,
            ..Self::new(title)
        }
    }

    /// A column as narrow as its content.
    #[must_use]
    pub fn fit(title: impl Into<String>) -> Self {
        Self {
            lie: Lie::Fit,
            ..Self::new(title)
        }
    }

    /// The column of buttons.
    #[must_use]
    pub fn actions(view: &View) -> Self {
        Self {
            lie: Lie::Actions,
            ..Self::new(view.t("column-actions"))
        }
    }

    /// Sorted by this word of the query.
    #[must_use]
    pub fn sorted_by(mut self, word: &'static str) -> Self {
        self.sort = Some(word);
        self
    }
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    /// What it lists, for screen readers.
    pub caption: String,
    /// The heads.
    pub columns: Vec<Column>,
    /// Cells, as many per row as there are heads.
    pub rows: Vec<Vec<Markup>>,
    /// The query that sorting changes, and the word sorted by when it names none; none for an unsorted table.
    pub sorting: Option<(&'a Params, &'static str)>,
    /// Shown instead of no rows.
    pub empty: Markup,
}

impl Table<'_> {
    /// The table, or what is said when it is empty.
    #[must_use]
    pub fn render(&self) -> Markup {
        if self.rows.is_empty() {
            return html! { div.table-wrap { (self.empty) } };
        }
        html! {
            // A group, not a landmark: the card around it may be one of the same name.
            div.table-wrap tabindex="0" role="group" aria-label=(self.caption) {
                table.cards {
                    caption.visually-hidden { (self.caption) }
                    thead { tr { @for column in &self.columns { (self.head(column)) } } }
                    tbody { @for row in &self.rows { tr { @for (cell, column) in row.iter().zip(&self.columns) { (td(cell, column)) } } } }
                }
            }
        }
    }

    fn head(&self, column: &Column) -> Markup {
        let class = class(column.lie);
        let Some((word, (query, default))) = column.sort.zip(self.sorting) else {
            return html! {
                th.(class) scope="col" {
                    @if column.lie == Lie::Actions { span.visually-hidden { (column.title) } } @else { (column.title) }
                }
            };
        };
        let given = query.find("sort").unwrap_or(default);
        let (given_word, is_descending) = given
            .strip_prefix('-')
            .map_or((given, false), |word| (word, true));
        let is_current = given_word == word;
        let next = if is_current && !is_descending {
            format!("-{word}")
        } else {
            word.to_owned()
        };
        let order = if is_descending { "descending" } else { "ascending" };
        html! {
            th.(class) scope="col" aria-sort=[is_current.then_some(order)] {
                a href=(query.without(&["after", "page"]).with("sort", next).query()) {
                    (column.title)
                    @if is_current { (icon(if is_descending { Icon::ArrowDown } else { Icon::ArrowUp })) }
                }
            }
        }
    }
}

fn td(cell: &Markup, column: &Column) -> Markup {
    let label = if column.lie == Lie::Actions {
        ""
    } else {
        column.title.as_str()
    };
    html! { td.(class(column.lie)) data-label=(label) { div { (cell) } } }
}

const fn class(lie: Lie) -> &'static str {
    match lie {
        Lie::Start => "start",
        Lie::End => "end",
        Lie::Fit | Lie::Actions => "fit",
    }
}

/// What is said instead of no rows: a title, a sentence, what to do.
#[must_use]
pub fn empty(sign: Icon, title: &str, text: &str, action: &Markup) -> Markup {
    html! {
        div.empty { (icon(sign)) strong { (title) } @if !text.is_empty() { p { (text) } } (action) }
    }
}
