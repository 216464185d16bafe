//! New rules at a start: the day of every next reissue is computed again.

use serde_json::json;
use store::service_plan::{self, Planned};
use tracing::info;

use super::Rules;
use crate::{Engine, Result};

/// Where the digest of the rules of the last start is kept, among the seller's settings.
const DIGEST: &str = "rules.digest";
/// Services that one transaction plans again.
const BATCH: u32 = 500;

impl Rules<'_> {
    /// Plans every next reissue again when the rules are others than at the last start, and says how many days changed;
    /// nothing when the rules are the same. Broken off, it begins again at the next start.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn adopt(&self) -> Result<Option<u64>> {
        let engine = self.0;
        let Some(seller) = store::seller::first(engine.store().reader()).await? else {
            return Ok(None);
        };
        let digest = json!(engine.rules_in_force().digest());
        let known = store::setting::find(engine.store().reader(), seller.id, DIGEST).await?;
        if known.is_some_and(|known| known.value.0 == digest) {
            return Ok(None);
        }
        let mut changed = 0;
        let mut after = 0;
        loop {
            let batch = service_plan::batch(engine.store().reader(), after, BATCH).await?;
            let Some(last) = batch.last() else { break };
            after = last.number;
            changed += plan_again(engine, &batch).await?;
        }
        let tx = engine.store().begin().await?;
        store::setting::set(&tx, seller.id, DIGEST, digest, engine.now()).await?;
        tx.commit().await?;
        if changed > 0 {
            info!(changed, "the rules are new: reissues were planned again");
            engine.wake();
        }
        Ok(Some(changed))
    }
}

async fn plan_again(engine: &Engine, batch: &[Planned]) -> Result<u64> {
    let lead = engine.dated_rules().lead();
    let day = |planned: &Planned| {
        lead.next_reissue_on(planned.term, engine.day_of(planned.not_before), planned.end_date)
    };
    let others: Vec<&Planned> = batch
        .iter()
        .filter(|planned| day(planned) != planned.reissue_on)
        .collect();
    if others.is_empty() {
        return Ok(0);
    }
    let tx = engine.store().begin().await?;
    let mut changed = 0;
    for planned in others {
        changed += u64::from(service_plan::set_reissue_on(&tx, planned, day(planned)).await?);
    }
    tx.commit().await?;
    Ok(changed)
}
