//! Tariff plans: made from a product, priced, served by modules in an order; without script.

use axum::http::StatusCode;
use engine::catalogue::ProductQuery;

use crate::browser::{Browser, Site};

async fn sent(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = browser.send(path, fields).await;
    if answer.status != StatusCode::SEE_OTHER {
        return answer.main();
    }
    let next = answer.location().to_owned();
    browser.get(&next).await.main()
}

/// The id of a product at the world's module.
async fn product(site: &Site, name: &str) -> String {
    let query = ProductQuery {
        module: Some(site.world.module),
        search: Some(name.to_owned()),
        with_removed: false,
    };
    let found = site
        .world
        .engine
        .catalogue()
        .products(&site.world.admin, query)
        .await
        .unwrap();
    found.first().unwrap().id.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_made_of_a_product_priced_by_hand_and_by_its_margin_rule() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    assert!(
        browser
            .get("/admin/tariffs")
            .await
            .main()
            .contains("No tariff plan yet")
    );
    let product = product(&site, "PositiveSSL").await;
    let wrong = sent(
        &mut browser,
        "/admin/tariffs/new",
        &[("product", ""), ("sort", "x"), ("margin_percent", "much")],
    )
    .await;
    assert_eq!(wrong.matches("class=\"error\"").count(), 3, "{wrong}");
    let made = [
        ("product", product.as_str()),
        ("name", "Quick <SSL>"),
        ("sort", "3"),
        ("margin_percent", "50"),
        ("margin_round_up_to", "1"),
        ("is_active", "on"),
    ];
    let answer = browser.send("/admin/tariffs/new", &made).await;
    let base = answer.location().to_owned();
    let page = browser.get(&base).await.main();
    assert!(
        page.contains("Quick &lt;SSL&gt;") && page.contains("The CA’s price plus 50 %, rounded up to 1"),
        "{page}"
    );

    let prices = format!("{base}/prices");
    for (fields, said) in [
        (
            vec![("years", "1"), ("currency", "EUR"), ("period", "")],
            "Please fill this in.",
        ),
        (
            vec![("years", "1"), ("currency", "EUR"), ("period", "-1")],
            "This is not a possible amount.",
        ),
        (
            vec![("years", "1"), ("currency", "E"), ("period", "1")],
            "Please choose one of the list.",
        ),
        (
            vec![
                ("years", "1"),
                ("currency", "EUR"),
                ("period", "1"),
                ("valid_from", "2001-01-01"),
            ],
            "This lies in the past.",
        ),
    ] {
        let answer = browser.send(&prices, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(answer.main().contains(said), "{fields:?}: {}", answer.main());
    }
    let cheap = sent(
        &mut browser,
        &prices,
        &[("years", "1"), ("currency", "eur"), ("period", "1,50")],
    )
    .await;
    assert!(
        cheap.contains("The price was set.") && cheap.contains("€1.50") && cheap.contains("below cost"),
        "{cheap}"
    );
    let set = sent(&mut browser, &format!("{prices}/margin"), &[("currency", "EUR")]).await;
    assert!(
        set.contains("prices were set by the rule.") && !set.contains("below cost"),
        "{set}"
    );
    let no_rate = browser
        .send(&format!("{prices}/margin"), &[("currency", "USD")])
        .await;
    assert_eq!(no_rate.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        no_rate.main().contains("no exchange rate is known"),
        "{}",
        no_rate.main()
    );
    let withdrawn = sent(
        &mut browser,
        &format!("{prices}/withdraw"),
        &[("years", "1"), ("currency", "EUR")],
    )
    .await;
    assert!(
        withdrawn.contains("The price was withdrawn.") && withdrawn.contains(": withdrawn"),
        "{withdrawn}"
    );

    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_changed_and_a_change_by_somebody_else_meanwhile_is_not_overwritten() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let product = product(&site, "PositiveSSL").await;
    let made = [
        ("product", product.as_str()),
        ("name", "Quick <SSL>"),
        ("sort", "3"),
        ("is_active", "on"),
    ];
    let base = browser
        .send("/admin/tariffs/new", &made)
        .await
        .location()
        .to_owned();
    let edit = format!("{base}/edit");
    let form = browser.get(&edit).await.form(&edit);
    assert_eq!(form.text("name"), "Quick <SSL>");
    let none = browser.send_form(&edit, &form.without(&["methods"])).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let saved = browser
        .send_form(&edit, &form.with("name", "Quick SSL").without(&["is_active"]))
        .await;
    assert_eq!(saved.location(), base, "{}", saved.main());
    let list = browser.get("/admin/tariffs?state=off&q=quick").await.main();
    assert!(list.contains("Quick SSL"), "{list}");
    assert!(
        browser
            .get("/admin/tariffs?state=on")
            .await
            .main()
            .contains("Nothing matches")
    );
    let stale = browser.send_form(&edit, &form).await;
    assert!(
        stale.main().contains("Somebody else changed this meanwhile."),
        "{}",
        stale.main()
    );
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn modules_are_connected_ordered_and_disconnected() {
    let site = Site::new().await;
    let second = site.world.connect("Second account", 20).await;
    let plan = site.world.plan("PositiveSSL").await;
    let mut browser = site.administrator().await;
    let base = format!("/admin/tariffs/{plan}");
    let page = browser.get(&base).await.main();
    let (_, select) = page
        .split_once("id=\"connect\"")
        .unwrap_or_else(|| panic!("{page}"));
    let (_, option) = select.split_once("value=\"").unwrap();
    let product = option.split_once('"').unwrap().0.to_owned();
    let page = sent(&mut browser, &format!("{base}/modules"), &[("product", &product)]).await;
    let before =
        |page: &str| page.find(">LeaderTelecom</a>").unwrap() < page.find(">Second account</a>").unwrap();
    assert!(
        page.contains("The module was connected.") && before(&page),
        "{page}"
    );
    let second = second.to_string();
    let page = sent(
        &mut browser,
        &format!("{base}/modules/move"),
        &[("module", &second), ("to", "up")],
    )
    .await;
    assert!(!before(&page) && page.contains("sort again"), "{page}");
    let page = sent(&mut browser, &format!("{base}/modules/unordered"), &[]).await;
    assert!(before(&page) && !page.contains("sort again"), "{page}");
    let page = browser.get(&format!("/admin/modules/{second}")).await.main();
    assert!(page.contains("2 of 2"), "{page}");
    let page = sent(
        &mut browser,
        &format!("{base}/modules/disconnect"),
        &[("module", &second)],
    )
    .await;
    assert!(
        page.contains("The modules of the plan were changed.") && page.contains("Off"),
        "{page}"
    );
    let gone = browser
        .send(
            &format!("{base}/modules/move"),
            &[("module", &second), ("to", "up")],
        )
        .await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    site.remove().await;
}
