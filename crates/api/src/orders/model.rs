//! Orders and prices as JSON.

use domain::{
    contact::{Contact, Organisation},
    id::{OperationId, ServiceId, TariffPlanId},
    name::DomainName,
    term::Years,
};
use engine::{
    Error,
    orders::{NamePlan, NewOrder, OrderPlaced, QuoteRequest, RequestSource, ValidationPlan},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    input,
    services::PriceLine,
    values::{KeyChoice, Money, ValidationMethod},
};

/// What might be ordered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuoteQuestion {
    /// The tariff plan.
    #[schema(value_type = String, examples("tar_0192f0c1a2b37c4d8e5f60718293a4b5"))]
    tariff: TariffPlanId,
    /// For how many years.
    #[schema(minimum = 1, maximum = 10)]
    years: u32,
    /// The names, main name first.
    #[schema(examples("example.com"))]
    names: Vec<String>,
}

/// What an order would cost.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Quote {
    /// The names as the CA will be told.
    #[schema(value_type = Vec<String>)]
    names: Vec<DomainName>,
    /// Ordinary names beyond the included ones.
    extra_names: u32,
    /// Wildcard names beyond the included ones.
    extra_wildcards: u32,
    /// The lines of the price.
    lines: Vec<PriceLine>,
    /// Net.
    net: Money,
    /// Tax.
    tax: Money,
    /// What is to be paid.
    gross: Money,
    /// What the account can spend.
    available: Money,
    /// What is missing to pay it.
    #[schema(required)]
    missing: Option<Money>,
}

/// An order. Give either `csr` or `new_key`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    /// The tariff plan.
    #[schema(value_type = String, examples("tar_0192f0c1a2b37c4d8e5f60718293a4b5"))]
    tariff: TariffPlanId,
    /// For how many years.
    #[schema(minimum = 1, maximum = 10)]
    years: u32,
    /// The names, main name first. Left out: those of the request.
    #[serde(default)]
    #[schema(examples("example.com"))]
    names: Vec<String>,
    /// The certificate signing request, PEM. Your private key stays with you.
    csr: Option<String>,
    /// Has a key of this kind made here and kept sealed: by sending it you agree to that. The key is taken out in the
    /// client area, after the password again.
    new_key: Option<KeyChoice>,
    /// How control over the names is proven.
    validation: Validation,
    /// Whom the CA may call.
    contact: ContactPerson,
    /// For OV and EV.
    organisation: Option<Company>,
    /// Years to prolong by at the end of the paid term; left out: not prolonged.
    #[schema(minimum = 1, maximum = 10)]
    prolong_years: Option<u32>,
    /// Your own id of the order, up to 100 characters: the same id again gets the same service.
    external_ref: Option<String>,
    /// The gross price that you reckon with; the order is refused when it is another.
    agreed_price: Option<Money>,
}

/// How control over the names is proven.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ValidationPlan)]
pub(crate) struct Validation {
    /// For every name that is not listed.
    method: ValidationMethod,
    /// Names with a method or an approver of their own. `email` needs an approver for every name.
    #[serde(default)]
    names: Vec<NameValidation>,
}

/// How control over one name is proven.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameValidation {
    /// The name.
    name: String,
    /// The method.
    method: ValidationMethod,
    /// The address, for `email`: one of those that the CA named.
    approver: Option<String>,
}

/// The person whom the CA may call or write to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Contact)]
pub(crate) struct ContactPerson {
    /// Given name.
    first_name: String,
    /// Family name.
    last_name: String,
    /// Position.
    #[serde(default)]
    title: String,
    /// Mail address.
    email: String,
    /// Phone with country code.
    phone: String,
}

/// What OV and EV certificates name besides the domain.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Organisation)]
pub(crate) struct Company {
    /// Registered name.
    name: String,
    /// ISO 3166-1 alpha-2.
    #[schema(examples("NL"))]
    country: String,
    /// State or province.
    region: String,
    /// Locality.
    city: String,
    /// Street and number.
    street: String,
    /// Postal code.
    postal_code: String,
    /// Phone that the CA finds in a public register.
    phone: String,
    /// Number in the register of companies, for EV.
    #[serde(default)]
    registration_number: String,
}

/// An order that was taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlacedOrder)]
pub(crate) struct Placed {
    /// The service.
    service: ServiceRef,
    /// The operation that opens it; none for a service that was there already.
    #[schema(required, value_type = Option<String>, examples("opr_0192f0c1a2b37c4d8e5f60718293a4b5"))]
    operation: Option<OperationId>,
    /// The external reference was used before: nothing was ordered.
    pub(super) repeated: bool,
}

/// A service by its names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceRef {
    /// Its id.
    #[schema(value_type = String, examples("svc_0192f0c1a2b37c4d8e5f60718293a4b5"))]
    id: ServiceId,
    /// What people call it.
    #[schema(examples("S-1042"))]
    number: String,
}

impl TryFrom<QuoteQuestion> for QuoteRequest {
    type Error = Error;

    fn try_from(question: QuoteQuestion) -> Result<Self, Error> {
        Ok(Self {
            account: None,
            plan: question.tariff,
            years: years("years", question.years)?,
            names: question.names,
        })
    }
}

impl From<engine::orders::Quote> for Quote {
    fn from(quote: engine::orders::Quote) -> Self {
        Self {
            names: quote.names.as_slice().to_vec(),
            extra_names: quote.extra.standard,
            extra_wildcards: quote.extra.wildcard,
            lines: quote.price.lines.into_iter().map(PriceLine::from).collect(),
            net: quote.price.net.into(),
            tax: quote.price.tax.into(),
            gross: quote.price.gross.into(),
            available: quote.available.into(),
            missing: quote.missing.map(Money::from),
        }
    }
}

impl TryFrom<Order> for NewOrder {
    type Error = Error;

    fn try_from(order: Order) -> Result<Self, Error> {
        Ok(Self {
            account: None,
            plan: order.tariff,
            years: years("years", order.years)?,
            names: order.names,
            request: match (order.csr, order.new_key) {
                (Some(csr), None) => RequestSource::Given(csr),
                (None, Some(choice)) => RequestSource::MadeAndStored(choice.0),
                (None, None) => return Err(Error::field("csr", "required")),
                (Some(_), Some(_)) => return Err(Error::field("new_key", "either-csr-or-key")),
            },
            validation: order.validation.into(),
            contact: order.contact.into(),
            organisation: order.organisation.map(Organisation::from),
            prolong: order
                .prolong_years
                .map(|count| years("prolong_years", count))
                .transpose()?,
            external_ref: order.external_ref,
            agreed: order
                .agreed_price
                .map(|money| {
                    money
                        .try_into()
                        .map_err(|_| Error::field("agreed_price", "money"))
                })
                .transpose()?,
        })
    }
}

impl From<Validation> for ValidationPlan {
    fn from(validation: Validation) -> Self {
        let names = validation.names.into_iter().map(|one| NamePlan {
            name: one.name,
            method: one.method.0,
            approver: one.approver,
        });
        Self {
            method: validation.method.0,
            names: names.collect(),
        }
    }
}

impl From<ContactPerson> for Contact {
    fn from(person: ContactPerson) -> Self {
        Self {
            first_name: person.first_name,
            last_name: person.last_name,
            title: person.title,
            email: person.email,
            phone: person.phone,
        }
    }
}

impl From<Company> for Organisation {
    fn from(company: Company) -> Self {
        Self {
            name: company.name,
            country: company.country,
            region: company.region,
            city: company.city,
            street: company.street,
            postal_code: company.postal_code,
            phone: company.phone,
            registration_number: company.registration_number,
        }
    }
}

impl From<OrderPlaced> for Placed {
    // A key that is made here is always kept, so the answer never holds one and may itself be kept.
    fn from(placed: OrderPlaced) -> Self {
        Self {
            service: ServiceRef {
                id: placed.service,
                number: input::number(placed.number),
            },
            operation: placed.operation,
            repeated: placed.is_repeated,
        }
    }
}

fn years(field: &str, count: u32) -> Result<Years, Error> {
    Years::new(count).map_err(|_| Error::field(field, "out-of-range"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(change: impl FnOnce(&mut serde_json::Value)) -> Result<NewOrder, String> {
        let mut json = serde_json::json!({
            "tariff": "tar_0192f0c1a2b37c4d8e5f60718293a4b5", "years": 1, "new_key": "p256", "names": ["example.com"],
            "validation": { "method": "dns" },
            "contact": { "first_name": "A", "last_name": "B", "email": "a@b.test", "phone": "+31" },
        });
        change(&mut json);
        let order: Order = serde_json::from_value(json).map_err(|error| error.to_string())?;
        order.try_into().map_err(|error| match error {
            Error::Invalid(problems) => format!("{}:{}", problems[0].field, problems[0].code),
            other => other.to_string(),
        })
    }

    #[test]
    fn an_order_needs_a_request_or_the_wish_for_a_key_and_not_both() {
        assert!(order(|_| ()).is_ok());
        assert_eq!(
            order(|order| order["csr"] = "x".into()).unwrap_err(),
            "new_key:either-csr-or-key"
        );
        let without = order(|order| {
            order.as_object_mut().unwrap().remove("new_key");
        });
        assert_eq!(without.unwrap_err(), "csr:required");
    }

    #[test]
    fn what_is_not_known_or_out_of_range_is_refused() {
        for (key, value, expected) in [
            ("colour", "red".into(), "unknown field `colour`"),
            ("years", 0.into(), "years:out-of-range"),
            ("years", 11.into(), "years:out-of-range"),
            ("years", serde_json::json!(-1), "invalid value"),
            ("years", serde_json::json!("1"), "invalid type"),
            ("prolong_years", 99.into(), "prolong_years:out-of-range"),
            (
                "tariff",
                "svc_0192f0c1a2b37c4d8e5f60718293a4b5".into(),
                "not an id",
            ),
            ("new_key", "p257".into(), "the kinds of keys"),
            (
                "agreed_price",
                serde_json::json!({ "amount": "ten", "currency": "EUR" }),
                "agreed_price:money",
            ),
        ] {
            let refused = order(|order| order[key] = value).unwrap_err();
            assert!(refused.contains(expected), "{key}: {refused}");
        }
    }
}
