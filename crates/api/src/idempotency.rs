//! One answer per `Idempotency-Key` and token.
//!
//! The key is claimed before the work and the answer kept after it. When the process dies between, the key is claimed
//! again later, and the work is found by the reference that stands for the key.

use axum::http::{HeaderMap, StatusCode};
use engine::{Actor, Engine, Who, api_tokens::Claim};
use httpkit::Failure;
use serde::Serialize;

const HEADER: &str = "idempotency-key";

/// What a key stands for.
pub(crate) struct Request<'a> {
    pub(crate) key: &'a str,
    /// Method and path.
    pub(crate) route: &'static str,
    pub(crate) body: &'a [u8],
}

/// An answer that may be kept.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
    /// It was given before.
    pub(crate) is_replayed: bool,
}

impl Answer {
    pub(crate) fn new(status: StatusCode, body: &impl Serialize) -> Self {
        Self {
            status,
            // Answers are structs of texts and numbers, which always serialise.
            body: serde_json::to_string(body).unwrap_or_default(),
            is_replayed: false,
        }
    }
}

/// The key of the request, if it has one.
pub(crate) fn key(headers: &HeaderMap) -> engine::Result<Option<&str>> {
    let mut values = headers.get_all(HEADER).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let refused = || engine::Error::field("Idempotency-Key", "not-understood");
    let text = value.to_str().map_err(|_| refused())?;
    if values.next().is_some() {
        return Err(refused());
    }
    Ok(Some(text))
}

/// Does the work once. `work` gets the reference that stands for the key.
pub(crate) async fn once<W, F>(
    engine: &Engine,
    actor: &Actor,
    request: &Request<'_>,
    work: W,
) -> Result<Answer, Failure>
where
    W: FnOnce(String) -> F,
    F: Future<Output = Result<Answer, Failure>>,
{
    let tokens = engine.api_tokens();
    let fingerprint = seal::hash_token(&format!(
        "{}\n{}",
        request.route,
        String::from_utf8_lossy(request.body)
    ));
    match tokens
        .claim_key(actor, request.key, fingerprint.as_bytes())
        .await?
    {
        Claim::First => {}
        Claim::Answered { status, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            return Ok(Answer {
                status,
                body,
                is_replayed: true,
            });
        }
        Claim::InProgress => return Err(conflict("idempotency-in-progress")),
        Claim::OtherRequest => return Err(conflict("idempotency-key-reused")),
    }
    match work(reference(actor, request)).await {
        Ok(answer) => {
            tokens
                .keep_answer(actor, request.key, answer.status.as_u16(), &answer.body)
                .await?;
            Ok(answer)
        }
        Err(failure) => {
            // Nothing was changed, or what was is found by the reference: the request may be sent again.
            tokens.give_up(actor, request.key).await?;
            Err(failure)
        }
    }
}

fn conflict(code: &str) -> Failure {
    Failure::new(StatusCode::CONFLICT, code)
}

/// A key is its token's own, so the token is part of what stands for it.
fn reference(actor: &Actor, request: &Request<'_>) -> String {
    let token = match &actor.who {
        Who::Token { token, .. } => token.to_string(),
        _ => String::new(),
    };
    let hash = seal::hash_token(&format!("{}\n{token}\n{}", request.route, request.key));
    format!("idempotency:{}", hex::encode(hash.as_bytes()))
}
