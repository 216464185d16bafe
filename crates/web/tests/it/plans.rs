//! What comes until the paid term ends, another method for it, the dated rules, and lists as files; without script.

use axum::http::StatusCode;
use domain::{
    product::ValidationMethod::{Dns, Http},
    state::ServiceState,
};
use testkit::TestWorld;

use crate::browser::Site;

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_shown_another_method_is_set_and_the_list_is_a_file() {
    let site = Site::new().await;
    site.world.connect_zone().await;
    let plan = site.world.plan("PositiveSSL").await;
    let order = TestWorld::order(plan, &["shop.example.test"], Dns);
    let service = site.world.place(order).await.service;
    let issued = site.world.until(service, ServiceState::Active).await;
    let end_date = issued.line.dates.end_date.unwrap();

    let mut client = site.client().await;
    let address = format!("/services/{service}");
    let page = client.get(&address).await.main();
    for wanted in ["Until the paid term ends", "Runs by itself", "<svg viewBox"] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    let form = client.get(&format!("{address}/method")).await;
    assert_eq!(form.status, StatusCode::OK);
    let wrong = client
        .send(&format!("{address}/method"), &[("method", "pigeon")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let set = client
        .send(&format!("{address}/method"), &[("method", "http")])
        .await;
    assert_eq!(set.location(), address);
    let page = client.get(&address).await.main();
    assert!(page.contains("Prove control of shop.example.test"), "{page}");
    let plan = site.world.view(service).await.plan.unwrap();
    assert_eq!(plan.names[0].method, Http);

    let file = client.get("/services/export").await;
    assert_eq!(file.status, StatusCode::OK);
    let text = file.text();
    let wanted = "\"shop.example.test\",\"1\",\"PositiveSSL\",\"Active\"";
    assert!(
        text.contains(wanted) && text.contains(&format!("\"{end_date}\"")),
        "{text}"
    );
    assert!(
        client
            .get("/methods-ending")
            .await
            .main()
            .contains("Nothing depends")
    );

    let mut admin = site.administrator().await;
    let file = admin.get("/admin/services/export?q=shop").await.text();
    assert!(
        file.contains("\"LeaderTelecom\"") && file.lines().count() == 2,
        "{file}"
    );
    let none = admin.get("/admin/services/export?q=nothing").await.text();
    assert_eq!(none.lines().count(), 1, "{none}");
    let rules = admin.get("/admin/rules").await.main();
    assert!(
        rules.contains("What changes next") && rules.contains("built into the program"),
        "{rules}"
    );
    site.remove().await;
}
