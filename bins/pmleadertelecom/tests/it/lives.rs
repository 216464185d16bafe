//! Whole lives of services of every kind.

use billmanager_host::{Item, ItemStatus, Reissue};
use jiff::{SignedDuration, civil::date};
use pki::{Certificate, Csr};
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
    let first = leaf(&item);
    let covered = first.names().unwrap();
    for name in names {
        assert!(
            covered.iter().any(|found| found.as_str() == *name),
            "{template}: {name}"
        );
    }
    assert_eq!(
        first.subject_text().contains("Example GmbH"),
        params == ORGANISATION,
        "{template}: {}",
        first.subject_text()
    );
    assert!(
        Certificate::parse_bag(item.certificate.as_bytes()).unwrap().len() > 1,
        "the chain is saved with it"
    );

    host.advance(DAY * 30).await.unwrap();
    if names.len() > 1 {
        reissued_by_an_employee(&world, &item).await;
    } else {
        reissued_by_the_client(&world, &item, names).await;
    }
    assert_ne!(
        leaf(&world.item(item.id).await).fingerprint(),
        first.fingerprint(),
        "{template}"
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

fn leaf(item: &Item) -> Certificate {
    Certificate::parse(item.certificate.as_bytes()).unwrap()
}

/// The reissue form with a new key, and the CA's call.
async fn reissued_by_the_client(world: &World, item: &Item, names: &[&str]) {
    let request = csr(names);
    let reissue = Reissue {
        csr: request.clone(),
        key: String::new(),
        names: None,
    };
    world.host.reissue(item.id, &reissue).await.unwrap();
    world.host.run_due().await.unwrap();
    world.ca_issues().await;
    world.host.advance(FIVE_MINUTES).await.unwrap();
    let asked = Csr::parse(request.as_bytes()).unwrap();
    assert_eq!(
        leaf(&world.item(item.id).await).key_fingerprint(),
        asked.key().fingerprint(),
        "the new key"
    );
}

/// The CA has no call for several names: an employee reissues in its client area and uploads what comes.
async fn reissued_by_an_employee(world: &World, item: &Item) {
    let host = &world.host;
    let reissue = Reissue {
        csr: item.csr.clone(),
        key: String::new(),
        names: None,
    };
    host.reissue(item.id, &reissue).await.unwrap();
    host.run_due().await.unwrap();
    let tasks = host.tasks().await.unwrap();
    assert_eq!((tasks.len(), tasks[0].kind.as_str()), (1, "postreopen"));

    let record = world.records(&item.name).pop().unwrap();
    let next = world.ca.reissue_by_itself(record.id).unwrap();
    world.ca_issues().await;
    let issued = world.ca.certificate(next.id).unwrap().issued.clone().unwrap();
    host.finish_by_hand(tasks[0].id, &issued.leaf).await.unwrap();

    // The looks that follow take the new order for the service's, and the certificate for the one that is saved.
    host.advance(DAY * 8).await.unwrap();
    let after = world.item(item.id).await;
    assert_ne!(after.params["custom_order_id"], item.params["custom_order_id"]);
    assert_eq!(after.certificate, issued.leaf);
    assert_eq!(
        (after.status, after.service_status()),
        (ItemStatus::Active, Some(5))
    );
    assert_eq!(after.end_date, Some(issued.valid_to));
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
async fn a_service_with_extended_validation_lives() {
    whole_life("instantssl_ev", &["example.org"], ORGANISATION).await;
}

#[tokio::test]
async fn a_wildcard_service_lives() {
    whole_life("positivessl_wildcard", &["*.example.org"], BY_DNS).await;
}

#[tokio::test]
async fn a_service_for_several_names_lives() {
    let names = ["example.org", "www.example.net", "*.example.com"];
    whole_life("positivessl_multi_domain", &names, BY_DNS).await;
}

#[tokio::test]
async fn an_organisation_validated_service_for_several_names_lives() {
    whole_life("instantssl_ucc_ov", &["example.org", "example.net"], ORGANISATION).await;
}

#[tokio::test]
async fn a_service_for_several_names_with_extended_validation_lives() {
    whole_life(
        "positivessl_ev_multi_domain",
        &["example.org", "example.net"],
        ORGANISATION,
    )
    .await;
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
