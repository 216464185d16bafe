//! Who asks: the bearer token, and how often it may.

use std::time::Duration;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use engine::{Actor, Error, RequestId, Who};
use governor::clock::Clock as _;
use httpkit::{ClientAddress, Failure};

use crate::state::ApiState;

/// Tokens that were quiet are forgotten when more than this many are counted.
const MOST_COUNTED: usize = 10_000;

/// The token's account, as an actor of use cases.
pub(crate) struct Caller(pub(crate) Actor);

impl FromRequestParts<ApiState> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Failure> {
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, state).await;
        let request = parts
            .extensions
            .get::<RequestId>()
            .copied()
            .unwrap_or_else(|| new_request(state));
        let token = bearer(&parts.headers).ok_or_else(token_required)?;
        let outcome = state
            .engine
            .api_tokens()
            .authenticate(token, request, address)
            .await;
        let actor = match outcome {
            Ok(actor) => actor,
            Err(Error::SignInRequired) => {
                state
                    .wrong_tokens
                    .count(address)
                    .map_err(Failure::too_many_attempts)?;
                return Err(token_required());
            }
            Err(error) => return Err(error.into()),
        };
        count(state, &actor).map_err(Failure::too_many_attempts)?;
        Ok(Self(actor))
    }
}

/// The one `Authorization` header, when it is a bearer token (RFC 6750).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn token_required() -> Failure {
    Failure::new(StatusCode::UNAUTHORIZED, "token-required")
}

fn new_request(state: &ApiState) -> RequestId {
    RequestId(seal::random::uuid_v7(state.engine.clock().machine_now()))
}

fn count(state: &ApiState, actor: &Actor) -> Result<(), Duration> {
    let Who::Token { token, .. } = &actor.who else {
        return Ok(());
    };
    let outcome = state.pace.check_key(token);
    if state.pace.len() > MOST_COUNTED {
        state.pace.retain_recent();
    }
    outcome.map_err(|busy| busy.wait_time_from(state.pace.clock().now()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_token_is_taken_from_one_bearer_header_only() {
        for (values, expected) in [
            (&["Bearer cbt_a"][..], Some("cbt_a")),
            (&["bearer  cbt_a "], Some("cbt_a")),
            (&["Basic cbt_a"], None),
            (&["cbt_a"], None),
            (&["Bearer cbt_a", "Bearer cbt_b"], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            assert_eq!(bearer(&headers), expected, "{values:?}");
        }
    }
}
