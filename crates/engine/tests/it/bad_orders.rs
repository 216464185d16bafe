//! Orders that must be refused: each with the message at its field, nothing charged, nothing half-made.

use certbroker_engine::{
    Error,
    orders::{NamePlan, NewOrder, QuoteRequest, RequestSource},
    services::ServiceQuery,
};
use domain::{
    Currency, Money, NameSet,
    id::TariffPlanId,
    product::ValidationMethod::{Dns, Email, Http},
    term::Years,
};
use pki::{KeyChoice, PrivateKey, Subject};
use store::Page;
use testkit::{TestWorld, Wanted, database::for_each_backend};

struct Plans {
    single: TariffPlanId,
    wildcard: TariffPlanId,
    multi: TariffPlanId,
    organisation: TariffPlanId,
}

type Change = fn(&Plans, &mut NewOrder);

/// What is wrong with an otherwise good order, and what the answer must name.
const BAD: &[(&str, Change, &str)] = &[
    ("no name", |_, order| order.names = vec![], "names:required"),
    (
        "a blank name",
        |_, order| order.names = vec!["  ".into()],
        "names:required",
    ),
    (
        "an address of a page",
        |_, order| name(order, "https://shop.test/x"),
        "names.0:name-url",
    ),
    (
        "a mail address",
        |_, order| name(order, "me@shop.test"),
        "names.0:name-email",
    ),
    (
        "an IP address",
        |_, order| name(order, "192.0.2.1"),
        "names.0:name-ip-address",
    ),
    (
        "one label",
        |_, order| name(order, "localhost"),
        "names.0:name-no-dot",
    ),
    (
        "a public suffix",
        |_, order| name(order, "co.uk"),
        "names.0:name-public-suffix",
    ),
    (
        "a wildcard on a public suffix",
        |plans, order| wildcard(plans, order, "*.co.uk"),
        "names.0:name-wildcard-on-public-suffix",
    ),
    (
        "an underscore",
        |_, order| name(order, "my_shop.test"),
        "names.0:name-underscore",
    ),
    (
        "an empty label",
        |_, order| name(order, "shop..test"),
        "names.0:name-empty-label",
    ),
    (
        "a label that is too long",
        |_, order| name(order, &format!("{}.test", "a".repeat(64))),
        "names.0:name-label-too-long",
    ),
    (
        "a hyphen at an edge",
        |_, order| name(order, "-shop.test"),
        "names.0:name-edge-hyphen",
    ),
    (
        "bad Punycode",
        |_, order| name(order, "xn--a.test"),
        "names.0:name-bad-punycode",
    ),
    (
        "a space",
        |_, order| name(order, "my shop.test"),
        "names.0:name-bad-character",
    ),
    (
        "a numeric suffix",
        |_, order| name(order, "shop.123"),
        "names.0:name-numeric-suffix",
    ),
    (
        "two names where one is sold",
        |_, order| order.names = two("a.test", "b.test"),
        "names:one-name-only",
    ),
    (
        "a wildcard where none is sold",
        |_, order| name(order, "*.shop.test"),
        "names:wildcard-not-in-product",
    ),
    (
        "no wildcard where one is sold",
        |plans, order| wildcard(plans, order, "shop.test"),
        "names:wildcard-expected",
    ),
    (
        "a wildcard as main name of several",
        |plans, order| {
            order.plan = plans.multi;
            name(order, "*.shop.test");
        },
        "names:main-name-is-wildcard",
    ),
    (
        "too many names",
        |plans, order| {
            order.plan = plans.multi;
            order.names = (0..300).map(|n| format!("n{n}.test")).collect();
        },
        "names:too-many-names",
    ),
    (
        "a file for a wildcard",
        |plans, order| {
            wildcard(plans, order, "*.shop.test");
            order.validation.method = Http;
        },
        "validation.*.shop.test:method-not-for-wildcards",
    ),
    (
        "mail without an approver",
        |_, order| order.validation.method = Email,
        "validation.shop.test:approver-required",
    ),
    (
        "mail to no address",
        |_, order| approver(order, "admin"),
        "validation.shop.test:email",
    ),
    (
        "mail to somebody else",
        |_, order| approver(order, "thief@evil.test"),
        "validation.shop.test:approver-not-allowed",
    ),
    (
        "a method for a name that is not ordered",
        |_, order| {
            order.validation.names = vec![NamePlan {
                name: "other.test".into(),
                method: Dns,
                approver: None,
            }];
        },
        "validation.names.0:not-a-name-of-the-order",
    ),
    (
        "no first name",
        |_, order| order.contact.first_name = String::new(),
        "contact.first_name:required",
    ),
    (
        "no phone",
        |_, order| order.contact.phone = String::new(),
        "contact.phone:required",
    ),
    (
        "a bad mail address",
        |_, order| order.contact.email = "ada".into(),
        "contact.email:email",
    ),
    (
        "a name that ends a header",
        |_, order| order.contact.last_name = "A\r\nBcc: x".into(),
        "contact.last_name:control-characters",
    ),
    (
        "no organisation where it is verified",
        |plans, order| order.plan = plans.organisation,
        "organisation.name:required",
    ),
    (
        "a term that is not sold",
        |_, order| order.years = Years::new(10).unwrap(),
        "years:not-on-offer",
    ),
    (
        "an external reference that is too long",
        |_, order| order.external_ref = Some("x".repeat(101)),
        "external_ref:too-long",
    ),
    (
        "an empty request",
        |_, order| order.request = RequestSource::Given(String::new()),
        "csr:csr-empty",
    ),
    (
        "no request at all",
        |_, order| order.request = RequestSource::Given("hello".into()),
        "csr:csr-",
    ),
    (
        "a private key instead of a request",
        |_, order| order.request = RequestSource::Given(private_key()),
        "csr:csr-private-key",
    ),
    (
        "a request for another name",
        |_, order| order.request = RequestSource::Given(request_for("other.test")),
        "csr:csr-",
    ),
    (
        "another price than was shown",
        |_, order| order.agreed = Some(Money::from_minor(1, Currency::EUR)),
        "price-changed",
    ),
];

fn name(order: &mut NewOrder, text: &str) {
    order.names = vec![text.to_owned()];
}

fn wildcard(plans: &Plans, order: &mut NewOrder, text: &str) {
    order.plan = plans.wildcard;
    name(order, text);
}

fn two(a: &str, b: &str) -> Vec<String> {
    vec![a.to_owned(), b.to_owned()]
}

fn approver(order: &mut NewOrder, address: &str) {
    let approver = Some(address.to_owned());
    order.validation.names = vec![NamePlan {
        name: "shop.test".to_owned(),
        method: Email,
        approver,
    }];
}

fn private_key() -> String {
    use secrecy::ExposeSecret as _;
    PrivateKey::make(KeyChoice::P256)
        .unwrap()
        .to_pem()
        .expose_secret()
        .to_owned()
}

fn request_for(name: &str) -> String {
    let key = PrivateKey::make(KeyChoice::P256).unwrap();
    pki::csr::make(
        &key,
        &NameSet::new(name.parse().unwrap(), []),
        &Subject::default(),
    )
    .unwrap()
    .to_pem()
}

fn named(error: &Error) -> Vec<String> {
    match error {
        Error::Invalid(problems) => problems
            .iter()
            .map(|problem| format!("{}:{}", problem.field, problem.code))
            .collect(),
        Error::Refused(refusal) => vec![refusal.code.to_owned()],
        other => vec![format!("{other:?}")],
    }
}

#[tokio::test]
async fn every_bad_order_is_refused_with_its_message_and_costs_nothing() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plans = Plans {
            single: world.plan("PositiveSSL").await,
            wildcard: world.plan("PositiveSSL Wildcard").await,
            multi: world.plan("PositiveSSL Multi-Domain").await,
            organisation: world.plan("InstantSSL OV").await,
        };
        let before = world
            .engine
            .money()
            .balance(&world.admin, world.account)
            .await
            .unwrap();
        for (what, change, expected) in BAD {
            let mut order = TestWorld::order(plans.single, &["shop.test"], Dns);
            change(&plans, &mut order);
            let refused = world.engine.orders().place(&world.client, order).await;
            let found = named(&refused.expect_err(what));
            assert!(
                found.iter().any(|one| one.starts_with(expected)),
                "{what}: {found:?}, not {expected}"
            );
        }
        let after = world
            .engine
            .money()
            .balance(&world.admin, world.account)
            .await
            .unwrap();
        assert_eq!((after.balance, after.reserved), (before.balance, before.reserved));
        let services = world
            .engine
            .services()
            .list(&world.admin, &ServiceQuery::default(), &Page::first(10))
            .await
            .unwrap();
        assert!(services.rows.is_empty());
        assert_eq!(world.worker.run_due_once().await.unwrap(), 0);
        assert!(world.simulator.purchases().is_empty());
        assert!(BAD.len() >= 30);
    })
    .await;
}

#[tokio::test]
async fn who_has_no_money_is_told_how_much_is_missing() {
    for_each_backend(async |store| {
        let world = TestWorld::with(
            store,
            Wanted {
                money: 100,
                ..Wanted::default()
            },
        )
        .await;
        let plan = world.plan("PositiveSSL").await;
        let request = QuoteRequest {
            account: None,
            plan,
            years: Years::new(1).unwrap(),
            names: vec!["shop.test".to_owned()],
        };
        let quote = world.engine.orders().quote(&world.client, request).await.unwrap();
        let missing = quote
            .price
            .gross
            .minus(Money::from_minor(100, Currency::EUR))
            .unwrap();
        assert_eq!(quote.missing, Some(missing));
        assert_eq!(quote.margin, None, "costs are for staff");
        let order = TestWorld::order(plan, &["shop.test"], Dns);
        let refused = world
            .engine
            .orders()
            .place(&world.client, order)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Refused(refusal) if refusal.code == "not-enough-money"));
    })
    .await;
}
