use certbroker_dns::{
    Eyes, EyesConfig, Finding, RecordName,
    caa::{self, BlockReason, CaaFinding, CaaReport},
    finding::Advice,
};
use leaderssl_simulator::surroundings::name_server::{Behaviour, DnsServer, RecordType as Kind, Zones};

use crate::world::{config, dns_server, eyes, name};

const ISSUERS: &[&str] = &["sectigo.com", "usertrust.com", "trust-provider.com"];

async fn check(records: &[(&str, &str)], asked: &str) -> CaaReport {
    let zones = Zones::default();
    for (owner, data) in records {
        zones.add(owner, Kind::CAA, data).unwrap();
    }
    let server = dns_server(zones).await;
    caa::check(&eyes(&[server.address()]), &name(asked), ISSUERS).await
}

fn climbed(report: &CaaReport) -> Vec<String> {
    report.climbed.iter().map(|step| step.name.to_string()).collect()
}

#[tokio::test]
async fn climbs_to_the_top_when_there_are_no_records() {
    let report = check(&[], "www.shop.test").await;
    assert_eq!(report.finding, CaaFinding::Unrestricted);
    assert_eq!(climbed(&report), ["www.shop.test", "shop.test", "test"]);
}

#[tokio::test]
async fn the_lowest_records_decide_and_the_blocking_one_is_named() {
    let records = [
        ("test", "0 issue \"sectigo.com\""),
        ("shop.test", "0 issue \"letsencrypt.org\""),
        ("shop.test", "0 iodef \"mailto:security@shop.test\""),
    ];
    let report = check(&records, "a.www.shop.test").await;
    let CaaFinding::Blocked { at, records, reason } = &report.finding else {
        panic!("{report:?}")
    };
    assert_eq!((at.as_str(), *reason), ("shop.test", BlockReason::OtherIssuers));
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].to_string(), "0 issue \"letsencrypt.org\"");
    assert_eq!(
        climbed(&report),
        ["a.www.shop.test", "www.shop.test", "shop.test"]
    );
    assert_eq!(report.finding.code(), "dns-caa-blocked-other-issuers");
    assert_eq!(report.finding.advice(), Advice::ChangeCaa);
    assert_eq!(
        report.finding.to_string(),
        "CAA at shop.test forbids issue: 0 issue \"letsencrypt.org\""
    );
}

#[tokio::test]
async fn decides_for_wildcards_by_their_own_tag() {
    let records = [
        ("shop.test", "0 issue \"sectigo.com\""),
        ("shop.test", "0 issuewild \";\""),
    ];
    let wildcard = check(&records, "*.shop.test").await;
    assert_eq!(wildcard.name, name("shop.test"));
    assert!(matches!(
        wildcard.finding,
        CaaFinding::Blocked {
            reason: BlockReason::Nobody,
            ..
        }
    ));
    assert!(check(&records, "www.shop.test").await.finding.is_good());
}

#[tokio::test]
async fn keeps_the_conditions_of_rfc_8657() {
    let records = [(
        "shop.test",
        "0 issue \"sectigo.com; validationmethods=ca-tbr-7; accounturi=acct:1@s\"",
    )];
    let report = check(&records, "shop.test").await;
    assert_eq!(report.finding.code(), "dns-caa-allowed-with-conditions");
    let CaaFinding::Allowed { value, .. } = report.finding else {
        panic!("not allowed")
    };
    assert_eq!(value.validation_methods(), Some(vec!["ca-tbr-7"]));
    assert_eq!(value.account_uris().collect::<Vec<_>>(), ["acct:1@s"]);
}

#[tokio::test]
async fn an_unknown_critical_tag_forbids_issue() {
    let records = [
        ("shop.test", "128 future \"x\""),
        ("shop.test", "0 issue \"sectigo.com\""),
    ];
    let report = check(&records, "shop.test").await;
    assert_eq!(report.finding.code(), "dns-caa-blocked-unknown-critical");
}

#[tokio::test]
async fn reads_the_records_of_an_aliass_target_and_then_climbs_the_name_itself() {
    let zones = Zones::default();
    zones.set("www.shop.test", Kind::CNAME, "cdn.host.test.").unwrap();
    zones
        .set("plain.shop.test", Kind::CNAME, "bare.host.test.")
        .unwrap();
    zones
        .set("cdn.host.test", Kind::CAA, "0 issue \"letsencrypt.org\"")
        .unwrap();
    zones.set("host.test", Kind::CAA, "0 issue \";\"").unwrap();
    zones
        .set("shop.test", Kind::CAA, "0 issue \"sectigo.com\"")
        .unwrap();
    let server = dns_server(zones).await;
    let eyes = eyes(&[server.address()]);
    let report = caa::check(&eyes, &name("www.shop.test"), ISSUERS).await;
    assert_eq!(report.climbed[0].alias_of, Some(name("cdn.host.test")));
    let blocked_at = |report: &CaaReport| -> Option<RecordName> {
        match &report.finding {
            CaaFinding::Blocked { at, .. } => Some(at.clone()),
            _ => None,
        }
    };
    assert_eq!(blocked_at(&report), Some(name("cdn.host.test")));
    let report = caa::check(&eyes, &name("plain.shop.test"), ISSUERS).await;
    assert!(
        report.finding.is_good(),
        "the target's parents do not count (RFC 8659 §3): {report:?}"
    );
}

#[tokio::test]
async fn the_strictest_server_decides_and_a_failing_one_is_passed_over() {
    let open = Zones::default();
    let strict = open.separate_copy();
    strict
        .set("shop.test", Kind::CAA, "0 issue \"letsencrypt.org\"")
        .unwrap();
    let servers = [dns_server(open).await, dns_server(strict).await];
    let eyes = eyes(&servers.each_ref().map(DnsServer::address));
    let report = caa::check(&eyes, &name("shop.test"), ISSUERS).await;
    assert!(!report.finding.is_good());
    assert_eq!(report.climbed[0].record_sets.len(), 2);

    servers[1].behave(Behaviour::Failing);
    assert!(
        caa::check(&eyes, &name("shop.test"), ISSUERS)
            .await
            .finding
            .is_good()
    );
    servers[0].behave(Behaviour::Failing);
    let report = caa::check(&eyes, &name("shop.test"), ISSUERS).await;
    assert_eq!(report.finding.code(), "dns-caa-servers-fail");
    assert!(!report.finding.is_good());
}

#[tokio::test]
async fn says_nothing_about_the_domain_when_we_cannot_look() {
    let server = dns_server(Zones::default()).await;
    let eyes = Eyes::new(EyesConfig {
        zones: Vec::new(),
        ..config(&[server.address()])
    })
    .unwrap();
    server.shutdown().await;
    let report = caa::check(&eyes, &name("shop.test"), ISSUERS).await;
    assert_eq!(report.finding.code(), "dns-caa-cannot-look");
    assert!(report.climbed.is_empty());
}
