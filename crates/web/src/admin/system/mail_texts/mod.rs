//! The texts of mails: the list of them, and the editor of one.

mod edit;
mod list;
#[cfg(test)]
mod tests;

use axum::{
    Extension,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use engine::mail_texts::{TextChange, TextError, TextView};
use httpkit::{Failure, Flash, Form, params::Posted};
use i18n::Locale;
use maud::Markup;
use notify::{MailKind, Part, Rendered, Wording};
use uuid::Uuid;

pub use edit::{Preview, Said, Shown};

use crate::{
    admin::{
        drafts::{Draft, Drafts},
        people::People,
    },
    routes::{Audience, Routes},
    visit::{AdministratorVisit, At},
};

const PATH: &str = "/admin/mail-texts";
/// Of the frame that shows a mail: nothing of it runs, loads or leads anywhere.
const FRAME_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox";
/// The field of a draft in which a rendered mail is kept.
const HTML: &str = "html";

/// The routes of mail texts.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Administrator)
        .get(PATH, list_page)
        .get("/admin/mail-texts/{kind}/{language}", edit_page)
        .post("/admin/mail-texts/{kind}/{language}", save)
        .post("/admin/mail-texts/{kind}/{language}/preview", preview)
        .post("/admin/mail-texts/{kind}/{language}/test", send_test)
        .post("/admin/mail-texts/{kind}/{language}/restore", restore)
        .get("/admin/mail-texts/preview/{id}", frame)
}

/// Which text an address names.
#[derive(Debug, Clone, Copy)]
struct Which {
    kind: MailKind,
    locale: Locale,
}

impl Which {
    fn read((kind, language): (String, String)) -> Result<Self, Failure> {
        MailKind::from_word(&kind)
            .zip(language.parse().ok())
            .map(|(kind, locale)| Self { kind, locale })
            .ok_or_else(Failure::not_found)
    }
}

/// The address of the editor of a text.
fn address(kind: MailKind, locale: Locale) -> String {
    format!("{PATH}/{}/{locale}", kind.word())
}

async fn list_page(visit: AdministratorVisit) -> Result<Response, Failure> {
    let lines = visit.engine.mail_texts().list(&visit.actor).await?;
    let labels = lines.iter().filter_map(|line| line.changed.as_ref());
    let people = People::behind(&visit, labels.map(|changed| changed.by.as_str()).collect()).await?;
    Ok(visit.page(list::page(&visit.view, &lines, &people)))
}

async fn edit_page(visit: AdministratorVisit, At(which): At<(String, String)>) -> Result<Response, Failure> {
    let which = Which::read(which)?;
    let texts = visit.engine.mail_texts();
    let text = texts.show(&visit.actor, which.kind, which.locale).await?;
    let wording = match visit.query.read_as::<i32>("from") {
        Some(number) => {
            texts
                .of_before(&visit.actor, which.kind, which.locale, number)
                .await?
        }
        None => text.wording.clone(),
    };
    let form = form_of(&wording, text.number);
    Ok(visit.page(page_of(&visit, &text, &form, Said::default()).await?))
}

async fn save(
    visit: AdministratorVisit,
    At(which): At<(String, String)>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let which = Which::read(which)?;
    let mut form = Form::from(posted);
    if let Some(based_on) = form.number::<i32>("based_on") {
        let change = TextChange {
            kind: which.kind,
            locale: which.locale,
            wording: wording_of(&form),
            based_on,
        };
        match visit.engine.mail_texts().save(&visit.actor, change).await {
            Ok(()) => {
                let next = address(which.kind, which.locale);
                return Ok(visit.done(&next, &Flash::done(i18n::key!("mail-texts-saved"))));
            }
            Err(error) => return again(&visit, which, form, error).await,
        }
    }
    Ok(visit.rejected(page(&visit, which, &form, Said::default()).await?))
}

async fn preview(
    visit: AdministratorVisit,
    Extension(drafts): Extension<Drafts>,
    At(which): At<(String, String)>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let which = Which::read(which)?;
    let form = Form::from(posted);
    let texts = visit.engine.mail_texts();
    let wording = wording_of(&form);
    let rendered = texts
        .preview(&visit.actor, which.kind, which.locale, &wording)
        .await;
    let rendered = match rendered {
        Ok(rendered) => rendered,
        Err(error) => return again(&visit, which, form, error).await,
    };
    let preview = rendered.into_iter().nth(sample_of(&form));
    let preview = preview.map(|mail| Preview {
        frame: keep(&visit, &drafts, &mail),
        mail,
    });
    let said = Said {
        preview,
        ..Said::default()
    };
    Ok(framing(visit.page(page(&visit, which, &form, said).await?)))
}

async fn send_test(
    visit: AdministratorVisit,
    At(which): At<(String, String)>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let which = Which::read(which)?;
    let form = Form::from(posted);
    let texts = visit.engine.mail_texts();
    let (wording, sample) = (wording_of(&form), sample_of(&form));
    let sent = texts
        .send_test(&visit.actor, which.kind, which.locale, &wording, sample)
        .await;
    match sent {
        Ok(address) => {
            let said = Said {
                tested: Some(address),
                ..Said::default()
            };
            Ok(visit.page(page(&visit, which, &form, said).await?))
        }
        Err(error) => again(&visit, which, form, error).await,
    }
}

async fn restore(
    visit: AdministratorVisit,
    At(which): At<(String, String)>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let which = Which::read(which)?;
    let based_on = posted
        .read_as("based_on")
        .ok_or(engine::Error::field("based_on", "required"))?;
    let texts = visit.engine.mail_texts();
    texts
        .restore(&visit.actor, which.kind, which.locale, based_on)
        .await?;
    let next = address(which.kind, which.locale);
    Ok(visit.done(&next, &Flash::done(i18n::key!("mail-texts-restored"))))
}

/// The HTML of a preview, for its frame: whatever an administrator wrote there, it can do nothing.
async fn frame(
    visit: AdministratorVisit,
    Extension(drafts): Extension<Drafts>,
    At(id): At<Uuid>,
) -> Result<Response, Failure> {
    let draft = drafts.find(visit.signed().user, id);
    let draft = draft.ok_or_else(Failure::not_found)?;
    let html = draft.values.find(HTML).ok_or_else(Failure::not_found)?.to_owned();
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, FRAME_POLICY),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    ];
    Ok((headers, html).into_response())
}

/// The form again, with what is wrong beside its fields.
async fn again(
    visit: &AdministratorVisit,
    which: Which,
    mut form: Form,
    error: TextError,
) -> Result<Response, Failure> {
    let problems = match error {
        TextError::Wording(problems) => problems,
        TextError::Engine(error) => {
            visit.into_form(&mut form, error)?;
            Vec::new()
        }
    };
    for problem in &problems {
        form.reject(problem.part.word(), &format!("text-{}", problem.fault.word()));
    }
    let said = Said {
        problems,
        ..Said::default()
    };
    Ok(visit.rejected(page(visit, which, &form, said).await?))
}

/// The editor of the text as it is now.
async fn page(visit: &AdministratorVisit, which: Which, form: &Form, said: Said) -> Result<Markup, Failure> {
    let texts = visit.engine.mail_texts();
    let text = texts.show(&visit.actor, which.kind, which.locale).await?;
    page_of(visit, &text, form, said).await
}

async fn page_of(
    visit: &AdministratorVisit,
    text: &TextView,
    form: &Form,
    said: Said,
) -> Result<Markup, Failure> {
    let labels = text.past.iter().map(|past| past.by.as_str()).collect();
    let people = People::behind(visit, labels).await?;
    Ok(edit::page(&visit.view, form, &Shown { text, said }, &people))
}

/// Keeps a rendered mail for the frame that shows it; returns the address of it.
fn keep(visit: &AdministratorVisit, drafts: &Drafts, mail: &Rendered) -> String {
    let id = visit.actor.request.0;
    let draft = Draft {
        values: httpkit::Params::from([(HTML, mail.html.as_str())]),
        ..Draft::default()
    };
    drafts.keep(visit.signed().user, id, draft);
    format!("{PATH}/preview/{id}")
}

/// Lets a page show a frame of our own.
fn framing(mut response: Response) -> Response {
    let policy = format!("{}; frame-src 'self'", httpkit::headers::CONTENT_POLICY);
    if let Ok(policy) = HeaderValue::try_from(policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A wording in the fields of the form.
#[must_use]
pub fn form_of(wording: &Wording, based_on: i32) -> Form {
    Part::ALL
        .into_iter()
        .fold(Form::default(), |form, part| {
            form.with(part.word(), wording.part(part))
        })
        .with("based_on", based_on.to_string())
        .with("sample", "0")
}

fn wording_of(form: &Form) -> Wording {
    Wording {
        subject: form.value(Part::Subject.word()).to_owned(),
        text: form.value(Part::Text.word()).to_owned(),
        html: form.value(Part::Html.word()).to_owned(),
    }
}

fn sample_of(form: &Form) -> usize {
    form.values().read_as("sample").unwrap_or(0)
}
