//! Having a certificate issued again, as a client and as staff, without script.

use axum::http::StatusCode;
use domain::{
    id::ServiceId,
    product::ValidationMethod,
    state::{OperationKind, OperationState, ServiceState},
};
use testkit::TestWorld;

use crate::browser::Site;

async fn issued(site: &Site, product: &str, names: &[&str]) -> ServiceId {
    let world = &site.world;
    world.connect_zone().await;
    let plan = world.plan(product).await;
    let placed = world
        .place(TestWorld::order(plan, names, ValidationMethod::Dns))
        .await;
    world.until(placed.service, ServiceState::Active).await;
    let is_done = |state| state == OperationState::Done;
    world
        .until_it(placed.service, |view| is_done(view.operations[0].state))
        .await;
    placed.service
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_lost_the_key_gets_another_and_sees_it_once() {
    let site = Site::new().await;
    let service = issued(&site, "PositiveSSL", &["lost.example.test"]).await;
    let mut browser = site.client().await;
    let address = format!("/services/{service}");
    let page = browser.get(&address).await.text();
    assert!(page.contains(&format!("{address}/reissue")), "{page}");
    let target = format!("{address}/reissue");
    let page = browser.get(&target).await;
    assert!(page.text().contains("Reissue the certificate"), "{}", page.text());

    let form = page
        .form(&target)
        .with("source", "pasted")
        .with("csr", "nonsense");
    let refused = browser.send_form(&target, &form).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.text()
    );
    assert_eq!(
        site.world.view(service).await.operations.len(),
        1,
        "nothing began"
    );

    let form = page
        .form(&target)
        .with("cause", "key_lost")
        .with("source", "not-stored")
        .with("key", "p384");
    let shown = browser.send_form(&target, &form).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    assert!(shown.text().contains("BEGIN PRIVATE KEY"), "{}", shown.text());
    let view = site
        .world
        .until_it(service, |view| view.certificates.len() == 2)
        .await;
    assert_eq!(view.operations[0].kind, OperationKind::Reissue);
    assert_eq!(site.world.simulator.purchases().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn further_names_show_their_price_first_and_staff_finish_what_the_ca_cannot_do_by_itself() {
    let site = Site::new().await;
    let names = ["a.example.test", "b.example.test", "c.example.test"];
    let service = issued(&site, "PositiveSSL Multi-Domain", &names).await;
    let mut browser = site.client().await;
    let target = format!("/services/{service}/reissue");
    let page = browser.get(&target).await;
    let more = "a.example.test\nb.example.test\nd.example.test\ne.example.test\nf.example.test";
    let form = page.form(&target).with("cause", "names").with("names", more);
    let asked = browser.send_form(&target, &form).await;
    let text = asked.text();
    assert!(
        text.contains("d.example.test, e.example.test, f.example.test"),
        "{text}"
    );
    assert!(text.contains("c.example.test. The CA may revoke"), "{text}");
    assert!(text.contains("Agree and reissue"), "{text}");
    assert_eq!(
        site.world.view(service).await.operations.len(),
        1,
        "nothing began"
    );

    let begun = browser.send_form(&target, &asked.form(&target)).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text());
    let view = site
        .world
        .until_it(service, |view| view.operations[0].state == OperationState::Manual)
        .await;
    assert_eq!(view.line.names, 3, "the names change with the certificate");
    let mut staff = site.administrator().await;
    let page = staff.get(&format!("/admin/services/{service}")).await.text();
    assert!(
        page.contains(&format!("/admin/services/{service}/finish")),
        "{page}"
    );
}
