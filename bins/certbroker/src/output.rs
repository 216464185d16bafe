//! What a command prints: a table for people, or one JSON document.

use std::io::{self, Write as _};

use anyhow::Context as _;
use domain::{Currency, Money};
use serde::Serialize;

use crate::cli::Global;

/// How the answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Aligned columns.
    Text,
    /// One JSON document.
    Json,
}

impl Format {
    /// As it was asked for.
    pub(crate) const fn of(global: &Global) -> Self {
        if global.json { Self::Json } else { Self::Text }
    }
}

/// An amount as JSON: a decimal number as text, with all digits of its currency.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Amount {
    amount: String,
    currency: Currency,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        let digits = money.currency().minor_digits() as usize;
        Self {
            amount: format!("{:.digits$}", money.amount()),
            currency: money.currency(),
        }
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

/// The value, or a dash where there is none.
pub(crate) fn or_dash<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(|| "-".to_owned(), ToString::to_string)
}

/// A word such as `waiting_for_issue` for people.
pub(crate) fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

/// Says something that is no part of the answer.
#[expect(clippy::print_stderr, reason = "standard output holds the answer alone")]
pub(crate) fn note(text: &str) {
    eprintln!("certbroker: {text}");
}

/// Rows under headings.
#[derive(Debug)]
pub(crate) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table.
    pub(crate) fn new(headings: &[&'static str]) -> Self {
        Self {
            headings: headings.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; cells without a heading are dropped.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// The rows as aligned columns, or `(none)`.
    pub(crate) fn render(&self) -> String {
        if self.rows.is_empty() {
            return "(none)\n".to_owned();
        }
        let width = |column: usize| {
            let cells = self
                .rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count());
            let heading = self
                .headings
                .get(column)
                .map_or(0, |heading| heading.chars().count());
            cells.chain([heading]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.headings.len()).map(width).collect();
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let padded: Vec<String> = cells
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            format!("{}\n", padded.join("  ").trim_end())
        };
        let mut text = line(&mut self.headings.iter().copied());
        for row in &self.rows {
            text.push_str(&line(&mut row.iter().map(String::as_str)));
        }
        text
    }
}

/// Text for people, line by line.
#[derive(Debug, Default)]
pub(crate) struct Sheet(String);

impl Sheet {
    /// Adds a line.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        self.0.push_str(text.as_ref());
        self.0.push('\n');
    }

    /// Adds a label and what it stands for.
    pub(crate) fn fact(&mut self, label: &str, value: impl AsRef<str>) {
        self.line(format!("{label:<12}{}", value.as_ref()));
    }

    /// Adds a table after an empty line, unless it has no rows.
    pub(crate) fn table(&mut self, table: &Table) {
        if !table.rows.is_empty() {
            self.line("");
            self.0.push_str(&table.render());
        }
    }

    /// All lines.
    pub(crate) fn finish(self) -> String {
        self.0
    }
}

/// Prints the value as JSON, or as the text that `describe` makes of it.
///
/// # Errors
/// Standard output is closed.
pub(crate) fn print<T: Serialize>(
    format: Format,
    value: &T,
    describe: impl FnOnce(&T) -> String,
) -> anyhow::Result<()> {
    let text = match format {
        Format::Json => format!(
            "{}\n",
            serde_json::to_string_pretty(value).context("writing the answer as JSON")?
        ),
        Format::Text => describe(value),
    };
    write(text.as_bytes())
}

/// Prints a list as JSON rows, or as a table.
///
/// # Errors
/// Standard output is closed.
pub(crate) fn print_rows<T: Serialize>(
    format: Format,
    rows: &[T],
    table: impl FnOnce(&[T]) -> Table,
) -> anyhow::Result<()> {
    print(format, &rows, |rows| table(rows).render())
}

/// Writes bytes to standard output.
///
/// # Errors
/// Standard output is closed.
pub(crate) fn write(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .context("writing to standard output")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["Number", "Name"]);
        table.row(["S-1".into(), "www.example.net".into()]);
        table.row(["S-1042".into(), "münchen.example".into()]);
        assert_eq!(
            table.render(),
            "Number  Name\nS-1     www.example.net\nS-1042  münchen.example\n"
        );
        assert_eq!(Table::new(&["Number"]).render(), "(none)\n");
    }
}
