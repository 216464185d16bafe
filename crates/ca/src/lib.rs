//! The port to certificate authorities: what the rest of certbroker may ask of any CA, and in which words it is answered.
//!
//! A *connector* (crate `connectors`) speaks one CA's API and implements [`Connector`]; the engine and the BILLmanager module know
//! only this crate. Nothing here names a CA, opens a socket, reads a clock of its own or retries. Money is spent through
//! [`purchase`] alone: it stores the intent before the one call and asks the CA before it ever repeats one.
//!
//! | module | holds |
//! | --- | --- |
//! | [`connector`] | the trait, what a connector is given to work with, and how it registers |
//! | [`descriptor`] | what a connector says of itself: settings fields, links, capabilities |
//! | [`settings`] | values for those fields, checked, with secrets that do not print |
//! | [`request`] | what is ordered: names, CSR, validation, contact, ceiling |
//! | [`outcome`] | accepted, rejected, unknown; found, certainly none, cannot tell |
//! | [`order`] | a CA order as the CA shows it: state, dates, validations, certificate |
//! | [`catalogue`] | products and prices of a CA |
//! | [`check`] | findings of a connection check, with cause and advice |
//! | [`error`] | one error type that carries a class through all layers |
//! | [`raw`] | raw answers, kept with their secrets masked |
//! | [`purchase`] | the purchase protocol and its journal |
//! | `conformance` | the behaviours that every connector must show (feature `conformance`, for tests) |

pub mod catalogue;
pub mod check;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod connector;
pub mod descriptor;
pub mod error;
pub mod order;
pub mod outcome;
pub mod purchase;
pub mod raw;
pub mod request;
pub mod settings;

pub use catalogue::{Catalogue, CatalogueProduct, TermPrice};
pub use check::{Advice, CheckCause, CheckFinding, CheckOutcome, CheckReport, CheckStep};
pub use connector::{ConnectContext, Connector, Limits, Mode, Registration, Say, Timeouts};
pub use descriptor::{Capabilities, Capability, Descriptor, FieldKind, SettingField};
pub use error::{CaError, Class, Result};
pub use order::{CaState, IssuedCertificate, OrderSnapshot, Proof, Validation, ValidationState, WaitsFor};
pub use outcome::{Balance, CaOrderRef, Candidate, FindOutcome, Placed};
pub use raw::RawAnswer;
pub use request::{
    AddNamesRequest, Csr, Fingerprint, NameValidation, OrderRequest, ProductId, Purchase, ReissueRequest,
    UniqueValue, ValidationChoice,
};
pub use settings::{SettingProblem, Settings};
