//! What happens when things go wrong: lost answers, refusals, closings, ceilings, two workers, a module that is away.

use certbroker_engine::{
    Error,
    modules::{IfBroken, ModuleChange, Switch},
    operations::{MoneyBack, PurchaseDecision},
    orders::{NewOrder, RequestSource},
};
use domain::{
    Money,
    product::ValidationMethod,
    selection::PassedOver,
    state::{OperationState, PurchaseStage, ServiceState, TaskKind},
};
use leaderssl_simulator::faults::{Fault, FaultRule, Firing};
use pki::KeyChoice;
use rust_decimal::Decimal;
use store::{Page, task::TaskFilter};
use testkit::{TestWorld, Wanted, database::for_each_backend};

fn on(route: &str, fault: Fault, when: Firing) -> FaultRule {
    FaultRule {
        id: 0,
        route: route.to_owned(),
        fault,
        when,
    }
}

async fn balance(world: &TestWorld) -> Money {
    world
        .engine
        .money()
        .balance(&world.admin, world.account)
        .await
        .unwrap()
        .balance
}

async fn open_tasks(world: &TestWorld, kind: TaskKind) -> usize {
    let filter = TaskFilter {
        kind: Some(kind),
        ..TaskFilter::open()
    };
    world
        .engine
        .tasks()
        .list(&world.admin, filter, &Page::first(100))
        .await
        .unwrap()
        .rows
        .len()
}

#[tokio::test]
async fn an_answer_that_is_lost_after_the_ca_committed_buys_nothing_twice() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        world
            .simulator
            .inject_fault(on("order", Fault::CommitThenCut, Firing::Once))
            .unwrap();
        let placed = world
            .place(TestWorld::order(plan, &["lost.test"], ValidationMethod::Dns))
            .await;
        let view = world.until(placed.service, ServiceState::Active).await;
        assert_eq!(world.simulator.purchases().len(), 1);
        assert_eq!(view.ca_orders.len(), 1);
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn a_call_that_never_arrived_is_made_again_once_that_is_certain() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        world
            .simulator
            .inject_fault(on("order", Fault::Cut, Firing::Once))
            .unwrap();
        let placed = world
            .place(TestWorld::order(plan, &["never.test"], ValidationMethod::Dns))
            .await;
        world.until(placed.service, ServiceState::Active).await;
        assert_eq!(world.simulator.purchases().len(), 1);
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_order_gives_the_money_back_and_says_why() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let before = balance(&world).await;
        let refusal = Fault::Refuse {
            status: 422,
            message: "csr is on our blacklist".to_owned(),
        };
        world
            .simulator
            .inject_fault(on("order", refusal, Firing::Once))
            .unwrap();
        let placed = world
            .place(TestWorld::order(plan, &["refused.test"], ValidationMethod::Dns))
            .await;
        assert_ne!(balance(&world).await, before, "the price is set aside");
        let view = world.until(placed.service, ServiceState::Failed).await;
        assert_eq!(view.failure.unwrap().code, "rejected");
        assert_eq!(balance(&world).await, before);
        assert_eq!(view.operations[0].state, OperationState::Failed);
        assert!(world.simulator.purchases().is_empty());
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn a_service_is_closed_before_it_was_bought_and_the_money_is_back() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let before = balance(&world).await;
        let placed = world
            .place(TestWorld::order(plan, &["early.test"], ValidationMethod::Dns))
            .await;
        world
            .engine
            .services()
            .close(&world.client, placed.service)
            .await
            .unwrap();
        let view = world.until(placed.service, ServiceState::Failed).await;
        assert_eq!(view.failure.unwrap().code, "closed");
        assert_eq!(balance(&world).await, before);
        assert!(world.simulator.purchases().is_empty());
        let again = world.engine.services().close(&world.client, placed.service).await;
        assert!(matches!(again, Err(Error::Refused(refusal)) if refusal.code == "already-over"));
    })
    .await;
}

#[tokio::test]
async fn closing_what_the_ca_cannot_cancel_becomes_a_task_and_a_person_ends_it() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let before = balance(&world).await;
        let placed = world
            .place(TestWorld::order(plan, &["late.test"], ValidationMethod::Dns))
            .await;
        world
            .until(placed.service, ServiceState::WaitingForValidation)
            .await;
        world
            .engine
            .services()
            .close(&world.client, placed.service)
            .await
            .unwrap();
        let view = world
            .until_it(placed.service, |view| {
                view.operations[0].state == OperationState::Manual
            })
            .await;
        assert_eq!(open_tasks(&world, TaskKind::OperationManual).await, 1);
        assert_eq!(view.operations[1].state, OperationState::Superseded);
        let closing = view.operations[0].id;
        world
            .engine
            .operations()
            .finish_closing(&world.admin, closing, MoneyBack::All)
            .await
            .unwrap();
        let view = world.view(placed.service).await;
        assert_eq!(view.line.state, ServiceState::Closed);
        assert_eq!(balance(&world).await, before);
        assert_eq!(open_tasks(&world, TaskKind::OperationManual).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_purchase_beyond_a_ceiling_waits_for_a_second_person() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let shown = world
            .engine
            .modules()
            .show(&world.admin, world.module)
            .await
            .unwrap();
        let mut parameters = shown.parameters;
        parameters.order_ceiling = Some(Decimal::ONE);
        let change = ModuleChange {
            version: shown.version,
            settings: Vec::new(),
            parameters,
            if_broken: IfBroken::Refuse,
        };
        world
            .engine
            .modules()
            .edit(&world.admin, world.module, change)
            .await
            .unwrap();
        let order = NewOrder {
            account: Some(world.account),
            ..TestWorld::order(plan, &["dear.test"], ValidationMethod::Dns)
        };
        let placed = world.engine.orders().place(&world.admin, order).await.unwrap();
        let view = world
            .until_it(placed.service, |view| {
                view.operations[0].state == OperationState::Manual
            })
            .await;
        assert!(world.simulator.purchases().is_empty());
        assert_eq!(open_tasks(&world, TaskKind::PurchaseApproval).await, 1);
        let operation = view.operations[0].id;
        let operations = world.engine.operations();
        let shown = operations.show(&world.admin, operation).await.unwrap();
        assert_eq!(shown.purchases[0].stage, PurchaseStage::AwaitsApproval);
        let own = operations
            .decide_purchase(&world.admin, operation, PurchaseDecision::Approve)
            .await;
        assert!(matches!(own, Err(Error::Refused(refusal)) if refusal.code == "second-person-needed"));
        operations
            .decide_purchase(&world.second, operation, PurchaseDecision::Approve)
            .await
            .unwrap();
        world.until(placed.service, ServiceState::Active).await;
        assert_eq!(open_tasks(&world, TaskKind::PurchaseApproval).await, 0);
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn the_lowest_sort_is_tried_first_and_every_other_module_has_its_reason() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let first = world.connect("First", 1).await;
        let query = certbroker_engine::catalogue::ProductQuery {
            module: Some(first),
            search: Some("PositiveSSL".to_owned()),
            with_removed: false,
        };
        let products = world
            .engine
            .catalogue()
            .products(&world.admin, query)
            .await
            .unwrap();
        let same = products
            .iter()
            .find(|product| product.name.ends_with(" PositiveSSL") || product.name == "PositiveSSL");
        world
            .engine
            .tariffs()
            .connect(&world.admin, plan, same.unwrap().id)
            .await
            .unwrap();
        let placed = world
            .place(TestWorld::order(plan, &["one.test"], ValidationMethod::Dns))
            .await;
        let view = world.until(placed.service, ServiceState::Active).await;
        assert_eq!(view.line.module, Some(first));
        world
            .engine
            .modules()
            .switch(&world.admin, first, Switch::Off)
            .await
            .unwrap();
        let placed = world
            .place(TestWorld::order(plan, &["two.test"], ValidationMethod::Dns))
            .await;
        let view = world.until(placed.service, ServiceState::Active).await;
        assert_eq!(view.line.module, Some(world.module));
        let shown = world
            .engine
            .operations()
            .show(&world.admin, view.operations[0].id)
            .await
            .unwrap();
        let reasons: Vec<_> = shown
            .considered
            .iter()
            .map(|one| (one.name.as_str(), one.passed_over))
            .collect();
        assert_eq!(
            reasons,
            [("First", Some(PassedOver::SwitchedOff)), ("LeaderTelecom", None)]
        );
    })
    .await;
}

#[tokio::test]
async fn two_workers_open_each_service_once() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let mut services = Vec::new();
        for number in 0..6 {
            let name = format!("n{number}.test");
            services.push(
                world
                    .place(TestWorld::order(plan, &[&name], ValidationMethod::Dns))
                    .await
                    .service,
            );
        }
        let stop = tokio_util::sync::CancellationToken::new();
        let workers: Vec<_> = (0..2)
            .map(|_| tokio::spawn(world.engine.worker().run_until(stop.clone())))
            .collect();
        for service in &services {
            world.until(*service, ServiceState::Active).await;
        }
        stop.cancel();
        for worker in workers {
            worker.await.unwrap();
        }
        assert_eq!(world.simulator.purchases().len(), 6);
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn a_ca_that_is_away_uses_up_no_attempt_and_has_one_incident() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        world
            .simulator
            .inject_fault(on("*", Fault::Html { status: 503 }, Firing::Always))
            .unwrap();
        let mut services = Vec::new();
        for name in ["a.test", "b.test", "c.test", "d.test"] {
            services.push(
                world
                    .place(TestWorld::order(plan, &[name], ValidationMethod::Dns))
                    .await
                    .service,
            );
        }
        for _ in 0..12 {
            world.worker.run_due_once().await.unwrap();
            world.engine.clock().advance(jiff::SignedDuration::from_mins(7));
        }
        for service in &services {
            let view = world.view(*service).await;
            assert_eq!(view.operations[0].state, OperationState::Waiting, "{view:#?}");
            assert_eq!(view.operations[0].attempts, 0);
        }
        assert!(open_tasks(&world, TaskKind::ModuleBroken).await <= 1);
        world.simulator.clear_faults().unwrap();
        world
            .engine
            .modules()
            .check_now(&world.admin, world.module)
            .await
            .unwrap();
        for service in services {
            world.engine.clock().advance(jiff::SignedDuration::from_hours(25));
            world.until(service, ServiceState::Active).await;
        }
        assert_eq!(world.simulator.purchases().len(), 4);
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn an_order_with_the_same_external_reference_is_the_same_order() {
    for_each_backend(async |store| {
        let world = TestWorld::with(
            store,
            Wanted {
                money: 100_000,
                ..Wanted::default()
            },
        )
        .await;
        let plan = world.plan("PositiveSSL").await;
        let order = || NewOrder {
            external_ref: Some("web-1".to_owned()),
            request: RequestSource::MadeNotStored(KeyChoice::P256),
            ..TestWorld::order(plan, &["same.test"], ValidationMethod::Dns)
        };
        let orders = world.engine.orders();
        let (one, two) = tokio::join!(
            orders.place(&world.client, order()),
            orders.place(&world.client, order())
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.service, two.service);
        assert!(one.is_repeated != two.is_repeated);
        assert!(
            one.private_key.is_some() != two.private_key.is_some(),
            "the key is shown once"
        );
    })
    .await;
}
