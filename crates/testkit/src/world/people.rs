//! Who is there before anything is set up.

use domain::{
    Currency,
    id::{AccountId, DepartmentId, NumberKind, SellerId, UserId},
    state::Role,
};
use engine::{Actor, RequestId, Who};
use jiff::SignedDuration;
use store::{
    Store,
    account::{Account, AccountKind, AccountState},
    department::Department,
    instance::Instance,
    seller::Seller,
    user::{User, UserState},
};
use uuid::Uuid;

/// Who is there before anything is set up.
pub(super) struct People {
    pub(super) seller: SellerId,
    pub(super) department: DepartmentId,
    pub(super) admin: UserId,
    pub(super) second: UserId,
    pub(super) owner: UserId,
    pub(super) account: AccountId,
}

impl People {
    pub(super) fn actor(&self, user: UserId, role: Role) -> Actor {
        Actor {
            who: Who::Staff {
                user,
                role,
                on_behalf_of: None,
            },
            seller: self.seller,
            request: RequestId(Uuid::nil()),
            address: None,
            is_confirmed: true,
        }
    }

    pub(super) async fn settle(store: &Store, offset: SignedDuration) -> Self {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let id = || seal::random::uuid_v7(now);
        let tx = store.begin().await.expect("a transaction");
        let seller = Seller {
            id: id().into(),
            name: "Example Hosting".to_owned(),
            time_zone: "UTC".to_owned(),
            currency: Currency::EUR,
            created_at: now,
            version: 1,
        };
        store::seller::insert(&tx, &seller).await.expect("the seller");
        let instance = Instance {
            id: 1,
            instance_id: id(),
            purchases_blocked: false,
            blocked_reason: None,
            blocked_at: None,
            clock_offset: i64::try_from(offset.as_micros()).expect("an offset"),
            version: 1,
        };
        store::instance::insert_first(&tx, &instance)
            .await
            .expect("the instance");
        let department = Department {
            id: id().into(),
            seller_id: seller.id,
            name: "Technical support".to_owned(),
            email: "support@example.test".to_owned(),
            language: "en".to_owned(),
            hours: domain::hours::BusinessHours::ALWAYS,
            is_archived: false,
            created_at: now,
            version: 1,
        };
        store::department::insert(&tx, &department)
            .await
            .expect("the department");
        let mut users = Vec::new();
        for (email, staff_role) in [
            ("admin@example.test", Some(Role::Administrator)),
            ("second@example.test", Some(Role::Administrator)),
            ("owner@client.example", None),
        ] {
            let mut user = User {
                id: id().into(),
                seller_id: seller.id,
                email: email.to_owned(),
                email_key: String::new(),
                name: email.to_owned(),
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
            store::user::insert(&tx, &mut user).await.expect("a user");
            users.push(user.id);
        }
        let mut account = Account {
            id: id().into(),
            seller_id: seller.id,
            number: store::counter::next_number(&tx, NumberKind::Account)
                .await
                .expect("a number"),
            name: "Client One".to_owned(),
            search: String::new(),
            kind: AccountKind::Company,
            country: "NL".to_owned(),
            tax_number: String::new(),
            currency: Currency::EUR,
            credit_limit: 0,
            language: "en".to_owned(),
            state: AccountState::Active,
            note: String::new(),
            created_at: now,
            version: 1,
        };
        store::account::insert(&tx, &mut account)
            .await
            .expect("the account");
        tx.commit().await.expect("the people are there");
        let [admin, second, owner] = users.as_slice() else {
            panic!("three users")
        };
        Self {
            seller: seller.id,
            department: department.id,
            admin: *admin,
            second: *second,
            owner: *owner,
            account: account.id,
        }
    }
}
