//! Taxes and exchange rates: which one holds, what an order pays, and what may still be removed.

use certbroker_engine::{
    Actor, Error, Who,
    money::rates::{Dated, NewExchangeRate, NewTaxRate, Standing},
    orders::QuoteRequest,
};
use domain::{
    Clock as _, Currency, Money,
    id::{ExchangeRateId, SellerId, TaxRateId},
    product::ValidationMethod::Dns,
    state::Role,
    term::Years,
};
use jiff::{
    ToSpan as _,
    civil::{Date, date},
    tz::TimeZone,
};
use rust_decimal::Decimal;
use store::{
    account::AccountKind::{self, Company, Person},
    audit::AuditFilter,
    document::{DocumentFilter, DocumentKind},
    page::Page,
    rate::TaxRate,
};
use testkit::{TestWorld, database::for_each_backend};
use uuid::Uuid;

#[tokio::test]
async fn a_countrys_own_rate_goes_before_the_one_for_every_other_and_kinds_are_apart() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let quoted = async || {
            let request = QuoteRequest {
                account: None,
                plan,
                years: Years::new(1).unwrap(),
                names: vec!["own.test".to_owned()],
            };
            let quote = world.engine.orders().quote(&world.client, request).await.unwrap();
            let line = quote.price.lines[0].clone();
            assert_eq!(quote.price.net.plus(quote.price.tax), Ok(quote.price.gross));
            line.tax_rate
        };
        let client = world
            .engine
            .accounts()
            .show(&world.admin, world.account)
            .await
            .unwrap();
        let (own, other) = match client.kind {
            Company => (Company, Person),
            Person => (Person, Company),
        };
        assert_eq!(quoted().await, Decimal::ZERO, "none was entered");
        let day = today(&world).checked_sub(30.days()).unwrap();
        add(&world, "", other, 25, day).await.unwrap();
        assert_eq!(quoted().await, Decimal::ZERO, "for others");
        add(&world, "", own, 10, day).await.unwrap();
        assert_eq!(quoted().await, Decimal::from(10));
        add(
            &world,
            &client.country,
            own,
            21,
            day.checked_sub(300.days()).unwrap(),
        )
        .await
        .unwrap();
        assert_eq!(quoted().await, Decimal::from(21), "its own, though it is older");
        add(&world, "", own, 11, today(&world)).await.unwrap();
        assert_eq!(quoted().await, Decimal::from(21));
        add(&world, &client.country, own, 0, today(&world)).await.unwrap();
        assert_eq!(quoted().await, Decimal::ZERO, "0% of its own is a rate too");
    })
    .await;
}

#[tokio::test]
async fn an_order_keeps_the_rate_of_its_day_and_the_next_pays_the_new_one() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let client = world
            .engine
            .accounts()
            .show(&world.admin, world.account)
            .await
            .unwrap();
        let begins = today(&world).checked_add(10.days()).unwrap();
        add(&world, &client.country, client.kind, 21, begins)
            .await
            .unwrap();
        let before = world.place(TestWorld::order(plan, &["before.test"], Dns)).await;
        world.advance_to(begins);
        let after = world.place(TestWorld::order(plan, &["after.test"], Dns)).await;
        let rates_of = async |service| -> Vec<Decimal> {
            let view = world.view(service).await;
            view.money.lines.iter().map(|line| line.tax_rate).collect()
        };
        assert_eq!(rates_of(before.service).await, [Decimal::ZERO]);
        assert_eq!(rates_of(after.service).await, [Decimal::from(21)]);
        let (untaxed, taxed) = (
            world.view(before.service).await.money,
            world.view(after.service).await.money,
        );
        assert_eq!((untaxed.net, untaxed.net), (untaxed.gross, taxed.net));
        let tax = taxed.net.times(Decimal::new(21, 2)).unwrap();
        assert_eq!(taxed.net.plus(tax), Ok(taxed.gross));

        // What is charged later is what was ordered then, on the document too.
        world.prove(before.service).await;
        world
            .until(before.service, domain::state::ServiceState::Active)
            .await;
        assert_eq!(rates_of(before.service).await, [Decimal::ZERO]);
        let filter = DocumentFilter {
            kind: Some(DocumentKind::Charge),
            ..DocumentFilter::default()
        };
        let money = world.engine.money();
        let documents = money
            .documents(&world.client, filter, &Page::first(10))
            .await
            .unwrap();
        let charged = |service| {
            documents
                .rows
                .iter()
                .find(|one| one.service_id == Some(service))
                .map(|one| one.tax)
        };
        assert_eq!(charged(before.service), Some(0));
        assert_eq!(charged(after.service), tax.minor().ok());
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn a_rate_is_removed_before_its_day_and_never_from_it_on() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let money = world.engine.money();
        let day = today(&world).checked_add(5.days()).unwrap();
        let tax = add(&world, "DE", Company, 19, day).await.unwrap();
        let rate = exchange(&world, "USD", "EUR", day).await.unwrap();
        assert_eq!(refusal(add(&world, "DE", Company, 20, day).await), "rate-exists");
        assert_eq!(refusal(exchange(&world, "USD", "EUR", day).await), "rate-exists");
        money.remove_tax_rate(&world.admin, tax).await.unwrap();
        money.remove_exchange_rate(&world.admin, rate).await.unwrap();
        let gone = money.remove_tax_rate(&world.admin, tax).await;
        assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
        let gone = money.remove_exchange_rate(&world.admin, rate).await;
        assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");

        let tax = add(&world, "DE", Company, 20, day).await.unwrap();
        let rate = exchange(&world, "USD", "EUR", day).await.unwrap();
        world.advance_to(day);
        assert_eq!(
            refusal(money.remove_tax_rate(&world.admin, tax).await),
            "rate-in-force"
        );
        assert_eq!(
            refusal(money.remove_exchange_rate(&world.admin, rate).await),
            "rate-in-force"
        );
        assert_eq!(money.tax_rates(&world.admin).await.unwrap().len(), 1);
        assert_eq!(money.exchange_rates(&world.admin).await.unwrap().len(), 1);

        for action in ["money.tax_rate_removed", "money.exchange_rate_removed"] {
            let filter = AuditFilter {
                action: Some(action.to_owned()),
                ..AuditFilter::default()
            };
            let audit = world.engine.audit();
            let said = audit.list(&world.admin, &filter, &Page::first(10)).await.unwrap();
            assert_eq!(said.rows.len(), 1, "{action}: refusals are no removals");
        }
    })
    .await;
}

#[tokio::test]
async fn the_lists_say_what_holds_today_for_each_country_and_pair() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let today = today(&world);
        let days = |count: i32| today.checked_add(count.days()).unwrap();
        for (country, percent, begins) in [
            ("DE", 16, days(-400)),
            ("DE", 19, days(-100)),
            ("DE", 22, days(30)),
            ("", 5, days(-500)),
            ("FR", 20, today),
        ] {
            add(&world, country, Company, percent, begins).await.unwrap();
        }
        let shown = world.engine.money().tax_rates(&world.admin).await.unwrap();
        let seen: Vec<_> = shown.iter().map(told).collect();
        assert_eq!(
            seen,
            [
                ("DE", 22, Standing::ToCome),
                ("FR", 20, Standing::InForce),
                ("DE", 19, Standing::InForce),
                ("", 5, Standing::InForce),
                ("DE", 16, Standing::Past),
            ]
        );
        for begins in [days(-2), today, days(1)] {
            exchange(&world, "USD", "EUR", begins).await.unwrap();
        }
        exchange(&world, "EUR", "USD", days(-2)).await.unwrap();
        let shown = world.engine.money().exchange_rates(&world.admin).await.unwrap();
        let seen: Vec<_> = shown
            .iter()
            .map(|one| (one.rate.from_currency.to_string(), one.standing))
            .collect();
        let of = |currency: &str, standing| (currency.to_owned(), standing);
        assert_eq!(
            seen,
            [
                of("USD", Standing::ToCome),
                of("USD", Standing::InForce),
                of("EUR", Standing::InForce),
                of("USD", Standing::Past),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_told_by_its_field() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let money = world.engine.money();
        let (good, far, day) = ("0.92", "1000000001", today(&world));
        for (country, percent, begins, field) in [
            ("Germany", "19", day, "country"),
            ("de", "19", day, "country"),
            ("DE", "-1", day, "percent"),
            ("DE", "100.01", day, "percent"),
            ("DE", "19", date(26, 1, 1), "valid_from"),
        ] {
            let new = NewTaxRate {
                country: country.to_owned(),
                account_kind: Company,
                percent: percent.parse().unwrap(),
                valid_from: begins,
            };
            assert_eq!(wrong(money.add_tax_rate(&world.admin, new).await), [field]);
        }
        for (to, rate, source, begins, field) in [
            ("EUR", "0", "ECB", day, "rate"),
            ("EUR", "-0.92", "ECB", day, "rate"),
            ("EUR", far, "ECB", day, "rate"),
            ("USD", good, "ECB", day, "to"),
            ("EUR", good, "  ", day, "source"),
            ("EUR", good, "ECB", date(2200, 1, 1), "valid_on"),
        ] {
            let new = NewExchangeRate {
                from: Currency::USD,
                to: to.parse().unwrap(),
                rate: rate.parse().unwrap(),
                source: source.to_owned(),
                valid_on: begins,
            };
            assert_eq!(wrong(money.add_exchange_rate(&world.admin, new).await), [field]);
        }
        assert!(money.tax_rates(&world.admin).await.unwrap().is_empty());
        assert!(money.exchange_rates(&world.admin).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn staff_see_rates_administrators_enter_them_and_another_sellers_are_not_there() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let money = world.engine.money();
        let day = today(&world).checked_add(5.days()).unwrap();
        let tax = add(&world, "DE", Company, 19, day).await.unwrap();
        let rate = exchange(&world, "USD", "EUR", day).await.unwrap();
        let staff = Actor {
            who: match world.admin.who.clone() {
                Who::Staff { user, .. } => Who::Staff {
                    user,
                    role: Role::Staff,
                    on_behalf_of: None,
                },
                other => other,
            },
            ..world.admin.clone()
        };
        assert_eq!(money.tax_rates(&staff).await.unwrap().len(), 1);
        assert_eq!(money.exchange_rates(&staff).await.unwrap().len(), 1);
        for actor in [&staff, &world.client] {
            let tried = money.remove_tax_rate(actor, tax).await;
            assert!(matches!(tried, Err(Error::Forbidden)), "{tried:?}");
            let tried = money.remove_exchange_rate(actor, rate).await;
            assert!(matches!(tried, Err(Error::Forbidden)), "{tried:?}");
        }
        for seen in [
            money.tax_rates(&world.client).await.map(drop),
            money.exchange_rates(&world.client).await.map(drop),
        ] {
            assert!(matches!(seen, Err(Error::Forbidden)), "{seen:?}");
        }
        let elsewhere = Actor {
            seller: SellerId::from(Uuid::from_u128(9)),
            ..world.admin.clone()
        };
        assert!(money.tax_rates(&elsewhere).await.unwrap().is_empty());
        assert!(money.exchange_rates(&elsewhere).await.unwrap().is_empty());
        let tried = money.remove_tax_rate(&elsewhere, tax).await;
        assert!(matches!(tried, Err(Error::NotFound)), "{tried:?}");
        let tried = money.remove_exchange_rate(&elsewhere, rate).await;
        assert!(matches!(tried, Err(Error::NotFound)), "{tried:?}");
    })
    .await;
}

#[tokio::test]
async fn an_exchange_rate_shows_the_margin_where_currencies_differ_and_lets_the_rule_set_prices() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let tariffs = world.engine.tariffs();
        let dollars = async || {
            let price = certbroker_engine::tariffs::NewPrice {
                years: Years::new(1).unwrap(),
                currency: Currency::USD,
                period: 100.into(),
                extra_name: 0.into(),
                extra_wildcard: 0.into(),
                valid_from: None,
            };
            tariffs.set_price(&world.admin, plan, price).await.unwrap();
            let shown = tariffs.show(&world.admin, plan).await.unwrap();
            let found = shown
                .line
                .prices
                .into_iter()
                .find(|price| price.currency == Currency::USD);
            let price = found.unwrap();
            (price.cost.unwrap(), price.margin)
        };
        let (cost, margin) = dollars().await;
        assert_eq!((cost.currency(), margin), (Currency::EUR, None));
        exchange(&world, "USD", "EUR", today(&world)).await.unwrap();
        assert_eq!(dollars().await.1, None, "the other direction says nothing");
        let new = NewExchangeRate {
            from: Currency::EUR,
            to: Currency::USD,
            rate: Decimal::new(125, 2),
            source: "ECB".to_owned(),
            valid_on: today(&world),
        };
        world
            .engine
            .money()
            .add_exchange_rate(&world.admin, new)
            .await
            .unwrap();
        let converted = Money::new(cost.amount() * Decimal::new(125, 2), Currency::USD);
        let hundred = Money::from_minor(10_000, Currency::USD);
        assert_eq!(dollars().await.1, hundred.minus(converted).ok());
    })
    .await;
}

fn today(world: &TestWorld) -> Date {
    world.engine.clock().today(&TimeZone::UTC)
}

async fn add(
    world: &TestWorld,
    country: &str,
    account_kind: AccountKind,
    percent: i64,
    valid_from: Date,
) -> Result<TaxRateId, Error> {
    let new = NewTaxRate {
        country: country.to_owned(),
        account_kind,
        percent: percent.into(),
        valid_from,
    };
    let added = world.engine.money().add_tax_rate(&world.admin, new).await;
    added.map(|rate| rate.id)
}

async fn exchange(world: &TestWorld, from: &str, to: &str, valid_on: Date) -> Result<ExchangeRateId, Error> {
    let new = NewExchangeRate {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        rate: Decimal::new(92, 2),
        source: "ECB".to_owned(),
        valid_on,
    };
    let added = world.engine.money().add_exchange_rate(&world.admin, new).await;
    added.map(|rate| rate.id)
}

fn told(one: &Dated<TaxRate>) -> (&str, i64, Standing) {
    let percent = i64::try_from(one.rate.percent).unwrap();
    (one.rate.country.as_str(), percent, one.standing)
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> &'static str {
    match outcome {
        Err(Error::Refused(refusal)) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

fn wrong<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(Error::Invalid(problems)) => problems.into_iter().map(|problem| problem.field).collect(),
        other => panic!("not refused: {other:?}"),
    }
}
