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

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_text_is_tried_saved_and_taken_back() {
    const EDIT: &str = "/admin/mail-texts/order_placed/en";
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let list = browser.get("/admin/mail-texts").await.main();
    assert!(list.contains(EDIT) && !list.contains(": changed"), "{list}");
    for unknown in ["/admin/mail-texts/nothing/en", "/admin/mail-texts/issued/de"] {
        assert_eq!(
            browser.get(unknown).await.status,
            StatusCode::NOT_FOUND,
            "{unknown}"
        );
    }
    let form = browser.get(EDIT).await.form(EDIT);
    let wrong = form.with("text", "One\r\n{{ nobody }}\r\n{{ link }}");
    for path in [EDIT.to_owned(), format!("{EDIT}/preview"), format!("{EDIT}/test")] {
        let refused = browser.send_form(&path, &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        for said in ["This mail has no such name.", "Line 2: ", "nobody"] {
            assert!(refused.main().contains(said), "{said}: {}", refused.main());
        }
    }
    assert_eq!(browser.get(EDIT).await.form(EDIT), form, "nothing was kept");

    let html = "<script>alert(1)</script><p style=\"color:red\">Hi {{ service }} {{ link }}</p>";
    let good = form
        .with("subject", "Thanks for {{ service }}")
        .with("html", html);
    let shown = browser.send_form(&format!("{EDIT}/preview"), &good).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.main());
    assert!(shown.main().contains("Thanks for S-1042"), "{}", shown.main());
    assert!(
        shown
            .header("content-security-policy")
            .contains("frame-src 'self'")
    );
    let page = shown.main();
    let (_, rest) = page.split_once("src=\"/admin/mail-texts/preview/").unwrap();
    let frame = format!("/admin/mail-texts/preview/{}", rest.split_once('"').unwrap().0);
    let framed = browser.get(&frame).await;
    assert!(framed.text().contains("Hi S-1042"), "{}", framed.text());
    let policy = framed.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && policy.ends_with("sandbox"),
        "{policy}"
    );
    assert_eq!(framed.header("x-frame-options"), "SAMEORIGIN");
    let mut other = site.second_administrator().await;
    assert_eq!(other.get(&frame).await.status, StatusCode::NOT_FOUND);

    let refused = browser.send_form(&format!("{EDIT}/test"), &good).await;
    assert!(
        refused.main().contains("No mail server is configured."),
        "{}",
        refused.main()
    );
    let saved = browser.send_form(EDIT, &good).await;
    assert_eq!(saved.location(), EDIT, "{}", saved.main());
    let page = browser.get(EDIT).await;
    assert!(
        page.main().contains("Back to the shipped text"),
        "{}",
        page.main()
    );
    assert_eq!(page.form(EDIT).text("subject"), "Thanks for {{ service }}");
    // Who edits the text of before is told that somebody else changed it.
    let late = browser
        .send_form(EDIT, &form.with("subject", "Late {{ service }}"))
        .await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    let list = browser.get("/admin/mail-texts").await.main();
    assert!(list.contains("Order placed, English: changed"), "{list}");
    let restored = sent(&mut browser, &format!("{EDIT}/restore"), &[("based_on", "1")]).await;
    assert!(restored.contains("The shipped text holds again."), "{restored}");
    assert!(restored.contains(&format!("{EDIT}?from=1")), "{restored}");
    let again = browser.get(&format!("{EDIT}?from=1")).await.form(EDIT);
    assert_eq!(again.text("subject"), "Thanks for {{ service }}");
    site.remove().await;
}
