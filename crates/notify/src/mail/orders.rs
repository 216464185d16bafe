//! What clients are told of an order: placed, to be proven, issued, failed.

use domain::{DomainName, Money, NameSet};
use jiff::civil::Date;
use minijinja::Value;
use serde::{Deserialize, Serialize};

use super::words::{Fields, Words, about, line};
use crate::Link;

/// See [`super::Mail::OrderPlaced`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// The human number of the service: `S-1042`.
    pub service: String,
    /// The tariff plan's name.
    pub tariff_plan: String,
    /// The names ordered.
    pub names: NameSet,
    /// What was charged.
    pub price: Money,
    /// The service's page.
    pub link: Link,
}

/// See [`super::Mail::ValidationNeeded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidationNeeded {
    /// The human number of the service.
    pub service: String,
    /// What is to be done for each name that waits; never empty in a mail that makes sense.
    pub steps: Vec<ValidationStep>,
    /// The service's page, with "check now".
    pub link: Link,
}

/// What proves one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum ValidationStep {
    /// Publish a DNS record.
    Dns {
        /// The name to prove.
        name: DomainName,
        /// `CNAME` or `TXT`.
        record: String,
        /// Where.
        host: String,
        /// What.
        value: String,
    },
    /// Serve a file.
    File {
        /// The name to prove.
        name: DomainName,
        /// Where, with the scheme.
        url: String,
        /// Its exact content; may have several lines.
        content: String,
    },
    /// Follow the link in the CA's mail.
    Email {
        /// The name to prove.
        name: DomainName,
        /// The approver's address.
        address: String,
    },
}

/// See [`super::Mail::Issued`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// The human number of the service.
    pub service: String,
    /// The names in the certificate.
    pub names: NameSet,
    /// The certificate is valid until then.
    pub end_date: Date,
    /// The end of the paid term, when it lies beyond the End date.
    pub paid_till: Option<Date>,
    /// Where to download it.
    pub link: Link,
}

/// See [`super::Mail::OrderFailed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFailed {
    /// The human number of the service.
    pub service: String,
    /// The names ordered.
    pub names: NameSet,
    /// Why, in the reader's language where the cause is known, else in the CA's words.
    pub reason: String,
    /// What went back to the balance.
    pub returned: Option<Money>,
    /// The service's page.
    pub link: Link,
}

impl OrderPlaced {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        about(
            &self.service,
            &self.names,
            &self.link,
            [
                ("tariff_plan", line(&self.tariff_plan)),
                ("price", words.money(self.price)),
            ],
        )
    }
}

impl ValidationNeeded {
    pub(super) fn fields(&self) -> Fields {
        vec![
            ("service", line(&self.service)),
            ("name", first_name(&self.steps)),
            ("steps", steps(&self.steps)),
            ("link", self.link.as_str().into()),
        ]
    }
}

impl Issued {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        about(
            &self.service,
            &self.names,
            &self.link,
            [
                ("end_date", words.date(self.end_date)),
                ("paid_till", words.date_or_none(self.paid_till)),
            ],
        )
    }
}

impl OrderFailed {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        about(
            &self.service,
            &self.names,
            &self.link,
            [
                ("reason", line(&self.reason)),
                ("returned", words.money_or_none(self.returned)),
            ],
        )
    }
}

/// The name of the first step: what the mail is about in its subject.
pub(super) fn first_name(steps: &[ValidationStep]) -> Value {
    let first = steps.first().map(|step| step.name().unicode());
    first.unwrap_or_default().into()
}

/// What is to be done, one by one.
pub(super) fn steps(steps: &[ValidationStep]) -> Value {
    steps.iter().map(ValidationStep::fields).collect()
}

impl ValidationStep {
    const fn name(&self) -> &DomainName {
        match self {
            Self::Dns { name, .. } | Self::File { name, .. } | Self::Email { name, .. } => name,
        }
    }

    fn fields(&self) -> Value {
        let name = ("name", Value::from(self.name().unicode()));
        match self {
            Self::Dns {
                record, host, value, ..
            } => Value::from_pairs([
                name,
                ("method", "dns".into()),
                ("record", line(record)),
                ("host", line(host)),
                ("value", line(value)),
            ]),
            Self::File { url, content, .. } => Value::from_pairs([
                name,
                ("method", "file".into()),
                ("url", line(url)),
                ("content", content.lines().map(line).collect()),
            ]),
            Self::Email { address, .. } => {
                Value::from_pairs([name, ("method", "email".into()), ("address", line(address))])
            }
        }
    }
}
