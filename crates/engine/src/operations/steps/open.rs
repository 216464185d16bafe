//! *Open*: choose a module, buy, prove control over the names, wait for the CA, fetch, verify, deliver.

use domain::{
    id::{CaOrderId, CsrId, PurchaseId},
    state::{KeyCustody, ReissueCause},
    term::Years,
};
use serde::{Deserialize, Serialize};
use store::{Json, operation::Operation, service::Service};

use super::{accept, choose, import, issue, prove};
use crate::{
    Error,
    operations::run::{Run, StepError, StepResult},
};

/// Where every *open* begins.
pub(crate) const FIRST_STEP: &str = CHOOSE;
/// A module is chosen and the intent to buy is stored.
pub(crate) const CHOOSE: &str = "choose";
/// The CA gets the order, once.
pub(crate) const BUY: &str = "buy";
/// What the CA wants to see is read.
pub(crate) const PROVE: &str = "prove";
/// Records are published into connected zones.
pub(crate) const PUBLISH: &str = "publish";
/// The CA is asked how far it is.
pub(crate) const AWAIT: &str = "await";
/// The certificate is fetched, verified, delivered.
pub(crate) const FETCH: &str = "fetch";
/// An order that was made at the CA by somebody else is taken over.
pub(crate) const IMPORT: &str = "import";
/// Published records are taken away.
pub(crate) const TIDY: &str = "tidy";

/// What the steps leave for those that follow.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Outputs {
    /// The intent to buy.
    pub(crate) purchase: Option<PurchaseId>,
    /// The CA order that came of it.
    pub(crate) ca_order: Option<CaOrderId>,
    /// Wildcard names among the names: they are priced apart.
    pub(crate) wildcards: u32,
    /// The paid years that a prolongation buys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) years: Option<Years>,
    /// The request that the operation made or was given; without one the service's own is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) csr: Option<CsrId>,
    /// The version of the names that comes into force with the certificate, when it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) names_version: Option<i32>,
    /// The id by which the CA knows the certificate that is reissued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    /// Who keeps the key of the new certificate, when that changes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) custody: Option<KeyCustody>,
    /// The intent comes from before a restore, and the CA was asked what became of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) was_asked_about: bool,
    /// Why a reissue was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<ReissueCause>,
    /// How often the CA was asked how far it is.
    pub(crate) polls: u32,
    /// How often we looked whether published records are visible.
    pub(crate) looks: u32,
}

/// The version of the names that an operation works for.
pub(crate) fn names_version_of(operation: &Operation, service: &Service) -> i32 {
    let outputs: Outputs = serde_json::from_value(operation.outputs.0.clone()).unwrap_or_default();
    outputs.names_version.unwrap_or(service.names_version)
}

/// Runs the step that comes next.
pub(crate) async fn step(run: &mut Run<'_>) -> StepResult {
    match run.operation.step.as_str() {
        CHOOSE => choose::choose(run).await,
        BUY => accept::buy(run).await,
        PROVE => prove::read(run).await,
        PUBLISH => prove::publish(run).await,
        AWAIT => issue::look(run).await,
        FETCH => issue::fetch(run).await,
        IMPORT => import::take(run).await,
        TIDY => issue::tidy(run).await,
        other => Err(StepError::Engine(Error::Internal(format!(
            "there is no step `{other}`"
        )))),
    }
}

/// The paid years that the operation buys.
pub(crate) fn years(run: &Run<'_>) -> StepResult<Years> {
    Ok(outputs(run)?.years.unwrap_or(run.service.years))
}

/// What the steps before left.
pub(crate) fn outputs(run: &Run<'_>) -> StepResult<Outputs> {
    serde_json::from_value(run.operation.outputs.0.clone())
        .map_err(|error| StepError::Engine(Error::Internal(format!("outputs of a step: {error}"))))
}

/// Keeps what a step leaves; stored with the operation.
pub(crate) fn keep(run: &mut Run<'_>, outputs: &Outputs) -> StepResult<()> {
    let value = serde_json::to_value(outputs)
        .map_err(|error| StepError::Engine(Error::Internal(format!("outputs of a step: {error}"))))?;
    run.operation.outputs = Json(value);
    Ok(())
}
