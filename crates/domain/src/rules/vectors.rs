//! The vectors computed from the Baseline Requirements, and what the shipped file must hold.

use jiff::civil::date;

use super::*;
use crate::product::{ProductKind, ValidationLevel};

const ANY_CA: Product<'static> = Product {
    connector: "another",
    brand: "",
    level: ValidationLevel::Dv,
    kind: ProductKind::Single,
};

fn rules() -> &'static DatedRules {
    DatedRules::baseline()
}

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn usable(proven: (&str, ValidationMethod, &str), wanted: &str, issued_at: &str) -> Result<(), Unusable> {
    let (proven, method, obtained_at) = proven;
    let evidence = Evidence {
        name: &name(proven),
        method,
        obtained_at: at(obtained_at),
    };
    rules().evidence_is_usable(ANY_CA, evidence, &name(wanted), at(issued_at))
}

#[test]
fn the_built_in_file_is_good() {
    DatedRules::parse(BUILT_IN).unwrap();
}

#[test]
fn caps_and_reuse_change_at_midnight_in_utc() {
    for (issued_at, cap, domain, organisation) in [
        ("2018-02-28T23:59:59Z", None, 825, 825),
        ("2020-08-31T23:59:59Z", Some(825), 825, 825),
        ("2020-10-20T00:00:00Z", Some(398), 825, 825),
        ("2026-03-14T23:59:59Z", Some(398), 398, 825),
        ("2026-03-15T00:00:00Z", Some(200), 200, 398),
        ("2027-03-14T23:59:59Z", Some(200), 200, 398),
        ("2027-03-15T00:00:00Z", Some(100), 100, 398),
        ("2029-03-14T23:59:59Z", Some(100), 100, 398),
        ("2029-03-15T00:00:00Z", Some(47), 10, 398),
    ] {
        let day = utc_day(at(issued_at));
        assert_eq!(rules().validity_cap(day), cap, "{issued_at}");
        assert_eq!(rules().reuse_days(ReuseKind::Domain, day), domain, "{issued_at}");
        assert_eq!(
            rules().reuse_days(ReuseKind::Organisation, day),
            organisation,
            "{issued_at}"
        );
        assert_eq!(rules().reuse_days(ReuseKind::Extended, day), 398, "{issued_at}");
    }
}

#[test]
fn days_of_a_certificate_count_both_ends_to_the_second() {
    let from = "2026-11-23T00:00:00Z";
    for (until, days, length) in [
        ("2027-06-11T00:00:00Z", 201, Length::TooLong),
        ("2027-06-10T23:59:59Z", 200, Length::Discouraged),
        ("2027-06-10T23:59:59.5Z", 201, Length::TooLong),
        ("2027-06-09T23:59:59Z", 199, Length::Good),
    ] {
        assert_eq!(inclusive_days(at(from), at(until)), days, "{until}");
        assert_eq!(rules().length(at(from), at(until)), length, "{until}");
    }
    assert_eq!(inclusive_days(at(from), at("2026-11-22T00:00:00Z")), 0);
}

#[test]
fn a_method_that_ended_takes_its_proofs_with_it() {
    let email = |issued_at| {
        usable(
            ("example.com", ValidationMethod::Email, "2028-03-10T12:00:00Z"),
            "example.com",
            issued_at,
        )
    };
    assert_eq!(email("2028-03-14T23:59:59Z"), Ok(()));
    let from = date(2028, 3, 15);
    assert_eq!(email("2028-03-15T00:00:00Z"), Err(Unusable::MethodEnded { from }));
    assert!(rules().allows(ValidationMethod::Email, date(2028, 3, 14)));
    assert!(!rules().allows(ValidationMethod::Email, from));
    assert_eq!(
        rules().may_prove(ValidationMethod::Email, &name("example.com"), from),
        Err(MethodRefusal::Ended { from })
    );
    let by_phone = rules().method_numbered("3.2.2.4.17").unwrap();
    assert!(by_phone.is_allowed(date(2027, 3, 14)));
    assert!(!by_phone.is_allowed(date(2027, 3, 15)));
}

#[test]
fn a_proof_is_measured_by_the_day_of_the_new_certificate() {
    let dns = |issued_at| {
        usable(
            ("example.com", ValidationMethod::Dns, "2026-12-01T00:00:00Z"),
            "example.com",
            issued_at,
        )
    };
    assert_eq!(dns("2027-03-14T00:00:00Z"), Ok(()));
    assert_eq!(
        dns("2027-03-15T00:00:00Z"),
        Err(Unusable::TooOld { most_days: 100 })
    );
}

#[test]
fn files_prove_one_name_and_dns_all_below_it() {
    use ValidationMethod::{Dns, Email, Http, Https};
    for (method, proven, wanted, is_covered) in [
        (Http, "example.com", "example.com", true),
        (Http, "example.com", "www.example.com", false),
        (Https, "www.example.com", "example.com", false),
        (Dns, "example.com", "www.example.com", true),
        (Dns, "example.com", "*.a.example.com", true),
        (Dns, "*.a.example.com", "a.example.com", true),
        (Dns, "www.example.com", "example.com", false),
        (Dns, "www.example.com", "*.example.com", false),
        (Dns, "a.example.com", "b.example.com", false),
        (Dns, "example.com", "example.com.au", false),
        (Dns, "example.com", "badexample.com", false),
        (Email, "example.com", "*.example.com", true),
    ] {
        let day = "2026-11-23T00:00:00Z";
        let found = usable((proven, method, day), wanted, day);
        let expected = if is_covered {
            Ok(())
        } else {
            Err(Unusable::OtherName)
        };
        assert_eq!(found, expected, "{method} {proven} {wanted}");
    }
}

#[test]
fn files_are_refused_for_wildcards_before_any_ca_is_called() {
    let day = date(2026, 11, 23);
    for method in ValidationMethod::ALL {
        let refusal = rules().may_prove(*method, &name("*.example.com"), day);
        assert_eq!(refusal.is_ok(), method.takes_wildcards(), "{method}");
    }
}

#[test]
fn a_persistent_record_must_be_looked_at_again_after_ten_days() {
    let persistent = rules().method_numbered("3.2.2.4.22").unwrap();
    let seen = at("2026-11-01T00:00:00Z");
    let fresh = |day: &str| persistent.is_fresh(seen, at(day), 200);
    assert_eq!(fresh("2026-11-11T00:00:00Z"), Ok(()));
    assert_eq!(
        fresh("2026-11-12T00:00:00Z"),
        Err(Unusable::TooOld { most_days: 10 })
    );
}

#[test]
fn methods_listed_in_caa_bind_from_their_day() {
    let judge = |listed: &[&str], method, day| rules().judge_caa(listed, method, day);
    let from = date(2027, 3, 15);
    let (before, http) = (date(2027, 3, 14), ValidationMethod::Http);
    assert_eq!(judge(&["dns-01"], http, before), CaaJudgement::WillBlock { from });
    assert_eq!(judge(&["dns-01"], http, from), CaaJudgement::Blocks);
    assert_eq!(judge(&["dns-01", "CA-TBR-18"], http, from), CaaJudgement::Fits);
    assert_eq!(
        judge(&["ca-tbr-7"], ValidationMethod::Dns, from),
        CaaJudgement::Fits
    );
    assert_eq!(judge(&[], ValidationMethod::Dns, from), CaaJudgement::Blocks);
}

#[test]
fn what_changes_next_is_told_in_order() {
    let changes = rules().changes_after(date(2026, 11, 23));
    let days: Vec<Date> = changes.iter().map(|change| change.on).collect();
    assert!(days.is_sorted());
    assert_eq!(
        changes.first().map(|change| (change.on, change.what.clone())),
        Some((
            date(2026, 12, 15),
            ChangeOf::Requirement(Requirement::FivePerspectives)
        ))
    );
    let next = changes
        .iter()
        .find(|change| matches!(change.what, ChangeOf::Validity(_)));
    assert_eq!(
        next.map(|change| (change.on, change.what.clone())),
        Some((date(2027, 3, 15), ChangeOf::Validity(100)))
    );
    assert!(changes.iter().any(|change| change.on == date(2028, 3, 15)
        && change.what == ChangeOf::MethodForbidden("3.2.2.4.4".to_owned())));
    assert!(rules().changes_after(date(2040, 1, 1)).is_empty());
}

#[test]
fn a_reissue_starts_at_most_thirty_days_or_a_third_before_the_end() {
    for (lifetime, lead) in [(397, 30), (199, 30), (99, 30), (90, 30), (46, 15), (2, 0)] {
        assert_eq!(rules().lead().days(lifetime), lead, "{lifetime}");
    }
}
