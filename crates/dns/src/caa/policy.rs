//! What one CAA record set means for one CA (RFC 8659 §4), without asking anyone.

use serde::Serialize;

use super::issue_value::IssueValue;
use crate::record::CaaProperty;

/// Tags that public CAs understand: RFC 8659, RFC 9495, BR appendix A.
const KNOWN_TAGS: &[&str] = &[
    "issue",
    "issuewild",
    "iodef",
    "issuemail",
    "contactemail",
    "contactphone",
];

/// What the records say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Policy {
    /// None of them speaks about issuing this kind of name.
    Unrestricted,
    /// A record names the CA, perhaps under conditions.
    Allowed {
        /// The record.
        record: CaaProperty,
        /// Its value, read.
        value: IssueValue,
    },
    /// The CA must not issue.
    Blocked {
        /// The records that forbid it.
        records: Vec<CaaProperty>,
        /// In which way.
        reason: BlockReason,
    },
}

/// In which way records forbid issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockReason {
    /// They name other CAs.
    OtherIssuers,
    /// They name nobody.
    Nobody,
    /// A record is marked critical and its tag is not one that CAs know.
    UnknownCritical,
}

impl Policy {
    /// Reads a record set for a CA that answers to any of `issuers`.
    ///
    /// Of several records that allow, one without conditions is preferred, since it is the one that helps.
    pub fn of(records: &[CaaProperty], issuers: &[&str], kind: NameKind) -> Self {
        let is_unknown =
            |record: &&CaaProperty| record.is_critical && !KNOWN_TAGS.contains(&record.tag.as_str());
        let unknown: Vec<_> = records.iter().filter(is_unknown).cloned().collect();
        if !unknown.is_empty() {
            return Self::Blocked {
                records: unknown,
                reason: BlockReason::UnknownCritical,
            };
        }
        let tag = relevant_tag(records, kind);
        let relevant: Vec<_> = records.iter().filter(|record| record.tag == tag).collect();
        if relevant.is_empty() {
            return Self::Unrestricted;
        }
        let read = relevant
            .iter()
            .map(|record| (*record, IssueValue::parse(&record.value)));
        let mut allowing: Vec<_> = read
            .clone()
            .filter_map(|(record, value)| Some((record, value?)))
            .filter(|(_, value)| value.issuer.as_deref().is_some_and(|it| issuers.contains(&it)))
            .collect();
        allowing.sort_by_key(|(_, value)| value.parameters.len());
        if let Some((record, value)) = allowing.into_iter().next() {
            return Self::Allowed {
                record: record.clone(),
                value,
            };
        }
        let names_someone = read
            .clone()
            .any(|(_, value)| value.is_some_and(|it| it.issuer.is_some()));
        let reason = if names_someone {
            BlockReason::OtherIssuers
        } else {
            BlockReason::Nobody
        };
        Self::Blocked {
            records: relevant.into_iter().cloned().collect(),
            reason,
        }
    }
}

/// Wildcard names have a tag of their own (RFC 8659 §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// `www.example.com`
    Host,
    /// `*.example.com`
    Wildcard,
}

fn relevant_tag(records: &[CaaProperty], kind: NameKind) -> &'static str {
    let has_wildcard_tag = records.iter().any(|record| record.tag == "issuewild");
    if kind == NameKind::Wildcard && has_wildcard_tag {
        "issuewild"
    } else {
        "issue"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(records: &[&str]) -> Vec<CaaProperty> {
        let read = |text: &&str| {
            let mut parts = text.splitn(3, ' ');
            let is_critical = parts.next() == Some("128");
            let tag = parts.next().unwrap().to_owned();
            CaaProperty {
                is_critical,
                tag,
                value: parts.next().unwrap_or_default().to_owned(),
            }
        };
        records.iter().map(read).collect()
    }

    #[test]
    fn follows_the_examples_of_rfc_8659() {
        use BlockReason::{Nobody, OtherIssuers, UnknownCritical};
        use NameKind::{Host, Wildcard};
        let table: &[(&[&str], NameKind, Result<bool, BlockReason>)] = &[
            (&[], Host, Ok(false)),
            (&["0 issue sectigo.com"], Host, Ok(true)),
            (&["0 issue SECTIGO.com"], Host, Ok(true)),
            (
                &["0 issue letsencrypt.org", "0 issue sectigo.com"],
                Host,
                Ok(true),
            ),
            (&["0 issue letsencrypt.org"], Host, Err(OtherIssuers)),
            (&["0 issue ;"], Host, Err(Nobody)),
            (&["0 issue"], Host, Err(Nobody)),
            (&["0 issue %%%%%"], Host, Err(Nobody)),
            (&["0 issue ;", "0 issue sectigo.com"], Host, Ok(true)),
            (&["0 iodef mailto:a@b.example"], Host, Ok(false)),
            (&["0 issuewild letsencrypt.org"], Host, Ok(false)),
            (
                &["0 issuewild letsencrypt.org", "0 issue sectigo.com"],
                Wildcard,
                Err(OtherIssuers),
            ),
            (
                &["0 issuewild sectigo.com", "0 issue letsencrypt.org"],
                Wildcard,
                Ok(true),
            ),
            (
                &["0 issuewild sectigo.com", "0 issue letsencrypt.org"],
                Host,
                Err(OtherIssuers),
            ),
            (&["0 issue sectigo.com"], Wildcard, Ok(true)),
            (
                &["128 future x", "0 issue sectigo.com"],
                Host,
                Err(UnknownCritical),
            ),
            (&["0 future x", "0 issue sectigo.com"], Host, Ok(true)),
            (&["128 issue sectigo.com"], Host, Ok(true)),
        ];
        for (records, kind, expected) in table {
            let policy = Policy::of(&set(records), &["sectigo.com", "usertrust.com"], *kind);
            let outcome = match policy {
                Policy::Unrestricted => Ok(false),
                Policy::Allowed { .. } => Ok(true),
                Policy::Blocked { reason, .. } => Err(reason),
            };
            assert_eq!(outcome, *expected, "{records:?} {kind:?}");
        }
    }

    #[test]
    fn prefers_the_record_without_conditions() {
        let records = set(&[
            "0 issue sectigo.com; validationmethods=dns-01",
            "0 issue usertrust.com",
        ]);
        let policy = Policy::of(&records, &["sectigo.com", "usertrust.com"], NameKind::Host);
        assert!(matches!(policy, Policy::Allowed { value, .. } if value.parameters.is_empty()));
    }
}
