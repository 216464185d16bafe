//! Bodies, queries and ids, read strictly: what is not understood is refused and never left out of account.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
};
use domain::id::{NumberKind, ServiceId};
use engine::Actor;
use httpkit::Failure;
use serde::de::DeserializeOwned;

use crate::state::ApiState;

/// A body of JSON, with the bytes that it was read from.
pub(crate) struct Body<T> {
    pub(crate) value: T,
    pub(crate) bytes: Bytes,
}

impl<T: DeserializeOwned> FromRequest<ApiState> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Failure> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.split(';').next())
            .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"));
        if !is_json {
            return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            Failure::of_status(axum::response::IntoResponse::into_response(rejection).status())
        })?;
        let value = serde_json::from_slice(&bytes).map_err(|error| not_understood("body", &error))?;
        Ok(Self { value, bytes })
    }
}

/// The query of the address.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<ApiState> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Failure> {
        axum_extra::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|query| Self(query.0))
            .map_err(|rejection| not_understood("query", &rejection))
    }
}

fn not_understood(code: &str, error: &impl std::fmt::Display) -> Failure {
    // What came is in the message, so it is cut and stays one line.
    let detail: String = error
        .to_string()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(300)
        .collect();
    Failure::new(StatusCode::BAD_REQUEST, code).with("detail", detail)
}

/// The service that an address names by id, number or external reference.
pub(crate) async fn service(state: &ApiState, actor: &Actor, text: &str) -> Result<ServiceId, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    Ok(state.engine.services().find(actor, text).await?)
}

/// How people call the service.
pub(crate) fn number(number: i64) -> String {
    NumberKind::Service.show(number)
}
