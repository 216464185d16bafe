//! A client's way from the order to the certificate, without script.

use axum::http::StatusCode;
use domain::{id::ServiceId, state::ServiceState};
use httpkit::Params;

use crate::browser::{Answer, Browser, PASSWORD, Site};

/// One step: what was carried along with what is typed, and the button.
async fn on(browser: &mut Browser, page: &Answer, typed: &[(&str, &str)]) -> Answer {
    let mut form = page.form("/order");
    for (name, value) in typed {
        form = form.with(name, *value);
    }
    browser.send_form("/order", &form.with("go", "on")).await
}

const CONTACT: [(&str, &str); 4] = [
    ("contact.first_name", "Ada"),
    ("contact.last_name", "Example"),
    ("contact.email", "ada@client.example"),
    ("contact.phone", "+31 20 1234567"),
];

async fn to_the_summary(site: &Site, browser: &mut Browser, name: &str, source: &str) -> Answer {
    let plan = site.world.plan("PositiveSSL").await.to_string();
    let page = browser.get("/order").await;
    let page = on(browser, &page, &[("plan", &plan), ("years", "1")]).await;
    let page = on(
        browser,
        &page,
        &[("names", name), ("source", source), ("consent", "on")],
    )
    .await;
    let page = on(browser, &page, &CONTACT).await;
    let page = on(browser, &page, &[("method", "dns")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    page
}

fn service_of(address: &str) -> ServiceId {
    address.trim_start_matches("/services/").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_leads_to_a_certificate_and_its_stored_key_needs_the_password_again() {
    let site = Site::new().await;
    let mut browser = site.client().await;
    let summary = to_the_summary(&site, &mut browser, "shop.example.test", "stored").await;
    let placed = on(&mut browser, &summary, &[]).await;
    assert_eq!(placed.status, StatusCode::SEE_OTHER, "{}", placed.text());
    let address = placed.location().to_owned();
    let id = service_of(&address);
    site.world.until_it(id, |view| !view.validations.is_empty()).await;
    let page = browser.get(&address).await.text();
    assert!(
        page.contains("CNAME") && page.contains("hx-trigger=\"every 3s\""),
        "{page}"
    );

    let seen = browser
        .send(&format!("{address}/validation/check"), &[])
        .await
        .text();
    assert!(seen.contains("There is no such record yet."), "{seen}");
    site.world.prove(id).await;
    site.world.until(id, ServiceState::Active).await;

    let chain = browser.get(&format!("{address}/file?format=fullchain")).await;
    assert_eq!(chain.status, StatusCode::OK);
    assert_eq!(
        chain.text().matches("BEGIN CERTIFICATE").count(),
        2,
        "{}",
        chain.text()
    );
    assert_eq!(chain.headers["cache-control"], "no-store");
    let by_link = browser.get(&format!("{address}/file?format=private-key")).await;
    assert_eq!(by_link.status, StatusCode::NOT_FOUND);

    let file = format!("{address}/file");
    for wrong in ["", "guessed"] {
        let refused = browser
            .send(&file, &[("format", "private-key"), ("current", wrong)])
            .await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            refused.text()
        );
        assert!(
            refused.text().contains("This is not your password."),
            "{}",
            refused.text()
        );
    }
    let key = browser
        .send(&file, &[("format", "private-key"), ("current", PASSWORD)])
        .await;
    assert!(
        key.text().starts_with("-----BEGIN PRIVATE KEY-----"),
        "{}",
        key.text()
    );
    for format in ["pkcs12", "pkcs12-compatible"] {
        let empty = browser
            .send(&file, &[("format", format), ("current", PASSWORD)])
            .await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY, "{format}");
        let given = [
            ("format", format),
            ("current", PASSWORD),
            ("password", "carry it"),
        ];
        let made = browser.send(&file, &given).await;
        assert_eq!(made.status, StatusCode::OK, "{format}: {}", made.text());
    }
    for (path, shown) in [
        ("/services", "shop.example.test"),
        ("/money", "Statement"),
        ("/profile", "Signed-in browsers"),
    ] {
        let page = browser.get(path).await;
        assert!(
            page.status == StatusCode::OK && page.text().contains(shown),
            "{path}: {}",
            page.text()
        );
    }
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_mails_lead_to_a_certificate_as_records_do() {
    let site = Site::new().await;
    let plan = site.world.plan("PositiveSSL").await.to_string();
    let mut browser = site.client().await;
    for method in ["http", "https", "email"] {
        let name = format!("{method}.example.test");
        let page = browser.get("/order").await;
        let page = on(&mut browser, &page, &[("plan", &plan)]).await;
        let page = on(
            &mut browser,
            &page,
            &[("names", &name), ("source", "stored"), ("consent", "on")],
        )
        .await;
        let page = on(&mut browser, &page, &CONTACT).await;
        let approver = (format!("approver.{name}"), format!("admin@{name}"));
        assert!(
            page.text().contains(&approver.1),
            "the CA's addresses are offered: {}",
            page.text()
        );
        let page = on(
            &mut browser,
            &page,
            &[("method", method), (&approver.0, &approver.1)],
        )
        .await;
        let placed = on(&mut browser, &page, &[]).await;
        assert_eq!(
            placed.status,
            StatusCode::SEE_OTHER,
            "{method}: {}",
            placed.text()
        );
        let address = placed.location().to_owned();
        let id = service_of(&address);
        site.world.until_it(id, |view| !view.validations.is_empty()).await;
        let page = browser.get(&address).await.text();
        let shown = if method == "email" {
            "A mail went to admin@email.example.test."
        } else {
            "/.well-known/pki-validation/"
        };
        assert!(page.contains(shown), "{method}: {page}");
        site.world.prove(id).await;
        site.world.until(id, ServiceState::Active).await;
        let chain = browser.get(&format!("{address}/file?format=fullchain")).await;
        assert!(
            chain.text().starts_with("-----BEGIN CERTIFICATE-----"),
            "{method}: {}",
            chain.text()
        );
    }
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_kept_is_shown_once_and_the_same_form_again_makes_nothing_new() {
    let site = Site::new().await;
    let mut browser = site.client().await;
    let summary = to_the_summary(&site, &mut browser, "once.example.test", "not-stored").await;
    let placed = on(&mut browser, &summary, &[]).await;
    assert_eq!(placed.status, StatusCode::OK);
    assert!(placed.text().contains("BEGIN PRIVATE KEY"), "{}", placed.text());
    let again = on(&mut browser, &summary, &[]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text());
    let list = browser.get("/services").await.text();
    assert_eq!(list.matches("once.example.test").count(), 1, "{list}");
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_stands_beside_its_field_and_what_was_typed_stays_on_the_way_back() {
    let site = Site::new().await;
    let plan = site.world.plan("PositiveSSL").await.to_string();
    let mut browser = site.client().await;
    let page = browser.get("/order").await;
    let page = on(&mut browser, &page, &[("plan", &plan), ("years", "1")]).await;
    for (names, source, csr, said) in [
        (
            "no spaces at all here",
            "stored",
            "",
            "internal names get no certificate",
        ),
        (
            "*.example.test",
            "stored",
            "",
            "does not take names with an asterisk",
        ),
        (
            "a.example.test",
            "pasted",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            "This is a private key.",
        ),
        ("a.example.test", "pasted", "", "Paste the request."),
        ("a.example.test", "", "", "Please fill this in."),
    ] {
        let wrong = on(
            &mut browser,
            &page,
            &[
                ("names", names),
                ("source", source),
                ("csr", csr),
                ("consent", "on"),
            ],
        )
        .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{names} {source}");
        assert!(wrong.text().contains(said), "{said}: {}", wrong.text());
        assert_eq!(wrong.form("/order").text("names"), names);
    }
    let contact = on(
        &mut browser,
        &page,
        &[
            ("names", "a.example.test"),
            ("source", "stored"),
            ("consent", "on"),
        ],
    )
    .await;
    let wrong = on(
        &mut browser,
        &contact,
        &[("contact.first_name", "Ada"), ("contact.email", "ada@")],
    )
    .await;
    assert!(
        wrong.text().contains("This is not a mail address."),
        "{}",
        wrong.text()
    );
    let back = browser
        .send_form("/order", &wrong.form("/order").with("go", "back"))
        .await;
    assert_eq!(back.form("/order").text("names"), "a.example.test");
    assert_eq!(back.form("/order").text("contact.first_name"), "Ada");
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_has_changed_meanwhile_is_shown_and_nothing_is_ordered() {
    let site = Site::new().await;
    let mut browser = site.client().await;
    let summary = to_the_summary(&site, &mut browser, "price.example.test", "stored").await;
    let cheaper: Params = summary.form("/order").with("agreed", "0.01").with("go", "on");
    let refused = browser.send_form("/order", &cheaper).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text().contains("The price has changed"),
        "{}",
        refused.text()
    );
    assert!(
        !browser
            .get("/services")
            .await
            .text()
            .contains("price.example.test")
    );
    site.remove().await;
}
