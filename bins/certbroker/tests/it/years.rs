//! `demo --once --advance`: a subscription lives through its paid term by itself.

use domain::rules::DatedRules;
use jiff::{
    Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};
use serde_json::{Value, json};

use crate::{once::once, openssl::assert_verified_at};

/// Orders for so many years on a day, and moves on.
async fn lived(years: &str, on: &str, advance: &[&str], more: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let mut wish = vec!["--years", years, "--clock", on];
    for span in advance {
        wish.extend(["--advance", span]);
    }
    wish.extend(more);
    let report = once(folder.path(), &wish).await.done().json();
    // The files are those of the certificate in use at the end, judged on its first day.
    let newest = report["certificates"].as_array().unwrap().last().unwrap();
    let began: Timestamp = newest["not_before"].as_str().unwrap().parse().unwrap();
    assert_verified_at(folder.path(), began.as_second() + 1);
    report
}

fn moves(report: &Value) -> Vec<&Value> {
    let steps = report["steps"].as_array().unwrap();
    steps.iter().filter(|step| step["step"] == "moved").collect()
}

fn day(instant: &Value) -> Date {
    let instant: Timestamp = instant.as_str().unwrap().parse().unwrap();
    instant.to_zoned(TimeZone::UTC).date()
}

#[tokio::test]
async fn the_seeds_example_comes_out_exactly() {
    let report = lived("5", "2020-10-20", &["5y"], &[]).await;
    let ends: Vec<&Value> = moves(&report).iter().map(|step| &step["end_date"]).collect();
    assert_eq!(
        json!(ends),
        json!([
            "2022-10-20",
            "2023-10-20",
            "2024-10-20",
            "2025-10-20",
            "2025-10-20"
        ]),
        "{report:#}"
    );
    for (step, certificates) in moves(&report).iter().zip([2, 3, 4, 5, 5]) {
        assert_eq!(step["paid_till"], "2025-10-20");
        assert_eq!(step["certificates"], certificates, "{report:#}");
        assert_eq!(step["tasks"], json!([]));
    }
    assert_eq!(report["end_date"], "2025-10-20");
    assert_eq!(report["paid_till"], "2025-10-20");
    assert_eq!(report["purchases"].as_array().unwrap().len(), 1);
    let certificates = report["certificates"].as_array().unwrap();
    let ends: Vec<Date> = certificates.iter().map(|one| day(&one["not_after"])).collect();
    let years: Vec<Date> = (2021..=2025).map(|year| date(year, 10, 20)).collect();
    assert_eq!(ends, years, "the first certificate ends on 20.10.2021");
    assert!(certificates[1..].iter().all(|one| one["reason"] == "reissue"));
}

#[tokio::test]
async fn one_year_leaves_paid_till_empty() {
    let report = lived("1", "2020-10-20", &["2021-10-20"], &[]).await;
    assert_eq!(
        (&report["end_date"], &report["paid_till"]),
        (&json!("2021-10-20"), &json!(null))
    );
    assert_eq!(report["certificates"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn three_years_by_todays_rules_leave_no_day_uncovered() {
    let report = lived("3", "2026-11-23", &["1y", "12m", "365d"], &[]).await;
    let certificates = report["certificates"].as_array().unwrap();
    let rules = DatedRules::baseline();
    let mut covered_until = date(2026, 11, 22);
    for one in certificates {
        let (from, until) = (day(&one["not_before"]), day(&one["not_after"]));
        let days = (until - from).get_days() + 1;
        let cap = rules.validity_cap(from).unwrap();
        assert!(
            days <= i32::from(cap),
            "{from} to {until}: {days} days, {cap} allowed"
        );
        assert!(
            from <= covered_until.tomorrow().unwrap(),
            "nothing before {from}: {report:#}"
        );
        assert!(until > covered_until);
        covered_until = until;
    }
    assert_eq!(covered_until, date(2029, 11, 23));
    assert_eq!(report["paid_till"], "2029-11-23");
    assert_eq!(report["purchases"].as_array().unwrap().len(), 1);
    assert_eq!(
        report["steps"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|step| step["tasks"] != json!([]) && step["step"] == "moved")
            .count(),
        0
    );
    let validations = report["validations"].as_u64().unwrap();
    eprintln!(
        "3 years from 2026-11-23: {} certificates, {validations} validations (industry study: 16 with a lead of 14 days, 21 \
         with 30, 20 with a third of the lifetime; 12 to 16 validations if every proof were used as long as it may be)",
        certificates.len()
    );
    assert!((16..=21).contains(&certificates.len()), "{report:#}");
    assert!(validations >= 12, "{report:#}");
}

#[tokio::test]
async fn without_the_reissue_call_a_task_is_raised_in_time() {
    let report = lived("2", "2020-10-20", &["2021-09-25", "30d"], &["--reissue", "off"]).await;
    let [before, after] = moves(&report)[..] else {
        panic!("{report:#}")
    };
    let task = &before["tasks"][0];
    assert_eq!(task["kind"], "reissue_by_hand", "{report:#}");
    assert_eq!(before["end_date"], "2021-10-20", "the certificate is valid still");
    assert_eq!(report["certificates"].as_array().unwrap().len(), 1);
    let repeated = after["tasks"].as_array().unwrap().iter();
    assert_eq!(
        repeated.filter(|task| task["kind"] == "reissue_by_hand").count(),
        0,
        "{report:#}"
    );
    assert_eq!(report["purchases"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn files_are_put_up_by_the_client_for_every_reissue() {
    let report = lived("2", "2026-11-23", &["300d"], &["--validation", "http"]).await;
    let certificates = report["certificates"].as_array().unwrap();
    assert!(certificates.len() >= 3, "{report:#}");
}
