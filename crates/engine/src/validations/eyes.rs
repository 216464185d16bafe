//! One name looked at the way the CA will look at it: every name server, every address of the web server, and CAA.

use dns::{
    Eyes, Finding, RecordName,
    caa::{self, CaaFinding, CaaReport},
    cname::{self, CnameReport, CnameSeen},
    finding::Argument,
    web_file::{self, FileCheck, FileReport, FileSeen, Scheme},
};
use domain::{
    product::ValidationMethod,
    rules::{CaaJudgement, DatedRules, utc_day},
};
use jiff::{Timestamp, civil::Date};
use store::validation::Validation;
use url::Url;

use super::{ArgumentView, FindingView, NameCheck, SeenAt};
use crate::Engine;

/// Who signs for us; a CAA record must name one of them (`leaderssl-api.md` §6).
const ISSUERS: &[&str] = &["sectigo.com"];

/// Looks at one name.
pub(super) async fn look(engine: &Engine, row: &Validation, now: Timestamp) -> NameCheck {
    let eyes = engine.eyes();
    let (seen, caa) = tokio::join!(proof(eyes, row), caa_of(engine, row, now));
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

async fn caa_of(engine: &Engine, row: &Validation, now: Timestamp) -> Option<FindingView> {
    let name = RecordName::parse(row.name.as_str()).ok()?;
    let report: CaaReport = caa::check(engine.eyes(), &name, ISSUERS).await;
    let against = against_method(engine.dated_rules(), &report.finding, row.method, utc_day(now));
    Some(against.unwrap_or_else(|| view(&report.finding)))
}

/// A record that names the CA and lists methods without the one that is used (RFC 8657): a warning until CAs must heed it.
fn against_method(
    rules: &DatedRules,
    finding: &CaaFinding,
    method: ValidationMethod,
    day: Date,
) -> Option<FindingView> {
    let CaaFinding::Allowed { at, record, value } = finding else {
        return None;
    };
    let (code, from) = match rules.judge_caa(&value.validation_methods()?, method, day) {
        CaaJudgement::Fits => return None,
        CaaJudgement::WillBlock { from } => ("dns-caa-will-block-method", Some(from)),
        CaaJudgement::Blocks => ("dns-caa-blocks-method", None),
    };
    let mut arguments = vec![
        ("name".to_owned(), ArgumentView::Text(at.to_string())),
        ("record".to_owned(), ArgumentView::Text(record.to_string())),
    ];
    arguments.extend(from.map(|from| ("date".to_owned(), ArgumentView::Day(from))));
    Some(FindingView {
        code: code.to_owned(),
        arguments,
        advice: "dns-advice-change-caa".to_owned(),
        text: format!("the CAA record at {at} leaves the method out: {record}"),
        is_good: false,
    })
}

fn of_cname(report: &CnameReport) -> Seen {
    let servers = report
        .servers
        .iter()
        .map(|server| cname_answer(&server.server, &server.seen))
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
        .map(|seen| file_answer(&seen.address.to_string(), &seen.seen))
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

fn cname_answer(server: &str, seen: &CnameSeen) -> SeenAt {
    let is_good = matches!(seen, CnameSeen::Expected);
    let (code, arguments, answer) = match seen {
        CnameSeen::Expected => ("dns-seen-record", Vec::new(), "the record as expected".to_owned()),
        CnameSeen::OtherTarget { target } => (
            "dns-seen-other-target",
            text("target", &target),
            format!("a CNAME to {target}"),
        ),
        CnameSeen::NoCname => (
            "dns-seen-no-cname",
            Vec::new(),
            "the name exists, without a CNAME".to_owned(),
        ),
        CnameSeen::NoName => ("dns-seen-no-name", Vec::new(), "there is no such name".to_owned()),
        CnameSeen::Unanswered { error } => (error.code(), Vec::new(), error.to_string()),
    };
    SeenAt {
        server: server.to_owned(),
        is_good,
        code: code.to_owned(),
        arguments,
        answer,
    }
}

fn file_answer(address: &str, seen: &FileSeen) -> SeenAt {
    let is_good = matches!(seen, FileSeen::Expected);
    let (code, arguments, answer) = match seen {
        FileSeen::Expected => (
            "dns-seen-file",
            Vec::new(),
            "the file with the right content".to_owned(),
        ),
        FileSeen::OtherContent { excerpt, .. } => (
            "dns-seen-other-content",
            text("excerpt", &excerpt),
            format!("other content: {excerpt}"),
        ),
        FileSeen::Status { status, .. } => (
            "dns-seen-status",
            text("status", &status),
            format!("HTTP status {status}"),
        ),
        FileSeen::Failed { error } => (error.code(), Vec::new(), error.to_string()),
    };
    SeenAt {
        server: address.to_owned(),
        is_good,
        code: code.to_owned(),
        arguments,
        answer,
    }
}

fn text(name: &str, value: &impl ToString) -> Vec<(String, ArgumentView)> {
    vec![(name.to_owned(), ArgumentView::Text(value.to_string()))]
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

#[cfg(test)]
mod tests {
    use dns::{caa::IssueValue, record::CaaProperty};
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_list_of_methods_without_ours_is_a_warning_until_it_binds() {
        let value = "ca.example; validationmethods=dns-01";
        let allowed = CaaFinding::Allowed {
            at: RecordName::parse("example.com").unwrap(),
            record: CaaProperty {
                is_critical: false,
                tag: "issue".into(),
                value: value.into(),
            },
            value: IssueValue::parse(value).unwrap(),
        };
        let judged = |method, day| {
            against_method(DatedRules::baseline(), &allowed, method, day).map(|finding| finding.code)
        };
        let code = |code: &str| Some(code.to_owned());
        for (method, day, wanted) in [
            (
                ValidationMethod::Http,
                date(2027, 3, 14),
                code("dns-caa-will-block-method"),
            ),
            (
                ValidationMethod::Http,
                date(2027, 3, 15),
                code("dns-caa-blocks-method"),
            ),
            (ValidationMethod::Dns, date(2027, 3, 15), None),
        ] {
            assert_eq!(judged(method, day), wanted, "{method} {day}");
        }
        let free = against_method(
            DatedRules::baseline(),
            &CaaFinding::Unrestricted,
            ValidationMethod::Http,
            date(2027, 3, 15),
        );
        assert!(free.is_none());
    }
}
