//! Why a use case was refused or failed, with a category that travels and a stable code for translation.

use std::fmt;

use domain::{Money, MoneyError, contact::FieldProblem};
use i18n::Locale;
use jiff::civil::Date;

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
    pub values: Vec<(&'static str, RefusalValue)>,
}

/// A value in the sentence of a refusal. As text it is the same in every language, for programs and logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusalValue {
    /// Shown as it is.
    Text(String),
    /// An amount.
    Money(Money),
    /// A day.
    Day(Date),
}

impl RefusalValue {
    /// As the reader's language writes it.
    #[must_use]
    pub fn shown(&self, locale: Locale) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Money(amount) => i18n::money(locale, *amount),
            Self::Day(day) => i18n::date(locale, *day),
        }
    }
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
    pub fn with(mut self, name: &'static str, value: impl Into<RefusalValue>) -> Self {
        self.values.push((name, value.into()));
        self
    }
}

impl fmt::Display for RefusalValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Money(amount) => amount.fmt(f),
            Self::Day(day) => day.fmt(f),
        }
    }
}

impl From<String> for RefusalValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Money> for RefusalValue {
    fn from(amount: Money) -> Self {
        Self::Money(amount)
    }
}

impl From<Date> for RefusalValue {
    fn from(day: Date) -> Self {
        Self::Day(day)
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
