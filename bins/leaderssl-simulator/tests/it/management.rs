//! The management listener: what people and tests do behind the API's back.

use leaderssl_simulator::record::CertificateStatus;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{World, item, with};

async fn get(world: &World, path: &str) -> Value {
    world.manage(Method::GET, path, json!({})).await.ok()
}

async fn post(world: &World, path: &str, body: Value) -> Value {
    world.manage(Method::POST, path, body).await.ok()
}

#[tokio::test]
async fn ledger_and_balance_tell_every_movement() {
    let world = World::off().await;
    let id = world.order(item("shop.test")).await;
    post(&world, "/balance/add", json!({ "amount": "10.00" })).await;
    post(&world, "/balance/set", json!({ "amount": "500.00" })).await;
    post(&world, &format!("/certificates/{id}/cancel"), json!({})).await;

    let ledger = get(&world, "/ledger").await;
    let kinds: Vec<&str> = ledger
        .as_array()
        .unwrap()
        .iter()
        .map(|charge| charge["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["opening", "purchase", "top_up", "withdrawal", "refund"]);
    let purchases = get(&world, "/purchases").await;
    assert_eq!(purchases.as_array().unwrap().len(), 1);
    assert_eq!(purchases[0]["domain_name"], "shop.test");
    assert_eq!(purchases[0]["unique_value"], "Ab3kZ9q0Lm");
    let balance = world.get("billing/balance", json!({})).await.ok();
    assert_eq!(balance["balance"], "508.40");
    let bad = world
        .manage(Method::POST, "/balance/set", json!({ "amount": "much" }))
        .await;
    assert!((400..500).contains(&bad.status));
}

#[tokio::test]
async fn staff_decide_cancel_revoke_and_reissue() {
    let world = World::off().await;
    let id = world.order(item("shop.test")).await;
    let at = |action: &str| format!("/certificates/{id}/{action}");
    for action in ["revoke", "reissue"] {
        let early = world.manage(Method::POST, &at(action), json!({})).await;
        assert!(
            (400..500).contains(&early.status),
            "{action}: nothing is issued yet"
        );
    }
    post(&world, &at("validate"), json!({})).await;
    world.issued(id).await;
    let next = post(&world, &at("reissue"), json!({})).await["id"]
        .as_i64()
        .unwrap();
    assert_eq!(
        get(&world, &at("")[..at("").len() - 1]).await["status"],
        "replaced"
    );
    post(
        &world,
        &format!("/certificates/{next}/revoke"),
        json!({ "reason": "key lost" }),
    )
    .await;
    let revoked = get(&world, &format!("/certificates/{next}")).await;
    assert_eq!(
        (&revoked["status"], &revoked["reason"]),
        (&"revoked".into(), &"key lost".into())
    );

    let rejected = world.order(item("other.test")).await;
    let decide = format!("/certificates/{rejected}/decide");
    post(
        &world,
        &decide,
        json!({ "decision": "reject", "reason": "phishing" }),
    )
    .await;
    world.wait(rejected, CertificateStatus::Rejected).await;
    let status = world
        .get(&format!("ssl_certificates/{rejected}/status"), json!({}))
        .await
        .ok();
    assert_eq!(status["status"], "rejected");
    let again = world
        .manage(Method::POST, &decide, json!({ "decision": "approve" }))
        .await;
    assert_eq!(again.status, 400, "it is decided");

    let cancelled = world.order(item("third.test")).await;
    let before = world.simulator.balance();
    post(
        &world,
        &format!("/certificates/{cancelled}/cancel"),
        json!({ "refund": "nothing" }),
    )
    .await;
    world.wait(cancelled, CertificateStatus::Cancelled).await;
    assert_eq!(world.simulator.balance(), before);
    assert_eq!(get(&world, "/certificates").await.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn an_order_waits_for_an_organisation_until_it_is_decided() {
    let world = World::off().await;
    let order = with(
        item("shop.test"),
        json!({
            "nomenclature_id": 323, "organization_name": "Simulated Example BV", "country_name": "NL",
            "city_name": "Utrecht",
        }),
    );
    let id = world.order(order).await;
    post(&world, &format!("/certificates/{id}/validate"), json!({})).await;
    world.wait(id, CertificateStatus::Validation).await;
    post(
        &world,
        &format!("/certificates/{id}/decide"),
        json!({ "decision": "approve" }),
    )
    .await;
    world.issued(id).await;
}

#[tokio::test]
async fn the_clock_is_shown_moved_and_never_turned_back() {
    let world = World::with(|config| config.clock = Some("2026-03-01T00:00:00Z".parse().unwrap())).await;
    let now = |value: &Value| -> jiff::Timestamp { value["now"].as_str().unwrap().parse().unwrap() };
    let start = now(&get(&world, "/clock").await);
    let moved = now(&post(&world, "/clock/advance", json!({ "days": 14, "hours": 1 })).await);
    let by = moved.duration_since(start);
    assert!(by >= jiff::SignedDuration::from_hours(14 * 24 + 1), "{by:?}");
    let set = post(&world, "/clock/set", json!({ "now": "2026-04-01T00:00:00Z" })).await;
    assert!(now(&set) >= "2026-04-01T00:00:00Z".parse().unwrap());
    let back = world
        .manage(
            Method::POST,
            "/clock/set",
            json!({ "now": "2026-01-01T00:00:00Z" }),
        )
        .await;
    assert!((400..500).contains(&back.status));
}

#[tokio::test]
async fn mails_are_read_by_address_and_cleared() {
    let world = World::off().await;
    let order = with(
        item("shop.test"),
        json!({ "dcv_type": "EMAIL", "dcv_email": "admin@shop.test" }),
    );
    world.order(order).await;
    let mails = get(&world, "/mailbox?to=ADMIN@shop.test").await;
    assert_eq!(mails.as_array().unwrap().len(), 1);
    assert!(
        mails[0]["text"]
            .as_str()
            .unwrap()
            .contains(mails[0]["link"].as_str().unwrap())
    );
    assert_eq!(get(&world, "/mailbox?to=webmaster@shop.test").await, json!([]));
    world.manage(Method::DELETE, "/mailbox", json!({})).await.ok();
    assert_eq!(get(&world, "/mailbox").await, json!([]));
}

#[tokio::test]
async fn unpaid_orders_are_paid_and_preorders_given_back() {
    let world = World::with(|config| {
        config.balance = domain::Money::from_minor(100, domain::Currency::EUR);
        config.validation = leaderssl_simulator::ValidationMode::Off;
    })
    .await;
    let rule = json!({ "route": "order", "fault": "invoice_mode", "when": "once" });
    post(&world, "/faults", rule).await;
    let order = world
        .post("order", json!({ "order": { "items": [item("shop.test")] } }))
        .await
        .ok();
    assert_eq!(
        (&order["status"], &order["items"][0]["ssl_certificate_id"]),
        (&"unpaid".into(), &Value::Null)
    );
    let pay = format!("/orders/{}/pay", order["id"]);
    let early = world.manage(Method::POST, &pay, json!({})).await;
    assert!((400..500).contains(&early.status));
    post(&world, "/balance/add", json!({ "amount": "50.00" })).await;
    assert_eq!(get(&world, "/orders").await[0]["payment"], "paid");
    assert_eq!(
        post(&world, &pay, json!({})).await["payment"],
        "paid",
        "once is enough"
    );
    assert_eq!(world.simulator.purchases().len(), 1);

    let params = json!({ "nomenclature_id": 296, "days": 365, "domain_name": "later.test" });
    let preorder = world.post("preorder", params).await.ok();
    let before = world.simulator.balance();
    post(
        &world,
        &format!("/preorders/{}/cancel", preorder["id"]),
        json!({}),
    )
    .await;
    assert!(world.simulator.balance().amount() > before.amount());
}

#[tokio::test]
async fn roots_status_words_sessions_and_strange_requests() {
    let world = World::off().await;
    let url = format!("{}/root?family=ec", world.simulator.management_url());
    let root = world.http.get(url).send().await.unwrap().text().await.unwrap();
    let parsed = pki::certificate::Certificate::parse_bag(root.as_bytes()).unwrap();
    assert_eq!((parsed.len(), parsed[0].is_ca()), (1, true));

    let id = world.order(item("shop.test")).await;
    let status_route = format!("/certificates/{id}/status");
    post(&world, &status_route, json!({ "word": "click-through" })).await;
    let status_of = format!("ssl_certificates/{id}/status");
    assert_eq!(
        world.get(&status_of, json!({})).await.ok()["status"],
        "click-through"
    );
    post(&world, &status_route, json!({ "word": null })).await;
    assert_eq!(world.get(&status_of, json!({})).await.ok()["status"], "pending");

    assert_eq!(get(&world, "/").await["open_certificates"], 1);
    assert_eq!(world.manage(Method::GET, "/nothing", json!({})).await.status, 404);
    assert_eq!(
        world
            .manage(Method::GET, "/certificates/1", json!({}))
            .await
            .status,
        404
    );
    let odd = json!({ "days": 1, "weeks": 1 });
    assert_eq!(
        world.manage(Method::POST, "/clock/advance", odd).await.status,
        400
    );

    world.manage(Method::DELETE, "/sessions", json!({})).await.ok();
    assert_eq!(world.get("billing/balance", json!({})).await.status, 401);
}
