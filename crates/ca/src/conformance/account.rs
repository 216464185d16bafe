//! Balance, catalogue, prices and approvers.

use std::collections::BTreeSet;

use domain::{
    Money,
    product::{ProductKind, ValidationLevel, ValidationMethod},
};

use super::{
    applicant::{Applicant, domain_name, failed, order_of},
    world::{At, Times, Trouble, World},
};
use crate::{Capability, Class, Placed, ValidationChoice};

/// The balance is the CA's to the last digit, with the time of reading, before and after a purchase.
pub async fn the_balance_is_exact(world: &dyn World) {
    let applicant = Applicant::new(world);
    let currency = world.balance().await.currency();
    for minor in [0, 1, 8_40, 12_345_678_907] {
        let held = Money::from_minor(minor, currency);
        world.set_balance(held).await;
        let read = applicant.connector.balance().await.expect("the balance is read");
        assert_eq!(read.amount, held);
        assert!(read.as_of <= world.now());
    }
    applicant.open("shop.test").await;
    let read = applicant.connector.balance().await.expect("the balance is read");
    assert_eq!(read.amount, world.balance().await, "what was bought is gone");
}

/// An answer that holds no balance is an error, never zero.
pub async fn an_answer_without_a_balance_is_no_balance(world: &dyn World) {
    let applicant = Applicant::new(world);
    for trouble in [
        Trouble::Empty,
        Trouble::Page(200),
        Trouble::RefusalAsSuccess("Account is locked"),
    ] {
        world.trouble(At::Balance, trouble.clone(), Times::Once).await;
        failed(
            applicant.connector.balance().await,
            &[Class::Protocol, Class::Rejected],
        );
    }
}

/// Products have ids of their own, terms from short to long, and prices above nothing in one currency each.
pub async fn the_catalogue_is_whole(world: &dyn World) {
    let catalogue = Applicant::new(world)
        .connector
        .products()
        .await
        .expect("the catalogue is read");
    assert!(!catalogue.products.is_empty());
    assert!(catalogue.as_of <= world.now());
    let ids: BTreeSet<_> = catalogue.products.iter().map(|product| &product.id).collect();
    assert_eq!(ids.len(), catalogue.products.len(), "no id is there twice");
    for product in &catalogue.products {
        let name = &product.name;
        assert!(!name.is_empty() && !product.terms.is_empty(), "{product:?}");
        assert!(
            product.included_names >= 1 && product.max_names >= product.included_names,
            "{name}"
        );
        let days: Vec<u32> = product.terms.iter().map(|term| term.days).collect();
        assert!(days.is_sorted_by(|one, other| one < other), "{name}: {days:?}");
        for term in &product.terms {
            assert!(!term.price.is_zero() && !term.price.is_negative(), "{name}");
            assert_eq!(term.price.currency(), product.currency, "{name}");
            let extra = term.extra_name.is_some() || term.extra_wildcard.is_some();
            assert!(!extra || product.kind == ProductKind::MultiDomain, "{name}");
        }
        assert_eq!(catalogue.product(&product.id), Some(product));
    }
}

/// A product offers only methods that the connector declares and that fit its names.
pub async fn products_take_only_methods_that_the_connector_has(world: &dyn World) {
    let connector = Applicant::new(world).connector;
    let declared = connector.descriptor().capabilities;
    let catalogue = connector.products().await.expect("the catalogue is read");
    for product in &catalogue.products {
        assert!(!product.methods.is_empty(), "{}", product.name);
        for method in &product.methods {
            assert!(declared.validates_by(*method), "{}: {method}", product.name);
            assert!(
                product.kind != ProductKind::Wildcard || method.takes_wildcards(),
                "{}: {method}",
                product.name
            );
        }
    }
}

/// The catalogue is the same when the CA writes it in another shape.
pub async fn the_catalogue_is_read_in_other_shapes(world: &dyn World) {
    let applicant = Applicant::new(world);
    let plain = applicant
        .connector
        .products()
        .await
        .expect("the catalogue is read");
    world
        .trouble(At::Products, Trouble::OtherShape, Times::Once)
        .await;
    let bent = applicant
        .connector
        .products()
        .await
        .expect("the catalogue is read again");
    assert_eq!(bent.products, plain.products);
}

/// What the catalogue says is what the CA charges: for one name, for many, and with wildcards.
pub async fn the_catalogue_tells_what_is_charged(world: &dyn World) {
    let applicant = Applicant::new(world);
    let single = applicant
        .product(ValidationLevel::Dv, ProductKind::Single, ValidationMethod::Dns)
        .await;
    let multi = applicant
        .product(
            ValidationLevel::Dv,
            ProductKind::MultiDomain,
            ValidationMethod::Dns,
        )
        .await;
    let many: Vec<String> = (0..multi.included_names + 2)
        .map(|n| format!("n{n}.shop.test"))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (product, names) in [(&single, vec!["shop.test"]), (&multi, many)] {
        let request = order_of(product, &names, &ValidationChoice::Dns);
        let count = u32::try_from(names.len()).expect("few names");
        let wanted = product.price(request.days, count, 0).expect("it is on sale");
        let before = world.balance().await;
        let placed = applicant.connector.place_order(&request).await;
        let Ok(Placed::Accepted { charged, .. }) = placed else {
            panic!("{}: {placed:?}", product.name)
        };
        let gone = before.minus(world.balance().await).expect("one currency");
        assert_eq!(gone, wanted, "{}", product.name);
        assert!(charged.is_none_or(|charged| charged == gone), "{charged:?}");
    }
}

/// Approvers are addresses at the name or above it.
pub async fn approvers_belong_to_the_name(world: &dyn World) {
    let connector = Applicant::new(world).connector;
    if !connector
        .descriptor()
        .capabilities
        .has(Capability::ApproverEmails)
    {
        let name = domain_name("shop.test");
        failed(connector.approver_emails(&name).await, &[Class::Unsupported]);
        return;
    }
    for name in ["www.shop.test", "*.shop.test"] {
        let name = domain_name(name);
        let approvers = connector
            .approver_emails(&name)
            .await
            .expect("approvers are read");
        assert!(!approvers.is_empty());
        for approver in approvers {
            let (_, host) = approver.split_once('@').expect("an address");
            let allowed = name.authorization_candidates();
            assert!(
                allowed.iter().any(|candidate| candidate.as_str() == host),
                "{approver}"
            );
        }
    }
}
