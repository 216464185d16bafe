//! What there is: roots, mails, orders; and the end of sessions.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse as _, Response},
};
use http::header;
use serde_json::json;

use super::{Answer, Failure, Json, done, to_json};
use crate::{params::Params, record::KeyFamily, shared::Shared, state::Entry};

pub(super) async fn index(State(shared): State<Arc<Shared>>) -> Answer {
    let state = shared.state.lock();
    Ok(Json(json!({
        "api": format!("http://{}{}", shared.api_address, crate::api::BASE_PATH),
        "now": shared.clock.now(),
        "balance": state.balance(),
        "orders": state.orders().count(),
        "open_certificates": state.open_certificates().count(),
        "mails": state.mails().count(),
        "faults": shared.faults.rules().len(),
    })))
}

/// `?family=ec|rsa` for one root; without it, both.
pub(super) async fn root(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    pems(&shared, query.as_deref(), |[_, root]| root).await
}

pub(super) async fn intermediates(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    pems(&shared, query.as_deref(), |[issuing, _]| issuing).await
}

/// All mails, newest last; `?to=address` for one address.
pub(super) async fn mailbox(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Answer {
    let to = Params::of_query(query.as_deref().unwrap_or_default())?.text("to");
    let state = shared.state.lock();
    let wanted = |address: &str| to.as_deref().is_none_or(|to| to.eq_ignore_ascii_case(address));
    to_json(state.mails().filter(|mail| wanted(&mail.to)).collect::<Vec<_>>())
}

pub(super) async fn clear_mailbox(State(shared): State<Arc<Shared>>) -> Answer {
    done(shared.change(|change| {
        change.put(Entry::MailboxCleared);
        Ok(())
    }))
}

pub(super) async fn orders(State(shared): State<Arc<Shared>>) -> Answer {
    to_json(shared.state.lock().orders().collect::<Vec<_>>())
}

pub(super) async fn forget_sessions(State(shared): State<Arc<Shared>>) -> Answer {
    done(shared.forget_sessions())
}

async fn pems(
    shared: &Arc<Shared>,
    query: Option<&str>,
    pick: fn([String; 2]) -> String,
) -> Result<Response, Failure> {
    let families: &[KeyFamily] = match Params::of_query(query.unwrap_or_default())?
        .text("family")
        .as_deref()
    {
        Some("ec") => &[KeyFamily::Ec],
        Some("rsa") => &[KeyFamily::Rsa],
        _ => &[KeyFamily::Ec, KeyFamily::Rsa],
    };
    let shared = Arc::clone(shared);
    // The first look makes keys.
    let text = tokio::task::spawn_blocking(move || {
        families
            .iter()
            .map(|family| shared.chain(*family).map(pick))
            .collect::<Result<String, _>>()
    })
    .await
    .map_err(|error| {
        tracing::error!(%error, "making keys stopped");
        Failure(crate::refusal::Refusal {
            status: 500,
            message: "Internal error".to_owned(),
        })
    })??;
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], text).into_response())
}
