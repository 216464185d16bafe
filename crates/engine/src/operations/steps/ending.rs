//! Ends of an operation other than success: refused by the CA, given up, taken over by a closing.

use domain::{
    Money,
    id::{OperationId, ServiceId},
    name::DomainName,
    state::{AttemptOutcome, OperationKind, OperationState, ServiceState},
};
use notify::mail::ClosedBecause;
use serde_json::json;
use store::{
    Tx,
    document::DocumentKind,
    operation::Operation,
    reservation::{Reservation, ReservationState},
    service::ServiceName,
};
use uuid::Uuid;

use crate::{
    Actor, Engine, Error, Result, audit, money,
    notices::clients,
    operations::{
        fresh,
        run::{Flow, Run, StepResult},
    },
};

/// The order came to nothing: the money goes back, the client is told why.
pub(crate) async fn fail(run: &mut Run<'_>, code: &str, why: &str, names: &[ServiceName]) -> StepResult {
    let engine = run.engine;
    let tx = engine.store().begin().await?;
    let returned = give_back(engine, &tx, &run.actor, run.service.id, why).await?;
    let now = engine.now();
    run.service.state = ServiceState::Failed;
    run.service.failure_code = Some(code.to_owned());
    run.service.failure = Some(why.to_owned());
    run.service.closed_at = Some(now);
    store::service::update(&tx, &mut run.service).await?;
    run.operation.error_class = Some(code.to_owned());
    run.operation.error = Some(why.to_owned());
    run.end(&tx, OperationState::Failed, AttemptOutcome::Refused)
        .await?;
    let domains: Vec<DomainName> = names.iter().map(|name| name.name.clone()).collect();
    clients::order_failed(engine, &tx, &run.service, &domains, why, returned).await?;
    let details = json!({ "code": code, "why": why, "returned": returned.map(|money| money.to_string()) });
    audit::append(
        &tx,
        engine,
        &run.actor,
        "service.failed",
        &run.service.id,
        details,
    );
    tx.commit().await?;
    Ok(Flow::Rest)
}

/// Why a service is closed, for the client and for the documents of what goes back.
pub(crate) const fn closed_because(state: ServiceState) -> (ClosedBecause, &'static str) {
    if state.is_before_issue() {
        (ClosedBecause::BeforeIssue, "closed before issue")
    } else {
        (ClosedBecause::Cancelled, "cancelled after issue")
    }
}

/// Releases what is reserved and refunds what was charged for the present paid term of a service; says how much went back.
pub(crate) async fn give_back(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    service: ServiceId,
    why: &str,
) -> Result<Option<Money>> {
    let of_term = operations_of_term(tx, service).await?;
    let reservations = store::reservation::of_service(tx, service).await?;
    let is_of_term = |reservation: &&Reservation| {
        reservation
            .operation_id
            .is_none_or(|operation| of_term.contains(&operation))
    };
    let mut returned: Option<Money> = None;
    for reservation in reservations.iter().filter(is_of_term) {
        let amount = reservation.amount();
        match reservation.state {
            ReservationState::Held => {
                money::release(engine, tx, actor, reservation.id).await?;
            }
            ReservationState::Charged => {
                let Some(charge) = open_charge(tx, service, amount).await? else {
                    continue;
                };
                money::refund(engine, tx, actor, charge, why).await?;
            }
            ReservationState::Released => continue,
        }
        returned = Some(match returned {
            Some(sum) => sum.plus(amount)?,
            None => amount,
        });
    }
    Ok(returned)
}

/// Releases what is reserved for a service: for work that will not be done.
pub(crate) async fn release_held(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    service: ServiceId,
) -> Result<Option<Money>> {
    let mut released: Option<Money> = None;
    for reservation in store::reservation::of_service(tx, service).await? {
        if reservation.state == ReservationState::Held {
            money::release(engine, tx, actor, reservation.id).await?;
            released = Some(match released {
                Some(sum) => sum.plus(reservation.amount())?,
                None => reservation.amount(),
            });
        }
    }
    Ok(released)
}

/// The operations since the last that bought a paid term, that one with them.
async fn operations_of_term(tx: &Tx, service: ServiceId) -> Result<Vec<OperationId>> {
    let mut of_term = Vec::new();
    for operation in store::operation::of_service(tx, service).await? {
        of_term.push(operation.id);
        if matches!(operation.kind, OperationKind::Open | OperationKind::Prolong) {
            break;
        }
    }
    Ok(of_term)
}

/// The document of a charge that was not given back.
async fn open_charge(tx: &Tx, service: ServiceId, amount: Money) -> Result<Option<domain::id::DocumentId>> {
    for entry in store::ledger::entries_of_service(tx, service).await? {
        let Some(id) = entry.document_id else { continue };
        let Some(document) = store::document::find(tx, id).await? else {
            continue;
        };
        let is_charge = document.kind == DocumentKind::Charge && document.gross() == amount;
        if is_charge && store::document::refund_of(tx, id).await?.is_none() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// What is set aside for an operation.
pub(crate) async fn held_reservation(tx: &Tx, operation: &Operation) -> Result<Option<Uuid>> {
    let reservations = store::reservation::of_service(tx, operation.service_id).await?;
    Ok(reservations
        .into_iter()
        .find(|reservation| {
            reservation.state == ReservationState::Held && reservation.operation_id == Some(operation.id)
        })
        .map(|reservation| reservation.id))
}

/// A closing takes the place of this operation.
pub(crate) async fn supersede_by_close(run: &mut Run<'_>) -> StepResult {
    let engine = run.engine;
    let by = run.operation.close_wanted_by.clone().unwrap_or_default();
    let tx = engine.store().begin().await?;
    run.end(&tx, OperationState::Superseded, AttemptOutcome::Done)
        .await?;
    closing_of(engine, &tx, &run.operation, by).await?;
    tx.commit().await?;
    engine.wake();
    Ok(Flow::Rest)
}

/// The closing that follows an operation.
pub(crate) async fn closing_of(
    engine: &Engine,
    tx: &Tx,
    before: &Operation,
    by: String,
) -> Result<Operation> {
    let service = store::service::find(tx, before.service_id)
        .await?
        .ok_or(Error::NotFound)?;
    let wanted = fresh::Wanted {
        id: engine.new_id(),
        kind: OperationKind::Close,
        service: &service,
        module: before.module_id,
        outputs: before.outputs.0.clone(),
        by,
    };
    fresh::insert(engine, tx, wanted).await
}
