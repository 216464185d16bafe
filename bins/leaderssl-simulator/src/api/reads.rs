//! Sign-in, catalogue and balance.

use domain::product::ProductKind;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use super::{Call, answer::Answer};
use crate::{
    catalogue::{GPU_PRODUCT_ID, MOST_NAMES, PRODUCTS, Product},
    refusal::Refusal,
    sessions::USER_ID,
};

pub(super) fn sign_in(call: &Call<'_>) -> Result<Answer, Refusal> {
    let text = |name| call.params.text(name).unwrap_or_default();
    let token = call
        .shared
        .sign_in(&text("login"), &text("password"), call.faults)?;
    let public_token: String = call.shared.random.token().chars().take(10).collect();
    Ok(Answer::Json(
        json!({ "id": USER_ID, "auth_token": token, "public_token": public_token }),
    ))
}

pub(super) fn balance(call: &Call<'_>) -> Answer {
    let balance = call.shared.balance();
    Answer::Json(json!({ "balance": amount(balance.amount()), "currency": balance.currency().code() }))
}

/// `ssl=1` leaves the GPU out; `recommendedPrice` other than zero adds a retail price of 1.3 times the price.
pub(super) fn products(call: &Call<'_>) -> Answer {
    let wants_retail = call
        .params
        .text("recommendedPrice")
        .and_then(|text| text.parse::<Decimal>().ok())
        .is_some_and(|number| !number.is_zero());
    let mut list: Vec<Value> = PRODUCTS
        .iter()
        .map(|product| ssl_product(call, product))
        .collect();
    if !call.params.flag("ssl") {
        list.push(json!({
            "id": GPU_PRODUCT_ID,
            "code": "GPU:test:2",
            "name": "2 x test GPU",
            "currency": call.shared.currency().code(),
            "price": "0.02",
            "period_type": "minute",
            "period_count": 1,
        }));
    }
    if wants_retail {
        list.iter_mut().for_each(add_retail_price);
    }
    Answer::Json(Value::Array(list))
}

fn ssl_product(call: &Call<'_>, product: &Product) -> Value {
    let currency = call.shared.currency();
    let prices: Vec<Value> = product
        .terms()
        .map(|years| json!({ "days": years.days(), "price": amount(product.period_price(years, currency).amount()) }))
        .collect();
    let extra = |from: u32, price: Decimal, is_wildcard: bool| {
        json!({
            "quantity_from": from,
            "quantity_to": MOST_NAMES,
            "price": amount(price),
            "is_wildcard": is_wildcard,
        })
    };
    let mut domain_prices = Vec::new();
    if product.kind == ProductKind::MultiDomain {
        let standard = product.extra_name_price(currency);
        domain_prices.push(extra(product.included_names + 1, standard.amount(), false));
        if product.takes_wildcards() {
            domain_prices.push(extra(1, product.extra_wildcard_price(currency).amount(), true));
        }
    }
    let validation = product.level.word();
    json!({
        "id": product.id,
        "code": product.code(),
        "name": product.title(),
        "brand": product.brand.title(),
        "certificate_type": product.certificate_type(),
        "validation_type": validation,
        "is_ev": validation == "ev",
        "max_duration": product.brand.most_years(),
        "domains_included": product.included_names,
        "currency": currency.code(),
        "price": prices.first().and_then(|first| first.get("price")).cloned().unwrap_or(Value::Null),
        "prices": prices,
        "domain_prices": domain_prices,
    })
}

fn add_retail_price(product: &mut Value) {
    let Some(fields) = product.as_object_mut() else {
        return;
    };
    let price = fields
        .get("price")
        .and_then(Value::as_str)
        .and_then(|price| price.parse::<Decimal>().ok());
    if let Some(price) = price {
        let retail =
            (price * Decimal::new(13, 1)).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        fields.insert("recommended_price".to_owned(), json!(amount(retail)));
    }
}

/// Money as the API writes it: a string with two decimals.
pub(super) fn amount(amount: Decimal) -> String {
    format!("{amount:.2}")
}
