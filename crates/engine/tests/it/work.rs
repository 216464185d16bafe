//! Operations that cannot go on by themselves: attempts, outages, manual mode, limits, editing, and why each waits.

use certbroker_engine::{
    Error,
    modules::{IfBroken, ModuleChange, ModuleParameters, Switch},
    operations::{NameEdit, OperationEdit, PurchaseDecision, Turn, Why},
    services::{OperationView, ServiceView},
    tasks::TaskFilter,
};
use domain::{
    id::{OperationId, ServiceId, TariffPlanId},
    product::ValidationMethod,
    state::{
        AttemptOutcome, KeyCustody, OperationState, PurchaseStage, ServiceState, TaskKind, TaskPriority,
        TaskState,
    },
};
use jiff::{SignedDuration, ToSpan as _};
use leaderssl_simulator::faults::{Fault, FaultRule, Firing};
use pki::{KeyChoice, PrivateKey, Subject};
use rust_decimal::Decimal;
use serde_json::json;
use store::{Page, task::Task};
use testkit::{TestWorld, database::for_each_backend};

const HTML_200: Fault = Fault::Html { status: 200 };
const AWAY: Fault = Fault::Html { status: 503 };

fn always(world: &TestWorld, fault: Fault) {
    world
        .simulator
        .inject_fault(FaultRule::new("*", fault, Firing::Always))
        .unwrap();
}

async fn tasks(world: &TestWorld, kind: TaskKind) -> Vec<Task> {
    let filter = TaskFilter {
        kind: Some(kind),
        ..TaskFilter::open()
    };
    let page = Page::first(100);
    let found = world.engine.tasks().list(&world.admin, filter, &page).await;
    found.unwrap().rows
}

async fn shown(world: &TestWorld, id: OperationId) -> OperationView {
    world.engine.operations().show(&world.admin, id).await.unwrap()
}

async fn why(world: &TestWorld, id: OperationId) -> Why {
    shown(world, id).await.waiting.unwrap().why
}

async fn retry(world: &TestWorld, id: OperationId) {
    world.engine.operations().retry(&world.admin, id).await.unwrap();
}

async fn change_module(world: &TestWorld, change: impl FnOnce(&mut ModuleParameters)) {
    let modules = world.engine.modules();
    let module = modules.show(&world.admin, world.module).await.unwrap();
    let mut parameters = module.parameters;
    change(&mut parameters);
    let change = ModuleChange {
        version: module.version,
        settings: Vec::new(),
        parameters,
        if_broken: IfBroken::Refuse,
    };
    modules.edit(&world.admin, world.module, change).await.unwrap();
}

/// Places an order that waits for the client to prove the name.
async fn waiting(world: &TestWorld, plan: TariffPlanId, name: &str) -> (ServiceId, OperationId) {
    let placed = world
        .place(TestWorld::order(plan, &[name], ValidationMethod::Dns))
        .await;
    let view = world
        .until(placed.service, ServiceState::WaitingForValidation)
        .await;
    let settled = world
        .until_it(placed.service, |view| !view.validations.is_empty())
        .await;
    assert_eq!(view.operations[0].id, settled.operations[0].id);
    (placed.service, settled.operations[0].id)
}

async fn until_manual(world: &TestWorld, service: ServiceId) -> ServiceView {
    world
        .until_it(service, |view| view.operations[0].state == OperationState::Manual)
        .await
}

fn forward(world: &TestWorld, minutes: i64) {
    world.engine.clock().advance(SignedDuration::from_mins(minutes));
}

#[tokio::test]
async fn attempts_follow_each_other_by_the_setting_and_the_last_one_becomes_a_task() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let settings = world.engine.settings();
        settings
            .set(&world.admin, "retry_minutes", json!(7))
            .await
            .unwrap();
        settings
            .set(&world.admin, "most_attempts", json!(3))
            .await
            .unwrap();
        let (_, operation) = waiting(&world, plan, "attempts.test").await;
        always(&world, HTML_200);
        for attempt in 1..=2 {
            forward(&world, 8);
            assert_eq!(world.worker.run_due_once().await.unwrap(), 1);
            let view = shown(&world, operation).await;
            assert_eq!((view.state, view.attempts), (OperationState::Waiting, attempt));
            let wait = view.next_run_at.unwrap().duration_since(view.history[0].started_at);
            assert!(wait >= SignedDuration::from_mins(7), "{wait:?}");
            assert!(
                matches!(why(&world, operation).await, Why::Retry { attempt: next, most: 3, .. } if next == attempt + 1)
            );
            assert_eq!(world.worker.run_due_once().await.unwrap(), 0, "not before its time");
        }
        forward(&world, 8);
        world.worker.run_due_once().await.unwrap();
        let view = shown(&world, operation).await;
        assert_eq!(view.state, OperationState::Manual);
        assert_eq!(view.history[0].outcome, AttemptOutcome::Manual);
        assert_eq!(
            view.history
                .iter()
                .filter(|attempt| attempt.outcome == AttemptOutcome::Failed)
                .count(),
            2
        );
        let open = tasks(&world, TaskKind::OperationManual).await;
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].department_id, world.department);
        assert_eq!(open[0].operation_id, Some(operation));
        assert!(open[0].due_at.is_some());
        assert!(tasks(&world, TaskKind::ModuleBroken).await.is_empty());
        world.simulator.clear_faults().unwrap();
        retry(&world, operation).await;
        assert!(tasks(&world, TaskKind::OperationManual).await.is_empty());
        world.worker.run_due_once().await.unwrap();
        let view = shown(&world, operation).await;
        assert_eq!((view.state, view.attempts), (OperationState::Waiting, 0));
        assert!(view.error.is_none());
    })
    .await;
}

#[tokio::test]
async fn an_outage_has_one_incident_that_ends_by_itself_and_everything_goes_on() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        // The rows of periodic work are made; nothing is due yet.
        world.engine.periodic().run_due_once().await.unwrap();
        let mut services = Vec::new();
        for name in ["a.test", "b.test", "c.test", "d.test", "e.test"] {
            services.push(waiting(&world, plan, name).await);
        }
        always(&world, AWAY);
        forward(&world, 2);
        world.worker.run_due_once().await.unwrap();
        for (_, operation) in &services {
            let view = shown(&world, *operation).await;
            assert_eq!((view.state, view.attempts), (OperationState::Waiting, 0));
        }
        let incidents = tasks(&world, TaskKind::ModuleBroken).await;
        assert_eq!(incidents.len(), 1);
        assert_eq!(incidents[0].priority, TaskPriority::High);
        assert!(tasks(&world, TaskKind::OperationManual).await.is_empty());
        assert_eq!(world.worker.run_due_once().await.unwrap(), 0, "the module rests");
        assert!(matches!(
            why(&world, services[0].1).await,
            Why::ModuleRests { .. }
        ));
        // After the rest one operation tries, not all of them.
        forward(&world, 2);
        assert_eq!(world.worker.run_due_once().await.unwrap(), 1);
        assert_eq!(world.worker.run_due_once().await.unwrap(), 0);
        for _ in 0..12 {
            forward(&world, 60 * 25);
            world.worker.run_due_once().await.unwrap();
        }
        let rests = world
            .engine
            .modules()
            .show(&world.admin, world.module)
            .await
            .unwrap()
            .line
            .rests_until
            .unwrap();
        let longest = domain::Clock::now(world.engine.clock()) + SignedDuration::from_hours(24);
        assert!(rests <= longest, "at most a day");
        assert_eq!(tasks(&world, TaskKind::ModuleBroken).await.len(), 1);
        for (_, operation) in &services {
            assert_eq!(shown(&world, *operation).await.attempts, 0);
        }
        world.simulator.clear_faults().unwrap();
        forward(&world, 20);
        world.engine.periodic().run_due_once().await.unwrap();
        assert!(
            tasks(&world, TaskKind::ModuleBroken).await.is_empty(),
            "closed by itself"
        );
        for (service, _) in services {
            world.prove(service).await;
            world.until(service, ServiceState::Active).await;
        }
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn a_ca_that_asks_for_fewer_calls_is_left_alone_as_long_as_it_asks() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let (_, operation) = waiting(&world, plan, "slow.test").await;
        always(&world, Fault::RateLimit { retry_after_s: 1_800 });
        forward(&world, 2);
        world.worker.run_due_once().await.unwrap();
        let view = shown(&world, operation).await;
        assert_eq!((view.state, view.attempts), (OperationState::Waiting, 0));
        assert_eq!(view.error.as_ref().unwrap().class, "rate_limited");
        let wait = view
            .next_run_at
            .unwrap()
            .duration_since(domain::Clock::now(world.engine.clock()));
        assert!(wait > SignedDuration::from_mins(29), "{wait:?}");
        assert!(tasks(&world, TaskKind::ModuleBroken).await.is_empty());
        forward(&world, 20);
        assert_eq!(world.worker.run_due_once().await.unwrap(), 0);
        world.simulator.clear_faults().unwrap();
        forward(&world, 11);
        assert_eq!(world.worker.run_due_once().await.unwrap(), 1);
        assert!(shown(&world, operation).await.error.is_none());
    })
    .await;
}

#[tokio::test]
async fn only_a_certificate_that_ends_within_days_makes_an_outage_a_task_of_its_own() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        // The rows of periodic work are made; nothing is due yet.
        world.engine.periodic().run_due_once().await.unwrap();
        let (near, near_operation) = waiting(&world, plan, "near.test").await;
        let (far, _) = waiting(&world, plan, "far.test").await;
        let today = domain::Clock::now(world.engine.clock())
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date();
        for (service, days) in [(near, 6), (far, 9)] {
            let tx = world.store.begin().await.unwrap();
            let mut row = store::service::lock(&tx, service).await.unwrap().unwrap();
            row.end_date = Some(today.checked_add(days.days()).unwrap());
            store::service::update(&tx, &mut row).await.unwrap();
            tx.commit().await.unwrap();
        }
        always(&world, AWAY);
        for _ in 0..4 {
            forward(&world, 5);
            world.worker.run_due_once().await.unwrap();
        }
        let open = tasks(&world, TaskKind::ServiceEnding).await;
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].operation_id, Some(near_operation));
        assert_eq!(open[0].priority, TaskPriority::High);
        // Days later the other one is near too, although its operation is not touched while the module rests.
        forward(&world, 60 * 24 * 3);
        world.engine.periodic().run_due_once().await.unwrap();
        assert_eq!(tasks(&world, TaskKind::ServiceEnding).await.len(), 2);
        world.engine.periodic().run_due_once().await.unwrap();
        assert_eq!(tasks(&world, TaskKind::ServiceEnding).await.len(), 2);
        world.simulator.clear_faults().unwrap();
        world
            .engine
            .modules()
            .check_now(&world.admin, world.module)
            .await
            .unwrap();
        for service in [near, far] {
            world.prove(service).await;
            world.until(service, ServiceState::Active).await;
        }
        assert!(tasks(&world, TaskKind::ServiceEnding).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn wrong_credentials_open_the_breaker_before_every_operation_becomes_a_task() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let mut operations = Vec::new();
        for name in ["one.test", "two.test"] {
            operations.push(waiting(&world, plan, name).await.1);
        }
        let refused = Fault::Refuse {
            status: 401,
            message: "Unauthorized".to_owned(),
        };
        always(&world, refused);
        for _ in 0..40 {
            forward(&world, 6);
            world.worker.run_due_once().await.unwrap();
        }
        assert_eq!(tasks(&world, TaskKind::ModuleBroken).await.len(), 1);
        for operation in operations {
            let view = shown(&world, operation).await;
            assert_eq!(view.state, OperationState::Waiting, "{view:#?}");
        }
    })
    .await;
}

#[tokio::test]
async fn in_manual_mode_nothing_runs_until_a_person_starts_it() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let modules = world.engine.modules();
        modules
            .switch_automatic(&world.admin, world.module, Switch::Off)
            .await
            .unwrap();
        let order = |name: &str| TestWorld::order(plan, &[name], ValidationMethod::Dns);
        let one = world.place(order("one.test")).await;
        let two = world.place(order("two.test")).await;
        let view = until_manual(&world, one.service).await;
        until_manual(&world, two.service).await;
        assert!(world.simulator.purchases().is_empty());
        let operation = view.operations[0].id;
        assert_eq!(why(&world, operation).await, Why::ManualMode);
        assert_eq!(tasks(&world, TaskKind::OperationManual).await.len(), 2);
        retry(&world, operation).await;
        world.until(one.service, ServiceState::Active).await;
        assert_eq!(
            world.view(two.service).await.operations[0].state,
            OperationState::Manual
        );
        modules
            .switch_automatic(&world.admin, world.module, Switch::On)
            .await
            .unwrap();
        assert!(tasks(&world, TaskKind::OperationManual).await.is_empty());
        world.until(two.service, ServiceState::Active).await;

        let settings = world.engine.settings();
        settings
            .set(&world.admin, "automatic_work", json!(false))
            .await
            .unwrap();
        let three = world.place(order("three.test")).await;
        until_manual(&world, three.service).await;
        settings
            .set(&world.admin, "automatic_work", json!(true))
            .await
            .unwrap();
        world.until(three.service, ServiceState::Active).await;
        assert_eq!(world.simulator.purchases().len(), 3);
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn a_module_has_no_more_operations_at_once_than_it_may_have() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let mut operations = Vec::new();
        for name in ["one.test", "two.test", "three.test"] {
            operations.push(waiting(&world, plan, name).await.1);
        }
        change_module(&world, |parameters| parameters.calls_at_once = Some(2)).await;
        forward(&world, 2);
        assert_eq!(world.worker.run_due_once().await.unwrap(), 2);
        // Two that somebody else holds leave no place for the third.
        forward(&world, 2);
        let tx = world.store.begin().await.unwrap();
        let wall = world.engine.clock().machine_now();
        let lease = store::operation::Lease {
            owner: "another process",
            now: domain::Clock::now(world.engine.clock()),
            wall,
            until: wall + SignedDuration::from_mins(5),
        };
        let through = store::operation::Through::Module(world.module);
        let held = store::operation::lease_due(&tx, lease, through, 2).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(held.len(), 2);
        assert_eq!(world.worker.run_due_once().await.unwrap(), 0);
        let third = operations
            .iter()
            .find(|id| !held.iter().any(|held| held.id == **id))
            .unwrap();
        assert!(matches!(
            why(&world, *third).await,
            Why::ModuleBusy { most: 2, .. }
        ));
        assert_eq!(why(&world, held[0].id).await, Why::Running);
        let wrong = world
            .engine
            .modules()
            .judge(
                &world.admin,
                &ModuleParameters {
                    calls_per_second: Some(0),
                    ..world.parameters("LeaderTelecom", 10)
                },
            )
            .unwrap_err();
        assert!(matches!(wrong, Error::Invalid(problems) if problems[0].field == "calls_per_second"));
    })
    .await;
}

#[tokio::test]
async fn an_operation_says_whose_turn_it_is() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let (service, operation) = waiting(&world, plan, "turn.test").await;
        // Asked between two looks, not when the next one is due.
        let tx = world.store.begin().await.unwrap();
        let mut row = store::operation::lock(&tx, operation).await.unwrap().unwrap();
        row.next_run_at = Some(domain::Clock::now(world.engine.clock()) + SignedDuration::from_hours(1));
        store::operation::update(&tx, &mut row).await.unwrap();
        tx.commit().await.unwrap();
        let names = vec!["turn.test".parse().unwrap()];
        assert!(matches!(
            why(&world, operation).await,
            Why::Proof { names: said, turn: Turn::Client, .. } if said == names
        ));
        world
            .engine
            .instance()
            .block_purchases(&world.admin)
            .await
            .unwrap();
        let blocked = world
            .place(TestWorld::order(plan, &["off.test"], ValidationMethod::Dns))
            .await;
        world.worker.run_due_once().await.unwrap();
        let blocked = blocked.operation.unwrap();
        assert!(matches!(
            why(&world, blocked).await,
            Why::NoModule { .. } | Why::PurchasesOff { .. }
        ));
        world.prove(service).await;
        forward(&world, 61);
        world.until(service, ServiceState::Active).await;
        assert!(shown(&world, operation).await.waiting.is_none(), "it is over");
    })
    .await;
}

#[tokio::test]
async fn what_the_ca_gets_is_edited_as_long_as_it_has_nothing() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        change_module(&world, |parameters| parameters.order_ceiling = Some(Decimal::ONE)).await;
        let placed = world
            .place(TestWorld::order(plan, &["edit.test"], ValidationMethod::Http))
            .await;
        let view = until_manual(&world, placed.service).await;
        let operation = view.operations[0].id;
        assert_eq!(why(&world, operation).await, Why::Approval);
        let operations = world.engine.operations();
        let editable = operations.editable(&world.admin, operation).await.unwrap();
        assert_eq!(editable.names[0].method, ValidationMethod::Http);
        let key = PrivateKey::make(KeyChoice::Rsa2048).unwrap();
        let names = domain::NameSet::new("edit.test".parse().unwrap(), []);
        let csr = pki::csr::make(&key, &names, &Subject::default()).unwrap();
        let mut contact = editable.contact.clone();
        contact.last_name = "Lovelace".to_owned();
        let edit = |contact| OperationEdit {
            contact,
            organisation: None,
            names: vec![NameEdit {
                name: "edit.test".parse().unwrap(),
                method: ValidationMethod::Dns,
                approver: None,
            }],
            csr: Some(csr.to_pem()),
        };
        let mut nobody = contact.clone();
        nobody.email = "nobody".to_owned();
        let wrong = operations.edit(&world.admin, operation, edit(nobody)).await;
        assert!(matches!(wrong, Err(Error::Invalid(problems)) if problems[0].field == "contact.email"));
        let wrong = OperationEdit {
            csr: Some("nonsense".to_owned()),
            ..edit(contact.clone())
        };
        assert!(matches!(
            operations.edit(&world.admin, operation, wrong).await,
            Err(Error::Invalid(_))
        ));
        operations
            .edit(&world.admin, operation, edit(contact.clone()))
            .await
            .unwrap();
        assert!(tasks(&world, TaskKind::PurchaseApproval).await.is_empty());
        let view = until_manual(&world, placed.service).await;
        let stages: Vec<_> = shown(&world, view.operations[0].id)
            .await
            .purchases
            .iter()
            .map(|purchase| purchase.stage)
            .collect();
        assert_eq!(stages, [PurchaseStage::AwaitsApproval, PurchaseStage::Dropped]);
        operations
            .decide_purchase(&world.second, operation, PurchaseDecision::Approve)
            .await
            .unwrap();
        let view = world.until(placed.service, ServiceState::Active).await;
        assert_eq!(view.contact, contact);
        assert_eq!(view.key.custody, KeyCustody::Client);
        assert_eq!(view.key.fingerprint, key.fingerprint().to_string());
        assert_eq!(world.simulator.purchases().len(), 1);
        let late = operations.editable(&world.admin, operation).await;
        assert!(matches!(late, Err(Error::Refused(refusal)) if refusal.code == "already-over"));
        change_module(&world, |parameters| parameters.order_ceiling = None).await;
        let placed = world
            .place(TestWorld::order(plan, &["late.test"], ValidationMethod::Http))
            .await;
        world
            .until(placed.service, ServiceState::WaitingForValidation)
            .await;
        let at_ca = placed.operation.unwrap();
        let late = operations.edit(&world.admin, at_ca, edit(contact.clone())).await;
        assert!(matches!(late, Err(Error::Refused(refusal)) if refusal.code == "at-the-ca"));
        let client = operations.edit(&world.client, at_ca, edit(contact)).await;
        assert!(matches!(client, Err(Error::Forbidden)));
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn departments_are_told_of_overdue_tasks_once() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        // The rows of periodic work are made; nothing is due yet.
        world.engine.periodic().run_due_once().await.unwrap();
        let (_, operation) = waiting(&world, plan, "late.test").await;
        world
            .engine
            .operations()
            .give_to_person(&world.admin, operation, "please look")
            .await
            .unwrap();
        let task = tasks(&world, TaskKind::OperationManual).await.remove(0);
        assert!(task.title.ends_with("S-1 · late.test"), "{}", task.title);
        let mails = async || {
            let notices = store::notice::newest(world.store.reader(), 100).await.unwrap();
            notices
                .iter()
                .filter(|notice| notice.data.0["event"] == "overdue")
                .count()
        };
        assert_eq!(mails().await, 0);
        forward(&world, 60 * 25);
        world.engine.periodic().run_due_once().await.unwrap();
        assert_eq!(mails().await, 1);
        forward(&world, 60);
        world.engine.periodic().run_due_once().await.unwrap();
        assert_eq!(mails().await, 1, "once per due date");
        let counts = world.engine.tasks().counts(&world.admin).await.unwrap();
        assert_eq!((counts.open, counts.overdue), (1, 1));
        let later = domain::Clock::now(world.engine.clock()) + SignedDuration::from_hours(2);
        let tasks = world.engine.tasks();
        tasks.set_due(&world.admin, task.id, Some(later)).await.unwrap();
        assert_eq!(tasks.counts(&world.admin).await.unwrap().overdue, 0);
        let view = tasks.show(&world.admin, task.id).await.unwrap();
        assert_eq!(view.history.len(), 3, "{:?}", view.history);
        retry(&world, operation).await;
        assert_eq!(
            tasks.show(&world.admin, task.id).await.unwrap().task.state,
            TaskState::Done
        );
    })
    .await;
}

#[tokio::test]
async fn raw_answers_of_cas_are_forgotten_after_the_days_that_the_seller_set() {
    use domain::Clock as _;
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let service = crate::replace::issued(&world, plan, "kept.test", ValidationMethod::Dns).await;
        let order = async || {
            let orders = store::ca_order::of_service(world.store.reader(), service).await;
            orders.unwrap().remove(0)
        };
        let periodic = world.engine.periodic();
        let sweep = async || {
            periodic.run_due_once().await.unwrap();
            periodic.run_now(&world.admin, "housekeeping").await.unwrap();
            periodic.run_due_once().await.unwrap();
        };
        let mut before = order().await;
        before.raw = "{\"status\": \"issued\"}".to_owned();
        before.looked_at = Some(world.engine.clock().now());
        let tx = world.store.begin().await.unwrap();
        store::ca_order::update(&tx, &mut before).await.unwrap();
        tx.commit().await.unwrap();
        world.advance(SignedDuration::from_hours(24 * 89));
        sweep().await;
        assert_eq!(order().await.raw, before.raw, "they are kept for 90 days");
        world.advance(SignedDuration::from_hours(24 * 2));
        sweep().await;
        let after = order().await;
        assert_eq!(after.raw, "");
        assert_eq!((after.ca_ref, after.raw_state), (before.ca_ref, before.raw_state));
    })
    .await;
}
