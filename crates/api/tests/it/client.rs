//! A client program of the API, and the world that it talks to.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use domain::{
    id::{AccountId, TariffPlanId},
    state::Role,
};
use engine::{Actor, Who, api_tokens::NewToken};
use httpkit::{AppState, HttpConfig};
use seal::ExposeSecret;
use serde_json::{Value, json};
use store::account::Membership;
use testkit::{TestStore, TestWorld};
use tower::ServiceExt;

pub(crate) const EVERY_SCOPE: [&str; 4] = engine::api_tokens::SCOPES;

/// A world with the API in front of it.
pub(crate) struct World {
    pub(crate) inner: TestWorld,
    pub(crate) app: Router,
    /// Owner of the first account.
    pub(crate) owner: Actor,
    pub(crate) plan: TariffPlanId,
    database: TestStore,
}

/// An answer of the API.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut HttpConfig)) -> Self {
        let database = TestStore::sqlite().await;
        let inner = TestWorld::new(database.store.clone()).await;
        let mut config = HttpConfig::new("http://localhost".parse().unwrap()).unwrap();
        change(&mut config);
        let state = AppState::new(inner.engine.clone(), config);
        let app = httpkit::stack::common(certbroker_api::router(&state), &state);
        let plan = inner.plan("PositiveSSL").await;
        let user = inner.client.user().unwrap();
        let mut world = Self {
            owner: inner.client.clone(),
            inner,
            app,
            plan,
            database,
        };
        world.owner = world.owner_of(world.inner.account, user.into()).await;
        world
    }

    pub(crate) async fn remove(self) {
        self.database.remove().await;
    }

    async fn owner_of(&self, account: AccountId, user: uuid::Uuid) -> Actor {
        let membership = Membership {
            id: seal::random::uuid_v7(jiff::Timestamp::UNIX_EPOCH).into(),
            account_id: account,
            user_id: user.into(),
            role: Role::Owner,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            version: 1,
        };
        let tx = self.inner.store.begin().await.unwrap();
        store::account::insert_membership(&tx, &membership).await.unwrap();
        tx.commit().await.unwrap();
        Actor {
            who: Who::Member {
                user: user.into(),
                account,
                role: Role::Owner,
            },
            ..self.inner.client.clone()
        }
    }

    /// The owner of another account of the same seller.
    pub(crate) async fn stranger(&self) -> Actor {
        let reader = self.inner.store.reader();
        let mut account = store::account::find(reader, self.inner.account)
            .await
            .unwrap()
            .unwrap();
        let mut user = store::user::find(reader, self.inner.client.user().unwrap())
            .await
            .unwrap()
            .unwrap();
        let tx = self.inner.store.begin().await.unwrap();
        account.id = seal::random::uuid_v7(jiff::Timestamp::UNIX_EPOCH).into();
        account.number += 1_000;
        "Stranger".clone_into(&mut account.name);
        store::account::insert(&tx, &mut account).await.unwrap();
        user.id = seal::random::uuid_v7(jiff::Timestamp::UNIX_EPOCH).into();
        "stranger@elsewhere.example".clone_into(&mut user.email);
        store::user::insert(&tx, &mut user).await.unwrap();
        tx.commit().await.unwrap();
        self.owner_of(account.id, user.id.into()).await
    }

    /// A token of the actor's account.
    pub(crate) async fn token(&self, owner: &Actor, scopes: &[&str]) -> String {
        let new = NewToken {
            account: owner.account().unwrap(),
            name: "test".into(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            valid_for: None,
        };
        let (_, secret) = self.inner.engine.api_tokens().create(owner, new).await.unwrap();
        secret.expose_secret().to_owned()
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(
            Method::GET,
            path,
            &[("authorization", &format!("Bearer {token}"))],
            None,
        )
        .await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.call(
            Method::POST,
            path,
            &[("authorization", &format!("Bearer {token}"))],
            Some(body),
        )
        .await
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |json| {
            request = std::mem::take(&mut request).header(header::CONTENT_TYPE, "application/json");
            Body::from(json.to_string())
        });
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// An order of one name, validated by DNS, with a key made here.
    pub(crate) fn order(&self, name: &str) -> Value {
        json!({
            "tariff": self.plan, "years": 1, "names": [name], "new_key": "p256",
            "validation": { "method": "dns" },
            "contact": {
                "first_name": "Ada", "last_name": "Example", "email": "ada@client.example", "phone": "+31 20 1234567",
            },
        })
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The status and the code of the problem document, or the answer that is none.
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(
            self.headers["content-type"],
            "application/problem+json",
            "{}",
            self.text()
        );
        let json = self.json();
        assert_eq!(json["status"], self.status.as_u16());
        let code = json["code"].as_str().unwrap();
        assert_eq!(json["type"], format!("urn:certbroker:problem:{code}"));
        assert_eq!(json["request"], self.headers["x-request-id"].to_str().unwrap());
        (self.status.as_u16(), code.to_owned())
    }

    /// Field and code of every wrong field.
    pub(crate) fn wrong_fields(&self) -> BTreeMap<String, String> {
        let json = self.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        json["problems"]
            .as_array()
            .unwrap_or_else(|| panic!("{json}"))
            .iter()
            .map(|problem| (text(&problem["field"]), text(&problem["code"])))
            .collect()
    }
}
