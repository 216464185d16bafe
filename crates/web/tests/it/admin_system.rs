//! The installation: start page, purchases, scheduled work, settings, zones; without script.

use axum::http::StatusCode;
use tokio_util::sync::CancellationToken;

use crate::browser::{Browser, PASSWORD, Site};

async fn sent(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = browser.send(path, fields).await;
    if answer.status != StatusCode::SEE_OTHER {
        return answer.main();
    }
    let next = answer.location().to_owned();
    browser.get(&next).await.main()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_page_shows_balances_and_what_is_missing() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let page = browser.get("/admin").await.main();
    for said in [
        "€10,000.00",
        "First steps",
        "Create a tariff plan",
        "No open task",
        "<svg viewBox=\"0 0 610 100\"",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("Add a processing module:"), "there is one: {page}");
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn purchases_are_stopped_compared_and_allowed_again() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let page = sent(&mut browser, "/admin/reconciliation/purchases", &[("to", "off")]).await;
    assert!(
        page.contains("All purchases are stopped.") && page.contains("An administrator switched them off."),
        "{page}"
    );
    let start = browser.get("/admin").await.main();
    assert!(start.contains("Purchases are off"), "{start}");
    let compared = sent(&mut browser, "/admin/reconciliation", &[]).await;
    assert!(
        compared.contains("0 listed, 0 unexplained, 0 missing at the CA"),
        "{compared}"
    );
    assert!(
        compared.contains("Purchases are off"),
        "what staff switched off stays off: {compared}"
    );
    let page = sent(&mut browser, "/admin/reconciliation/purchases", &[("to", "on")]).await;
    assert!(
        page.contains("Purchases are allowed again.") && page.contains("Purchases are on"),
        "{page}"
    );
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_the_start_page_says_so_and_mails_wait() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let page = browser.get("/admin").await.main();
    assert!(page.contains("No mail server is configured"), "{page}");
    let page = sent(&mut browser, "/admin/mails/again", &[]).await;
    assert!(page.contains("They are sent again now."), "{page}");
    assert!(page.contains("No mail server is configured"), "{page}");
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scheduled_work_runs_when_it_is_asked_for() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    site.world.engine.periodic().run_due_once().await.unwrap();
    let page = sent(&mut browser, "/admin/periodic/balances/run", &[]).await;
    assert!(page.contains("It runs now."), "{page}");
    site.world.engine.periodic().run_due_once().await.unwrap();
    let page = browser.get("/admin/periodic").await.main();
    assert!(page.contains("1 read, 0 failed"), "{page}");
    let unknown = browser.send("/admin/periodic/nothing/run", &[]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn business_time_is_moved_and_the_page_says_what_that_did() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let page = browser.get("/admin/clock").await;
    assert!(!page.main().contains("Simulated time:"), "{}", page.main());
    let wrong = browser.send("/admin/clock", &[("to", "next year")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.main().contains("such as 2027-03-15."), "{}", wrong.main());
    let back = browser.send("/admin/clock", &[("to", "2020-10-20")]).await;
    assert!(back.main().contains("Time goes forward only."), "{}", back.main());

    let page = sent(&mut browser, "/admin/clock", &[("to", "400d")]).await;
    assert!(page.contains("The move begins in a moment."), "{page}");
    assert!(page.contains("hx-get=\"/admin/clock\""), "{page}");
    let twice = browser.send("/admin/clock", &[("to", "1d")]).await;
    assert!(twice.main().contains("A move is under way."), "{}", twice.main());
    let machine = site.world.engine.time_machine();
    assert!(machine.carry_out(&CancellationToken::new()).await.unwrap());
    let page = browser.get("/admin/clock").await.main();
    for said in [
        "What the last move did",
        "Read the balances at the CAs × ",
        "Simulated time:",
        "Nothing waits for anybody.",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("hx-get=\"/admin/clock\""), "{page}");
    // The session is measured by the machine's clock.
    assert!(browser.get("/admin").await.main().contains("Simulated time:"));

    sent(&mut browser, "/admin/clock", &[("to", "5y")]).await;
    let open = machine.under_way(&site.world.admin).await.unwrap().unwrap();
    let page = sent(&mut browser, &format!("/admin/clock/{}/stop", open.id), &[]).await;
    assert!(page.contains("Business time stays where it is."), "{page}");
    assert!(page.contains("broke off on the way"), "{page}");
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_saved_all_or_none() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let page = browser.get("/admin/settings").await;
    assert!(page.main().contains("pmleadertelecom.* 4"), "{}", page.main());
    let form = page.form("/admin/settings");
    assert_eq!(
        (form.text("large_credit"), form.text("retry_minutes")),
        ("500", "5")
    );
    let wrong = form
        .with("large_credit", "100")
        .with("retry_minutes", "0")
        .with("most_attempts", "x");
    let refused = browser.send_form("/admin/settings", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.get("/admin/settings").await.form("/admin/settings"), form);
    let wrong = form.with("large_credit", "100").with("retry_minutes", "0");
    let refused = browser.send_form("/admin/settings", &wrong).await;
    assert!(
        refused.main().contains("This is too small or too large."),
        "{}",
        refused.main()
    );
    assert_eq!(browser.get("/admin/settings").await.form("/admin/settings"), form);
    let changed = form.with("large_credit", "99,90").without(&["registration_open"]);
    let saved = browser.send_form("/admin/settings", &changed).await;
    assert_eq!(saved.location(), "/admin/settings", "{}", saved.main());
    let shown = browser.get("/admin/settings").await.form("/admin/settings");
    assert_eq!(
        (shown.text("large_credit"), shown.is_on("registration_open")),
        ("99.9", false)
    );
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_is_tried_before_it_is_connected_and_its_secret_is_never_shown() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let server = site.world.surroundings.dns.address().to_string();
    let secret = "bm90IHRoZSByaWdodCBzZWNyZXQ=";
    let typed = [
        ("name", "example.test"),
        ("server", server.as_str()),
        ("key_name", "other-key"),
        ("secret", secret),
    ];
    let refused = browser.send("/admin/zones", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.main().contains("a record could not be published") && !refused.main().contains(secret),
        "{}",
        refused.main()
    );
    let wrong = [
        ("name", "*.example.test"),
        ("server", "here"),
        ("key_name", "k"),
        ("secret", "?"),
        ("account", "A-9"),
    ];
    let refused = browser.send("/admin/zones", &wrong).await;
    assert!(refused.main().contains("class=\"error\""), "{}", refused.main());
    site.world.connect_zone().await;
    let page = browser.get("/admin/zones").await.main();
    assert!(page.contains("Every name") && page.contains("Good"), "{page}");
    let (_, rest) = page.split_once("action=\"/admin/zones/").unwrap();
    let path = format!("/admin/zones/{}", rest.split_once('"').unwrap().0);
    let removed = sent(&mut browser, &path, &[]).await;
    assert!(
        removed.contains("The zone was disconnected.") && removed.contains("No zone is connected"),
        "{removed}"
    );
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_change_their_name_their_language_and_their_password() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let empty = browser
        .send("/admin/profile", &[("name", ""), ("language", "en")])
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = [("current", "guessed"), ("password", "four other plain words")];
    let refused = browser.send("/admin/profile/password", &wrong).await;
    assert!(
        refused.main().contains("This is not your password."),
        "{}",
        refused.main()
    );
    let right = [("current", PASSWORD), ("password", "four other plain words")];
    let changed = sent(&mut browser, "/admin/profile/password", &right).await;
    assert!(changed.contains("Signed-in browsers"), "{changed}");
    let russian = sent(
        &mut browser,
        "/admin/profile",
        &[("name", "Anna"), ("language", "ru")],
    )
    .await;
    assert!(
        russian.contains("value=\"Anna\"") && russian.contains("Администратор"),
        "{russian}"
    );
    site.remove().await;
}
