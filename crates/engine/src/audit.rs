//! The audit trail: who did what. Use cases [`append`] to it in the transaction that changes something; people read it,
//! and anybody can prove that nothing was changed or removed since.

use std::fmt;

use serde_json::Value;
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

/// Tells, when the transaction is committed, that the actor did this.
///
/// `action` is a stable word such as `account.credit`, `subject` an id, `detail` what was given and what changed. Secrets
/// never belong here: the trail is kept for ever and read by many.
pub fn append(engine: &Engine, tx: &Tx, actor: &Actor, action: &'static str, subject: impl fmt::Display, detail: Value) {
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

/// Reading the audit trail.
#[derive(Debug, Clone, Copy)]
pub struct Audit<'e> {
    engine: &'e Engine,
}

impl Engine {
    /// Reading the audit trail.
    #[must_use]
    pub const fn audit(&self) -> Audit<'_> {
        Audit { engine: self }
    }
}

impl Audit<'_> {
    /// The newest links first.
    ///
    /// # Errors
    /// Refused without [`Permission::ReadAudit`].
    pub async fn list(&self, actor: &Actor, filter: &AuditFilter, page: &Page) -> Result<Listing<Link>> {
        authority::require(actor, Permission::ReadAudit)?;
        Ok(store::audit::list(self.engine.store().reader(), filter, page).await?)
    }

    /// Follows the whole chain and says whether every link fits.
    ///
    /// # Errors
    /// Refused without [`Permission::ReadAudit`].
    pub async fn verify(&self, actor: &Actor) -> Result<Verdict> {
        authority::require(actor, Permission::ReadAudit)?;
        Ok(store::audit::verify(self.engine.store().reader()).await?)
    }
}
