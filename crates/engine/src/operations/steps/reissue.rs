//! *Reissue*: a new certificate within the paid term. Making the request and asking the CA are its own steps; proving,
//! waiting, fetching and delivering are those of *open*.
//!
//! The certificate before stays valid and stays the service's until the new one is issued, verified and delivered. A reissue
//! that the CA refuses or cannot do by its API is given to a person; the service goes on with what it has.

use ca::{
    AddNamesRequest, CaOrderRef, CaState, Capability, Purchase as CaPurchase, ReissueRequest,
    purchase::{Intent, Record},
};
use domain::{
    Money,
    id::PurchaseId,
    name::NameSet,
    state::{AttemptOutcome, OperationState, PurchaseStage, ServiceState, TaskKind},
};
use serde_json::json;
use store::{
    Json, ca_order::CaOrder, module::Module, purchase::Purchase, request::Csr, service::ServiceName,
    tariff::TariffPlan,
};
use tracing::info;

use super::{
    accept::{self, Accepted},
    choose::UNIQUE_VALUE,
    ending, new_request,
    open::{self, BUY, PROVE},
};
use crate::{
    Error, audit,
    connection::internal,
    instance, money,
    operations::run::{Flow, Run, StepError, StepResult},
    reissues::{by_person, methods},
};

/// Where every *reissue* begins.
pub(crate) const FIRST_STEP: &str = PREPARE;
/// The request is made, what validates the names is settled, the intent is stored.
pub(crate) const PREPARE: &str = "prepare";

/// Runs the step that comes next.
pub(crate) async fn step(run: &mut Run<'_>) -> StepResult {
    match run.operation.step.as_str() {
        PREPARE => prepare(run).await,
        _ => open::step(run).await,
    }
}

/// What a reissue stands on.
struct Ground {
    order: CaOrder,
    module: Module,
    plan: TariffPlan,
}

async fn prepare(run: &mut Run<'_>) -> StepResult {
    let engine = run.engine;
    engine.pass("reissue.leased");
    if run.close_is_wanted().await? {
        return ending::supersede_by_close(run).await;
    }
    let runs = matches!(run.service.state, ServiceState::Active | ServiceState::Suspended);
    let term = run.service.term().filter(|term| engine.today() < term.end);
    if !runs || term.is_none() {
        return over(run, "term_over", "the paid term is over").await;
    }
    let ground = ground(run).await?;
    new_request::ensure(run, PREPARE).await?;
    let names = methods::settle(run, &ground.plan, &ground.module).await?;
    let connector = engine.connector(&ground.module)?;
    let capabilities = &connector.descriptor().capabilities;
    let adds_names = !added(run, &names).await?.is_empty();
    let is_automatic =
        capabilities.reissues(ground.plan.kind) && (!adds_names || capabilities.has(Capability::AddNames));
    if !is_automatic {
        let why = format!(
            "{} does not reissue certificates of this kind by its API.",
            ground.module.name
        );
        return Err(by_hand(run, &ground, &names, &why).await?);
    }
    // An intent that may not be called would keep the reconciliation that switches purchases on from judging anything.
    if !instance::may_purchase(engine.store().reader()).await? {
        return Err(accept::purchases_are_off(engine));
    }
    intend(run, &ground, &names).await
}

/// The order at the CA whose certificate is reissued.
async fn ground(run: &Run<'_>) -> StepResult<Ground> {
    let reader = run.engine.store().reader();
    let order = store::ca_order::of_service(reader, run.service.id)
        .await?
        .into_iter()
        .find(|order| order.closed_at.is_none());
    let Some(order) = order else {
        return Err(StepError::Manual {
            kind: TaskKind::ReissueByHand,
            class: "no_ca_order",
            text: "No order at a CA is known for this service: there is nothing to reissue from.".to_owned(),
        });
    };
    let module = store::module::find(reader, order.module_id)
        .await?
        .ok_or(Error::NotFound)?;
    let plan = store::tariff::find(reader, run.service.tariff_plan_id)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Ground { order, module, plan })
}

/// Stores the intent, before anything is called.
async fn intend(run: &mut Run<'_>, ground: &Ground, names: &[ServiceName]) -> StepResult {
    let engine = run.engine;
    let now = engine.now();
    let csr = accept::csr(run).await?;
    let unique = seal::random::alphanumeric(UNIQUE_VALUE);
    let former = former_purchase(run, &ground.order).await?;
    let expected = expected(run, ground, names, former.as_ref()).await?;
    let mut outputs = open::outputs(run)?;
    outputs.target = outputs.target.or_else(|| Some(ground.order.ca_ref.clone()));
    outputs.ca_order = Some(ground.order.id);
    open::keep(run, &outputs)?;
    let wanted = wanted(run, &unique, names, &csr).await?;
    let record = Record::new(Intent::of(&wanted, now));
    let product_id = product_of(run, ground, former.as_ref()).await?;
    let id: PurchaseId = engine.new_id();
    let purchase = Purchase {
        id,
        operation_id: run.operation.id,
        service_id: run.service.id,
        account_id: run.service.account_id,
        module_id: ground.module.id,
        product_id,
        years: run.service.years,
        unique_value: unique,
        csr_fingerprint: csr.fingerprint.clone(),
        key_fingerprint: csr.key_fingerprint.clone(),
        main_name: run.service.main_name.clone(),
        expected_minor: expected.minor()?,
        expected_currency: expected.currency(),
        stage: PurchaseStage::Intended,
        intended_at: now,
        called_at: None,
        settled_at: None,
        charged_minor: None,
        charged_currency: None,
        ca_ref: None,
        reason: None,
        revision: i64::try_from(record.revision).unwrap_or(1),
        journal: Json(serde_json::to_value(&record).map_err(internal("the record of a purchase"))?),
        approved_by: None,
        version: 1,
    };
    run.operation.module_id = Some(ground.module.id);
    outputs.purchase = Some(id);
    open::keep(run, &outputs)?;
    let tx = engine.store().begin().await?;
    store::purchase::insert(&tx, &purchase).await?;
    run.save(&tx, BUY).await?;
    tx.commit().await?;
    engine.pass("reissue.intent_stored");
    Ok(Flow::On)
}

/// The call, made of what is stored, and alike whenever it is made again.
pub(super) async fn wanted(
    run: &Run<'_>,
    unique: &str,
    names: &[ServiceName],
    csr: &Csr,
) -> StepResult<CaPurchase> {
    let target = open::outputs(run)?
        .target
        .ok_or_else(|| Error::Internal("a reissue without a target".to_owned()))?;
    let request = ReissueRequest {
        names: set_of(names)?,
        csr: ca::Csr::from_der(csr.der.clone()),
        unique_value: unique.parse().map_err(internal("a unique value"))?,
        validations: names.iter().map(accept::validation_of).collect(),
    };
    let added = added(run, names).await?;
    let ca_order = CaOrderRef(target);
    if added.is_empty() {
        return Ok(CaPurchase::Reissue { ca_order, request });
    }
    Ok(CaPurchase::AddNames {
        ca_order,
        request: AddNamesRequest {
            added,
            reissue: request,
            price_ceiling: None,
        },
    })
}

/// The CA took the reissue: its order has a new round, and what further names cost is charged.
pub(super) async fn accepted(run: &mut Run<'_>, bought: &Purchase, by_ca: Accepted<'_>) -> StepResult<()> {
    let engine = run.engine;
    let now = engine.now();
    let mut outputs = open::outputs(run)?;
    let id = outputs
        .ca_order
        .ok_or_else(|| Error::Internal("a reissue without a CA order".to_owned()))?;
    let mut order = store::ca_order::find(engine.store().reader(), id)
        .await?
        .ok_or(Error::NotFound)?;
    order.round += 1;
    order.purchase_id = Some(bought.id);
    order.ca_ref.clone_from(&by_ca.ca_ref.0);
    by_ca
        .state
        .map_or("pending", CaState::word)
        .clone_into(&mut order.state);
    order.raw_state.clear();
    if let Some(before) = order.charged()
        && before.currency() == by_ca.charged.currency()
    {
        order.set_charged(Some(before.plus(by_ca.charged)?))?;
    }
    outputs.polls = 0;
    outputs.looks = 0;
    open::keep(run, &outputs)?;
    let tx = engine.store().begin().await?;
    if let Some(reservation) = ending::held_reservation(&tx, &run.operation).await? {
        money::charge(engine, &tx, &run.actor, reservation).await?;
    }
    if !by_ca.charged.is_zero() {
        let charge = money::SupplierCharge {
            module: bought.module_id,
            amount: by_ca.charged,
            service: Some(run.service.id),
            operation: Some(run.operation.id),
        };
        money::purchase(engine, &tx, &run.actor, charge).await?;
        store::module::note_spent(&tx, bought.module_id, by_ca.charged).await?;
    }
    store::ca_order::update_renamed(&tx, &mut order, now).await?;
    run.save(&tx, PROVE).await?;
    let details =
        json!({ "ca_order": by_ca.ca_ref, "round": order.round, "charged": by_ca.charged.to_string() });
    audit::append(
        &tx,
        engine,
        &run.actor,
        "service.reissue_accepted",
        &run.service.id,
        details,
    );
    tx.commit().await?;
    info!(ca_order = %by_ca.ca_ref, round = order.round, "the CA has the reissue");
    Ok(())
}

/// The CA said no. The certificate at hand goes on; a person looks, and starting again asks anew.
pub(super) fn refused(run: &mut Run<'_>, class: &'static str, why: &str) -> StepResult {
    begin_anew(run)?;
    Err(StepError::Manual {
        kind: TaskKind::OperationManual,
        class,
        text: format!("The CA refused the reissue: {why}"),
    })
}

/// The CA took the reissue and ended it all the same; what it calls the order by is again the id before.
pub(super) async fn ended_by_ca(run: &mut Run<'_>, mut order: CaOrder, raw_status: &str) -> StepResult {
    let outputs = open::outputs(run)?;
    if let Some(target) = outputs.target {
        order.ca_ref = target;
    }
    let tx = run.engine.store().begin().await?;
    store::ca_order::update(&tx, &mut order).await?;
    tx.commit().await?;
    refused(
        run,
        "rejected",
        &format!("it ended the reissue as `{raw_status}`"),
    )
}

/// The CA has no such call: a person reissues in the CA's client area.
pub(super) async fn unsupported(run: &mut Run<'_>, bought: &Purchase, why: &str) -> StepResult {
    let engine = run.engine;
    let mut bought = store::purchase::find(engine.store().reader(), bought.id)
        .await?
        .ok_or(Error::NotFound)?;
    accept::abandon(&mut bought, why, engine.now())?;
    let tx = engine.store().begin().await?;
    store::purchase::update(&tx, &mut bought).await?;
    tx.commit().await?;
    begin_anew(run)?;
    let ground = ground(run).await?;
    let names = accept::names(run).await?;
    Err(by_hand(run, &ground, &names, &format!("{why}.")).await?)
}

/// Staff gave the reissue up; the next one comes by the plan, tomorrow at the earliest.
pub(super) async fn given_up(run: &mut Run<'_>, why: &str) -> StepResult {
    over(run, "by_staff", why).await
}

/// The next run starts from the beginning with a new intent and the same request.
fn begin_anew(run: &mut Run<'_>) -> StepResult<()> {
    let mut outputs = open::outputs(run)?;
    outputs.purchase = None;
    open::keep(run, &outputs)?;
    PREPARE.clone_into(&mut run.operation.step);
    Ok(())
}

/// The reissue ends without a certificate; money that was set aside for it is free again.
async fn over(run: &mut Run<'_>, code: &str, why: &str) -> StepResult {
    let engine = run.engine;
    let tx = engine.store().begin().await?;
    if let Some(reservation) = ending::held_reservation(&tx, &run.operation).await? {
        money::release(engine, &tx, &run.actor, reservation).await?;
    }
    crate::reissues::plan_next(engine, &tx, &mut run.service).await?;
    run.operation.error_class = Some(code.to_owned());
    run.operation.error = Some(why.to_owned());
    run.end(&tx, OperationState::Failed, AttemptOutcome::Refused)
        .await?;
    audit::append(
        &tx,
        engine,
        &run.actor,
        "service.reissue_ended",
        &run.service.id,
        json!({ "code": code }),
    );
    tx.commit().await?;
    Ok(Flow::Rest)
}

/// Everything that a person needs who reissues in the CA's client area; the service's page tells the client that the reissue is under way.
async fn by_hand(
    run: &mut Run<'_>,
    ground: &Ground,
    names: &[ServiceName],
    why: &str,
) -> StepResult<StepError> {
    let csr = accept::csr(run).await?;
    run.operation.module_id = Some(ground.module.id);
    let department =
        store::department::find(run.engine.store().reader(), ground.module.department_id).await?;
    let locale = department
        .and_then(|department| department.language.parse().ok())
        .unwrap_or_default();
    let text = by_person::instructions(
        locale,
        &run.service,
        &ground.order,
        &ground.module,
        names,
        &csr,
        why,
    );
    Ok(StepError::Manual {
        kind: TaskKind::ReissueByHand,
        class: "unsupported",
        text,
    })
}

/// Names that the certificate before does not have.
async fn added(run: &Run<'_>, names: &[ServiceName]) -> StepResult<Vec<domain::DomainName>> {
    if open::outputs(run)?.names_version.is_none() {
        return Ok(Vec::new());
    }
    let reader = run.engine.store().reader();
    let before = store::service::names(reader, run.service.id, run.service.names_version).await?;
    Ok(names
        .iter()
        .filter(|name| !before.iter().any(|old| old.name == name.name))
        .map(|name| name.name.clone())
        .collect())
}

/// The purchase through which the order came.
async fn former_purchase(run: &Run<'_>, order: &CaOrder) -> StepResult<Option<Purchase>> {
    Ok(match order.purchase_id {
        Some(id) => store::purchase::find(run.engine.store().reader(), id).await?,
        None => None,
    })
}

/// What the CA will charge: nothing, but for names that come in addition.
async fn expected(
    run: &Run<'_>,
    ground: &Ground,
    names: &[ServiceName],
    former: Option<&Purchase>,
) -> StepResult<Money> {
    let currency = former.map_or(run.service.currency, |purchase| purchase.expected_currency);
    let added = added(run, names).await?;
    if added.is_empty() {
        return Ok(Money::zero(currency));
    }
    let product_id = product_of(run, ground, former).await?;
    let reader = run.engine.store().reader();
    let term = store::catalogue::term(reader, product_id, run.service.years)
        .await?
        .ok_or_else(|| Error::refused("not-on-offer"))?;
    let mut sum = Money::zero(term.currency);
    for name in &added {
        let price = if name.is_wildcard() {
            term.extra_wildcard()
        } else {
            term.extra_name()
        };
        sum = sum.plus(price.unwrap_or(Money::zero(term.currency)))?;
    }
    Ok(sum)
}

/// The product at the CA.
async fn product_of(
    run: &Run<'_>,
    ground: &Ground,
    former: Option<&Purchase>,
) -> StepResult<domain::id::ProductId> {
    if let Some(former) = former {
        return Ok(former.product_id);
    }
    let reader = run.engine.store().reader();
    let connected = store::tariff::modules(reader, run.service.tariff_plan_id).await?;
    connected
        .iter()
        .find(|connected| connected.module_id == ground.module.id)
        .map(|connected| connected.product_id)
        .ok_or_else(|| StepError::Manual {
            kind: TaskKind::OperationManual,
            class: "no_product",
            text: "The tariff plan is no longer connected to the module of this service.".to_owned(),
        })
}

pub(super) fn set_of(names: &[ServiceName]) -> StepResult<NameSet> {
    NameSet::from_names(names.iter().map(|name| name.name.clone()))
        .ok_or_else(|| StepError::Engine(Error::Internal("a service without names".to_owned())))
}
