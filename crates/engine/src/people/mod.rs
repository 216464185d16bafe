//! People: who may sign in, how they prove it, and for whom they act.
//!
//! A *user* signs in; an *account* buys; a *membership* ties the two. Passwords are Argon2id, a second factor is
//! required for everybody of the seller's company, sessions are random tokens stored as hashes (ASVS 5.0 chapters 6
//! and 7).

pub mod account;
pub mod password;
pub mod registration;
pub mod second_factor;
pub mod session;
pub mod setup;
pub mod sign_in;
mod tries;
pub mod user;

#[cfg(test)]
mod tests;

use crate::Engine;

impl Engine {
    /// The first-run set-up.
    #[must_use]
    pub fn setup(&self) -> setup::SetUp<'_> {
        setup::SetUp(self)
    }

    /// Signing in, second factor, resetting a password.
    #[must_use]
    pub fn sign_in(&self) -> sign_in::SignIn<'_> {
        sign_in::SignIn(self)
    }

    /// Sessions: whose is this token, which are open, end one.
    #[must_use]
    pub fn sessions(&self) -> session::Sessions<'_> {
        session::Sessions(self)
    }

    /// Clients who register themselves, and what follows a mail: confirming an address, a new password.
    #[must_use]
    pub fn registration(&self) -> registration::Registration<'_> {
        registration::Registration(self)
    }

    /// The company or brand whose installation this is: whom guests come to.
    ///
    /// # Errors
    /// [`Error::Internal`](crate::Error::Internal) before the first start has made it.
    pub async fn seller(&self) -> crate::Result<domain::id::SellerId> {
        let seller = store::seller::first(self.store().reader()).await?;
        seller
            .map(|seller| seller.id)
            .ok_or_else(|| crate::Error::Internal("there is no seller".to_owned()))
    }

    /// Users.
    #[must_use]
    pub fn users(&self) -> user::Users<'_> {
        user::Users(self)
    }

    /// Accounts and their members.
    #[must_use]
    pub fn accounts(&self) -> account::Accounts<'_> {
        account::Accounts(self)
    }
}
