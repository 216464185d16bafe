//! How the API refuses: a status and a text.

use crate::{csr::CsrRefused, journal::JournalError, params::ParamsError, shared::SimulatorError};

/// A refused request. Nothing was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            message: message.into(),
        }
    }

    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self {
            status: 401,
            message: message.into(),
        }
    }

    pub(crate) fn insufficient_funds() -> Self {
        Self {
            status: 402,
            message: "Insufficient funds".to_owned(),
        }
    }

    pub(crate) fn not_found() -> Self {
        Self {
            status: 404,
            message: "Not found".to_owned(),
        }
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self {
            status: 405,
            message: "Method not allowed".to_owned(),
        }
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self {
            status: 409,
            message: message.into(),
        }
    }

    pub(crate) fn unprocessable(message: impl Into<String>) -> Self {
        Self {
            status: 422,
            message: message.into(),
        }
    }

    /// Whether the client's input is at fault.
    pub(crate) fn is_validation(&self) -> bool {
        matches!(self.status, 400 | 402 | 409 | 422)
    }
}

impl From<ParamsError> for Refusal {
    fn from(error: ParamsError) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl From<CsrRefused> for Refusal {
    fn from(error: CsrRefused) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl From<SimulatorError> for Refusal {
    fn from(error: SimulatorError) -> Self {
        match error {
            SimulatorError::NoSuchCertificate { .. }
            | SimulatorError::NoSuchOrder { .. }
            | SimulatorError::NoSuchPreorder { .. } => Self::not_found(),
            SimulatorError::NotOpen { .. } | SimulatorError::NotIssued { .. } | SimulatorError::BadCode => {
                Self::bad_request(error.to_string())
            }
            SimulatorError::BalanceTooLow { .. } => Self::insufficient_funds(),
            SimulatorError::Clock(_) | SimulatorError::BadFault(_) | SimulatorError::Money(_) => {
                Self::unprocessable(error.to_string())
            }
            error => {
                tracing::error!(error = &error as &dyn std::error::Error, "simulator failed");
                Self {
                    status: 500,
                    message: "Internal error".to_owned(),
                }
            }
        }
    }
}

impl From<JournalError> for Refusal {
    fn from(error: JournalError) -> Self {
        SimulatorError::from(error).into()
    }
}
