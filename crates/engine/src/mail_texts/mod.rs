//! The texts of mails as a seller words them, per kind and language: tried on samples before they are kept, with every
//! wording before, and a way back to the shipped one.
//!
//! A wording that fits every sample may still fail on a mail. Then the shipped text is sent, the failure is kept with the
//! wording, and the start page says so.

mod model;
#[cfg(test)]
mod tests;

use domain::id::SellerId;
use i18n::Locale;
use jiff::SignedDuration;
use notify::{
    Brand, Letter, Mail, MailKind, Recipient, Rendered, TemplateError, Templates, Wording, wording::names_of,
};
use serde_json::json;
use store::mail_text::MailText;
use uuid::Uuid;

pub use model::{Changed, Line, Past, PastTo, Problem, TextChange, TextError, TextView};

use crate::{
    Actor, Engine, Error, Result, audit,
    authority::{self, Permission},
    operations::run::chain,
};

/// So many wordings of before are shown.
const PAST: u64 = 20;
/// How long a test mail may take.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);

/// The texts of mails.
#[derive(Debug, Clone, Copy)]
pub struct MailTexts<'a>(&'a Engine);

impl Engine {
    /// The texts of mails.
    #[must_use]
    pub const fn mail_texts(&self) -> MailTexts<'_> {
        MailTexts(self)
    }
}

impl MailTexts<'_> {
    /// Every kind in every language, and whether its text was changed.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn list(self, actor: &Actor) -> Result<Vec<Line>> {
        authority::require(actor, Permission::ManageSystem)?;
        let kept = store::mail_text::all(self.0.store().reader(), actor.seller).await?;
        let line = |kind: MailKind, locale: Locale| Line {
            kind,
            locale,
            changed: kept
                .iter()
                .find(|text| text.kind == kind.word() && text.language == locale.code())
                .and_then(Changed::of),
        };
        Ok(MailKind::ALL
            .iter()
            .flat_map(|kind| Locale::ALL.map(|locale| line(*kind, locale)))
            .collect())
    }

    /// One text, with what may stand in it.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn show(self, actor: &Actor, kind: MailKind, locale: Locale) -> Result<TextView> {
        authority::require(actor, Permission::ManageSystem)?;
        let engine = self.0;
        let past = self.past(actor, kind, locale).await?;
        let newest = past.first();
        let brand = brand(engine, actor.seller).await?;
        let shipped = shipped()?.wording(kind, locale);
        Ok(TextView {
            kind,
            locale,
            wording: newest.and_then(wording_of).unwrap_or_else(|| shipped.clone()),
            shipped,
            number: newest.map_or(0, |text| text.number),
            changed: newest.and_then(Changed::of),
            past: past.iter().map(Past::of).collect(),
            names: names_of(kind, locale, &engine.config().time_zone, &brand),
            samples: samples(kind).count(),
        })
    }

    /// A wording of before, to be edited again.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn of_before(
        self,
        actor: &Actor,
        kind: MailKind,
        locale: Locale,
        number: i32,
    ) -> Result<Wording> {
        authority::require(actor, Permission::ManageSystem)?;
        let past = self.past(actor, kind, locale).await?;
        let found = past.iter().find(|text| text.number == number);
        found.and_then(wording_of).ok_or(Error::NotFound)
    }

    /// Renders a wording with every sample of its mail; nothing is kept.
    ///
    /// # Errors
    /// [`TextError::Wording`] names what is wrong, part by part; [`Error::Forbidden`].
    pub async fn preview(
        self,
        actor: &Actor,
        kind: MailKind,
        locale: Locale,
        wording: &Wording,
    ) -> std::result::Result<Vec<Rendered>, TextError> {
        authority::require(actor, Permission::ManageSystem)?;
        let brand = brand(self.0, actor.seller).await?;
        let zone = &self.0.config().time_zone;
        Ok(wording.tidied().check(kind, locale, zone, &brand)?)
    }

    /// Keeps a wording for the mails to come. One that is the shipped one is the way back to it.
    ///
    /// # Errors
    /// [`TextError::Wording`] as for [`MailTexts::preview`]; [`Error::Conflict`] when somebody else changed it meanwhile.
    pub async fn save(self, actor: &Actor, change: TextChange) -> std::result::Result<(), TextError> {
        let TextChange {
            kind,
            locale,
            wording,
            based_on,
        } = change;
        self.preview(actor, kind, locale, &wording).await?;
        let wording = wording.tidied();
        let shipped = shipped()?.wording(kind, locale);
        let kept = (wording != shipped).then_some(wording);
        Ok(self.keep(actor, kind, locale, kept, based_on).await?)
    }

    /// Goes back to the shipped text.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Conflict`] when somebody else changed it meanwhile.
    pub async fn restore(self, actor: &Actor, kind: MailKind, locale: Locale, based_on: i32) -> Result<()> {
        authority::require(actor, Permission::ManageSystem)?;
        self.keep(actor, kind, locale, None, based_on).await
    }

    /// Sends a wording with the values of a sample to the one who asks, at once.
    ///
    /// # Errors
    /// [`TextError::Wording`]; [`Error::Refused`] with `no-mail-server`, `no-own-address` or `mail-not-taken`.
    pub async fn send_test(
        self,
        actor: &Actor,
        kind: MailKind,
        locale: Locale,
        wording: &Wording,
        sample: usize,
    ) -> std::result::Result<String, TextError> {
        let rendered = self.preview(actor, kind, locale, wording).await?;
        let content = rendered.into_iter().nth(sample).ok_or(Error::NotFound)?;
        let engine = self.0;
        let mailer = engine.mailer().ok_or(Error::refused("no-mail-server"))?;
        let user = match actor.user() {
            Some(id) => store::user::find(engine.store().reader(), id)
                .await
                .map_err(Error::from)?,
            None => None,
        };
        let user = user.ok_or(Error::refused("no-own-address"))?;
        let to = Recipient::parse(&user.email)
            .map_err(|_| Error::refused("no-own-address"))?
            .named(&user.name);
        let letter = Letter {
            id: format!("test_{}", engine.new_id::<domain::id::NoticeId>()),
            at: engine.now(),
            to,
            content,
        };
        let patience = PATIENCE.unsigned_abs();
        let why = match tokio::time::timeout(patience, mailer.deliver(&letter)).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("it takes too long".to_owned()),
        };
        if let Some(why) = why {
            let refusal = crate::error::Refusal::new("mail-not-taken").with("reason", why);
            return Err(Error::Refused(refusal).into());
        }
        let tx = engine.store().begin().await.map_err(Error::from)?;
        let detail = json!({ "kind": kind, "language": locale.code() });
        audit::append(&tx, engine, actor, "mail_text.tested", &kind.word(), detail);
        tx.commit().await.map_err(Error::from)?;
        Ok(user.email)
    }

    async fn past(self, actor: &Actor, kind: MailKind, locale: Locale) -> Result<Vec<MailText>> {
        let reader = self.0.store().reader();
        let (kind, language) = (kind.word(), locale.code());
        Ok(store::mail_text::history(reader, actor.seller, kind, language, PAST).await?)
    }

    async fn keep(
        self,
        actor: &Actor,
        kind: MailKind,
        locale: Locale,
        wording: Option<Wording>,
        based_on: i32,
    ) -> Result<()> {
        let engine = self.0;
        let tx = engine.store().begin().await?;
        let newest = store::mail_text::newest(&tx, actor.seller, kind.word(), locale.code()).await?;
        if newest.as_ref().map_or(0, |text| text.number) != based_on {
            return Err(Error::Conflict);
        }
        if newest.as_ref().and_then(wording_of) == wording {
            return Ok(());
        }
        let action = match wording {
            Some(_) => "mail_text.changed",
            None => "mail_text.restored",
        };
        let (subject, body, html) = match wording {
            Some(wording) => (Some(wording.subject), Some(wording.text), Some(wording.html)),
            None => (None, None, None),
        };
        let text = MailText {
            id: engine.new_id::<domain::id::NoticeId>().into(),
            seller_id: actor.seller,
            kind: kind.word().to_owned(),
            language: locale.code().to_owned(),
            number: based_on + 1,
            subject,
            body,
            html,
            changed_by: actor.label(),
            changed_at: engine.now(),
            failed_at: None,
            failure: None,
        };
        match store::mail_text::insert(&tx, &text).await {
            // Another node was quicker.
            Err(store::Error::Duplicate { .. }) => return Err(Error::Conflict),
            outcome => outcome?,
        }
        let detail = json!({ "kind": kind, "language": locale.code(), "number": text.number });
        audit::append(&tx, engine, actor, action, &text.id, detail);
        tx.commit().await?;
        Ok(())
    }
}

/// A seller's own wording, ready to render one mail.
pub(crate) struct Own {
    id: Uuid,
    templates: std::result::Result<Templates, TemplateError>,
}

impl Own {
    /// Renders a mail.
    ///
    /// # Errors
    /// Why it cannot be, in words.
    pub(crate) fn render(
        &self,
        mail: &Mail,
        locale: Locale,
        zone: &jiff::tz::TimeZone,
        brand: &Brand,
    ) -> std::result::Result<Rendered, String> {
        let templates = self.templates.as_ref().map_err(|error| chain(error))?;
        templates
            .render(mail, locale, zone, brand)
            .map_err(|error| chain(&error))
    }
}

/// The texts that come with the program.
pub(crate) fn shipped() -> Result<&'static Templates> {
    Templates::built_in().map_err(|error| Error::Internal(format!("mail templates: {error}")))
}

/// In whose name mails are sent.
pub(crate) async fn brand(engine: &Engine, seller: SellerId) -> Result<Brand> {
    let seller = store::seller::find(engine.store().reader(), seller).await?;
    Ok(Brand {
        seller: seller.map(|seller| seller.name).unwrap_or_default(),
        support: None,
    })
}

/// The seller's own wording of a mail, where there is one.
pub(crate) async fn own(
    engine: &Engine,
    seller: SellerId,
    kind: MailKind,
    locale: Locale,
) -> Result<Option<Own>> {
    let reader = engine.store().reader();
    let newest = store::mail_text::newest(reader, seller, kind.word(), locale.code()).await?;
    let Some((text, wording)) = newest.and_then(|text| Some((text.id, wording_of(&text)?))) else {
        return Ok(None);
    };
    Ok(Some(Own {
        id: text,
        templates: shipped()?.reworded(kind, locale, &wording),
    }))
}

/// Keeps that a mail could not be written with a wording.
pub(crate) async fn note_failure(engine: &Engine, own: &Own, why: &str) -> Result<()> {
    tracing::warn!(text.id = %own.id, error = why, "a changed mail text does not fit a mail; the shipped one is sent");
    let tx = engine.store().begin().await?;
    store::mail_text::note_failure(&tx, own.id, why, engine.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// How many changed texts did not fit a mail.
pub(crate) async fn count_failing(engine: &Engine) -> Result<u64> {
    let reader = engine.store().reader();
    let Some(seller) = store::seller::first(reader).await? else {
        return Ok(0);
    };
    let count = store::mail_text::count_failing(reader, seller.id).await?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// A kept row as a wording; none where it says that the shipped one holds.
fn wording_of(text: &MailText) -> Option<Wording> {
    Some(Wording {
        subject: text.subject.clone()?,
        text: text.body.clone()?,
        html: text.html.clone()?,
    })
}

fn samples(kind: MailKind) -> impl Iterator<Item = Mail> {
    Mail::samples()
        .into_iter()
        .filter(move |mail| mail.kind() == kind)
}
