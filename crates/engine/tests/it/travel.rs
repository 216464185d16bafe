//! Business time is moved while orders are under way at the CA.

use certbroker_engine::travel::{Destination, State, TravelView, Whom};
use domain::{
    product::ValidationMethod,
    state::{OperationKind, ServiceState, TaskKind},
};
use jiff::{SignedDuration, Timestamp, civil::date, tz::TimeZone};
use leaderssl_simulator::ReissueCall;
use testkit::{TestWorld, Wanted, database::for_each_backend};
use tokio_util::sync::CancellationToken;

use crate::reissue::{finish_by_hand, years};

/// Moves business time while a worker works.
async fn travel(world: &TestWorld, destination: Destination) -> TravelView {
    let machine = world.engine.time_machine();
    let asked = machine.ask(&world.admin, destination).await.unwrap();
    let stop = CancellationToken::new();
    let worker = tokio::spawn(world.engine.worker().run_until(stop.clone()));
    assert!(machine.carry_out(&stop).await.unwrap());
    stop.cancel();
    worker.await.unwrap();
    let view = machine.find(&world.admin, asked.id).await.unwrap();
    assert_eq!(view.state, State::Done, "{view:?}");
    view
}

#[tokio::test]
async fn a_move_waits_until_the_ca_has_issued_and_tells_who_has_to_act_for_what_it_has_not() {
    for_each_backend(async |store| {
        let start: Timestamp = "2020-10-20T00:00:00Z".parse().unwrap();
        let wanted = Wanted {
            starts_at: Some(start),
            ..Wanted::default()
        };
        let world = TestWorld::with(store, wanted).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let unattended = TestWorld::order(plan, &["www.shop.test"], ValidationMethod::Dns);
        let by_hand = TestWorld::order(plan, &["www.hand.test"], ValidationMethod::Http);
        let (unattended, by_hand) = (world.place(unattended).await, world.place(by_hand).await);

        let moved = travel(&world, Destination::Days(200)).await;
        let report = moved.report.unwrap();
        assert!(report.to.duration_since(start) >= SignedDuration::from_hours(24 * 200));
        assert!(world.simulator.now() >= report.to, "the simulator goes along");
        let issued = world.view(unattended.service).await;
        assert_eq!(issued.line.state, ServiceState::Active);
        let [certificate] = report.certificates.as_slice() else {
            panic!("{report:?}")
        };
        assert!(
            certificate.at.duration_since(start) < SignedDuration::from_hours(1),
            "issued before time went on: {certificate:?}"
        );
        assert_eq!(certificate.end_date.to_string(), "2021-10-20");
        assert_eq!(report.certificates_count, 1);
        let waits: Vec<_> = report
            .waits
            .iter()
            .filter(|waiting| waiting.operation.is_some())
            .collect();
        let [waiting] = waits.as_slice() else {
            panic!("{report:?}")
        };
        assert_eq!(
            waiting.service.as_ref().map(|service| service.id),
            Some(by_hand.service)
        );
        assert!(
            matches!(&waiting.whom, Whom::Client { id, .. } if *id == world.account),
            "{waiting:?}"
        );

        // What stood still goes on where it is.
        world.prove(by_hand.service).await;
        world.until(by_hand.service, ServiceState::Active).await;
        let moved = travel(&world, Destination::Days(1)).await;
        let late = moved.report.unwrap();
        assert!(
            late.waits.iter().all(|waiting| waiting.operation.is_none()),
            "{late:?}"
        );
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn without_the_reissue_call_every_reissue_is_a_task_in_time_and_goes_on_when_it_is_done() {
    for_each_backend(async |store| {
        let wanted = Wanted {
            starts_at: Some("2020-10-20T12:00:00Z".parse().unwrap()),
            reissue: ReissueCall::Off,
            ..Wanted::default()
        };
        let world = TestWorld::with(store, wanted).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let order = TestWorld::order(plan, &["www.hand.test"], ValidationMethod::Dns);
        let placed = world.place(years(order, 3)).await;
        for year in [2021, 2022] {
            // Nobody has to look for the day: the time machine stops on it.
            let stop = date(year, 10, 1);
            let report = travel(&world, Destination::Day(stop)).await.report.unwrap();
            let tasks: Vec<_> = report
                .waits
                .iter()
                .filter_map(|waiting| waiting.task.as_ref())
                .filter(|task| task.kind == TaskKind::ReissueByHand)
                .collect();
            let [task] = tasks.as_slice() else {
                panic!("{year}: {report:?}")
            };
            assert!(task.is_new, "{year}");
            let view = world.view(placed.service).await;
            let operation = &view.operations[0];
            assert_eq!(operation.kind, OperationKind::Reissue);
            let raised = operation.created_at.to_zoned(TimeZone::UTC).date();
            assert_eq!(raised, date(year, 9, 20), "thirty days before the end");
            assert_eq!(view.line.dates.end_date, Some(date(year, 10, 20)));
            finish_by_hand(&world, &view).await;
            let view = world.view(placed.service).await;
            assert_eq!(view.line.dates.end_date, Some(date(year + 1, 10, 20)));
        }
        let report = travel(&world, Destination::Day(date(2023, 10, 20)))
            .await
            .report
            .unwrap();
        assert_eq!(report.certificates_count, 0, "the term is over: {report:?}");
        assert_eq!(world.view(placed.service).await.certificates.len(), 3);
        assert_eq!(world.simulator.purchases().len(), 1);
        world.assert_books_agree().await;
    })
    .await;
}
