//! What pages show of mail texts, and what they send back.

use i18n::Locale;
use jiff::Timestamp;
pub use notify::wording::Problem;
use notify::{MailKind, Wording, wording::NameOf};
use store::mail_text::MailText;

use crate::Error;

/// One kind in one language, in the list.
#[derive(Debug, Clone)]
pub struct Line {
    /// Which mail.
    pub kind: MailKind,
    /// In which language.
    pub locale: Locale,
    /// Where the text is not the shipped one.
    pub changed: Option<Changed>,
}

/// A text that the seller changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// When.
    pub at: Timestamp,
    /// By whom, as the audit trail calls them.
    pub by: String,
    /// Since when and why mails could not be written with it; the shipped text was sent.
    pub failure: Option<(Timestamp, String)>,
}

/// One text, for its editor.
#[derive(Debug, Clone)]
pub struct TextView {
    /// Which mail.
    pub kind: MailKind,
    /// In which language.
    pub locale: Locale,
    /// The wording that holds.
    pub wording: Wording,
    /// The wording that came with the program.
    pub shipped: Wording,
    /// Counts the changes; a change says on which one it is based.
    pub number: i32,
    /// When the wording that holds is not the shipped one.
    pub changed: Option<Changed>,
    /// The changes, the newest first.
    pub past: Vec<Past>,
    /// The names that may stand in it.
    pub names: Vec<NameOf>,
    /// How many samples of the mail there are.
    pub samples: usize,
}

/// A change of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Its number.
    pub number: i32,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What it made of the text.
    pub to: PastTo,
}

/// What a change made of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastTo {
    /// A wording of the seller's own.
    Own,
    /// The shipped one again.
    Shipped,
}

/// A wording to be kept.
#[derive(Debug, Clone)]
pub struct TextChange {
    /// Of which mail.
    pub kind: MailKind,
    /// In which language.
    pub locale: Locale,
    /// The new wording.
    pub wording: Wording,
    /// The number of the change that was edited.
    pub based_on: i32,
}

/// Why a wording is not taken.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// It does not render.
    #[error("the wording does not render: {0:?}")]
    Wording(Vec<Problem>),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] Error),
}

impl From<Vec<Problem>> for TextError {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Wording(problems)
    }
}

impl Changed {
    pub(super) fn of(text: &MailText) -> Option<Self> {
        text.subject.as_ref()?;
        Some(Self {
            at: text.changed_at,
            by: text.changed_by.clone(),
            failure: text.failed_at.zip(text.failure.clone()),
        })
    }
}

impl Past {
    pub(super) fn of(text: &MailText) -> Self {
        Self {
            number: text.number,
            at: text.changed_at,
            by: text.changed_by.clone(),
            to: match text.subject {
                Some(_) => PastTo::Own,
                None => PastTo::Shipped,
            },
        }
    }
}
