//! Sessions: random tokens, stored as hashes, with an idle and an absolute end, measured by the machine's clock.

use std::net::IpAddr;

use domain::{
    id::{AccountId, SellerId, SessionId, UserId},
    state::Role,
};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use store::{
    Tx,
    account::AccountState,
    session::{Session, SessionStage},
    user::{User, UserState},
};

use crate::{
    Engine,
    actor::{Actor, RequestId, Who},
    audit,
    error::{Error, Result},
};

/// A session ends after so long without a request.
pub const IDLE: SignedDuration = SignedDuration::from_hours(2);
/// A session ends so long after signing in, whatever happens in it.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(24);
/// How long a password given again opens what needs it (ASVS 7.5.3).
pub const CONFIRMED_FOR: SignedDuration = SignedDuration::from_mins(10);
/// A session that is only half signed in ends soon.
const HALF_SIGNED_IN: SignedDuration = SignedDuration::from_mins(15);
/// How often the time of the last request is written; less would write on every page.
const SEEN_STEP: SignedDuration = SignedDuration::from_mins(1);

/// Questions about sessions.
pub struct Sessions<'a>(pub(super) &'a Engine);

/// A session and the person in it.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The session.
    pub session: SessionId,
    /// How far signing in has come.
    pub stage: SessionStage,
    /// The user.
    pub user: UserId,
    /// Name as shown.
    pub name: String,
    /// Address they sign in with.
    pub email: String,
    /// Language of the interface.
    pub language: String,
    /// The seller.
    pub seller: SellerId,
    /// Staff role; none for clients.
    pub staff_role: Option<Role>,
    /// The account they act in or for.
    pub account: Option<AccountId>,
    /// Their role in that account; none for staff.
    pub account_role: Option<Role>,
    /// Whether the password was given again lately.
    pub is_confirmed: bool,
}

impl Visitor {
    /// The actor of a request in this session. Somebody half signed in is a guest.
    #[must_use]
    pub fn actor(&self, request: RequestId, address: Option<IpAddr>) -> Actor {
        let who = match (self.stage, self.staff_role, self.account, self.account_role) {
            (SessionStage::SignedIn, Some(role), on_behalf_of, _) => Who::Staff {
                user: self.user,
                role,
                on_behalf_of,
            },
            (SessionStage::SignedIn, None, Some(account), Some(role)) => Who::Member {
                user: self.user,
                account,
                role,
            },
            _ => Who::Guest,
        };
        Actor {
            who,
            seller: self.seller,
            request,
            address,
            is_confirmed: self.is_confirmed,
        }
    }
}

/// A session as its owner sees it in a list.
#[derive(Debug, Clone)]
pub struct SessionLine {
    /// The session.
    pub id: SessionId,
    /// When signing in began.
    pub since: Timestamp,
    /// The last request.
    pub seen: Timestamp,
    /// Where from.
    pub address: Option<IpAddr>,
    /// What the browser calls itself.
    pub agent: String,
}

impl Sessions<'_> {
    /// Whose token this is; none when it is unknown, ended or too old.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn resolve(&self, token: &SecretString) -> Result<Option<Visitor>> {
        let engine = self.0;
        let now = engine.clock().machine_now();
        let Some(session) = store::session::find_by_token(engine.store().reader(), &hash(token)).await?
        else {
            return Ok(None);
        };
        let is_over = session.ended_at.is_some()
            || session.expires_at <= now
            || now.duration_since(session.seen_at) > IDLE;
        if is_over {
            return Ok(None);
        }
        let Some(user) = store::user::find(engine.store().reader(), session.user_id).await? else {
            return Ok(None);
        };
        if user.state != UserState::Active {
            return Ok(None);
        }
        let account_role = match session.account_id.filter(|_| user.staff_role.is_none()) {
            Some(account) => self.role_in(account, user.id).await?,
            None => None,
        };
        if now.duration_since(session.seen_at) > SEEN_STEP {
            self.mark_seen(session.id, now).await?;
        }
        Ok(Some(visitor(&session, &user, account_role, now)))
    }

    /// The open sessions of the actor.
    ///
    /// # Errors
    /// [`Error::SignInRequired`] and [`Error::Store`].
    pub async fn list(&self, actor: &Actor) -> Result<Vec<SessionLine>> {
        let user = actor.user().ok_or(Error::SignInRequired)?;
        let now = self.0.clock().machine_now();
        let open = store::session::open_of(self.0.store().reader(), user).await?;
        let lines = open
            .into_iter()
            .filter(|session| session.expires_at > now)
            .map(|session| SessionLine {
                id: session.id,
                since: session.created_at,
                seen: session.seen_at,
                address: session.address,
                agent: session.agent,
            });
        Ok(lines.collect())
    }

    /// Ends one of the actor's own sessions: signing out, here or elsewhere.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not the actor's.
    pub async fn end(&self, actor: &Actor, id: SessionId) -> Result<()> {
        let tx = self.0.store().begin().await?;
        let mut session = store::session::find(&tx, id).await?.ok_or(Error::NotFound)?;
        if actor.user() != Some(session.user_id) {
            return Err(Error::NotFound);
        }
        session.ended_at = Some(self.0.clock().machine_now());
        store::session::update(&tx, &session).await?;
        audit::append(&tx, self.0, actor, "session.ended", &id, serde_json::json!({}));
        tx.commit().await?;
        Ok(())
    }

    /// Ends a session by its token, whatever its stage: the button "Sign out".
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn sign_out(&self, token: &SecretString) -> Result<()> {
        let tx = self.0.store().begin().await?;
        if let Some(mut session) = store::session::find_by_token(&tx, &hash(token)).await? {
            session.ended_at = Some(self.0.clock().machine_now());
            store::session::update(&tx, &session).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Lets a member act in another of their accounts, and staff act for a client (`None` ends that).
    ///
    /// # Errors
    /// [`Error::NotFound`] when the account is not there for them.
    pub async fn act_in(&self, actor: &Actor, id: SessionId, account: Option<AccountId>) -> Result<()> {
        let tx = self.0.store().begin().await?;
        let mut session = store::session::find(&tx, id).await?.ok_or(Error::NotFound)?;
        if actor.user() != Some(session.user_id) {
            return Err(Error::NotFound);
        }
        if let Some(wanted) = account {
            let found = store::account::find(&tx, wanted)
                .await?
                .filter(|found| found.seller_id == actor.seller);
            let found = found.ok_or(Error::NotFound)?;
            let is_staff = matches!(actor.who, Who::Staff { .. });
            let is_member = self.role_in(wanted, session.user_id).await?.is_some();
            if found.state == AccountState::Erased || !(is_staff || is_member) {
                return Err(Error::NotFound);
            }
        } else if !matches!(actor.who, Who::Staff { .. }) {
            return Err(Error::NotFound);
        }
        session.account_id = account;
        store::session::update(&tx, &session).await?;
        let details = serde_json::json!({ "account": account });
        audit::append(&tx, self.0, actor, "session.acts_in", &id, details);
        tx.commit().await?;
        Ok(())
    }

    async fn role_in(&self, account: AccountId, user: UserId) -> Result<Option<Role>> {
        let memberships = store::account::memberships_of(self.0.store().reader(), user).await?;
        Ok(memberships
            .into_iter()
            .find(|membership| membership.account_id == account)
            .map(|found| found.role))
    }

    async fn mark_seen(&self, id: SessionId, now: Timestamp) -> Result<()> {
        let tx = self.0.store().begin().await?;
        if let Some(mut session) = store::session::find(&tx, id).await? {
            session.seen_at = now;
            store::session::update(&tx, &session).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Opens a session with a fresh token (ASVS 7.2.4) and gives the token back: the only time it is known.
pub(super) async fn open(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    user: &User,
    stage: SessionStage,
    agent: &str,
) -> Result<SecretString> {
    let now = engine.clock().machine_now();
    let token = SecretString::from(seal::random::token());
    let life = if stage == SessionStage::SignedIn {
        ABSOLUTE
    } else {
        HALF_SIGNED_IN
    };
    let memberships = store::account::memberships_of(tx, user.id).await?;
    let session = Session {
        id: engine.new_id(),
        user_id: user.id,
        token_hash: hash(&token),
        stage,
        account_id: memberships
            .first()
            .filter(|_| user.staff_role.is_none())
            .map(|membership| membership.account_id),
        address: actor.address,
        agent: agent.chars().filter(|c| !c.is_control()).take(200).collect(),
        created_at: now,
        seen_at: now,
        expires_at: now + life,
        confirmed_at: (stage == SessionStage::SignedIn).then_some(now),
        ended_at: None,
    };
    store::session::insert(tx, &session).await?;
    Ok(token)
}

/// What is stored of a token.
pub(super) fn hash(token: &SecretString) -> Vec<u8> {
    seal::hash_token(token.expose_secret()).as_bytes().to_vec()
}

fn visitor(session: &Session, user: &User, account_role: Option<Role>, now: Timestamp) -> Visitor {
    Visitor {
        session: session.id,
        stage: session.stage,
        user: user.id,
        name: user.name.clone(),
        email: user.email.clone(),
        language: user.language.clone(),
        seller: user.seller_id,
        staff_role: user.staff_role,
        account: session.account_id,
        account_role,
        is_confirmed: session
            .confirmed_at
            .is_some_and(|at| now.duration_since(at) <= CONFIRMED_FOR),
    }
}
