//! How calls end, in words that keep "certainly not" and "nobody knows" apart.

use std::fmt;

use domain::{Money, name::DomainName};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{order::CaState, raw::RawAnswer};

/// A CA order's id, opaque to everybody but its connector. At most 190 bytes, never a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaOrderRef(pub String);

impl CaOrderRef {
    /// The id as stored and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CaOrderRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for CaOrderRef {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

/// The outcome of a call that can cost money and that reached the CA, or may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Placed {
    /// The CA has it.
    Accepted {
        /// The CA's id.
        ca_order: CaOrderRef,
        /// What the CA says it charged; `None` when it does not say.
        charged: Option<Money>,
        /// The first state, when the answer names one; an order may be accepted and wait for payment.
        state: Option<CaState>,
        /// The answer.
        raw: RawAnswer,
    },
    /// The CA understood and said no; nothing was bought.
    Rejected {
        /// What the CA said.
        why: String,
        /// The field it complained about, in the words of [`OrderRequest`](crate::OrderRequest), when it can be told.
        field: Option<String>,
        /// The answer; `None` when the connector refused by itself (price above the ceiling).
        raw: Option<RawAnswer>,
    },
    /// The call may or may not have been carried out: a time-out, a cut connection, a 5xx, an answer without an id.
    Unknown {
        /// What was observed.
        why: String,
        /// The answer, when there was one.
        raw: Option<RawAnswer>,
    },
}

/// What the CA knows of a purchase whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "snake_case")]
pub enum FindOutcome {
    /// It exists, proven by CSR hash and unique value or by the certificate's key.
    Found {
        /// The CA's id.
        ca_order: CaOrderRef,
        /// What the CA says it charged, when the record holds it.
        charged: Option<Money>,
        /// Further CA orders that are proven to be ours as well: the purchase was made twice, which a person must sort out.
        duplicates: Vec<CaOrderRef>,
    },
    /// The CA's lists were read whole, and every record was shown to be something else.
    CertainlyNone,
    /// These records may be ours and cannot be told apart.
    CannotTell {
        /// What a person has to look at; empty when the lists could not be read whole.
        candidates: Vec<Candidate>,
        /// Why not.
        why: String,
    },
}

/// A CA order that may be the one looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The CA's id.
    pub ca_order: CaOrderRef,
    /// Its main name.
    pub name: Option<DomainName>,
    /// When it was made, as far as the CA says.
    pub created_at: Option<Timestamp>,
    /// The CA's own word for its state.
    pub raw_status: String,
    /// Why it could be neither proven nor excluded.
    pub why: String,
}

/// As people are shown it who have to choose.
impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.ca_order, self.raw_status, self.why)
    }
}

/// What the account at the CA holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// The amount. A CA may allow it to be negative.
    pub amount: Money,
    /// When it was read.
    pub as_of: Timestamp,
    /// Amounts in further currencies, when the account holds several.
    pub others: Vec<Money>,
    /// The answer.
    pub raw: RawAnswer,
}
