//! Notices: mails, written by the transaction that causes them and delivered by whoever leases them (design §8).
//!
//! | module | holds |
//! | --- | --- |
//! | `clients` | what clients are told, and with which words |
//! | `reminders` | the days on which clients are told that a certificate ends and none follows |
//! | `overtaken` | what is not sent any more when its turn comes |

pub(crate) mod clients;
mod overtaken;
pub(crate) mod reminders;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use domain::{
    contact::is_mail_address,
    id::{AccountId, CertificateId, SellerId, ServiceId},
};
use i18n::Locale;
use jiff::{SignedDuration, civil::Date};
use notify::{DeliveryClass, Letter, Mail, Mailer, Recipient, Rendered};
use seal::{Context, Sealed};
use store::{
    Json, Tx,
    notice::{Notice, NoticeState},
};
use tokio_util::sync::CancellationToken;

use crate::{
    Engine,
    actor::Actor,
    authority::{self, Permission},
    error::{Error, Result},
    mail_texts,
};

/// Attempts before a person must look; with the back-off below they span about three days.
const MOST_ATTEMPTS: i32 = 12;
/// How long one worker may take over what it leased.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// How often it is looked whether a mail is due.
const LOOK: Duration = Duration::from_secs(1);
/// How many are leased at once.
const BATCH: u64 = 20;

impl Engine {
    /// Notices.
    #[must_use]
    pub fn notices(&self) -> Notices<'_> {
        Notices(self)
    }

    /// Whether mails go out, without asking who wants to know.
    pub(crate) async fn outbox(&self) -> Result<Outbox> {
        Ok(Outbox {
            has_server: self.mailer().is_some(),
            failed: store::notice::count(self.store().reader(), NoticeState::Failed).await?,
            failing_texts: mail_texts::count_failing(self).await?,
        })
    }
}

/// Whether mails go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outbox {
    /// Whether a mail server is configured; without one mails wait.
    pub has_server: bool,
    /// Mails that were given up.
    pub failed: u64,
    /// Texts that the seller changed and that could not be used: the shipped ones were sent.
    pub failing_texts: u64,
}

/// Mails waiting, sent and failed.
pub struct Notices<'a>(&'a Engine);

/// A mail to one reader.
#[derive(Debug, Clone)]
pub struct NewNotice {
    /// Whose brand it carries.
    pub seller: SellerId,
    /// Address of the reader.
    pub recipient: String,
    /// Language of the reader, `en` or `ru`.
    pub language: String,
    /// A second notice with the same key is not written.
    pub dedup_key: String,
    /// The account it concerns.
    pub account: Option<AccountId>,
    /// The service it concerns.
    pub service: Option<ServiceId>,
    /// The certificate that it is about: with another in force it is not sent any more.
    pub certificate: Option<CertificateId>,
    /// What it says.
    pub mail: Mail,
}

/// What becomes of a notice whose turn it is.
enum Turn {
    /// It goes out.
    Send(Letter),
    /// It is not sent any more, for this reason.
    Overtaken(&'static str),
}

/// Writes a notice into the causing transaction; whether it is a new one. Mails that hold a secret link are sealed.
pub(crate) async fn enqueue(engine: &Engine, tx: &Tx, new: NewNotice) -> Result<bool> {
    if !is_mail_address(&new.recipient) {
        return Err(Error::Internal(format!(
            "a notice {} to no mail address",
            new.mail.kind().word()
        )));
    }
    let id = engine.new_id();
    let now = engine.clock().machine_now();
    let data = serde_json::to_value(&new.mail)
        .map_err(|error| Error::Internal(format!("a notice as JSON: {error}")))?;
    let is_secret = matches!(new.mail, Mail::ConfirmAddress(_) | Mail::PasswordReset(_));
    let sealed_data = if is_secret {
        let sealed = engine.keys().seal(&context(&id), data.to_string().as_bytes());
        let sealed = sealed.map_err(|error| Error::Internal(format!("sealing a notice: {error}")))?;
        Some(sealed.into_bytes())
    } else {
        None
    };
    let notice = Notice {
        id,
        seller_id: new.seller,
        kind: new.mail.kind().word().to_owned(),
        dedup_key: new.dedup_key,
        recipient: new.recipient,
        language: new.language,
        data: Json(if is_secret { serde_json::Value::Null } else { data }),
        sealed_data,
        account_id: new.account,
        service_id: new.service,
        certificate_id: new.certificate,
        state: NoticeState::Waiting,
        attempts: 0,
        next_try_at: now,
        lease_owner: None,
        lease_until: None,
        last_error: None,
        created_at: engine.now(),
        sent_at: None,
    };
    let is_new = store::notice::insert_once(tx, &notice).await?;
    let engine = engine.clone();
    tx.afterwards(move || engine.wake());
    Ok(is_new)
}

impl Notices<'_> {
    /// Delivers what is due, and says how many were handed over.
    ///
    /// # Errors
    /// [`Error::Store`]; a mail server that does not take a mail is no error but its back-off.
    pub async fn deliver_due(&self) -> Result<usize> {
        let Some(mailer) = self.0.mailer() else {
            return Ok(0);
        };
        let owner = seal::random::token();
        let now = self.0.clock().machine_now();
        let tx = self.0.store().begin().await?;
        let leased = store::notice::lease(&tx, &owner, now, now + LEASE, BATCH).await?;
        tx.commit().await?;
        let mut delivered = 0;
        for mut notice in leased {
            delivered += usize::from(self.deliver(&mailer, &mut notice).await);
            let tx = self.0.store().begin().await?;
            store::notice::settle(&tx, &notice, &owner).await?;
            tx.commit().await?;
        }
        Ok(delivered)
    }

    /// Delivers what becomes due until it is told to stop.
    pub async fn run_until(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.deliver_what_is_there().await {
                // A full batch: there may be more.
                Ok(delivered) if delivered > 0 => continue,
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "mails could not be delivered"),
            }
            tokio::select! { () = stop.cancelled() => break, () = tokio::time::sleep(LOOK) => {} }
        }
    }

    /// Looks first, so that an idle node does not take the database's only writer every second.
    pub(crate) async fn deliver_what_is_there(&self) -> Result<usize> {
        let now = self.0.clock().machine_now();
        if store::notice::is_any_due(self.0.store().reader(), now).await? {
            return self.deliver_due().await;
        }
        Ok(0)
    }

    /// Whether mails go out, and how many were given up.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn outbox(&self, actor: &Actor) -> Result<Outbox> {
        authority::require(actor, Permission::ManageSystem)?;
        self.0.outbox().await
    }

    /// The newest notices, for the system page.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn newest(&self, actor: &Actor, limit: u64) -> Result<Vec<Notice>> {
        authority::require(actor, Permission::ManageSystem)?;
        Ok(store::notice::newest(self.0.store().reader(), limit).await?)
    }

    /// Tries the failed ones again.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn retry_failed(&self, actor: &Actor) -> Result<u64> {
        authority::require(actor, Permission::ManageSystem)?;
        let tx = self.0.store().begin().await?;
        let count = store::notice::retry_failed(&tx, self.0.clock().machine_now()).await?;
        crate::audit::append(
            &tx,
            self.0,
            actor,
            "notices.retried",
            &count,
            serde_json::json!({}),
        );
        tx.commit().await?;
        self.0.wake();
        Ok(count)
    }

    async fn deliver(&self, mailer: &Arc<dyn Mailer>, notice: &mut Notice) -> bool {
        notice.attempts += 1;
        // Whatever comes of it, the lease ends with this try.
        notice.lease_owner = None;
        notice.lease_until = None;
        let (class, why) = match self.turn(notice).await {
            Ok(Turn::Send(letter)) => match mailer.deliver(&letter).await {
                Ok(()) => {
                    self.note_sent(notice);
                    return true;
                }
                Err(error) => (error.class(), error.to_string()),
            },
            Ok(Turn::Overtaken(why)) => {
                notice.last_error = Some(why.to_owned());
                notice.state = NoticeState::Overtaken;
                return false;
            }
            // What the database has to say may be over at the next try.
            Err(error @ Error::Store(_)) => (DeliveryClass::Temporary, error.to_string()),
            Err(error) => (DeliveryClass::Permanent, error.to_string()),
        };
        self.note_failure(notice, class, why);
        false
    }

    async fn turn(&self, notice: &Notice) -> Result<Turn> {
        let mut mail = self.mail(notice)?;
        if let Some(why) = overtaken::why(self.0, notice, &mut mail).await? {
            return Ok(Turn::Overtaken(why));
        }
        Ok(Turn::Send(self.letter(notice, &mail).await?))
    }

    fn note_sent(&self, notice: &mut Notice) {
        notice.state = NoticeState::Sent;
        notice.sent_at = Some(self.0.now());
        notice.last_error = None;
        // What was secret in it is in the mail now, and nowhere else.
        notice.sealed_data = None;
    }

    fn note_failure(&self, notice: &mut Notice, class: DeliveryClass, why: String) {
        tracing::warn!(notice.id = %notice.id, notice.kind, error = why, "mail not delivered");
        notice.last_error = Some(why);
        let is_over = class == DeliveryClass::Permanent || notice.attempts >= MOST_ATTEMPTS;
        notice.state = if is_over {
            NoticeState::Failed
        } else {
            NoticeState::Waiting
        };
        notice.next_try_at = self.0.clock().machine_now() + back_off(notice.attempts);
    }

    async fn letter(&self, notice: &Notice, mail: &Mail) -> Result<Letter> {
        let content = self.render(notice, mail).await?;
        let to = Recipient::parse(&notice.recipient).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Letter {
            id: notice.id.to_string(),
            at: notice.created_at,
            to,
            content,
        })
    }

    /// With the seller's own wording where there is one; one that does not fit is noted, and the shipped one is used.
    async fn render(&self, notice: &Notice, mail: &Mail) -> Result<Rendered> {
        let locale: Locale = notice.language.parse().unwrap_or_default();
        let brand = mail_texts::brand(self.0, notice.seller_id).await?;
        let zone = &self.0.config().time_zone;
        let shipped = mail_texts::shipped()?;
        if let Some(own) = mail_texts::own(self.0, notice.seller_id, mail.kind(), locale).await? {
            match own.render(mail, locale, zone, &brand) {
                Ok(content) => return Ok(content),
                Err(why) => mail_texts::note_failure(self.0, &own, &why).await?,
            }
        }
        shipped
            .render(mail, locale, zone, &brand)
            .map_err(|error| Error::Internal(format!("rendering a mail: {error}")))
    }

    fn mail(&self, notice: &Notice) -> Result<Mail> {
        let unreadable =
            |error: &dyn std::fmt::Display| Error::Internal(format!("notice {}: {error}", notice.id));
        let Some(sealed) = &notice.sealed_data else {
            return serde_json::from_value(notice.data.0.clone()).map_err(|error| unreadable(&error));
        };
        let sealed = Sealed::try_from(sealed.clone()).map_err(|error| unreadable(&error))?;
        let plain = self
            .0
            .keys()
            .open(&context(&notice.id), &sealed)
            .map_err(|error| unreadable(&error))?;
        serde_json::from_slice(&plain).map_err(|error| unreadable(&error))
    }
}

/// Days from today until a day; less than none for one that is over.
fn days_until(engine: &Engine, day: Date) -> i32 {
    (day - engine.today()).get_days()
}

/// One minute, doubling, at most eight hours.
fn back_off(attempts: i32) -> SignedDuration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(9);
    SignedDuration::from_mins(2_i64.pow(doublings)).min(SignedDuration::from_hours(8))
}

fn context(id: &domain::id::NoticeId) -> Context {
    Context::new("notice.data", id)
}
