//! What follows a mail: confirming an address after registering, choosing a new password after forgetting one.
//!
//! Neither tells whether an address is known: the answer is the same, and the difference goes out by mail
//! (ASVS 6.3.8).

use domain::{
    Currency,
    contact::{FieldProblem, is_mail_address},
    id::UserId,
    state::Role,
};
use jiff::SignedDuration;
use notify::{
    Link, Mail, SecretLink,
    mail::{ConfirmAddress, PasswordReset},
};
use secrecy::{ExposeSecret as _, SecretString};
use store::{
    Tx,
    account::{AccountKind, Membership},
    session::{OneTimeToken, TokenPurpose},
    user::{User, UserState},
};

use super::{
    account::{NewAccount, new_account},
    password, session,
    tries::Trying,
};
use crate::{
    Engine,
    actor::Actor,
    audit,
    error::{Error, Result},
    notices::{self, NewNotice},
    settings::Settings,
};

/// How long a confirmation link works.
const CONFIRM_LIFE: SignedDuration = SignedDuration::from_hours(48);
/// How long a reset link works.
const RESET_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// Registering, confirming, resetting.
pub struct Registration<'a>(pub(super) &'a Engine);

/// What a client who registers types.
#[derive(Debug, Clone)]
pub struct NewClient {
    /// Address to sign in with.
    pub email: String,
    /// Name of the person.
    pub name: String,
    /// Name of the company, or of the person again.
    pub account_name: String,
    /// Company or person.
    pub kind: AccountKind,
    /// Country, two capitals.
    pub country: String,
    /// Currency of the account.
    pub currency: Currency,
    /// Password.
    pub password: SecretString,
    /// Language, `en` or `ru`.
    pub language: String,
}

impl Registration<'_> {
    /// Opens an account with its first user, who must confirm the address. When the address is known already, its owner
    /// gets a mail that says so instead.
    ///
    /// # Errors
    /// [`Error::Invalid`] per field, [`Error::TooManyTries`], [`Error::Refused`] `registration-closed`.
    pub async fn register(&self, actor: &Actor, new: NewClient) -> Result<()> {
        let problems = problems(&new);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let trying = Trying::mail(&new.email);
        trying.refuse_too_many(self.0, actor).await?;
        let hash = password::hash(new.password.clone()).await?;
        let tx = self.0.store().begin().await?;
        if !Settings::load(&tx, actor).await?.registration_open {
            return Err(Error::refused("registration-closed"));
        }
        trying.count(self.0, &tx, actor.address).await?;
        match store::user::find_by_email(&tx, actor.seller, &new.email).await? {
            Some(known) if known.state == UserState::Unconfirmed => {
                self.send_confirmation(&tx, actor, &known).await?;
            }
            Some(known) => self.send_reset(&tx, actor, &known).await?,
            None => {
                let user = self.add_client(&tx, actor, new, hash).await?;
                self.send_confirmation(&tx, actor, &user).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Follows the link in the mail.
    ///
    /// # Errors
    /// [`Error::Refused`] `link-over` when it was used or is too old.
    pub async fn confirm_address(&self, actor: &Actor, token: &SecretString) -> Result<()> {
        let tx = self.0.store().begin().await?;
        let mut user = self.user_of(&tx, TokenPurpose::ConfirmAddress, token).await?;
        let now = self.0.clock().machine_now();
        user.confirmed_at = Some(now);
        if user.state == UserState::Unconfirmed {
            user.state = UserState::Active;
        }
        store::user::update(&tx, &mut user).await?;
        audit::append(
            &tx,
            self.0,
            actor,
            "user.address_confirmed",
            &user.id,
            serde_json::json!({}),
        );
        tx.commit().await?;
        Ok(())
    }

    /// Sends a link for a new password, if the address is known.
    ///
    /// # Errors
    /// [`Error::TooManyTries`], [`Error::Store`].
    pub async fn ask_reset(&self, actor: &Actor, email: &str) -> Result<()> {
        let trying = Trying::mail(email);
        trying.refuse_too_many(self.0, actor).await?;
        let tx = self.0.store().begin().await?;
        trying.count(self.0, &tx, actor.address).await?;
        match store::user::find_by_email(&tx, actor.seller, email).await? {
            Some(user) if user.state == UserState::Unconfirmed => {
                self.send_confirmation(&tx, actor, &user).await?;
            }
            Some(user) if user.state == UserState::Active => self.send_reset(&tx, actor, &user).await?,
            Some(_) | None => {}
        }
        tx.commit().await?;
        Ok(())
    }

    /// Sets the new password. Every session of the user ends; the second factor stays.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the password, [`Error::Refused`] `link-over`.
    pub async fn reset(&self, actor: &Actor, token: &SecretString, new: SecretString) -> Result<()> {
        let hash = {
            let reader = self.0.store().reader();
            let now = self.0.clock().machine_now();
            let hash = session::hash(token);
            let live =
                store::session::find_live_token(reader, TokenPurpose::ResetPassword, &hash, now).await?;
            let user = live
                .and_then(|token| token.user_id)
                .ok_or(Error::refused("link-over"))?;
            let email = store::user::find(reader, user)
                .await?
                .map(|user| user.email)
                .unwrap_or_default();
            if let Some(code) = password::obstacle(&new, &email) {
                return Err(Error::field("password", code));
            }
            password::hash(new).await?
        };
        let tx = self.0.store().begin().await?;
        let mut user = self.user_of(&tx, TokenPurpose::ResetPassword, token).await?;
        set_password(self.0, &tx, actor, &mut user, hash).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn add_client(&self, tx: &Tx, actor: &Actor, new: NewClient, hash: SecretString) -> Result<User> {
        let account = NewAccount {
            name: new.account_name,
            kind: new.kind,
            country: new.country,
            tax_number: String::new(),
            currency: new.currency,
            language: new.language.clone(),
        };
        let account = new_account(self.0, tx, actor, account).await?;
        let mut user = User {
            id: self.0.new_id(),
            seller_id: actor.seller,
            email: new.email.trim().to_owned(),
            email_key: String::new(),
            name: new.name.trim().to_owned(),
            password_hash: Some(hash),
            password_changed_at: Some(self.0.clock().machine_now()),
            staff_role: None,
            language: new.language,
            state: UserState::Unconfirmed,
            confirmed_at: None,
            last_sign_in_at: None,
            created_at: self.0.now(),
            version: 1,
        };
        store::user::insert(tx, &mut user).await?;
        let membership = Membership {
            id: self.0.new_id(),
            account_id: account.id,
            user_id: user.id,
            role: Role::Owner,
            created_at: self.0.now(),
            version: 1,
        };
        store::account::insert_membership(tx, &membership).await?;
        audit::append(
            tx,
            self.0,
            actor,
            "user.registered",
            &user.id,
            serde_json::json!({ "account": account.id }),
        );
        Ok(user)
    }

    async fn send_confirmation(&self, tx: &Tx, actor: &Actor, user: &User) -> Result<()> {
        let token = self
            .new_token(tx, TokenPurpose::ConfirmAddress, user.id, CONFIRM_LIFE)
            .await?;
        let valid_until = self.0.clock().machine_now() + CONFIRM_LIFE;
        let link = self.secret_link("confirm", &token)?;
        self.send(
            tx,
            actor,
            user,
            Mail::ConfirmAddress(ConfirmAddress { link, valid_until }),
        )
        .await
    }

    async fn send_reset(&self, tx: &Tx, actor: &Actor, user: &User) -> Result<()> {
        let token = self
            .new_token(tx, TokenPurpose::ResetPassword, user.id, RESET_LIFE)
            .await?;
        let valid_until = self.0.clock().machine_now() + RESET_LIFE;
        let link = self.secret_link("reset", &token)?;
        self.send(
            tx,
            actor,
            user,
            Mail::PasswordReset(PasswordReset { link, valid_until }),
        )
        .await
    }

    fn secret_link(&self, path: &str, token: &SecretString) -> Result<SecretLink> {
        let address = format!("{}/{path}/{}", self.0.config().public_url, token.expose_secret());
        let link =
            Link::parse(address).map_err(|error| Error::Internal(format!("the public address: {error}")))?;
        Ok(SecretLink::new(link))
    }

    async fn send(&self, tx: &Tx, actor: &Actor, user: &User, mail: Mail) -> Result<()> {
        let new = NewNotice {
            seller: actor.seller,
            recipient: user.email.clone(),
            language: user.language.clone(),
            // Each link is a mail of its own.
            dedup_key: format!("{}:{}", mail.kind().word(), seal::random::token()),
            account: None,
            service: None,
            certificate: None,
            mail,
        };
        notices::enqueue(self.0, tx, new).await.map(drop)
    }

    async fn new_token(
        &self,
        tx: &Tx,
        purpose: TokenPurpose,
        user: UserId,
        life: SignedDuration,
    ) -> Result<SecretString> {
        let now = self.0.clock().machine_now();
        store::session::void_tokens(tx, purpose, Some(user), now).await?;
        let token = SecretString::from(seal::random::token());
        let row = OneTimeToken {
            id: seal::random::uuid_v7(now),
            purpose,
            user_id: Some(user),
            token_hash: session::hash(&token),
            created_at: now,
            expires_at: now + life,
            used_at: None,
        };
        store::session::insert_token(tx, &row).await?;
        Ok(token)
    }

    async fn user_of(&self, tx: &Tx, purpose: TokenPurpose, token: &SecretString) -> Result<User> {
        let now = self.0.clock().machine_now();
        let token = store::session::use_token(tx, purpose, &session::hash(token), now).await?;
        let user = token
            .and_then(|token| token.user_id)
            .ok_or(Error::refused("link-over"))?;
        store::user::find(tx, user)
            .await?
            .ok_or(Error::refused("link-over"))
    }
}

/// Sets a password and ends every session of the user.
pub(super) async fn set_password(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    user: &mut User,
    hash: SecretString,
) -> Result<()> {
    let now = engine.clock().machine_now();
    user.password_hash = Some(hash);
    user.password_changed_at = Some(now);
    store::user::update(tx, user).await?;
    store::session::end_all_of(tx, user.id, None, now).await?;
    audit::append(
        tx,
        engine,
        actor,
        "user.password_changed",
        &user.id,
        serde_json::json!({}),
    );
    Ok(())
}

fn problems(new: &NewClient) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    let mut wrong = |field: &str, code| {
        problems.push(FieldProblem {
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
    if new.account_name.trim().is_empty() {
        wrong("account_name", "required");
    }
    if new.country.len() != 2 || !new.country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        wrong("country", "country");
    }
    if let Some(code) = password::obstacle(&new.password, &new.email) {
        wrong("password", code);
    }
    problems
}
