//! What proves who somebody is after the password was given: sessions, one-time tokens; and the attempts that failed.
//!
//! Tokens are kept as hashes only. All instants here are of the machine's clock, not of business time.

use std::net::IpAddr;

use domain::id::{AccountId, SessionId, UserId};
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{
    cell::stored_words,
    error::Result,
    record::{self, Record as _, record},
    tx::{Conn, Tx, sealed::Raw},
};

stored_words! {
    /// How far somebody has come in signing in.
    SessionStage {
        /// The password was right; a code of the authenticator app is missing.
        NeedsTotp = "needs_totp",
        /// The password was right; the user must set up an authenticator app first.
        NeedsEnrolment = "needs_enrolment",
        /// Signed in.
        SignedIn = "signed_in",
    }
}

record! {
    /// One browser that signed in, or is about to.
    pub struct Session in session "session" {
        key {
            /// Its id.
            id: SessionId,
        }
        /// Who.
        user_id: UserId,
        /// Hash of the token in the cookie.
        token_hash: Vec<u8>,
        /// How far.
        stage: SessionStage,
        /// The account that the user works in at present.
        account_id: Option<AccountId>,
        /// From where.
        address: Option<IpAddr>,
        /// The browser as it calls itself, cut.
        agent: String,
        /// When the password was given.
        created_at: Timestamp,
        /// When it was used last, to a minute.
        seen_at: Timestamp,
        /// When it ends however busy it is.
        expires_at: Timestamp,
        /// When the password was given again last.
        confirmed_at: Option<Timestamp>,
        /// When it was ended.
        ended_at: Option<Timestamp>,
    }
}

stored_words! {
    /// What a one-time token is good for.
    TokenPurpose {
        /// To make the first administrator.
        SetUp = "set_up",
        /// To confirm a mail address.
        ConfirmAddress = "confirm_address",
        /// To choose a new password.
        ResetPassword = "reset_password",
    }
}

record! {
    /// A token that works once.
    pub struct OneTimeToken in one_time_token "one_time_token" {
        key {
            /// Its id.
            id: Uuid,
        }
        /// What it is good for.
        purpose: TokenPurpose,
        /// For whom; nobody yet at set-up.
        user_id: Option<UserId>,
        /// Hash of the token.
        token_hash: Vec<u8>,
        /// When it was made.
        created_at: Timestamp,
        /// Until when it works.
        expires_at: Timestamp,
        /// When it was used.
        used_at: Option<Timestamp>,
    }
}

stored_words! {
    /// How an attempt ended.
    AttemptOutcome {
        /// As it should.
        Passed = "passed",
        /// Wrong password, code or token.
        Failed = "failed",
    }
}

record! {
    /// An attempt to sign in, to reset, to register: what rate limits count.
    pub struct LoginAttempt in login_attempt "login_attempt" {
        key {
            /// Its id.
            id: Uuid,
        }
        /// When.
        at: Timestamp,
        /// What was tried and for which address, such as `sign_in:ann@example.test`.
        subject: String,
        /// From where; empty when unknown.
        address: String,
        /// How it ended.
        outcome: AttemptOutcome,
    }
}

/// The session with this token, whether it still counts or not.
pub async fn find_by_token(conn: &dyn Conn, token_hash: &[u8]) -> Result<Option<Session>> {
    record::one(
        conn,
        session::Entity::find().filter(session::Column::TokenHash.eq(token_hash.to_vec())),
    )
    .await
}

/// The session with this id.
pub async fn find(conn: &dyn Conn, id: SessionId) -> Result<Option<Session>> {
    record::one(conn, session::Entity::find_by_id(id)).await
}

/// The sessions of a user that were not ended, the newest first.
pub async fn open_of(conn: &dyn Conn, user: UserId) -> Result<Vec<Session>> {
    use session::Column;
    let query = session::Entity::find()
        .filter(Column::UserId.eq(Uuid::from(user)))
        .filter(Column::EndedAt.is_null())
        .order_by_desc(Column::Id);
    record::all(conn, query).await
}

/// Adds a session.
pub async fn insert(tx: &Tx, session: &Session) -> Result<()> {
    record::insert(tx, session).await
}

/// Changes a session.
pub async fn update(tx: &Tx, session: &Session) -> Result<()> {
    record::overwrite(tx, session).await
}

/// Ends every session of a user but one; says how many.
pub async fn end_all_of(tx: &Tx, user: UserId, except: Option<SessionId>, now: Timestamp) -> Result<u64> {
    use session::Column;
    let condition = Condition::all()
        .add(Column::UserId.eq(Uuid::from(user)))
        .add(Column::EndedAt.is_null())
        .add_option(except.map(|id| Column::Id.ne(Uuid::from(id))));
    session::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now.as_microsecond()))
        .filter(condition)
        .exec(&tx.raw())
        .await
        .map(|outcome| outcome.rows_affected)
        .map_err(|error| crate::Error::of(Session::TABLE, error))
}

/// Removes sessions, tokens and attempts that ended before an instant.
pub async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64> {
    let before = before.as_microsecond();
    Ok(
        record::delete::<Session>(tx, session::Column::ExpiresAt.lt(before)).await?
            + record::delete::<OneTimeToken>(tx, one_time_token::Column::ExpiresAt.lt(before)).await?
            + record::delete::<LoginAttempt>(tx, login_attempt::Column::At.lt(before)).await?,
    )
}

/// Adds a one-time token.
pub async fn insert_token(tx: &Tx, token: &OneTimeToken) -> Result<()> {
    record::insert(tx, token).await
}

/// Makes the unused tokens of a user for a purpose worthless: only the newest link works.
pub async fn void_tokens(tx: &Tx, purpose: TokenPurpose, user: Option<UserId>, now: Timestamp) -> Result<()> {
    use one_time_token::Column;
    let of_user = match user {
        Some(user) => Column::UserId.eq(Uuid::from(user)),
        None => Column::UserId.is_null(),
    };
    one_time_token::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now.as_microsecond()))
        .filter(Column::Purpose.eq(purpose.word()))
        .filter(Column::UsedAt.is_null())
        .filter(of_user)
        .exec(&tx.raw())
        .await
        .map(drop)
        .map_err(|error| crate::Error::of(OneTimeToken::TABLE, error))
}

/// The unused, unexpired token with this hash; changes nothing.
pub async fn find_live_token(
    conn: &dyn Conn,
    purpose: TokenPurpose,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<OneTimeToken>> {
    use one_time_token::Column;
    let query = one_time_token::Entity::find()
        .filter(Column::TokenHash.eq(token_hash.to_vec()))
        .filter(Column::Purpose.eq(purpose.word()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now.as_microsecond()));
    record::one(conn, query).await
}

/// Uses a token up and returns it; of two at the same time only one gets it.
pub async fn use_token(
    tx: &Tx,
    purpose: TokenPurpose,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<OneTimeToken>> {
    use one_time_token::Column;
    let Some(mut token) = find_live_token(tx, purpose, token_hash, now).await? else {
        return Ok(None);
    };
    let used = one_time_token::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now.as_microsecond()))
        .filter(Column::Id.eq(token.id))
        .filter(Column::UsedAt.is_null())
        .exec(&tx.raw())
        .await
        .map_err(|error| crate::Error::of(OneTimeToken::TABLE, error))?;
    token.used_at = Some(now);
    Ok((used.rows_affected == 1).then_some(token))
}

/// Notes an attempt.
pub async fn insert_attempt(tx: &Tx, attempt: &LoginAttempt) -> Result<()> {
    record::insert(tx, attempt).await
}

/// The failed attempts since an instant for a subject: how many, and when the oldest was.
pub async fn failures_for(conn: &dyn Conn, subject: &str, since: Timestamp) -> Result<Vec<Timestamp>> {
    let condition = Condition::all().add(login_attempt::Column::Subject.eq(subject));
    failures(conn, condition, since).await
}

/// The failed attempts since an instant from an address.
pub async fn failures_from(conn: &dyn Conn, address: IpAddr, since: Timestamp) -> Result<Vec<Timestamp>> {
    let condition = Condition::all().add(login_attempt::Column::Address.eq(address.to_string()));
    failures(conn, condition, since).await
}

async fn failures(conn: &dyn Conn, of: Condition, since: Timestamp) -> Result<Vec<Timestamp>> {
    use login_attempt::Column;
    let query = login_attempt::Entity::find()
        .filter(of)
        .filter(Column::At.gt(since.as_microsecond()))
        .filter(Column::Outcome.eq(AttemptOutcome::Failed.word()))
        .order_by_asc(Column::At)
        .limit(1_000);
    let attempts: Vec<LoginAttempt> = record::all(conn, query).await?;
    Ok(attempts.into_iter().map(|attempt| attempt.at).collect())
}

/// Forgets the failed attempts for a subject: the right password was given.
pub async fn forget_failures(tx: &Tx, subject: &str) -> Result<()> {
    use login_attempt::Column;
    let failed = Column::Subject
        .eq(subject)
        .and(Column::Outcome.eq(AttemptOutcome::Failed.word()));
    record::delete::<LoginAttempt>(tx, failed).await.map(drop)
}
