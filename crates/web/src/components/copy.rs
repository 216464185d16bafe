//! A value to be copied exactly, with a button that does.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::view::View;

/// The value in a box with its button; `id` must be unique on the page.
#[must_use]
pub fn copyable(view: &View, id: &str, value: &str) -> Markup {
    html! {
        div.copy {
            code id=(id) { (value) }
            button.button.small type="button" data-copy=(id) data-done=(view.t("action-copied")) {
                (icon(Icon::Copy)) span data-label { (view.t("action-copy")) }
            }
        }
    }
}
