//! One question to one server: over UDP, and again over TCP when the answer did not fit (RFC 7766).

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use hickory_proto::{
    op::{Edns, Message, MessageType, Query},
    rr::DNSClass,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    time::timeout,
};

use crate::{RecordName, RecordType, ServerError, Timeouts};

/// UDP payload that we take, in bytes: fits every link without fragments (DNS flag day 2020).
const UDP_PAYLOAD: u16 = 1232;
/// Largest datagram that may come in spite of it.
const MAX_DATAGRAM: usize = 4096;

/// Who is asked, which decides about the header bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A server that looks elsewhere for us.
    Resolver,
    /// The same, asked not to check DNSSEC (RFC 4035 §3.2.2).
    UncheckingResolver,
    /// A server of the zone itself.
    Authority,
}

/// Asks one question and returns the answer whatever its response code.
pub(crate) async fn ask(
    server: SocketAddr,
    name: &RecordName,
    kind: RecordType,
    role: Role,
    timeouts: &Timeouts,
) -> Result<Message, ServerError> {
    let question = question(name, kind, role)?;
    let bytes = question.to_vec().map_err(|_| ServerError::Malformed)?;
    let mut outcome = Err(ServerError::TimedOut);
    for _ in 0..timeouts.attempts.max(1) {
        outcome = limited(timeouts.per_question, ask_udp(server, &question, &bytes)).await;
        if outcome != Err(ServerError::TimedOut) {
            break;
        }
    }
    let answer = outcome?;
    if !answer.truncation {
        return Ok(answer);
    }
    let bytes = exchange_tcp(server, &bytes, timeouts.per_question).await?;
    let answer = Message::from_vec(&bytes).map_err(|_| ServerError::Malformed)?;
    if answers(&answer, &question) {
        Ok(answer)
    } else {
        Err(ServerError::Malformed)
    }
}

/// Sends bytes over TCP and returns the answer's bytes.
pub(crate) async fn exchange_tcp(
    server: SocketAddr,
    request: &[u8],
    patience: Duration,
) -> Result<Vec<u8>, ServerError> {
    let length = u16::try_from(request.len()).map_err(|_| ServerError::Malformed)?;
    let exchange = async {
        let mut stream = TcpStream::connect(server).await?;
        stream
            .write_all(&[&length.to_be_bytes()[..], request].concat())
            .await?;
        let length = stream.read_u16().await?;
        let mut answer = vec![0; usize::from(length)];
        stream.read_exact(&mut answer).await?;
        Ok(answer)
    };
    limited(patience, async { exchange.await.map_err(network_error) }).await
}

async fn limited<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, ServerError>>,
) -> Result<T, ServerError> {
    timeout(patience, work)
        .await
        .unwrap_or(Err(ServerError::TimedOut))
}

fn question(name: &RecordName, kind: RecordType, role: Role) -> Result<Message, ServerError> {
    let wire_name = name.to_wire().map_err(|_| ServerError::Malformed)?;
    let mut query = Query::query(wire_name, kind.to_wire());
    query.set_query_class(DNSClass::IN);
    let mut edns = Edns::new();
    edns.set_max_payload(UDP_PAYLOAD).set_version(0);
    let mut message = Message::query();
    message.metadata.recursion_desired = role != Role::Authority;
    message.metadata.checking_disabled = role == Role::UncheckingResolver;
    message.add_query(query);
    message.set_edns(edns);
    Ok(message)
}

/// What does not answer our question is ignored, so that a blind spoofer only makes us wait (RFC 5452).
async fn ask_udp(server: SocketAddr, question: &Message, bytes: &[u8]) -> Result<Message, ServerError> {
    let own: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(own).await.map_err(network_error)?;
    socket.connect(server).await.map_err(network_error)?;
    socket.send(bytes).await.map_err(network_error)?;
    let mut buffer = vec![0; MAX_DATAGRAM];
    loop {
        let length = socket.recv(&mut buffer).await.map_err(network_error)?;
        let datagram = buffer.get(..length).unwrap_or_default();
        if let Ok(answer) = Message::from_vec(datagram)
            && answers(&answer, question)
        {
            return Ok(answer);
        }
    }
}

/// An error answer may leave the question out; any other must repeat it.
fn answers(answer: &Message, question: &Message) -> bool {
    let repeats = answer.queries == question.queries;
    let is_bare_error =
        answer.queries.is_empty() && answer.response_code != hickory_proto::op::ResponseCode::NoError;
    answer.message_type == MessageType::Response && answer.id == question.id && (repeats || is_bare_error)
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function for map_err")]
fn network_error(error: io::Error) -> ServerError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => ServerError::ConnectionRefused,
        io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::AddrNotAvailable => ServerError::NoRoute,
        io::ErrorKind::TimedOut => ServerError::TimedOut,
        _ => ServerError::Network {
            text: error.to_string(),
        },
    }
}
