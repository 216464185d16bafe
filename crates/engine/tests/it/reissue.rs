//! A client pays for years: certificates are issued again until the paid term ends, through the CA's call or by a person,
//! and nothing is bought twice.

use certbroker_engine::{
    certificates::{DownloadFormat, PasswordAgain},
    operations::Upload,
    orders::{NewOrder, RequestSource},
    reissues::{KeyWish, NewReissue},
    services::ServiceView,
};
use domain::{
    id::ServiceId,
    product::ValidationMethod,
    state::{IssueReason, KeyCustody, OperationKind, OperationState, ReissueCause, ServiceState, TaskKind},
    term::Years,
};
use jiff::civil::{Date, date};
use leaderssl_simulator::ReissueCall;
use pki::{KeyChoice, PrivateKey, Subject};
use secrecy::ExposeSecret as _;
use store::task::TaskFilter;
use testkit::{TestWorld, Wanted, database::for_each_backend};

/// A world on the day of the seed's example, with a zone for unattended validation.
async fn in_2020(store: store::Store) -> TestWorld {
    let wanted = Wanted {
        starts_at: Some("2020-10-20T12:00:00Z".parse().unwrap()),
        ..Wanted::default()
    };
    let world = TestWorld::with(store, wanted).await;
    world.connect_zone().await;
    world
}

pub(crate) fn years(order: NewOrder, years: u32) -> NewOrder {
    NewOrder {
        years: Years::new(years).unwrap(),
        ..order
    }
}

/// Moves to a day, begins what is due, and waits for the certificate that comes of it.
async fn reissued(world: &TestWorld, service: ServiceId, on: Date) -> ServiceView {
    let before = world.view(service).await.certificates.len();
    world.advance_to(on);
    assert_eq!(world.engine.reissues().run_due().await.unwrap().begun, 1, "{on}");
    world
        .until_it(service, |view| {
            view.certificates.len() > before && view.operations[0].state == OperationState::Done
        })
        .await
}

#[tokio::test]
async fn the_seeds_example_comes_out_exactly() {
    for_each_backend(async |store| {
        let world = in_2020(store).await;
        let plan = world.plan("PositiveSSL").await;
        let order = TestWorld::order(plan, &["www.shop.test"], ValidationMethod::Dns);
        let placed = world.place(years(order, 5)).await;
        let view = world.until(placed.service, ServiceState::Active).await;
        assert_eq!(view.line.dates.end_date, Some(date(2021, 10, 20)));
        assert_eq!(view.line.dates.paid_till, Some(date(2025, 10, 20)));
        for year in 2021..2025 {
            let on = date(year, 9, 20);
            assert_eq!(world.engine.reissues().next_on().await.unwrap(), Some(on));
            let view = reissued(&world, placed.service, on).await;
            assert_eq!(view.line.dates.end_date, Some(date(year + 1, 10, 20)));
            assert_eq!(view.line.dates.paid_till, Some(date(2025, 10, 20)));
            assert_eq!(view.line.state, ServiceState::Active);
        }
        assert_eq!(world.engine.reissues().next_on().await.unwrap(), None);
        let view = world.view(placed.service).await;
        let reasons: Vec<IssueReason> = view.certificates.iter().map(|one| one.reason).collect();
        assert_eq!(reasons.len(), 5);
        assert!(reasons[..4].iter().all(|reason| *reason == IssueReason::Reissue));
        let mut keys: Vec<_> = view
            .certificates
            .iter()
            .map(|one| one.fingerprint.clone())
            .collect();
        keys.dedup();
        assert_eq!(keys.len(), 5, "every certificate is another one");
        assert_eq!(world.simulator.purchases().len(), 1);
        assert_eq!(view.ca_orders.len(), 1, "one order at the CA, five certificates");
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_kept_here_is_made_anew_and_every_certificate_stays_with_its_own() {
    for_each_backend(async |store| {
        let world = in_2020(store).await;
        let plan = world.plan("PositiveSSL").await;
        let order = TestWorld::order(plan, &["www.keys.test"], ValidationMethod::Dns);
        let placed = world.place(years(order, 2)).await;
        world.until(placed.service, ServiceState::Active).await;
        let view = reissued(&world, placed.service, date(2021, 9, 20)).await;
        let mut kept = Vec::new();
        for certificate in &view.certificates {
            let key = world
                .engine
                .certificates()
                .download(
                    &world.client,
                    certificate.id,
                    DownloadFormat::PrivateKey,
                    Some(PasswordAgain::checked()),
                )
                .await
                .unwrap();
            kept.push(PrivateKey::parse(&key.bytes).unwrap().fingerprint());
        }
        assert_eq!(kept.len(), 2);
        assert_ne!(kept[0], kept[1]);
        assert_eq!(view.key.fingerprint, kept[0].to_string(), "the newest is first");
    })
    .await;
}

#[tokio::test]
async fn a_clients_own_request_is_used_again_with_a_fresh_unique_value() {
    for_each_backend(async |store| {
        let world = in_2020(store).await;
        let plan = world.plan("PositiveSSL").await;
        let key = PrivateKey::make(KeyChoice::P256).unwrap();
        let names = domain::NameSet::from_names(["www.own.test".parse().unwrap()]).unwrap();
        let csr = pki::csr::make(&key, &names, &Subject::default()).unwrap();
        let mut order = years(
            TestWorld::order(plan, &["www.own.test"], ValidationMethod::Dns),
            2,
        );
        order.request = RequestSource::Given(csr.to_pem());
        let placed = world.place(order).await;
        world.until(placed.service, ServiceState::Active).await;
        let view = reissued(&world, placed.service, date(2021, 9, 20)).await;
        assert_eq!(view.key.custody, KeyCustody::Client);
        assert_eq!(view.key.fingerprint, key.fingerprint().to_string());
        let uniques: Vec<String> = world
            .simulator
            .certificates()
            .iter()
            .map(|one| format!("{:?}", one.request.unique_value))
            .collect();
        assert_eq!(uniques.len(), 2);
        assert_ne!(uniques[0], uniques[1]);
    })
    .await;
}

#[tokio::test]
async fn without_the_call_a_person_reissues_and_the_service_goes_on() {
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
        world.until(placed.service, ServiceState::Active).await;
        for year in [2021, 2022] {
            world.advance_to(date(year, 9, 20));
            assert_eq!(world.engine.reissues().run_due().await.unwrap().begun, 1);
            let view = world
                .until_it(placed.service, |view| {
                    view.operations[0].state == OperationState::Manual
                })
                .await;
            assert_eq!(view.operations[0].kind, OperationKind::Reissue);
            assert_eq!(
                view.line.dates.end_date,
                Some(date(year, 10, 20)),
                "still the one before"
            );
            let tasks = world
                .engine
                .tasks()
                .list(&world.admin, TaskFilter::open(), &store::Page::first(10))
                .await
                .unwrap();
            let task = &tasks.rows[0];
            assert_eq!(task.kind, TaskKind::ReissueByHand);
            for fact in ["www.hand.test", "BEGIN CERTIFICATE REQUEST", "ada@client.example"] {
                assert!(task.detail.contains(fact), "{}", task.detail);
            }
            finish_by_hand(&world, &view).await;
            let view = world.view(placed.service).await;
            assert_eq!(view.operations[0].state, OperationState::Done);
            assert_eq!(view.line.dates.end_date, Some(date(year + 1, 10, 20)));
            let open = world
                .engine
                .tasks()
                .count(&world.admin, TaskFilter::open())
                .await
                .unwrap();
            assert_eq!(open, 0);
        }
        assert_eq!(world.simulator.purchases().len(), 1, "nothing was bought for it");
        world.assert_books_agree().await;
    })
    .await;
}

/// What the task asks for: reissue in the CA's client area, download, upload here.
pub(crate) async fn finish_by_hand(world: &TestWorld, view: &ServiceView) {
    let known = &view.ca_orders[0].ca_ref;
    let certificates = world.simulator.certificates();
    let present = certificates
        .iter()
        .find(|one| one.id.to_string() == *known)
        .unwrap();
    let done = world.simulator.reissue_by_itself(present.id).unwrap();
    let leaf = done.issued.as_ref().unwrap().leaf.clone();
    let current = view.certificates.iter().find(|one| one.is_current).unwrap();
    let bundle = world
        .engine
        .certificates()
        .download(&world.admin, current.id, DownloadFormat::Intermediates, None)
        .await
        .unwrap();
    let pem = format!("{leaf}{}", String::from_utf8_lossy(&bundle.bytes));
    let upload = Upload {
        pem,
        ca_ref: Some(done.id.to_string()),
    };
    world
        .engine
        .operations()
        .finish_by_hand(&world.admin, view.operations[0].id, upload)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_client_whose_key_was_lost_gets_a_new_one_and_what_waits_gives_way() {
    for_each_backend(async |store| {
        let world = in_2020(store).await;
        let plan = world.plan("PositiveSSL").await;
        let order = TestWorld::order(plan, &["www.lost.test"], ValidationMethod::Dns);
        let placed = world.place(years(order, 2)).await;
        world.until(placed.service, ServiceState::Active).await;
        let wish = |key| NewReissue {
            cause: ReissueCause::KeyLost,
            key,
            names: None,
            validation: None,
            agreed: None,
        };
        let area = world.engine.reissues();
        let first = area
            .start(&world.client, placed.service, wish(KeyWish::AsBefore))
            .await
            .unwrap();
        let second = area
            .start(
                &world.client,
                placed.service,
                wish(KeyWish::MadeNotStored(KeyChoice::P384)),
            )
            .await
            .unwrap();
        assert!(second.number > first.number);
        let key = second.private_key.expect("shown once");
        let view = world
            .until_it(placed.service, |view| view.certificates.len() == 2)
            .await;
        let key = PrivateKey::parse(key.expose_secret().as_bytes()).unwrap();
        assert_eq!(view.key.fingerprint, key.fingerprint().to_string());
        assert_eq!(view.key.custody, KeyCustody::NotStored);
        let states: Vec<_> = view.operations.iter().map(|one| one.state).collect();
        assert!(states.contains(&OperationState::Superseded), "{states:?}");
        assert_eq!(world.simulator.certificates().len(), 2);
        assert_eq!(world.simulator.purchases().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_the_ca_reissued_by_itself_is_found_and_adopted() {
    for_each_backend(async |store| {
        let world = in_2020(store).await;
        let plan = world.plan("PositiveSSL").await;
        let order = TestWorld::order(plan, &["www.itself.test"], ValidationMethod::Dns);
        let placed = world.place(years(order, 2)).await;
        world.until(placed.service, ServiceState::Active).await;
        world.advance_to(date(2021, 3, 1));
        let first = world.simulator.certificates()[0].id;
        let second = world.simulator.reissue_by_itself(first).unwrap();
        let reports = world.engine.reconciliation().run(&world.admin).await.unwrap();
        assert!(reports[0].is_clean(), "{reports:?}");
        let view = world
            .until_it(placed.service, |view| view.certificates.len() == 2)
            .await;
        assert_eq!(view.certificates[0].reason, IssueReason::ByCa);
        assert_eq!(view.ca_orders[0].ca_ref, second.id.to_string());
        assert_eq!(view.line.state, ServiceState::Active);
        let reports = world.engine.reconciliation().run(&world.admin).await.unwrap();
        assert!(reports[0].is_clean(), "{reports:?}");
        assert_eq!(world.view(placed.service).await.certificates.len(), 2, "once");
        assert_eq!(
            world
                .engine
                .tasks()
                .count(&world.admin, TaskFilter::open())
                .await
                .unwrap(),
            0
        );
    })
    .await;
}
