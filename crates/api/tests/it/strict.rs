//! What is not understood is refused, and every answer is safe to hand on.

use std::num::NonZeroU32;

use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::json;

use crate::client::{EVERY_SCOPE, World};

#[tokio::test]
async fn what_is_not_understood_is_refused_with_a_problem_that_says_what() {
    let world = World::new().await;
    let token = world.token(&world.owner, &EVERY_SCOPE).await;
    let bearer = format!("Bearer {token}");
    let mut unknown = world.order("a.example.com");
    unknown["discount"] = "100%".into();
    let mut unknown_inside = world.order("a.example.com");
    unknown_inside["contact"]["fax"] = "1".into();
    for (path, body, expected) in [
        ("/api/v1/orders", unknown, (400, "body")),
        ("/api/v1/orders", unknown_inside, (400, "body")),
        ("/api/v1/orders", json!([]), (400, "body")),
        (
            "/api/v1/orders/quote",
            json!({ "tariff": "x", "years": 1, "names": [] }),
            (400, "body"),
        ),
        (
            "/api/v1/orders/quote",
            json!({ "tariff": world.plan, "years": 1, "names": ["no name at all"] }),
            (422, "invalid"),
        ),
        (
            "/api/v1/orders/quote",
            json!({ "tariff": "tar_0192f0c1a2b37c4d8e5f60718293a4b5", "years": 1, "names": ["a.example.com"] }),
            (404, "not-found"),
        ),
    ] {
        let answer = world.post(&token, path, &body).await;
        assert_eq!(
            answer.problem(),
            (expected.0, expected.1.to_owned()),
            "{}",
            answer.text()
        );
    }
    for (path, expected) in [
        ("/api/v1/services?colour=red", (400, "query")),
        ("/api/v1/services?state=nowhere", (400, "query")),
        ("/api/v1/services?limit=0", (422, "invalid")),
        ("/api/v1/services?limit=501", (422, "invalid")),
        ("/api/v1/services?after=%21", (422, "invalid")),
        ("/api/v1/services/svc_zz", (404, "not-found")),
        (
            "/api/v1/services/svc_0192f0c1a2b37c4d8e5f60718293a4b5",
            (404, "not-found"),
        ),
        ("/api/v1/services/S-99999999999999999999", (404, "not-found")),
        ("/api/v1/certificates/x/download", (404, "not-found")),
        ("/api/v1/nowhere", (404, "not-found")),
        ("/api/v1/services/a/b/c/d", (404, "not-found")),
    ] {
        let answer = world.get(&token, path).await;
        assert_eq!(answer.problem(), (expected.0, expected.1.to_owned()), "{path}");
    }
    let raw = async |method: Method, path: &str, kind: &str, body: Vec<u8>| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", &bearer)
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap();
        world.send(request).await.problem()
    };
    let post = Method::POST;
    let json = "application/json";
    assert_eq!(
        raw(post.clone(), "/api/v1/orders", "text/plain", b"{}".to_vec()).await,
        (415, "media-type".into())
    );
    assert_eq!(
        raw(post.clone(), "/api/v1/orders", json, b"{".to_vec()).await,
        (400, "body".into())
    );
    assert_eq!(
        raw(post.clone(), "/api/v1/orders", json, vec![0xff; 9]).await,
        (400, "body".into())
    );
    assert_eq!(
        raw(post, "/api/v1/orders", json, vec![b' '; 300_000]).await,
        (413, "too-large".into())
    );
    let deleted = raw(Method::DELETE, "/api/v1/services", json, Vec::new()).await;
    assert_eq!(deleted, (405, "method-not-allowed".into()));
    world.remove().await;
}

#[tokio::test]
async fn a_cookie_signs_nobody_in_and_every_answer_is_kept_by_nobody() {
    let world = World::new().await;
    let token = world.token(&world.owner, &EVERY_SCOPE).await;
    for name in ["session", "__Host-session", "token", "authorization"] {
        let cookie = format!("{name}={token}");
        let answer = world
            .call(Method::GET, "/api/v1/balance", &[("cookie", &cookie)], None)
            .await;
        assert_eq!(answer.problem().0, 401);
    }
    assert_eq!(
        world
            .get("", &format!("/api/v1/balance?token={token}"))
            .await
            .status,
        401
    );
    for path in ["/api/v1/balance", "/api/v1/openapi.json", "/api/v1/nowhere"] {
        let answer = world.get(&token, path).await;
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert!(answer.headers.contains_key("x-request-id"), "{path}");
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
        assert!(
            !answer.headers.contains_key("access-control-allow-origin"),
            "{path}"
        );
    }
    world.remove().await;
}

#[tokio::test]
async fn a_token_that_asks_too_often_is_told_to_wait_and_another_is_not() {
    let world = World::with(|config| config.api_requests_per_minute = NonZeroU32::new(3).unwrap()).await;
    let hasty = world.token(&world.owner, &EVERY_SCOPE).await;
    let calm = world.token(&world.owner, &EVERY_SCOPE).await;
    for _ in 0..3 {
        assert_eq!(world.get(&hasty, "/api/v1/balance").await.status, 200);
    }
    let answer = world.get(&hasty, "/api/v1/balance").await;
    assert_eq!(answer.problem(), (429, "too-many-tries".into()));
    let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(world.get(&calm, "/api/v1/balance").await.status, 200);
    world.remove().await;
}

#[tokio::test]
async fn the_document_is_served_without_a_token() {
    let world = World::new().await;
    let answer = world.call(Method::GET, "/api/v1/openapi.json", &[], None).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        serde_json::to_value(certbroker_api::document::openapi()).unwrap()
    );
    world.remove().await;
}
