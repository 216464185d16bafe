//! One run of a leased operation: step after step until it has to wait, is over, or fails; and what follows from how
//! it ended.

use ca::{CaError, Class};
use domain::{
    id::{NumberKind, SellerId},
    state::{AttemptOutcome, OperationKind, OperationState, TaskKind},
};
use jiff::{SignedDuration, Timestamp};
use store::{
    Json, Tx,
    operation::{self, Attempt, Operation},
    service::Service,
};
use tracing::{Instrument as _, debug, info, warn};

use super::steps::{close, open, prolong, reissue};
use crate::{
    Actor, Engine, Error, RequestId, Result,
    effects::{self, NewTask},
    modules,
    settings::Settings,
    tasks,
};

/// The first wait for a CA that is away; every further one doubles it.
const FIRST_PUT_OFF: SignedDuration = SignedDuration::from_mins(1);
/// The longest wait for a CA that is away.
const LONGEST_PUT_OFF: SignedDuration = SignedDuration::from_hours(24);
/// After somebody else changed a row at the same time.
const AFTER_CONFLICT: SignedDuration = SignedDuration::from_secs(2);

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
        loop {
            debug!(step = self.operation.step, "runs");
            let outcome = match self.operation.kind {
                OperationKind::Open => Box::pin(open::step(&mut self)).await,
                OperationKind::Close => close::step(&mut self).await,
                OperationKind::Reissue => Box::pin(reissue::step(&mut self)).await,
                OperationKind::Prolong => Box::pin(prolong::step(&mut self)).await,
            };
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
        if self.operation.attempts > 0 || self.was_manual() {
            let outcome = match state {
                OperationState::Done => tasks::Outcome::Done,
                _ => tasks::Outcome::FellAway,
            };
            effects::close_task_of_operation(self.engine, tx, &self.operation, outcome).await?;
        }
        info!(state = state.word(), "over");
        Ok(())
    }

    /// Whether somebody wants the service closed by now.
    pub(crate) async fn close_is_wanted(&mut self) -> Result<bool> {
        let wanted = operation::close_wanted_by(self.engine.store().reader(), self.operation.id).await?;
        self.operation.close_wanted_by = wanted;
        Ok(self.operation.close_wanted_by.is_some())
    }

    fn was_manual(&self) -> bool {
        self.operation.outputs.0.get("was_manual").is_some()
    }

    fn give_back(&mut self) {
        self.operation.lease_owner = None;
        self.operation.lease_until = None;
    }

    async fn keep_attempt(
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

    async fn failed(self, error: StepError) -> Result<()> {
        match error {
            StepError::Engine(Error::Conflict) => self.try_again_soon().await,
            StepError::Engine(error) => {
                warn!(error = %chain(&error), "failed");
                self.count_attempt(error.code(), chain(&error)).await
            }
            StepError::Ca(error) if error.class().uses_attempt() => {
                warn!(error = %error, "failed");
                self.count_attempt(error.class().word(), error.to_string()).await
            }
            StepError::Ca(error) => self.put_off(&error).await,
            StepError::Later { at, class, text } => {
                debug!(reason = text, "later");
                self.store_put_off(at, class, text, None).await
            }
            StepError::Manual { kind, class, text } => {
                warn!(reason = text, "a person must look");
                self.hand_over(kind, class, text).await
            }
        }
    }

    /// Somebody else wrote at the same time. Either the lease is lost, and this changes nothing, or it goes on soon.
    async fn try_again_soon(mut self) -> Result<()> {
        let engine = self.engine;
        let tx = engine.store().begin().await?;
        self.operation.next_run_at = engine.now().checked_add(AFTER_CONFLICT).ok();
        self.give_back();
        match operation::save_leased(&tx, &mut self.operation).await {
            Ok(()) => tx.commit().await?,
            Err(store::Error::Conflict { .. }) => debug!("the lease was lost"),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn count_attempt(mut self, class: &str, text: String) -> Result<()> {
        let engine = self.engine;
        let settings = Settings::load(engine.store().reader(), &self.actor).await?;
        self.operation.attempts += 1;
        let most = match self.operation.kind {
            // A renewal that was tried twice may be bought twice (BILLmanager's rule).
            OperationKind::Prolong => 1,
            _ => i32::try_from(settings.most_attempts).unwrap_or(i32::MAX),
        };
        if self.operation.attempts >= most {
            let text = format!("{text} (attempt {} of {most})", self.operation.attempts);
            return self.hand_over(TaskKind::OperationManual, class, text).await;
        }
        let wait = SignedDuration::from_mins(i64::from(settings.retry_minutes));
        self.operation.next_run_at = engine.now().checked_add(wait).ok();
        self.operation.error_class = Some(class.to_owned());
        self.operation.error = Some(text.clone());
        self.give_back();
        let tx = engine.store().begin().await?;
        operation::save_leased(&tx, &mut self.operation).await?;
        self.keep_attempt(&tx, AttemptOutcome::Failed, Some(class.to_owned()), Some(text))
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The CA is away: no attempt is counted, the wait grows, and the module gets the one incident task.
    async fn put_off(self, error: &CaError) -> Result<()> {
        let engine = self.engine;
        let doubled = FIRST_PUT_OFF.saturating_mul(1_i32 << self.operation.postponed.clamp(0, 11));
        let mut wait = doubled.min(LONGEST_PUT_OFF);
        if let Some(asked) = error
            .retry_after
            .and_then(|asked| SignedDuration::try_from(asked).ok())
        {
            wait = wait.max(asked).min(LONGEST_PUT_OFF);
        }
        let at = engine.now().checked_add(wait).unwrap_or(Timestamp::MAX);
        info!(error = %error, until = %at, "the CA is away");
        self.store_put_off(at, error.class().word(), error.to_string(), Some(error.class()))
            .await
    }

    async fn store_put_off(
        mut self,
        at: Timestamp,
        class: &str,
        text: String,
        away: Option<Class>,
    ) -> Result<()> {
        let engine = self.engine;
        let is_new = self.operation.error_class.as_deref() != Some(class);
        self.operation.postponed = self.operation.postponed.saturating_add(1);
        self.operation.next_run_at = Some(at);
        self.operation.error_class = Some(class.to_owned());
        self.operation.error = Some(text.clone());
        self.give_back();
        let tx = engine.store().begin().await?;
        operation::save_leased(&tx, &mut self.operation).await?;
        if is_new {
            self.keep_attempt(
                &tx,
                AttemptOutcome::Postponed,
                Some(class.to_owned()),
                Some(text.clone()),
            )
            .await?;
        }
        if let (Some(class), Some(module)) = (away, self.operation.module_id) {
            modules::rest_after_failure(engine, &tx, module, class, &text).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn hand_over(mut self, kind: TaskKind, class: &str, text: String) -> Result<()> {
        let engine = self.engine;
        let tx = engine.store().begin().await?;
        make_manual(&mut self.operation, class, &text);
        operation::save_leased(&tx, &mut self.operation).await?;
        self.keep_attempt(
            &tx,
            AttemptOutcome::Manual,
            Some(class.to_owned()),
            Some(text.clone()),
        )
        .await?;
        let task = NewTask::for_operation(kind, &self.service, &self.operation).saying(text);
        effects::open_task_once(engine, &tx, task).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Hands an operation to a person.
pub(crate) fn make_manual(operation: &mut Operation, class: &str, text: &str) {
    operation.state = OperationState::Manual;
    operation.next_run_at = None;
    operation.lease_owner = None;
    operation.lease_until = None;
    operation.error_class = Some(class.to_owned());
    operation.error = Some(text.to_owned());
    if let Some(outputs) = operation.outputs.0.as_object_mut() {
        outputs.insert("was_manual".to_owned(), true.into());
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
