//! Findings of a connection check: what was tried, what came of it, why, and what to do about it (design §1.4).

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// All findings of one check, in the order in which the steps were tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// One finding per step; the steps after a failed one are skipped.
    pub findings: Vec<CheckFinding>,
    /// Host and port that were called.
    pub address: String,
    /// The address of this machine that calls to the CA leave from, before any translation by a router. The CA may keep a list of
    /// addresses that may call, so it is shown with the findings.
    pub outgoing: Option<IpAddr>,
}

impl CheckReport {
    /// Whether no step failed. A step that does not apply, such as TLS on a loopback address, is skipped and in nobody's way.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.failure().is_none()
    }

    /// The finding that failed.
    #[must_use]
    pub fn failure(&self) -> Option<&CheckFinding> {
        self.findings
            .iter()
            .find(|finding| matches!(finding.outcome, CheckOutcome::Failed { .. }))
    }

    /// The causes named by the finding that failed, the likeliest first.
    #[must_use]
    pub fn causes(&self) -> &[CheckCause] {
        match self.failure().map(|finding| &finding.outcome) {
            Some(CheckOutcome::Failed { causes, .. }) => causes,
            _ => &[],
        }
    }
}

/// What one step of the check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckFinding {
    /// What was tried.
    pub step: CheckStep,
    /// What came of it.
    pub outcome: CheckOutcome,
}

/// What is tried, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStep {
    /// The host name is resolved.
    ResolveName,
    /// A connection is made.
    Connect,
    /// The TLS session is made and the certificate of the CA's server verified.
    Tls,
    /// We sign in.
    SignIn,
    /// The balance is read, which shows that calls after the sign-in are permitted and understood.
    ReadBalance,
}

impl CheckStep {
    /// Every step in its order.
    pub const ALL: &'static [Self] = &[
        Self::ResolveName,
        Self::Connect,
        Self::Tls,
        Self::SignIn,
        Self::ReadBalance,
    ];

    /// The stable word; the translation key is `check-step-{word}`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ResolveName => "resolve_name",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::SignIn => "sign_in",
            Self::ReadBalance => "read_balance",
        }
    }
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum CheckOutcome {
    /// It worked; what was seen, such as an address, a TLS version or a balance.
    Ok {
        /// For staff, not translated.
        detail: String,
    },
    /// It failed.
    Failed {
        /// The possible causes, the likeliest first. A bare 401 names both the credentials and the address.
        causes: Vec<CheckCause>,
        /// What was observed, for staff, not translated, without secrets.
        detail: String,
    },
    /// Not tried, because an earlier step failed or because it does not apply (TLS on a loopback address in simulated mode).
    Skipped,
}

/// Why a connection check fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckCause {
    /// The host name has no address.
    NameNotResolved,
    /// No connection, or no answer in time.
    NotReachable,
    /// No TLS session, or a certificate that cannot be trusted.
    Tls,
    /// The CA refuses the user name or the password.
    CredentialsRefused,
    /// The CA takes no calls from our address.
    AddressNotPermitted,
    /// The answer is not what this API answers.
    NotUnderstood,
}

/// What a person can do; the translation key is `advice-{word}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Look for a typing error in the URL's host name.
    CheckHostName,
    /// Look at this server's DNS resolver.
    CheckResolver,
    /// Look at firewalls and at whether the address answers from this server.
    CheckReachability,
    /// Look at the CA's status page or try later.
    TryLater,
    /// Look at this server's clock and its set of root certificates.
    CheckClockAndRoots,
    /// Look for something between us and the CA that breaks TLS.
    CheckInterception,
    /// Type user name and password again, and try them in the CA's client area.
    CheckCredentials,
    /// Use an account without a second factor for the API.
    UseAccountWithoutSecondFactor,
    /// Permit API calls from our outgoing address in the CA's client area.
    PermitAddress,
    /// Compare the URL with the CA's documentation; empty means the default.
    CheckUrl,
}

impl CheckCause {
    /// Every cause.
    pub const ALL: &'static [Self] = &[
        Self::NameNotResolved,
        Self::NotReachable,
        Self::Tls,
        Self::CredentialsRefused,
        Self::AddressNotPermitted,
        Self::NotUnderstood,
    ];

    /// The stable word; the translation key is `check-cause-{word}`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NameNotResolved => "name_not_resolved",
            Self::NotReachable => "not_reachable",
            Self::Tls => "tls",
            Self::CredentialsRefused => "credentials_refused",
            Self::AddressNotPermitted => "address_not_permitted",
            Self::NotUnderstood => "not_understood",
        }
    }

    /// What to do about it, the first thing first.
    #[must_use]
    pub const fn advice(self) -> &'static [Advice] {
        match self {
            Self::NameNotResolved => &[Advice::CheckHostName, Advice::CheckResolver],
            Self::NotReachable => &[Advice::CheckReachability, Advice::TryLater],
            Self::Tls => &[
                Advice::CheckUrl,
                Advice::CheckClockAndRoots,
                Advice::CheckInterception,
            ],
            Self::CredentialsRefused => &[Advice::CheckCredentials, Advice::UseAccountWithoutSecondFactor],
            Self::AddressNotPermitted => &[Advice::PermitAddress],
            Self::NotUnderstood => &[Advice::CheckUrl, Advice::CheckInterception],
        }
    }
}

impl Advice {
    /// The stable word; the translation key is `advice-{word}`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::CheckHostName => "check_host_name",
            Self::CheckResolver => "check_resolver",
            Self::CheckReachability => "check_reachability",
            Self::TryLater => "try_later",
            Self::CheckClockAndRoots => "check_clock_and_roots",
            Self::CheckInterception => "check_interception",
            Self::CheckCredentials => "check_credentials",
            Self::UseAccountWithoutSecondFactor => "use_account_without_second_factor",
            Self::PermitAddress => "permit_address",
            Self::CheckUrl => "check_url",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_serialised_words() {
        for step in CheckStep::ALL {
            assert_eq!(serde_json::to_value(step).unwrap(), step.word());
        }
        for cause in CheckCause::ALL {
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.word());
            for advice in cause.advice() {
                assert_eq!(serde_json::to_value(advice).unwrap(), advice.word());
            }
            assert!(!cause.advice().is_empty(), "{cause:?} comes without advice");
        }
    }

    #[test]
    fn a_report_with_a_skipped_step_is_not_ok() {
        let report = CheckReport {
            findings: vec![
                CheckFinding {
                    step: CheckStep::SignIn,
                    outcome: CheckOutcome::Failed {
                        causes: vec![CheckCause::CredentialsRefused, CheckCause::AddressNotPermitted],
                        detail: "401".to_owned(),
                    },
                },
                CheckFinding {
                    step: CheckStep::ReadBalance,
                    outcome: CheckOutcome::Skipped,
                },
            ],
            address: "ca.test:443".to_owned(),
            outgoing: None,
        };
        assert!(!report.is_ok());
        assert_eq!(report.causes().first(), Some(&CheckCause::CredentialsRefused));
    }
}
