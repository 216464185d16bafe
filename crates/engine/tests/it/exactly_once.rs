//! Money is spent exactly once: every operation that can spend it is disturbed at each of its requests to the CA, in each
//! of the ways in which an answer gets lost, and afterwards the books agree and the service stands where an
//! undisturbed run ends or at a task that says why.

use certbroker_engine::{
    reissues::{KeyWish, NewReissue},
    services::ServiceView,
};
use domain::{
    id::{ServiceId, TariffPlanId},
    product::ValidationMethod,
    state::{OperationState, ReissueCause, ServiceState},
    term::Years,
};
use jiff::SignedDuration;
use leaderssl_simulator::faults::{Fault, FaultRule, Firing};
use store::task::TaskFilter;
use testkit::{TestStore, TestWorld, Wanted};

/// What can be disturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Course {
    Open,
    Reissue,
    Prolong,
    /// At a CA that takes further names for a running order.
    AddNames,
}

impl Course {
    /// The world that it needs.
    pub(crate) fn wanted(self) -> Wanted {
        match self {
            Self::AddNames => Wanted {
                registry: testkit::adding_ca::registry(),
                ..Wanted::default()
            },
            Self::Open | Self::Reissue | Self::Prolong => Wanted::default(),
        }
    }

    /// What is sold in it.
    pub(crate) const fn product(self) -> &'static str {
        match self {
            Self::AddNames => "PositiveSSL Multi-Domain",
            Self::Open | Self::Reissue | Self::Prolong => "PositiveSSL",
        }
    }

    /// How many purchases an undisturbed run makes.
    pub(crate) const fn buys(self) -> usize {
        match self {
            Self::Open | Self::Prolong | Self::AddNames => 1,
            Self::Reissue => 0,
        }
    }

    /// Stores the operation, which then waits for a worker.
    pub(crate) async fn begin(self, world: &TestWorld, plan: TariffPlanId, name: &str) -> ServiceId {
        let order = TestWorld::order(plan, &[name], ValidationMethod::Dns);
        let service = world.place(order).await.service;
        if self == Self::Open {
            return service;
        }
        world.until(service, ServiceState::Active).await;
        world
            .until_it(service, |view| view.operations[0].state == OperationState::Done)
            .await;
        match self {
            Self::Open => {}
            Self::Reissue => reissue(world, service, ReissueCause::KeyLost, None).await,
            Self::AddNames => {
                let names = vec![name.to_owned(), format!("more.{name}")];
                reissue(world, service, ReissueCause::Names, Some(names)).await;
            }
            Self::Prolong => {
                let services = world.engine.services();
                let wanted = services
                    .set_prolong(&world.client, service, Some(Years::ONE))
                    .await;
                wanted.expect("it is to be prolonged");
                let tx = world.store.begin().await.expect("a transaction");
                let row = store::service::lock(&tx, service).await.expect("the service");
                let mut row = row.expect("the service");
                row.renew_on = row.term_start;
                store::service::update(&tx, &mut row)
                    .await
                    .expect("the day is moved");
                tx.commit().await.expect("the day is moved");
                let begun = world.engine.renewals().run_due().await.expect("renewals").begun;
                assert_eq!(begun, 1);
            }
        }
        service
    }
}

async fn reissue(world: &TestWorld, service: ServiceId, cause: ReissueCause, names: Option<Vec<String>>) {
    let wish = NewReissue {
        cause,
        key: KeyWish::AsBefore,
        names,
        validation: None,
        agreed: None,
    };
    world
        .engine
        .reissues()
        .start(&world.client, service, wish)
        .await
        .expect("the reissue begins");
}

/// Runs what is due and moves business time over the waits, until the newest operation is over or with a person.
pub(crate) async fn settled(world: &TestWorld, service: ServiceId) -> ServiceView {
    use domain::Clock as _;
    for _ in 0..2_000 {
        let runs = world.worker.run_due_once().await.expect("the worker runs");
        let view = world.view(service).await;
        let newest = &view.operations[0];
        if matches!(
            newest.state,
            OperationState::Done | OperationState::Manual | OperationState::Failed
        ) {
            return view;
        }
        let wait = newest
            .next_run_at
            .map(|at| at.duration_since(world.engine.clock().now()))
            .unwrap_or_default();
        if runs == 0 && wait > SignedDuration::from_secs(1) {
            world.advance(wait);
        } else if runs == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
    panic!("it does not settle: {:#?}", world.view(service).await);
}

/// What must hold whatever happened.
pub(crate) async fn check(world: &TestWorld, course: Course, before: usize, view: &ServiceView, what: &str) {
    let bought = world.simulator.purchases().len() - before;
    assert_eq!(bought, course.buys(), "{what}: {:#?}", view.operations[0]);
    world.assert_books_agree().await;
    assert_client_books_agree(world, view, what).await;
    let newest = &view.operations[0];
    if newest.state == OperationState::Done {
        let certificates = if course == Course::Open { 1 } else { 2 };
        assert_eq!(view.line.state, ServiceState::Active, "{what}");
        assert_eq!(view.certificates.len(), certificates, "{what}");
        if course == Course::AddNames {
            assert_eq!(
                view.certificates[0].names.len(),
                2,
                "{what}: {:?}",
                view.certificates
            );
        }
        return;
    }
    assert_eq!(newest.state, OperationState::Manual, "{what}: {newest:#?}");
    let open = world
        .engine
        .tasks()
        .list(&world.admin, TaskFilter::open(), &store::Page::first(50))
        .await
        .expect("tasks");
    let says_why = open
        .rows
        .iter()
        .any(|task| task.operation_id == Some(newest.id) && !task.detail.is_empty());
    assert!(says_why, "{what}: nobody is told");
}

/// What the client was charged for a service and what is set aside are the price lines of its operations.
async fn assert_client_books_agree(world: &TestWorld, view: &ServiceView, what: &str) {
    let reader = world.store.reader();
    let lines = store::service::lines(reader, view.line.id).await.expect("lines");
    let lines: i64 = lines.iter().map(|line| line.gross_minor).sum();
    let reservations = store::reservation::of_service(reader, view.line.id)
        .await
        .expect("reservations");
    let taken: i64 = reservations
        .iter()
        .filter(|one| one.state != store::reservation::ReservationState::Released)
        .map(|one| one.gross)
        .sum();
    assert_eq!(taken, lines, "{what}");
}

async fn world(course: Course) -> (TestStore, TestWorld, TariffPlanId) {
    let test_store = TestStore::sqlite().await;
    let world = TestWorld::with(test_store.store.clone(), course.wanted()).await;
    world.connect_zone().await;
    world.credit(world.account, 10_000_000).await;
    let plan = world.plan(course.product()).await;
    (test_store, world, plan)
}

/// Disturbs each request of a course in turn, until a run has fewer requests than that.
async fn disturb_each_request(course: Course, fault: Fault) {
    let (_keep, world, plan) = world(course).await;
    let mut disturbed = 0;
    for nth in 1..=60 {
        let name = format!("n{nth}.{}.test", format!("{course:?}").to_lowercase());
        let service = course.begin(&world, plan, &name).await;
        // Nobody signs in again in the middle, unless a test is about that.
        let before = world.simulator.purchases().len();
        world
            .simulator
            .inject_fault(FaultRule::new("*", fault.clone(), Firing::Nth(nth)))
            .expect("the fault is armed");
        let view = settled(&world, service).await;
        let was_missed = !world.simulator.faults().is_empty();
        world.simulator.clear_faults().expect("the fault is gone");
        let what = format!("{course:?}, {fault:?} at request {nth}");
        check(&world, course, before, &view, &what).await;
        if was_missed {
            break;
        }
        disturbed += 1;
    }
    assert!(disturbed >= 3, "{course:?} makes more requests than {disturbed}");
}

macro_rules! disturbed {
    ($($name:ident: $course:ident, $fault:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            disturb_each_request(Course::$course, $fault).await;
        }
    )*};
}

disturbed! {
    an_opening_that_is_cut_off_at_any_request_buys_once: Open, Fault::Cut;
    an_opening_whose_answer_is_lost_at_any_request_buys_once: Open, Fault::CommitThenCut;
    an_opening_answered_with_an_error_though_it_was_done_buys_once: Open, Fault::CommitThen500;
    a_reissue_that_is_cut_off_at_any_request_buys_nothing: Reissue, Fault::Cut;
    a_reissue_whose_answer_is_lost_at_any_request_buys_nothing: Reissue, Fault::CommitThenCut;
    a_reissue_answered_with_a_page_though_it_was_done_buys_nothing: Reissue, Fault::CommitThenHtml { status: 502 };
    a_prolongation_that_is_cut_off_at_any_request_buys_once: Prolong, Fault::Cut;
    a_prolongation_whose_answer_is_lost_at_any_request_buys_once: Prolong, Fault::CommitThenCut;
    names_whose_order_is_cut_off_at_any_request_are_bought_once: AddNames, Fault::Cut;
    names_whose_answer_is_lost_at_any_request_are_bought_once: AddNames, Fault::CommitThenCut;
    names_answered_with_an_error_though_they_were_bought_are_bought_once: AddNames, Fault::CommitThen500;
}
