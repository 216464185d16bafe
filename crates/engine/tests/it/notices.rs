//! What clients are told of their services: who gets what, each once, nothing about a certificate that was replaced.

use certbroker_engine::{operations::MoneyBack, orders::NewOrder};
use domain::{
    id::ServiceId,
    product::ValidationMethod,
    state::{OperationState, Role, ServiceState},
    term::Years,
};
use jiff::civil::{Date, date};
use notify::{MailKind, Mailbox};
use store::{
    account::Membership,
    notice::{Notice, NoticeState},
};
use testkit::{TestWorld, Wanted, database::for_each_backend};

use crate::reissue::years;

async fn in_2020(store: store::Store) -> TestWorld {
    with_money(store, 1_000_000, None).await
}

async fn with_money(store: store::Store, money: i64, mailbox: Option<Mailbox>) -> TestWorld {
    let wanted = Wanted {
        starts_at: Some("2020-10-20T12:00:00Z".parse().unwrap()),
        money,
        mailbox,
        ..Wanted::default()
    };
    let world = TestWorld::with(store, wanted).await;
    // The rows of periodic work are made; nothing is due yet.
    world.engine.periodic().run_due_once().await.unwrap();
    world
}

/// Everything written about a service, the oldest first.
async fn notices(world: &TestWorld, service: ServiceId) -> Vec<Notice> {
    let newest = world.engine.notices().newest(&world.admin, 500).await.unwrap();
    let mut of_service: Vec<Notice> = newest
        .into_iter()
        .filter(|notice| notice.service_id == Some(service))
        .collect();
    of_service.reverse();
    of_service
}

async fn kinds(world: &TestWorld, service: ServiceId) -> Vec<String> {
    notices(world, service)
        .await
        .into_iter()
        .map(|notice| notice.kind)
        .collect()
}

async fn of_kind(world: &TestWorld, service: ServiceId, kind: MailKind) -> Vec<Notice> {
    let mut all = notices(world, service).await;
    all.retain(|notice| notice.kind == kind.word());
    all
}

/// Moves to noon of a day and runs the work that looks at what ends.
async fn reminded_on(world: &TestWorld, day: Date) {
    world.advance_to(day);
    world
        .engine
        .periodic()
        .run_now(&world.admin, "notices")
        .await
        .unwrap();
    run_only(world, "notices").await;
}

/// Runs one piece of periodic work that is due.
async fn run_only(world: &TestWorld, name: &str) {
    world.engine.periodic().run_due_once().await.unwrap();
    let works = world.engine.periodic().list(&world.admin).await.unwrap();
    let row = works.iter().find(|row| row.name == name).unwrap();
    assert_eq!(row.last_error, None);
}

async fn issued(world: &TestWorld, order: NewOrder) -> ServiceId {
    let placed = world.place(order).await;
    world.until(placed.service, ServiceState::Active).await;
    placed.service
}

async fn until_certificates(world: &TestWorld, service: ServiceId, count: usize) {
    world
        .until_it(service, |view| {
            view.certificates.len() == count && view.operations[0].state == OperationState::Done
        })
        .await;
}

#[tokio::test]
async fn an_unattended_reissue_frightens_nobody_and_the_end_of_the_term_is_told_at_each_threshold_once() {
    for_each_backend(async |store| {
        let world = in_2020(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let order = TestWorld::order(plan, &["www.two.test"], ValidationMethod::Dns);
        let service = issued(&world, years(order, 2)).await;
        assert_eq!(kinds(&world, service).await, ["order_placed", "issued"]);
        reminded_on(&world, date(2021, 9, 20)).await;
        until_certificates(&world, service, 2).await;
        for day in [date(2021, 10, 6), date(2021, 10, 17), date(2021, 10, 19)] {
            reminded_on(&world, day).await;
        }
        assert_eq!(
            kinds(&world, service).await,
            ["order_placed", "issued", "reissued"]
        );
        let reissued = &of_kind(&world, service, MailKind::Reissued).await[0];
        assert_eq!(reissued.data.0["key"], "new");
        assert_eq!(reissued.data.0["end_date"], "2022-10-20");
        assert_eq!(reissued.data.0["former_end_date"], "2021-10-20");
        assert!(reissued.data.0["link"].as_str().unwrap().ends_with("/download"));

        // The last certificate covers the paid term, and nothing follows it.
        for (day, told) in [
            (date(2022, 9, 19), 0),
            (date(2022, 9, 20), 1),
            (date(2022, 9, 21), 1),
            (date(2022, 10, 6), 2),
            (date(2022, 10, 13), 3),
            (date(2022, 10, 17), 4),
            (date(2022, 10, 19), 5),
            (date(2022, 10, 20), 5),
        ] {
            reminded_on(&world, day).await;
            let ending = of_kind(&world, service, MailKind::Ending).await;
            assert_eq!(ending.len(), told, "{day}");
            assert!(ending.iter().all(|notice| notice.data.0["why"] == "term_ends"));
        }
        world.advance_to(date(2022, 10, 21));
        world.engine.renewals().close_ended().await.unwrap();
        let closed = of_kind(&world, service, MailKind::Closed).await;
        assert_eq!(closed.len(), 1);
        assert_eq!(closed[0].data.0["why"], "term_over");
        let all = notices(&world, service).await;
        assert!(all.iter().all(|notice| notice.recipient == "ada@client.example"));
    })
    .await;
}

#[tokio::test]
async fn a_jump_over_several_thresholds_is_told_once() {
    for_each_backend(async |store| {
        let world = in_2020(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let service = issued(
            &world,
            TestWorld::order(plan, &["www.jump.test"], ValidationMethod::Dns),
        )
        .await;
        reminded_on(&world, date(2021, 10, 15)).await;
        let ending = of_kind(&world, service, MailKind::Ending).await;
        assert_eq!(ending.len(), 1);
        assert_eq!(ending[0].data.0["days"], 5);
        reminded_on(&world, date(2021, 10, 16)).await;
        assert_eq!(of_kind(&world, service, MailKind::Ending).await.len(), 1);
        reminded_on(&world, date(2021, 10, 17)).await;
        assert_eq!(of_kind(&world, service, MailKind::Ending).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_reissue_that_needs_the_client_says_so_reminds_and_falls_silent_when_it_is_done() {
    for_each_backend(async |store| {
        let mailbox = Mailbox::default();
        let world = with_money(store, 1_000_000, Some(mailbox.clone())).await;
        let plan = world.plan("PositiveSSL").await;
        let order = TestWorld::order(plan, &["www.mine.test"], ValidationMethod::Dns);
        let placed = world.place(years(order, 2)).await;
        let service = placed.service;
        world.prove(service).await;
        world.until(service, ServiceState::Active).await;
        reminded_on(&world, date(2021, 9, 20)).await;
        world
            .until_it(service, |view| {
                view.validations.iter().any(|one| one.proven_at.is_none()) && view.operations.len() == 2
            })
            .await;
        let needs = of_kind(&world, service, MailKind::ReissueNeedsYou).await;
        assert_eq!(needs.len(), 1);
        assert_eq!(needs[0].data.0["by"], "2021-10-20");
        assert_eq!(needs[0].data.0["steps"][0]["method"], "dns");
        assert!(
            of_kind(&world, service, MailKind::Ending).await.is_empty(),
            "it was asked for today"
        );

        world.engine.notices().deliver_due().await.unwrap();
        let sent = mailbox.to("ada@client.example").len();
        // While the client does nothing, each threshold is told; here nobody delivers them yet.
        reminded_on(&world, date(2021, 10, 6)).await;
        reminded_on(&world, date(2021, 10, 13)).await;
        let ending = of_kind(&world, service, MailKind::Ending).await;
        let whys: Vec<_> = ending.iter().map(|notice| notice.data.0["why"].clone()).collect();
        assert_eq!(whys, ["waits_for_you", "waits_for_you"]);

        world.prove(service).await;
        until_certificates(&world, service, 2).await;
        world.engine.notices().deliver_due().await.unwrap();
        for notice in of_kind(&world, service, MailKind::Ending).await {
            assert_eq!(notice.state, NoticeState::Overtaken, "{:?}", notice.last_error);
            assert!(notice.last_error.unwrap().contains("replaced"));
        }
        let letters = mailbox.to("ada@client.example");
        assert_eq!(
            letters.len(),
            sent + 1,
            "only that the new one is to be installed"
        );
        let last = &letters.last().unwrap().content;
        assert!(
            last.subject.starts_with("New certificate for www.mine.test"),
            "{}",
            last.subject
        );
        for day in [date(2021, 10, 17), date(2021, 10, 19), date(2021, 10, 20)] {
            reminded_on(&world, day).await;
        }
        assert_eq!(of_kind(&world, service, MailKind::Ending).await.len(), 2);
    })
    .await;
}

/// The owner of the account really is one, as after a registration.
async fn sees_the_money(world: &TestWorld) {
    let membership = Membership {
        id: domain::id::MembershipId::from(uuid::Uuid::from_u128(77)),
        account_id: world.account,
        user_id: world.client.user().unwrap(),
        role: Role::Owner,
        created_at: "2020-10-20T12:00:00Z".parse().unwrap(),
        version: 1,
    };
    let tx = world.store.begin().await.unwrap();
    store::account::insert_membership(&tx, &membership).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn too_little_money_is_told_with_what_is_missing_and_again_at_each_threshold() {
    for_each_backend(async |store| {
        let mailbox = Mailbox::default();
        let world = with_money(store, 2_000, Some(mailbox.clone())).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let order = NewOrder {
            prolong: Some(Years::ONE),
            ..TestWorld::order(plan, &["www.poor.test"], ValidationMethod::Dns)
        };
        let service = issued(&world, order).await;
        sees_the_money(&world).await;
        let renewals = world.engine.renewals();
        for (day, told) in [
            (date(2021, 10, 6), 1),
            (date(2021, 10, 7), 1),
            (date(2021, 10, 13), 2),
        ] {
            world.advance_to(day);
            assert_eq!(renewals.run_due().await.unwrap().short_of_money, 1, "{day}");
            let short = of_kind(&world, service, MailKind::NotEnoughMoney).await;
            let to_contact = short
                .iter()
                .filter(|notice| notice.recipient == "ada@client.example");
            assert_eq!(to_contact.count(), told, "{day}");
        }
        let short = of_kind(&world, service, MailKind::NotEnoughMoney).await;
        let to_owner = short
            .iter()
            .filter(|notice| notice.recipient == "owner@client.example");
        assert_eq!(to_owner.count(), 2, "who sees to the account's money");
        let data = &short[0].data.0;
        let amount = |field: &str| {
            data[field]["amount"]
                .as_str()
                .unwrap()
                .parse::<rust_decimal::Decimal>()
                .unwrap()
        };
        assert_eq!(amount("price") - amount("available"), amount("missing"));
        assert!(amount("missing") > rust_decimal::Decimal::ZERO);
        assert_eq!(data["until"], "2021-10-20");
        reminded_on(&world, date(2021, 10, 14)).await;
        assert!(
            of_kind(&world, service, MailKind::Ending).await.is_empty(),
            "renewals tell themselves what hinders them"
        );

        world.credit(world.account, 10_000).await;
        world
            .engine
            .periodic()
            .run_now(&world.admin, "renewals")
            .await
            .unwrap();
        world.advance_to(date(2021, 10, 15));
        renewals.run_due().await.unwrap();
        until_certificates(&world, service, 2).await;
        let prolonged = of_kind(&world, service, MailKind::Prolonged).await;
        assert_eq!(prolonged.len(), 1);
        assert!(
            prolonged[0].data.0["paid_till"]
                .as_str()
                .unwrap()
                .starts_with("2022-10-1")
        );
        let reissued = of_kind(&world, service, MailKind::Reissued).await;
        assert_eq!(reissued.len(), 1);
        assert_eq!(reissued[0].data.0["occasion"], "new_term");
        // What waited is not sent any more: the money was there in time.
        world.engine.notices().deliver_due().await.unwrap();
        for notice in of_kind(&world, service, MailKind::NotEnoughMoney).await {
            assert_eq!(notice.state, NoticeState::Overtaken);
        }
    })
    .await;
}

#[tokio::test]
async fn a_method_that_cannot_go_on_is_replaced_and_the_client_is_told() {
    for_each_backend(async |store| {
        let world = in_2020(store).await;
        let plan = world.plan("PositiveSSL").await;
        let order = TestWorld::order(plan, &["www.way.test"], ValidationMethod::Dns);
        let placed = world.place(years(order, 2)).await;
        world.prove(placed.service).await;
        world.until(placed.service, ServiceState::Active).await;
        let tx = world.store.begin().await.unwrap();
        let mut row = store::tariff::find(&tx, plan).await.unwrap().unwrap();
        row.methods = store::Json(vec![ValidationMethod::Http]);
        store::tariff::update(&tx, &mut row).await.unwrap();
        tx.commit().await.unwrap();
        world.advance_to(date(2021, 9, 20));
        assert_eq!(world.engine.reissues().run_due().await.unwrap().begun, 1);
        world
            .until_it(placed.service, |view| {
                view.operations.len() == 2 && view.validations.iter().any(|one| one.proven_at.is_none())
            })
            .await;
        let changed = of_kind(&world, placed.service, MailKind::MethodChanged).await;
        assert_eq!(changed.len(), 1);
        let data = &changed[0].data.0;
        assert_eq!((&data["from"], &data["to"]), (&"dns".into(), &"http".into()));
        assert_eq!(data["why"], "not_offered");
        assert_eq!(data["since"], "2021-09-20");
        assert_eq!(data["published_by"], "client");
        let needs = of_kind(&world, placed.service, MailKind::ReissueNeedsYou).await;
        assert_eq!(needs[0].data.0["steps"][0]["method"], "file");
    })
    .await;
}

#[tokio::test]
async fn a_service_that_is_closed_suspended_or_resumed_says_so_and_what_went_back() {
    for_each_backend(async |store| {
        let world = in_2020(store).await;
        let plan = world.plan("PositiveSSL").await;
        let area = world.engine.services();
        let early = world
            .place(TestWorld::order(plan, &["www.early.test"], ValidationMethod::Dns))
            .await
            .service;
        world.until_it(early, |view| !view.validations.is_empty()).await;
        area.close(&world.client, early).await.unwrap();
        let view = world
            .until_it(early, |view| view.operations[0].state == OperationState::Manual)
            .await;
        let closing = view.operations[0].id;
        let operations = world.engine.operations();
        operations
            .finish_closing(&world.admin, closing, MoneyBack::All)
            .await
            .unwrap();
        let closed = of_kind(&world, early, MailKind::Closed).await;
        assert_eq!(closed.len(), 1);
        assert_eq!(closed[0].data.0["why"], "before_issue");
        assert!(closed[0].data.0["returned"].is_object());

        world.connect_zone().await;
        for (name, money) in [
            ("www.all.test", MoneyBack::All),
            ("www.none.test", MoneyBack::Nothing),
        ] {
            let service = issued(&world, TestWorld::order(plan, &[name], ValidationMethod::Dns)).await;
            area.suspend(&world.admin, service, "unpaid").await.unwrap();
            area.resume(&world.admin, service).await.unwrap();
            area.close(&world.client, service).await.unwrap();
            let view = world
                .until_it(service, |view| view.operations[0].state == OperationState::Manual)
                .await;
            let operation = view.operations[0].id;
            let is_paid_back = matches!(money, MoneyBack::All);
            world
                .engine
                .operations()
                .finish_closing(&world.admin, operation, money)
                .await
                .unwrap();
            assert_eq!(
                kinds(&world, service).await,
                [
                    "order_placed",
                    "issued",
                    "suspended",
                    "resumed",
                    "task_opened",
                    "closed"
                ]
            );
            let closed = of_kind(&world, service, MailKind::Closed).await;
            assert_eq!(closed[0].data.0["why"], "cancelled");
            assert_eq!(closed[0].data.0["returned"].is_object(), is_paid_back);
        }
    })
    .await;
}
