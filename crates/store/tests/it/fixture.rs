//! Rows that tests need before they can begin.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::{Currency, id::NumberKind};
use jiff::Timestamp;
use store::{
    Store, Tx,
    account::{Account, AccountKind, AccountState},
    counter,
    seller::Seller,
    user::{User, UserState},
};
use uuid::Uuid;

/// An id that no other call gave, and that sorts after those.
pub(crate) fn fresh() -> Uuid {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u128(
        0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(COUNT.fetch_add(1, Ordering::Relaxed)),
    )
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

pub(crate) async fn seller(store: &Store) -> Seller {
    let seller = Seller {
        id: fresh().into(),
        name: "Example Hosting".into(),
        time_zone: "UTC".into(),
        currency: Currency::EUR,
        created_at: at(0),
        version: 1,
    };
    let tx = store.begin().await.unwrap();
    store::seller::insert(&tx, &seller).await.unwrap();
    tx.commit().await.unwrap();
    seller
}

pub(crate) async fn account(tx: &Tx, seller: &Seller, name: &str) -> Account {
    let mut account = Account {
        id: fresh().into(),
        seller_id: seller.id,
        number: counter::next_number(tx, NumberKind::Account).await.unwrap(),
        name: name.into(),
        search: String::new(),
        kind: AccountKind::Company,
        country: "NL".into(),
        tax_number: "NL001".into(),
        currency: Currency::EUR,
        credit_limit: 0,
        language: "en".into(),
        state: AccountState::Active,
        note: String::new(),
        created_at: at(0),
        version: 1,
    };
    store::account::insert(tx, &mut account).await.unwrap();
    account
}

pub(crate) async fn user(tx: &Tx, seller: &Seller, email: &str) -> User {
    let mut user = User {
        id: fresh().into(),
        seller_id: seller.id,
        email: email.into(),
        email_key: String::new(),
        name: "Ann".into(),
        password_hash: None,
        password_changed_at: None,
        staff_role: None,
        language: "en".into(),
        state: UserState::Active,
        confirmed_at: None,
        last_sign_in_at: None,
        created_at: at(0),
        version: 1,
    };
    store::user::insert(tx, &mut user).await.unwrap();
    user
}
