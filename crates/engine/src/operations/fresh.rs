//! New operations: one place knows what a row looks like before its first run.

use domain::{
    id::{ModuleId, NumberKind, OperationId},
    state::{OperationKind, OperationState},
};
use store::{Json, Tx, operation::Operation, service::Service};

use super::steps::first_step;
use crate::{Engine, Result};

/// What an operation is to do.
pub(crate) struct Wanted<'a> {
    /// Its id, when rows that refer to it are made before it.
    pub(crate) id: OperationId,
    /// The command.
    pub(crate) kind: OperationKind,
    /// For which service.
    pub(crate) service: &'a Service,
    /// Through which module, when that is known.
    pub(crate) module: Option<ModuleId>,
    /// What its steps are given.
    pub(crate) outputs: serde_json::Value,
    /// Who wants it.
    pub(crate) by: String,
}

/// Stores a new operation, due at once.
pub(crate) async fn insert(engine: &Engine, tx: &Tx, wanted: Wanted<'_>) -> Result<Operation> {
    let now = engine.now();
    let operation = Operation {
        id: wanted.id,
        number: store::counter::next_number(tx, NumberKind::Operation).await?,
        seller_id: wanted.service.seller_id,
        kind: wanted.kind,
        service_id: wanted.service.id,
        module_id: wanted.module,
        state: OperationState::Waiting,
        step: first_step(wanted.kind).to_owned(),
        outputs: Json(wanted.outputs),
        attempts: 0,
        next_run_at: Some(now),
        postponed: 0,
        lease_owner: None,
        lease_until: None,
        fence: 0,
        close_wanted_by: None,
        let_run_by: None,
        error_class: None,
        error: None,
        started_by: wanted.by,
        created_at: now,
        finished_at: None,
        version: 1,
    };
    store::operation::insert(tx, &operation).await?;
    Ok(operation)
}
