//! From a proven request to an X.509 certificate.

use std::sync::Arc;

use domain::{DomainName, rules::DatedRules, term::PaidTerm};
use jiff::{ToSpan as _, civil::Date};

use crate::{
    authority::Leaf,
    record::{Certificate, CertificateStatus, Issued, KeyFamily, NameOrigin},
    shared::{Shared, SimulatorError},
    state::Entry,
};

/// Cap before the first dated one (BR before 2018: 39 months; the simulator does not go back that far).
const OLDEST_CAP_DAYS: u16 = 825;

/// The last day of a certificate issued on `issued_on` within a paid term; nothing when the term is over.
///
/// CAs issue for a day less than the cap (BR 6.3.2 "SHOULD NOT exceed"). While that is more than a year, the
/// certificate is cut at the latest anniversary of the order within it, so that a subscription goes on year by year;
/// later, when certificates are shorter than a year, it takes all the cap gives. It never outlasts the paid term.
pub fn last_day(issued_on: Date, term: PaidTerm, rules: &DatedRules) -> Option<Date> {
    if issued_on >= term.end {
        return None;
    }
    let cap = rules.validity_cap(issued_on).unwrap_or(OLDEST_CAP_DAYS) - 1;
    // The first day counts.
    let within_cap = issued_on.saturating_add(i64::from(cap - 1).days());
    let until = if cap > 366 {
        latest_anniversary(term.start, issued_on, within_cap).unwrap_or(within_cap)
    } else {
        within_cap
    };
    Some(until.min(term.end))
}

fn latest_anniversary(start: Date, after: Date, until: Date) -> Option<Date> {
    (1..=20)
        .map(|years| start.saturating_add(years.years()))
        .rfind(|day| *day > after && *day <= until)
}

impl Shared {
    /// Signs a certificate whose names (and organisation) are proven and supersedes the one it replaces.
    ///
    /// Signing happens outside the lock; a certificate that was cancelled meanwhile stays cancelled.
    pub(crate) fn issue(&self, id: i64) -> Result<(), SimulatorError> {
        let Some(certificate) = self.state.lock().certificate(id).cloned() else {
            return Err(SimulatorError::NoSuchCertificate { id });
        };
        if !certificate.status.is_open() {
            return Err(SimulatorError::NotOpen {
                id,
                status: certificate.status,
            });
        }
        let now = self.clock.now();
        let today = self.clock.today();
        let Some(valid_to) = last_day(today, certificate.term, &self.rules) else {
            return self.reject(id, "the paid term is over");
        };
        let key = certificate
            .request
            .csr
            .certified_key()
            .ok_or(SimulatorError::BadStoredCsr { id })?;
        let family = key.family;
        let names = names_of(&certificate);
        let level = certificate
            .product()
            .ok_or(SimulatorError::NoSuchCertificate { id })?
            .level;
        let serial = self.random.serial();
        let leaf = self.hierarchy(family)?.sign(&Leaf {
            public_key_der: &key.der,
            main_name: certificate.main_name(),
            names: &names,
            level,
            organisation: certificate.request.organisation.as_ref(),
            serial,
            valid_from: today,
            valid_to,
        })?;
        let issued = Issued {
            serial: hex::encode(serial),
            valid_from: today,
            valid_to,
            at: now,
            names,
            leaf,
            family,
        };
        self.change(|change| {
            let Some(current) = change
                .certificate(id)
                .filter(|current| current.status.is_open())
                .cloned()
            else {
                return Ok(());
            };
            let mut done = Certificate::clone(&current);
            done.status = CertificateStatus::Issued;
            done.issued = Some(issued);
            let replaced = done.replaces.and_then(|old| change.certificate(old)).cloned();
            change.put(Entry::Certificate(Arc::new(done)));
            if let Some(old) = replaced.filter(|old| old.status == CertificateStatus::Issued) {
                let mut old = Certificate::clone(&old);
                old.status = CertificateStatus::Replaced;
                change.put(Entry::Certificate(Arc::new(old)));
            }
            Ok(())
        })
    }

    /// The chain of a family: issuing CA and root, as PEM.
    pub(crate) fn chain(&self, family: KeyFamily) -> Result<[String; 2], SimulatorError> {
        let hierarchy = self.hierarchy(family)?;
        Ok([hierarchy.pems.issuing.clone(), hierarchy.pems.root.clone()])
    }
}

/// Ordered names, and the free one when it is proven too.
fn names_of(certificate: &Certificate) -> Vec<DomainName> {
    certificate
        .control
        .iter()
        .filter(|control| control.origin == NameOrigin::Ordered || control.proven_at.is_some())
        .map(|control| control.approval.name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::term::Years;
    use jiff::civil::date;

    use super::*;

    fn ends(order: Date, years: u32, issued_on: Date) -> Option<Date> {
        let term = PaidTerm::from_acceptance(order, Years::new(years).unwrap());
        last_day(issued_on, term, &DatedRules::baseline())
    }

    #[test]
    fn the_seed_example_goes_on_year_by_year() {
        let order = date(2020, 10, 20);
        assert_eq!(ends(order, 5, order), Some(date(2021, 10, 20)));
        for year in 2021..2025 {
            // Thirty days before End date.
            let reissue = date(year, 9, 20);
            assert_eq!(ends(order, 5, reissue), Some(date(year + 1, 10, 20)), "{year}");
        }
        assert_eq!(ends(order, 5, date(2025, 10, 20)), None);
    }

    #[test]
    fn caps_of_the_issue_date_less_a_day_hold() {
        for (issued_on, most) in [
            (date(2019, 1, 1), 824),
            (date(2026, 3, 14), 397),
            (date(2026, 3, 15), 199),
            (date(2027, 3, 14), 199),
            (date(2027, 3, 15), 99),
            (date(2029, 3, 15), 46),
        ] {
            let end = ends(issued_on, 5, issued_on).unwrap();
            let inclusive_days = (end - issued_on).get_days() + 1;
            assert!(inclusive_days <= most, "{issued_on}: {inclusive_days}");
            if most < 366 {
                assert_eq!(inclusive_days, most, "{issued_on}");
            }
        }
    }

    #[test]
    fn a_certificate_of_today_ends_as_the_public_example_says() {
        assert_eq!(
            ends(date(2026, 11, 23), 1, date(2026, 11, 23)),
            Some(date(2027, 6, 9))
        );
    }

    #[test]
    fn the_paid_term_is_never_outlasted() {
        let order = date(2026, 11, 23);
        assert_eq!(ends(order, 1, date(2027, 11, 1)), Some(date(2027, 11, 23)));
        assert_eq!(ends(order, 1, date(2027, 11, 22)), Some(date(2027, 11, 23)));
        assert_eq!(ends(order, 1, date(2027, 11, 23)), None);
        assert_eq!(
            ends(date(2024, 2, 29), 1, date(2024, 3, 1)),
            Some(date(2025, 2, 28))
        );
    }

    #[test]
    fn a_late_issue_ends_at_the_first_anniversary_not_a_year_after_itself() {
        assert_eq!(
            ends(date(2020, 10, 20), 2, date(2020, 12, 1)),
            Some(date(2021, 10, 20))
        );
        assert_eq!(
            ends(date(2019, 1, 1), 5, date(2019, 1, 1)),
            Some(date(2021, 1, 1))
        );
    }
}
