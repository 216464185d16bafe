//! Orders, preorders and the assumed reissue call.

use serde_json::{Value, json};

use super::{Call, answer::Answer, certificates, reads::amount};
use crate::{
    catalogue,
    clock::api_instant,
    order_form,
    orders::{PlacedItem, PlacedPreorder},
    params::Params,
    record::{Order, Payment, Preorder},
    refusal::Refusal,
};

/// Fields of the `order` level and beside it that an item takes over when it has none of its own.
pub(super) fn place_order(call: &Call<'_>) -> Result<Answer, Refusal> {
    let order = call.params.map("order");
    let items = order.maps("items");
    if items.is_empty() {
        return Err(Refusal::bad_request("order items are missing"));
    }
    let defaults = defaults_of(&[&order, &call.params]);
    let mut placed = Vec::with_capacity(items.len());
    for item in items {
        let item = item.or(&defaults);
        let product = order_form::product_of(&item)?;
        let years = order_form::years_of(&item, product)?;
        let request = order_form::request_of(call.shared, &item, product, call.faults)?;
        let count = |names: usize| u32::try_from(names).unwrap_or(u32::MAX);
        let counts = (
            count(request.names.standard_count()),
            count(request.names.wildcard_count()),
        );
        let price = call.shared.price_of(product, years, counts, call.faults)?;
        placed.push(PlacedItem {
            request,
            years,
            price,
        });
    }
    let order = call.shared.place_order(placed, call.faults)?;
    Ok(Answer::Json(order_view(&order)))
}

pub(super) fn place_preorder(call: &Call<'_>) -> Result<Answer, Refusal> {
    let params = &call.params;
    let product = order_form::product_of(params)?;
    let years = order_form::years_of(params, product)?;
    let domain_name = params
        .domain_name("domain_name")?
        .ok_or_else(|| Refusal::bad_request("domain_name is missing"))?;
    let (standard, wildcards) = preorder_counts(params, product, domain_name.is_wildcard())?;
    let price = call
        .shared
        .price_of(product, years, (standard, wildcards), call.faults)?;
    let preorder = call.shared.place_preorder(PlacedPreorder {
        nomenclature_id: product.id,
        years,
        domain_name,
        standard_domains_count: standard,
        wildcard_domains_count: wildcards,
        price,
    })?;
    Ok(Answer::Json(preorder_view(&preorder)))
}

pub(super) fn list_preorders(call: &Call<'_>) -> Answer {
    let state = call.shared.state.lock();
    Answer::Json(
        state
            .preorders()
            .map(|preorder| preorder_view(preorder))
            .collect(),
    )
}

pub(super) fn show_preorder(call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = call.id()?;
    let state = call.shared.state.lock();
    let preorder = state.preorder(id).ok_or_else(Refusal::not_found)?;
    Ok(Answer::Json(preorder_view(preorder)))
}

/// Without a CSR this shows the issue state; with one it makes the certificate, once.
pub(super) fn issue_preorder(call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = call.id()?;
    let preorder = call
        .shared
        .state
        .lock()
        .preorder(id)
        .cloned()
        .ok_or_else(Refusal::not_found)?;
    let order = call.params.map("order");
    let first_item = order.maps("items").into_iter().next().unwrap_or_default();
    let item = first_item
        .or(&call.params.map("item"))
        .or(&order)
        .or(&call.params);
    if !item.contains("csr") {
        return Ok(Answer::Json(json!({
            "id": preorder.id,
            "status": preorder_status(&preorder),
            "ssl_certificate_id": preorder.certificate_id,
        })));
    }
    let product = catalogue::find(preorder.nomenclature_id).ok_or_else(Refusal::not_found)?;
    let request = order_form::request_of(call.shared, &item, product, call.faults)?;
    let certificate = call.shared.issue_preorder(id, request)?;
    let mut view = certificates::view(&certificate, call.shared.clock.today());
    if let Some(fields) = view.as_object_mut() {
        fields.insert("ssl_certificate_id".to_owned(), json!(certificate.id));
    }
    Ok(Answer::Json(view))
}

/// The assumed call: a new certificate of the same order, free, within the paid term.
///
/// Names not given are those of the old certificate; the organisation stays.
pub(super) fn reissue(call: &Call<'_>) -> Result<Answer, Refusal> {
    let old = call.shared.certificate(call.id()?)?;
    let product = old.product().ok_or_else(Refusal::not_found)?;
    let names = &old.request.names;
    let additional: Vec<&str> = names
        .additional()
        .iter()
        .map(domain::DomainName::as_str)
        .collect();
    let kept = Params::from_texts([
        ("domain_name", names.main().as_str().to_owned()),
        ("additional_domains", additional.join(",")),
    ]);
    let organisation = old.request.organisation.clone().unwrap_or_default();
    let organisation = Params::from_texts([
        ("organization_name", organisation.name),
        ("country_name", organisation.country),
        ("region_name", organisation.region),
        ("city_name", organisation.city),
        ("address_1", organisation.street),
        ("zip_code", organisation.postal_code),
        ("phone", organisation.phone),
    ]);
    let item = call.params.clone().or(&kept).or(&organisation);
    let request = order_form::request_of(call.shared, &item, product, call.faults)?;
    if request.names.len() > names.len() {
        return Err(Refusal::unprocessable(
            "a reissue cannot have more names than were bought",
        ));
    }
    let certificate = call.shared.reissue(old.id, request)?;
    Ok(Answer::Json(json!({
        "id": certificate.id,
        "ssl_certificate_id": certificate.id,
        "order_id": certificate.order_id,
        "replaces_id": certificate.replaces,
        "status": certificate.status.word(),
    })))
}

/// `unique_value` and the contact may stand beside `items`, or beside `order`.
fn defaults_of(levels: &[&Params]) -> Params {
    const TAKEN_OVER: [&str; 10] = [
        "unique_value",
        "phone",
        "country_name",
        "region_name",
        "city_name",
        "organization_name",
        "zip_code",
        "address_1",
        "address_2",
        "ssl_server_software_id",
    ];
    Params::from_texts(TAKEN_OVER.into_iter().filter_map(|name| {
        let value = levels.iter().find_map(|level| level.text(name))?;
        Some((name, value))
    }))
}

fn preorder_counts(
    params: &Params,
    product: &catalogue::Product,
    is_wildcard: bool,
) -> Result<(u32, u32), Refusal> {
    use domain::product::ProductKind::{MultiDomain, Single, Wildcard};
    let standard = params.count("standard_domains_count")?;
    let wildcards = params.count("wildcard_domains_count")?;
    match product.kind {
        Wildcard if !is_wildcard => Err(Refusal::unprocessable("the product needs a wildcard name")),
        Single if is_wildcard => Err(Refusal::unprocessable("the product takes no wildcard name")),
        Wildcard => Ok((0, 1)),
        Single => Ok((1, 0)),
        MultiDomain => {
            let standard = standard
                .unwrap_or(product.included_names)
                .max(product.included_names);
            let wildcards = wildcards.unwrap_or(u32::from(is_wildcard));
            if wildcards > 0 && !product.takes_wildcards() {
                return Err(Refusal::unprocessable("the product takes no wildcard name"));
            }
            if standard.saturating_add(wildcards) > catalogue::MOST_NAMES {
                return Err(Refusal::unprocessable("too many names"));
            }
            Ok((standard, wildcards))
        }
    }
}

fn preorder_status(preorder: &Preorder) -> &'static str {
    match (preorder.cancelled, preorder.certificate_id) {
        (true, _) => "cancelled",
        (false, Some(_)) => "issued",
        (false, None) => "new",
    }
}

fn preorder_view(preorder: &Preorder) -> Value {
    json!({
        "id": preorder.id,
        "status": preorder_status(preorder),
        "nomenclature_id": preorder.nomenclature_id,
        "days": preorder.years.days(),
        "domain_name": preorder.domain_name,
        "standard_domains_count": preorder.standard_domains_count,
        "wildcard_domains_count": preorder.wildcard_domains_count,
        "price": amount(preorder.price.amount()),
        "currency": preorder.price.currency().code(),
        "created_at": api_instant(preorder.created_at),
        "ssl_certificate_id": preorder.certificate_id,
    })
}

fn order_view(order: &Order) -> Value {
    let status = match order.payment {
        Payment::Paid => "processing",
        Payment::Unpaid => "unpaid",
        Payment::Cancelled => "cancelled",
    };
    let items: Vec<Value> = order
        .items
        .iter()
        .map(|item| {
            json!({
                "id": item.id,
                "nomenclature_id": item.request.nomenclature_id,
                "domain_name": item.request.names.main(),
                "ssl_certificate_id": item.certificate_id,
            })
        })
        .collect();
    json!({
        "id": order.id,
        "status": status,
        "sum": amount(order.sum.amount()),
        "currency": order.sum.currency().code(),
        "created_at": api_instant(order.created_at),
        "items": items,
    })
}
