//! Finding the zone that a name lies in, and the addresses of its servers.

use std::net::{IpAddr, SocketAddr};

use futures_util::future::join_all;

use crate::{Eyes, LookUpError, RecordData, RecordName, RecordType, ServerError, outbound};

const DNS_PORT: u16 = 53;
/// Addresses that are asked at most; the largest zones have 13 servers with two each.
const MAX_ADDRESSES: usize = 26;

/// A zone and where its servers are.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    pub(crate) apex: RecordName,
    pub(crate) servers: Vec<Server>,
}

#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) name: RecordName,
    /// Where to ask, or why it cannot be asked.
    pub(crate) address: Result<SocketAddr, (Option<SocketAddr>, ServerError)>,
}

impl Zone {
    /// Climbs from `name` to the first name that has NS records of its own (RFC 1034 §4.2).
    pub(crate) async fn around(eyes: &Eyes, name: &RecordName) -> Result<Self, LookUpError> {
        let configured = eyes.configured_servers(name);
        if let Some(first) = configured.first() {
            let servers = configured
                .iter()
                .map(|server| Server {
                    name: server.server.clone(),
                    address: Ok(server.address),
                })
                .collect();
            return Ok(Self {
                apex: first.zone.clone(),
                servers,
            });
        }
        for apex in name.with_ancestors() {
            let answer = eyes.resolve(&apex, RecordType::Ns).await?;
            let names: Vec<_> = answer
                .records
                .into_iter()
                .filter(|record| record.name == apex)
                .filter_map(|record| match record.data {
                    RecordData::NameServer(server) => Some(server),
                    _ => None,
                })
                .collect();
            if !names.is_empty() {
                let servers = locate_all(eyes, names).await;
                return Ok(Self { apex, servers });
            }
        }
        Err(LookUpError::NoZone { name: name.clone() })
    }
}

async fn locate_all(eyes: &Eyes, mut names: Vec<RecordName>) -> Vec<Server> {
    names.sort();
    names.dedup();
    let located = join_all(names.into_iter().map(|name| locate(eyes, name))).await;
    located.into_iter().flatten().take(MAX_ADDRESSES).collect()
}

async fn locate(eyes: &Eyes, name: RecordName) -> Vec<Server> {
    let addresses = match addresses(eyes, &name).await {
        Ok(addresses) if !addresses.is_empty() => addresses,
        _ => {
            return vec![Server {
                name,
                address: Err((None, ServerError::NoAddress)),
            }];
        }
    };
    addresses
        .into_iter()
        .map(|ip| {
            let address = SocketAddr::new(ip, DNS_PORT);
            let may_ask = eyes.simulated().is_some() || outbound::is_global(ip);
            let address = may_ask
                .then_some(address)
                .ok_or((Some(address), ServerError::AddressNotPublic));
            Server {
                name: name.clone(),
                address,
            }
        })
        .collect()
}

/// IPv4 and IPv6 addresses of a host, aliases followed; IPv4 first.
pub(crate) async fn addresses(eyes: &Eyes, host: &RecordName) -> Result<Vec<IpAddr>, LookUpError> {
    let (v4, v6) = futures_util::future::join(
        eyes.resolve(host, RecordType::A),
        eyes.resolve(host, RecordType::Aaaa),
    )
    .await;
    // One family is enough: resolvers that choke on AAAA are still seen.
    let answers = match (v4, v6) {
        (Err(error), Err(_)) => return Err(error),
        (v4, v6) => [v4.ok(), v6.ok()],
    };
    let mut addresses = Vec::new();
    for record in answers.into_iter().flatten().flat_map(|answer| answer.records) {
        if let RecordData::Address(address) = record.data
            && !addresses.contains(&address)
        {
            addresses.push(address);
        }
    }
    Ok(addresses)
}
