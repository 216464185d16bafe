//! Between LeaderSSL's words and those of the port. Pure.

use ca::{
    CaError, CaOrderRef, Catalogue, CatalogueProduct, Class, OrderRequest, OrderSnapshot, ProductId, Proof,
    RawAnswer, ReissueRequest, TermPrice, Validation, ValidationChoice, request::NameValidation,
};
use domain::{
    Currency, Money,
    contact::{Contact, Organisation},
    name::{DomainName, NameSet},
    product::{ProductKind, ValidationLevel, ValidationMethod},
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::Value;

use super::{
    KIND, countries,
    lenient::{self, Fields},
    params::Params,
    reference::Reference,
    status,
    wire::{Certificate, Dcv, NamePrice, Preorder, Product},
};

/// "Other" in LeaderTelecom's dictionary of server software; the only public number (reference §7).
const OTHER_SOFTWARE: &str = "37";
/// Most names of a multi-domain product when the catalogue does not say.
const USUAL_MOST_NAMES: u32 = 250;

/// LeaderSSL's word for a method.
pub(super) const fn method_word(method: ValidationMethod) -> &'static str {
    match method {
        ValidationMethod::Dns => "CNAME_CSR_HASH",
        ValidationMethod::Http => "HTTP_CSR_HASH",
        ValidationMethod::Https => "HTTPS_CSR_HASH",
        ValidationMethod::Email => "EMAIL",
    }
}

pub(super) fn method(word: &str) -> Option<ValidationMethod> {
    let known = ValidationMethod::ALL
        .iter()
        .find(|method| method_word(**method).eq_ignore_ascii_case(word.trim()));
    known.copied()
}

/// The parameters of `order` (reference §4.8).
pub(super) fn order_params(request: &OrderRequest) -> Result<Params, Refused> {
    let item = Params::new()
        .with("nomenclature_id", request.product.0.as_str())
        .with("days", request.days.to_string())
        .with("ssl_server_software_id", OTHER_SOFTWARE)
        .with_all(request_params(&request.names, &request.validations)?)
        .with("csr", request.csr.pem())
        .with("unique_value", request.unique_value.as_str())
        .with_all(
            request
                .organisation
                .as_ref()
                .map(organisation_params)
                .unwrap_or_default(),
        );
    let order = contact_params(&request.contact, request.organisation.as_ref());
    Ok(order.under("order").with_all(item.under("order[items][0]")))
}

/// The parameters of the assumed reissue call: those of an order's item.
pub(super) fn reissue_params(request: &ReissueRequest) -> Result<Params, Refused> {
    Ok(Params::new()
        .with_all(request_params(&request.names, &request.validations)?)
        .with("csr", request.csr.pem())
        .with("unique_value", request.unique_value.as_str()))
}

/// What the connector itself refuses before any call, with the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) field: &'static str,
    pub(super) why: &'static str,
}

/// Names and their validation. How to give a method per name is not public, so mixes are not offered (reference §8.1 #19).
fn request_params(names: &NameSet, validations: &[NameValidation]) -> Result<Params, Refused> {
    let choice = |name: &DomainName| {
        validations
            .iter()
            .find(|validation| &validation.name == name)
            .map(|validation| &validation.choice)
    };
    let refused = |why| Refused {
        field: "validations",
        why,
    };
    let main = choice(names.main()).ok_or(refused("the main name has no validation method"))?;
    let method = main.method();
    let mut params = Params::new()
        .with("dcv_type", method_word(method))
        .with("dcv_email", main.approver().unwrap_or_default())
        .with("domain_name", names.main().as_str());
    let additional: Vec<&str> = names.additional().iter().map(DomainName::as_str).collect();
    params = params.with("additional_domains", additional.join(","));
    for name in names {
        let choice = choice(name).unwrap_or(main);
        if choice.method() != method {
            return Err(refused("LeaderTelecom takes one validation method for all names"));
        }
        if name.is_wildcard() && !method.takes_wildcards() {
            return Err(refused("a wildcard name cannot be validated by a file"));
        }
        if let (ValidationChoice::Email { approver }, true) = (choice, name != names.main()) {
            params = params.with(format!("additional_validation_emails[{name}]"), approver.as_str());
        }
    }
    Ok(params)
}

fn organisation_params(organisation: &Organisation) -> Params {
    Params::new()
        .with("country_name", organisation.country.as_str())
        .with("region_name", organisation.region.as_str())
        .with("city_name", organisation.city.as_str())
        .with("organization_name", organisation.name.as_str())
        .with("zip_code", organisation.postal_code.as_str())
        .with("address_1", organisation.street.as_str())
}

fn contact_params(contact: &Contact, organisation: Option<&Organisation>) -> Params {
    let params = Params::new()
        .with("first_name", contact.first_name.as_str())
        .with("last_name", contact.last_name.as_str())
        .with("phone", contact.phone.as_str())
        .with("email", contact.email.as_str())
        .with("title", contact.title.as_str());
    let Some(organisation) = organisation else {
        return params;
    };
    let country = countries::number(&organisation.country).map(|number| number.to_string());
    params
        .with("company", organisation.name.as_str())
        .with("address_1", organisation.street.as_str())
        .with("city_name", organisation.city.as_str())
        .with("region_name", organisation.region.as_str())
        .with("zip_code", organisation.postal_code.as_str())
        .with("country_id", country.unwrap_or_default())
}

/// The balance in whatever form it comes: a number, `{"balance":…}`, or one object per currency.
pub(super) fn balance(content: &Value, usual: Currency) -> Option<(Money, Vec<Money>)> {
    let aliases = &["balance", "amount", "sum", "available", "value"];
    let of = |value: &Value| -> Option<Money> {
        if let Some(text) = lenient::scalar(value) {
            return amount(&text, usual);
        }
        let fields = Fields(value.as_object()?);
        let currency = fields
            .text(&["currency", "currency_code"])
            .and_then(|code| code.parse().ok());
        amount(&fields.text(aliases)?, currency.unwrap_or(usual))
    };
    let is_nested = |value: &Value| {
        value
            .as_object()
            .and_then(|map| map.get("balance"))
            .is_some_and(Value::is_object)
    };
    let content = if is_nested(content) {
        content.get("balance")?
    } else {
        content
    };
    if let Some(only) = of(content).or_else(|| content.get("data").and_then(of)) {
        return Some((only, Vec::new()));
    }
    let mut amounts: Vec<Money> = lenient::list(content)?.into_iter().filter_map(of).collect();
    let main = amounts
        .iter()
        .position(|money| money.currency() == usual)
        .unwrap_or(0);
    (!amounts.is_empty()).then(|| (amounts.remove(main), amounts))
}

/// An amount such as `8.40`, `8.40 EUR` or `EUR 8.40`.
fn amount(text: &str, usual: Currency) -> Option<Money> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let (number, currency) = match parts.as_slice() {
        [number] => (*number, usual),
        [number, code] if lenient::decimal(number).is_some() => (*number, code.parse().ok()?),
        [code, number] => (*number, code.parse().ok()?),
        _ => return None,
    };
    Some(Money::new(lenient::decimal(number)?, currency))
}

/// What the CA says it charged.
pub(super) fn charged(sum: Option<Decimal>, currency: Option<&str>, usual: Currency) -> Option<Money> {
    let currency = currency.and_then(|code| code.parse().ok()).unwrap_or(usual);
    sum.map(|sum| Money::new(sum, currency))
}

/// The whole catalogue; what is no TLS certificate or has no price is left out with the reason.
pub(super) fn catalogue(rows: &[Product], usual: Currency, as_of: Timestamp) -> Catalogue {
    let mut products = Vec::new();
    let mut left_out = Vec::new();
    for row in rows {
        match product(row, usual) {
            Ok(product) => products.push(product),
            Err(why) => {
                let name = row.name.as_deref().or(row.id.as_deref()).unwrap_or("(no name)");
                left_out.push(format!("{name}: {why}"));
            }
        }
    }
    products.sort_by(|one, other| (one.id.0.len(), &one.id).cmp(&(other.id.0.len(), &other.id)));
    Catalogue {
        products,
        left_out,
        as_of,
    }
}

fn product(row: &Product, usual: Currency) -> Result<CatalogueProduct, &'static str> {
    let id = row.id.clone().ok_or("no id")?;
    let name = row.name.clone().or_else(|| row.code.clone()).ok_or("no name")?;
    let words = format!("{name} {}", row.code.as_deref().unwrap_or_default()).to_lowercase();
    let level = level(row, &words).ok_or("not a TLS certificate")?;
    let kind = kind(row, &words);
    let currency = match &row.currency {
        Some(code) => code.parse().map_err(|_| "a currency that is none")?,
        None => usual,
    };
    let standard: Vec<&NamePrice> = row
        .name_prices
        .iter()
        .filter(|price| !price.is_wildcard)
        .collect();
    let included = standard.iter().map(|price| price.from.saturating_sub(1)).min();
    let most = row.name_prices.iter().filter_map(|price| price.to).max();
    let terms = if row.terms.is_empty() {
        row.price.map(|price| vec![(365, price)]).ok_or("no price")?
    } else {
        row.terms.clone()
    };
    let is_multi = kind == ProductKind::MultiDomain;
    let terms = terms.into_iter().map(|(days, price)| TermPrice {
        days,
        price: Money::new(price, currency),
        extra_name: name_price(&row.name_prices, days, currency, Wildcards::No).filter(|_| is_multi),
        extra_wildcard: name_price(&row.name_prices, days, currency, Wildcards::Yes).filter(|_| is_multi),
    });
    Ok(CatalogueProduct {
        methods: methods(row, &words, kind),
        id: ProductId(id),
        code: row.code.clone(),
        brand: row.brand.clone(),
        level,
        kind,
        included_names: if is_multi {
            row.included_names.or(included).unwrap_or(1)
        } else {
            1
        },
        max_names: if is_multi {
            row.most_names.or(most).unwrap_or(USUAL_MOST_NAMES)
        } else {
            1
        },
        terms: terms.collect(),
        currency,
        name,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wildcards {
    Yes,
    No,
}

/// The dearest tier, for the whole term: an estimate may be too high, never too low.
fn name_price(prices: &[NamePrice], days: u32, currency: Currency, which: Wildcards) -> Option<Money> {
    let fitting = prices
        .iter()
        .filter(|price| price.is_wildcard == (which == Wildcards::Yes));
    let yearly = fitting.map(|price| price.price).max()?;
    let years = Decimal::from(days) / Decimal::from(365);
    Some(Money::new(yearly.checked_mul(years)?, currency))
}

fn level(row: &Product, words: &str) -> Option<ValidationLevel> {
    let told = row
        .validation_type
        .as_deref()
        .and_then(|word| word.trim().to_lowercase().parse().ok());
    let is_certificate =
        told.is_some() || row.certificate_type.is_some() || row.is_ev || words.contains("ssl");
    if !is_certificate || words.contains("code signing") || words.contains("s/mime") {
        return None;
    }
    let has = |word: &str| {
        words
            .split(|c: char| !c.is_alphanumeric())
            .any(|part| part == word)
    };
    let guessed = if row.is_ev || has("ev") {
        ValidationLevel::Ev
    } else if has("ov") {
        ValidationLevel::Ov
    } else {
        ValidationLevel::Dv
    };
    Some(told.unwrap_or(guessed))
}

/// LeaderSSL's type (spelt `standart` in its API), else what the name says.
fn kind(row: &Product, words: &str) -> ProductKind {
    let told = row.certificate_type.as_deref().unwrap_or_default().to_lowercase();
    match told.as_str() {
        "standart" | "standard" | "single" => ProductKind::Single,
        "wildcard" => ProductKind::Wildcard,
        "ucc" | "san" | "mdc" | "multidomain" | "multi_domain" | "multi-domain" => ProductKind::MultiDomain,
        _ if ["multi-domain", "multidomain", "ucc"]
            .iter()
            .any(|word| words.contains(word)) =>
        {
            ProductKind::MultiDomain
        }
        _ if words.contains("wildcard") => ProductKind::Wildcard,
        _ => ProductKind::Single,
    }
}

/// Hashes of the CSR are Sectigo's method; for other brands only mail is certain (reference §6).
fn methods(row: &Product, words: &str, kind: ProductKind) -> Vec<ValidationMethod> {
    let brand = row.brand.as_deref().unwrap_or_default().to_lowercase();
    let is_sectigo = ["sectigo", "comodo", "positivessl", "instantssl", "enterprisessl"]
        .iter()
        .any(|word| brand.contains(word) || (brand.is_empty() && words.contains(word)));
    let offered = ValidationMethod::ALL
        .iter()
        .copied()
        .filter(|method| match method {
            ValidationMethod::Email => true,
            method => is_sectigo && (kind != ProductKind::Wildcard || method.takes_wildcards()),
        });
    offered.collect()
}

/// A certificate of the list, or a status answer for the order asked about.
pub(super) fn snapshot(
    row: &Certificate,
    asked: Option<&CaOrderRef>,
    raw: Option<RawAnswer>,
) -> OrderSnapshot {
    let raw_status = row.status.clone().unwrap_or_default();
    let state = status::state(&raw_status);
    let ca_order = match (&row.id, asked) {
        (Some(id), _) => Reference::Certificate(id.clone()).into(),
        (None, Some(asked)) => asked.clone(),
        (None, None) => CaOrderRef(String::new()),
    };
    OrderSnapshot {
        waits_for: status::waits_for(&state),
        ca_order,
        state,
        raw_status,
        product: row.product.clone().map(ProductId),
        names: names(row),
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        serial: row.serial.clone(),
        term_from: row.term_from,
        term_to: row.term_to,
        days: row.days,
        created_at: row.created.and_then(super::lenient::Moment::exact),
        issuer_order: row.issuer_order.clone(),
        replaced_by: None,
        raw,
    }
}

/// A preorder, as far as it is an order.
pub(super) fn preorder_snapshot(row: &Preorder, raw: Option<RawAnswer>) -> Option<OrderSnapshot> {
    let certificate = Certificate {
        id: row.certificate_id.clone(),
        order_id: None,
        replaces_id: None,
        product: row.product.clone(),
        name: row.name.clone(),
        additional_names: Vec::new(),
        status: row.status.clone(),
        issuer_order: None,
        serial: None,
        valid_from: None,
        valid_to: None,
        term_from: None,
        term_to: None,
        days: row.days,
        created: row.created,
    };
    let asked = Reference::Preorder(row.id.clone()?).into();
    Some(snapshot(&certificate, Some(&asked), raw))
}

/// All names, or `None` when one of them cannot be read: half a name set would be a lie.
fn names(row: &Certificate) -> Option<NameSet> {
    let main = row.name.as_deref()?.parse().ok()?;
    let additional: Result<Vec<DomainName>, _> =
        row.additional_names.iter().map(|name| name.parse()).collect();
    Some(NameSet::new(main, additional.ok()?))
}

/// One name's validation. The CA's own words win over anything computed (reference §6.2).
pub(super) fn validation(row: &Dcv) -> Result<Validation, CaError> {
    let unreadable = |what: &str| {
        CaError::new(
            Class::Protocol,
            KIND,
            "read the validations",
            format!("a name that is none: {what}"),
        )
    };
    let text = row.name.as_deref().ok_or_else(|| unreadable("(missing)"))?;
    let name: DomainName = text.parse().map_err(|_| unreadable(text))?;
    let method = row.method.as_deref().and_then(method);
    Ok(Validation {
        proof: proof(row, &name, method),
        state: status::validation(row.status.as_deref().unwrap_or_default()),
        detail: row.detail.clone(),
        name,
        method,
    })
}

fn proof(row: &Dcv, name: &DomainName, method: Option<ValidationMethod>) -> Proof {
    let without_root = |text: &String| text.trim_end_matches('.').to_owned();
    let cname = || {
        let (name, value) = (row.cname_name.as_ref()?, row.cname_value.as_ref()?);
        Some(Proof::Cname {
            name: without_root(name),
            value: without_root(value),
        })
    };
    let file = |scheme: &str| {
        let content = row.file_content.clone()?;
        Some(Proof::File {
            url: file_url(row, name, scheme)?,
            content,
        })
    };
    let told = match method {
        Some(ValidationMethod::Dns) => cname(),
        Some(ValidationMethod::Http) => file("http"),
        Some(ValidationMethod::Https) => file("https"),
        Some(ValidationMethod::Email) => Some(Proof::Mail {
            approver: row.approver.clone(),
        }),
        None => cname().or_else(|| file("http")),
    };
    told.unwrap_or(Proof::NotTold)
}

/// An absolute address, a path, or a bare file name in the folder of BR 3.2.2.4.18.
fn file_url(row: &Dcv, name: &DomainName, scheme: &str) -> Option<String> {
    let given = row.file_path.as_ref().or(row.file_name.as_ref())?;
    if given.starts_with("http://") || given.starts_with("https://") {
        return Some(given.clone());
    }
    let path = given.trim_start_matches('/');
    let folder = if path.contains('/') {
        ""
    } else {
        ".well-known/pki-validation/"
    };
    Some(format!("{scheme}://{}/{folder}{path}", name.without_wildcard()))
}

/// Addresses in a list of texts or of objects.
pub(super) fn approvers(content: &Value) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for value in lenient::list(content)? {
        let text = match value.as_object() {
            Some(map) => Fields(map).text(&["email", "address", "name", "value"]),
            None => lenient::scalar(value),
        };
        let address = text.unwrap_or_default().to_lowercase();
        if domain::contact::is_mail_address(&address) && !found.contains(&address) {
            found.push(address);
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(choices: &[(&str, ValidationChoice)]) -> OrderRequest {
        let validations: Vec<NameValidation> = choices
            .iter()
            .map(|(name, choice)| NameValidation {
                name: name.parse().unwrap(),
                choice: choice.clone(),
            })
            .collect();
        OrderRequest {
            product: ProductId("311".to_owned()),
            days: 365,
            names: NameSet::from_names(validations.iter().map(|validation| validation.name.clone())).unwrap(),
            csr: ca::Csr::from_der([0x30, 0]),
            unique_value: "Ab3kZ9q0Lm".parse().unwrap(),
            validations,
            contact: Contact::default(),
            organisation: None,
            price_ceiling: None,
        }
    }

    fn mail(approver: &str) -> ValidationChoice {
        ValidationChoice::Email {
            approver: approver.to_owned(),
        }
    }

    #[test]
    fn an_order_by_mail_names_an_approver_per_name() {
        let request = order(&[("a.test", mail("admin@a.test")), ("b.test", mail("admin@b.test"))]);
        let params = order_params(&request).unwrap();
        for (field, expected) in [
            ("[dcv_type]", "EMAIL"),
            ("[dcv_email]", "admin@a.test"),
            ("[domain_name]", "a.test"),
            ("[additional_domains]", "b.test"),
            ("[additional_validation_emails][b.test]", "admin@b.test"),
            ("[unique_value]", "Ab3kZ9q0Lm"),
        ] {
            assert_eq!(
                params.value(&format!("order[items][0]{field}")),
                Some(expected),
                "{field}"
            );
        }
    }

    #[test]
    fn what_the_api_cannot_say_is_refused_before_any_call() {
        let mixed = order(&[
            ("a.test", ValidationChoice::Dns),
            ("b.test", ValidationChoice::Http),
        ]);
        let wildcard = order(&[("*.a.test", ValidationChoice::Https)]);
        for request in [mixed, wildcard] {
            assert_eq!(order_params(&request).unwrap_err().field, "validations");
        }
    }
}
