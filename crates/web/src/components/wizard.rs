//! Several pages of one form: where we are, back with what was typed, on.

use httpkit::Form;
use maud::{Markup, html};

use crate::view::View;

/// The list of steps; `current` counts from zero.
#[must_use]
pub fn steps(view: &View, current: usize, titles: &[String]) -> Markup {
    html! {
        nav aria-label=(view.t("label-steps")) {
            ol.steps {
                @for (index, title) in titles.iter().enumerate() {
                    li.done[index < current] aria-current=[(index == current).then_some("step")] { (title) }
                }
            }
        }
    }
}

/// What the other steps hold, carried along as hidden fields; fields of this step are left out.
#[must_use]
pub fn carried(form: &Form, own_fields: &[&str]) -> Markup {
    html! {
        @for (name, value) in form.values().pairs() {
            @if !own_fields.contains(&name) && !matches!(name, "step" | "go") {
                input type="hidden" name=(name) value=(value);
            }
        }
    }
}

/// Back and on. Both send the form, so nothing typed is lost; `go` says which it was. On comes first in the source
/// because Enter in a field presses the first button.
#[must_use]
pub fn buttons(view: &View, current: usize, next: &str) -> Markup {
    html! {
        div.wizard-foot {
            button.button.primary.push type="submit" name="go" value="on" { (next) }
            @if current > 0 {
                button.button type="submit" name="go" value="back" formnovalidate { (view.t("action-back")) }
            }
        }
    }
}
