use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::{
    product::{ProductKind, ValidationLevel},
    rules::BUILT_IN,
    term::Years,
};

/// A product through the connector that the built-in rules have rows for.
fn sectigo() -> Product<'static> {
    let connector = baseline()
        .ca_rows()
        .iter()
        .find_map(|row| row.of.connector.as_deref());
    Product {
        connector: connector.unwrap(),
        brand: "Sectigo",
        level: ValidationLevel::Dv,
        kind: ProductKind::Single,
    }
}

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

fn term(start: Date, years: u32) -> PaidTerm {
    PaidTerm::from_acceptance(start, Years::new(years).unwrap())
}

/// A service of one name that is ordered on the first day of its term.
fn ordered<'a>(
    rules: &'a DatedRules,
    name: &'a DomainName,
    term: PaidTerm,
    method: ValidationMethod,
) -> Outlook<'a> {
    Outlook {
        rules,
        product: sectigo(),
        term,
        today: term.start,
        present: None,
        names: vec![PlannedName {
            name,
            method,
            dns: Proving::Unattended,
        }],
        evidence: Vec::new(),
        vetted_on: None,
        reissuing: Reissuing::Automatic,
    }
}

fn baseline() -> &'static DatedRules {
    DatedRules::baseline()
}

/// The built-in rules with another lead.
fn with_lead(most_days: u16, part: u16) -> DatedRules {
    let text = BUILT_IN
        .replacen("most_days = 30", &format!("most_days = {most_days}"), 1)
        .replacen("part = 3", &format!("part = {part}"), 1);
    DatedRules::parse(&text).unwrap()
}

#[test]
fn a_reissue_begins_thirty_days_or_a_third_of_the_life_before_the_end() {
    for (days, lead_days) in [(365, 30), (199, 30), (99, 30), (90, 30), (46, 15), (2, 0)] {
        assert_eq!(lead(days), lead_days, "{days}");
    }
    let five = term(date(2020, 10, 20), 5);
    assert_eq!(
        next_reissue_on(five, date(2020, 10, 20), date(2021, 10, 20)),
        Some(date(2021, 9, 20))
    );
}

#[test]
fn the_last_piece_is_reissued_however_short_but_under_three_days() {
    let year = term(date(2026, 11, 23), 1);
    for (end, next) in [
        (date(2027, 11, 23), None),
        (date(2027, 11, 22), None),
        (date(2027, 11, 21), None),
        (date(2027, 11, 20), Some(date(2027, 10, 21))),
    ] {
        assert_eq!(next_reissue_on(year, date(2027, 5, 10), end), next, "{end}");
    }
}

#[test]
fn the_seed_example_is_reissued_each_year_for_the_following_year() {
    let shop = name("shop.example.com");
    let plan = ordered(
        baseline(),
        &shop,
        term(date(2020, 10, 20), 5),
        ValidationMethod::Dns,
    )
    .plan();
    let shown: Vec<_> = plan
        .pieces
        .iter()
        .map(|piece| (piece.starts_on, piece.end_date))
        .collect();
    assert_eq!(
        shown,
        [
            (date(2020, 10, 20), date(2021, 10, 20)),
            (date(2021, 9, 20), date(2022, 10, 20)),
            (date(2022, 9, 20), date(2023, 10, 20)),
            (date(2023, 9, 20), date(2024, 10, 20)),
            (date(2024, 9, 20), date(2025, 10, 20)),
        ]
    );
    assert!(plan.pieces.iter().all(Piece::is_unattended));
    let one = ordered(
        baseline(),
        &shop,
        term(date(2020, 10, 20), 1),
        ValidationMethod::Dns,
    )
    .plan();
    assert_eq!(one.pieces.len(), 1);
}

/// Issuances and validations of one name, as computed in `industry.md` §2.3 from the rules of all CAs.
#[test]
fn a_term_means_as_many_certificates_as_was_computed() {
    let shop = name("shop.example.com");
    let any_ca = Product {
        connector: "another",
        ..sectigo()
    };
    let count = |rules: &DatedRules, start: Date, years: u32| {
        let mut outlook = ordered(rules, &shop, term(start, years), ValidationMethod::Dns);
        outlook.product = any_ca;
        let plan = outlook.plan();
        (plan.pieces.len(), plan.validations())
    };
    let today = date(2026, 11, 23);
    // Rows of §2.3: 14 days; 30 days, but no more than half the life; a third of the life. Last: ours.
    let leads = [
        with_lead(14, 2),
        with_lead(30, 2),
        with_lead(365, 3),
        with_lead(30, 3),
    ];
    for (start, years, wanted) in [
        (today, 1, [(3, 2), (4, 3), (5, 3), (4, 3)]),
        (today, 2, [(8, 5), (9, 5), (10, 6), (9, 5)]),
        (today, 3, [(17, 13), (21, 16), (20, 15), (19, 14)]),
        (date(2029, 4, 1), 1, [(12, 12), (15, 15), (12, 12), (12, 12)]),
    ] {
        let counted: Vec<_> = leads.iter().map(|rules| count(rules, start, years)).collect();
        assert_eq!(counted, wanted, "{start} {years}");
    }
}

#[test]
fn a_mail_that_ends_asks_for_another_method_in_time_and_once() {
    let shop = name("shop.example.com");
    let plan = ordered(
        baseline(),
        &shop,
        term(date(2026, 11, 23), 3),
        ValidationMethod::Email,
    )
    .plan();
    let ends_on = date(2028, 3, 15);
    let (piece, told) = plan.method_ends().unwrap();
    assert_eq!(told, ends_on);
    assert!(piece.starts_on >= ends_on);
    let choices = plan
        .pieces
        .iter()
        .flat_map(|piece| &piece.needs)
        .filter(|need| matches!(need, Need::ChooseMethod { .. }))
        .count();
    assert_eq!(choices, 1);
    for piece in plan.pieces.iter().filter(|piece| piece.starts_on < ends_on) {
        let wanted = Need::ProveNames {
            names: vec![shop.clone()],
            method: ValidationMethod::Email,
        };
        assert_eq!(
            piece.needs,
            if piece.proves.is_empty() {
                vec![]
            } else {
                vec![wanted]
            }
        );
    }
    assert_eq!(piece.needs.first().map(Need::whom), Some(Whom::Client));
}

#[test]
fn a_name_that_is_proven_below_another_needs_no_proof_of_its_own() {
    let (base, www) = (name("example.com"), name("www.example.com"));
    let names = |method| {
        vec![
            PlannedName {
                name: &base,
                method,
                dns: Proving::ByClient,
            },
            PlannedName {
                name: &www,
                method,
                dns: Proving::ByClient,
            },
        ]
    };
    let mut outlook = ordered(
        baseline(),
        &base,
        term(date(2026, 11, 23), 1),
        ValidationMethod::Dns,
    );
    outlook.names = names(ValidationMethod::Dns);
    assert_eq!(
        outlook.plan().next().unwrap().proves.as_slice(),
        std::slice::from_ref(&base)
    );
    outlook.names = names(ValidationMethod::Http);
    let plan = outlook.plan();
    let first = plan.next().unwrap();
    assert_eq!(first.proves, [base.clone(), www.clone()]);
    assert_eq!(
        first.needs,
        [Need::ProveNames {
            names: vec![base.clone(), www.clone()],
            method: ValidationMethod::Http
        }]
    );
}

#[test]
fn evidence_of_the_account_saves_a_validation_while_it_is_fresh() {
    let shop = name("shop.example.com");
    let mut outlook = ordered(
        baseline(),
        &shop,
        term(date(2026, 11, 23), 1),
        ValidationMethod::Http,
    );
    outlook.present = Some(Present {
        issued_on: date(2026, 11, 23),
        end_date: date(2027, 6, 9),
    });
    let proven_at = |text: &str| Evidence {
        name: &shop,
        method: ValidationMethod::Http,
        obtained_at: text.parse().unwrap(),
    };
    // The reissue is on 2027-05-10, when proof may be a hundred days old.
    for (proven, needs_proof) in [
        ("2026-11-23T10:00:00Z", true),
        ("2027-01-29T10:00:00Z", true),
        ("2027-02-01T10:00:00Z", false),
    ] {
        outlook.evidence = vec![proven_at(proven)];
        let plan = outlook.plan();
        let next = plan.next().unwrap();
        assert_eq!(next.starts_on, date(2027, 5, 10));
        assert_eq!(!next.is_unattended(), needs_proof, "{proven}");
    }
}

#[test]
fn a_brand_that_never_reuses_proof_asks_each_time() {
    let shop = name("shop.example.com");
    let mut outlook = ordered(
        baseline(),
        &shop,
        term(date(2026, 11, 23), 1),
        ValidationMethod::Http,
    );
    outlook.product.brand = "RapidSSL";
    let plan = outlook.plan();
    assert!(plan.pieces.iter().all(|piece| piece.needs.len() == 1));
    assert_eq!(plan.validations(), plan.pieces.len());
}

#[test]
fn what_the_ca_does_not_reissue_is_work_of_the_department() {
    let shop = name("shop.example.com");
    let mut outlook = ordered(
        baseline(),
        &shop,
        term(date(2026, 11, 23), 1),
        ValidationMethod::Dns,
    );
    outlook.reissuing = Reissuing::ByHand;
    let plan = outlook.plan();
    let (first, later) = plan.pieces.split_first().unwrap();
    assert!(first.is_unattended());
    for piece in later {
        assert_eq!(piece.needs, [Need::ReissueByHand]);
        assert_eq!(piece.needs.first().map(Need::whom), Some(Whom::Department));
    }
}

#[test]
fn an_organisation_is_asked_again_before_its_data_are_too_old() {
    let shop = name("shop.example.com");
    let mut outlook = ordered(
        baseline(),
        &shop,
        term(date(2026, 11, 23), 3),
        ValidationMethod::Dns,
    );
    outlook.product.level = ValidationLevel::Ov;
    outlook.vetted_on = Some(date(2026, 11, 23));
    let plan = outlook.plan();
    let asked: Vec<_> = plan
        .pieces
        .iter()
        .filter_map(|piece| match piece.needs.as_slice() {
            [Need::VerifyOrganisation { asked_on }] => Some((piece.issued_on, *asked_on)),
            _ => None,
        })
        .collect();
    // 398 days after the order, and 398 days after that: twice in three years.
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert_eq!(asked.first().map(|(_, on)| *on), Some(date(2027, 10, 27)));
    for (issued_on, asked_on) in asked {
        assert!(asked_on < issued_on);
    }
}

#[test]
fn a_plan_that_is_late_starts_today() {
    let shop = name("shop.example.com");
    let mut outlook = ordered(
        baseline(),
        &shop,
        term(date(2026, 11, 23), 1),
        ValidationMethod::Dns,
    );
    outlook.present = Some(Present {
        issued_on: date(2026, 11, 23),
        end_date: date(2027, 6, 9),
    });
    outlook.today = date(2027, 6, 20);
    assert_eq!(outlook.plan().next().unwrap().starts_on, date(2027, 6, 20));
    outlook.today = date(2027, 11, 23);
    assert_eq!(outlook.plan().next(), None);
}

#[test]
fn a_reissue_that_would_gain_nothing_waits_until_it_does() {
    let rules = with_lead(60, 3);
    let shop = name("shop.example.com");
    let plan = ordered(&rules, &shop, term(date(2020, 10, 20), 3), ValidationMethod::Dns).plan();
    let ends: Vec<_> = plan.pieces.iter().map(|piece| piece.end_date).collect();
    assert_eq!(ends, [date(2021, 10, 20), date(2022, 10, 20), date(2023, 10, 20)]);
}

proptest! {
    #[test]
    fn no_day_is_uncovered_and_no_cap_is_broken(
        start in 0..4_200_i64,
        years in 1..=10_u32,
        brand in prop::sample::select(vec!["", "Sectigo", "DigiCert"]),
        part in 2..6_u16,
        most in 1..60_u16,
    ) {
        let rules = with_lead(most, part);
        let shop = name("shop.example.com");
        let start = date(2018, 6, 1).saturating_add(days(start));
        let term = term(start, years);
        let mut outlook = ordered(&rules, &shop, term, ValidationMethod::Dns);
        outlook.product.brand = brand;
        let plan = outlook.plan();
        let mut covered: Option<Date> = None;
        for piece in &plan.pieces {
            let cap = rules.validity_cap(piece.issued_on).unwrap();
            prop_assert!(piece.days <= cap, "{piece:?} {cap}");
            prop_assert!(piece.end_date <= term.end);
            if let Some(until) = covered {
                prop_assert!(piece.issued_on <= until, "{piece:?} after {until}");
                prop_assert!(piece.end_date > until, "{piece:?} gains nothing");
            }
            covered = Some(piece.end_date);
        }
        prop_assert_eq!(plan.pieces.first().map(|piece| piece.issued_on), Some(start));
        let left = days_between(covered.unwrap(), term.end);
        prop_assert!((0..3).contains(&left), "{left} days are left");
    }
}
