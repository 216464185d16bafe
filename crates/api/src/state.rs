//! What the endpoints share.

use std::{num::NonZeroU32, sync::Arc};

use axum::extract::FromRef;
use domain::id::ApiTokenId;
use engine::Engine;
use governor::{DefaultKeyedRateLimiter, Quota};
use httpkit::{AppState, HttpConfig, rate::Attempts};

/// Requests with a token that is none, per address and minute, after a burst of as many.
const WRONG_TOKENS_PER_MINUTE: NonZeroU32 = const { NonZeroU32::new(60).unwrap() };

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct ApiState {
    pub(crate) engine: Engine,
    pub(crate) config: Arc<HttpConfig>,
    /// Requests per token.
    pub(crate) pace: Arc<DefaultKeyedRateLimiter<ApiTokenId>>,
    /// Requests per address with a token that is none.
    pub(crate) wrong_tokens: Arc<Attempts>,
}

impl ApiState {
    pub(crate) fn new(state: &AppState) -> Self {
        let quota = Quota::per_minute(state.config().api_requests_per_minute);
        Self {
            engine: state.engine().clone(),
            config: Arc::from_ref(state),
            pace: Arc::new(DefaultKeyedRateLimiter::keyed(quota)),
            wrong_tokens: Arc::new(Attempts::per_minute(WRONG_TOKENS_PER_MINUTE)),
        }
    }
}

impl FromRef<ApiState> for Arc<HttpConfig> {
    fn from_ref(state: &ApiState) -> Self {
        Self::clone(&state.config)
    }
}
