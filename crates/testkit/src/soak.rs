//! The soak: many services over years of business time, a CA that fails at random in all the ways it can, outages of a
//! day, and a certbroker that dies in the middle of its work. Afterwards no certificate has lapsed, nothing was bought
//! twice, and the money agrees to the cent.
//!
//! A death here is the end of every task of certbroker at whatever it waits for; what lies in the database and at the CA
//! stays, and a new engine with nothing in memory goes on. Deaths of a real process at chosen points are the crash
//! tests' part. A person looks once a day, as a hosting company's staff does, and starts again what is with a person.

use std::{collections::BTreeSet, time::Duration};

use domain::{
    Clock as _,
    id::{ServiceId, TariffPlanId},
    product::ValidationMethod,
    state::{OperationKind, OperationState},
    term::Years,
};
use engine::{
    Pace,
    operations::OperationQuery,
    orders::{NewOrder, RequestSource},
};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use leaderssl_simulator::faults::{Fault, FaultRule, Firing, IpBlock};
use pki::KeyChoice;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use seal::KeyFile;
use store::{Page, Store, reservation::ReservationState, time_travel::Pulse};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use crate::world::{TestWorld, Wanted};

/// On this day it begins: three years from here go through the caps of 398, 200 and 100 days.
const BEGINS: &str = "2024-06-03T09:00:00Z";
/// The orders come in within so many days.
const DAYS_OF_ORDERS: i64 = 80;
/// About so many orders come in on one of them, so that a large soak is not one long queue.
const ORDERS_OF_A_DAY: usize = 250;
/// They come in on at least so many days.
const LEAST_DAYS: usize = 4;
/// The CA is away for a day about as often.
const BETWEEN_OUTAGES: i64 = 45;
/// certbroker dies about as often, whatever the machine's speed.
const BETWEEN_DEATHS: i64 = 60;
/// Business time jumps no further, however little there is to do.
const LONGEST_JUMP: i64 = 30;
/// How often certbroker asks the CA, which looks at names every quarter of a second: a question more costs more than waiting.
const PACE: Pace = Pace {
    first: SignedDuration::from_millis(300),
    last: SignedDuration::from_secs(1),
};
/// What falls due within this is waited for in the machine's time.
const NEAR: SignedDuration = SignedDuration::from_millis(1_100);
/// While the CA is away business time jumps at least so far: everything asks again within minutes, and gets nowhere.
const STEP_OF_AN_OUTAGE: SignedDuration = SignedDuration::from_hours(1);
/// Operations that wait for the CA's own pace hold up business time no longer than this.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks whether all is quiet.
const LOOK: Duration = Duration::from_millis(10);
/// What each client pays in is enough for everything.
const MONEY: i64 = 4_000_000_000;

/// How a soak is run.
#[derive(Debug, Clone, Copy)]
pub struct Soak {
    /// Services that are ordered.
    pub services: usize,
    /// Years until the end; also the paid term of most services.
    pub years: u32,
    /// What is random follows from it, but for the order in which tasks of the runtime take turns.
    pub seed: u64,
}

/// What came of a soak.
#[derive(Debug, Clone, Default)]
pub struct SoakReport {
    /// Services that were ordered.
    pub services: usize,
    /// Certificates that were delivered.
    pub certificates: usize,
    /// Purchases in the CA's ledger.
    pub purchases: usize,
    /// Paid terms that were bought: openings and prolongations that are done.
    pub terms: usize,
    /// Times that certbroker died.
    pub deaths: usize,
    /// Outages of the CA.
    pub outages: usize,
    /// Times that a person started something again.
    pub by_a_person: usize,
    /// Jumps of business time.
    pub jumps: usize,
    /// What must not be: one line each.
    pub wrongs: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl Soak {
    /// Runs it on an empty database.
    ///
    /// # Panics
    /// When the world cannot be set up; what goes wrong in it is in the report.
    pub async fn run(self, store: Store) -> SoakReport {
        let began = Instant::now();
        let folder = tempfile::tempdir().expect("a folder for the keys");
        let keys = KeyFile::new(folder.path().join("keys"));
        let ring = keys.load_or_create(Timestamp::UNIX_EPOCH).expect("keys");
        let wanted = Wanted {
            keys: ring,
            money: MONEY,
            starts_at: Some(BEGINS.parse().expect("an instant")),
            pace: PACE,
            ..Wanted::default()
        };
        let world = TestWorld::with(store, wanted).await;
        world.connect_zone().await;
        let plenty = domain::Money::from_minor(MONEY, domain::Currency::EUR);
        world.simulator.add_balance(plenty).expect("the CA's balance");
        let plans = [
            world.plan("PositiveSSL").await,
            world.plan("PositiveSSL Wildcard").await,
        ];
        let mut run = Run {
            random: StdRng::seed_from_u64(self.seed),
            orders: Vec::new(),
            placed: Vec::new(),
            outages: Vec::new(),
            deaths: Vec::new(),
            outage_until: None,
            report: SoakReport::default(),
            working: None,
            soak: self,
            keys,
            world,
        };
        run.orders = run.drawn(&plans);
        run.outages = run.drawn_days(BETWEEN_OUTAGES);
        run.deaths = run.drawn_days(BETWEEN_DEATHS);
        run.go().await;
        run.audit().await;
        run.report.took = began.elapsed();
        run.report
    }
}

/// An order that is to come.
struct Coming {
    on: Date,
    order: NewOrder,
}

struct Run {
    soak: Soak,
    world: TestWorld,
    keys: KeyFile,
    random: StdRng,
    /// The last is the next.
    orders: Vec<Coming>,
    placed: Vec<ServiceId>,
    /// The days on which the CA is away; the last is the next.
    outages: Vec<Date>,
    /// The days from which on certbroker dies as soon as it works on something; the last is the next.
    deaths: Vec<Date>,
    outage_until: Option<Date>,
    working: Option<(JoinHandle<()>, CancellationToken)>,
    report: SoakReport,
}

impl Run {
    fn drawn(&mut self, plans: &[TariffPlanId; 2]) -> Vec<Coming> {
        let first = self.today();
        let days = i64::try_from((self.soak.services / ORDERS_OF_A_DAY).max(LEAST_DAYS))
            .unwrap_or(DAYS_OF_ORDERS)
            .min(DAYS_OF_ORDERS);
        let between = DAYS_OF_ORDERS / days;
        let mut orders: Vec<Coming> = (0..self.soak.services)
            .map(|number| {
                let is_wildcard = self.random.random_ratio(1, 10);
                let name = if is_wildcard {
                    format!("*.w{number}.test")
                } else {
                    format!("s{number}.test")
                };
                let plan = plans[usize::from(is_wildcard)];
                let mut order = TestWorld::order(plan, &[&name], ValidationMethod::Dns);
                order.years = Years::new(self.soak.years).expect("years");
                if self.random.random_ratio(1, 5) {
                    order.years = Years::ONE;
                    order.prolong = Some(Years::ONE);
                }
                if self.random.random_ratio(1, 20) {
                    order.request = RequestSource::MadeAndStored(KeyChoice::P384);
                }
                Coming {
                    on: first + (between * self.random.random_range(0..days)).days(),
                    order,
                }
            })
            .collect();
        orders.sort_by_key(|coming| std::cmp::Reverse(coming.on));
        orders
    }

    /// One day in each span of so many, the last first.
    fn drawn_days(&mut self, between: i64) -> Vec<Date> {
        let (first, last) = (self.today(), self.last_day());
        let mut days = Vec::new();
        let mut day = first;
        while day < last {
            days.push(day + self.random.random_range(1..between).days());
            day += between.days();
        }
        days.reverse();
        days
    }

    /// When every paid term has ended, and what was to be done on that day is done.
    fn last_day(&self) -> Date {
        let first = BEGINS
            .parse::<Timestamp>()
            .expect("an instant")
            .to_zoned(TimeZone::UTC)
            .date();
        first + i64::from(self.soak.years).years() + (DAYS_OF_ORDERS + 5).days()
    }

    async fn go(&mut self) {
        let last = self.last_day();
        self.make_noise();
        self.live();
        while self.today() <= last {
            self.place_due().await;
            self.settle().await;
            self.jump().await;
        }
        self.world.simulator.clear_faults().expect("no more faults");
        self.person_looks().await;
        self.settle().await;
        // It was never seen at work since: then it dies at rest.
        while self.dies_if_drawn().await {}
        self.die().await;
    }

    fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }

    fn now(&self) -> Timestamp {
        self.world.engine.clock().now()
    }

    async fn place_due(&mut self) {
        let today = self.today();
        while self.orders.last().is_some_and(|coming| coming.on <= today) {
            let Some(coming) = self.orders.pop() else { break };
            let placed = self.world.place(coming.order).await;
            self.placed.push(placed.service);
            self.report.services += 1;
        }
    }

    /// Waits until nothing runs and nothing is due soon; on a day that was drawn certbroker dies meanwhile.
    async fn settle(&mut self) {
        let mut since = Instant::now();
        let mut before = i64::MAX;
        let near = if self.is_away() {
            SignedDuration::ZERO
        } else {
            NEAR
        };
        loop {
            self.world
                .engine
                .periodic()
                .run_due_once()
                .await
                .expect("periodic work");
            let pulse = self.pulse().await;
            if pulse.under_way != before {
                // Something has come to its end: the machine is busy, not the CA slow.
                before = pulse.under_way;
                since = Instant::now();
            }
            if pulse.leased > 0 {
                self.dies_if_drawn().await;
            } else if pulse.next_run_at.is_none_or(|due| due > self.now() + near)
                || since.elapsed() > PATIENCE
            {
                return;
            }
            sleep(LOOK).await;
        }
    }

    async fn pulse(&self) -> Pulse {
        let reader = self.world.store.reader();
        store::time_travel::pulse(reader).await.expect("operations")
    }

    /// Moves business time to the next instant at which something is to do.
    async fn jump(&mut self) {
        let (now, today) = (self.now(), self.today());
        let mut next = morning(self.next_day().await);
        if let Some(due) = self.pulse().await.next_run_at.filter(|due| *due > now) {
            let due = if self.is_away() {
                due.max(now + STEP_OF_AN_OUTAGE)
            } else {
                due
            };
            next = next.min(due);
        }
        self.world.advance(next.duration_since(now));
        self.report.jumps += 1;
        self.world.engine.wake();
        if self.today() > today {
            self.new_day().await;
        }
    }

    /// The next day on which anybody has something to do.
    async fn next_day(&self) -> Date {
        let today = self.today();
        let reader = self.world.store.reader();
        let tomorrow = today + 1.day();
        let planned = store::time_travel::next_day(reader, today, &[])
            .await
            .expect("a day");
        let days = [
            self.orders.last().map(|coming| coming.on),
            self.outages.last().copied(),
            self.outage_until,
            planned,
            self.has_manual().await.then_some(tomorrow),
        ];
        let next = days.into_iter().flatten().min();
        next.unwrap_or(Date::MAX)
            .clamp(tomorrow, today + LONGEST_JUMP.days())
    }

    /// Whether the CA has an outage.
    fn is_away(&self) -> bool {
        self.outage_until.is_some()
    }

    async fn has_manual(&self) -> bool {
        let (_, manual) = store::operation::count_in_trouble(self.world.store.reader(), self.world.seller)
            .await
            .expect("operations");
        manual > 0
    }

    async fn new_day(&mut self) {
        let today = self.today();
        if self.outage_until.is_some_and(|until| until <= today) {
            self.outage_until = None;
            self.world.simulator.clear_faults().expect("the outage ends");
            self.make_noise();
        }
        while self.outages.last().is_some_and(|day| *day <= today) {
            self.outages.pop();
            if !self.is_away() {
                self.begin_outage(today);
            }
        }
        self.person_looks().await;
    }

    /// From now on each request may go wrong.
    fn make_noise(&self) {
        let faults = [
            (Fault::Cut, 0.004),
            (Fault::CommitThenCut, 0.004),
            (Fault::Status500, 0.004),
            (Fault::CommitThen500, 0.004),
            (Fault::Html { status: 502 }, 0.004),
            (Fault::CommitThenHtml { status: 200 }, 0.003),
            (Fault::Empty { status: 200 }, 0.002),
            (
                Fault::UnknownStatus {
                    word: "postponed".to_owned(),
                },
                0.005,
            ),
            (Fault::Slow { ms: 50 }, 0.005),
            (Fault::CommitThenLate { ms: 50 }, 0.003),
            (Fault::RateLimit { retry_after_s: 30 }, 0.003),
        ];
        for (fault, chance) in faults {
            self.break_it(fault, Firing::Probability(chance));
        }
    }

    fn begin_outage(&mut self, today: Date) {
        self.report.outages += 1;
        self.outage_until = Some(today + 1.day());
        let faults = [
            Fault::Cut,
            Fault::Status500,
            Fault::Html { status: 503 },
            Fault::RateLimit { retry_after_s: 600 },
            Fault::IpBlock {
                style: IpBlock::Status401,
            },
        ];
        let fault = faults[self.random.random_range(0..faults.len())].clone();
        self.break_it(fault, Firing::Always);
    }

    fn break_it(&self, fault: Fault, when: Firing) {
        let rule = FaultRule::new("*", fault, when);
        self.world.simulator.inject_fault(rule).expect("a fault");
    }

    /// Staff begins again what is with a person; while the CA is away that is of no use.
    async fn person_looks(&mut self) {
        if self.is_away() {
            return;
        }
        let (engine, admin) = (&self.world.engine, &self.world.admin);
        let query = OperationQuery {
            state: Some(OperationState::Manual),
            ..OperationQuery::default()
        };
        let found = engine
            .operations()
            .list(admin, &query, &Page::first(500))
            .await
            .expect("operations");
        for operation in found.rows {
            engine
                .operations()
                .retry(admin, operation.id)
                .await
                .expect("it begins again");
            self.report.by_a_person += 1;
        }
    }

    fn live(&mut self) {
        let stop = CancellationToken::new();
        let worker = self.world.engine.worker();
        let working = tokio::spawn(worker.run_until(stop.clone()));
        self.working = Some((working, stop));
    }

    /// Dies and lives again when that was drawn for a day that has come; whether it did.
    async fn dies_if_drawn(&mut self) -> bool {
        let today = self.today();
        if self.deaths.pop_if(|day| *day <= today).is_none() {
            return false;
        }
        self.die().await;
        self.live();
        self.report.deaths += 1;
        true
    }

    /// Ends everything at once; a new engine has the same database and nothing in memory.
    async fn die(&mut self) {
        if let Some((working, _)) = self.working.take() {
            working.abort();
            // Aborted or over: both are the end of it.
            let _ = working.await;
        }
        let ring = self.keys.load().expect("keys");
        self.world.start_anew(ring);
        self.world.worker.take_over().await.expect("leases end");
    }

    /// Looks for everything that must not be.
    async fn audit(&mut self) {
        let reader = self.world.store.reader();
        let now = self.now();
        // A shorter rest of a paid term is not worth a certificate.
        let least_piece = i64::from(domain::rules::DatedRules::baseline().lead().least_piece_days).days();
        let mut terms = 0;
        for id in &self.placed {
            let service = store::service::find(reader, *id).await.expect("a service");
            let Some(service) = service else { continue };
            let mut wrong = |what: String| {
                let line = format!("S-{} {}: {what}", service.number, service.main_name);
                self.report.wrongs.push(line);
            };
            let operations = store::operation::of_service(reader, *id)
                .await
                .expect("operations");
            for operation in &operations {
                let is_open = !matches!(operation.state, OperationState::Done | OperationState::Superseded);
                if is_open {
                    wrong(format!(
                        "{:?} is {:?}: {:?}",
                        operation.kind, operation.state, operation.error
                    ));
                } else if operation.kind != OperationKind::Reissue {
                    terms += 1;
                }
            }
            let certificates = store::certificate::of_service(reader, *id)
                .await
                .expect("certificates");
            let delivered: Vec<_> = certificates
                .iter()
                .filter(|certificate| certificate.delivered_at.is_some())
                .collect();
            self.report.certificates += delivered.len();
            for pair in delivered.windows(2) {
                let [former, next] = pair else { continue };
                let at = next.delivered_at.unwrap_or(Timestamp::MAX);
                if at > former.not_after {
                    wrong(format!("no valid certificate from {} to {at}", former.not_after));
                }
            }
            match (delivered.last(), service.term_end) {
                (Some(last), Some(paid_till)) => {
                    let is_whole = last.end_date + least_piece >= paid_till;
                    if !is_whole && last.not_after < now {
                        wrong(format!("lapsed on {}, paid till {paid_till}", last.end_date));
                    }
                }
                _ => wrong("never issued".to_owned()),
            }
            let serials: BTreeSet<_> = certificates.iter().map(|one| &one.serial).collect();
            if serials.len() != certificates.len() {
                wrong("a certificate is kept twice".to_owned());
            }
            let lines = store::service::lines(reader, *id).await.expect("price lines");
            let lines: i64 = lines.iter().map(|line| line.gross_minor).sum();
            let reservations = store::reservation::of_service(reader, *id)
                .await
                .expect("reservations");
            let charged: i64 = reservations
                .iter()
                .filter(|one| one.state == ReservationState::Charged)
                .map(|one| one.gross)
                .sum();
            if lines != charged {
                wrong(format!("charged {charged}, price lines say {lines}"));
            }
            if reservations.iter().any(|one| one.state == ReservationState::Held) {
                wrong("money is set aside still".to_owned());
            }
        }
        self.report.terms = terms;
        self.report.purchases = self.world.simulator.purchases().len();
        if self.report.purchases != terms {
            let line = format!("{} purchases for {terms} paid terms", self.report.purchases);
            self.report.wrongs.push(line);
        }
        let (ours, at_ca) = self.world.books().await;
        if ours != at_ca {
            let line = format!("the supplier's account says {ours}, the CA's ledger {at_ca}");
            self.report.wrongs.push(line);
        }
    }
}

/// Soon after midnight.
fn morning(day: Date) -> Timestamp {
    day.at(0, 10, 0, 0)
        .to_zoned(TimeZone::UTC)
        .expect("a day")
        .timestamp()
}
