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
//! | [`instance`], [`settings`] | which installation this is, what the seller decided |
//! | [`adoption`] | orders at the CA that become services |
//! | [`money`] | balances, credits, reservations, documents, what CAs charge |
//! | [`departments`], [`tasks`] | who works, and at what |
//! | [`master_keys`] | rotating the key that seals all secrets |
//! | [`reconciliation`] | comparing with the CAs' own lists of orders |
//! | [`reissues`] | new certificates within the paid term |
//! | [`renewals`] | the ends of paid terms: prolonged or closed |
//! | [`replacements`] | many certificates issued again within hours |
//! | [`periodic`] | what runs by the clock |
//! | [`api_tokens`] | tokens of the REST API and idempotency keys |
//! | [`notices`] | mails: written with their cause, delivered by lease |
//! | [`mail_texts`] | the texts of mails as a seller words them |
//! | [`people`] | set-up, sign-in, sessions, users, accounts |
//! | [`modules`], [`catalogue`], [`tariffs`] | connections to CAs, what they sell, what clients are offered |
//! | [`orders`], [`services`], [`certificates`] | what clients buy, have and take out |
//! | [`validations`], [`zones`] | proof of control over names, and publishing it unattended |
//! | [`rules`] | the dated rules in force, and what follows when they change |
//! | [`operations`], [`fault`] | automatic work, and dying in the middle of it on purpose |
//! | [`travel`] | moving business time in simulated mode |
//! | [`dashboard`] | the administrator's first page |

mod connection;
mod effects;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod work_tests;

pub mod actor;
pub mod adoption;
pub mod api_tokens;
pub mod audit;
pub mod authority;
pub mod clock;
pub mod departments;
pub mod error;
pub mod instance;
pub mod mail_texts;
pub mod master_keys;
pub mod money;
pub mod notices;
pub mod people;
pub mod periodic;
pub mod reconciliation;
pub mod reissues;
pub mod renewals;
pub mod replacements;
pub mod settings;
pub mod tasks;

pub mod catalogue;
pub mod certificates;
pub mod dashboard;
pub mod fault;
pub mod logs;
pub mod modules;
pub mod operations;
pub mod orders;
pub mod rules;
pub mod services;
pub mod tariffs;
pub mod travel;
pub mod validations;
pub mod worker;
pub mod zones;

use std::sync::{Arc, PoisonError, RwLock};

use connection::Connections;
use domain::{Clock as _, id::EntityId};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use orders::KnownApprovers;
use rules::RulesInForce;
use seal::KeyRing;
use store::Store;
use tokio::sync::{Notify, RwLock as AsyncRwLock, RwLockReadGuard, RwLockWriteGuard};

pub use actor::{Actor, RequestId, Who};
pub use authority::{Permission, Scope};
pub use clock::BusinessClock;
pub use error::{Error, Result};
pub use fault::FaultPlan;
pub use logs::{Logs, NoLogs};

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
    /// Looks at names and files the way a CA does.
    pub eyes: dns::Eyes,
    /// The program's logs.
    pub logs: Arc<dyn Logs>,
    /// Hands mails over; without one they wait.
    pub mailer: Option<Arc<dyn notify::Mailer>>,
    /// The dated rules.
    pub rules: RulesInForce,
    /// The clock of the simulator beside us, in simulated mode.
    pub companion: Option<Arc<dyn travel::Companion>>,
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
    /// The fault point at which the process aborts, in tests of crashes; see [`fault::POINTS`].
    pub crash_at: Option<String>,
    /// How careful purchases are.
    pub purchase: ca::purchase::Policy,
    /// How often CAs are asked about orders that wait.
    pub pace: Pace,
    /// Operations that one worker runs at the same time.
    pub at_once: usize,
}

/// How often a CA is asked about an order that waits: at first often, then less and less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between the first questions.
    pub first: SignedDuration,
    /// Between questions about an order that waits for days.
    pub last: SignedDuration,
}

impl Pace {
    /// For real CAs: at least a minute between questions (`leaderssl-api.md` §8.1, row 21).
    pub const LIVE: Self = Self {
        first: SignedDuration::from_mins(1),
        last: SignedDuration::from_hours(1),
    };
    /// For a simulator on this machine.
    pub const SIMULATED: Self = Self {
        first: SignedDuration::from_millis(500),
        last: SignedDuration::from_secs(10),
    };

    /// How long to wait after so many questions: five at the first pace, then a quarter longer each time.
    #[must_use]
    pub(crate) fn wait(self, asked: u32) -> SignedDuration {
        let mut wait = self.first;
        for _ in 5..asked.min(60) {
            wait = wait.saturating_mul(5) / 4;
            if wait >= self.last {
                return self.last;
            }
        }
        wait
    }
}

/// The engine. Cloning it is cheap; all clones are one engine.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<BusinessClock>,
    keys: RwLock<Arc<KeyRing>>,
    registry: &'static [ca::Registration],
    eyes: dns::Eyes,
    logs: Arc<dyn Logs>,
    connections: Connections,
    approvers: KnownApprovers,
    faults: FaultPlan,
    mailer: Option<Arc<dyn notify::Mailer>>,
    rules: RulesInForce,
    companion: Option<Arc<dyn travel::Companion>>,
    config: Config,
    work: Notify,
    travel: Notify,
    /// Held shared while operations run, alone while business time jumps.
    moving: AsyncRwLock<()>,
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
            eyes: parts.eyes,
            logs: parts.logs,
            connections: Connections::default(),
            approvers: KnownApprovers::default(),
            faults: armed(parts.config.crash_at.as_deref()),
            mailer: parts.mailer,
            rules: parts.rules,
            companion: parts.companion,
            config: parts.config,
            work: Notify::new(),
            travel: Notify::new(),
            moving: AsyncRwLock::new(()),
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

    pub(crate) fn eyes(&self) -> &dns::Eyes {
        &self.0.eyes
    }

    pub(crate) fn logs(&self) -> &dyn Logs {
        &*self.0.logs
    }

    pub(crate) fn connections(&self) -> &Connections {
        &self.0.connections
    }

    pub(crate) fn approvers(&self) -> &KnownApprovers {
        &self.0.approvers
    }

    pub(crate) fn shared_clock(&self) -> Arc<BusinessClock> {
        self.0.clock.clone()
    }

    /// Passes a fault point.
    pub(crate) fn pass(&self, point: &'static str) {
        self.0.faults.pass(point);
    }

    /// Until when a lease taken now holds, by the machine's clock.
    pub(crate) fn lease_end(&self) -> Timestamp {
        self.0
            .clock
            .machine_now()
            .checked_add(worker::LEASE)
            .unwrap_or(Timestamp::MAX)
    }

    /// Today in the seller's time zone.
    pub(crate) fn today(&self) -> Date {
        self.day_of(self.now())
    }

    /// The day of an instant in the seller's time zone.
    pub(crate) fn day_of(&self, instant: Timestamp) -> Date {
        instant.to_zoned(self.0.config.time_zone.clone()).date()
    }

    /// The instant at which the day of `now` began in the seller's time zone.
    pub(crate) fn start_of_day(&self, now: Timestamp) -> Timestamp {
        now.to_zoned(self.0.config.time_zone.clone())
            .start_of_day()
            .map_or(now, |day| day.timestamp())
    }

    pub(crate) fn registry(&self) -> &'static [ca::Registration] {
        self.0.registry
    }

    pub(crate) fn rules_in_force(&self) -> &RulesInForce {
        &self.0.rules
    }

    pub(crate) fn mailer(&self) -> Option<Arc<dyn notify::Mailer>> {
        self.0.mailer.clone()
    }

    pub(crate) fn companion(&self) -> Option<&dyn travel::Companion> {
        self.0.companion.as_deref()
    }

    /// Business time does not jump while this is held.
    pub(crate) async fn steady_time(&self) -> RwLockReadGuard<'_, ()> {
        self.0.moving.read().await
    }

    /// No operation and no scheduled work of this process runs while this is held.
    pub(crate) async fn standstill(&self) -> RwLockWriteGuard<'_, ()> {
        self.0.moving.write().await
    }

    /// Tells the time machine that somebody asked for a move.
    pub(crate) fn wake_traveller(&self) {
        self.0.travel.notify_one();
    }

    /// Returns when somebody asked for a move since the last wait.
    pub(crate) async fn asked_to_travel(&self) {
        self.0.travel.notified().await;
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

fn armed(crash_at: Option<&str>) -> FaultPlan {
    let Some(text) = crash_at else {
        return FaultPlan::default();
    };
    text.parse().unwrap_or_else(|error| {
        tracing::error!(error = %error, "no fault point is armed");
        FaultPlan::default()
    })
}
