//! What the staff of the CA do with a certificate.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Failure, Json, body_of, done, to_json};
use crate::{
    api::status_word,
    desk::{Decision, Refund},
    record::Certificate,
    refusal::Refusal,
    shared::Shared,
};

#[derive(Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
enum DecisionBody {
    Approve,
    Reject {
        #[serde(default)]
        reason: Option<String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CancelBody {
    #[serde(default)]
    refund: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonBody {
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusBody {
    /// Null brings the real word back.
    word: Option<String>,
}

pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Answer {
    let all: Vec<Arc<Certificate>> = shared.state.lock().certificates().cloned().collect();
    all.iter()
        .map(|certificate| view(&shared, certificate))
        .collect::<Result<Vec<_>, _>>()
        .map(|list| Json(list.into()))
}

pub(super) async fn show(State(shared): State<Arc<Shared>>, Path(id): Path<i64>) -> Answer {
    Ok(Json(view(&shared, &*shared.certificate(id)?)?))
}

/// Takes every name for proven.
pub(super) async fn validate(State(shared): State<Arc<Shared>>, Path(id): Path<i64>) -> Answer {
    done(shared.take_for_proven(id))
}

pub(super) async fn decide(State(shared): State<Arc<Shared>>, Path(id): Path<i64>, body: Bytes) -> Answer {
    let decision = match body_of(&body)? {
        DecisionBody::Approve => Decision::Approve,
        DecisionBody::Reject { reason } => Decision::Reject {
            reason: reason.unwrap_or_else(|| "refused by the CA".to_owned()),
        },
    };
    done(shared.decide(id, decision))
}

pub(super) async fn cancel(State(shared): State<Arc<Shared>>, Path(id): Path<i64>, body: Bytes) -> Answer {
    let body: CancelBody = body_of(&body)?;
    let refund = match body.refund.as_deref() {
        None | Some("full") => Refund::Full,
        Some("nothing") => Refund::Nothing,
        Some(_) => return Err(Failure(Refusal::bad_request("refund is full or nothing"))),
    };
    done(shared.cancel(id, refund))
}

pub(super) async fn revoke(State(shared): State<Arc<Shared>>, Path(id): Path<i64>, body: Bytes) -> Answer {
    let body: ReasonBody = body_of(&body)?;
    done(shared.revoke(id, body.reason.as_deref().unwrap_or("revoked by the CA")))
}

/// The CA reissues by itself.
pub(super) async fn reissue(State(shared): State<Arc<Shared>>, Path(id): Path<i64>) -> Answer {
    let certificate = shared.reissue_by_itself(id)?;
    Ok(Json(
        json!({ "id": certificate.id, "order_id": certificate.order_id }),
    ))
}

pub(super) async fn set_status(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<i64>,
    body: Bytes,
) -> Answer {
    let body: StatusBody = body_of(&body)?;
    done(shared.set_status_word(id, body.word))
}

fn view(shared: &Shared, certificate: &Certificate) -> Result<Value, Failure> {
    let Json(mut value) = to_json(certificate)?;
    if let Some(fields) = value.as_object_mut() {
        fields.insert(
            "shown_status".to_owned(),
            json!(status_word(certificate, shared.clock.today())),
        );
    }
    Ok(value)
}
