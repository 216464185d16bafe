//! A service whole: as JSON and for people.

use domain::{
    id::{CertificateId, NumberKind, OperationId},
    state::ValidationState,
};
use engine::services::{
    CaOrderView, CertificateView, OperationView, ProofView, ServiceMoney, ServiceView, ValidationView,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::Row;
use crate::output::{Amount, Sheet, Table, or_dash, spaced};

/// A service.
#[derive(Serialize)]
pub(in crate::command) struct Shown {
    #[serde(flatten)]
    line: Row,
    names: Vec<String>,
    level: &'static str,
    kind: &'static str,
    external_ref: Option<String>,
    term_start: Option<Date>,
    term_end: Option<Date>,
    accepted_at: Option<Timestamp>,
    issued_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    failure: Option<Failure>,
    key: Key,
    validations: Vec<Validation>,
    certificates: Vec<Certificate>,
    ca_orders: Vec<CaOrder>,
    operations: Vec<Operation>,
    money: Cost,
}

#[derive(Serialize)]
struct Failure {
    code: String,
    text: Option<String>,
}

#[derive(Serialize)]
struct Key {
    custody: &'static str,
    kind: String,
    fingerprint: String,
    csr: Option<String>,
    can_download: bool,
}

#[derive(Serialize)]
struct Validation {
    name: String,
    method: &'static str,
    state: &'static str,
    proof: Proof,
    /// The connected zone into which certbroker publishes the record itself.
    zone: Option<String>,
    is_published: bool,
    proven_at: Option<Timestamp>,
    method_ends: Option<Date>,
}

/// What to publish.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Proof {
    Cname { name: String, value: String },
    File { url: String, content: String },
    Mail { approver: Option<String> },
}

#[derive(Serialize)]
struct Certificate {
    id: CertificateId,
    serial: String,
    fingerprint: String,
    issuer: String,
    names: Vec<String>,
    not_before: Timestamp,
    not_after: Timestamp,
    reason: &'static str,
    is_current: bool,
    delivered_at: Option<Timestamp>,
    mismatches: Vec<String>,
}

#[derive(Serialize)]
struct CaOrder {
    ca_ref: String,
    module_name: String,
    state: String,
    raw_state: String,
    accepted_at: Timestamp,
    charged: Option<Amount>,
}

#[derive(Serialize)]
struct Operation {
    id: OperationId,
    number: String,
    kind: &'static str,
    state: &'static str,
    step: String,
    error: Option<String>,
}

#[derive(Serialize)]
struct Cost {
    net: Amount,
    gross: Amount,
    #[serde(rename = "cost")]
    at_ca: Vec<Amount>,
    margin: Option<Amount>,
}

impl From<ServiceView> for Shown {
    fn from(view: ServiceView) -> Self {
        Self {
            line: view.line.into(),
            names: view.names.iter().map(ToString::to_string).collect(),
            level: view.level.word(),
            kind: view.kind.word(),
            external_ref: view.external_ref,
            term_start: view.term_start,
            term_end: view.term_end,
            accepted_at: view.accepted_at,
            issued_at: view.issued_at,
            closed_at: view.closed_at,
            failure: view.failure.map(|failure| Failure {
                code: failure.code,
                text: failure.text,
            }),
            key: Key {
                custody: view.key.custody.word(),
                kind: view.key.kind,
                fingerprint: view.key.fingerprint,
                csr: view.key.csr,
                can_download: view.key.can_download,
            },
            validations: view.validations.into_iter().map(Validation::from).collect(),
            certificates: view.certificates.into_iter().map(Certificate::from).collect(),
            ca_orders: view.ca_orders.into_iter().map(CaOrder::from).collect(),
            operations: view.operations.into_iter().map(Operation::from).collect(),
            money: view.money.into(),
        }
    }
}

impl From<ValidationView> for Validation {
    fn from(view: ValidationView) -> Self {
        Self {
            name: view.name.to_string(),
            method: view.method.word(),
            state: view.state.word(),
            proof: match view.proof {
                ProofView::Cname { name, value } => Proof::Cname { name, value },
                ProofView::File { url, content } => Proof::File { url, content },
                ProofView::Mail { approver } => Proof::Mail { approver },
            },
            zone: view.zone,
            is_published: view.is_published,
            proven_at: view.proven_at,
            method_ends: view.method_ends,
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
            names: view.names.iter().map(ToString::to_string).collect(),
            not_before: view.not_before,
            not_after: view.not_after,
            reason: view.reason.word(),
            is_current: view.is_current,
            delivered_at: view.delivered_at,
            mismatches: view.mismatches,
        }
    }
}

impl From<CaOrderView> for CaOrder {
    fn from(view: CaOrderView) -> Self {
        Self {
            ca_ref: view.ca_ref,
            module_name: view.module_name,
            state: view.state,
            raw_state: view.raw_state,
            accepted_at: view.accepted_at,
            charged: view.charged.map(Amount::from),
        }
    }
}

impl From<OperationView> for Operation {
    fn from(view: OperationView) -> Self {
        Self {
            id: view.id,
            number: NumberKind::Operation.show(view.number),
            kind: view.kind.word(),
            state: view.state.word(),
            step: view.step,
            error: view.error.map(|error| error.text),
        }
    }
}

impl From<ServiceMoney> for Cost {
    fn from(money: ServiceMoney) -> Self {
        Self {
            net: money.net.into(),
            gross: money.gross.into(),
            at_ca: money.cost.into_iter().map(Amount::from).collect(),
            margin: money.margin.map(Amount::from),
        }
    }
}

/// Where it stands, and what the client must publish.
pub(in crate::command) fn progress(shown: &Shown) -> String {
    let mut sheet = Sheet::default();
    sheet.line(format!("{} is {}", shown.line.number, spaced(shown.line.state)));
    if let Some(failure) = &shown.failure {
        let why = failure.text.as_deref().unwrap_or(&failure.code);
        sheet.line(format!("because: {why}"));
    }
    let proven = ValidationState::Proven.word();
    for open in shown.validations.iter().filter(|one| one.state != proven) {
        wanted(&mut sheet, open);
    }
    if let Some(end) = shown.line.end_date {
        sheet.line(format!("the certificate is valid until {end}"));
    }
    sheet.finish()
}

fn wanted(sheet: &mut Sheet, validation: &Validation) {
    sheet.line(format!("to prove {}", validation.name));
    match &validation.proof {
        Proof::Cname { name, value } => {
            sheet.line("  publish this record:");
            sheet.line(format!("    {name}. CNAME {value}."));
        }
        Proof::File { url, content } => {
            sheet.line("  serve this file:");
            sheet.line(format!("    {url}"));
            sheet.line("  with exactly this content:");
            for line in content.lines() {
                sheet.line(format!("    {line}"));
            }
        }
        Proof::Mail { approver } => {
            sheet.line(format!("  answer the mail to {}", or_dash(approver.as_ref())));
        }
    }
    if let Some(zone) = &validation.zone {
        sheet.line(format!("  certbroker publishes it in the zone {zone}"));
    }
    if let Some(day) = validation.method_ends {
        sheet.line(format!("  this method of validation ends on {day}"));
    }
}

/// The page of a service.
pub(super) fn page(shown: &Shown) -> String {
    let line = &shown.line;
    let mut sheet = Sheet::default();
    sheet.line(progress(shown).trim_end());
    sheet.fact("Names", shown.names.join(", "));
    sheet.fact("Account", &line.account_name);
    sheet.fact("Tariff", format!("{}, {} y", line.tariff_name, line.years));
    sheet.fact("Module", or_dash(line.module_name.as_ref()));
    sheet.fact("End date", or_dash(line.end_date.as_ref()));
    sheet.fact("Paid till", or_dash(line.paid_till.as_ref()));
    sheet.fact(
        "Price",
        format!("{} (net {})", shown.money.gross, shown.money.net),
    );
    sheet.fact("Margin", or_dash(shown.money.margin.as_ref()));
    sheet.fact(
        "Key",
        format!("{}, {}", shown.key.kind, spaced(shown.key.custody)),
    );
    sheet.fact("Reference", or_dash(shown.external_ref.as_ref()));
    let mut table = Table::new(&["Certificate", "From", "Until", "Issuer", "In use"]);
    for one in &shown.certificates {
        table.row([
            one.serial.clone(),
            one.not_before.to_string(),
            one.not_after.to_string(),
            one.issuer.clone(),
            if one.is_current { "yes" } else { "no" }.to_owned(),
        ]);
    }
    sheet.table(&table);
    let mut table = Table::new(&["CA order", "Module", "State", "Charged"]);
    for one in &shown.ca_orders {
        table.row([
            one.ca_ref.clone(),
            one.module_name.clone(),
            spaced(&one.state),
            or_dash(one.charged.as_ref()),
        ]);
    }
    sheet.table(&table);
    let mut table = Table::new(&["Operation", "Kind", "State", "Step", "Error"]);
    for one in &shown.operations {
        table.row([
            one.number.clone(),
            one.kind.to_owned(),
            spaced(one.state),
            spaced(&one.step),
            or_dash(one.error.as_ref()),
        ]);
    }
    sheet.table(&table);
    sheet.finish()
}
