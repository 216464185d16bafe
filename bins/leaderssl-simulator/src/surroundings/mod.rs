//! The world that a validation looks at: a name server, a web server and a mailbox, on loopback only.
//!
//! A CA proves control of a domain by asking the domain's name servers, fetching a file from its web server or
//! sending a mail to it. For the demo and the tests these three stand here, in one process, and behave as real
//! ones: the name server takes dynamic updates with keys, the web server speaks TLS, the mailbox speaks SMTP.
//! Each has a handle with which a test puts things in and breaks them.
//!
//! Nothing here ever listens on an address that another machine could reach.
//!
//! | module | holds |
//! | --- | --- |
//! | [`name_server`] | authoritative DNS over UDP and TCP, with RFC 2136 updates under TSIG |
//! | [`web`] | HTTP and HTTPS files per host |
//! | [`mailbox`] | SMTP receiver, the kept mails, a page to read them |

pub mod mailbox;
pub mod name_server;
mod task;
pub mod web;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use self::{
    mailbox::{MailboxPage, SmtpSink},
    name_server::{DnsServer, UpdateKey, Zones},
    web::WebServer,
};

/// Any free port of 127.0.0.1.
pub const ANY_LOOPBACK_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Where the surroundings listen and what they serve; the default takes free ports and serves `.test`.
#[derive(Debug, Clone)]
pub struct Config {
    /// The name server, UDP and TCP.
    pub dns: SocketAddr,
    /// Plain web server.
    pub http: SocketAddr,
    /// Web server over TLS, with a certificate that it signs itself.
    pub https: SocketAddr,
    /// SMTP receiver.
    pub smtp: SocketAddr,
    /// Page on which a person reads the mails.
    pub mailbox: SocketAddr,
    /// What the name server answers for.
    pub zones: Zones,
    /// Key that dynamic updates must be signed with; without one every update is refused.
    pub update_key: Option<UpdateKey>,
    /// Folder whose files `HOST/path` the web server serves beside those that were put; none for a test.
    pub www: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dns: ANY_LOOPBACK_PORT,
            http: ANY_LOOPBACK_PORT,
            https: ANY_LOOPBACK_PORT,
            smtp: ANY_LOOPBACK_PORT,
            mailbox: ANY_LOOPBACK_PORT,
            zones: Zones::default(),
            update_key: None,
            www: None,
        }
    }
}

/// Why the surroundings could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address is reachable from other machines.
    #[error("{0} is not a loopback address; the surroundings never listen on another")]
    NotLoopback(SocketAddr),
    /// The port is taken or may not be used.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address that was tried.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The web server's own certificate could not be made.
    #[error("cannot make the web server's certificate")]
    Certificate(#[source] rcgen::Error),
    /// The TLS library refused the certificate just made.
    #[error("cannot set up TLS for the web server")]
    Tls(#[source] rustls::Error),
}

/// All the surroundings, running; dropping it stops them.
#[derive(Debug)]
pub struct Surroundings {
    /// The name server and, behind [`DnsServer::zones`], what it serves.
    pub dns: DnsServer,
    /// The web server and its files.
    pub web: WebServer,
    /// The SMTP receiver and its mails.
    pub smtp: SmtpSink,
    /// The page that shows the mails.
    pub mailbox: MailboxPage,
}

impl Surroundings {
    /// Starts name server, web server, mail receiver and mailbox page.
    ///
    /// # Errors
    /// When an address is not loopback or cannot be listened on.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let dns = DnsServer::start(config.dns, config.zones, config.update_key).await?;
        let web = WebServer::start(config.http, config.https, config.www).await?;
        let smtp = SmtpSink::start(config.smtp).await?;
        let mailbox = MailboxPage::start(config.mailbox, smtp.mailbox()).await?;
        Ok(Self {
            dns,
            web,
            smtp,
            mailbox,
        })
    }

    /// Stops everything and waits until the ports are free again.
    pub async fn shutdown(self) {
        self.dns.shutdown().await;
        self.web.shutdown().await;
        self.smtp.shutdown().await;
        self.mailbox.shutdown().await;
    }
}

async fn listen(address: SocketAddr) -> Result<tokio::net::TcpListener, StartError> {
    if !address.ip().is_loopback() {
        return Err(StartError::NotLoopback(address));
    }
    tokio::net::TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address, source })
}

/// The address a listener got, or the one asked for when the system does not tell.
fn bound(listener: &tokio::net::TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}
