//! The list of services as comma-separated values: dates as ISO 8601, amounts with their currency beside them, and no
//! cell that a spreadsheet would take for a formula (ASVS 1.2.10).

use std::fmt::Write as _;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use domain::id::NumberKind;
use engine::{
    Actor, Engine,
    services::{ServiceLine, ServiceQuery},
};
use futures_util::stream;
use store::{Cursor, Page};

use crate::{routes::Audience, view::View};

/// A mark at the beginning by which spreadsheets know UTF-8.
pub(crate) const MARK: char = '\u{feff}';
/// Rows that are read at a time.
const ROWS: u32 = 500;

/// All services that a query finds, sent while they are read: the first page before anything is answered, so that a
/// refusal is an answer of its own.
///
/// # Errors
/// What the first page's reading says.
pub async fn services(
    view: &View,
    engine: &Engine,
    actor: &Actor,
    query: ServiceQuery,
    audience: Audience,
) -> engine::Result<Response> {
    let first = engine.services().list(actor, &query, &Page::first(ROWS)).await?;
    let mut text = format!("{MARK}{}", head(view, audience));
    append(view, &mut text, &first.rows, audience);
    let reading = Reading {
        view: view.clone(),
        engine: engine.clone(),
        actor: actor.clone(),
        query,
        audience,
    };
    let pages = stream::try_unfold(
        (Some(text), first.next, reading),
        |(text, next, reading): (Option<String>, Option<Cursor>, Reading)| async move {
            if let Some(text) = text {
                return Ok(Some((Bytes::from(text), (None, next, reading))));
            }
            let Some(cursor) = next else {
                return Ok(None);
            };
            let page = Page::after(cursor, ROWS);
            let found = reading
                .engine
                .services()
                .list(&reading.actor, &reading.query, &page)
                .await?;
            let mut text = String::new();
            append(&reading.view, &mut text, &found.rows, reading.audience);
            Ok::<_, engine::Error>(Some((Bytes::from(text), (None, found.next, reading))))
        },
    );
    Ok(attachment(
        Body::from_stream(pages),
        "attachment; filename=\"services.csv\"",
    ))
}

/// An answer that browsers keep as a file.
pub(crate) fn attachment(body: Body, disposition: &'static str) -> Response {
    let mut response = body.into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// What the pages after the first are read with.
struct Reading {
    view: View,
    engine: Engine,
    actor: Actor,
    query: ServiceQuery,
    audience: Audience,
}

fn is_staff(audience: Audience) -> bool {
    matches!(audience, Audience::Staff | Audience::Administrator)
}

fn head(view: &View, audience: Audience) -> String {
    let mut keys = vec!["column-number", "column-name", "column-names"];
    if is_staff(audience) {
        keys.extend(["column-account", "column-module"]);
    }
    keys.extend([
        "column-tariff",
        "column-state",
        "column-created",
        "column-end-date",
        "column-paid-till",
        "column-price",
        "column-currency",
    ]);
    let cells: Vec<String> = keys.into_iter().map(|key| view.t(key)).collect();
    row(&cells)
}

fn append(view: &View, text: &mut String, lines: &[ServiceLine], audience: Audience) {
    for line in lines {
        let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let mut cells = vec![
            NumberKind::Service.show(line.number),
            line.main_name.unicode(),
            line.names.to_string(),
        ];
        if is_staff(audience) {
            cells.push(line.account_name.clone());
            cells.push(line.module_name.clone().unwrap_or_default());
        }
        cells.extend([
            line.plan_name.clone(),
            view.word("service-state", line.state.word()),
            line.created_at.to_zoned(view.zone.clone()).date().to_string(),
            day(line.dates.end_date),
            day(line.dates.paid_till),
            line.gross.amount().to_string(),
            line.gross.currency().to_string(),
        ]);
        text.push_str(&row(&cells));
    }
}

/// One line, as RFC 4180 has it.
pub(crate) fn row(cells: &[String]) -> String {
    let mut line = String::new();
    for (place, text) in cells.iter().enumerate() {
        if place > 0 {
            line.push(',');
        }
        let text = harmless(text);
        // Writing to a text cannot fail.
        let _ = write!(line, "\"{}\"", text.replace('"', "\"\""));
    }
    line.push_str("\r\n");
    line
}

/// A cell that no spreadsheet takes for a formula: an apostrophe goes before what would begin one. Amounts below zero
/// are numbers and stay.
fn harmless(text: &str) -> String {
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if begins && text.parse::<rust_decimal::Decimal>().is_err() {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_and_none_leaves_its_quotes() {
        for (text, wanted) in [
            ("shop.example", "\"shop.example\"\r\n"),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"\r\n"),
            ("+7 495", "\"'+7 495\"\r\n"),
            ("-2+3", "\"'-2+3\"\r\n"),
            ("@SUM(1)", "\"'@SUM(1)\"\r\n"),
            ("\t=1", "\"'\t=1\"\r\n"),
            ("-12.10", "\"-12.10\"\r\n"),
            ("a,\"b\"\nc", "\"a,\"\"b\"\"\nc\"\r\n"),
        ] {
            assert_eq!(row(&[text.to_owned()]), wanted);
        }
    }
}
