//! The port to a mail server.

use async_trait::async_trait;

use crate::Letter;

/// Hands letters to a mail server. Does not retry: the engine decides by the class of the failure.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands over one letter; `Ok` when the server has taken it.
    ///
    /// When the connection is lost after the content was sent, the server may have taken it; the next attempt then hands over the same
    /// Message-ID again.
    ///
    /// # Errors
    /// [`DeliveryError`] with its class.
    async fn deliver(&self, letter: &Letter) -> Result<(), DeliveryError>;
}

/// What a failure means for the notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryClass {
    /// Later it may work: the server is away, busy, or refuses our sign-in.
    Temporary,
    /// Never: the address or the letter is refused.
    Permanent,
}

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// The letter cannot be put together.
    #[error("putting the letter together: {0}")]
    Letter(String),
    /// No conversation came about: name, network, time-out, TLS.
    #[error("reaching the mail server: {0}")]
    Unreachable(String),
    /// The server does not take our name and password.
    #[error("the mail server refuses our sign-in: {0}")]
    SignIn(String),
    /// The server says: later.
    #[error("the mail server asks to try later: {0}")]
    Later(String),
    /// The server says: never.
    #[error("the mail server refuses the letter: {0}")]
    Refused(String),
}

impl DeliveryError {
    /// What the failure means for the notice.
    #[must_use]
    pub const fn class(&self) -> DeliveryClass {
        match self {
            Self::Unreachable(_) | Self::SignIn(_) | Self::Later(_) => DeliveryClass::Temporary,
            Self::Letter(_) | Self::Refused(_) => DeliveryClass::Permanent,
        }
    }
}
