//! From an order to a certificate, once, whatever happens on the way.

use axum::http::Method;
use domain::state::ServiceState;
use serde_json::json;

use crate::client::{Answer, EVERY_SCOPE, World};

async fn place(world: &World, token: &str, key: &str, body: &serde_json::Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
    world
        .call(Method::POST, "/api/v1/orders", &headers, Some(body))
        .await
}

async fn count(world: &World, token: &str) -> u64 {
    world.get(token, "/api/v1/services").await.json()["total"]
        .as_u64()
        .unwrap()
}

#[tokio::test]
async fn an_order_becomes_a_certificate_that_is_taken_out() {
    let world = World::new().await;
    let token = world.token(&world.owner, &EVERY_SCOPE).await;
    let tariffs = world.get(&token, "/api/v1/tariffs").await.json();
    assert_eq!(tariffs["tariffs"][0]["id"], world.plan.to_string());
    let price = tariffs["tariffs"][0]["terms"][0]["price"].clone();
    assert_eq!(price["currency"], "EUR");

    let question = json!({ "tariff": world.plan, "years": 1, "names": ["shop.example.com"] });
    let quote = world.post(&token, "/api/v1/orders/quote", &question).await.json();
    assert_eq!(quote["net"], price);
    assert_eq!(quote["missing"], json!(null));

    let mut order = world.order("shop.example.com");
    order["agreed_price"] = quote["gross"].clone();
    order["external_ref"] = "invoice-77".into();
    let before = world.get(&token, "/api/v1/balance").await.json();
    let answer = world.post(&token, "/api/v1/orders", &order).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let placed = answer.json();
    let id = placed["service"]["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.headers["location"], format!("/api/v1/services/{id}"));
    let after = world.get(&token, "/api/v1/balance").await.json();
    assert_eq!(after["reserved"], quote["gross"]);
    assert_ne!(after["balance"], before["balance"]);

    let service = id.parse().unwrap();
    world
        .inner
        .until(service, ServiceState::WaitingForValidation)
        .await;
    let validations = world
        .get(&token, &format!("/api/v1/services/{id}/validations"))
        .await
        .json();
    assert_eq!(validations["validations"][0]["proof"]["kind"], "cname");
    let check = world
        .call(
            Method::POST,
            &format!("/api/v1/services/{id}/validations/check"),
            &[("authorization", &format!("Bearer {token}"))],
            None,
        )
        .await
        .json();
    assert_eq!(check["checks"][0]["is_good"], false);

    world.inner.prove(service).await;
    world.inner.until(service, ServiceState::Active).await;
    let shown = world.get(&token, "/api/v1/services/invoice-77").await.json();
    assert_eq!(
        (shown["id"].as_str(), shown["state"].as_str()),
        (Some(id.as_str()), Some("active"))
    );
    assert_eq!(shown["gross"], quote["gross"]);
    let certificates = world
        .get(&token, &format!("/api/v1/services/{id}/certificates"))
        .await
        .json();
    let certificate = certificates["certificates"][0]["id"].as_str().unwrap();
    let pem = async |format: &str| {
        let path = format!("/api/v1/certificates/{certificate}/download?format={format}");
        let answer = world.get(&token, &path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.headers["cache-control"], "no-store");
        answer.text()
    };
    let (leaf, chain, full) = (
        pem("certificate").await,
        pem("chain").await,
        pem("fullchain").await,
    );
    assert_eq!(
        full.matches("BEGIN CERTIFICATE").count(),
        1 + chain.matches("BEGIN CERTIFICATE").count()
    );
    assert!(full.starts_with(leaf.trim_end()), "{full}");
    let with_key = world
        .get(
            &token,
            &format!("/api/v1/certificates/{certificate}/download?format=private_key"),
        )
        .await;
    assert_eq!(with_key.problem(), (400, "query".into()));
    world.inner.assert_books_agree().await;
    world.remove().await;
}

#[tokio::test]
async fn the_same_key_and_body_is_answered_alike_and_another_body_is_refused() {
    let world = World::new().await;
    let token = world.token(&world.owner, &EVERY_SCOPE).await;
    let order = world.order("once.example.com");
    let first = place(&world, &token, "key-1", &order).await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let again = place(&world, &token, "key-1", &order).await;
    assert_eq!((again.status, again.json()), (first.status, first.json()));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["location"], first.headers["location"]);
    let other = place(&world, &token, "key-1", &world.order("twice.example.com")).await;
    assert_eq!(other.problem(), (409, "idempotency-key-reused".into()));
    assert_eq!(count(&world, &token).await, 1);

    // A key is its token's own.
    let second = world.token(&world.owner, &EVERY_SCOPE).await;
    let theirs = place(&world, &second, "key-1", &order).await;
    assert_eq!(theirs.status, 201);
    assert_ne!(theirs.json()["service"], first.json()["service"]);
    assert_eq!(count(&world, &token).await, 2);
    world.remove().await;
}

#[tokio::test]
async fn many_at_once_under_one_key_make_one_service() {
    let world = World::new().await;
    let token = world.token(&world.owner, &EVERY_SCOPE).await;
    let order = world.order("race.example.com");
    let all = (0..8).map(|_| place(&world, &token, "key-2", &order));
    let mut made = 0;
    for answer in futures_util::future::join_all(all).await {
        match answer.status.as_u16() {
            201 => made += u32::from(!answer.headers.contains_key("idempotency-replayed")),
            409 => assert_eq!(answer.problem().1, "idempotency-in-progress"),
            other => panic!("{other} {}", answer.text()),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(count(&world, &token).await, 1);
    world.remove().await;
}

#[tokio::test]
async fn a_refused_order_frees_its_key_and_makes_nothing() {
    let world = World::new().await;
    let token = world.token(&world.owner, &EVERY_SCOPE).await;
    let mut dear = world.order("later.example.com");
    dear["agreed_price"] = json!({ "amount": "0.01", "currency": "EUR" });
    let refused = place(&world, &token, "key-3", &dear).await;
    assert_eq!(refused.problem(), (422, "price-changed".into()));
    let mut wrong = world.order("later.example.com");
    wrong["contact"]["email"] = "nobody".into();
    let refused = place(&world, &token, "key-3", &wrong).await;
    assert_eq!(refused.problem(), (422, "invalid".into()));
    assert_eq!(
        refused.wrong_fields(),
        [("contact.email".into(), "email".into())].into()
    );
    assert_eq!(count(&world, &token).await, 0);
    let accepted = place(&world, &token, "key-3", &world.order("later.example.com")).await;
    assert_eq!(accepted.status, 201, "{}", accepted.text());
    world.remove().await;
}

#[tokio::test]
async fn an_answer_that_was_lost_before_it_was_kept_is_found_by_what_stands_for_the_key() {
    let world = World::new().await;
    let token = world.token(&world.owner, &EVERY_SCOPE).await;
    let order = world.order("lost.example.com");
    let first = place(&world, &token, "key-4", &order).await.json();
    let tokens = world.inner.engine.api_tokens();
    let actor = tokens
        .authenticate(&token, world.owner.request, None)
        .await
        .unwrap();
    // As after a crash between the order and its kept answer, with the claim given up.
    tokens.give_up(&actor, "key-4").await.unwrap();
    let again = place(&world, &token, "key-4", &order).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.json()["repeated"], true);
    assert_eq!(again.json()["service"], first["service"]);
    assert_eq!(count(&world, &token).await, 1);
    world.remove().await;
}

#[tokio::test]
async fn an_external_reference_makes_one_service_for_ever() {
    let world = World::new().await;
    let token = world.token(&world.owner, &EVERY_SCOPE).await;
    let mut order = world.order("ref.example.com");
    order["external_ref"] = "order 5".into();
    let first = world.post(&token, "/api/v1/orders", &order).await;
    let again = world.post(&token, "/api/v1/orders", &order).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    assert_eq!(first.json()["service"], again.json()["service"]);
    world.remove().await;
}

#[tokio::test]
async fn a_closed_service_gives_its_reservation_back() {
    let world = World::new().await;
    let token = world.token(&world.owner, &EVERY_SCOPE).await;
    let placed = world
        .post(&token, "/api/v1/orders", &world.order("close.example.com"))
        .await
        .json();
    let id = placed["service"]["id"].as_str().unwrap();
    let closed = world
        .post(&token, &format!("/api/v1/services/{id}/close"), &json!({}))
        .await;
    assert_eq!(closed.status, 204, "{}", closed.text());
    world
        .inner
        .until_it(id.parse().unwrap(), |view| view.line.state.is_final())
        .await;
    let balance = world.get(&token, "/api/v1/balance").await.json();
    assert_eq!(balance["reserved"]["amount"], "0.00");
    assert_eq!(balance["balance"]["amount"], "10000.00");
    let again = world
        .post(&token, &format!("/api/v1/services/{id}/close"), &json!({}))
        .await;
    assert_eq!(again.problem(), (422, "already-over".into()));
    world.remove().await;
}

#[tokio::test]
async fn pages_of_services_follow_each_other_without_gaps() {
    let world = World::new().await;
    let token = world.token(&world.owner, &EVERY_SCOPE).await;
    for number in 0..5 {
        let order = world.order(&format!("n{number}.example.com"));
        assert_eq!(world.post(&token, "/api/v1/orders", &order).await.status, 201);
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/services?sort=name&order=ascending&limit=2{after}");
        let page = world.get(&token, &path).await.json();
        for service in page["services"].as_array().unwrap() {
            seen.push(service["main_name"].as_str().unwrap().to_owned());
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(
        seen,
        (0..5).map(|n| format!("n{n}.example.com")).collect::<Vec<_>>()
    );
    for (query, expected) in [
        ("state=opening&state=active", 5),
        ("state=active", 0),
        ("search=n3", 1),
        ("ends_within=30", 0),
    ] {
        let page = world.get(&token, &format!("/api/v1/services?{query}")).await;
        assert_eq!(
            page.json()["services"].as_array().map(Vec::len),
            Some(expected),
            "{query}: {}",
            page.text()
        );
    }
    world.remove().await;
}
