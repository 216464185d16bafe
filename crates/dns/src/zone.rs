//! Finding the zone that a name lies in, and the addresses of its servers.

use std::net::{IpAddr, SocketAddr};

use futures_util::future::join_all;

use crate::{Eyes, LookUpError, RecordData, RecordName, RecordType, ServerError, eyes::Answer, outbound};

/// Addresses that are asked at most; the largest zones have 13 servers with two each.
const MAX_ADDRESSES: usize = 26;

/// A zone and where its servers are.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    pub(crate) apex: RecordName,
    pub(crate) servers: Vec<Server>,
    /// See [`crate::eyes::Answer::is_bogus`].
    pub(crate) is_bogus: bool,
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
                is_bogus: false,
            });
        }
        let mut is_bogus = false;
        for apex in name.with_ancestors() {
            let answer = eyes.resolve(&apex, RecordType::Ns).await?;
            is_bogus |= answer.is_bogus;
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
                return Ok(Self {
                    apex,
                    servers,
                    is_bogus,
                });
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
        Ok(Addresses { list, .. }) if !list.is_empty() => list,
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
            let address = SocketAddr::new(ip, eyes.dns_port());
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

/// The addresses of a host.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    /// IPv4 first, each once.
    pub(crate) list: Vec<IpAddr>,
    /// See [`crate::eyes::Answer::is_bogus`].
    pub(crate) is_bogus: bool,
}

/// Looks up IPv4 and IPv6 addresses of a host, aliases followed.
pub(crate) async fn addresses(eyes: &Eyes, host: &RecordName) -> Result<Addresses, LookUpError> {
    let v4 = eyes.resolve(host, RecordType::A);
    let v6 = eyes.resolve(host, RecordType::Aaaa);
    let (v4, v6) = futures_util::future::join(v4, v6).await;
    let mut found = Addresses::default();
    let mut failure = None;
    for answer in [v4, v6] {
        match answer {
            Ok(answer) => found.take_in(answer),
            Err(error) => failure = Some(error),
        }
    }
    // One family is enough: some resolvers choke on AAAA.
    match failure {
        Some(error) if found.list.is_empty() => Err(error),
        _ => Ok(found),
    }
}

impl Addresses {
    fn take_in(&mut self, answer: Answer) {
        self.is_bogus |= answer.is_bogus;
        for record in answer.records {
            if let RecordData::Address(address) = record.data
                && !self.list.contains(&address)
            {
                self.list.push(address);
            }
        }
    }
}
