//! A mailbox for everyone: mails come in by SMTP, tests wait for them, people read them on a page.
//!
//! | module | holds |
//! | --- | --- |
//! | `smtp` | the receiver and its sessions (RFC 5321) |
//! | `page` | the page that lists and shows mails |

mod page;
mod smtp;

use std::{sync::Arc, time::Duration};

use mail_parser::{Address, MessageParser, PartType};
use parking_lot::RwLock;
use serde::Serialize;
use tokio::sync::watch;

pub use self::{page::MailboxPage, smtp::SmtpSink};

/// One received mail, read as far as a person or a test needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// Place in the order of arrival, from 1.
    pub number: usize,
    /// Sender of the envelope; empty for a bounce.
    pub envelope_from: String,
    /// Receivers of the envelope, also those that no header names.
    pub envelope_to: Vec<String>,
    /// Addresses of the `From` header.
    pub from: Vec<String>,
    /// Addresses of the `To` header.
    pub to: Vec<String>,
    /// Decoded subject.
    pub subject: String,
    /// First plain text part, decoded.
    pub text: Option<String>,
    /// First HTML part, decoded.
    pub html: Option<String>,
    /// The message as it came.
    #[serde(skip)]
    pub raw: Vec<u8>,
}

/// No mail came in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such mail came within {waited:?}; {kept} others are in the mailbox")]
pub struct NoMail {
    /// How long was waited.
    pub waited: Duration,
    /// Mails that are there but are not the wanted one.
    pub kept: usize,
}

/// All mails; clones share them.
#[derive(Debug, Clone)]
pub struct Mailbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    mails: RwLock<Vec<Mail>>,
    arrivals: watch::Sender<usize>,
}

impl Default for Mailbox {
    fn default() -> Self {
        let mails = RwLock::new(Vec::new());
        Self(Arc::new(Inner {
            mails,
            arrivals: watch::Sender::new(0),
        }))
    }
}

impl Mailbox {
    /// All mails in the order of arrival.
    pub fn mails(&self) -> Vec<Mail> {
        self.0.mails.read().clone()
    }

    /// The mail with this number.
    pub fn mail(&self, number: usize) -> Option<Mail> {
        self.0.mails.read().get(number.checked_sub(1)?).cloned()
    }

    /// The first mail, now or later, that `wanted` accepts.
    ///
    /// # Errors
    /// When none has come until `patience` is over.
    pub async fn wait_for(&self, wanted: impl Fn(&Mail) -> bool, patience: Duration) -> Result<Mail, NoMail> {
        // Subscribing before looking: what comes in between is noticed.
        let mut arrivals = self.0.arrivals.subscribe();
        let search = async {
            loop {
                if let Some(mail) = self.0.mails.read().iter().find(|mail| wanted(mail)) {
                    return mail.clone();
                }
                if arrivals.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        let kept = || self.0.mails.read().len();
        tokio::time::timeout(patience, search).await.map_err(|_| NoMail {
            waited: patience,
            kept: kept(),
        })
    }

    /// Puts a message into the mailbox as if it had come by SMTP.
    pub fn deliver(&self, envelope_from: String, envelope_to: Vec<String>, raw: Vec<u8>) {
        let mut mails = self.0.mails.write();
        let number = mails.len() + 1;
        mails.push(read(number, envelope_from, envelope_to, raw));
        self.0.arrivals.send_replace(number);
    }
}

/// Reads the message; one that does not parse is kept with its bytes and nothing else.
fn read(number: usize, envelope_from: String, envelope_to: Vec<String>, raw: Vec<u8>) -> Mail {
    let message = MessageParser::default().parse(&raw);
    let part = |wanted: fn(&PartType<'_>) -> Option<String>| {
        message.as_ref()?.parts.iter().find_map(|part| wanted(&part.body))
    };
    let text = part(|body| match body {
        PartType::Text(text) => Some(text.to_string()),
        _ => None,
    });
    let html = part(|body| match body {
        PartType::Html(html) => Some(html.to_string()),
        _ => None,
    });
    let header = message.as_ref();
    Mail {
        number,
        envelope_from,
        envelope_to,
        from: addresses(header.and_then(|message| message.from())),
        to: addresses(header.and_then(|message| message.to())),
        subject: header
            .and_then(|message| message.subject())
            .unwrap_or_default()
            .to_owned(),
        text,
        html,
        raw,
    }
}

fn addresses(list: Option<&Address<'_>>) -> Vec<String> {
    let all = list.into_iter().flat_map(Address::iter);
    all.filter_map(|address| address.address().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MULTIPART: &str = concat!(
        "From: certbroker <noreply@seller.test>\r\n",
        "To: =?utf-8?B?0JjQstCw0L0=?= <ivan@client.test>\r\n",
        "Subject: =?utf-8?B?0KHQtdGA0YLQuNGE0LjQutCw0YI=?=\r\n",
        "MIME-Version: 1.0\r\n",
        "Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n",
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n",
        "Content-Transfer-Encoding: quoted-printable\r\n\r\ncode=3D12=\r\n34\r\n",
        "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>code=1234</p>\r\n--b--\r\n",
    );

    fn receive(mailbox: &Mailbox, raw: &str) {
        mailbox.deliver("a@b.test".into(), vec!["c@d.test".into()], raw.into());
    }

    #[test]
    fn decodes_subject_addresses_and_both_bodies() {
        let mailbox = Mailbox::default();
        receive(&mailbox, MULTIPART);
        let mail = mailbox.mail(1).unwrap();
        assert_eq!(mail.subject, "Сертификат");
        assert_eq!(mail.from, ["noreply@seller.test"]);
        assert_eq!(mail.to, ["ivan@client.test"]);
        assert_eq!(mail.text.as_deref().map(str::trim_end), Some("code=1234"));
        assert_eq!(mail.html.as_deref().map(str::trim_end), Some("<p>code=1234</p>"));
    }

    #[test]
    fn keeps_what_is_not_a_message() {
        let mailbox = Mailbox::default();
        receive(&mailbox, "");
        receive(&mailbox, "\u{0}\u{1}garbage");
        assert_eq!(mailbox.mails().len(), 2);
        assert_eq!(mailbox.mail(0), None);
        assert_eq!(mailbox.mail(3), None);
    }

    #[tokio::test]
    async fn waits_for_a_mail_that_comes_later() {
        let mailbox = Mailbox::default();
        receive(&mailbox, "Subject: other\r\n\r\n");
        let waiting = tokio::spawn({
            let mailbox = mailbox.clone();
            async move {
                mailbox
                    .wait_for(|mail| mail.subject == "wanted", Duration::from_secs(5))
                    .await
            }
        });
        tokio::task::yield_now().await;
        receive(&mailbox, "Subject: wanted\r\n\r\n");
        assert_eq!(waiting.await.unwrap().unwrap().number, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn gives_up_when_no_mail_comes() {
        let patience = Duration::from_mins(1);
        let missing = Mailbox::default().wait_for(|_| true, patience).await;
        assert_eq!(
            missing,
            Err(NoMail {
                waited: patience,
                kept: 0
            })
        );
    }
}
