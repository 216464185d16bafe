//! What was measured: a table for people on standard error, one JSON document on standard output.

use std::io::{self, Write as _};

use serde::Serialize;

/// Everything that one run measured.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// What ran.
    pub(crate) title: String,
    /// Load average of the machine in the last minute, when it began and when it ended.
    pub(crate) load_average: [f64; 2],
    /// Single figures.
    pub(crate) rows: Vec<Row>,
    /// Figures of many requests.
    pub(crate) timings: Vec<Timing>,
}

/// One figure.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    name: String,
    value: f64,
    unit: &'static str,
}

/// Times of one kind of request, in milliseconds.
#[derive(Debug, Serialize)]
pub(crate) struct Timing {
    name: String,
    requests: usize,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    worst_ms: f64,
}

impl Row {
    /// A figure with its unit.
    pub(crate) fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            name: name.into(),
            value,
            unit,
        }
    }

    /// How many there are.
    pub(crate) fn count(name: impl Into<String>, count: u64) -> Self {
        Self::new(name, float(count), "")
    }

    /// How many in a second.
    pub(crate) fn rate(name: &str, count: u64, seconds: f64) -> Self {
        Self::new(format!("{name} per second"), float(count) / seconds, "1/s")
    }
}

/// Counts here are far below what a `u32` holds.
fn float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

impl Timing {
    /// Of the times that requests took, in milliseconds.
    pub(crate) fn of(name: impl Into<String>, mut millis: Vec<f64>) -> Self {
        millis.sort_by(f64::total_cmp);
        let at = |percent| percentile(&millis, percent);
        Self {
            name: name.into(),
            requests: millis.len(),
            p50_ms: at(50),
            p95_ms: at(95),
            p99_ms: at(99),
            worst_ms: at(100),
        }
    }
}

impl Report {
    /// Prints it.
    ///
    /// # Errors
    /// The output is closed.
    pub(crate) fn print(&self) -> anyhow::Result<()> {
        io::stderr().write_all(self.table().as_bytes())?;
        let mut json = serde_json::to_string(self)?;
        json.push('\n');
        io::stdout().write_all(json.as_bytes())?;
        Ok(())
    }

    fn table(&self) -> String {
        let [before, after] = self.load_average;
        let mut lines = vec![format!("{} (load average {before:.2} to {after:.2})", self.title)];
        if !self.timings.is_empty() {
            lines.push(format!(
                "  {:<46}{:>9}{:>9}{:>9}{:>9}{:>9}",
                "milliseconds", "requests", "p50", "p95", "p99", "worst"
            ));
        }
        for one in &self.timings {
            lines.push(format!(
                "  {:<46}{:>9}{:>9.2}{:>9.2}{:>9.2}{:>9.2}",
                one.name, one.requests, one.p50_ms, one.p95_ms, one.p99_ms, one.worst_ms
            ));
        }
        for row in &self.rows {
            lines.push(format!("  {:<46}{:>12.1} {}", row.name, row.value, row.unit));
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

/// The load average of the last minute; 0 where the system does not tell.
pub(crate) fn load_average() -> f64 {
    std::fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .unwrap_or_default()
}

/// The smallest value that `percent` of 100 values do not exceed (nearest rank).
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let values: Vec<f64> = (1..=200).map(f64::from).collect();
        for (percent, value) in [(50, 100.0), (95, 190.0), (99, 198.0), (100, 200.0)] {
            assert!(
                (percentile(&values, percent) - value).abs() < f64::EPSILON,
                "{percent}"
            );
        }
        assert!((percentile(&[3.0], 95) - 3.0).abs() < f64::EPSILON);
        assert!(percentile(&[], 95).abs() < f64::EPSILON);
    }

    #[test]
    fn the_table_has_a_line_for_every_figure() {
        let report = Report {
            title: "lists".to_owned(),
            load_average: [0.5, 1.0],
            rows: vec![Row::new("resident memory", 41.5, "MiB")],
            timings: vec![Timing::of("first page", vec![1.0, 2.0])],
        };
        let table = report.table();
        assert!(
            table.contains("resident memory") && table.contains("41.5 MiB"),
            "{table}"
        );
        assert!(table.contains("first page"), "{table}");
    }
}
