//! Fills an empty installation the way people would: through the use cases, one after the other.

use anyhow::Context as _;
use domain::{
    Currency, Money,
    contact::{Contact, Organisation},
    id::{AccountId, ModuleId, ServiceId, TariffPlanId},
    price::MarginRule,
    product::ValidationMethod,
    rules::DatedRules,
    state::{ServiceState, TaskPriority},
    term::Years,
};
use engine::{
    Actor, Engine,
    catalogue::{ProductQuery, ProductView, is_called},
    modules::{IfBroken, ModuleParameters, NewModule, Saved},
    money::NewCredit,
    orders::{NewOrder, OrderPlaced, RequestSource, ValidationPlan},
    people::account::NewAccount,
    services::ServiceView,
    tariffs::NewTariff,
    tasks::PlainTask,
    zones::NewZone,
};
use jiff::{SignedDuration, Timestamp, ToSpan as _, tz::TimeZone};
use pki::KeyChoice;
use rust_decimal::Decimal;
use store::account::AccountKind;
use tokio::time::{Duration, timeout};

use super::{
    once,
    people::{self, SignIn},
    world::{CA_PASSWORD, CA_USER, DemoWorld, ZONE_KEY, ZONE_SECRET},
};
use crate::installation::Installation;

/// The certificates of the oldest services end in so many days.
const DAYS_LEFT: u16 = 5;
/// The tariff plans of the demo: the product at the CA, and what is added to its price in percent.
const PLANS: &[(&str, u32)] = &[
    ("PositiveSSL", 120),
    ("PositiveSSL Wildcard", 60),
    ("PositiveSSL Multi-Domain", 60),
    ("SectigoSSL DV", 50),
    ("InstantSSL OV", 50),
    ("SectigoSSL EV", 40),
];
/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between two looks at a service.
const LOOK: Duration = Duration::from_millis(15);

/// Somebody who sells, with everything that is needed to take an order.
pub(super) struct Shop {
    /// Signs in as administrator, staff and clients, in this order.
    pub(super) sign_ins: Vec<SignIn>,
    admin: Actor,
    module: ModuleId,
    plans: Vec<(&'static str, TariffPlanId)>,
}

/// Connects the module, imports the catalogue, prices the plans, opens accounts with money.
///
/// # Errors
/// Anything that a use case refuses.
pub(super) async fn fill(
    installation: &Installation,
    world: &DemoWorld,
    history: SignedDuration,
) -> anyhow::Result<Shop> {
    let engine = &installation.engine;
    let (administrator, admin) = people::administrator(installation).await?;
    let module = connect(engine, &admin, world).await?;
    engine.catalogue().import(&admin, module, None).await?;
    connect_zone(engine, &admin, world).await?;
    let mut plans = Vec::new();
    for (product, percent) in PLANS {
        plans.push((*product, plan(engine, &admin, module, product, *percent).await?));
    }
    let shop = Shop {
        sign_ins: vec![administrator],
        admin,
        module,
        plans,
    };
    shop.trade(installation, world, history).await
}

impl Shop {
    async fn trade(
        mut self,
        installation: &Installation,
        world: &DemoWorld,
        history: SignedDuration,
    ) -> anyhow::Result<Self> {
        let engine = &installation.engine;
        self.sign_ins
            .push(people::staff(installation, &self.admin).await?);
        let mut owners = Vec::new();
        for (company, country, email, name) in [
            ("Client One GmbH", "DE", "ada@client-one.example", "Ada Example"),
            ("Second Client Ltd", "GB", "bob@client-two.example", "Bob Sample"),
        ] {
            let account = open_account(engine, &self.admin, company, country).await?;
            credit(engine, &self.admin, account, 150_000, "Bank transfer").await?;
            let (sign_in, actor) = people::client(installation, &self.admin, account, email, name).await?;
            self.sign_ins.push(sign_in);
            owners.push(actor);
        }
        let [one, two] = owners.as_slice() else {
            anyhow::bail!("the demo has two clients")
        };
        let dns = ValidationMethod::Dns;
        // The first is proven by a file, which the client has to put up for every reissue: its certificate ends soon.
        let by_file = ValidationMethod::Http;
        let old = [
            self.order(engine, one, "PositiveSSL", "shop.client-one.example", by_file)
                .await?,
            self.order(engine, two, "PositiveSSL Wildcard", "*.client-two.example", dns)
                .await?,
        ];
        let waiting = until(engine, &self.admin, old[0].service, |view| {
            !view.validations.is_empty()
        })
        .await?;
        once::prove(world, &waiting)?;
        for order in old {
            reaches(engine, &self.admin, order.service, ServiceState::Active).await?;
        }
        // The present: what was ordered long ago ends soon now.
        let now = world.simulator.now();
        engine.instance().advance_clock(&self.admin, history).await?;
        world
            .simulator
            .advance_clock(history)
            .with_context(|| format!("moving the CA's clock on from {now}"))?;
        let fresh = [
            self.order(engine, one, "SectigoSSL DV", "www.client-one.example", dns)
                .await?,
            self.order(engine, two, "PositiveSSL", "mail.client-two.example", dns)
                .await?,
        ];
        let waiting = self
            .order(
                engine,
                one,
                "PositiveSSL",
                "intranet.client-one.example",
                ValidationMethod::Http,
            )
            .await?;
        let refused = self
            .order(engine, two, "InstantSSL OV", "pay.client-two.example", dns)
            .await?;
        self.refuse_at_ca(engine, world, refused.service).await?;
        for order in fresh {
            reaches(engine, &self.admin, order.service, ServiceState::Active).await?;
        }
        until(engine, &self.admin, waiting.service, |view| {
            !view.validations.is_empty()
        })
        .await?;
        self.write_a_task(engine).await?;
        Ok(self)
    }

    async fn order(
        &self,
        engine: &Engine,
        client: &Actor,
        product: &str,
        name: &str,
        method: ValidationMethod,
    ) -> anyhow::Result<OrderPlaced> {
        let (_, plan) = self
            .plans
            .iter()
            .find(|(known, _)| *known == product)
            .with_context(|| format!("the demo has no plan for {product}"))?;
        let order = new_order(*plan, vec![name.to_owned()], method, product.contains("OV"));
        engine
            .orders()
            .place(client, order)
            .await
            .with_context(|| format!("ordering {product} for {name}"))
    }

    /// The CA verifies organisations; this one it does not find in any register.
    async fn refuse_at_ca(
        &self,
        engine: &Engine,
        world: &DemoWorld,
        service: ServiceId,
    ) -> anyhow::Result<()> {
        let view = until(engine, &self.admin, service, |view| !view.ca_orders.is_empty()).await?;
        let certificate = world
            .simulator
            .certificates()
            .iter()
            .find(|known| view.names.contains(known.main_name()))
            .map(|known| known.id)
            .context("the CA does not know the order")?;
        let decision = leaderssl_simulator::Decision::Reject {
            reason: "The organisation was not found in a public register.".to_owned(),
        };
        world.simulator.decide(certificate, decision)?;
        reaches(engine, &self.admin, service, ServiceState::Failed).await?;
        Ok(())
    }

    async fn write_a_task(&self, engine: &Engine) -> anyhow::Result<()> {
        let department = engine
            .modules()
            .show(&self.admin, self.module)
            .await?
            .parameters
            .department;
        let plain = PlainTask {
            title: "Call Second Client about pay.client-two.example".to_owned(),
            detail:
                "The CA did not find the organisation. Ask for the number in the register, then order again."
                    .to_owned(),
            department,
            priority: TaskPriority::Normal,
            due_at: None,
            service: None,
        };
        engine.tasks().create(&self.admin, plain).await?;
        Ok(())
    }
}

/// Connects the simulated CA.
///
/// # Errors
/// The connection check fails.
pub(super) async fn connect(engine: &Engine, admin: &Actor, world: &DemoWorld) -> anyhow::Result<ModuleId> {
    let departments = engine.departments().list(admin).await?;
    let department = departments
        .first()
        .context("there is no department")?
        .department
        .id;
    let new = NewModule {
        connector: "leadertelecom".to_owned(),
        settings: vec![
            ("username".to_owned(), CA_USER.to_owned().into()),
            ("password".to_owned(), CA_PASSWORD.to_owned().into()),
            ("url".to_owned(), world.simulator.api_url().into()),
        ],
        parameters: ModuleParameters {
            name: "LeaderTelecom".to_owned(),
            department,
            sort: 10,
            minimal_balance: Some(Decimal::from(100)),
            blocks_below_minimum: false,
            day_ceiling: None,
            order_ceiling: None,
            calls_per_second: None,
            calls_at_once: None,
        },
        if_broken: IfBroken::Refuse,
    };
    let Saved::Saved { id, .. } = engine.modules().create(admin, new).await? else {
        anyhow::bail!("the connection to the simulated CA does not work")
    };
    Ok(id)
}

/// Connects the demo's name server for every name: validation by DNS needs nobody then.
///
/// # Errors
/// The name server does not take updates.
pub(super) async fn connect_zone(engine: &Engine, admin: &Actor, world: &DemoWorld) -> anyhow::Result<()> {
    let zone = NewZone {
        account: None,
        name: ".".to_owned(),
        server: world.addresses.dns.to_string(),
        key_name: ZONE_KEY.to_owned(),
        secret: ZONE_SECRET.to_owned().into(),
    };
    engine.zones().add(admin, zone).await?;
    Ok(())
}

/// Makes a tariff plan of a product and prices it by a margin.
///
/// # Errors
/// There is no such product.
pub(super) async fn plan(
    engine: &Engine,
    admin: &Actor,
    module: ModuleId,
    product: &str,
    percent: u32,
) -> anyhow::Result<TariffPlanId> {
    let query = ProductQuery {
        module: Some(module),
        ..ProductQuery::default()
    };
    let products = engine.catalogue().products(admin, query).await?;
    let found = products
        .iter()
        .find(|known| is_called(&known.name, &known.brand, product))
        .ok_or_else(|| no_such_product(product, &products))?;
    let new = NewTariff {
        name: without_brand(&found.name, &found.brand).to_owned(),
        note: String::new(),
        product: found.id,
        margin: Some(MarginRule {
            percent: Decimal::from(percent),
            round_up_to: Decimal::ONE,
        }),
        sort: 0,
        is_active: true,
    };
    let id = engine.tariffs().create(admin, new).await?;
    engine
        .tariffs()
        .price_from_margin(admin, id, Currency::EUR)
        .await?;
    Ok(id)
}

/// Opens an account in euro.
///
/// # Errors
/// A field is wrong.
pub(super) async fn open_account(
    engine: &Engine,
    admin: &Actor,
    name: &str,
    country: &str,
) -> anyhow::Result<AccountId> {
    let new = NewAccount {
        name: name.to_owned(),
        kind: AccountKind::Company,
        country: country.to_owned(),
        tax_number: String::new(),
        currency: Currency::EUR,
        language: "en".to_owned(),
    };
    Ok(engine.accounts().open(admin, new).await?.id)
}

/// Books money that came in, in cents.
///
/// # Errors
/// The actor may not.
pub(super) async fn credit(
    engine: &Engine,
    admin: &Actor,
    account: AccountId,
    cents: i64,
    note: &str,
) -> anyhow::Result<()> {
    let credit = NewCredit {
        account,
        amount: Money::from_minor(cents, Currency::EUR),
        note: note.to_owned(),
        once: None,
    };
    engine.money().credit(admin, credit).await?;
    Ok(())
}

/// An order as a client types it.
pub(super) fn new_order(
    plan: TariffPlanId,
    names: Vec<String>,
    method: ValidationMethod,
    verifies_organisation: bool,
) -> NewOrder {
    NewOrder {
        account: None,
        plan,
        years: Years::ONE,
        names,
        request: RequestSource::MadeAndStored(KeyChoice::P256),
        validation: ValidationPlan {
            method,
            names: Vec::new(),
        },
        contact: contact(),
        organisation: verifies_organisation.then(organisation),
        prolong: None,
        external_ref: None,
        agreed: None,
    }
}

/// Whom the CA may call.
pub(super) fn contact() -> Contact {
    Contact {
        first_name: "Ada".to_owned(),
        last_name: "Example".to_owned(),
        title: "Head of IT".to_owned(),
        email: "ada@client-one.example".to_owned(),
        phone: "+49 30 1234567".to_owned(),
    }
}

/// Waits until a service stands in this state.
///
/// # Errors
/// It does not come there.
pub(super) async fn reaches(
    engine: &Engine,
    admin: &Actor,
    service: ServiceId,
    state: ServiceState,
) -> anyhow::Result<ServiceView> {
    until(engine, admin, service, |view| view.line.state == state).await
}

/// Waits until a service is as wanted.
///
/// # Errors
/// It does not become so, with the state it stays in.
pub(super) async fn until(
    engine: &Engine,
    admin: &Actor,
    service: ServiceId,
    is_wanted: impl Fn(&ServiceView) -> bool,
) -> anyhow::Result<ServiceView> {
    let looking = async {
        loop {
            let view = engine.services().show(admin, service).await?;
            if is_wanted(&view) {
                return Ok::<_, anyhow::Error>(view);
            }
            // A worker that nothing wakes looks once a second, and somebody waits for the demo.
            engine.wake();
            tokio::time::sleep(LOOK).await;
        }
    };
    if let Ok(view) = timeout(PATIENCE, looking).await {
        return view;
    }
    let view = engine.services().show(admin, service).await?;
    anyhow::bail!("{} stays {:?}", view.line.main_name, view.line.state)
}

/// `Sectigo PositiveSSL` is `PositiveSSL`; `SectigoSSL DV` stays.
fn without_brand<'a>(name: &'a str, brand: &str) -> &'a str {
    name.strip_prefix(brand)
        .and_then(|rest| rest.strip_prefix(' '))
        .unwrap_or(name)
}

fn no_such_product(wanted: &str, products: &[ProductView]) -> crate::exit::Refused {
    let names: Vec<&str> = products.iter().map(|product| product.name.as_str()).collect();
    crate::exit::Refused(format!(
        "the CA sells no product called `{wanted}`; it sells {}",
        names.join(", ")
    ))
}

fn organisation() -> Organisation {
    Organisation {
        name: "Second Client Ltd".to_owned(),
        country: "GB".to_owned(),
        region: "England".to_owned(),
        city: "London".to_owned(),
        street: "1 Example Street".to_owned(),
        postal_code: "EC1A 1BB".to_owned(),
        phone: "+44 20 7946 0000".to_owned(),
        registration_number: "01234567".to_owned(),
    }
}

/// How long ago the oldest services were ordered: as long as a certificate may live by the rules of that day, but for a few
/// days.
pub(super) fn history_before(now: Timestamp) -> SignedDuration {
    let rules = DatedRules::baseline();
    let today = now.to_zoned(TimeZone::UTC).date();
    let days_of = |cap: u16| i64::from(cap.saturating_sub(DAYS_LEFT + 1));
    let ordered_on = |cap: u16| today.checked_sub(days_of(cap).days()).ok();
    let cap = rules
        .validity()
        .iter()
        .rev()
        .map(|row| row.value)
        .find(|cap| ordered_on(*cap).is_some_and(|day| rules.validity_cap(day) == Some(*cap)));
    // Between two rules no day fits exactly: then nothing ends soon, and the demo is right all the same.
    SignedDuration::from_hours(24 * days_of(cap.unwrap_or(DAYS_LEFT + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brand_that_is_a_word_of_its_own_is_left_out() {
        assert_eq!(without_brand("Sectigo PositiveSSL", "Sectigo"), "PositiveSSL");
        assert_eq!(without_brand("SectigoSSL DV", "Sectigo"), "SectigoSSL DV");
    }

    #[test]
    fn the_oldest_certificates_end_within_days_whatever_the_rules_of_their_day() {
        for (today, days) in [
            ("2026-11-23", 194),
            ("2027-05-01", 194),
            ("2027-10-01", 94),
            ("2029-04-20", 94),
            ("2030-01-01", 41),
        ] {
            let now: Timestamp = format!("{today}T12:00:00Z").parse().unwrap();
            assert_eq!(
                history_before(now),
                SignedDuration::from_hours(24 * days),
                "{today}"
            );
        }
    }
}
