//! The program dies at every fault point, as by a SIGKILL, and another one goes on: one purchase, books that agree, the
//! service issued or with a person.
//!
//! The simulator lives in the test's process; what dies is a second process, the same test program started anew, that
//! works on the same database.

use std::{path::PathBuf, time::Duration};

use certbroker_engine::fault::POINTS;
use domain::{
    product::ValidationMethod,
    state::{OperationState, ServiceState},
};
use seal::KeyFile;
use serde::{Deserialize, Serialize};
use store::{Durability, Store, StoreOptions};
use testkit::{
    TestStore, TestWorld, Wanted,
    world::{Around, QUICK, engine},
};

/// Holds the errand of the process that is to die.
const ERRAND: &str = "CERTBROKER_TEST_CRASH_ERRAND";
/// The test that the second process runs.
const CHILD: &str = "crash::works_until_it_dies";
/// Longer than any step takes.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug, Serialize, Deserialize)]
struct Errand {
    database: String,
    keys: PathBuf,
    dns: std::net::SocketAddr,
    http: std::net::SocketAddr,
    https: std::net::SocketAddr,
    point: String,
}

#[tokio::test]
async fn a_death_at_any_point_of_an_opening_costs_nothing_twice() {
    let test_store = TestStore::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let ring = KeyFile::new(&keys)
        .load_or_create(jiff::Timestamp::UNIX_EPOCH)
        .unwrap();
    let world = TestWorld::with(
        test_store.store.clone(),
        Wanted {
            keys: ring,
            ..Wanted::default()
        },
    )
    .await;
    world.connect_zone().await;
    let plan = world.plan("PositiveSSL").await;
    let openings: Vec<&str> = POINTS
        .iter()
        .copied()
        .filter(|point| point.starts_with("open."))
        .collect();
    for (number, point) in openings.iter().enumerate() {
        let name = format!("crash{number}.test");
        let placed = world
            .place(TestWorld::order(plan, &[&name], ValidationMethod::Dns))
            .await;
        die_at(&world, &test_store, &keys, point).await;
        // At some points it had let its lease go already.
        assert!(world.worker.take_over().await.unwrap() <= 1, "{point}");
        let view = world
            .until_it(placed.service, |view| {
                matches!(
                    view.operations[0].state,
                    OperationState::Done | OperationState::Manual
                )
            })
            .await;
        assert_eq!(
            view.line.state,
            ServiceState::Active,
            "{point}: {:?}",
            view.operations[0].error
        );
        assert_eq!(world.simulator.purchases().len(), number + 1, "{point}");
        assert_eq!(view.certificates.len(), 1, "{point}");
        assert_eq!(view.ca_orders.len(), 1, "{point}");
        world.assert_books_agree().await;
    }
}

#[tokio::test]
async fn a_death_while_closing_gives_the_money_back_once() {
    let test_store = TestStore::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let ring = KeyFile::new(&keys)
        .load_or_create(jiff::Timestamp::UNIX_EPOCH)
        .unwrap();
    let world = TestWorld::with(
        test_store.store.clone(),
        Wanted {
            keys: ring,
            ..Wanted::default()
        },
    )
    .await;
    let plan = world.plan("PositiveSSL").await;
    let money = world.engine.money();
    let before = money.balance(&world.admin, world.account).await.unwrap().balance;
    let placed = world
        .place(TestWorld::order(plan, &["shut.test"], ValidationMethod::Dns))
        .await;
    world
        .engine
        .services()
        .close(&world.client, placed.service)
        .await
        .unwrap();
    die_at(&world, &test_store, &keys, "close.closed").await;
    test_store
        .tamper("UPDATE operation SET lease_until = 0 WHERE lease_owner IS NOT NULL")
        .await;
    world.until(placed.service, ServiceState::Failed).await;
    assert_eq!(
        money.balance(&world.admin, world.account).await.unwrap().balance,
        before
    );

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
    die_at(&world, &test_store, &keys, "close.before_cancel").await;
    test_store
        .tamper("UPDATE operation SET lease_until = 0 WHERE lease_owner IS NOT NULL")
        .await;
    world
        .until_it(placed.service, |view| {
            view.operations[0].state == OperationState::Manual
        })
        .await;
    assert_eq!(world.simulator.purchases().len(), 1);
    world.assert_books_agree().await;
}

/// Starts the process that works until it passes the point, and waits for its end.
async fn die_at(world: &TestWorld, test_store: &TestStore, keys: &std::path::Path, point: &str) {
    let errand = Errand {
        database: test_store.url().to_string(),
        keys: keys.to_owned(),
        dns: world.surroundings.dns.address(),
        http: world.surroundings.web.http(),
        https: world.surroundings.web.https(),
        point: point.to_owned(),
    };
    let child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CHILD, "--nocapture"])
        .env(ERRAND, serde_json::to_string(&errand).unwrap())
        .env("RUST_BACKTRACE", "0")
        .kill_on_drop(true)
        .output();
    let ended = tokio::time::timeout(PATIENCE, child)
        .await
        .expect("it dies in time")
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    // An aborted process has no exit code.
    assert_eq!(ended.status.code(), None, "{point} was not passed: {said}");
}

/// The process that dies. Without an errand there is nothing to do: the tests above give it one.
#[tokio::test]
async fn works_until_it_dies() {
    #[expect(
        clippy::disallowed_methods,
        reason = "how a test program tells its second process what to do"
    )]
    let Ok(errand) = std::env::var(ERRAND) else { return };
    let errand: Errand = serde_json::from_str(&errand).unwrap();
    let url = errand.database.parse().unwrap();
    let options = StoreOptions {
        durability: Durability::ProcessOnly,
        connections: 4,
    };
    let store = Store::connect(&url, options).await.unwrap();
    let around = Around {
        dns: errand.dns,
        http: errand.http,
        https: errand.https,
    };
    let keys = KeyFile::new(&errand.keys).load().unwrap();
    let engine = engine(&store, around, keys, QUICK, Some(errand.point));
    let worker = engine.worker();
    loop {
        worker.run_due_once().await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
