//! The main job: an order becomes a certificate, by every way of proving control.

use certbroker_engine::{
    certificates::{DownloadFormat, PasswordAgain},
    orders::{NamePlan, NewOrder, RequestSource},
};
use domain::{
    product::ValidationMethod,
    state::{KeyCustody, OperationState, ServiceState, ValidationState},
};
use leaderssl_simulator::{ValidationMode, surroundings::name_server::RecordType};
use pki::{KeyChoice, PrivateKey, Subject};
use testkit::{TestWorld, Wanted, database::for_each_backend, world::organisation};

#[tokio::test]
async fn an_order_is_proven_by_dns_issued_and_downloaded() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let placed = world
            .place(TestWorld::order(plan, &["www.shop.test"], ValidationMethod::Dns))
            .await;
        world.prove(placed.service).await;
        let view = world.until(placed.service, ServiceState::Active).await;
        assert_eq!(view.line.names, 1);
        assert_eq!(view.operations[0].state, OperationState::Done);
        assert!(
            view.validations
                .iter()
                .all(|one| one.state == ValidationState::Proven)
        );
        assert!(view.line.dates.end_date.is_some());
        assert_eq!(view.key.custody, KeyCustody::Stored);
        assert!(view.certificates[0].is_current);

        let engine = &world.engine;
        let id = view.certificates[0].id;
        let chain = engine
            .certificates()
            .download(&world.client, id, DownloadFormat::FullChain, None)
            .await
            .unwrap();
        assert!(String::from_utf8_lossy(&chain.bytes).contains("BEGIN CERTIFICATE"));
        let refused = engine
            .certificates()
            .download(&world.client, id, DownloadFormat::PrivateKey, None)
            .await;
        assert_eq!(refused.unwrap_err().code(), "confirmation-required");
        let again = Some(PasswordAgain::checked());
        let key = engine
            .certificates()
            .download(&world.client, id, DownloadFormat::PrivateKey, again)
            .await
            .unwrap();
        let key = PrivateKey::parse(&key.bytes).unwrap();
        assert_eq!(key.fingerprint().to_string(), view.key.fingerprint);
        world.assert_books_agree().await;
        assert_eq!(world.simulator.purchases().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn records_are_published_and_taken_away_where_a_zone_is_connected() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL Wildcard").await;
        let placed = world
            .place(TestWorld::order(plan, &["*.wild.test"], ValidationMethod::Dns))
            .await;
        world.until(placed.service, ServiceState::Active).await;
        let view = world
            .until_it(placed.service, |view| {
                view.operations[0].state == OperationState::Done
            })
            .await;
        let shown = &view.validations[0];
        let certbroker_engine::services::ProofView::Cname { name, .. } = &shown.proof else {
            panic!("{view:?}")
        };
        assert!(
            world.surroundings.dns.zones().records(name).is_empty(),
            "the record is taken away"
        );
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn a_record_that_somebody_took_away_is_published_again() {
    for_each_backend(async |store| {
        let wanted = Wanted {
            validation: ValidationMode::Off,
            ..Wanted::default()
        };
        let world = TestWorld::with(store, wanted).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let placed = world
            .place(TestWorld::order(plan, &["gone.test"], ValidationMethod::Dns))
            .await;
        let view = world
            .until_it(placed.service, |view| {
                view.validations.first().is_some_and(|one| one.is_published)
            })
            .await;
        let certbroker_engine::services::ProofView::Cname { name, .. } = &view.validations[0].proof else {
            panic!("{view:?}")
        };
        let zones = world.surroundings.dns.zones();
        zones.remove(name, RecordType::CNAME);
        world
            .until_it(placed.service, |_| !zones.records(name).is_empty())
            .await;
    })
    .await;
}

#[tokio::test]
async fn files_and_mails_prove_names_too() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        for (name, method) in [
            ("file.test", ValidationMethod::Http),
            ("tls.test", ValidationMethod::Https),
            ("post.test", ValidationMethod::Email),
        ] {
            let mut order = TestWorld::order(plan, &[name], method);
            if method == ValidationMethod::Email {
                let approver = Some(format!("admin@{name}"));
                order.validation.names = vec![NamePlan {
                    name: name.to_owned(),
                    method,
                    approver,
                }];
            }
            let placed = world.place(order).await;
            world.prove(placed.service).await;
            world.until(placed.service, ServiceState::Active).await;
        }
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn several_names_and_international_names_are_one_certificate() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL Multi-Domain").await;
        let names = ["shop.test", "www.shop.test", "bücher.test", "mail.shop.test"];
        let placed = world
            .place(TestWorld::order(plan, &names, ValidationMethod::Dns))
            .await;
        let view = world.until(placed.service, ServiceState::Active).await;
        assert_eq!(view.certificates[0].names.len(), 4);
        assert!(
            view.names
                .iter()
                .any(|name| name.as_str() == "xn--bcher-kva.test")
        );
        assert_eq!(view.money.lines.len(), 2, "the period and one more name");
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn an_organisation_is_verified_before_its_certificate() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("InstantSSL OV").await;
        let mut order = TestWorld::order(plan, &["corp.test"], ValidationMethod::Dns);
        order.organisation = Some(organisation());
        let placed = world.place(order).await;
        world.until(placed.service, ServiceState::WaitingForIssue).await;
        let certificate = world.simulator.certificates().first().unwrap().id;
        world
            .simulator
            .decide(certificate, leaderssl_simulator::Decision::Approve)
            .unwrap();
        let view = world.until(placed.service, ServiceState::Active).await;
        assert_eq!(view.organisation.unwrap().name, "Simulated Example BV");
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn a_pasted_request_keeps_its_key_with_the_client() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let key = PrivateKey::make(KeyChoice::Rsa2048).unwrap();
        let names = domain::NameSet::new("own.test".parse().unwrap(), []);
        let csr = pki::csr::make(&key, &names, &Subject::default()).unwrap();
        let order = NewOrder {
            names: Vec::new(),
            request: RequestSource::Given(csr.to_pem()),
            ..TestWorld::order(plan, &[], ValidationMethod::Dns)
        };
        let placed = world.place(order).await;
        assert!(placed.private_key.is_none());
        let view = world.until(placed.service, ServiceState::Active).await;
        assert_eq!(view.key.fingerprint, key.fingerprint().to_string());
        assert_eq!(view.key.custody, KeyCustody::Client);
        let again = Some(PasswordAgain::checked());
        let id = view.certificates[0].id;
        let refused = world
            .engine
            .certificates()
            .download(&world.client, id, DownloadFormat::PrivateKey, again)
            .await;
        assert!(format!("{:?}", refused.unwrap_err()).contains("key-not-stored"));
    })
    .await;
}
