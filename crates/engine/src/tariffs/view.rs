//! Tariff plans as lists and pages show them.

use std::collections::HashMap;

use domain::{
    Currency, Money,
    id::{ModuleId, ProductId, TariffPlanId},
    price::margin,
};
use rust_decimal::Decimal;
use store::{
    catalogue::{self, Product, ProductTerm},
    module::Module,
    tariff::{self, TariffModule, TariffPlan, TariffPrice},
};

use super::{PlanModule, PriceView, TariffLine, TariffView, margin_of};
use crate::{Actor, Engine, Result};

/// Every plan as a row.
pub(super) async fn lines(engine: &Engine, actor: &Actor) -> Result<Vec<TariffLine>> {
    let reader = engine.store().reader();
    let plans = tariff::all(reader, actor.seller).await?;
    let connections = tariff::connections(reader, actor.seller).await?;
    let modules = modules_by_id(engine, actor).await?;
    let prices = tariff::prices_at(reader, None, None, engine.now()).await?;
    let terms = terms_of(engine, &connections).await?;
    let mut lines = Vec::new();
    for plan in plans {
        let mine = in_order(&plan, &connections, &modules);
        let costs = mine
            .first()
            .and_then(|first| terms.get(&first.product_id))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut shown = Vec::new();
        for price in prices.iter().filter(|price| price.tariff_plan_id == plan.id) {
            shown.push(price_view(engine, actor, price, costs).await?);
        }
        let names = mine
            .iter()
            .filter_map(|one| modules.get(&one.module_id))
            .map(|module| module.name.clone());
        lines.push(line(&plan, names.collect(), shown));
    }
    Ok(lines)
}

/// A plan's page.
pub(super) async fn page(engine: &Engine, actor: &Actor, plan: TariffPlan) -> Result<TariffView> {
    let reader = engine.store().reader();
    let connections = tariff::modules(reader, plan.id).await?;
    let modules = modules_by_id(engine, actor).await?;
    let terms = terms_of(engine, &connections).await?;
    let active = in_order(&plan, &connections, &modules);
    let costs = active
        .first()
        .and_then(|first| terms.get(&first.product_id))
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut history = Vec::new();
    for price in &tariff::prices(reader, plan.id).await? {
        history.push(price_view(engine, actor, price, costs).await?);
    }
    let mut prices = Vec::new();
    for price in &tariff::prices_at(reader, Some(plan.id), None, engine.now()).await? {
        prices.push(price_view(engine, actor, price, costs).await?);
    }
    let names = active
        .iter()
        .filter_map(|one| modules.get(&one.module_id))
        .map(|module| module.name.clone())
        .collect();
    let mut shown = Vec::new();
    let mut inactive: Vec<&TariffModule> = connections.iter().filter(|one| !one.is_active).collect();
    for connection in active.iter().copied().chain(inactive.drain(..)) {
        let product = catalogue::product(reader, connection.product_id).await?;
        shown.push(plan_module(
            connection,
            product,
            modules.get(&connection.module_id),
        ));
    }
    Ok(TariffView {
        version: plan.version,
        note: plan.note.clone(),
        included_names: u32::try_from(plan.included_names).unwrap_or(0),
        most_names: u32::try_from(plan.most_names).unwrap_or(0),
        methods: plan.methods.0.clone(),
        margin: margin_of(&plan),
        modules: shown,
        history,
        line: line(&plan, names, prices),
    })
}

/// What the first connected module asks for each term.
pub(crate) async fn first_terms(engine: &Engine, plan: &TariffPlan) -> Result<Vec<ProductTerm>> {
    let reader = engine.store().reader();
    let connections = tariff::modules(reader, plan.id).await?;
    let modules: HashMap<ModuleId, Module> = store::module::all(reader, plan.seller_id)
        .await?
        .into_iter()
        .map(|module| (module.id, module))
        .collect();
    let Some(first) = in_order(plan, &connections, &modules)
        .first()
        .map(|one| one.product_id)
    else {
        return Ok(Vec::new());
    };
    Ok(catalogue::terms(reader, &[first]).await?)
}

/// What one unit of `from` is worth in `to`, if that is known.
pub(crate) async fn rate(
    engine: &Engine,
    actor: &Actor,
    from: Currency,
    to: Currency,
) -> Result<Option<Decimal>> {
    if from == to {
        return Ok(Some(Decimal::ONE));
    }
    let rate = store::rate::exchange_rate_on(engine.store().reader(), actor.seller, from, to, engine.today())
        .await?;
    Ok(rate.map(|rate| rate.rate))
}

fn line(plan: &TariffPlan, modules: Vec<String>, prices: Vec<PriceView>) -> TariffLine {
    TariffLine {
        id: plan.id,
        name: plan.name.clone(),
        brand: plan.brand.clone(),
        product: plan.product_name.clone(),
        level: plan.level,
        kind: plan.kind,
        is_active: plan.is_active,
        sort: plan.sort,
        modules,
        prices,
    }
}

fn plan_module(connection: &TariffModule, product: Option<Product>, module: Option<&Module>) -> PlanModule {
    PlanModule {
        module: connection.module_id,
        name: module.map(|module| module.name.clone()).unwrap_or_default(),
        product: connection.product_id,
        is_on_sale: product.as_ref().is_some_and(|product| product.is_on_sale),
        product_name: product.map(|product| product.name).unwrap_or_default(),
        is_active: connection.is_active,
        sort: module.map_or(0, |module| module.sort),
        position: connection.position,
    }
}

async fn price_view(
    engine: &Engine,
    actor: &Actor,
    price: &TariffPrice,
    costs: &[ProductTerm],
) -> Result<PriceView> {
    let cost = costs
        .iter()
        .find(|term| term.years == price.years)
        .map(ProductTerm::price);
    let left = match cost {
        Some(cost) => {
            let rate = rate(engine, actor, cost.currency(), price.currency).await?;
            margin(Money::from_minor(price.period_minor, price.currency), cost, rate)
        }
        None => None,
    };
    Ok(PriceView {
        years: price.years,
        currency: price.currency,
        amounts: price.amounts(),
        valid_from: price.valid_from,
        is_withdrawn: price.is_withdrawn,
        cost,
        margin: left,
    })
}

/// The active connections of a plan in the order in which they are tried: by hand, else by sort, then by age.
fn in_order<'a>(
    plan: &TariffPlan,
    connections: &'a [TariffModule],
    modules: &HashMap<ModuleId, Module>,
) -> Vec<&'a TariffModule> {
    let of = |id: TariffPlanId| id == plan.id;
    let mut mine: Vec<&TariffModule> = connections
        .iter()
        .filter(|one| of(one.tariff_plan_id) && one.is_active)
        .collect();
    mine.sort_by_key(|one| {
        let module = modules.get(&one.module_id);
        let sort = one
            .position
            .unwrap_or_else(|| module.map_or(i32::MAX, |module| module.sort));
        (sort, module.map(|module| module.created_at), one.module_id)
    });
    mine
}

async fn modules_by_id(engine: &Engine, actor: &Actor) -> Result<HashMap<ModuleId, Module>> {
    let modules = store::module::all(engine.store().reader(), actor.seller).await?;
    Ok(modules.into_iter().map(|module| (module.id, module)).collect())
}

async fn terms_of(
    engine: &Engine,
    connections: &[TariffModule],
) -> Result<HashMap<ProductId, Vec<ProductTerm>>> {
    let products: Vec<ProductId> = connections.iter().map(|one| one.product_id).collect();
    let mut terms: HashMap<ProductId, Vec<ProductTerm>> = HashMap::new();
    for term in catalogue::terms(engine.store().reader(), &products).await? {
        terms.entry(term.product_id).or_default().push(term);
    }
    Ok(terms)
}
