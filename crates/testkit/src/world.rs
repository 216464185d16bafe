//! A whole certbroker with everything around it, in one process: the simulator of the CA, name server, web server and
//! mailbox, a database of its own, an engine with one module, a catalogue and clients with money.
//!
//! Everything is set up through the use cases that a person would use.

mod ours;
mod people;

use std::{sync::Arc, time::Duration};

use domain::{
    Currency, Money,
    contact::{Contact, Organisation},
    id::{AccountId, DepartmentId, ModuleId, SellerId, ServiceId, TariffPlanId},
    product::ValidationMethod,
    state::{Role, ServiceState},
    term::Years,
};
use engine::{
    Actor, BusinessClock, Engine, Pace, Who,
    catalogue::ProductQuery,
    modules::{IfBroken, ModuleParameters, NewModule, Saved},
    money::NewCredit,
    orders::{NewOrder, OrderPlaced, RequestSource, ValidationPlan},
    rules::RulesInForce,
    services::ServiceView,
    tariffs::{NewPrice, NewTariff},
    travel::Companion,
    worker::Worker,
    zones::NewZone,
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use leaderssl_simulator::{
    ReissueCall, Simulator, ValidationMode,
    record::ChargeKind,
    surroundings::{
        self, Surroundings,
        name_server::{UpdateKey, Zones},
    },
};
use pki::KeyChoice;
use seal::KeyRing;
use secrecy::SecretString;
use store::Store;
use uuid::Uuid;

pub use ours::{Around, QUICK, engine};
use ours::{ClockBeside, OFTEN, Ours, engine_with};
use people::People;

/// Name of the key that signs dynamic updates.
pub const ZONE_KEY: &str = "demo-key";
/// Its secret.
pub const ZONE_SECRET: &str = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0";
/// Longer than anything takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// Between two looks at something that other tasks change.
const LOOK: Duration = Duration::from_millis(20);

/// The world of a test.
pub struct TestWorld {
    /// The CA.
    pub simulator: Arc<Simulator>,
    /// What the CA looks at.
    pub surroundings: Surroundings,
    /// certbroker.
    pub engine: Engine,
    /// Runs operations when a test says so.
    pub worker: Worker,
    /// The database, to look at behind the engine's back.
    pub store: Store,
    /// The only seller.
    pub seller: SellerId,
    /// Where tasks go.
    pub department: DepartmentId,
    /// An administrator.
    pub admin: Actor,
    /// A second administrator.
    pub second: Actor,
    /// A client with money.
    pub account: AccountId,
    /// The owner of that account.
    pub client: Actor,
    /// The module.
    pub module: ModuleId,
    connector: &'static str,
}

/// What a test wants to be different.
pub struct Wanted {
    /// How the simulator validates.
    pub validation: ValidationMode,
    /// How purchases are made.
    pub purchase: ca::purchase::Policy,
    /// What the client has, in cents of a euro.
    pub money: i64,
    /// Whether the CA has the reissue call that nobody public has confirmed.
    pub reissue: ReissueCall,
    /// When the story begins; now, without it.
    pub starts_at: Option<Timestamp>,
    /// Master keys, where another process is to open the same secrets.
    pub keys: KeyRing,
    /// Where mails go; without one they wait.
    pub mailbox: Option<notify::Mailbox>,
    /// How often the CA is asked about an order.
    pub pace: Pace,
    /// The connectors that there are; the module is of the first.
    pub registry: &'static [ca::Registration],
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            validation: ValidationMode::Real,
            purchase: QUICK,
            money: 1_000_000,
            reissue: ReissueCall::On,
            starts_at: None,
            keys: KeyRing::in_memory(),
            mailbox: None,
            pace: OFTEN,
            registry: connectors::REGISTRATIONS,
        }
    }
}

impl TestWorld {
    /// A world on this database, which must be empty.
    ///
    /// # Panics
    /// When anything cannot be set up: this is for tests.
    pub async fn new(store: Store) -> Self {
        Self::with(store, Wanted::default()).await
    }

    /// A world that differs from the usual one.
    ///
    /// # Panics
    /// When anything cannot be set up: this is for tests.
    pub async fn with(store: Store, wanted: Wanted) -> Self {
        let update_key = Some(UpdateKey::new(ZONE_KEY, ZONE_SECRET).expect("a key"));
        let config = surroundings::Config {
            zones: Zones::everything(),
            update_key,
            ..surroundings::Config::default()
        };
        let surroundings = Surroundings::start(config).await.expect("the surroundings start");
        let simulator = Simulator::start(leaderssl_simulator::Config {
            resolver: Some(surroundings.dns.address()),
            map_http: Some(surroundings.web.http().into()),
            map_https: Some(surroundings.web.https().into()),
            balance: Money::from_minor(1_000_000, Currency::EUR),
            validation: wanted.validation,
            reissue: wanted.reissue,
            clock: wanted.starts_at,
            seed: Some(7),
            ..leaderssl_simulator::Config::default()
        })
        .await
        .expect("the simulator starts");
        let simulator = Arc::new(simulator);
        let clock = match wanted.starts_at {
            // Ours begins where the CA's stands.
            Some(_) => BusinessClock::starting_at(simulator.now()),
            None => BusinessClock::real(),
        };
        let beside: Arc<dyn Companion> = Arc::new(ClockBeside(simulator.clone()));
        let ours = Ours {
            purchase: wanted.purchase,
            companion: Some(beside),
            pace: wanted.pace,
            registry: wanted.registry,
            mailer: wanted
                .mailbox
                .map(|mailbox| Arc::new(mailbox) as Arc<dyn notify::Mailer>),
            ..Ours::usual(wanted.keys, clock)
        };
        let engine = engine_with(&store, Around::of(&surroundings), ours);
        let people = People::settle(&store, engine.clock().offset()).await;
        let mut world = Self {
            worker: engine.worker(),
            simulator,
            surroundings,
            engine,
            store,
            seller: people.seller,
            department: people.department,
            admin: people.actor(people.admin, Role::Administrator),
            second: people.actor(people.second, Role::Administrator),
            account: people.account,
            client: Actor {
                who: Who::Member {
                    user: people.owner,
                    account: people.account,
                    role: Role::Owner,
                },
                ..people.actor(people.admin, Role::Administrator)
            },
            module: ModuleId::from(Uuid::nil()),
            connector: wanted.registry[0].descriptor.kind,
        };
        if wanted.money > 0 {
            world.credit(world.account, wanted.money).await;
        }
        world.module = world.connect("LeaderTelecom", 10).await;
        world
    }

    /// Moves business time forward, here and at the CA.
    ///
    /// # Panics
    /// When the simulator does not follow.
    pub fn advance(&self, by: SignedDuration) {
        self.engine.clock().advance(by);
        self.simulator.advance_clock(by).expect("the CA's clock moves");
    }

    /// Moves business time to noon of a day that is to come.
    ///
    /// # Panics
    /// When the day is over.
    pub fn advance_to(&self, day: Date) {
        use domain::Clock as _;
        let noon = day
            .at(12, 0, 0, 0)
            .to_zoned(TimeZone::UTC)
            .expect("a day")
            .timestamp();
        let by = noon.duration_since(self.engine.clock().now());
        assert!(by.is_positive(), "{day} is over");
        self.advance(by);
    }

    /// Another engine over the same database, with other dated rules; it opens no secrets of the first.
    #[must_use]
    pub fn engine_by(&self, rules: RulesInForce) -> Engine {
        let ours = Ours {
            companion: Some(Arc::new(ClockBeside(self.simulator.clone()))),
            rules,
            ..Ours::usual(KeyRing::in_memory(), BusinessClock::real())
        };
        engine_with(&self.store, Around::of(&self.surroundings), ours)
    }

    /// Connects another module to the same CA account and imports its catalogue.
    ///
    /// # Panics
    /// When the connection check fails.
    pub async fn connect(&self, name: &str, sort: i32) -> ModuleId {
        let new = NewModule {
            connector: self.connector.to_owned(),
            settings: self.settings(),
            parameters: self.parameters(name, sort),
            if_broken: IfBroken::Refuse,
        };
        let saved = self
            .engine
            .modules()
            .create(&self.admin, new)
            .await
            .expect("the module is made");
        let Saved::Saved { id, .. } = saved else {
            panic!("{saved:?}")
        };
        self.engine
            .catalogue()
            .import(&self.admin, id, None)
            .await
            .expect("the catalogue is imported");
        id
    }

    /// Integration settings that work.
    #[must_use]
    pub fn settings(&self) -> Vec<(String, SecretString)> {
        vec![
            ("username".to_owned(), "reseller@example.org".to_owned().into()),
            ("password".to_owned(), "correct-horse".to_owned().into()),
            ("url".to_owned(), self.simulator.api_url().into()),
        ]
    }

    /// Module parameters without limits.
    #[must_use]
    pub fn parameters(&self, name: &str, sort: i32) -> ModuleParameters {
        ModuleParameters {
            name: name.to_owned(),
            department: self.department,
            sort,
            minimal_balance: None,
            blocks_below_minimum: false,
            day_ceiling: None,
            order_ceiling: None,
            calls_per_second: None,
            calls_at_once: None,
        }
    }

    /// Gives an account money.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn credit(&self, account: AccountId, cents: i64) {
        let credit = NewCredit {
            account,
            amount: Money::from_minor(cents, Currency::EUR),
            note: "test".to_owned(),
            once: None,
        };
        self.engine
            .money()
            .credit(&self.admin, credit)
            .await
            .expect("the credit is booked");
    }

    /// A tariff plan of the product whose name ends like this, with a price in euro for 1 to 5 years.
    ///
    /// # Panics
    /// When there is no such product.
    pub async fn plan(&self, product: &str) -> TariffPlanId {
        let query = ProductQuery {
            module: Some(self.module),
            ..ProductQuery::default()
        };
        let products = self
            .engine
            .catalogue()
            .products(&self.admin, query)
            .await
            .expect("products");
        let found = products
            .iter()
            .find(|known| known.name.ends_with(product))
            .unwrap_or_else(|| {
                panic!(
                    "no {product} in {:?}",
                    products.iter().map(|one| &one.name).collect::<Vec<_>>()
                )
            });
        let new = NewTariff {
            name: product.to_owned(),
            note: String::new(),
            product: found.id,
            margin: None,
            sort: 0,
            is_active: true,
        };
        let plan = self
            .engine
            .tariffs()
            .create(&self.admin, new)
            .await
            .expect("the plan is made");
        for term in &found.terms {
            let price = NewPrice {
                years: term.years,
                currency: Currency::EUR,
                period: term.price.amount() * rust_decimal::Decimal::TWO,
                extra_name: 20.into(),
                extra_wildcard: 200.into(),
                valid_from: None,
            };
            self.engine
                .tariffs()
                .set_price(&self.admin, plan, price)
                .await
                .expect("the price is set");
        }
        plan
    }

    /// Connects the name server for unattended validation of every name.
    ///
    /// # Panics
    /// When the zone does not work.
    pub async fn connect_zone(&self) {
        let zone = NewZone {
            account: None,
            name: ".".to_owned(),
            server: self.surroundings.dns.address().to_string(),
            key_name: ZONE_KEY.to_owned(),
            secret: ZONE_SECRET.to_owned().into(),
        };
        self.engine
            .zones()
            .add(&self.admin, zone)
            .await
            .expect("the zone works");
    }

    /// An order as a client enters it.
    #[must_use]
    pub fn order(plan: TariffPlanId, names: &[&str], method: ValidationMethod) -> NewOrder {
        NewOrder {
            account: None,
            plan,
            years: Years::new(1).expect("a year"),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            request: RequestSource::MadeAndStored(KeyChoice::P256),
            validation: ValidationPlan {
                method,
                names: Vec::new(),
            },
            contact: contact(),
            organisation: None,
            prolong: None,
            external_ref: None,
            agreed: None,
        }
    }

    /// Places an order of the client.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn place(&self, order: NewOrder) -> OrderPlaced {
        self.engine
            .orders()
            .place(&self.client, order)
            .await
            .expect("the order is taken")
    }

    /// Runs what is due again and again until the service is in this state.
    ///
    /// # Panics
    /// When that takes too long.
    pub async fn until(&self, service: ServiceId, state: ServiceState) -> ServiceView {
        self.until_it(service, |view| view.line.state == state).await
    }

    /// Runs what is due again and again until the service is as wanted.
    ///
    /// # Panics
    /// When that takes too long, with the service as it is then.
    pub async fn until_it(
        &self,
        service: ServiceId,
        is_wanted: impl Fn(&ServiceView) -> bool,
    ) -> ServiceView {
        let waiting = async {
            loop {
                self.worker.run_due_once().await.expect("the worker runs");
                let view = self.view(service).await;
                if is_wanted(&view) {
                    return view;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(view) => view,
            Err(tokio::time::error::Elapsed { .. }) => panic!("{:#?}", self.view(service).await),
        }
    }

    /// The service as an administrator sees it.
    ///
    /// # Panics
    /// When it is not there.
    pub async fn view(&self, service: ServiceId) -> ServiceView {
        self.engine
            .services()
            .show(&self.admin, service)
            .await
            .expect("the service is there")
    }

    /// Does what the client is asked to do for every name: publishes records and files, answers mails.
    ///
    /// # Panics
    /// When something cannot be published.
    pub async fn prove(&self, service: ServiceId) {
        use engine::services::ProofView;
        let view = self.until_it(service, |view| !view.validations.is_empty()).await;
        for one in &view.validations {
            match &one.proof {
                ProofView::Cname { name, value } => {
                    let kind = surroundings_record_type();
                    self.surroundings
                        .dns
                        .zones()
                        .set(name, kind, value)
                        .expect("a record");
                }
                ProofView::File { url, content } => {
                    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
                    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                    self.surroundings
                        .web
                        .files()
                        .put(host, &format!("/{path}"), content.as_bytes().to_vec());
                }
                ProofView::Mail { .. } => {}
            }
        }
        for mail in self.simulator.mailbox() {
            // A code that was used before is refused, which is as good.
            let _ = self.simulator.confirm_mail(&mail.code);
        }
    }

    /// The CA's ledger and our account of it must say the same.
    ///
    /// # Panics
    /// When the books do not agree.
    pub async fn assert_books_agree(&self) {
        let (ours, at_ca) = self.books().await;
        assert_eq!(ours, at_ca, "supplier account and the CA's ledger");
    }

    /// What our supplier account and the CA's ledger say was spent, in cents.
    ///
    /// # Panics
    /// When an amount is not in whole cents.
    pub async fn books(&self) -> (i64, i64) {
        let at_ca: i64 = self
            .simulator
            .ledger()
            .iter()
            .map(|charge| {
                let minor = charge.amount.minor().expect("an amount");
                match charge.kind {
                    ChargeKind::Purchase => minor,
                    ChargeKind::Refund => -minor,
                    _ => 0,
                }
            })
            .sum();
        let ours: i64 = self
            .engine
            .money()
            .supplier(&self.admin, self.module)
            .await
            .expect("the supplier's account")
            .iter()
            .map(|account| account.spent.minor().expect("an amount"))
            .sum();
        (ours, at_ca)
    }

    /// A new engine with nothing in memory takes the place of the old one, on the same database and with the same keys.
    pub fn start_anew(&mut self, keys: KeyRing) {
        let clock = BusinessClock::with_offset(self.engine.clock().offset());
        let ours = Ours {
            companion: Some(Arc::new(ClockBeside(self.simulator.clone()))),
            pace: self.engine.config().pace,
            ..Ours::usual(keys, clock)
        };
        self.engine = engine_with(&self.store, Around::of(&self.surroundings), ours);
        self.worker = self.engine.worker();
    }
}

/// A contact that every CA takes.
#[must_use]
pub fn contact() -> Contact {
    Contact {
        first_name: "Ada".to_owned(),
        last_name: "Example".to_owned(),
        title: "Head of IT".to_owned(),
        email: "ada@client.example".to_owned(),
        phone: "+31 20 1234567".to_owned(),
    }
}

/// An organisation that every CA takes.
#[must_use]
pub fn organisation() -> Organisation {
    Organisation {
        name: "Simulated Example BV".to_owned(),
        country: "NL".to_owned(),
        region: "Noord-Holland".to_owned(),
        city: "Amsterdam".to_owned(),
        street: "Damrak 1".to_owned(),
        postal_code: "1012 LG".to_owned(),
        phone: "+31 20 1234567".to_owned(),
        registration_number: "12345678".to_owned(),
    }
}

const fn surroundings_record_type() -> leaderssl_simulator::surroundings::name_server::RecordType {
    leaderssl_simulator::surroundings::name_server::RecordType::CNAME
}
