//! Mails to clients and staff: what was sent, what waits, what a mail server refused.

use axum::response::Response;
use engine::notices::Outbox;
use httpkit::{Failure, Flash, Tone};
use maud::{Markup, html};
use store::notice::{Notice, NoticeState};

use crate::{
    components::{
        badge::badge,
        field,
        head::Head,
        icon::{Icon, icon},
        note::note,
        table::{self, Column, Table},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::AdministratorVisit,
};

/// So many of the newest are shown.
const SHOWN: u64 = 200;

/// The routes of mails.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Administrator)
        .get("/admin/mails", show)
        .post("/admin/mails/again", again)
}

async fn show(visit: AdministratorVisit) -> Result<Response, Failure> {
    let notices = visit.engine.notices();
    let outbox = notices.outbox(&visit.actor).await?;
    let mails = notices.newest(&visit.actor, SHOWN).await?;
    Ok(visit.page(page(&visit.view, &outbox, &mails)))
}

async fn again(visit: AdministratorVisit) -> Result<Response, Failure> {
    visit.engine.notices().retry_failed(&visit.actor).await?;
    Ok(visit.done("/admin/mails", &Flash::done(i18n::key!("mails-are-due"))))
}

/// The page.
#[must_use]
pub fn page(view: &View, outbox: &Outbox, mails: &[Notice]) -> Markup {
    let title = view.t("nav-mails");
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::new(view.t("mails-when")),
            Column::new(view.t("mails-what")),
            Column::new(view.t("mails-to")),
            Column::new(view.t("mails-state")),
        ],
        rows: mails.iter().map(|mail| row(view, mail)).collect(),
        sorting: None,
        empty: table::empty(Icon::Inbox, &view.t("mails-empty"), "", &html! {}),
    };
    let retry = field::action(
        "/admin/mails/again",
        "small",
        &html! { (icon(Icon::Refresh)) (view.t("mails-again")) },
    );
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("mails-text")).render(view))
            @if !outbox.has_server { (no_server(view)) }
            @if outbox.failed > 0 {
                (note(Tone::Bad, &html! { p { (failed(view, outbox)) } (retry) }))
            }
            (failing_texts(view, outbox))
            (table.render())
        },
    )
}

/// What the start page says when mails do not go out; nothing when they do.
#[must_use]
pub fn trouble(view: &View, outbox: &Outbox) -> Markup {
    html! {
        @if !outbox.has_server { (no_server(view)) }
        @if outbox.failed > 0 {
            (note(Tone::Bad, &html! { p { (failed(view, outbox)) " " a href="/admin/mails" { (view.t("nav-mails")) } } }))
        }
        (failing_texts(view, outbox))
    }
}

fn failing_texts(view: &View, outbox: &Outbox) -> Markup {
    let count = i64::try_from(outbox.failing_texts).unwrap_or(i64::MAX);
    html! {
        @if count > 0 {
            (note(Tone::Warn, &html! {
                p { (view.t_args("mails-failing-texts", &[("count", count.into())])) " " a href="/admin/mail-texts" { (view.t("nav-mail-texts")) } }
            }))
        }
    }
}

fn no_server(view: &View) -> Markup {
    note(Tone::Warn, &html! { p { (view.t("mails-no-server")) } })
}

fn failed(view: &View, outbox: &Outbox) -> String {
    let count = i64::try_from(outbox.failed).unwrap_or(i64::MAX);
    view.t_args("mails-failed", &[("count", count.into())])
}

fn row(view: &View, mail: &Notice) -> Vec<Markup> {
    let (tone, word) = match mail.state {
        NoticeState::Waiting => (Tone::Info, view.t("mails-waiting")),
        NoticeState::Sent => (Tone::Good, view.t("mails-sent")),
        NoticeState::Failed => (Tone::Bad, view.t("mails-given-up")),
        NoticeState::Overtaken => (Tone::Neutral, view.t("mails-overtaken")),
    };
    vec![
        html! { span title=(view.instant(mail.created_at)) { (view.ago(mail.created_at)) } },
        html! { (view.word("mail-kind", &mail.kind)) },
        html! { (mail.recipient) },
        html! {
            (badge(tone, &word))
            @match (&mail.last_error, mail.state) {
                (Some(why), NoticeState::Overtaken) => span.sub { (view.word("mails-overtaken", why)) },
                (Some(error), NoticeState::Waiting | NoticeState::Failed) => span.sub { (error) },
                _ => {}
            }
        },
    ]
}
