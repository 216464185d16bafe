//! Looking at a CA account: connection, balance, and what follows from what is seen.

use ca::{Balance, CheckReport, Connector};
use domain::{
    id::ModuleId,
    state::{ConnectionState, TaskKind},
};
use jiff::Timestamp;
use store::{
    Json, Tx,
    module::{self, BalanceReading, Module},
};

use super::health;
use crate::{
    Engine, Error, Result,
    connection::internal,
    effects::{self, NewTask},
};

/// What was seen of a CA account.
pub(super) struct Seen {
    pub(super) report: CheckReport,
    balance: Option<ca::Result<Balance>>,
}

/// Checks the connection and, when it works, reads the balance.
pub(super) async fn look(connector: &dyn Connector) -> Seen {
    let report = connector.check_connection().await;
    let balance = if report.is_ok() {
        Some(connector.balance().await)
    } else {
        None
    };
    Seen { report, balance }
}

/// Checks the connection of a saved module and stores what was seen.
pub(super) async fn check(engine: &Engine, id: ModuleId) -> Result<Seen> {
    let (_, connector) = super::connector_of(engine, id).await?;
    let seen = look(&*connector).await;
    let tx = engine.store().begin().await?;
    let mut module = module::lock(&tx, id).await?.ok_or(Error::NotFound)?;
    let now = engine.now();
    note(&mut module, &seen, now)?;
    module::update(&tx, &mut module).await?;
    keep_balance(engine, &tx, &mut module, &seen, now).await?;
    tx.commit().await?;
    engine.wake();
    Ok(seen)
}

/// Writes into the module what the check showed.
pub(super) fn note(module: &mut Module, seen: &Seen, now: Timestamp) -> Result<()> {
    module.findings = Json(serde_json::to_value(&seen.report).map_err(internal("findings"))?);
    module.checked_at = Some(now);
    module.connection = if seen.report.is_ok() {
        ConnectionState::Connected
    } else {
        ConnectionState::Broken
    };
    if seen.report.is_ok() {
        module.failures = 0;
        module.rests_until = None;
    }
    if let Some(Ok(balance)) = &seen.balance {
        module.set_balance(Some(balance.amount))?;
        module.balance_read_at = Some(balance.as_of);
        module.balance_problem = None;
    }
    Ok(())
}

/// Keeps the reading in the history, warns when it is too low, and lets go on what waited for a module that works.
pub(super) async fn keep_balance(
    engine: &Engine,
    tx: &Tx,
    module: &mut Module,
    seen: &Seen,
    now: Timestamp,
) -> Result<()> {
    if let Some(Ok(balance)) = &seen.balance {
        keep_reading(tx, module.id, balance).await?;
    }
    if seen.report.is_ok() {
        health::works_again(engine, tx, module).await?;
    }
    warn_when_low(engine, tx, module, now).await
}

/// Reads the balance of a module and stores it.
///
/// # Errors
/// [`Error::Ca`] when it cannot be read; the reason is stored.
pub(crate) async fn refresh_balance(engine: &Engine, id: ModuleId) -> Result<Module> {
    let (_, connector) = super::connector_of(engine, id).await?;
    let read = connector.balance().await;
    let now = engine.now();
    let tx = engine.store().begin().await?;
    let mut module = module::lock(&tx, id).await?.ok_or(Error::NotFound)?;
    let outcome = match read {
        Ok(balance) => {
            module.set_balance(Some(balance.amount))?;
            module.balance_read_at = Some(balance.as_of);
            module.balance_problem = None;
            keep_reading(&tx, id, &balance).await?;
            Ok(())
        }
        Err(error) => {
            module.balance_problem = Some(error.to_string());
            Err(error)
        }
    };
    module::update(&tx, &mut module).await?;
    warn_when_low(engine, &tx, &mut module, now).await?;
    tx.commit().await?;
    outcome.map(|()| module).map_err(Error::Ca)
}

/// Whether the balance is known to be below the minimum.
pub(crate) fn is_low(module: &Module) -> bool {
    match (module.balance(), module.minimal_balance()) {
        (Some(balance), Some(minimum)) => balance.covers(minimum) == Ok(false),
        _ => false,
    }
}

async fn keep_reading(tx: &Tx, module: ModuleId, balance: &Balance) -> Result<()> {
    let reading = BalanceReading {
        module_id: module,
        read_at: balance.as_of,
        balance_minor: balance.amount.minor()?,
        currency: balance.amount.currency(),
    };
    module::insert_reading(tx, &reading).await?;
    Ok(())
}

/// One mail and one task per crossing: the warning is armed again once the balance is back above the minimum.
async fn warn_when_low(engine: &Engine, tx: &Tx, module: &mut Module, now: Timestamp) -> Result<()> {
    match (is_low(module), module.balance_warned_at) {
        (true, None) => {
            module.balance_warned_at = Some(now);
            module::update(tx, module).await?;
            let (Some(balance), Some(minimum)) = (module.balance(), module.minimal_balance()) else {
                return Ok(());
            };
            let text = format!(
                "{}: the balance is {balance}, it should be at least {minimum}",
                module.name
            );
            effects::open_task_once(
                engine,
                tx,
                NewTask::for_module(TaskKind::BalanceLow, module).saying(text),
            )
            .await?;
            effects::balance_low_notice(engine, tx, module, balance, minimum).await
        }
        (false, Some(_)) => {
            module.balance_warned_at = None;
            module::update(tx, module).await?;
            effects::drop_task_of_module(engine, tx, TaskKind::BalanceLow, module).await
        }
        _ => Ok(()),
    }
}
