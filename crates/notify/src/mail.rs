//! The kinds of mail: what each must say, as types, so that no mail can be sent with a gap.
//!
//! A notice keeps the [`Mail`] as JSON and renders it at delivery, in the language that its reader has then.

use domain::{DomainName, Money, NameSet, state::TaskPriority};
use i18n::Locale;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use minijinja::Value;
use serde::{Deserialize, Serialize};

use crate::{Link, SecretLink};

/// Longer texts from outside (a CA's reason) are cut.
const LONGEST: usize = 1000;

/// A mail with everything it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mail {
    /// To the client: the order is with the CA.
    OrderPlaced(OrderPlaced),
    /// To the client: names wait to be proven.
    ValidationNeeded(ValidationNeeded),
    /// To the client: a certificate is there.
    Issued(Issued),
    /// To the client: there will be no certificate from this order.
    OrderFailed(OrderFailed),
    /// To a new user: confirm the address.
    ConfirmAddress(ConfirmAddress),
    /// To a user: choose a new password.
    PasswordReset(PasswordReset),
    /// To a department: the balance at the CA is below the module's minimum.
    ModuleBalanceLow(ModuleBalanceLow),
    /// To a department: a task waits.
    TaskOpened(TaskOpened),
}

/// The kinds by their stable words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is documented at Mail")]
pub enum MailKind {
    OrderPlaced,
    ValidationNeeded,
    Issued,
    OrderFailed,
    ConfirmAddress,
    PasswordReset,
    ModuleBalanceLow,
    TaskOpened,
}

/// See [`Mail::OrderPlaced`].
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

/// See [`Mail::ValidationNeeded`].
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

/// See [`Mail::Issued`].
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

/// See [`Mail::OrderFailed`].
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

/// See [`Mail::ConfirmAddress`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmAddress {
    /// Confirms when opened.
    pub link: SecretLink,
    /// Until when it does.
    pub valid_until: Timestamp,
}

/// See [`Mail::PasswordReset`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordReset {
    /// Leads to the choice of a new password.
    pub link: SecretLink,
    /// Until when it does.
    pub valid_until: Timestamp,
}

/// See [`Mail::ModuleBalanceLow`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleBalanceLow {
    /// The processing module's name.
    pub module: String,
    /// What the account at the CA holds.
    pub balance: Money,
    /// What it must hold.
    pub minimum: Money,
    /// When the balance was read.
    pub read_at: Timestamp,
    /// What happens to orders meanwhile.
    pub purchases: Purchases,
    /// The module's page.
    pub link: Link,
}

/// Whether a module below its minimal balance still buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purchases {
    /// As long as the money lasts.
    Continue,
    /// Not until the balance is above the minimum.
    Stopped,
}

/// See [`Mail::TaskOpened`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskOpened {
    /// The human number of the task: `T-17`.
    pub task: String,
    /// Why the mail is written.
    #[serde(default)]
    pub event: TaskEvent,
    /// What is to be done, in a few words.
    pub title: String,
    /// Why it came up.
    pub reason: String,
    /// The department it waits in.
    pub department: String,
    /// How soon it must be done.
    #[serde(default)]
    pub priority: Option<TaskPriority>,
    /// When it should be done.
    #[serde(default)]
    pub due: Option<Timestamp>,
    /// The human number of the service, when it is about one.
    pub service: Option<String>,
    /// The task's page.
    pub link: Link,
}

/// Why a mail about a task is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskEvent {
    /// It is new.
    #[default]
    Opened,
    /// It came from another department.
    HandedOver,
    /// Somebody gave it to the reader.
    Given,
    /// It should be done already.
    Overdue,
}

impl TaskEvent {
    const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::HandedOver => "handed_over",
            Self::Given => "given",
            Self::Overdue => "overdue",
        }
    }
}

impl MailKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::OrderPlaced,
        Self::ValidationNeeded,
        Self::Issued,
        Self::OrderFailed,
        Self::ConfirmAddress,
        Self::PasswordReset,
        Self::ModuleBalanceLow,
        Self::TaskOpened,
    ];

    /// The stable word: in rows, names of templates and settings of subscriptions.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OrderPlaced => "order_placed",
            Self::ValidationNeeded => "validation_needed",
            Self::Issued => "issued",
            Self::OrderFailed => "order_failed",
            Self::ConfirmAddress => "confirm_address",
            Self::PasswordReset => "password_reset",
            Self::ModuleBalanceLow => "module_balance_low",
            Self::TaskOpened => "task_opened",
        }
    }

    /// The kind of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl Mail {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> MailKind {
        match self {
            Self::OrderPlaced(_) => MailKind::OrderPlaced,
            Self::ValidationNeeded(_) => MailKind::ValidationNeeded,
            Self::Issued(_) => MailKind::Issued,
            Self::OrderFailed(_) => MailKind::OrderFailed,
            Self::ConfirmAddress(_) => MailKind::ConfirmAddress,
            Self::PasswordReset(_) => MailKind::PasswordReset,
            Self::ModuleBalanceLow(_) => MailKind::ModuleBalanceLow,
            Self::TaskOpened(_) => MailKind::TaskOpened,
        }
    }

    /// What its template may use, written as the language does.
    pub(crate) fn fields(&self, locale: Locale, zone: &TimeZone) -> Vec<(&'static str, Value)> {
        let money = |amount: Money| Value::from(i18n::money(locale, amount));
        let date = |date: Date| Value::from(i18n::date(locale, date));
        let time = |at: Timestamp| Value::from(i18n::date_time(locale, at, zone));
        match self {
            Self::OrderPlaced(mail) => vec![
                ("service", line(&mail.service)),
                ("tariff_plan", line(&mail.tariff_plan)),
                ("name", mail.names.main().unicode().into()),
                ("names", names(&mail.names)),
                ("price", money(mail.price)),
                ("link", mail.link.as_str().into()),
            ],
            Self::ValidationNeeded(mail) => vec![
                ("service", line(&mail.service)),
                (
                    "name",
                    mail.steps
                        .first()
                        .map(|step| step.name().unicode())
                        .unwrap_or_default()
                        .into(),
                ),
                ("steps", mail.steps.iter().map(ValidationStep::fields).collect()),
                ("link", mail.link.as_str().into()),
            ],
            Self::Issued(mail) => vec![
                ("service", line(&mail.service)),
                ("name", mail.names.main().unicode().into()),
                ("names", names(&mail.names)),
                ("end_date", date(mail.end_date)),
                ("paid_till", mail.paid_till.map_or_else(none, date)),
                ("link", mail.link.as_str().into()),
            ],
            Self::OrderFailed(mail) => vec![
                ("service", line(&mail.service)),
                ("name", mail.names.main().unicode().into()),
                ("names", names(&mail.names)),
                ("reason", line(&mail.reason)),
                ("returned", mail.returned.map_or_else(none, money)),
                ("link", mail.link.as_str().into()),
            ],
            Self::ConfirmAddress(ConfirmAddress { link, valid_until })
            | Self::PasswordReset(PasswordReset { link, valid_until }) => {
                vec![
                    ("link", link.expose().into()),
                    ("valid_until", time(*valid_until)),
                ]
            }
            Self::ModuleBalanceLow(mail) => vec![
                ("module", line(&mail.module)),
                ("balance", money(mail.balance)),
                ("minimum", money(mail.minimum)),
                ("read_at", time(mail.read_at)),
                ("stopped", (mail.purchases == Purchases::Stopped).into()),
                ("link", mail.link.as_str().into()),
            ],
            Self::TaskOpened(mail) => vec![
                ("task", line(&mail.task)),
                ("title", line(&mail.title)),
                ("event", mail.event.word().into()),
                (
                    "reasons",
                    mail.reason
                        .lines()
                        .filter(|text| !text.trim().is_empty())
                        .map(line)
                        .collect(),
                ),
                ("department", line(&mail.department)),
                (
                    "priority",
                    mail.priority.map_or_else(none, |priority| {
                        i18n::t(locale, &format!("task-priority-{}", priority.word())).into()
                    }),
                ),
                ("due", mail.due.map_or_else(none, time)),
                ("service", mail.service.as_deref().map_or_else(none, line)),
                ("link", mail.link.as_str().into()),
            ],
        }
    }
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

fn names(names: &NameSet) -> Value {
    names.iter().map(|name| Value::from(name.unicode())).collect()
}

fn none() -> Value {
    Value::from(())
}

/// Text from outside stays on its line: no break in it can end a header or forge a paragraph.
fn line(text: &str) -> Value {
    one_line(text).into()
}

pub(crate) fn one_line(text: &str) -> String {
    let spaced = text.chars().map(|c| {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            ' '
        } else {
            c
        }
    });
    spaced.take(LONGEST).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_sample_of_every_kind_and_each_survives_being_stored() {
        let samples = Mail::samples();
        for kind in MailKind::ALL {
            assert!(samples.iter().any(|mail| mail.kind() == kind), "{kind:?}");
            assert_eq!(MailKind::from_word(kind.word()), Some(kind));
        }
        for mail in samples {
            let stored = serde_json::to_value(&mail).unwrap();
            assert_eq!(stored["kind"], mail.kind().word());
            assert_eq!(serde_json::from_value::<Mail>(stored).unwrap(), mail);
        }
    }

    #[test]
    fn secret_links_do_not_show_in_debug_texts() {
        let mail = Mail::PasswordReset(PasswordReset::sample());
        assert!(!format!("{mail:?}").contains("token"));
    }

    #[test]
    fn texts_from_outside_stay_on_one_line() {
        assert_eq!(one_line(" a\r\nBcc: x\u{2028}b\0 "), "a  Bcc: x b");
        assert_eq!(one_line(&"é".repeat(5000)).chars().count(), LONGEST);
    }
}
