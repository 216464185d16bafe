//! Following an order: its states, its dates, the list of all orders, and words that nobody knows.

use domain::product::{ProductKind, ValidationLevel, ValidationMethod};
use futures_util::TryStreamExt;
use jiff::SignedDuration;

use super::{
    applicant::{Applicant, failed, order_of},
    world::{Act, At, Times, Trouble, World},
};
use crate::{CaOrderRef, CaState, Capability, Class, OrderSnapshot, ValidationChoice, WaitsFor};

/// A new order waits for domain control and has no certificate.
pub async fn a_new_order_waits_for_domain_control(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (_, order) = applicant.open("shop.test").await;
    let snapshot = state(&applicant, &order).await;
    assert_eq!(snapshot.state, CaState::Pending);
    assert_eq!(snapshot.waits_for, Some(WaitsFor::DomainControl));
    assert!(snapshot.valid_to.is_none() && snapshot.serial.is_none());
    assert!(!snapshot.raw_status.is_empty(), "the CA's own word is kept");
    assert!(snapshot.raw.is_some(), "the answer is kept");
}

/// An organisation that is being checked.
pub async fn an_organisation_is_waited_for(world: &dyn World) {
    let applicant = Applicant::new(world);
    let product = applicant
        .product(ValidationLevel::Ov, ProductKind::Single, ValidationMethod::Dns)
        .await;
    let order = applicant
        .placed(&order_of(&product, &["shop.test"], &ValidationChoice::Dns))
        .await;
    world.prove_names(&order).await;
    let snapshot = state(&applicant, &order).await;
    assert_eq!(snapshot.state, CaState::Validation);
    assert_eq!(snapshot.waits_for, Some(WaitsFor::Organisation));
}

/// An issued order waits for nothing and has dates.
pub async fn an_issued_order_has_its_dates(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (_, order) = applicant.issued("shop.test").await;
    let snapshot = state(&applicant, &order).await;
    assert_eq!((&snapshot.state, snapshot.waits_for), (&CaState::Issued, None));
    assert!(!snapshot.state.is_final(), "it may still be revoked or replaced");
    if let (Some(from), Some(to)) = (snapshot.valid_from, snapshot.valid_to) {
        assert!(from < to, "{from} {to}");
    }
}

/// Refused by the CA.
pub async fn a_rejected_order_is_over(world: &dyn World) {
    ended_by(world, Act::Reject, &CaState::Rejected).await;
}

/// Cancelled at the CA.
pub async fn a_cancelled_order_is_over(world: &dyn World) {
    ended_by(world, Act::Cancel, &CaState::Cancelled).await;
}

/// Revoked at the CA.
pub async fn a_revoked_certificate_is_told(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (_, order) = applicant.issued("shop.test").await;
    world.act(&order, Act::Revoke).await;
    assert_eq!(state(&applicant, &order).await.state, CaState::Revoked);
}

/// A certificate whose last day is over.
pub async fn an_expired_certificate_is_told(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (_, order) = applicant.issued("shop.test").await;
    world.advance(SignedDuration::from_hours(24 * 400)).await;
    assert_eq!(state(&applicant, &order).await.state, CaState::Expired);
}

/// A certificate that the CA replaced by itself: the old order names the new one.
pub async fn a_replaced_certificate_names_its_successor(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (_, order) = applicant.issued("shop.test").await;
    let next = world.reissue_by_itself(&order).await;
    let newest = world.reissue_by_itself(&next).await;
    let snapshot = state(&applicant, &order).await;
    assert_eq!(snapshot.state, CaState::Replaced);
    assert_eq!(
        snapshot.replaced_by,
        Some(newest.clone()),
        "the newest is the one that stands"
    );
    assert_eq!(state(&applicant, &newest).await.state, CaState::Issued);
}

/// A word that nobody knows is kept, waited out, and never final.
pub async fn an_unknown_word_is_kept_and_never_final(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (_, order) = applicant.open("shop.test").await;
    for word in ["click-through", "Zur Prüfung", "рассматривается", "<b>x</b>"] {
        world.say(&order, word).await;
        let snapshot = state(&applicant, &order).await;
        let CaState::Unknown(kept) = &snapshot.state else {
            panic!("{word}: {snapshot:?}")
        };
        assert_eq!((kept.as_str(), snapshot.raw_status.as_str()), (word, word));
        assert!(!snapshot.state.is_final());
        assert!(snapshot.waits_for.is_some(), "it is asked again");
    }
}

/// An order that the CA does not know.
pub async fn an_order_that_the_ca_does_not_know_is_refused(world: &dyn World) {
    let applicant = Applicant::new(world);
    let order = CaOrderRef::from("987654321");
    failed(applicant.connector.order_state(&order).await, &[Class::Rejected]);
    failed(
        applicant.connector.fetch_certificate(&order).await,
        &[Class::Rejected],
    );
}

/// A text that is no id goes nowhere near a URL.
pub async fn a_text_that_is_no_id_is_never_sent(world: &dyn World) {
    let applicant = Applicant::new(world);
    for text in ["", "../users/signin", "1/2", "1?x=2", "1#", "a b", "%2e%2e"] {
        let order = CaOrderRef::from(text);
        failed(applicant.connector.order_state(&order).await, &[Class::Rejected]);
        failed(applicant.connector.validations(&order).await, &[Class::Rejected]);
        failed(
            applicant.connector.fetch_certificate(&order).await,
            &[Class::Rejected],
        );
    }
    assert_eq!(applicant.witness.exchanges().len(), 0);
}

/// The list holds every order, with what reconciliation needs.
pub async fn every_order_is_listed(world: &dyn World) {
    let applicant = Applicant::new(world);
    let mut wanted = Vec::new();
    for name in ["a.test", "b.test", "c.test"] {
        wanted.push(applicant.open(name).await);
    }
    if !applicant
        .connector
        .descriptor()
        .capabilities
        .has(Capability::ListOrders)
    {
        failed(list(&applicant).await, &[Class::Unsupported]);
        return;
    }
    let listed = list(&applicant).await.expect("the list is read");
    assert_eq!(listed.len(), wanted.len());
    for (request, order) in &wanted {
        let row = listed
            .iter()
            .find(|row| row.ca_order == *order)
            .expect("it is listed");
        assert_eq!(row.names.as_ref(), Some(&request.names));
        assert_eq!(row.product.as_ref(), Some(&request.product));
        assert!(row.created_at.is_some_and(|at| at <= world.now()));
        assert_eq!(row.state, CaState::Pending);
    }
}

/// A list of thousands is read whole, in any shape.
pub async fn a_long_list_is_read_whole(world: &dyn World) {
    let applicant = Applicant::new(world);
    if !applicant
        .connector
        .descriptor()
        .capabilities
        .has(Capability::ListOrders)
    {
        return;
    }
    applicant.open("a.test").await;
    world
        .trouble(At::Lists, Trouble::ManyStrangers(5_000), Times::Always)
        .await;
    assert_eq!(list(&applicant).await.expect("the list is read").len(), 5_001);
    world.calm().await;
    world.trouble(At::Lists, Trouble::OtherShape, Times::Always).await;
    assert_eq!(list(&applicant).await.expect("the list is read").len(), 1);
}

/// A list that breaks off is an error, not a short list.
pub async fn a_broken_list_is_no_short_list(world: &dyn World) {
    let applicant = Applicant::new(world);
    if !applicant
        .connector
        .descriptor()
        .capabilities
        .has(Capability::ListOrders)
    {
        return;
    }
    applicant.open("a.test").await;
    for trouble in [
        Trouble::Empty,
        Trouble::Page(200),
        Trouble::Error,
        Trouble::RefusalAsSuccess("no"),
    ] {
        world.trouble(At::Lists, trouble.clone(), Times::Always).await;
        assert!(list(&applicant).await.is_err(), "{trouble:?}");
        world.calm().await;
    }
}

/// The same state in another shape.
pub async fn a_state_is_read_in_other_shapes(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (_, order) = applicant.issued("shop.test").await;
    let plain = state(&applicant, &order).await;
    world.trouble(At::State, Trouble::OtherShape, Times::Once).await;
    let bent = state(&applicant, &order).await;
    let facts = |snapshot: &OrderSnapshot| {
        (
            snapshot.ca_order.clone(),
            snapshot.state.clone(),
            snapshot.valid_from,
            snapshot.valid_to,
            snapshot.serial.clone(),
        )
    };
    assert_eq!(facts(&bent), facts(&plain));
}

async fn ended_by(world: &dyn World, act: Act, wanted: &CaState) {
    let applicant = Applicant::new(world);
    let (_, order) = applicant.open("shop.test").await;
    world.act(&order, act).await;
    let snapshot = state(&applicant, &order).await;
    assert_eq!((&snapshot.state, snapshot.waits_for), (wanted, None));
    assert!(snapshot.state.is_final());
}

async fn state(applicant: &Applicant<'_>, order: &CaOrderRef) -> OrderSnapshot {
    let snapshot = applicant.connector.order_state(order).await;
    snapshot.expect("the state is read")
}

async fn list(applicant: &Applicant<'_>) -> crate::Result<Vec<OrderSnapshot>> {
    applicant.connector.list_orders().try_collect().await
}
