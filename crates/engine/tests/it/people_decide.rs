//! What people do, and what waits for them: certificates that do not match, other methods, low balances, lost leases.

use certbroker_engine::{
    Error,
    modules::{IfBroken, ModuleChange},
    operations::{OperationQuery, Upload},
    validations::MethodChange,
};
use domain::{
    Currency, Money,
    product::ValidationMethod::{Dns, Http},
    state::{OperationState, ServiceState, TaskKind},
};
use leaderssl_simulator::ValidationMode;
use rust_decimal::Decimal;
use store::{
    Page,
    operation::{Lease, Through},
    task::TaskFilter,
};
use testkit::{
    TestWorld, Wanted,
    database::{for_each_backend, for_each_test_store},
};

#[tokio::test]
async fn another_method_is_taken_and_proves_the_name() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let placed = world.place(TestWorld::order(plan, &["change.test"], Dns)).await;
        world
            .until_it(placed.service, |view| !view.validations.is_empty())
            .await;
        let change = MethodChange {
            name: None,
            method: Http,
            approver: None,
        };
        world
            .engine
            .validations()
            .change_method(&world.client, placed.service, change)
            .await
            .unwrap();
        let view = world.view(placed.service).await;
        assert_eq!(view.validations[0].method, Http);
        world.prove(placed.service).await;
        world.until(placed.service, ServiceState::Active).await;
    })
    .await;
}

#[tokio::test]
async fn check_now_shows_what_every_name_server_says() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let placed = world.place(TestWorld::order(plan, &["look.test"], Dns)).await;
        let early = world
            .engine
            .validations()
            .check_now(&world.client, placed.service)
            .await;
        assert!(matches!(early, Err(Error::Refused(refusal)) if refusal.code == "nothing-to-validate"));
        world
            .until_it(placed.service, |view| !view.validations.is_empty())
            .await;
        let checks = world
            .engine
            .validations()
            .check_now(&world.client, placed.service)
            .await
            .unwrap();
        assert!(!checks[0].is_good);
        assert_eq!(checks[0].servers.len(), 1);
        world.prove(placed.service).await;
        let checks = world
            .engine
            .validations()
            .check_now(&world.client, placed.service)
            .await
            .unwrap();
        assert!(checks[0].is_good, "{checks:?}");
    })
    .await;
}

#[tokio::test]
async fn a_person_finishes_with_the_right_certificate_and_with_no_other() {
    for_each_backend(async |store| {
        let wanted = Wanted {
            validation: ValidationMode::Off,
            ..Wanted::default()
        };
        let world = TestWorld::with(store, wanted).await;
        let plan = world.plan("PositiveSSL").await;
        let (one, two) = (
            world.place(TestWorld::order(plan, &["one.test"], Dns)).await,
            world.place(TestWorld::order(plan, &["two.test"], Dns)).await,
        );
        for placed in [&one, &two] {
            world
                .until(placed.service, ServiceState::WaitingForValidation)
                .await;
        }
        let operation = world.view(two.service).await.operations[0].id;
        let operations = world.engine.operations();
        operations
            .give_to_person(&world.admin, operation, "the CA is slow")
            .await
            .unwrap();
        let certificates = world.simulator.certificates();
        for certificate in &certificates {
            world.simulator.take_for_proven(certificate.id).unwrap();
        }
        // The first is delivered by itself; its certificate is brought for the second, which it does not fit.
        let view = world.until(one.service, ServiceState::Active).await;
        let format = certbroker_engine::certificates::DownloadFormat::FullChain;
        let wrong = world
            .engine
            .certificates()
            .download(&world.client, view.certificates[0].id, format, None)
            .await
            .unwrap();
        let pem = String::from_utf8_lossy(&wrong.bytes).into_owned();
        let upload = Upload { pem, ca_ref: None };
        let refused = operations
            .finish_by_hand(&world.admin, operation, upload)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Invalid(_)), "{refused:?}");
        let still = operations.show(&world.admin, operation).await.unwrap();
        assert_eq!(still.state, OperationState::Manual);
        operations.retry(&world.admin, operation).await.unwrap();
        world.until(two.service, ServiceState::Active).await;
    })
    .await;
}

#[tokio::test]
async fn a_balance_that_falls_below_its_minimum_makes_one_task_and_blocks() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let modules = world.engine.modules();
        let shown = modules.show(&world.admin, world.module).await.unwrap();
        let mut parameters = shown.parameters;
        parameters.minimal_balance = Some(Decimal::from(500));
        parameters.blocks_below_minimum = true;
        let change = ModuleChange {
            version: shown.version,
            settings: Vec::new(),
            parameters,
            if_broken: IfBroken::Refuse,
        };
        modules.edit(&world.admin, world.module, change).await.unwrap();
        world
            .simulator
            .set_balance(Money::from_minor(49_999, Currency::EUR))
            .unwrap();
        for _ in 0..2 {
            let seen = modules.refresh_balance(&world.admin, world.module).await.unwrap();
            assert!(seen.is_low && seen.blocks);
        }
        let low = || TaskFilter {
            kind: Some(TaskKind::BalanceLow),
            ..TaskFilter::open()
        };
        let tasks = world.engine.tasks();
        assert_eq!(
            tasks
                .list(&world.admin, low(), &Page::first(9))
                .await
                .unwrap()
                .rows
                .len(),
            1
        );
        let board = world.engine.dashboard().show(&world.admin).await.unwrap();
        assert!(board.balances[0].balance.is_low);
        let placed = world.place(TestWorld::order(plan, &["poor.test"], Dns)).await;
        world.worker.run_due_once().await.unwrap();
        let view = world.view(placed.service).await;
        assert_eq!(view.operations[0].state, OperationState::Waiting);
        assert!(world.simulator.purchases().is_empty());
        world
            .simulator
            .set_balance(Money::from_minor(90_000, Currency::EUR))
            .unwrap();
        modules.refresh_balance(&world.admin, world.module).await.unwrap();
        assert!(
            tasks
                .list(&world.admin, low(), &Page::first(9))
                .await
                .unwrap()
                .rows
                .is_empty()
        );
        world.engine.clock().advance(jiff::SignedDuration::from_mins(6));
        world
            .until(placed.service, ServiceState::WaitingForValidation)
            .await;
    })
    .await;
}

#[tokio::test]
async fn who_lost_its_lease_writes_nothing_any_more() {
    for_each_test_store(async |test_store| {
        let world = TestWorld::new(test_store.store.clone()).await;
        let plan = world.plan("PositiveSSL").await;
        let placed = world.place(TestWorld::order(plan, &["fence.test"], Dns)).await;
        let now = jiff::Timestamp::MAX;
        let lease = async |owner: &str, wall: i64| {
            let tx = world.store.begin().await.unwrap();
            let wall = jiff::Timestamp::from_second(wall).unwrap();
            let until = wall + jiff::SignedDuration::from_mins(5);
            let lease = Lease {
                owner,
                now,
                wall,
                until,
            };
            let leased = store::operation::lease_due(&tx, lease, Through::Any, 8)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            leased
        };
        let mut first = lease("first", 1_000).await.pop().unwrap();
        assert!(lease("second", 1_100).await.is_empty(), "the lease holds");
        let mut second = lease("second", 1_301).await.pop().unwrap();
        assert!(second.fence > first.fence);
        let tx = world.store.begin().await.unwrap();
        let late = store::operation::save_leased(&tx, &mut first).await;
        assert!(matches!(late, Err(store::Error::Conflict { .. })));
        assert!(
            !store::operation::renew_lease(&tx, first.id, first.fence, now)
                .await
                .unwrap()
        );
        store::operation::save_leased(&tx, &mut second).await.unwrap();
        tx.commit().await.unwrap();
        test_store.tamper("UPDATE operation SET lease_until = 0").await;
        world
            .until(placed.service, ServiceState::WaitingForValidation)
            .await;
        assert_eq!(world.simulator.purchases().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn another_account_sees_nothing_of_it() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let placed = world.place(TestWorld::order(plan, &["mine.test"], Dns)).await;
        let mut stranger = world.client.clone();
        let certbroker_engine::Who::Member { account, .. } = &mut stranger.who else {
            panic!("a member")
        };
        *account = uuid::Uuid::from_u128(7).into();
        let services = world.engine.services();
        let not_found = |error: Error| assert!(matches!(error, Error::NotFound), "{error:?}");
        not_found(services.show(&stranger, placed.service).await.unwrap_err());
        not_found(services.close(&stranger, placed.service).await.unwrap_err());
        not_found(services.find(&stranger, "S-1").await.unwrap_err());
        not_found(
            world
                .engine
                .validations()
                .check_now(&stranger, placed.service)
                .await
                .unwrap_err(),
        );
        not_found(
            world
                .engine
                .operations()
                .show(&stranger, placed.operation.unwrap())
                .await
                .unwrap_err(),
        );
        let query = certbroker_engine::services::ServiceQuery::default();
        let listed = services.list(&stranger, &query, &Page::first(9)).await.unwrap();
        assert!(listed.rows.is_empty());
        let all = world
            .engine
            .operations()
            .list(&stranger, &OperationQuery::default(), &Page::first(9))
            .await;
        assert!(matches!(all, Err(Error::Forbidden)));
    })
    .await;
}

#[tokio::test]
async fn where_a_module_connects_changes_after_the_password_again_only() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let lately = admin_who_signed_in_long_ago(&world);
        let modules = world.engine.modules();
        let change = |version, settings| ModuleChange {
            version,
            settings,
            parameters: world.parameters("LeaderTelecom", 20),
            if_broken: IfBroken::Refuse,
        };
        let version = modules.show(&world.admin, world.module).await.unwrap().version;
        // The place in the order needs nothing more.
        modules
            .edit(&lately, world.module, change(version, Vec::new()))
            .await
            .unwrap();
        let version = modules.show(&world.admin, world.module).await.unwrap().version;
        let elsewhere = vec![("username".to_owned(), "other@example.org".to_owned().into())];
        let refused = modules
            .edit(&lately, world.module, change(version, elsewhere))
            .await;
        assert!(matches!(refused, Err(Error::ConfirmationRequired)), "{refused:?}");
    })
    .await;
}

fn admin_who_signed_in_long_ago(world: &TestWorld) -> certbroker_engine::Actor {
    certbroker_engine::Actor {
        is_confirmed: false,
        ..world.admin.clone()
    }
}
