//! The head of a page: where we are, what it is called, what can be done.

use maud::{Markup, html};

use crate::view::View;

/// The head of a page.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// The pages above: text and address.
    pub crumbs: Vec<(String, String)>,
    /// The heading.
    pub title: String,
    /// Badges beside it.
    pub badges: Markup,
    /// A line under it.
    pub text: String,
    /// Buttons.
    pub actions: Markup,
}

impl Head {
    /// Only a heading.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// Under a page.
    #[must_use]
    pub fn under(mut self, text: impl Into<String>, address: impl Into<String>) -> Self {
        self.crumbs.push((text.into(), address.into()));
        self
    }

    /// With badges.
    #[must_use]
    pub fn badges(mut self, badges: Markup) -> Self {
        self.badges = badges;
        self
    }

    /// With a line under the heading.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// With buttons.
    #[must_use]
    pub fn actions(mut self, actions: Markup) -> Self {
        self.actions = actions;
        self
    }

    /// The head.
    #[must_use]
    pub fn render(&self, view: &View) -> Markup {
        html! {
            div.head {
                div.head-text {
                    @if !self.crumbs.is_empty() {
                        nav aria-label=(view.t("label-breadcrumbs")) {
                            ol.crumbs { @for (text, address) in &self.crumbs { li { a href=(address) { (text) } } } }
                        }
                    }
                    div.head-title { h1 { (self.title) } (self.badges) }
                    @if !self.text.is_empty() { p.muted { (self.text) } }
                }
                @if !self.actions.0.is_empty() { div.actions { (self.actions) } }
            }
        }
    }
}
