//! The page that validation mails link to.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    response::{Html, IntoResponse as _, Response},
};
use http::StatusCode;

use crate::{params::Params, shared::Shared};

/// Takes the code of a mail; opening the link approves.
pub(super) async fn confirm(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let params = Params::of_query(query.as_deref().unwrap_or_default()).unwrap_or_default();
    let code = params.text("code").unwrap_or_default();
    match shared.confirm_mail(&code) {
        Ok(names) => {
            let names: Vec<&str> = names.iter().map(domain::DomainName::as_str).collect();
            let list = names.join("</li><li>");
            page(
                StatusCode::OK,
                &format!("<h1>Thank you</h1><p>You approved a certificate for</p><ul><li>{list}</li></ul>"),
            )
        }
        Err(error) => {
            tracing::info!(%error, "validation code refused");
            page(
                StatusCode::GONE,
                "<h1>Not valid</h1><p>This code is not valid (any more).</p>",
            )
        }
    }
}

fn page(status: StatusCode, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Domain control validation</title>\
         </head><body><main>{body}</main></body></html>"
    );
    (status, Html(html)).into_response()
}
