//! One name looked at the way the CA will look at it: every name server, every address of the web server, and CAA.

use dns::{
    Eyes, Finding, RecordName,
    caa::{self, CaaReport},
    cname::{self, CnameReport, CnameSeen},
    finding::Argument,
    web_file::{self, FileCheck, FileReport, FileSeen, Scheme},
};
use domain::product::ValidationMethod;
use jiff::Timestamp;
use store::validation::Validation;
use url::Url;

use super::{ArgumentView, FindingView, NameCheck, SeenAt};
use crate::Engine;

/// Who signs for us; a CAA record must name one of them (`leaderssl-api.md` §6).
const ISSUERS: &[&str] = &["sectigo.com"];

/// Looks at one name.
pub(super) async fn look(engine: &Engine, row: &Validation, now: Timestamp) -> NameCheck {
    let eyes = engine.eyes();
    let (seen, caa) = tokio::join!(proof(eyes, row), caa_of(eyes, row));
    NameCheck {
        validation: row.id,
        name: row.name.clone(),
        method: row.method,
        is_good: seen.finding.is_good,
        finding: seen.finding,
        servers: seen.servers,
        caa,
        looked_at: now,
    }
}

struct Seen {
    finding: FindingView,
    servers: Vec<SeenAt>,
}

async fn proof(eyes: &Eyes, row: &Validation) -> Seen {
    match row.method {
        ValidationMethod::Dns => match (RecordName::parse(&row.place), RecordName::parse(&row.content)) {
            (Ok(name), Ok(target)) => of_cname(&cname::check(eyes, &name, &target).await),
            _ => nothing("no-record", "the CA has not said which record it wants to see"),
        },
        ValidationMethod::Http | ValidationMethod::Https => match file_check(row) {
            Some(check) => of_file(&web_file::check(eyes, &check).await),
            None => nothing("no-file", "the CA has not said which file it wants to see"),
        },
        ValidationMethod::Email => nothing("by-mail", "the mail with the link has to be answered"),
    }
}

fn file_check(row: &Validation) -> Option<FileCheck> {
    let url = Url::parse(&row.place).ok()?;
    let scheme = if row.method == ValidationMethod::Https {
        Scheme::Https
    } else {
        Scheme::Http
    };
    FileCheck::new(scheme, &row.name, url.path(), row.content.clone()).ok()
}

async fn caa_of(eyes: &Eyes, row: &Validation) -> Option<FindingView> {
    let name = RecordName::parse(row.name.as_str()).ok()?;
    let report: CaaReport = caa::check(eyes, &name, ISSUERS).await;
    Some(view(&report.finding))
}

fn of_cname(report: &CnameReport) -> Seen {
    let servers = report
        .servers
        .iter()
        .map(|server| SeenAt {
            server: server.server.clone(),
            is_good: matches!(server.seen, CnameSeen::Expected),
            answer: cname_answer(&server.seen),
        })
        .collect();
    Seen {
        finding: view(&report.finding),
        servers,
    }
}

fn of_file(report: &FileReport) -> Seen {
    let servers = report
        .views
        .iter()
        .map(|seen| SeenAt {
            server: seen.address.to_string(),
            is_good: matches!(seen.seen, FileSeen::Expected),
            answer: file_answer(&seen.seen),
        })
        .collect();
    Seen {
        finding: view(&report.finding),
        servers,
    }
}

fn view(finding: &dyn Finding) -> FindingView {
    FindingView {
        code: finding.code().to_owned(),
        arguments: finding
            .arguments()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), argument(value)))
            .collect(),
        advice: finding.advice().code().to_owned(),
        text: finding.to_string(),
        is_good: finding.is_good(),
    }
}

fn argument(value: Argument) -> ArgumentView {
    match value {
        Argument::Text(text) => ArgumentView::Text(text),
        Argument::Code(code) => ArgumentView::Code(code.to_owned()),
    }
}

fn cname_answer(seen: &CnameSeen) -> String {
    match seen {
        CnameSeen::Expected => "the record as expected".to_owned(),
        CnameSeen::OtherTarget { target } => format!("a CNAME to {target}"),
        CnameSeen::NoCname => "the name exists, without a CNAME".to_owned(),
        CnameSeen::NoName => "there is no such name".to_owned(),
        CnameSeen::Unanswered { error } => error.to_string(),
    }
}

fn file_answer(seen: &FileSeen) -> String {
    match seen {
        FileSeen::Expected => "the file with the right content".to_owned(),
        FileSeen::OtherContent { excerpt, .. } => format!("other content: {excerpt}"),
        FileSeen::Status { status, .. } => format!("HTTP status {status}"),
        FileSeen::Failed { error } => error.to_string(),
    }
}

fn nothing(code: &str, text: &str) -> Seen {
    let finding = FindingView {
        code: code.to_owned(),
        arguments: Vec::new(),
        advice: String::new(),
        text: text.to_owned(),
        is_good: false,
    };
    Seen {
        finding,
        servers: Vec::new(),
    }
}
