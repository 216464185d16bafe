//! What CAs do within the rules: their own caps, what a reissue does with the days that are left.

use jiff::{ToSpan as _, civil::Date};
use serde::Serialize;

use super::{DatedRules, ReuseKind, Source};
use crate::{
    product::{ProductKind, ValidationLevel, words},
    term::{PaidTerm, days, days_between},
};

words! {
    /// What a reissue does with the days of the paid term.
    Remaining {
        /// The certificate ends with the paid term at the latest.
        Cut = "cut",
        /// Every certificate has the full length, also beyond the paid term.
        Full = "full",
        /// The unused days of the former certificate are added, as far as the rules allow.
        AddUnused = "add_unused",
    }
}

words! {
    /// In what a CA's API counts the paid term.
    TermUnit {
        /// 365 days mean a year.
        Days365 = "days_365",
        /// Calendar months.
        Months = "months",
        /// Calendar years.
        Years = "years",
    }
}

/// Whether a reissue revokes the certificates before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum RevokesFormer {
    /// They stay valid.
    Never,
    /// Only when a name is removed or changed, after so many hours.
    OnNameRemoval {
        /// Hours after the reissue.
        after_hours: u16,
    },
    /// Always, after so many hours.
    Always {
        /// Hours after the reissue.
        after_hours: u16,
    },
}

/// What is sold: by this the rows of CAs are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Product<'a> {
    /// Kind of the connector, such as `leadertelecom`; empty when no module was chosen yet.
    pub connector: &'a str,
    /// Brand, which may be empty.
    pub brand: &'a str,
    /// What is verified.
    pub level: ValidationLevel,
    /// Which names it takes.
    pub kind: ProductKind,
}

/// For which products a row holds; what is empty is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Pattern {
    /// Kind of the connector.
    pub connector: Option<String>,
    /// Brands, compared without case.
    pub brands: Vec<String>,
    /// Levels of validation.
    pub levels: Vec<ValidationLevel>,
    /// Kinds of product.
    pub kinds: Vec<ProductKind>,
}

/// One row about CAs. What it leaves empty it does not decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaRow {
    /// For which products.
    pub of: Pattern,
    /// First day of issue; empty for always.
    pub from: Option<Date>,
    /// The CA issues for so many days less than the rules' most.
    pub below_cap_days: Option<u16>,
    /// The CA's own most days.
    pub most_days: Option<u16>,
    /// While certificates may be longer than this, one of a longer term ends at an anniversary of the order.
    pub anniversary_above_days: Option<u16>,
    /// What a reissue does with the days that are left.
    pub remaining: Option<Remaining>,
    /// How old proof of domain control may be; 0 when it is never used again.
    pub domain_reuse_days: Option<u16>,
    /// How old the organisation's data may be.
    pub organisation_reuse_days: Option<u16>,
    /// Whether a reissue revokes the certificates before it.
    pub revokes_former: Option<RevokesFormer>,
    /// In what the API counts the term.
    pub term_unit: Option<TermUnit>,
    /// Who says so.
    pub source: Source,
}

/// What holds for a product on a day of issue: the rules, and within them what its CA does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaTerms {
    /// Days that must not be exceeded, first and last day counted.
    pub cap_days: u16,
    /// Days for which the CA issues at most.
    pub most_days: u16,
    /// While `most_days` is above this, a certificate ends at an anniversary of the order.
    pub anniversary_above_days: Option<u16>,
    /// What a reissue does with the days that are left.
    pub remaining: Remaining,
    /// How old proof of domain control may be.
    pub domain_reuse_days: u16,
    /// How old the organisation's data may be; empty where none are verified.
    pub organisation_reuse_days: Option<u16>,
    /// Whether a reissue revokes the certificates before it.
    pub revokes_former: RevokesFormer,
    /// In what the API counts the term.
    pub term_unit: TermUnit,
    /// Something of this is believed and not known.
    pub is_assumed: bool,
}

/// Caps before the first dated one; certbroker knows no certificate that old.
const OLDEST_CAP: u16 = 825;
/// The furthest anniversary that is looked for; terms are 1 to 10 years.
const MOST_YEARS: i64 = 20;

impl Pattern {
    /// Whether the row is about this product.
    #[must_use]
    pub fn matches(&self, product: Product<'_>) -> bool {
        self.connector
            .as_deref()
            .is_none_or(|connector| connector == product.connector)
            && (self.brands.is_empty()
                || self
                    .brands
                    .iter()
                    .any(|brand| brand.eq_ignore_ascii_case(product.brand)))
            && (self.levels.is_empty() || self.levels.contains(&product.level))
            && (self.kinds.is_empty() || self.kinds.contains(&product.kind))
    }
}

impl DatedRules {
    /// What holds for a product's certificates issued on a day. Later rows overrule earlier ones field by field, and no
    /// row reaches beyond the rules of all CAs.
    #[must_use]
    pub fn ca_terms(&self, product: Product<'_>, issued_on: Date) -> CaTerms {
        let cap_days = self
            .validity()
            .at_or_first(issued_on)
            .map_or(OLDEST_CAP, |row| row.value);
        let organisation = ReuseKind::of_level(product.level).map(|kind| self.reuse_days(kind, issued_on));
        let mut below = 0;
        let mut own = cap_days;
        let mut terms = CaTerms {
            cap_days,
            most_days: cap_days,
            anniversary_above_days: None,
            remaining: Remaining::Cut,
            domain_reuse_days: self.reuse_days(ReuseKind::Domain, issued_on),
            organisation_reuse_days: organisation,
            revokes_former: RevokesFormer::Never,
            term_unit: TermUnit::Days365,
            is_assumed: false,
        };
        let (domain_most, organisation_most) = (terms.domain_reuse_days, organisation);
        let rows = self
            .ca_rows()
            .iter()
            .filter(|row| row.of.matches(product) && row.from.is_none_or(|from| from <= issued_on));
        for row in rows {
            terms.is_assumed |= row.source.is_assumed;
            below = row.below_cap_days.unwrap_or(below);
            own = row.most_days.unwrap_or(own);
            terms.anniversary_above_days = row.anniversary_above_days.or(terms.anniversary_above_days);
            terms.remaining = row.remaining.unwrap_or(terms.remaining);
            terms.revokes_former = row.revokes_former.unwrap_or(terms.revokes_former);
            terms.term_unit = row.term_unit.unwrap_or(terms.term_unit);
            if let Some(days) = row.domain_reuse_days {
                terms.domain_reuse_days = days.min(domain_most);
            }
            if let (Some(days), Some(most)) = (row.organisation_reuse_days, organisation_most) {
                terms.organisation_reuse_days = Some(days.min(most));
            }
        }
        terms.most_days = own.min(cap_days.saturating_sub(below)).max(1);
        terms
    }
}

impl CaTerms {
    /// The last day of a certificate issued on `issued_on` within a paid term; nothing when the term is over. `former_end`
    /// is the End date of the certificate that it replaces.
    ///
    /// The first day counts. While certificates may live longer than a year, one of a longer term is cut at the latest
    /// anniversary of the order within the CA's cap, so that a subscription goes on year by year (seed page); later it
    /// takes all that the cap gives.
    #[must_use]
    pub fn last_day(&self, issued_on: Date, term: PaidTerm, former_end: Option<Date>) -> Option<Date> {
        if issued_on >= term.end {
            return None;
        }
        let after = |count: u16| issued_on.saturating_add(days(i64::from(count) - 1));
        let within_cap = after(self.most_days);
        match self.remaining {
            Remaining::Full => Some(within_cap),
            Remaining::AddUnused => {
                let unused = former_end.map_or(0, |end| days_between(issued_on, end).max(0));
                let most = after(self.cap_days.saturating_sub(1).max(self.most_days));
                let with_unused = within_cap.saturating_add(days(unused));
                Some(with_unused.min(most).min(term.end))
            }
            Remaining::Cut => {
                let goes_by_years = self
                    .anniversary_above_days
                    .is_some_and(|above| self.most_days > above);
                let until = if goes_by_years {
                    latest_anniversary(term.start, issued_on, within_cap).unwrap_or(within_cap)
                } else {
                    within_cap
                };
                Some(until.min(term.end))
            }
        }
    }
}

fn latest_anniversary(start: Date, after: Date, until: Date) -> Option<Date> {
    (1..=MOST_YEARS)
        .map(|years| start.saturating_add(years.years()))
        .rfind(|day| *day > after && *day <= until)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::term::Years;

    const POSITIVE: Product<'static> = Product {
        connector: "leadertelecom",
        brand: "Sectigo",
        level: ValidationLevel::Dv,
        kind: ProductKind::Single,
    };

    fn ends(order: Date, years: u32, issued_on: Date) -> Option<Date> {
        let term = PaidTerm::from_acceptance(order, Years::new(years).unwrap());
        DatedRules::baseline()
            .ca_terms(POSITIVE, issued_on)
            .last_day(issued_on, term, None)
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
            (date(2026, 3, 11), 397),
            // Sectigo went down three days before it had to.
            (date(2026, 3, 12), 199),
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

    #[test]
    fn a_ca_keeps_the_remaining_days_as_its_row_says() {
        let term = PaidTerm::from_acceptance(date(2026, 11, 23), Years::ONE);
        let (issued_on, former_end) = (date(2027, 3, 1), Some(date(2027, 3, 31)));
        let base = DatedRules::baseline().ca_terms(POSITIVE, issued_on);
        let with = |remaining, most_days| CaTerms {
            most_days,
            remaining,
            ..base
        };
        let end = |terms: CaTerms| terms.last_day(issued_on, term, former_end).unwrap();
        assert_eq!(end(with(Remaining::Cut, 184)), date(2027, 8, 31));
        // Thirty unused days would give 214; the rules give 200, less a day.
        assert_eq!(end(with(Remaining::AddUnused, 184)), date(2027, 9, 15));
        assert_eq!(end(with(Remaining::AddUnused, 100)), date(2027, 7, 8));
        let late = date(2027, 11, 1);
        assert_eq!(
            with(Remaining::Full, 99).last_day(late, term, None),
            Some(date(2028, 2, 7))
        );
    }

    #[test]
    fn rows_of_a_brand_overrule_those_of_all_and_never_reach_beyond_the_rules() {
        let rules = DatedRules::baseline();
        let of = |brand, level| Product {
            brand,
            level,
            ..POSITIVE
        };
        let day = date(2026, 11, 23);
        for (product, domain, organisation) in [
            (of("Sectigo", ValidationLevel::Dv), 198, None),
            (of("sectigo", ValidationLevel::Ov), 198, Some(398)),
            (of("DigiCert", ValidationLevel::Ev), 199, Some(398)),
            (of("RapidSSL", ValidationLevel::Dv), 0, None),
            (of("Unheard Of", ValidationLevel::Dv), 200, None),
        ] {
            let terms = rules.ca_terms(product, day);
            assert_eq!(
                (terms.domain_reuse_days, terms.organisation_reuse_days),
                (domain, organisation),
                "{product:?}"
            );
            assert_eq!(terms.most_days, 199, "{product:?}");
        }
        let later = rules.ca_terms(of("Sectigo", ValidationLevel::Dv), date(2029, 3, 15));
        assert_eq!((later.most_days, later.domain_reuse_days), (46, 10));
        assert_eq!(
            rules
                .ca_terms(of("GeoTrust", ValidationLevel::Dv), day)
                .revokes_former,
            RevokesFormer::OnNameRemoval { after_hours: 0 }
        );
    }
}
