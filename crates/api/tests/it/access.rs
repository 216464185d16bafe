//! Who may what: one row per endpoint. An endpoint without a row fails the first test.

use std::collections::BTreeSet;

use axum::http::Method;
use engine::api_tokens::SCOPES;
use serde_json::{Value, json};

use crate::client::{Answer, EVERY_SCOPE, World};

/// What a token of another account gets.
enum Stranger {
    /// The object does not exist for it.
    NotFound,
    /// There is no object in the address: it gets its own data and never ours.
    OwnData,
}

struct Row {
    method: Method,
    path: &'static str,
    scope: &'static str,
    body: Option<fn(&World) -> Value>,
    stranger: Stranger,
}

fn row(method: Method, path: &'static str, scope: &'static str) -> Row {
    let stranger = if path.contains("{service}") || path.contains("{certificate}") {
        Stranger::NotFound
    } else {
        Stranger::OwnData
    };
    Row {
        method,
        path,
        scope,
        body: None,
        stranger,
    }
}

impl Row {
    fn with(self, body: fn(&World) -> Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }
}

fn table() -> Vec<Row> {
    let (get, post) = (Method::GET, Method::POST);
    vec![
        row(get.clone(), "/api/v1/balance", "balance:read"),
        row(get.clone(), "/api/v1/tariffs", "services:read"),
        row(get.clone(), "/api/v1/tariffs/{tariff}/approvers", "orders:write"),
        row(post.clone(), "/api/v1/orders/quote", "orders:write")
            .with(|world| json!({ "tariff": world.plan, "years": 1, "names": ["quote.example.com"] })),
        row(post.clone(), "/api/v1/orders", "orders:write").with(|world| world.order("other.example.com")),
        row(get.clone(), "/api/v1/services", "services:read"),
        row(get.clone(), "/api/v1/services/{service}", "services:read"),
        row(
            get.clone(),
            "/api/v1/services/{service}/certificates",
            "services:read",
        ),
        row(
            get.clone(),
            "/api/v1/services/{service}/validations",
            "services:read",
        ),
        row(
            post.clone(),
            "/api/v1/services/{service}/validations/check",
            "services:read",
        ),
        row(
            post.clone(),
            "/api/v1/services/{service}/validations/method",
            "orders:write",
        )
        .with(|_| json!({ "method": "http" })),
        row(
            post.clone(),
            "/api/v1/services/{service}/validations/resend",
            "orders:write",
        ),
        row(
            get.clone(),
            "/api/v1/services/{service}/validations/approvers",
            "orders:write",
        ),
        row(post, "/api/v1/services/{service}/close", "orders:write"),
        row(
            get,
            "/api/v1/certificates/{certificate}/download",
            "certificates:read",
        ),
    ]
}

#[test]
fn every_endpoint_of_the_document_has_a_row_and_names_its_scope() {
    let document = serde_json::to_value(certbroker_api::document::openapi()).unwrap();
    let mut documented = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let scope = operation["security"][0]["token"][0].as_str().unwrap().to_owned();
            documented.insert((method.to_uppercase(), path.clone(), scope));
        }
    }
    let rows: BTreeSet<_> = table()
        .into_iter()
        .map(|row| (row.method.to_string(), row.path.to_owned(), row.scope.to_owned()))
        .collect();
    assert_eq!(rows, documented);
}

/// Objects of the first account: one service waits for validation, one has a certificate.
struct Ours {
    waiting: String,
    certificate: String,
}

impl Ours {
    async fn make(world: &World) -> Self {
        let order =
            |name| testkit::TestWorld::order(world.plan, &[name], domain::product::ValidationMethod::Dns);
        let issued = world.inner.place(order("issued.example.com")).await.service;
        world.inner.prove(issued).await;
        let view = world
            .inner
            .until(issued, domain::state::ServiceState::Active)
            .await;
        let waiting = world.inner.place(order("waiting.example.com")).await.service;
        world
            .inner
            .until(waiting, domain::state::ServiceState::WaitingForValidation)
            .await;
        Self {
            waiting: waiting.to_string(),
            certificate: view.certificates[0].id.to_string(),
        }
    }

    fn path(&self, world: &World, row: &Row) -> String {
        let path = row
            .path
            .replace("{service}", &self.waiting)
            .replace("{certificate}", &self.certificate)
            .replace("{tariff}", &world.plan.to_string());
        if row.path.contains("{tariff}/approvers") {
            format!("{path}?name=waiting.example.com")
        } else {
            path
        }
    }
}

async fn call(world: &World, row: &Row, path: &str, token: Option<&str>) -> Answer {
    let value = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<_> = value
        .iter()
        .map(|value| ("authorization", value.as_str()))
        .collect();
    world
        .call(
            row.method.clone(),
            path,
            &headers,
            row.body.map(|body| body(world)).as_ref(),
        )
        .await
}

#[tokio::test]
async fn every_endpoint_refuses_no_token_wrong_tokens_missing_scopes_and_other_accounts() {
    let world = World::new().await;
    let ours = Ours::make(&world).await;
    let stranger = world.stranger().await;
    let strange_token = world.token(&stranger, &EVERY_SCOPE).await;
    let own_token = world.token(&world.owner, &EVERY_SCOPE).await;
    for row in table() {
        let path = ours.path(&world, &row);
        let name = format!("{} {}", row.method, row.path);

        for token in [None, Some("cbt_nonsense"), Some("nonsense"), Some("")] {
            let answer = call(&world, &row, &path, token).await;
            assert_eq!(
                answer.problem(),
                (401, "token-required".into()),
                "{name} {token:?}"
            );
            assert!(answer.headers.contains_key("www-authenticate"), "{name}");
        }

        let others: Vec<&str> = SCOPES.into_iter().filter(|scope| *scope != row.scope).collect();
        let lacking = world.token(&world.owner, &others).await;
        let answer = call(&world, &row, &path, Some(&lacking)).await;
        assert_eq!(
            answer.problem(),
            (403, "forbidden".into()),
            "{name} without {}",
            row.scope
        );

        let answer = call(&world, &row, &path, Some(&strange_token)).await;
        match row.stranger {
            Stranger::NotFound => assert_eq!(answer.problem(), (404, "not-found".into()), "{name}"),
            Stranger::OwnData => {
                assert!(
                    answer.status != 401 && answer.status != 403 && answer.status != 404,
                    "{name}: {}",
                    answer.text()
                );
                for secret in [&ours.waiting, &ours.certificate] {
                    assert!(
                        !answer.text().contains(secret.as_str()),
                        "{name}: {}",
                        answer.text()
                    );
                }
            }
        }

        let exact = world.token(&world.owner, &[row.scope]).await;
        let answer = call(&world, &row, &path, Some(&exact)).await;
        // What is not possible in this state is refused by a rule (422), which is past every question of who asks.
        let is_let_in = answer.status.is_success() || answer.status == 422;
        assert!(
            is_let_in,
            "{name} with {}: {} {}",
            row.scope,
            answer.status,
            answer.text()
        );
    }
    // Numbers and external references of others are not found either.
    let number = world
        .get(&own_token, &format!("/api/v1/services/{}", ours.waiting))
        .await
        .json()["number"]
        .clone();
    let number = number.as_str().unwrap();
    assert_eq!(
        world
            .get(&own_token, &format!("/api/v1/services/{number}"))
            .await
            .status,
        200
    );
    assert_eq!(
        world
            .get(&strange_token, &format!("/api/v1/services/{number}"))
            .await
            .status,
        404
    );
    world.remove().await;
}

#[tokio::test]
async fn a_revoked_token_and_the_token_of_a_dismissed_user_are_worth_nothing() {
    let world = World::new().await;
    let token = world.token(&world.owner, &EVERY_SCOPE).await;
    assert_eq!(world.get(&token, "/api/v1/balance").await.status, 200);
    let listed = world
        .inner
        .engine
        .api_tokens()
        .list(&world.owner, world.inner.account)
        .await
        .unwrap();
    world
        .inner
        .engine
        .api_tokens()
        .revoke(&world.owner, listed[0].id)
        .await
        .unwrap();
    assert_eq!(world.get(&token, "/api/v1/balance").await.status, 401);
    world.remove().await;
}
