//! Moving business time on in `demo --once`, while the client and the CA's staff do their part.

use std::{fmt, time::Duration};

use anyhow::Context as _;
use domain::{
    id::{NumberKind, ServiceId},
    state::ServiceState,
};
use engine::travel::{Destination, State, Whom};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{once, world::DemoWorld};
use crate::installation::Installation;

/// Between two looks whether the client or the CA's staff has something to do.
const LOOK: Duration = Duration::from_millis(50);

/// What a move did, and how the service stands after it.
#[derive(Serialize)]
pub(super) struct Moved {
    /// As it was typed.
    by: String,
    from: Timestamp,
    to: Timestamp,
    service_state: ServiceState,
    end_date: Option<Date>,
    paid_till: Option<Date>,
    /// How many there are.
    certificates: usize,
    /// How many of them were issued on the way.
    issued: i64,
    /// Tasks that were raised on the way.
    tasks: Vec<Task>,
    milliseconds: u64,
}

/// A task that was raised.
#[derive(Serialize)]
struct Task {
    number: String,
    kind: &'static str,
    department: String,
    title: String,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = |date: Option<Date>| date.map_or_else(|| "-".to_owned(), |date| date.to_string());
        write!(
            f,
            "{} on: {}, End date {}, Paid till {}, {} certificates, {} tasks, {}.{} s",
            self.by,
            self.service_state.word(),
            date(self.end_date),
            date(self.paid_till),
            self.certificates,
            self.tasks.len(),
            self.milliseconds / 1000,
            self.milliseconds % 1000 / 100
        )
    }
}

/// Moves business time on.
///
/// # Errors
/// The destination is not ahead, or the move broke off.
pub(super) async fn go(
    installation: &Installation,
    world: &DemoWorld,
    service: ServiceId,
    destination: Destination,
) -> anyhow::Result<Moved> {
    let (engine, admin) = (&installation.engine, &installation.owner);
    let machine = engine.time_machine();
    let asked = machine
        .ask(admin, destination)
        .await
        .with_context(|| format!("moving business time by {destination}"))?;
    let stop = CancellationToken::new();
    tokio::select! {
        moved = machine.carry_out(&stop) => { moved?; }
        stopped = others(installation, world, service) => stopped?,
    }
    let travel = machine.find(admin, asked.id).await?;
    if travel.state != State::Done {
        let why = travel.error.unwrap_or_default();
        anyhow::bail!("moving business time by {destination} broke off: {why}");
    }
    let report = travel.report.context("the move has no report")?;
    let view = engine.services().show(admin, service).await?;
    let tasks = report
        .waits
        .into_iter()
        .filter_map(|waiting| match (waiting.task, waiting.whom) {
            (Some(task), Whom::Department { name, .. }) if task.is_new => Some(Task {
                number: NumberKind::Task.show(task.number),
                kind: task.kind.word(),
                department: name,
                title: task.title,
            }),
            _ => None,
        });
    Ok(Moved {
        by: destination.to_string(),
        from: report.from,
        to: report.to,
        service_state: view.line.state,
        end_date: view.line.dates.end_date,
        paid_till: view.line.dates.paid_till,
        certificates: view.certificates.len(),
        issued: report.certificates_count,
        tasks: tasks.collect(),
        milliseconds: report.millis,
    })
}

/// The client puts up what is to be proven, and the CA's staff finds the organisation, whenever it is asked for.
async fn others(installation: &Installation, world: &DemoWorld, service: ServiceId) -> anyhow::Result<()> {
    let (engine, admin) = (&installation.engine, &installation.owner);
    loop {
        let view = engine.services().show(admin, service).await?;
        once::prove(world, &view)?;
        once::approve_at_ca(world, &view)?;
        tokio::time::sleep(LOOK).await;
    }
}
