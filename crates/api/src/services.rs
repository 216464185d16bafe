//! What the account bought.

mod model;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use domain::id::TariffPlanId;
use engine::services::{Direction, ServiceQuery, ServiceSort};
use httpkit::Failure;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::Page;
use utoipa::{IntoParams, ToSchema};

pub(crate) use model::{Certificate, PriceLine, Service, ServiceLine};

use crate::{
    caller::Caller,
    input::{self, Query},
    problem::Problem,
    state::ApiState,
    values::ServiceState,
};

/// Rows of a page unless asked otherwise.
const USUAL_LIMIT: u32 = 50;
/// The most rows of a page.
const LARGEST_LIMIT: u32 = 500;

/// One page of services.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServicePage {
    /// The services.
    services: Vec<ServiceLine>,
    /// Send it as `after` for the next page; none on the last.
    #[schema(required)]
    next: Option<String>,
    /// How many there are, where counting is cheap.
    #[schema(required)]
    total: Option<u64>,
}

/// Which services, and in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// Only in this state; may repeat.
    #[serde(default)]
    state: Vec<ServiceState>,
    /// Only of this tariff plan.
    #[param(value_type = Option<String>)]
    tariff: Option<TariffPlanId>,
    /// Only with an End date on this day or later.
    ends_from: Option<Date>,
    /// Only with an End date on this day or earlier.
    ends_to: Option<Date>,
    /// Only with an End date in the past or within so many days; without those that are over, unless states are named.
    ends_within: Option<u16>,
    /// A number, a name or its beginning, a domain, a CA order.
    search: Option<String>,
    /// By what they are sorted.
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
    /// In which direction.
    #[serde(default)]
    #[param(inline)]
    order: Order,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows of the page, 1 to 500; 50 unless asked otherwise.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// By what services are sorted.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sort {
    /// By number.
    #[default]
    Number,
    /// By main name.
    Name,
    /// By End date; services without one are left out.
    EndDate,
    /// By the time of the order.
    Created,
}

/// In which direction.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// Smallest or oldest first.
    Ascending,
    /// Largest or newest first.
    #[default]
    Descending,
}

/// One page of the account's services.
#[utoipa::path(
    get, path = "/api/v1/services", tag = "services", operation_id = "list_services",
    security(("token" = ["services:read"])),
    params(Filter),
    responses((status = 200, body = ServicePage, description = "One page."), (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong.")),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Query(filter): Query<Filter>,
) -> Result<Json<ServicePage>, Failure> {
    let page = filter.page()?;
    let listing = state
        .engine
        .services()
        .list(&actor, &filter.into_query(), &page)
        .await?;
    Ok(Json(ServicePage {
        services: listing.rows.into_iter().map(ServiceLine::from).collect(),
        next: listing.next.map(|cursor| cursor.to_string()),
        total: listing.total,
    }))
}

/// A service with its names, certificates, validations and price.
#[utoipa::path(
    get, path = "/api/v1/services/{service}", tag = "services", operation_id = "show_service",
    security(("token" = ["services:read"])),
    params(("service" = String, Path, description = "Id, number or external reference of the service.")),
    responses((status = 200, body = Service, description = "The service."), (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong.")),
)]
pub(crate) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(service): Path<String>,
) -> Result<Json<Service>, Failure> {
    let service = input::service(&state, &actor, &service).await?;
    let view = state.engine.services().show(&actor, service).await?;
    Ok(Json(view.into()))
}

/// Gives a service up before issue. What was paid comes back as far as the CA allows.
#[utoipa::path(
    post, path = "/api/v1/services/{service}/close", tag = "services", operation_id = "close_service",
    security(("token" = ["orders:write"])),
    params(("service" = String, Path, description = "Id, number or external reference of the service.")),
    responses((status = 204, description = "It will be closed."), (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong.")),
)]
pub(crate) async fn close(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(service): Path<String>,
) -> Result<StatusCode, Failure> {
    let service = input::service(&state, &actor, &service).await?;
    state.engine.services().close(&actor, service).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Filter {
    fn page(&self) -> Result<Page, engine::Error> {
        let limit = self.limit.unwrap_or(USUAL_LIMIT);
        if !(1..=LARGEST_LIMIT).contains(&limit) {
            return Err(engine::Error::field("limit", "out-of-range"));
        }
        let Some(after) = &self.after else {
            return Ok(Page::first(limit));
        };
        let cursor = after
            .parse()
            .map_err(|_| engine::Error::field("after", "not-understood"))?;
        Ok(Page::after(cursor, limit))
    }

    fn into_query(self) -> ServiceQuery {
        ServiceQuery {
            account: None,
            states: self.state.into_iter().map(|state| state.0).collect(),
            plan: self.tariff,
            module: None,
            ends_from: self.ends_from,
            ends_to: self.ends_to,
            ends_within: self.ends_within,
            search: self.search,
            sort: match self.sort {
                Sort::Number => ServiceSort::Number,
                Sort::Name => ServiceSort::Name,
                Sort::EndDate => ServiceSort::EndDate,
                Sort::Created => ServiceSort::Created,
            },
            direction: match self.order {
                Order::Ascending => Direction::Ascending,
                Order::Descending => Direction::Descending,
            },
        }
    }
}
