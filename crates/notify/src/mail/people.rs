//! What users are told of their sign-in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::words::{Fields, Words};
use crate::SecretLink;

/// See [`super::Mail::ConfirmAddress`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmAddress {
    /// Confirms when opened.
    pub link: SecretLink,
    /// Until when it does.
    pub valid_until: Timestamp,
}

/// See [`super::Mail::PasswordReset`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordReset {
    /// Leads to the choice of a new password.
    pub link: SecretLink,
    /// Until when it does.
    pub valid_until: Timestamp,
}

impl ConfirmAddress {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        vec![
            ("link", self.link.expose().into()),
            ("valid_until", words.time(self.valid_until)),
        ]
    }
}

impl PasswordReset {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        vec![
            ("link", self.link.expose().into()),
            ("valid_until", words.time(self.valid_until)),
        ]
    }
}
