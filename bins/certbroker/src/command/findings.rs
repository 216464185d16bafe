//! What a check of a connection found, for people and as JSON.

use ca::{CheckOutcome, CheckReport};
use i18n::Locale;
use serde::Serialize;

/// A report as JSON.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    is_ok: bool,
    address: String,
    outgoing: Option<std::net::IpAddr>,
    findings: Vec<Finding>,
}

/// One step.
#[derive(Debug, Serialize)]
struct Finding {
    step: &'static str,
    result: &'static str,
    detail: Option<String>,
    causes: Vec<&'static str>,
    advice: Vec<&'static str>,
}

impl From<&CheckReport> for Report {
    fn from(report: &CheckReport) -> Self {
        let findings = report.findings.iter().map(|finding| {
            let (result, detail, causes) = match &finding.outcome {
                CheckOutcome::Ok { detail } => ("ok", Some(detail.clone()), &[][..]),
                CheckOutcome::Failed { causes, detail } => {
                    ("failed", Some(detail.clone()), causes.as_slice())
                }
                CheckOutcome::Skipped => ("skipped", None, &[][..]),
            };
            let mut advice = Vec::new();
            for one in causes.iter().flat_map(|cause| cause.advice()) {
                if !advice.contains(&one.word()) {
                    advice.push(one.word());
                }
            }
            Finding {
                step: finding.step.word(),
                result,
                detail,
                causes: causes.iter().map(|cause| cause.word()).collect(),
                advice,
            }
        });
        Self {
            is_ok: report.is_ok(),
            address: report.address.clone(),
            outgoing: report.outgoing,
            findings: findings.collect(),
        }
    }
}

impl Report {
    /// The finding of each step, its causes and what to do.
    pub(super) fn text(&self) -> String {
        let mut lines = Vec::new();
        for finding in &self.findings {
            let step = words("check-step", finding.step);
            let detail = finding.detail.as_deref().unwrap_or_default();
            lines.push(
                format!("{:<8}{step:<30}{detail}", finding.result)
                    .trim_end()
                    .to_owned(),
            );
            lines.extend(
                finding
                    .causes
                    .iter()
                    .map(|cause| format!("        {}", words("check-cause", cause))),
            );
            lines.extend(
                finding
                    .advice
                    .iter()
                    .map(|advice| format!("        - {}", words("advice", advice))),
            );
        }
        if let (false, Some(outgoing)) = (self.is_ok, self.outgoing) {
            lines.push(format!("Calls to {} leave from {outgoing}.", self.address));
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

fn words(kind: &str, word: &str) -> String {
    let key = format!("{kind}-{}", word.replace('_', "-"));
    if i18n::exists(Locale::En, &key) {
        i18n::t(Locale::En, &key)
    } else {
        word.replace('_', " ")
    }
}

#[cfg(test)]
mod tests {
    use ca::{CheckCause, CheckFinding, CheckStep};

    use super::*;

    #[test]
    fn a_failure_says_why_what_to_do_and_where_we_come_from() {
        let report = CheckReport {
            findings: vec![CheckFinding {
                step: CheckStep::SignIn,
                outcome: CheckOutcome::Failed {
                    causes: vec![CheckCause::CredentialsRefused, CheckCause::AddressNotPermitted],
                    detail: "401".to_owned(),
                },
            }],
            address: "ca.test:443".to_owned(),
            outgoing: Some([192, 0, 2, 7].into()),
        };
        let text = Report::from(&report).text();
        for expected in [
            "failed  Sign in",
            "refused",
            "Permit API calls",
            "leave from 192.0.2.7",
        ] {
            assert!(text.contains(expected), "{expected} is not in:\n{text}");
        }
    }
}
