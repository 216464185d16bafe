//! What the account has.

use axum::{Json, extract::State};
use httpkit::Failure;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{caller::Caller, problem::Problem, state::ApiState, values::Money};

/// What the account has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountMoney {
    /// What is left; may be below zero by the credit limit.
    balance: Money,
    /// What is set aside for orders that the CA has not answered yet.
    reserved: Money,
    /// How far below zero the balance may fall.
    credit_limit: Money,
    /// What may be spent now.
    spendable: Money,
}

/// What the account has.
#[utoipa::path(
    get, path = "/api/v1/balance", tag = "money", operation_id = "show_balance",
    security(("token" = ["balance:read"])),
    responses((status = 200, body = AccountMoney, description = "What the account has."), (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong.")),
)]
pub(crate) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
) -> Result<Json<AccountMoney>, Failure> {
    let account = actor.account().ok_or_else(Failure::not_found)?;
    let balance = state.engine.money().balance(&actor, account).await?;
    Ok(Json(AccountMoney {
        balance: balance.balance.into(),
        reserved: balance.reserved.into(),
        credit_limit: balance.credit_limit.into(),
        spendable: balance.spendable.into(),
    }))
}
