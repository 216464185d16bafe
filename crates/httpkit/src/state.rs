//! What handlers share.

use std::sync::Arc;

use axum::extract::FromRef;

use crate::{config::HttpConfig, rate::Attempts};

/// Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    engine: engine::Engine,
    config: Arc<HttpConfig>,
    attempts: Arc<Attempts>,
}

impl AppState {
    /// The engine under this address and these limits.
    #[must_use]
    pub fn new(engine: engine::Engine, config: HttpConfig) -> Self {
        let attempts = Arc::new(Attempts::per_minute(config.attempts_per_minute));
        Self {
            engine,
            config: Arc::new(config),
            attempts,
        }
    }

    /// The use cases.
    #[must_use]
    pub const fn engine(&self) -> &engine::Engine {
        &self.engine
    }

    /// The public address and the limits.
    #[must_use]
    pub fn config(&self) -> &HttpConfig {
        &self.config
    }

    /// Attempts per address at sign-in, registration and reset.
    #[must_use]
    pub fn attempts(&self) -> &Attempts {
        &self.attempts
    }
}

impl FromRef<AppState> for Arc<HttpConfig> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.config)
    }
}

impl FromRef<AppState> for engine::Engine {
    fn from_ref(state: &AppState) -> Self {
        state.engine.clone()
    }
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState")
            .field("public_url", &self.config.public_url().as_str())
            .finish_non_exhaustive()
    }
}
