//! The management listener: what a test or an operator sees and does behind the API's back. JSON in and out; the
//! README of this crate describes every route.

mod certificates;
mod clock;
mod faults;
mod money;
mod reads;

use std::sync::Arc;

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::{
    refusal::Refusal,
    shared::{Shared, SimulatorError},
};

/// An answer of the listener.
type Answer = Result<Json, Failure>;

/// A JSON answer.
struct Json(Value);

/// A request that could not be carried out: `{"error":"…"}`.
struct Failure(Refusal);

/// Every route of the listener.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(reads::index))
        .route("/root", get(reads::root))
        .route("/intermediates", get(reads::intermediates))
        .route("/ledger", get(money::ledger))
        .route("/purchases", get(money::purchases))
        .route("/balance", get(money::show))
        .route("/balance/set", post(money::set))
        .route("/balance/add", post(money::add))
        .route("/mailbox", get(reads::mailbox).delete(reads::clear_mailbox))
        .route("/clock", get(clock::show))
        .route("/clock/set", post(clock::set))
        .route("/clock/advance", post(clock::advance))
        .route("/orders", get(reads::orders))
        .route("/orders/{id}/pay", post(money::pay))
        .route("/preorders/{id}/cancel", post(money::cancel_preorder))
        .route("/certificates", get(certificates::list))
        .route("/certificates/{id}", get(certificates::show))
        .route("/certificates/{id}/validate", post(certificates::validate))
        .route("/certificates/{id}/decide", post(certificates::decide))
        .route("/certificates/{id}/cancel", post(certificates::cancel))
        .route("/certificates/{id}/revoke", post(certificates::revoke))
        .route("/certificates/{id}/reissue", post(certificates::reissue))
        .route("/certificates/{id}/status", post(certificates::set_status))
        .route("/sessions", delete(reads::forget_sessions))
        .route(
            "/faults",
            get(faults::list).post(faults::add).delete(faults::clear),
        )
        .route("/faults/{id}", delete(faults::remove))
        .fallback(async || Failure(Refusal::not_found()))
        .with_state(shared)
}

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.0.to_string()).into_response()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(json!({ "error": self.0.message }))).into_response()
    }
}

impl<E: Into<Refusal>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// Reads a JSON body; an empty one is an empty object.
fn body_of<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let text: &[u8] = if body.trim_ascii().is_empty() { b"{}" } else { body };
    serde_json::from_slice(text).map_err(|error| Failure(Refusal::bad_request(error.to_string())))
}

fn to_json(value: impl serde::Serialize) -> Answer {
    serde_json::to_value(value).map(Json).map_err(|error| {
        Failure(Refusal {
            status: 500,
            message: error.to_string(),
        })
    })
}

fn done(outcome: Result<(), SimulatorError>) -> Answer {
    outcome?;
    Ok(Json(json!({ "success": true })))
}
