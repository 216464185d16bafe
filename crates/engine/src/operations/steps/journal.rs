//! The journal of the purchase protocol (design §5) on the store.

use async_trait::async_trait;
use ca::purchase::{Journal, JournalError, Record, State};
use domain::{id::PurchaseId, state::PurchaseStage};
use jiff::Timestamp;
use store::{Json, purchase::Purchase};

use crate::Engine;

/// The record of one purchase.
pub(crate) struct StoreJournal<'a> {
    engine: &'a Engine,
    id: PurchaseId,
}

impl<'a> StoreJournal<'a> {
    pub(crate) const fn new(engine: &'a Engine, id: PurchaseId) -> Self {
        Self { engine, id }
    }
}

#[async_trait]
impl Journal for StoreJournal<'_> {
    async fn load(&self) -> Result<Option<Record>, JournalError> {
        let purchase = store::purchase::find(self.engine.store().reader(), self.id)
            .await
            .map_err(failed)?;
        purchase
            .map(|purchase| serde_json::from_value(purchase.journal.0).map_err(failed))
            .transpose()
    }

    async fn save(&self, record: &Record) -> Result<(), JournalError> {
        let revision = i64::try_from(record.revision).map_err(failed)?;
        let tx = self.engine.store().begin().await.map_err(failed)?;
        let mut purchase = store::purchase::lock(&tx, self.id)
            .await
            .map_err(failed)?
            .ok_or_else(|| failed("the purchase is not there"))?;
        if purchase.revision + 1 != revision {
            return Err(JournalError::Conflict);
        }
        write(&mut purchase, record, self.engine.now()).map_err(failed)?;
        match store::purchase::update(&tx, &mut purchase).await {
            Ok(()) => tx.commit().await.map_err(failed),
            Err(store::Error::Conflict { .. }) => Err(JournalError::Conflict),
            Err(error) => Err(failed(error)),
        }
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> JournalError {
    JournalError::Failed(error.into())
}

/// Copies what the record says into the columns that people and queries read.
fn write(
    purchase: &mut Purchase,
    record: &Record,
    now: Timestamp,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    purchase.journal = Json(serde_json::to_value(record)?);
    purchase.revision = i64::try_from(record.revision)?;
    purchase.stage = stage_of(&record.state);
    purchase.called_at = record.calls.last().map(|call| call.started_at);
    purchase.reason = match &record.state {
        State::Unknown { why, .. }
        | State::Rejected { why, .. }
        | State::Manual { why, .. }
        | State::Abandoned { why } => Some(why.clone()),
        State::Intended | State::Calling { .. } | State::Accepted { .. } => None,
    };
    if let State::Accepted {
        ca_order, charged, ..
    } = &record.state
    {
        purchase.ca_ref = Some(ca_order.0.clone());
        let charged = charged.unwrap_or_else(|| purchase.expected());
        purchase.set_charged(Some(charged))?;
    }
    let is_settled = matches!(
        record.state,
        State::Accepted { .. } | State::Rejected { .. } | State::Abandoned { .. }
    );
    purchase.settled_at = is_settled.then_some(now);
    Ok(())
}

const fn stage_of(state: &State) -> PurchaseStage {
    match state {
        State::Intended => PurchaseStage::Intended,
        State::Calling { .. } => PurchaseStage::Called,
        State::Unknown { .. } => PurchaseStage::Unknown,
        State::Accepted { .. } => PurchaseStage::Accepted,
        State::Rejected { .. } => PurchaseStage::Rejected,
        State::Manual { .. } => PurchaseStage::Unclear,
        State::Abandoned { .. } => PurchaseStage::Dropped,
    }
}
