//! Accounts: who buys.

use domain::{
    Currency, Money,
    contact::FieldProblem,
    id::{AccountId, NumberKind},
};
use store::{
    Listing, Page, Tx,
    account::{Account, AccountFilter, AccountKind, AccountState, Membership},
    user::User,
};

use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    error::{Error, Result},
};

/// Accounts.
pub struct Accounts<'a>(pub(super) &'a Engine);

/// What an account is opened with.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Name of the company or person.
    pub name: String,
    /// Company or person.
    pub kind: AccountKind,
    /// Country, two capitals; decides the tax rate.
    pub country: String,
    /// VAT or tax number, may be empty.
    pub tax_number: String,
    /// Currency of balance and prices.
    pub currency: Currency,
    /// Language of its mails, `en` or `ru`.
    pub language: String,
}

/// What staff change about an account.
#[derive(Debug, Clone)]
pub struct AccountChange {
    /// Name of the company or person.
    pub name: String,
    /// Country, two capitals.
    pub country: String,
    /// VAT or tax number.
    pub tax_number: String,
    /// Language of its mails.
    pub language: String,
    /// How far below zero the balance may go.
    pub credit_limit: Money,
    /// Note that only staff see.
    pub note: String,
    /// Active or blocked.
    pub state: AccountState,
    /// The version that was read.
    pub version: i64,
}

impl Accounts<'_> {
    /// Opens an account.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn open(&self, actor: &Actor, new: NewAccount) -> Result<Account> {
        authority::require(actor, Permission::ManageAccounts)?;
        let tx = self.0.store().begin().await?;
        let account = new_account(self.0, &tx, actor, new).await?;
        tx.commit().await?;
        Ok(account)
    }

    /// The seller's accounts.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn list(&self, actor: &Actor, filter: AccountFilter, page: &Page) -> Result<Listing<Account>> {
        authority::require(actor, Permission::ManageAccounts)?;
        let filter = AccountFilter {
            seller: Some(actor.seller),
            ..filter
        };
        Ok(store::account::list(self.0.store().reader(), &filter, page).await?)
    }

    /// One account, for staff and its members.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn show(&self, actor: &Actor, id: AccountId) -> Result<Account> {
        let account = store::account::find(self.0.store().reader(), id)
            .await?
            .ok_or(Error::NotFound)?;
        authority::see(actor, account.seller_id, Some(account.id))?;
        Ok(account)
    }

    /// One account by its human number.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn find_by_number(&self, actor: &Actor, number: i64) -> Result<Account> {
        let account = store::account::find_by_number(self.0.store().reader(), number)
            .await?
            .ok_or(Error::NotFound)?;
        authority::see(actor, account.seller_id, Some(account.id))?;
        Ok(account)
    }

    /// The members of an account with their users.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn members(&self, actor: &Actor, id: AccountId) -> Result<Vec<(Membership, User)>> {
        self.show(actor, id).await?;
        let reader = self.0.store().reader();
        let members = store::account::members(reader, id).await?;
        let ids: Vec<_> = members.iter().map(|member| member.user_id).collect();
        let users = store::user::find_many(reader, &ids).await?;
        let with_users = members.into_iter().filter_map(|member| {
            let user = users.iter().find(|user| user.id == member.user_id)?.clone();
            Some((member, user))
        });
        Ok(with_users.collect())
    }

    /// The accounts that the actor may act in: their memberships.
    ///
    /// # Errors
    /// [`Error::SignInRequired`].
    pub async fn own(&self, actor: &Actor) -> Result<Vec<Account>> {
        let user = actor.user().ok_or(Error::SignInRequired)?;
        let reader = self.0.store().reader();
        let mut accounts = Vec::new();
        for membership in store::account::memberships_of(reader, user).await? {
            accounts.extend(store::account::find(reader, membership.account_id).await?);
        }
        Ok(accounts)
    }

    /// Changes an account. Its currency never changes: its ledger is kept in it.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Invalid`], [`Error::Conflict`].
    pub async fn change(&self, actor: &Actor, id: AccountId, change: AccountChange) -> Result<()> {
        authority::require(actor, Permission::ManageAccounts)?;
        let mut account = self.show(actor, id).await?;
        let mut problems = problems(&change.name, &change.country);
        if change.credit_limit.currency() != account.currency || change.credit_limit.is_negative() {
            problems.push(FieldProblem {
                field: "credit_limit".to_owned(),
                code: "amount",
            });
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        if account.credit_limit() != change.credit_limit {
            // Raising credit is money: the password is asked again (ASVS 7.5.3).
            actor.require_confirmation()?;
        }
        let before =
            serde_json::json!({ "name": account.name, "credit_limit": account.credit_limit().to_string() });
        account.name = change.name.trim().to_owned();
        account.country = change.country;
        account.tax_number = change.tax_number.trim().to_owned();
        account.language = change.language;
        account.credit_limit = change.credit_limit.minor()?;
        account.note = change.note;
        account.state = change.state;
        account.version = change.version;
        let tx = self.0.store().begin().await?;
        store::account::update(&tx, &mut account).await?;
        let after =
            serde_json::json!({ "name": account.name, "credit_limit": change.credit_limit.to_string() });
        let details = serde_json::json!({ "before": before, "after": after });
        audit::append(&tx, self.0, actor, "account.changed", &id, details);
        tx.commit().await?;
        Ok(())
    }
}

/// Opens an account inside a transaction of the caller.
pub(super) async fn new_account(engine: &Engine, tx: &Tx, actor: &Actor, new: NewAccount) -> Result<Account> {
    let problems = problems(&new.name, &new.country);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let mut account = Account {
        id: engine.new_id(),
        seller_id: actor.seller,
        number: store::counter::next_number(tx, NumberKind::Account).await?,
        name: new.name.trim().to_owned(),
        search: String::new(),
        kind: new.kind,
        country: new.country,
        tax_number: new.tax_number.trim().to_owned(),
        currency: new.currency,
        credit_limit: 0,
        language: new.language,
        state: AccountState::Active,
        note: String::new(),
        created_at: engine.now(),
        version: 1,
    };
    store::account::insert(tx, &mut account).await?;
    audit::append(
        tx,
        engine,
        actor,
        "account.opened",
        &account.id,
        serde_json::json!({ "name": account.name }),
    );
    Ok(account)
}

fn problems(name: &str, country: &str) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    if name.trim().is_empty() || name.chars().count() > 200 {
        problems.push(FieldProblem {
            field: "name".to_owned(),
            code: "required",
        });
    }
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        problems.push(FieldProblem {
            field: "country".to_owned(),
            code: "country",
        });
    }
    problems
}
