//! What goes into and comes out of [`Services`](super::Services).

use domain::{
    Money,
    contact::{Contact, Organisation},
    id::{
        AccountId, CaOrderId, CertificateId, ModuleId, OperationId, PurchaseId, ServiceId, TariffPlanId,
        TaskId, ValidationId,
    },
    name::DomainName,
    price::PriceLine,
    product::{ProductKind, ValidationLevel, ValidationMethod},
    selection::PassedOver,
    state::{
        AttemptOutcome, IssueReason, KeyCustody, OperationKind, OperationState, PurchaseStage, ServiceState,
        ValidationState,
    },
    term::{ShownDates, Years},
};
use jiff::{Timestamp, civil::Date};

use crate::operations::Waiting;
pub use store::service_list::{Direction, ServiceSort};

use super::PlanView;

/// Which services are shown, and how.
#[derive(Debug, Clone, Default)]
pub struct ServiceQuery {
    /// Only of this account; members see their own in any case.
    pub account: Option<AccountId>,
    /// Only in one of these states; empty means all.
    pub states: Vec<ServiceState>,
    /// Only of this tariff plan.
    pub plan: Option<TariffPlanId>,
    /// Only through this module.
    pub module: Option<ModuleId>,
    /// Only those that end on this day or later.
    pub ends_from: Option<Date>,
    /// Only those that end on this day or earlier.
    pub ends_to: Option<Date>,
    /// Only those that end within so many days from today, the overdue ones among them; of any state but failed and
    /// closed, unless states are named.
    pub ends_within: Option<u16>,
    /// A number, a name or its beginning, a domain, a client, a CA order id.
    pub search: Option<String>,
    /// By what they are sorted.
    pub sort: ServiceSort,
    /// In which direction.
    pub direction: Direction,
}

/// A service as a row of the list.
#[derive(Debug, Clone)]
pub struct ServiceLine {
    /// Its id.
    pub id: ServiceId,
    /// What people call it (`NumberKind::Service`).
    pub number: i64,
    /// Its main name.
    pub main_name: DomainName,
    /// How many names it has.
    pub names: u32,
    /// Who bought it.
    pub account: AccountId,
    /// The buyer's name.
    pub account_name: String,
    /// What was bought.
    pub plan: TariffPlanId,
    /// The plan's name.
    pub plan_name: String,
    /// Through which module; empty until one was chosen.
    pub module: Option<ModuleId>,
    /// The module's name; for staff.
    pub module_name: Option<String>,
    /// Where it stands.
    pub state: ServiceState,
    /// End date and Paid till.
    pub dates: ShownDates,
    /// For how long it was paid.
    pub years: Years,
    /// What the client paid.
    pub gross: Money,
    /// When it was ordered.
    pub created_at: Timestamp,
}

/// A service's page.
#[derive(Debug, Clone)]
pub struct ServiceView {
    /// The row of the list.
    pub line: ServiceLine,
    /// Its version, for a change.
    pub version: i64,
    /// What is verified.
    pub level: ValidationLevel,
    /// Which names the product takes.
    pub kind: ProductKind,
    /// Its names, main name first.
    pub names: Vec<DomainName>,
    /// First day of the paid term; empty until the CA accepted.
    pub term_start: Option<Date>,
    /// Last day of the paid term, also when Paid till is not shown.
    pub term_end: Option<Date>,
    /// When the CA accepted the order.
    pub accepted_at: Option<Timestamp>,
    /// When the present certificate was delivered.
    pub issued_at: Option<Timestamp>,
    /// When it was closed or failed.
    pub closed_at: Option<Timestamp>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The client program's own id.
    pub external_ref: Option<String>,
    /// The last day on which the CA gives the money for an issued certificate back.
    pub refundable_until: Option<jiff::civil::Date>,
    /// Years to prolong by at the end of the paid term; empty: not prolonged.
    pub prolong: Option<Years>,
    /// Whom the CA may call.
    pub contact: Contact,
    /// For OV and EV.
    pub organisation: Option<Organisation>,
    /// The request and its key.
    pub key: KeyView,
    /// Its certificates, newest first.
    pub certificates: Vec<CertificateView>,
    /// Its CA orders, newest first.
    pub ca_orders: Vec<CaOrderView>,
    /// What must be proven now, name by name; empty before acceptance.
    pub validations: Vec<ValidationView>,
    /// Its operations, newest first.
    pub operations: Vec<OperationView>,
    /// What it cost.
    pub money: ServiceMoney,
    /// What comes until the paid term ends; empty before acceptance and when the service is over.
    pub plan: Option<PlanView>,
    /// What may be done with it now.
    pub may: Allowed,
}

/// Why a service failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Stable code; the translation key is `failure-{code}`: `rejected`, `closed`, `no_module`, `by_staff`.
    pub code: String,
    /// In the CA's words.
    pub text: Option<String>,
}

/// The request in use and where its key is.
#[derive(Debug, Clone)]
pub struct KeyView {
    /// Who keeps the private key.
    pub custody: KeyCustody,
    /// Kind of the key.
    pub kind: String,
    /// SHA-256 of the public key, hex.
    pub fingerprint: String,
    /// The certificate signing request in PEM; none while only a certificate that was taken over is known.
    pub csr: Option<String>,
    /// Whether the private key can be downloaded (after the password again).
    pub can_download: bool,
}

/// A certificate of a service.
#[derive(Debug, Clone)]
pub struct CertificateView {
    /// Its id.
    pub id: CertificateId,
    /// Serial number, hex.
    pub serial: String,
    /// SHA-256 of the certificate, hex.
    pub fingerprint: String,
    /// Who signed it.
    pub issuer: String,
    /// Its names.
    pub names: Vec<DomainName>,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until.
    pub not_after: Timestamp,
    /// Valid until this day, in the seller's time zone.
    pub end_date: Date,
    /// Why it was issued.
    pub reason: IssueReason,
    /// Whether it is the one in use.
    pub is_current: bool,
    /// When it was delivered; empty for one that does not match the order.
    pub delivered_at: Option<Timestamp>,
    /// Codes of what does not agree with the order.
    pub mismatches: Vec<String>,
}

/// A CA order of a service.
#[derive(Debug, Clone)]
pub struct CaOrderView {
    /// Its id here.
    pub id: CaOrderId,
    /// At which CA account; for staff.
    pub module: ModuleId,
    /// The module's name; for staff.
    pub module_name: String,
    /// Its id at the CA.
    pub ca_ref: String,
    /// Its state, one of the words of `ca::CaState`.
    pub state: String,
    /// The CA's own word.
    pub raw_state: String,
    /// When the CA accepted it.
    pub accepted_at: Timestamp,
    /// When it was last looked at.
    pub looked_at: Option<Timestamp>,
    /// What the CA charged; for staff.
    pub charged: Option<Money>,
    /// The CA's last answer, masked; for staff.
    pub raw: Option<String>,
}

/// What must be shown to the CA for one name.
#[derive(Debug, Clone)]
pub struct ValidationView {
    /// Its id.
    pub id: ValidationId,
    /// The name.
    pub name: DomainName,
    /// How it is proven.
    pub method: ValidationMethod,
    /// Where it stands at the CA.
    pub state: ValidationState,
    /// What exactly to publish.
    pub proof: ProofView,
    /// The connected zone into which certbroker publishes it by itself.
    pub zone: Option<String>,
    /// Whether certbroker has published it and every name server shows it.
    pub is_published: bool,
    /// When the CA accepted it.
    pub proven_at: Option<Timestamp>,
    /// When the CA was last asked.
    pub looked_at: Option<Timestamp>,
    /// From this day on the method may not be used any more.
    pub method_ends: Option<Date>,
}

/// What exactly to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofView {
    /// A CNAME record.
    Cname {
        /// Owner name, without trailing dot.
        name: String,
        /// Target, without trailing dot.
        value: String,
    },
    /// A file.
    File {
        /// Its address.
        url: String,
        /// Its content.
        content: String,
    },
    /// A mail to answer.
    Mail {
        /// Where it went.
        approver: Option<String>,
    },
}

/// An operation as a row of a list and as a part of a service's page.
#[derive(Debug, Clone)]
pub struct OperationView {
    /// Its id.
    pub id: OperationId,
    /// What people call it (`NumberKind::Operation`).
    pub number: i64,
    /// What it does.
    pub kind: OperationKind,
    /// Where it stands.
    pub state: OperationState,
    /// The step that comes next (`step-{word}` is the translation key).
    pub step: String,
    /// For which service.
    pub service: ServiceId,
    /// The service's number.
    pub service_number: i64,
    /// The service's main name.
    pub main_name: DomainName,
    /// Whose service it is.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
    /// Through which module.
    pub module: Option<ModuleId>,
    /// The module's name; for staff.
    pub module_name: Option<String>,
    /// Attempts that failed since it was started or started again.
    pub attempts: u32,
    /// When it is due next.
    pub next_run_at: Option<Timestamp>,
    /// Whether somebody works on it now.
    pub is_running: bool,
    /// The last error; for staff.
    pub error: Option<ErrorView>,
    /// Why it waits; for staff, and only where one operation is shown.
    pub waiting: Option<Waiting>,
    /// The open task of it; for staff.
    pub task: Option<(TaskId, i64)>,
    /// Who started it.
    pub started_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Its last attempts, newest first, with their log lines; for staff, and only where one operation is shown.
    pub history: Vec<AttemptView>,
    /// Modules considered, in the order in which they were tried, with the reason against each; for staff.
    pub considered: Vec<ConsideredView>,
    /// Its purchases, newest first; for staff.
    pub purchases: Vec<PurchaseView>,
}

/// An error of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorView {
    /// Its class, such as `unreachable`.
    pub class: String,
    /// What happened.
    pub text: String,
}

/// One attempt.
#[derive(Debug, Clone)]
pub struct AttemptView {
    /// Counted from 1.
    pub number: u32,
    /// The step at which it ended.
    pub step: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// How.
    pub outcome: AttemptOutcome,
    /// Its error.
    pub error: Option<ErrorView>,
    /// The last log lines.
    pub log: Vec<String>,
}

/// A module that was considered.
#[derive(Debug, Clone)]
pub struct ConsideredView {
    /// Its name.
    pub name: String,
    /// Why not; empty for the one that was taken.
    pub passed_over: Option<PassedOver>,
}

/// A purchase at a CA.
#[derive(Debug, Clone)]
pub struct PurchaseView {
    /// Its id.
    pub id: PurchaseId,
    /// Where it stands.
    pub stage: PurchaseStage,
    /// Made for this purchase alone.
    pub unique_value: String,
    /// What the catalogue says it costs.
    pub expected: Money,
    /// What the CA charged.
    pub charged: Option<Money>,
    /// The CA order.
    pub ca_ref: Option<String>,
    /// Why it was refused, or why nobody can tell.
    pub reason: Option<String>,
    /// CA orders that may be it, when nobody can tell.
    pub candidates: Vec<ca::Candidate>,
    /// When the intent was stored.
    pub intended_at: Timestamp,
    /// When its outcome was known.
    pub settled_at: Option<Timestamp>,
}

/// What a service cost.
#[derive(Debug, Clone)]
pub struct ServiceMoney {
    /// The price lines.
    pub lines: Vec<PriceLine>,
    /// Net.
    pub net: Money,
    /// What the client pays.
    pub gross: Money,
    /// What the CAs charged; for staff.
    pub cost: Vec<Money>,
    /// What is left of the net price; for staff, when the currencies allow.
    pub margin: Option<Money>,
}

/// What may be done with a service now, by this actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one answer per button of the page")]
pub struct Allowed {
    /// Give it up: before issue, or as long as the CA gives the money back.
    pub close: bool,
    /// Look with our own eyes.
    pub check_validation: bool,
    /// Change the method of validation.
    pub change_validation: bool,
    /// Have the validation mail sent again.
    pub resend: bool,
    /// Start the operation again.
    pub retry: bool,
    /// Upload the certificate by hand.
    pub finish_by_hand: bool,
    /// Have the certificate issued again.
    pub reissue: bool,
    /// Say whether the service is prolonged.
    pub prolong: bool,
    /// Suspend it.
    pub suspend: bool,
    /// Resume it.
    pub resume: bool,
    /// Download the certificate.
    pub download: bool,
}
