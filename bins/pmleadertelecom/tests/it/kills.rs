//! Killed at every step, gone on with by the next attempt, bought once.

use billmanager_host::{ItemStatus, Moment};
use jiff::SignedDuration;
use pretty_assertions::assert_eq;

use crate::world::{BY_DNS, World};

/// More steps than any run has.
const MOST_STEPS: usize = 60;
/// Longer than a purchase whose outcome is unknown waits before it believes that there is none.
const LATER: SignedDuration = SignedDuration::from_mins(15);
const MOMENTS: [Moment; 2] = [Moment::Before, Moment::After];

/// Which of its steps a run is killed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Steps {
    Host,
    Ca,
}

fn plan(world: &World, steps: Steps, step: usize, moment: Moment) {
    match steps {
        Steps::Host => world.host.kill_at_call(step, moment),
        Steps::Ca => world.gate.kill_at(step, moment),
    }
}

/// Whether the run ended before its turn came.
fn spared(world: &World, steps: Steps) -> bool {
    match steps {
        Steps::Host => world.host.spare(),
        Steps::Ca => world.gate.spare(),
    }
}

async fn open_killed_at_every_step(steps: Steps) {
    let world = World::start().await;
    let host = &world.host;
    let tariff = world.tariff("positivessl").await;
    for moment in MOMENTS {
        for step in 1.. {
            assert!(step < MOST_STEPS, "a run has an end");
            let name = format!("step{step}-{moment:?}.example.org").to_lowercase();
            let ordered = world.order(tariff, 12, &[&name], BY_DNS).await;
            plan(&world, steps, step, moment);
            let run = host.attempt(ordered.operation).await.unwrap();
            let was_spared = spared(&world, steps);
            let about = format!("{steps:?} {step} {moment:?}");
            assert_eq!(run.signal, (!was_spared).then_some(9), "{about}: {run:#?}");
            host.set_clock(host.now() + LATER).await.unwrap();
            let operations = host.operations().await.unwrap();
            if operations
                .iter()
                .any(|operation| operation.id == ordered.operation)
            {
                let again = host.attempt(ordered.operation).await.unwrap();
                assert!(again.succeeded(), "{about}: {again:#?}");
            }
            world.ca_issues().await;
            host.look(ordered.item).await.unwrap();
            let item = world.item(ordered.item).await;
            assert_eq!(
                (item.status, item.service_status(), world.charges(&name).len()),
                (ItemStatus::Active, Some(5), 1),
                "{about}: {item:#?} {:#?}",
                host.operations().await.unwrap()
            );
            host.take_runs();
            if was_spared {
                assert!(step > 4, "{about}: so few steps?");
                break;
            }
        }
    }
    let tasks = host.tasks().await.unwrap();
    assert!(tasks.is_empty(), "{tasks:#?}");
}

#[tokio::test]
async fn killed_at_any_host_call_of_an_opening_it_buys_once() {
    open_killed_at_every_step(Steps::Host).await;
}

#[tokio::test]
async fn killed_at_any_request_to_the_ca_of_an_opening_it_buys_once() {
    open_killed_at_every_step(Steps::Ca).await;
}

async fn look_killed_at_every_step(steps: Steps) {
    let world = World::start().await;
    let host = &world.host;
    let tariff = world.tariff("positivessl").await;
    for moment in MOMENTS {
        for step in 1.. {
            assert!(step < MOST_STEPS, "a run has an end");
            let name = format!("look{step}-{moment:?}.example.org").to_lowercase();
            let ordered = world.order(tariff, 24, &[&name], BY_DNS).await;
            host.attempt(ordered.operation).await.unwrap();
            world.ca_issues().await;
            plan(&world, steps, step, moment);
            let run = host.look(ordered.item).await.unwrap();
            let was_spared = spared(&world, steps);
            let about = format!("{steps:?} {step} {moment:?}");
            assert_eq!(run.signal, (!was_spared).then_some(9), "{about}: {run:#?}");
            let again = host.look(ordered.item).await.unwrap();
            assert!(again.succeeded(), "{about}: {again:#?}");
            let item = world.item(ordered.item).await;
            assert_eq!(item.service_status(), Some(5), "{about}: {item:#?}");
            assert!(!item.certificate.is_empty() && item.end_date.is_some(), "{about}");
            assert!(item.paid_till().is_some(), "{about}");
            assert_eq!(world.charges(&name).len(), 1, "{about}");
            host.take_runs();
            if was_spared {
                break;
            }
        }
    }
}

#[tokio::test]
async fn killed_at_any_host_call_of_a_look_the_next_look_ends_it() {
    look_killed_at_every_step(Steps::Host).await;
}

#[tokio::test]
async fn killed_at_any_request_to_the_ca_of_a_look_the_next_look_ends_it() {
    look_killed_at_every_step(Steps::Ca).await;
}
