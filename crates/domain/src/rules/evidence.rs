//! Evidence of domain control: whether it may be used again is computed, never stored (design §7).

use jiff::{Timestamp, civil::Date, tz::Offset};

use super::{DatedRules, MethodRule, Product};
use crate::{name::DomainName, product::ValidationMethod};

/// A name was proven once, at one CA account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence<'a> {
    /// The name that was proven.
    pub name: &'a DomainName,
    /// How.
    pub method: ValidationMethod,
    /// When the CA obtained it.
    pub obtained_at: Timestamp,
}

/// Why evidence may not be used for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// A proof for this name says nothing about the other one.
    #[error("it does not cover the name")]
    OtherName,
    /// The method ended, and proofs made by it ended with it.
    #[error("its method may not be used from {from} on")]
    MethodEnded {
        /// First day of issue without it.
        from: Date,
    },
    /// It is older than the rules or the CA allow.
    #[error("it is older than {most_days} days")]
    TooOld {
        /// Days that it may be old.
        most_days: u16,
    },
}

impl DatedRules {
    /// Whether evidence may stand behind `name` in a certificate issued at `issued_at`.
    ///
    /// Ages are counted in days of 86,400 seconds (BR 1.6.1) and looked up by the day of issue in UTC, as CAs do.
    ///
    /// # Errors
    /// Says why not.
    pub fn evidence_is_usable(
        &self,
        product: Product<'_>,
        evidence: Evidence<'_>,
        name: &DomainName,
        issued_at: Timestamp,
    ) -> Result<(), Unusable> {
        let own = self.ca_terms(product, utc_day(issued_at)).domain_reuse_days;
        self.evidence_is_young(evidence, name, issued_at, own)
    }

    /// The same, where it is known how many days the CA uses proof again on the day of issue.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn evidence_is_young(
        &self,
        evidence: Evidence<'_>,
        name: &DomainName,
        issued_at: Timestamp,
        most_days: u16,
    ) -> Result<(), Unusable> {
        let Some(method) = self.method(evidence.method) else {
            return Err(Unusable::TooOld { most_days: 0 });
        };
        if !method.covers(evidence.name, name) {
            return Err(Unusable::OtherName);
        }
        method.is_fresh(evidence.obtained_at, issued_at, most_days)
    }
}

impl MethodRule {
    /// Whether a proof made by this method is young enough, where the rules and the CA allow `most_days`.
    ///
    /// # Errors
    /// [`Unusable::MethodEnded`], [`Unusable::TooOld`].
    pub fn is_fresh(
        &self,
        obtained_at: Timestamp,
        issued_at: Timestamp,
        most_days: u16,
    ) -> Result<(), Unusable> {
        if let Some(from) = self.forbidden_from.filter(|from| *from <= utc_day(issued_at)) {
            return Err(Unusable::MethodEnded { from });
        }
        let most_days = self.reuse_days.map_or(most_days, |own| own.min(most_days));
        let age = issued_at.duration_since(obtained_at).as_secs();
        if age > i64::from(most_days) * 86_400 {
            return Err(Unusable::TooOld { most_days });
        }
        Ok(())
    }
}

/// The day of an instant by which CAs look rules up.
#[must_use]
pub fn utc_day(instant: Timestamp) -> Date {
    Offset::UTC.to_datetime(instant).date()
}
