//! The OpenAPI document: `docs/openapi.json`, and `/api/v1/openapi.json` of a running server.

use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::problem::Problem;

/// The whole document; needs no running server.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    crate::endpoints().into_openapi()
}

/// What stands before the endpoints.
pub(crate) fn preface() -> utoipa::openapi::OpenApi {
    Preface::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "certbroker",
        description = "Order certificates, prove control over names, take certificates out.\n\n\
            Send `Authorization: Bearer cbt_…`; a token belongs to one account and holds scopes. Bodies are JSON and \
            fields that are not known are refused. Times are RFC 3339 in UTC, dates are dates in the seller's time \
            zone. Whatever goes wrong is a problem document (RFC 9457) with a stable `code`. Fields may be added to \
            answers at any time.",
        license(name = "MIT", identifier = "MIT"),
        version = "1",
    ),
    components(schemas(Problem)),
    modifiers(&Token),
    tags(
        (name = "services", description = "What the account bought."),
        (name = "orders", description = "What things cost, and buying them."),
        (name = "validations", description = "Proof of control over names."),
        (name = "certificates", description = "What was issued."),
        (name = "money", description = "What the account has."),
    ),
)]
struct Preface;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("cbt_…")
            .description(Some(
                "A token of the client area. Scopes: services:read, orders:write, certificates:read, balance:read.",
            ))
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}
