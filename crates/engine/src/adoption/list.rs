//! The orders at a CA account as people choose among them.

use std::collections::BTreeMap;

use domain::id::{ModuleId, ServiceId, TariffPlanId};
use store::{
    Conn, Listing, Page,
    reconciliation::{ForeignFilter, ForeignOrder},
};

use super::{ForeignLine, ForeignQuery, snapshot, terms, why_not};
use crate::{Actor, Engine, Result, reconciliation::visible};

pub(super) async fn page(
    engine: &Engine,
    actor: &Actor,
    query: &ForeignQuery,
    page: &Page,
) -> Result<Listing<ForeignLine>> {
    let reader = engine.store().reader();
    visible(reader, actor, query.module).await?;
    let filter = ForeignFilter {
        module: query.module,
        verdict: query.verdict,
        text: query.text.clone(),
    };
    let found = store::reconciliation::list_foreign(reader, &filter, page).await?;
    let lines = Lines::load(engine, actor, query.module, &found.rows).await?;
    Ok(found.map(|order| lines.line(order)))
}

/// The orders with these ids; those that nobody has seen are left out.
pub(super) async fn of(
    engine: &Engine,
    actor: &Actor,
    module: ModuleId,
    refs: &[String],
) -> Result<Vec<ForeignLine>> {
    let reader = engine.store().reader();
    visible(reader, actor, module).await?;
    let mut found = Vec::new();
    for ca_ref in refs {
        found.extend(store::reconciliation::find_foreign(reader, module, ca_ref).await?);
    }
    let lines = Lines::load(engine, actor, module, &found).await?;
    Ok(found.into_iter().map(|order| lines.line(order)).collect())
}
/// The tariff plans that sell a module's products: by the product's id at the CA, the oldest plan where there are several.
pub(super) async fn selling(
    conn: &dyn Conn,
    actor: &Actor,
    module: ModuleId,
) -> Result<BTreeMap<String, TariffPlanId>> {
    let mut selling = BTreeMap::new();
    for connection in store::tariff::connections(conn, actor.seller).await? {
        if connection.module_id != module {
            continue;
        }
        if let Some(product) = store::catalogue::product(conn, connection.product_id).await? {
            selling
                .entry(product.ca_ref)
                .and_modify(|plan: &mut TariffPlanId| *plan = (*plan).min(connection.tariff_plan_id))
                .or_insert(connection.tariff_plan_id);
        }
    }
    Ok(selling)
}

/// What the lines of a page need beside the orders themselves.
struct Lines<'a> {
    engine: &'a Engine,
    selling: BTreeMap<String, TariffPlanId>,
    plans: BTreeMap<TariffPlanId, String>,
    services: BTreeMap<ServiceId, i64>,
}

impl<'a> Lines<'a> {
    async fn load(
        engine: &'a Engine,
        actor: &Actor,
        module: ModuleId,
        orders: &[ForeignOrder],
    ) -> Result<Lines<'a>> {
        let reader = engine.store().reader();
        let plans = store::tariff::all(reader, actor.seller).await?;
        let ids: Vec<ServiceId> = orders.iter().filter_map(|order| order.service_id).collect();
        let services = store::service::find_all(reader, &ids).await?;
        Ok(Self {
            engine,
            selling: selling(reader, actor, module).await?,
            plans: plans.into_iter().map(|plan| (plan.id, plan.name)).collect(),
            services: services
                .into_iter()
                .map(|service| (service.id, service.number))
                .collect(),
        })
    }

    fn line(&self, order: ForeignOrder) -> ForeignLine {
        let told = snapshot(&order);
        let product = told.as_ref().and_then(|told| told.product.as_ref());
        let plan = product
            .and_then(|product| self.selling.get(&product.0))
            .and_then(|id| Some((*id, self.plans.get(id)?.clone())));
        let refusal = match (order.service_id, &told) {
            (Some(_), _) => Some("already-adopted"),
            (None, None) => Some("compare-first"),
            (None, Some(told)) => why_not(told),
        };
        let dates = told.as_ref().map(|told| terms::told(self.engine, told));
        ForeignLine {
            end_date: told.as_ref().and_then(|told| told.valid_to),
            term: dates.as_ref().map(|dates| dates.term),
            assumed: dates.map(|dates| dates.assumed).unwrap_or_default(),
            service: order.service_id.and_then(|id| self.services.get(&id).copied()),
            names: told.and_then(|told| told.names),
            plan,
            refusal,
            order,
        }
    }
}
