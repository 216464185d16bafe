//! Who gets in where: every route is tried, so none can be added without being tried.

use axum::http::{Method, StatusCode};
use certbroker_web::{routes::Audience, site};

use crate::browser::{Browser, Site};

#[tokio::test(flavor = "multi_thread")]
async fn every_page_that_is_not_for_everybody_asks_a_guest_to_sign_in() {
    let site = Site::new().await;
    let mut guest = site.browser();
    for route in site::routes().list() {
        let answer = try_it(&mut guest, &route.method, route.path).await;
        if route.audience == Audience::Everybody {
            assert!(
                answer.0 != StatusCode::NOT_FOUND || route.path.contains('{'),
                "{route:?}"
            );
        } else {
            assert_eq!(answer.0, StatusCode::SEE_OTHER, "{route:?}");
            assert!(answer.1.starts_with("/sign-in"), "{route:?} led to {}", answer.1);
        }
    }
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_nobody_or_to_somebody_else_does_not_exist_for_a_client() {
    let site = Site::new().await;
    let mut client = site.client().await;
    for route in site::routes().list() {
        let is_of_one = route.path.contains('{') && route.audience != Audience::Everybody;
        if is_of_one || matches!(route.audience, Audience::Staff | Audience::Administrator) {
            let (status, _) = try_it(&mut client, &route.method, route.path).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{route:?}");
        }
    }
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_administrators_is_refused_to_other_staff_and_lists_are_shown_to_both() {
    let site = Site::new().await;
    let mut staff = site.staff().await;
    let mut administrator = site.administrator().await;
    for route in site::routes().list() {
        let is_list = route.method == Method::GET && !route.path.contains('{');
        match route.audience {
            Audience::Administrator => {
                let (status, _) = try_it(&mut staff, &route.method, route.path).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{route:?}");
            }
            Audience::Staff if is_list => {
                let (status, _) = try_it(&mut staff, &route.method, route.path).await;
                assert_eq!(status, StatusCode::OK, "{route:?}");
            }
            Audience::Staff | Audience::Client | Audience::Everybody => {}
        }
        if is_list && matches!(route.audience, Audience::Staff | Audience::Administrator) {
            let (status, _) = try_it(&mut administrator, &route.method, route.path).await;
            assert_eq!(status, StatusCode::OK, "{route:?}");
        }
    }
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_in_words_and_a_foreign_site_is_not_followed() {
    let site = Site::new().await;
    let mut guest = site.browser();
    let wrong = guest
        .send(
            "/sign-in",
            &[
                ("email", "owner@client.example"),
                ("password", "guessed"),
                ("next", "/money"),
            ],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text().contains("E-mail or password is not right."),
        "{}",
        wrong.text()
    );
    assert_eq!(wrong.form("/sign-in").text("next"), "/money");
    let elsewhere = [
        ("email", crate::browser::CLIENT),
        ("password", crate::browser::PASSWORD),
        ("next", "//elsewhere.example/"),
    ];
    assert_eq!(guest.send("/sign-in", &elsewhere).await.location(), "/");
    site.remove().await;
}

async fn try_it(browser: &mut Browser, method: &Method, path: &str) -> (StatusCode, String) {
    let path = path
        .replace("{id}", "svc_00000000000070008000000000000009")
        .replace("{token}", "x");
    let answer = match *method {
        Method::GET => browser.get(&path).await,
        _ => browser.send(&path, &[]).await,
    };
    (answer.status, answer.location().to_owned())
}
