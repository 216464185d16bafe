//! Reissues, or the plain word that there are none; the same for the other calls that a CA may lack.

use super::{
    applicant::{Applicant, accepted, domain_name, failed, key_of, reissue_of},
    world::{Reissue, World},
};
use crate::{AddNamesRequest, CaState, Capability, Class};

/// A reissue brings a new certificate for the new key within the paid order; without the call, the connector says Unsupported.
pub async fn a_paid_order_is_reissued_or_plainly_not(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (request, order) = applicant.issued("shop.test").await;
    let reissue = reissue_of(&request);
    let placed = applicant.connector.reissue(&order, &reissue).await;
    if world.reissue() == Reissue::ByPerson {
        failed(placed, &[Class::Unsupported]);
        return;
    }
    let next = accepted(placed);
    world.issue(&next).await;
    let issued = applicant
        .connector
        .fetch_certificate(&next)
        .await
        .expect("it is delivered");
    let leaf = pki::Certificate::from_der(&issued.leaf).expect("a certificate");
    assert_eq!(leaf.key_fingerprint(), key_of(&reissue.csr));
}

/// A reissue within the paid term costs nothing.
pub async fn a_reissue_costs_nothing(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (request, order) = applicant.issued("shop.test").await;
    let before = world.balance().await;
    let _ = applicant.connector.reissue(&order, &reissue_of(&request)).await;
    assert_eq!((world.balance().await, applicant.purchases().await), (before, 1));
}

/// The previous certificate stays what it was as long as the new one is not there.
pub async fn the_previous_certificate_stands_meanwhile(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (request, order) = applicant.issued("shop.test").await;
    let before = applicant
        .connector
        .fetch_certificate(&order)
        .await
        .expect("it is delivered");
    let _ = applicant.connector.reissue(&order, &reissue_of(&request)).await;
    let snapshot = applicant
        .connector
        .order_state(&order)
        .await
        .expect("the state is read");
    assert_eq!(snapshot.state, CaState::Issued);
    let after = applicant
        .connector
        .fetch_certificate(&order)
        .await
        .expect("it is still delivered");
    assert_eq!(after.leaf, before.leaf);
}

/// An order that the CA does not know is not reissued.
pub async fn a_stranger_is_not_reissued(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    let order = crate::CaOrderRef::from("987654321");
    match applicant.connector.reissue(&order, &reissue_of(&request)).await {
        Ok(crate::Placed::Rejected { .. }) => {}
        Err(error) => assert!(
            matches!(error.class, Class::Rejected | Class::Unsupported),
            "{error}"
        ),
        other => panic!("{other:?}"),
    }
    assert_eq!(applicant.purchases().await, 0);
}

/// Calls that the descriptor does not declare are Unsupported, and nothing is sent.
pub async fn undeclared_calls_are_unsupported(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (request, order) = applicant.open("shop.test").await;
    let declared = applicant.connector.descriptor().capabilities;
    let before = applicant.witness.exchanges().len();
    if !declared.has(Capability::Cancel) {
        failed(
            applicant.connector.cancel(&order, "not needed").await,
            &[Class::Unsupported],
        );
    }
    if !declared.has(Capability::Revoke) {
        failed(
            applicant.connector.revoke(&order, "key lost").await,
            &[Class::Unsupported],
        );
    }
    if !declared.has(Capability::AddNames) {
        let added = AddNamesRequest {
            added: vec![domain_name("b.shop.test")],
            reissue: reissue_of(&request),
            price_ceiling: None,
        };
        failed(
            applicant.connector.add_names(&order, &added).await,
            &[Class::Unsupported],
        );
    }
    assert_eq!(applicant.witness.exchanges().len(), before);
}

/// Closing before the issue: where the CA has the call, the order ends.
pub async fn an_order_is_closed_before_its_issue_where_the_ca_can(world: &dyn World) {
    let applicant = Applicant::new(world);
    if !applicant
        .connector
        .descriptor()
        .capabilities
        .has(Capability::Cancel)
    {
        return;
    }
    let (_, order) = applicant.open("shop.test").await;
    applicant
        .connector
        .cancel(&order, "not needed")
        .await
        .expect("it is cancelled");
    let snapshot = applicant
        .connector
        .order_state(&order)
        .await
        .expect("the state is read");
    assert_eq!(snapshot.state, CaState::Cancelled);
}
