//! The slices: what became of those that were begun, and beginning the next within what their modules can take.
//!
//! Every slice is one transaction that locks the run, so a pause holds from the moment it is stored, several nodes share
//! the work, and a process that dies leaves either the operation and its row or neither.

use domain::{
    id::ModuleId,
    state::{OperationKind, OperationState, PurchaseStage, ReissueCause, ServiceState},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{
    Tx,
    operation::{Due, Operation, Through},
    replacement::{self, ReplacedService, ReplacedState, Replacement, RunState},
    service::Service,
};
use tracing::{debug, info};

use super::{Fed, start::places};
use crate::{
    Engine, Error, Result, audit,
    operations::{run::system, steps::open::Outputs, withdraw},
    reissues::{self, Wanted, caused_by},
    settings::Settings,
};

/// While a run that only waits is not over, it is looked at so often.
const LOOK: SignedDuration = SignedDuration::from_secs(3);
/// So many operations of a module are kept due, at least; more where it runs many at once.
const AHEAD: u32 = 64;
/// Slices that a module has ahead of its places.
const TIMES_AHEAD: u32 = 8;
/// How many one transaction begins or settles.
const BATCH: u32 = 100;

/// Looks at every run that is not over. May be run again at any time and by several nodes at once.
///
/// # Errors
/// When the database fails.
pub(crate) async fn feed(engine: &Engine) -> Result<Fed> {
    let mut fed = Fed::default();
    for run in replacement::open(engine.store().reader()).await? {
        fed.settled += settle(engine, &run).await?;
        if run.state == RunState::Running {
            let (begun, ready) = begin_slices(engine, &run).await?;
            fed.begun += begun;
            fed.ready += ready;
        }
        let open = replacement::still_open(engine.store().reader(), run.id).await?;
        if open == 0 {
            finish(engine, &run).await?;
        }
        fed.open += open;
    }
    if fed.begun > 0 {
        engine.wake();
    }
    Ok(fed)
}

/// Writes what became of the services that were begun.
async fn settle(engine: &Engine, run: &Replacement) -> Result<u64> {
    let mut settled = 0;
    loop {
        let outcomes = replacement::outcomes(engine.store().reader(), run.id, BATCH).await?;
        if outcomes.is_empty() {
            return Ok(settled);
        }
        let tx = engine.store().begin().await?;
        for outcome in &outcomes {
            replacement::settle(&tx, run.id, outcome, engine.now()).await?;
            settled += 1;
        }
        tx.commit().await?;
    }
}

/// Begins what there is room for; says how many those were and how many wait for room.
async fn begin_slices(engine: &Engine, run: &Replacement) -> Result<(u64, i64)> {
    let reader = engine.store().reader();
    let (mut begun, mut ready) = (0, 0);
    for (module, queued) in replacement::queued(reader, run.id).await? {
        if held(engine, run, module).await?.is_some() {
            continue;
        }
        let mut room = room(engine, module).await?;
        let mut left = queued;
        while room > 0 && left > 0 {
            let taken = begin_slice(engine, run, module, room.min(BATCH)).await?;
            if taken == 0 {
                break;
            }
            begun += u64::from(taken);
            left -= i64::from(taken);
            room = room.saturating_sub(taken);
        }
        ready += left.max(0);
    }
    Ok((begun, ready))
}

/// Why nothing is begun through a module now.
pub(super) async fn held(
    engine: &Engine,
    run: &Replacement,
    module: ModuleId,
) -> Result<Option<&'static str>> {
    let reader = engine.store().reader();
    let Some(module) = store::module::find(reader, module).await? else {
        return Ok(Some("no-module"));
    };
    if module.rests_until.is_some_and(|until| until > engine.now()) {
        return Ok(Some("rests"));
    }
    let actor = system(engine, run.seller_id);
    // Beginning them would make a task of each and do nothing.
    if module.is_manual || !Settings::load(reader, &actor).await?.automatic_work {
        return Ok(Some("manual-mode"));
    }
    Ok(None)
}

/// How many more operations a module may have due.
async fn room(engine: &Engine, module: ModuleId) -> Result<u32> {
    let reader = engine.store().reader();
    let row = store::module::find(reader, module)
        .await?
        .ok_or(Error::NotFound)?;
    let most = places(engine, engine.limits_of(&row))
        .saturating_mul(TIMES_AHEAD)
        .max(AHEAD);
    let wall = engine.clock().machine_now();
    let due = store::operation::due_by_module(reader, engine.now(), wall).await?;
    let is_of_module = |due: &&Due| due.through == Through::Module(module);
    let due = due.iter().find(is_of_module).map_or(0, |due| due.count);
    Ok(most.saturating_sub(u32::try_from(due).unwrap_or(u32::MAX)))
}

/// Begins the next of a module in one transaction; says how many rows it took.
async fn begin_slice(engine: &Engine, run: &Replacement, module: ModuleId, most: u32) -> Result<u32> {
    let tx = engine.store().begin().await?;
    let present = replacement::lock(&tx, run.id).await?.ok_or(Error::NotFound)?;
    if present.state != RunState::Running {
        return Ok(0);
    }
    let rows = replacement::next_queued(&tx, run.id, module, most).await?;
    let taken = u32::try_from(rows.len()).unwrap_or(most);
    for mut row in rows {
        begin(engine, &tx, run, &mut row).await?;
        engine.pass("replacement.begun");
        replacement::update_service(&tx, &row).await?;
    }
    tx.commit().await?;
    engine.pass("replacement.slice_stored");
    debug!(run = run.number, count = taken, "a slice began");
    Ok(taken)
}

/// Begins one reissue, or notes why none is needed or possible by now.
async fn begin(engine: &Engine, tx: &Tx, run: &Replacement, row: &mut ReplacedService) -> Result<()> {
    let now = engine.now();
    let over = |row: &mut ReplacedService, state: ReplacedState, why: Option<&str>| {
        row.state = state;
        row.problem = why.map(str::to_owned);
        row.ended_at = Some(now);
    };
    let service = store::service::lock(tx, row.service_id)
        .await?
        .ok_or(Error::NotFound)?;
    if service.certificate_id != row.old_certificate_id {
        // It was replaced before its turn came.
        row.new_serial = match service.certificate_id {
            Some(id) => store::certificate::find(tx, id).await?.map(|one| one.serial),
            None => None,
        };
        over(row, ReplacedState::Replaced, None);
        return Ok(());
    }
    let refused = match service.state {
        ServiceState::Active => None,
        ServiceState::Suspended => Some("suspended"),
        _ => Some("over"),
    };
    if let Some(why) = refused {
        over(row, ReplacedState::Skipped, Some(why));
        return Ok(());
    }
    if service.term().is_none_or(|term| engine.today() >= term.end) {
        over(row, ReplacedState::Skipped, Some("term-over"));
        return Ok(());
    }
    if let Some(before) = store::operation::changing(tx, service.id).await? {
        let mut before = store::operation::lock(tx, before.id)
            .await?
            .ok_or(Error::Conflict)?;
        match before.kind {
            OperationKind::Close => {
                over(row, ReplacedState::Skipped, Some("closing"));
                return Ok(());
            }
            _ if !gives_way(engine, tx, &before).await? => {
                // It brings another certificate by itself: the run waits for it.
                row.state = ReplacedState::Begun;
                row.begun_at = Some(now);
                return Ok(());
            }
            _ => {
                let actor = system(engine, run.seller_id);
                withdraw(engine, tx, &actor, &mut before).await?;
            }
        }
    }
    reissue(engine, tx, run, service).await?;
    row.state = ReplacedState::Begun;
    row.begun_at = Some(now);
    Ok(())
}

/// Whether an operation gives way to the replacement: a reissue that fell due by itself, on which nobody works and for which
/// the CA was asked nothing yet. A prolongation, a client's own wish and what the CA already has go on.
async fn gives_way(engine: &Engine, tx: &Tx, before: &Operation) -> Result<bool> {
    let outputs: Outputs = serde_json::from_value(before.outputs.0.clone()).unwrap_or_default();
    let is_automatic = matches!(outputs.cause, Some(ReissueCause::Due));
    let is_at_person =
        before.state == OperationState::Manual && before.error_class.as_deref() == Some("unsupported");
    if before.kind != OperationKind::Reissue || !is_automatic || is_at_person {
        return Ok(false);
    }
    let was_asked = store::purchase::of_operation(tx, before.id)
        .await?
        .iter()
        .any(|purchase| purchase.stage == PurchaseStage::Accepted);
    Ok(!was_asked && engine.services().may_take_over(tx, before).await?)
}

async fn reissue(engine: &Engine, tx: &Tx, run: &Replacement, mut service: Service) -> Result<()> {
    let wanted = Wanted {
        id: engine.new_id(),
        outputs: caused_by(ReissueCause::ReplaceNow),
        by: run.started_by.clone(),
    };
    reissues::insert(engine, tx, &mut service, wanted).await?;
    let actor = system(engine, service.seller_id);
    let detail = json!({ "number": service.number, "run": run.number });
    audit::append(
        tx,
        engine,
        &actor,
        "service.replacement_begun",
        &service.id,
        detail,
    );
    Ok(())
}

/// Nothing of it is left.
async fn finish(engine: &Engine, run: &Replacement) -> Result<()> {
    let tx = engine.store().begin().await?;
    let mut run = replacement::lock(&tx, run.id).await?.ok_or(Error::NotFound)?;
    let is_over = run.ended_at.is_some() || replacement::still_open(&tx, run.id).await? > 0;
    if is_over {
        return Ok(());
    }
    if run.state != RunState::Cancelled {
        run.state = RunState::Done;
    }
    run.ended_at = Some(engine.now().max(run.started_at));
    replacement::update(&tx, &mut run).await?;
    let actor = system(engine, run.seller_id);
    let detail = json!({ "number": run.number, "state": run.state });
    audit::append(&tx, engine, &actor, "replacement.ended", &run.id, detail);
    tx.commit().await?;
    info!(
        run = run.number,
        state = run.state.word(),
        "a replacement run is over"
    );
    Ok(())
}

/// When the runs are to be looked at again, while one is not over: at once where something waits for room.
pub(crate) fn again_at(engine: &Engine, fed: Fed) -> Option<Timestamp> {
    let wait = if fed.ready > 0 { SignedDuration::ZERO } else { LOOK };
    (fed.open > 0).then(|| engine.now().saturating_add(wait).unwrap_or(Timestamp::MAX))
}
