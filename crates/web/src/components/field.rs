//! Fields of forms: label, hint, input, what is wrong with it. A password is never written back.

use httpkit::Form;
use maud::{Markup, html};

use super::note;
use crate::view::View;

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A line of text.
    Text,
    /// A mail address.
    Mail,
    /// A password that the browser may fill in.
    Password,
    /// A new password, or a secret that must not be filled in.
    NewPassword,
    /// A whole number.
    Number,
    /// An amount: decimal point or comma.
    Money,
    /// An address on the web.
    Url,
    /// A phone number.
    Phone,
    /// A code of six digits.
    Code,
    /// A calendar day.
    Day,
    /// A day and a time of it, in the seller's zone.
    Moment,
    /// A user name.
    UserName,
}

/// One field.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    name: &'a str,
    label: String,
    hint: String,
    kind: Kind,
    is_required: bool,
    autocomplete: &'a str,
    placeholder: String,
    unit: String,
}

impl<'a> Field<'a> {
    /// A required field of this name.
    #[must_use]
    pub fn new(name: &'a str, label: impl Into<String>, kind: Kind) -> Self {
        Self {
            name,
            label: label.into(),
            hint: String::new(),
            kind,
            is_required: true,
            autocomplete: "",
            placeholder: String::new(),
            unit: String::new(),
        }
    }

    /// That may stay empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.is_required = false;
        self
    }

    /// With a line that explains.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// With what applies when it is empty.
    #[must_use]
    pub fn placeholder(mut self, placeholder: impl Into<String>) -> Self {
        self.placeholder = placeholder.into();
        self
    }

    /// With a unit after it, such as a currency.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// With the word by which browsers fill it in (HTML autofill).
    #[must_use]
    pub fn autocomplete(mut self, word: &'a str) -> Self {
        self.autocomplete = word;
        self
    }

    /// The field with what was typed and what is wrong.
    #[must_use]
    pub fn render(&self, view: &View, form: &Form) -> Markup {
        let control = self.control(form);
        self.framed(view, form, &html! {
            @if self.unit.is_empty() { (control) } @else { div.with-unit { (control) span.unit { (self.unit) } } }
        })
    }

    /// The same as a larger field of several lines.
    #[must_use]
    pub fn area(&self, view: &View, form: &Form, class: &str) -> Markup {
        let value = form.value(self.name);
        self.framed(
            view,
            form,
            &html! {
                textarea.(class) id=(self.id()) name=(self.name) required[self.is_required] spellcheck="false"
                    placeholder=[some(&self.placeholder)]
                    aria-invalid=[self.invalid(form)] aria-describedby=[self.described(form)] { "\n" (value) }
            },
        )
    }

    /// The same as a list to choose from: value and text.
    #[must_use]
    pub fn select(&self, view: &View, form: &Form, options: &[(String, String)]) -> Markup {
        let value = form.value(self.name);
        self.framed(
            view,
            form,
            &html! {
                select id=(self.id()) name=(self.name) required[self.is_required]
                    aria-invalid=[self.invalid(form)] aria-describedby=[self.described(form)] {
                    @if !self.is_required || value.is_empty() { option value="" { (self.placeholder) } }
                    @for (given, text) in options { option value=(given) selected[given == value] { (text) } }
                }
            },
        )
    }

    fn control(&self, form: &Form) -> Markup {
        let (kind, mode) = match self.kind {
            Kind::Text | Kind::UserName => ("text", None),
            Kind::Day => ("date", None),
            Kind::Moment => ("datetime-local", None),
            Kind::Mail => ("email", None),
            Kind::Password | Kind::NewPassword => ("password", None),
            Kind::Money => ("text", Some("decimal")),
            Kind::Url => ("url", None),
            Kind::Phone => ("tel", None),
            Kind::Number | Kind::Code => ("text", Some("numeric")),
        };
        let is_secret = matches!(self.kind, Kind::Password | Kind::NewPassword | Kind::Code);
        let autocomplete = match (self.autocomplete, self.kind) {
            ("", Kind::Password) => Some("current-password"),
            ("", Kind::NewPassword) => Some("new-password"),
            ("", Kind::Code) => Some("one-time-code"),
            ("", Kind::Mail) => Some("email"),
            ("", Kind::UserName) => Some("username"),
            ("", _) => None,
            (word, _) => Some(word),
        };
        let longest = match self.kind {
            Kind::Code => Some("6"),
            Kind::Number => Some("12"),
            _ => None,
        };
        html! {
            input.code[self.kind == Kind::Code] type=(kind) id=(self.id()) name=(self.name)
                value=[(!is_secret).then(|| form.value(self.name))]
                inputmode=[mode] autocomplete=[autocomplete] maxlength=[longest] placeholder=[some(&self.placeholder)]
                required[self.is_required]
                aria-invalid=[self.invalid(form)] aria-describedby=[self.described(form)];
        }
    }

    fn framed(&self, view: &View, form: &Form, control: &Markup) -> Markup {
        html! {
            div.field {
                label for=(self.id()) {
                    (self.label)
                    @if !self.is_required { " " span.optional { (view.t("label-optional")) } }
                }
                (control)
                @if !self.hint.is_empty() { span.hint id=(self.hint_id()) { (self.hint) } }
                (errors(view, form, self.name))
            }
        }
    }

    fn id(&self) -> String {
        format!("field-{}", self.name)
    }

    fn hint_id(&self) -> String {
        format!("hint-{}", self.name)
    }

    fn invalid(&self, form: &Form) -> Option<&'static str> {
        (!form.problems_of(self.name).is_empty()).then_some("true")
    }

    fn described(&self, form: &Form) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| self.hint_id());
        let error = (!form.problems_of(self.name).is_empty()).then(|| error_id(self.name));
        match (hint, error) {
            (Some(hint), Some(error)) => Some(format!("{hint} {error}")),
            (one, other) => one.or(other),
        }
    }
}

/// What is wrong with a field.
#[must_use]
pub fn errors(view: &View, form: &Form, name: &str) -> Markup {
    let problems = form.problems_of(name);
    html! {
        @if !problems.is_empty() {
            span.error id=(error_id(name)) { @for code in problems { (problem(view, code)) " " } }
        }
    }
}

/// The sentence of a problem.
#[must_use]
pub fn problem(view: &View, code: &str) -> String {
    view.word("problem", code)
}

/// The note above a form that came back: how many fields are wrong, and what belongs to no shown field.
#[must_use]
pub fn summary(view: &View, form: &Form, shown_fields: &[&str]) -> Markup {
    if !form.has_problems() {
        return html! {};
    }
    let others: Vec<String> = form
        .problems()
        .filter(|(field, _)| !shown_fields.contains(field))
        .map(|(_, code)| problem(view, code))
        .collect();
    // A refusal of the whole form marks no field.
    let marks_fields = form.problems().next().is_some();
    html! {
        div role="alert" {
            (note::note(httpkit::Tone::Bad, &html! {
                @if marks_fields { p { strong { (view.t("form-rejected")) } } }
                @for other in others { p { (other) } }
                @for refusal in form.refusals() { p { (refusal) } }
            }))
        }
    }
}

/// A box to tick.
#[must_use]
pub fn check(form: &Form, name: &str, label: &str, hint: &str) -> Markup {
    let id = format!("field-{name}");
    html! {
        div.check {
            input type="checkbox" id=(id) name=(name) value="on" checked[form.values().is_on(name)]
                aria-describedby=[(!hint.is_empty()).then(|| format!("hint-{name}"))];
            div.field {
                label for=(id) { (label) }
                @if !hint.is_empty() { span.hint id={ "hint-" (name) } { (hint) } }
            }
        }
    }
}

/// One of a few, each with a line that explains it.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// Its name.
    pub label: String,
    /// What it means.
    pub hint: String,
}

/// The group of choices under its question.
#[must_use]
pub fn choices(view: &View, form: &Form, name: &str, question: &str, choices: &[Choice]) -> Markup {
    html! {
        fieldset aria-describedby=[(!form.problems_of(name).is_empty()).then(|| error_id(name))] {
            legend { (question) }
            div.choices {
                @for (index, choice) in choices.iter().enumerate() {
                    @let id = format!("field-{name}-{index}");
                    div.choice {
                        input type="radio" id=(id) name=(name) value=(choice.value) checked[form.value(name) == choice.value] required;
                        div {
                            label for=(id) { (choice.label) }
                            @if !choice.hint.is_empty() { span.hint { (choice.hint) } }
                        }
                    }
                }
            }
            div.field { (errors(view, form, name)) }
        }
    }
}

/// The token that makes a form that spends money count once, however often it is sent.
#[must_use]
pub fn once(token: &str) -> Markup {
    html! { input type="hidden" name="once" value=(token); }
}

/// A form of one button.
#[must_use]
pub fn action(address: &str, class: &str, body: &Markup) -> Markup {
    html! { form method="post" action=(address) { button.button.(class) type="submit" { (body) } } }
}

fn error_id(name: &str) -> String {
    format!("error-{name}")
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use httpkit::Params;

    use super::*;
    use crate::view::sample;

    #[test]
    fn what_was_typed_comes_back_escaped_and_a_password_never_does() {
        let view = sample::anybody();
        let form = Form::from(Params::from([("name", "<b>\"x\""), ("password", "hunter2")]));
        let name = Field::new("name", "Name", Kind::Text)
            .render(&view, &form)
            .into_string();
        assert!(name.contains("value=\"&lt;b&gt;&quot;x&quot;\""), "{name}");
        let password = Field::new("password", "Password", Kind::Password)
            .render(&view, &form)
            .into_string();
        assert!(!password.contains("hunter2"), "{password}");
    }

    #[test]
    fn a_problem_is_tied_to_its_field_for_screen_readers() {
        let view = sample::anybody();
        let mut form = Form::default();
        form.reject("name", "required");
        let shown = Field::new("name", "Name", Kind::Text)
            .hint("As printed")
            .render(&view, &form)
            .into_string();
        assert!(
            shown.contains("aria-invalid=\"true\" aria-describedby=\"hint-name error-name\""),
            "{shown}"
        );
        assert!(shown.contains("id=\"error-name\""), "{shown}");
    }
}
