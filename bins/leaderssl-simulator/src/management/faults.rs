//! Fault rules.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
};
use serde_json::json;

use super::{Answer, Json, body_of, to_json};
use crate::{faults::FaultRule, shared::Shared};

pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Answer {
    to_json(shared.faults.rules())
}

pub(super) async fn add(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let rule: FaultRule = body_of(&body)?;
    let id = shared.add_fault(rule)?;
    Ok(Json(json!({ "id": id })))
}

pub(super) async fn clear(State(shared): State<Arc<Shared>>) -> Answer {
    Ok(Json(json!({ "removed": shared.remove_faults(None)? })))
}

pub(super) async fn remove(State(shared): State<Arc<Shared>>, Path(id): Path<u64>) -> Answer {
    Ok(Json(json!({ "removed": shared.remove_faults(Some(id))? })))
}
