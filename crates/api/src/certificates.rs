//! What was issued. Private keys are not here: they are taken out in the client area, after the password again.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use engine::certificates::DownloadFormat;
use httpkit::Failure;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    caller::Caller,
    input::{self, Query},
    problem::Problem,
    services::Certificate,
    state::ApiState,
};

/// The certificates of a service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Certificates {
    /// The newest first.
    certificates: Vec<Certificate>,
}

/// In which form a certificate is taken out.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Form {
    /// The form; `fullchain` unless asked otherwise.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// The forms.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// The certificate alone, PEM.
    Certificate,
    /// The CA certificates without the root, PEM.
    Chain,
    /// The certificate and the CA certificates without the root, PEM: what most servers want.
    #[default]
    Fullchain,
    /// The root, PEM.
    Root,
    /// The certificate alone, DER.
    Der,
}

impl From<Format> for DownloadFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Certificate => Self::Certificate,
            Format::Chain => Self::Intermediates,
            Format::Fullchain => Self::FullChain,
            Format::Root => Self::Root,
            Format::Der => Self::Der,
        }
    }
}

/// The certificates of a service.
#[utoipa::path(
    get, path = "/api/v1/services/{service}/certificates", tag = "certificates", operation_id = "list_certificates",
    security(("token" = ["services:read"])),
    params(("service" = String, Path, description = "Id, number or external reference of the service.")),
    responses((status = 200, body = Certificates, description = "The certificates."), (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong.")),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(service): Path<String>,
) -> Result<Json<Certificates>, Failure> {
    let service = input::service(&state, &actor, &service).await?;
    let view = state.engine.services().show(&actor, service).await?;
    let certificates = view.certificates.into_iter().map(Certificate::from).collect();
    Ok(Json(Certificates { certificates }))
}

/// A certificate as a file.
#[utoipa::path(
    get, path = "/api/v1/certificates/{certificate}/download", tag = "certificates", operation_id = "download_certificate",
    security(("token" = ["certificates:read"])),
    params(("certificate" = String, Path, description = "Id of the certificate."), Form),
    responses(
        (status = 200, content(
            (String = "application/x-pem-file"),
            (String = "application/pkix-cert"),
        ), description = "The file."),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "Something is wrong."),
    ),
)]
pub(crate) async fn download(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(certificate): Path<String>,
    Query(form): Query<Form>,
) -> Result<Response, Failure> {
    let certificate = certificate.parse().map_err(|_| Failure::not_found())?;
    let file = state
        .engine
        .certificates()
        .download(&actor, certificate, form.format.into(), None)
        .await?;
    let mut response = file.bytes.to_vec().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    // File names are made of names in ASCII; one that is not travels without its name.
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file.file_name)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}
