//! What things cost, and buying them.

mod model;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use engine::orders::QuoteRequest;
use httpkit::Failure;

use crate::{
    caller::Caller,
    idempotency::{self, Answer},
    input::Body,
    problem::Problem,
    state::ApiState,
};
use model::{Placed, Quote, QuoteQuestion};

pub(crate) use model::Order;

/// What an order would cost, and whether it can be paid.
#[utoipa::path(
    post, path = "/api/v1/orders/quote", tag = "orders", operation_id = "quote_order",
    security(("token" = ["orders:write"])),
    request_body = QuoteQuestion,
    responses((status = 200, body = Quote, description = "The price."), (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong.")),
)]
pub(crate) async fn quote(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    body: Body<QuoteQuestion>,
) -> Result<Json<Quote>, Failure> {
    let request = QuoteRequest::try_from(body.value)?;
    let quote = state.engine.orders().quote(&actor, request).await?;
    Ok(Json(quote.into()))
}

/// Takes an order: reserves the money, and orders at the CA.
///
/// With an `Idempotency-Key` the order is taken once, however often it is sent: the same key and body get the stored
/// answer, the same key with another body is refused. A refused order frees its key. An `external_ref` does the same
/// for ever: the same reference again gets the service that it made.
#[utoipa::path(
    post, path = "/api/v1/orders", tag = "orders", operation_id = "place_order",
    security(("token" = ["orders:write"])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Up to 255 characters, fresh for every order.")),
    request_body = Order,
    responses(
        (status = 201, body = Placed, description = "The order was taken.", headers(("Location" = String, description = "The service."))),
        (status = 200, body = Placed, description = "There was a service with this external reference; nothing was ordered."),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "`idempotency-key-reused`: the key came with another body. `idempotency-in-progress`: the first request is not answered yet."),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "Fields are wrong, or a rule refuses the order, for example `not-enough-money`."),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong."),
    ),
)]
pub(crate) async fn place(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    headers: HeaderMap,
    body: Body<Order>,
) -> Result<Response, Failure> {
    let key = idempotency::key(&headers)?;
    let answer = match key {
        None => take(&state, &actor, body.value, None).await?,
        Some(key) => {
            let request = idempotency::Request {
                key,
                route: "POST /api/v1/orders",
                body: &body.bytes,
            };
            idempotency::once(&state.engine, &actor, &request, |reference| {
                take(&state, &actor, body.value, Some(reference))
            })
            .await?
        }
    };
    Ok(answer.into_response())
}

/// The order under its external reference: the client's own, else the one that stands for the idempotency key.
async fn take(
    state: &ApiState,
    actor: &engine::Actor,
    order: Order,
    reference: Option<String>,
) -> Result<Answer, Failure> {
    let mut order = engine::orders::NewOrder::try_from(order)?;
    order.external_ref = order.external_ref.or(reference);
    let placed = Placed::from(state.engine.orders().place(actor, order).await?);
    let status = if placed.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok(Answer::new(status, &placed))
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let location = self.location();
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.is_replayed {
            headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        if let Some(location) = location.and_then(|path| HeaderValue::from_str(&path).ok()) {
            headers.insert(header::LOCATION, location);
        }
        response
    }
}

impl Answer {
    fn location(&self) -> Option<String> {
        let body: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        let id = body.get("service")?.get("id")?.as_str()?;
        Some(format!("{}/services/{id}", crate::PREFIX))
    }
}
