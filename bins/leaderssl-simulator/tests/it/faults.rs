//! Each switch of misbehaviour, seen from the client's side of the wire.

use leaderssl_simulator::faults::{Fault, FaultRule, Firing};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{World, item, with};

async fn switch(world: &World, rule: Value) {
    world.manage(Method::POST, "/faults", rule).await.ok();
}

fn one_order() -> Value {
    json!({ "order": { "items": [item("shop.test")] } })
}

#[tokio::test]
async fn lost_answers_leave_a_purchase_and_early_failures_do_not() {
    for (fault, is_bought) in [
        (json!("cut"), false),
        (json!("status500"), false),
        (json!({ "html": { "status": 503 } }), false),
        (json!({ "rate_limit": { "retry_after_s": 7 } }), false),
        (json!("commit_then_cut"), true),
        (json!("commit_then500"), true),
        (json!({ "commit_then_html": { "status": 502 } }), true),
        (json!({ "commit_then_late": { "ms": 20 } }), true),
    ] {
        let world = World::off().await;
        switch(
            &world,
            json!({ "route": "order", "fault": fault, "when": "once" }),
        )
        .await;
        let outcome = world.try_post("order", one_order()).await;
        assert_eq!(
            world.simulator.purchases().len(),
            usize::from(is_bought),
            "{fault} {outcome:?}"
        );
        let is_cut = fault.as_str().is_some_and(|word| word.ends_with("cut"));
        assert_eq!(outcome.is_err(), is_cut, "{fault}");
        assert!(world.simulator.faults().is_empty(), "{fault}: once is once");
    }
}

#[tokio::test]
async fn a_delivery_repeated_on_the_way_is_bought_twice() {
    let world = World::off().await;
    switch(
        &world,
        json!({ "route": "order", "fault": "duplicate_delivery", "when": "once" }),
    )
    .await;
    world.post("order", one_order()).await.ok();
    assert_eq!(world.simulator.purchases().len(), 2);
}

#[tokio::test]
async fn errors_take_the_forms_that_are_switched_on() {
    let world = World::off().await;
    let cases = [
        (json!({ "error_in200": {} }), 200, json!({ "error": "Not found" })),
        (
            json!({ "error_shape": { "shape": "list" } }),
            404,
            json!({ "errors": ["Not found"] }),
        ),
        (
            json!({ "error_shape": { "shape": "map" } }),
            404,
            json!({ "error": { "base": ["Not found"] } }),
        ),
        (
            json!({ "refuse": { "status": 418, "message": "no" } }),
            418,
            json!({ "error": "no" }),
        ),
        (
            json!({ "ip_block": { "style": "401" } }),
            401,
            json!({ "error": "Invalid login or password" }),
        ),
    ];
    for (fault, status, body) in cases {
        switch(&world, json!({ "fault": fault, "when": "once" })).await;
        let answer = world.get("preorders/1", json!({})).await;
        assert_eq!((answer.status, answer.json()), (status, body), "{fault}");
    }
    switch(
        &world,
        json!({ "fault": "status500_for_validation", "when": "once" }),
    )
    .await;
    let answer = world.post("dcv_emails", json!({})).await;
    assert_eq!(answer.refusal(), (500, "domain_name is missing".to_owned()));
    switch(
        &world,
        json!({ "fault": { "ip_block": { "style": "403_html" } }, "when": "once" }),
    )
    .await;
    let page = world.get("products", json!({})).await;
    assert_eq!((page.status, page.body.starts_with(b"<html>")), (403, true));
}

/// A fault, the path asked, and what shows that the answer is bent.
type Shape = (Value, &'static str, fn(&Value) -> bool);

#[tokio::test]
async fn answers_take_the_shapes_that_are_switched_on() {
    let world = World::off().await;
    let id = world.order(item("shop.test")).await;
    let cases: [Shape; 6] = [
        (json!("scalars_as_strings"), "ssl_certificates", |body| {
            body[0]["days"] == "365"
        }),
        (
            json!({ "envelope": { "style": "data" } }),
            "ssl_certificates",
            |body| body["data"].is_array(),
        ),
        (json!({ "envelope": { "style": "named" } }), "products", |body| {
            body["products"].is_array()
        }),
        (
            json!({ "envelope": { "style": "index_map" } }),
            "products",
            |body| body["0"].is_object(),
        ),
        (
            json!({ "unknown_status": { "word": "odd" } }),
            "ssl_certificates",
            |body| body[0]["status"] == "odd",
        ),
        (
            json!({ "huge_list": { "rows": 300 } }),
            "ssl_certificates",
            |body| body.as_array().is_some_and(|rows| rows.len() == 301),
        ),
    ];
    for (fault, path, is_bent) in cases {
        switch(&world, json!({ "fault": fault, "when": "once" })).await;
        let body = world.get(path, json!({})).await.ok();
        assert!(is_bent(&body), "{fault}");
    }
    switch(
        &world,
        json!({ "route": "ssl_certificates/{id}/status", "fault": { "empty": {} }, "when": "once" }),
    )
    .await;
    let empty = world
        .get(&format!("ssl_certificates/{id}/status"), json!({}))
        .await;
    assert_eq!((empty.status, empty.body.len()), (200, 0));
    switch(
        &world,
        json!({ "fault": { "redirect": { "location": "http://elsewhere.test/" } }, "when": "once" }),
    )
    .await;
    assert_eq!(world.get("products", json!({})).await.status, 301);
}

#[tokio::test]
async fn tokens_expire_end_each_other_and_go_where_they_are_read() {
    let mut world = World::off().await;
    let first = world.token.clone();
    switch(
        &world,
        json!({ "route": "users/signin", "fault": "token_single", "when": "once" }),
    )
    .await;
    world.sign_in().await;
    let second = std::mem::replace(&mut world.token, first);
    assert_eq!(
        world.get("billing/balance", json!({})).await.status,
        401,
        "the old one ended"
    );
    world.token = second;
    world.get("billing/balance", json!({})).await.ok();

    switch(&world, json!({ "fault": { "token_expiry": { "seconds": 60 } } })).await;
    world.get("billing/balance", json!({})).await.ok();
    world
        .simulator
        .advance_clock(jiff::SignedDuration::from_secs(61))
        .unwrap();
    assert_eq!(world.get("billing/balance", json!({})).await.status, 401);
    world.simulator.clear_faults().unwrap();

    switch(&world, json!({ "fault": "header_auth_off" })).await;
    let url = format!("{}/billing/balance", world.simulator.api_url());
    let by_header = world
        .http
        .get(url)
        .header("X-AUTH-TOKEN", &world.token)
        .send()
        .await
        .unwrap();
    assert_eq!(by_header.status(), 401);
    world.get("billing/balance", json!({})).await.ok();
}

#[tokio::test]
async fn verbs_bodies_prices_and_ids_can_be_narrowed() {
    let world = World::off().await;
    switch(
        &world,
        json!({ "route": "preorders", "fault": "get_only", "when": "once" }),
    )
    .await;
    assert_eq!(world.post("preorders", json!({})).await.status, 405);
    switch(
        &world,
        json!({ "route": "preorders", "fault": "post_only", "when": "once" }),
    )
    .await;
    assert_eq!(world.get("preorders", json!({})).await.status, 405);

    switch(
        &world,
        json!({ "route": "dcv_emails", "fault": "body_params_off", "when": "once" }),
    )
    .await;
    let pairs = [("domain_name", "shop.test"), ("auth_token", world.token.as_str())];
    assert_ne!(world.post_form("dcv_emails", &pairs).await.status, 200);
    assert_eq!(world.post_form("dcv_emails", &pairs).await.status, 200);

    switch(
        &world,
        json!({ "route": "order", "fault": { "price_mismatch": { "percent": 50 } }, "when": "once" }),
    )
    .await;
    assert_eq!(world.post("order", one_order()).await.ok()["sum"], "12.60");
    switch(
        &world,
        json!({ "route": "order", "fault": "order_id_only", "when": "once" }),
    )
    .await;
    let order = world.post("order", one_order()).await.ok();
    assert!(order["id"].is_i64() && order["items"][0].get("ssl_certificate_id").is_none());
}

#[tokio::test]
async fn listings_brands_and_downloads_can_be_bent() {
    let world = World::auto().await;
    switch(&world, json!({ "route": "order", "fault": "listed_emails_only" })).await;
    let by_mail = with(
        item("shop.test"),
        json!({ "dcv_type": "EMAIL", "dcv_email": "admin@shop.test" }),
    );
    let order = json!({ "order": { "items": [by_mail] } });
    assert_eq!(world.post("order", order.clone()).await.status, 400, "not listed");
    world
        .post("dcv_emails", json!({ "domain_name": "shop.test" }))
        .await
        .ok();
    let placed = world.post("order", order).await.ok();
    let id = placed["items"][0]["ssl_certificate_id"].as_i64().unwrap();
    world.issued(id).await;

    switch(
        &world,
        json!({ "route": "order", "fault": "hash_for_all_brands", "when": "once" }),
    )
    .await;
    world
        .order(with(item("rapid.test"), json!({ "nomenclature_id": 400 })))
        .await;

    let download = format!("ssl_certificates/{id}/download");
    for (format, start) in [("zip", "PK"), ("pem", "-----BEGIN"), ("json", "{")] {
        switch(
            &world,
            json!({ "fault": { "download_as": { "format": format } }, "when": "once" }),
        )
        .await;
        let body = world.get(&download, json!({})).await.body;
        assert!(body.starts_with(start.as_bytes()), "{format}");
    }
}

#[tokio::test]
async fn chances_follow_the_seed_and_rules_are_listed_and_removed() {
    let outcomes = async || {
        let world = World::off().await;
        let rule = FaultRule::new("products", Fault::Status500, Firing::Probability(0.5));
        world.simulator.inject_fault(rule).unwrap();
        let mut seen = Vec::new();
        for _ in 0..12 {
            seen.push(world.get("products", json!({})).await.status);
        }
        let rules = world.manage(Method::GET, "/faults", json!({})).await.ok();
        assert_eq!(rules[0]["when"], json!({ "probability": 0.5 }));
        let gone = world
            .manage(Method::DELETE, &format!("/faults/{}", rules[0]["id"]), json!({}))
            .await;
        assert_eq!(gone.ok()["removed"], 1);
        seen
    };
    let first = outcomes().await;
    assert!(first.contains(&500) && first.contains(&200), "{first:?}");
    assert_eq!(outcomes().await, first, "the same seed gives the same chances");
    let world = World::off().await;
    let bad = world
        .manage(Method::POST, "/faults", json!({ "fault": "no_such" }))
        .await;
    assert_eq!(bad.status, 400);
}
