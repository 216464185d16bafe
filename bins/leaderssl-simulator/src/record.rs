//! The records that the simulator keeps: what a CA and its reseller know of an order.

use domain::{
    DomainName, Money, NameSet,
    contact::Organisation,
    product::ValidationMethod,
    term::{PaidTerm, Years},
};
use jiff::{Timestamp, civil::Date};
use pki::{RequestToken, UniqueValue};
use serde::{Deserialize, Serialize};

use crate::{catalogue, csr::KeptCsr};

/// The API's words for the methods of validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DcvType {
    /// Mail with a code to an approver.
    #[serde(rename = "EMAIL")]
    Email,
    /// CNAME record named by hashes of the CSR.
    #[serde(rename = "CNAME_CSR_HASH")]
    Cname,
    /// File over HTTP with hashes of the CSR.
    #[serde(rename = "HTTP_CSR_HASH")]
    Http,
    /// The same file over HTTPS.
    #[serde(rename = "HTTPS_CSR_HASH")]
    Https,
}

impl DcvType {
    /// Reads the API's word, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_uppercase().as_str() {
            "EMAIL" => Some(Self::Email),
            "CNAME_CSR_HASH" => Some(Self::Cname),
            "HTTP_CSR_HASH" => Some(Self::Http),
            "HTTPS_CSR_HASH" => Some(Self::Https),
            _ => None,
        }
    }

    /// The API's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Cname => "CNAME_CSR_HASH",
            Self::Http => "HTTP_CSR_HASH",
            Self::Https => "HTTPS_CSR_HASH",
        }
    }

    /// The method in the words of the domain rules.
    pub const fn method(self) -> ValidationMethod {
        match self {
            Self::Email => ValidationMethod::Email,
            Self::Cname => ValidationMethod::Dns,
            Self::Http => ValidationMethod::Http,
            Self::Https => ValidationMethod::Https,
        }
    }

    /// Whether the method uses the request token, which no two orders may share.
    pub const fn uses_token(self) -> bool {
        !matches!(self, Self::Email)
    }
}

/// What was asked for, checked: all that a certificate needs but its term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRequest {
    /// Product.
    pub nomenclature_id: i64,
    /// Names as ordered, the main one first.
    pub names: NameSet,
    /// The CSR.
    pub csr: KeptCsr,
    /// What makes the request token unique.
    pub unique_value: Option<UniqueValue>,
    /// One entry per name: the method and, for mail, the approver.
    pub approvals: Vec<Approval>,
    /// Organisation, for OV and EV.
    pub organisation: Option<Organisation>,
}

/// How control of one name is to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The name.
    pub name: DomainName,
    /// The method.
    pub dcv_type: DcvType,
    /// The approver, for mail.
    pub email: Option<String>,
}

/// Control of one name, as the CA sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameControl {
    /// How it is to be shown.
    pub approval: Approval,
    /// Whether the name was ordered or comes along.
    pub origin: NameOrigin,
    /// When control was shown, in business time.
    pub proven_at: Option<Timestamp>,
}

/// Why a name is in a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameOrigin {
    /// Ordered: the certificate waits for it.
    Ordered,
    /// Comes free: taken in when it is proven by the time the ordered ones are.
    Free,
}

/// State of a certificate at the CA. That it has expired is computed, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateStatus {
    /// Waits for control of its names.
    Pending,
    /// Names are proven; the organisation is being checked.
    Validation,
    /// Issued.
    Issued,
    /// Refused by the CA.
    Rejected,
    /// Cancelled before or after issue, with the money back.
    Cancelled,
    /// Revoked.
    Revoked,
    /// Superseded by a reissue; still valid.
    Replaced,
}

impl CertificateStatus {
    /// The API's word (assumed, as all status words).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Validation => "validation",
            Self::Issued => "issued",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Revoked => "revoked",
            Self::Replaced => "replaced",
        }
    }

    /// Whether something may still be issued.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Validation)
    }
}

/// One certificate record; a reissue makes another one of the same order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Id in the API.
    pub id: i64,
    /// Order it belongs to.
    pub order_id: i64,
    /// Preorder it was bought by, if any.
    pub preorder_id: Option<i64>,
    /// What was asked for.
    pub request: CertificateRequest,
    /// State.
    pub status: CertificateStatus,
    /// Why it was rejected, cancelled or revoked.
    pub reason: Option<String>,
    /// A status word put by the management listener in place of the real one.
    pub status_word: Option<String>,
    /// Control of each name, ordered ones first.
    pub control: Vec<NameControl>,
    /// When the organisation was verified; reissues within the reuse period inherit it.
    pub organisation_verified_at: Option<Timestamp>,
    /// The paid years.
    pub years: Years,
    /// The paid term.
    pub term: PaidTerm,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Number at the CA behind the reseller.
    pub issuer_order_number: String,
    /// The X.509 certificate, once issued.
    pub issued: Option<Issued>,
    /// The certificate that this one takes the place of.
    pub replaces: Option<i64>,
}

/// An issued X.509 certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// Hex serial number.
    pub serial: String,
    /// First day of validity.
    pub valid_from: Date,
    /// Last day of validity.
    pub valid_to: Date,
    /// When it was signed.
    pub at: Timestamp,
    /// Names in the certificate.
    pub names: Vec<DomainName>,
    /// The leaf as PEM.
    pub leaf: String,
    /// Key family of the chain that signed it.
    pub family: KeyFamily,
}

/// The two hierarchies: as at Sectigo, RSA keys are certified by RSA and EC keys by EC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyFamily {
    /// Elliptic curves.
    Ec,
    /// RSA.
    Rsa,
}

impl Certificate {
    /// The main name.
    pub fn main_name(&self) -> &DomainName {
        self.request.names.main()
    }

    /// The product, which is in the catalogue for every accepted order.
    pub(crate) fn product(&self) -> Option<&'static catalogue::Product> {
        catalogue::find(self.request.nomenclature_id)
    }

    /// Whether the last day of an issued certificate is over.
    pub fn is_expired(&self, today: Date) -> bool {
        let stands = matches!(
            self.status,
            CertificateStatus::Issued | CertificateStatus::Replaced
        );
        stands && self.issued.as_ref().is_some_and(|issued| issued.valid_to < today)
    }

    /// Whether every ordered name is proven.
    pub(crate) fn names_are_proven(&self) -> bool {
        self.control
            .iter()
            .all(|control| control.origin == NameOrigin::Free || control.proven_at.is_some())
    }

    /// The key under which a request token may be used once.
    pub(crate) fn token_key(&self) -> Option<String> {
        let uses_token = self
            .control
            .iter()
            .any(|control| control.approval.dcv_type.uses_token());
        uses_token.then(|| self.request.token().cname_target())
    }
}

impl CertificateRequest {
    /// The request token by which control of names is shown.
    pub fn token(&self) -> RequestToken {
        self.csr.token(self.unique_value.clone())
    }
}

/// An order: one payment, one certificate or more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Id in the API.
    pub id: i64,
    /// What was charged or is to be paid.
    pub sum: Money,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// What it consists of.
    pub items: Vec<OrderItem>,
    /// Whether it is paid.
    pub payment: Payment,
}

/// Whether an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payment {
    /// Paid from the balance.
    Paid,
    /// Waits for money; the certificates appear when it is paid.
    Unpaid,
    /// Given up and, if it was paid, refunded.
    Cancelled,
}

/// One product of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// Id in the API.
    pub id: i64,
    /// What was asked for.
    pub request: CertificateRequest,
    /// Paid years.
    pub years: Years,
    /// Its part of the sum.
    pub price: Money,
    /// The first certificate, once the order is paid.
    pub certificate_id: Option<i64>,
    /// Preorder by which it was paid, if any.
    pub preorder_id: Option<i64>,
}

/// A paid right to a certificate, without a CSR yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preorder {
    /// Id in the API.
    pub id: i64,
    /// Product.
    pub nomenclature_id: i64,
    /// Paid years.
    pub years: Years,
    /// Main name.
    pub domain_name: DomainName,
    /// Standard names, main one included.
    pub standard_domains_count: u32,
    /// Wildcard names.
    pub wildcard_domains_count: u32,
    /// What it cost.
    pub price: Money,
    /// When it was bought.
    pub created_at: Timestamp,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// The certificate made of it.
    pub certificate_id: Option<i64>,
}

/// A movement of the reseller's money: the truth that a client's books are compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Sequence number from 1.
    pub id: i64,
    /// When, in business time.
    pub at: Timestamp,
    /// What moved it.
    pub kind: ChargeKind,
    /// Always positive; the kind says which way.
    pub amount: Money,
    /// What the account holds afterwards.
    pub balance: Money,
    /// Order, if any.
    pub order_id: Option<i64>,
    /// Preorder, if any.
    pub preorder_id: Option<i64>,
    /// Main name, if any.
    pub domain_name: Option<DomainName>,
    /// Product, if any.
    pub nomenclature_id: Option<i64>,
    /// Days bought, if any.
    pub days: Option<u16>,
    /// Unique value of the request, if any.
    pub unique_value: Option<UniqueValue>,
}

/// What moves money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeKind {
    /// Balance at the first start.
    Opening,
    /// Order or preorder: money out.
    Purchase,
    /// Cancelled order: money back.
    Refund,
    /// Money in from the management listener.
    TopUp,
    /// Money out from the management listener.
    Withdrawal,
}

/// A mail that the simulated CA sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Sequence number from 1.
    pub id: i64,
    /// Address.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The code that the text holds.
    pub code: String,
    /// The link that confirms.
    pub link: String,
    /// Certificate that waits for it.
    pub certificate_id: i64,
    /// Names that it approves.
    pub names: Vec<DomainName>,
    /// When it was sent, in business time.
    pub sent_at: Timestamp,
    /// When the code was used.
    pub confirmed_at: Option<Timestamp>,
}

/// A signed-in session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The token.
    pub token: String,
    /// When it was made, in machine-independent business time.
    pub at: Timestamp,
}
