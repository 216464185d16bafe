//! What goes into and comes out of [`Orders`](super::Orders).

use domain::{
    Money,
    contact::{Contact, Organisation},
    id::{AccountId, OperationId, ServiceId, TariffPlanId},
    name::{DomainName, NameSet},
    price::{ExtraNames, Price},
    product::ValidationMethod,
    term::Years,
};
use jiff::civil::Date;
use pki::KeyChoice;
use secrecy::SecretString;

/// What an order would cost.
#[derive(Debug, Clone)]
pub struct QuoteRequest {
    /// Who pays; the actor's own account when empty.
    pub account: Option<AccountId>,
    /// What is bought.
    pub plan: TariffPlanId,
    /// For how long.
    pub years: Years,
    /// The names as they were typed, main name first.
    pub names: Vec<String>,
}

/// The price of an order, and whether it can be paid.
#[derive(Debug, Clone)]
pub struct Quote {
    /// The names as the CA will be told.
    pub names: NameSet,
    /// Names beyond the included ones.
    pub extra: ExtraNames,
    /// The price.
    pub price: Price,
    /// What the account can spend.
    pub available: Money,
    /// What is missing to pay it.
    pub missing: Option<Money>,
    /// What the first module asks and what is left; for staff.
    pub margin: Option<Margin>,
}

/// What a sale costs and leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margin {
    /// What the CA charges, by its catalogue.
    pub cost: Money,
    /// What is left of the net price; empty when the currencies differ and no rate is known.
    pub left: Option<Money>,
}

/// Where the certificate signing request comes from.
#[derive(Debug)]
pub enum RequestSource {
    /// Pasted, or made in the browser: the private key never comes here.
    Given(String),
    /// Made here; the key is shown once and not kept.
    MadeNotStored(KeyChoice),
    /// Made here; the key is kept sealed, and the client agreed to that.
    MadeAndStored(KeyChoice),
}

/// How control over the names is to be proven.
#[derive(Debug, Clone)]
pub struct ValidationPlan {
    /// For every name that is not listed.
    pub method: ValidationMethod,
    /// Names with a method or an approver of their own, as they were typed.
    pub names: Vec<NamePlan>,
}

/// How control over one name is to be proven.
#[derive(Debug, Clone)]
pub struct NamePlan {
    /// The name.
    pub name: String,
    /// The method.
    pub method: ValidationMethod,
    /// The address, for mail.
    pub approver: Option<String>,
}

/// An order.
#[derive(Debug)]
pub struct NewOrder {
    /// Who pays; the actor's own account when empty. Staff may name any account.
    pub account: Option<AccountId>,
    /// What is bought.
    pub plan: TariffPlanId,
    /// For how long.
    pub years: Years,
    /// The names as they were typed, main name first. Empty: those of the given request.
    pub names: Vec<String>,
    /// The certificate signing request.
    pub request: RequestSource,
    /// How control is proven.
    pub validation: ValidationPlan,
    /// Whom the CA may call.
    pub contact: Contact,
    /// For OV and EV.
    pub organisation: Option<Organisation>,
    /// Years to prolong by at the end of the paid term; empty: not prolonged.
    pub prolong: Option<Years>,
    /// The client program's own id: the same id again gives the same service.
    pub external_ref: Option<String>,
    /// The gross price that was shown; another price refuses the order.
    pub agreed: Option<Money>,
}

/// An order that was taken.
#[derive(Debug)]
pub struct OrderPlaced {
    /// The new service.
    pub service: ServiceId,
    /// What people call it.
    pub number: i64,
    /// The operation that opens it; empty for an order that was there already.
    pub operation: Option<OperationId>,
    /// The private key in PEM, once, when it was made here and is not kept.
    pub private_key: Option<SecretString>,
    /// The same external reference was used before: nothing new was made.
    pub is_repeated: bool,
}

/// A certificate signing request and what is wrong with it.
#[derive(Debug, Clone)]
pub struct JudgedCsr {
    /// Its names, main name first; empty when it cannot be read.
    pub names: Vec<DomainName>,
    /// Kind of its key, such as `EC P-256`.
    pub key: Option<String>,
    /// Organisation in its subject.
    pub organisation: Option<String>,
    /// SHA-256 of the DER, hex.
    pub fingerprint: Option<String>,
    /// What is wrong, each with its stable code (`problem-{code}`) and an English text.
    pub problems: Vec<CodedProblem>,
}

/// Something that is wrong, with a stable code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedProblem {
    /// Stable code.
    pub code: String,
    /// In English.
    pub text: String,
}

/// The addresses that may approve a name by mail.
#[derive(Debug, Clone)]
pub struct Approvers {
    /// The name.
    pub name: DomainName,
    /// The addresses, as the CA gave them just now.
    pub addresses: Vec<String>,
}

/// What to know of a method before it is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MethodView {
    /// The method.
    pub method: ValidationMethod,
    /// Whether it proves wildcard names.
    pub takes_wildcards: bool,
    /// From this day on it may not be used any more.
    pub forbidden_from: Option<Date>,
}
