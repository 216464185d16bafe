//! What certbroker does: use cases, operations, the schedule.
//!
//! Pages, the REST API and the command line ask the [`Engine`] and nothing below it. Every use case takes the [`Actor`]
//! who asks, authorises in [`authority`], and appends to the audit trail in the transaction that changes something.
//! The engine knows the port to CAs and no connector, the store and no SQL, results and no HTML.
//!
//! | module | holds |
//! | --- | --- |
//! | [`actor`] | who asks: user, role, on behalf of, address, request id |
//! | [`audit`] | who did what, in a chain of hashes |
//! | [`authority`] | who may do and see what: the only place that decides it |
//! | [`clock`] | business time and the machine's time |
//! | [`error`] | why a use case was refused or failed |
//! | [`modules`], [`catalogue`], [`tariffs`] | connections to CAs, what they sell, what clients are offered |
//! | [`orders`], [`services`], [`certificates`] | what clients buy, have and take out |
//! | [`validations`], [`zones`] | proof of control over names, and publishing it unattended |
//! | [`operations`], [`fault`] | automatic work, and dying in the middle of it on purpose |
//! | [`dashboard`] | the administrator's first page |

pub mod actor;
pub mod audit;
pub mod authority;
pub mod clock;
pub mod error;

pub mod catalogue;
pub mod certificates;
pub mod dashboard;
pub mod fault;
pub mod modules;
pub mod operations;
pub mod orders;
pub mod services;
pub mod tariffs;
pub mod validations;
pub mod zones;

use std::sync::{Arc, PoisonError, RwLock};

use domain::{Clock as _, id::EntityId};
use jiff::{Timestamp, tz::TimeZone};
use seal::KeyRing;
use store::Store;
use tokio::sync::Notify;

pub use actor::{Actor, RequestId, Who};
pub use authority::{Permission, Scope};
pub use clock::BusinessClock;
pub use error::{Error, Result};

/// What an engine is made of.
pub struct Parts {
    /// Where everything is kept.
    pub store: Store,
    /// Business time.
    pub clock: Arc<BusinessClock>,
    /// Opens and seals secrets.
    pub keys: KeyRing,
    /// The connectors that this program was built with.
    pub registry: &'static [ca::Registration],
    /// What an operator or a test decides.
    pub config: Config,
}

/// What an operator or a test decides about the engine.
#[derive(Debug, Clone)]
pub struct Config {
    /// The seller's zone: calendar dates are counted in it.
    pub time_zone: TimeZone,
    /// Address under which people reach this installation, without a slash at the end; mails link to it.
    pub public_url: String,
    /// Whether the CA is a simulator on this machine; also lets business time be moved.
    pub mode: ca::Mode,
    /// Limits of calls to one CA account.
    pub limits: ca::Limits,
    /// The fault point at which the process aborts, in tests of crashes.
    pub crash_at: Option<String>,
}

/// The engine. Cloning it is cheap; all clones are one engine.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<BusinessClock>,
    keys: RwLock<Arc<KeyRing>>,
    registry: &'static [ca::Registration],
    config: Config,
    work: Notify,
}

impl Engine {
    /// Puts the parts together. Starts nothing.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            store: parts.store,
            clock: parts.clock,
            keys: RwLock::new(Arc::new(parts.keys)),
            registry: parts.registry,
            config: parts.config,
            work: Notify::new(),
        }))
    }

    /// What the operator decided.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Business time.
    #[must_use]
    pub fn clock(&self) -> &BusinessClock {
        &self.0.clock
    }

    /// Tells the worker that something became due.
    pub fn wake(&self) {
        self.0.work.notify_one();
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn keys(&self) -> Arc<KeyRing> {
        self.0.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes over a key ring that has one version more.
    pub(crate) fn replace_keys(&self, keys: KeyRing) {
        *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    pub(crate) fn registry(&self) -> &'static [ca::Registration] {
        self.0.registry
    }

    /// Returns when [`Engine::wake`] was called since the last wait.
    pub(crate) async fn woken(&self) {
        self.0.work.notified().await;
    }

    /// The present business time as it will be stored.
    pub(crate) fn now(&self) -> Timestamp {
        domain::clock::to_micros(self.0.clock.now())
    }

    /// A fresh id of any kind.
    pub(crate) fn new_id<I: EntityId>(&self) -> I {
        I::from(seal::random::uuid_v7(self.0.clock.machine_now()))
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("config", &self.0.config)
            .finish_non_exhaustive()
    }
}
