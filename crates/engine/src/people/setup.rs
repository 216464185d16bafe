//! The first run: whoever holds the token that the server printed becomes the first administrator. There are no
//! default accounts (ASVS 6.3.2).

use domain::{contact::is_mail_address, state::Role};
use jiff::SignedDuration;
use secrecy::SecretString;
use store::{
    session::{OneTimeToken, SessionStage, TokenPurpose},
    user::{User, UserState},
};

use super::{password, session, sign_in::Challenge};
use crate::{
    Engine,
    actor::Actor,
    audit,
    error::{Error, Result},
};

/// A set-up link works so long; the next start prints a new one.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// The first-run set-up.
pub struct SetUp<'a>(pub(super) &'a Engine);

/// The first administrator.
#[derive(Debug, Clone)]
pub struct NewAdministrator {
    /// Address to sign in with.
    pub email: String,
    /// Name as shown.
    pub name: String,
    /// Password.
    pub password: SecretString,
    /// Language of the interface, `en` or `ru`.
    pub language: String,
}

impl SetUp<'_> {
    /// Whether nobody of the seller's company can sign in yet.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn is_needed(&self) -> Result<bool> {
        Ok(store::user::count_staff(self.0.store().reader()).await? == 0)
    }

    /// A fresh token for the set-up link; earlier ones end. None when set-up is done.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn new_token(&self) -> Result<Option<SecretString>> {
        let now = self.0.clock().machine_now();
        let tx = self.0.store().begin().await?;
        if store::user::count_staff(&tx).await? > 0 {
            return Ok(None);
        }
        store::session::void_tokens(&tx, TokenPurpose::SetUp, None, now).await?;
        let token = SecretString::from(seal::random::token());
        let row = OneTimeToken {
            id: seal::random::uuid_v7(now),
            purpose: TokenPurpose::SetUp,
            user_id: None,
            token_hash: session::hash(&token),
            created_at: now,
            expires_at: now + TOKEN_LIFE,
            used_at: None,
        };
        store::session::insert_token(&tx, &row).await?;
        tx.commit().await?;
        Ok(Some(token))
    }

    /// Whether the token of a set-up link is good, without using it.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn accepts(&self, token: &SecretString) -> Result<bool> {
        let now = self.0.clock().machine_now();
        let hash = session::hash(token);
        let found = store::session::find_live_token(self.0.store().reader(), TokenPurpose::SetUp, &hash, now);
        Ok(found.await?.is_some())
    }

    /// Makes the first administrator and signs them in as far as the second factor.
    ///
    /// # Errors
    /// [`Error::Invalid`] per field, [`Error::Refused`] `set-up-link-over`.
    pub async fn begin(
        &self,
        actor: &Actor,
        token: &SecretString,
        new: NewAdministrator,
        agent: &str,
    ) -> Result<Challenge> {
        refuse_wrong_fields(&new)?;
        let hash = password::hash(new.password).await?;
        let now = self.0.clock().machine_now();
        let tx = self.0.store().begin().await?;
        let is_good = store::session::use_token(&tx, TokenPurpose::SetUp, &session::hash(token), now)
            .await?
            .is_some();
        if !is_good || store::user::count_staff(&tx).await? > 0 {
            return Err(Error::refused("set-up-link-over"));
        }
        let mut user = User {
            id: self.0.new_id(),
            seller_id: actor.seller,
            email: new.email.trim().to_owned(),
            email_key: String::new(),
            name: new.name.trim().to_owned(),
            password_hash: Some(hash),
            password_changed_at: Some(now),
            staff_role: Some(Role::Administrator),
            language: new.language,
            state: UserState::Active,
            confirmed_at: Some(now),
            last_sign_in_at: None,
            created_at: self.0.now(),
            version: 1,
        };
        store::user::insert(&tx, &mut user).await?;
        audit::append(
            &tx,
            self.0,
            actor,
            "setup.done",
            &user.id,
            serde_json::json!({ "email": user.email }),
        );
        let token = session::open(self.0, &tx, actor, &user, SessionStage::NeedsEnrolment, agent).await?;
        tx.commit().await?;
        Ok(Challenge {
            token,
            stage: SessionStage::NeedsEnrolment,
        })
    }
}

fn refuse_wrong_fields(new: &NewAdministrator) -> Result<()> {
    let mut problems = Vec::new();
    let mut wrong = |field: &str, code| {
        problems.push(domain::contact::FieldProblem {
            field: field.to_owned(),
            code,
        });
    };
    if !is_mail_address(new.email.trim()) {
        wrong("email", "email");
    }
    if new.name.trim().is_empty() {
        wrong("name", "required");
    }
    if let Some(code) = password::obstacle(&new.password, &new.email) {
        wrong("password", code);
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}
