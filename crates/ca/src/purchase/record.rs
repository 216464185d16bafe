//! The record of one purchase and its state machine: pure, so that every order of events can be tried.

use domain::{Money, name::NameSet};
use jiff::Timestamp;
use pki::CsrFingerprint;
use serde::{Deserialize, Serialize};

use super::Policy;
use crate::{
    error::Class,
    order::CaState,
    outcome::{CaOrderRef, Candidate, FindOutcome, Placed},
    request::{ProductId, Purchase, UniqueValue},
};

/// What was wanted, stored before anything is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The word of the call: `order`, `reissue` or `add_names`.
    pub call: String,
    /// The CA order that is changed; `None` for a new one.
    pub ca_order: Option<CaOrderRef>,
    /// The product, for a new order.
    pub product: Option<ProductId>,
    /// The names, main name first.
    pub names: NameSet,
    /// Of the certificate signing request.
    pub csr: CsrFingerprint,
    /// Belongs to this purchase alone.
    pub unique_value: UniqueValue,
    /// When it was stored.
    pub intended_at: Timestamp,
}

impl Intent {
    /// The intent to make this purchase.
    #[must_use]
    pub fn of(purchase: &Purchase, now: Timestamp) -> Self {
        Self {
            call: purchase.word().to_owned(),
            ca_order: purchase.ca_order().cloned(),
            product: match purchase {
                Purchase::Order(order) => Some(order.product.clone()),
                _ => None,
            },
            names: purchase.names().clone(),
            csr: purchase.csr().sha256(),
            unique_value: purchase.unique_value().clone(),
            intended_at: now,
        }
    }

    /// Whether this is the intent of this very purchase.
    #[must_use]
    pub fn is_of(&self, purchase: &Purchase) -> bool {
        *self == Self::of(purchase, self.intended_at)
    }
}

/// One call that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// When it began.
    pub started_at: Timestamp,
    /// How it ended; `None` while it runs or when nobody could store it.
    pub ending: Option<Ending>,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ending", rename_all = "snake_case")]
pub enum Ending {
    /// The CA has it.
    Accepted {
        /// The CA's id.
        ca_order: CaOrderRef,
    },
    /// The CA said no.
    Rejected,
    /// The answer was lost or told nothing.
    Lost {
        /// What was observed.
        why: String,
    },
    /// Certainly not carried out.
    NotCarriedOut {
        /// Why.
        class: Class,
        /// What was observed.
        detail: String,
    },
    /// The CA was asked later and certainly had nothing.
    CertainlyNone,
}

/// Where the purchase stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// May be called.
    Intended,
    /// A call has begun and its end is not stored.
    Calling {
        /// When it began.
        since: Timestamp,
    },
    /// A call may have been carried out.
    Unknown {
        /// When it began.
        since: Timestamp,
        /// What is known.
        why: String,
    },
    /// The CA has it.
    Accepted {
        /// The CA's id.
        ca_order: CaOrderRef,
        /// What the CA says it charged.
        charged: Option<Money>,
        /// The first state, when the answer named one.
        first_state: Option<CaState>,
        /// Further CA orders of this same purchase.
        duplicates: Vec<CaOrderRef>,
        /// When we learned it.
        at: Timestamp,
    },
    /// The CA said no.
    Rejected {
        /// What it said.
        why: String,
        /// The field it complained about.
        field: Option<String>,
    },
    /// A person decides.
    Manual {
        /// Why.
        why: String,
        /// CA orders that may be ours.
        candidates: Vec<Candidate>,
    },
    /// A person gave it up.
    Abandoned {
        /// Why.
        why: String,
    },
}

impl State {
    /// The stable word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Calling { .. } => "calling",
            Self::Unknown { .. } => "unknown",
            Self::Accepted { .. } => "accepted",
            Self::Rejected { .. } => "rejected",
            Self::Manual { .. } => "manual",
            Self::Abandoned { .. } => "abandoned",
        }
    }
}

/// What a run does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Make the call.
    Call,
    /// A call of an earlier run did not end: its outcome is unknown.
    Interrupted,
    /// Ask the CA.
    Ask,
    /// Nothing: the record tells the outcome.
    Settled,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The call begins.
    CallStarted,
    /// The CA answered the call with this number (from 1).
    Answered {
        /// Which call.
        number: usize,
        /// What it said.
        placed: Placed,
    },
    /// The call with this number was certainly not carried out.
    NotCarriedOut {
        /// Which call.
        number: usize,
        /// Why.
        class: Class,
        /// What was observed.
        detail: String,
    },
    /// The run that made the call is gone.
    Interrupted,
    /// The CA was asked what it has.
    Asked(FindOutcome),
    /// A person says that it is this CA order.
    Adopted {
        /// The CA's id.
        ca_order: CaOrderRef,
    },
    /// A person says that the CA has nothing: it may be called again.
    ConfirmedNone,
    /// A person gives it up.
    Abandoned {
        /// Why.
        why: String,
    },
}

impl Event {
    /// The stable word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::CallStarted => "call_started",
            Self::Answered { .. } => "answered",
            Self::NotCarriedOut { .. } => "not_carried_out",
            Self::Interrupted => "interrupted",
            Self::Asked(_) => "asked",
            Self::Adopted { .. } => "adopted",
            Self::ConfirmedNone => "confirmed_none",
            Self::Abandoned { .. } => "abandoned",
        }
    }
}

/// The record is not in a state in which this can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot happen to a purchase that is {state}")]
pub struct Refusal {
    /// The record's state.
    pub state: &'static str,
    /// The event.
    pub event: &'static str,
}

/// Everything that is kept of one purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Grows by one with every change; a journal stores a record only over the one before it.
    pub revision: u64,
    /// What was wanted.
    pub intent: Intent,
    /// Where it stands.
    #[serde(flatten)]
    pub state: State,
    /// Every call that was begun, in order.
    pub calls: Vec<Call>,
}

impl Record {
    /// The first record of an intent.
    #[must_use]
    pub const fn new(intent: Intent) -> Self {
        Self {
            revision: 1,
            intent,
            state: State::Intended,
            calls: Vec::new(),
        }
    }

    /// What a run does next.
    #[must_use]
    pub const fn step(&self) -> Step {
        match &self.state {
            State::Intended => Step::Call,
            State::Calling { .. } => Step::Interrupted,
            State::Unknown { .. } => Step::Ask,
            _ => Step::Settled,
        }
    }

    /// From when on the CA's word that it has nothing counts.
    #[must_use]
    pub fn believable_from(&self, policy: Policy) -> Timestamp {
        let began = self
            .calls
            .last()
            .map_or(self.intent.intended_at, |call| call.started_at);
        began.checked_add(policy.settle).unwrap_or(Timestamp::MAX)
    }

    /// The record after an event. What is not possible in this state is refused and changes nothing.
    ///
    /// # Errors
    /// [`Refusal`], which for a runner means that another one was faster.
    pub fn apply(&self, event: Event, now: Timestamp, policy: Policy) -> Result<Self, Refusal> {
        let refusal = Refusal {
            state: self.state.word(),
            event: event.word(),
        };
        let mut next = self.clone();
        next.revision += 1;
        match (&self.state, event) {
            (State::Intended, Event::CallStarted) => {
                next.calls.push(Call {
                    started_at: now,
                    ending: None,
                });
                next.state = State::Calling { since: now };
            }
            (_, Event::Answered { number, placed }) => next.answered(number, placed, now).ok_or(refusal)?,
            (
                _,
                Event::NotCarriedOut {
                    number,
                    class,
                    detail,
                },
            ) => {
                next.not_carried_out(number, class, detail).ok_or(refusal)?;
            }
            (State::Calling { since }, Event::Interrupted) => {
                let why = "the program stopped during the call".to_owned();
                next.end_last(Ending::Lost { why: why.clone() });
                next.state = State::Unknown { since: *since, why };
            }
            (State::Unknown { .. } | State::Manual { .. }, Event::Asked(found)) => {
                next.asked(found, now, policy);
            }
            (State::Unknown { .. } | State::Manual { .. }, Event::Adopted { ca_order }) => {
                next.state = accepted(ca_order, None, None, Vec::new(), now);
            }
            (State::Manual { .. }, Event::ConfirmedNone) => {
                next.forget_calls();
                next.state = State::Intended;
            }
            (State::Intended | State::Unknown { .. } | State::Manual { .. }, Event::Abandoned { why }) => {
                next.state = State::Abandoned { why }
            }
            _ => return Err(refusal),
        }
        if next.is_exhausted(policy) {
            next.state = State::Manual {
                why: format!(
                    "the call was made {} times and the CA has nothing",
                    next.calls.len()
                ),
                candidates: Vec::new(),
            };
        }
        Ok(next)
    }

    fn answered(&mut self, number: usize, placed: Placed, now: Timestamp) -> Option<()> {
        let is_last = number == self.calls.len();
        let call = self.calls.get_mut(number.checked_sub(1)?)?;
        call.ending = Some(match &placed {
            Placed::Accepted { ca_order, .. } => Ending::Accepted {
                ca_order: ca_order.clone(),
            },
            Placed::Rejected { .. } => Ending::Rejected,
            Placed::Unknown { why, .. } => Ending::Lost { why: why.clone() },
        });
        let since = call.started_at;
        match (&mut self.state, placed) {
            // The runner that made the call comes back with its answer after another one took over and learned it as well.
            (State::Accepted { ca_order: known, .. }, Placed::Accepted { ca_order, .. })
                if *known == ca_order => {}
            (State::Accepted { duplicates, .. }, Placed::Accepted { ca_order, .. }) => {
                duplicates.retain(|known| *known != ca_order);
                duplicates.push(ca_order);
            }
            (
                _,
                Placed::Accepted {
                    ca_order,
                    charged,
                    state,
                    ..
                },
            ) => {
                let duplicates = self.accepted_besides(&ca_order);
                self.state = accepted(ca_order, charged, state, duplicates, now);
            }
            (State::Calling { .. } | State::Unknown { .. }, Placed::Rejected { why, field, .. })
                if is_last =>
            {
                self.state = State::Rejected { why, field };
            }
            (State::Calling { .. }, Placed::Unknown { why, .. }) if is_last => {
                self.state = State::Unknown { since, why };
            }
            // A "no" or a loss that comes late tells nothing about the calls after it.
            _ => {}
        }
        Some(())
    }

    fn not_carried_out(&mut self, number: usize, class: Class, detail: String) -> Option<()> {
        let is_last = number == self.calls.len();
        let call = self.calls.get_mut(number.checked_sub(1)?)?;
        call.ending = Some(Ending::NotCarriedOut { class, detail });
        if is_last && matches!(self.state, State::Calling { .. } | State::Unknown { .. }) {
            self.state = State::Intended;
        }
        Some(())
    }

    fn asked(&mut self, found: FindOutcome, now: Timestamp, policy: Policy) {
        let is_believable = now >= self.believable_from(policy);
        match found {
            FindOutcome::Found {
                ca_order,
                charged,
                duplicates,
            } => {
                self.state = accepted(ca_order, charged, None, duplicates, now);
            }
            FindOutcome::CertainlyNone if is_believable => {
                self.end_last(Ending::CertainlyNone);
                self.state = State::Intended;
            }
            FindOutcome::CannotTell { candidates, why } if is_believable => {
                self.state = State::Manual { why, candidates };
            }
            FindOutcome::CertainlyNone => self.still_unknown("the CA shows nothing yet"),
            FindOutcome::CannotTell { why, .. } => self.still_unknown(&why),
        }
    }

    fn still_unknown(&mut self, what: &str) {
        if let State::Unknown { why, .. } = &mut self.state {
            what.clone_into(why);
        }
    }

    fn end_last(&mut self, ending: Ending) {
        if let Some(call) = self.calls.last_mut() {
            call.ending = Some(ending);
        }
    }

    /// A person's word closes all calls before it.
    fn forget_calls(&mut self) {
        for call in &mut self.calls {
            call.ending = Some(Ending::NotCarriedOut {
                class: Class::Rejected,
                detail: "a person confirmed that the CA has nothing".to_owned(),
            });
        }
    }

    fn accepted_besides(&self, ca_order: &CaOrderRef) -> Vec<CaOrderRef> {
        let others = self.calls.iter().filter_map(|call| match &call.ending {
            Some(Ending::Accepted { ca_order: other }) if other != ca_order => Some(other.clone()),
            _ => None,
        });
        others.collect()
    }

    /// Calls that reached the CA or may have; those certainly not carried out are free.
    fn calls_that_may_have_counted(&self) -> usize {
        let counts = |call: &&Call| !matches!(call.ending, Some(Ending::NotCarriedOut { .. }));
        self.calls.iter().filter(counts).count()
    }

    fn is_exhausted(&self, policy: Policy) -> bool {
        matches!(self.state, State::Intended) && self.calls_that_may_have_counted() >= policy.most_calls
    }
}

const fn accepted(
    ca_order: CaOrderRef,
    charged: Option<Money>,
    first_state: Option<CaState>,
    duplicates: Vec<CaOrderRef>,
    at: Timestamp,
) -> State {
    State::Accepted {
        ca_order,
        charged,
        first_state,
        duplicates,
        at,
    }
}
