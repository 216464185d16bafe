//! What is asked of a CA when money may move: parsed once, then trusted.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    Money,
    contact::{Contact, Organisation},
    name::{DomainName, NameSet},
    product::ValidationMethod,
};
use jiff::Timestamp;
use pki::CsrFingerprint;
pub use pki::UniqueValue;
use rustls_pki_types::{CertificateSigningRequestDer, pem::PemObject};
use serde::{Deserialize, Serialize};

use crate::outcome::CaOrderRef;

/// A product's id at the CA, opaque to everybody but its connector.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductId(pub String);

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A certificate signing request (PKCS#10). Its canonical form is DER: validation tokens are hashes over DER, never over PEM text.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Csr(Vec<u8>);

/// The text holds no certificate signing request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no certificate signing request in the text")]
pub struct NoCsr;

impl Csr {
    /// Takes DER bytes as they are; judging them is the work of `pki`.
    #[must_use]
    pub fn from_der(der: impl Into<Vec<u8>>) -> Self {
        Self(der.into())
    }

    /// Reads the first `CERTIFICATE REQUEST` (or `NEW CERTIFICATE REQUEST`) of a PEM text.
    ///
    /// # Errors
    /// [`NoCsr`] when there is none.
    pub fn from_pem(text: &str) -> Result<Self, NoCsr> {
        let text = text.replace("NEW CERTIFICATE REQUEST", "CERTIFICATE REQUEST");
        CertificateSigningRequestDer::from_pem_slice(text.as_bytes())
            .map(|der| Self(der.as_ref().to_vec()))
            .map_err(|_| NoCsr)
    }

    /// The DER bytes.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0
    }

    /// SHA-256 of the DER bytes.
    #[must_use]
    pub fn sha256(&self) -> CsrFingerprint {
        CsrFingerprint::of(&self.0)
    }

    /// PEM with lines of 64 characters and line feeds (RFC 7468).
    #[must_use]
    pub fn pem(&self) -> String {
        let text = STANDARD.encode(&self.0);
        let mut pem = String::from("-----BEGIN CERTIFICATE REQUEST-----\n");
        for (at, c) in text.chars().enumerate() {
            if at > 0 && at % 64 == 0 {
                pem.push('\n');
            }
            pem.push(c);
        }
        pem.push_str("\n-----END CERTIFICATE REQUEST-----\n");
        pem
    }
}

impl TryFrom<String> for Csr {
    type Error = NoCsr;

    fn try_from(text: String) -> Result<Self, NoCsr> {
        Self::from_pem(&text)
    }
}

impl From<Csr> for String {
    fn from(csr: Csr) -> String {
        csr.pem()
    }
}

impl fmt::Debug for Csr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Csr({} bytes)", self.0.len())
    }
}

/// How control over one name is to be proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum ValidationChoice {
    /// A DNS record.
    Dns,
    /// A file over HTTP.
    Http,
    /// A file over HTTPS.
    Https,
    /// A mail to this address.
    Email {
        /// One of the addresses that [`Connector::approver_emails`](crate::Connector::approver_emails) returned.
        approver: String,
    },
}

impl ValidationChoice {
    /// The method without its address.
    #[must_use]
    pub const fn method(&self) -> ValidationMethod {
        match self {
            Self::Dns => ValidationMethod::Dns,
            Self::Http => ValidationMethod::Http,
            Self::Https => ValidationMethod::Https,
            Self::Email { .. } => ValidationMethod::Email,
        }
    }

    /// The approver's address, when validated by mail.
    #[must_use]
    pub fn approver(&self) -> Option<&str> {
        match self {
            Self::Email { approver } => Some(approver),
            _ => None,
        }
    }
}

/// The choice for one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameValidation {
    /// The name.
    pub name: DomainName,
    /// How it is to be proven.
    pub choice: ValidationChoice,
}

/// A new order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRequest {
    /// The product at the CA.
    pub product: ProductId,
    /// The paid term in days, as the catalogue lists it (n years are n × 365).
    pub days: u32,
    /// The names, main name first.
    pub names: NameSet,
    /// The request.
    pub csr: Csr,
    /// Made afresh for this order.
    pub unique_value: UniqueValue,
    /// One entry per name.
    pub validations: Vec<NameValidation>,
    /// Whom the CA may call.
    pub contact: Contact,
    /// For OV and EV.
    pub organisation: Option<Organisation>,
    /// The connector refuses to place the order when the CA's list price is higher.
    pub price_ceiling: Option<Money>,
}

/// A new certificate within a paid order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReissueRequest {
    /// All names of the new certificate.
    pub names: NameSet,
    /// The request, with a new key where the key is ours to make.
    pub csr: Csr,
    /// Made afresh for this reissue.
    pub unique_value: UniqueValue,
    /// One entry per name.
    pub validations: Vec<NameValidation>,
}

/// More names for a running order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddNamesRequest {
    /// The names to be added.
    pub added: Vec<DomainName>,
    /// The request for the certificate with all names.
    pub reissue: ReissueRequest,
    /// The connector refuses when the CA's list price of the added names is higher.
    pub price_ceiling: Option<Money>,
}

/// Every call that can cost money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Purchase {
    /// A new order.
    Order(Box<OrderRequest>),
    /// A reissue of this CA order.
    Reissue {
        /// The order that has been paid.
        ca_order: CaOrderRef,
        /// What is asked.
        request: ReissueRequest,
    },
    /// More names for this CA order.
    AddNames {
        /// The order that has been paid.
        ca_order: CaOrderRef,
        /// What is asked.
        request: AddNamesRequest,
    },
}

impl Purchase {
    /// The stable word of the call.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Order(_) => "order",
            Self::Reissue { .. } => "reissue",
            Self::AddNames { .. } => "add_names",
        }
    }

    /// The names of the certificate that is asked for.
    #[must_use]
    pub const fn names(&self) -> &NameSet {
        match self {
            Self::Order(order) => &order.names,
            Self::Reissue { request, .. } => &request.names,
            Self::AddNames { request, .. } => &request.reissue.names,
        }
    }

    /// The certificate signing request.
    #[must_use]
    pub const fn csr(&self) -> &Csr {
        match self {
            Self::Order(order) => &order.csr,
            Self::Reissue { request, .. } => &request.csr,
            Self::AddNames { request, .. } => &request.reissue.csr,
        }
    }

    /// The value made for this purchase alone.
    #[must_use]
    pub const fn unique_value(&self) -> &UniqueValue {
        match self {
            Self::Order(order) => &order.unique_value,
            Self::Reissue { request, .. } => &request.unique_value,
            Self::AddNames { request, .. } => &request.reissue.unique_value,
        }
    }

    /// The order that is changed; `None` for a new one.
    #[must_use]
    pub const fn ca_order(&self) -> Option<&CaOrderRef> {
        match self {
            Self::Order(_) => None,
            Self::Reissue { ca_order, .. } | Self::AddNames { ca_order, .. } => Some(ca_order),
        }
    }

    /// What the CA is asked for when the answer was lost.
    #[must_use]
    pub fn fingerprint(&self, intended_at: Timestamp, known: Vec<CaOrderRef>) -> Fingerprint {
        Fingerprint {
            ca_order: self.ca_order().cloned(),
            product: match self {
                Self::Order(order) => Some(order.product.clone()),
                _ => None,
            },
            names: self.names().clone(),
            csr: self.csr().clone(),
            unique_value: self.unique_value().clone(),
            intended_at,
            known,
        }
    }
}

/// What tells our order from all others at the CA, since no CA has an idempotency key (design §5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The order that is reissued or extended; `None` for a new one.
    pub ca_order: Option<CaOrderRef>,
    /// The product, for a new order.
    pub product: Option<ProductId>,
    /// The names, main name first.
    pub names: NameSet,
    /// The request: its hash stands in the CA's validation record, its key in the issued certificate.
    pub csr: Csr,
    /// Stands in the CA's validation record.
    pub unique_value: UniqueValue,
    /// When the intent was stored: no order of ours is older.
    pub intended_at: Timestamp,
    /// CA orders that are already known to belong to something else; they are never candidates.
    pub known: Vec<CaOrderRef>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = include_str!("../fixtures/vector.csr");

    #[test]
    fn a_csr_survives_pem_and_der() {
        let csr = Csr::from_pem(PEM).unwrap();
        assert_eq!(csr.der().len(), 319);
        assert_eq!(csr.pem(), PEM);
        let legacy = PEM
            .replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
            .replace('\n', "\r\n");
        assert_eq!(Csr::from_pem(&legacy), Ok(csr));
        assert_eq!(Csr::from_pem("hello"), Err(NoCsr));
    }

    #[test]
    fn a_csr_is_stored_as_pem() {
        let csr = Csr::from_pem(PEM).unwrap();
        let json = serde_json::to_string(&csr).unwrap();
        assert!(json.contains("BEGIN CERTIFICATE REQUEST"));
        assert_eq!(serde_json::from_str::<Csr>(&json).unwrap(), csr);
    }
}
