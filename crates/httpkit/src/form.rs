//! A form with its input kept and its problems beside the fields.

use std::{collections::BTreeMap, fmt, str::FromStr};

use domain::{
    Currency, Money,
    contact::{FieldProblem, is_mail_address},
};

use crate::params::Params;

/// What was typed, and what is wrong with it. Reading a field of it parses; a problem is kept beside the field.
///
/// ```
/// # use certbroker_httpkit::{Form, Params};
/// let mut form = Form::from(Params::from([("sort", "x")]));
/// let sort = form.number::<i32>("sort");
/// assert!(sort.is_none() && form.has_problems());
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form {
    values: Params,
    problems: BTreeMap<String, Vec<String>>,
    refusals: Vec<String>,
}

impl From<Params> for Form {
    fn from(values: Params) -> Self {
        Self {
            values,
            problems: BTreeMap::new(),
            refusals: Vec::new(),
        }
    }
}

impl Form {
    /// What was typed.
    #[must_use]
    pub const fn values(&self) -> &Params {
        &self.values
    }

    /// What was typed in one field.
    #[must_use]
    pub fn value(&self, field: &str) -> &str {
        self.values.text(field)
    }

    /// Sets a field, as a page that edits something does before it is shown.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<String>) -> Self {
        self.values = self.values.with(field, value);
        self
    }

    /// Adds one more value to a field that takes several.
    pub fn add(&mut self, field: &str, value: impl Into<String>) {
        self.values.push(field, value);
    }

    /// Codes of the problems of a field; the translation key is `problem-{code}`.
    #[must_use]
    pub fn problems_of(&self, field: &str) -> &[String] {
        self.problems.get(field).map_or(&[], Vec::as_slice)
    }

    /// Every problem: field, code.
    pub fn problems(&self) -> impl Iterator<Item = (&str, &str)> {
        self.problems
            .iter()
            .flat_map(|(field, codes)| codes.iter().map(move |code| (field.as_str(), code.as_str())))
    }

    /// Whether anything is wrong.
    #[must_use]
    pub fn has_problems(&self) -> bool {
        !self.problems.is_empty() || !self.refusals.is_empty()
    }

    /// Notes a sentence about the form as a whole.
    pub fn refuse(&mut self, sentence: String) {
        self.refusals.push(sentence);
    }

    /// Sentences about the form as a whole.
    #[must_use]
    pub fn refusals(&self) -> &[String] {
        &self.refusals
    }

    /// Notes a problem. A field named twice with the same code keeps it once.
    pub fn reject(&mut self, field: &str, code: &str) {
        let codes = self.problems.entry(field.to_owned()).or_default();
        if !codes.iter().any(|known| known == code) {
            codes.push(code.to_owned());
        }
    }

    /// Notes what the engine found wrong.
    pub fn reject_all<'a>(&mut self, problems: impl IntoIterator<Item = &'a FieldProblem>) {
        for problem in problems {
            self.reject(&problem.field, problem.code);
        }
    }

    /// A text that must not be empty, of at most `longest` characters.
    pub fn required(&mut self, field: &str, longest: usize) -> String {
        let value = self.optional(field, longest);
        if value.is_empty() {
            self.reject(field, "required");
        }
        value
    }

    /// A text that may be empty, of at most `longest` characters.
    pub fn optional(&mut self, field: &str, longest: usize) -> String {
        let value = self.value(field).trim().to_owned();
        if value.chars().count() > longest {
            self.reject(field, "too_long");
        }
        value
    }

    /// A mail address.
    pub fn mail_address(&mut self, field: &str) -> String {
        let value = self.required(field, 254);
        if !value.is_empty() && !is_mail_address(&value) {
            self.reject(field, "email");
        }
        value
    }

    /// A whole number that must be there.
    pub fn number<N: FromStr>(&mut self, field: &str) -> Option<N> {
        self.parsed(field, "number")
    }

    /// A value of a closed list or an id, that must be there.
    pub fn choice<T: FromStr>(&mut self, field: &str) -> Option<T> {
        self.parsed(field, "choice")
    }

    /// A value of a closed list or an id, or nothing.
    pub fn optional_choice<T: FromStr>(&mut self, field: &str) -> Option<T> {
        if self.value(field).trim().is_empty() {
            None
        } else {
            self.choice(field)
        }
    }

    /// An amount that must be there.
    pub fn money(&mut self, field: &str, currency: Currency) -> Option<Money> {
        let typed = self.required(field, 40);
        if typed.is_empty() {
            return None;
        }
        // People write thousands with spaces, also the narrow and unbreakable ones that we print.
        let plain: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let read = Money::parse(&plain, currency).ok();
        if read.is_none() {
            self.reject(field, "money");
        }
        read
    }

    /// An amount, or nothing.
    pub fn optional_money(&mut self, field: &str, currency: Currency) -> Option<Money> {
        if self.value(field).trim().is_empty() {
            None
        } else {
            self.money(field, currency)
        }
    }

    fn parsed<T: FromStr>(&mut self, field: &str, code: &str) -> Option<T> {
        let typed = self.value(field).trim().to_owned();
        if typed.is_empty() {
            self.reject(field, "required");
            return None;
        }
        let read = typed.parse().ok();
        if read.is_none() {
            self.reject(field, code);
        }
        read
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form")
            .field("fields", &self.values)
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_kept_beside_the_field_and_the_input_stays() {
        let mut form = Form::from(Params::from([
            ("name", "  "),
            ("sort", "ten"),
            ("mail", "a@b"),
            ("amount", "12,5x"),
        ]));
        form.required("name", 10);
        form.number::<i32>("sort");
        form.mail_address("mail");
        form.money("amount", Currency::EUR);
        let found: Vec<_> = form.problems().collect();
        assert_eq!(
            found,
            [
                ("amount", "money"),
                ("mail", "email"),
                ("name", "required"),
                ("sort", "number")
            ]
        );
        assert_eq!(form.value("sort"), "ten");
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let mut form = Form::from(Params::from([("a", "1\u{202f}234,50"), ("b", "")]));
        assert_eq!(
            form.money("a", Currency::EUR),
            Some(Money::from_minor(123_450, Currency::EUR))
        );
        assert_eq!(form.optional_money("b", Currency::EUR), None);
        assert!(!form.has_problems());
    }
}
