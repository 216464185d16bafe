//! Real validation: name servers, web servers and mails decide.

use hickory_proto::rr::RecordType;
use leaderssl_simulator::record::CertificateStatus;
use serde_json::json;

use crate::harness::{World, csr, item, with};

/// What the API says is to be published for each name.
async fn rows(world: &World, id: i64) -> Vec<serde_json::Value> {
    let rows = world
        .get(&format!("ssl_certificates/{id}/dcv"), json!({}))
        .await
        .ok();
    rows.as_array().unwrap().clone()
}

fn text(row: &serde_json::Value, field: &str) -> String {
    row[field]
        .as_str()
        .unwrap_or_else(|| panic!("{field} of {row}"))
        .to_owned()
}

async fn publish_cname(world: &World, id: i64, row: usize) {
    let row = &rows(world, id).await[row];
    let zones = world.surroundings.dns.zones();
    zones
        .set(
            &text(row, "cname_name"),
            RecordType::CNAME,
            &format!("{}.", text(row, "cname_value")),
        )
        .unwrap();
}

async fn publish_file(world: &World, id: i64, row: usize) {
    let row = &rows(world, id).await[row];
    world.surroundings.web.files().put(
        &text(row, "domain_name"),
        &text(row, "file_path"),
        text(row, "file_content"),
    );
}

fn issued_names(certificate: &leaderssl_simulator::record::Certificate) -> Vec<String> {
    certificate
        .issued
        .as_ref()
        .unwrap()
        .names
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[tokio::test]
async fn a_cname_at_the_base_domain_proves_the_name_and_its_free_www() {
    let world = World::real().await;
    let id = world.order(item("shop.test")).await;
    assert_eq!(
        world.simulator.certificate(id).unwrap().status,
        CertificateStatus::Pending
    );
    publish_cname(&world, id, 0).await;
    let certificate = world.issued(id).await;
    assert_eq!(issued_names(&certificate), ["shop.test", "www.shop.test"]);
}

#[tokio::test]
async fn a_cname_with_another_target_proves_nothing() {
    let world = World::real().await;
    let id = world.order(item("shop.test")).await;
    let row = &rows(&world, id).await[0];
    let zones = world.surroundings.dns.zones();
    let wrong = text(row, "cname_value").replace("Ab3kZ9q0Lm", "another");
    zones
        .set(&text(row, "cname_name"), RecordType::CNAME, &format!("{wrong}."))
        .unwrap();
    // Another order of the same kind gets through meanwhile, so this one was looked at.
    let other = world.order(item("other.test")).await;
    publish_cname(&world, other, 0).await;
    world.issued(other).await;
    assert_eq!(
        world.simulator.certificate(id).unwrap().status,
        CertificateStatus::Pending
    );
    publish_cname(&world, id, 0).await;
    world.issued(id).await;
}

#[tokio::test]
async fn a_wildcard_is_proven_by_cname_and_carries_its_base() {
    let world = World::real().await;
    let id = world
        .order(with(item("*.shop.test"), json!({ "nomenclature_id": 297 })))
        .await;
    publish_cname(&world, id, 0).await;
    assert_eq!(
        issued_names(&*world.issued(id).await),
        ["*.shop.test", "shop.test"]
    );
}

#[tokio::test]
async fn files_prove_each_name_by_itself() {
    let world = World::real().await;
    for dcv_type in ["HTTP_CSR_HASH", "HTTPS_CSR_HASH"] {
        let order = with(
            item("a.shop.test"),
            json!({
                "nomenclature_id": 311,
                "dcv_type": dcv_type,
                "additional_domains": "b.shop.test",
            }),
        );
        let id = world.order(order).await;
        publish_file(&world, id, 0).await;
        let first = world
            .simulator
            .wait_for(id, |certificate| certificate.control[0].proven_at.is_some());
        let certificate = first.await.unwrap();
        assert_eq!(
            certificate.status,
            CertificateStatus::Pending,
            "{dcv_type}: b is not proven"
        );
        assert!(certificate.control[1].proven_at.is_none());
        publish_file(&world, id, 1).await;
        assert_eq!(
            issued_names(&*world.issued(id).await),
            ["a.shop.test", "b.shop.test"]
        );
    }
}

#[tokio::test]
async fn the_free_www_is_left_out_when_its_file_is_missing() {
    let world = World::real().await;
    let order = with(item("shop.test"), json!({ "dcv_type": "HTTP_CSR_HASH" }));
    let id = world.order(order).await;
    assert_eq!(rows(&world, id).await.len(), 2);
    publish_file(&world, id, 0).await;
    assert_eq!(issued_names(&*world.issued(id).await), ["shop.test"]);
}

#[tokio::test]
async fn a_mail_proves_when_its_link_is_opened() {
    let world = World::real().await;
    let order = with(
        item("shop.test"),
        json!({ "dcv_type": "EMAIL", "dcv_email": "admin@shop.test" }),
    );
    let id = world.order(order).await;
    let mail = world.simulator.mailbox().pop().unwrap();
    assert_eq!(mail.to, "admin@shop.test");
    assert!(mail.text.contains(&mail.link) && mail.text.contains(&mail.code));

    let wrong = world
        .http
        .get(mail.link.replace(&mail.code, "wrong"))
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 410);
    let opened = world.http.get(&mail.link).send().await.unwrap();
    assert_eq!(opened.status(), 200);
    assert!(opened.text().await.unwrap().contains("shop.test"));
    assert_eq!(
        issued_names(&*world.issued(id).await),
        ["shop.test", "www.shop.test"]
    );
}

#[tokio::test]
async fn a_code_lives_thirty_days_and_a_new_mail_can_be_asked_for() {
    let world = World::real().await;
    let order = with(
        item("shop.test"),
        json!({ "dcv_type": "EMAIL", "dcv_email": "admin@shop.test" }),
    );
    let id = world.order(order).await;
    let old = world.simulator.mailbox().pop().unwrap();
    world
        .simulator
        .advance_clock(jiff::SignedDuration::from_hours(24 * 31))
        .unwrap();
    assert!(world.simulator.confirm_mail(&old.code).is_err());

    world
        .post(&format!("ssl_certificates/{id}/resend_dcv"), json!({}))
        .await
        .ok();
    let fresh = world.simulator.mailbox().pop().unwrap();
    assert_ne!(fresh.code, old.code);
    world.simulator.confirm_mail(&fresh.code).unwrap();
    world.issued(id).await;
    let again = world
        .post(&format!("ssl_certificates/{id}/resend_dcv"), json!({}))
        .await;
    assert_eq!(again.status, 400);
}

#[tokio::test]
async fn the_method_can_be_changed_by_word_and_by_address() {
    let world = World::real().await;
    let id = world.order(item("shop.test")).await;
    let change = format!("ssl_certificates/{id}/change_dcv");
    for bad in ["stranger@example.org", "BY_PHONE"] {
        assert_eq!(
            world.post(&change, json!({ "email": bad })).await.status,
            400,
            "{bad}"
        );
    }
    world
        .post(&change, json!({ "email": "postmaster@shop.test" }))
        .await
        .ok();
    let mail = world.simulator.mailbox().pop().unwrap();
    assert_eq!(mail.to, "postmaster@shop.test");

    world
        .post(&change, json!({ "email": "http_csr_hash" }))
        .await
        .ok();
    assert_eq!(text(&rows(&world, id).await[0], "dcv_type"), "HTTP_CSR_HASH");
    // The mail was for a method that is no longer chosen.
    world.simulator.confirm_mail(&mail.code).unwrap();
    assert_eq!(
        world.simulator.certificate(id).unwrap().status,
        CertificateStatus::Pending
    );
    publish_file(&world, id, 0).await;
    world.issued(id).await;
    assert_eq!(
        world
            .post(&change, json!({ "email": "HTTP_CSR_HASH" }))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn caa_of_others_rejects_and_our_own_allows() {
    let world = World::real().await;
    let zones = world.surroundings.dns.zones();
    zones
        .set("closed.test", RecordType::CAA, "0 issue \"letsencrypt.org\"")
        .unwrap();
    zones
        .set("open.test", RecordType::CAA, "0 issue \"sectigo.com\"")
        .unwrap();
    let closed = world.order(item("www.closed.test")).await;
    let open = world.order(item("www.open.test")).await;
    publish_cname(&world, closed, 0).await;
    publish_cname(&world, open, 0).await;
    let rejected = world.wait(closed, CertificateStatus::Rejected).await;
    assert!(
        rejected.reason.as_deref().unwrap().contains("closed.test"),
        "{:?}",
        rejected.reason
    );
    world.issued(open).await;
}

#[tokio::test]
async fn a_reused_request_token_breaks_the_original_order() {
    let world = World::real().await;
    let order = item("shop.test");
    let original = world.order(order.clone()).await;
    let other_value = world
        .order(with(order.clone(), json!({ "unique_value": "different1" })))
        .await;
    assert_eq!(
        world.simulator.certificate(original).unwrap().status,
        CertificateStatus::Pending
    );

    let repeated = world.order(order).await;
    let broken = world.wait(original, CertificateStatus::Rejected).await;
    assert!(broken.reason.as_deref().unwrap().contains("token"));
    publish_cname(&world, repeated, 0).await;
    world.issued(repeated).await;
    assert_eq!(
        world.simulator.certificate(other_value).unwrap().status,
        CertificateStatus::Pending
    );
    assert_eq!(world.simulator.purchases().len(), 3, "duplicates are charged");
}

#[tokio::test]
async fn organisations_wait_for_a_decision_when_the_names_are_proven() {
    let world = World::real().await;
    let order = with(
        item("shop.test"),
        json!({
            "nomenclature_id": 320,
            "organization_name": "Simulated Example BV",
            "country_name": "NL",
            "city_name": "Utrecht",
        }),
    );
    let approved = world.order(order.clone()).await;
    publish_cname(&world, approved, 0).await;
    world.wait(approved, CertificateStatus::Validation).await;
    world
        .simulator
        .decide(approved, leaderssl_simulator::Decision::Approve)
        .unwrap();
    world.issued(approved).await;

    let refused = world
        .order(with(order, json!({ "csr": csr(&["shop.test"]) })))
        .await;
    let reason = "no such company".to_owned();
    world
        .simulator
        .decide(refused, leaderssl_simulator::Decision::Reject { reason })
        .unwrap();
    world.wait(refused, CertificateStatus::Rejected).await;
}

#[tokio::test]
async fn mail_validation_ends_on_its_day() {
    let world = World::with(|config| config.clock = Some("2028-03-15T00:00:00Z".parse().unwrap())).await;
    let order = with(
        item("shop.test"),
        json!({ "dcv_type": "EMAIL", "dcv_email": "admin@shop.test" }),
    );
    let refused = world
        .post("order", json!({ "order": { "items": [order] } }))
        .await;
    assert_eq!(
        refused.refusal(),
        (400, "dcv_type EMAIL is no longer allowed".to_owned())
    );
}
