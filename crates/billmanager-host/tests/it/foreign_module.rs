//! From the wizard to the certificate, with a module that is a shell script.

use billmanager_host::{HostError, ItemStatus};
use jiff::{SignedDuration, civil::date};
use pretty_assertions::assert_eq;

use crate::harness::{self, MODULE, Sample};

#[tokio::test]
async fn a_shell_script_opens_a_service_and_brings_its_certificate() {
    let sample = Sample::start().await;
    let host = &sample.host;
    let ordered = sample.order().await;
    let before = host.item(ordered.item).await.unwrap();
    assert_eq!((before.status, before.end_date), (ItemStatus::InProgress, None));

    host.run_due().await.unwrap();
    let opened = host.item(ordered.item).await.unwrap();
    assert_eq!(opened.status, ItemStatus::Active);
    assert_eq!(opened.opened, Some(date(2020, 10, 20)));
    assert_eq!(opened.params["custom_order_id"], "77");
    assert_eq!(
        opened.params["database_time"], "2020-10-20",
        "modules live in the host's time"
    );
    // The look that follows an opening finds nothing yet.
    assert_eq!(opened.service_status(), Some(4));
    assert!(host.operations().await.unwrap().is_empty());
    assert_eq!(
        sample.functions(),
        [
            "service.saveparam",
            "service.saveparam",
            "service.setstatus",
            "service.postopen",
            "service.setstatus"
        ]
    );

    let certificate = harness::certificate();
    host.write("tmp/issued.pem", &certificate, 0o644).unwrap();
    host.advance(SignedDuration::from_mins(5)).await.unwrap();
    let issued = host.item(ordered.item).await.unwrap();
    assert_eq!(issued.certificate.trim(), certificate.trim());
    assert_eq!(issued.end_date, Some(date(2021, 10, 20)));
    assert_eq!((issued.service_status(), issued.paid_till()), (Some(5), None));
    assert!(host.unmatched_posts().is_empty());
    let calls = host.take_calls();
    assert!(
        calls.iter().all(|recorded| recorded.refused.is_none()),
        "{calls:?}"
    );
    assert!(calls.iter().all(|recorded| recorded.call.initiator == MODULE));
}

#[tokio::test]
async fn a_connection_that_fails_its_check_is_not_kept() {
    let host = harness::bare_host().await;
    let error = host.connect(&harness::connection("wrong")).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("Cannot connect to the processing module: invalid_login_or_passwd"),
        "{error}"
    );
    assert!(matches!(error, HostError::CannotConnect { .. }));
    // The next one gets a row of its own; nothing of the first is left in it.
    let id = host.connect(&harness::connection("right")).await.unwrap();
    let form = host
        .run_mgrctl(&["processing.edit", &format!("elid={id}")])
        .await
        .unwrap();
    insta::assert_snapshot!(form, @"
    url=https://ca.example
    password=right
    ");
}

#[tokio::test]
async fn forms_links_and_balances_are_asked_of_the_module() {
    let sample = Sample::start().await;
    let host = &sample.host;
    assert_eq!(
        host.sign_up_link(MODULE).await.unwrap(),
        "https://ca.example/join"
    );
    let approvers = host
        .approvers(
            sample.connection,
            "sample",
            &["example.org"],
            &harness::csr("example.org"),
        )
        .await
        .unwrap();
    assert_eq!(approvers["example.org"], ["admin@example.org"]);
    host.ask_balances().await.unwrap();
    let balances = host.balances().await.unwrap();
    assert_eq!(balances.len(), 1);
    assert_eq!(balances[0].amount, "12.5000");
    assert_eq!(balances[0].currency.as_deref(), Some("EUR"));
}

#[tokio::test]
async fn a_module_can_read_the_database_and_not_write_it() {
    let sample = Sample::start().await;
    let ordered = sample.order().await;
    let run = sample
        .host
        .run(MODULE, &["--command", "write"], "")
        .await
        .unwrap();
    assert!(run.stdout.contains("command denied"), "{run:?}");
    assert_eq!(
        sample.host.item(ordered.item).await.unwrap().status,
        ItemStatus::InProgress
    );
}

#[tokio::test]
async fn features_are_asked_once_and_a_broken_module_is_repaired_first() {
    let host = harness::bare_host().await;
    let module = "pmbroken";
    host.write(format!("processing/{module}"), "#!/bin/sh\nexit 1\n", 0o755)
        .unwrap();
    assert!(host.features(module).await.is_err());
    std::fs::create_dir(host.root().join("src").join(module)).unwrap();
    host.write(
        format!("src/{module}/Makefile"),
        "install-only:\n\tcp ../../processing/pmsample.sh ../../processing/pmbroken\n",
        0o644,
    )
    .unwrap();
    assert!(host.features(module).await.unwrap().has("sync_item"));
    host.take_runs();
    host.features(module).await.unwrap();
    assert!(host.take_runs().is_empty(), "the answer is kept");
    host.start_daemon().unwrap();
    host.features(module).await.unwrap();
    assert_eq!(host.take_runs().len(), 1, "until the next start");
}

#[tokio::test]
async fn two_hosts_of_one_server_know_nothing_of_each_other() {
    let (one, other) = tokio::join!(Sample::start(), Sample::start());
    one.order().await;
    assert_eq!(one.host.items().await.unwrap().len(), 1);
    assert!(other.host.items().await.unwrap().is_empty());
    one.host
        .set_clock("2024-02-29T00:00:00Z".parse().unwrap())
        .await
        .unwrap();
    let ordered = other.order().await;
    other.host.run_due().await.unwrap();
    let item = other.host.item(ordered.item).await.unwrap();
    assert_eq!(item.params["database_time"], "2020-10-20");
}
