//! Periodic work: what runs by the clock, without anybody asking.
//!
//! Every piece takes no input, may be run twice without harm, and does not retry by itself: its next run is the retry. One
//! node runs it at a time, by lease. A page shows when each ran last, when it runs next, what came of it, and its backlog.

use std::{future::Future, pin::Pin, time::Duration};

use jiff::{SignedDuration, Timestamp, civil::Time, tz::TimeZone};
use serde_json::json;
use store::{Tx, periodic::Periodic};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    error::{Error, Result},
    modules,
    notices::reminders,
    operations::{ending, run::system},
    replacements,
    settings::Settings,
    tasks,
};

/// How long one node may take for one run.
const LEASE: SignedDuration = SignedDuration::from_mins(30);
/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_secs(1);
/// Failed attempts to sign in, ended sessions and used tokens are kept this long.
const KEEP_TRACES: SignedDuration = SignedDuration::from_hours(24 * 30);
/// So many raw answers of CAs are forgotten in one transaction.
const ANSWERS_AT_ONCE: u64 = 500;
/// Answers under an idempotency key are kept this long.
const KEEP_ANSWERS: SignedDuration = SignedDuration::from_hours(48);

/// Every piece of periodic work.
const WORKS: &[Work] = &[
    Work {
        name: "balances",
        schedule: Schedule::Daily(&[Time::constant(6, 0, 0, 0), Time::constant(18, 0, 0, 0)]),
        run: |engine| Box::pin(balances(engine)),
    },
    Work {
        name: "connections",
        schedule: Schedule::Every(SignedDuration::from_mins(5)),
        run: |engine| Box::pin(connections(engine)),
    },
    Work {
        name: "deadlines",
        schedule: Schedule::Every(SignedDuration::from_mins(10)),
        run: |engine| Box::pin(deadlines(engine)),
    },
    Work {
        name: "housekeeping",
        schedule: Schedule::Every(SignedDuration::from_hours(1)),
        run: |engine| Box::pin(housekeeping(engine)),
    },
    Work {
        name: "notices",
        schedule: Schedule::Daily(&[Time::constant(6, 0, 0, 0)]),
        run: |engine| Box::pin(notices(engine)),
    },
    Work {
        name: "reissues",
        schedule: Schedule::Every(SignedDuration::from_hours(1)),
        run: |engine| Box::pin(reissues(engine)),
    },
    Work {
        name: "renewals",
        schedule: Schedule::Every(SignedDuration::from_hours(1)),
        run: |engine| Box::pin(renewals(engine)),
    },
    Work {
        name: replacements::WORK,
        schedule: Schedule::Every(SignedDuration::from_hours(1)),
        run: |engine| Box::pin(replacement(engine)),
    },
    Work {
        name: "reconciliation",
        schedule: Schedule::Daily(&[Time::constant(3, 0, 0, 0)]),
        run: |engine| Box::pin(reconciliation(engine)),
    },
];

struct Work {
    name: &'static str,
    schedule: Schedule,
    run: fn(Engine) -> Running,
}

type Running = Pin<Box<dyn Future<Output = Result<Done>> + Send>>;

/// When something runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// This long after it ran.
    Every(SignedDuration),
    /// At these times of the day, in the seller's zone; in order.
    Daily(&'static [Time]),
}

/// A piece of work as a page shows it.
#[derive(Debug, Clone)]
pub struct WorkView {
    /// What is known of its runs.
    pub row: Periodic,
    /// When it runs; none for work that this version no longer knows.
    pub schedule: Option<Schedule>,
    /// Whether a node runs it now.
    pub is_running: bool,
}

/// How much work the operations are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Workload {
    /// Due and not begun.
    pub due: i64,
    /// Running.
    pub running: i64,
    /// Waiting after an error.
    pub retrying: i64,
    /// With a person.
    pub manual: i64,
}

/// What came of a run.
struct Done {
    /// In one line.
    result: String,
    /// How much is left to do.
    backlog: i64,
    /// When it has to run again, where that is sooner than by its schedule.
    again_at: Option<Timestamp>,
}

impl Done {
    fn of(result: String, backlog: i64) -> Self {
        Self {
            result,
            backlog,
            again_at: None,
        }
    }

    fn nothing(result: &str) -> Self {
        Self::of(result.to_owned(), 0)
    }
}

/// Periodic work.
pub struct PeriodicWork<'a>(&'a Engine);

impl Engine {
    /// Periodic work.
    #[must_use]
    pub fn periodic(&self) -> PeriodicWork<'_> {
        PeriodicWork(self)
    }
}

impl PeriodicWork<'_> {
    /// What runs by the clock, when it ran and what came of it.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Periodic>> {
        authority::require(actor, Permission::SeeModules)?;
        Ok(store::periodic::list(self.0.store().reader()).await?)
    }

    /// Every piece of work with its schedule, in the order in which they run next.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn show(&self, actor: &Actor) -> Result<Vec<WorkView>> {
        let machine_now = self.0.clock().machine_now();
        let mut views: Vec<WorkView> = self
            .list(actor)
            .await?
            .into_iter()
            .map(|row| WorkView {
                schedule: WORKS
                    .iter()
                    .find(|work| work.name == row.name)
                    .map(|work| work.schedule),
                is_running: row.lease_until.is_some_and(|until| until > machine_now),
                row,
            })
            .collect();
        views.sort_by_key(|view| view.row.next_run_at);
        Ok(views)
    }

    /// How much work the operations are, which do not run by the clock but as they fall due.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn workload(&self, actor: &Actor) -> Result<Workload> {
        authority::require(actor, Permission::SeeModules)?;
        let reader = self.0.store().reader();
        let (now, machine_now) = (self.0.now(), self.0.clock().machine_now());
        let due = store::operation::due_by_module(reader, now, machine_now).await?;
        let (retrying, manual) = store::operation::count_in_trouble(reader, actor.seller).await?;
        Ok(Workload {
            due: due.iter().map(|due| due.count).sum(),
            running: store::operation::leased(reader, machine_now).await?,
            retrying,
            manual,
        })
    }

    /// Makes a piece of work due now.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn run_now(&self, actor: &Actor, name: &str) -> Result<()> {
        authority::require(actor, Permission::ManageSystem)?;
        if !WORKS.iter().any(|work| work.name == name) {
            return Err(Error::NotFound);
        }
        let tx = self.0.store().begin().await?;
        store::periodic::make_due(&tx, name, self.0.now()).await?;
        audit::append(&tx, self.0, actor, "periodic.run_now", &name, json!({}));
        tx.commit().await?;
        Ok(())
    }

    /// Runs what is due until it is told to stop.
    pub async fn run_until(&self, stop: CancellationToken) {
        let name = format!("periodic-{}", seal::random::alphanumeric(8));
        if let Err(failure) = self.prepare().await {
            error!(error = %failure, "periodic work could not be prepared");
        }
        while !stop.is_cancelled() {
            if let Err(failure) = self.run_due(&name).await {
                error!(error = %failure, "cannot look for periodic work");
            }
            tokio::select! { () = stop.cancelled() => break, () = tokio::time::sleep(LOOK) => {} }
        }
    }

    /// Runs what is due now, one after the other; says how much there was. For tests and commands.
    ///
    /// # Errors
    /// When the database fails; work that fails is no error but its result.
    pub async fn run_due_once(&self) -> Result<usize> {
        self.prepare().await?;
        self.run_due("once").await
    }

    /// Makes the rows of new work.
    async fn prepare(&self) -> Result<()> {
        let known = store::periodic::list(self.0.store().reader()).await?;
        let is_new = |work: &&Work| !known.iter().any(|row| row.name == work.name);
        if !WORKS.iter().any(|work| is_new(&work)) {
            return Ok(());
        }
        let tx = self.0.store().begin().await?;
        for work in WORKS.iter().filter(is_new) {
            let first = work.schedule.after(self.0.now(), &self.0.config().time_zone);
            store::periodic::ensure(&tx, work.name, first).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn run_due(&self, owner: &str) -> Result<usize> {
        let (now, machine_now) = (self.0.now(), self.0.clock().machine_now());
        // Looking first keeps an idle node from taking the database's only writer every second.
        let rows = store::periodic::list(self.0.store().reader()).await?;
        let is_due = |row: &&Periodic| {
            row.next_run_at <= now && row.lease_until.is_none_or(|until| until <= machine_now)
        };
        let mut count = 0;
        for row in rows.iter().filter(is_due) {
            if let Some(work) = WORKS.iter().find(|work| work.name == row.name) {
                count += usize::from(self.run(work, owner).await?);
            }
        }
        Ok(count)
    }

    async fn run(&self, work: &Work, owner: &str) -> Result<bool> {
        let engine = self.0;
        let machine_now = engine.clock().machine_now();
        let until = machine_now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
        let tx = engine.store().begin().await?;
        let claimed = store::periodic::claim(&tx, work.name, owner, engine.now(), machine_now, until).await?;
        tx.commit().await?;
        let Some(mut row) = claimed else {
            return Ok(false);
        };
        let steady = engine.steady_time().await;
        let outcome = (work.run)(engine.clone()).await;
        drop(steady);
        row.last_finished_at = Some(engine.now());
        row.next_run_at = work.schedule.after(engine.now(), &engine.config().time_zone);
        match outcome {
            Ok(done) => {
                if let Some(at) = done.again_at {
                    debug!(work = work.name, result = done.result, "periodic work goes on");
                    row.next_run_at = row.next_run_at.min(at);
                } else {
                    info!(work = work.name, result = done.result, "periodic work is done");
                }
                row.last_result = Some(done.result);
                row.last_error = None;
                row.backlog = done.backlog;
            }
            Err(failure) => {
                warn!(work = work.name, error = %failure, "periodic work failed");
                row.last_error = Some(failure.to_string());
            }
        }
        self.settle(row, owner).await?;
        Ok(true)
    }

    /// Keeps what came of a run. Work that was made due while it ran stays due.
    async fn settle(&self, mut row: Periodic, owner: &str) -> Result<()> {
        let tx = self.0.store().begin().await?;
        let present = store::periodic::find(&tx, &row.name)
            .await?
            .ok_or(Error::NotFound)?;
        if present.lease_owner.as_deref() != Some(owner) {
            // It took longer than its lease; whoever took over tells what came of it.
            return Ok(());
        }
        if present.version != row.version {
            row.next_run_at = present.next_run_at;
            row.version = present.version;
        }
        store::periodic::settle(&tx, &mut row).await?;
        tx.commit().await?;
        Ok(())
    }
}

impl Schedule {
    /// The first time after an instant.
    fn after(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Every(span) => now.saturating_add(span).unwrap_or(Timestamp::MAX),
            Self::Daily(times) => {
                let today = now.to_zoned(zone.clone()).date();
                let days = [Ok(today), today.tomorrow()];
                days.into_iter()
                    .flatten()
                    .flat_map(|day| times.iter().map(move |&time| day.to_datetime(time)))
                    // A time that the change to summer time skips is moved behind the gap.
                    .filter_map(|moment| moment.to_zoned(zone.clone()).ok())
                    .map(|moment| moment.timestamp())
                    .find(|&moment| moment > now)
                    .unwrap_or(Timestamp::MAX)
            }
        }
    }
}

/// Makes a piece of work due when the transaction is committed: something new is there for it.
pub(crate) async fn soon(engine: &Engine, tx: &Tx, name: &str) -> Result<()> {
    store::periodic::ensure(tx, name, engine.now()).await?;
    Ok(store::periodic::make_due(tx, name, engine.now()).await?)
}

/// Reads the balance at every CA; a module that does not answer shows why on its own page.
async fn balances(engine: Engine) -> Result<Done> {
    let Some(seller) = store::seller::first(engine.store().reader()).await? else {
        return Ok(Done::nothing("no seller yet"));
    };
    let (mut read, mut failed) = (0, 0);
    for module in store::module::all(engine.store().reader(), seller.id).await? {
        if !module.is_active {
            continue;
        }
        match modules::refresh_balance(&engine, module.id).await {
            Ok(_) => read += 1,
            Err(failure) => {
                warn!(module.id = %module.id, error = %failure, "the balance could not be read");
                failed += 1;
            }
        }
    }
    Ok(Done::of(format!("{read} read, {failed} failed"), failed))
}

/// Looks whether CAs that were away are back.
async fn connections(engine: Engine) -> Result<Done> {
    let found = modules::health::look_at_broken(&engine).await?;
    Ok(Done::of(
        format!("{} looked at, {} still away", found.looked, found.away),
        found.away,
    ))
}

/// Tells of tasks that are overdue, and of certificates that end while their operation cannot go on.
async fn deadlines(engine: Engine) -> Result<Done> {
    let overdue = tasks::overdue::tell(&engine).await?;
    let ending = ending::warn_all(&engine).await?;
    Ok(Done::of(
        format!("{overdue} tasks became overdue, {ending} certificates end while their CA is away"),
        0,
    ))
}

/// Compares with every CA's own list of orders.
async fn reconciliation(engine: Engine) -> Result<Done> {
    let Some(seller) = store::seller::first(engine.store().reader()).await? else {
        return Ok(Done::nothing("no seller yet"));
    };
    let reports = engine.reconciliation().run(&system(&engine, seller.id)).await?;
    let unclean = reports.iter().filter(|report| !report.is_clean()).count();
    Ok(Done::of(
        format!("{} compared, {unclean} not in order", reports.len()),
        i64::try_from(unclean).unwrap_or(i64::MAX),
    ))
}

/// Tells clients whose certificates end and have none after them.
async fn notices(engine: Engine) -> Result<Done> {
    let reminded = reminders::run_due(&engine).await?;
    Ok(Done {
        result: format!("{} looked at, {} told", reminded.looked, reminded.told),
        backlog: 0,
        again_at: None,
    })
}

/// Begins the reissues that are due.
async fn reissues(engine: Engine) -> Result<Done> {
    let due = engine.reissues().run_due().await?;
    Ok(Done::of(
        format!("{} begun, {} busy", due.begun, due.busy),
        i64::try_from(due.busy).unwrap_or(i64::MAX),
    ))
}

/// Begins the next slices of replacement runs; again in a moment while one is not over.
async fn replacement(engine: Engine) -> Result<Done> {
    let fed = engine.replacements().run_due().await?;
    Ok(Done {
        again_at: replacements::again_at(&engine, fed),
        ..Done::of(
            format!("{} begun, {} settled, {} open", fed.begun, fed.settled, fed.open),
            fed.open,
        )
    })
}

/// Begins the prolongations that are due, and closes what has come to the end of its paid term.
async fn renewals(engine: Engine) -> Result<Done> {
    let renewed = engine.renewals().run_due().await?;
    let closed = engine.renewals().close_ended().await?;
    let waiting = renewed.short_of_money + renewed.put_off;
    Ok(Done::of(
        format!(
            "{} begun, {} short of money, {} put off, {closed} ended",
            renewed.begun, renewed.short_of_money, renewed.put_off
        ),
        i64::try_from(waiting).unwrap_or(i64::MAX),
    ))
}

/// Removes what nobody needs any more.
async fn housekeeping(engine: Engine) -> Result<Done> {
    let before = |span: SignedDuration| {
        let now = engine.clock().machine_now();
        now.saturating_sub(span).unwrap_or(Timestamp::MIN)
    };
    let tx = engine.store().begin().await?;
    let traces = store::session::sweep(&tx, before(KEEP_TRACES)).await?;
    let answers = store::api_token::sweep(&tx, before(KEEP_ANSWERS)).await?;
    let forms = store::credit_once::sweep(&tx, before(KEEP_TRACES)).await?;
    tx.commit().await?;
    let raw = forget_raw_answers(&engine).await?;
    Ok(Done::of(
        format!(
            "{traces} traces of sign-ins, {answers} answers, {forms} forms, {raw} raw answers of CAs removed"
        ),
        0,
    ))
}

/// Forgets what CAs answered longer ago than the seller wants to keep; our record of their orders stays.
async fn forget_raw_answers(engine: &Engine) -> Result<u64> {
    let reader = engine.store().reader();
    let Some(seller) = store::seller::first(reader).await? else {
        return Ok(0);
    };
    let days = Settings::load(reader, &system(engine, seller.id))
        .await?
        .raw_answer_days;
    let kept = SignedDuration::from_hours(24 * i64::from(days));
    let before = engine.now().saturating_sub(kept).unwrap_or(Timestamp::MIN);
    let mut forgotten = 0;
    loop {
        let tx = engine.store().begin().await?;
        let count = store::ca_order::forget_answers(&tx, before, ANSWERS_AT_ONCE).await?;
        tx.commit().await?;
        forgotten += count;
        if count < ANSWERS_AT_ONCE {
            return Ok(forgotten);
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::state::Role;

    use super::*;
    use crate::fixture::{World, in_each_world};

    #[test]
    fn daily_work_runs_at_its_times_in_the_sellers_zone() {
        const TWICE: &[Time] = &[Time::constant(6, 0, 0, 0), Time::constant(18, 0, 0, 0)];
        const NIGHT: &[Time] = &[Time::constant(2, 30, 0, 0)];
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        for (now, next) in [
            ("2026-01-10T03:00:00Z", "2026-01-10T05:00:00Z"),
            ("2026-01-10T05:00:00Z", "2026-01-10T17:00:00Z"),
            ("2026-01-10T17:00:01Z", "2026-01-11T05:00:00Z"),
            ("2026-03-28T20:00:00Z", "2026-03-29T04:00:00Z"),
        ] {
            assert_eq!(
                Schedule::Daily(TWICE).after(now.parse().unwrap(), &zone),
                next.parse().unwrap(),
                "{now}"
            );
        }
        let skipped = Schedule::Daily(NIGHT).after("2026-03-28T23:00:00Z".parse().unwrap(), &zone);
        assert_eq!(
            skipped,
            "2026-03-29T01:30:00Z".parse().unwrap(),
            "a skipped time runs behind the gap"
        );
    }

    #[tokio::test]
    async fn work_runs_when_it_is_due_once_and_tells_what_came_of_it() {
        in_each_world(async |world: World| {
            let admin = world.staff(Role::Administrator).await;
            let area = world.engine.periodic();
            assert_eq!(
                area.run_due_once().await.unwrap(),
                0,
                "nothing is due at the first start"
            );
            area.run_now(&admin, "housekeeping").await.unwrap();
            assert!(matches!(
                area.run_now(&admin, "nothing").await,
                Err(Error::NotFound)
            ));
            assert_eq!(area.run_due_once().await.unwrap(), 1);
            assert_eq!(area.run_due_once().await.unwrap(), 0);
            world.engine.clock().advance(SignedDuration::from_hours(24));
            assert_eq!(area.run_due_once().await.unwrap(), 9);
            let shown = area.list(&admin).await.unwrap();
            let results: Vec<_> = shown
                .iter()
                .map(|row| (row.name.as_str(), row.last_result.as_deref()))
                .collect();
            assert_eq!(
                results,
                [
                    ("balances", Some("0 read, 0 failed")),
                    ("connections", Some("0 looked at, 0 still away")),
                    (
                        "deadlines",
                        Some("0 tasks became overdue, 0 certificates end while their CA is away")
                    ),
                    (
                        "housekeeping",
                        Some("0 traces of sign-ins, 0 answers, 0 forms, 0 raw answers of CAs removed")
                    ),
                    ("notices", Some("0 looked at, 0 told")),
                    ("reconciliation", Some("0 compared, 0 not in order")),
                    ("reissues", Some("0 begun, 0 busy")),
                    ("renewals", Some("0 begun, 0 short of money, 0 put off, 0 ended")),
                    ("replacement", Some("0 begun, 0 settled, 0 open")),
                ]
            );
        })
        .await;
    }
}
