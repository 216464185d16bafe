//! Answers that are lost: nothing is bought twice, and what was bought is found (design §5).

use std::time::Duration;

use jiff::SignedDuration;

use super::{
    applicant::{Applicant, failed, reissue_of, unknown},
    world::{At, Times, Trouble, World},
};
use crate::{
    CaOrderRef, Class, FindOutcome, Placed, Purchase,
    purchase::{MemoryJournal, Outcome, Policy, Purchasing, purchase},
};

/// The connection ends after the CA has carried the order out.
pub async fn an_answer_lost_after_the_work_is_unknown(world: &dyn World) {
    lost_by(world, Trouble::LoseAnswer).await;
}

/// An internal error after the work: nobody can see that it was after.
pub async fn an_error_after_the_work_is_unknown(world: &dyn World) {
    lost_by(world, Trouble::ErrorAfterWork).await;
}

/// A proxy's page in place of the answer.
pub async fn a_page_after_the_work_is_unknown(world: &dyn World) {
    lost_by(world, Trouble::PageAfterWork).await;
}

/// An answer that comes after we gave up.
pub async fn an_answer_that_comes_too_late_is_unknown(world: &dyn World) {
    let request = Applicant::new(world).order("shop.test").await;
    let applicant = Applicant::impatient(world);
    world
        .trouble(
            At::Order,
            Trouble::AnswerLate(Duration::from_mins(10)),
            Times::Once,
        )
        .await;
    unknown(applicant.connector.place_order(&request).await);
    assert_eq!((applicant.purchases().await, applicant.purchase_calls()), (1, 1));
}

/// The same failures before the work are never called a success or a refusal.
pub async fn a_request_lost_before_the_work_is_no_success(world: &dyn World) {
    let applicant = Applicant::new(world);
    for trouble in [
        Trouble::LoseRequest,
        Trouble::Error,
        Trouble::Page(502),
        Trouble::Empty,
    ] {
        let request = applicant.order("shop.test").await;
        let before = applicant.purchase_calls();
        world.trouble(At::Order, trouble.clone(), Times::Once).await;
        match applicant.connector.place_order(&request).await {
            Ok(Placed::Unknown { .. }) | Err(_) => {}
            other => panic!("{trouble:?}: {other:?}"),
        }
        assert_eq!(
            applicant.purchase_calls() - before,
            1,
            "{trouble:?}: the call is made once"
        );
    }
    assert_eq!(applicant.purchases().await, 0);
}

/// What was bought without our hearing of it is found by its intent, and can be used.
pub async fn a_lost_order_is_found_by_its_intent(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    let wanted = applicant.fingerprint(&request);
    applicant.open("shop.test").await;
    world.trouble(At::Order, Trouble::LoseAnswer, Times::Once).await;
    unknown(applicant.connector.place_order(&request).await);
    applicant.open("shop.test").await;

    let order = found(applicant.connector.find_order(&wanted).await, &[]);
    world.issue(&order).await;
    let issued = applicant
        .connector
        .fetch_certificate(&order)
        .await
        .expect("it is delivered");
    let leaf = pki::Certificate::from_der(&issued.leaf).expect("a certificate");
    assert_eq!(
        leaf.key_fingerprint(),
        super::applicant::key_of(&request.csr),
        "it is ours"
    );
    assert_eq!(
        found(applicant.connector.find_order(&wanted).await, &[]),
        order,
        "also when it is issued"
    );
}

/// Where nothing was bought, nothing is found, and that is certain: orders of others under the same name are told apart.
pub async fn nothing_is_found_where_nothing_was_bought(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    let wanted = applicant.fingerprint(&request);
    assert_eq!(find(&applicant, &wanted).await, FindOutcome::CertainlyNone);
    applicant.open("shop.test").await;
    applicant.issued("shop.test").await;
    applicant.open("other.test").await;
    world.trouble(At::Order, Trouble::LoseRequest, Times::Once).await;
    let _ = applicant.connector.place_order(&request).await;
    assert_eq!(find(&applicant, &wanted).await, FindOutcome::CertainlyNone);
}

/// An order validated by mail shows no proof before its issue: a person decides, and sees what may be ours. Once it is issued, its
/// key proves it.
pub async fn an_order_by_mail_is_proven_by_its_certificate(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order_by_mail("shop.test").await;
    let wanted = applicant.fingerprint(&request);
    world.trouble(At::Order, Trouble::LoseAnswer, Times::Once).await;
    unknown(applicant.connector.place_order(&request).await);
    let order = match find(&applicant, &wanted).await {
        FindOutcome::CannotTell { candidates, why } => {
            assert!(!why.is_empty());
            let [candidate] = candidates.as_slice() else {
                panic!("one order may be ours: {candidates:?}")
            };
            assert_eq!(candidate.name.as_ref(), Some(request.names.main()));
            assert!(!candidate.why.is_empty());
            candidate.ca_order.clone()
        }
        FindOutcome::Found { ca_order, .. } => ca_order,
        FindOutcome::CertainlyNone => panic!("it was bought"),
    };
    world.issue(&order).await;
    assert_eq!(found(applicant.connector.find_order(&wanted).await, &[]), order);
}

/// Orders that are known to belong to something else are no candidates.
pub async fn known_orders_are_no_candidates(world: &dyn World) {
    let applicant = Applicant::new(world);
    let theirs = applicant.order_by_mail("shop.test").await;
    let known = applicant.placed(&theirs).await;
    let request = applicant.order_by_mail("shop.test").await;
    let mut wanted = applicant.fingerprint(&request);
    wanted.known = vec![known];
    assert_eq!(find(&applicant, &wanted).await, FindOutcome::CertainlyNone);
}

/// An order older than our intent is not ours.
pub async fn an_older_order_is_not_ours(world: &dyn World) {
    let applicant = Applicant::new(world);
    let theirs = applicant.order_by_mail("shop.test").await;
    applicant.placed(&theirs).await;
    world.advance(SignedDuration::from_hours(48)).await;
    let request = applicant.order_by_mail("shop.test").await;
    let wanted = applicant.fingerprint(&request);
    assert_eq!(find(&applicant, &wanted).await, FindOutcome::CertainlyNone);
}

/// An order that the CA carried out twice: one is found, and the other is named, so that a person can give it back.
pub async fn an_order_made_twice_by_the_ca_is_told(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    let wanted = applicant.fingerprint(&request);
    world.trouble(At::Order, Trouble::TwiceAndLost, Times::Once).await;
    unknown(applicant.connector.place_order(&request).await);
    assert_eq!(applicant.purchases().await, 2);
    let FindOutcome::Found {
        ca_order, duplicates, ..
    } = find(&applicant, &wanted).await
    else {
        panic!("both are ours")
    };
    assert_eq!(duplicates.len(), 1);
    assert!(!duplicates.contains(&ca_order));
}

/// As long as the CA cannot be asked, nothing is claimed.
pub async fn a_ca_that_cannot_be_asked_proves_nothing(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    let wanted = applicant.fingerprint(&request);
    for trouble in [
        Trouble::Error,
        Trouble::Page(503),
        Trouble::Empty,
        Trouble::LoseRequest,
    ] {
        world.trouble(At::Lists, trouble.clone(), Times::Always).await;
        match applicant.connector.find_order(&wanted).await {
            Err(_) | Ok(FindOutcome::CannotTell { .. }) => {}
            other => panic!("{trouble:?}: {other:?}"),
        }
        world.calm().await;
    }
}

/// Among thousands of others.
pub async fn a_lost_order_is_found_among_thousands(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    let wanted = applicant.fingerprint(&request);
    world.trouble(At::Order, Trouble::LoseAnswer, Times::Once).await;
    unknown(applicant.connector.place_order(&request).await);
    world
        .trouble(At::Lists, Trouble::ManyStrangers(5_000), Times::Always)
        .await;
    found(applicant.connector.find_order(&wanted).await, &[]);
}

/// The purchase protocol over this connector buys once, whatever is lost on the way.
pub async fn the_purchase_protocol_buys_once(world: &dyn World) {
    let applicant = Applicant::new(world);
    for (number, trouble) in [
        Trouble::LoseRequest,
        Trouble::LoseAnswer,
        Trouble::Error,
        Trouble::ErrorAfterWork,
        Trouble::PageAfterWork,
        Trouble::Empty,
    ]
    .into_iter()
    .enumerate()
    {
        let request = applicant.order(&format!("shop{number}.test")).await;
        let wanted = Purchase::Order(Box::new(request));
        let journal = MemoryJournal::default();
        let before = applicant.purchases().await;
        world.trouble(At::Order, trouble.clone(), Times::Once).await;
        let mut outcome = run(&applicant, &journal, &wanted).await;
        for _ in 0..3 {
            if matches!(outcome, Outcome::Accepted { .. }) {
                break;
            }
            world.advance(SignedDuration::from_mins(10)).await;
            outcome = run(&applicant, &journal, &wanted).await;
        }
        assert!(
            matches!(outcome, Outcome::Accepted { .. }),
            "{trouble:?}: {outcome:?}"
        );
        assert_eq!(applicant.purchases().await - before, 1, "{trouble:?}");
    }
}

/// The same for a reissue, where the CA has the call.
pub async fn a_lost_reissue_is_found(world: &dyn World) {
    if world.reissue() == super::Reissue::ByPerson {
        return;
    }
    let applicant = Applicant::new(world);
    let (request, order) = applicant.issued("shop.test").await;
    let reissue = reissue_of(&request);
    let wanted = Purchase::Reissue {
        ca_order: order.clone(),
        request: reissue.clone(),
    };
    let fingerprint = wanted.fingerprint(world.now(), Vec::new());
    assert_eq!(find(&applicant, &fingerprint).await, FindOutcome::CertainlyNone);
    world.trouble(At::Reissue, Trouble::LoseAnswer, Times::Once).await;
    unknown(applicant.connector.reissue(&order, &reissue).await);
    let new = found(applicant.connector.find_order(&fingerprint).await, &[]);
    world.issue(&new).await;
    let issued = applicant
        .connector
        .fetch_certificate(&new)
        .await
        .expect("it is delivered");
    let leaf = pki::Certificate::from_der(&issued.leaf).expect("a certificate");
    assert_eq!(leaf.key_fingerprint(), super::applicant::key_of(&reissue.csr));
    assert_eq!(applicant.purchases().await, 1, "a reissue is free");
}

/// Refused at the door: the promise that nothing was bought, so that nobody needs to look.
pub async fn a_refusal_at_the_door_is_certain(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    for (trouble, class) in [
        (Trouble::RateLimit(30), Class::RateLimited),
        (Trouble::ForbiddenAddress, Class::ForbiddenAddress),
        (Trouble::NotSignedIn, Class::Unauthorized),
    ] {
        world.trouble(At::Order, trouble, Times::Always).await;
        failed(applicant.connector.place_order(&request).await, &[class]);
        world.calm().await;
    }
    assert_eq!(applicant.purchases().await, 0);
    applicant.placed(&request).await;
}

async fn lost_by(world: &dyn World, trouble: Trouble) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    world.trouble(At::Order, trouble, Times::Once).await;
    unknown(applicant.connector.place_order(&request).await);
    assert_eq!(applicant.purchases().await, 1, "it was bought");
    assert_eq!(applicant.purchase_calls(), 1, "the call is never repeated");
}

async fn find(applicant: &Applicant<'_>, wanted: &crate::Fingerprint) -> FindOutcome {
    let found = applicant.connector.find_order(wanted).await;
    found.expect("the CA can be asked")
}

fn found(outcome: crate::Result<FindOutcome>, wanted_duplicates: &[CaOrderRef]) -> CaOrderRef {
    match outcome {
        Ok(FindOutcome::Found {
            ca_order, duplicates, ..
        }) => {
            assert_eq!(duplicates, wanted_duplicates);
            ca_order
        }
        other => panic!("it was bought and can be proven: {other:?}"),
    }
}

async fn run(applicant: &Applicant<'_>, journal: &MemoryJournal, wanted: &Purchase) -> Outcome {
    let clock = domain::clock::FixedClock(applicant.world.now());
    let with = Purchasing {
        connector: applicant.connector.as_ref(),
        journal,
        clock: &clock,
        policy: Policy::default(),
        known: &[],
    };
    purchase(with, wanted).await.expect("the journal holds")
}
