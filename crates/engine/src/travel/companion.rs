//! The simulated CA beside us: its clock goes with ours.

use async_trait::async_trait;
use jiff::Timestamp;

/// The clock of a simulator beside us. It never goes backwards and never shows less than ours.
#[async_trait]
pub trait Companion: Send + Sync {
    /// What it shows.
    ///
    /// # Errors
    /// It does not answer.
    async fn now(&self) -> Result<Timestamp, CompanionAway>;

    /// Moves it on to this instant, unless it is beyond it already; returns what it shows then.
    ///
    /// # Errors
    /// It does not answer.
    async fn advance_to(&self, at: Timestamp) -> Result<Timestamp, CompanionAway>;
}

/// The simulator does not answer, and why.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the simulated CA's clock does not answer: {0}")]
pub struct CompanionAway(pub String);
