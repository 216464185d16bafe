//! A question before something that cannot be undone, in a `<dialog>` opened by an invoker command (no script).

use maud::{Markup, html};

use crate::view::View;

/// What is asked and what is done on yes.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// Names the dialog on the page.
    pub id: &'a str,
    /// The button that opens it, and the heading.
    pub title: String,
    /// What will happen.
    pub text: String,
    /// Where the form goes.
    pub action: String,
    /// Hidden fields and others that belong to the answer.
    pub fields: Markup,
    /// Classes of the opening button, such as `danger`.
    pub class: &'a str,
}

/// The button and its dialog.
#[must_use]
pub fn confirm(view: &View, question: &Question<'_>) -> Markup {
    let heading = format!("{}-heading", question.id);
    html! {
        button.button.(question.class) type="button" command="show-modal" commandfor=(question.id) { (question.title) }
        dialog id=(question.id) aria-labelledby=(heading) {
            form method="post" action=(question.action) {
                div.card-body {
                    h2 id=(heading) { (question.title) }
                    p { (question.text) }
                    (question.fields)
                    div.actions {
                        button.button type="button" command="close" commandfor=(question.id) { (view.t("action-cancel")) }
                        button.button.(if question.class.contains("danger") { "danger" } else { "primary" }) type="submit" { (question.title) }
                    }
                }
            }
        }
    }
}
