//! Accounts: who buys. And memberships: which users act for an account, in which role.

use domain::{
    Currency, Money,
    id::{AccountId, MembershipId, NumberKind, SellerId, UserId},
    state::Role,
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    cell::stored_words,
    error::Result,
    page::{Cursor, Listing, Page, Start},
    record::{self, record, versioned},
    tx::{Conn, Tx},
};

stored_words! {
    /// Who stands behind an account; tax rates differ by it.
    AccountKind {
        /// A person.
        Person = "person",
        /// A company.
        Company = "company",
    }
}

stored_words! {
    /// Whether an account may buy.
    AccountState {
        /// It may.
        Active = "active",
        /// Staff stopped it: it sees what it has and buys nothing.
        Blocked = "blocked",
        /// The client left and its personal data are gone.
        Erased = "erased",
    }
}

record! {
    /// Who buys.
    pub struct Account in account "account" {
        key {
            /// Its id.
            id: AccountId,
        }
        /// Whose client.
        seller_id: SellerId,
        /// The number people call it by (`A-5`).
        number: i64,
        /// Name of the person or company, as on documents.
        name: String,
        /// What [`list`] searches; [`insert`] and [`update`] fill it.
        search: String,
        /// Person or company.
        kind: AccountKind,
        /// ISO 3166-1 alpha-2 country, or empty.
        country: String,
        /// Tax number, or empty.
        tax_number: String,
        /// The one currency of its money.
        currency: Currency,
        /// How far below zero its money may fall, in minor units.
        credit_limit: i64,
        /// Language tag of its mails.
        language: String,
        /// Whether it may buy.
        state: AccountState,
        /// What staff noted.
        note: String,
        /// When it was made.
        created_at: Timestamp,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(Account);

record! {
    /// A user in an account.
    pub struct Membership in membership "membership" {
        key {
            /// Its id.
            id: MembershipId,
        }
        /// The account.
        account_id: AccountId,
        /// Who may act for it.
        user_id: UserId,
        /// As what.
        role: Role,
        /// Since when.
        created_at: Timestamp,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(Membership);

impl Account {
    /// How far below zero its money may fall.
    #[must_use]
    pub fn credit_limit(&self) -> Money {
        Money::from_minor(self.credit_limit, self.currency)
    }

    fn with_search(&mut self) {
        self.search = [
            NumberKind::Account.show(self.number),
            self.name.clone(),
            self.tax_number.clone(),
        ]
        .join(" ")
        .to_lowercase();
    }
}

/// Which accounts are wanted.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Of this seller.
    pub seller: Option<SellerId>,
    /// In this state.
    pub state: Option<AccountState>,
    /// Part of the name, number or tax number, in any case.
    pub text: Option<String>,
}

/// The account with this id.
pub async fn find(conn: &dyn Conn, id: AccountId) -> Result<Option<Account>> {
    record::one(conn, account::Entity::find_by_id(id)).await
}

/// The account with this id, locked until the transaction ends: what depends on its money is decided one by one.
pub async fn lock(tx: &Tx, id: AccountId) -> Result<Option<Account>> {
    record::one(tx, record::locked(tx, account::Entity::find_by_id(id))).await
}

/// The accounts with these ids, in no order.
pub async fn find_many(conn: &dyn Conn, ids: &[AccountId]) -> Result<Vec<Account>> {
    let ids = ids.iter().map(|id| Uuid::from(*id));
    record::all(
        conn,
        account::Entity::find().filter(account::Column::Id.is_in(ids)),
    )
    .await
}

/// The account with this number.
pub async fn find_by_number(conn: &dyn Conn, number: i64) -> Result<Option<Account>> {
    record::one(
        conn,
        account::Entity::find().filter(account::Column::Number.eq(number)),
    )
    .await
}

/// The newest accounts first.
pub async fn list(conn: &dyn Conn, filter: &AccountFilter, page: &Page) -> Result<Listing<Account>> {
    use account::Column;
    let mut condition = Condition::all()
        .add_option(
            filter
                .seller
                .map(|seller| Column::SellerId.eq(Uuid::from(seller))),
        )
        .add_option(filter.state.map(|state| Column::State.eq(state.word())));
    if let Some(text) = filter
        .text
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        condition = condition.add(Column::Search.contains(text.to_lowercase()));
    }
    let query = account::Entity::find().filter(condition);
    let total = record::count::<Account>(conn, query.clone()).await?;
    let query = match &page.start {
        Start::After(cursor) => query.filter(Column::Number.lt(cursor.key::<i64>().unwrap_or(i64::MAX))),
        Start::Number(_) => query.offset(page.offset()),
    };
    let rows = record::all(conn, query.order_by_desc(Column::Number).limit(page.limit())).await?;
    Ok(Listing::cut(rows, page, Some(total), |account: &Account| {
        Cursor::of(&account.number)
    }))
}

/// Adds an account.
pub async fn insert(tx: &Tx, account: &mut Account) -> Result<()> {
    account.with_search();
    record::insert(tx, account).await
}

/// Adds many accounts: for imports and generated sets.
pub async fn insert_many(tx: &Tx, accounts: &mut [Account]) -> Result<()> {
    for account in accounts.iter_mut() {
        account.with_search();
    }
    record::insert_many(tx, accounts).await
}

/// Changes an account.
pub async fn update(tx: &Tx, account: &mut Account) -> Result<()> {
    account.with_search();
    record::update(tx, account).await
}

/// The memberships of a user, oldest first.
pub async fn memberships_of(conn: &dyn Conn, user: UserId) -> Result<Vec<Membership>> {
    use membership::Column;
    let query = membership::Entity::find()
        .filter(Column::UserId.eq(Uuid::from(user)))
        .order_by_asc(Column::Id);
    record::all(conn, query).await
}

/// The memberships in an account, oldest first.
pub async fn members(conn: &dyn Conn, account: AccountId) -> Result<Vec<Membership>> {
    use membership::Column;
    let query = membership::Entity::find()
        .filter(Column::AccountId.eq(Uuid::from(account)))
        .order_by_asc(Column::Id);
    record::all(conn, query).await
}

/// Lets a user act for an account.
pub async fn insert_membership(tx: &Tx, membership: &Membership) -> Result<()> {
    record::insert(tx, membership).await
}

/// Changes a role.
pub async fn update_membership(tx: &Tx, membership: &mut Membership) -> Result<()> {
    record::update(tx, membership).await
}

/// Ends a membership.
pub async fn delete_membership(tx: &Tx, id: MembershipId) -> Result<()> {
    record::delete::<Membership>(tx, membership::Column::Id.eq(Uuid::from(id)))
        .await
        .map(drop)
}
