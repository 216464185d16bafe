//! Ledger and balance.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
};
use domain::Money;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Json, body_of, done, to_json};
use crate::{
    record::{Charge, ChargeKind},
    shared::{Shared, SimulatorError},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Amount {
    amount: String,
}

/// Every movement of money, oldest first.
pub(super) async fn ledger(State(shared): State<Arc<Shared>>) -> Answer {
    to_json(shared.state.lock().ledger())
}

/// Purchases only.
pub(super) async fn purchases(State(shared): State<Arc<Shared>>) -> Answer {
    let state = shared.state.lock();
    let purchases: Vec<&Charge> = state
        .ledger()
        .iter()
        .filter(|charge| charge.kind == ChargeKind::Purchase)
        .collect();
    to_json(purchases)
}

pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Answer {
    to_json(shared.balance())
}

pub(super) async fn set(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let to = read(&shared, &body)?;
    to_json(shared.set_balance(to)?)
}

pub(super) async fn add(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let amount = read(&shared, &body)?;
    to_json(shared.add_balance(amount)?)
}

pub(super) async fn pay(State(shared): State<Arc<Shared>>, Path(id): Path<i64>) -> Answer {
    let order = shared.pay_order(id)?;
    Ok(Json(json!({ "id": order.id, "payment": order.payment })))
}

pub(super) async fn cancel_preorder(State(shared): State<Arc<Shared>>, Path(id): Path<i64>) -> Answer {
    done(shared.cancel_preorder(id))
}

fn read(shared: &Shared, body: &[u8]) -> Result<Money, super::Failure> {
    let amount: Amount = body_of(body)?;
    Ok(Money::parse(&amount.amount, shared.currency()).map_err(SimulatorError::from)?)
}
