//! Orders that are at the CA already become services, and live on as every other.

use ca::CaOrderRef;
use certbroker_engine::{
    Error,
    adoption::{Assumed, ForeignQuery, NewAdoption, NextKeys},
    services::ServiceQuery,
};
use domain::{
    Currency, Money,
    product::ValidationMethod,
    state::{IssueReason, OperationState, ServiceState, TaskKind},
    term::Years,
};
use store::{Page, Store, reconciliation::ForeignVerdict, task::TaskFilter};
use testkit::{TestWorld, Wanted, database::for_each_backend};

/// The product of a certificate for one name, as the simulator's catalogue numbers it.
const POSITIVE_SSL: &str = "296";
/// One for several names.
const MULTI_DOMAIN: &str = "311";
/// One that no tariff plan sells.
const UNSOLD: &str = "330";

async fn world(store: Store) -> TestWorld {
    let wanted = Wanted {
        starts_at: Some("2026-11-23T12:00:00Z".parse().unwrap()),
        ..Wanted::default()
    };
    let world = TestWorld::with(store, wanted).await;
    world.connect_zone().await;
    world.plan("PositiveSSL").await;
    world
}

fn free(world: &TestWorld) -> NewAdoption {
    NewAdoption {
        account: world.account,
        plan: None,
        keys: NextKeys::Kept,
        charge: None,
    }
}

async fn compare(world: &TestWorld) {
    world.engine.reconciliation().run(&world.admin).await.unwrap();
}

fn everything(world: &TestWorld) -> ForeignQuery {
    ForeignQuery {
        module: world.module,
        verdict: None,
        text: None,
    }
}

fn code<T: std::fmt::Debug>(answer: Result<T, Error>) -> &'static str {
    match answer {
        Err(Error::Refused(refusal)) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn an_order_from_before_is_imported_reissued_in_time_and_costs_nothing() {
    for_each_backend(async |store| {
        let world = world(store).await;
        let ca_ref = world
            .order_at_ca(POSITIVE_SSL, &["www.old.test"], 2 * 365)
            .await
            .0;
        let bought = world.simulator.purchases().len();
        let area = world.engine.reconciliation();
        let adoptions = world.engine.adoptions();
        let early = adoptions
            .import(&world.admin, world.module, &ca_ref, &free(&world))
            .await;
        assert!(matches!(early, Err(Error::NotFound)), "nobody has compared yet");
        compare(&world).await;
        let listed = adoptions
            .list(&world.admin, &everything(&world), &Page::first(10))
            .await
            .unwrap();
        let [line] = listed.rows.as_slice() else {
            panic!("{listed:?}")
        };
        assert_eq!(
            line.order.verdict,
            ForeignVerdict::Orphan,
            "made after the module"
        );
        assert_eq!((line.refusal, line.service), (None, None));
        assert_eq!(line.plan.as_ref().unwrap().1, "PositiveSSL");
        let refused = adoptions
            .import(&world.client, world.module, &ca_ref, &free(&world))
            .await;
        assert!(matches!(refused, Err(Error::Forbidden)));

        let adopted = adoptions
            .import(&world.admin, world.module, &ca_ref, &free(&world))
            .await
            .unwrap();
        assert!(
            !adopted.assumed.contains(&Assumed::Years),
            "the CA tells the days"
        );
        let again = adoptions
            .import(&world.admin, world.module, &ca_ref, &free(&world))
            .await;
        assert_eq!(code(again), "already-adopted");
        let view = world.until(adopted.service, ServiceState::Active).await;
        let end = view.line.dates.end_date.unwrap();
        let at_ca = world.simulator.certificates()[0]
            .issued
            .as_ref()
            .unwrap()
            .valid_to;
        assert_eq!(end, at_ca, "dates are the CA's");
        assert!(view.line.dates.paid_till.is_some_and(|till| till > end));
        assert_eq!(view.certificates[0].reason, IssueReason::Import);
        assert!(view.plan.is_some_and(|plan| !plan.pieces.is_empty()));
        assert!(area.run(&world.admin).await.unwrap()[0].is_clean());
        let open = world
            .engine
            .tasks()
            .count(&world.admin, TaskFilter::open())
            .await
            .unwrap();
        assert_eq!(open, 0, "the task about the orphan is done");
        let mails = store::notice::of_service(world.store.reader(), adopted.service)
            .await
            .unwrap();
        assert!(mails.is_empty(), "nobody is told to install what is installed");

        let due = world.engine.reissues().next_on().await.unwrap().unwrap();
        world.advance_to(due);
        assert_eq!(world.engine.reissues().run_due().await.unwrap().begun, 1);
        let view = world
            .until_it(adopted.service, |view| {
                view.certificates.len() == 2 && view.operations[0].state == OperationState::Done
            })
            .await;
        assert!(view.line.dates.end_date > Some(end));
        assert_eq!(world.simulator.purchases().len(), bought, "nothing is bought");
        let balance = world
            .engine
            .money()
            .balance(&world.admin, world.account)
            .await
            .unwrap();
        assert_eq!(balance.balance.minor().unwrap(), 1_000_000, "nobody was charged");
    })
    .await;
}

#[tokio::test]
async fn what_staff_says_is_charged_once_and_the_client_brings_the_next_request() {
    for_each_backend(async |store| {
        let world = world(store).await;
        let ca_ref = world.order_at_ca(POSITIVE_SSL, &["paid.test"], 2 * 365).await.0;
        compare(&world).await;
        let adoptions = world.engine.adoptions();
        let charged = |cents, currency| NewAdoption {
            keys: NextKeys::ByClient,
            charge: Some(Money::from_minor(cents, currency)),
            ..free(&world)
        };
        let euro = Currency::EUR;
        let new = charged(1_500, Currency::USD);
        assert_eq!(
            code(adoptions.import(&world.admin, world.module, &ca_ref, &new).await),
            "other-currency"
        );
        let new = charged(2_000_000, euro);
        let too_much = adoptions.import(&world.admin, world.module, &ca_ref, &new).await;
        assert_eq!(code(too_much), "not-enough-money");
        let new = charged(1_500, euro);
        let adopted = adoptions
            .import(&world.admin, world.module, &ca_ref, &new)
            .await
            .unwrap();
        world.until(adopted.service, ServiceState::Active).await;
        let balance = world
            .engine
            .money()
            .balance(&world.admin, world.account)
            .await
            .unwrap();
        assert_eq!(balance.balance.minor().unwrap(), 998_500);

        let due = world.engine.reissues().next_on().await.unwrap().unwrap();
        world.advance_to(due);
        world.engine.reissues().run_due().await.unwrap();
        let view = world
            .until_it(adopted.service, |view| {
                view.operations[0].state == OperationState::Manual
            })
            .await;
        assert_eq!(view.operations[0].error.as_ref().unwrap().class, "request_needed");
    })
    .await;
}

#[tokio::test]
async fn an_order_made_by_hand_is_given_to_its_service_and_moves_its_end_date() {
    for_each_backend(async |store| {
        let world = world(store).await;
        let plan = world.plan("PositiveSSL Multi-Domain").await;
        let mut order = TestWorld::order(plan, &["shop.test", "www.shop.test"], ValidationMethod::Dns);
        order.years = Years::new(2).unwrap();
        let placed = world.place(order).await;
        let before = world.until(placed.service, ServiceState::Active).await;
        world.advance(jiff::SignedDuration::from_hours(24 * 60));
        let others = world
            .order_at_ca(MULTI_DOMAIN, &["other.test", "www.other.test"], 365)
            .await
            .0;
        let renewed = world
            .order_at_ca(MULTI_DOMAIN, &["shop.test", "www.shop.test"], 365)
            .await
            .0;
        compare(&world).await;
        let adoptions = world.engine.adoptions();
        let wrong = adoptions
            .give(&world.admin, world.module, &others, placed.service)
            .await;
        assert_eq!(code(wrong), "names-differ");
        let refused = adoptions
            .give(&world.client, world.module, &renewed, placed.service)
            .await;
        assert!(matches!(refused, Err(Error::Forbidden)));
        adoptions
            .give(&world.admin, world.module, &renewed, placed.service)
            .await
            .unwrap();
        let view = world
            .until_it(placed.service, |view| {
                view.certificates.len() == 2 && view.operations[0].state == OperationState::Done
            })
            .await;
        assert!(view.line.dates.end_date > before.line.dates.end_date);
        assert_eq!(
            view.line.dates.paid_till, before.line.dates.paid_till,
            "what was paid for stays"
        );
        let again = adoptions
            .give(&world.admin, world.module, &renewed, placed.service)
            .await;
        assert_eq!(code(again), "already-adopted");
        let reports = world.engine.reconciliation().run(&world.admin).await.unwrap();
        assert_eq!(reports[0].orphans, [others], "the other order is still nobody's");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_taken_over_is_refused_with_its_reason_and_nothing_is_made() {
    for_each_backend(async |store| {
        let world = world(store).await;
        let unsold = world.order_at_ca(UNSOLD, &["nobody-sells.test"], 365).await.0;
        compare(&world).await;
        let adoptions = world.engine.adoptions();
        let none = adoptions
            .import(&world.admin, world.module, &unsold, &free(&world))
            .await;
        assert_eq!(code(none), "no-plan");
        let nowhere = CaOrderRef("999999".to_owned());
        let absent = adoptions
            .import(&world.admin, world.module, &nowhere.0, &free(&world))
            .await;
        assert!(matches!(absent, Err(Error::NotFound)));
        let tasks = world
            .engine
            .tasks()
            .count(&world.admin, TaskFilter::open())
            .await
            .unwrap();
        assert_eq!(tasks, 1, "{}", TaskKind::OrphanAtCa);
        let query = ServiceQuery::default();
        let services = world
            .engine
            .services()
            .list(&world.admin, &query, &Page::first(10))
            .await
            .unwrap();
        assert_eq!(services.rows.len(), 0);

        let plan = world.plan("PositiveSSL Wildcard").await;
        let order = TestWorld::order(plan, &["*.nobody-sells.test"], ValidationMethod::Dns);
        let waiting = world.place(order).await.service;
        let early = adoptions.give(&world.admin, world.module, &unsold, waiting).await;
        assert_eq!(
            code(early),
            "operation-first",
            "its own purchase is decided at its operation"
        );
    })
    .await;
}
