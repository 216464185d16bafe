//! A chart over the rows of a table, drawn by the vendored uPlot. The table stays: it is what a screen reader gets.

use maud::{Markup, html};

use crate::{assets, view::View};

/// One column of numbers over the days.
#[derive(Debug, Clone)]
pub struct Series {
    /// What is counted.
    pub label: String,
    /// One number per day.
    pub values: Vec<i64>,
}

/// Days (as seconds of their start) with the series over them.
#[must_use]
pub fn over_days(
    view: &View,
    id: &str,
    caption: &str,
    days: &[(jiff::civil::Date, i64)],
    series: &[Series],
) -> Markup {
    let table = format!("{id}-table");
    html! {
        link rel="stylesheet" href=(assets::address("vendor/uplot.css"));
        div.chart data-chart=(table) role="img" aria-label=(caption) {}
        details.more {
            summary { (view.t("chart-as-table")) }
            div.table-wrap tabindex="0" role="region" aria-label=(caption) {
                table id=(table) {
                    caption.visually-hidden { (caption) }
                    thead { tr {
                        th scope="col" { (view.t("column-day")) }
                        @for one in series { th.end scope="col" { (one.label) } }
                    } }
                    tbody {
                        @for (row, (day, seconds)) in days.iter().enumerate() {
                            tr {
                                td data-value=(seconds) { (view.date(*day)) }
                                @for one in series {
                                    @let value = one.values.get(row).copied().unwrap_or_default();
                                    td.end data-value=(value) { (view.number(value)) }
                                }
                            }
                        }
                    }
                }
            }
        }
        script src=(assets::address("vendor/uplot.js")) defer {}
        script src=(assets::address("chart.js")) defer {}
    }
}
