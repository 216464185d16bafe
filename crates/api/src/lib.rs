//! The REST API under `/api/v1`: services, orders, certificates, validations, tariff plans, balance, for programs of
//! clients.
//!
//! A request carries a token (`Authorization: Bearer cbt_…`) that belongs to one account and holds scopes; cookies are
//! not looked at, so no page of another site can act here. A handler calls one use case of the engine and writes what it
//! says as JSON. Whatever goes wrong is a problem document (RFC 9457) with a stable code. Router and OpenAPI document
//! come from one registration, and the document is committed as `docs/openapi.json`.
//!
//! What must never be here: a rule of the business, a private key, a cookie, and an endpoint without a row in the
//! table of `tests/it/access.rs`.
//!
//! | module | holds |
//! | --- | --- |
//! | [`document`] | the OpenAPI document |
//! | `caller` | who asks: the token, and how often it may |
//! | `input` | bodies, queries and ids, read strictly |
//! | `idempotency` | one answer per `Idempotency-Key` |
//! | `problem` | what went wrong, as a problem document |
//! | `values` | money and words as JSON |
//! | `balance`, `tariffs`, `orders`, `services`, `certificates`, `validations` | the endpoints |

mod balance;
mod caller;
mod certificates;
pub mod document;
mod idempotency;
mod input;
mod orders;
mod problem;
mod services;
mod state;
mod tariffs;
mod validations;
mod values;

use axum::{Json, Router, extract::DefaultBodyLimit, middleware, routing};
use httpkit::{AppState, Failure};
use utoipa_axum::{router::OpenApiRouter, routes};

use state::ApiState;

/// Where the API lies.
pub const PREFIX: &str = "/api/v1";

/// Bytes that a body may have: an order with two thousand names fits.
const LARGEST_BODY: usize = 256 * 1024;

/// The API. The layers of [`httpkit::stack::common`] go around it with those of the pages; CSRF protection does not,
/// because nothing here is signed in by cookie.
pub fn router(state: &AppState) -> Router {
    let (endpoints, document) = endpoints().split_for_parts();
    endpoints
        .route(
            "/api/v1/openapi.json",
            routing::get(async move || Json(document.clone())),
        )
        .route("/api/v1/{*rest}", routing::any(async || Failure::not_found()))
        .method_not_allowed_fallback(async || {
            Failure::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed")
        })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(problem::documents))
        .with_state(ApiState::new(state))
}

fn endpoints() -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(document::preface())
        .routes(routes!(balance::show))
        .routes(routes!(tariffs::list))
        .routes(routes!(tariffs::approvers))
        .routes(routes!(orders::quote))
        .routes(routes!(orders::place))
        .routes(routes!(services::list))
        .routes(routes!(services::show))
        .routes(routes!(services::close))
        .routes(routes!(certificates::list))
        .routes(routes!(certificates::download))
        .routes(routes!(validations::list))
        .routes(routes!(validations::check))
        .routes(routes!(validations::change_method))
        .routes(routes!(validations::resend))
        .routes(routes!(validations::approvers))
}
