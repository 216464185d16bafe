//! Is the validation CNAME there, on every name server?
//!
//! The record's name changes with every CSR (industry fact: `_<MD5>.<domain>` → hash under the CA's domain), so
//! people set it by hand each time and make the same few mistakes; the finding names them.

use std::fmt;

use serde::Serialize;

use crate::{
    Eyes, Finding, LookUpError, RecordData, RecordName, RecordType, ServerError,
    authoritative::{self, Consensus, Lookup, ServerAnswer},
    finding::{Advice, Argument},
};

/// What all servers show for a validation CNAME.
#[derive(Debug, Clone, Serialize)]
pub struct CnameReport {
    /// Where the record belongs.
    pub name: RecordName,
    /// What it must point to.
    pub expected: RecordName,
    /// One line per server; empty when no zone was found.
    pub servers: Vec<CnameView>,
    /// What follows from it.
    pub finding: CnameFinding,
}

/// What one server shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CnameView {
    /// Name and address of the server.
    pub server: String,
    /// What stands there.
    pub seen: CnameSeen,
}

/// What stands at the name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CnameSeen {
    /// The record as expected.
    Expected,
    /// A CNAME to somewhere else.
    OtherTarget {
        /// Where it points.
        target: RecordName,
    },
    /// The name exists, without a CNAME.
    NoCname,
    /// There is no such name.
    NoName,
    /// The server gave no usable answer.
    Unanswered {
        /// Why.
        error: ServerError,
    },
}

/// What follows for the person who set the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CnameFinding {
    /// Every server shows it.
    Right,
    /// Some servers show it.
    NotEverywhere {
        /// Servers that show it.
        agreeing: usize,
        /// Servers that were asked.
        asked: usize,
        /// The servers that do not show it.
        odd: Vec<String>,
    },
    /// The record points elsewhere.
    OtherTarget {
        /// Where it points.
        target: RecordName,
    },
    /// The record points to the expected target with the domain appended to it.
    TargetHasZoneAppended {
        /// Where it points.
        target: RecordName,
    },
    /// The record stands at its name with the domain appended once too often.
    NameHasZoneAppended {
        /// Where it stands.
        found_at: RecordName,
    },
    /// There is no record.
    Missing,
    /// No name server of the domain gives a usable answer.
    ServersFail {
        /// What the first of them did.
        error: ServerError,
    },
    /// The record is there, and DNSSEC signatures of the zone are wrong, so that no CA believes it.
    DnssecFails,
    /// The domain is not delegated to any name server.
    NoZone,
    /// We could not look; nothing is said about the domain.
    CannotLook {
        /// Code of the error.
        error: &'static str,
    },
}

/// Looks for `name CNAME expected` on all servers of the zone.
pub async fn check(eyes: &Eyes, name: &RecordName, expected: &RecordName) -> CnameReport {
    let (servers, finding) = match authoritative::look_up(eyes, name, RecordType::Cname).await {
        Ok(lookup) => {
            let views = lookup.views.iter();
            let servers = views
                .map(|view| CnameView {
                    server: view.label(),
                    seen: seen(&view.outcome, name, expected),
                })
                .collect();
            (servers, judge(eyes, &lookup, expected).await)
        }
        Err(LookUpError::NoZone { .. }) => (Vec::new(), CnameFinding::NoZone),
        Err(error) => {
            tracing::debug!(%error, %name, "a validation record could not be looked up");
            let cannot_look = CnameFinding::CannotLook { error: error.code() };
            let of_domain = error.of_domain().map(|error| CnameFinding::ServersFail { error });
            (Vec::new(), of_domain.unwrap_or(cannot_look))
        }
    };
    CnameReport {
        name: name.clone(),
        expected: expected.clone(),
        servers,
        finding,
    }
}

/// The target of the CNAME at `name` in this answer.
fn target<'a>(answer: &'a ServerAnswer, name: &RecordName) -> Option<&'a RecordName> {
    answer.records.iter().find_map(|record| match &record.data {
        RecordData::Cname(target) if record.name == *name => Some(target),
        _ => None,
    })
}

fn seen(outcome: &Result<ServerAnswer, ServerError>, name: &RecordName, expected: &RecordName) -> CnameSeen {
    match outcome {
        Err(error) => CnameSeen::Unanswered { error: error.clone() },
        Ok(answer) => match target(answer, name) {
            Some(target) if target == expected => CnameSeen::Expected,
            Some(target) => CnameSeen::OtherTarget {
                target: target.clone(),
            },
            None if answer.exists => CnameSeen::NoCname,
            None => CnameSeen::NoName,
        },
    }
}

async fn judge(eyes: &Eyes, lookup: &Lookup, expected: &RecordName) -> CnameFinding {
    let is_right = |answer: &ServerAnswer| target(answer, &lookup.name) == Some(expected);
    match lookup.consensus(is_right) {
        Consensus::All if lookup.is_bogus => CnameFinding::DnssecFails,
        Consensus::All => CnameFinding::Right,
        Consensus::Some { agreeing, asked } => {
            let is_odd = |outcome: &Result<ServerAnswer, _>| !outcome.as_ref().is_ok_and(is_right);
            let odd = lookup.counted().filter(|view| is_odd(&view.outcome));
            CnameFinding::NotEverywhere {
                agreeing,
                asked,
                odd: odd.map(authoritative::ServerView::label).collect(),
            }
        }
        Consensus::None => explain_absence(eyes, lookup, expected).await,
    }
}

async fn explain_absence(eyes: &Eyes, lookup: &Lookup, expected: &RecordName) -> CnameFinding {
    let other = lookup.answers().find_map(|answer| target(answer, &lookup.name));
    if let Some(target) = other {
        let appended = expected.with_ancestors().next().is_some()
            && lookup
                .zone
                .with_ancestors()
                .any(|zone| expected.inside(&zone).as_ref() == Some(target));
        let target = target.clone();
        return if appended {
            CnameFinding::TargetHasZoneAppended { target }
        } else {
            CnameFinding::OtherTarget { target }
        };
    }
    if lookup.answers().next().is_none() {
        let error = lookup.counted().find_map(|view| view.outcome.as_ref().err());
        return CnameFinding::ServersFail {
            error: error.cloned().unwrap_or(ServerError::NoAddress),
        };
    }
    match doubled(eyes, lookup, expected).await {
        Some(found_at) => CnameFinding::NameHasZoneAppended { found_at },
        None => CnameFinding::Missing,
    }
}

/// Looks where a DNS panel puts the record when the domain is entered together with its name.
async fn doubled(eyes: &Eyes, lookup: &Lookup, expected: &RecordName) -> Option<RecordName> {
    if lookup.zone.is_root() {
        return None;
    }
    let name = lookup.name.inside(&lookup.zone)?;
    let there = authoritative::look_up(eyes, &name, RecordType::Cname)
        .await
        .ok()?;
    let is_there = there
        .answers()
        .any(|answer| target(answer, &name) == Some(expected));
    is_there.then_some(name)
}

impl CnameFinding {
    /// Codes of all findings, so that a test can ask for all translations.
    pub const CODES: &[&str] = &[
        "dns-cname-right",
        "dns-cname-not-everywhere",
        "dns-cname-other-target",
        "dns-cname-target-has-zone-appended",
        "dns-cname-name-has-zone-appended",
        "dns-cname-missing",
        "dns-cname-servers-fail",
        "dns-cname-dnssec-fails",
        "dns-cname-no-zone",
        "dns-cname-cannot-look",
    ];
}

impl Finding for CnameFinding {
    fn code(&self) -> &'static str {
        match self {
            Self::Right => "dns-cname-right",
            Self::NotEverywhere { .. } => "dns-cname-not-everywhere",
            Self::OtherTarget { .. } => "dns-cname-other-target",
            Self::TargetHasZoneAppended { .. } => "dns-cname-target-has-zone-appended",
            Self::NameHasZoneAppended { .. } => "dns-cname-name-has-zone-appended",
            Self::Missing => "dns-cname-missing",
            Self::ServersFail { .. } => "dns-cname-servers-fail",
            Self::DnssecFails => "dns-cname-dnssec-fails",
            Self::NoZone => "dns-cname-no-zone",
            Self::CannotLook { .. } => "dns-cname-cannot-look",
        }
    }

    fn arguments(&self) -> Vec<(&'static str, Argument)> {
        match self {
            Self::Right | Self::Missing | Self::DnssecFails | Self::NoZone => Vec::new(),
            Self::NotEverywhere { agreeing, asked, odd } => vec![
                ("agreeing", Argument::shown(agreeing)),
                ("asked", Argument::shown(asked)),
                ("servers", Argument::shown(odd.join(", "))),
            ],
            Self::OtherTarget { target } | Self::TargetHasZoneAppended { target } => {
                vec![("target", Argument::shown(target))]
            }
            Self::NameHasZoneAppended { found_at } => vec![("name", Argument::shown(found_at))],
            Self::ServersFail { error } => vec![("error", Argument::Code(error.code()))],
            Self::CannotLook { error } => vec![("error", Argument::Code(error))],
        }
    }

    fn advice(&self) -> Advice {
        match self {
            Self::Right => Advice::LetTheCaLook,
            Self::NotEverywhere { .. } => Advice::WaitForServers,
            Self::OtherTarget { .. } => Advice::CorrectRecord,
            Self::TargetHasZoneAppended { .. } | Self::NameHasZoneAppended { .. } => {
                Advice::RemoveDoubledZone
            }
            Self::Missing => Advice::CreateRecord,
            Self::ServersFail { .. } => Advice::RepairServers,
            Self::DnssecFails => Advice::RepairDnssec,
            Self::NoZone => Advice::CheckRegistration,
            Self::CannotLook { .. } => Advice::TryLater,
        }
    }

    fn is_good(&self) -> bool {
        *self == Self::Right
    }
}

impl fmt::Display for CnameFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right => f.write_str("all name servers show the record"),
            Self::NotEverywhere { agreeing, asked, odd } => {
                write!(
                    f,
                    "{agreeing} of {asked} name servers show the record, not: {}",
                    odd.join(", ")
                )
            }
            Self::OtherTarget { target } => write!(f, "the record points to {target}"),
            Self::TargetHasZoneAppended { target } => {
                write!(
                    f,
                    "the record points to {target}, which ends in the domain once too often"
                )
            }
            Self::NameHasZoneAppended { found_at } => write!(f, "the record stands at {found_at}"),
            Self::Missing => f.write_str("there is no such record"),
            Self::ServersFail { error } => write!(f, "no name server gives an answer: {error}"),
            Self::DnssecFails => {
                f.write_str("the record is there, but the zone's DNSSEC signatures are wrong")
            }
            Self::NoZone => f.write_str("the domain has no name servers"),
            Self::CannotLook { error } => write!(f, "the record could not be looked up ({error})"),
        }
    }
}
