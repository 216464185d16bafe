//! The plan of a service: when its certificates are issued again, for how long, and what each reissue needs from whom.
//!
//! A plan is computed from what is known today and stored nowhere: rules, zones and evidence change. It assumes that
//! every reissue is done on the day it starts.

use jiff::{Timestamp, civil::Date, tz::Offset};

use crate::{
    name::DomainName,
    product::{ValidationMethod, words},
    rules::{CaTerms, DatedRules, Evidence, Lead, MethodRefusal, Product},
    term::{PaidTerm, covers, days, days_between},
};

/// How many days before End date a reissue begins by the built-in rules: a third of the certificate's life, thirty at
/// most (design §7).
#[must_use]
pub fn lead(lifetime_days: u32) -> u32 {
    let lifetime = u16::try_from(lifetime_days).unwrap_or(u16::MAX);
    u32::from(DatedRules::baseline().lead().days(lifetime))
}

/// The day on which the next reissue begins by the built-in rules; see [`Lead::next_reissue_on`].
#[must_use]
pub fn next_reissue_on(term: PaidTerm, issued_on: Date, end_date: Date) -> Option<Date> {
    DatedRules::baseline()
        .lead()
        .next_reissue_on(term, issued_on, end_date)
}

impl Lead {
    /// The day on which the next reissue begins; nothing when the certificate covers the paid term, or all of it but a
    /// piece too short to be worth one.
    #[must_use]
    pub fn next_reissue_on(&self, term: PaidTerm, issued_on: Date, end_date: Date) -> Option<Date> {
        if covers(end_date, term.end) || days_between(end_date, term.end) < i64::from(self.least_piece_days) {
            return None;
        }
        let lifetime = u16::try_from(days_between(issued_on, end_date)).unwrap_or(0);
        Some(end_date.saturating_sub(days(self.days(lifetime).into())))
    }
}

words! {
    /// Whether a CA reissues without a person.
    Reissuing {
        /// Through its API.
        Automatic = "automatic",
        /// A person does it at the CA; certbroker makes a task of it.
        ByHand = "by_hand",
    }
}

words! {
    /// Whether anybody must do something for the proof of a name.
    Proving {
        /// certbroker publishes what is asked for by itself.
        Unattended = "unattended",
        /// The client does it.
        ByClient = "by_client",
    }
}

/// A name and how it will be proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedName<'a> {
    /// The name.
    pub name: &'a DomainName,
    /// The method that is set for it.
    pub method: ValidationMethod,
    /// Who would put a DNS record into its zone.
    pub dns: Proving,
}

/// A certificate that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    /// The day it was issued.
    pub issued_on: Date,
    /// The day it ends.
    pub end_date: Date,
}

/// What is known of a service.
#[derive(Debug, Clone)]
pub struct Outlook<'a> {
    /// The rules in force.
    pub rules: &'a DatedRules,
    /// What was sold.
    pub product: Product<'a>,
    /// What was paid for.
    pub term: PaidTerm,
    /// Today: no work starts before.
    pub today: Date,
    /// The certificate in use; none before the first.
    pub present: Option<Present>,
    /// The names of the next certificate.
    pub names: Vec<PlannedName<'a>>,
    /// What the CA account has proof of.
    pub evidence: Vec<Evidence<'a>>,
    /// When the CA last verified the organisation.
    pub vetted_on: Option<Date>,
    /// Whether the CA reissues this product by itself.
    pub reissuing: Reissuing,
}

/// The plan of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The certificates that come, the next first; empty when the present one is the last.
    pub pieces: Vec<Piece>,
}

/// One certificate that comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The day on which its work starts.
    pub starts_on: Date,
    /// The day on which it is assumed to be issued.
    pub issued_on: Date,
    /// The day it ends.
    pub end_date: Date,
    /// How long it is valid, first and last day counted.
    pub days: u16,
    /// The names that must be proven anew for it, by whomever.
    pub proves: Vec<DomainName>,
    /// What it needs from people; empty when it runs by itself.
    pub needs: Vec<Need>,
    /// A rule about the CA behind it is believed and not known.
    pub is_assumed: bool,
}

/// What a certificate that comes needs from a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Proof of names by a method that nobody can do for the client.
    ProveNames {
        /// The names.
        names: Vec<DomainName>,
        /// The method.
        method: ValidationMethod,
    },
    /// Another method, because the one that is set ends before.
    ChooseMethod {
        /// The names.
        names: Vec<DomainName>,
        /// The method that is set.
        method: ValidationMethod,
        /// First day of issue without it.
        ends_on: Date,
    },
    /// A person who reissues at the CA.
    ReissueByHand,
    /// Documents or a call of the organisation, whose data are too old by then.
    VerifyOrganisation {
        /// The day on which the organisation is asked.
        asked_on: Date,
    },
}

words! {
    /// Who must do something.
    Whom {
        /// The client.
        Client = "client",
        /// The department of the processing module.
        Department = "department",
    }
}

impl Need {
    /// Who must do it.
    #[must_use]
    pub const fn whom(&self) -> Whom {
        match self {
            Self::ProveNames { .. } | Self::ChooseMethod { .. } | Self::VerifyOrganisation { .. } => {
                Whom::Client
            }
            Self::ReissueByHand => Whom::Department,
        }
    }

    /// Stable word for translation keys.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::ProveNames { .. } => "prove_names",
            Self::ChooseMethod { .. } => "choose_method",
            Self::ReissueByHand => "reissue_by_hand",
            Self::VerifyOrganisation { .. } => "verify_organisation",
        }
    }
}

impl Piece {
    /// Whether nobody has to do anything for it.
    #[must_use]
    pub const fn is_unattended(&self) -> bool {
        self.needs.is_empty()
    }
}

impl Plan {
    /// The certificate that comes next.
    #[must_use]
    pub fn next(&self) -> Option<&Piece> {
        self.pieces.first()
    }

    /// How many times names must be proven until the paid term ends.
    #[must_use]
    pub fn validations(&self) -> usize {
        self.pieces
            .iter()
            .filter(|piece| !piece.proves.is_empty())
            .count()
    }

    /// The first certificate that cannot come because its method ends before.
    #[must_use]
    pub fn method_ends(&self) -> Option<(&Piece, Date)> {
        self.pieces.iter().find_map(|piece| {
            piece.needs.iter().find_map(|need| match need {
                Need::ChooseMethod { ends_on, .. } => Some((piece, *ends_on)),
                _ => None,
            })
        })
    }
}

impl Outlook<'_> {
    /// Computes the plan.
    #[must_use]
    pub fn plan(&self) -> Plan {
        let mut pieces = Vec::new();
        let mut known = Known {
            names: self.names.clone(),
            evidence: self.evidence.clone(),
            vetted_on: self.vetted_on,
        };
        let mut present = self.present;
        while let Some((starts_on, terms, end_date)) = self.next_piece(present) {
            let is_first = present.is_none();
            let (proves, mut needs) = self.needs(&mut known, starts_on, &terms);
            if !is_first && self.reissuing == Reissuing::ByHand {
                needs.insert(0, Need::ReissueByHand);
            }
            pieces.push(Piece {
                starts_on,
                issued_on: starts_on,
                end_date,
                days: u16::try_from(days_between(starts_on, end_date) + 1).unwrap_or(0),
                proves,
                needs,
                is_assumed: terms.is_assumed,
            });
            present = Some(Present {
                issued_on: starts_on,
                end_date,
            });
        }
        Plan { pieces }
    }

    /// When the certificate after `present` starts and ends. One that would not outlast the present one waits until it
    /// does.
    fn next_piece(&self, present: Option<Present>) -> Option<(Date, CaTerms, Date)> {
        let planned = match present {
            None => self.term.start,
            Some(present) => {
                self.rules
                    .lead()
                    .next_reissue_on(self.term, present.issued_on, present.end_date)?
            }
        };
        let former_end = present.map(|present| present.end_date);
        let mut day = planned.max(self.today);
        loop {
            let terms = self.rules.ca_terms(self.product, day);
            let end = terms.last_day(day, self.term, former_end)?;
            if former_end.is_none_or(|former| end > former) {
                return Some((day, terms, end));
            }
            day = day.tomorrow().ok()?;
        }
    }

    /// The names that must be proven, and what people must do, for a certificate issued on a day.
    fn needs(&self, known: &mut Known<'_>, day: Date, terms: &CaTerms) -> (Vec<DomainName>, Vec<Need>) {
        let at = end_of_day(day);
        let mut asked = Asked::default();
        let mut proves = Vec::new();
        for place in 0..known.names.len() {
            let Some(planned) = known.names.get(place).copied() else {
                break;
            };
            let mut method = planned.method;
            if let Err(MethodRefusal::Ended { from }) = self.rules.may_prove(method, planned.name, day) {
                asked.choose(planned.name, method, from);
                // From here on a record in DNS is assumed: it proves every kind of name.
                method = ValidationMethod::Dns;
                if let Some(changed) = known.names.get_mut(place) {
                    changed.method = method;
                }
            } else if self.is_proven(known, planned.name, at, terms) {
                continue;
            } else if method != ValidationMethod::Dns || planned.dns == Proving::ByClient {
                asked.prove(planned.name, method);
            }
            proves.push(planned.name.clone());
            known.proven(Evidence {
                name: planned.name,
                method,
                obtained_at: at,
            });
        }
        let mut needs = asked.needs;
        if let Some(most) = terms.organisation_reuse_days {
            let dies_on = known
                .vetted_on
                .map(|vetted| vetted.saturating_add(days(most.into())));
            if dies_on.is_none_or(|dies_on| dies_on < day) {
                let early = days(self.rules.lead().organisation_days.into());
                let asked_on = dies_on.map_or(day, |dies_on| dies_on.saturating_sub(early));
                needs.push(Need::VerifyOrganisation {
                    asked_on: asked_on.max(self.today),
                });
                known.vetted_on = Some(day);
            }
        }
        (proves, needs)
    }

    fn is_proven(&self, known: &Known<'_>, name: &DomainName, at: Timestamp, terms: &CaTerms) -> bool {
        known.evidence.iter().any(|evidence| {
            self.rules
                .evidence_is_young(*evidence, name, at, terms.domain_reuse_days)
                .is_ok()
        })
    }
}

/// What is known while the plan goes on.
struct Known<'a> {
    names: Vec<PlannedName<'a>>,
    evidence: Vec<Evidence<'a>>,
    vetted_on: Option<Date>,
}

impl<'a> Known<'a> {
    /// A new proof takes the place of an older one that is alike.
    fn proven(&mut self, evidence: Evidence<'a>) {
        let is_alike = |one: &Evidence<'_>| one.method == evidence.method && one.name == evidence.name;
        self.evidence.retain(|one| !is_alike(one));
        self.evidence.push(evidence);
    }
}

/// What people are asked for one certificate: names with one method together.
#[derive(Default)]
struct Asked {
    needs: Vec<Need>,
}

impl Asked {
    fn choose(&mut self, name: &DomainName, ended: ValidationMethod, from: Date) {
        for need in &mut self.needs {
            if let Need::ChooseMethod { names, method, .. } = need
                && *method == ended
            {
                names.push(name.clone());
                return;
            }
        }
        self.needs.push(Need::ChooseMethod {
            names: vec![name.clone()],
            method: ended,
            ends_on: from,
        });
    }

    fn prove(&mut self, name: &DomainName, by: ValidationMethod) {
        for need in &mut self.needs {
            if let Need::ProveNames { names, method } = need
                && *method == by
            {
                names.push(name.clone());
                return;
            }
        }
        self.needs.push(Need::ProveNames {
            names: vec![name.clone()],
            method: by,
        });
    }
}

/// The last second of a day in UTC: what is good then was good all day.
fn end_of_day(day: Date) -> Timestamp {
    Offset::UTC
        .to_timestamp(day.at(23, 59, 59, 0))
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
