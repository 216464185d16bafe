//! Certificates as ordered.

use domain::product::{ProductKind, ValidationLevel, ValidationMethod};
use pki::{Certificate, KeyChoice, issued::Ordered};

use super::{
    applicant::{Applicant, csr, failed, key_of, order_of},
    world::{At, Times, Trouble, World},
};
use crate::{CaOrderRef, Class, OrderRequest, ValidationChoice};

/// The certificate has our key and our names, and its chain leads to the CA's root.
pub async fn a_certificate_is_what_was_ordered(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (request, order) = applicant.issued("shop.test").await;
    verified(&applicant, &request, &order).await;
}

/// The same for a key of the other family, whose chain may be another.
pub async fn an_rsa_key_is_certified_too(world: &dyn World) {
    let applicant = Applicant::new(world);
    let mut request = applicant.order("shop.test").await;
    request.csr = csr(&request.names, KeyChoice::Rsa2048).0;
    let order = applicant.placed(&request).await;
    world.issue(&order).await;
    verified(&applicant, &request, &order).await;
}

/// Several names, a wildcard among them.
pub async fn all_ordered_names_are_certified(world: &dyn World) {
    let applicant = Applicant::new(world);
    let product = applicant
        .product(
            ValidationLevel::Dv,
            ProductKind::MultiDomain,
            ValidationMethod::Dns,
        )
        .await;
    let names = ["a.shop.test", "b.shop.test", "*.c.shop.test"];
    let request = order_of(&product, &names, &ValidationChoice::Dns);
    let order = applicant.placed(&request).await;
    world.issue(&order).await;
    verified(&applicant, &request, &order).await;
}

/// The organisation that was given is the one in the certificate.
pub async fn the_organisation_is_certified(world: &dyn World) {
    let applicant = Applicant::new(world);
    let product = applicant
        .product(ValidationLevel::Ov, ProductKind::Single, ValidationMethod::Dns)
        .await;
    let request = order_of(&product, &["shop.test"], &ValidationChoice::Dns);
    let order = applicant.placed(&request).await;
    world.issue(&order).await;
    let leaf = verified(&applicant, &request, &order).await;
    let organisation = request.organisation.expect("it was given");
    assert_eq!(
        leaf.subject().organization.as_deref(),
        Some(organisation.name.as_str())
    );
    assert_eq!(
        leaf.subject().country.as_deref(),
        Some(organisation.country.as_str())
    );
}

/// Before the issue there is nothing to fetch, and the refusal is no defect.
pub async fn nothing_is_delivered_before_the_issue(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (_, order) = applicant.open("shop.test").await;
    failed(
        applicant.connector.fetch_certificate(&order).await,
        &[Class::Rejected],
    );
}

/// What is no certificate is never taken for one.
pub async fn a_page_is_no_certificate(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (request, order) = applicant.issued("shop.test").await;
    for trouble in [Trouble::Page(200), Trouble::Empty, Trouble::Error] {
        world.trouble(At::Download, trouble, Times::Once).await;
        failed(
            applicant.connector.fetch_certificate(&order).await,
            &[Class::Protocol],
        );
    }
    verified(&applicant, &request, &order).await;
}

/// A refusal with the status of a success is no certificate either.
pub async fn a_refused_download_is_a_refusal(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (_, order) = applicant.issued("shop.test").await;
    world
        .trouble(At::Download, Trouble::RefusalAsSuccess("Not ready"), Times::Once)
        .await;
    let error = failed(
        applicant.connector.fetch_certificate(&order).await,
        &[Class::Rejected],
    );
    assert!(error.detail.contains("Not ready"), "{error}");
}

/// A certificate that the CA reissued by itself can be fetched under its own id, with the key of the order.
pub async fn a_certificate_that_the_ca_reissued_can_be_fetched(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (request, order) = applicant.issued("shop.test").await;
    let first = verified(&applicant, &request, &order).await;
    let next = world.reissue_by_itself(&order).await;
    let second = verified(&applicant, &request, &next).await;
    assert_ne!(first.serial(), second.serial());
}

async fn verified(applicant: &Applicant<'_>, request: &OrderRequest, order: &CaOrderRef) -> Certificate {
    let issued = applicant
        .connector
        .fetch_certificate(order)
        .await
        .expect("it is delivered");
    let parse = |der: &Vec<u8>| Certificate::from_der(der).expect("a certificate");
    let leaf = parse(&issued.leaf);
    let bag: Vec<Certificate> = issued.bag.iter().map(parse).collect();
    let anchors: Vec<Certificate> = applicant.world.roots().iter().map(parse).collect();
    // A CA may add the name with or without www.
    let extras = leaf
        .names()
        .map(|names| names.as_slice().to_vec())
        .unwrap_or_default();
    let extras: Vec<_> = extras
        .into_iter()
        .filter(|name| {
            let plain = name.as_str().trim_start_matches("www.").to_owned();
            request
                .names
                .iter()
                .any(|ordered| ordered.as_str().trim_start_matches("www.") == plain)
        })
        .collect();
    let ordered = Ordered {
        key: key_of(&request.csr),
        names: &request.names,
        declared_extras: &extras,
    };
    pki::issued::verify_issued(&leaf, &bag, ordered, &anchors, applicant.world.now())
        .unwrap_or_else(|error| panic!("{order}: {error}"));
    leaf
}
