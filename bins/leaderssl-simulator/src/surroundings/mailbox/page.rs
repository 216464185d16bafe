//! A page on which a person reads the mails of the demo, and the same as JSON for browser tests.

use std::{fmt::Write as _, net::SocketAddr};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};

use super::{Mail, Mailbox};
use crate::surroundings::{StartError, bound, listen, task::Tasks};

/// A mail may bring any HTML: nothing of it may run or load.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem;border-bottom:1px solid #ccc}\
pre{white-space:pre-wrap;background:#f6f6f6;padding:1rem}iframe{width:100%;height:30rem;border:1px solid #ccc}";

/// The running page; dropping it stops it.
#[derive(Debug)]
pub struct MailboxPage {
    address: SocketAddr,
    tasks: Tasks,
}

impl MailboxPage {
    /// Serves `/` (list), `/mails/{number}` (one mail) and `/mails.json` (all of them).
    ///
    /// # Errors
    /// When the address is not loopback or cannot be listened on.
    pub async fn start(address: SocketAddr, mailbox: Mailbox) -> Result<Self, StartError> {
        let listener = listen(address).await?;
        let address = bound(&listener, address);
        let tasks = Tasks::new();
        let app = Router::new()
            .route("/", get(list))
            .route("/mails.json", get(json))
            .route("/mails/{number}", get(read))
            .with_state(mailbox);
        tasks.spawner().spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { address, tasks })
    }

    /// Where the page is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the page and waits until its port is free.
    pub async fn shutdown(self) {
        self.tasks.shutdown().await;
    }
}

async fn list(State(mailbox): State<Mailbox>) -> Response {
    let mut rows = String::new();
    for mail in mailbox.mails().iter().rev() {
        let subject = if mail.subject.is_empty() {
            "(no subject)"
        } else {
            &mail.subject
        };
        // Writing to a string cannot fail.
        let _ = write!(
            rows,
            "<tr><td>{}</td><td>{}</td><td><a href=\"/mails/{}\">{}</a></td></tr>",
            mail.number,
            escape(&mail.envelope_to.join(", ")),
            mail.number,
            escape(subject),
        );
    }
    let body = if rows.is_empty() {
        "<p>No mail yet.</p>".to_owned()
    } else {
        format!(
            "<table><thead><tr><th>No.</th><th>To</th><th>Subject</th></tr></thead><tbody>{rows}</tbody></table>"
        )
    };
    page("Mailbox", &body)
}

async fn read(State(mailbox): State<Mailbox>, Path(number): Path<usize>) -> Response {
    match mailbox.mail(number) {
        Some(mail) => page(&mail.subject, &show(&mail)),
        None => (
            StatusCode::NOT_FOUND,
            page("No such mail", "<p><a href=\"/\">All mails</a></p>"),
        )
            .into_response(),
    }
}

async fn json(State(mailbox): State<Mailbox>) -> Json<Vec<Mail>> {
    Json(mailbox.mails())
}

fn show(mail: &Mail) -> String {
    let mut body = format!(
        "<p><a href=\"/\">All mails</a></p><p>From: {}<br>To: {}</p>",
        escape(&mail.from.join(", ")),
        escape(&mail.envelope_to.join(", ")),
    );
    if let Some(text) = &mail.text {
        let _ = write!(body, "<pre>{}</pre>", with_links(text));
    }
    if let Some(html) = &mail.html {
        // An empty sandbox: no scripts, no forms, no way out of the frame.
        let _ = write!(
            body,
            "<iframe title=\"The mail as HTML\" sandbox srcdoc=\"{}\"></iframe>",
            escape(html)
        );
    }
    body
}

fn page(title: &str, body: &str) -> Response {
    let title = escape(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\
         <body><h1>{title}</h1>{body}</body></html>"
    );
    let headers: [(HeaderName, HeaderValue); 2] = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(CONTENT_SECURITY_POLICY),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Html(html)).into_response()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The text with its web addresses made into links.
fn with_links(text: &str) -> String {
    let ends_word = |character: char| character.is_whitespace() || matches!(character, '<' | '>');
    let words = text.split_inclusive(ends_word);
    words
        .map(|piece| {
            let word = piece.trim_end_matches(ends_word);
            let rest = piece.strip_prefix(word).unwrap_or_default();
            if word.starts_with("https://") || word.starts_with("http://") {
                let address = escape(word);
                format!("<a href=\"{address}\">{address}</a>{}", escape(rest))
            } else {
                escape(piece)
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_mail_becomes_markup() {
        let shown = with_links("<script>alert(1)</script> \"q\" https://a.test/?x=1&y=2 end");
        assert_eq!(
            shown,
            "&lt;script&gt;alert(1)&lt;/script&gt; &quot;q&quot; \
             <a href=\"https://a.test/?x=1&amp;y=2\">https://a.test/?x=1&amp;y=2</a> end"
        );
    }
}
