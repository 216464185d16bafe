use std::net::{Ipv6Addr, SocketAddr};

use certbroker_dns::{
    Class, Eyes, EyesConfig, LookUpError, RecordData, RecordType, Resolver, ServerError,
    authoritative::{self, Consensus},
};
use leaderssl_simulator::surroundings::{
    ANY_LOOPBACK_PORT,
    name_server::{Behaviour, DnsServer, RecordType as Kind, Zones},
};

use crate::world::{IMPATIENCE, PATIENCE, config, dns_server, eyes, name, timeouts};

#[tokio::test]
async fn asks_every_server_and_shows_which_one_lags() {
    let fresh = Zones::default();
    let stale = fresh.separate_copy();
    fresh.set("_a.shop.test", Kind::CNAME, "b.sectigo.com").unwrap();
    let (first, second) = (dns_server(fresh).await, dns_server(stale.clone()).await);
    let eyes = eyes(&[first.address(), second.address()]);
    let owner = name("_a.shop.test");

    let lookup = authoritative::look_up(&eyes, &owner, RecordType::Cname)
        .await
        .unwrap();
    assert_eq!(lookup.zone, name("test"));
    assert_eq!(
        lookup.consensus(|answer| answer.exists),
        Consensus::Some {
            agreeing: 1,
            asked: 2
        }
    );
    let [fresh_view, stale_view] = lookup.views.as_slice() else {
        panic!("{lookup:?}")
    };
    assert_eq!(stale_view.server, name("ns2.test"));
    assert!(!stale_view.outcome.as_ref().unwrap().exists);
    let record = &fresh_view.outcome.as_ref().unwrap().records[0];
    assert_eq!(record.data, RecordData::Cname(name("b.sectigo.com")));

    stale.set("_a.shop.test", Kind::CNAME, "b.sectigo.com").unwrap();
    let lookup = authoritative::look_up(&eyes, &owner, RecordType::Cname)
        .await
        .unwrap();
    assert_eq!(lookup.consensus(|answer| answer.exists), Consensus::All);
}

#[tokio::test]
async fn tells_the_failures_of_servers_apart() {
    let server = dns_server(Zones::default()).await;
    let owner = name("shop.test");
    let table = [
        (Behaviour::Healthy, None),
        (Behaviour::Truncating, None),
        (Behaviour::Silent, Some(ServerError::TimedOut)),
        (Behaviour::Spoofed, Some(ServerError::TimedOut)),
        (Behaviour::Failing, Some(ServerError::ServerFailure)),
        (Behaviour::Lame, Some(ServerError::NotAuthoritative)),
    ];
    for (behaviour, error) in table {
        server.behave(behaviour);
        let never_answers = error == Some(ServerError::TimedOut);
        let patience = if never_answers { IMPATIENCE } else { PATIENCE };
        let config = EyesConfig {
            timeouts: timeouts(patience),
            ..config(&[server.address()])
        };
        let eyes = Eyes::new(config).unwrap();
        let lookup = authoritative::look_up(&eyes, &owner, RecordType::A)
            .await
            .unwrap();
        assert_eq!(
            lookup.views[0].outcome.as_ref().err(),
            error.as_ref(),
            "{behaviour:?}"
        );
    }
    let eyes = eyes(&[server.address()]);
    server.shutdown().await;
    let lookup = authoritative::look_up(&eyes, &owner, RecordType::A)
        .await
        .unwrap();
    assert_eq!(lookup.views[0].outcome, Err(ServerError::ConnectionRefused));
}

#[tokio::test]
async fn reads_answers_that_need_tcp() {
    let zones = Zones::default();
    let part = "x".repeat(250);
    let text = [part.as_str(); 16].map(|part| format!("\"{part}\"")).join(" ");
    zones.set("_big.shop.test", Kind::TXT, &text).unwrap();
    let server = dns_server(zones).await;
    let eyes = eyes(&[server.address()]);
    let lookup = authoritative::look_up(&eyes, &name("_big.shop.test"), RecordType::Txt)
        .await
        .unwrap();
    let answer = lookup.views[0].outcome.as_ref().unwrap();
    assert_eq!(answer.records[0].data, RecordData::Txt("x".repeat(4000)));
}

#[tokio::test]
async fn asks_servers_over_ipv6() {
    let address = SocketAddr::from((Ipv6Addr::LOCALHOST, 0));
    let server = DnsServer::start(address, Zones::default(), None).await.unwrap();
    let eyes = eyes(&[server.address()]);
    let lookup = authoritative::look_up(&eyes, &name("shop.test"), RecordType::A)
        .await
        .unwrap();
    assert_eq!(lookup.consensus(|answer| answer.exists), Consensus::All);
}

/// A resolver that knows a delegated zone with servers of every kind; no zone is configured.
async fn delegated() -> (DnsServer, Eyes) {
    let zones = Zones::everything();
    for server in ["ns1", "ns2", "ns3"] {
        zones
            .add("example.org", Kind::NS, &format!("{server}.example.net."))
            .unwrap();
    }
    zones.set("ns1.example.net", Kind::A, "10.0.0.53").unwrap();
    zones.set("ns2.example.net", Kind::AAAA, "fd00::53").unwrap();
    zones.hide("ns3.example.net");
    let resolver = dns_server(zones).await;
    let eyes = Eyes::new(EyesConfig {
        zones: Vec::new(),
        ..config(&[resolver.address()])
    })
    .unwrap();
    (resolver, eyes)
}

#[tokio::test]
async fn climbs_to_the_zone_and_never_asks_servers_at_private_addresses() {
    let (_resolver, eyes) = delegated().await;
    let owner = name("_x.www.example.org");
    let lookup = authoritative::look_up(&eyes, &owner, RecordType::Cname)
        .await
        .unwrap();
    assert_eq!(lookup.zone, name("example.org"));
    let seen: Vec<_> = lookup
        .views
        .iter()
        .map(|view| (view.label(), view.outcome.as_ref().err().map(ServerError::code)))
        .collect();
    assert_eq!(
        seen,
        [
            (
                "ns1.example.net (10.0.0.53)".to_owned(),
                Some("dns-server-address-not-public")
            ),
            (
                "ns2.example.net (fd00::53)".to_owned(),
                Some("dns-server-address-not-public")
            ),
            ("ns3.example.net".to_owned(), Some("dns-server-no-address")),
        ]
    );
    assert_eq!(lookup.consensus(|_| true), Consensus::None);
}

#[tokio::test]
async fn says_when_a_name_has_no_zone_or_the_resolver_fails() {
    let (resolver, eyes) = delegated().await;
    let nowhere = name("_x.undelegated.example");
    let error = authoritative::look_up(&eyes, &nowhere, RecordType::Cname)
        .await
        .unwrap_err();
    assert_eq!(
        error,
        LookUpError::NoZone {
            name: nowhere.clone()
        }
    );
    assert_eq!(error.class(), Class::NotFound);

    resolver.behave(Behaviour::Failing);
    let error = authoritative::look_up(&eyes, &nowhere, RecordType::Cname)
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.class()),
        ("dns-resolver-failed", Class::Refused)
    );
    resolver.shutdown().await;
    let error = authoritative::look_up(&eyes, &nowhere, RecordType::Cname)
        .await
        .unwrap_err();
    assert_eq!(error.class(), Class::Unreachable);
}

#[tokio::test]
async fn the_systems_resolvers_are_read_without_asking_them() {
    let eyes = Eyes::new(EyesConfig {
        resolver: Resolver::System,
        ..EyesConfig::default()
    });
    assert!(eyes.is_ok());
}

#[tokio::test]
async fn two_servers_start_on_ports_of_their_own_and_never_off_loopback() {
    let zones = Zones::default();
    let (first, second) = (dns_server(zones.clone()).await, dns_server(zones).await);
    assert_ne!(first.address(), second.address());
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    assert!(
        DnsServer::start(everywhere, Zones::default(), None)
            .await
            .is_err()
    );
    assert!(
        DnsServer::start(ANY_LOOPBACK_PORT, Zones::default(), None)
            .await
            .is_ok()
    );
}
