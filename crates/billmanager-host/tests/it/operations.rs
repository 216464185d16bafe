//! Attempts, manual mode, tasks and work by hand.

use billmanager_host::{ItemStatus, NewConnection, NewOrder, NewTariff};
use jiff::SignedDuration;
use pretty_assertions::assert_eq;

use crate::harness::{self, Sample};

#[tokio::test]
async fn a_failing_operation_is_attempted_every_five_minutes() {
    let sample = Sample::start().await;
    let host = &sample.host;
    host.write("tmp/good_try", "4", 0o644).unwrap();
    let ordered = sample.order().await;
    let mut tries = Vec::new();
    for _ in 0..4 {
        host.run_due().await.unwrap();
        let operations = host.operations().await.unwrap();
        tries.push(operations.first().map(|operation| operation.tries));
        host.advance(SignedDuration::from_secs(150)).await.unwrap();
    }
    // Due every five minutes; looked at every two and a half.
    assert_eq!(tries, [Some(1), Some(1), Some(2), Some(2)]);
    let report = host.operations().await.unwrap().remove(0).report;
    assert_eq!(
        report.unwrap().find("error").unwrap().attr("type"),
        Some("api_error")
    );
    host.advance(SignedDuration::from_mins(5)).await.unwrap();
    assert_eq!(host.item(ordered.item).await.unwrap().status, ItemStatus::Active);
}

#[tokio::test]
async fn an_operation_in_manual_mode_waits_for_a_person() {
    let sample = Sample::start().await;
    let host = &sample.host;
    let ordered = sample.order().await;
    let operation = format!("elid={}", ordered.operation);
    let kind = host
        .run_mgrctl(&["task.gettype", "operation=open"])
        .await
        .unwrap();
    assert_eq!(kind, "task_type=postopen\n");
    host.run_mgrctl(&["runningoperation.setmanual", &operation])
        .await
        .unwrap();
    let task = [
        "task.edit",
        &format!("item={}", ordered.item),
        "type=postopen",
        "sok=ok",
        &format!("runningoperation={}", ordered.operation),
        "params=look",
    ];
    assert_eq!(host.run_mgrctl(&task).await.unwrap(), "OK\n");
    host.advance(SignedDuration::from_hours(1)).await.unwrap();
    let waiting = host.operations().await.unwrap();
    assert_eq!((waiting[0].tries, waiting[0].manual), (0, true));
    let tasks = host.tasks().await.unwrap();
    assert_eq!(
        (
            tasks[0].kind.as_str(),
            tasks[0].department,
            tasks[0].open,
            tasks[0].params.as_str()
        ),
        ("postopen", Some(1), true, "look")
    );

    host.start_again(ordered.operation).await.unwrap();
    host.run_due().await.unwrap();
    assert_eq!(host.item(ordered.item).await.unwrap().status, ItemStatus::Active);
    assert!(
        !host.tasks().await.unwrap()[0].open,
        "the task is done with its operation"
    );
}

#[tokio::test]
async fn an_employee_can_do_by_hand_what_the_module_could_not() {
    let sample = Sample::start().await;
    let host = &sample.host;
    host.write("tmp/good_try", "99", 0o644).unwrap();
    let ordered = sample.order().await;
    host.run_due().await.unwrap();
    let task = [
        "task.edit",
        &format!("item={}", ordered.item),
        "type=postopen",
        &format!("runningoperation={}", ordered.operation),
    ];
    host.run_mgrctl(&task).await.unwrap();
    let task = host.tasks().await.unwrap().remove(0).id;
    host.finish_by_hand(task, &harness::certificate()).await.unwrap();
    let item = host.item(ordered.item).await.unwrap();
    assert_eq!(item.status, ItemStatus::Active);
    assert!(item.end_date.is_some());
    assert!(host.operations().await.unwrap().is_empty());
}

#[tokio::test]
async fn suspending_resuming_and_deleting_end_in_their_states() {
    let sample = Sample::start().await;
    let host = &sample.host;
    let ordered = sample.order().await;
    host.run_due().await.unwrap();
    for (command, status) in [
        ("suspend", ItemStatus::Suspended),
        ("resume", ItemStatus::Active),
        ("close", ItemStatus::Deleted),
    ] {
        host.begin(ordered.item, command).await.unwrap();
        assert!(
            host.begin(ordered.item, "prolong").await.is_err(),
            "one at a time"
        );
        host.run_due().await.unwrap();
        assert_eq!(host.item(ordered.item).await.unwrap().status, status, "{command}");
    }
    assert!(host.unmatched_posts().is_empty());
}

#[tokio::test]
async fn the_connection_with_the_lowest_sort_is_taken() {
    let sample = Sample::start().await;
    let host = &sample.host;
    let first = host
        .connect(&NewConnection {
            sort: 1,
            ..harness::connection("right")
        })
        .await
        .unwrap();
    let tariff = host
        .add_tariff(&NewTariff {
            name: "Both".to_owned(),
            template: "sample".to_owned(),
            connections: vec![sample.connection, first],
        })
        .await
        .unwrap();
    let order = NewOrder {
        tariff,
        months: 12,
        csr: harness::csr("example.net"),
        ..NewOrder::default()
    };
    let item = host.order(&order).await.unwrap().item;
    assert_eq!(host.item(item).await.unwrap().connection, Some(first));
    let next = ["service.getnextmodule", &format!("elid={item}")];
    host.run_mgrctl(&next).await.unwrap();
    assert_eq!(host.item(item).await.unwrap().connection, Some(sample.connection));
    assert!(
        host.run_mgrctl(&next)
            .await
            .unwrap()
            .starts_with("ERROR no_suitable_module")
    );
}
