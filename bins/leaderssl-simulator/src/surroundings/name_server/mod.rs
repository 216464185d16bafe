//! An authoritative name server for the demo and the tests.
//!
//! It answers for the zones it was given (by default `.test`): what was set or published, and for every other
//! host name an address record to 127.0.0.1, so that any order's domain exists. Names with an underscore label
//! exist only when set: these are the names of validation records. It takes dynamic updates (RFC 2136) signed with a
//! TSIG key (RFC 8945). It also serves as the resolver of the simulator, since it never needs to ask anyone else.
//!
//! | module | holds |
//! | --- | --- |
//! | `zones` | the records, and the handle by which tests change them |
//! | `answer` | queries (RFC 1034) |
//! | `update` | dynamic updates |

mod answer;
mod update;
mod zones;

use std::{net::SocketAddr, sync::Arc};

use hickory_proto::op::{Message, MessageType, OpCode, ResponseCode};
use parking_lot::RwLock;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
};

pub use self::{
    update::{BadKey, UpdateKey},
    zones::{BadRecord, Zones},
};
pub use hickory_proto::rr::{RData, Record, RecordType};

use super::{
    StartError, bound, listen,
    task::{Spawner, Tasks},
};

/// How many free ports are tried until one is free for both UDP and TCP.
const PORT_ATTEMPTS: usize = 16;

/// How the server treats its callers: well, or in one of the ways that real servers fail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// Answers from its zones.
    #[default]
    Healthy,
    /// Takes every message and says nothing.
    Silent,
    /// Answers `SERVFAIL`, as a server does whose zone did not load.
    Failing,
    /// Answers without authority, as a server does that was never told about the zone.
    Lame,
    /// Answers over UDP with nothing but the truncation mark, so that callers must come by TCP.
    Truncating,
    /// Answers `SERVFAIL` unless asked not to check, as a validating resolver does for a zone with wrong DNSSEC
    /// signatures.
    Distrusting,
    /// Adds a wrong transaction id, as a blind spoofer would.
    Spoofed,
}

/// A running name server; dropping it stops it.
#[derive(Debug)]
pub struct DnsServer {
    address: SocketAddr,
    zones: Zones,
    behaviour: Arc<RwLock<Behaviour>>,
    tasks: Tasks,
}

impl DnsServer {
    /// Starts a server over UDP and TCP on one port. Two servers given the same [`Zones`] serve the same records;
    /// two given separate ones can disagree, as a lagging secondary does.
    ///
    /// # Errors
    /// When the address is not loopback or cannot be listened on.
    pub async fn start(
        address: SocketAddr,
        zones: Zones,
        update_key: Option<UpdateKey>,
    ) -> Result<Self, StartError> {
        let (udp, tcp) = bind(address).await?;
        let address = bound(&tcp, address);
        let behaviour = Arc::new(RwLock::new(Behaviour::default()));
        let responder = Arc::new(Responder {
            zones: zones.clone(),
            update_key,
            behaviour: Arc::clone(&behaviour),
        });
        let tasks = Tasks::new();
        tasks.spawner().spawn(serve_udp(udp, Arc::clone(&responder)));
        tasks.spawner().spawn(serve_tcp(tcp, responder, tasks.spawner()));
        Ok(Self {
            address,
            zones,
            behaviour,
            tasks,
        })
    }

    /// Where the server listens, for UDP and TCP alike.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it serves; the handle may be kept and used from anywhere.
    pub fn zones(&self) -> &Zones {
        &self.zones
    }

    /// Changes how callers are treated from the next message on.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.write() = behaviour;
    }

    /// Stops the server and waits until its port is free.
    pub async fn shutdown(self) {
        self.tasks.shutdown().await;
    }
}

/// Which way a message came, since UDP answers have a size limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Udp,
    Tcp,
}

#[derive(Debug)]
struct Responder {
    zones: Zones,
    update_key: Option<UpdateKey>,
    behaviour: Arc<RwLock<Behaviour>>,
}

impl Responder {
    /// The bytes to send back, if anything is to be said.
    fn respond(&self, bytes: &[u8], transport: Transport) -> Option<Vec<u8>> {
        let behaviour = *self.behaviour.read();
        if behaviour == Behaviour::Silent {
            return None;
        }
        let request = match Message::from_vec(bytes) {
            Ok(request) if request.message_type == MessageType::Query => request,
            Ok(_) => return None,
            Err(_) => return malformed(bytes),
        };
        let distrusts = behaviour == Behaviour::Distrusting && !request.checking_disabled;
        if behaviour == Behaviour::Failing || distrusts {
            return encode(&Message::error_msg(
                request.id,
                request.op_code,
                ResponseCode::ServFail,
            ));
        }
        match request.op_code {
            OpCode::Query => encode(&self.answer(&request, transport, behaviour)),
            OpCode::Update => update::respond(bytes, &request, &self.zones, self.update_key.as_ref()),
            other => encode(&Message::error_msg(request.id, other, ResponseCode::NotImp)),
        }
    }

    fn answer(&self, request: &Message, transport: Transport, behaviour: Behaviour) -> Message {
        let mut response = answer::answer(request, &self.zones);
        match behaviour {
            Behaviour::Lame => {
                response.metadata.authoritative = false;
                response.answers.clear();
                response.authorities.clear();
            }
            Behaviour::Spoofed => response.metadata.id ^= 0x5555,
            Behaviour::Truncating if transport == Transport::Udp => response = response.truncate(),
            _ => {}
        }
        let limit = usize::from(request.max_payload());
        let too_long =
            transport == Transport::Udp && response.to_vec().is_ok_and(|encoded| encoded.len() > limit);
        if too_long { response.truncate() } else { response }
    }
}

fn encode(message: &Message) -> Option<Vec<u8>> {
    message
        .to_vec()
        .inspect_err(|error| tracing::warn!(%error, "an answer could not be encoded"))
        .ok()
}

/// `FORMERR` with the caller's id, if there were even two bytes of it.
fn malformed(bytes: &[u8]) -> Option<Vec<u8>> {
    let id = u16::from_be_bytes(*bytes.first_chunk::<2>()?);
    encode(&Message::error_msg(id, OpCode::Query, ResponseCode::FormErr))
}

async fn bind(address: SocketAddr) -> Result<(UdpSocket, TcpListener), StartError> {
    let mut attempt = 1;
    loop {
        let tcp = listen(address).await?;
        let same_port = bound(&tcp, address);
        match UdpSocket::bind(same_port).await {
            Ok(udp) => return Ok((udp, tcp)),
            Err(_) if address.port() == 0 && attempt < PORT_ATTEMPTS => attempt += 1,
            Err(source) => {
                return Err(StartError::Listen {
                    address: same_port,
                    source,
                });
            }
        }
    }
}

async fn serve_udp(socket: UdpSocket, responder: Arc<Responder>) {
    let mut buffer = vec![0; usize::from(u16::MAX)];
    loop {
        // An error here is the refusal of an earlier answer by its receiver, which is none of ours.
        let Ok((length, caller)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        let Some(request) = buffer.get(..length) else {
            continue;
        };
        if let Some(response) = responder.respond(request, Transport::Udp)
            && let Err(error) = socket.send_to(&response, caller).await
        {
            tracing::debug!(%error, %caller, "an answer was not sent");
        }
    }
}

async fn serve_tcp(listener: TcpListener, responder: Arc<Responder>, spawner: Spawner) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => spawner.spawn(serve_connection(stream, Arc::clone(&responder))),
            Err(error) => {
                tracing::debug!(%error, "a connection was not accepted");
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Messages with a two-byte length before each (RFC 1035 §4.2.2) until the caller hangs up.
async fn serve_connection(mut stream: TcpStream, responder: Arc<Responder>) {
    while let Ok(length) = stream.read_u16().await {
        let mut request = vec![0; usize::from(length)];
        if stream.read_exact(&mut request).await.is_err() {
            return;
        }
        let Some(response) = responder.respond(&request, Transport::Tcp) else {
            continue;
        };
        let Ok(length) = u16::try_from(response.len()) else {
            return;
        };
        let framed = [&length.to_be_bytes()[..], &response].concat();
        if stream.write_all(&framed).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use hickory_proto::{op::Query, rr::Name};
    use proptest::prelude::*;

    use super::*;

    fn responder() -> Responder {
        Responder {
            zones: Zones::default(),
            update_key: UpdateKey::new("demo.", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0").ok(),
            behaviour: Arc::default(),
        }
    }

    #[test]
    fn answers_a_broken_question_with_its_id() {
        let answer = responder()
            .respond(&[0xab, 0xcd, 1, 2, 3], Transport::Udp)
            .unwrap();
        let answer = Message::from_vec(&answer).unwrap();
        assert_eq!((answer.id, answer.response_code), (0xabcd, ResponseCode::FormErr));
        assert_eq!(responder().respond(&[1], Transport::Udp), None);
    }

    proptest! {
        #[test]
        fn no_message_makes_the_server_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = responder().respond(&bytes, Transport::Udp);
        }

        #[test]
        fn no_damage_to_a_question_makes_the_server_panic(
            place in 0_usize..40,
            byte: u8,
            is_update: bool,
        ) {
            let mut question = Message::query();
            question.add_query(Query::query(Name::from_ascii("www.shop.test.").unwrap(), RecordType::A));
            if is_update {
                question.metadata.op_code = OpCode::Update;
            }
            let mut bytes = question.to_vec().unwrap();
            if let Some(octet) = bytes.get_mut(place) {
                *octet = byte;
            }
            let _ = responder().respond(&bytes, Transport::Tcp);
        }
    }
}
