//! Rows with a day from which they hold.

use jiff::civil::Date;
use serde::Serialize;

/// Where a rule stands, and whether anybody could read it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The document and its section.
    pub text: String,
    /// Believed, and not read in a primary source.
    pub is_assumed: bool,
}

/// A value that holds for certificates issued on a day or later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row<T> {
    /// First day of issue.
    pub from: Date,
    /// What holds.
    pub value: T,
    /// Who says so.
    pub source: Source,
}

/// Rows of one kind, the oldest first; each holds until the next. There is at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dated<T>(Vec<Row<T>>);

impl<T> Dated<T> {
    /// Takes rows that were checked to ascend.
    pub(super) const fn of(rows: Vec<Row<T>>) -> Self {
        Self(rows)
    }

    /// The row in force on a day of issue; none before the first.
    #[must_use]
    pub fn at(&self, issued_on: Date) -> Option<&Row<T>> {
        self.0.iter().rev().find(|row| row.from <= issued_on)
    }

    /// The row in force on a day of issue; before the first row, the first.
    #[must_use]
    pub fn at_or_first(&self, issued_on: Date) -> Option<&Row<T>> {
        self.at(issued_on).or_else(|| self.0.first())
    }

    /// All rows, the oldest first.
    pub fn iter(&self) -> std::slice::Iter<'_, Row<T>> {
        self.0.iter()
    }
}

impl<'a, T> IntoIterator for &'a Dated<T> {
    type Item = &'a Row<T>;
    type IntoIter = std::slice::Iter<'a, Row<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
