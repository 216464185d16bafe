//! The audit trail: who did what, appended in the transaction that does it, chained by hashes.

use std::fmt::Display;

use store::{
    Listing, Page, Tx,
    audit::{AuditFilter, Link, NewLink, Verdict},
};

use crate::{
    Engine,
    actor::Actor,
    authority::{self, Permission},
    error::Result,
};

impl Engine {
    /// The audit trail.
    #[must_use]
    pub fn audit(&self) -> Audit<'_> {
        Audit(self)
    }
}

/// Reading the audit trail.
pub struct Audit<'a>(&'a Engine);

impl Audit<'_> {
    /// The newest entries first.
    ///
    /// # Errors
    /// [`Error::Forbidden`](crate::Error::Forbidden).
    pub async fn list(&self, actor: &Actor, filter: &AuditFilter, page: &Page) -> Result<Listing<Link>> {
        authority::require(actor, Permission::ReadAudit)?;
        Ok(store::audit::list(self.0.store().reader(), filter, page).await?)
    }

    /// Follows the chain from its beginning and says where it breaks, if it does.
    ///
    /// # Errors
    /// [`Error::Forbidden`](crate::Error::Forbidden).
    pub async fn verify(&self, actor: &Actor) -> Result<Verdict> {
        authority::require(actor, Permission::ReadAudit)?;
        Ok(store::audit::verify(self.0.store().reader()).await?)
    }
}

/// Notes what the transaction does; it is written when the transaction commits, and not at all when it does not.
/// `detail` must hold no secret.
pub(crate) fn append(
    tx: &Tx,
    engine: &Engine,
    actor: &Actor,
    action: &'static str,
    subject: &dyn Display,
    detail: serde_json::Value,
) {
    tx.audit(NewLink {
        at: engine.now(),
        seller: Some(actor.seller),
        actor: actor.label(),
        user: actor.user(),
        account: actor.account(),
        address: actor.address,
        request: actor.request.to_string(),
        action,
        subject: subject.to_string(),
        detail,
    });
}
