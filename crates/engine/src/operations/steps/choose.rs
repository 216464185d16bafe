//! The module for a new order, with the reason against every other, and the intent to buy from it.

use ca::purchase::{Intent, Record};
use domain::{
    Money,
    id::{ModuleId, PurchaseId},
    product::ProductKind,
    selection::{Candidate, Considered, PassedOver, choose as choose_candidate},
    state::{ConnectionState, OperationKind, PurchaseStage, TaskKind},
};
use jiff::SignedDuration;
use store::{
    Json,
    catalogue::{Product, ProductTerm},
    module::Module,
    operation::Selection,
    purchase::Purchase,
};
use tracing::{debug, info};

use super::{
    ending,
    open::{self, BUY, CHOOSE},
};
use crate::{
    Error,
    connection::internal,
    instance, modules,
    operations::{
        run::{Flow, Run, StepError, StepResult},
        steps::accept,
    },
};

/// A balance older than this is read again before a purchase.
const BALANCE_HOLDS: SignedDuration = SignedDuration::from_mins(5);
/// How long to wait when no module may buy now.
const UNTIL_A_MODULE_MAY: SignedDuration = SignedDuration::from_mins(5);
/// Length of a unique value: 62^12 is enough never to meet twice.
pub(super) const UNIQUE_VALUE: usize = 12;

/// One module that may get the order.
struct Choice {
    module: Module,
    product: Product,
    cost: Option<Money>,
    place: i32,
}

/// Chooses and stores the intent.
pub(crate) async fn choose(run: &mut Run<'_>) -> StepResult {
    let engine = run.engine;
    engine.pass("open.leased");
    if run.close_is_wanted().await? {
        return ending::supersede_by_close(run).await;
    }
    let options = options(run).await?;
    let may_purchase = instance::may_purchase(engine.store().reader()).await?;
    let candidates = options
        .iter()
        .map(|option| candidate(run, option, may_purchase))
        .collect();
    let (chosen, considered) = choose_candidate(candidates);
    let Some(chosen) = chosen.and_then(|id| options.into_iter().find(|option| option.module.id == id)) else {
        return nobody(run, considered).await;
    };
    let cost = chosen
        .cost
        .ok_or_else(|| Error::Internal("a module without a price was chosen".to_owned()))?;
    info!(module = chosen.module.name, cost = %cost, "chose the module");
    engine.pass("open.module_chosen");
    let beyond = beyond_ceiling(run, &chosen.module, cost).await?;
    intend(run, chosen, cost, considered, beyond).await
}

/// Stores choice and intent, and goes on to buy unless a second person must agree first.
async fn intend(
    run: &mut Run<'_>,
    chosen: Choice,
    cost: Money,
    considered: Vec<Considered>,
    beyond: Option<String>,
) -> StepResult {
    let engine = run.engine;
    let now = engine.now();
    let unique = seal::random::alphanumeric(UNIQUE_VALUE);
    let id: PurchaseId = engine.new_id();
    let names = accept::names(run).await?;
    let csr = accept::csr(run).await?;
    let wanted = accept::order_of(run, &chosen.product, &unique, &names, &csr, cost)?;
    let record = Record::new(Intent::of(&wanted, now));
    let purchase = Purchase {
        id,
        operation_id: run.operation.id,
        service_id: run.service.id,
        account_id: run.service.account_id,
        module_id: chosen.module.id,
        product_id: chosen.product.id,
        years: open::years(run)?,
        unique_value: unique,
        csr_fingerprint: csr.fingerprint.clone(),
        key_fingerprint: csr.key_fingerprint.clone(),
        main_name: run.service.main_name.clone(),
        expected_minor: cost.minor()?,
        expected_currency: cost.currency(),
        stage: if beyond.is_some() {
            PurchaseStage::AwaitsApproval
        } else {
            PurchaseStage::Intended
        },
        intended_at: now,
        called_at: None,
        settled_at: None,
        charged_minor: None,
        charged_currency: None,
        ca_ref: None,
        reason: beyond.clone(),
        revision: i64::try_from(record.revision).unwrap_or(1),
        journal: Json(serde_json::to_value(&record).map_err(internal("the record of a purchase"))?),
        approved_by: None,
        version: 1,
    };
    run.operation.module_id = Some(chosen.module.id);
    if run.operation.kind == OperationKind::Open {
        run.service.module_id = Some(chosen.module.id);
    }
    let mut outputs = open::outputs(run)?;
    outputs.purchase = Some(id);
    open::keep(run, &outputs)?;

    let tx = engine.store().begin().await?;
    store::purchase::insert(&tx, &purchase).await?;
    store::operation::insert_selection(&tx, &selection(run, Some(chosen.module.id), considered)).await?;
    store::service::update(&tx, &mut run.service).await?;
    run.save(&tx, BUY).await?;
    tx.commit().await?;
    engine.pass("open.intent_stored");
    match beyond {
        None => Ok(Flow::On),
        Some(text) => Err(StepError::Manual {
            kind: TaskKind::PurchaseApproval,
            class: "ceiling",
            text,
        }),
    }
}

/// Every module connected to the plan, with a fresh balance where it matters.
async fn options(run: &Run<'_>) -> StepResult<Vec<Choice>> {
    let engine = run.engine;
    let reader = engine.store().reader();
    let connections = store::tariff::modules(reader, run.service.tariff_plan_id).await?;
    let mut options = Vec::new();
    for connection in connections.iter().filter(|connection| connection.is_active) {
        let Some(mut module) = store::module::find(reader, connection.module_id).await? else {
            continue;
        };
        if module.archived_at.is_some() {
            continue;
        }
        let Some(product) = store::catalogue::product(reader, connection.product_id).await? else {
            continue;
        };
        let term = if product.is_on_sale {
            store::catalogue::term(reader, product.id, open::years(run)?).await?
        } else {
            None
        };
        let cost = term
            .as_ref()
            .map(|term| cost(run, &product, term))
            .transpose()?
            .flatten();
        if cost.is_some() && may_be_asked(run, &module) && is_old(run, &module) {
            // A balance that cannot be read now is not in the way: the last one counts.
            match modules::refresh_balance(engine, module.id).await {
                Ok(fresh) => module = fresh,
                Err(error) => debug!(module = module.name, error = %error, "the balance could not be read"),
            }
        }
        let place = connection.position.unwrap_or(module.sort);
        options.push(Choice {
            module,
            product,
            cost,
            place,
        });
    }
    Ok(options)
}

fn candidate(run: &Run<'_>, option: &Choice, may_purchase: bool) -> Candidate {
    let module = &option.module;
    let rests = module.rests_until.is_some_and(|until| until > run.engine.now());
    Candidate {
        module: module.id,
        sort: option.place,
        created_at: module.created_at,
        is_active: module.is_active,
        is_connected: !rests && module.connection != ConnectionState::Broken,
        may_purchase: may_purchase && !module.are_purchases_blocked,
        cost: option.cost,
        balance: module.balance(),
        blocking_minimum: module.minimal_balance().filter(|_| module.blocks_below_minimum),
    }
}

/// What the CA's catalogue asks for this order; nothing when it does not sell the names.
fn cost(run: &Run<'_>, product: &Product, term: &ProductTerm) -> StepResult<Option<Money>> {
    let names = u32::try_from(run.service.names_count).unwrap_or(u32::MAX);
    if product.kind != ProductKind::MultiDomain {
        return Ok(Some(term.price()));
    }
    let wildcards = run
        .operation
        .outputs
        .0
        .get("wildcards")
        .and_then(serde_json::Value::as_u64)
        .unwrap_or(0);
    let wildcards = u32::try_from(wildcards).unwrap_or(0);
    let included = u32::try_from(product.included_names).unwrap_or(0);
    let extra = domain::price::ExtraNames::beyond(names - wildcards.min(names), included, wildcards, 0);
    let sells = (extra.standard == 0 || term.extra_name_minor.is_some())
        && (extra.wildcard == 0 || term.extra_wildcard_minor.is_some());
    if !sells {
        return Ok(None);
    }
    Ok(Some(crate::orders::cost_of(term, extra)?))
}

fn may_be_asked(run: &Run<'_>, module: &Module) -> bool {
    module.is_active && module.rests_until.is_none_or(|until| until <= run.engine.now())
}

fn is_old(run: &Run<'_>, module: &Module) -> bool {
    module
        .balance_read_at
        .is_none_or(|read_at| run.engine.now().duration_since(read_at) > BALANCE_HOLDS)
}

/// No module may buy: some reasons pass, for others a person is needed.
async fn nobody(run: &mut Run<'_>, considered: Vec<Considered>) -> StepResult {
    let engine = run.engine;
    let passes = considered.iter().any(|one| {
        matches!(
            one.passed_over,
            Some(PassedOver::ConnectionBroken | PassedOver::BalanceTooLow | PassedOver::PurchasesBlocked)
        )
    });
    let reasons: Vec<&str> = considered
        .iter()
        .filter_map(|one| one.passed_over)
        .map(PassedOver::word)
        .collect();
    let text = match reasons.as_slice() {
        [] => "no processing module is connected to the tariff plan".to_owned(),
        reasons => format!("no processing module can take the order: {}", reasons.join(", ")),
    };
    if run.operation.error_class.as_deref() != Some("no_module") {
        let tx = engine.store().begin().await?;
        store::operation::insert_selection(&tx, &selection(run, None, considered)).await?;
        tx.commit().await?;
    }
    let step = CHOOSE;
    debug!(step, reason = text, "nobody");
    if !passes {
        return Err(StepError::Manual {
            kind: TaskKind::OperationManual,
            class: "no_module",
            text,
        });
    }
    let at = engine
        .now()
        .checked_add(UNTIL_A_MODULE_MAY)
        .unwrap_or(jiff::Timestamp::MAX);
    Err(StepError::Later {
        at,
        class: "no_module",
        text,
    })
}

fn selection(run: &Run<'_>, module: Option<ModuleId>, considered: Vec<Considered>) -> Selection {
    Selection {
        operation_id: run.operation.id,
        chosen_at: run.engine.now(),
        service_id: run.service.id,
        module_id: module,
        considered: Json(considered),
    }
}

/// Says which ceiling the purchase would break; a second person may let it pass.
async fn beyond_ceiling(run: &Run<'_>, module: &Module, cost: Money) -> StepResult<Option<String>> {
    if let Some(ceiling) = module.order_ceiling()
        && ceiling.covers(cost) == Ok(false)
    {
        return Ok(Some(format!(
            "the order costs {cost}, more than {ceiling} for one order"
        )));
    }
    let Some(ceiling) = module.day_ceiling() else {
        return Ok(None);
    };
    let engine = run.engine;
    let from = engine.start_of_day(engine.now());
    let reader = engine.store().reader();
    let spent = store::purchase::spent_by_module(reader, module.id, cost.currency(), from).await?;
    let spent = Money::from_minor(spent, cost.currency());
    let after = spent.plus(cost)?;
    if ceiling.covers(after) == Ok(false) {
        return Ok(Some(format!(
            "today's purchases would come to {after}, more than {ceiling}"
        )));
    }
    Ok(None)
}
