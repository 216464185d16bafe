//! One page from one address: connect to exactly that address, ask, read a little.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::{Arc, LazyLock},
};

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::{Request, header};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, DigitallySignedStruct, Error as TlsError, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use serde::Serialize;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use url::Url;

use super::target::{RedirectProblem, Scheme, Target};
use crate::{Eyes, outbound, zone};

/// Redirects followed at most.
const MAX_REDIRECTS: usize = 5;
/// Bytes of a body that are read; a validation file has about a hundred.
const MAX_BODY: usize = 4096;
/// Bytes of status line and headers that are read.
const MAX_HEAD: usize = 16 * 1024;
const USER_AGENT: &str = concat!(
    "certbroker/",
    env!("CARGO_PKG_VERSION"),
    " (validation pre-check)"
);

/// One request on the way to the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// What was asked for.
    pub url: String,
    /// Who was asked.
    pub address: IpAddr,
    /// HTTP status, when an answer came.
    pub status: Option<u16>,
}

/// Why no page was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FetchError {
    /// It took too long, with all redirects.
    #[error("no answer in time")]
    TimedOut,
    /// Nothing listens on the port.
    #[error("the connection was refused")]
    ConnectionRefused,
    /// We have no way to the address, typically IPv6 from a machine without.
    #[error("no route from here")]
    NoRoute,
    /// The connection broke.
    #[error("the connection broke: {text}")]
    Connection {
        /// What the system said.
        text: String,
    },
    /// TLS could not be agreed on.
    #[error("TLS failed: {text}")]
    Tls {
        /// What the TLS library said.
        text: String,
    },
    /// What came is not HTTP.
    #[error("the answer is not HTTP")]
    NotHttp,
    /// The host that a redirect names has no address.
    #[error("{host}, to which the page redirects, has no address")]
    NoAddress {
        /// The host.
        host: String,
    },
    /// The host that a redirect names has an address that is not public.
    #[error("the page redirects to {address}, which is not public")]
    NotPublic {
        /// The address.
        address: IpAddr,
    },
    /// The page redirects where it must not be followed.
    #[error("the redirect to `{location}` is not followed: {problem}")]
    Redirect {
        /// The `Location` as it came, cut at 200 characters.
        location: String,
        /// Why.
        problem: RedirectProblem,
    },
    /// More than five redirects.
    #[error("more than {MAX_REDIRECTS} redirects")]
    TooManyRedirects,
}

impl FetchError {
    /// Codes of all errors, so that a test can ask for all translations.
    pub const CODES: &[&str] = &[
        "dns-fetch-timed-out",
        "dns-fetch-connection-refused",
        "dns-fetch-no-route",
        "dns-fetch-connection",
        "dns-fetch-tls",
        "dns-fetch-not-http",
        "dns-fetch-no-address",
        "dns-fetch-not-public",
        "dns-fetch-redirect",
        "dns-fetch-too-many-redirects",
    ];

    /// A stable code for translation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TimedOut => "dns-fetch-timed-out",
            Self::ConnectionRefused => "dns-fetch-connection-refused",
            Self::NoRoute => "dns-fetch-no-route",
            Self::Connection { .. } => "dns-fetch-connection",
            Self::Tls { .. } => "dns-fetch-tls",
            Self::NotHttp => "dns-fetch-not-http",
            Self::NoAddress { .. } => "dns-fetch-no-address",
            Self::NotPublic { .. } => "dns-fetch-not-public",
            Self::Redirect { .. } => "dns-fetch-redirect",
            Self::TooManyRedirects => "dns-fetch-too-many-redirects",
        }
    }

    /// Whether the trouble is where the page redirects to, not the page's own server.
    pub fn is_about_redirect(&self) -> bool {
        matches!(
            self,
            Self::Redirect { .. } | Self::TooManyRedirects | Self::NoAddress { .. } | Self::NotPublic { .. }
        )
    }
}

/// The end of a fetch.
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// The body was longer than we read.
    pub(super) is_cut: bool,
}

/// Follows one fetch and remembers its way.
pub(super) struct Fetcher<'a> {
    eyes: &'a Eyes,
    hops: Vec<Hop>,
}

impl<'a> Fetcher<'a> {
    pub(super) fn new(eyes: &'a Eyes) -> Self {
        Self {
            eyes,
            hops: Vec::new(),
        }
    }

    pub(super) fn into_hops(self) -> Vec<Hop> {
        self.hops
    }

    /// Fetches `url` from `address`, which the caller has judged; every redirect's host is resolved and judged anew.
    pub(super) async fn fetch(&mut self, url: &Url, address: IpAddr) -> Result<Page, FetchError> {
        let (mut url, mut address) = (url.clone(), address);
        for _ in 0..=MAX_REDIRECTS {
            let target = Target::of(&url).map_err(|problem| refused(url.as_str(), problem))?;
            self.hops.push(Hop {
                url: url.to_string(),
                address,
                status: None,
            });
            let answer = request(self.eyes, &target, address).await?;
            if let Some(hop) = self.hops.last_mut() {
                hop.status = Some(answer.page.status);
            }
            if !(300..400).contains(&answer.page.status) {
                return Ok(answer.page);
            }
            url = next_url(&url, &answer)?;
            let target = Target::of(&url).map_err(|problem| refused(url.as_str(), problem))?;
            address = self.locate(&target).await?;
        }
        Err(FetchError::TooManyRedirects)
    }

    async fn locate(&self, target: &Target) -> Result<IpAddr, FetchError> {
        let no_address = || FetchError::NoAddress {
            host: target.host.to_string(),
        };
        let addresses = zone::addresses(self.eyes, &target.host)
            .await
            .map_err(|_| no_address())?;
        let is_refused = |address: &&IpAddr| !outbound::is_global(**address);
        match addresses.list.iter().find(is_refused) {
            Some(address) if self.eyes.simulated().is_none() => {
                Err(FetchError::NotPublic { address: *address })
            }
            _ => addresses.list.first().copied().ok_or_else(no_address),
        }
    }
}

struct Answer {
    page: Page,
    location: Option<String>,
}

/// BR 3.2.2.4.18: redirects by these four codes, to the value of `Location`, only.
fn next_url(from: &Url, answer: &Answer) -> Result<Url, FetchError> {
    let location = answer.location.as_deref().unwrap_or_default();
    if !matches!(answer.page.status, 301 | 302 | 307 | 308) {
        return Err(refused(location, RedirectProblem::Status));
    }
    if location.is_empty() {
        return Err(refused(location, RedirectProblem::NotAUrl));
    }
    from.join(location)
        .map_err(|_| refused(location, RedirectProblem::NotAUrl))
}

fn refused(location: &str, problem: RedirectProblem) -> FetchError {
    FetchError::Redirect {
        location: location.chars().take(200).collect(),
        problem,
    }
}

async fn request(eyes: &Eyes, target: &Target, address: IpAddr) -> Result<Answer, FetchError> {
    let socket = match (eyes.simulated(), target.scheme) {
        (Some(net), Scheme::Http) => net.http,
        (Some(net), Scheme::Https) => net.https,
        (None, _) => SocketAddr::new(address, target.port),
    };
    let stream = TcpStream::connect(socket).await.map_err(connection_error)?;
    match target.scheme {
        Scheme::Http => exchange(stream, target).await,
        Scheme::Https => {
            let tls = |text: String| FetchError::Tls { text };
            let name = ServerName::try_from(target.host.as_str().to_owned())
                .map_err(|error| tls(error.to_string()))?;
            let connector = TlsConnector::from(tls_config().map_err(|error| tls(error.to_string()))?);
            let stream = connector
                .connect(name, stream)
                .await
                .map_err(|error| tls(error.to_string()))?;
            exchange(stream, target).await
        }
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    target: &Target,
) -> Result<Answer, FetchError> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(http_error)?;
    let request = Request::get(&target.path_and_query)
        .header(header::HOST, target.host.as_str())
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, "*/*")
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|_| refused(&target.path_and_query, RedirectProblem::NotAUrl))?;
    let exchange = pin!(async {
        let response = sender.send_request(request).await.map_err(http_error)?;
        let location = response.headers().get(header::LOCATION);
        let location = location.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let status = response.status().as_u16();
        let (body, is_cut) = read_some(response.into_body()).await?;
        Ok(Answer {
            page: Page { status, body, is_cut },
            location,
        })
    });
    // The connection only moves while it is polled; its end is no reason to stop reading what it brought.
    match select(exchange, pin!(connection)).await {
        Either::Left((answer, _)) => answer,
        Either::Right((_, exchange)) => exchange.await,
    }
}

async fn read_some(mut body: Incoming) -> Result<(Vec<u8>, bool), FetchError> {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(http_error)?.into_data() else {
            continue;
        };
        read.extend_from_slice(&data);
        if read.len() > MAX_BODY {
            read.truncate(MAX_BODY);
            return Ok((read, true));
        }
    }
    Ok((read, false))
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function for map_err")]
fn connection_error(error: io::Error) -> FetchError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => FetchError::ConnectionRefused,
        io::ErrorKind::TimedOut => FetchError::TimedOut,
        io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::AddrNotAvailable => FetchError::NoRoute,
        _ => FetchError::Connection {
            text: error.to_string(),
        },
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function for map_err")]
fn http_error(error: hyper::Error) -> FetchError {
    if error.is_parse() {
        return FetchError::NotHttp;
    }
    FetchError::Connection {
        text: error.to_string(),
    }
}

/// One configuration for all fetches; making it fails only if the provider lacks every TLS version.
fn tls_config() -> Result<Arc<ClientConfig>, TlsError> {
    static CONFIG: LazyLock<Result<Arc<ClientConfig>, TlsError>> = LazyLock::new(|| {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
            .with_no_client_auth();
        Ok(Arc::new(config))
    });
    CONFIG.clone()
}

/// Accepts whatever the host has: see the module's documentation for why. Nothing secret is ever sent this way.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use leaderssl_simulator::surroundings::{
        ANY_LOOPBACK_PORT,
        name_server::{DnsServer, RecordType as Kind, Zones},
    };

    use super::*;
    use crate::{EyesConfig, Resolver};

    #[tokio::test]
    async fn the_host_of_a_redirect_is_judged_before_it_is_contacted() {
        let zones = Zones::default();
        let table = [
            (Kind::A, "8.8.8.8", true),
            (Kind::A, "127.0.0.1", false),
            (Kind::A, "169.254.169.254", false),
            (Kind::AAAA, "::ffff:192.168.0.1", false),
        ];
        let server = DnsServer::start(ANY_LOOPBACK_PORT, zones.clone(), None)
            .await
            .unwrap();
        let resolver = Resolver::Address(server.address());
        let eyes = Eyes::new(EyesConfig {
            resolver,
            ..EyesConfig::default()
        })
        .unwrap();
        let fetcher = Fetcher::new(&eyes);
        let target = Target::of(&Url::parse("http://inner.test/").unwrap()).unwrap();
        for (kind, text, is_public) in table {
            zones.remove("inner.test", Kind::A);
            zones.set("inner.test", kind, text).unwrap();
            let address = text.parse().unwrap();
            let judged = if is_public {
                Ok(address)
            } else {
                Err(FetchError::NotPublic { address })
            };
            assert_eq!(fetcher.locate(&target).await, judged);
        }
        zones.hide("inner.test");
        let missing = FetchError::NoAddress {
            host: "inner.test".to_owned(),
        };
        assert_eq!(fetcher.locate(&target).await, Err(missing));
    }
}
