//! The time machine without a CA: what is asked, what is refused, what a process that dies leaves.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use domain::state::Role;
use jiff::{SignedDuration, Timestamp, ToSpan as _, tz::TimeZone};
use store::{Store, testing::for_each_backend};
use tokio_util::sync::CancellationToken;

use super::{Companion, CompanionAway, Destination, SIMULATOR_AWAY, State};
use crate::{Actor, Error, fixture::World, instance};

/// A simulator's clock that stands where it was put.
struct Beside {
    now: Mutex<Timestamp>,
    is_away: AtomicBool,
    stops: Mutex<Vec<Timestamp>>,
}

#[async_trait]
impl Companion for Beside {
    async fn now(&self) -> Result<Timestamp, CompanionAway> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(CompanionAway("connection refused".to_owned()));
        }
        Ok(*self.now.lock().unwrap())
    }

    async fn advance_to(&self, at: Timestamp) -> Result<Timestamp, CompanionAway> {
        self.now().await?;
        let mut now = self.now.lock().unwrap();
        if at > *now {
            self.stops.lock().unwrap().push(at);
            *now = at;
        }
        Ok(*now)
    }
}

struct Setting {
    world: World,
    beside: Arc<Beside>,
    admin: Actor,
    _folder: tempfile::TempDir,
}

impl Setting {
    async fn new(store: Store) -> Self {
        let beside = Arc::new(Beside {
            now: Mutex::new(crate::BusinessClock::real().machine_now()),
            is_away: AtomicBool::new(false),
            stops: Mutex::default(),
        });
        let folder = tempfile::tempdir().unwrap();
        let machine = crate::BusinessClock::real().machine_now();
        instance::start(
            &store,
            &folder.path().join("instance"),
            machine,
            SignedDuration::ZERO,
        )
        .await
        .unwrap();
        let world = World::beside(store, Some(beside.clone())).await;
        let admin = world.staff(Role::Administrator).await;
        Self {
            world,
            beside,
            admin,
            _folder: folder,
        }
    }

    async fn ask(&self, typed: &str) -> crate::Result<super::TravelView> {
        let destination: Destination = typed.parse().unwrap();
        self.world
            .engine
            .time_machine()
            .ask(&self.admin, destination)
            .await
    }

    async fn carry_out(&self) -> bool {
        let machine = self.world.engine.time_machine();
        machine.carry_out(&CancellationToken::new()).await.unwrap()
    }

    /// The offset that the next start goes on with.
    async fn stored_offset(&self) -> SignedDuration {
        let row = store::instance::the(self.world.engine.store().reader())
            .await
            .unwrap();
        SignedDuration::from_micros(row.clock_offset)
    }
}

fn code(error: Error) -> String {
    match error {
        Error::Refused(refusal) => refusal.code.to_owned(),
        other => other.code().to_owned(),
    }
}

#[tokio::test]
async fn a_move_takes_the_simulator_along_runs_what_is_due_and_is_remembered() {
    for_each_backend(async |store| {
        let setting = Setting::new(store).await;
        let engine = &setting.world.engine;
        engine.periodic().run_due_once().await.unwrap();
        let before = engine.now();
        let asked = setting.ask("1y").await.unwrap();
        assert_eq!(asked.state, State::Waiting);
        assert!(setting.carry_out().await);
        assert!(!setting.carry_out().await, "there is nothing left to do");

        let view = engine
            .time_machine()
            .find(&setting.admin, asked.id)
            .await
            .unwrap();
        assert_eq!(view.state, State::Done, "{view:?}");
        let year = before.to_zoned(TimeZone::UTC).checked_add(1.year()).unwrap();
        assert!(view.target >= year.timestamp() && engine.now() >= view.target);
        assert_eq!(*setting.beside.now.lock().unwrap(), view.target);
        let report = view.report.unwrap();
        for work in ["balances", "housekeeping", "reconciliation"] {
            assert!(report.periodic.contains_key(work), "{work}: {report:?}");
        }
        let ahead = setting.stored_offset().await;
        assert_eq!(ahead, engine.clock().offset());
        assert!(ahead > SignedDuration::from_hours(24 * 364));
        let shown = engine.time_machine().show(&setting.admin).await.unwrap();
        assert_eq!(shown.last.map(|travel| travel.id), Some(asked.id));
        assert!(shown.open.is_none() && shown.simulator == Some(Ok(view.target)));
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_one_move_is_under_way_at_a_time() {
    for_each_backend(async |store| {
        let setting = Setting::new(store).await;
        for (typed, refusal) in [("2020-10-20", "time-goes-forward"), ("11y", "move-too-far")] {
            assert_eq!(code(setting.ask(typed).await.unwrap_err()), refusal, "{typed}");
        }
        let staff = setting.world.staff(Role::Staff).await;
        let machine = setting.world.engine.time_machine();
        let forbidden = machine.ask(&staff, Destination::Days(1)).await.unwrap_err();
        assert_eq!(code(forbidden), "forbidden");
        setting.beside.is_away.store(true, Ordering::SeqCst);
        assert_eq!(code(setting.ask("1d").await.unwrap_err()), SIMULATOR_AWAY);
        setting.beside.is_away.store(false, Ordering::SeqCst);

        let asked = setting.ask("1d").await.unwrap();
        assert_eq!(code(setting.ask("2d").await.unwrap_err()), "move-under-way");
        machine.stop(&setting.admin, asked.id).await.unwrap();
        let over = machine.stop(&setting.admin, asked.id).await.unwrap_err();
        assert_eq!(code(over), "move-over");
        assert!(!setting.carry_out().await);
        setting.ask("2d").await.unwrap();
        assert!(setting.carry_out().await);
    })
    .await;
}

#[tokio::test]
async fn a_simulator_that_goes_away_breaks_the_move_off_where_it_stands() {
    for_each_backend(async |store| {
        let setting = Setting::new(store).await;
        let asked = setting.ask("30d").await.unwrap();
        setting.beside.is_away.store(true, Ordering::SeqCst);
        assert!(setting.carry_out().await);
        let machine = setting.world.engine.time_machine();
        let view = machine.find(&setting.admin, asked.id).await.unwrap();
        assert_eq!(view.state, State::BrokenOff);
        assert!(view.error.unwrap().contains(SIMULATOR_AWAY));
        assert_eq!(setting.stored_offset().await, SignedDuration::ZERO);
        let shown = machine.show(&setting.admin).await.unwrap();
        assert_eq!(shown.simulator, Some(Err("connection refused".to_owned())));
    })
    .await;
}

#[tokio::test]
async fn the_next_start_goes_on_with_what_a_process_that_died_was_at() {
    for_each_backend(async |store| {
        let setting = Setting::new(store).await;
        let engine = &setting.world.engine;
        let asked = setting.ask("90d").await.unwrap();
        // It died after it had moved the simulator and before it moved us.
        let wall = engine.clock().machine_now();
        let tx = engine.store().begin().await.unwrap();
        let held = wall + SignedDuration::from_hours(1);
        store::time_travel::claim(&tx, "dead", wall, held)
            .await
            .unwrap()
            .unwrap();
        tx.commit().await.unwrap();
        let ahead = engine.now() + SignedDuration::from_hours(24 * 40);
        *setting.beside.now.lock().unwrap() = ahead;

        assert!(
            !setting.carry_out().await,
            "somebody has it, as far as anybody knows"
        );
        assert!(engine.time_machine().take_over().await.unwrap());
        assert!(setting.carry_out().await);
        let view = engine
            .time_machine()
            .find(&setting.admin, asked.id)
            .await
            .unwrap();
        assert_eq!((view.state, view.target), (State::Done, asked.target));
        assert!(engine.now() >= asked.target);
        assert!(
            setting
                .beside
                .stops
                .lock()
                .unwrap()
                .iter()
                .all(|stop| *stop > ahead)
        );
    })
    .await;
}

#[tokio::test]
async fn told_to_stop_a_move_rests_and_is_gone_on_with() {
    for_each_backend(async |store| {
        let setting = Setting::new(store).await;
        let engine = &setting.world.engine;
        let asked = setting.ask("2y").await.unwrap();
        let stop = CancellationToken::new();
        stop.cancel();
        assert!(engine.time_machine().carry_out(&stop).await.unwrap());
        let view = engine
            .time_machine()
            .find(&setting.admin, asked.id)
            .await
            .unwrap();
        assert_eq!(view.state, State::Running);
        assert!(setting.carry_out().await, "nobody holds it");
        let view = engine
            .time_machine()
            .find(&setting.admin, asked.id)
            .await
            .unwrap();
        assert_eq!(view.state, State::Done);
    })
    .await;
}
