//! May this CA issue for this name? (RFC 8659, checked by CAs at every issuance, BR 3.2.2.8)
//!
//! The check climbs from the name to the first name with CAA records. All name servers are asked: when they
//! differ, the strictest counts, since the CA may meet that one.

pub mod issue_value;
pub mod policy;

use std::fmt;

use serde::Serialize;

pub use self::{
    issue_value::{IssueValue, Parameter},
    policy::{BlockReason, NameKind, Policy},
};
use crate::{
    Eyes, Finding, LookUpError, RecordData, RecordName, RecordType, ServerError,
    authoritative::{self, Lookup, ServerAnswer},
    finding::{Advice, Argument},
    record::CaaProperty,
    zone::Zone,
};

/// Aliases followed from one name, as resolvers do.
const MAX_ALIASES: usize = 8;

/// The way up to the deciding records, and what they decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaaReport {
    /// The name without its wildcard label.
    pub name: RecordName,
    /// Whether it is about a wildcard.
    pub kind: NameKind,
    /// Every name that was looked at, in order.
    pub climbed: Vec<CaaStep>,
    /// What follows.
    pub finding: CaaFinding,
}

/// One name on the way up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaaStep {
    /// The name.
    pub name: RecordName,
    /// The name whose records were read, when `name` is an alias.
    pub alias_of: Option<RecordName>,
    /// The distinct record sets that servers gave; one when they agree, and it is empty when there are no records.
    pub record_sets: Vec<Vec<CaaProperty>>,
    /// DNSSEC signatures of the zone are wrong; see [`crate::eyes::Answer::is_bogus`].
    pub is_bogus: bool,
}

/// What the records decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CaaFinding {
    /// Nothing restricts issue.
    Unrestricted,
    /// A record names the CA.
    Allowed {
        /// Where it stands.
        at: RecordName,
        /// The record.
        record: CaaProperty,
        /// Its value with conditions; CAs must honour those of RFC 8657 from 2027-03-15 (SC-098).
        value: IssueValue,
    },
    /// Records forbid issue.
    Blocked {
        /// Where they stand.
        at: RecordName,
        /// The records.
        records: Vec<CaaProperty>,
        /// In which way they forbid it.
        reason: BlockReason,
    },
    /// Records would permit issue, and DNSSEC signatures of the zone are wrong, which never counts as permission.
    DnssecFails {
        /// The first name at which it shows.
        at: RecordName,
    },
    /// No server told; a CA must not issue then either, but for rare cases.
    ServersFail {
        /// The name that was asked for.
        at: RecordName,
        /// What the first server did.
        error: ServerError,
    },
    /// We could not look; nothing is said about the domain.
    CannotLook {
        /// The name that was asked for.
        at: RecordName,
        /// Code of the error.
        error: &'static str,
    },
}

/// Climbs from `name` (a wildcard label is taken off and makes it a wildcard check) and decides for a CA that answers to any of
/// `issuers` (lower-case domains from the CA's policy, such as `sectigo.com`).
pub async fn check(eyes: &Eyes, name: &RecordName, issuers: &[&str]) -> CaaReport {
    let (host, kind) = match name.as_str().strip_prefix("*.") {
        Some(_) => (name.parent().unwrap_or_else(RecordName::root), NameKind::Wildcard),
        None => (name.clone(), NameKind::Host),
    };
    let mut climbed = Vec::new();
    let mut zone = None;
    let mut finding = CaaFinding::Unrestricted;
    for at in host.with_ancestors() {
        let step = match look_at(eyes, &at, &mut zone).await {
            Ok(step) => step,
            // Above the last delegated zone there is nothing to read.
            Err(Failure::LookUp(LookUpError::NoZone { .. })) if !climbed.is_empty() => break,
            Err(failure) => {
                finding = failure.into_finding(at);
                break;
            }
        };
        let decides = step.record_sets.iter().any(|set| !set.is_empty());
        if decides {
            finding = decide(&step, issuers, kind);
        }
        climbed.push(step);
        if decides {
            break;
        }
    }
    if finding.is_good()
        && let Some(step) = climbed.iter().find(|step: &&CaaStep| step.is_bogus)
    {
        finding = CaaFinding::DnssecFails {
            at: step.name.clone(),
        };
    }
    CaaReport {
        name: host,
        kind,
        climbed,
        finding,
    }
}

enum Failure {
    Servers(ServerError),
    LookUp(LookUpError),
}

impl Failure {
    fn into_finding(self, at: RecordName) -> CaaFinding {
        match self {
            Self::Servers(error) => CaaFinding::ServersFail { at, error },
            Self::LookUp(error) => match error.of_domain() {
                Some(error) => CaaFinding::ServersFail { at, error },
                None => CaaFinding::CannotLook {
                    at,
                    error: error.code(),
                },
            },
        }
    }
}

/// Reads the records at one name, following aliases; `zone` is kept for the next name up, mostly in the same zone.
async fn look_at(eyes: &Eyes, at: &RecordName, zone: &mut Option<Zone>) -> Result<CaaStep, Failure> {
    let here = match zone.take() {
        Some(known) if at.is_within(&known.apex) => known,
        _ => Zone::around(eyes, at).await.map_err(Failure::LookUp)?,
    };
    let mut lookup = authoritative::look_up_in(eyes, &here, at, RecordType::Caa).await;
    let is_bogus_here = here.is_bogus;
    *zone = Some(here);
    for _ in 0..MAX_ALIASES {
        let Some(target) = alias(&lookup) else { break };
        lookup = authoritative::look_up(eyes, &target, RecordType::Caa)
            .await
            .map_err(Failure::LookUp)?;
    }
    let is_bogus = is_bogus_here || lookup.is_bogus;
    let mut record_sets = Vec::new();
    for set in lookup.answers().map(|answer| properties(answer, &lookup.name)) {
        if !record_sets.contains(&set) {
            record_sets.push(set);
        }
    }
    if record_sets.is_empty() {
        let error = lookup.counted().find_map(|view| view.outcome.as_ref().err());
        return Err(Failure::Servers(error.cloned().unwrap_or(ServerError::NoAddress)));
    }
    let alias_of = (lookup.name != *at).then(|| lookup.name.clone());
    Ok(CaaStep {
        name: at.clone(),
        alias_of,
        record_sets,
        is_bogus,
    })
}

/// The target, when the name is an alias.
fn alias(lookup: &Lookup) -> Option<RecordName> {
    lookup
        .answers()
        .flat_map(|answer| &answer.records)
        .find_map(|record| match &record.data {
            RecordData::Cname(target) if record.name == lookup.name => Some(target.clone()),
            _ => None,
        })
}

/// The CAA records at `name`, in an order that does not depend on the server.
fn properties(answer: &ServerAnswer, name: &RecordName) -> Vec<CaaProperty> {
    let at_name = answer.records.iter().filter(|record| record.name == *name);
    let mut properties: Vec<_> = at_name
        .filter_map(|record| match &record.data {
            RecordData::Caa(property) => Some(property.clone()),
            _ => None,
        })
        .collect();
    properties.sort_by_key(ToString::to_string);
    properties
}

/// The strictest decision of all record sets that servers gave for one name.
fn decide(step: &CaaStep, issuers: &[&str], kind: NameKind) -> CaaFinding {
    let at = step.alias_of.as_ref().unwrap_or(&step.name);
    let findings = step
        .record_sets
        .iter()
        .map(|set| match Policy::of(set, issuers, kind) {
            Policy::Unrestricted => CaaFinding::Unrestricted,
            Policy::Allowed { record, value } => CaaFinding::Allowed {
                at: at.clone(),
                record,
                value,
            },
            Policy::Blocked { records, reason } => CaaFinding::Blocked {
                at: at.clone(),
                records,
                reason,
            },
        });
    let strictness = |finding: &CaaFinding| match finding {
        CaaFinding::Unrestricted => 0,
        CaaFinding::Allowed { .. } => 1,
        _ => 2,
    };
    findings
        .max_by_key(strictness)
        .unwrap_or(CaaFinding::Unrestricted)
}

impl CaaFinding {
    /// Codes of all findings, so that a test can ask for all translations.
    pub const CODES: &[&str] = &[
        "dns-caa-unrestricted",
        "dns-caa-allowed",
        "dns-caa-allowed-with-conditions",
        "dns-caa-blocked-other-issuers",
        "dns-caa-blocked-nobody",
        "dns-caa-blocked-unknown-critical",
        "dns-caa-dnssec-fails",
        "dns-caa-servers-fail",
        "dns-caa-cannot-look",
    ];
}

impl Finding for CaaFinding {
    fn code(&self) -> &'static str {
        match self {
            Self::Unrestricted => "dns-caa-unrestricted",
            Self::Allowed { value, .. } if value.parameters.is_empty() => "dns-caa-allowed",
            Self::Allowed { .. } => "dns-caa-allowed-with-conditions",
            Self::Blocked { reason, .. } => match reason {
                BlockReason::OtherIssuers => "dns-caa-blocked-other-issuers",
                BlockReason::Nobody => "dns-caa-blocked-nobody",
                BlockReason::UnknownCritical => "dns-caa-blocked-unknown-critical",
            },
            Self::DnssecFails { .. } => "dns-caa-dnssec-fails",
            Self::ServersFail { .. } => "dns-caa-servers-fail",
            Self::CannotLook { .. } => "dns-caa-cannot-look",
        }
    }

    fn arguments(&self) -> Vec<(&'static str, Argument)> {
        match self {
            Self::Unrestricted => Vec::new(),
            Self::Allowed { at, record, .. } => {
                vec![("name", Argument::shown(at)), ("record", Argument::shown(record))]
            }
            Self::Blocked { at, records, .. } => {
                vec![
                    ("name", Argument::shown(at)),
                    ("record", Argument::shown(listed(records))),
                ]
            }
            Self::DnssecFails { at } => vec![("name", Argument::shown(at))],
            Self::ServersFail { at, error } => {
                vec![
                    ("name", Argument::shown(at)),
                    ("error", Argument::Code(error.code())),
                ]
            }
            Self::CannotLook { at, error } => {
                vec![("name", Argument::shown(at)), ("error", Argument::Code(error))]
            }
        }
    }

    fn advice(&self) -> Advice {
        match self {
            Self::Unrestricted | Self::Allowed { .. } => Advice::LetTheCaLook,
            Self::Blocked { .. } => Advice::ChangeCaa,
            Self::DnssecFails { .. } => Advice::RepairDnssec,
            Self::ServersFail { .. } => Advice::RepairServers,
            Self::CannotLook { .. } => Advice::TryLater,
        }
    }

    fn is_good(&self) -> bool {
        matches!(self, Self::Unrestricted | Self::Allowed { .. })
    }
}

impl fmt::Display for CaaFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unrestricted => f.write_str("no CAA record restricts issue"),
            Self::Allowed { at, record, .. } => write!(f, "CAA at {at} allows the CA: {record}"),
            Self::Blocked { at, records, .. } => {
                write!(f, "CAA at {at} forbids issue: {}", listed(records))
            }
            Self::DnssecFails { at } => write!(f, "the DNSSEC signatures of {at} are wrong"),
            Self::ServersFail { at, error } => {
                write!(f, "no name server tells the CAA records of {at}: {error}")
            }
            Self::CannotLook { at, error } => {
                write!(f, "the CAA records of {at} could not be looked up ({error})")
            }
        }
    }
}

fn listed(records: &[CaaProperty]) -> String {
    records
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}
