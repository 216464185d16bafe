//! A CA order as the CA shows it.

use domain::{
    name::{DomainName, NameSet},
    product::ValidationMethod,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{outcome::CaOrderRef, raw::RawAnswer, request::ProductId};

/// The state of a CA order in words that hold for every CA. A word nobody knows is kept and never counts as final or as issued.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaState {
    /// Accepted, but the CA waits for money.
    AwaitingPayment,
    /// Waiting for domain control or for the CA's queue.
    Pending,
    /// The organisation is being verified.
    Validation,
    /// A certificate exists. Only a successful download proves it.
    Issued,
    /// Refused by the CA.
    Rejected,
    /// Cancelled before or after issue.
    Cancelled,
    /// The certificate is revoked.
    Revoked,
    /// The certificate has ended.
    Expired,
    /// Another certificate of the same order took its place.
    Replaced,
    /// The CA's word, not understood.
    Unknown(String),
}

impl CaState {
    /// Whether nothing will change any more without a new call. Issued is not final: it may be revoked or replaced.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Rejected | Self::Cancelled | Self::Revoked | Self::Expired | Self::Replaced
        )
    }

    /// The stable word for storage and translation keys.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::AwaitingPayment => "awaiting_payment",
            Self::Pending => "pending",
            Self::Validation => "validation",
            Self::Issued => "issued",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Replaced => "replaced",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// Whom a CA order waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// The reseller's money.
    Payment,
    /// The client: domain control.
    DomainControl,
    /// The CA's check of the organisation, in which the client may be called.
    Organisation,
    /// The CA, for a reason it does not tell.
    Ca,
}

/// What the CA says of one order at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSnapshot {
    /// The id to be used from now on: it may be more exact than the one asked with.
    pub ca_order: CaOrderRef,
    /// The state.
    pub state: CaState,
    /// The CA's own word for it.
    pub raw_status: String,
    /// Whom it waits for; `None` once nothing is waited for.
    pub waits_for: Option<WaitsFor>,
    /// The product, when the CA names it.
    pub product: Option<ProductId>,
    /// The names, when the CA names them.
    pub names: Option<NameSet>,
    /// First day of the present certificate as the CA tells it; the certificate itself is the proof.
    pub valid_from: Option<Date>,
    /// Last day of the present certificate as the CA tells it.
    pub valid_to: Option<Date>,
    /// Serial number as the CA writes it.
    pub serial: Option<String>,
    /// First day of the paid term, when the CA reports its own dates.
    pub term_from: Option<Date>,
    /// Last day of the paid term, when the CA reports its own dates.
    pub term_to: Option<Date>,
    /// The paid term in days, when the CA tells it.
    pub days: Option<u32>,
    /// When the order was made, if the CA says so with a time zone.
    pub created_at: Option<Timestamp>,
    /// The number at the authority behind a reseller.
    pub issuer_order: Option<String>,
    /// The order or certificate that took its place.
    pub replaced_by: Option<CaOrderRef>,
    /// The answer.
    pub raw: Option<RawAnswer>,
}

impl OrderSnapshot {
    /// The least that a CA says: which order, and its state.
    #[must_use]
    pub fn bare(ca_order: CaOrderRef, state: CaState) -> Self {
        Self {
            raw_status: state.word().to_owned(),
            ca_order,
            state,
            waits_for: None,
            product: None,
            names: None,
            valid_from: None,
            valid_to: None,
            serial: None,
            term_from: None,
            term_to: None,
            days: None,
            created_at: None,
            issuer_order: None,
            replaced_by: None,
            raw: None,
        }
    }
}

/// What is to be shown to the CA to prove control over one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Proof {
    /// A CNAME record.
    Cname {
        /// Owner name, without trailing dot.
        name: String,
        /// Target, without trailing dot.
        value: String,
    },
    /// A TXT record.
    Txt {
        /// Owner name, without trailing dot.
        name: String,
        /// Text.
        value: String,
    },
    /// A file.
    File {
        /// Absolute address.
        url: String,
        /// Whole content.
        content: String,
    },
    /// A mail with a code or link.
    Mail {
        /// Whom the mail went to, when the CA tells it.
        approver: Option<String>,
    },
    /// The CA names the method but not what to show; the caller may compute it (crate `pki`).
    NotTold,
}

/// How far the proof of one name has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValidationState {
    /// Not seen yet.
    Pending,
    /// Proven.
    Done,
    /// Refused by the CA.
    Failed,
    /// The CA's word, not understood.
    Unknown(String),
}

/// Domain control of one name of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validation {
    /// The name.
    pub name: DomainName,
    /// The method, when it is one that certbroker knows.
    pub method: Option<ValidationMethod>,
    /// What to show, by the CA's own words, which win over anything computed.
    pub proof: Proof,
    /// How far it has come.
    pub state: ValidationState,
    /// What the CA says about it.
    pub detail: Option<String>,
}

/// A certificate as downloaded: not yet verified against the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// The end-entity certificate, DER.
    pub leaf: Vec<u8>,
    /// CA certificates as they came, DER, in no order, perhaps with the root, perhaps with strangers.
    pub bag: Vec<Vec<u8>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_is_never_final() {
        assert!(!CaState::Unknown("cancelled-ish".to_owned()).is_final());
        assert!(!CaState::Issued.is_final());
        assert!(CaState::Revoked.is_final());
    }

    #[test]
    fn an_unknown_word_is_kept_in_storage() {
        let state = CaState::Unknown("frobnicated".to_owned());
        let json = serde_json::to_string(&state).unwrap();
        assert_eq!(json, r#"{"unknown":"frobnicated"}"#);
        assert_eq!(serde_json::from_str::<CaState>(&json).unwrap(), state);
    }
}
