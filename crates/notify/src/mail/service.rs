//! What clients are told of a running service: issued again, needs them, ends, prolonged, closed.

use domain::{Money, NameSet, product::ValidationMethod};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    orders::{ValidationStep, first_name, steps},
    words::{Fields, Words, about, code, line},
};
use crate::Link;

/// See [`super::Mail::Reissued`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reissued {
    /// The human number of the service.
    pub service: String,
    /// The names in the certificate.
    pub names: NameSet,
    /// Why there is a new certificate.
    pub occasion: Occasion,
    /// What is installed beside the certificate.
    pub key: KeyToInstall,
    /// The new certificate is valid until then.
    pub end_date: Date,
    /// The end of the paid term, when it lies beyond the End date.
    pub paid_till: Option<Date>,
    /// The certificate before is valid until then.
    pub former_end_date: Option<Date>,
    /// Where to download it.
    pub link: Link,
}

/// Why a service gets a new certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// Within the paid term.
    Reissue,
    /// The CA issued again by itself.
    ByCa,
    /// The first of a prolonged term.
    NewTerm,
}

/// Which private key belongs to a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyToInstall {
    /// A new one, kept here; it is downloaded with the certificate.
    New,
    /// The one of the request that the client gave, or was given.
    Yours,
}

/// See [`super::Mail::ReissueNeedsYou`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReissueNeedsYou {
    /// The human number of the service.
    pub service: String,
    /// Why there is a new certificate.
    pub occasion: Occasion,
    /// Which private key the new certificate will have.
    pub key: KeyToInstall,
    /// What is to be done for each name that waits.
    pub steps: Vec<ValidationStep>,
    /// The present certificate ends then: it must be done before.
    pub by: Date,
    /// The service's page.
    pub link: Link,
}

/// See [`super::Mail::Ending`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The human number of the service.
    pub service: String,
    /// The names in the certificate.
    pub names: NameSet,
    /// The certificate's last day.
    pub end_date: Date,
    /// Days until then.
    pub days: u16,
    /// Why nothing comes after it.
    pub why: EndingBecause,
    /// The service's page.
    pub link: Link,
}

/// Why no certificate follows the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndingBecause {
    /// The paid term ends, and it is not to be prolonged.
    TermEnds,
    /// The next certificate waits for the client's proof.
    WaitsForYou,
    /// The next certificate is with us or with the CA, and late.
    WithUs,
    /// It is to be prolonged, and what was bought is no longer sold.
    NotSold,
}

/// See [`super::Mail::Prolonged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prolonged {
    /// The human number of the service.
    pub service: String,
    /// The names that were bought.
    pub names: NameSet,
    /// What was charged.
    pub price: Money,
    /// The last day of the new paid term.
    pub paid_till: Date,
    /// The service's page.
    pub link: Link,
}

/// See [`super::Mail::NotEnoughMoney`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotEnoughMoney {
    /// The human number of the service.
    pub service: String,
    /// The names of the service.
    pub names: NameSet,
    /// What the next paid term costs.
    pub price: Money,
    /// What the account can spend.
    pub available: Money,
    /// What is missing.
    pub missing: Money,
    /// The last day of the present paid term.
    pub until: Date,
    /// Days until then.
    pub days: u16,
    /// The page of the account's money.
    pub link: Link,
}

/// See [`super::Mail::MethodChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodChanged {
    /// The human number of the service.
    pub service: String,
    /// The names that are proven another way.
    pub names: NameSet,
    /// How they were proven.
    pub from: ValidationMethod,
    /// How they are proven now.
    pub to: ValidationMethod,
    /// Why not as before.
    pub why: MethodChangedBecause,
    /// Since when.
    pub since: Date,
    /// Who publishes what is asked for.
    pub published_by: PublishedBy,
    /// The service's page.
    pub link: Link,
}

/// Why a method cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MethodChangedBecause {
    /// The rules of the CA/Browser Forum ended it.
    Ended,
    /// The tariff plan no longer has it.
    NotOffered,
    /// The CA no longer takes the approver's address.
    ApproverNotTaken,
    /// It does not prove such names.
    NotForSuchNames,
}

/// Who publishes what proves a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishedBy {
    /// certbroker, into a zone that is connected.
    Us,
    /// The client.
    Client,
}

/// See [`super::Mail::Closed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The human number of the service.
    pub service: String,
    /// The names of the service.
    pub names: NameSet,
    /// Why.
    pub why: ClosedBecause,
    /// What went back to the balance.
    pub returned: Option<Money>,
    /// The service's page.
    pub link: Link,
}

/// Why a service was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBecause {
    /// It was given up before there was a certificate.
    BeforeIssue,
    /// It was cancelled at the CA after issue.
    Cancelled,
    /// Its paid term is over.
    TermOver,
}

/// See [`super::Mail::Suspended`] and [`super::Mail::Resumed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halted {
    /// The human number of the service.
    pub service: String,
    /// The names of the service.
    pub names: NameSet,
    /// The present certificate's last day.
    pub end_date: Option<Date>,
    /// The service's page.
    pub link: Link,
}

impl Reissued {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        about(
            &self.service,
            &self.names,
            &self.link,
            [
                ("occasion", code(self.occasion)),
                ("key", code(self.key)),
                ("end_date", words.date(self.end_date)),
                ("paid_till", words.date_or_none(self.paid_till)),
                ("former_end_date", words.date_or_none(self.former_end_date)),
            ],
        )
    }
}

impl ReissueNeedsYou {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        vec![
            ("service", line(&self.service)),
            ("name", first_name(&self.steps)),
            ("occasion", code(self.occasion)),
            ("key", code(self.key)),
            ("steps", steps(&self.steps)),
            ("by", words.date(self.by)),
            ("link", self.link.as_str().into()),
        ]
    }
}

impl Ending {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        about(
            &self.service,
            &self.names,
            &self.link,
            [
                ("end_date", words.date(self.end_date)),
                ("days", self.days.into()),
                ("in_days", words.in_days(self.days)),
                ("why", code(self.why)),
            ],
        )
    }
}

impl Prolonged {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        about(
            &self.service,
            &self.names,
            &self.link,
            [
                ("price", words.money(self.price)),
                ("paid_till", words.date(self.paid_till)),
            ],
        )
    }
}

impl NotEnoughMoney {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        about(
            &self.service,
            &self.names,
            &self.link,
            [
                ("price", words.money(self.price)),
                ("available", words.money(self.available)),
                ("missing", words.money(self.missing)),
                ("until", words.date(self.until)),
                ("days", self.days.into()),
                ("in_days", words.in_days(self.days)),
            ],
        )
    }
}

impl MethodChanged {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        about(
            &self.service,
            &self.names,
            &self.link,
            [
                ("from", words.word("validation-method", self.from.word())),
                ("to", words.word("validation-method", self.to.word())),
                ("why", code(self.why)),
                ("since", words.date(self.since)),
                ("by_us", (self.published_by == PublishedBy::Us).into()),
            ],
        )
    }
}

impl Closed {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        about(
            &self.service,
            &self.names,
            &self.link,
            [
                ("why", code(self.why)),
                ("returned", words.money_or_none(self.returned)),
            ],
        )
    }
}

impl Halted {
    pub(super) fn fields(&self, words: Words<'_>) -> Fields {
        about(
            &self.service,
            &self.names,
            &self.link,
            [("end_date", words.date_or_none(self.end_date))],
        )
    }
}
