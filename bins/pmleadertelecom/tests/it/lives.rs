//! Whole lives of services of every kind.

use billmanager_host::{ItemStatus, Reissue};
use jiff::{SignedDuration, civil::date};
use pki::Certificate;
use pretty_assertions::assert_eq;

use crate::world::{BY_DNS, ORGANISATION, World, csr};

const FIVE_MINUTES: SignedDuration = SignedDuration::from_mins(5);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Ordered, issued, reissued, prolonged, suspended, resumed, deleted.
async fn whole_life(template: &str, names: &[&str], params: &[(&str, &str)]) {
    let world = World::start().await;
    let host = &world.host;
    let item = world.issued(template, 12, names, params).await;
    assert_eq!(
        (item.status, item.service_status()),
        (ItemStatus::Active, Some(5)),
        "{template}"
    );
    assert_eq!(item.end_date, Some(date(2021, 10, 20)), "{template}");
    let first = Certificate::parse(item.certificate.as_bytes()).unwrap();
    let covered = first.names().unwrap();
    for name in names {
        assert!(
            covered.iter().any(|found| found.as_str() == *name),
            "{template}: {name}"
        );
    }
    assert!(
        Certificate::parse_bag(item.certificate.as_bytes()).unwrap().len() > 1,
        "the chain is saved with it"
    );

    host.advance(DAY * 30).await.unwrap();
    let request = csr(names);
    let reissue = Reissue {
        csr: request.clone(),
        key: String::new(),
        names: None,
    };
    host.reissue(item.id, &reissue).await.unwrap();
    host.run_due().await.unwrap();
    world.ca_issues().await;
    host.advance(FIVE_MINUTES).await.unwrap();
    let second = Certificate::parse(world.item(item.id).await.certificate.as_bytes()).unwrap();
    let asked = pki::Csr::parse(request.as_bytes()).unwrap();
    assert_eq!(
        second.key_fingerprint(),
        asked.key().fingerprint(),
        "{template}: the new key"
    );
    assert_eq!(world.charges(names[0]).len(), 1, "{template}: a reissue is free");

    host.set_clock("2021-10-01T09:00:00Z".parse().unwrap())
        .await
        .unwrap();
    host.begin(item.id, "prolong").await.unwrap();
    host.run_due().await.unwrap();
    world.ca_issues().await;
    host.advance(FIVE_MINUTES).await.unwrap();
    let prolonged = world.item(item.id).await;
    assert_eq!(prolonged.status, ItemStatus::Active, "{template}");
    assert!(
        prolonged.end_date >= Some(date(2022, 10, 1)),
        "{template}: {:?}",
        prolonged.end_date
    );
    assert_eq!(
        world.charges(names[0]).len(),
        2,
        "{template}: the next term is bought once"
    );

    for (command, status) in [
        ("suspend", ItemStatus::Suspended),
        ("resume", ItemStatus::Active),
        ("setparam", ItemStatus::Active),
        ("close", ItemStatus::Deleted),
    ] {
        host.begin(item.id, command).await.unwrap();
        host.run_due().await.unwrap();
        assert_eq!(world.item(item.id).await.status, status, "{template}: {command}");
    }
    world.is_at_rest().await;
    let runs = host.take_runs();
    assert!(runs.iter().all(billmanager_host::Run::succeeded), "{runs:#?}");
}

#[tokio::test]
async fn a_domain_validated_service_lives() {
    whole_life("positivessl", &["example.org"], BY_DNS).await;
}

#[tokio::test]
async fn an_organisation_validated_service_lives() {
    whole_life("instantssl_ov", &["example.org"], ORGANISATION).await;
}

#[tokio::test]
async fn a_wildcard_service_lives() {
    whole_life("positivessl_wildcard", &["*.example.org"], BY_DNS).await;
}

#[tokio::test]
async fn reissuing_several_names_is_an_employees_task_made_once() {
    let world = World::start().await;
    let host = &world.host;
    let names = ["example.org", "example.net", "example.com"];
    let item = world.issued("positivessl_multi_domain", 12, &names, BY_DNS).await;
    let covered = Certificate::parse(item.certificate.as_bytes()).unwrap();
    assert_eq!(covered.names().unwrap().len(), 3);
    host.take_calls();

    let reissue = Reissue {
        csr: csr(&["example.org", "example.net", "example.edu"]),
        key: String::new(),
        names: Some(vec!["example.net".to_owned(), "example.edu".to_owned()]),
    };
    let operation = host.reissue(item.id, &reissue).await.unwrap();
    host.run_due().await.unwrap();
    let waiting = host.operations().await.unwrap();
    assert_eq!((waiting[0].manual, waiting[0].tries), (true, 1));
    let tasks = host.tasks().await.unwrap();
    assert_eq!(
        (tasks[0].kind.as_str(), tasks[0].item, tasks[0].operation),
        ("postreopen", item.id, Some(operation))
    );
    let calls: Vec<String> = host
        .take_calls()
        .into_iter()
        .map(|call| call.call.function)
        .collect();
    let made: Vec<&str> = calls
        .iter()
        .map(String::as_str)
        .filter(|function| *function != "paramlist")
        .collect();
    let manual = made
        .iter()
        .position(|function| *function == "runningoperation.setmanual")
        .unwrap();
    let task = made.iter().position(|function| *function == "task.edit").unwrap();
    assert!(manual < task, "{made:?}");

    // Whoever starts it again gets no second task, and nothing was asked of the CA.
    host.start_again(operation).await.unwrap();
    host.run_due().await.unwrap();
    assert_eq!(host.tasks().await.unwrap().len(), 1);
    assert_eq!(world.records("example.org").len(), 1);

    host.finish_by_hand(tasks[0].id, &item.certificate).await.unwrap();
    assert_eq!(world.item(item.id).await.status, ItemStatus::Active);
    world.is_at_rest().await;
}

#[tokio::test]
async fn the_wizard_shows_addresses_and_the_balance() {
    let world = World::start().await;
    let host = &world.host;
    let approvers = host
        .approvers(
            world.connection,
            "positivessl",
            &["example.org"],
            &csr(&["example.org"]),
        )
        .await
        .unwrap();
    assert!(
        approvers["example.org"].contains(&"admin@example.org".to_owned()),
        "{approvers:?}"
    );
    host.ask_balances().await.unwrap();
    let balances = host.balances().await.unwrap();
    assert_eq!(
        (balances[0].connection, balances[0].amount.as_str()),
        (world.connection, "100000.0000")
    );
    assert_eq!(balances[0].currency.as_deref(), Some("EUR"));
    assert!(
        host.sign_up_link(crate::world::MODULE)
            .await
            .unwrap()
            .starts_with("https://")
    );
}
