//! The program dies at every fault point, as by a SIGKILL, and another one goes on: one purchase, books that agree, the
//! service issued or with a person.
//!
//! The simulator lives in the test's process; what dies is a second process, the same test program started anew, that
//! works on the same database.

use std::{path::PathBuf, time::Duration};

use certbroker_engine::{fault::POINTS, replacements::Selection, services::ServiceQuery};
use domain::{
    id::TariffPlanId,
    product::ValidationMethod,
    state::{OperationKind, OperationState, ServiceState},
};
use seal::KeyFile;
use serde::{Deserialize, Serialize};
use store::{Durability, Store, StoreOptions};
use testkit::{
    TestStore, TestWorld, Wanted,
    world::{Around, QUICK, engine},
};

use crate::exactly_once::{Course, check, settled};

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
    /// How far business time is ahead of the machine.
    ahead: jiff::SignedDuration,
}

/// A world whose database and keys another process can open.
struct SharedWorld {
    test_store: TestStore,
    folder: tempfile::TempDir,
    keys: PathBuf,
    world: TestWorld,
    plan: TariffPlanId,
}

impl SharedWorld {
    async fn of(course: Course) -> Self {
        let test_store = TestStore::sqlite().await;
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        let ring = KeyFile::new(&keys)
            .load_or_create(jiff::Timestamp::UNIX_EPOCH)
            .unwrap();
        let wanted = Wanted {
            keys: ring,
            ..course.wanted()
        };
        let world = TestWorld::with(test_store.store.clone(), wanted).await;
        world.connect_zone().await;
        world.credit(world.account, 10_000_000).await;
        let plan = world.plan(course.product()).await;
        Self {
            test_store,
            folder,
            keys,
            world,
            plan,
        }
    }

    /// Has another process take the operation as far as the point and die there; then goes on with it.
    async fn dies_at(&self, course: Course, point: &str) {
        let world = &self.world;
        let name = format!("{}.{course:?}.test", point.replace(['.', '_'], "-")).to_lowercase();
        let service = course.begin(world, self.plan, &name).await;
        let before = world.simulator.purchases().len();
        die_at(world, &self.test_store, &self.keys, point).await;
        // At some points it had let its lease go already.
        assert!(world.worker.take_over().await.unwrap() <= 1, "{point}");
        let view = settled(world, service).await;
        assert_eq!(
            view.operations[0].state,
            OperationState::Done,
            "{point}: {:?}",
            view.operations[0].error
        );
        check(world, course, before, &view, point).await;
    }

    /// Has another process stand still at the point until its lease is over and this one has done its work.
    async fn stands_still_at(&self, course: Course, point: &str) {
        let world = &self.world;
        let name = format!("{}.still{course:?}.test", point.replace(['.', '_'], "-")).to_lowercase();
        let service = course.begin(world, self.plan, &name).await;
        let before = world.simulator.purchases().len();
        let go = self.folder.path().join(&name).with_extension("go");
        let child = self.start(&format!("{point}@{}", go.display()));
        let reached = go.with_extension("reached");
        let waiting = async {
            while !reached.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect(point);
        self.test_store
            .tamper("UPDATE operation SET lease_until = 0 WHERE lease_owner IS NOT NULL")
            .await;
        let view = settled(world, service).await;
        check(world, course, before, &view, point).await;
        std::fs::write(&go, "").unwrap();
        let ended = tokio::time::timeout(PATIENCE, child).await.expect(point).unwrap();
        assert!(
            ended.status.success(),
            "{point}: {}",
            String::from_utf8_lossy(&ended.stderr)
        );
        let after = world.view(service).await;
        assert_eq!(after.operations[0].state, view.operations[0].state, "{point}");
        check(world, course, before, &after, point).await;
    }

    /// The database as it is now.
    async fn backup(&self) -> Vec<u8> {
        let mut written = Vec::new();
        store::backup::write(&self.test_store.store, &mut written, jiff::Timestamp::UNIX_EPOCH)
            .await
            .unwrap();
        written
    }

    /// The same world on a database that is as it was; the CA has not forgotten anything.
    async fn restored(mut self, backup: &[u8]) -> Self {
        let test_store = TestStore::sqlite().await;
        let id = uuid::Uuid::from_u128(77);
        store::backup::restore(
            &test_store.store,
            &mut std::io::Cursor::new(backup),
            id,
            jiff::Timestamp::UNIX_EPOCH,
        )
        .await
        .unwrap();
        let around = Around::of(&self.world.surroundings);
        let ring = KeyFile::new(&self.keys).load().unwrap();
        let restored = engine(&test_store.store, around, ring, QUICK, None);
        restored.clock().advance(self.world.engine.clock().offset());
        self.world.store = test_store.store.clone();
        self.world.worker = restored.worker();
        self.world.engine = restored;
        self.test_store = test_store;
        self
    }

    fn start(&self, point: &str) -> impl Future<Output = std::io::Result<std::process::Output>> + use<> {
        start(&self.world, &self.test_store, &self.keys, point)
    }
}

fn points(of: &[&str]) -> impl Iterator<Item = &'static str> {
    let of: Vec<String> = of.iter().map(|one| (*one).to_owned()).collect();
    POINTS
        .iter()
        .copied()
        .filter(move |point| of.iter().any(|one| point.starts_with(one.as_str())))
}

#[tokio::test]
async fn a_death_at_any_point_of_an_opening_costs_nothing_twice() {
    let shared = SharedWorld::of(Course::Open).await;
    for point in points(&["open."]) {
        shared.dies_at(Course::Open, point).await;
    }
}

#[tokio::test]
async fn a_death_at_any_point_of_a_reissue_buys_nothing() {
    let shared = SharedWorld::of(Course::Reissue).await;
    let choosing = ["open.leased", "open.module_chosen", "open.intent_stored"];
    for point in points(&["reissue.", "open."]).filter(|point| !choosing.contains(point)) {
        shared.dies_at(Course::Reissue, point).await;
    }
}

#[tokio::test]
async fn a_death_at_any_point_of_a_prolongation_buys_once() {
    let shared = SharedWorld::of(Course::Prolong).await;
    for point in points(&["prolong.", "reissue.request", "open."]) {
        shared.dies_at(Course::Prolong, point).await;
    }
}

#[tokio::test]
async fn a_death_at_any_point_of_adding_names_buys_them_once() {
    let shared = SharedWorld::of(Course::AddNames).await;
    let choosing = ["open.leased", "open.module_chosen", "open.intent_stored"];
    for point in points(&["reissue.", "open."]).filter(|point| !choosing.contains(point)) {
        shared.dies_at(Course::AddNames, point).await;
    }
}

#[tokio::test]
async fn a_death_while_many_are_replaced_neither_loses_nor_doubles_one() {
    for point in [
        "replacement.begun:2",
        "replacement.slice_stored",
        "reissue.intent_stored",
        "open.before_delivery",
    ] {
        let shared = SharedWorld::of(Course::Reissue).await;
        let world = &shared.world;
        let mut services = Vec::new();
        for name in ["one.test", "two.test", "three.test"] {
            services.push(crate::replace::issued(world, shared.plan, name, ValidationMethod::Dns).await);
        }
        let before = world.simulator.purchases().len();
        let run = crate::replace::start(world, Selection::Filter(ServiceQuery::default())).await;
        die_at(world, &shared.test_store, &shared.keys, point).await;
        world.worker.take_over().await.unwrap();
        crate::replace::until_over(world, run).await;
        for service in services {
            let view = world.view(service).await;
            assert_eq!(view.certificates.len(), 2, "{point}");
            let reissues = view
                .operations
                .iter()
                .filter(|one| one.kind == OperationKind::Reissue);
            assert_eq!(reissues.count(), 1, "{point}");
        }
        assert_eq!(world.simulator.purchases().len(), before, "{point}");
        assert_eq!(
            world.simulator.certificates().len(),
            6,
            "{point}: nothing was issued twice"
        );
        world.assert_books_agree().await;
    }
}

#[tokio::test]
async fn a_worker_that_loses_its_lease_while_it_works_changes_nothing_any_more() {
    let stops = [
        "open.before_call",
        "open.after_call",
        "open.outcome_stored",
        "open.fetched",
        "open.before_delivery",
    ];
    for course in [Course::Open, Course::Reissue, Course::Prolong, Course::AddNames] {
        let shared = SharedWorld::of(course).await;
        for point in stops {
            shared.stands_still_at(course, point).await;
        }
    }
}

#[tokio::test]
async fn an_old_backup_restored_after_the_call_finds_what_was_bought_and_goes_on() {
    for course in [Course::Open, Course::Reissue, Course::Prolong, Course::AddNames] {
        let shared = SharedWorld::of(course).await;
        let name = format!("restored.{course:?}.test").to_lowercase();
        let service = course.begin(&shared.world, shared.plan, &name).await;
        let before = shared.world.simulator.purchases().len();
        die_at(
            &shared.world,
            &shared.test_store,
            &shared.keys,
            "open.before_call",
        )
        .await;
        shared.world.worker.take_over().await.unwrap();
        let backup = shared.backup().await;
        let view = settled(&shared.world, service).await;
        assert_eq!(view.operations[0].state, OperationState::Done, "{course:?}");

        let shared = shared.restored(&backup).await;
        let world = &shared.world;
        world.worker.take_over().await.unwrap();
        let view = settled(world, service).await;
        let what = format!("{course:?} after a restore");
        assert_eq!(
            view.operations[0].state,
            OperationState::Done,
            "{what}: {:?}",
            view.operations[0].error
        );
        check(world, course, before, &view, &what).await;
        let reports = world.engine.reconciliation().run(&world.admin).await.unwrap();
        assert!(reports[0].is_clean(), "{what}: {reports:?}");
        let instance = world.engine.instance().show(&world.admin).await.unwrap();
        assert!(!instance.purchases_blocked, "{what}");
    }
}

#[tokio::test]
async fn an_old_backup_restored_from_before_the_intent_buys_nothing_until_a_person_explains() {
    for course in [Course::Open, Course::Prolong, Course::AddNames] {
        let shared = SharedWorld::of(course).await;
        let name = format!("forgotten.{course:?}.test").to_lowercase();
        let service = course.begin(&shared.world, shared.plan, &name).await;
        let before = shared.world.simulator.purchases().len();
        let backup = shared.backup().await;
        settled(&shared.world, service).await;

        let shared = shared.restored(&backup).await;
        let world = &shared.world;
        for _ in 0..3 {
            world.worker.run_due_once().await.unwrap();
            let reports = world.engine.reconciliation().run(&world.admin).await.unwrap();
            assert_eq!(reports[0].orphans.len(), 1, "{course:?}: {reports:?}");
            world.advance(jiff::SignedDuration::from_mins(10));
        }
        let instance = world.engine.instance().show(&world.admin).await.unwrap();
        assert!(instance.purchases_blocked, "{course:?}");
        assert_eq!(world.simulator.purchases().len() - before, 1, "{course:?}");
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
    let child = start(world, test_store, keys, point);
    let ended = tokio::time::timeout(PATIENCE, child)
        .await
        .expect("it dies in time")
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    // An aborted process has no exit code.
    assert_eq!(ended.status.code(), None, "{point} was not passed: {said}");
}

/// The same test program once more, with an errand.
fn start(
    world: &TestWorld,
    test_store: &TestStore,
    keys: &std::path::Path,
    point: &str,
) -> impl Future<Output = std::io::Result<std::process::Output>> + use<> {
    let errand = Errand {
        database: test_store.url().to_string(),
        keys: keys.to_owned(),
        dns: world.surroundings.dns.address(),
        http: world.surroundings.web.http(),
        https: world.surroundings.web.https(),
        point: point.to_owned(),
        ahead: world.engine.clock().offset(),
    };
    let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", CHILD, "--nocapture"])
        .env(ERRAND, serde_json::to_string(&errand).unwrap())
        .env("RUST_BACKTRACE", "0")
        .kill_on_drop(true);
    let child = command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.wait_with_output()
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
    let go = errand.point.split_once('@').map(|(_, file)| PathBuf::from(file));
    let engine = engine(&store, around, keys, QUICK, Some(errand.point));
    engine.clock().advance(errand.ahead);
    let worker = engine.worker();
    loop {
        engine.periodic().run_due_once().await.unwrap();
        worker.run_due_once().await.unwrap();
        if go.as_ref().is_some_and(|go| go.exists()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
