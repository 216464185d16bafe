//! The administrator's first page.

mod model;

pub use model::{Dashboard, ModuleBalance};

use domain::state::ServiceState;
use jiff::ToSpan as _;
use store::{
    Page,
    operation::{self, OperationFilter},
    service_list::{self, Direction, ServiceFilter, ServiceSort},
};

use crate::{
    Actor, Engine, Permission, Result,
    authority::require,
    modules::balance_view,
    services::{Lines, operation_views},
};

/// Days ahead within which an ending certificate is listed by name.
const SOON: i64 = 7;
/// Days ahead of the chart.
const CHART: i64 = 60;
/// Rows of each list.
const ROWS: u32 = 10;

/// Use cases around the dashboard.
#[derive(Debug, Clone, Copy)]
pub struct Overview<'a>(&'a Engine);

impl Engine {
    /// The administrator's first page.
    #[must_use]
    pub const fn dashboard(&self) -> Overview<'_> {
        Overview(self)
    }
}

impl Overview<'_> {
    /// What staff sees first.
    ///
    /// # Errors
    /// Only staff sees it.
    pub async fn show(&self, actor: &Actor) -> Result<Dashboard> {
        require(actor, Permission::SeeModules)?;
        let engine = self.0;
        let reader = engine.store().reader();
        let balances = store::module::all(reader, actor.seller)
            .await?
            .iter()
            .map(|module| ModuleBalance {
                module: module.id,
                name: module.name.clone(),
                is_active: module.is_active,
                balance: balance_view(module),
            })
            .collect();
        let today = engine.today();
        let in_days = |days: i64| today.checked_add(days.days()).unwrap_or(today);
        let soon = ServiceFilter {
            states: vec![ServiceState::Active],
            ends_to: Some(in_days(SOON)),
            ..ServiceFilter::of(actor.seller)
        };
        let ending = service_list::list(
            reader,
            &soon,
            ServiceSort::EndDate,
            Direction::Ascending,
            &Page::first(ROWS),
        )
        .await?;
        let lines = Lines::load(engine, actor, &ending.rows).await?;
        let counted = store::service::endings(reader, actor.seller, today, in_days(CHART)).await?;
        let endings = (0..=CHART)
            .map(in_days)
            .map(|day| {
                (
                    day,
                    counted
                        .iter()
                        .find(|(counted, _)| *counted == day)
                        .map_or(0, |(_, count)| *count),
                )
            })
            .collect();
        let filter = OperationFilter {
            in_trouble: true,
            ..OperationFilter::default()
        };
        let trouble = operation::list(reader, &filter, &Page::first(ROWS)).await?;
        let (retrying, manual) = operation::count_in_trouble(reader, actor.seller).await?;
        let instance = store::instance::find(reader).await?;
        Ok(Dashboard {
            balances,
            services: engine.services().count_by_state(actor, None).await?,
            ending_soon: ending.rows.iter().map(|service| lines.line(service)).collect(),
            endings,
            in_trouble: operation_views(engine, actor, &trouble.rows).await?,
            retrying,
            manual,
            purchases_blocked: instance
                .filter(|instance| instance.purchases_blocked)
                .map(|instance| instance.blocked_reason.unwrap_or_default()),
            ending_methods: engine.services().count_with_ending_methods(actor).await?,
            outbox: engine.outbox().await?,
            as_of: engine.now(),
        })
    }
}
