//! What every authoritative name server of a zone says about a name, past all caches.

use std::net::SocketAddr;

use futures_util::future::join_all;
use serde::Serialize;

use crate::{
    Eyes, LookUpError, Record, RecordName, RecordType, ServerError,
    wire::{self, Role},
    zone::{Server, Zone},
};

/// The answers of all servers of the zone to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lookup {
    /// The name that was asked for.
    pub name: RecordName,
    /// The type that was asked for.
    pub kind: RecordType,
    /// Apex of the zone that the name lies in.
    pub zone: RecordName,
    /// One view per server address.
    pub views: Vec<ServerView>,
    /// The DNSSEC signatures of the zone are wrong; see [`crate::eyes::Answer::is_bogus`].
    pub is_bogus: bool,
}

/// What one server said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServerView {
    /// The server's name.
    pub server: RecordName,
    /// The address that was asked; `None` when the server's name has none.
    pub address: Option<SocketAddr>,
    /// Its answer, or why there is none.
    pub outcome: Result<ServerAnswer, ServerError>,
}

/// An answer with authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServerAnswer {
    /// False when the server says that there is no such name.
    pub exists: bool,
    /// The answer section.
    pub records: Vec<Record>,
}

/// Whether the servers agree with what we hope to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Consensus {
    /// Every server shows it.
    All,
    /// Some do and some do not.
    Some {
        /// Servers that show it.
        agreeing: usize,
        /// Servers that count.
        asked: usize,
    },
    /// No server shows it.
    None,
}

/// Asks every server of the zone that `name` lies in.
///
/// # Errors
/// When the zone or its servers cannot be found; the failure of a single server is part of its view.
pub async fn look_up(eyes: &Eyes, name: &RecordName, kind: RecordType) -> Result<Lookup, LookUpError> {
    let zone = Zone::around(eyes, name).await?;
    Ok(look_up_in(eyes, &zone, name, kind).await)
}

pub(crate) async fn look_up_in(eyes: &Eyes, zone: &Zone, name: &RecordName, kind: RecordType) -> Lookup {
    let views = zone.servers.iter().map(|server| view(eyes, server, name, kind));
    let views = join_all(views).await;
    Lookup {
        name: name.clone(),
        kind,
        zone: zone.apex.clone(),
        views,
        is_bogus: zone.is_bogus,
    }
}

impl Lookup {
    /// Compares what the servers show with what is hoped for.
    ///
    /// A server that we have no route to (IPv6 from a machine without) counts only if that is true of all.
    pub fn consensus(&self, is_hoped_for: impl Fn(&ServerAnswer) -> bool) -> Consensus {
        let counted: Vec<_> = self.counted().collect();
        let agrees = |view: &&&ServerView| view.outcome.as_ref().is_ok_and(&is_hoped_for);
        let agreeing = counted.iter().filter(agrees).count();
        match (agreeing, counted.len()) {
            (0, _) => Consensus::None,
            (agreeing, asked) if agreeing == asked => Consensus::All,
            (agreeing, asked) => Consensus::Some { agreeing, asked },
        }
    }

    /// The views that count: those we have a route to, or all of them.
    pub(crate) fn counted(&self) -> impl Iterator<Item = &ServerView> {
        let is_routed = |view: &&ServerView| view.outcome != Err(ServerError::NoRoute);
        let any_routed = self.views.iter().any(|view| is_routed(&view));
        self.views
            .iter()
            .filter(move |view| !any_routed || is_routed(view))
    }

    /// The answers of the servers that gave one.
    pub fn answers(&self) -> impl Iterator<Item = &ServerAnswer> {
        self.views.iter().filter_map(|view| view.outcome.as_ref().ok())
    }
}

impl ServerView {
    /// How the server is named to people: its name, and its address when known.
    pub fn label(&self) -> String {
        match self.address {
            Some(address) => format!("{} ({})", self.server, address.ip()),
            None => self.server.to_string(),
        }
    }
}

async fn view(eyes: &Eyes, server: &Server, name: &RecordName, kind: RecordType) -> ServerView {
    let (address, outcome) = match &server.address {
        Ok(address) => (Some(*address), ask(eyes, *address, name, kind).await),
        Err((address, error)) => (*address, Err(error.clone())),
    };
    ServerView {
        server: server.name.clone(),
        address,
        outcome,
    }
}

async fn ask(
    eyes: &Eyes,
    server: SocketAddr,
    name: &RecordName,
    kind: RecordType,
) -> Result<ServerAnswer, ServerError> {
    let answer = wire::ask(server, name, kind, Role::Authority, eyes.timeouts()).await?;
    let exists = ServerError::existence(answer.response_code)?;
    if !answer.authoritative {
        return Err(ServerError::NotAuthoritative);
    }
    let records = answer.answers.iter().map(Record::from_wire).collect();
    Ok(ServerAnswer { exists, records })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(outcomes: Vec<Result<bool, ServerError>>) -> Lookup {
        let name = RecordName::parse("_x.example.test").unwrap();
        let views = outcomes
            .into_iter()
            .map(|outcome| ServerView {
                server: name.clone(),
                address: None,
                outcome: outcome.map(|exists| ServerAnswer {
                    exists,
                    records: Vec::new(),
                }),
            })
            .collect();
        Lookup {
            zone: name.clone(),
            name,
            kind: RecordType::Cname,
            views,
            is_bogus: false,
        }
    }

    #[test]
    fn consensus_needs_every_server_that_counts() {
        let table = [
            (vec![Ok(true), Ok(true)], Consensus::All),
            (
                vec![Ok(true), Ok(false)],
                Consensus::Some {
                    agreeing: 1,
                    asked: 2,
                },
            ),
            (
                vec![Ok(true), Err(ServerError::TimedOut)],
                Consensus::Some {
                    agreeing: 1,
                    asked: 2,
                },
            ),
            (vec![Ok(true), Err(ServerError::NoRoute)], Consensus::All),
            (vec![Err(ServerError::NoRoute)], Consensus::None),
            (vec![Ok(false)], Consensus::None),
            (vec![], Consensus::None),
        ];
        for (outcomes, expected) in table {
            let lookup = lookup(outcomes);
            assert_eq!(lookup.consensus(|answer| answer.exists), expected, "{lookup:?}");
        }
    }
}
