//! Who asks.

use domain::{
    id::{AccountId, UserId},
    state::Role,
};

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Who.
    pub user: UserId,
    /// What they call themselves.
    pub name: String,
    /// Their mail address, which they sign in with.
    pub email: String,
    /// What they may do: of the seller's company, or in the account.
    pub role: Role,
    /// The account they act in; none for staff.
    pub account: Option<AccountId>,
}
