//! One run of a leased operation: step after step until it has to wait, is over, or fails. What follows from a failure is
//! in [`failure`](super::failure).

use ca::CaError;
use domain::{
    id::{NumberKind, SellerId},
    state::{AttemptOutcome, OperationKind, OperationState, TaskKind},
};
use jiff::Timestamp;
use store::{
    Json, Tx,
    operation::{self, Attempt, Operation},
    service::Service,
};
use tracing::{Instrument as _, debug, info};

use super::{
    gate,
    steps::{close, open, prolong, reissue},
};
use crate::{Actor, Engine, Error, RequestId, Result, effects, modules, tasks};

/// What a step leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// The next step may follow at once.
    On,
    /// Everything is stored and the lease is given back.
    Rest,
}

/// Why a step did not come to its end.
#[derive(Debug)]
pub(crate) enum StepError {
    /// The CA did not do it; its class says what follows.
    Ca(CaError),
    /// A person must look.
    Manual {
        /// What is asked of the person.
        kind: TaskKind,
        /// Class of the error.
        class: &'static str,
        /// What happened.
        text: String,
    },
    /// Not now, and nobody's fault: tried again then without counting.
    Later {
        /// When.
        at: Timestamp,
        /// Class of the reason.
        class: &'static str,
        /// The reason.
        text: String,
    },
    /// The database or the program itself.
    Engine(Error),
}

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl From<store::Error> for StepError {
    fn from(error: store::Error) -> Self {
        Self::Engine(error.into())
    }
}

impl From<domain::MoneyError> for StepError {
    fn from(error: domain::MoneyError) -> Self {
        Self::Engine(error.into())
    }
}

impl From<CaError> for StepError {
    fn from(error: CaError) -> Self {
        Self::Ca(error)
    }
}

/// The result of a step.
pub(crate) type StepResult<T = Flow> = std::result::Result<T, StepError>;

/// A leased operation at work.
pub(crate) struct Run<'a> {
    /// The engine.
    pub(crate) engine: &'a Engine,
    /// The operation, as it will be stored.
    pub(crate) operation: Operation,
    /// Its service, as it was when the run began or was last stored.
    pub(crate) service: Service,
    /// certbroker itself.
    pub(crate) actor: Actor,
    started_at: Timestamp,
}

/// Runs a leased operation as far as it goes.
pub(crate) async fn run(engine: &Engine, leased: Operation) -> Result<()> {
    let service = store::service::find(engine.store().reader(), leased.service_id)
        .await?
        .ok_or_else(|| Error::Internal(format!("{} has no service", leased.id)))?;
    let module = match leased.module_id {
        Some(id) => store::module::find(engine.store().reader(), id).await?,
        None => None,
    };
    let span = tracing::info_span!(
        "operation",
        module = module.as_ref().map(|module| engine.log_name(module)),
        operation = NumberKind::Operation.show(leased.number),
        service = NumberKind::Service.show(service.number),
    );
    let run = Run {
        engine,
        actor: system(engine, leased.seller_id),
        started_at: engine.now(),
        operation: leased,
        service,
    };
    Box::pin(run.through()).instrument(span).await
}

/// certbroker itself as an actor.
pub(crate) fn system(engine: &Engine, seller: SellerId) -> Actor {
    Actor::system(
        "worker",
        seller,
        RequestId(engine.new_id::<domain::id::OperationId>().into()),
    )
}

impl<'a> Run<'a> {
    /// A run of a person, who holds the lease.
    pub(crate) fn by_hand(engine: &'a Engine, operation: Operation, service: Service, actor: Actor) -> Self {
        Self {
            engine,
            operation,
            service,
            actor,
            started_at: engine.now(),
        }
    }
}

impl Run<'_> {
    async fn through(mut self) -> Result<()> {
        let mut passed = None;
        let mut was_away = matches!(
            self.operation.error_class.as_deref(),
            Some("unreachable" | "rate_limited")
        );
        loop {
            // The module may have been chosen by the step before.
            if passed != Some(self.operation.module_id) {
                passed = Some(self.operation.module_id);
                if let Err(held) = gate::pass(&self).await {
                    return Box::pin(self.failed(held)).await;
                }
            }
            debug!(step = self.operation.step, "runs");
            let outcome = match self.operation.kind {
                OperationKind::Open => Box::pin(open::step(&mut self)).await,
                OperationKind::Close => close::step(&mut self).await,
                OperationKind::Reissue => Box::pin(reissue::step(&mut self)).await,
                OperationKind::Prolong => Box::pin(prolong::step(&mut self)).await,
            };
            if let (Ok(_), true, Some(module)) = (&outcome, was_away, self.operation.module_id) {
                // The step that could not reach the CA has done so now.
                was_away = false;
                modules::settle_after_success(self.engine, module).await?;
            }
            match outcome {
                Ok(Flow::On) => {}
                Ok(Flow::Rest) => return Ok(()),
                Err(error) => return Box::pin(self.failed(error)).await,
            }
        }
    }

    /// Stores the operation with its next step and goes on holding the lease.
    pub(crate) async fn save(&mut self, tx: &Tx, next_step: &str) -> Result<()> {
        next_step.clone_into(&mut self.operation.step);
        self.operation.error_class = None;
        self.operation.error = None;
        self.operation.postponed = 0;
        self.operation.lease_until = Some(self.engine.lease_end());
        Ok(operation::save_leased(tx, &mut self.operation).await?)
    }

    /// Stores the operation, gives the lease back and comes again at `at`.
    pub(crate) async fn rest(&mut self, tx: &Tx, next_step: &str, at: Timestamp) -> Result<()> {
        self.operation.next_run_at = Some(at);
        self.give_back();
        next_step.clone_into(&mut self.operation.step);
        self.operation.error_class = None;
        self.operation.error = None;
        self.operation.postponed = 0;
        Ok(operation::save_leased(tx, &mut self.operation).await?)
    }

    /// Stores that the operation is over.
    pub(crate) async fn end(
        &mut self,
        tx: &Tx,
        state: OperationState,
        outcome: AttemptOutcome,
    ) -> Result<()> {
        let now = self.engine.now();
        self.operation.state = state;
        self.operation.finished_at = Some(now);
        self.operation.next_run_at = None;
        self.give_back();
        if state == OperationState::Done {
            self.operation.error_class = None;
            self.operation.error = None;
        }
        operation::save_leased(tx, &mut self.operation).await?;
        let class = self.operation.error_class.clone();
        let text = self.operation.error.clone();
        self.keep_attempt(tx, outcome, class, text).await?;
        let outcome = match state {
            OperationState::Done => tasks::Outcome::Done,
            _ => tasks::Outcome::FellAway,
        };
        effects::close_task_of_operation(self.engine, tx, &self.operation, outcome).await?;
        info!(state = state.word(), "over");
        Ok(())
    }

    /// Whether somebody wants the service closed by now.
    pub(crate) async fn close_is_wanted(&mut self) -> Result<bool> {
        let wanted = operation::close_wanted_by(self.engine.store().reader(), self.operation.id).await?;
        self.operation.close_wanted_by = wanted;
        Ok(self.operation.close_wanted_by.is_some())
    }

    pub(super) fn give_back(&mut self) {
        self.operation.lease_owner = None;
        self.operation.lease_until = None;
    }

    pub(super) async fn keep_attempt(
        &self,
        tx: &Tx,
        outcome: AttemptOutcome,
        error_class: Option<String>,
        error: Option<String>,
    ) -> Result<()> {
        let attempt = Attempt {
            operation_id: self.operation.id,
            number: operation::next_attempt(tx, self.operation.id).await?,
            step: self.operation.step.clone(),
            started_at: self.started_at,
            finished_at: self.engine.now(),
            outcome,
            error_class,
            error,
            log: Json(
                self.engine
                    .logs()
                    .take(&NumberKind::Operation.show(self.operation.number)),
            ),
        };
        Ok(operation::insert_attempt(tx, &attempt).await?)
    }
}

/// An error with its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
