//! The layers around a router, in their order.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use engine::RequestId;
use tower_http::{catch_panic::CatchPanicLayer, csrf::CsrfLayer, timeout::TimeoutLayer};

use crate::{AppState, Failure, headers};

/// What every answer goes through, from the outside in: request id and log line, security headers, panics caught,
/// time-out, size of the body.
pub fn common(router: Router, state: &AppState) -> Router {
    let config = state.config();
    router
        .layer(DefaultBodyLimit::max(config.body_limit))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            config.time_out,
        ))
        .layer(CatchPanicLayer::custom(|_| {
            Failure::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }))
        .layer(middleware::from_fn_with_state(state.clone(), headers::secure))
        .layer(middleware::from_fn_with_state(state.clone(), identify))
}

/// Refuses requests that change something and come from another site (`Sec-Fetch-Site`, `Origin`). For everything that
/// is signed in by cookie; `SameSite=Lax` is the second line. The API has its own tokens and does not need it.
pub fn same_site<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(
        CsrfLayer::new()
            .with_rejection_response(|_| Failure::new(StatusCode::FORBIDDEN, "cross-site").into_response()),
    )
}

/// Gives the request its id, and writes one line about it: never the query, which may hold a token.
async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let id = RequestId(seal::random::uuid_v7(state.engine().clock().machine_now()));
    request.extensions_mut().insert(id);
    let method = request.method().clone();
    let path: Arc<str> = request.uri().path().into();
    let started = tokio::time::Instant::now();
    let mut response = next.run(request).await;
    let milliseconds = started.elapsed().as_millis();
    tracing::info!(target: "certbroker::http", %id, %method, path = &*path, status = response.status().as_u16(), %milliseconds, "answered");
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}
