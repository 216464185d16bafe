//! Users: of the seller's company, and of accounts.

use domain::{
    contact::{FieldProblem, is_mail_address},
    id::{AccountId, MembershipId, SessionId, UserId},
    state::Role,
};
use secrecy::SecretString;
use store::{
    Listing, Page,
    account::{Account, Membership},
    department::Department,
    user::{User, UserFilter, UserState},
};

use super::{password, registration::set_password};
use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    error::{Error, Result},
};

/// Users.
pub struct Users<'a>(pub(super) &'a Engine);

/// A new user whom staff or an owner adds.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Address to sign in with.
    pub email: String,
    /// Name as shown.
    pub name: String,
    /// First password; without one the user asks for a reset.
    pub password: Option<SecretString>,
    /// Language, `en` or `ru`.
    pub language: String,
}

/// What users change about themselves.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Name as shown.
    pub name: String,
    /// Language, `en` or `ru`.
    pub language: String,
}

/// A user with what belongs to them.
#[derive(Debug, Clone)]
pub struct UserView {
    /// The user.
    pub user: User,
    /// Whether they have a confirmed second factor.
    pub has_second_factor: bool,
    /// The accounts they may act in, oldest membership first.
    pub memberships: Vec<(Membership, Account)>,
    /// The departments they work in.
    pub departments: Vec<Department>,
}

impl Users<'_> {
    /// Users of the seller's company and of clients.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn list(&self, actor: &Actor, filter: UserFilter, page: &Page) -> Result<Listing<User>> {
        authority::require(actor, Permission::ManageAccounts)?;
        let filter = UserFilter {
            seller: Some(actor.seller),
            ..filter
        };
        Ok(store::user::list(self.0.store().reader(), &filter, page).await?)
    }

    /// One user, for staff or the user.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn show(&self, actor: &Actor, id: UserId) -> Result<User> {
        if actor.user() != Some(id) {
            authority::require(actor, Permission::ManageAccounts).map_err(|_| Error::NotFound)?;
        }
        let user = store::user::find(self.0.store().reader(), id)
            .await?
            .ok_or(Error::NotFound)?;
        if user.seller_id == actor.seller {
            Ok(user)
        } else {
            Err(Error::NotFound)
        }
    }

    /// One user with accounts, departments and whether there is a second factor.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn view(&self, actor: &Actor, id: UserId) -> Result<UserView> {
        authority::require(actor, Permission::ManageAccounts)?;
        let user = self.show(actor, id).await?;
        let reader = self.0.store().reader();
        let totp = store::user::find_totp(reader, id).await?;
        let memberships = store::account::memberships_of(reader, id).await?;
        let ids: Vec<_> = memberships.iter().map(|one| one.account_id).collect();
        let accounts = store::account::find_many(reader, &ids).await?;
        let account = |id| accounts.iter().find(|account| account.id == id).cloned();
        let departments = store::department::departments_of(reader, id).await?;
        let mut all = store::department::list(reader, user.seller_id).await?;
        all.retain(|department| departments.contains(&department.id));
        Ok(UserView {
            has_second_factor: totp.is_some_and(|totp| totp.confirmed_at.is_some()),
            memberships: memberships
                .into_iter()
                .filter_map(|one| account(one.account_id).map(|account| (one, account)))
                .collect(),
            departments: all,
            user,
        })
    }

    /// Finds a user by address.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn find_by_email(&self, actor: &Actor, email: &str) -> Result<User> {
        authority::require(actor, Permission::ManageAccounts)?;
        store::user::find_by_email(self.0.store().reader(), actor.seller, email)
            .await?
            .ok_or(Error::NotFound)
    }

    /// Adds somebody of the seller's company.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn add_staff(&self, actor: &Actor, new: NewUser, role: Role) -> Result<UserId> {
        authority::require(actor, Permission::ManageStaff)?;
        if !role.is_staff() {
            return Err(Error::field("role", "role"));
        }
        let user = self.add(actor, new, Some(role)).await?;
        Ok(user.id)
    }

    /// Adds a user to an account: staff for any, owners for their own. A known address gets a membership only.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Invalid`].
    pub async fn add_member(
        &self,
        actor: &Actor,
        account: AccountId,
        new: NewUser,
        role: Role,
    ) -> Result<UserId> {
        self.require_ruling(actor, account).await?;
        if role.is_staff() {
            return Err(Error::field("role", "role"));
        }
        let known = store::user::find_by_email(self.0.store().reader(), actor.seller, &new.email).await?;
        let user = match known {
            Some(user) if user.staff_role.is_none() => user,
            Some(_) => return Err(Error::field("email", "taken")),
            None => self.add(actor, new, None).await?,
        };
        let tx = self.0.store().begin().await?;
        let membership = Membership {
            id: self.0.new_id(),
            account_id: account,
            user_id: user.id,
            role,
            created_at: self.0.now(),
            version: 1,
        };
        match store::account::insert_membership(&tx, &membership).await {
            Err(store::Error::Duplicate { .. }) => return Err(Error::field("email", "taken")),
            other => other?,
        }
        let details = serde_json::json!({ "account": account, "role": role });
        audit::append(&tx, self.0, actor, "membership.added", &user.id, details);
        tx.commit().await?;
        Ok(user.id)
    }

    /// Takes a user out of an account; the last owner stays.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Refused`] `last-owner`.
    pub async fn remove_member(&self, actor: &Actor, account: AccountId, id: MembershipId) -> Result<()> {
        self.require_ruling(actor, account).await?;
        let tx = self.0.store().begin().await?;
        let members = store::account::members(&tx, account).await?;
        let leaving = members
            .iter()
            .find(|member| member.id == id)
            .ok_or(Error::NotFound)?;
        let owners = members.iter().filter(|member| member.role == Role::Owner).count();
        if leaving.role == Role::Owner && owners == 1 {
            return Err(Error::refused("last-owner"));
        }
        store::account::delete_membership(&tx, id).await?;
        store::session::end_all_of(&tx, leaving.user_id, None, self.0.clock().machine_now()).await?;
        let details = serde_json::json!({ "account": account });
        audit::append(
            &tx,
            self.0,
            actor,
            "membership.removed",
            &leaving.user_id,
            details,
        );
        tx.commit().await?;
        Ok(())
    }

    /// Switches a user off or on; switching off ends every session (ASVS 7.4.2).
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Refused`] `not-yourself`.
    pub async fn switch(&self, actor: &Actor, id: UserId, state: UserState) -> Result<()> {
        let mut user = self.show(actor, id).await?;
        let needed = if user.staff_role.is_some() {
            Permission::ManageStaff
        } else {
            Permission::ManageAccounts
        };
        authority::require(actor, needed)?;
        if actor.user() == Some(id) {
            return Err(Error::refused("not-yourself"));
        }
        let tx = self.0.store().begin().await?;
        user.state = state;
        store::user::update(&tx, &mut user).await?;
        if state != UserState::Active {
            store::session::end_all_of(&tx, id, None, self.0.clock().machine_now()).await?;
        }
        audit::append(
            &tx,
            self.0,
            actor,
            "user.switched",
            &id,
            serde_json::json!({ "state": state.word() }),
        );
        tx.commit().await?;
        Ok(())
    }

    /// Takes the second factor away, for somebody who lost it; they enrol again at the next sign-in.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn reset_second_factor(&self, actor: &Actor, id: UserId) -> Result<()> {
        authority::require(actor, Permission::ManageStaff)?;
        actor.require_confirmation()?;
        let user = self.show(actor, id).await?;
        let tx = self.0.store().begin().await?;
        store::user::delete_totp(&tx, user.id).await?;
        store::session::end_all_of(&tx, user.id, None, self.0.clock().machine_now()).await?;
        audit::append(
            &tx,
            self.0,
            actor,
            "user.second_factor_reset",
            &id,
            serde_json::json!({}),
        );
        tx.commit().await?;
        Ok(())
    }

    /// Sets a user's password without the old one: the command line, and administrators.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn set_password(&self, actor: &Actor, id: UserId, new: SecretString) -> Result<()> {
        authority::require(actor, Permission::ManageStaff)?;
        actor.require_confirmation()?;
        let mut user = self.show(actor, id).await?;
        if let Some(code) = password::obstacle(&new, &user.email) {
            return Err(Error::field("password", code));
        }
        let hash = password::hash(new).await?;
        let tx = self.0.store().begin().await?;
        set_password(self.0, &tx, actor, &mut user, hash).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Changes one's own password, with the old one (ASVS 6.2.3). Other sessions end.
    ///
    /// # Errors
    /// [`Error::Refused`] `wrong-credentials`, [`Error::Invalid`].
    pub async fn change_password(
        &self,
        actor: &Actor,
        here: SessionId,
        old: SecretString,
        new: SecretString,
    ) -> Result<()> {
        let id = actor.user().ok_or(Error::SignInRequired)?;
        let mut user = store::user::find(self.0.store().reader(), id)
            .await?
            .ok_or(Error::SignInRequired)?;
        self.0.sign_in().confirm(actor, here, old).await?;
        if let Some(code) = password::obstacle(&new, &user.email) {
            return Err(Error::field("password", code));
        }
        let hash = password::hash(new).await?;
        let now = self.0.clock().machine_now();
        let tx = self.0.store().begin().await?;
        user.password_hash = Some(hash);
        user.password_changed_at = Some(now);
        store::user::update(&tx, &mut user).await?;
        store::session::end_all_of(&tx, id, Some(here), now).await?;
        audit::append(
            &tx,
            self.0,
            actor,
            "user.password_changed",
            &id,
            serde_json::json!({}),
        );
        tx.commit().await?;
        Ok(())
    }

    /// Changes one's own name and language.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::SignInRequired`].
    pub async fn change_profile(&self, actor: &Actor, profile: Profile) -> Result<()> {
        let id = actor.user().ok_or(Error::SignInRequired)?;
        if profile.name.trim().is_empty() {
            return Err(Error::field("name", "required"));
        }
        let tx = self.0.store().begin().await?;
        let mut user = store::user::find(&tx, id).await?.ok_or(Error::SignInRequired)?;
        user.name = profile.name.trim().to_owned();
        user.language = profile.language;
        store::user::update(&tx, &mut user).await?;
        audit::append(
            &tx,
            self.0,
            actor,
            "user.profile_changed",
            &id,
            serde_json::json!({}),
        );
        tx.commit().await?;
        Ok(())
    }

    async fn add(&self, actor: &Actor, new: NewUser, staff_role: Option<Role>) -> Result<User> {
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
        if let Some(code) = new
            .password
            .as_ref()
            .and_then(|given| password::obstacle(given, &new.email))
        {
            wrong("password", code);
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let hash = match new.password {
            Some(given) => Some(password::hash(given).await?),
            None => None,
        };
        let now = self.0.clock().machine_now();
        let tx = self.0.store().begin().await?;
        let mut user = User {
            id: self.0.new_id(),
            seller_id: actor.seller,
            email: new.email.trim().to_owned(),
            email_key: String::new(),
            name: new.name.trim().to_owned(),
            password_changed_at: hash.is_some().then_some(now),
            password_hash: hash,
            staff_role,
            language: new.language,
            state: UserState::Active,
            confirmed_at: Some(now),
            last_sign_in_at: None,
            created_at: self.0.now(),
            version: 1,
        };
        match store::user::insert(&tx, &mut user).await {
            Err(store::Error::Duplicate { .. }) => return Err(Error::field("email", "taken")),
            other => other?,
        }
        let details = serde_json::json!({ "email": user.email, "staff_role": staff_role });
        audit::append(&tx, self.0, actor, "user.added", &user.id, details);
        tx.commit().await?;
        Ok(user)
    }

    /// Staff rule every account's members, owners their own's.
    async fn require_ruling(&self, actor: &Actor, account: AccountId) -> Result<()> {
        let found = store::account::find(self.0.store().reader(), account)
            .await?
            .ok_or(Error::NotFound)?;
        authority::see(actor, found.seller_id, Some(found.id))?;
        if authority::may(actor, Permission::ManageAccounts)
            || authority::may(actor, Permission::ManageTokens)
        {
            return Ok(());
        }
        Err(Error::Forbidden)
    }
}
