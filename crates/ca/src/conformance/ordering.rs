//! Orders: accepted and charged once, or refused and not charged at all.

use domain::{
    Money,
    product::{ProductKind, ValidationLevel, ValidationMethod},
};

use super::{
    applicant::{Applicant, accepted, csr, failed, name_set, order_of, refused},
    world::{Address, At, Password, Setup, Times, Trouble, World},
};
use crate::{CaState, Class, Placed, ValidationChoice};

/// An accepted order has an id and is bought once.
pub async fn an_accepted_order_is_bought_once(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (request, order) = applicant.open("shop.test").await;
    assert!(!order.as_str().is_empty() && order.as_str().len() <= 190);
    let purchases = world.purchases().await;
    assert_eq!(purchases.len(), 1);
    let bought = purchases.first().expect("one");
    assert!(
        bought
            .name
            .as_ref()
            .is_none_or(|name| name == request.names.main())
    );
    assert!(
        bought
            .unique_value
            .as_ref()
            .is_none_or(|value| *value == request.unique_value)
    );
    assert_eq!(applicant.purchase_calls(), 1);
}

/// Two orders for the same name are two orders.
pub async fn orders_for_one_name_are_told_apart(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (_, one) = applicant.open("shop.test").await;
    let (_, other) = applicant.open("shop.test").await;
    assert_ne!(one, other);
    assert_eq!(applicant.purchases().await, 2);
}

/// An account that does not cover the price.
pub async fn an_order_beyond_the_balance_is_refused(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    let currency = world.balance().await.currency();
    world.set_balance(Money::zero(currency)).await;
    refused(applicant.connector.place_order(&request).await);
    assert_eq!(applicant.purchases().await, 0);
}

/// A request whose names are not those ordered; the refusal names the request or the names.
pub async fn a_refusal_names_the_field(world: &dyn World) {
    let applicant = Applicant::new(world);
    let mut request = applicant.order("shop.test").await;
    request.csr = csr(&name_set(&["elsewhere.test"]), pki::KeyChoice::P256).0;
    let (why, field) = refused(applicant.connector.place_order(&request).await);
    assert!(
        matches!(field.as_deref(), Some("csr" | "names")),
        "{field:?}: {why}"
    );
    assert_eq!(applicant.purchases().await, 0);
}

/// A product that the CA does not sell is never bought; the CA's answer may be a refusal or a plain "not found".
pub async fn a_product_that_does_not_exist_is_not_bought(world: &dyn World) {
    let applicant = Applicant::new(world);
    let mut request = applicant.order("shop.test").await;
    request.product = crate::ProductId("7777777".to_owned());
    match applicant.connector.place_order(&request).await {
        Ok(Placed::Rejected { .. }) => {}
        Err(error) => assert_eq!(error.class, Class::Rejected, "{error}"),
        other => panic!("nothing can be bought: {other:?}"),
    }
    assert_eq!(applicant.purchases().await, 0);
}

/// A refusal with the status of a success is a refusal.
pub async fn a_refusal_dressed_as_success_is_a_refusal(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    world
        .trouble(
            At::Order,
            Trouble::RefusalAsSuccess("days is invalid"),
            Times::Once,
        )
        .await;
    let (why, _) = refused(applicant.connector.place_order(&request).await);
    assert!(why.contains("days is invalid"), "{why}");
    assert_eq!(applicant.purchases().await, 0);
}

/// The CA's own words reach the person who has to act.
pub async fn a_refusal_keeps_the_words_of_the_ca(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    world
        .trouble(
            At::Order,
            Trouble::Refusal("The moon is in the wrong phase"),
            Times::Once,
        )
        .await;
    let placed = applicant.connector.place_order(&request).await;
    let Ok(Placed::Rejected { why, raw, .. }) = placed else {
        panic!("{placed:?}")
    };
    assert!(why.contains("The moon is in the wrong phase"), "{why}");
    assert!(
        raw.is_some_and(|raw| raw.body.contains("moon")),
        "the answer is kept"
    );
}

/// A list price above the ceiling: refused by the connector itself, before any call that could cost money.
pub async fn a_price_above_the_ceiling_is_refused_before_the_call(world: &dyn World) {
    let applicant = Applicant::new(world);
    let mut request = applicant.order("shop.test").await;
    let currency = world.balance().await.currency();
    request.price_ceiling = Some(Money::from_minor(1, currency));
    let (_, field) = refused(applicant.connector.place_order(&request).await);
    assert_eq!(field.as_deref(), Some("price_ceiling"));
    assert_eq!((applicant.purchases().await, applicant.purchase_calls()), (0, 0));
    request.price_ceiling = Some(Money::from_minor(1_000_000, currency));
    accepted(applicant.connector.place_order(&request).await);
}

/// Files never prove a wildcard name (BR 3.2.2.4.18).
pub async fn a_wildcard_is_not_ordered_by_file(world: &dyn World) {
    let applicant = Applicant::new(world);
    let product = applicant
        .product(ValidationLevel::Dv, ProductKind::Wildcard, ValidationMethod::Dns)
        .await;
    for choice in [ValidationChoice::Http, ValidationChoice::Https] {
        let request = order_of(&product, &["*.shop.test"], &choice);
        refused(applicant.connector.place_order(&request).await);
    }
    assert_eq!(applicant.purchases().await, 0);
    let request = order_of(&product, &["*.shop.test"], &ValidationChoice::Dns);
    applicant.placed(&request).await;
}

/// A hundred names reach the CA, each of them.
pub async fn an_order_may_have_a_hundred_names(world: &dyn World) {
    let applicant = Applicant::new(world);
    let product = applicant
        .product(
            ValidationLevel::Dv,
            ProductKind::MultiDomain,
            ValidationMethod::Dns,
        )
        .await;
    let names: Vec<String> = (0..100)
        .map(|n| format!("a-rather-long-name-number-{n}.shop-of-examples.test"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let currency = world.balance().await.currency();
    world.set_balance(Money::from_minor(10_000_000, currency)).await;
    let request = order_of(&product, &names, &ValidationChoice::Dns);
    let order = applicant.placed(&request).await;
    let validations = applicant
        .connector
        .validations(&order)
        .await
        .expect("validations are read");
    for name in &request.names {
        assert!(
            validations.iter().any(|validation| validation.name == *name),
            "{name}"
        );
    }
}

/// International names travel as A-labels.
pub async fn international_names_are_ordered(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (request, order) = applicant.open("bücher.shop.test").await;
    assert_eq!(request.names.main().as_str(), "xn--bcher-kva.shop.test");
    let validations = applicant
        .connector
        .validations(&order)
        .await
        .expect("validations are read");
    assert!(
        validations
            .iter()
            .any(|validation| validation.name == *request.names.main())
    );
}

/// Accepted, but the CA waits for money: no failure, nothing charged, and it goes on once it is paid.
pub async fn an_order_may_wait_for_payment(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    let currency = world.balance().await.currency();
    world.set_balance(Money::zero(currency)).await;
    world.trouble(At::Order, Trouble::Invoice, Times::Once).await;
    let placed = applicant.connector.place_order(&request).await;
    let Ok(Placed::Accepted { ca_order, state, .. }) = placed else {
        panic!("{placed:?}")
    };
    assert_eq!(state, Some(CaState::AwaitingPayment));
    assert_eq!(applicant.purchases().await, 0);
    world.set_balance(Money::from_minor(100_000, currency)).await;
    world.pay_everything().await;
    let snapshot = applicant
        .connector
        .order_state(&ca_order)
        .await
        .expect("the state is read");
    assert_eq!(snapshot.state, CaState::Pending, "{snapshot:?}");
    world.issue(&snapshot.ca_order).await;
    applicant
        .connector
        .fetch_certificate(&ca_order)
        .await
        .expect("the first id still works");
}

/// An answer that names the order but not the certificate: the certificate is found by the order's id.
pub async fn an_order_without_a_certificate_is_followed_by_its_own_id(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    world
        .trouble(At::Order, Trouble::NoCertificateNamed, Times::Once)
        .await;
    let order = applicant.placed(&request).await;
    let snapshot = applicant
        .connector
        .order_state(&order)
        .await
        .expect("the state is read");
    assert_eq!(snapshot.state, CaState::Pending);
    assert!(
        !applicant
            .connector
            .validations(&order)
            .await
            .expect("read")
            .is_empty()
    );
    world.issue(&snapshot.ca_order).await;
    applicant
        .connector
        .fetch_certificate(&order)
        .await
        .expect("it is delivered");
}

/// Credentials that are refused: an error that promises that nothing was bought.
pub async fn refused_credentials_buy_nothing(world: &dyn World) {
    let request = Applicant::new(world).order("shop.test").await;
    let setup = Setup {
        password: Password::Wrong,
        ..Setup::default()
    };
    let applicant = Applicant::with(world, setup);
    failed(
        applicant.connector.place_order(&request).await,
        &[Class::Unauthorized],
    );
    assert_eq!((applicant.purchases().await, applicant.purchase_calls()), (0, 0));
}

/// A CA that is not there: an error that promises that nothing was bought.
pub async fn a_ca_that_is_away_sells_nothing(world: &dyn World) {
    let request = Applicant::new(world).order("shop.test").await;
    let setup = Setup {
        address: Address::ClosedPort,
        ..Setup::default()
    };
    let applicant = Applicant::with(world, setup);
    failed(
        applicant.connector.place_order(&request).await,
        &[Class::Unreachable],
    );
    assert_eq!(applicant.purchases().await, 0);
}
