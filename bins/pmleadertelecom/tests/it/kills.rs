//! Killed at every step, gone on with by the next run, bought once.

use billmanager_host::{ItemStatus, Moment, Ordered, Reissue, Run};
use jiff::SignedDuration;
use pki::{Certificate, Csr};
use pretty_assertions::assert_eq;

use crate::world::{BY_DNS, World, csr};

/// More steps than any run has.
const MOST_STEPS: usize = 60;
/// Longer than a purchase whose outcome is unknown waits before it believes that there is none.
const LATER: SignedDuration = SignedDuration::from_mins(15);

/// Which of its steps a run is killed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Steps {
    Host,
    Ca,
}

impl Steps {
    fn plan(self, world: &World, step: usize, moment: Moment) {
        match self {
            Self::Host => world.host.kill_at_call(step, moment),
            Self::Ca => world.gate.kill_at(step, moment),
        }
    }

    /// Nobody is killed any more. Whether the run ended before its turn came.
    fn spared(self, world: &World) -> bool {
        match self {
            Self::Host => world.host.spare(),
            Self::Ca => world.gate.spare(),
        }
    }
}

/// The run that is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Open,
    Look,
    Reopen,
    Prolong,
}

/// A service right before the run.
struct Service {
    name: String,
    item: i64,
    /// What an attempt is made of; a look has none.
    operation: Option<i64>,
}

impl Act {
    async fn prepare(self, world: &World, tariff: i64, name: String) -> Service {
        let host = &world.host;
        let months = if self == Self::Look { 24 } else { 12 };
        let Ordered { item, operation } = world.order(tariff, months, &[&name], BY_DNS).await;
        if self != Self::Open {
            host.attempt(operation).await.unwrap();
            world.ca_issues().await;
        }
        let operation = match self {
            Self::Open => Some(operation),
            Self::Look => None,
            Self::Reopen => {
                host.look(item).await.unwrap();
                let reissue = Reissue {
                    csr: csr(&[&name]),
                    key: String::new(),
                    names: None,
                };
                Some(host.reissue(item, &reissue).await.unwrap())
            }
            Self::Prolong => {
                host.look(item).await.unwrap();
                Some(host.begin(item, "prolong").await.unwrap())
            }
        };
        Service {
            name,
            item,
            operation,
        }
    }

    /// How often the CA was paid and how many records it has, when all is done.
    const fn purchases(self) -> (usize, usize) {
        match self {
            Self::Open | Self::Look => (1, 1),
            Self::Reopen => (1, 2),
            Self::Prolong => (2, 2),
        }
    }
}

impl Service {
    async fn run(&self, world: &World) -> Run {
        match self.operation {
            Some(operation) => world.host.attempt(operation).await.unwrap(),
            None => world.host.look(self.item).await.unwrap(),
        }
    }

    /// What the host does by itself until nothing is left to do.
    async fn go_on(&self, world: &World, about: &str) {
        let host = &world.host;
        host.set_clock(host.now() + LATER).await.unwrap();
        let waiting = host.operations().await.unwrap();
        if waiting.iter().any(|found| Some(found.id) == self.operation) {
            let again = self.run(world).await;
            assert!(again.succeeded(), "{about}: {again:#?}");
        }
        world.ca_issues().await;
        let look = host.look(self.item).await.unwrap();
        assert!(look.succeeded(), "{about}: {look:#?}");
    }

    async fn is_whole(&self, world: &World, act: Act, about: &str) {
        let item = world.item(self.item).await;
        let operations = world.host.operations().await.unwrap();
        assert_eq!(
            (item.status, item.service_status(), operations.len()),
            (ItemStatus::Active, Some(5), 0),
            "{about}: {item:#?} {operations:#?}"
        );
        let (charges, records) = (world.charges(&self.name), world.records(&self.name));
        assert_eq!((charges.len(), records.len()), act.purchases(), "{about}");
        let newest = records.last().and_then(|record| record.issued.clone()).unwrap();
        let saved = Certificate::parse(item.certificate.as_bytes()).unwrap();
        let delivered = Certificate::parse(newest.leaf.as_bytes()).unwrap();
        assert_eq!(
            saved.fingerprint(),
            delivered.fingerprint(),
            "{about}: the newest certificate"
        );
        let asked = Csr::parse(item.csr.as_bytes()).unwrap();
        assert_eq!(
            saved.key_fingerprint(),
            asked.key().fingerprint(),
            "{about}: the request's key"
        );
        assert_eq!(item.end_date, Some(newest.valid_to), "{about}");
        assert_eq!(item.paid_till().is_some(), act == Act::Look, "{about}");
    }
}

async fn killed_at_every_step(act: Act, steps: Steps, moment: Moment) {
    let world = World::start().await;
    let tariff = world.tariff("positivessl").await;
    for step in 1.. {
        assert!(step < MOST_STEPS, "a run has an end");
        let about = format!("{act:?}, killed at {steps:?} {step} {moment:?}");
        let service = act
            .prepare(&world, tariff, format!("step{step}.example.org"))
            .await;
        steps.plan(&world, step, moment);
        let run = service.run(&world).await;
        let was_spared = steps.spared(&world);
        assert_eq!(run.signal, (!was_spared).then_some(9), "{about}: {run:#?}");
        service.go_on(&world, &about).await;
        service.is_whole(&world, act, &about).await;
        world.host.take_runs();
        if was_spared {
            assert!(step > 3, "{about}: so few steps?");
            break;
        }
    }
    world.is_at_rest().await;
}

macro_rules! killed {
    ($($name:ident: $act:ident, $steps:ident, $moment:ident;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                killed_at_every_step(Act::$act, Steps::$steps, Moment::$moment).await;
            }
        )*
    };
}

killed! {
    an_opening_killed_before_any_host_call_buys_once: Open, Host, Before;
    an_opening_killed_after_any_host_call_buys_once: Open, Host, After;
    an_opening_killed_before_any_request_to_the_ca_buys_once: Open, Ca, Before;
    an_opening_killed_after_any_request_to_the_ca_buys_once: Open, Ca, After;
    a_look_killed_before_any_host_call_is_ended_by_the_next: Look, Host, Before;
    a_look_killed_after_any_host_call_is_ended_by_the_next: Look, Host, After;
    a_look_killed_before_any_request_to_the_ca_is_ended_by_the_next: Look, Ca, Before;
    a_look_killed_after_any_request_to_the_ca_is_ended_by_the_next: Look, Ca, After;
    a_reissue_killed_before_any_host_call_is_made_once: Reopen, Host, Before;
    a_reissue_killed_after_any_host_call_is_made_once: Reopen, Host, After;
    a_reissue_killed_before_any_request_to_the_ca_is_made_once: Reopen, Ca, Before;
    a_reissue_killed_after_any_request_to_the_ca_is_made_once: Reopen, Ca, After;
    a_prolongation_killed_before_any_host_call_buys_the_next_term_once: Prolong, Host, Before;
    a_prolongation_killed_after_any_host_call_buys_the_next_term_once: Prolong, Host, After;
    a_prolongation_killed_before_any_request_to_the_ca_buys_the_next_term_once: Prolong, Ca, Before;
    a_prolongation_killed_after_any_request_to_the_ca_buys_the_next_term_once: Prolong, Ca, After;
}
