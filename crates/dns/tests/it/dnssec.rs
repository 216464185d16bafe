//! Zones whose DNSSEC signatures are wrong, seen by way of a resolver that checks them.

use certbroker_dns::{
    Eyes, EyesConfig, Finding, RecordType, SimulatedNet, caa, cname,
    finding::Advice,
    web_file::{self, FileCheck, Scheme},
};
use leaderssl_simulator::surroundings::name_server::{Behaviour, RecordType as Kind};

use crate::world::{config, dns_server, name, surroundings};

const PATH: &str = "/.well-known/pki-validation/A.txt";

#[tokio::test]
async fn wrong_signatures_are_told_from_failing_servers() {
    let world = surroundings().await;
    world.web.files().put("shop.test", PATH, "body");
    let simulated = Some(SimulatedNet {
        http: world.web.http(),
        https: world.web.https(),
    });
    let eyes = Eyes::new(EyesConfig {
        zones: Vec::new(),
        simulated,
        ..config(&[world.dns.address()])
    })
    .unwrap();
    let file = FileCheck::new(Scheme::Http, &"shop.test".parse().unwrap(), PATH, "body").unwrap();
    let table = [
        (Behaviour::Healthy, "dns-file-right", Advice::LetTheCaLook),
        (
            Behaviour::Distrusting,
            "dns-file-dnssec-fails",
            Advice::RepairDnssec,
        ),
        (Behaviour::Failing, "dns-file-servers-fail", Advice::RepairServers),
    ];
    for (behaviour, code, advice) in table {
        world.dns.behave(behaviour);
        let report = web_file::check(&eyes, &file).await;
        assert_eq!(
            (report.finding.code(), report.finding.advice()),
            (code, advice),
            "{behaviour:?}"
        );
    }
    world.dns.behave(Behaviour::Distrusting);
    let answer = eyes.resolve(&name("shop.test"), RecordType::A).await.unwrap();
    assert!(answer.is_bogus && answer.records.len() == 1, "{answer:?}");
    world.dns.behave(Behaviour::Failing);
    let report = cname::check(&eyes, &name("_x.shop.test"), &name("y.sectigo.com")).await;
    assert_eq!(report.finding.code(), "dns-cname-servers-fail");
    let report = caa::check(&eyes, &name("shop.test"), &["sectigo.com"]).await;
    assert_eq!(report.finding.code(), "dns-caa-servers-fail");
}

/// The resolver does not trust the zone, the zone's own servers show everything: only the CA's view is broken.
#[tokio::test]
async fn a_right_record_in_a_wrongly_signed_zone_is_not_enough() {
    let world = surroundings().await;
    let zones = world.dns.zones();
    let servers = dns_server(zones.clone()).await;
    zones.set("shop.test", Kind::NS, "ns.shop.test.").unwrap();
    zones.set("_x.shop.test", Kind::CNAME, "y.sectigo.com").unwrap();
    let simulated = Some(SimulatedNet {
        http: world.web.http(),
        https: world.web.https(),
    });
    let eyes = Eyes::new(EyesConfig {
        zones: Vec::new(),
        simulated,
        dns_port: servers.address().port(),
        ..config(&[world.dns.address()])
    })
    .unwrap();
    let (owner, target) = (name("_x.shop.test"), name("y.sectigo.com"));
    for (behaviour, cname_code, caa_code) in [
        (Behaviour::Healthy, "dns-cname-right", "dns-caa-unrestricted"),
        (
            Behaviour::Distrusting,
            "dns-cname-dnssec-fails",
            "dns-caa-dnssec-fails",
        ),
    ] {
        world.dns.behave(behaviour);
        let report = cname::check(&eyes, &owner, &target).await;
        assert_eq!(report.finding.code(), cname_code, "{report:?}");
        assert_eq!(report.servers[0].server, "ns.shop.test (127.0.0.1)");
        let report = caa::check(&eyes, &name("www.shop.test"), &["sectigo.com"]).await;
        assert_eq!(report.finding.code(), caa_code, "{report:?}");
        assert_eq!(report.climbed.len(), 3);
    }
}
