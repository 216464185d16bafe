//! Rules with effective dates: data, looked up by the date of issue, never constants in code (design §7).
//!
//! The data are `rules.toml`, built into the program; an operator may run with another file. This module reads such a
//! file and answers questions: how long may a certificate be, may this method be used, is that proof still good, what
//! changes next.

mod ca;
mod error;
mod evidence;
mod fields;
mod method;
mod read;
mod table;
#[cfg(test)]
mod vectors;

use std::{cmp::Ordering, sync::LazyLock};

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::Serialize;

pub use self::{
    ca::{CaRow, CaTerms, Pattern, Product, Remaining, RevokesFormer, TermUnit},
    error::{BadRule, BadRules, Problem},
    evidence::{Evidence, Unusable, utc_day},
    method::{CaaJudgement, Coverage, MethodRefusal, MethodRule},
    table::{Dated, Row, Source},
};
use crate::{
    name::DomainName,
    product::{ValidationLevel, ValidationMethod, words},
};

/// The rules that are built in, as text.
pub const BUILT_IN: &str = include_str!("../../rules.toml");

static BASELINE: LazyLock<DatedRules> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the built-in file is read by a test")]
    DatedRules::parse(BUILT_IN).expect("the built-in rules are good")
});

words! {
    /// What a proof is about.
    ReuseKind {
        /// Control over a domain.
        Domain = "domain",
        /// The organisation's data, for OV.
        Organisation = "organisation",
        /// The organisation's data, for EV.
        Extended = "extended",
    }
}

impl ReuseKind {
    /// What is verified of the organisation at a level; nothing for DV.
    #[must_use]
    pub const fn of_level(level: ValidationLevel) -> Option<Self> {
        match level {
            ValidationLevel::Dv => None,
            ValidationLevel::Ov => Some(Self::Organisation),
            ValidationLevel::Ev => Some(Self::Extended),
        }
    }

    const fn place(self) -> usize {
        match self {
            Self::Domain => 0,
            Self::Organisation => 1,
            Self::Extended => 2,
        }
    }
}

words! {
    /// Another requirement with a date.
    Requirement {
        /// CAs must heed `accounturi` and `validationmethods` in CAA records.
        CaaParameters = "caa_parameters",
        /// Server certificates no longer serve clients.
        ClientAuth = "client_auth",
        /// Names and files are looked at from five places of the world.
        FivePerspectives = "five_perspectives",
    }
}

/// When reissues start, and when they are worth it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lead {
    /// At most so many days before End date.
    pub most_days: u16,
    /// And at most this part of the lifetime: 3 means a third.
    pub part: u16,
    /// A last piece shorter than this is not reissued.
    pub least_piece_days: u16,
    /// The organisation is asked so many days before its data become too old.
    pub organisation_days: u16,
    /// Who says so.
    pub source: Source,
}

impl Lead {
    /// Days before End date on which the reissue of a certificate of this lifetime starts.
    #[must_use]
    pub fn days(&self, lifetime_days: u16) -> u16 {
        self.most_days.min(lifetime_days / self.part)
    }
}

/// The dated rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DatedRules {
    edition: Date,
    lead: Lead,
    validity: Dated<u16>,
    reuse: [Dated<u16>; 3],
    methods: Vec<MethodRule>,
    requirements: Vec<Row<Requirement>>,
    ca_rows: Vec<CaRow>,
}

/// How the length of a certificate stands to the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// As long as CAs really issue.
    Good,
    /// A CA should not have issued it so long, and may.
    Discouraged,
    /// Longer than any CA may issue.
    TooLong,
}

/// Something that changes on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// First day of issue.
    pub on: Date,
    /// What.
    pub what: ChangeOf,
    /// Who says so.
    pub source: Source,
}

/// What changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeOf {
    /// Certificates may be valid for so many days.
    Validity(u16),
    /// Proof may be so many days old.
    Reuse(ReuseKind, u16),
    /// A method should no longer be used.
    MethodDiscouraged(String),
    /// A method may no longer be used, nor the proofs made by it.
    MethodForbidden(String),
    /// Another requirement.
    Requirement(Requirement),
    /// What a CA does: the place of its row in [`DatedRules::ca_rows`].
    Ca(usize),
}

impl DatedRules {
    /// The rules that are built in: the Baseline Requirements as of v2.2.6 with what CAs are known to do.
    #[must_use]
    pub fn baseline() -> &'static Self {
        &BASELINE
    }

    /// When the rules were last compared with their sources.
    #[must_use]
    pub const fn edition(&self) -> Date {
        self.edition
    }

    /// When reissues start.
    #[must_use]
    pub const fn lead(&self) -> &Lead {
        &self.lead
    }

    /// How many days a certificate may be valid, first and last day counted.
    #[must_use]
    pub const fn validity(&self) -> &Dated<u16> {
        &self.validity
    }

    /// How many days old proof may be.
    #[must_use]
    pub const fn reuse(&self, kind: ReuseKind) -> &Dated<u16> {
        let [domain, organisation, extended] = &self.reuse;
        match kind {
            ReuseKind::Domain => domain,
            ReuseKind::Organisation => organisation,
            ReuseKind::Extended => extended,
        }
    }

    /// All methods of domain validation.
    #[must_use]
    pub fn methods(&self) -> &[MethodRule] {
        &self.methods
    }

    /// Other requirements with a date.
    #[must_use]
    pub fn requirements(&self) -> &[Row<Requirement>] {
        &self.requirements
    }

    /// What CAs do within the rules.
    #[must_use]
    pub fn ca_rows(&self) -> &[CaRow] {
        &self.ca_rows
    }

    /// The cap for a certificate issued on `issued_on`; none is known before the first row.
    #[must_use]
    pub fn validity_cap(&self, issued_on: Date) -> Option<u16> {
        self.validity.at(issued_on).map(|row| row.value)
    }

    /// How many days old proof of this kind may be for a certificate issued on `issued_on`.
    #[must_use]
    pub fn reuse_days(&self, kind: ReuseKind, issued_on: Date) -> u16 {
        self.reuse(kind).at_or_first(issued_on).map_or(0, |row| row.value)
    }

    /// How the length of a certificate, `not_before` to `not_after` inclusive, stands to the rules of its day of issue.
    #[must_use]
    pub fn length(&self, not_before: Timestamp, not_after: Timestamp) -> Length {
        let Some(cap) = self.validity_cap(utc_day(not_before)) else {
            return Length::Good;
        };
        match inclusive_days(not_before, not_after).cmp(&i64::from(cap)) {
            Ordering::Greater => Length::TooLong,
            Ordering::Equal => Length::Discouraged,
            Ordering::Less => Length::Good,
        }
    }

    /// The rule about a method that orders may ask for.
    #[must_use]
    pub fn method(&self, method: ValidationMethod) -> Option<&MethodRule> {
        self.methods.iter().find(|rule| rule.methods.contains(&method))
    }

    /// The rule with this number, such as `3.2.2.4.22`.
    #[must_use]
    pub fn method_numbered(&self, number: &str) -> Option<&MethodRule> {
        self.methods.iter().find(|rule| rule.number == number)
    }

    /// From when the method may not be used any more, if that is decided.
    #[must_use]
    pub fn method_end(&self, method: ValidationMethod) -> Option<Date> {
        self.method(method).and_then(|rule| rule.forbidden_from)
    }

    /// Whether a certificate issued on `issued_on` may rest on this method.
    #[must_use]
    pub fn allows(&self, method: ValidationMethod, issued_on: Date) -> bool {
        self.method(method).is_some_and(|rule| rule.is_allowed(issued_on))
    }

    /// Whether a name may be proven by a method for a certificate issued on `issued_on`.
    ///
    /// # Errors
    /// Says why not.
    pub fn may_prove(
        &self,
        method: ValidationMethod,
        name: &DomainName,
        issued_on: Date,
    ) -> Result<(), MethodRefusal> {
        let Some(rule) = self.method(method) else {
            return Ok(());
        };
        if !rule.takes(name) {
            return Err(MethodRefusal::NotForWildcards);
        }
        match rule.forbidden_from {
            Some(from) if from <= issued_on => Err(MethodRefusal::Ended { from }),
            _ => Ok(()),
        }
    }

    /// What a CAA record's list of methods (RFC 8657) means for a validation by `method`.
    #[must_use]
    pub fn judge_caa(&self, listed: &[&str], method: ValidationMethod, issued_on: Date) -> CaaJudgement {
        let Some(rule) = self.method(method) else {
            return CaaJudgement::Fits;
        };
        let names_it = listed
            .iter()
            .any(|label| rule.caa.iter().any(|own| own.eq_ignore_ascii_case(label)));
        let binding = self
            .requirements
            .iter()
            .find(|row| row.value == Requirement::CaaParameters);
        match binding {
            _ if names_it => CaaJudgement::Fits,
            Some(row) if row.from <= issued_on => CaaJudgement::Blocks,
            Some(row) => CaaJudgement::WillBlock { from: row.from },
            None => CaaJudgement::Fits,
        }
    }

    /// Everything that changes after a day, the soonest first.
    #[must_use]
    pub fn changes_after(&self, day: Date) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut add = |on: Option<Date>, what: ChangeOf, source: &Source| {
            if let Some(on) = on.filter(|on| *on > day) {
                let source = source.clone();
                changes.push(Change { on, what, source });
            }
        };
        for row in &self.validity {
            add(Some(row.from), ChangeOf::Validity(row.value), &row.source);
        }
        for kind in ReuseKind::ALL {
            for row in self.reuse(*kind) {
                add(Some(row.from), ChangeOf::Reuse(*kind, row.value), &row.source);
            }
        }
        for rule in &self.methods {
            let number = || rule.number.clone();
            add(
                rule.discouraged_from,
                ChangeOf::MethodDiscouraged(number()),
                &rule.source,
            );
            add(
                rule.forbidden_from,
                ChangeOf::MethodForbidden(number()),
                &rule.source,
            );
        }
        for row in &self.requirements {
            add(Some(row.from), ChangeOf::Requirement(row.value), &row.source);
        }
        for (place, row) in self.ca_rows.iter().enumerate() {
            add(row.from, ChangeOf::Ca(place), &row.source);
        }
        changes.sort_by_key(|change| change.on);
        changes
    }
}

/// Days of 86,400 seconds that a certificate is valid, both ends counted; any further second is a whole day more
/// (BR 6.3.2).
#[must_use]
pub fn inclusive_days(not_before: Timestamp, not_after: Timestamp) -> i64 {
    let seconds = not_after.duration_since(not_before) + SignedDuration::from_secs(1);
    let whole = seconds.as_secs().max(0);
    let has_more = whole % 86_400 != 0 || seconds.subsec_nanos() > 0;
    whole / 86_400 + i64::from(has_more)
}
