//! Tokens of the REST API, and the answers already given under an idempotency key.

use domain::id::{AccountId, ApiTokenId, UserId};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::ExprTrait};
use uuid::Uuid;

use crate::{
    cell::Json,
    error::Result,
    record::{self, record, versioned},
    tx::{Conn, Tx},
};

record! {
    /// A token of the REST API; it acts for one account.
    pub struct ApiToken in api_token "api_token" {
        key {
            /// Its id.
            id: ApiTokenId,
        }
        /// The account it acts for.
        account_id: AccountId,
        /// Who made it; it never may more than this user.
        user_id: UserId,
        /// What its owner calls it.
        name: String,
        /// Hash of the token.
        token_hash: Vec<u8>,
        /// What it may do, such as `orders:write`.
        scopes: Json<Vec<String>>,
        /// When it was made.
        created_at: Timestamp,
        /// Until when it works.
        expires_at: Option<Timestamp>,
        /// When it was used last, to a minute.
        last_used_at: Option<Timestamp>,
        /// When it was made worthless.
        revoked_at: Option<Timestamp>,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(ApiToken);

record! {
    /// A request that came with an idempotency key, and its answer once there is one.
    pub struct Idempotency in api_idempotency "api_idempotency" {
        key {
            /// Whose key.
            token_id: ApiTokenId,
            /// The key as it was sent.
            key: String,
        }
        /// Hash of the request: the same key with another request is a mistake.
        request_hash: Vec<u8>,
        /// HTTP status of the answer; none while it is being worked out.
        status: Option<i32>,
        /// Body of the answer.
        body: Option<String>,
        /// When the request came first.
        created_at: Timestamp,
    }
}

/// The token with this hash.
pub async fn find_by_hash(conn: &dyn Conn, hash: &[u8]) -> Result<Option<ApiToken>> {
    record::one(
        conn,
        api_token::Entity::find().filter(api_token::Column::TokenHash.eq(hash.to_vec())),
    )
    .await
}

/// The token with this id.
pub async fn find(conn: &dyn Conn, id: ApiTokenId) -> Result<Option<ApiToken>> {
    record::one(conn, api_token::Entity::find_by_id(id)).await
}

/// The tokens of an account, the newest first.
pub async fn list(conn: &dyn Conn, account: AccountId) -> Result<Vec<ApiToken>> {
    let query = api_token::Entity::find()
        .filter(api_token::Column::AccountId.eq(Uuid::from(account)))
        .order_by_desc(api_token::Column::Id);
    record::all(conn, query).await
}

/// Adds a token.
pub async fn insert(tx: &Tx, token: &ApiToken) -> Result<()> {
    record::insert(tx, token).await
}

/// Changes a token.
pub async fn update(tx: &Tx, token: &mut ApiToken) -> Result<()> {
    record::update(tx, token).await
}

/// The request that came first under a key.
pub async fn find_answer(conn: &dyn Conn, token: ApiTokenId, key: &str) -> Result<Option<Idempotency>> {
    record::one(
        conn,
        api_idempotency::Entity::find_by_id((token.into(), key.to_owned())),
    )
    .await
}

/// Claims a key; `false` when another request has it.
pub async fn claim_key(tx: &Tx, request: &Idempotency) -> Result<bool> {
    record::insert_new(tx, request).await
}

/// Keeps the answer.
pub async fn keep_answer(tx: &Tx, request: &Idempotency) -> Result<()> {
    record::overwrite(tx, request).await
}

/// Gives a key back, so that the request may be sent again.
pub async fn release_key(tx: &Tx, token: ApiTokenId, key: &str) -> Result<()> {
    use api_idempotency::Column;
    let claim = Column::TokenId.eq(Uuid::from(token)).and(Column::Key.eq(key));
    record::delete::<Idempotency>(tx, claim).await.map(drop)
}

/// Forgets answers older than an instant.
pub async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64> {
    record::delete::<Idempotency>(tx, api_idempotency::Column::CreatedAt.lt(before.as_microsecond())).await
}
