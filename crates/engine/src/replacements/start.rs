//! Preview and start: the same judgement, shown or stored.

use std::num::NonZeroU32;

use domain::id::NumberKind;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{
    counter,
    replacement::{ReplacedService, ReplacedState, Replacement, ReplacementNeeds, RunState},
};
use tracing::info;

use super::{
    Attended, Candidate, ModuleShare, NewRun, Preview, Selection, Skipped, WORK,
    judge::{self, Judged, Verdict, counted},
    select,
};
use crate::{Actor, Engine, Error, Result, audit, periodic};

/// Calls that a reissue makes at a CA: asking for it, reading what is to be proven, about three looks at its state, fetching.
const CALLS: u32 = 6;
/// What a call takes, for an estimate on the safe side.
const CALL_TAKES: SignedDuration = SignedDuration::from_secs(1);
/// Longest time that a run may be given, in hours: thirty days.
const MOST_HOURS: u32 = 720;
/// Longest reason.
const LONGEST_WHY: usize = 500;
/// Services that a preview names of a kind.
const EXAMPLES: usize = 10;
/// Services that a preview shows of the order.
const FIRST: usize = 20;

pub(super) async fn preview(
    engine: &Engine,
    actor: &Actor,
    selection: &Selection,
    hours: u32,
) -> Result<Preview> {
    let deadline = deadline(engine, hours)?;
    let selected = select::selected(engine, actor, selection).await?;
    let judged = judge::judged(engine, actor, selected.services, deadline).await?;
    let called = |one: &Judged| (one.service.id, one.service.number);
    let attended = judged.iter().filter_map(|one| match &one.verdict {
        Verdict::Replace { needs, why, .. } if *needs != ReplacementNeeds::Nobody => {
            Some(((*needs, *why), called(one)))
        }
        _ => None,
    });
    let skipped = judged.iter().filter_map(|one| match &one.verdict {
        Verdict::Skip(why) => Some((why.clone(), called(one))),
        Verdict::Replace { .. } => None,
    });
    let mut unknown = selected.unknown;
    unknown.truncate(select::MOST);
    Ok(Preview {
        services: wanted(&judged),
        deadline,
        modules: shares(engine, actor, &judged).await?,
        attended: counted(attended, EXAMPLES)
            .into_iter()
            .map(|((needs, why), count, examples)| Attended {
                needs,
                why,
                count,
                examples,
            })
            .collect(),
        skipped: counted(skipped, EXAMPLES)
            .into_iter()
            .map(|(why, count, examples)| Skipped { why, count, examples })
            .collect(),
        unknown,
        first: judged.iter().filter_map(candidate).take(FIRST).collect(),
    })
}

pub(super) async fn start(engine: &Engine, actor: &Actor, new: NewRun) -> Result<Replacement> {
    let why = new.why.trim().to_owned();
    if why.is_empty() {
        return Err(Error::field("why", "required"));
    }
    if why.chars().count() > LONGEST_WHY {
        return Err(Error::field("why", "too-long"));
    }
    let deadline = deadline(engine, new.hours)?;
    let selected = select::selected(engine, actor, &new.selection).await?;
    let judged = judge::judged(engine, actor, selected.services, deadline).await?;
    let count = wanted(&judged);
    if count == 0 {
        return Err(Error::refused("nothing-selected"));
    }
    if new.expected.is_some_and(|expected| expected != count) {
        return Err(Error::refused("selection-changed"));
    }
    let run = store_run(engine, actor, &judged, (why, deadline)).await?;
    info!(
        run = run.number,
        services = run.services,
        "a replacement run begins"
    );
    Ok(run)
}

async fn store_run(
    engine: &Engine,
    actor: &Actor,
    judged: &[Judged],
    (why, deadline): (String, Timestamp),
) -> Result<Replacement> {
    let now = engine.now();
    let tx = engine.store().begin().await?;
    let run = Replacement {
        id: engine.new_id(),
        number: counter::next_number(&tx, NumberKind::Replacement).await?,
        seller_id: actor.seller,
        state: RunState::Running,
        why,
        services: i32::try_from(judged.len()).unwrap_or(i32::MAX),
        started_by: actor.label(),
        started_at: now,
        deadline_at: deadline,
        ended_at: None,
        version: 1,
    };
    let rows: Vec<ReplacedService> = judged
        .iter()
        .zip(1_i32..)
        .map(|(one, position)| row(&run, one, position))
        .collect();
    match store::replacement::insert(&tx, &run, &rows).await {
        // Somebody started another run with one of them at the same moment.
        Err(store::Error::Duplicate { .. }) => return Err(Error::refused("selection-changed")),
        other => other?,
    }
    periodic::soon(engine, &tx, WORK).await?;
    let detail =
        json!({ "number": run.number, "services": run.services, "why": run.why, "deadline": deadline });
    audit::append(&tx, engine, actor, "replacement.started", &run.id, detail);
    tx.commit().await?;
    Ok(run)
}

fn row(run: &Replacement, one: &Judged, position: i32) -> ReplacedService {
    let (state, module_id, needs, problem) = match &one.verdict {
        Verdict::Replace { module, needs, .. } => (ReplacedState::Queued, Some(*module), *needs, None),
        Verdict::Skip(why) => (
            ReplacedState::Skipped,
            one.service.module_id,
            ReplacementNeeds::Nobody,
            Some(why.clone()),
        ),
    };
    ReplacedService {
        replacement_id: run.id,
        position,
        service_id: one.service.id,
        module_id,
        state,
        needs,
        old_certificate_id: one.service.certificate_id,
        old_serial: one.serial.clone(),
        new_serial: None,
        begun_at: None,
        ended_at: (state == ReplacedState::Skipped).then_some(run.started_at),
        problem,
    }
}

fn deadline(engine: &Engine, hours: u32) -> Result<Timestamp> {
    if !(1..=MOST_HOURS).contains(&hours) {
        return Err(Error::field("hours", "out-of-range"));
    }
    let span = SignedDuration::from_hours(i64::from(hours));
    Ok(engine.now().saturating_add(span).unwrap_or(Timestamp::MAX))
}

fn wanted(judged: &[Judged]) -> u32 {
    let is_wanted = |one: &&Judged| matches!(one.verdict, Verdict::Replace { .. });
    u32::try_from(judged.iter().filter(is_wanted).count()).unwrap_or(u32::MAX)
}

fn candidate(one: &Judged) -> Option<Candidate> {
    let Verdict::Replace { needs, .. } = &one.verdict else {
        return None;
    };
    Some(Candidate {
        service: one.service.id,
        number: one.service.number,
        main_name: one.service.main_name.clone(),
        end_date: one.service.end_date,
        needs: *needs,
    })
}

/// What goes through each module, and how long what needs nobody takes there.
async fn shares(engine: &Engine, actor: &Actor, judged: &[Judged]) -> Result<Vec<ModuleShare>> {
    let mut shares = Vec::new();
    for module in store::module::every(engine.store().reader(), actor.seller).await? {
        let count = |is_counted: &dyn Fn(ReplacementNeeds) -> bool| {
            let of_module = judged.iter().filter(|one| match &one.verdict {
                Verdict::Replace {
                    module: through,
                    needs,
                    ..
                } => *through == module.id && is_counted(*needs),
                Verdict::Skip(_) => false,
            });
            u32::try_from(of_module.count()).unwrap_or(u32::MAX)
        };
        let services = count(&|_| true);
        if services == 0 {
            continue;
        }
        let unattended = count(&|needs| needs == ReplacementNeeds::Nobody);
        let limits = engine.limits_of(&module);
        let per_second = limits.per_second.map(NonZeroU32::get);
        let at_once = places(engine, limits);
        shares.push(ModuleShare {
            module: module.id,
            name: module.name,
            services,
            unattended,
            per_second,
            at_once,
            takes: takes(unattended, per_second, at_once),
        });
    }
    shares.sort_by_key(|share: &ModuleShare| std::cmp::Reverse(share.takes));
    Ok(shares)
}

/// How many operations of a module run at the same time.
pub(super) fn places(engine: &Engine, limits: ca::Limits) -> u32 {
    let workers = u32::try_from(engine.config().at_once.max(1)).unwrap_or(u32::MAX);
    limits.in_flight.map_or(workers, |most| most.get().min(workers))
}

/// The longer of the two: by calls a second, and by operations at the same time.
fn takes(certificates: u32, per_second: Option<u32>, at_once: u32) -> SignedDuration {
    let calls = i64::from(certificates) * i64::from(CALLS);
    let by_rate = per_second.map_or(0, |most| calls / i64::from(most.max(1)));
    let by_places = calls * CALL_TAKES.as_secs() / i64::from(at_once.max(1));
    SignedDuration::from_secs(by_rate.max(by_places).max(i64::from(certificates > 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stricter_limit_tells_how_long_it_takes() {
        for (certificates, per_second, at_once, seconds) in [
            (10_000, Some(2), 4, 30_000),
            (10_000, Some(20), 4, 15_000),
            (10_000, None, 16, 3_750),
            (1, None, 16, 1),
            (0, Some(2), 4, 0),
        ] {
            assert_eq!(
                takes(certificates, per_second, at_once).as_secs(),
                seconds,
                "{certificates} {per_second:?} {at_once}"
            );
        }
    }
}
