//! What is in the certificates.

use domain::NameSet;
use jiff::{SignedDuration, Timestamp, civil::date, tz::TimeZone};
use leaderssl_simulator::record::{CertificateStatus, KeyFamily};
use pki::{KeyChoice, certificate::Certificate};
use serde_json::{Value, json};

use crate::harness::{World, csr, csr_with, item, names, with};

/// Downloads a certificate and verifies its whole chain against the simulator's root, as a TLS client does.
async fn verified(world: &World, id: i64, csr: &str, ordered: &NameSet) -> Certificate {
    let (leaf, bundle) = world.download(id).await;
    let leaf = Certificate::parse(leaf.as_bytes()).unwrap();
    let bag = Certificate::parse_bag(bundle.as_bytes()).unwrap();
    let anchors = Certificate::parse_bag(world.simulator.root_pem().unwrap().as_bytes()).unwrap();
    let key = pki::Csr::parse(csr.as_bytes()).unwrap().key().fingerprint();
    let www = domain::DomainName::parse(&format!("www.{}", ordered.main()));
    let base = domain::DomainName::parse(ordered.main().as_str().trim_start_matches("www."));
    let extras: Vec<_> = www.into_iter().chain(base).collect();
    let ordered = pki::issued::Ordered {
        key,
        names: ordered,
        declared_extras: &extras,
    };
    pki::issued::verify_issued(&leaf, &bag, ordered, &anchors, world.simulator.now()).unwrap();
    leaf
}

fn day(instant: Timestamp) -> jiff::civil::Date {
    instant.to_zoned(TimeZone::UTC).date()
}

#[tokio::test]
async fn chains_of_both_key_families_verify_and_say_what_was_ordered() {
    let world = World::auto().await;
    for (choice, family) in [
        (KeyChoice::P256, KeyFamily::Ec),
        (KeyChoice::P384, KeyFamily::Ec),
        (KeyChoice::Rsa2048, KeyFamily::Rsa),
    ] {
        let csr = csr_with(choice, &["shop.example.com"]);
        let id = world
            .order(with(item("shop.example.com"), json!({ "csr": csr })))
            .await;
        assert_eq!(world.issued(id).await.issued.as_ref().unwrap().family, family);
        let leaf = verified(&world, id, &csr, &names(&["shop.example.com"])).await;
        assert_eq!(leaf.extended_key_usage(), ["serverAuth"]);
        assert_eq!(leaf.common_name(), Some("shop.example.com"));
        assert!(leaf.subject().organization.is_none(), "DV names the domain alone");
        assert!(leaf.not_after() <= leaf.not_before() + SignedDuration::from_hours(24 * 199));
        assert!(leaf.serial().len() >= 16, "{}", leaf.serial());
    }
}

#[tokio::test]
async fn multi_domain_and_international_names_are_as_ordered() {
    let world = World::auto().await;
    let all = [
        "xn--bcher-kva.example.com",
        "shop.example.net",
        "*.wild.example.net",
    ];
    let csr = csr(&all[..1]);
    let order = with(
        item("bücher.example.com"),
        json!({
            "nomenclature_id": 311,
            "csr": csr,
            "additional_domains": "shop.example.net,*.wild.example.net",
        }),
    );
    let id = world.order(order).await;
    world.issued(id).await;
    let leaf = verified(&world, id, &csr, &names(&all)).await;
    assert_eq!(leaf.names(), Some(&names(&all)));
}

#[tokio::test]
async fn subjects_follow_the_validation_level() {
    let world = World::auto().await;
    let organisation = json!({
        "organization_name": "Simulated Example BV", "country_name": "NL", "city_name": "Utrecht", "region_name": "UT",
    });
    for (product, wanted) in [(320, "Simulated Example BV"), (323, "Simulated Example BV")] {
        let csr = csr(&["www.example.com"]);
        let order = with(
            with(item("www.example.com"), organisation.clone()),
            json!({
                "nomenclature_id": product, "csr": csr,
            }),
        );
        let id = world.order(order).await;
        world.issued(id).await;
        let leaf = verified(&world, id, &csr, &names(&["www.example.com"])).await;
        assert_eq!(leaf.subject().organization.as_deref(), Some(wanted));
        assert_eq!(leaf.subject().country.as_deref(), Some("NL"));
        assert_eq!(leaf.subject().locality.as_deref(), Some("Utrecht"));
    }
}

#[tokio::test]
async fn the_seed_example_comes_out_year_by_year() {
    let world = World::with(|config| {
        config.validation = leaderssl_simulator::ValidationMode::Auto;
        config.reissue = leaderssl_simulator::ReissueCall::On;
        config.clock = Some("2020-10-20T10:00:00Z".parse().unwrap());
    })
    .await;
    let mut id = world
        .order(with(item("shop.example.com"), json!({ "days": 1825 })))
        .await;
    let mut ends = Vec::new();
    for reissue in 0..5 {
        world.issued(id).await;
        let status = world
            .get(&format!("ssl_certificates/{id}/status"), json!({}))
            .await
            .ok();
        ends.push(status["valid_to"].as_str().unwrap().to_owned());
        if reissue == 4 {
            break;
        }
        world
            .simulator
            .set_clock(
                date(2021 + reissue, 9, 20)
                    .at(12, 0, 0, 0)
                    .to_zoned(TimeZone::UTC)
                    .unwrap()
                    .timestamp(),
            )
            .unwrap();
        let params = json!({
            "csr": csr(&["shop.example.com"]), "dcv_type": "CNAME_CSR_HASH", "unique_value": format!("reissue{reissue}"),
        });
        let answer = world
            .post(&format!("ssl_certificates/{id}/reissue"), params)
            .await
            .ok();
        let next = answer["ssl_certificate_id"].as_i64().unwrap();
        assert_eq!(answer["replaces_id"].as_i64(), Some(id));
        world.wait(id, CertificateStatus::Replaced).await;
        id = next;
    }
    assert_eq!(
        ends,
        [
            "2021-10-20",
            "2022-10-20",
            "2023-10-20",
            "2024-10-20",
            "2025-10-20"
        ]
    );
    assert_eq!(world.simulator.purchases().len(), 1, "reissues are free");

    let list: Value = world.get("ssl_certificates", json!({})).await.ok();
    let rows = list.as_array().unwrap();
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row["order_id"] == rows[0]["order_id"]));
    assert!(
        rows.iter()
            .all(|row| row["subscription_valid_to"] == "2025-10-20")
    );
    let (leaf, _) = world.download(id).await;
    let leaf = Certificate::parse(leaf.as_bytes()).unwrap();
    assert_eq!(day(leaf.not_after()), date(2025, 10, 20));

    world
        .simulator
        .set_clock("2025-10-21T00:00:00Z".parse().unwrap())
        .unwrap();
    let over = world
        .get(&format!("ssl_certificates/{id}/status"), json!({}))
        .await
        .ok();
    assert_eq!(over["status"], "expired");
    let params = json!({ "csr": csr(&["shop.example.com"]), "dcv_type": "CNAME_CSR_HASH" });
    assert_eq!(
        world
            .post(&format!("ssl_certificates/{id}/reissue"), params)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_certificate_that_the_ca_reissues_by_itself_replaces_the_old_one() {
    let world = World::auto().await;
    let id = world.order(item("shop.example.com")).await;
    world.issued(id).await;
    let next = world.simulator.reissue_by_itself(id).unwrap();
    assert_eq!(next.status, CertificateStatus::Issued);
    assert_eq!(next.order_id, world.simulator.certificate(id).unwrap().order_id);
    assert_eq!(
        world.simulator.certificate(id).unwrap().status,
        CertificateStatus::Replaced
    );
    assert_ne!(world.download(id).await.0, world.download(next.id).await.0);
}
