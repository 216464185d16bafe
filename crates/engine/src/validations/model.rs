//! What goes into and comes out of [`Validations`](super::Validations).

use domain::{id::ValidationId, name::DomainName, product::ValidationMethod};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// What our own eyes see of one name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NameCheck {
    /// The validation.
    pub validation: ValidationId,
    /// The name.
    pub name: DomainName,
    /// The method.
    pub method: ValidationMethod,
    /// Whether everything is as the CA needs it. For mail nothing can be seen: always false.
    pub is_good: bool,
    /// What is the matter, with its stable code (`finding-{code}`) and values for the text.
    pub finding: FindingView,
    /// What every server answered.
    pub servers: Vec<SeenAt>,
    /// Whether CAA records let this CA issue; none when that could not be looked up.
    pub caa: Option<FindingView>,
    /// When we looked.
    pub looked_at: Timestamp,
}

/// A finding with what it needs to be put into words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FindingView {
    /// Stable code; the text is `finding-{code}`.
    pub code: String,
    /// Values for the text.
    pub arguments: Vec<(String, ArgumentView)>,
    /// Stable code of what to do; the text is `advice-{code}`.
    pub advice: String,
    /// In English.
    pub text: String,
    /// Whether it is good.
    pub is_good: bool,
}

/// One value in a translated sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArgumentView {
    /// Shown as it is.
    Text(String),
    /// A code that is translated in its turn.
    Code(String),
    /// A day, shown as the reader writes it.
    Day(Date),
}

/// What one name server or one web server answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SeenAt {
    /// Name and address of the server.
    pub server: String,
    /// Whether it answered as the CA needs it.
    pub is_good: bool,
    /// Stable code of what it answered, which is the key of its text.
    pub code: String,
    /// Values for the text.
    pub arguments: Vec<(String, ArgumentView)>,
    /// What it answered, in English.
    pub answer: String,
}

/// Another method or approver.
#[derive(Debug, Clone)]
pub struct MethodChange {
    /// Only for this name; for all names when empty.
    pub name: Option<DomainName>,
    /// The method.
    pub method: ValidationMethod,
    /// The address, for mail.
    pub approver: Option<String>,
}
