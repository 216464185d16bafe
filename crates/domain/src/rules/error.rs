//! What is wrong in a file of rules: all of it at once, each with its line and field.

use std::fmt;

/// Everything that is wrong in a file of rules; at least one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRules(pub Vec<BadRule>);

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRule {
    /// Its line, counted from 1; empty where something is missing from the whole file.
    pub line: Option<usize>,
    /// The field, such as `validity[2].days`; empty for the file as a whole.
    pub field: String,
    /// What.
    pub problem: Problem,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not TOML at all.
    #[error("{0}")]
    Syntax(String),
    /// A field that must be there.
    #[error("is missing")]
    Missing,
    /// A field that nobody knows.
    #[error("is not a field of rules")]
    Unknown,
    /// Something else than a day.
    #[error("is not a day such as 2026-03-15")]
    NotADay,
    /// Something else than a number, or one out of range.
    #[error("is not a whole number from {least} to {most}")]
    NotANumber {
        /// The least.
        least: u16,
        /// The most.
        most: u16,
    },
    /// Something else than a text with something in it.
    #[error("is not a text")]
    NotAText,
    /// Something else than `true` or `false`.
    #[error("is neither true nor false")]
    NotAFlag,
    /// Something else than a list.
    #[error("is not a list of texts")]
    NotAList,
    /// Something else than a table, or a list of tables.
    #[error("is not a table")]
    NotATable,
    /// A word that is not on the list.
    #[error("is `{word}`; it may be {known}")]
    NotAWord {
        /// As it came.
        word: String,
        /// What it may be.
        known: String,
    },
    /// The rows of a kind must ascend.
    #[error("is not later than the row before it")]
    NotAscending,
    /// The same thing twice.
    #[error("is `{0}`, and an earlier row has it already")]
    Twice(String),
    /// A method that orders may ask for has no row.
    #[error("has no row for `{0}`")]
    NoRowFor(&'static str),
    /// A row about CAs that decides nothing.
    #[error("decides nothing")]
    Empty,
    /// Hours without anything that is revoked.
    #[error("needs `revokes_former` other than never")]
    HoursOfNothing,
}

impl fmt::Display for BadRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.field.is_empty() {
            write!(f, "{} ", self.field)?;
        }
        write!(f, "{}", self.problem)
    }
}

impl fmt::Display for BadRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, one) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{one}")?;
        }
        Ok(())
    }
}

impl std::error::Error for BadRules {}
