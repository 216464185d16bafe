//! A CA that loses answers, commits late and lists with delay, and a runner that is dropped at any await point: whatever happens,
//! nothing is bought twice.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll, Waker},
};

use async_trait::async_trait;
use domain::contact::Contact;
use jiff::ToSpan;
use proptest::prelude::*;

use super::*;
use crate::{
    Capabilities, Catalogue, CheckReport, Class, Csr, Descriptor, FindOutcome, Fingerprint,
    IssuedCertificate, NameValidation, OrderRequest, OrderSnapshot, Placed, ProductId, RawAnswer,
    Result as CaResult, Validation, ValidationChoice, outcome::Balance,
};

const POLICY: Policy = Policy {
    settle: SignedDuration::from_mins(5),
    most_calls: 5,
};

static DESCRIPTOR: Descriptor = Descriptor {
    kind: "fickleca",
    title: "Fickle CA",
    log: "pmfickleca",
    sign_up: None,
    settings: &[],
    refund_days: 0,
    capabilities: Capabilities {
        calls: &[],
        automatic_reissue: &[],
        validation_methods: &[],
    },
};

/// How the CA treats one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnCall {
    Accept,
    Reject,
    LoseBefore,
    LoseAfter,
    /// The answer is lost and the order appears so many seconds later.
    CommitLate(i8),
    Refuse(Class),
}

/// How the CA treats one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnAsk {
    Truth,
    CannotTell,
    Down,
}

#[derive(Debug)]
struct World {
    now: Timestamp,
    calls: Vec<OnCall>,
    asks: Vec<OnAsk>,
    /// When each purchase happened at the CA, and from when on it is listed.
    bought: Vec<(CaOrderRef, Timestamp, Timestamp)>,
    calls_seen: usize,
}

#[derive(Clone)]
struct FickleCa(Arc<Mutex<World>>);

impl FickleCa {
    fn new(calls: &[OnCall], asks: &[OnAsk]) -> Self {
        Self(Arc::new(Mutex::new(World {
            now: "2026-11-23T10:00:00Z".parse().unwrap(),
            calls: calls.iter().rev().copied().collect(),
            asks: asks.iter().rev().copied().collect(),
            bought: Vec::new(),
            calls_seen: 0,
        })))
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }

    fn advance(&self, seconds: i64) {
        let mut world = self.world();
        world.now = world.now.checked_add(seconds.seconds()).unwrap();
    }

    /// Everything bought, also what is still on its way.
    fn purchases(&self) -> usize {
        self.world().bought.len()
    }
}

impl World {
    fn buy(&mut self, delay: i8) -> CaOrderRef {
        let ca_order = CaOrderRef(format!("{}", 100 + self.bought.len()));
        let at = self.now.checked_add(i64::from(delay).seconds()).unwrap();
        let listed = at.checked_add(30.seconds()).unwrap();
        self.bought.push((ca_order.clone(), at, listed));
        ca_order
    }
}

impl Clock for FickleCa {
    fn now(&self) -> Timestamp {
        self.world().now
    }
}

/// Pends once, so that a driver can drop the runner here.
async fn gate() {
    let mut has_waited = false;
    poll_fn(|_| {
        if std::mem::replace(&mut has_waited, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

fn raw() -> RawAnswer {
    RawAnswer {
        status: Some(200),
        content_type: None,
        body: "{}".to_owned(),
    }
}

fn lost() -> Placed {
    Placed::Unknown {
        why: "the connection was cut".to_owned(),
        raw: None,
    }
}

#[async_trait]
impl Connector for FickleCa {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    async fn place_order(&self, _: &OrderRequest) -> CaResult<Placed> {
        gate().await;
        let answer = {
            let mut world = self.world();
            world.calls_seen += 1;
            match world.calls.pop().unwrap_or(OnCall::Accept) {
                OnCall::Accept => {
                    let ca_order = world.buy(0);
                    Ok(Placed::Accepted {
                        ca_order,
                        charged: None,
                        state: None,
                        raw: raw(),
                    })
                }
                OnCall::Reject => Ok(Placed::Rejected {
                    why: "no".to_owned(),
                    field: None,
                    raw: None,
                }),
                OnCall::LoseBefore => Ok(lost()),
                OnCall::LoseAfter => {
                    world.buy(0);
                    Ok(lost())
                }
                OnCall::CommitLate(seconds) => {
                    world.buy(seconds);
                    Ok(lost())
                }
                OnCall::Refuse(class) => Err(CaError::new(class, "fickleca", "place the order", "later")),
            }
        };
        gate().await;
        answer
    }

    async fn reissue(&self, _: &CaOrderRef, _: &crate::ReissueRequest) -> CaResult<Placed> {
        self.place_order(&order()).await
    }

    async fn add_names(&self, _: &CaOrderRef, _: &crate::AddNamesRequest) -> CaResult<Placed> {
        self.place_order(&order()).await
    }

    async fn find_order(&self, _: &Fingerprint) -> CaResult<FindOutcome> {
        gate().await;
        let found = {
            let mut world = self.world();
            let now = world.now;
            let how = world.asks.pop().unwrap_or(OnAsk::Truth);
            let mut listed = world
                .bought
                .iter()
                .filter(|(_, _, listed)| *listed <= now)
                .map(|(ca_order, _, _)| ca_order.clone());
            match (how, listed.next()) {
                (OnAsk::Down, _) => Err(CaError::new(Class::Unreachable, "fickleca", "ask", "down")),
                (OnAsk::CannotTell, _) => Ok(FindOutcome::CannotTell {
                    candidates: Vec::new(),
                    why: "by mail".to_owned(),
                }),
                (OnAsk::Truth, Some(ca_order)) => Ok(FindOutcome::Found {
                    ca_order,
                    charged: None,
                    duplicates: listed.collect(),
                }),
                (OnAsk::Truth, None) => Ok(FindOutcome::CertainlyNone),
            }
        };
        gate().await;
        found
    }

    async fn check_connection(&self) -> CheckReport {
        CheckReport {
            findings: Vec::new(),
            address: String::new(),
            outgoing: None,
        }
    }

    async fn balance(&self) -> CaResult<Balance> {
        Err(self.unsupported("read the balance"))
    }

    async fn products(&self) -> CaResult<Catalogue> {
        Err(self.unsupported("read the products"))
    }

    async fn order_state(&self, _: &CaOrderRef) -> CaResult<OrderSnapshot> {
        Err(self.unsupported("read the state"))
    }

    async fn validations(&self, _: &CaOrderRef) -> CaResult<Vec<Validation>> {
        Err(self.unsupported("read the validations"))
    }

    async fn fetch_certificate(&self, _: &CaOrderRef) -> CaResult<IssuedCertificate> {
        Err(self.unsupported("download"))
    }
}

/// A journal that can be interrupted before and after each write, as a database can.
struct GatedJournal(MemoryJournal);

#[async_trait]
impl Journal for GatedJournal {
    async fn load(&self) -> Result<Option<Record>, JournalError> {
        gate().await;
        self.0.load().await
    }

    async fn save(&self, record: &Record) -> Result<(), JournalError> {
        gate().await;
        let saved = self.0.save(record).await;
        gate().await;
        saved
    }
}

fn order() -> OrderRequest {
    let name: domain::name::DomainName = "www.example.com".parse().unwrap();
    OrderRequest {
        product: ProductId("296".to_owned()),
        days: 365,
        names: domain::name::NameSet::new(name.clone(), []),
        csr: Csr::from_pem(include_str!("../../fixtures/vector.csr")).unwrap(),
        unique_value: "Ab3kZ9q0Lm".parse().unwrap(),
        validations: vec![NameValidation {
            name,
            choice: ValidationChoice::Dns,
        }],
        contact: Contact::default(),
        organisation: None,
        price_ceiling: None,
    }
}

fn wanted() -> Purchase {
    Purchase::Order(Box::new(order()))
}

fn wanted_reissue() -> Purchase {
    let order = order();
    let request = crate::ReissueRequest {
        names: order.names,
        csr: order.csr,
        unique_value: order.unique_value,
        validations: order.validations,
    };
    Purchase::Reissue {
        ca_order: CaOrderRef("99".to_owned()),
        request,
    }
}

fn wanted_names() -> Purchase {
    let Purchase::Reissue {
        ca_order,
        request: reissue,
    } = wanted_reissue()
    else {
        unreachable!()
    };
    let request = crate::AddNamesRequest {
        added: Vec::new(),
        reissue,
        price_ceiling: None,
    };
    Purchase::AddNames { ca_order, request }
}

struct Bench {
    ca: FickleCa,
    journal: GatedJournal,
    wanted: Purchase,
}

impl Bench {
    fn new(calls: &[OnCall], asks: &[OnAsk]) -> Self {
        Self::of(wanted(), calls, asks)
    }

    fn of(wanted: Purchase, calls: &[OnCall], asks: &[OnAsk]) -> Self {
        Self {
            ca: FickleCa::new(calls, asks),
            journal: GatedJournal(MemoryJournal::default()),
            wanted,
        }
    }

    fn run(&self) -> impl Future<Output = Result<Outcome, PurchaseError>> + '_ {
        purchase(self.with(), &self.wanted)
    }

    fn with(&self) -> Purchasing<'_> {
        Purchasing {
            connector: &self.ca,
            journal: &self.journal,
            clock: &self.ca,
            policy: POLICY,
            known: &[],
        }
    }

    /// Polls a run so many times, then drops it: a crash. `None` when it was dropped.
    fn run_for(&self, polls: usize) -> Option<Result<Outcome, PurchaseError>> {
        let mut run = pin!(self.run());
        (0..polls).find_map(|_| poll_once(run.as_mut()))
    }

    fn run_whole(&self) -> Outcome {
        self.run_for(1_000)
            .expect("a run ends")
            .expect("the journal works")
    }

    fn state(&self) -> State {
        self.journal.0.record().expect("a record").state
    }
}

fn poll_once<F: Future>(run: Pin<&mut F>) -> Option<F::Output> {
    match run.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Runs until nothing changes any more, giving time to settle in between.
fn settle(bench: &Bench) -> Outcome {
    for _ in 0..10 {
        let outcome = bench.run_whole();
        if !matches!(outcome, Outcome::StillUnknown { .. } | Outcome::NotPlaced(_)) {
            return outcome;
        }
        bench.ca.advance(301);
    }
    panic!("the purchase does not settle: {:?}", bench.state());
}

#[test]
fn a_purchase_is_made_once_and_its_outcome_is_remembered() {
    let bench = Bench::new(&[], &[]);
    for _ in 0..3 {
        let outcome = bench.run_whole();
        assert!(
            matches!(&outcome, Outcome::Accepted { ca_order, .. } if ca_order.as_str() == "100"),
            "{outcome:?}"
        );
    }
    assert_eq!(bench.ca.world().calls_seen, 1);
}

#[test]
fn a_crash_at_any_two_points_never_buys_twice() {
    for wanted in [wanted(), wanted_reissue(), wanted_names()] {
        for how in [
            OnCall::Accept,
            OnCall::LoseAfter,
            OnCall::CommitLate(100),
            OnCall::LoseBefore,
        ] {
            for first in 0..24 {
                for second in 0..24 {
                    let bench = Bench::of(wanted.clone(), &[how], &[]);
                    bench.run_for(first);
                    bench.ca.advance(i64::from(first % 2 == 0) * 301);
                    bench.run_for(second);
                    let outcome = settle(&bench);
                    assert!(
                        matches!(outcome, Outcome::Accepted { .. }),
                        "{how:?} {first} {second}: {outcome:?}"
                    );
                    assert_eq!(bench.ca.purchases(), 1, "{how:?} {first} {second}");
                }
            }
        }
    }
}

#[test]
fn a_lost_answer_is_asked_for_and_found() {
    let bench = Bench::new(&[OnCall::LoseAfter], &[]);
    let Outcome::StillUnknown { until, .. } = bench.run_whole() else {
        panic!("{:?}", bench.state())
    };
    assert_eq!(until, "2026-11-23T10:05:00Z".parse().unwrap());
    bench.ca.advance(31);
    assert!(matches!(bench.run_whole(), Outcome::Accepted { .. }));
    assert_eq!(bench.ca.world().calls_seen, 1);
}

#[test]
fn nothing_listed_is_believed_only_after_it_had_time_to_appear() {
    let bench = Bench::new(&[OnCall::CommitLate(119)], &[]);
    bench.run_whole();
    bench.ca.advance(100);
    assert!(matches!(bench.run_whole(), Outcome::StillUnknown { .. }));
    bench.ca.advance(60);
    assert!(matches!(bench.run_whole(), Outcome::Accepted { .. }));
    assert_eq!(bench.ca.purchases(), 1);
}

#[test]
fn a_call_that_was_certainly_lost_is_made_again_as_a_new_call() {
    let bench = Bench::new(&[OnCall::LoseBefore], &[]);
    bench.run_whole();
    bench.ca.advance(301);
    assert!(matches!(bench.run_whole(), Outcome::Accepted { .. }));
    let record = bench.journal.0.record().unwrap();
    assert_eq!(record.calls.len(), 2);
    assert_eq!(record.calls[0].ending, Some(Ending::CertainlyNone));
    assert!(matches!(record.calls[1].ending, Some(Ending::Accepted { .. })));
}

#[test]
fn calls_that_keep_getting_lost_end_with_a_person() {
    let bench = Bench::new(&[OnCall::LoseBefore; 7], &[]);
    let outcome = settle(&bench);
    assert!(matches!(outcome, Outcome::Manual { .. }), "{outcome:?}");
    assert_eq!(bench.ca.world().calls_seen, 5);
}

#[test]
fn what_cannot_be_told_goes_to_a_person_who_adopts_or_lets_it_run_again() {
    for adopts in [true, false] {
        let bench = Bench::new(&[OnCall::LoseAfter], &[OnAsk::CannotTell; 2]);
        let outcome = settle(&bench);
        assert!(matches!(outcome, Outcome::Manual { .. }), "{outcome:?}");
        assert!(
            matches!(bench.run_whole(), Outcome::Manual { .. }),
            "a further run calls nothing"
        );
        assert_eq!(bench.ca.world().calls_seen, 1);
        let decision = if adopts {
            Event::Adopted {
                ca_order: "100".into(),
            }
        } else {
            Event::ConfirmedNone
        };
        let decided = pin!(decide(&bench.journal.0, &bench.ca, decision));
        poll_once(decided).expect("ready").unwrap();
        assert!(matches!(bench.run_whole(), Outcome::Accepted { .. }));
        assert_eq!(bench.ca.world().calls_seen, if adopts { 1 } else { 2 });
    }
}

#[test]
fn an_order_that_becomes_provable_is_found_although_a_person_was_asked() {
    let bench = Bench::new(&[OnCall::LoseAfter], &[OnAsk::CannotTell; 2]);
    assert!(matches!(settle(&bench), Outcome::Manual { .. }));
    let mut again = pin!(look_again(bench.with(), &bench.wanted));
    let outcome = (0..100).find_map(|_| poll_once(again.as_mut())).unwrap().unwrap();
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
}

#[test]
fn a_refused_call_is_free_and_may_be_made_again_without_asking() {
    let bench = Bench::new(&[OnCall::Refuse(Class::Unreachable); 7], &[]);
    for _ in 0..7 {
        assert!(matches!(bench.run_whole(), Outcome::NotPlaced(error) if error.class == Class::Unreachable));
    }
    assert!(matches!(bench.run_whole(), Outcome::Accepted { .. }));
    assert_eq!(bench.ca.purchases(), 1);
}

#[test]
fn a_no_is_final() {
    let bench = Bench::new(&[OnCall::Reject], &[]);
    for _ in 0..2 {
        assert!(matches!(bench.run_whole(), Outcome::Rejected { .. }));
    }
    assert_eq!(bench.ca.world().calls_seen, 1);
}

#[test]
fn a_purchase_made_twice_by_the_ca_is_reported() {
    let bench = Bench::new(&[OnCall::LoseAfter], &[]);
    bench.run_whole();
    bench.ca.world().buy(0);
    let Outcome::Accepted {
        ca_order, duplicates, ..
    } = settle(&bench)
    else {
        panic!("{:?}", bench.state())
    };
    assert_eq!((ca_order.as_str(), duplicates), ("100", vec!["101".into()]));
}

#[test]
fn another_purchase_does_not_run_on_this_journal() {
    let bench = Bench::new(&[], &[]);
    bench.run_whole();
    let mut other = order();
    other.unique_value = "Other1".parse().unwrap();
    let other = Purchase::Order(Box::new(other));
    let mut run = pin!(purchase(bench.with(), &other));
    let refused = (0..100).find_map(|_| poll_once(run.as_mut())).unwrap();
    assert!(matches!(refused, Err(PurchaseError::AnotherIntent { .. })));
}

#[test]
fn an_answer_is_stored_although_another_runner_took_over_meanwhile() {
    let bench = Bench::new(&[OnCall::Accept], &[]);
    let mut slow = pin!(bench.run());
    while bench.ca.purchases() == 0 {
        assert!(poll_once(slow.as_mut()).is_none());
    }
    assert!(matches!(bench.run_whole(), Outcome::StillUnknown { .. }));
    let outcome = (0..100).find_map(|_| poll_once(slow.as_mut())).unwrap().unwrap();
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    assert!(matches!(bench.state(), State::Accepted { .. }));
}

#[test]
fn a_record_survives_storage_in_every_state() {
    for how in [
        OnCall::Accept,
        OnCall::Reject,
        OnCall::LoseAfter,
        OnCall::Refuse(Class::RateLimited),
    ] {
        let bench = Bench::new(&[how], &[OnAsk::Down]);
        bench.run_whole();
        let record = bench.journal.0.record().unwrap();
        let stored = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&stored).unwrap(), record);
    }
}

#[derive(Debug, Clone)]
enum Action {
    /// A run that crashes after so many polls.
    Run(usize),
    /// Two runs at once, polled in this order, then both crash.
    Race(Vec<bool>),
    /// Time passes.
    Wait(i64),
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let action = prop_oneof![
        (0..30_usize).prop_map(Action::Run),
        prop::collection::vec(any::<bool>(), 0..50).prop_map(Action::Race),
        (0..400_i64).prop_map(Action::Wait),
    ];
    prop::collection::vec(action, 0..12)
}

fn on_call() -> impl Strategy<Value = OnCall> {
    prop_oneof![
        Just(OnCall::Accept),
        Just(OnCall::Reject),
        Just(OnCall::LoseBefore),
        Just(OnCall::LoseAfter),
        (0..120_i8).prop_map(OnCall::CommitLate),
        Just(OnCall::Refuse(Class::Unreachable)),
    ]
}

fn on_ask() -> impl Strategy<Value = OnAsk> {
    prop_oneof![3 => Just(OnAsk::Truth), 1 => Just(OnAsk::CannotTell), 1 => Just(OnAsk::Down)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_happens_nothing_is_bought_twice(
        actions in actions(),
        calls in prop::collection::vec(on_call(), 0..6),
        asks in prop::collection::vec(on_ask(), 0..8),
    ) {
        let bench = Bench::new(&calls, &asks);
        for action in actions {
            match action {
                Action::Run(polls) => drop(bench.run_for(polls)),
                Action::Wait(seconds) => bench.ca.advance(seconds),
                Action::Race(order) => {
                    let (mut one, mut two) = (pin!(bench.run()), pin!(bench.run()));
                    let (mut one_done, mut two_done) = (false, false);
                    for first in order {
                        if first && !one_done {
                            one_done = poll_once(one.as_mut()).is_some();
                        } else if !first && !two_done {
                            two_done = poll_once(two.as_mut()).is_some();
                        }
                    }
                }
            }
            prop_assert!(bench.ca.purchases() <= 1);
        }
        let outcome = settle(&bench);
        prop_assert!(bench.ca.purchases() <= 1);
        match outcome {
            Outcome::Accepted { duplicates, .. } => {
                prop_assert_eq!(bench.ca.purchases(), 1);
                prop_assert!(duplicates.is_empty());
            }
            Outcome::Rejected { .. } => prop_assert_eq!(bench.ca.purchases(), 0),
            Outcome::Manual { .. } => {}
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
