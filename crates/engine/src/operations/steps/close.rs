//! *Close*: a service is given up. What was not bought is not bought, what was bought is cancelled at the
//! CA where the CA can do that, else a person does it.

use ca::{CaOrderRef, Capability, Class};
use domain::state::{AttemptOutcome, OperationState, PurchaseStage, ServiceState, TaskKind};
use serde_json::json;
use store::{ca_order::CaOrder, purchase::Purchase};
use tracing::info;

use super::{ending, issue};
use crate::{
    Error, audit,
    money::{self, SupplierCharge},
    notices::clients,
    operations::run::{Flow, Run, StepError, StepResult},
};

/// Where every *close* begins.
pub(crate) const FIRST_STEP: &str = "close";

/// Gives the service up.
pub(crate) async fn step(run: &mut Run<'_>) -> StepResult {
    let engine = run.engine;
    let reader = engine.store().reader();
    issue::remove_records(run).await?;
    let orders = store::ca_order::of_service(reader, run.service.id).await?;
    if let Some(order) = orders.into_iter().find(|order| order.closed_at.is_none()) {
        return cancel(run, order).await;
    }
    let unsettled = store::purchase::of_service(reader, run.service.id)
        .await?
        .into_iter()
        .find(|purchase| purchase.settled_at.is_none());
    closed(run, unsettled).await
}

async fn cancel(run: &mut Run<'_>, order: CaOrder) -> StepResult {
    let engine = run.engine;
    let module = store::module::find(engine.store().reader(), order.module_id)
        .await?
        .ok_or(Error::NotFound)?;
    let connector = engine.connector(&module)?;
    engine.pass("close.before_cancel");
    let by_hand = |text: String| StepError::Manual {
        kind: TaskKind::OperationManual,
        class: "unsupported",
        text,
    };
    if !connector.descriptor().capabilities.has(Capability::Cancel) {
        return Err(by_hand(format!(
            "{} cannot cancel by its API. Cancel CA order {} in its client area, then finish this operation.",
            module.name, order.ca_ref
        )));
    }
    match connector
        .cancel(&CaOrderRef(order.ca_ref.clone()), "closed by the client")
        .await
    {
        Ok(()) => {}
        Err(error) if error.class() == Class::Unsupported => {
            return Err(by_hand(format!(
                "{error}. Cancel CA order {} by hand.",
                order.ca_ref
            )));
        }
        Err(error) => return Err(error.into()),
    }
    engine.pass("close.after_cancel");
    cancelled(run, order).await
}

/// The CA gave the order up: client and supplier account get their money back.
async fn cancelled(run: &mut Run<'_>, mut order: CaOrder) -> StepResult {
    let engine = run.engine;
    let now = engine.now();
    let tx = engine.store().begin().await?;
    if let Some(charged) = order.charged() {
        let charge = SupplierCharge {
            module: order.module_id,
            amount: charged,
            service: Some(run.service.id),
            operation: Some(run.operation.id),
        };
        money::purchase_refund(engine, &tx, &run.actor, charge).await?;
    }
    "cancelled".clone_into(&mut order.state);
    order.closed_at = Some(now);
    store::ca_order::update(&tx, &mut order).await?;
    tx.commit().await?;
    Ok(Flow::On)
}

/// Nothing is left at the CA: the service is closed and the money goes back.
async fn closed(run: &mut Run<'_>, unsettled: Option<Purchase>) -> StepResult {
    let engine = run.engine;
    let now = engine.now();
    let tx = engine.store().begin().await?;
    if let Some(mut purchase) = unsettled {
        purchase.stage = PurchaseStage::Dropped;
        purchase.settled_at = Some(now);
        store::purchase::update(&tx, &mut purchase).await?;
    }
    let was_issued = !run.service.state.is_before_issue();
    let (because, why) = ending::closed_because(run.service.state);
    let returned = ending::give_back(engine, &tx, &run.actor, run.service.id, why).await?;
    run.service.state = if was_issued {
        ServiceState::Closed
    } else {
        ServiceState::Failed
    };
    run.service.failure_code = Some("closed".to_owned());
    run.service.closed_at = Some(now);
    store::service::update(&tx, &mut run.service).await?;
    run.end(&tx, OperationState::Done, AttemptOutcome::Done).await?;
    clients::closed(engine, &tx, &run.service, because, returned).await?;
    let details = json!({ "returned": returned.map(|money| money.to_string()) });
    audit::append(
        &tx,
        engine,
        &run.actor,
        "service.closed",
        &run.service.id,
        details,
    );
    tx.commit().await?;
    info!("closed");
    engine.pass("close.closed");
    Ok(Flow::Rest)
}
