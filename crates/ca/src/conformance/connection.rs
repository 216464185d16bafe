//! The connection check: each cause is found by itself, with its own finding.

use std::sync::Mutex;

use super::{
    applicant::Applicant,
    world::{Address, At, Password, Setup, Times, Trouble, World},
};
use crate::{CheckCause, CheckFinding, CheckOutcome, CheckReport, CheckStep};

/// With everything right, the sign-in and the balance are shown to work, and our outgoing address is told.
pub async fn a_good_account_passes(world: &dyn World) {
    let said = Mutex::new(Vec::new());
    let say = |finding: &CheckFinding| said.lock().expect("nobody panics").push(finding.clone());
    let report = Applicant::new(world).connector.check_aloud(&say).await;
    assert!(report.is_ok(), "{report:?}");
    let tried = |finding: &CheckFinding| finding.outcome != CheckOutcome::Skipped;
    let tried: Vec<CheckFinding> = report.findings.iter().filter(|one| tried(one)).cloned().collect();
    assert_eq!(
        *said.lock().expect("nobody panics"),
        tried,
        "each is said, in order"
    );
    for step in [
        CheckStep::ResolveName,
        CheckStep::Connect,
        CheckStep::SignIn,
        CheckStep::ReadBalance,
    ] {
        assert!(
            matches!(outcome(&report, step), CheckOutcome::Ok { .. }),
            "{step:?}: {report:?}"
        );
    }
    assert!(report.outgoing.is_some(), "the address to be permitted is shown");
    assert!(
        report.address.contains(':'),
        "host and port are named: {}",
        report.address
    );
}

/// A host name that does not exist.
pub async fn an_unknown_host_is_told(world: &dyn World) {
    at_address(
        world,
        Address::UnknownHost,
        CheckStep::ResolveName,
        CheckCause::NameNotResolved,
    )
    .await;
}

/// A port on which nobody listens.
pub async fn a_closed_port_is_told(world: &dyn World) {
    at_address(
        world,
        Address::ClosedPort,
        CheckStep::Connect,
        CheckCause::NotReachable,
    )
    .await;
}

/// A port that does not speak TLS.
pub async fn a_port_without_tls_is_told(world: &dyn World) {
    at_address(world, Address::NoTls, CheckStep::Tls, CheckCause::Tls).await;
}

/// A certificate that nobody vouches for.
pub async fn a_strange_certificate_is_told(world: &dyn World) {
    at_address(
        world,
        Address::StrangeCertificate,
        CheckStep::Tls,
        CheckCause::Tls,
    )
    .await;
}

/// A web site instead of the API.
pub async fn a_web_site_is_not_understood(world: &dyn World) {
    at_address(
        world,
        Address::WebSite,
        CheckStep::SignIn,
        CheckCause::NotUnderstood,
    )
    .await;
}

/// A wrong password is about the credentials.
pub async fn a_wrong_password_is_told(world: &dyn World) {
    let setup = Setup {
        password: Password::Wrong,
        ..Setup::default()
    };
    let report = Applicant::with(world, setup).connector.check_connection().await;
    fails(&report, CheckStep::SignIn, CheckCause::CredentialsRefused);
}

/// An address that is not permitted, said plainly.
pub async fn a_forbidden_address_is_told(world: &dyn World) {
    world
        .trouble(At::EveryCall, Trouble::ForbiddenAddress, Times::Always)
        .await;
    let report = Applicant::new(world).connector.check_connection().await;
    fails(&report, CheckStep::SignIn, CheckCause::AddressNotPermitted);
}

/// Refused only after good credentials were taken: the address is the likeliest cause, and named first.
pub async fn a_refusal_after_the_sign_in_is_about_the_address(world: &dyn World) {
    world
        .trouble(At::Balance, Trouble::NotSignedIn, Times::Always)
        .await;
    let report = Applicant::new(world).connector.check_connection().await;
    fails(&report, CheckStep::ReadBalance, CheckCause::AddressNotPermitted);
}

/// A page for people where an answer should be.
pub async fn a_page_instead_of_an_answer_is_told(world: &dyn World) {
    world
        .trouble(At::EveryCall, Trouble::Page(200), Times::Always)
        .await;
    let report = Applicant::new(world).connector.check_connection().await;
    fails(&report, CheckStep::SignIn, CheckCause::NotUnderstood);
}

/// A balance that cannot be read, although signing in works.
pub async fn an_unreadable_balance_is_told(world: &dyn World) {
    world.trouble(At::Balance, Trouble::Empty, Times::Always).await;
    let report = Applicant::new(world).connector.check_connection().await;
    assert!(matches!(
        outcome(&report, CheckStep::SignIn),
        CheckOutcome::Ok { .. }
    ));
    fails(&report, CheckStep::ReadBalance, CheckCause::NotUnderstood);
}

/// Every report names every step in order, and what comes after a failure was not tried.
pub async fn the_steps_after_a_failure_are_skipped(world: &dyn World) {
    let setup = Setup {
        address: Address::ClosedPort,
        ..Setup::default()
    };
    let report = Applicant::with(world, setup).connector.check_connection().await;
    let steps: Vec<CheckStep> = report.findings.iter().map(|finding| finding.step).collect();
    assert_eq!(steps, CheckStep::ALL);
    let after = report
        .findings
        .iter()
        .skip_while(|finding| finding.step != CheckStep::Connect)
        .skip(1);
    for finding in after {
        assert_eq!(finding.outcome, CheckOutcome::Skipped, "{:?}", finding.step);
    }
}

/// A check can be made as often as one likes.
pub async fn a_check_buys_nothing(world: &dyn World) {
    let applicant = Applicant::new(world);
    for _ in 0..3 {
        assert!(applicant.connector.check_connection().await.is_ok());
    }
    assert_eq!((applicant.purchases().await, applicant.purchase_calls()), (0, 0));
}

async fn at_address(world: &dyn World, address: Address, step: CheckStep, cause: CheckCause) {
    let setup = Setup {
        address,
        ..Setup::default()
    };
    let report = Applicant::with(world, setup).connector.check_connection().await;
    fails(&report, step, cause);
}

fn fails(report: &CheckReport, step: CheckStep, cause: CheckCause) {
    let failure = report
        .failure()
        .unwrap_or_else(|| panic!("a step fails: {report:?}"));
    assert_eq!(failure.step, step, "{report:?}");
    assert_eq!(report.causes().first(), Some(&cause), "{report:?}");
    let CheckOutcome::Failed { detail, .. } = &failure.outcome else {
        panic!("a failure has a detail")
    };
    assert!(!detail.is_empty(), "what was observed is told");
}

fn outcome(report: &CheckReport, step: CheckStep) -> &CheckOutcome {
    let finding = report.findings.iter().find(|finding| finding.step == step);
    &finding.expect("every step has a finding").outcome
}
