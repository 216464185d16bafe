//! A world to look at, and eyes that look at it.

use std::{net::SocketAddr, time::Duration};

use certbroker_dns::{Eyes, EyesConfig, RecordName, Resolver, SimulatedNet, Timeouts, ZoneServer};
use leaderssl_simulator::surroundings::{
    ANY_LOOPBACK_PORT, Config, Surroundings,
    name_server::{DnsServer, UpdateKey, Zones},
};

pub(crate) const KEY_NAME: &str = "certbroker.demo";
pub(crate) const KEY_SECRET: &str = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA==";

/// Long enough for a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// For answers that never come.
pub(crate) const IMPATIENCE: Duration = Duration::from_millis(300);

pub(crate) fn name(text: &str) -> RecordName {
    RecordName::parse(text).unwrap()
}

pub(crate) fn timeouts(patience: Duration) -> Timeouts {
    Timeouts {
        per_question: patience,
        attempts: 1,
        fetch: patience,
    }
}

pub(crate) async fn surroundings() -> Surroundings {
    let update_key = Some(UpdateKey::new(KEY_NAME, KEY_SECRET).unwrap());
    Surroundings::start(Config {
        update_key,
        ..Config::default()
    })
    .await
    .unwrap()
}

pub(crate) async fn dns_server(zones: Zones) -> DnsServer {
    DnsServer::start(ANY_LOOPBACK_PORT, zones, None).await.unwrap()
}

/// Eyes that take `servers` for the name servers of `.test`, and the first of them for their resolver.
pub(crate) fn config(servers: &[SocketAddr]) -> EyesConfig {
    let server = |(number, address): (usize, &SocketAddr)| ZoneServer {
        zone: name("test"),
        server: name(&format!("ns{}.test", number + 1)),
        address: *address,
    };
    EyesConfig {
        resolver: Resolver::Address(servers[0]),
        zones: servers.iter().enumerate().map(server).collect(),
        timeouts: timeouts(PATIENCE),
        ..EyesConfig::default()
    }
}

pub(crate) fn eyes(servers: &[SocketAddr]) -> Eyes {
    Eyes::new(config(servers)).unwrap()
}

/// Eyes for which the web servers of the surroundings are those of all hosts.
pub(crate) fn web_config(surroundings: &Surroundings) -> EyesConfig {
    let net = SimulatedNet {
        http: surroundings.web.http(),
        https: surroundings.web.https(),
    };
    EyesConfig {
        simulated: Some(net),
        ..config(&[surroundings.dns.address()])
    }
}
