//! Keys to a running certbroker: sessions and API tokens, written into its database as its own use cases would after a
//! sign-in. Measured are pages, not sign-ins: a password is hashed slowly on purpose.

use anyhow::Context as _;
use domain::{
    id::{AccountId, SellerId, UserId},
    state::Role,
};
use engine::{
    BusinessClock,
    api_tokens::{PREFIX, SCOPES},
};
use jiff::{Timestamp, ToSpan as _};
use store::{
    Json, Page, Store, Tx,
    account::Membership,
    api_token::ApiToken,
    session::{Session, SessionStage},
    user::{Side, User, UserFilter, UserState},
};

/// What opens a running certbroker.
pub(crate) struct Access {
    /// Session of an administrator.
    pub(crate) administrator: String,
    /// Session of the owner of the account.
    pub(crate) client: String,
    /// API tokens of the account. A token may send a number of requests a minute, so a long run takes several.
    pub(crate) tokens: Vec<String>,
    /// The account with the lowest number: after `load fill` the one with the most services.
    pub(crate) account: AccountId,
    /// Who sells.
    pub(crate) seller: SellerId,
}

impl Access {
    /// Makes them; an administrator and an owner are made where there are none.
    ///
    /// # Errors
    /// The database is empty.
    pub(crate) async fn open(store: &Store, tokens: u64) -> anyhow::Result<Self> {
        let now = BusinessClock::real().machine_now();
        let tx = store.begin().await?;
        let seller = store::seller::first(&tx)
            .await?
            .context("the database has no seller")?
            .id;
        let account = store::account::find_by_number(&tx, 1)
            .await?
            .context("there is no account A-1")?
            .id;
        let administrator = administrator(&tx, seller, now).await?;
        let owner = owner(&tx, seller, account, now).await?;
        let access = Self {
            administrator: session(&tx, administrator, None, now).await?,
            client: session(&tx, owner, Some(account), now).await?,
            tokens: self::tokens(&tx, owner, account, tokens, now).await?,
            account,
            seller,
        };
        tx.commit().await?;
        Ok(access)
    }
}

async fn administrator(tx: &Tx, seller: SellerId, now: Timestamp) -> anyhow::Result<UserId> {
    let filter = UserFilter {
        seller: Some(seller),
        side: Some(Side::Staff),
        ..UserFilter::default()
    };
    let staff = store::user::list(tx, &filter, &Page::first(100)).await?;
    if let Some(known) = staff
        .rows
        .iter()
        .find(|user| user.staff_role == Some(Role::Administrator))
    {
        return Ok(known.id);
    }
    add_user(
        tx,
        seller,
        "administrator@load.example",
        Some(Role::Administrator),
        now,
    )
    .await
}

async fn owner(tx: &Tx, seller: SellerId, account: AccountId, now: Timestamp) -> anyhow::Result<UserId> {
    let members = store::account::members(tx, account).await?;
    if let Some(known) = members.iter().find(|member| member.role == Role::Owner) {
        return Ok(known.user_id);
    }
    let user = add_user(tx, seller, "owner@load.example", None, now).await?;
    let membership = Membership {
        id: seal::random::uuid_v7(now).into(),
        account_id: account,
        user_id: user,
        role: Role::Owner,
        created_at: now,
        version: 1,
    };
    store::account::insert_membership(tx, &membership).await?;
    Ok(user)
}

async fn add_user(
    tx: &Tx,
    seller: SellerId,
    email: &str,
    staff_role: Option<Role>,
    now: Timestamp,
) -> anyhow::Result<UserId> {
    let mut user = User {
        id: seal::random::uuid_v7(now).into(),
        seller_id: seller,
        email: email.to_owned(),
        email_key: String::new(),
        name: "Load".to_owned(),
        password_hash: None,
        password_changed_at: None,
        staff_role,
        language: "en".to_owned(),
        state: UserState::Active,
        confirmed_at: Some(now),
        last_sign_in_at: None,
        created_at: now,
        version: 1,
    };
    store::user::insert(tx, &mut user).await?;
    Ok(user.id)
}

async fn session(
    tx: &Tx,
    user: UserId,
    account: Option<AccountId>,
    now: Timestamp,
) -> anyhow::Result<String> {
    let token = seal::random::token();
    let session = Session {
        id: seal::random::uuid_v7(now).into(),
        user_id: user,
        token_hash: seal::hash_token(&token).as_bytes().to_vec(),
        stage: SessionStage::SignedIn,
        account_id: account,
        address: None,
        agent: "load".to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now.checked_add(24.hours())?,
        confirmed_at: None,
        ended_at: None,
    };
    store::session::insert(tx, &session).await?;
    Ok(token)
}

async fn tokens(
    tx: &Tx,
    user: UserId,
    account: AccountId,
    count: u64,
    now: Timestamp,
) -> anyhow::Result<Vec<String>> {
    let mut secrets = Vec::new();
    for number in 1..=count {
        let secret = format!("{PREFIX}{}", seal::random::token());
        let token = ApiToken {
            id: seal::random::uuid_v7(now).into(),
            account_id: account,
            user_id: user,
            name: format!("load {number}"),
            token_hash: seal::hash_token(&secret).as_bytes().to_vec(),
            scopes: Json(SCOPES.map(str::to_owned).to_vec()),
            created_at: now,
            expires_at: Some(now.checked_add(24.hours())?),
            last_used_at: None,
            revoked_at: None,
            version: 1,
        };
        store::api_token::insert(tx, &token).await?;
        secrets.push(secret);
    }
    Ok(secrets)
}
