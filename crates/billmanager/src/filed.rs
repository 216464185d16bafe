//! The journal of purchases (design §5), kept with the service: one parameter holds the last purchase, whole, and what came of it.
//!
//! It is written by the host's own function before and after the call to the CA. The run that writes it has the service's lock.

use std::sync::Mutex;

use async_trait::async_trait;
use ca::{
    CaOrderRef, Purchase,
    purchase::{Ending, Journal, JournalError, Record, State},
};
use domain::term::{PaidTerm, Years};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{Failure, Kind, host::Host, records::Records};

/// The parameter's name.
pub const PARAMETER: &str = "certbroker_purchase";

/// What a purchase is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The first order.
    Open,
    /// The order of a further term.
    Prolong,
    /// A new certificate that the client asked for.
    Reopen,
    /// A new certificate within the paid term, by itself.
    Reissue,
}

/// The last purchase of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// What it is for.
    pub purpose: Purpose,
    /// The operation that made it.
    pub operation: Option<u64>,
    /// Whether everything that follows it was done.
    pub is_done: bool,
    /// The order before it, if there was one.
    pub former: Option<CaOrderRef>,
    /// What was paid for before a reissue; an order makes its own term.
    pub term: Option<PaidTerm>,
    /// What was wanted and what came of it.
    pub record: Record,
    /// The call itself, with the request and the unique value of then.
    pub purchase: Purchase,
}

/// Reads the parameter; empty text is none.
///
/// # Errors
/// [`Kind::Internal`] when the text is none of ours: buying on would forget what it says.
pub fn parse(text: &str) -> Result<Option<Filed>, Failure> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text).map(Some).map_err(|error| {
        Failure::new(Kind::Internal)
            .about(PARAMETER)
            .saying("the stored purchase cannot be read")
            .because(error)
    })
}

impl Filed {
    /// Whether the CA may still have something that nobody knows of.
    #[must_use]
    pub const fn is_unsettled(&self) -> bool {
        matches!(
            self.record.state,
            State::Calling { .. } | State::Unknown { .. } | State::Manual { .. }
        )
    }

    /// Whether no call of it can have reached the CA.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        let is_nothing = |ending: &Option<Ending>| matches!(ending, Some(Ending::NotCarriedOut { .. }));
        matches!(self.record.state, State::Intended)
            && self.record.calls.iter().all(|call| is_nothing(&call.ending))
    }

    /// Whether a run goes on with it instead of buying anew: what the CA has, or may have, until all that follows is done; by the same
    /// operation also later, for that one buys once.
    #[must_use]
    pub fn belongs_to(&self, purpose: Purpose, operation: Option<u64>) -> bool {
        let is_over = matches!(
            self.record.state,
            State::Rejected { .. } | State::Abandoned { .. }
        );
        let is_same_operation = operation.is_some() && operation == self.operation;
        self.purpose == purpose && !is_over && (!self.is_done || is_same_operation)
    }

    /// The CA's order, once it is known.
    #[must_use]
    pub const fn order(&self) -> Option<&CaOrderRef> {
        match &self.record.state {
            State::Accepted { ca_order, .. } => Some(ca_order),
            _ => None,
        }
    }

    /// What was paid for: years from the day on which the CA accepted the order.
    #[must_use]
    pub fn paid_term(&self, day_of: impl FnOnce(Timestamp) -> Date) -> Option<PaidTerm> {
        match (&self.purchase, &self.record.state) {
            (Purchase::Order(order), State::Accepted { at, .. }) => {
                Years::from_days(order.days).map(|years| PaidTerm::from_acceptance(day_of(*at), years))
            }
            _ => self.term,
        }
    }
}

/// The journal of one purchase in a service's parameter.
pub struct ItemJournal<'a> {
    host: &'a Host,
    records: &'a dyn Records,
    item: u64,
    /// What is written besides the record; the last written state, once known.
    template: Mutex<Filed>,
}

impl<'a> ItemJournal<'a> {
    /// The journal for a purchase: a new one, or the one that is filed.
    #[must_use]
    pub fn new(host: &'a Host, records: &'a dyn Records, item: u64, filed: Filed) -> Self {
        Self {
            host,
            records,
            item,
            template: Mutex::new(filed),
        }
    }

    fn template(&self) -> Result<Filed, JournalError> {
        let template = self.template.lock();
        template
            .map(|filed| filed.clone())
            .map_err(|_| JournalError::Failed("poisoned".into()))
    }

    async fn stored(&self) -> Result<Option<Filed>, JournalError> {
        let params = self.records.item_params(self.item).await.map_err(failed)?;
        parse(params.get(PARAMETER).map_or("", String::as_str)).map_err(failed)
    }

    fn is_ours(&self, stored: &Filed) -> Result<bool, JournalError> {
        Ok(stored.record.intent.unique_value == *self.template()?.purchase.unique_value())
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> JournalError {
    JournalError::Failed(Box::new(error))
}

#[async_trait]
impl Journal for ItemJournal<'_> {
    async fn load(&self) -> Result<Option<Record>, JournalError> {
        match self.stored().await? {
            Some(stored) if self.is_ours(&stored)? => Ok(Some(stored.record)),
            _ => Ok(None),
        }
    }

    async fn save(&self, record: &Record) -> Result<(), JournalError> {
        let before = match self.stored().await? {
            Some(stored) if self.is_ours(&stored)? => stored.record.revision,
            // Another purchase may be replaced only when nothing of it is open any more.
            Some(other) if other.is_unsettled() => return Err(JournalError::Conflict),
            _ => 0,
        };
        if before + 1 != record.revision {
            return Err(JournalError::Conflict);
        }
        let mut filed = self.template()?;
        filed.record = record.clone();
        store(self.host, self.item, &filed).await.map_err(failed)?;
        if let Ok(mut template) = self.template.lock() {
            *template = filed;
        }
        Ok(())
    }
}

/// Stores a purchase with its service.
///
/// # Errors
/// The host's.
pub async fn store(host: &Host, item: u64, filed: &Filed) -> Result<(), Failure> {
    let text = serde_json::to_string(filed)
        .map_err(|error| Failure::new(Kind::Internal).about(PARAMETER).because(error))?;
    Ok(host.save_param(item, PARAMETER, &text).await?)
}
