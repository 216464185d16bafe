//! What people do about operations that cannot go on by themselves.

use ca::{
    CaOrderRef,
    purchase::{self, Event},
};
use domain::{
    id::OperationId,
    state::{AttemptOutcome, OperationKind, OperationState, PurchaseStage, ServiceState},
};
use jiff::SignedDuration;
use pki::Certificate as X509;
use serde_json::json;
use store::{ca_order::CaOrder, operation, purchase::Purchase, request::Csr};

use super::{
    MoneyBack, PurchaseDecision, Upload,
    run::{Run, chain},
    start_again,
    steps::{accept, ending, issue, journal::StoreJournal},
};
use crate::{Actor, Engine, Error, Result, audit, effects, notices::clients, tasks};

/// How long a person's transaction may hold an operation.
const HOLD: SignedDuration = SignedDuration::from_mins(2);

/// Takes an operation for a person, as a worker takes one by lease: nobody else writes meanwhile.
async fn take<'a>(engine: &'a Engine, actor: &Actor, id: OperationId) -> Result<Run<'a>> {
    let (_, service) = engine.operations().own(actor, id).await?;
    let tx = engine.store().begin().await?;
    let mut taken = operation::lock(&tx, id).await?.ok_or(Error::NotFound)?;
    start_again(engine, &mut taken)?;
    taken.next_run_at = engine.now().checked_add(HOLD).ok();
    taken.lease_owner = Some(actor.label());
    taken.lease_until = engine.clock().machine_now().checked_add(HOLD).ok();
    taken.fence += 1;
    operation::update(&tx, &mut taken).await?;
    tx.commit().await?;
    Ok(Run::by_hand(engine, taken, service, actor.clone()))
}

pub(super) async fn finish(engine: &Engine, actor: &Actor, id: OperationId, upload: Upload) -> Result<()> {
    let (before, _) = engine.operations().own(actor, id).await?;
    if before.kind == OperationKind::Close {
        return Err(Error::refused("brings-no-certificate"));
    }
    let bag = X509::parse_bag(upload.pem.as_bytes()).map_err(|error| Error::field("pem", error.code()))?;
    let run = take(engine, actor, id).await?;
    let outcome = finish_taken(engine, run, bag, upload.ca_ref).await;
    if outcome.is_err() {
        give_back(engine, id, &before).await?;
    }
    outcome
}

async fn finish_taken(
    engine: &Engine,
    mut run: Run<'_>,
    bag: Vec<X509>,
    ca_ref: Option<String>,
) -> Result<()> {
    let reader = engine.store().reader();
    let names = accept::names(&run).await.map_err(by_person)?;
    let (csr, leaf) = answered(&run, &bag).await?;
    if issue::is_known(&run, &leaf).await? {
        return Err(Error::field("pem", "already-delivered"));
    }
    let ca_ref = ca_ref
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
    let known = store::ca_order::of_service(reader, run.service.id)
        .await?
        .into_iter()
        .find(|order| order.closed_at.is_none());
    let order = match (known, ca_ref) {
        (Some(order), ca_ref) if run.operation.kind == OperationKind::Reissue => {
            renamed(&mut run, order, ca_ref).await?
        }
        (Some(order), _) => order,
        (None, None) => return Err(Error::refused("ca-order-unknown")),
        (None, Some(ca_ref)) => {
            accept::adopt(&mut run, &CaOrderRef(ca_ref), &names)
                .await
                .map_err(by_person)?;
            let orders = store::ca_order::of_service(reader, run.service.id).await?;
            orders.into_iter().next().ok_or(Error::Conflict)?
        }
    };
    let brought = issue::Brought {
        leaf,
        bag,
        reason: issue::reason_of(run.operation.kind, None),
    };
    if let Some(text) = issue::deliver(&mut run, order, &names, &csr, brought).await? {
        return Err(Error::Refused(
            crate::error::Refusal::new("certificate-does-not-match").with("reason", text),
        ));
    }
    if run.operation.state != OperationState::Done {
        issue::tidy(&mut run).await.map_err(by_person)?;
    }
    let tx = engine.store().begin().await?;
    effects::close_task_of_operation(engine, &tx, &run.operation, tasks::Outcome::Done).await?;
    audit::append(
        &tx,
        engine,
        &run.actor,
        "operation.finished_by_hand",
        &run.operation.id,
        json!({}),
    );
    tx.commit().await?;
    Ok(())
}

/// The certificate that was brought and the request of the service that it answers; a person may have used any of them.
async fn answered(run: &Run<'_>, bag: &[X509]) -> Result<(Csr, X509)> {
    let requests = store::request::csrs(run.engine.store().reader(), run.service.id).await?;
    let wanted = accept::csr(run).await.map_err(by_person)?;
    let answer = |csr: &Csr| {
        bag.iter()
            .find(|one| one.key_fingerprint().to_string() == csr.key_fingerprint)
            .cloned()
    };
    std::iter::once(wanted)
        .chain(requests)
        .find_map(|csr| answer(&csr).map(|leaf| (csr, leaf)))
        .ok_or_else(|| Error::field("pem", "issued-wrong-key"))
}

/// Notes the id that the CA gave the reissue; what the operation intended itself is settled by the certificate.
async fn renamed(run: &mut Run<'_>, mut order: CaOrder, ca_ref: Option<String>) -> Result<CaOrder> {
    let engine = run.engine;
    let now = engine.now();
    let tx = engine.store().begin().await?;
    if let Some(ca_ref) = ca_ref.filter(|ca_ref| *ca_ref != order.ca_ref) {
        order.ca_ref = ca_ref;
        store::ca_order::update_renamed(&tx, &mut order, now).await?;
    }
    for mut purchase in store::purchase::of_operation(&tx, run.operation.id).await? {
        if purchase.settled_at.is_none() {
            purchase.stage = PurchaseStage::Accepted;
            purchase.ca_ref = Some(order.ca_ref.clone());
            purchase.settled_at = Some(now);
            purchase.set_charged(Some(purchase.expected()))?;
            store::purchase::update(&tx, &mut purchase).await?;
        }
    }
    tx.commit().await?;
    Ok(order)
}

pub(super) async fn decide(
    engine: &Engine,
    actor: &Actor,
    id: OperationId,
    decision: PurchaseDecision,
) -> Result<()> {
    let (operation, _) = engine.operations().own(actor, id).await?;
    let purchases = store::purchase::of_operation(engine.store().reader(), id).await?;
    let bought = purchases
        .into_iter()
        .next()
        .ok_or(Error::refused("nothing-to-decide"))?;
    match (&decision, bought.stage) {
        (PurchaseDecision::Approve | PurchaseDecision::GiveUp, PurchaseStage::AwaitsApproval) => {
            settle_ceiling(engine, actor, &operation.started_by, &bought, &decision).await?;
        }
        (
            PurchaseDecision::Adopt { .. } | PurchaseDecision::NothingThere | PurchaseDecision::GiveUp,
            PurchaseStage::Unclear | PurchaseStage::Unknown,
        ) => {
            let event = match &decision {
                PurchaseDecision::Adopt { ca_ref } => Event::Adopted {
                    ca_order: CaOrderRef(ca_ref.trim().to_owned()),
                },
                PurchaseDecision::GiveUp => Event::Abandoned {
                    why: format!("given up by {}", actor.label()),
                },
                PurchaseDecision::NothingThere | PurchaseDecision::Approve => Event::ConfirmedNone,
            };
            let journal = StoreJournal::new(engine, bought.id);
            purchase::decide(&journal, engine.clock(), event)
                .await
                .map_err(|error| Error::Internal(chain(&error)))?;
        }
        _ => return Err(Error::refused("nothing-to-decide")),
    }
    let tx = engine.store().begin().await?;
    let details = json!({ "decision": format!("{decision:?}"), "unique_value": bought.unique_value });
    audit::append(&tx, engine, actor, "purchase.decided", &bought.id, details);
    tx.commit().await?;
    engine.operations().retry(actor, id).await
}

/// Beyond a ceiling: a second person lets it pass or gives it up.
async fn settle_ceiling(
    engine: &Engine,
    actor: &Actor,
    started_by: &str,
    bought: &Purchase,
    decision: &PurchaseDecision,
) -> Result<()> {
    let tx = engine.store().begin().await?;
    let mut bought = store::purchase::lock(&tx, bought.id)
        .await?
        .ok_or(Error::NotFound)?;
    if *decision == PurchaseDecision::Approve {
        if actor.label() == started_by {
            return Err(Error::refused("second-person-needed"));
        }
        bought.stage = PurchaseStage::Intended;
        bought.approved_by = Some(actor.label());
    } else {
        accept::abandon(
            &mut bought,
            &format!("given up by {}", actor.label()),
            engine.now(),
        )?;
    }
    store::purchase::update(&tx, &mut bought).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn finish_closing(
    engine: &Engine,
    actor: &Actor,
    id: OperationId,
    money: MoneyBack,
) -> Result<()> {
    let (before, _) = engine.operations().own(actor, id).await?;
    if before.kind != OperationKind::Close {
        return Err(Error::refused("not-a-closing"));
    }
    let mut run = take(engine, actor, id).await?;
    let now = engine.now();
    let tx = engine.store().begin().await?;
    for mut order in store::ca_order::of_service(&tx, run.service.id).await? {
        if order.closed_at.is_none() {
            order.closed_at = Some(now);
            store::ca_order::update(&tx, &mut order).await?;
        }
    }
    let (because, why) = ending::closed_because(run.service.state);
    let returned = match money {
        MoneyBack::All => ending::give_back(engine, &tx, actor, run.service.id, why).await?,
        MoneyBack::Nothing => ending::release_held(engine, &tx, actor, run.service.id).await?,
    };
    run.service.state = ServiceState::Closed;
    run.service.failure_code = Some("closed".to_owned());
    run.service.closed_at = Some(now);
    store::service::update(&tx, &mut run.service).await?;
    run.end(&tx, OperationState::Done, AttemptOutcome::Done).await?;
    effects::close_task_of_operation(engine, &tx, &run.operation, tasks::Outcome::Done).await?;
    clients::closed(engine, &tx, &run.service, because, returned).await?;
    let details = json!({ "returned": returned.map(|money| money.to_string()) });
    audit::append(&tx, engine, actor, "service.closed", &run.service.id, details);
    tx.commit().await?;
    Ok(())
}

/// What a person began and could not finish goes back to where it was.
async fn give_back(engine: &Engine, id: OperationId, before: &operation::Operation) -> Result<()> {
    let tx = engine.store().begin().await?;
    if let Some(mut taken) = operation::lock(&tx, id).await?
        && matches!(taken.state, OperationState::Waiting | OperationState::Manual)
    {
        taken.state = before.state;
        taken.next_run_at = before.next_run_at;
        taken.error_class.clone_from(&before.error_class);
        taken.error.clone_from(&before.error);
        taken.lease_owner = None;
        taken.lease_until = None;
        operation::update(&tx, &mut taken).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn by_person(error: super::run::StepError) -> Error {
    use super::run::StepError;
    match error {
        StepError::Ca(error) => Error::Ca(error),
        StepError::Engine(error) => error,
        StepError::Manual { text, .. } | StepError::Later { text, .. } => Error::Internal(text),
    }
}
