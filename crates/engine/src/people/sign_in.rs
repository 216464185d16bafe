//! Signing in: password, second factor, giving the password again.

use domain::id::SessionId;
use secrecy::SecretString;
use store::{
    Tx,
    session::{Session, SessionStage},
    user::{User, UserState},
};

use super::{
    password,
    second_factor::{self, Enrolment},
    session,
    tries::Trying,
};
use crate::{
    Engine,
    actor::Actor,
    audit,
    error::{Error, Result},
};

/// Signing in.
pub struct SignIn<'a>(pub(super) &'a Engine);

/// What follows a right password.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// Goes into the cookie.
    pub token: SecretString,
    /// What is still to be done.
    pub stage: SessionStage,
}

impl SignIn<'_> {
    /// The first step. Whether the user exists cannot be told from the answer or from the time it takes.
    ///
    /// # Errors
    /// [`Error::Refused`] `wrong-credentials`, [`Error::TooManyTries`].
    pub async fn password(
        &self,
        actor: &Actor,
        email: &str,
        given: SecretString,
        agent: &str,
    ) -> Result<Challenge> {
        let engine = self.0;
        let trying = Trying::secret("password", store::user::email_key(email));
        trying.refuse_too_many(engine, actor).await?;
        let user = store::user::find_by_email(engine.store().reader(), actor.seller, email).await?;
        let hash = user.as_ref().and_then(|user| user.password_hash.clone());
        let is_right = password::matches(given, hash).await?;
        let Some(user) = user.filter(|user| is_right && user.state == UserState::Active) else {
            return self.fail(actor, &trying, "wrong-credentials").await;
        };
        let tx = engine.store().begin().await?;
        let stage = match second_factor::is_enrolled(&tx, user.id).await? {
            true => SessionStage::NeedsTotp,
            false if user.staff_role.is_some() => SessionStage::NeedsEnrolment,
            false => SessionStage::SignedIn,
        };
        let token = session::open(engine, &tx, actor, &user, stage, agent).await?;
        trying.forget(&tx).await?;
        if stage == SessionStage::SignedIn {
            self.note_signed_in(&tx, actor, user).await?;
        }
        tx.commit().await?;
        Ok(Challenge { token, stage })
    }

    /// The second step: a code of the app or a recovery code.
    ///
    /// # Errors
    /// [`Error::Refused`] `wrong-code`, [`Error::TooManyTries`], [`Error::SignInRequired`] when the first step is over.
    pub async fn code(
        &self,
        actor: &Actor,
        token: &SecretString,
        code: &str,
        agent: &str,
    ) -> Result<Challenge> {
        let (half, user) = self.half_signed_in(token, SessionStage::NeedsTotp).await?;
        let trying = Trying::secret("code", user.id);
        trying.refuse_too_many(self.0, actor).await?;
        let tx = self.0.store().begin().await?;
        if !second_factor::take(self.0, &tx, &user, code).await? {
            tx.rollback().await?;
            return self.fail(actor, &trying, "wrong-code").await;
        }
        let token = self.complete(&tx, actor, half, user, agent).await?;
        trying.forget(&tx).await?;
        tx.commit().await?;
        Ok(Challenge {
            token,
            stage: SessionStage::SignedIn,
        })
    }

    /// What the app needs, for staff who have no second factor yet.
    ///
    /// # Errors
    /// [`Error::SignInRequired`] when the first step is over.
    pub async fn enrolment(&self, token: &SecretString) -> Result<Enrolment> {
        let (_, user) = self.half_signed_in(token, SessionStage::NeedsEnrolment).await?;
        let tx = self.0.store().begin().await?;
        let enrolment = second_factor::enrolment(self.0, &tx, &user).await?;
        tx.commit().await?;
        Ok(enrolment)
    }

    /// Confirms the app by a first code; the recovery codes are shown this once.
    ///
    /// # Errors
    /// [`Error::Refused`] `wrong-code`, [`Error::TooManyTries`], [`Error::SignInRequired`].
    pub async fn enrol(
        &self,
        actor: &Actor,
        token: &SecretString,
        code: &str,
        agent: &str,
    ) -> Result<(Challenge, Vec<SecretString>)> {
        let (half, user) = self.half_signed_in(token, SessionStage::NeedsEnrolment).await?;
        let trying = Trying::secret("code", user.id);
        trying.refuse_too_many(self.0, actor).await?;
        let tx = self.0.store().begin().await?;
        let Some(codes) = second_factor::enrol(self.0, &tx, &user, code).await? else {
            tx.rollback().await?;
            return self.fail(actor, &trying, "wrong-code").await;
        };
        audit::append(
            &tx,
            self.0,
            actor,
            "user.second_factor_enrolled",
            &user.id,
            serde_json::json!({}),
        );
        let token = self.complete(&tx, actor, half, user, agent).await?;
        tx.commit().await?;
        Ok((
            Challenge {
                token,
                stage: SessionStage::SignedIn,
            },
            codes,
        ))
    }

    /// The password again, before something that needs it (ASVS 7.5.3).
    ///
    /// # Errors
    /// [`Error::Refused`] `wrong-credentials`, [`Error::TooManyTries`].
    pub async fn confirm(&self, actor: &Actor, id: SessionId, given: SecretString) -> Result<()> {
        let user = actor.user().ok_or(Error::SignInRequired)?;
        let trying = Trying::secret("confirm", user);
        trying.refuse_too_many(self.0, actor).await?;
        let user = store::user::find(self.0.store().reader(), user)
            .await?
            .ok_or(Error::SignInRequired)?;
        if !password::matches(given, user.password_hash.clone()).await? {
            return self.fail(actor, &trying, "wrong-credentials").await;
        }
        let tx = self.0.store().begin().await?;
        let mut session = store::session::find(&tx, id)
            .await?
            .ok_or(Error::SignInRequired)?;
        if session.user_id != user.id {
            return Err(Error::SignInRequired);
        }
        session.confirmed_at = Some(self.0.clock().machine_now());
        store::session::update(&tx, &session).await?;
        trying.forget(&tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends the half-open session and opens the real one under a fresh token.
    async fn complete(
        &self,
        tx: &Tx,
        actor: &Actor,
        mut half: Session,
        user: User,
        agent: &str,
    ) -> Result<SecretString> {
        half.ended_at = Some(self.0.clock().machine_now());
        store::session::update(tx, &half).await?;
        let token = session::open(self.0, tx, actor, &user, SessionStage::SignedIn, agent).await?;
        self.note_signed_in(tx, actor, user).await?;
        Ok(token)
    }

    async fn note_signed_in(&self, tx: &Tx, actor: &Actor, mut user: User) -> Result<()> {
        user.last_sign_in_at = Some(self.0.clock().machine_now());
        store::user::update(tx, &mut user).await?;
        audit::append(
            tx,
            self.0,
            actor,
            "user.signed_in",
            &user.id,
            serde_json::json!({}),
        );
        Ok(())
    }

    async fn half_signed_in(&self, token: &SecretString, stage: SessionStage) -> Result<(Session, User)> {
        let reader = self.0.store().reader();
        let session = store::session::find_by_token(reader, &session::hash(token)).await?;
        let now = self.0.clock().machine_now();
        let session = session
            .filter(|session| {
                session.stage == stage && session.ended_at.is_none() && session.expires_at > now
            })
            .ok_or(Error::SignInRequired)?;
        let user = store::user::find(reader, session.user_id).await?;
        let user = user
            .filter(|user| user.state == UserState::Active)
            .ok_or(Error::SignInRequired)?;
        Ok((session, user))
    }

    async fn fail<T>(&self, actor: &Actor, trying: &Trying, code: &'static str) -> Result<T> {
        let tx = self.0.store().begin().await?;
        trying.count(self.0, &tx, actor.address).await?;
        let details = serde_json::json!({ "reason": code });
        audit::append(
            &tx,
            self.0,
            actor,
            "user.sign_in_refused",
            &trying.subject(),
            details,
        );
        tx.commit().await?;
        Err(Error::refused(code))
    }
}
