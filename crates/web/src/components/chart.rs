//! A chart of bars, drawn on the server, so that it needs no script and no style of its own. The table of the same
//! figures stays: it is what a screen reader gets.

use jiff::civil::Date;
use maud::{Markup, html};

use crate::view::View;

/// Units of the drawing per bar, of which most are the bar itself.
const STEP: usize = 10;
const BAR: usize = 8;
/// Height of the drawing in its own units; the style sheet stretches it.
const HEIGHT: i64 = 100;

/// One count per day, the first day first; `label` says what is counted.
#[must_use]
pub fn bars(view: &View, id: &str, caption: &str, label: &str, days: &[(Date, i64)]) -> Markup {
    let table = format!("{id}-table");
    let top = top(days.iter().map(|(_, count)| *count).max().unwrap_or_default());
    html! {
        figure.chart {
            div.chart-scale aria-hidden="true" { span { (view.number(top)) } span { "0" } }
            svg viewBox={ "0 0 " (days.len() * STEP) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-label=(caption) {
                @for part in [0, HEIGHT / 2, HEIGHT] {
                    line x1="0" x2=(days.len() * STEP) y1=(part) y2=(part) {}
                }
                @for (place, (day, count)) in days.iter().enumerate() {
                    @let height = height(*count, top);
                    rect x=(place * STEP + (STEP - BAR) / 2) y=(HEIGHT - height) width=(BAR) height=(height) {
                        title { (view.date(*day)) ": " (view.number(*count)) }
                    }
                }
            }
            div.chart-days aria-hidden="true" { @for day in marks(days) { span { (view.date(day)) } } }
        }
        details.more {
            summary { (view.t("chart-as-table")) }
            div.table-wrap tabindex="0" role="region" aria-label=(caption) {
                table id=(table) {
                    caption.visually-hidden { (caption) }
                    thead { tr { th scope="col" { (view.t("column-day")) } th.end scope="col" { (label) } } }
                    tbody {
                        @for (day, count) in days.iter().filter(|(_, count)| *count != 0) {
                            tr { td { (view.date(*day)) } td.end { (view.number(*count)) } }
                        }
                    }
                }
            }
        }
    }
}

/// The top of the scale: the next 1, 2 or 5 of its power of ten, at least 4, so that one is no full bar.
fn top(most: i64) -> i64 {
    let most = most.max(4);
    let mut power = 1_i64;
    loop {
        for step in [1, 2, 4, 5, 8] {
            let top = power.saturating_mul(step);
            if top >= most {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// The height of a bar; what is there at all is seen.
fn height(count: i64, top: i64) -> i64 {
    match count {
        ..=0 => 0,
        _ => (count.saturating_mul(HEIGHT) / top).clamp(1, HEIGHT),
    }
}

/// The days written under the chart: the first, the middle, the last.
fn marks(days: &[(Date, i64)]) -> impl Iterator<Item = Date> {
    let places = [0, days.len() / 2, days.len().saturating_sub(1)];
    places
        .into_iter()
        .filter_map(|place| days.get(place).map(|(day, _)| *day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_a_round_number_and_small_counts_are_seen() {
        for (most, wanted) in [
            (0, 4),
            (3, 4),
            (4, 4),
            (5, 5),
            (6, 8),
            (9, 10),
            (11, 20),
            (399, 400),
            (i64::MAX, i64::MAX),
        ] {
            assert_eq!(top(most), wanted, "{most}");
        }
        assert_eq!(
            (
                height(0, 1_000),
                height(1, 1_000),
                height(500, 1_000),
                height(1_000, 1_000)
            ),
            (0, 1, 50, 100)
        );
        assert_eq!(height(i64::MAX, 4), HEIGHT);
    }
}
