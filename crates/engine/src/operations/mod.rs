//! Operations: units of automatic work, and what people do about them.

mod model;
pub(crate) mod run;
pub(crate) mod steps;

pub use model::{
    AttemptView, ConsideredView, ErrorView, MoneyBack, OperationQuery, OperationView, PurchaseDecision,
    PurchaseView, Upload,
};

use domain::id::OperationId;
use store::{Listing, Page};

use crate::{Actor, Engine, Error, Result};

/// Use cases around operations.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'a>(&'a Engine);

impl Engine {
    /// Operations: units of automatic work, and what people do about them.
    #[must_use]
    pub const fn operations(&self) -> Operations<'_> {
        Operations(self)
    }
}

impl Operations<'_> {
    /// One page of operations, newest first.
    ///
    /// # Errors
    /// As every use case.
    pub async fn list(
        &self,
        actor: &Actor,
        query: &OperationQuery,
        page: &Page,
    ) -> Result<Listing<OperationView>> {
        let _ = (self.0, actor, query, page);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// The operation with this id or number (`O-311`).
    ///
    /// # Errors
    /// As every use case.
    pub async fn find(&self, actor: &Actor, text: &str) -> Result<OperationId> {
        let _ = (self.0, actor, text);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// An operation with its attempts, their log lines, its purchases and the modules considered.
    ///
    /// # Errors
    /// As every use case.
    pub async fn show(&self, actor: &Actor, id: OperationId) -> Result<OperationView> {
        let _ = (self.0, actor, id);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Starts it again from the step at which it stopped, with fresh attempts.
    ///
    /// # Errors
    /// As every use case.
    pub async fn retry(&self, actor: &Actor, id: OperationId) -> Result<()> {
        let _ = (self.0, actor, id);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Stops automatic attempts and opens a task.
    ///
    /// # Errors
    /// As every use case.
    pub async fn give_to_person(&self, actor: &Actor, id: OperationId, note: &str) -> Result<()> {
        let _ = (self.0, actor, id, note);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Finishes an operation with a certificate that a person brings, and closes its task.
    ///
    /// # Errors
    /// As every use case.
    pub async fn finish_by_hand(&self, actor: &Actor, id: OperationId, upload: Upload) -> Result<()> {
        let _ = (self.0, actor, id, upload);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Decides a purchase that waits for a person.
    ///
    /// # Errors
    /// As every use case.
    pub async fn decide_purchase(
        &self,
        actor: &Actor,
        id: OperationId,
        decision: PurchaseDecision,
    ) -> Result<()> {
        let _ = (self.0, actor, id, decision);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Finishes a closing that the CA cannot do by its API.
    ///
    /// # Errors
    /// As every use case.
    pub async fn finish_closing(&self, actor: &Actor, id: OperationId, money: MoneyBack) -> Result<()> {
        let _ = (self.0, actor, id, money);
        Err(Error::Internal("not built yet".to_owned()))
    }
}
