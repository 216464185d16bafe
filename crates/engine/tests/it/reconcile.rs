//! Comparing with the CA's own list, against the simulator.

use domain::{product::ValidationMethod, state::ServiceState};
use testkit::{TestWorld, database::for_each_backend};

#[tokio::test]
async fn what_was_bought_here_is_explained_before_and_after_issue_also_for_another_module_of_the_same_account()
 {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let compare = async || {
            let reports = world.engine.reconciliation().run(&world.admin).await.unwrap();
            for report in &reports {
                assert!(report.is_clean(), "{report:?}");
            }
            reports.iter().map(|report| report.listed).collect::<Vec<_>>()
        };
        assert_eq!(compare().await, [0]);
        world.connect("The same account", 20).await;
        let plan = world.plan("PositiveSSL").await;
        let order = TestWorld::order(plan, &["www.shop.test"], ValidationMethod::Dns);
        let placed = world.place(order).await;
        world
            .until(placed.service, ServiceState::WaitingForValidation)
            .await;
        assert_eq!(compare().await, [1, 1]);
        world.prove(placed.service).await;
        world.until(placed.service, ServiceState::Active).await;
        assert_eq!(compare().await, [1, 1]);
    })
    .await;
}
