//! What a run's page and its report show.

use std::collections::HashMap;

use domain::id::{OperationId, ReplacementId, ServiceId};
use jiff::{SignedDuration, Timestamp};
use store::{
    Listing, Page,
    replacement::{self, ReplacedState, Replacement, ReplacementNeeds, RunState, Stage, Tally},
};

use super::{Counts, ModuleProgress, ReplacedLine, RunLine, RunView, WaitsFor, feed};
use crate::{
    Actor, Engine, Result,
    operations::{Waiting, waiting},
    services::{Lines, ServiceLine, operation_views},
};

/// A run as a row of the list.
pub(super) async fn line(engine: &Engine, run: Replacement) -> Result<RunLine> {
    let tally = replacement::tally(engine.store().reader(), run.id, engine.now()).await?;
    Ok(line_of(run, &tally))
}

fn line_of(run: Replacement, tally: &[Tally]) -> RunLine {
    RunLine {
        id: run.id,
        number: run.number,
        state: run.state,
        why: run.why,
        started_by: run.started_by,
        started_at: run.started_at,
        deadline: run.deadline_at,
        ended_at: run.ended_at,
        services: u32::try_from(run.services).unwrap_or(0),
        counts: counts(tally.iter()),
    }
}

fn counts<'a>(tally: impl Iterator<Item = &'a Tally>) -> Counts {
    let mut counts = Counts::default();
    for one in tally {
        counts.add(one.state, one.count);
    }
    counts
}

/// A run's page.
pub(super) async fn view(engine: &Engine, actor: &Actor, run: Replacement) -> Result<RunView> {
    let reader = engine.store().reader();
    let tally = replacement::tally(reader, run.id, engine.now()).await?;
    let names = store::module::every(reader, actor.seller).await?;
    let mut through: Vec<_> = tally.iter().map(|one| one.module).collect();
    through.sort();
    through.dedup();
    let mut modules = Vec::new();
    for module in through {
        let counts = counts(tally.iter().filter(|one| one.module == module));
        let held = match module {
            Some(id) if counts.queued > 0 && run.state == RunState::Running => {
                feed::held(engine, &run, id).await?
            }
            _ => None,
        };
        let name = names.iter().find(|known| Some(known.id) == module);
        modules.push(ModuleProgress {
            module,
            name: name.map(|known| known.name.clone()).unwrap_or_default(),
            counts,
            held,
        });
    }
    Ok(RunView {
        waits: waits(&tally),
        modules,
        expected_end: expected_end(engine, &run, &tally),
        line: line_of(run, &tally),
    })
}

/// Whom those that were begun wait for.
fn waits(tally: &[Tally]) -> WaitsFor {
    let mut waits = WaitsFor::default();
    for one in tally.iter().filter(|one| one.state == ReplacedState::Begun) {
        let place = match (one.stage, one.needs) {
            (Stage::Person, _) => &mut waits.staff,
            (Stage::Away, _) => &mut waits.away,
            (Stage::Proof, ReplacementNeeds::Client) => &mut waits.clients,
            (Stage::Proof, _) => &mut waits.ca,
            (Stage::Work | Stage::None, _) => &mut waits.us,
        };
        *place += one.count;
    }
    waits
}

/// When the rest of what needs nobody is replaced at the pace until now.
fn expected_end(engine: &Engine, run: &Replacement, tally: &[Tally]) -> Option<Timestamp> {
    if run.state != RunState::Running {
        return None;
    }
    let of = |is_counted: fn(ReplacedState) -> bool| -> i64 {
        let counted = |one: &&Tally| one.needs == ReplacementNeeds::Nobody && is_counted(one.state);
        tally.iter().filter(counted).map(|one| one.count).sum()
    };
    let done = of(|state| state == ReplacedState::Replaced);
    let left = of(ReplacedState::is_open);
    if done == 0 || left == 0 {
        return None;
    }
    let now = engine.now();
    let taken = now.duration_since(run.started_at).as_secs();
    let wait = i128::from(taken) * i128::from(left) / i128::from(done);
    let wait = SignedDuration::from_secs(i64::try_from(wait).ok()?);
    now.checked_add(wait).ok()
}

/// One page of the services of a run, with what they wait for.
pub(super) async fn services(
    engine: &Engine,
    actor: &Actor,
    run: ReplacementId,
    state: Option<ReplacedState>,
    page: &Page,
) -> Result<Listing<ReplacedLine>> {
    let reader = engine.store().reader();
    let found = replacement::services(reader, run, state, page).await?;
    let ids: Vec<ServiceId> = found.rows.iter().map(|row| row.service_id).collect();
    let services = store::service::find_all_of(reader, &ids).await?;
    let lines = Lines::load(engine, actor, &services).await?;
    let lines: HashMap<ServiceId, ServiceLine> = services
        .iter()
        .map(|service| (service.id, lines.line(service)))
        .collect();
    let begun: Vec<ServiceId> = found
        .rows
        .iter()
        .filter(|row| row.state == ReplacedState::Begun)
        .map(|row| row.service_id)
        .collect();
    let operations = store::operation::changing_of(reader, &begun).await?;
    let views = operation_views(engine, actor, &operations).await?;
    let mut under_way: HashMap<ServiceId, (OperationId, i64, Option<Waiting>)> = HashMap::new();
    for operation in &operations {
        let service = services.iter().find(|service| service.id == operation.service_id);
        let task = views
            .iter()
            .find(|view| view.id == operation.id)
            .and_then(|view| view.task);
        let waiting = match service {
            Some(service) => waiting::of(engine, actor, operation, service, task).await?,
            None => None,
        };
        under_way.insert(operation.service_id, (operation.id, operation.number, waiting));
    }
    let mut rows = Vec::new();
    for row in found.rows {
        // A service is never deleted.
        let Some(line) = lines.get(&row.service_id) else {
            continue;
        };
        let operation = match row.state {
            ReplacedState::Begun => under_way.remove(&row.service_id),
            _ => None,
        };
        let (operation, waiting) = match operation {
            Some((id, number, waiting)) => (Some((id, number)), waiting),
            None => (None, None),
        };
        rows.push(ReplacedLine {
            position: row.position,
            service: row.service_id,
            number: line.number,
            main_name: line.main_name.clone(),
            account: line.account,
            account_name: line.account_name.clone(),
            module_name: line.module_name.clone(),
            state: row.state,
            needs: row.needs,
            old_serial: row.old_serial,
            new_serial: row.new_serial,
            begun_at: row.begun_at,
            ended_at: row.ended_at,
            problem: row.problem,
            operation,
            waiting,
        });
    }
    Ok(Listing {
        rows,
        next: found.next,
        total: found.total,
    })
}
