//! What a command prints: a table for people, or one JSON document.

use std::io::{self, Write as _};

use anyhow::Context as _;
use serde::Serialize;

/// How the answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Aligned columns.
    Text,
    /// One JSON document.
    Json,
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

    fn render(&self) -> String {
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
