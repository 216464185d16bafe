//! Tokens of the REST API: made by a client, scoped, kept as hashes; and idempotency keys.

use std::{net::IpAddr, time::Duration};

use domain::{
    contact::FieldProblem,
    id::{AccountId, ApiTokenId},
    state::Role,
};
use jiff::{SignedDuration, Timestamp};
use seal::{SecretString, hash_token};
use serde_json::json;
use store::{
    Json,
    account::AccountState,
    api_token::{ApiToken, Idempotency},
    user::UserState,
};

use crate::{
    Engine,
    actor::{Actor, RequestId, Who},
    audit,
    authority::{self, Permission},
    error::{Error, Result},
    money::visible_account,
};

/// What a token can be allowed, in the order in which it is shown.
pub const SCOPES: [&str; 4] = [
    "services:read",
    "orders:write",
    "certificates:read",
    "balance:read",
];

/// What every token begins with, so that a leaked one is recognised.
pub const PREFIX: &str = "cbt_";

/// `last_used_at` is written at most this often.
const USE_IS_NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// A request that came under a key and never got an answer is given up after this.
const UNANSWERED_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// Tokens of the REST API.
pub struct ApiTokens<'a>(&'a Engine);

impl Engine {
    /// Tokens of the REST API.
    #[must_use]
    pub fn api_tokens(&self) -> ApiTokens<'_> {
        ApiTokens(self)
    }
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// For which account.
    pub account: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// What it may do: words of [`SCOPES`].
    pub scopes: Vec<String>,
    /// How long it works; none: until it is revoked.
    pub valid_for: Option<Duration>,
}

/// What to do with a request that carries an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is the first: do it, then call [`ApiTokens::keep_answer`] or [`ApiTokens::give_up`].
    First,
    /// It was answered before: answer the same.
    Answered {
        /// HTTP status.
        status: u16,
        /// Body.
        body: String,
    },
    /// The first is still being worked on.
    InProgress,
    /// The key came with another request before.
    OtherRequest,
}

impl ApiTokens<'_> {
    /// Makes a token and shows it this once.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Invalid`].
    pub async fn create(&self, actor: &Actor, new: NewToken) -> Result<(ApiToken, SecretString)> {
        authority::require(actor, Permission::ManageTokens)?;
        let Some(user) = actor.user() else {
            return Err(Error::Forbidden);
        };
        check(&new)?;
        let tx = self.0.store().begin().await?;
        let account = visible_account(&tx, actor, new.account).await?;
        let secret = format!("{PREFIX}{}", seal::random::token());
        let now = self.0.clock().machine_now();
        let token = ApiToken {
            id: self.0.new_id(),
            account_id: account.id,
            user_id: user,
            name: new.name.trim().to_owned(),
            token_hash: hash_token(&secret).as_bytes().to_vec(),
            scopes: Json(new.scopes),
            created_at: self.0.now(),
            expires_at: new
                .valid_for
                .map(|span| now.saturating_add(span).unwrap_or(Timestamp::MAX)),
            last_used_at: None,
            revoked_at: None,
            version: 1,
        };
        store::api_token::insert(&tx, &token).await?;
        let detail = json!({ "token": token.id, "name": token.name, "scopes": token.scopes.0 });
        audit::append(&tx, self.0, actor, "api_token.create", &account.id, detail);
        tx.commit().await?;
        Ok((token, secret.into()))
    }

    /// The tokens of an account, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn list(&self, actor: &Actor, account: AccountId) -> Result<Vec<ApiToken>> {
        authority::require(actor, Permission::ManageTokens)?;
        let reader = self.0.store().reader();
        let account = visible_account(reader, actor, account).await?;
        Ok(store::api_token::list(reader, account.id).await?)
    }

    /// Makes a token worthless.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn revoke(&self, actor: &Actor, id: ApiTokenId) -> Result<()> {
        authority::require(actor, Permission::ManageTokens)?;
        let tx = self.0.store().begin().await?;
        let mut token = store::api_token::find(&tx, id).await?.ok_or(Error::NotFound)?;
        visible_account(&tx, actor, token.account_id).await?;
        if token.revoked_at.is_none() {
            token.revoked_at = Some(self.0.now());
            store::api_token::update(&tx, &mut token).await?;
            audit::append(
                &tx,
                self.0,
                actor,
                "api_token.revoke",
                &token.account_id,
                json!({ "token": id }),
            );
        }
        tx.commit().await?;
        Ok(())
    }

    /// Who a token acts for. A token dies with its account, and with the right of its maker to have one.
    ///
    /// # Errors
    /// [`Error::SignInRequired`] for anything that is no live token.
    pub async fn authenticate(
        &self,
        token: &str,
        request: RequestId,
        address: Option<IpAddr>,
    ) -> Result<Actor> {
        if !token.starts_with(PREFIX) || token.len() > 200 {
            return Err(Error::SignInRequired);
        }
        let reader = self.0.store().reader();
        let now = self.0.clock().machine_now();
        let found = store::api_token::find_by_hash(reader, hash_token(token).as_bytes()).await?;
        let token = found
            .filter(|token| token.revoked_at.is_none())
            .filter(|token| token.expires_at.is_none_or(|end| end > now))
            .ok_or(Error::SignInRequired)?;
        let account = store::account::find(reader, token.account_id)
            .await?
            .filter(|account| account.state != AccountState::Erased)
            .ok_or(Error::SignInRequired)?;
        let user = store::user::find(reader, token.user_id)
            .await?
            .filter(|user| user.state == UserState::Active)
            .ok_or(Error::SignInRequired)?;
        let is_owner = user.staff_role == Some(Role::Administrator)
            || store::account::memberships_of(reader, user.id)
                .await?
                .iter()
                .any(|membership| membership.account_id == account.id && membership.role == Role::Owner);
        if !is_owner {
            return Err(Error::SignInRequired);
        }
        let actor = Actor {
            who: Who::Token {
                token: token.id,
                account: account.id,
                scopes: token.scopes.0.clone(),
            },
            seller: account.seller_id,
            request,
            address,
            is_confirmed: false,
        };
        self.note_use(token, now).await?;
        Ok(actor)
    }

    /// Claims an idempotency key for a request; `request_hash` covers method, path and body.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for anybody but a token, [`Error::Invalid`] for a key that is empty or over 255 characters.
    pub async fn claim_key(&self, actor: &Actor, key: &str, request_hash: &[u8]) -> Result<Claim> {
        let token = token_of(actor)?;
        if key.is_empty() || key.len() > 255 || key.chars().any(char::is_control) {
            return Err(Error::field("Idempotency-Key", "not-understood"));
        }
        let now = self.0.clock().machine_now();
        let tx = self.0.store().begin().await?;
        let request = Idempotency {
            token_id: token,
            key: key.to_owned(),
            request_hash: request_hash.to_vec(),
            status: None,
            body: None,
            created_at: now,
        };
        if store::api_token::claim_key(&tx, &request).await? {
            tx.commit().await?;
            return Ok(Claim::First);
        }
        let mut found = store::api_token::find_answer(&tx, token, key)
            .await?
            .ok_or(Error::Conflict)?;
        if found.request_hash != request_hash {
            return Ok(Claim::OtherRequest);
        }
        if let (Some(status), Some(body)) = (found.status, found.body.take()) {
            let status = u16::try_from(status).unwrap_or(500);
            return Ok(Claim::Answered { status, body });
        }
        if now.duration_since(found.created_at) < UNANSWERED_AFTER {
            return Ok(Claim::InProgress);
        }
        // Whoever claimed it died before the answer. The order itself is found again by its `external_ref`.
        store::api_token::keep_answer(&tx, &request).await?;
        tx.commit().await?;
        Ok(Claim::First)
    }

    /// Keeps the answer to a claimed request.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`] for a key that was not claimed.
    pub async fn keep_answer(&self, actor: &Actor, key: &str, status: u16, body: &str) -> Result<()> {
        let token = token_of(actor)?;
        let tx = self.0.store().begin().await?;
        let mut request = store::api_token::find_answer(&tx, token, key)
            .await?
            .ok_or(Error::NotFound)?;
        request.status = Some(i32::from(status));
        request.body = Some(body.to_owned());
        store::api_token::keep_answer(&tx, &request).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Frees a claimed key: the request changed nothing and may be sent again.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn give_up(&self, actor: &Actor, key: &str) -> Result<()> {
        let token = token_of(actor)?;
        let tx = self.0.store().begin().await?;
        store::api_token::release_key(&tx, token, key).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn note_use(&self, mut token: ApiToken, now: Timestamp) -> Result<()> {
        let is_noted = token
            .last_used_at
            .is_some_and(|last| now.duration_since(last) < USE_IS_NOTED_EVERY);
        if is_noted {
            return Ok(());
        }
        token.last_used_at = Some(now);
        let tx = self.0.store().begin().await?;
        match store::api_token::update(&tx, &mut token).await {
            // Somebody else just noted it.
            Err(store::Error::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
            Ok(()) => Ok(tx.commit().await?),
        }
    }
}

fn token_of(actor: &Actor) -> Result<ApiTokenId> {
    match actor.who {
        Who::Token { token, .. } => Ok(token),
        _ => Err(Error::Forbidden),
    }
}

fn check(new: &NewToken) -> Result<()> {
    let name = new.name.trim();
    let is_known = |scope: &String| SCOPES.contains(&scope.as_str());
    let problems: Vec<_> = [
        ("name", "required", !name.is_empty()),
        ("name", "too-long", name.chars().count() <= 80),
        ("scopes", "required", !new.scopes.is_empty()),
        ("scopes", "not-understood", new.scopes.iter().all(is_known)),
    ]
    .into_iter()
    .filter(|(_, _, is_good)| !is_good)
    .map(|(field, code, _)| FieldProblem {
        field: field.to_owned(),
        code,
    })
    .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}
