//! Every way in which an answer goes wrong has its class, keeps what was seen, and leaves nothing behind.

use std::{net::TcpListener, time::Duration};

use super::{
    applicant::{Applicant, failed},
    world::{At, Setup, Times, Trouble, World},
};
use crate::{CaError, Class, Placed};

/// Too many calls: how long to wait is passed on.
pub async fn a_rate_limit_says_how_long_to_wait(world: &dyn World) {
    let error = troubled(world, Trouble::RateLimit(17), &[Class::RateLimited]).await;
    assert_eq!(error.retry_after, Some(Duration::from_secs(17)));
    assert!(!error.class.uses_attempt());
}

/// An internal error is not understood, and kept.
pub async fn an_internal_error_is_kept(world: &dyn World) {
    let error = troubled(world, Trouble::Error, &[Class::Protocol]).await;
    let raw = error.raw.expect("the answer is kept");
    assert_eq!(raw.status, Some(500));
    assert!(!raw.body.is_empty());
}

/// A page with a good status is not understood, and kept.
pub async fn a_page_is_not_understood(world: &dyn World) {
    let error = troubled(world, Trouble::Page(200), &[Class::Protocol]).await;
    assert!(
        error.raw.is_some_and(|raw| raw.body.contains("<html")),
        "the page is kept"
    );
    assert!(
        !error.detail.contains('<'),
        "people read no tags: {}",
        error.detail
    );
}

/// A proxy that says "later" means that the CA is away, which uses up no attempt.
pub async fn a_page_that_says_later_means_away(world: &dyn World) {
    for status in [502, 503, 504] {
        let error = troubled(world, Trouble::Page(status), &[Class::Unreachable]).await;
        assert!(!error.class.uses_attempt());
    }
}

/// A good status with nothing in it.
pub async fn an_empty_answer_is_not_understood(world: &dyn World) {
    troubled(world, Trouble::Empty, &[Class::Protocol]).await;
}

/// A refusal keeps the CA's words, whatever its status.
pub async fn a_refusal_keeps_its_words(world: &dyn World) {
    for trouble in [
        Trouble::Refusal("no such thing"),
        Trouble::RefusalAsSuccess("no such thing"),
    ] {
        let error = troubled(world, trouble, &[Class::Rejected]).await;
        assert!(error.detail.contains("no such thing"), "{error}");
        assert!(error.raw.is_some());
    }
}

/// Our address is not permitted.
pub async fn a_forbidden_address_has_its_class(world: &dyn World) {
    troubled(world, Trouble::ForbiddenAddress, &[Class::ForbiddenAddress]).await;
}

/// A connection that ends.
pub async fn a_cut_connection_means_away(world: &dyn World) {
    troubled(world, Trouble::LoseRequest, &[Class::Unreachable]).await;
}

/// A CA that says nothing is given up after the time that was set.
pub async fn a_silent_ca_is_given_up(world: &dyn World) {
    let mut setup = Setup::default();
    setup.timeouts.total = Duration::from_millis(300);
    let applicant = Applicant::with(world, setup);
    applicant.connector.balance().await.expect("it is fast enough");
    world
        .trouble(At::Balance, Trouble::Slow(Duration::from_mins(10)), Times::Always)
        .await;
    // The ceiling is far above the time-out and far below the silence.
    let given_up = tokio::time::timeout(Duration::from_secs(30), applicant.connector.balance()).await;
    failed(given_up.expect("it is given up"), &[Class::Unreachable]);
}

/// An answer beyond the cap is not read to its end.
pub async fn an_oversize_answer_is_refused(world: &dyn World) {
    let setup = Setup {
        largest_answer: 2_000,
        ..Setup::default()
    };
    let applicant = Applicant::with(world, setup);
    applicant
        .connector
        .balance()
        .await
        .expect("small answers are read");
    let error = failed(applicant.connector.products().await, &[Class::Protocol]);
    assert!(error.detail.contains("2000"), "{error}");
}

/// A call that can cost money follows no redirect, and nothing of it reaches the other host.
pub async fn a_purchase_follows_no_redirect(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    let elsewhere = Elsewhere::listen();
    for status_is_kept in [At::Order, At::EveryCall] {
        world
            .trouble(status_is_kept, Trouble::Redirect(elsewhere.url()), Times::Always)
            .await;
        match applicant.connector.place_order(&request).await {
            Ok(Placed::Unknown { .. }) | Err(_) => {}
            other => panic!("{other:?}"),
        }
        world.calm().await;
    }
    elsewhere.heard_nothing();
    assert_eq!(applicant.purchases().await, 0);
}

/// No read and no sign-in carries token or password to another host.
pub async fn nothing_is_carried_to_another_host(world: &dyn World) {
    let elsewhere = Elsewhere::listen();
    world
        .trouble(At::EveryCall, Trouble::Redirect(elsewhere.url()), Times::Always)
        .await;
    let applicant = Applicant::new(world);
    assert!(!applicant.connector.check_connection().await.is_ok());
    world.calm().await;
    applicant.connector.balance().await.expect("it works");
    world
        .trouble(At::Balance, Trouble::Redirect(elsewhere.url()), Times::Always)
        .await;
    failed(applicant.connector.balance().await, &[Class::Protocol]);
    elsewhere.heard_nothing();
}

/// A connector never retries by itself: one wish, one call.
pub async fn nothing_is_retried(world: &dyn World) {
    let applicant = Applicant::new(world);
    applicant.connector.balance().await.expect("it works");
    for trouble in [
        Trouble::Error,
        Trouble::Page(503),
        Trouble::RateLimit(1),
        Trouble::LoseRequest,
        Trouble::Empty,
    ] {
        let before = applicant.witness.exchanges().len();
        world.trouble(At::Balance, trouble.clone(), Times::Always).await;
        assert!(applicant.connector.balance().await.is_err());
        assert_eq!(applicant.witness.exchanges().len(), before + 1, "{trouble:?}");
        world.calm().await;
    }
}

/// Trouble that has passed leaves nothing behind.
pub async fn trouble_passes(world: &dyn World) {
    let applicant = Applicant::new(world);
    for trouble in [
        Trouble::Error,
        Trouble::LoseRequest,
        Trouble::NotSignedIn,
        Trouble::ForbiddenAddress,
        Trouble::RateLimit(60),
        Trouble::Page(200),
    ] {
        world.trouble(At::EveryCall, trouble.clone(), Times::Always).await;
        assert!(applicant.connector.balance().await.is_err(), "{trouble:?}");
        world.calm().await;
        applicant
            .connector
            .balance()
            .await
            .unwrap_or_else(|error| panic!("after {trouble:?}: {error}"));
    }
}

/// Every error says who, what and why in one line for staff.
pub async fn errors_name_the_connector_and_the_call(world: &dyn World) {
    let error = troubled(world, Trouble::Error, &[Class::Protocol]).await;
    let text = error.to_string();
    assert!(
        !error.service.is_empty() && text.contains(error.service),
        "{text}"
    );
    assert!(!error.doing.is_empty() && text.contains(error.doing), "{text}");
    assert!(!text.contains('\n'), "{text}");
}

async fn troubled(world: &dyn World, trouble: Trouble, classes: &[Class]) -> CaError {
    let applicant = Applicant::new(world);
    applicant
        .connector
        .balance()
        .await
        .expect("it works without trouble");
    world.trouble(At::Balance, trouble, Times::Once).await;
    let error = failed(applicant.connector.balance().await, classes);
    assert_eq!(error.service, applicant.connector.descriptor().kind);
    error
}

/// A host to which nothing may come.
struct Elsewhere(TcpListener);

impl Elsewhere {
    fn listen() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        Self(listener)
    }

    fn url(&self) -> String {
        format!("http://{}/", self.0.local_addr().expect("a bound socket"))
    }

    fn heard_nothing(&self) {
        assert!(self.0.accept().is_err(), "somebody called");
    }
}
