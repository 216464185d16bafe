//! Methods of domain validation: what each proves, and until when it may be used.

use jiff::civil::Date;
use serde::Serialize;

use super::Source;
use crate::{
    name::DomainName,
    product::{ValidationMethod, words},
};

words! {
    /// Which names a proof is good for.
    Coverage {
        /// The very name that was proven (BR 3.2.2.4.18: every FQDN separately).
        Exact = "exact",
        /// Also the names below it, wildcards among them.
        Below = "below",
    }
}

/// One method of the Baseline Requirements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MethodRule {
    /// Its section, such as `3.2.2.4.7`.
    pub number: String,
    /// Its name in English.
    pub title: String,
    /// The ways in which orders here may ask for it; empty for one that nothing here uses.
    pub methods: Vec<ValidationMethod>,
    /// Which names a proof is good for.
    pub covers: Coverage,
    /// Labels in the CAA parameter `validationmethods` (RFC 8657, SC-098).
    pub caa: Vec<String>,
    /// A proof may never be older, whatever else holds.
    pub reuse_days: Option<u16>,
    /// CAs should not use it from this day of issue.
    pub discouraged_from: Option<Date>,
    /// From this day of issue neither the method nor proofs made by it may be used.
    pub forbidden_from: Option<Date>,
    /// Who says so.
    pub source: Source,
}

impl MethodRule {
    /// Whether a certificate issued on this day may rest on it.
    #[must_use]
    pub fn is_allowed(&self, issued_on: Date) -> bool {
        self.forbidden_from.is_none_or(|end| issued_on < end)
    }

    /// Whether a proof for `proven` is good for `name`: DNS and mail also for the names below the one that was proven
    /// and for wildcards; files for the exact name alone.
    #[must_use]
    pub fn covers(&self, proven: &DomainName, name: &DomainName) -> bool {
        match self.covers {
            Coverage::Exact => !name.is_wildcard() && proven == name,
            Coverage::Below => {
                proven == name
                    || name
                        .authorization_candidates()
                        .contains(&proven.without_wildcard())
            }
        }
    }

    /// Whether it can prove this kind of name at all.
    #[must_use]
    pub fn takes(&self, name: &DomainName) -> bool {
        self.covers == Coverage::Below || !name.is_wildcard()
    }
}

/// Why a name may not be proven in some way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MethodRefusal {
    /// Files never prove a wildcard.
    #[error("the method does not prove wildcard names")]
    NotForWildcards,
    /// The rules ended it.
    #[error("the method may not be used from {from} on")]
    Ended {
        /// First day of issue without it.
        from: Date,
    },
}

/// What a list of methods in a CAA record means for ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaaJudgement {
    /// The list names it.
    Fits,
    /// The list leaves it out, and CAs must heed that from this day on.
    WillBlock {
        /// First day of issue.
        from: Date,
    },
    /// The list leaves it out: the CA must refuse.
    Blocks,
}
