//! Money is spent exactly once: the purchase protocol (design §5).
//!
//! No reseller API has an idempotency key, so the only safe order of things is: store the intent, with a unique value that no other
//! purchase has; store that the call begins; make the call once; store what came of it. Whoever finds a call that began and did not
//! end (a crash) or whose answer was lost (a time-out) asks the CA first. Only when the CA's lists, read whole, certainly
//! hold nothing of ours, and only after a call still under way at the CA must have ended, is the call made again, as a new call of
//! the same intent. Whatever cannot be told goes to a person, with both sides: what we wanted and what the CA shows.
//!
//! * [`record`]: the intent, its calls and the pure state machine,
//! * [`journal`]: where the record is kept, implemented on the store by the engine and on host calls by the BILLmanager module,
//! * [`purchase`]: the protocol itself. It can be dropped at any await point and run again.
//!
//! At most one runner per intent should be alive (the engine's lease); the journal's revision keeps a second one from calling, and
//! [`Policy::settle`] must be longer than the longest call, so that a call of a runner that lost its lease has ended before
//! "certainly none" is believed.

pub mod journal;
pub mod record;

#[cfg(test)]
mod tests;

use domain::{Clock, Money};
use jiff::{SignedDuration, Timestamp};

pub use self::{
    journal::{Journal, JournalError, MemoryJournal},
    record::{Call, Ending, Event, Intent, Record, Refusal, State, Step},
};
use crate::{
    connector::Connector,
    error::CaError,
    order::CaState,
    outcome::{CaOrderRef, Candidate},
    request::Purchase,
};

/// Most tries to store the outcome of a call when other runners change the record at the same time.
const MOST_CONFLICTS: u32 = 5;

/// How careful the protocol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long after the start of a call the CA's word "there is nothing" counts. Longer than the time-out of a call that can cost
    /// money (120 s) and than the CA takes to show a new order in its lists.
    pub settle: SignedDuration,
    /// Most calls of one intent; then a person decides.
    pub most_calls: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            settle: SignedDuration::from_mins(5),
            most_calls: 3,
        }
    }
}

/// Where a purchase stands after a run.
#[derive(Debug)]
pub enum Outcome {
    /// The CA has it.
    Accepted {
        /// The CA's id.
        ca_order: CaOrderRef,
        /// What the CA says it charged.
        charged: Option<Money>,
        /// The first state, when the answer named one.
        state: Option<CaState>,
        /// Further CA orders of this same purchase, made by the CA twice; a person must sort them out.
        duplicates: Vec<CaOrderRef>,
    },
    /// The CA said no. Final for this intent: changed data needs a new one.
    Rejected {
        /// What the CA said.
        why: String,
        /// The field it complained about.
        field: Option<String>,
    },
    /// Certainly nothing happened; the class says what to do before the next run.
    NotPlaced(CaError),
    /// Nobody knows yet; run again then, and nothing is bought twice.
    StillUnknown {
        /// When the next run can bring more.
        until: Timestamp,
        /// What is known.
        why: String,
        /// Why the CA could not be asked, when that is the reason.
        error: Option<CaError>,
    },
    /// A person decides: [`Event::Adopted`], [`Event::ConfirmedNone`] or [`Event::Abandoned`] through [`decide`].
    Manual {
        /// Why it cannot be decided by machine.
        why: String,
        /// CA orders that may be ours.
        candidates: Vec<Candidate>,
    },
    /// A person gave the purchase up.
    Abandoned {
        /// Why.
        why: String,
    },
}

/// Why a run could not even be judged.
#[derive(Debug, thiserror::Error)]
pub enum PurchaseError {
    /// The journal could not be read or written. If a call was under way, its outcome is looked up by the next run.
    #[error("the journal of the purchase failed")]
    Journal(#[from] JournalError),
    /// The journal holds the intent of another purchase.
    #[error("the journal holds the intent of another purchase ({stored}) than the one asked for ({asked})")]
    AnotherIntent {
        /// Unique value in the journal.
        stored: String,
        /// Unique value asked for.
        asked: String,
    },
    /// The record refuses the event.
    #[error("the purchase's record refuses this step")]
    Refused(#[from] Refusal),
}

/// What a run works with.
#[derive(Clone, Copy)]
pub struct Purchasing<'a> {
    /// The account at the CA.
    pub connector: &'a dyn Connector,
    /// Where the record is kept.
    pub journal: &'a dyn Journal,
    /// Business time.
    pub clock: &'a dyn Clock,
    /// How careful to be.
    pub policy: Policy,
    /// CA orders known to belong to other services, so that they are no candidates.
    pub known: &'a [CaOrderRef],
}

/// Runs a purchase as far as it goes, from whatever the journal holds.
///
/// # Errors
/// Only when the journal fails or holds something else; everything the CA does is an [`Outcome`].
pub async fn purchase(with: Purchasing<'_>, purchase: &Purchase) -> Result<Outcome, PurchaseError> {
    let mut record = load_or_intend(with, purchase).await?;
    loop {
        match record.step() {
            Step::Settled => return Ok(settled(record.state)),
            Step::Interrupted => record = save(with, record, Event::Interrupted).await?,
            Step::Call => match call(with, purchase, record).await? {
                Continued::On(next) => record = next,
                Continued::Done(outcome) => return Ok(outcome),
            },
            Step::Ask => match ask(with, purchase, record).await? {
                Continued::On(next) => record = next,
                Continued::Done(outcome) => return Ok(outcome),
            },
        }
    }
}

/// Asks the CA once more about a purchase that a person is to decide: an order validated by mail can be proven once it is issued.
///
/// # Errors
/// As [`purchase`].
pub async fn look_again(with: Purchasing<'_>, purchase: &Purchase) -> Result<Outcome, PurchaseError> {
    let record = load_or_intend(with, purchase).await?;
    if !matches!(record.state, State::Manual { .. } | State::Unknown { .. }) {
        return Ok(settled(record.state));
    }
    match ask(with, purchase, record).await? {
        Continued::On(record) => Ok(settled(record.state)),
        Continued::Done(outcome) => Ok(outcome),
    }
}

/// Stores a person's decision: [`Event::Adopted`], [`Event::ConfirmedNone`] or [`Event::Abandoned`].
///
/// # Errors
/// [`PurchaseError::Refused`] when nothing waits for a decision; the journal's errors.
pub async fn decide(
    journal: &dyn Journal,
    clock: &dyn Clock,
    decision: Event,
) -> Result<Record, PurchaseError> {
    let record = journal.load().await?.ok_or(Refusal {
        state: "none",
        event: decision.word(),
    })?;
    let record = record.apply(decision, clock.now(), Policy::default())?;
    journal.save(&record).await?;
    Ok(record)
}

enum Continued {
    On(Record),
    Done(Outcome),
}

async fn load_or_intend(with: Purchasing<'_>, purchase: &Purchase) -> Result<Record, PurchaseError> {
    if let Some(record) = with.journal.load().await? {
        if record.intent.is_of(purchase) {
            return Ok(record);
        }
        return Err(PurchaseError::AnotherIntent {
            stored: record.intent.unique_value.to_string(),
            asked: purchase.unique_value().to_string(),
        });
    }
    let record = Record::new(Intent::of(purchase, with.clock.now()));
    with.journal.save(&record).await?;
    Ok(record)
}

async fn save(with: Purchasing<'_>, record: Record, event: Event) -> Result<Record, PurchaseError> {
    let record = record.apply(event, with.clock.now(), with.policy)?;
    with.journal.save(&record).await?;
    Ok(record)
}

/// Stores that the call begins, makes it, stores what came of it.
async fn call(with: Purchasing<'_>, purchase: &Purchase, record: Record) -> Result<Continued, PurchaseError> {
    let record = save(with, record, Event::CallStarted).await?;
    let number = record.calls.len();
    let (event, error) = match with.connector.call(purchase).await {
        Ok(placed) => (Event::Answered { number, placed }, None),
        Err(error) => {
            let detail = error.detail.clone();
            (
                Event::NotCarriedOut {
                    number,
                    class: error.class,
                    detail,
                },
                Some(error),
            )
        }
    };
    let record = save_ending(with, record, event).await?;
    match error {
        Some(error) if matches!(record.state, State::Intended) => {
            Ok(Continued::Done(Outcome::NotPlaced(error)))
        }
        _ => Ok(Continued::On(record)),
    }
}

/// What the CA answered must not get lost because somebody else touched the record meanwhile.
async fn save_ending(
    with: Purchasing<'_>,
    mut record: Record,
    event: Event,
) -> Result<Record, PurchaseError> {
    for _ in 0..MOST_CONFLICTS {
        let next = record.apply(event.clone(), with.clock.now(), with.policy)?;
        match with.journal.save(&next).await {
            Ok(()) => return Ok(next),
            Err(JournalError::Conflict) => {
                record = with.journal.load().await?.ok_or(JournalError::Conflict)?;
            }
            Err(failed) => return Err(failed.into()),
        }
    }
    Err(JournalError::Conflict.into())
}

async fn ask(with: Purchasing<'_>, purchase: &Purchase, record: Record) -> Result<Continued, PurchaseError> {
    let fingerprint = purchase.fingerprint(record.intent.intended_at, with.known.to_vec());
    let until = record.believable_from(with.policy);
    match with.connector.find_order(&fingerprint).await {
        Ok(found) => {
            let record = save(with, record, Event::Asked(found)).await?;
            match &record.state {
                State::Unknown { why, .. } => {
                    let why = why.clone();
                    Ok(Continued::Done(Outcome::StillUnknown {
                        until,
                        why,
                        error: None,
                    }))
                }
                _ => Ok(Continued::On(record)),
            }
        }
        Err(error) => Ok(Continued::Done(Outcome::StillUnknown {
            until: until.max(with.clock.now()),
            why: error.to_string(),
            error: Some(error),
        })),
    }
}

/// To be run again at any time.
fn still_unknown(why: &str) -> Outcome {
    Outcome::StillUnknown {
        until: Timestamp::UNIX_EPOCH,
        why: why.to_owned(),
        error: None,
    }
}

/// The outcome of a record that no run changes any more.
fn settled(state: State) -> Outcome {
    match state {
        State::Accepted {
            ca_order,
            charged,
            first_state,
            duplicates,
            ..
        } => Outcome::Accepted {
            ca_order,
            charged,
            state: first_state,
            duplicates,
        },
        State::Rejected { why, field } => Outcome::Rejected { why, field },
        State::Manual { why, candidates } => Outcome::Manual { why, candidates },
        State::Abandoned { why } => Outcome::Abandoned { why },
        State::Intended => still_unknown("the CA certainly has nothing; the purchase may run again"),
        State::Calling { .. } | State::Unknown { .. } => {
            still_unknown("the outcome of the call is not known")
        }
    }
}
