//! Business time.

use std::sync::Arc;

use axum::{body::Bytes, extract::State};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Json, body_of};
use crate::shared::Shared;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct To {
    now: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct By {
    days: i64,
    hours: i64,
    seconds: i64,
}

pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Answer {
    Ok(shown(shared.clock.now()))
}

pub(super) async fn set(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let to: To = body_of(&body)?;
    Ok(shown(shared.set_clock(to.now)?))
}

pub(super) async fn advance(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let by: By = body_of(&body)?;
    let hours = by.days.saturating_mul(24).saturating_add(by.hours);
    let seconds = hours.saturating_mul(3600).saturating_add(by.seconds);
    Ok(shown(shared.advance_clock(SignedDuration::from_secs(seconds))?))
}

fn shown(now: Timestamp) -> Json {
    Json(json!({ "now": now }))
}
