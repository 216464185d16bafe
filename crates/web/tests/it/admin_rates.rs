//! Taxes and exchange rates: entered, refused in words, listed with what holds, removed before their day; without script.

use axum::http::StatusCode;
use domain::Clock as _;
use jiff::{ToSpan as _, tz::TimeZone};

use crate::browser::{Browser, Site};

const TAXES: &str = "/admin/rates";
const EXCHANGE: &str = "/admin/rates/exchange";

async fn sent(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = browser.send(path, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.main());
    let next = answer.location().to_owned();
    browser.get(&next).await.main()
}

async fn refused(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = browser.send(path, fields).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        answer.main()
    );
    answer.main()
}

fn tax<'a>(percent: &'a str, day: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("country", "DE"),
        ("kind", "company"),
        ("percent", percent),
        ("valid_from", day),
    ]
}

fn rate<'a>(to: &'a str, rate: &'a str, source: &'a str, day: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("from", "usd"),
        ("to", to),
        ("rate", rate),
        ("source", source),
        ("valid_on", day),
    ]
}

/// Where the first rate that can be removed is removed.
fn removal(page: &str, path: &str) -> String {
    let start = format!("action=\"{path}/");
    let (_, rest) = page.split_once(&start).unwrap();
    format!("{path}/{}", rest.split_once('"').unwrap().0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tax_rate_is_entered_and_removed_until_its_day_comes() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let page = browser.get(TAXES).await;
    assert!(
        page.main().contains("No tax rate was entered: 0% holds"),
        "{}",
        page.main()
    );
    let today = site.world.engine.clock().today(&TimeZone::UTC);
    let form = page.form(TAXES);
    assert_eq!(form.text("valid_from"), today.to_string());

    let wrong = [
        ("country", "Germany"),
        ("kind", "club"),
        ("percent", "much"),
        ("valid_from", ""),
    ];
    let said = refused(&mut browser, TAXES, &wrong).await;
    assert_eq!(said.matches("class=\"error\"").count(), 4, "{said}");
    assert!(
        said.contains("Please enter a number such as 21 or 8.5."),
        "{said}"
    );
    assert!(
        said.contains("No tax rate was entered"),
        "nothing was added: {said}"
    );
    let day = today.to_string();
    let said = refused(&mut browser, TAXES, &tax("101", &day)).await;
    assert!(said.contains("This is too small or too large."), "{said}");

    let page = sent(&mut browser, TAXES, &tax("8,5", &day)).await;
    for said in [
        "The tax rate was added.",
        "Germany",
        "Companies",
        "8.5%",
        "Holds today",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let said = refused(&mut browser, TAXES, &tax("9", &day)).await;
    assert!(said.contains("There is a rate from "), "{said}");
    assert!(!page.contains("/remove\""), "what holds stays: {page}");

    let later = today.checked_add(40.days()).unwrap().to_string();
    let page = sent(&mut browser, TAXES, &tax("9", &later)).await;
    assert!(page.contains("To come") && page.contains("9%"), "{page}");
    let path = removal(&page, TAXES);
    let mut staff = site.staff().await;
    assert_eq!(staff.send(&path, &[]).await.status, StatusCode::FORBIDDEN);
    assert!(staff.get(TAXES).await.main().contains("To come"));
    let page = sent(&mut browser, &path, &[]).await;
    assert!(
        page.contains("The tax rate was removed.") && !page.contains("To come"),
        "{page}"
    );
    assert_eq!(browser.send(&path, &[]).await.status, StatusCode::NOT_FOUND);

    let page = sent(&mut browser, TAXES, &tax("9", &later)).await;
    let path = removal(&page, TAXES);
    site.world.advance_to(today.checked_add(40.days()).unwrap());
    let page = sent(&mut browser, &path, &[]).await;
    assert!(page.contains("what was in force stays"), "{page}");
    assert!(page.contains("9%") && page.contains("Past"), "{page}");
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_rate_is_entered_paged_and_removed_until_its_day_comes() {
    let site = Site::new().await;
    let mut browser = site.administrator().await;
    let page = browser.get(EXCHANGE).await.main();
    assert!(page.contains("No exchange rate was entered"), "{page}");
    let today = site.world.engine.clock().today(&TimeZone::UTC);
    let day = today.to_string();
    let said = refused(&mut browser, EXCHANGE, &rate("dollars", "", "", "soon")).await;
    assert_eq!(said.matches("class=\"error\"").count(), 4, "{said}");
    for told in ["Please enter a currency of three letters", "Please enter a day."] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let said = refused(&mut browser, EXCHANGE, &rate("USD", "-1", "ECB", &day)).await;
    assert!(said.contains("Choose another currency than the first."), "{said}");
    for back in 0..51 {
        let day = today.checked_sub(back.days()).unwrap().to_string();
        let page = sent(&mut browser, EXCHANGE, &rate("EUR", "0,9200", "ECB", &day)).await;
        assert!(page.contains("The exchange rate was added."), "{page}");
    }
    let said = refused(&mut browser, EXCHANGE, &rate("EUR", "1", "ECB", &day)).await;
    assert!(said.contains("There is a rate from "), "{said}");
    let page = browser.get(EXCHANGE).await.main();
    assert!(page.contains("USD → EUR") && page.contains("0.92"), "{page}");
    assert_eq!(page.matches("Holds today").count(), 1, "{page}");
    assert_eq!(page.matches(">Past<").count(), 49, "{page}");
    assert!(page.contains("href=\"/admin/rates/exchange?after=50\""), "{page}");
    let next = browser.get("/admin/rates/exchange?after=50").await.main();
    assert_eq!(next.matches(">Past<").count(), 1, "{next}");

    let later = today.checked_add(1.days()).unwrap();
    let page = sent(
        &mut browser,
        EXCHANGE,
        &rate("EUR", "0.93", "ECB", &later.to_string()),
    )
    .await;
    let path = removal(&page, EXCHANGE);
    let page = sent(&mut browser, &path, &[]).await;
    assert!(page.contains("The exchange rate was removed."), "{page}");
    let page = sent(
        &mut browser,
        EXCHANGE,
        &rate("EUR", "0.93", "ECB", &later.to_string()),
    )
    .await;
    let path = removal(&page, EXCHANGE);
    site.world.advance_to(later);
    let page = sent(&mut browser, &path, &[]).await;
    assert!(page.contains("what was in force stays"), "{page}");
    site.remove().await;
}
