//! Signing in: late, once for all who wait, and again when a session has ended.

use futures_util::future::join_all;

use super::{
    applicant::{Applicant, failed},
    world::{At, Password, Setup, Times, Trouble, World},
};
use crate::Class;

/// A connector that nobody uses calls nobody.
pub async fn signing_in_is_late(world: &dyn World) {
    let applicant = Applicant::new(world);
    let _ = applicant.connector.descriptor();
    assert_eq!(applicant.witness.exchanges().len(), 0);
    applicant.connector.balance().await.expect("it works");
    assert_eq!(applicant.sign_ins(), 1);
}

/// Many calls at once sign in once, and later calls go on with it.
pub async fn many_calls_sign_in_once(world: &dyn World) {
    let applicant = Applicant::new(world);
    let calls = join_all((0..20).map(|_| applicant.connector.balance())).await;
    assert!(calls.iter().all(Result::is_ok), "{calls:?}");
    applicant.connector.products().await.expect("it works");
    assert_eq!(applicant.sign_ins(), 1);
}

/// A session that the CA has ended is renewed once for all, and nobody notices.
pub async fn an_ended_session_is_renewed_once_for_all(world: &dyn World) {
    let applicant = Applicant::new(world);
    applicant.connector.balance().await.expect("it works");
    for round in 2..4 {
        world.end_sessions().await;
        let calls = join_all((0..20).map(|_| applicant.connector.balance())).await;
        assert!(calls.iter().all(Result::is_ok), "{calls:?}");
        assert_eq!(applicant.sign_ins(), round);
    }
}

/// An order through a session that has ended is bought once.
pub async fn an_order_through_an_ended_session_is_bought_once(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    world.end_sessions().await;
    applicant.placed(&request).await;
    assert_eq!((applicant.purchases().await, applicant.sign_ins()), (1, 2));
}

/// Two connectors whose sign-ins end each other's session both go on.
pub async fn sessions_that_end_each_other_are_survived(world: &dyn World) {
    world
        .trouble(At::SignIn, Trouble::OneSessionOnly, Times::Always)
        .await;
    let (one, other) = (Applicant::new(world), Applicant::new(world));
    for _ in 0..3 {
        one.connector.balance().await.expect("it works");
        other.connector.balance().await.expect("it works");
    }
}

/// A refused password is tried once by all who wait, never in a loop: accounts and addresses get blocked for less.
pub async fn a_refused_password_is_tried_once(world: &dyn World) {
    let setup = Setup {
        password: Password::Wrong,
        ..Setup::default()
    };
    let applicant = Applicant::with(world, setup);
    let calls = join_all((0..20).map(|_| applicant.connector.balance())).await;
    for call in calls {
        failed(call, &[Class::Unauthorized]);
    }
    assert_eq!(
        (applicant.sign_ins(), applicant.witness.exchanges().len()),
        (1, 1)
    );
}

/// A fresh session that is refused is final: no loop of sign-ins.
pub async fn a_refused_session_is_not_renewed_forever(world: &dyn World) {
    world
        .trouble(At::Balance, Trouble::NotSignedIn, Times::Always)
        .await;
    let applicant = Applicant::new(world);
    failed(applicant.connector.balance().await, &[Class::Unauthorized]);
    assert!(applicant.sign_ins() <= 2, "{}", applicant.sign_ins());
    let calls = applicant.witness.exchanges().len();
    assert!(calls <= 4, "{calls}");
}

/// A sign-in that goes wrong in the CA's way has that class, and the next call tries again.
pub async fn a_sign_in_that_fails_can_be_tried_again(world: &dyn World) {
    let applicant = Applicant::new(world);
    for (trouble, class) in [
        (Trouble::RateLimit(5), Class::RateLimited),
        (Trouble::ForbiddenAddress, Class::ForbiddenAddress),
        (Trouble::Error, Class::Protocol),
        (Trouble::LoseRequest, Class::Unreachable),
        (Trouble::Page(200), Class::Protocol),
    ] {
        world.trouble(At::SignIn, trouble, Times::Once).await;
        failed(applicant.connector.balance().await, &[class]);
    }
    applicant.connector.balance().await.expect("it works");
}
