//! Tariff plans that the account can order.

use axum::{
    Json,
    extract::{Path, State},
};
use domain::id::TariffPlanId;
use httpkit::Failure;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    caller::Caller,
    input::Query,
    problem::Problem,
    state::ApiState,
    validations::ApproverList,
    values::{Money, ProductKind, ValidationLevel, ValidationMethod},
};

/// The tariff plans of the account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tariffs {
    /// In the seller's order.
    tariffs: Vec<Tariff>,
}

/// A tariff plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tariff {
    /// Its id, for orders.
    #[schema(value_type = String, examples("tar_0192f0c1a2b37c4d8e5f60718293a4b5"))]
    id: TariffPlanId,
    /// Its name.
    name: String,
    /// Brand of the product.
    brand: String,
    /// What the CA verifies.
    level: ValidationLevel,
    /// Which names it takes.
    kind: ProductKind,
    /// Ordinary names in the price.
    included_names: u32,
    /// Names at most.
    most_names: u32,
    /// Methods of validation to choose from.
    methods: Vec<ValidationMethod>,
    /// Prices, the shortest term first.
    terms: Vec<Term>,
}

/// The net prices of one term, in the account's currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Term {
    /// For how many years.
    years: u8,
    /// With the included names.
    price: Money,
    /// Each further name, for the whole term.
    extra_name: Money,
    /// Each further wildcard name, for the whole term.
    extra_wildcard: Money,
}

/// Names to be validated by mail.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Names {
    /// A name; may repeat.
    #[param(required = true)]
    name: Vec<String>,
}

/// The tariff plans that the account can order, with prices in its currency.
#[utoipa::path(
    get, path = "/api/v1/tariffs", tag = "orders", operation_id = "list_tariffs",
    security(("token" = ["services:read"])),
    responses((status = 200, body = Tariffs, description = "The tariff plans."), (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong.")),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
) -> Result<Json<Tariffs>, Failure> {
    let offers = state.engine.tariffs().offers(&actor, None).await?;
    let tariffs = offers.into_iter().map(Tariff::from).collect();
    Ok(Json(Tariffs { tariffs }))
}

/// The addresses that may approve names by mail, read live from the CA.
#[utoipa::path(
    get, path = "/api/v1/tariffs/{tariff}/approvers", tag = "orders", operation_id = "list_approvers_of_tariff",
    security(("token" = ["orders:write"])),
    params(("tariff" = String, Path, description = "Id of the tariff plan."), Names),
    responses((status = 200, body = ApproverList, description = "The addresses, name by name."), (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong.")),
)]
pub(crate) async fn approvers(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(tariff): Path<String>,
    Query(names): Query<Names>,
) -> Result<Json<ApproverList>, Failure> {
    let tariff = tariff.parse().map_err(|_| Failure::not_found())?;
    let found = state
        .engine
        .orders()
        .approvers(&actor, tariff, &names.name)
        .await?;
    Ok(Json(found.into()))
}

impl From<engine::tariffs::Offer> for Tariff {
    fn from(offer: engine::tariffs::Offer) -> Self {
        let terms = offer.terms.into_iter().map(|(years, prices)| Term {
            years: years.count(),
            price: prices.period.into(),
            extra_name: prices.extra_name.into(),
            extra_wildcard: prices.extra_wildcard.into(),
        });
        Self {
            id: offer.plan,
            name: offer.name,
            brand: offer.brand,
            level: offer.level.into(),
            kind: offer.kind.into(),
            included_names: offer.included_names,
            most_names: offer.most_names,
            methods: offer.methods.into_iter().map(Into::into).collect(),
            terms: terms.collect(),
        }
    }
}
