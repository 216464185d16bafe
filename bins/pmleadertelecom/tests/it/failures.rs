//! What goes wrong, as BILLmanager sees it.

use billmanager_host::{HostError, ItemStatus, Run};
use domain::{Currency, Money};
use jiff::SignedDuration;
use leaderssl_simulator::{
    faults::{Fault, FaultRule, Firing, IpBlock},
    surroundings::{self, Surroundings},
};
use pretty_assertions::assert_eq;

use crate::world::{BY_DNS, MODULE, World, connection, until};

const FIVE_MINUTES: SignedDuration = SignedDuration::from_mins(5);

fn always(route: &str, fault: Fault) -> FaultRule {
    FaultRule {
        id: 0,
        route: route.to_owned(),
        fault,
        when: Firing::Always,
    }
}

fn kind(run: &Run) -> String {
    run.refusal().map(|error| error.kind).unwrap_or_default()
}

#[tokio::test]
async fn every_class_of_error_has_its_type_and_none_buys_twice() {
    let world = World::start().await;
    let host = &world.host;
    let tariff = world.tariff("positivessl").await;
    let refused = Fault::Refuse {
        status: 422,
        message: "Domain is in the block list".to_owned(),
    };
    let mut shown = Vec::new();
    for (number, (route, fault)) in [
        ("order", refused),
        ("order", Fault::Status500),
        ("order", Fault::CommitThenCut),
        ("order", Fault::CommitThen500),
        ("order", Fault::CommitThenHtml { status: 502 }),
        ("*", Fault::Cut),
        ("*", Fault::Html { status: 502 }),
        ("*", Fault::Empty { status: 200 }),
        ("*", Fault::RateLimit { retry_after_s: 60 }),
        (
            "*",
            Fault::IpBlock {
                style: IpBlock::Json403,
            },
        ),
        (
            "*",
            Fault::IpBlock {
                style: IpBlock::Status401,
            },
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("class{number}.example.org");
        let ordered = world.order(tariff, 12, &[&name], BY_DNS).await;
        shown.push(format!("{route} {fault:?}\n"));
        world.ca.inject_fault(always(route, fault)).unwrap();
        let failed = host.attempt(ordered.operation).await.unwrap();
        let problems: Vec<String> = host
            .problems()
            .await
            .unwrap()
            .into_iter()
            .map(|found| found.name)
            .collect();
        shown.push(format!(
            "  {} status {:?}, problems {problems:?}\n",
            kind(&failed),
            failed.status
        ));
        let operations = host.operations().await.unwrap();
        if let Some(operation) = operations.iter().find(|found| found.id == ordered.operation) {
            assert!(operation.report.is_some(), "{name}: the report is uploaded");
        }
        world.ca.clear_faults().unwrap();
        // A person would correct the data after a refusal; here the CA has changed its mind. Whatever was unknown is told by then.
        host.set_clock(host.now() + SignedDuration::from_mins(30))
            .await
            .unwrap();
        if operations.iter().any(|found| found.id == ordered.operation) {
            host.attempt(ordered.operation).await.unwrap();
        }
        let (item, charges) = (world.item(ordered.item).await, world.charges(&name).len());
        shown.push(format!("  then {:?}, bought {charges} time(s)\n", item.status));
        assert!(charges <= 1, "{name}");
    }
    insta::assert_snapshot!(shown.concat());
}

#[tokio::test]
async fn after_ten_attempts_the_operation_waits_for_an_employee_with_one_task() {
    let world = World::start().await;
    let host = &world.host;
    let tariff = world.tariff("positivessl").await;
    let ordered = world.order(tariff, 12, &["example.org"], BY_DNS).await;
    let refused = Fault::Refuse {
        status: 422,
        message: "No".to_owned(),
    };
    world.ca.inject_fault(always("products", refused)).unwrap();
    host.advance(FIVE_MINUTES * 20).await.unwrap();
    let operation = host.operations().await.unwrap().remove(0);
    assert_eq!((operation.manual, operation.tries), (true, 10));
    let tasks = host.tasks().await.unwrap();
    assert_eq!(tasks.len(), 1);
    assert_eq!(
        (tasks[0].kind.as_str(), tasks[0].operation),
        ("postopen", Some(operation.id))
    );
    let report = operation.report.unwrap();
    let error = report.find("error").unwrap();
    assert!(
        error.attr("type").is_some() && error.find("log").is_some(),
        "{report:#?}"
    );

    host.start_again(operation.id).await.unwrap();
    host.run_due().await.unwrap();
    assert_eq!(host.tasks().await.unwrap().len(), 1, "no second task");
    world.ca.clear_faults().unwrap();
    host.start_again(operation.id).await.unwrap();
    host.run_due().await.unwrap();
    assert_eq!(world.item(ordered.item).await.status, ItemStatus::Active);
    assert_eq!(world.charges("example.org").len(), 1);
    world.is_at_rest().await;
}

#[tokio::test]
async fn a_prolongation_is_tried_once() {
    let world = World::start().await;
    let host = &world.host;
    let item = world.issued("positivessl", 12, &["example.org"], BY_DNS).await;
    host.set_clock("2021-10-01T09:00:00Z".parse().unwrap())
        .await
        .unwrap();
    world.ca.inject_fault(always("order", Fault::Cut)).unwrap();
    host.begin(item.id, "prolong").await.unwrap();
    host.advance(FIVE_MINUTES * 3).await.unwrap();
    let operation = host.operations().await.unwrap().remove(0);
    assert_eq!((operation.manual, operation.tries), (true, 1));
    assert_eq!(host.tasks().await.unwrap()[0].kind, "postprolong");
    assert_eq!(world.charges("example.org").len(), 1);
}

#[tokio::test]
async fn an_empty_account_at_the_ca_buys_nothing() {
    let world = World::with(|config| config.balance = Money::from_minor(100, Currency::EUR)).await;
    let host = &world.host;
    let tariff = world.tariff("positivessl").await;
    let ordered = world.order(tariff, 12, &["example.org"], BY_DNS).await;
    let run = host.attempt(ordered.operation).await.unwrap();
    assert_eq!(kind(&run), "api_error", "{run:#?}");
    assert!(world.charges("example.org").is_empty());
}

#[tokio::test]
async fn a_wrong_password_fails_the_wizard_and_is_a_problem_later() {
    let world = World::start().await;
    let host = &world.host;
    let error = host
        .connect(&connection(world.gate.url(), "wrong"))
        .await
        .unwrap_err();
    let HostError::CannotConnect { error } = error else {
        panic!("{error}")
    };
    assert!(
        ["invalid_login_or_passwd", "login_or_address"].contains(&error.kind.as_str()),
        "{error:?}"
    );
    let nobody = host
        .connect(&connection("http://127.0.0.1:9/api/v1", "correct-horse"))
        .await;
    let Err(HostError::CannotConnect { error }) = nobody else {
        panic!("{nobody:?}")
    };
    assert_eq!(error.kind, "not_reachable");

    let tariff = world.tariff("positivessl").await;
    let ordered = world.order(tariff, 12, &["example.org"], BY_DNS).await;
    let wrong = [("password".to_owned(), "changed".to_owned())];
    host.set_params(world.connection, &wrong).await.unwrap();
    let run = host.attempt(ordered.operation).await.unwrap();
    assert_eq!(kind(&run), "auth");
    let problems = host.problems().await.unwrap();
    assert_eq!(problems[0].name, "processingmodule_connect");
    assert_eq!(problems[0].params["param_pm_name"], "LeaderTelecom");
    let said = format!("{run:?}{problems:?}{:?}", host.take_calls());
    assert!(!said.contains("changed"), "the password is told nobody");
}

#[tokio::test]
async fn a_host_that_nobody_knows_and_one_with_a_strange_certificate_are_told_apart() {
    let world = World::start().await;
    let strange = Surroundings::start(surroundings::Config::default())
        .await
        .unwrap();
    let url = format!("https://{}/api/v1", strange.web.https());
    for (url, expected) in [
        ("https://no-such-host.invalid/api/v1", "name_not_resolved"),
        (url.as_str(), "tls"),
    ] {
        let Err(HostError::CannotConnect { error }) =
            world.host.connect(&connection(url, "correct-horse")).await
        else {
            panic!("{url} is taken")
        };
        assert_eq!(error.kind, expected, "{error:?}");
        assert!(!format!("{error:?}").contains("correct-horse"));
    }
}

#[tokio::test]
async fn the_module_waits_while_the_daemon_restarts() {
    let world = World::start().await;
    let host = &world.host;
    let tariff = world.tariff("positivessl").await;
    let ordered = world.order(tariff, 12, &["example.org"], BY_DNS).await;
    host.stop_daemon();
    let attempt = host.attempt(ordered.operation);
    let back = async {
        // Not before the module has found nobody.
        let log = host.root().join("var/pmleadertelecom.log");
        let has_asked = || std::fs::read_to_string(&log).is_ok_and(|text| text.contains("is away"));
        until(has_asked, "the module asks in vain").await;
        host.start_daemon().unwrap();
    };
    let (run, ()) = tokio::join!(attempt, back);
    assert!(run.unwrap().succeeded());
    assert_eq!(world.item(ordered.item).await.status, ItemStatus::Active);
}

#[tokio::test]
async fn both_readings_of_a_refused_calls_status_are_understood() {
    let world = World::start().await;
    let host = &world.host;
    let mut kinds = Vec::new();
    for status in [0, 1] {
        host.set_error_status(status);
        let tariff = world.tariff("positivessl").await;
        let ordered = world.order(tariff, 12, &["example.org"], BY_DNS).await;
        // The item is gone while the operation runs.
        let run = host
            .run(MODULE, &["--command", "suspend", "--item", "4711"], "")
            .await
            .unwrap();
        kinds.push((kind(&run), run.status));
        host.do_nothing().unwrap();
        assert!(host.attempt(ordered.operation).await.unwrap().succeeded());
        host.do_again().unwrap();
        assert_eq!(
            world.item(ordered.item).await.status,
            ItemStatus::InProgress,
            "it did nothing"
        );
    }
    assert_eq!(kinds[0], kinds[1]);
    assert_eq!(kinds[0].1, Some(1));
    assert!(world.ca.purchases().is_empty());
}
