//! The report of a run as comma-separated values, sent while it is read.

use axum::{
    body::{Body, Bytes},
    response::Response,
};
use domain::id::{NumberKind, ReplacementId};
use engine::{Actor, Engine, replacements::ReplacedLine};
use futures_util::stream;
use jiff::Timestamp;
use store::{Cursor, Page};

use super::show::{needs, what_now};
use crate::{csv, view::View};

/// Rows that are read at a time.
const ROWS: u32 = 500;

/// The report: the first page is read before anything is answered, so that a refusal is an answer of its own.
pub(super) async fn answer(
    view: &View,
    engine: &Engine,
    actor: &Actor,
    run: ReplacementId,
) -> engine::Result<Response> {
    let first = engine
        .replacements()
        .services(actor, run, None, &Page::first(ROWS))
        .await?;
    let mut text = format!("{}{}", csv::MARK, head(view));
    append(view, &mut text, &first.rows);
    let reading = (view.clone(), engine.clone(), actor.clone());
    let pages = stream::try_unfold(
        (Some(text), first.next, reading),
        move |(text, next, reading): (Option<String>, Option<Cursor>, (View, Engine, Actor))| async move {
            if let Some(text) = text {
                return Ok(Some((Bytes::from(text), (None, next, reading))));
            }
            let Some(cursor) = next else {
                return Ok(None);
            };
            let (view, engine, actor) = &reading;
            let page = Page::after(cursor, ROWS);
            let found = engine.replacements().services(actor, run, None, &page).await?;
            let mut text = String::new();
            append(view, &mut text, &found.rows);
            Ok::<_, engine::Error>(Some((Bytes::from(text), (None, found.next, reading))))
        },
    );
    Ok(csv::attachment(
        Body::from_stream(pages),
        "attachment; filename=\"replacement.csv\"",
    ))
}

fn head(view: &View) -> String {
    let keys = [
        "replace-place",
        "column-service",
        "column-name",
        "column-account",
        "column-module",
        "replace-old-serial",
        "replace-new-serial",
        "replace-begun",
        "replace-ended",
        "column-state",
        "replace-needs",
        "replace-what-now",
    ];
    csv::row(&keys.map(|key| view.t(key)))
}

fn append(view: &View, text: &mut String, lines: &[ReplacedLine]) {
    let instant = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    for line in lines {
        text.push_str(&csv::row(&[
            line.position.to_string(),
            NumberKind::Service.show(line.number),
            line.main_name.unicode(),
            line.account_name.clone(),
            line.module_name.clone().unwrap_or_default(),
            line.old_serial.clone(),
            line.new_serial.clone().unwrap_or_default(),
            instant(line.begun_at),
            instant(line.ended_at),
            view.word("replaced-state", line.state.word()),
            needs(view, line.needs),
            what_now(view, line),
        ]));
    }
}
