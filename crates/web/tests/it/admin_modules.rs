//! Processing modules: the wizard, a module's page, its settings, its catalogue; without script.

use axum::http::StatusCode;

use crate::browser::{Answer, Browser, PASSWORD, Site};

const SECRET: &str = "correct-horse";

/// Sends the form of the step with what is typed, and shows the page that it leads to.
async fn on(browser: &mut Browser, page: &Answer, action: &str, typed: &[(&str, &str)]) -> Answer {
    let mut form = page.form(action);
    for (name, value) in typed {
        form = form.with(name, *value);
    }
    let answer = browser.send_form(action, &form).await;
    follow(browser, answer).await
}

async fn follow(browser: &mut Browser, answer: Answer) -> Answer {
    if answer.status != StatusCode::SEE_OTHER {
        return answer;
    }
    let mut next = browser.get(answer.location()).await;
    next.headers.insert("x-path", answer.headers["location"].clone());
    next
}

/// The address that the last redirect led to.
fn path(page: &Answer) -> String {
    page.headers["x-path"].to_str().unwrap().to_owned()
}

async fn to_the_settings(browser: &mut Browser) -> Answer {
    let page = browser.get("/admin/modules/new").await;
    let page = on(browser, &page, "/admin/modules/new", &[]).await;
    assert!(page.main().contains("LeaderTelecom"), "{}", page.main());
    let address = path(&page);
    let page = on(
        browser,
        &page,
        &address,
        &[("connector", "leadertelecom"), ("go", "on")],
    )
    .await;
    assert!(path(&page).ends_with("/settings"), "{}", page.main());
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wizard_keeps_what_was_typed_checks_the_connection_and_saves_the_module() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let url = site.world.simulator.api_url();
    let page = to_the_settings(&mut browser).await;
    let settings = path(&page);
    let missing = on(&mut browser, &page, &settings, &[("go", "on")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        missing.main().contains("Please fill this in."),
        "{}",
        missing.main()
    );
    let typed = [
        ("username", "reseller@example.org"),
        ("password", SECRET),
        ("url", &url),
        ("go", "on"),
    ];
    let page = on(&mut browser, &page, &settings, &typed).await;
    let parameters = path(&page);
    assert!(parameters.ends_with("/parameters"), "{}", page.main());

    // Back: what was typed is there, the secret is kept and not shown, and need not be typed again.
    let page = on(
        &mut browser,
        &page,
        &parameters,
        &[("name", "Second account"), ("go", "back")],
    )
    .await;
    assert_eq!(path(&page), settings);
    assert_eq!(page.form(&settings).text("username"), "reseller@example.org");
    assert!(
        !page.main().contains(SECRET) && page.main().contains("leave empty to keep"),
        "{}",
        page.main()
    );
    let page = on(&mut browser, &page, &settings, &[("go", "on")]).await;
    assert_eq!(page.form(&parameters).text("name"), "Second account");
    let wrong = [("sort", "x"), ("minimal_balance", "much"), ("go", "on")];
    let refused = on(&mut browser, &page, &parameters, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refused.main().matches("class=\"error\"").count(),
        2,
        "{}",
        refused.main()
    );
    let typed = [
        ("sort", "5"),
        ("minimal_balance", "100,50"),
        ("blocks_below_minimum", "on"),
        ("go", "on"),
    ];
    let page = on(&mut browser, &page, &parameters, &typed).await;
    let check = path(&page);
    assert!(check.ends_with("/check"), "{}", page.main());
    let page = browser.get(&format!("{check}?wait=yes")).await;
    assert!(page.main().contains("The connection works."), "{}", page.main());
    assert!(!page.main().contains(SECRET));
    let saved = browser.send(&check, &[("go", "save")]).await;
    let saved = follow(&mut browser, saved).await;
    let text = saved.main();
    assert!(
        text.contains("Second account")
            && text.contains("was added")
            && text.contains("€10,000.00")
            && text.contains("€100.50"),
        "{text}"
    );
    assert!(!text.contains(SECRET), "{text}");
    let gone = browser.get(&settings).await;
    assert_eq!(gone.location(), "/admin/modules/new");
    let list = browser.get("/admin/modules?sort=-name").await.main();
    assert!(
        list.find("Second account").unwrap() < list.find(">LeaderTelecom</a>").unwrap(),
        "{list}"
    );
    let found = browser.get("/admin/modules?q=second&state=on").await.main();
    assert!(
        found.contains("Second account") && !found.contains(">LeaderTelecom</a>"),
        "{found}"
    );
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_does_not_work_is_explained_and_may_be_saved_switched_off() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let url = site.world.simulator.api_url();
    let page = to_the_settings(&mut browser).await;
    let settings = path(&page);
    let typed = [
        ("username", "reseller@example.org"),
        ("password", "guessed"),
        ("url", &url),
        ("go", "on"),
    ];
    let page = on(&mut browser, &page, &settings, &typed).await;
    let parameters = path(&page);
    let page = on(
        &mut browser,
        &page,
        &parameters,
        &[("name", "Broken one"), ("go", "on")],
    )
    .await;
    let check = path(&page);
    let page = browser.get(&format!("{check}?wait=yes")).await.main();
    for said in [
        "Cannot connect to the processing module",
        "The user name or the password was refused.",
        "Use an account without a second factor for the API.",
        "Save switched off",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let refused = browser.send(&check, &[("go", "save")]).await;
    assert_eq!(refused.location(), check);
    let saved = browser.send(&check, &[("go", "save-off")]).await;
    let saved = follow(&mut browser, saved).await.main();
    assert!(
        saved.contains("was saved switched off") && saved.contains("Broken"),
        "{saved}"
    );
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modules_page_checks_imports_switches_and_logs() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let base = format!("/admin/modules/{}", site.world.module);
    site.world.plan("PositiveSSL").await;
    for (what, fields, said) in [
        ("check", vec![], "The connection works."),
        ("balance", vec![], "The balance was read."),
        (
            "switch",
            vec![("to", "off")],
            "The processing module is switched off.",
        ),
        (
            "switch",
            vec![("to", "on")],
            "The processing module is switched on.",
        ),
        (
            "purchases",
            vec![("to", "off")],
            "Purchases through this module are stopped.",
        ),
        (
            "purchases",
            vec![("to", "on")],
            "Purchases through this module are allowed.",
        ),
        ("log", vec![("level", "9")], "pmleadertelecom.* 9"),
    ] {
        let answer = browser.send(&format!("{base}/{what}"), &fields).await;
        assert_eq!(answer.location(), base, "{what}: {}", answer.main());
        let page = browser.get(&base).await.main();
        assert!(page.contains(said), "{what}: {page}");
    }
    let wrong = browser.send(&format!("{base}/log"), &[("level", "10")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = browser.get(&base).await.main();
    assert!(page.contains("PositiveSSL") && page.contains("1 of 1"), "{page}");

    let begun = browser.send(&format!("{base}/import"), &[]).await;
    assert_eq!(begun.location(), format!("{base}/import"));
    let done = browser.get(&format!("{base}/import?wait=yes")).await.main();
    assert!(done.contains("0 new, 0 gone, 0 with another price"), "{done}");
    let catalogue = browser.get(&format!("{base}/catalogue?q=positive")).await.main();
    let (catalogue, _) = catalogue.split_once("id=\"imports\"").unwrap();
    assert!(
        catalogue.contains("PositiveSSL") && !catalogue.contains("RapidSSL"),
        "{catalogue}"
    );
    let none = browser
        .get(&format!("{base}/catalogue?q=nothing-like-it"))
        .await
        .main();
    assert!(none.contains("No product matches"), "{none}");
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_settings_need_the_password_again_and_what_was_typed_waits() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let base = format!("/admin/modules/{}", site.world.module);
    let edit = format!("{base}/edit");
    let page = browser.get(&edit).await;
    assert!(!page.main().contains(SECRET), "{}", page.main());
    let plain = on(
        &mut browser,
        &page,
        &edit,
        &[("name", "Renamed"), ("order_ceiling", "250")],
    )
    .await;
    assert!(
        plain.main().contains("The processing module was saved.") && plain.main().contains("€250.00"),
        "{}",
        plain.main()
    );

    site.let_confirmations_lapse().await;
    let page = browser.get(&edit).await;
    let answer = browser
        .send_form(
            &edit,
            &page
                .form(&edit)
                .with("password", "another one")
                .with("sort", "42"),
        )
        .await;
    let asked = answer.location().to_owned();
    assert!(asked.starts_with("/confirm-password?next="), "{asked}");
    let again = browser.get(&asked).await;
    let form = again.form("/confirm-password").with("password", PASSWORD);
    let back = browser.send_form("/confirm-password", &form).await;
    let page = follow(&mut browser, back).await;
    assert_eq!(page.form(&edit).text("sort"), "42", "{}", page.main());
    let broken = on(&mut browser, &page, &edit, &[("go", "save")]).await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        broken.main().contains("Nothing was saved, because") && broken.main().contains("Cannot connect"),
        "{}",
        broken.main()
    );
    assert!(!broken.main().contains("another one"));
    let saved = on(
        &mut browser,
        &broken,
        &edit,
        &[("password", SECRET), ("go", "save")],
    )
    .await;
    assert!(
        saved.main().contains("The processing module was saved."),
        "{}",
        saved.main()
    );
    let stale = browser.send_form(&edit, &page.form(&edit)).await;
    assert_eq!(
        stale.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        stale.location()
    );
    assert!(
        stale.main().contains("Somebody else changed this meanwhile."),
        "{}",
        stale.main()
    );
    site.remove().await;
}
