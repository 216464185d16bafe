//! What is sold, what is refused, and what either costs.

use domain::{Currency, Money};
use serde_json::{Value, json};

use crate::harness::{World, csr, item, with};

/// A CSR that is unfit for a certificate, made by others' tools.
macro_rules! bad_csr {
    ($name:literal) => {
        include_str!(concat!("../../../../crates/pki/tests/fixtures/bad/", $name))
    };
}

fn organisation() -> Value {
    json!({ "organization_name": "Simulated Example BV", "country_name": "NL", "city_name": "Utrecht" })
}

async fn place(world: &World, item: Value) -> crate::harness::Answered {
    world.post("order", json!({ "order": { "items": [item] } })).await
}

#[tokio::test]
async fn what_is_charged_is_what_the_catalogue_says() {
    let world = World::off().await;
    let products = world.get("products", json!({ "ssl": 1 })).await.ok();
    let products = products.as_array().unwrap();
    assert!(products.len() >= 25, "{}", products.len());
    let product = |id: i64| products.iter().find(|product| product["id"] == id).unwrap();
    assert_eq!(product(296)["price"], "8.40");
    assert_eq!(product(296)["certificate_type"], "standart");

    let price_of = |id: i64, days: u32| -> Money {
        let prices = product(id)["prices"].as_array().unwrap();
        let of_days = prices.iter().find(|price| price["days"] == days).unwrap();
        Money::parse(of_days["price"].as_str().unwrap(), Currency::EUR).unwrap()
    };
    let single = place(&world, with(item("shop.test"), json!({ "days": 730 })))
        .await
        .ok();
    assert_eq!(single["sum"], format!("{:.2}", price_of(296, 730).amount()));

    // Three names are included; two more and a wildcard are paid for.
    let extra = product(311)["domain_prices"].as_array().unwrap();
    let unit = |is_wildcard: bool| -> Money {
        let row = extra
            .iter()
            .find(|row| row["is_wildcard"] == is_wildcard)
            .unwrap();
        Money::parse(row["price"].as_str().unwrap(), Currency::EUR).unwrap()
    };
    let many = with(
        item("a.test"),
        json!({ "nomenclature_id": 311, "additional_domains": "b.test,c.test,d.test,e.test,*.f.test" }),
    );
    let wanted = price_of(311, 365)
        .plus(unit(false).times(2_u32.into()).unwrap())
        .unwrap()
        .plus(unit(true))
        .unwrap();
    assert_eq!(
        place(&world, many).await.ok()["sum"],
        format!("{:.2}", wanted.amount())
    );

    let spent = world
        .simulator
        .purchases()
        .iter()
        .fold(Money::zero(Currency::EUR), |sum, charge| {
            sum.plus(charge.amount).unwrap()
        });
    let opening = Money::from_minor(100_000, Currency::EUR);
    assert_eq!(world.simulator.balance(), opening.minus(spent).unwrap());
}

#[tokio::test]
async fn an_order_may_come_by_query_form_or_json_with_its_items_in_any_form() {
    let world = World::off().await;
    let url = format!("{}/order", world.simulator.api_url());
    let token = ("X-AUTH-TOKEN", world.token.as_str());
    let fresh = || with(item("shop.test"), json!({ "unique_value": null }));

    let json_list = json!({ "order": { "items": [fresh()] } });
    let json_map = json!({ "order": { "items": { "0": fresh() } } });
    for body in [json_list, json_map] {
        let answer = world
            .http
            .post(&url)
            .header(token.0, token.1)
            .json(&body)
            .send()
            .await;
        assert_eq!(answer.unwrap().status(), 200, "{body}");
    }
    let in_form = |prefix: &str| -> Vec<(String, String)> {
        let item = fresh();
        let fields = item.as_object().unwrap().iter();
        fields
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                (format!("{prefix}[{name}]"), text)
            })
            .collect()
    };
    for prefix in ["order[items][0]", "order[items][]", "order[items][7]"] {
        let request = world
            .http
            .post(&url)
            .header(token.0, token.1)
            .form(&in_form(prefix));
        assert_eq!(request.send().await.unwrap().status(), 200, "{prefix}");
    }
    assert_eq!(world.simulator.purchases().len(), 5);
}

#[tokio::test]
async fn a_preorder_is_paid_at_once_and_becomes_a_certificate_once() {
    let world = World::off().await;
    let params = json!({
        "nomenclature_id": 311, "days": 365, "domain_name": "shop.test",
        "standard_domains_count": 4, "wildcard_domains_count": 0,
    });
    let preorder = world.post("preorder", params).await.ok();
    let id = preorder["id"].as_i64().unwrap();
    assert_eq!(
        (&preorder["status"], &preorder["price"]),
        (&"new".into(), &"40.00".into())
    );
    assert_eq!(world.simulator.purchases().len(), 1);

    for verb in [reqwest::Method::GET, reqwest::Method::POST] {
        let listed = world.send(verb, "preorders", json!({})).await.ok();
        assert_eq!(listed[0]["id"], id);
    }
    let issue = format!("preorders/{id}/issue");
    let look = world.get(&issue, json!({})).await.ok();
    assert_eq!(
        (&look["status"], &look["ssl_certificate_id"]),
        (&"new".into(), &Value::Null)
    );

    let too_many = with(
        item("shop.test"),
        json!({ "additional_domains": "a.test,b.test,c.test,d.test" }),
    );
    assert_eq!(world.post(&issue, too_many).await.status, 422);
    let request = with(
        item("shop.test"),
        json!({ "additional_domains": "a.test,b.test,c.test" }),
    );
    let issued = world.get(&issue, request.clone()).await.ok();
    let certificate = issued["ssl_certificate_id"].as_i64().unwrap();
    assert_eq!(
        world.simulator.certificate(certificate).unwrap().preorder_id,
        Some(id)
    );
    assert_eq!(
        world.post(&issue, request).await.refusal(),
        (409, "Already issued".to_owned())
    );
    let after = world.get(&format!("preorders/{id}"), json!({})).await.ok();
    assert_eq!(after["status"], "issued");
    assert_eq!(world.simulator.purchases().len(), 1, "issuing costs nothing more");
}

#[tokio::test]
async fn bad_requests_are_refused_each_with_its_reason_and_nothing_is_charged() {
    let world = World::off().await;
    let base = item("shop.test");
    let wildcard = with(item("*.shop.test"), json!({ "nomenclature_id": 297 }));
    let ov = with(
        with(item("shop.test"), json!({ "nomenclature_id": 320 })),
        organisation(),
    );
    let cases = [
        (
            json!({ "nomenclature_id": null }),
            400,
            "nomenclature_id is missing",
        ),
        (
            json!({ "nomenclature_id": "x" }),
            400,
            "nomenclature_id is invalid",
        ),
        (json!({ "nomenclature_id": 909 }), 400, "not an SSL certificate"),
        (json!({ "nomenclature_id": 7 }), 404, "Not found"),
        (json!({ "days": 100 }), 400, "days is invalid"),
        (json!({ "days": 3650 }), 400, "days is invalid"),
        (json!({ "csr": "" }), 400, "csr is missing"),
        (json!({ "csr": "hello" }), 400, "csr is invalid"),
        (json!({ "domain_name": "other.test" }), 422, "does not match"),
        (json!({ "domain_name": "-bad-.test" }), 400, "domain_name"),
        (json!({ "additional_domains": "b.test" }), 422, "one name only"),
        (json!({ "dcv_type": "BY_PHONE" }), 400, "dcv_type is invalid"),
        (json!({ "dcv_type": "EMAIL" }), 400, "dcv_email is missing"),
        (
            json!({ "dcv_type": "EMAIL", "dcv_email": "me@elsewhere.test" }),
            400,
            "may not approve",
        ),
        (json!({ "unique_value": "not-alphanumeric" }), 400, "unique_value"),
        (json!({ "unique_value": "a".repeat(21) }), 400, "unique_value"),
        (json!({ "nomenclature_id": 297 }), 422, "needs a wildcard"),
        (json!({ "nomenclature_id": 400 }), 400, "is not offered for"),
    ];
    for (over, status, text) in cases {
        let answer = place(&world, with(base.clone(), over.clone())).await.refusal();
        assert_eq!(answer.0, status, "{over} {}", answer.1);
        assert!(answer.1.contains(text), "{over}: {}", answer.1);
    }
    for method in ["HTTP_CSR_HASH", "HTTPS_CSR_HASH"] {
        let answer = place(&world, with(wildcard.clone(), json!({ "dcv_type": method })))
            .await
            .refusal();
        assert_eq!(
            (answer.0, answer.1.contains("wildcard")),
            (400, true),
            "{}",
            answer.1
        );
    }
    for missing in ["organization_name", "country_name", "city_name"] {
        let answer = place(&world, with(ov.clone(), json!({ missing: null })))
            .await
            .refusal();
        assert_eq!(answer, (400, format!("{missing} is missing")));
    }
    let no_items = world.post("order", json!({ "order": { "company": "x" } })).await;
    assert_eq!(no_items.status, 400);
    assert!(world.simulator.purchases().is_empty() && world.simulator.orders().is_empty());
}

#[tokio::test]
async fn csrs_are_checked_as_a_ca_does() {
    let world = World::off().await;
    let cases = [
        ("bad-country", bad_csr!("bad-country.pem")),
        ("bad-signature", bad_csr!("bad-signature.pem")),
        ("dsa", bad_csr!("dsa.pem")),
        ("ec-brainpoolp256r1", bad_csr!("ec-brainpoolp256r1.pem")),
        ("ec-explicit-curve", bad_csr!("ec-explicit-curve.pem")),
        ("ec-secp256k1", bad_csr!("ec-secp256k1.pem")),
        ("ed25519", bad_csr!("ed25519.pem")),
        ("ip-name", bad_csr!("ip-name.pem")),
        ("no-names", bad_csr!("no-names.pem")),
        ("rsa-1024", bad_csr!("rsa-1024.pem")),
        ("rsa-close-primes", bad_csr!("rsa-close-primes.pem")),
        ("rsa-exponent-3", bad_csr!("rsa-exponent-3.pem")),
        ("rsa-md5", bad_csr!("rsa-md5.pem")),
        ("rsa-roca", bad_csr!("rsa-roca.pem")),
        ("rsa-sha1", bad_csr!("rsa-sha1.pem")),
        ("rsa-small-factor", bad_csr!("rsa-small-factor.pem")),
    ];
    for (name, csr) in cases {
        let refused = place(&world, with(item("shop.test"), json!({ "csr": csr })))
            .await
            .refusal();
        assert_eq!(refused.0, 400, "{name}");
        assert!(refused.1.starts_with("csr is invalid: "), "{name}: {}", refused.1);
    }
    assert!(world.simulator.purchases().is_empty());
}

#[tokio::test]
async fn an_order_beyond_the_balance_is_refused() {
    let world = World::with(|config| config.balance = Money::from_minor(839, Currency::EUR)).await;
    let order = json!({ "order": { "items": [item("shop.test")] } });
    assert_eq!(
        world.post("order", order.clone()).await.refusal(),
        (402, "Insufficient funds".to_owned())
    );
    world
        .simulator
        .add_balance(Money::from_minor(1, Currency::EUR))
        .unwrap();
    world.post("order", order).await.ok();
    assert_eq!(world.simulator.balance(), Money::zero(Currency::EUR));
}

#[tokio::test]
async fn several_items_are_one_order_all_or_nothing() {
    let world = World::off().await;
    let second = with(item("other.test"), json!({ "unique_value": "second1" }));
    let bad = with(second.clone(), json!({ "days": 1 }));
    let refused = world
        .post("order", json!({ "order": { "items": [item("shop.test"), bad] } }))
        .await;
    assert_eq!(refused.status, 400);
    assert!(world.simulator.purchases().is_empty());

    let order = json!({ "order": { "items": { "1": second, "0": item("shop.test") } } });
    let placed = world.post("order", order).await.ok();
    assert_eq!(placed["sum"], "16.80");
    assert_eq!(placed["items"][0]["domain_name"], "shop.test");
    assert_eq!(world.simulator.certificates().len(), 2);
}

#[tokio::test]
async fn a_reissue_takes_no_more_names_than_were_bought() {
    let world = World::with(|config| {
        config.validation = leaderssl_simulator::ValidationMode::Auto;
        config.reissue = leaderssl_simulator::ReissueCall::On;
    })
    .await;
    let id = world.order(item("shop.test")).await;
    let reissue = format!("ssl_certificates/{id}/reissue");
    let params =
        json!({ "csr": csr(&["shop.test"]), "dcv_type": "CNAME_CSR_HASH", "unique_value": "again1" });
    world.issued(id).await;
    let more = with(params.clone(), json!({ "additional_domains": "b.shop.test" }));
    assert_eq!(world.post(&reissue, more).await.status, 422);
    world.post(&reissue, params).await.ok();
    assert_eq!(world.simulator.purchases().len(), 1);
}
