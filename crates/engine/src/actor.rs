//! Who asks for something.

use std::{fmt, net::IpAddr};

use domain::{
    id::{AccountId, ApiTokenId, SellerId, UserId},
    state::Role,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Ties log lines, audit entries and error pages of one request together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestId(pub Uuid);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

/// Who asks, from where, in which request. Every use case takes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who it is.
    pub who: Who,
    /// The company or brand within which the actor acts.
    pub seller: SellerId,
    /// The request it came with.
    pub request: RequestId,
    /// The address it came from; none for the machine itself.
    pub address: Option<IpAddr>,
    /// Whether the password was given again lately; what needs it asks [`Actor::require_confirmation`].
    pub is_confirmed: bool,
}

/// The kinds of actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Nobody who is signed in.
    Guest,
    /// A user of the seller's company.
    Staff {
        /// Who signed in.
        user: UserId,
        /// [`Role::Administrator`] or [`Role::Staff`].
        role: Role,
        /// The client for whom they act, if they do.
        on_behalf_of: Option<AccountId>,
    },
    /// A user in a client's account.
    Member {
        /// Who signed in.
        user: UserId,
        /// The account they act in.
        account: AccountId,
        /// [`Role::Owner`], [`Role::Member`] or [`Role::Accountant`].
        role: Role,
    },
    /// A program with a token of the REST API.
    Token {
        /// The token.
        token: ApiTokenId,
        /// The account it belongs to.
        account: AccountId,
        /// What it may do.
        scopes: Vec<String>,
    },
    /// Whoever may run the program on the machine where the data lie.
    CommandLine,
    /// certbroker itself: the worker, the schedule.
    System(&'static str),
}

impl Actor {
    /// certbroker itself.
    #[must_use]
    pub fn system(part: &'static str, seller: SellerId, request: RequestId) -> Self {
        Self {
            who: Who::System(part),
            seller,
            request,
            address: None,
            is_confirmed: true,
        }
    }

    /// Refuses what needs the password given again (ASVS 7.5.3).
    ///
    /// # Errors
    /// [`Error::ConfirmationRequired`].
    pub const fn require_confirmation(&self) -> Result<()> {
        match &self.who {
            Who::Staff { .. } | Who::Member { .. } if !self.is_confirmed => Err(Error::ConfirmationRequired),
            _ => Ok(()),
        }
    }

    /// The user, if a person signed in.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match &self.who {
            Who::Staff { user, .. } | Who::Member { user, .. } => Some(*user),
            Who::Guest | Who::Token { .. } | Who::CommandLine | Who::System(_) => None,
        }
    }

    /// The account within which the actor is confined, or for which staff acts.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match &self.who {
            Who::Member { account, .. } | Who::Token { account, .. } => Some(*account),
            Who::Staff { on_behalf_of, .. } => *on_behalf_of,
            Who::Guest | Who::CommandLine | Who::System(_) => None,
        }
    }

    /// How audit entries call the actor: a kind and what identifies it.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.who {
            Who::Guest => "guest".to_owned(),
            Who::Staff { user, .. } | Who::Member { user, .. } => user.to_string(),
            Who::Token { token, .. } => token.to_string(),
            Who::CommandLine => "command line".to_owned(),
            Who::System(part) => format!("certbroker: {part}"),
        }
    }
}
