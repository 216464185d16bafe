//! Users: who signs in, and what they prove themselves with.

use domain::{
    id::{SellerId, UserId},
    state::Role,
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use secrecy::SecretString;
use uuid::Uuid;

use crate::{
    cell::stored_words,
    error::Result,
    page::{Cursor, Listing, Page, Start},
    record::{self, record, versioned},
    tx::{Conn, Tx},
};

stored_words! {
    /// Whether a user may sign in.
    UserState {
        /// The mail address was not confirmed yet.
        Unconfirmed = "unconfirmed",
        /// Signs in.
        Active = "active",
        /// Stopped by staff.
        Disabled = "disabled",
    }
}

record! {
    /// Who signs in.
    pub struct User in user "user" {
        key {
            /// Its id.
            id: UserId,
        }
        /// Where the user belongs.
        seller_id: SellerId,
        /// Mail address as the user wrote it.
        email: String,
        /// The same, normalised: unique per seller.
        email_key: String,
        /// Name of the person.
        name: String,
        /// PHC string of the password; none until an invited user chose one.
        password_hash: Option<SecretString>,
        /// When the password was set.
        password_changed_at: Option<Timestamp>,
        /// Administrator or staff of the seller, or a client.
        staff_role: Option<Role>,
        /// Language tag of pages and mails.
        language: String,
        /// Whether the user may sign in.
        state: UserState,
        /// When the mail address was confirmed.
        confirmed_at: Option<Timestamp>,
        /// When the user was here last.
        last_sign_in_at: Option<Timestamp>,
        /// When the user was made.
        created_at: Timestamp,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(User);

record! {
    /// A user's authenticator app (RFC 6238).
    pub struct Totp in totp "totp" {
        key {
            /// Whose.
            user_id: UserId,
        }
        /// The shared secret, sealed.
        sealed_secret: Vec<u8>,
        /// When the first code proved that the app has the secret; none while it is being set up.
        confirmed_at: Option<Timestamp>,
        /// The last 30-second step whose code was used: no code counts twice.
        last_step: i64,
        /// When the secret was made.
        created_at: Timestamp,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(Totp);

record! {
    /// A code that replaces the authenticator app once.
    pub struct RecoveryCode in recovery_code "recovery_code" {
        key {
            /// Whose.
            user_id: UserId,
            /// Hash of the code.
            code_hash: Vec<u8>,
        }
        /// When it was used.
        used_at: Option<Timestamp>,
    }
}

/// Which users are wanted.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// Of this seller.
    pub seller: Option<SellerId>,
    /// Staff and administrators, clients, or both.
    pub side: Option<Side>,
    /// Part of the mail address, in any case.
    pub text: Option<String>,
}

/// On which side of the counter a user stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Of the seller's company.
    Staff,
    /// Of a client.
    Client,
}

/// The form in which mail addresses are compared: case never tells two users apart.
#[must_use]
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The user with this id.
pub async fn find(conn: &dyn Conn, id: UserId) -> Result<Option<User>> {
    record::one(conn, user::Entity::find_by_id(id)).await
}

/// The user with this mail address, in any case.
pub async fn find_by_email(conn: &dyn Conn, seller: SellerId, email: &str) -> Result<Option<User>> {
    let query = user::Entity::find()
        .filter(user::Column::SellerId.eq(Uuid::from(seller)))
        .filter(user::Column::EmailKey.eq(email_key(email)));
    record::one(conn, query).await
}

/// How many users of the seller's company there are; 0 before set-up.
pub async fn count_staff(conn: &dyn Conn) -> Result<u64> {
    record::count::<User>(
        conn,
        user::Entity::find().filter(user::Column::StaffRole.is_not_null()),
    )
    .await
}

/// The newest users first.
pub async fn list(conn: &dyn Conn, filter: &UserFilter, page: &Page) -> Result<Listing<User>> {
    use user::Column;
    let mut condition = Condition::all()
        .add_option(
            filter
                .seller
                .map(|seller| Column::SellerId.eq(Uuid::from(seller))),
        )
        .add_option(filter.side.map(|side| match side {
            Side::Staff => Column::StaffRole.is_not_null(),
            Side::Client => Column::StaffRole.is_null(),
        }));
    if let Some(text) = filter
        .text
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        condition = condition.add(Column::EmailKey.contains(text.to_lowercase()));
    }
    let query = user::Entity::find().filter(condition);
    let total = record::count::<User>(conn, query.clone()).await?;
    let query = match &page.start {
        Start::After(cursor) => query.filter(Column::Id.lt(cursor.key::<Uuid>().unwrap_or(Uuid::max()))),
        Start::Number(_) => query.offset(page.offset()),
    };
    let rows = record::all(conn, query.order_by_desc(Column::Id).limit(page.limit())).await?;
    Ok(Listing::cut(rows, page, Some(total), |user: &User| {
        Cursor::of(&Uuid::from(user.id))
    }))
}

/// Several users at once, for lists that name them.
pub async fn find_many(conn: &dyn Conn, ids: &[UserId]) -> Result<Vec<User>> {
    let ids = ids.iter().copied().map(Uuid::from);
    record::all(conn, user::Entity::find().filter(user::Column::Id.is_in(ids))).await
}

/// Adds a user; [`Error::Duplicate`](crate::Error::Duplicate) when the mail address is taken.
pub async fn insert(tx: &Tx, user: &mut User) -> Result<()> {
    user.email_key = email_key(&user.email);
    record::insert(tx, user).await
}

/// Changes a user.
pub async fn update(tx: &Tx, user: &mut User) -> Result<()> {
    user.email_key = email_key(&user.email);
    record::update(tx, user).await
}

/// The authenticator app of a user.
pub async fn find_totp(conn: &dyn Conn, user: UserId) -> Result<Option<Totp>> {
    record::one(conn, totp::Entity::find_by_id(user)).await
}

/// Adds an authenticator app.
pub async fn insert_totp(tx: &Tx, totp: &Totp) -> Result<()> {
    record::insert(tx, totp).await
}

/// Changes an authenticator app.
pub async fn update_totp(tx: &Tx, totp: &mut Totp) -> Result<()> {
    record::update(tx, totp).await
}

/// Removes the authenticator app and all recovery codes of a user.
pub async fn delete_totp(tx: &Tx, user: UserId) -> Result<()> {
    record::delete::<Totp>(tx, totp::Column::UserId.eq(Uuid::from(user))).await?;
    delete_recovery_codes(tx, user).await
}

/// Puts new recovery codes in the place of all old ones.
pub async fn replace_recovery_codes(tx: &Tx, user: UserId, hashes: Vec<Vec<u8>>) -> Result<()> {
    delete_recovery_codes(tx, user).await?;
    let codes: Vec<_> = hashes
        .into_iter()
        .map(|code_hash| RecoveryCode {
            user_id: user,
            code_hash,
            used_at: None,
        })
        .collect();
    record::insert_many(tx, &codes).await
}

/// Uses a recovery code up; `false` when there is no such unused code.
pub async fn use_recovery_code(tx: &Tx, user: UserId, hash: &[u8], now: Timestamp) -> Result<bool> {
    let query = recovery_code::Entity::find_by_id((user.into(), hash.to_vec()));
    let Some(mut code) = record::one::<RecoveryCode>(tx, record::locked(tx, query)).await? else {
        return Ok(false);
    };
    if code.used_at.is_some() {
        return Ok(false);
    }
    code.used_at = Some(now);
    record::overwrite(tx, &code).await.map(|()| true)
}

/// How many recovery codes are left.
pub async fn count_recovery_codes(conn: &dyn Conn, user: UserId) -> Result<u64> {
    use recovery_code::Column;
    let query = recovery_code::Entity::find()
        .filter(Column::UserId.eq(Uuid::from(user)))
        .filter(Column::UsedAt.is_null());
    record::count::<RecoveryCode>(conn, query).await
}

async fn delete_recovery_codes(tx: &Tx, user: UserId) -> Result<()> {
    let of_user = recovery_code::Column::UserId.eq(Uuid::from(user));
    record::delete::<RecoveryCode>(tx, of_user).await.map(drop)
}
