//! What follows from a run that did not come to its end: another attempt, a wait for the CA, or a person.
//!
//! An error of ours or of the CA's answer uses up an attempt; with the last one a person gets the operation. A CA that is
//! away, that asks for fewer calls, or that rests because others could not reach it, uses up none: the waits grow up to a
//! day, the module has one incident task for all its operations, and a service gets one of its own only when its
//! certificate ends within days.

use ca::{CaError, Class};
use domain::state::{AttemptOutcome, OperationKind, OperationState, TaskKind};
use jiff::{SignedDuration, Timestamp};
use store::operation::{self, Operation};
use tracing::{debug, info, warn};

use super::{
    ending,
    run::{Run, StepError, chain},
};
use crate::{
    Error, Result,
    effects::{self, NewTask},
    modules,
    settings::Settings,
};

/// The first wait for a CA that is away; every further one doubles it.
const FIRST_PUT_OFF: SignedDuration = SignedDuration::from_mins(1);
/// The longest wait for a CA that is away.
const LONGEST_PUT_OFF: SignedDuration = SignedDuration::from_hours(24);
/// After somebody else changed a row at the same time.
const AFTER_CONFLICT: SignedDuration = SignedDuration::from_secs(2);

impl Run<'_> {
    /// Stores what follows from an error.
    pub(super) async fn failed(self, error: StepError) -> Result<()> {
        match error {
            StepError::Engine(Error::Conflict) => self.try_again_soon().await,
            StepError::Engine(error) => {
                warn!(error = %chain(&error), "failed");
                let text = chain(&error);
                Box::pin(self.count_attempt(error.code(), text, None)).await
            }
            StepError::Ca(error) if error.class().uses_attempt() => {
                warn!(error = %error, "failed");
                let text = error.to_string();
                Box::pin(self.count_attempt(error.class().word(), text, Some(&error))).await
            }
            StepError::Ca(error) => Box::pin(self.put_off(&error)).await,
            StepError::Later { at, class, text } => {
                debug!(reason = text, "later");
                Box::pin(self.store_put_off(at, class, text, None)).await
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

    async fn count_attempt(mut self, class: &str, text: String, error: Option<&CaError>) -> Result<()> {
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
        self.keep_attempt(
            &tx,
            AttemptOutcome::Failed,
            Some(class.to_owned()),
            Some(text.clone()),
        )
        .await?;
        if let (Some(error), Some(module)) = (
            error.filter(|error| is_of_account(error.class())),
            self.operation.module_id,
        ) {
            modules::rest_after_failure(engine, &tx, module, error, &text).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The CA is away: no attempt is counted, the wait grows, and the module gets the one incident task.
    async fn put_off(self, error: &CaError) -> Result<()> {
        let engine = self.engine;
        let doubled = FIRST_PUT_OFF.saturating_mul(1_i32 << self.operation.postponed.clamp(0, 11));
        let wait = doubled
            .max(modules::asked_wait(error).unwrap_or_default())
            .min(LONGEST_PUT_OFF);
        let at = engine.now().checked_add(wait).unwrap_or(Timestamp::MAX);
        info!(error = %error, until = %at, "the CA is away");
        let (class, text) = (error.class().word(), error.to_string());
        Box::pin(self.store_put_off(at, class, text, Some(error))).await
    }

    async fn store_put_off(
        mut self,
        at: Timestamp,
        class: &str,
        text: String,
        away: Option<&CaError>,
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
        if let (Some(error), Some(module)) = (away, self.operation.module_id) {
            modules::rest_after_failure(engine, &tx, module, error, &text).await?;
        }
        ending::warn(engine, &tx, &self.service, &self.operation).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn hand_over(mut self, kind: TaskKind, class: &str, text: String) -> Result<()> {
        let engine = self.engine;
        let tx = engine.store().begin().await?;
        // What a person needs to act is in the task; lists show why.
        let why = text.split("\n\n").next().unwrap_or_default().to_owned();
        make_manual(&mut self.operation, class, &why);
        operation::save_leased(&tx, &mut self.operation).await?;
        self.keep_attempt(&tx, AttemptOutcome::Manual, Some(class.to_owned()), Some(why))
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
    operation.let_run_by = None;
    operation.error_class = Some(class.to_owned());
    operation.error = Some(text.to_owned());
}

/// Errors that every operation of the account will meet, not only this one: they too make the module rest.
const fn is_of_account(class: Class) -> bool {
    matches!(class, Class::Unauthorized | Class::ForbiddenAddress)
}
