//! The engines of a world: what they are made of, and where they look.

use std::{net::SocketAddr, sync::Arc};

use engine::{
    BusinessClock, Config, Engine, NoLogs, Pace, Parts,
    rules::RulesInForce,
    travel::{Companion, CompanionAway},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use leaderssl_simulator::{Simulator, surroundings::Surroundings};
use seal::KeyRing;
use store::Store;

use crate::adding_ca;

/// A purchase policy for a CA on the same machine.
pub const QUICK: ca::purchase::Policy = ca::purchase::Policy {
    settle: jiff::SignedDuration::from_secs(2),
    most_calls: 3,
};

/// Where the servers around an engine listen.
#[derive(Debug, Clone, Copy)]
pub struct Around {
    /// The name server.
    pub dns: SocketAddr,
    /// The plain web server.
    pub http: SocketAddr,
    /// The web server with TLS.
    pub https: SocketAddr,
}

impl Around {
    /// Those of the surroundings.
    #[must_use]
    pub fn of(surroundings: &Surroundings) -> Self {
        Self {
            dns: surroundings.dns.address(),
            http: surroundings.web.http(),
            https: surroundings.web.https(),
        }
    }
}

/// Often, so that a test does not wait.
pub(super) const OFTEN: Pace = Pace {
    first: SignedDuration::from_millis(50),
    last: SignedDuration::from_millis(500),
};

/// An engine in this world: a test may make a second one, in another process too.
pub fn engine(
    store: &Store,
    around: Around,
    keys: KeyRing,
    purchase: ca::purchase::Policy,
    crash_at: Option<String>,
) -> Engine {
    let ours = Ours {
        purchase,
        crash_at,
        // Whatever CA the first engine has: the database says which.
        registry: adding_ca::registry(),
        ..Ours::usual(keys, BusinessClock::real())
    };
    engine_with(store, around, ours)
}

/// What an engine is made of beside its surroundings.
pub(super) struct Ours {
    pub(super) keys: KeyRing,
    pub(super) purchase: ca::purchase::Policy,
    pub(super) crash_at: Option<String>,
    pub(super) clock: BusinessClock,
    pub(super) companion: Option<Arc<dyn Companion>>,
    pub(super) rules: RulesInForce,
    pub(super) pace: Pace,
    pub(super) mailer: Option<Arc<dyn notify::Mailer>>,
    pub(super) registry: &'static [ca::Registration],
}

impl Ours {
    pub(super) fn usual(keys: KeyRing, clock: BusinessClock) -> Self {
        Self {
            keys,
            purchase: QUICK,
            crash_at: None,
            clock,
            companion: None,
            rules: RulesInForce::built_in(),
            pace: OFTEN,
            mailer: None,
            registry: connectors::REGISTRATIONS,
        }
    }
}

pub(super) fn engine_with(store: &Store, around: Around, ours: Ours) -> Engine {
    let eyes = dns::Eyes::new(dns::EyesConfig {
        resolver: dns::Resolver::Address(around.dns),
        zones: vec![dns::ZoneServer {
            zone: dns::RecordName::root(),
            server: dns::RecordName::parse("ns1.demo").expect("a name"),
            address: around.dns,
        }],
        simulated: Some(dns::SimulatedNet {
            http: around.http,
            https: around.https,
        }),
        ..dns::EyesConfig::default()
    })
    .expect("the eyes open");
    Engine::new(Parts {
        store: store.clone(),
        clock: Arc::new(ours.clock),
        keys: ours.keys,
        registry: ours.registry,
        eyes,
        logs: Arc::new(NoLogs),
        mailer: ours.mailer,
        rules: ours.rules,
        companion: ours.companion,
        config: Config {
            time_zone: TimeZone::UTC,
            public_url: "http://localhost".to_owned(),
            mode: ca::Mode::Simulated,
            limits: ca::Limits::NONE,
            crash_at: ours.crash_at,
            purchase: ours.purchase,
            pace: ours.pace,
            at_once: 8,
        },
    })
}

/// The clock of a simulator in the same process.
pub(super) struct ClockBeside(pub(super) Arc<Simulator>);

#[async_trait::async_trait]
impl Companion for ClockBeside {
    async fn now(&self) -> Result<Timestamp, CompanionAway> {
        Ok(self.0.now())
    }

    async fn advance_to(&self, at: Timestamp) -> Result<Timestamp, CompanionAway> {
        // Refused when it ran past the instant by itself.
        Ok(self.0.set_clock(at).unwrap_or_else(|_| self.0.now()))
    }
}
