//! What we look with: resolver, time-outs, and the loopback network of a demo.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use crate::{
    LookUpError, Record, RecordName, RecordType, ServerError,
    wire::{self, Role},
};

const DNS_PORT: u16 = 53;

/// How to look.
#[derive(Debug, Clone)]
pub struct EyesConfig {
    /// Who is asked where a zone's servers are and which address a host has.
    pub resolver: Resolver,
    /// Zones whose servers are known without asking: for zones that are not delegated, and for the demo.
    pub zones: Vec<ZoneServer>,
    /// Set when the world that we look at stands on loopback; then, and only then, may addresses be local.
    pub simulated: Option<SimulatedNet>,
    /// Port of delegated name servers: 53 everywhere but in a simulated world.
    pub dns_port: u16,
    /// How long to wait.
    pub timeouts: Timeouts,
}

impl Default for EyesConfig {
    fn default() -> Self {
        Self {
            resolver: Resolver::System,
            zones: Vec::new(),
            simulated: None,
            dns_port: DNS_PORT,
            timeouts: Timeouts::default(),
        }
    }
}

/// The recursive resolver to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolver {
    /// Those in `/etc/resolv.conf`.
    System,
    /// The one at this address.
    Address(SocketAddr),
}

/// "This zone is served at this address"; several for one zone make several servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneServer {
    /// Apex of the zone; the root means every name.
    pub zone: RecordName,
    /// The server's name, for people.
    pub server: RecordName,
    /// Where it listens, for UDP and TCP.
    pub address: SocketAddr,
}

/// Where all web servers of the simulated world listen, whatever their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimulatedNet {
    /// In place of port 80.
    pub http: SocketAddr,
    /// In place of port 443.
    pub https: SocketAddr,
}

/// How long we wait for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For one question to one name server.
    pub per_question: Duration,
    /// Times a question is sent over UDP, where packets get lost.
    pub attempts: u8,
    /// For one validation file from one address with all its redirects.
    pub fetch: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            per_question: Duration::from_secs(3),
            attempts: 2,
            fetch: Duration::from_secs(10),
        }
    }
}

/// Why the eyes could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EyesError {
    /// The system's list of resolvers cannot be read.
    #[error("cannot read the resolvers in {path}")]
    SystemResolvers {
        /// The file.
        path: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// Looks at names; cheap to clone.
#[derive(Debug, Clone)]
pub struct Eyes(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    resolvers: Vec<SocketAddr>,
    zones: Vec<ZoneServer>,
    simulated: Option<SimulatedNet>,
    dns_port: u16,
    timeouts: Timeouts,
}

/// What a resolver said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// False when the resolver says that there is no such name.
    pub exists: bool,
    /// The answer with every alias on the way to it.
    pub records: Vec<Record>,
    /// The resolver gives this away only unchecked: its DNSSEC signatures are wrong, and no CA will accept it (BR
    /// 3.2.2.4 and 3.2.2.8 since SC-085). Noticed only by way of a resolver that validates.
    pub is_bogus: bool,
}

impl Eyes {
    /// Opens the eyes; reads the system's resolvers when they are wanted, and asks nobody yet.
    ///
    /// # Errors
    /// When the system's resolvers cannot be read.
    pub fn new(config: EyesConfig) -> Result<Self, EyesError> {
        let resolvers = match config.resolver {
            Resolver::System => system_resolvers()?,
            Resolver::Address(address) => vec![address],
        };
        let EyesConfig {
            zones,
            simulated,
            dns_port,
            timeouts,
            ..
        } = config;
        Ok(Self(Arc::new(Inner {
            resolvers,
            zones,
            simulated,
            dns_port,
            timeouts,
        })))
    }

    /// Asks the resolvers in turn until one answers; a name in a configured zone is asked of that zone's servers.
    ///
    /// # Errors
    /// When none answers, or all answer with an error.
    pub async fn resolve(&self, name: &RecordName, kind: RecordType) -> Result<Answer, LookUpError> {
        let configured = self.configured_servers(name);
        let resolvers: Vec<_> = match configured.as_slice() {
            [] => self.0.resolvers.clone(),
            servers => servers.iter().map(|server| server.address).collect(),
        };
        let mut failure = LookUpError::NoResolver { name: name.clone() };
        for resolver in resolvers {
            match self.ask_resolver(resolver, name, kind).await {
                Ok(answer) => return Ok(answer),
                Err(source) => {
                    failure = LookUpError::Resolver {
                        name: name.clone(),
                        resolver,
                        source,
                    };
                }
            }
        }
        Err(failure)
    }

    /// The loopback network that stands for the internet, if there is one.
    pub fn simulated(&self) -> Option<SimulatedNet> {
        self.0.simulated
    }

    /// The port at which delegated name servers are asked.
    pub(crate) fn dns_port(&self) -> u16 {
        self.0.dns_port
    }

    /// How long others are waited for.
    pub fn timeouts(&self) -> &Timeouts {
        &self.0.timeouts
    }

    /// The configured servers of the innermost configured zone around `name`.
    pub(crate) fn configured_servers(&self, name: &RecordName) -> Vec<&ZoneServer> {
        let around = || self.0.zones.iter().filter(|server| name.is_within(&server.zone));
        let innermost = around()
            .map(|server| &server.zone)
            .max_by_key(|zone| zone.as_str().len());
        around()
            .filter(|server| Some(&server.zone) == innermost)
            .collect()
    }

    async fn ask_resolver(
        &self,
        resolver: SocketAddr,
        name: &RecordName,
        kind: RecordType,
    ) -> Result<Answer, ServerError> {
        let checked = || self.ask_as(Role::Resolver, resolver, name, kind);
        let first = checked().await;
        if first != Err(ServerError::ServerFailure) {
            return first;
        }
        // Data that the resolver has and does not give away is data whose DNSSEC signatures fail. It is asked once
        // more before that is said, since a resolver also fails while it waits for slow servers.
        let Ok(unchecked) = self.ask_as(Role::UncheckingResolver, resolver, name, kind).await else {
            return first;
        };
        match checked().await {
            Err(ServerError::ServerFailure) => Ok(Answer {
                is_bogus: true,
                ..unchecked
            }),
            other => other,
        }
    }

    async fn ask_as(
        &self,
        role: Role,
        resolver: SocketAddr,
        name: &RecordName,
        kind: RecordType,
    ) -> Result<Answer, ServerError> {
        let answer = wire::ask(resolver, name, kind, role, &self.0.timeouts).await?;
        let exists = ServerError::existence(answer.response_code)?;
        let records = answer.answers.iter().map(Record::from_wire).collect();
        Ok(Answer {
            exists,
            records,
            is_bogus: false,
        })
    }
}

fn system_resolvers() -> Result<Vec<SocketAddr>, EyesError> {
    const PATH: &str = "/etc/resolv.conf";
    let text =
        std::fs::read(Path::new(PATH)).map_err(|source| EyesError::SystemResolvers { path: PATH, source })?;
    // Lines that do not read are skipped, as the C library does.
    let (config, _) = resolv_conf::Config::parse_with_errors(&text);
    let servers = config.get_nameservers_or_local();
    Ok(servers
        .iter()
        .map(|server| SocketAddr::new(server.into(), DNS_PORT))
        .collect())
}
