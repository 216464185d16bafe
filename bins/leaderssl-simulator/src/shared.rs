//! What listeners, validation and the handle share: configuration, clock, state, keys and faults.

use std::{collections::HashMap, net::SocketAddr, ops::Deref, path::PathBuf, sync::Arc};

use domain::{DomainName, Money, rules::DatedRules};
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::{mpsc::UnboundedSender, watch};

use crate::{
    authority::{Authority, Hierarchy, HierarchyPems, SigningError},
    clock::{BusinessClock, ClockError},
    config::Config,
    faults::FaultBoard,
    journal::{Journal, JournalError},
    random::Randomness,
    record::{CertificateStatus, Charge, ChargeKind, KeyFamily},
    state::{Entry, State},
};

/// The inside of one simulator.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) rules: &'static DatedRules,
    pub(crate) clock: BusinessClock,
    pub(crate) random: Randomness,
    pub(crate) authority: Authority,
    pub(crate) faults: FaultBoard,
    pub(crate) state: Mutex<State>,
    journal: Option<Mutex<Journal>>,
    /// Counts changes, so that others can wait for one.
    pub(crate) changes: watch::Sender<u64>,
    /// Certificates that validation should look at now.
    agenda: UnboundedSender<i64>,
    /// When `dcv_emails` last listed the approvers of a name.
    pub(crate) listed_approvers: Mutex<HashMap<DomainName, Timestamp>>,
    /// Where the API listens, which links in mails point to.
    pub(crate) api_address: SocketAddr,
}

/// What the simulator cannot do, apart from what it refuses to an API client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulatorError {
    /// A listener could not be opened.
    #[error("could not listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The state file could not be read or written.
    #[error("state could not be kept")]
    Journal(#[from] JournalError),
    /// A key or certificate could not be made.
    #[error("certificate authority failed")]
    Signing(#[from] SigningError),
    /// The clock could not be moved.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The resolver could not be set up.
    #[error("name resolution could not be set up: {reason}")]
    Resolver {
        /// Why.
        reason: String,
    },
    /// No such certificate.
    #[error("no certificate {id}")]
    NoSuchCertificate {
        /// Its id.
        id: i64,
    },
    /// No such order.
    #[error("no order {id}")]
    NoSuchOrder {
        /// Its id.
        id: i64,
    },
    /// Nothing is open any more.
    #[error("certificate {id} is {}", status.word())]
    NotOpen {
        /// Its id.
        id: i64,
        /// What it is.
        status: CertificateStatus,
    },
    /// Only an issued certificate can be revoked or reissued.
    #[error("certificate {id} is {} and was not issued", status.word())]
    NotIssued {
        /// Its id.
        id: i64,
        /// What it is.
        status: CertificateStatus,
    },
    /// The stored CSR cannot be read, although it was accepted.
    #[error("the stored CSR of certificate {id} cannot be read")]
    BadStoredCsr {
        /// Certificate.
        id: i64,
    },
    /// The balance does not cover it.
    #[error("the balance does not cover {price}")]
    BalanceTooLow {
        /// What is missing money.
        price: Money,
    },
    /// No such preorder.
    #[error("no preorder {id}")]
    NoSuchPreorder {
        /// Its id.
        id: i64,
    },
    /// A mail's code is not known, or used, or more than thirty days old.
    #[error("the code is not valid")]
    BadCode,
    /// A fault rule that cannot be.
    #[error("fault rule: {0}")]
    BadFault(&'static str),
    /// An amount in another currency than the account's, or out of range.
    #[error("amount")]
    Money(#[from] domain::money::MoneyError),
    /// The state file is of another place than a file.
    #[error("state file {0} is not usable")]
    StatePath(PathBuf),
}

impl Shared {
    /// Opens the state and makes the inside; `api_address` is where the API already listens.
    pub(crate) fn open(
        config: Config,
        api_address: SocketAddr,
        agenda: UnboundedSender<i64>,
    ) -> Result<Self, SimulatorError> {
        let (state, journal) = match &config.state {
            Some(path) => {
                let (state, journal) = Journal::open(path)?;
                (state, Some(Mutex::new(journal)))
            }
            None => (State::default(), None),
        };
        let is_new = state.is_new();
        let boots = state.boots() + 1;
        let offset = match config.clock {
            // A restart goes on with the kept clock.
            Some(start) if is_new => BusinessClock::offset_for(start),
            _ => state.clock_offset(),
        };
        let shared = Self {
            clock: BusinessClock::with_offset(offset),
            random: Randomness::new(config.seed, boots),
            authority: Authority::restore(state.hierarchies())?,
            faults: FaultBoard::new(state.faults().to_vec()),
            state: Mutex::new(state),
            journal,
            changes: watch::Sender::new(0),
            agenda,
            listed_approvers: Mutex::default(),
            rules: DatedRules::baseline(),
            config,
            api_address,
        };
        shared.change(|change| {
            change.put(Entry::Boot(boots));
            change.put(Entry::ClockOffset(offset));
            if is_new {
                let opening = shared.config.balance;
                change.put(Entry::Charge(Charge {
                    id: change.next_charge_id(),
                    at: shared.clock.now(),
                    kind: ChargeKind::Opening,
                    amount: opening,
                    balance: opening,
                    order_id: None,
                    preorder_id: None,
                    domain_name: None,
                    nomenclature_id: None,
                    days: None,
                    unique_value: None,
                }));
            }
            Ok::<_, SimulatorError>(())
        })?;
        Ok(shared)
    }

    /// Makes one change: what `work` puts is kept together and before anyone is answered.
    ///
    /// `work` checks before it puts; an error after a put keeps what was put in memory consistent with the file,
    /// because both are left without the rest.
    pub(crate) fn change<T, E: From<JournalError>>(
        &self,
        work: impl FnOnce(&mut Change<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut state = self.state.lock();
        let mut change = Change {
            state: &mut state,
            entries: Vec::new(),
            keeps: self.journal.is_some(),
        };
        let outcome = work(&mut change);
        let entries = std::mem::take(&mut change.entries);
        if let Some(journal) = self.journal.as_ref().filter(|_| !entries.is_empty()) {
            journal.lock().append(&entries)?;
        }
        drop(state);
        self.changes.send_modify(|count| *count += 1);
        outcome
    }

    /// The hierarchy of a key family, made and kept when it is first needed.
    pub(crate) fn hierarchy(&self, family: KeyFamily) -> Result<Arc<Hierarchy>, SimulatorError> {
        self.authority.hierarchy(family, |pems: &HierarchyPems| {
            self.change(|change| {
                change.put(Entry::Hierarchy(pems.clone()));
                Ok::<_, SimulatorError>(())
            })
        })
    }

    /// Asks validation to look at a certificate now.
    pub(crate) fn nudge(&self, certificate_id: i64) {
        // The receiver is gone only while the simulator shuts down.
        let _ = self.agenda.send(certificate_id);
    }

    /// What the account holds.
    pub(crate) fn balance(&self) -> Money {
        self.state.lock().balance().unwrap_or(self.config.balance)
    }
}

/// A change in the making.
pub(crate) struct Change<'a> {
    state: &'a mut State,
    entries: Vec<Entry>,
    keeps: bool,
}

impl Change<'_> {
    /// Takes an entry into the state and, if the state is kept, into the line to be written.
    pub(crate) fn put(&mut self, entry: Entry) {
        if self.keeps {
            self.entries.push(entry.clone());
        }
        self.state.apply(entry);
    }
}

impl Deref for Change<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        self.state
    }
}
