//! What unit tests of the engine need: an engine over a fresh database, and people who act.

use std::{future::Future, sync::Arc};

use domain::{
    Currency, Money,
    id::{AccountId, NumberKind, SellerId, UserId},
    price::{ExtraNames, PeriodPrice, Price},
    state::Role,
};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use store::{
    Store,
    account::{Account, AccountKind, AccountState},
    seller::Seller,
    testing::for_each_backend,
    user::{User, UserState},
};
use uuid::Uuid;

use crate::{Actor, BusinessClock, Config, Engine, NoLogs, Parts, RequestId, Who, travel::Companion};

/// An engine with a seller.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) seller: SellerId,
    pub(crate) mailbox: notify::Mailbox,
}

/// Runs a test on a fresh world over every kind of database.
pub(crate) async fn in_each_world<F: Future<Output = ()>>(test: impl Fn(World) -> F) {
    for_each_backend(async |store: Store| test(World::new(store).await).await).await;
}

pub(crate) fn eur(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

/// A price of one period with 21% tax on it.
pub(crate) fn price(net: i64) -> Price {
    let prices = PeriodPrice {
        period: eur(net),
        extra_name: eur(0),
        extra_wildcard: eur(0),
    };
    Price::of(prices, ExtraNames::default(), Decimal::from(21)).unwrap()
}

impl World {
    pub(crate) async fn new(store: Store) -> Self {
        Self::beside(store, None).await
    }

    /// A world with a simulator's clock beside it.
    pub(crate) async fn beside(store: Store, companion: Option<Arc<dyn Companion>>) -> Self {
        let mailbox = notify::Mailbox::default();
        let engine = Engine::new(Parts {
            store,
            clock: Arc::new(BusinessClock::real()),
            keys: seal::KeyRing::in_memory(),
            registry: &[],
            eyes: dns::Eyes::new(dns::EyesConfig::default()).unwrap(),
            logs: Arc::new(NoLogs),
            mailer: Some(Arc::new(mailbox.clone())),
            rules: crate::rules::RulesInForce::built_in(),
            companion,
            config: Config {
                time_zone: TimeZone::UTC,
                public_url: "http://localhost".into(),
                mode: ca::Mode::Simulated,
                limits: ca::Limits::NONE,
                crash_at: None,
                purchase: ca::purchase::Policy::default(),
                pace: crate::Pace::SIMULATED,
                at_once: 4,
            },
        });
        let seller = Seller {
            id: engine.new_id(),
            name: "Example Hosting".into(),
            time_zone: "UTC".into(),
            currency: Currency::EUR,
            created_at: engine.now(),
            version: 1,
        };
        let tx = engine.store().begin().await.unwrap();
        store::seller::insert(&tx, &seller).await.unwrap();
        tx.commit().await.unwrap();
        Self {
            engine,
            seller: seller.id,
            mailbox,
        }
    }

    pub(crate) async fn account(&self) -> Account {
        let tx = self.engine.store().begin().await.unwrap();
        let mut account = Account {
            id: self.engine.new_id(),
            seller_id: self.seller,
            number: store::counter::next_number(&tx, NumberKind::Account)
                .await
                .unwrap(),
            name: "Client".into(),
            search: String::new(),
            kind: AccountKind::Company,
            country: "NL".into(),
            tax_number: String::new(),
            currency: Currency::EUR,
            credit_limit: 0,
            language: "en".into(),
            state: AccountState::Active,
            note: String::new(),
            created_at: self.engine.now(),
            version: 1,
        };
        store::account::insert(&tx, &mut account).await.unwrap();
        tx.commit().await.unwrap();
        account
    }

    pub(crate) async fn change(&self, mut account: Account, change: impl FnOnce(&mut Account)) {
        let tx = self.engine.store().begin().await.unwrap();
        change(&mut account);
        store::account::update(&tx, &mut account).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn user(&self, staff_role: Option<Role>) -> UserId {
        let id: UserId = self.engine.new_id();
        let mut user = User {
            id,
            seller_id: self.seller,
            email: format!("{id}@example.test"),
            email_key: String::new(),
            name: format!("Person {id}"),
            password_hash: None,
            password_changed_at: None,
            staff_role,
            language: "en".into(),
            state: UserState::Active,
            confirmed_at: None,
            last_sign_in_at: None,
            created_at: self.engine.now(),
            version: 1,
        };
        let tx = self.engine.store().begin().await.unwrap();
        store::user::insert(&tx, &mut user).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub(crate) fn actor(&self, who: Who) -> Actor {
        Actor {
            who,
            seller: self.seller,
            request: RequestId(Uuid::nil()),
            address: None,
            is_confirmed: true,
        }
    }

    pub(crate) async fn staff(&self, role: Role) -> Actor {
        let user = self.user(Some(role)).await;
        self.actor(Who::Staff {
            user,
            role,
            on_behalf_of: None,
        })
    }

    /// An owner of the account.
    pub(crate) async fn owner(&self, account: AccountId) -> Actor {
        let user = self.user(None).await;
        let tx = self.engine.store().begin().await.unwrap();
        let membership = store::account::Membership {
            id: self.engine.new_id(),
            account_id: account,
            user_id: user,
            role: Role::Owner,
            created_at: self.engine.now(),
            version: 1,
        };
        store::account::insert_membership(&tx, &membership).await.unwrap();
        tx.commit().await.unwrap();
        self.actor(Who::Member {
            user,
            account,
            role: Role::Owner,
        })
    }
}
