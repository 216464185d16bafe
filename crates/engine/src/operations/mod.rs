//! Operations: units of automatic work, and what people do about them.

mod by_hand;
mod edit;
pub(crate) mod ending;
mod failure;
pub(crate) mod fresh;
pub(crate) mod gate;
mod give_way;
mod model;
pub(crate) mod run;
pub(crate) mod steps;
pub(crate) mod waiting;

pub use edit::{Editable, NameEdit, OperationEdit};
pub use model::{
    AttemptView, ConsideredView, ErrorView, MoneyBack, OperationQuery, OperationView, PurchaseDecision,
    PurchaseView, Upload,
};
pub use waiting::{Turn, Waiting, Why};

pub(crate) use give_way::{give_way, withdraw};

use domain::{
    id::{NumberKind, OperationId},
    state::{OperationState, TaskKind},
};
use serde_json::json;
use store::{
    Listing, Page,
    operation::{self, Operation, OperationFilter},
    service::Service,
};

use crate::{
    Actor, Engine, Error, Permission, Result, audit,
    authority::require,
    effects::{self, NewTask},
    services::{operation_page, operation_views},
    tasks,
};

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
    /// Only staff sees all of them; clients see theirs on the service's page.
    pub async fn list(
        &self,
        actor: &Actor,
        query: &OperationQuery,
        page: &Page,
    ) -> Result<Listing<OperationView>> {
        require(actor, Permission::WorkTasks)?;
        let filter = OperationFilter {
            seller: Some(actor.seller),
            account: query.account,
            state: query.state,
            kind: query.kind,
            service: query.service,
            module: query.module,
            in_trouble: query.in_trouble,
        };
        let found = operation::list(self.0.store().reader(), &filter, page).await?;
        let rows = operation_views(self.0, actor, &found.rows).await?;
        Ok(Listing {
            rows,
            next: found.next,
            total: found.total,
        })
    }

    /// The operation with this id or number (`O-311`).
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn find(&self, actor: &Actor, text: &str) -> Result<OperationId> {
        require(actor, Permission::SeeServices)?;
        let reader = self.0.store().reader();
        let found = match (text.trim().parse(), NumberKind::Operation.read(text)) {
            (Ok(id), _) => operation::find(reader, id).await?,
            (Err(_), Some(number)) => operation::find_by_number(reader, number).await?,
            (Err(_), None) => None,
        };
        let found = found.ok_or(Error::NotFound)?;
        self.0.services().own(actor, found.service_id).await?;
        Ok(found.id)
    }

    /// An operation with its attempts, their log lines, its purchases and the modules considered.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn show(&self, actor: &Actor, id: OperationId) -> Result<OperationView> {
        require(actor, Permission::SeeServices)?;
        let (operation, _) = self.own(actor, id).await?;
        operation_page(self.0, actor, &operation).await
    }

    /// Starts it again from the step at which it stopped, with fresh attempts.
    ///
    /// # Errors
    /// [`Error::Refused`] with `already-over`.
    pub async fn retry(&self, actor: &Actor, id: OperationId) -> Result<()> {
        require(actor, Permission::WorkTasks)?;
        let engine = self.0;
        self.own(actor, id).await?;
        let tx = engine.store().begin().await?;
        let mut operation = operation::lock(&tx, id).await?.ok_or(Error::NotFound)?;
        start_again(engine, &mut operation)?;
        operation.let_run_by = Some(actor.label());
        operation::update(&tx, &mut operation).await?;
        effects::close_task_of_operation(engine, &tx, &operation, tasks::Outcome::Done).await?;
        audit::append(
            &tx,
            engine,
            actor,
            "operation.retried",
            &id,
            json!({ "number": operation.number }),
        );
        tx.commit().await?;
        engine.wake();
        Ok(())
    }

    /// Stops automatic attempts and opens a task.
    ///
    /// # Errors
    /// [`Error::Refused`] with `already-over` or `is-running`.
    pub async fn give_to_person(&self, actor: &Actor, id: OperationId, note: &str) -> Result<()> {
        require(actor, Permission::WorkTasks)?;
        let engine = self.0;
        let (_, service) = self.own(actor, id).await?;
        let tx = engine.store().begin().await?;
        let mut operation = operation::lock(&tx, id).await?.ok_or(Error::NotFound)?;
        if operation.state != OperationState::Waiting {
            return Err(Error::refused("already-over"));
        }
        refuse_running(engine, &operation)?;
        let text = if note.trim().is_empty() {
            "handed over by staff"
        } else {
            note.trim()
        };
        failure::make_manual(&mut operation, "by_staff", text);
        operation::update(&tx, &mut operation).await?;
        let task =
            NewTask::for_operation(TaskKind::OperationManual, &service, &operation).saying(text.to_owned());
        effects::open_task_once(engine, &tx, task).await?;
        audit::append(
            &tx,
            engine,
            actor,
            "operation.handed_over",
            &id,
            json!({ "note": text }),
        );
        tx.commit().await?;
        Ok(())
    }

    /// Finishes an operation with a certificate that a person brings, and closes its task.
    ///
    /// # Errors
    /// [`Error::Invalid`] with field `pem` when it is no certificate or does not match the order; [`Error::Refused`] with
    /// `already-over`, `is-running` or `ca-order-unknown`.
    pub async fn finish_by_hand(&self, actor: &Actor, id: OperationId, upload: Upload) -> Result<()> {
        require(actor, Permission::WorkTasks)?;
        by_hand::finish(self.0, actor, id, upload).await
    }

    /// Decides a purchase that waits for a person.
    ///
    /// # Errors
    /// [`Error::Refused`] with `nothing-to-decide`, or `second-person-needed` when who ordered approves.
    pub async fn decide_purchase(
        &self,
        actor: &Actor,
        id: OperationId,
        decision: PurchaseDecision,
    ) -> Result<()> {
        require(actor, Permission::WorkTasks)?;
        by_hand::decide(self.0, actor, id, decision).await
    }

    /// Finishes a closing that the CA cannot do by its API.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not-a-closing` or `is-running`.
    pub async fn finish_closing(&self, actor: &Actor, id: OperationId, money: MoneyBack) -> Result<()> {
        require(actor, Permission::WorkTasks)?;
        by_hand::finish_closing(self.0, actor, id, money).await
    }

    /// An operation that the actor may see, with its service.
    pub(crate) async fn own(&self, actor: &Actor, id: OperationId) -> Result<(Operation, Service)> {
        let operation = operation::find(self.0.store().reader(), id)
            .await?
            .ok_or(Error::NotFound)?;
        let service = self.0.services().own(actor, operation.service_id).await?;
        Ok((operation, service))
    }
}

/// Makes an operation due with fresh attempts.
pub(crate) fn start_again(engine: &Engine, operation: &mut Operation) -> Result<()> {
    if !matches!(operation.state, OperationState::Waiting | OperationState::Manual) {
        return Err(Error::refused("already-over"));
    }
    refuse_running(engine, operation)?;
    operation.state = OperationState::Waiting;
    operation.attempts = 0;
    operation.postponed = 0;
    operation.next_run_at = Some(engine.now());
    operation.lease_owner = None;
    operation.lease_until = None;
    Ok(())
}

fn refuse_running(engine: &Engine, operation: &Operation) -> Result<()> {
    let wall = engine.clock().machine_now();
    if operation.lease_until.is_some_and(|until| until > wall) {
        return Err(Error::refused("is-running"));
    }
    Ok(())
}
