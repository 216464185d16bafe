//! One error type whose class travels through all layers, so that nobody parses its text.

use std::{error::Error as StdError, fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::raw::RawAnswer;

/// Short for a result that fails with [`CaError`].
pub type Result<T> = std::result::Result<T, CaError>;

/// What went wrong, in the words that decide what happens next (design §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// No answer: name, connection, TLS, time-out or an answer that says "later" (502, 503, 504).
    Unreachable,
    /// The CA refuses our credentials.
    Unauthorized,
    /// The CA knows us but takes no calls from our address.
    ForbiddenAddress,
    /// Too many calls; [`CaError::retry_after`] says how long to wait when the CA said so.
    RateLimited,
    /// The CA understood and says no.
    Rejected,
    /// The answer is not understood; it is kept in [`CaError::raw`].
    Protocol,
    /// This CA has no such call, or not for this product.
    Unsupported,
}

impl Class {
    /// Every class, for tables and translation checks.
    pub const ALL: &'static [Self] = &[
        Self::Unreachable,
        Self::Unauthorized,
        Self::ForbiddenAddress,
        Self::RateLimited,
        Self::Rejected,
        Self::Protocol,
        Self::Unsupported,
    ];

    /// The stable word for storage and translation keys.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Unauthorized => "unauthorized",
            Self::ForbiddenAddress => "forbidden_address",
            Self::RateLimited => "rate_limited",
            Self::Rejected => "rejected",
            Self::Protocol => "protocol",
            Self::Unsupported => "unsupported",
        }
    }

    /// Whether a failure of this class uses up one of an operation's attempts (design §6: the CA's being away does not).
    #[must_use]
    pub const fn uses_attempt(self) -> bool {
        !matches!(self, Self::Unreachable | Self::RateLimited)
    }

    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub const fn may_pass(self) -> bool {
        matches!(self, Self::Unreachable | Self::RateLimited | Self::Protocol)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A call to a CA that brought no result.
///
/// Returned by a call that can cost money, it promises that the CA has certainly *not* carried it out; anything less certain is
/// [`Placed::Unknown`](crate::Placed::Unknown).
#[derive(Debug)]
pub struct CaError {
    /// What went wrong.
    pub class: Class,
    /// The connector's kind, such as `leadertelecom`.
    pub service: &'static str,
    /// What was being done, such as `read the balance`.
    pub doing: &'static str,
    /// What the CA said or what was observed, for staff; never with secrets.
    pub detail: String,
    /// How long the CA asks us to wait.
    pub retry_after: Option<Duration>,
    /// The answer as it came, masked; boxed because errors travel far.
    pub raw: Option<Box<RawAnswer>>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl CaError {
    /// An error with its class and text.
    pub fn new(class: Class, service: &'static str, doing: &'static str, detail: impl Into<String>) -> Self {
        Self {
            class,
            service,
            doing,
            detail: detail.into(),
            retry_after: None,
            raw: None,
            source: None,
        }
    }

    /// The CA has no such call.
    pub fn unsupported(service: &'static str, doing: &'static str) -> Self {
        Self::new(Class::Unsupported, service, doing, "the CA offers no such call")
    }

    /// The same, with the answer that was not understood or that said no.
    #[must_use]
    pub fn with_raw(mut self, raw: RawAnswer) -> Self {
        self.raw = Some(Box::new(raw));
        self
    }

    /// The same failure, seen as another class by somebody who knows more about the call.
    #[must_use]
    pub fn as_class(mut self, class: Class) -> Self {
        self.class = class;
        self
    }

    /// The same, with the wait that the CA asked for.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// The same, with the lower error that caused it. It must carry no secret, not even in a URL.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What went wrong.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.class
    }
}

impl fmt::Display for CaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: could not {} ({}): {}",
            self.service, self.doing, self.class, self.detail
        )
    }
}

impl StdError for CaError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_absence_of_the_ca_uses_up_no_attempt() {
        let free: Vec<_> = Class::ALL.iter().filter(|class| !class.uses_attempt()).collect();
        assert_eq!(free, [&Class::Unreachable, &Class::RateLimited]);
    }

    #[test]
    fn the_message_names_service_call_class_and_detail() {
        let error = CaError::new(
            Class::Unauthorized,
            "someca",
            "read the balance",
            "Invalid login or password",
        );
        assert_eq!(
            error.to_string(),
            "someca: could not read the balance (unauthorized): Invalid login or password"
        );
    }

    #[test]
    fn the_stored_word_is_the_serialised_word() {
        for class in Class::ALL {
            assert_eq!(serde_json::to_value(class).unwrap(), class.word());
        }
    }
}
