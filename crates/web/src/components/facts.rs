//! Names and values, one under the other.

use maud::{Markup, html};

/// A list of facts, built line by line; empty values are left out or shown as a dash, as the page says.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    lines: Vec<(String, Markup)>,
}

impl Facts {
    /// No line yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A line with a text; a dash when it is empty.
    #[must_use]
    pub fn text(self, name: impl Into<String>, value: impl AsRef<str>) -> Self {
        let value = value.as_ref();
        let shown = if value.is_empty() {
            html! { span.muted { "—" } }
        } else {
            html! { (value) }
        };
        self.markup(name, shown)
    }

    /// A line with markup.
    #[must_use]
    pub fn markup(mut self, name: impl Into<String>, value: Markup) -> Self {
        self.lines.push((name.into(), value));
        self
    }

    /// A line when there is a value.
    #[must_use]
    pub fn maybe(self, name: impl Into<String>, value: Option<String>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// The list.
    #[must_use]
    pub fn render(&self) -> Markup {
        html! { dl.facts { @for (name, value) in &self.lines { dt { (name) } dd { (value) } } } }
    }
}
