//! Proof of control over names: what to publish, what is seen, another method.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use domain::{id::ValidationId, name::DomainName};
use engine::{
    services::{ProofView, ValidationView},
    validations::{FindingView, MethodChange, NameCheck},
};
use httpkit::Failure;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    caller::Caller,
    input::{self, Body},
    problem::Problem,
    state::ApiState,
    values::{ValidationMethod, ValidationState},
};

/// What the CA wants proven.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Validations {
    /// Name by name.
    validations: Vec<Validation>,
}

/// What certbroker itself sees.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Checks {
    /// Name by name.
    checks: Vec<Check>,
}

/// Addresses that may approve names by mail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApproverList {
    /// Name by name.
    approvers: Vec<Approvers>,
}

/// What the CA wants proven for one name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Validation {
    /// Its id.
    #[schema(value_type = String, examples("val_0192f0c1a2b37c4d8e5f60718293a4b5"))]
    id: ValidationId,
    /// The name.
    #[schema(value_type = String, examples("www.example.com"))]
    name: DomainName,
    /// How it is proven.
    method: ValidationMethod,
    /// Where it stands at the CA.
    state: ValidationState,
    /// What exactly to publish.
    proof: Proof,
    /// Whether certbroker published it by itself and every name server shows it.
    is_published: bool,
    /// When the CA accepted it.
    #[schema(required)]
    proven_at: Option<Timestamp>,
    /// When the CA was last asked.
    #[schema(required)]
    looked_at: Option<Timestamp>,
    /// From this day on the method may not be used any more.
    #[schema(required)]
    method_ends: Option<Date>,
}

/// What exactly to publish.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Proof {
    /// A CNAME record.
    Cname {
        /// Owner name, without trailing dot.
        name: String,
        /// Target, without trailing dot.
        value: String,
    },
    /// A file on the web server.
    File {
        /// Its address.
        url: String,
        /// Its content.
        content: String,
    },
    /// A mail to answer.
    Mail {
        /// Where it went.
        #[schema(required)]
        approver: Option<String>,
    },
}

/// What certbroker itself sees of one name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Check {
    /// The validation.
    #[schema(value_type = String)]
    validation: ValidationId,
    /// The name.
    #[schema(value_type = String)]
    name: DomainName,
    /// The method.
    method: ValidationMethod,
    /// Whether everything is as the CA needs it; of a mail nothing can be seen.
    is_good: bool,
    /// What is the matter.
    finding: Finding,
    /// What every server answered.
    servers: Vec<SeenAt>,
    /// Whether CAA records let this CA issue; none when that could not be looked up.
    #[schema(required)]
    caa: Option<Finding>,
    /// When it was looked at.
    looked_at: Timestamp,
}

/// What is the matter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Finding {
    /// Stable code.
    code: String,
    /// For people.
    text: String,
    /// Stable code of what to do.
    advice: String,
    /// Whether it is good.
    is_good: bool,
}

/// What one server answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeenAt {
    /// Name and address.
    server: String,
    /// Whether it answered as the CA needs it.
    is_good: bool,
    /// What it answered.
    answer: String,
}

/// Another method or approver.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMethod {
    /// Only for this name; for all names when left out.
    name: Option<String>,
    /// The method.
    method: ValidationMethod,
    /// The address, for `email`: one of those that the CA named.
    approver: Option<String>,
}

/// Addresses that may approve a name by mail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Approvers {
    /// The name.
    #[schema(value_type = String)]
    name: DomainName,
    /// The addresses, as the CA gave them just now.
    addresses: Vec<String>,
}

/// What must be proven for a service, name by name. Empty before the CA accepted the order.
#[utoipa::path(
    get, path = "/api/v1/services/{service}/validations", tag = "validations", operation_id = "list_validations",
    security(("token" = ["services:read"])),
    params(("service" = String, Path, description = "Id, number or external reference of the service.")),
    responses((status = 200, body = Validations, description = "What to prove, name by name."), (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong.")),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(service): Path<String>,
) -> Result<Json<Validations>, Failure> {
    let service = input::service(&state, &actor, &service).await?;
    let view = state.engine.services().show(&actor, service).await?;
    let validations = view.validations.into_iter().map(Validation::from).collect();
    Ok(Json(Validations { validations }))
}

/// Looks at every name with certbroker's own eyes, and has the CA asked soon.
#[utoipa::path(
    post, path = "/api/v1/services/{service}/validations/check", tag = "validations", operation_id = "check_validations",
    security(("token" = ["services:read"])),
    params(("service" = String, Path, description = "Id, number or external reference of the service.")),
    responses((status = 200, body = Checks, description = "What is seen, name by name."), (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong.")),
)]
pub(crate) async fn check(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(service): Path<String>,
) -> Result<Json<Checks>, Failure> {
    let service = input::service(&state, &actor, &service).await?;
    let checks = state.engine.validations().check_now(&actor, service).await?;
    let checks = checks.into_iter().map(Check::from).collect();
    Ok(Json(Checks { checks }))
}

/// Changes the method of validation or the approver at the CA.
#[utoipa::path(
    post, path = "/api/v1/services/{service}/validations/method", tag = "validations", operation_id = "change_validation_method",
    security(("token" = ["orders:write"])),
    params(("service" = String, Path, description = "Id, number or external reference of the service.")),
    request_body = NewMethod,
    responses((status = 204, description = "The CA took it."), (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong.")),
)]
pub(crate) async fn change_method(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(service): Path<String>,
    body: Body<NewMethod>,
) -> Result<StatusCode, Failure> {
    let service = input::service(&state, &actor, &service).await?;
    let name = body.value.name.map(|name| name.parse::<DomainName>()).transpose();
    let name = name.map_err(|error| engine::Error::field("name", error.code()))?;
    let change = MethodChange {
        name,
        method: body.value.method.0,
        approver: body.value.approver,
    };
    state
        .engine
        .validations()
        .change_method(&actor, service, change)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has the CA send the validation mails again.
#[utoipa::path(
    post, path = "/api/v1/services/{service}/validations/resend", tag = "validations", operation_id = "resend_validation_mails",
    security(("token" = ["orders:write"])),
    params(("service" = String, Path, description = "Id, number or external reference of the service.")),
    responses((status = 204, description = "The CA took it."), (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong.")),
)]
pub(crate) async fn resend(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(service): Path<String>,
) -> Result<StatusCode, Failure> {
    let service = input::service(&state, &actor, &service).await?;
    state.engine.validations().resend(&actor, service).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The addresses that may approve the names of a service by mail, read live from the CA.
#[utoipa::path(
    get, path = "/api/v1/services/{service}/validations/approvers", tag = "validations", operation_id = "list_approvers",
    security(("token" = ["orders:write"])),
    params(("service" = String, Path, description = "Id, number or external reference of the service.")),
    responses((status = 200, body = ApproverList, description = "The addresses, name by name."), (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong.")),
)]
pub(crate) async fn approvers(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(service): Path<String>,
) -> Result<Json<ApproverList>, Failure> {
    let service = input::service(&state, &actor, &service).await?;
    let found = state.engine.validations().approvers(&actor, service).await?;
    Ok(Json(found.into()))
}

impl From<ValidationView> for Validation {
    fn from(view: ValidationView) -> Self {
        Self {
            id: view.id,
            name: view.name,
            method: view.method.into(),
            state: view.state.into(),
            proof: match view.proof {
                ProofView::Cname { name, value } => Proof::Cname { name, value },
                ProofView::File { url, content } => Proof::File { url, content },
                ProofView::Mail { approver } => Proof::Mail { approver },
            },
            is_published: view.is_published,
            proven_at: view.proven_at,
            looked_at: view.looked_at,
            method_ends: view.method_ends,
        }
    }
}

impl From<NameCheck> for Check {
    fn from(check: NameCheck) -> Self {
        let servers = check.servers.into_iter().map(|seen| SeenAt {
            server: seen.server,
            is_good: seen.is_good,
            answer: seen.answer,
        });
        Self {
            validation: check.validation,
            name: check.name,
            method: check.method.into(),
            is_good: check.is_good,
            finding: check.finding.into(),
            servers: servers.collect(),
            caa: check.caa.map(Finding::from),
            looked_at: check.looked_at,
        }
    }
}

impl From<FindingView> for Finding {
    fn from(view: FindingView) -> Self {
        Self {
            code: view.code,
            text: view.text,
            advice: view.advice,
            is_good: view.is_good,
        }
    }
}

impl From<Vec<engine::orders::Approvers>> for ApproverList {
    fn from(found: Vec<engine::orders::Approvers>) -> Self {
        let approvers = found.into_iter().map(Approvers::from).collect();
        Self { approvers }
    }
}

impl From<engine::orders::Approvers> for Approvers {
    fn from(found: engine::orders::Approvers) -> Self {
        Self {
            name: found.name,
            addresses: found.addresses,
        }
    }
}
