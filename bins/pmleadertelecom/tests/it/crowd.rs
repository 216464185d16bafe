//! Twenty processes at once.

use billmanager_host::{ItemStatus, Run};
use futures_util::future::join_all;
use pretty_assertions::assert_eq;

use crate::world::{BY_DNS, MODULE, World};

const CROWD: usize = 20;

#[tokio::test]
async fn twenty_services_are_opened_at_once_and_each_is_bought_once() {
    let world = World::start().await;
    let tariff = world.tariff("positivessl").await;
    let mut orders = Vec::new();
    for number in 0..CROWD {
        let name = format!("crowd{number}.example.org");
        orders.push((world.order(tariff, 12, &[&name], BY_DNS).await, name));
    }
    let attempts = orders
        .iter()
        .map(|(ordered, _)| world.host.attempt(ordered.operation));
    for run in join_all(attempts).await {
        let run = run.unwrap();
        assert!(run.succeeded(), "{run:#?}");
    }
    for (ordered, name) in &orders {
        assert_eq!(world.item(ordered.item).await.status, ItemStatus::Active);
        assert_eq!(world.charges(name).len(), 1, "{name}");
    }
    world.is_at_rest().await;
}

#[tokio::test]
async fn twenty_processes_on_one_service_buy_once() {
    let world = World::start().await;
    let tariff = world.tariff("positivessl").await;
    let ordered = world.order(tariff, 12, &["example.org"], BY_DNS).await;
    let (item, operation) = (ordered.item.to_string(), ordered.operation.to_string());
    let arguments = [
        "--command",
        "open",
        "--item",
        &item,
        "--runningoperation",
        &operation,
    ];
    let runs = join_all((0..CROWD).map(|_| world.host.run(MODULE, &arguments, ""))).await;
    let runs: Vec<Run> = runs.into_iter().map(Result::unwrap).collect();
    assert!(runs.iter().any(Run::succeeded), "{runs:#?}");
    let item = world.item(ordered.item).await;
    assert_eq!(item.status, ItemStatus::Active);
    assert_eq!(world.charges("example.org").len(), 1);
    assert_eq!(world.records("example.org").len(), 1);
    assert!(world.host.operations().await.unwrap().is_empty());
}
