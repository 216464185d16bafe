use certbroker_dns::{
    Argument, Eyes, EyesConfig, Finding, ServerError,
    cname::{self, CnameFinding, CnameSeen},
    finding::Advice,
};
use leaderssl_simulator::surroundings::name_server::{Behaviour, DnsServer, RecordType as Kind, Zones};

use crate::world::{IMPATIENCE, config, dns_server, eyes, name, timeouts};

const OWNER: &str = "_eecf41901ddaff0680aed4bca725338d.example.test";
const TARGET: &str = "e9dac4dbb04deb58789aa8d0c1ffea80.5516bc823073d9690a1b02f1e3cba81e.sectigo.com";

#[tokio::test]
async fn names_each_mistake() {
    let doubled_owner = format!("{OWNER}.test");
    let doubled_target = format!("{TARGET}.test");
    let table: [(&str, &str, CnameFinding, Advice); 5] = [
        (
            OWNER,
            &TARGET.to_uppercase(),
            CnameFinding::Right,
            Advice::LetTheCaLook,
        ),
        (
            "_other.example.test",
            TARGET,
            CnameFinding::Missing,
            Advice::CreateRecord,
        ),
        (
            OWNER,
            "old.sectigo.com",
            CnameFinding::OtherTarget {
                target: name("old.sectigo.com"),
            },
            Advice::CorrectRecord,
        ),
        (
            OWNER,
            &doubled_target,
            CnameFinding::TargetHasZoneAppended {
                target: name(&doubled_target),
            },
            Advice::RemoveDoubledZone,
        ),
        (
            &doubled_owner,
            TARGET,
            CnameFinding::NameHasZoneAppended {
                found_at: name(&doubled_owner),
            },
            Advice::RemoveDoubledZone,
        ),
    ];
    for (owner, target, finding, advice) in table {
        let zones = Zones::default();
        zones.set(owner, Kind::CNAME, target).unwrap();
        let server = dns_server(zones).await;
        let report = cname::check(&eyes(&[server.address()]), &name(OWNER), &name(TARGET)).await;
        assert_eq!(report.finding, finding);
        assert_eq!(report.finding.advice(), advice);
        assert!(CnameFinding::CODES.contains(&report.finding.code()));
        assert_eq!(report.finding.is_good(), advice == Advice::LetTheCaLook);
    }
}

#[tokio::test]
async fn shows_what_each_server_sees() {
    let fresh = Zones::default();
    let stale = fresh.separate_copy();
    fresh.set(OWNER, Kind::CNAME, TARGET).unwrap();
    stale.set(OWNER, Kind::TXT, "\"not a cname\"").unwrap();
    let servers = [
        dns_server(fresh.clone()).await,
        dns_server(stale).await,
        dns_server(fresh.separate_copy()).await,
    ];
    servers[2].behave(Behaviour::Failing);
    let eyes = eyes(&servers.each_ref().map(DnsServer::address));
    let report = cname::check(&eyes, &name(OWNER), &name(TARGET)).await;
    let seen: Vec<_> = report.servers.iter().map(|view| view.seen.clone()).collect();
    let error = ServerError::ServerFailure;
    assert_eq!(
        seen,
        [
            CnameSeen::Expected,
            CnameSeen::NoCname,
            CnameSeen::Unanswered { error }
        ]
    );
    let CnameFinding::NotEverywhere {
        agreeing: 1,
        asked: 3,
        odd,
    } = &report.finding
    else {
        panic!("{report:?}");
    };
    assert_eq!(odd.as_slice(), ["ns2.test (127.0.0.1)", "ns3.test (127.0.0.1)"]);
    assert_eq!(report.finding.advice(), Advice::WaitForServers);
}

#[tokio::test]
async fn blames_the_servers_only_when_none_answers() {
    let server = dns_server(Zones::default()).await;
    server.behave(Behaviour::Silent);
    let impatient = EyesConfig {
        timeouts: timeouts(IMPATIENCE),
        ..config(&[server.address()])
    };
    let report = cname::check(
        &Eyes::new(impatient.clone()).unwrap(),
        &name(OWNER),
        &name(TARGET),
    )
    .await;
    assert_eq!(
        report.finding,
        CnameFinding::ServersFail {
            error: ServerError::TimedOut
        }
    );
    assert_eq!(
        report.finding.arguments(),
        [("error", Argument::Code("dns-server-timed-out"))]
    );

    let without_zone = Eyes::new(EyesConfig {
        zones: Vec::new(),
        ..impatient
    })
    .unwrap();
    let report = cname::check(&without_zone, &name(OWNER), &name(TARGET)).await;
    assert_eq!(
        report.finding,
        CnameFinding::CannotLook {
            error: "dns-resolver-failed"
        }
    );
}
