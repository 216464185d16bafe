//! A service as JSON. What is for staff alone (modules, costs, raw answers, error texts) has no field here.

use domain::{
    id::{CertificateId, OperationId, ServiceId, TariffPlanId},
    name::DomainName,
};
use engine::services::{CertificateView, KeyView, OperationView, ServiceView};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    input,
    validations::Validation,
    values::{
        IssueReason, KeyCustody, Money, OperationKind, OperationState, PriceLineKind, ProductKind,
        ServiceState, ValidationLevel,
    },
};

/// A service as a row of the list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceLine {
    /// Its id.
    #[schema(value_type = String, examples("svc_0192f0c1a2b37c4d8e5f60718293a4b5"))]
    id: ServiceId,
    /// What people call it.
    #[schema(examples("S-1042"))]
    number: String,
    /// Its main name.
    #[schema(value_type = String, examples("example.com"))]
    main_name: DomainName,
    /// How many names it has.
    names_count: u32,
    /// What was bought.
    #[schema(value_type = String, examples("tar_0192f0c1a2b37c4d8e5f60718293a4b5"))]
    tariff: TariffPlanId,
    /// The tariff plan's name.
    tariff_name: String,
    /// Where it stands.
    state: ServiceState,
    /// The present certificate is valid until this day; none before the first issue.
    #[schema(required)]
    end_date: Option<Date>,
    /// End of the paid term; none when one certificate covers all of it.
    #[schema(required)]
    paid_till: Option<Date>,
    /// For how many years it was paid.
    years: u8,
    /// What was paid, with tax.
    gross: Money,
    /// When it was ordered.
    created_at: Timestamp,
}

/// A service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Service {
    #[serde(flatten)]
    line: ServiceLine,
    /// Its names, main name first.
    #[schema(value_type = Vec<String>)]
    names: Vec<DomainName>,
    /// What the CA verifies.
    level: ValidationLevel,
    /// Which names the product takes.
    kind: ProductKind,
    /// Your own id, from the order.
    #[schema(required)]
    external_ref: Option<String>,
    /// First day of the paid term; none until the CA accepted.
    #[schema(required)]
    term_start: Option<Date>,
    /// Last day of the paid term.
    #[schema(required)]
    term_end: Option<Date>,
    /// When the CA accepted the order.
    #[schema(required)]
    accepted_at: Option<Timestamp>,
    /// When the present certificate was delivered.
    #[schema(required)]
    issued_at: Option<Timestamp>,
    /// When it was closed or failed.
    #[schema(required)]
    closed_at: Option<Timestamp>,
    /// Why it failed.
    #[schema(required)]
    failure: Option<ServiceFailure>,
    /// Years to prolong by at the end of the paid term; none: not prolonged.
    #[schema(required)]
    prolong_years: Option<u8>,
    /// The request and its key.
    key: Key,
    /// What must be proven now, name by name; empty before the CA accepted.
    validations: Vec<Validation>,
    /// Its certificates, the newest first.
    certificates: Vec<Certificate>,
    /// Automatic work on it, the newest first.
    operations: Vec<Operation>,
    /// What it cost.
    price: Vec<PriceLine>,
    /// What may be done now.
    may: May,
}

/// Why a service failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceFailure {
    /// Stable code: `rejected`, `closed`, `no_module`, `by_staff`.
    code: String,
    /// In the CA's words.
    #[schema(required)]
    text: Option<String>,
}

/// The request in use and where its key is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Key {
    /// Who keeps the private key. A stored key is taken out in the client area, after the password again.
    custody: KeyCustody,
    /// Kind of the key.
    #[schema(examples("EC P-256"))]
    kind: String,
    /// SHA-256 of the public key, hex.
    fingerprint: String,
    /// The certificate signing request, PEM.
    csr: Option<String>,
}

/// A certificate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Certificate {
    /// Its id.
    #[schema(value_type = String, examples("crt_0192f0c1a2b37c4d8e5f60718293a4b5"))]
    id: CertificateId,
    /// Serial number, hex.
    serial: String,
    /// SHA-256 of the certificate, hex.
    fingerprint: String,
    /// Who signed it.
    issuer: String,
    /// Its names.
    #[schema(value_type = Vec<String>)]
    names: Vec<DomainName>,
    /// Valid from.
    not_before: Timestamp,
    /// Valid until.
    not_after: Timestamp,
    /// Why it was issued.
    reason: IssueReason,
    /// Whether it is the one in use.
    is_current: bool,
    /// When it was delivered; none for one that does not match the order.
    #[schema(required)]
    delivered_at: Option<Timestamp>,
}

/// Automatic work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Operation {
    /// Its id.
    #[schema(value_type = String, examples("opr_0192f0c1a2b37c4d8e5f60718293a4b5"))]
    id: OperationId,
    /// What it does.
    kind: OperationKind,
    /// Where it stands.
    state: OperationState,
    /// The step that comes next.
    step: String,
    /// When it was started.
    created_at: Timestamp,
    /// When it ended.
    #[schema(required)]
    finished_at: Option<Timestamp>,
}

/// One line of a price.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceLine {
    /// What it pays for.
    kind: PriceLineKind,
    /// How many.
    quantity: u32,
    /// Net price of one.
    unit_net: Money,
    /// Net.
    net: Money,
    /// Tax rate in percent.
    #[schema(examples("21"))]
    tax_rate: String,
    /// Tax.
    tax: Money,
    /// Net and tax.
    gross: Money,
}

/// What may be done with a service now.
#[derive(Debug, Serialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one answer per call that may be made"
)]
pub(crate) struct May {
    /// Give it up before issue.
    close: bool,
    /// Look at what is published.
    check_validations: bool,
    /// Change the method of validation.
    change_method: bool,
    /// Have the validation mails sent again.
    resend: bool,
    /// Download the certificate.
    download: bool,
}

impl From<engine::services::ServiceLine> for ServiceLine {
    fn from(line: engine::services::ServiceLine) -> Self {
        Self {
            id: line.id,
            number: input::number(line.number),
            main_name: line.main_name,
            names_count: line.names,
            tariff: line.plan,
            tariff_name: line.plan_name,
            state: line.state.into(),
            end_date: line.dates.end_date,
            paid_till: line.dates.paid_till,
            years: line.years.count(),
            gross: line.gross.into(),
            created_at: line.created_at,
        }
    }
}

impl From<ServiceView> for Service {
    fn from(view: ServiceView) -> Self {
        Self {
            line: view.line.into(),
            names: view.names,
            level: view.level.into(),
            kind: view.kind.into(),
            external_ref: view.external_ref,
            term_start: view.term_start,
            term_end: view.term_end,
            accepted_at: view.accepted_at,
            issued_at: view.issued_at,
            closed_at: view.closed_at,
            failure: view.failure.map(|failure| ServiceFailure {
                code: failure.code,
                text: failure.text,
            }),
            prolong_years: view.prolong.map(domain::term::Years::count),
            key: view.key.into(),
            validations: view.validations.into_iter().map(Validation::from).collect(),
            certificates: view.certificates.into_iter().map(Certificate::from).collect(),
            operations: view.operations.into_iter().map(Operation::from).collect(),
            price: view.money.lines.into_iter().map(PriceLine::from).collect(),
            may: May {
                close: view.may.close,
                check_validations: view.may.check_validation,
                change_method: view.may.change_validation,
                resend: view.may.resend,
                download: view.may.download,
            },
        }
    }
}

impl From<KeyView> for Key {
    fn from(key: KeyView) -> Self {
        Self {
            custody: key.custody.into(),
            kind: key.kind,
            fingerprint: key.fingerprint,
            csr: key.csr,
        }
    }
}

impl From<CertificateView> for Certificate {
    fn from(view: CertificateView) -> Self {
        Self {
            id: view.id,
            serial: view.serial,
            fingerprint: view.fingerprint,
            issuer: view.issuer,
            names: view.names,
            not_before: view.not_before,
            not_after: view.not_after,
            reason: view.reason.into(),
            is_current: view.is_current,
            delivered_at: view.delivered_at,
        }
    }
}

impl From<OperationView> for Operation {
    fn from(view: OperationView) -> Self {
        Self {
            id: view.id,
            kind: view.kind.into(),
            state: view.state.into(),
            step: view.step,
            created_at: view.created_at,
            finished_at: view.finished_at,
        }
    }
}

impl From<domain::price::PriceLine> for PriceLine {
    fn from(line: domain::price::PriceLine) -> Self {
        Self {
            kind: line.kind.into(),
            quantity: line.quantity,
            unit_net: line.unit_net.into(),
            net: line.net.into(),
            tax_rate: line.tax_rate.normalize().to_string(),
            tax: line.tax.into(),
            gross: line.gross.into(),
        }
    }
}
