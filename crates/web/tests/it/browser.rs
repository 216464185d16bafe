//! A browser without script, and the world that it looks at.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use domain::{
    id::{MembershipId, ServiceId, UserId},
    product::ValidationMethod,
    state::Role,
};
use engine::people::user::NewUser;
use httpkit::{AppState, HttpConfig, Params};
use secrecy::SecretString;
use store::account::Membership;
use testkit::{TestStore, TestWorld};
use tower::ServiceExt as _;

/// The password of everybody in these tests.
pub(crate) const PASSWORD: &str = "three plain words";
/// The client.
pub(crate) const CLIENT: &str = "owner@client.example";

/// The administrator.
pub(crate) const ADMINISTRATOR: &str = "admin@example.test";
/// The second administrator.
pub(crate) const SECOND: &str = "second@example.test";
/// Somebody of the staff.
pub(crate) const STAFF: &str = "staff@example.test";

/// A world with the site in front of it.
pub(crate) struct Site {
    pub(crate) world: TestWorld,
    pub(crate) app: Router,
    database: TestStore,
}

impl Site {
    pub(crate) async fn new() -> Self {
        let database = TestStore::sqlite().await;
        let world = TestWorld::new(database.store.clone()).await;
        let mut config = HttpConfig::new("http://localhost".parse().unwrap()).unwrap();
        config.attempts_per_minute = std::num::NonZeroU32::MAX;
        let state = AppState::new(world.engine.clone(), config);
        let app = httpkit::stack::common(certbroker_web::router(&state), &state);
        let site = Self { world, app, database };
        site.let_the_client_in().await;
        site
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser {
            app: self.app.clone(),
            cookies: BTreeMap::new(),
        }
    }

    /// A browser in which the client is signed in.
    pub(crate) async fn client(&self) -> Browser {
        let mut browser = self.browser();
        let answer = browser
            .send("/sign-in", &[("email", CLIENT), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.location(), "/", "{}", answer.text());
        browser
    }

    /// A browser in which an administrator is signed in, with a second factor.
    pub(crate) async fn administrator(&self) -> Browser {
        let admin = self.world.admin.user().unwrap();
        self.with_second_factor(ADMINISTRATOR, admin).await
    }

    /// A browser in which another administrator is signed in.
    pub(crate) async fn second_administrator(&self) -> Browser {
        let second = self.world.second.user().unwrap();
        self.with_second_factor(SECOND, second).await
    }

    /// A browser in which somebody of the staff is signed in who is no administrator.
    pub(crate) async fn staff(&self) -> Browser {
        let new = NewUser {
            email: STAFF.to_owned(),
            name: "Stefan Staff".to_owned(),
            password: None,
            language: "en".to_owned(),
        };
        let users = self.world.engine.users();
        let staff = users
            .add_staff(&self.world.admin, new, Role::Staff)
            .await
            .unwrap();
        let tx = self.world.store.begin().await.unwrap();
        store::department::set_members(&tx, self.world.department, &[staff])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.with_second_factor(STAFF, staff).await
    }

    /// The time since the administrator gave the password is over: what is delicate asks for it again.
    pub(crate) async fn let_confirmations_lapse(&self) {
        let admin = self.world.admin.user().unwrap();
        let tx = self.world.store.begin().await.unwrap();
        for mut session in store::session::open_of(&tx, admin).await.unwrap() {
            session.confirmed_at = None;
            store::session::update(&tx, &session).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn with_second_factor(&self, email: &str, user: UserId) -> Browser {
        let password = SecretString::from(PASSWORD.to_owned());
        let engine = &self.world.engine;
        engine
            .users()
            .set_password(&self.world.admin, user, password)
            .await
            .unwrap();
        let mut browser = self.browser();
        let answer = browser
            .send("/sign-in", &[("email", email), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.location(), "/sign-in/enrol", "{}", answer.text());
        let page = browser.get("/sign-in/enrol").await.text();
        let (_, rest) = page.split_once("id=\"totp-secret\">").unwrap();
        let secret = totp_rs::Secret::try_from_base32(rest.split_once('<').unwrap().0).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        let now = u64::try_from(engine.clock().machine_now().as_second()).unwrap();
        let code = totp.generate(now).to_string();
        let answer = browser.send("/sign-in/enrol", &[("code", &code)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        browser
    }

    pub(crate) async fn remove(self) {
        self.database.remove().await;
    }

    async fn let_the_client_in(&self) {
        let user = self.world.client.user().unwrap();
        let membership = Membership {
            id: MembershipId::from(seal::random::uuid_v7(jiff::Timestamp::UNIX_EPOCH)),
            account_id: self.world.account,
            user_id: user,
            role: Role::Owner,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            version: 1,
        };
        let tx = self.world.store.begin().await.unwrap();
        store::account::insert_membership(&tx, &membership).await.unwrap();
        tx.commit().await.unwrap();
        let password = SecretString::from(PASSWORD.to_owned());
        self.world
            .engine
            .users()
            .set_password(&self.world.admin, user, password)
            .await
            .unwrap();
    }
}

/// Follows no redirect, keeps cookies.
pub(crate) struct Browser {
    app: Router,
    cookies: BTreeMap<String, String>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What stands in the frame of the page.
    pub(crate) fn main(&self) -> String {
        let text = self.text();
        let inner = text
            .split_once("<main")
            .and_then(|(_, rest)| rest.split_once("</main>"));
        inner.map(|(main, _)| main.to_owned()).unwrap_or(text)
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The form of the page as it would be sent: hidden fields, what was typed, ticks, chosen options.
    pub(crate) fn form(&self, action: &str) -> Params {
        let text = self.text();
        let (_, rest) = text
            .split_once(&format!("action=\"{action}\""))
            .unwrap_or_else(|| panic!("no {action}: {text}"));
        let (form, _) = rest.split_once("</form>").unwrap();
        let mut fields = Params::default();
        let value = |tag: &str, name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            Some(unescaped(rest.split_once('"')?.0))
        };
        let mut select = String::new();
        for part in form.split('<').skip(1) {
            let tag = part.split_once('>').map_or(part, |(tag, _)| tag);
            let is_set = |word: &str| tag.contains(&format!(" {word}"));
            match tag.split_whitespace().next().unwrap_or_default() {
                "input" => {
                    let kind = value(tag, "type").unwrap_or_default();
                    let Some(name) = value(tag, "name") else { continue };
                    if !matches!(kind.as_str(), "radio" | "checkbox") || is_set("checked") {
                        fields.push(name, value(tag, "value").unwrap_or_default());
                    }
                }
                "textarea" => {
                    let content = part.split_once('>').map_or("", |(_, content)| content);
                    fields.push(
                        value(tag, "name").unwrap(),
                        unescaped(content.trim_start_matches('\n')),
                    );
                }
                "select" => select = value(tag, "name").unwrap(),
                "option" if is_set("selected") => fields.push(select.clone(), value(tag, "value").unwrap()),
                _ => {}
            }
        }
        fields
    }
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.call(Method::GET, path, String::new()).await
    }

    pub(crate) async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = Params::default();
        for (name, value) in fields {
            all.push(*name, *value);
        }
        self.send_form(path, &all).await
    }

    pub(crate) async fn send_form(&mut self, path: &str, fields: &Params) -> Answer {
        let body = fields.query().trim_start_matches('?').to_owned();
        self.call(Method::POST, path, body).await
    }

    async fn call(&mut self, method: Method, path: &str, body: String) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec(),
        }
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// Sends a form and shows the page that it leads to.
pub(crate) async fn on(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = browser.send(path, fields).await;
    follow(browser, answer).await
}

/// The page that an answer leads to.
pub(crate) async fn follow(browser: &mut Browser, answer: Answer) -> Answer {
    if answer.status != StatusCode::SEE_OTHER {
        return answer;
    }
    let address = answer.location().to_owned();
    browser.get(&address).await
}

/// Everything of this must stand on the page.
pub(crate) fn assert_says(page: &Answer, said: &[&str]) {
    let main = page.main();
    for said in said {
        assert!(
            main.contains(said),
            "`{said}` is missing ({}): {main}",
            page.status
        );
    }
}

/// An order that waits for its name to be proven.
pub(crate) async fn place(site: &Site, name: &str) -> ServiceId {
    let plan = site.world.plan("PositiveSSL").await;
    let order = TestWorld::order(plan, &[name], ValidationMethod::Dns);
    let placed = site.world.place(order).await;
    site.world
        .until_it(placed.service, |view| !view.validations.is_empty())
        .await;
    placed.service
}
