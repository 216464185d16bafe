//! Why a use case was refused or failed, with a category that travels and a stable code for translation.

use domain::{MoneyError, contact::FieldProblem};

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a use case was refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such object for this actor.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in.
    #[error("sign in first")]
    SignInRequired,
    /// The password must be given again before this.
    #[error("confirm your password first")]
    ConfirmationRequired,
    /// The actor may not do this.
    #[error("not allowed")]
    Forbidden,
    /// Fields of the input are wrong; each is named.
    #[error("{} fields are wrong", .0.len())]
    Invalid(Vec<FieldProblem>),
    /// Someone else changed the object meanwhile.
    #[error("changed by someone else meanwhile")]
    Conflict,
    /// Understood, and refused by a rule.
    #[error("refused: {}", .0.code)]
    Refused(Refusal),
    /// Too many tries.
    #[error("too many tries, wait {retry_after_seconds} s")]
    TooManyTries {
        /// How long to wait.
        retry_after_seconds: u64,
    },
    /// The CA did not do what was asked.
    #[error("the CA did not do it")]
    Ca(#[source] ca::CaError),
    /// The database failed.
    #[error("the database failed")]
    Store(#[source] store::Error),
    /// Something that cannot happen happened; it is logged with the request id.
    #[error("internal: {0}")]
    Internal(String),
}

/// A rule said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code; the text is `refused-{code}`.
    pub code: &'static str,
    /// Values for the text, such as `amount`.
    pub values: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal without values.
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        Self {
            code,
            values: Vec::new(),
        }
    }

    /// The same with one more value for its text.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "amounts and numbers are given as they are"
    )]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }
}

/// Whose turn it is after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The asker can mend it.
    Asker,
    /// Trying again may help.
    Passing,
    /// Staff must look.
    Staff,
}

impl Error {
    /// A refusal by a rule.
    #[must_use]
    pub const fn refused(code: &'static str) -> Self {
        Self::Refused(Refusal::new(code))
    }

    /// One wrong field.
    #[must_use]
    pub fn field(field: impl Into<String>, code: &'static str) -> Self {
        Self::Invalid(vec![FieldProblem {
            field: field.into(),
            code,
        }])
    }

    /// Whose turn it is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::NotFound
            | Self::SignInRequired
            | Self::ConfirmationRequired
            | Self::Forbidden
            | Self::Invalid(_)
            | Self::Conflict
            | Self::Refused(_) => Class::Asker,
            Self::TooManyTries { .. } => Class::Passing,
            Self::Ca(error) if error.class().may_pass() => Class::Passing,
            Self::Store(error) if error.is_transient() => Class::Passing,
            Self::Ca(_) | Self::Store(_) | Self::Internal(_) => Class::Staff,
        }
    }

    /// The stable code; the text is `error-{code}`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::SignInRequired => "sign-in-required",
            Self::ConfirmationRequired => "confirmation-required",
            Self::Forbidden => "forbidden",
            Self::Invalid(_) => "invalid",
            Self::Conflict => "conflict",
            Self::Refused(_) => "refused",
            Self::TooManyTries { .. } => "too-many-tries",
            Self::Ca(_) => "ca",
            Self::Store(_) => "store",
            Self::Internal(_) => "internal",
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Conflict { .. } => Self::Conflict,
            other => Self::Store(other),
        }
    }
}

impl From<ca::CaError> for Error {
    fn from(error: ca::CaError) -> Self {
        Self::Ca(error)
    }
}

impl From<MoneyError> for Error {
    fn from(error: MoneyError) -> Self {
        Self::Internal(format!("amounts: {error}"))
    }
}
