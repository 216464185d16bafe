//! The ends of paid terms: prolonged from the account's money, cancelled while the CA gives money back, suspended, over.

use certbroker_engine::{
    Error,
    operations::MoneyBack,
    orders::NewOrder,
    reissues::{KeyWish, NewReissue},
};
use domain::{
    product::ValidationMethod,
    state::{IssueReason, OperationKind, OperationState, ReissueCause, ServiceState},
    term::Years,
};
use jiff::civil::date;
use store::reservation::{Reservation, ReservationState};
use testkit::{TestWorld, Wanted, database::for_each_backend};

async fn in_2020(store: store::Store, money: i64) -> TestWorld {
    let wanted = Wanted {
        starts_at: Some("2020-10-20T12:00:00Z".parse().unwrap()),
        money,
        ..Wanted::default()
    };
    let world = TestWorld::with(store, wanted).await;
    world.connect_zone().await;
    world
}

fn prolonged(order: NewOrder) -> NewOrder {
    NewOrder {
        prolong: Some(Years::ONE),
        ..order
    }
}

#[tokio::test]
async fn the_next_term_is_bought_from_the_accounts_money_once() {
    for_each_backend(async |store| {
        let world = in_2020(store, 1_000_000).await;
        let plan = world.plan("PositiveSSL").await;
        let order = TestWorld::order(plan, &["www.again.test"], ValidationMethod::Dns);
        let placed = world.place(prolonged(order)).await;
        let view = world.until(placed.service, ServiceState::Active).await;
        assert_eq!(view.line.dates.paid_till, None);
        let renewals = world.engine.renewals();
        assert_eq!(renewals.next_on().await.unwrap(), Some(date(2021, 10, 6)));
        world.advance_to(date(2021, 10, 5));
        assert_eq!(renewals.run_due().await.unwrap().begun, 0);
        world.advance_to(date(2021, 10, 6));
        assert_eq!(renewals.run_due().await.unwrap().begun, 1);
        assert_eq!(renewals.run_due().await.unwrap().begun, 0, "once");
        let view = world
            .until_it(placed.service, |view| {
                view.certificates.len() == 2 && view.operations[0].state == OperationState::Done
            })
            .await;
        assert_eq!(view.operations[0].kind, OperationKind::Prolong);
        assert_eq!(view.certificates[0].reason, IssueReason::Prolong);
        assert_eq!(view.line.dates.end_date, Some(date(2022, 10, 6)));
        assert_eq!(
            view.line.dates.paid_till, None,
            "one certificate covers the new term"
        );
        assert_eq!(view.ca_orders.len(), 2);
        assert_eq!(world.simulator.purchases().len(), 2);
        assert_eq!(renewals.next_on().await.unwrap(), Some(date(2022, 9, 22)));
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn with_too_little_money_the_service_runs_to_its_end_and_money_in_time_helps() {
    for_each_backend(async |store| {
        let world = in_2020(store, 2_000).await;
        let plan = world.plan("PositiveSSL").await;
        let order = TestWorld::order(plan, &["www.poor.test"], ValidationMethod::Dns);
        let placed = world.place(prolonged(order)).await;
        world.until(placed.service, ServiceState::Active).await;
        let spendable = world
            .engine
            .money()
            .balance(&world.client, world.account)
            .await
            .unwrap()
            .spendable;
        assert!(spendable.minor().unwrap() < 1_000, "{spendable}");
        let renewals = world.engine.renewals();
        world.advance_to(date(2021, 10, 6));
        let first = renewals.run_due().await.unwrap();
        assert_eq!((first.begun, first.short_of_money), (0, 1));
        assert_eq!(
            renewals.run_due().await.unwrap().short_of_money,
            0,
            "not before tomorrow"
        );
        assert_eq!(world.view(placed.service).await.line.state, ServiceState::Active);
        world.advance_to(date(2021, 10, 7));
        world.credit(world.account, 10_000).await;
        assert_eq!(renewals.run_due().await.unwrap().begun, 1);
        world
            .until_it(placed.service, |view| view.certificates.len() == 2)
            .await;
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn what_nobody_prolongs_is_closed_when_its_term_is_over() {
    for_each_backend(async |store| {
        let world = in_2020(store, 1_000_000).await;
        let plan = world.plan("PositiveSSL").await;
        let order = TestWorld::order(plan, &["www.over.test"], ValidationMethod::Dns);
        let placed = world.place(order).await;
        world.until(placed.service, ServiceState::Active).await;
        world.advance_to(date(2021, 10, 20));
        assert_eq!(
            world.engine.renewals().close_ended().await.unwrap(),
            0,
            "its last day"
        );
        world.advance_to(date(2021, 10, 21));
        assert_eq!(world.engine.renewals().close_ended().await.unwrap(), 1);
        assert_eq!(world.view(placed.service).await.line.state, ServiceState::Closed);
        assert_eq!(world.engine.renewals().close_ended().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn within_the_refund_window_a_person_cancels_at_the_ca_and_later_it_is_refused() {
    for_each_backend(async |store| {
        let world = in_2020(store, 1_000_000).await;
        let plan = world.plan("PositiveSSL").await;
        let mut services = Vec::new();
        for name in ["www.early.test", "www.late.test"] {
            let order = TestWorld::order(plan, &[name], ValidationMethod::Dns);
            let placed = world.place(order).await;
            world.until(placed.service, ServiceState::Active).await;
            services.push(placed.service);
        }
        let before = balance(&world).await;
        world.advance_to(date(2020, 11, 3));
        let area = world.engine.services();
        area.close(&world.client, services[0]).await.unwrap();
        let view = world
            .until_it(services[0], |view| {
                view.operations[0].state == OperationState::Manual
            })
            .await;
        assert_eq!(view.operations[0].kind, OperationKind::Close);
        world
            .engine
            .operations()
            .finish_closing(&world.admin, view.operations[0].id, MoneyBack::All)
            .await
            .unwrap();
        let view = world.view(services[0]).await;
        assert_eq!(view.line.state, ServiceState::Closed);
        assert!(balance(&world).await > before);
        world.advance_to(date(2020, 11, 4));
        let refused = area.close(&world.client, services[1]).await.unwrap_err();
        assert!(
            matches!(&refused, Error::Refused(refusal) if refusal.code == "refund-window-over"),
            "{refused:?}"
        );
        assert_eq!(world.view(services[1]).await.line.state, ServiceState::Active);
    })
    .await;
}

async fn balance(world: &TestWorld) -> i64 {
    let money = world.engine.money();
    let balance = money.balance(&world.client, world.account).await.unwrap();
    balance.balance.minor().unwrap()
}

#[tokio::test]
async fn what_was_set_aside_for_names_that_were_never_added_is_free_again_though_nothing_charged_goes_back() {
    for_each_backend(async |store| {
        let world = in_2020(store, 1_000_000).await;
        let plan = world.plan("PositiveSSL Multi-Domain").await;
        let order = TestWorld::order(plan, &["one.test", "two.test"], ValidationMethod::Dns);
        let service = world.place(order).await.service;
        world.until(service, ServiceState::Active).await;
        let charged = balance(&world).await;
        let names: Vec<String> = ["one.test", "two.test", "three.test", "four.test"]
            .map(str::to_owned)
            .into();
        let reissues = world.engine.reissues();
        let quote = reissues.quote(&world.client, service, &names).await.unwrap();
        let price = quote.price.unwrap();
        let wish = NewReissue {
            cause: ReissueCause::Names,
            key: KeyWish::AsBefore,
            names: Some(names),
            validation: None,
            agreed: Some(price.gross),
        };
        reissues.start(&world.client, service, wish).await.unwrap();
        let held = async || {
            let reservations = store::reservation::of_service(world.store.reader(), service).await;
            let is_held = |one: &&Reservation| one.state == ReservationState::Held;
            reservations.unwrap().iter().filter(is_held).count()
        };
        assert_eq!(held().await, 1);
        world
            .engine
            .services()
            .close(&world.client, service)
            .await
            .unwrap();
        let view = world
            .until_it(service, |view| view.operations[0].state == OperationState::Manual)
            .await;
        world
            .engine
            .operations()
            .finish_closing(&world.admin, view.operations[0].id, MoneyBack::Nothing)
            .await
            .unwrap();
        assert_eq!(held().await, 0);
        assert_eq!(balance(&world).await, charged);
    })
    .await;
}

#[tokio::test]
async fn a_suspended_service_is_not_reissued_and_catches_up_when_it_is_resumed() {
    for_each_backend(async |store| {
        let world = in_2020(store, 1_000_000).await;
        let plan = world.plan("PositiveSSL").await;
        let order = NewOrder {
            years: Years::new(2).unwrap(),
            ..TestWorld::order(plan, &["www.pause.test"], ValidationMethod::Dns)
        };
        let placed = world.place(order).await;
        world.until(placed.service, ServiceState::Active).await;
        let area = world.engine.services();
        assert!(
            area.suspend(&world.client, placed.service, "unpaid")
                .await
                .is_err()
        );
        area.suspend(&world.admin, placed.service, "unpaid")
            .await
            .unwrap();
        world.advance_to(date(2021, 9, 25));
        assert_eq!(world.engine.reissues().run_due().await.unwrap().begun, 0);
        area.resume(&world.admin, placed.service).await.unwrap();
        assert_eq!(world.engine.reissues().run_due().await.unwrap().begun, 1);
        let view = world
            .until_it(placed.service, |view| view.certificates.len() == 2)
            .await;
        assert_eq!(view.line.dates.end_date, Some(date(2022, 10, 20)));
    })
    .await;
}
