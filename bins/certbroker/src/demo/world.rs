//! What stands around certbroker in the demo: the simulated CA, the DNS and web servers that validation looks at, and a
//! mailbox. All of it in this process and on loopback.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use domain::{Currency, Money};
use engine::{BusinessClock, Pace};
use jiff::{SignedDuration, Timestamp};
use leaderssl_simulator::{
    ReissueCall, Simulator,
    surroundings::{
        self, Surroundings,
        name_server::{UpdateKey, Zones},
    },
};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::{config::Mail, installation, simulator_clock::SimulatorClock};

/// Sign-in of the reseller account at the simulated CA.
pub(super) const CA_USER: &str = "reseller@example.org";
/// Its password. Nothing but the simulator knows it.
pub(super) const CA_PASSWORD: &str = "correct-horse";
/// Name of the key that signs dynamic updates of the demo's name server.
pub(super) const ZONE_KEY: &str = "demo-key";
/// Its secret, base64.
pub(super) const ZONE_SECRET: &str = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0";
/// What the account at the simulated CA holds: enough for every product.
const CA_BALANCE: i64 = 500_000;
/// Between two looks for new mails of the CA.
const MAIL_LOOK: Duration = Duration::from_millis(200);

/// Where everything listens. Kept in the data folder: a module's settings hold these addresses.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Addresses {
    pub(super) ca: SocketAddr,
    pub(super) management: SocketAddr,
    pub(super) dns: SocketAddr,
    pub(super) http: SocketAddr,
    pub(super) https: SocketAddr,
    pub(super) smtp: SocketAddr,
    pub(super) mailbox: SocketAddr,
}

impl Addresses {
    /// Free ports of loopback.
    pub(super) const ANY: Self = {
        let any = surroundings::ANY_LOOPBACK_PORT;
        Self {
            ca: any,
            management: any,
            dns: any,
            http: any,
            https: any,
            smtp: any,
            mailbox: any,
        }
    };

    /// The world that listens here, as an installation sees it.
    ///
    /// # Errors
    /// Never in practice: the names are literals.
    pub(super) fn as_seen(self) -> anyhow::Result<installation::World> {
        let server = dns::ZoneServer {
            zone: dns::RecordName::root(),
            server: dns::RecordName::parse("ns1.demo").context("the name server's name")?,
            address: self.dns,
        };
        let management =
            url::Url::parse(&format!("http://{}", self.management)).context("the CA's management")?;
        Ok(installation::World {
            eyes: dns::EyesConfig {
                resolver: dns::Resolver::Address(self.dns),
                zones: vec![server],
                simulated: Some(dns::SimulatedNet {
                    http: self.http,
                    https: self.https,
                }),
                ..dns::EyesConfig::default()
            },
            mode: ca::Mode::Simulated,
            pace: PACE,
            limits: ca::Limits::NONE,
            purchase: PURCHASE,
            // A crash of the program loses nothing; only a power failure would, and a demo begins anew then.
            durability: store::Durability::ProcessOnly,
            first_offset: SignedDuration::ZERO,
            companion: Some(SimulatorClock::at(&management)?),
        })
    }
}

/// Everything around certbroker, running.
pub(super) struct DemoWorld {
    pub(super) simulator: Arc<Simulator>,
    pub(super) surroundings: Surroundings,
    pub(super) addresses: Addresses,
    /// Files below `HOST/` in it are served as the web server of that host.
    pub(super) www: PathBuf,
}

impl DemoWorld {
    /// Starts everything; `folder` keeps the CA's state and the files of the web server.
    ///
    /// # Errors
    /// A port is taken, or the state cannot be read.
    pub(super) async fn start(
        folder: &Path,
        at: Addresses,
        clock: Option<Timestamp>,
        reissue: ReissueCall,
    ) -> anyhow::Result<Self> {
        let www = folder.join("www");
        installation::make_folder(&www)?;
        let update_key = UpdateKey::new(ZONE_KEY, ZONE_SECRET).context("the key of the name server")?;
        let surroundings = Surroundings::start(surroundings::Config {
            dns: at.dns,
            http: at.http,
            https: at.https,
            smtp: at.smtp,
            mailbox: at.mailbox,
            zones: Zones::everything(),
            update_key: Some(update_key),
            www: Some(www.clone()),
        })
        .await
        .context("starting the servers around certbroker (with --fresh they take other ports)")?;
        let simulator = Simulator::start(leaderssl_simulator::Config {
            listen: at.ca,
            management: at.management,
            user: CA_USER.to_owned(),
            password: CA_PASSWORD.into(),
            balance: Money::from_minor(CA_BALANCE, Currency::EUR),
            resolver: Some(surroundings.dns.address()),
            map_http: Some(surroundings.web.http().into()),
            map_https: Some(surroundings.web.https().into()),
            clock,
            reissue,
            state: Some(folder.join("leaderssl.state")),
            ..leaderssl_simulator::Config::default()
        })
        .await
        .context("starting the simulated CA")?;
        let addresses = Addresses {
            ca: address(&simulator.api_url())?,
            management: address(&simulator.management_url())?,
            dns: surroundings.dns.address(),
            http: surroundings.web.http(),
            https: surroundings.web.https(),
            smtp: surroundings.smtp.address(),
            mailbox: surroundings.mailbox.address(),
        };
        Ok(Self {
            simulator: Arc::new(simulator),
            surroundings,
            addresses,
            www,
        })
    }

    /// This world as an installation sees it.
    ///
    /// # Errors
    /// Never in practice: the names are literals.
    pub(super) fn as_seen(&self) -> anyhow::Result<installation::World> {
        let mut seen = self.addresses.as_seen()?;
        // Ours begins where the CA's stands.
        seen.first_offset = self.simulator.now().duration_since(machine_now());
        Ok(seen)
    }

    /// Mail goes to the mailbox of the demo.
    pub(super) fn mail(&self) -> Mail {
        Mail {
            host: Some(self.addresses.smtp.ip().to_string()),
            port: self.addresses.smtp.port(),
            encryption: "none".to_owned(),
            from: "Example Hosting <ssl@hosting.example>".to_owned(),
            ..Mail::default()
        }
    }

    /// Puts the mails that the CA sends into the mailbox too, until told to stop.
    pub(super) fn forward_mails(&self, stop: CancellationToken) {
        let (simulator, mailbox) = (self.simulator.clone(), self.surroundings.smtp.mailbox());
        tokio::spawn(async move {
            let mut seen = 0;
            while !stop.is_cancelled() {
                for mail in simulator.mailbox() {
                    if mail.id > seen {
                        seen = mail.id;
                        mailbox.deliver(
                            "validation@ca.example".to_owned(),
                            vec![mail.to.clone()],
                            message(&mail).into_bytes(),
                        );
                    }
                }
                tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(MAIL_LOOK) => {} }
            }
        });
    }
}

/// Nobody waits for a CA on the same machine.
const PACE: Pace = Pace {
    first: SignedDuration::from_millis(50),
    last: SignedDuration::from_secs(5),
};

/// The simulated CA ends a call at once, unless it was told to answer late.
const PURCHASE: ca::purchase::Policy = ca::purchase::Policy {
    settle: SignedDuration::from_secs(5),
    most_calls: 3,
};

/// The machine's time.
pub(super) fn machine_now() -> Timestamp {
    BusinessClock::real().machine_now()
}

fn address(url: &str) -> anyhow::Result<SocketAddr> {
    url::Url::parse(url)
        .ok()
        .and_then(|url| url.socket_addrs(|| None).ok()?.first().copied())
        .with_context(|| format!("{url} names no port"))
}

fn message(mail: &leaderssl_simulator::record::Mail) -> String {
    format!(
        "From: Simulated CA <validation@ca.example>\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMIME-Version: \
         1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}",
        mail.to,
        mail.subject,
        mail.sent_at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        mail.text.replace('\n', "\r\n"),
    )
}
