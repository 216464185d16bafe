//! The trait that a connector implements, what it is given to work with, and how it registers.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{Clock, name::DomainName};
use futures_util::{StreamExt, stream, stream::BoxStream};

use crate::{
    catalogue::Catalogue,
    check::{CheckFinding, CheckOutcome, CheckReport},
    descriptor::Descriptor,
    error::{CaError, Result},
    order::{IssuedCertificate, OrderSnapshot, Validation},
    outcome::{Balance, CaOrderRef, FindOutcome, Placed},
    request::{AddNamesRequest, Fingerprint, NameValidation, OrderRequest, Purchase, ReissueRequest},
    settings::Settings,
};

/// Who is told of the findings of a check while it goes on.
pub type Say<'a> = dyn Fn(&CheckFinding) + Send + Sync + 'a;

/// One account at one CA.
///
/// No method retries, but for one new sign-in and one replay after the CA refused a token. The three calls that can cost money
/// ([`place_order`](Self::place_order), [`reissue`](Self::reissue), [`add_names`](Self::add_names)) are made by
/// the purchase protocol only; for them an `Err` means that the CA has certainly not carried the call out.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What the connector says of itself.
    fn descriptor(&self) -> &'static Descriptor;

    /// Tries step by step to reach the CA and to sign in. Never fails: what goes wrong is a finding.
    async fn check_connection(&self) -> CheckReport;

    /// The same, and says each finding as soon as there is one; of steps that were not tried nothing is said.
    async fn check_aloud(&self, say: &Say<'_>) -> CheckReport {
        let report = self.check_connection().await;
        let tried = |finding: &&CheckFinding| finding.outcome != CheckOutcome::Skipped;
        report.findings.iter().filter(tried).for_each(say);
        report
    }

    /// What the account holds.
    async fn balance(&self) -> Result<Balance>;

    /// Everything on sale.
    async fn products(&self) -> Result<Catalogue>;

    /// The addresses that may approve this name by mail. A CA may take only addresses it returned within the last 24 hours.
    async fn approver_emails(&self, name: &DomainName) -> Result<Vec<String>> {
        let _ = name;
        Err(self.unsupported("read the approver addresses"))
    }

    /// Places a new order. Can cost money.
    async fn place_order(&self, request: &OrderRequest) -> Result<Placed>;

    /// Asks for a new certificate within a paid order. Can cost money.
    async fn reissue(&self, ca_order: &CaOrderRef, request: &ReissueRequest) -> Result<Placed> {
        let _ = (ca_order, request);
        Err(self.unsupported("reissue"))
    }

    /// Adds names to a running order. Can cost money.
    async fn add_names(&self, ca_order: &CaOrderRef, request: &AddNamesRequest) -> Result<Placed> {
        let _ = (ca_order, request);
        Err(self.unsupported("add names"))
    }

    /// Makes the call of a purchase.
    async fn call(&self, purchase: &Purchase) -> Result<Placed> {
        match purchase {
            Purchase::Order(request) => self.place_order(request).await,
            Purchase::Reissue { ca_order, request } => self.reissue(ca_order, request).await,
            Purchase::AddNames { ca_order, request } => self.add_names(ca_order, request).await,
        }
    }

    /// Looks for a purchase whose answer was lost. An `Err` leaves everything unknown.
    async fn find_order(&self, fingerprint: &Fingerprint) -> Result<FindOutcome>;

    /// All orders of the account, in the CA's order. Unsupported is one error in the stream.
    fn list_orders(&self) -> BoxStream<'_, Result<OrderSnapshot>> {
        stream::iter([Err(self.unsupported("list the orders"))]).boxed()
    }

    /// What the CA says of an order now.
    async fn order_state(&self, ca_order: &CaOrderRef) -> Result<OrderSnapshot>;

    /// Domain control, name by name. Empty when the CA knows none any more (issued long ago).
    async fn validations(&self, ca_order: &CaOrderRef) -> Result<Vec<Validation>>;

    /// Changes the method or the approver of one name (or of all, where the CA takes one method per order).
    async fn change_validation(&self, ca_order: &CaOrderRef, change: &NameValidation) -> Result<()> {
        let _ = (ca_order, change);
        Err(self.unsupported("change the validation"))
    }

    /// Sends the validation mails again. Never repeated by itself: CAs throttle mail floods.
    async fn resend_validation(&self, ca_order: &CaOrderRef) -> Result<()> {
        let _ = ca_order;
        Err(self.unsupported("send the validation mail again"))
    }

    /// Downloads the present certificate, not yet verified. [`Class::Rejected`](crate::Class::Rejected) when there is none yet.
    async fn fetch_certificate(&self, ca_order: &CaOrderRef) -> Result<IssuedCertificate>;

    /// Cancels an order before issue.
    async fn cancel(&self, ca_order: &CaOrderRef, reason: &str) -> Result<()> {
        let _ = (ca_order, reason);
        Err(self.unsupported("cancel"))
    }

    /// Revokes the present certificate.
    async fn revoke(&self, ca_order: &CaOrderRef, reason: &str) -> Result<()> {
        let _ = (ca_order, reason);
        Err(self.unsupported("revoke"))
    }

    /// The error for a call that this CA does not have.
    fn unsupported(&self, doing: &'static str) -> CaError {
        CaError::unsupported(self.descriptor().kind, doing)
    }
}

/// What a connector is given besides its settings. It reaches neither the store nor the machine's clock.
#[derive(Clone)]
pub struct ConnectContext {
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// Whether plain http to a loopback address is allowed.
    pub mode: Mode,
    /// How fast and how many at once.
    pub limits: Limits,
    /// How long to wait.
    pub timeouts: Timeouts,
    /// Largest answer read, in bytes; the reading stops there.
    pub largest_answer: usize,
    /// How we introduce ourselves.
    pub user_agent: String,
    /// Root certificates (PEM) trusted besides the system's, for a company's own TLS inspection.
    pub extra_roots: Vec<String>,
    /// Sees every exchange, masked; the engine keeps them for 90 days.
    pub observer: Option<Arc<dyn Observer>>,
    /// Finds addresses in place of the operating system, whose resolver a static executable does not have.
    pub resolver: Option<Arc<dyn Resolver>>,
}

impl ConnectContext {
    /// The usual time-outs, limits and caps: connect 10 s, total 60 s, order 120 s, 2 calls a second, 4 at once, 32 MiB.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, mode: Mode) -> Self {
        Self {
            clock,
            mode,
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            largest_answer: 32 * 1024 * 1024,
            user_agent: concat!("certbroker/", env!("CARGO_PKG_VERSION")).to_owned(),
            extra_roots: Vec::new(),
            observer: None,
            resolver: None,
        }
    }
}

/// Finds the addresses of hosts.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// Every address of a host; an error or nothing when it has none.
    async fn addresses(&self, host: &str) -> std::io::Result<Vec<std::net::IpAddr>>;
}

/// Whether the CA is a real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A real CA: https only.
    Live,
    /// A simulator: http is allowed to loopback addresses.
    Simulated,
}

/// How fast and how many calls at once to one account. `None` means without limit: for tests and benchmarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Calls a second.
    pub per_second: Option<NonZeroU32>,
    /// Calls in flight.
    pub in_flight: Option<NonZeroU32>,
}

impl Limits {
    /// No limit at all.
    pub const NONE: Self = Self {
        per_second: None,
        in_flight: None,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_second: NonZeroU32::new(2),
            in_flight: NonZeroU32::new(4),
        }
    }
}

/// How long to wait for a CA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For a whole call.
    pub total: Duration,
    /// For a whole call that can cost money: giving up early would only make its outcome unknown.
    pub order: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_mins(1),
            order: Duration::from_mins(2),
        }
    }
}

/// One call to a CA and its answer, without secrets.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Verb and path without query, such as `POST order`.
    pub call: String,
    /// The parameters that were sent, masked.
    pub request: String,
    /// The answer, or `None` when there was none.
    pub answer: Option<crate::raw::RawAnswer>,
    /// Why there was no answer.
    pub failure: Option<String>,
}

/// Sees the exchanges of a connector. Must return at once: it is called between the answer and its use.
pub trait Observer: Send + Sync {
    /// Called once for every exchange.
    fn exchanged(&self, exchange: Exchange);
}

/// A connector's entry in the list of registrations: its face and the function that makes it.
#[derive(Debug, Clone, Copy)]
pub struct Registration {
    /// What it says of itself.
    pub descriptor: &'static Descriptor,
    /// Makes a connector from checked settings. Opens no connection: signing in is lazy.
    pub connect: fn(&Settings, ConnectContext) -> Result<Arc<dyn Connector>>,
}
