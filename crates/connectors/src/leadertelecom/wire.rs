//! What LeaderSSL sends, read by the aliases of reference §8.2. Every response body but that of the sign-in is assumed.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::lenient::{self, Fields, Moment};

const STATUS: &[&str] = &["status", "state", "certificate_state", "issuer_order_state"];
const PRICE: &[&str] = &["price", "sum", "amount", "total"];
const NAME: &[&str] = &["domain_name", "common_name", "domain"];
const METHOD: &[&str] = &["dcv_type", "dcv_method", "method"];
const APPROVER: &[&str] = &["dcv_email", "validation_email", "approver_email", "email"];
const CERTIFICATE_ID: &[&str] = &["ssl_certificate_id", "certificate_id"];
const ORDER_ID: &[&str] = &["order_id", "lead_id", "contract_id"];
const PRODUCT: &[&str] = &["nomenclature_id", "product_id"];

/// A certificate, from the list or from its status.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Certificate {
    pub(super) id: Option<String>,
    pub(super) order_id: Option<String>,
    pub(super) replaces_id: Option<String>,
    pub(super) product: Option<String>,
    pub(super) name: Option<String>,
    pub(super) additional_names: Vec<String>,
    pub(super) status: Option<String>,
    pub(super) issuer_order: Option<String>,
    pub(super) serial: Option<String>,
    pub(super) valid_from: Option<Date>,
    pub(super) valid_to: Option<Date>,
    pub(super) term_from: Option<Date>,
    pub(super) term_to: Option<Date>,
    pub(super) days: Option<u32>,
    pub(super) created: Option<Moment>,
}

impl Certificate {
    pub(super) fn read(map: &Map<String, Value>) -> Self {
        let fields = Fields(map);
        Self {
            id: fields.id(&["id"]).or_else(|| fields.id(CERTIFICATE_ID)),
            order_id: fields.id(ORDER_ID),
            replaces_id: fields.id(&["replaces_id", "replaced_certificate_id"]),
            product: fields.id(PRODUCT),
            name: fields.text(NAME),
            additional_names: fields.texts(&["additional_domains", "domains", "sans"]),
            status: fields.text(STATUS),
            issuer_order: fields.text(&["issuer_order_number", "provider_order_number", "order_number"]),
            serial: fields.text(&["serial_number", "serial"]),
            valid_from: fields.date(&["valid_from", "start_date", "begin_date"]),
            valid_to: fields.date(&["valid_to", "end_date", "expires_at", "valid_till"]),
            term_from: fields.date(&["subscription_valid_from", "subscription_start"]),
            term_to: fields.date(&["subscription_valid_to", "subscription_end", "paid_till"]),
            days: fields.count(&["days", "period_days"]),
            created: fields.moment(&["created_at", "ordered_at", "created", "date"]),
        }
    }

    /// A status answer: an object, or a bare word.
    pub(super) fn from_status(content: &Value) -> Option<Self> {
        if let Some(word) = lenient::scalar(content) {
            let mut map = Map::new();
            map.insert("status".to_owned(), Value::String(word));
            return Some(Self::read(&map));
        }
        let certificate = Self::read(lenient::object(content)?);
        certificate.status.is_some().then_some(certificate)
    }
}

/// A preorder: bought, no CSR yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Preorder {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) product: Option<String>,
    pub(super) status: Option<String>,
    pub(super) certificate_id: Option<String>,
    pub(super) days: Option<u32>,
    pub(super) created: Option<Moment>,
}

impl Preorder {
    pub(super) fn read(map: &Map<String, Value>) -> Self {
        let fields = Fields(map);
        Self {
            id: fields.id(&["id", "preorder_id"]),
            name: fields.text(NAME),
            product: fields.id(PRODUCT),
            status: fields.text(STATUS),
            certificate_id: fields.id(CERTIFICATE_ID),
            days: fields.count(&["days"]),
            created: fields.moment(&["created_at", "created", "date"]),
        }
    }
}

/// One name's validation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dcv {
    pub(super) name: Option<String>,
    pub(super) method: Option<String>,
    pub(super) status: Option<String>,
    pub(super) cname_name: Option<String>,
    pub(super) cname_value: Option<String>,
    pub(super) approver: Option<String>,
    pub(super) file_path: Option<String>,
    pub(super) file_name: Option<String>,
    pub(super) file_content: Option<String>,
    pub(super) unique_value: Option<String>,
    pub(super) detail: Option<String>,
}

impl Dcv {
    pub(super) fn read(map: &Map<String, Value>) -> Self {
        let fields = Fields(map);
        Self {
            name: fields.text(NAME),
            method: fields.text(METHOD),
            status: fields.text(&["status", "state", "dcv_status", "validated", "is_validated"]),
            cname_name: fields.text(&["cname_name", "dns_name", "cname_host", "record_name"]),
            cname_value: fields.text(&["cname_value", "dns_value", "cname_target", "record_value"]),
            approver: fields.text(APPROVER),
            file_path: fields.text(&["file_path", "file_url", "url", "link"]),
            file_name: fields.text(&["file_name", "filename"]),
            file_content: fields.text(&["file_content", "content"]),
            unique_value: fields.text(&["unique_value", "uniqueValue"]),
            detail: fields.text(&["message", "detail", "comment", "description"]),
        }
    }
}

/// The answer to an order, a preorder's issue or a reissue.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ordered {
    pub(super) order_id: Option<String>,
    pub(super) certificate_id: Option<String>,
    pub(super) status: Option<String>,
    pub(super) sum: Option<Decimal>,
    pub(super) currency: Option<String>,
}

impl Ordered {
    /// The answer to `order`: `id` is the order's.
    pub(super) fn read(content: &Value) -> Option<Self> {
        let map = lenient::object(content)?;
        let fields = Fields(map);
        let item = map
            .get("items")
            .and_then(lenient::list)
            .and_then(|items| items.first()?.as_object());
        let in_item = |aliases: &[&str]| item.and_then(|item| Fields(item).id(aliases));
        Some(Self {
            order_id: fields.id(&["id"]).or_else(|| fields.id(ORDER_ID)),
            certificate_id: in_item(CERTIFICATE_ID).or_else(|| fields.id(CERTIFICATE_ID)),
            status: fields.text(STATUS).or_else(|| Fields(item?).text(STATUS)),
            sum: fields
                .decimal(&["sum", "total", "amount", "price"])
                .or_else(|| Fields(item?).decimal(PRICE)),
            currency: fields
                .text(&["currency"])
                .or_else(|| Fields(item?).text(&["currency"])),
        })
    }

    /// The answer to a call on one certificate: a lone `id` is the certificate's.
    pub(super) fn read_reissue(content: &Value) -> Option<Self> {
        let map = lenient::object(content)?;
        let fields = Fields(map);
        let ordered = Self::read(content)?;
        let certificate_id = ordered.certificate_id.clone().or_else(|| fields.id(&["id"]));
        Some(Self {
            certificate_id,
            ..ordered
        })
    }
}

/// One product of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Product {
    pub(super) id: Option<String>,
    pub(super) code: Option<String>,
    pub(super) name: Option<String>,
    pub(super) brand: Option<String>,
    pub(super) certificate_type: Option<String>,
    pub(super) validation_type: Option<String>,
    pub(super) is_ev: bool,
    pub(super) currency: Option<String>,
    pub(super) price: Option<Decimal>,
    pub(super) included_names: Option<u32>,
    pub(super) most_names: Option<u32>,
    pub(super) terms: Vec<(u32, Decimal)>,
    pub(super) name_prices: Vec<NamePrice>,
}

/// The price of a further name, for a year.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NamePrice {
    pub(super) from: u32,
    pub(super) to: Option<u32>,
    pub(super) price: Decimal,
    pub(super) is_wildcard: bool,
}

impl Product {
    pub(super) fn read(map: &Map<String, Value>) -> Self {
        let fields = Fields(map);
        Self {
            id: fields.id(&["id", "nomenclature_id", "product_id"]),
            code: fields.text(&["code"]),
            name: fields.text(&["name", "title"]),
            brand: fields.text(&["brand", "vendor"]),
            certificate_type: fields.text(&["certificate_type", "type", "product_type"]),
            validation_type: fields.text(&["validation_type", "validation_level", "validation"]),
            is_ev: fields.is_true(&["is_ev", "ev"]) == Some(true),
            currency: fields.text(&["currency"]),
            price: fields.decimal(&["price"]),
            included_names: fields.count(&["included_domains", "domains_included", "included_names"]),
            most_names: fields.count(&["max_domains", "domains_max", "max_names"]),
            terms: map.get("prices").map(terms).unwrap_or_default(),
            name_prices: map
                .get("domain_prices")
                .and_then(lenient::list)
                .unwrap_or_default()
                .into_iter()
                .filter_map(|price| NamePrice::read(price.as_object()?))
                .collect(),
        }
    }
}

impl NamePrice {
    fn read(map: &Map<String, Value>) -> Option<Self> {
        let fields = Fields(map);
        Some(Self {
            from: fields.count(&["quantity_from", "from"]).unwrap_or(1),
            to: fields.count(&["quantity_to", "to"]),
            price: fields.decimal(PRICE)?,
            is_wildcard: fields.is_true(&["is_wildcard", "wildcard"]) == Some(true),
        })
    }
}

/// Prices per period: a list of `{days, price}` (or years, or months), or a map from days to price.
fn terms(prices: &Value) -> Vec<(u32, Decimal)> {
    let from_map = |map: &Map<String, Value>| -> Vec<(u32, Decimal)> {
        let pairs = map.iter().filter_map(|(days, price)| {
            Some((days.parse().ok()?, lenient::decimal(&lenient::scalar(price)?)?))
        });
        pairs.collect()
    };
    let mut terms = match prices {
        Value::Object(map) if map.values().all(|value| !value.is_object()) => from_map(map),
        _ => lenient::list(prices)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|row| {
                let fields = Fields(row.as_object()?);
                let years = fields
                    .count(&["years", "period_years"])
                    .map(|years| years.saturating_mul(365));
                let days = fields.count(&["days", "period_days"]).or(years)?;
                Some((days, fields.decimal(PRICE)?))
            })
            .collect(),
    };
    terms.sort_by_key(|(days, _)| *days);
    terms.dedup_by_key(|(days, _)| *days);
    terms
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ordered(content: &Value) -> Option<(Option<String>, Option<String>)> {
        Ordered::read(content).map(|ordered| (ordered.order_id, ordered.certificate_id))
    }

    #[test]
    fn an_order_answer_is_read_in_every_shape() {
        let both = Some((Some("55021".to_owned()), Some("120044".to_owned())));
        let item = json!({"id": 70_310, "ssl_certificate_id": 120_044});
        for content in [
            json!({"id": 55_021, "items": [item]}),
            json!({"id": "55021", "items": {"0": item}}),
            json!({"order": {"id": 55_021, "items": [item]}}),
            json!({"data": {"order": {"id": 55_021, "items": [item]}}}),
            json!({"order_id": 55_021, "certificate_id": "120044"}),
        ] {
            assert_eq!(ordered(&content), both, "{content}");
        }
        assert_eq!(
            ordered(&json!({"id": 55_021})),
            Some((Some("55021".to_owned()), None))
        );
        assert_eq!(ordered(&json!({"success": true})), Some((None, None)));
        assert_eq!(ordered(&json!("ok")), None);
    }

    #[test]
    fn prices_are_read_as_list_and_as_map() {
        let wanted = vec![(365, Decimal::new(840, 2)), (730, Decimal::new(1510, 2))];
        for prices in [
            json!([{"days": 730, "price": "15.10"}, {"days": 365, "price": "8.40"}]),
            json!({"365": "8.40", "730": 15.10}),
            json!([{"years": 1, "price": 8.40}, {"years": "2", "price": "15.10"}]),
        ] {
            assert_eq!(terms(&prices), wanted, "{prices}");
        }
    }

    #[test]
    fn a_status_may_be_a_bare_word() {
        assert_eq!(
            Certificate::from_status(&json!("issued"))
                .unwrap()
                .status
                .as_deref(),
            Some("issued")
        );
        assert_eq!(
            Certificate::from_status(&json!({"certificate": {"state": "x"}}))
                .unwrap()
                .status
                .as_deref(),
            Some("x")
        );
        assert_eq!(Certificate::from_status(&json!({"id": 5})), None);
    }
}
