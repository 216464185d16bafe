//! Mails: rendering them in the reader's language, and handing them to a mail server.
//!
//! This crate must never decide who gets a mail or when (notices are rows that the engine writes and delivers by lease), never
//! retry by itself, and never let a value end a header or become markup.
//!
//! | module | holds |
//! | --- | --- |
//! | [`mail`] | the kinds of mail, each with what it must say and samples |
//! | [`link`] | addresses in mails; those that are secrets show nothing in logs |
//! | [`templates`] | the texts, per kind and language, and rendering them |
//! | [`wording`] | the text of one mail as operators edit it: what may stand in it, what is wrong with it |
//! | [`letter`] | a rendered mail with its recipient |
//! | [`mailer`] | the port to a mail server and the classes of its outcome |
//! | [`smtp`] | delivery by SMTP |
//! | [`mailbox`] | delivery into memory, for tests and the demo |
//!
//! Every mail says which service (task, module, address) it is about and names one next step, with a link to it.
//!
//! # Rules for texts
//!
//! `templates/<language>/<kind>.txt` holds `Subject: …` in its first line, an empty line, and the text; `<kind>.html` holds the same as
//! HTML. They are [minijinja](https://docs.rs/minijinja) templates; a name that is not in the context is an error. A test renders
//! every kind with every sample in every language and compares with the snapshots.

pub mod letter;
pub mod link;
pub mod mail;
pub mod mailbox;
pub mod mailer;
mod samples;
pub mod smtp;
pub mod templates;
pub mod wording;

pub use letter::{Letter, Recipient};
pub use link::{BadLink, Link, SecretLink};
pub use mail::{Audience, Mail, MailKind};
pub use mailbox::Mailbox;
pub use mailer::{DeliveryClass, DeliveryError, Mailer};
pub use smtp::{Security, SmtpMailer, SmtpSettings};
pub use templates::{Brand, Rendered, TemplateError, Templates};
pub use wording::{Part, Wording};
