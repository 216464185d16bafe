//! Look-ups through the configured recursive resolver, without a cache: a CA looks afresh each time.

use std::{net::SocketAddr, time::Duration};

use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig},
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{Name, RData, RecordType, rdata::CAA},
};

use crate::shared::SimulatorError;

const TIMEOUT: Duration = Duration::from_secs(3);

/// A stub resolver.
#[derive(Clone)]
pub(super) struct Resolver(TokioResolver);

impl Resolver {
    pub(super) fn new(server: Option<SocketAddr>) -> Result<Self, SimulatorError> {
        let failed = |error: NetError| SimulatorError::Resolver {
            reason: error.to_string(),
        };
        let mut builder = match server {
            None => TokioResolver::builder_tokio().map_err(failed)?,
            Some(server) => {
                let at_port = |mut connection: ConnectionConfig| {
                    connection.port = server.port();
                    connection
                };
                let connections = vec![at_port(ConnectionConfig::udp()), at_port(ConnectionConfig::tcp())];
                let server = NameServerConfig::new(server.ip(), true, connections);
                let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        let options = builder.options_mut();
        options.cache_size = 0;
        options.attempts = 1;
        options.timeout = TIMEOUT;
        options.use_hosts_file = hickory_resolver::config::ResolveHosts::Never;
        Ok(Self(builder.build().map_err(failed)?))
    }

    /// Target of the CNAME at a name, without the root dot; nothing for none and for a failure.
    pub(super) async fn cname(&self, owner: &str) -> Option<String> {
        let owner = absolute(owner)?;
        let answer = self.0.lookup(owner.clone(), RecordType::CNAME).await.ok()?;
        answer
            .answers()
            .iter()
            .filter(|record| record.name == owner)
            .find_map(|record| match &record.data {
                RData::CNAME(target) => Some(target.to_ascii().trim_end_matches('.').to_owned()),
                _ => None,
            })
    }

    /// CAA records at a name; empty when there are certainly none.
    pub(super) async fn caa(&self, owner: &str) -> Result<Vec<CAA>, LookupFailed> {
        let owner = absolute(owner).ok_or(LookupFailed)?;
        match self.0.lookup(owner, RecordType::CAA).await {
            Ok(answer) => Ok(answer
                .answers()
                .iter()
                .filter_map(|record| match &record.data {
                    RData::CAA(caa) => Some(caa.clone()),
                    _ => None,
                })
                .collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(_) => Err(LookupFailed),
        }
    }

    /// Addresses of a host.
    pub(super) async fn addresses(&self, host: &str) -> Vec<SocketAddr> {
        let Some(host) = absolute(host) else {
            return Vec::new();
        };
        match self.0.lookup_ip(host).await {
            Ok(found) => found.iter().map(|address| SocketAddr::new(address, 0)).collect(),
            Err(_) => Vec::new(),
        }
    }
}

/// The look-up failed, which is not the same as finding nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LookupFailed;

fn absolute(name: &str) -> Option<Name> {
    Name::from_ascii(format!("{name}.")).ok()
}
