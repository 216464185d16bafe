//! The kinds of mail: what each must say, as types, so that no mail can be sent with a gap.
//!
//! A notice keeps the [`Mail`] as JSON and renders it at delivery, in the language that its reader has then.

mod orders;
mod people;
mod service;
mod staff;
pub(crate) mod words;

use i18n::Locale;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub use orders::{Issued, OrderFailed, OrderPlaced, ValidationNeeded, ValidationStep};
pub use people::{ConfirmAddress, PasswordReset};
pub use service::{
    Closed, ClosedBecause, Ending, EndingBecause, Halted, KeyToInstall, MethodChanged, MethodChangedBecause,
    NotEnoughMoney, Occasion, Prolonged, PublishedBy, ReissueNeedsYou, Reissued,
};
pub use staff::{ModuleBalanceLow, Purchases, TaskEvent, TaskOpened};
pub(crate) use words::one_line;
use words::{Fields, Words};

macro_rules! mails {
    ($($(#[$doc:meta])* $kind:ident($what:ident) = $word:literal to $audience:ident,)*) => {
        /// A mail with everything it says.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Mail {
            $($(#[$doc])* $kind($what),)*
        }

        /// The kinds by their stable words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum MailKind {
            $($(#[$doc])* $kind,)*
        }

        impl MailKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The stable word: in rows, names of templates and settings of subscriptions.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$kind => $word,)* }
            }

            /// Who reads such mails.
            #[must_use]
            pub const fn audience(self) -> Audience {
                match self { $(Self::$kind => Audience::$audience,)* }
            }
        }

        impl Mail {
            /// Its kind.
            #[must_use]
            pub const fn kind(&self) -> MailKind {
                match self { $(Self::$kind(_) => MailKind::$kind,)* }
            }
        }
    };
}

mails! {
    /// To the client: the order is with the CA.
    OrderPlaced(OrderPlaced) = "order_placed" to Client,
    /// To the client: names wait to be proven.
    ValidationNeeded(ValidationNeeded) = "validation_needed" to Client,
    /// To the client: a certificate is there.
    Issued(Issued) = "issued" to Client,
    /// To the client: there will be no certificate from this order.
    OrderFailed(OrderFailed) = "order_failed" to Client,
    /// To the client: there is a new certificate, to be installed in the place of the one before.
    Reissued(Reissued) = "reissued" to Client,
    /// To the client: the next certificate waits for a proof.
    ReissueNeedsYou(ReissueNeedsYou) = "reissue_needs_you" to Client,
    /// To the client: the certificate ends and none follows.
    Ending(Ending) = "ending" to Client,
    /// To the client: the next paid term is bought.
    Prolonged(Prolonged) = "prolonged" to Client,
    /// To the client: the account has too little for the next paid term.
    NotEnoughMoney(NotEnoughMoney) = "not_enough_money" to Client,
    /// To the client: names are proven another way from now on.
    MethodChanged(MethodChanged) = "method_changed" to Client,
    /// To the client: the service is over.
    Closed(Closed) = "closed" to Client,
    /// To the client: nothing is reissued or prolonged for now.
    Suspended(Halted) = "suspended" to Client,
    /// To the client: the service goes on.
    Resumed(Halted) = "resumed" to Client,
    /// To a new user: confirm the address.
    ConfirmAddress(ConfirmAddress) = "confirm_address" to User,
    /// To a user: choose a new password.
    PasswordReset(PasswordReset) = "password_reset" to User,
    /// To a department: the balance at the CA is below the module's minimum.
    ModuleBalanceLow(ModuleBalanceLow) = "module_balance_low" to Department,
    /// To a department: a task waits.
    TaskOpened(TaskOpened) = "task_opened" to Department,
}

/// Who reads mails of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The client's contact.
    Client,
    /// Whoever signs in.
    User,
    /// A department of the seller.
    Department,
}

impl Audience {
    /// The stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::User => "user",
            Self::Department => "department",
        }
    }
}

impl MailKind {
    /// The kind of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}

impl Mail {
    /// What its template may use, written as the language does.
    pub(crate) fn fields(&self, locale: Locale, zone: &TimeZone) -> Fields {
        let words = Words { locale, zone };
        match self {
            Self::OrderPlaced(mail) => mail.fields(words),
            Self::ValidationNeeded(mail) => mail.fields(),
            Self::Issued(mail) => mail.fields(words),
            Self::OrderFailed(mail) => mail.fields(words),
            Self::Reissued(mail) => mail.fields(words),
            Self::ReissueNeedsYou(mail) => mail.fields(words),
            Self::Ending(mail) => mail.fields(words),
            Self::Prolonged(mail) => mail.fields(words),
            Self::NotEnoughMoney(mail) => mail.fields(words),
            Self::MethodChanged(mail) => mail.fields(words),
            Self::Closed(mail) => mail.fields(words),
            Self::Suspended(mail) | Self::Resumed(mail) => mail.fields(words),
            Self::ConfirmAddress(mail) => mail.fields(words),
            Self::PasswordReset(mail) => mail.fields(words),
            Self::ModuleBalanceLow(mail) => mail.fields(words),
            Self::TaskOpened(mail) => mail.fields(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_sample_of_every_kind_and_each_survives_being_stored() {
        let samples = Mail::samples();
        for kind in MailKind::ALL.iter().copied() {
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
}
