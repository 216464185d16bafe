//! Whether a module works: calls that fail one after the other open its circuit breaker, one incident task says so, and
//! with the first call that gets through everything goes on by itself.

use ca::{CaError, Class};
use domain::{
    id::ModuleId,
    state::{ConnectionState, TaskKind},
};
use jiff::{SignedDuration, Timestamp};
use store::{
    Tx,
    module::{self, Module},
    operation,
};
use tracing::{info, warn};

use super::check;
use crate::{
    Engine, Result,
    effects::{self, NewTask},
};

/// Calls in a row that must fail before the module rests. From then on one operation at a time tries it.
pub(crate) const FAILURES_BEFORE_REST: i32 = 3;
/// The first rest; every further failure doubles it.
const FIRST_REST: SignedDuration = SignedDuration::from_mins(1);
/// The longest rest.
const LONGEST_REST: SignedDuration = SignedDuration::from_hours(24);
/// Between two looks at a connection that is broken.
const BETWEEN_LOOKS: SignedDuration = SignedDuration::from_mins(15);

/// How long the CA asked to wait.
pub(crate) fn asked_wait(error: &CaError) -> Option<SignedDuration> {
    error
        .retry_after
        .and_then(|asked| SignedDuration::try_from(asked).ok())
}

/// Counts a call that did not get through. After some in a row the module rests, longer and longer, and one incident task
/// says so. While it rests nothing is counted: calls that were under way together are one failure.
pub(crate) async fn rest_after_failure(
    engine: &Engine,
    tx: &Tx,
    id: ModuleId,
    error: &CaError,
    text: &str,
) -> Result<()> {
    let Some(mut module) = module::lock(tx, id).await? else {
        return Ok(());
    };
    let now = engine.now();
    if module.rests_until.is_some_and(|until| until > now) {
        return Ok(());
    }
    module.failures = module.failures.saturating_add(1);
    let beyond = module.failures - FAILURES_BEFORE_REST;
    let own = (beyond >= 0).then(|| FIRST_REST.saturating_mul(1_i32 << beyond.min(12)));
    if let Some(rest) = own.max(asked_wait(error)) {
        module.rests_until = now.checked_add(rest.min(LONGEST_REST)).ok();
    }
    if beyond >= 0 {
        if error.class() != Class::RateLimited {
            module.connection = ConnectionState::Broken;
        }
        let task = NewTask::for_module(TaskKind::ModuleBroken, &module).saying(text.to_owned());
        effects::open_task_once(engine, tx, task).await?;
        warn!(
            module = module.name,
            failures = module.failures,
            "the module rests"
        );
    }
    module::update(tx, &mut module).await?;
    Ok(())
}

/// Forgets failures after a call that reached the CA.
pub(crate) async fn settle_after_success(engine: &Engine, id: ModuleId) -> Result<()> {
    let tx = engine.store().begin().await?;
    if let Some(mut module) = module::lock(&tx, id).await?
        && module.failures > 0
    {
        module.failures = 0;
        module.rests_until = None;
        module.connection = ConnectionState::Connected;
        module::update(&tx, &mut module).await?;
        works_again(engine, &tx, &module).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Closes the incident of a module that works, and makes due what waited for it.
pub(super) async fn works_again(engine: &Engine, tx: &Tx, module: &Module) -> Result<()> {
    effects::drop_task_of_module(engine, tx, TaskKind::ModuleBroken, module).await?;
    let resumed = operation::resume_put_off(tx, module.id, engine.now()).await?;
    if resumed > 0 {
        info!(
            module = module.name,
            operations = resumed,
            "the module works again; what waited for it is due"
        );
    }
    let engine = engine.clone();
    tx.afterwards(move || engine.wake());
    Ok(())
}

/// What a look at the broken connections found.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Looked {
    /// Modules that were looked at.
    pub(crate) looked: i64,
    /// Those that are still away.
    pub(crate) away: i64,
}

/// Looks at every connection that is broken, so that nothing waits for a rest to end that is no longer needed, and no
/// module stays passed over because nobody asks it any more.
pub(crate) async fn look_at_broken(engine: &Engine) -> Result<Looked> {
    let mut looked = Looked::default();
    let reader = engine.store().reader();
    let Some(seller) = store::seller::first(reader).await? else {
        return Ok(looked);
    };
    let soonest = engine
        .now()
        .saturating_sub(BETWEEN_LOOKS)
        .unwrap_or(Timestamp::MIN);
    for module in module::all(reader, seller.id).await? {
        let is_due = module.checked_at.is_none_or(|at| at <= soonest);
        if !module.is_active || module.connection != ConnectionState::Broken || !is_due {
            continue;
        }
        looked.looked += 1;
        if !check::check(engine, module.id).await?.report.is_ok() {
            looked.away += 1;
        }
    }
    Ok(looked)
}
