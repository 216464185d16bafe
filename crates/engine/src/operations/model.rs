//! What goes into and comes out of [`Operations`](super::Operations).

use domain::{
    id::{AccountId, ModuleId, ServiceId},
    state::{OperationKind, OperationState},
};

pub use crate::services::{AttemptView, ConsideredView, ErrorView, OperationView, PurchaseView};

/// Which operations are shown.
#[derive(Debug, Clone, Default)]
pub struct OperationQuery {
    /// Only in this state.
    pub state: Option<OperationState>,
    /// Only of this kind.
    pub kind: Option<OperationKind>,
    /// Only of services of this account.
    pub account: Option<AccountId>,
    /// Only of this service.
    pub service: Option<ServiceId>,
    /// Only through this module.
    pub module: Option<ModuleId>,
    /// Only those that are not over and whose last attempt failed.
    pub in_trouble: bool,
}

/// A certificate that a person brings.
#[derive(Debug)]
pub struct Upload {
    /// The certificate and perhaps its CA certificates, PEM, in any order.
    pub pem: String,
    /// The CA's id of the order, when it is not known here yet.
    pub ca_ref: Option<String>,
}

/// What a person found out about a purchase nobody could tell about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PurchaseDecision {
    /// It is this CA order.
    Adopt {
        /// Its id at the CA.
        ca_ref: String,
    },
    /// The CA has nothing: it may be called again.
    NothingThere,
    /// Give it up; the client gets the money back.
    GiveUp,
    /// Beyond a ceiling, and confirmed by a second person.
    Approve,
}

/// What becomes of the money when a service is closed by hand before issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyBack {
    /// The client gets everything back.
    All,
    /// The client gets nothing back.
    Nothing,
}
