//! *Prolong*: the next paid term is bought with the names of the present one, as a new order at a CA. Until its certificate is
//! delivered the service goes on with the certificate that it has.
//!
//! The money was set aside when the operation was made. A prolongation is tried once; then a person looks, because a second
//! try may buy a second time (BILLmanager's rule).

use domain::state::{AttemptOutcome, OperationState, ServiceState, TaskKind};
use serde_json::json;
use store::ca_order::CaOrder;

use super::{
    ending, new_request,
    open::{self, CHOOSE},
};
use crate::{
    Error, audit, money,
    operations::run::{Flow, Run, StepError, StepResult},
    reissues::methods,
    renewals,
};

/// Where every *prolong* begins.
pub(crate) const FIRST_STEP: &str = RENEW;
/// The request is made and what validates the names is settled.
const RENEW: &str = "renew";

/// Runs the step that comes next.
pub(crate) async fn step(run: &mut Run<'_>) -> StepResult {
    match run.operation.step.as_str() {
        RENEW => renew(run).await,
        _ => open::step(run).await,
    }
}

async fn renew(run: &mut Run<'_>) -> StepResult {
    let engine = run.engine;
    engine.pass("prolong.leased");
    if run.close_is_wanted().await? {
        return ending::supersede_by_close(run).await;
    }
    if run.service.state != ServiceState::Active {
        return over(run, "not_active", "the service is not active any more").await;
    }
    new_request::ensure(run, RENEW).await?;
    let reader = engine.store().reader();
    let plan = store::tariff::find(reader, run.service.tariff_plan_id)
        .await?
        .ok_or(Error::NotFound)?;
    let module = match run.service.module_id {
        Some(id) => store::module::find(reader, id).await?,
        None => None,
    };
    if let Some(module) = module {
        methods::settle(run, &plan, &module).await?;
    }
    let tx = engine.store().begin().await?;
    run.save(&tx, CHOOSE).await?;
    tx.commit().await?;
    engine.pass("prolong.prepared");
    Ok(Flow::On)
}

/// The CA said no: the money stays set aside while a person looks; starting again asks anew.
pub(super) fn refused(run: &mut Run<'_>, why: &str) -> StepResult {
    let mut outputs = open::outputs(run)?;
    outputs.purchase = None;
    open::keep(run, &outputs)?;
    CHOOSE.clone_into(&mut run.operation.step);
    Err(StepError::Manual {
        kind: TaskKind::OperationManual,
        class: "rejected",
        text: format!("The CA refused the order for the next paid term: {why}"),
    })
}

/// The CA took the order and ended it all the same: what was paid is with the CA, and a person sees to it.
pub(super) async fn ended_by_ca(run: &mut Run<'_>, mut order: CaOrder, raw_status: &str) -> StepResult {
    let tx = run.engine.store().begin().await?;
    store::ca_order::update(&tx, &mut order).await?;
    tx.commit().await?;
    Err(StepError::Manual {
        kind: TaskKind::OperationManual,
        class: "rejected",
        text: format!(
            "The CA ended order {} for the next paid term as `{raw_status}` after it had accepted it. Compare the CA's account \
             with ours, have the money given back, and order anew.",
            order.ca_ref
        ),
    })
}

/// Staff gave it up: the money is free again and the service ends with its paid term.
pub(super) async fn given_up(run: &mut Run<'_>, why: &str) -> StepResult {
    over(run, "by_staff", why).await
}

async fn over(run: &mut Run<'_>, code: &str, why: &str) -> StepResult {
    let engine = run.engine;
    let tx = engine.store().begin().await?;
    if let Some(reservation) = ending::held_reservation(&tx, &run.operation).await? {
        money::release(engine, &tx, &run.actor, reservation).await?;
    }
    renewals::go_on_without(engine, &tx, &mut run.service).await?;
    run.operation.error_class = Some(code.to_owned());
    run.operation.error = Some(why.to_owned());
    run.end(&tx, OperationState::Failed, AttemptOutcome::Refused)
        .await?;
    audit::append(
        &tx,
        engine,
        &run.actor,
        "service.prolong_ended",
        &run.service.id,
        json!({ "code": code }),
    );
    tx.commit().await?;
    Ok(Flow::Rest)
}
