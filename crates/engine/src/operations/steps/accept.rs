//! Buying: the purchase protocol is run, and its outcome is booked in one transaction.

use ca::{
    CaOrderRef, CaState, Class, NameValidation, OrderRequest, ProductId as CaProductId, ValidationChoice,
    purchase::{self, Outcome, Purchasing},
};
use domain::{
    Money,
    id::CaOrderId,
    name::NameSet,
    product::ValidationMethod,
    state::{OperationKind, PurchaseStage, ServiceState, TaskKind},
    term::PaidTerm,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{ca_order::CaOrder, catalogue::Product, purchase::Purchase, request::Csr, service::ServiceName};
use tracing::info;

use super::{
    ending, first_step,
    journal::StoreJournal,
    open::{self, Outputs, PROVE},
    prolong, reissue,
};
use crate::{
    Engine, Error, audit, effects, instance,
    money::{self, SupplierCharge},
    notices::clients,
    operations::run::{Flow, Run, StepError, StepResult, chain},
};

/// No CA order of ours is older than its intent; clocks may differ by so much.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);

/// At least so long between two questions about a purchase whose outcome is not known.
const BETWEEN_QUESTIONS: SignedDuration = SignedDuration::from_secs(1);
/// How long to wait while purchases are off.
const UNTIL_PURCHASES_ARE_ON: SignedDuration = SignedDuration::from_mins(5);

/// Runs the purchase protocol and books what came of it.
pub(crate) async fn buy(run: &mut Run<'_>) -> StepResult {
    let engine = run.engine;
    let outputs = open::outputs(run)?;
    let id = outputs
        .purchase
        .ok_or_else(|| Error::Internal("there is no intent to buy".to_owned()))?;
    let reader = engine.store().reader();
    let bought = store::purchase::find(reader, id).await?.ok_or(Error::NotFound)?;
    if bought.stage == PurchaseStage::AwaitsApproval {
        let text = bought.reason.unwrap_or_default();
        return Err(StepError::Manual {
            kind: TaskKind::PurchaseApproval,
            class: "ceiling",
            text,
        });
    }
    if bought.stage == PurchaseStage::Intended && run.close_is_wanted().await? {
        return ending::supersede_by_close(run).await;
    }
    let may_purchase = instance::may_purchase(reader).await?;
    if !may_purchase && bought.stage == PurchaseStage::Intended {
        let is_doubtful = instance::is_doubtful(reader).await?;
        if !is_doubtful || outputs.was_asked_about {
            return not_now(run, bought, is_doubtful).await;
        }
        doubt(run, &bought, outputs).await?;
    }
    let names = names(run).await?;
    let outcome = call(run, &bought, may_purchase, &names).await?;
    engine.pass("open.after_call");
    settle(run, &bought, outcome, &names).await
}

/// Runs the purchase protocol from wherever its journal stands.
async fn call(
    run: &Run<'_>,
    bought: &Purchase,
    may_purchase: bool,
    names: &[ServiceName],
) -> StepResult<Outcome> {
    let engine = run.engine;
    let reader = engine.store().reader();
    let product = store::catalogue::product(reader, bought.product_id)
        .await?
        .ok_or(Error::NotFound)?;
    let module = store::module::find(reader, bought.module_id)
        .await?
        .ok_or(Error::NotFound)?;
    let csr = csr(run).await?;
    let wanted = match run.operation.kind {
        OperationKind::Reissue => reissue::wanted(run, &bought.unique_value, names, &csr).await?,
        _ => order_of(
            run,
            &product,
            &bought.unique_value,
            names,
            &csr,
            bought.expected(),
        )?,
    };
    let since = bought
        .intended_at
        .checked_sub(CLOCKS_DIFFER)
        .unwrap_or(Timestamp::MIN);
    let known: Vec<CaOrderRef> = store::ca_order::known_refs(reader, module.id, since)
        .await?
        .into_iter()
        .map(CaOrderRef)
        .collect();
    let connector = engine.connector(&module)?;
    let journal = StoreJournal::new(engine, bought.id);
    engine.pass("open.before_call");
    let with = Purchasing {
        connector: &*connector,
        journal: &journal,
        clock: engine.clock(),
        policy: engine.config().purchase,
        known: &known,
    };
    let outcome = if may_purchase {
        purchase::purchase(with, &wanted).await
    } else {
        // Nothing may be called, but what was called may be asked about.
        if bought.stage == PurchaseStage::Called {
            let interrupted = purchase::decide(&journal, engine.clock(), purchase::Event::Interrupted).await;
            interrupted.map_err(|error| Error::Internal(chain(&error)))?;
        }
        purchase::look_again(with, &wanted).await
    };
    Ok(outcome.map_err(|error| Error::Internal(chain(&error)))?)
}

/// What the CA answered when it took an order or a reissue.
#[derive(Clone, Copy)]
pub(crate) struct Accepted<'a> {
    /// The id it gave.
    pub(crate) ca_ref: &'a CaOrderRef,
    /// What it charged.
    pub(crate) charged: Money,
    /// The state, when it named one.
    pub(crate) state: Option<&'a CaState>,
}

/// Books what came of a purchase.
async fn settle(run: &mut Run<'_>, bought: &Purchase, outcome: Outcome, names: &[ServiceName]) -> StepResult {
    let engine = run.engine;
    match outcome {
        Outcome::Accepted {
            ca_order,
            charged,
            state,
            duplicates,
        } => {
            let charged = charged.unwrap_or_else(|| bought.expected());
            let by_ca = Accepted {
                ca_ref: &ca_order,
                charged,
                state: state.as_ref(),
            };
            match run.operation.kind {
                OperationKind::Reissue => reissue::accepted(run, bought, by_ca).await?,
                _ => accepted(run, bought, by_ca, names).await?,
            }
            engine.pass("open.outcome_stored");
            report_duplicates(run, &duplicates).await?;
            Ok(Flow::On)
        }
        Outcome::Rejected { why, .. } if run.operation.kind == OperationKind::Reissue => {
            reissue::refused(run, "rejected", &why)
        }
        Outcome::Abandoned { why } if run.operation.kind == OperationKind::Reissue => {
            reissue::given_up(run, &why).await
        }
        Outcome::Rejected { why, .. } if run.operation.kind == OperationKind::Prolong => {
            prolong::refused(run, &why)
        }
        Outcome::Abandoned { why } if run.operation.kind == OperationKind::Prolong => {
            prolong::given_up(run, &why).await
        }
        Outcome::Rejected { why, .. } => ending::fail(run, "rejected", &why, names).await,
        Outcome::Abandoned { why } => ending::fail(run, "by_staff", &why, names).await,
        Outcome::NotPlaced(error)
            if run.operation.kind == OperationKind::Reissue && error.class() == Class::Unsupported =>
        {
            reissue::unsupported(run, bought, &error.to_string()).await
        }
        Outcome::NotPlaced(error) => Err(StepError::Ca(error)),
        Outcome::StillUnknown { until, why, .. } => {
            let soonest = engine
                .now()
                .checked_add(BETWEEN_QUESTIONS)
                .unwrap_or(Timestamp::MAX);
            Err(StepError::Later {
                at: until.max(soonest),
                class: "unknown",
                text: why,
            })
        }
        Outcome::Manual { why, candidates } => {
            let listed: Vec<String> = candidates.iter().map(ToString::to_string).collect();
            let text = format!(
                "It is not certain whether the CA accepted the order for {} (unique value {}): {why}. {}",
                run.service.main_name,
                bought.unique_value,
                listed.join("; ")
            );
            Err(StepError::Manual {
                kind: TaskKind::PurchaseUnclear,
                class: "unknown",
                text,
            })
        }
    }
}

/// After a restore nobody knows whether an intent was called since the backup: it is taken for called, so that the CA
/// is asked about it before anything else.
async fn doubt(run: &mut Run<'_>, bought: &Purchase, mut outputs: Outputs) -> StepResult<()> {
    let engine = run.engine;
    let journal = StoreJournal::new(engine, bought.id);
    for event in [purchase::Event::CallStarted, purchase::Event::Interrupted] {
        purchase::decide(&journal, engine.clock(), event)
            .await
            .map_err(|error| Error::Internal(chain(&error)))?;
    }
    outputs.was_asked_about = true;
    open::keep(run, &outputs)?;
    let tx = engine.store().begin().await?;
    let step = run.operation.step.clone();
    run.save(&tx, &step).await?;
    tx.commit().await?;
    Ok(())
}

/// The wait of an operation that may not buy now.
pub(super) fn purchases_are_off(engine: &Engine) -> StepError {
    StepError::Later {
        at: until_purchases_are_on(engine),
        class: "purchases_blocked",
        text: "purchases are switched off".to_owned(),
    }
}

fn until_purchases_are_on(engine: &Engine) -> Timestamp {
    engine
        .now()
        .checked_add(UNTIL_PURCHASES_ARE_ON)
        .unwrap_or(Timestamp::MAX)
}

/// Purchases are off. An intent from before a restore that the CA certainly has nothing of is dropped, and the module
/// is chosen afresh when purchases are on again.
async fn not_now(run: &mut Run<'_>, mut bought: Purchase, is_doubtful: bool) -> StepResult {
    let engine = run.engine;
    if !is_doubtful {
        return Err(purchases_are_off(engine));
    }
    abandon(&mut bought, "the database comes from a backup", engine.now())?;
    let mut outputs = open::outputs(run)?;
    outputs.purchase = None;
    outputs.was_asked_about = false;
    open::keep(run, &outputs)?;
    let tx = engine.store().begin().await?;
    store::purchase::update(&tx, &mut bought).await?;
    let first = first_step(run.operation.kind);
    run.rest(&tx, first, until_purchases_are_on(engine)).await?;
    tx.commit().await?;
    Ok(Flow::Rest)
}

/// The CA has the order: the client is charged, the supplier's account is booked, the paid term begins.
async fn accepted(
    run: &mut Run<'_>,
    bought: &Purchase,
    by_ca: Accepted<'_>,
    names: &[ServiceName],
) -> StepResult<()> {
    let Accepted {
        ca_ref,
        charged,
        state,
    } = by_ca;
    let engine = run.engine;
    let now = engine.now();
    let years = open::years(run)?;
    let term = PaidTerm::from_acceptance(engine.day_of(now), years);
    let order = CaOrder {
        id: engine.new_id::<CaOrderId>(),
        service_id: run.service.id,
        module_id: bought.module_id,
        purchase_id: Some(bought.id),
        ca_ref: ca_ref.0.clone(),
        round: 0,
        state: state.map_or("pending", CaState::word).to_owned(),
        raw_state: String::new(),
        accepted_at: now,
        looked_at: None,
        valid_from: None,
        valid_to: None,
        term_end: None,
        charged_minor: Some(charged.minor()?),
        charged_currency: Some(charged.currency()),
        raw: String::new(),
        closed_at: None,
        version: 1,
    };
    let mut outputs = open::outputs(run)?;
    outputs.ca_order = Some(order.id);
    open::keep(run, &outputs)?;
    if run.service.state == ServiceState::Opening {
        run.service.state = ServiceState::WaitingForValidation;
    }
    run.service.years = years;
    run.service.accepted_at = Some(now);
    run.service.term_start = Some(term.start);
    run.service.term_end = Some(term.end);
    run.service.module_id = Some(bought.module_id);

    let tx = engine.store().begin().await?;
    let held = ending::held_reservation(&tx, &run.operation).await?;
    if let Some(reservation) = held {
        money::charge(engine, &tx, &run.actor, reservation).await?;
    }
    let charge = SupplierCharge {
        module: bought.module_id,
        amount: charged,
        service: Some(run.service.id),
        operation: Some(run.operation.id),
    };
    money::purchase(engine, &tx, &run.actor, charge).await?;
    store::module::note_spent(&tx, bought.module_id, charged).await?;
    store::ca_order::insert(&tx, &order).await?;
    store::service::update(&tx, &mut run.service).await?;
    run.save(&tx, PROVE).await?;
    let plan = store::tariff::find(&tx, run.service.tariff_plan_id)
        .await?
        .map(|plan| plan.name)
        .unwrap_or_default();
    let domains: Vec<_> = names.iter().map(|name| name.name.clone()).collect();
    let action = if run.operation.kind == OperationKind::Prolong {
        clients::prolonged(engine, &tx, &run.service, run.operation.id, term.end).await?;
        "service.prolonged"
    } else {
        clients::order_placed(engine, &tx, &run.service, &domains, plan).await?;
        "service.accepted"
    };
    let details = json!({ "ca_order": ca_ref, "charged": charged.to_string(), "module": bought.module_id });
    audit::append(&tx, engine, &run.actor, action, &run.service.id, details);
    tx.commit().await?;
    info!(ca_order = %ca_ref, charged = %charged, "the CA has the order");
    Ok(())
}

/// A person found the order at the CA: it is booked like one that the CA had accepted at once.
pub(crate) async fn adopt(run: &mut Run<'_>, ca_ref: &CaOrderRef, names: &[ServiceName]) -> StepResult<()> {
    let engine = run.engine;
    let outputs = open::outputs(run)?;
    let id = outputs.purchase.ok_or(Error::refused("ca-order-unknown"))?;
    let mut bought = store::purchase::find(engine.store().reader(), id)
        .await?
        .ok_or(Error::NotFound)?;
    if bought.settled_at.is_none() {
        bought.stage = PurchaseStage::Accepted;
        bought.ca_ref = Some(ca_ref.0.clone());
        bought.settled_at = Some(engine.now());
        bought.set_charged(Some(bought.expected()))?;
        let tx = engine.store().begin().await?;
        store::purchase::update(&tx, &mut bought).await?;
        tx.commit().await?;
    }
    let by_ca = Accepted {
        ca_ref,
        charged: bought.expected(),
        state: None,
    };
    accepted(run, &bought, by_ca, names).await
}

/// Gives an intent up that was never called.
pub(crate) fn abandon(bought: &mut Purchase, why: &str, now: Timestamp) -> crate::Result<()> {
    let record: purchase::Record = serde_json::from_value(bought.journal.0.clone())
        .map_err(crate::connection::internal("the record of a purchase"))?;
    let given_up = purchase::Record {
        revision: record.revision + 1,
        state: purchase::State::Abandoned { why: why.to_owned() },
        ..record
    };
    bought.revision = i64::try_from(given_up.revision).unwrap_or(i64::MAX);
    bought.journal = store::Json(
        serde_json::to_value(&given_up).map_err(crate::connection::internal("the record of a purchase"))?,
    );
    bought.stage = PurchaseStage::Dropped;
    bought.reason = Some(why.to_owned());
    bought.settled_at = Some(now);
    Ok(())
}

/// The CA made a purchase twice: a person must have the other one taken back.
async fn report_duplicates(run: &Run<'_>, duplicates: &[CaOrderRef]) -> StepResult<()> {
    if duplicates.is_empty() {
        return Ok(());
    }
    let engine = run.engine;
    let list: Vec<String> = duplicates.iter().map(ToString::to_string).collect();
    let text = format!(
        "The CA made this purchase more than once. Have these CA orders cancelled: {}",
        list.join(", ")
    );
    let tx = engine.store().begin().await?;
    let task =
        effects::NewTask::for_operation(TaskKind::OrphanAtCa, &run.service, &run.operation).saying(text);
    effects::open_task_once(engine, &tx, task).await?;
    tx.commit().await?;
    Ok(())
}

/// The names that the certificate is to have: those in force, or those that come into force with it.
pub(crate) async fn names(run: &Run<'_>) -> StepResult<Vec<ServiceName>> {
    let version = open::outputs(run)?
        .names_version
        .unwrap_or(run.service.names_version);
    let reader = run.engine.store().reader();
    Ok(store::service::names(reader, run.service.id, version).await?)
}

/// The request that the certificate answers: the operation's own, else the service's.
pub(crate) async fn csr(run: &Run<'_>) -> StepResult<Csr> {
    let id = open::outputs(run)?
        .csr
        .or(run.service.csr_id)
        .ok_or_else(|| Error::Internal("a service without a request".to_owned()))?;
    let csr = store::request::csr(run.engine.store().reader(), id).await?;
    Ok(csr.ok_or(Error::NotFound)?)
}

/// The order as the CA gets it: made of what is stored, and alike whenever it is made again.
pub(crate) fn order_of(
    run: &Run<'_>,
    product: &Product,
    unique: &str,
    names: &[ServiceName],
    csr: &Csr,
    ceiling: Money,
) -> StepResult<ca::Purchase> {
    let set = NameSet::from_names(names.iter().map(|name| name.name.clone()))
        .ok_or_else(|| Error::Internal("a service without names".to_owned()))?;
    let unique = unique
        .parse()
        .map_err(crate::connection::internal("a unique value"))?;
    let request = OrderRequest {
        product: CaProductId(product.ca_ref.clone()),
        days: u32::from(open::years(run)?.days()),
        names: set,
        csr: ca::Csr::from_der(csr.der.clone()),
        unique_value: unique,
        validations: names.iter().map(validation_of).collect(),
        contact: run.service.contact.0.clone(),
        organisation: run
            .service
            .organisation
            .clone()
            .map(|organisation| organisation.0),
        price_ceiling: Some(ceiling),
    };
    Ok(ca::Purchase::Order(Box::new(request)))
}

pub(super) fn validation_of(name: &ServiceName) -> NameValidation {
    let choice = match name.method {
        ValidationMethod::Dns => ValidationChoice::Dns,
        ValidationMethod::Http => ValidationChoice::Http,
        ValidationMethod::Https => ValidationChoice::Https,
        ValidationMethod::Email => ValidationChoice::Email {
            approver: name.approver.clone().unwrap_or_default(),
        },
    };
    NameValidation {
        name: name.name.clone(),
        choice,
    }
}
