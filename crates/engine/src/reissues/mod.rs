//! Reissues: new certificates within the paid term, when they fall due and when somebody wishes one.
//!
//! Beginning is here; the work itself is the operation `reissue`. While one is under way the service has no day for the
//! next; the certificate that it delivers sets the day anew.

pub(crate) mod adopt;
pub(crate) mod by_person;
pub(crate) mod methods;
mod model;
mod start;

pub use model::{Due, KeyWish, NamesQuote, NewReissue, Started};

use domain::{
    id::{OperationId, ServiceId},
    state::{OperationKind, ReissueCause},
};
use jiff::civil::Date;
use serde_json::json;
use store::{Tx, operation::Operation, service::Service};
use tracing::info;

use crate::{
    Actor, Engine, Result, audit,
    connection::internal,
    operations::{fresh, run::system, steps::open::Outputs},
    renewals,
};

/// How many reissues one transaction begins.
const BATCH: u64 = 100;

/// Use cases around reissues.
#[derive(Debug, Clone, Copy)]
pub struct Reissues<'a>(&'a Engine);

impl Engine {
    /// Reissues: new certificates within the paid term.
    #[must_use]
    pub const fn reissues(&self) -> Reissues<'_> {
        Reissues(self)
    }
}

impl Reissues<'_> {
    /// Begins every reissue that is due. May be run again at any time and by several nodes at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_due(&self) -> Result<Due> {
        let engine = self.0;
        let today = engine.today();
        let mut due = Due::default();
        loop {
            let tx = engine.store().begin().await?;
            let services = store::service::due_for_reissue(&tx, today, BATCH).await?;
            let found = u64::try_from(services.len()).unwrap_or(BATCH);
            for service in services {
                if begin(engine, &tx, service, today).await? {
                    due.begun += 1;
                } else {
                    due.busy += 1;
                }
            }
            tx.commit().await?;
            if found < BATCH {
                break;
            }
        }
        if due.begun > 0 {
            info!(begun = due.begun, busy = due.busy, "reissues began");
            engine.wake();
        }
        Ok(due)
    }

    /// What a change of names would cost, and what it means for the certificate at hand.
    ///
    /// # Errors
    /// [`Error::Invalid`] names every wrong name; [`Error::Refused`] as for [`Reissues::start`].
    pub async fn quote(&self, actor: &Actor, id: ServiceId, names: &[String]) -> Result<NamesQuote> {
        start::quote(self.0, actor, id, names).await
    }

    /// Begins a reissue that a client or staff wishes. One that waits and was not asked for at the CA yet gives way.
    ///
    /// # Errors
    /// [`Error::Invalid`] names every wrong field; [`Error::Refused`] with `not-issued`, `term-over`, `suspended`, `busy`,
    /// `not-enough-money` or `price-changed`.
    pub async fn start(&self, actor: &Actor, id: ServiceId, wanted: NewReissue) -> Result<Started> {
        start::start(self.0, actor, id, wanted).await
    }

    /// The day on which the next reissue of any service begins.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_on(&self) -> Result<Option<Date>> {
        Ok(store::service::next_reissue_on(self.0.store().reader()).await?)
    }
}

/// Begins the reissue of one service, unless something else is under way: then tomorrow is soon enough to look again.
async fn begin(engine: &Engine, tx: &Tx, mut service: Service, today: Date) -> Result<bool> {
    let is_busy = store::operation::changing(tx, service.id).await?.is_some();
    if is_busy {
        service.reissue_on = Some(renewals::tomorrow(today)?);
        store::service::update(tx, &mut service).await?;
        return Ok(false);
    }
    let actor = system(engine, service.seller_id);
    let wanted = Wanted {
        id: engine.new_id(),
        outputs: caused_by(ReissueCause::Due),
        by: actor.label(),
    };
    insert(engine, tx, &mut service, wanted).await?;
    audit::append(
        tx,
        engine,
        &actor,
        "service.reissue_due",
        &service.id,
        json!({ "number": service.number, "end_date": service.end_date }),
    );
    Ok(true)
}

/// A reissue to be stored.
pub(crate) struct Wanted {
    /// Its id, when rows that refer to it are made before it.
    pub(crate) id: OperationId,
    /// What its steps are given.
    pub(crate) outputs: Outputs,
    /// Who wants it.
    pub(crate) by: String,
}

/// What the steps of a reissue are given that only has a cause.
pub(crate) fn caused_by(cause: ReissueCause) -> Outputs {
    Outputs {
        cause: Some(cause),
        ..Outputs::default()
    }
}

/// Stores the operation that reissues a service. The service has no day for the next until this one brought a certificate.
pub(crate) async fn insert(
    engine: &Engine,
    tx: &Tx,
    service: &mut Service,
    wanted: Wanted,
) -> Result<Operation> {
    let operation = fresh::Wanted {
        id: wanted.id,
        kind: OperationKind::Reissue,
        service,
        module: service.module_id,
        outputs: serde_json::to_value(&wanted.outputs).map_err(internal("outputs"))?,
        by: wanted.by,
    };
    let operation = fresh::insert(engine, tx, operation).await?;
    service.reissue_on = None;
    store::service::update(tx, service).await?;
    Ok(operation)
}

/// Sets the day of the next reissue by the plan: one that was missed is due at once.
pub(crate) async fn plan_again(engine: &Engine, tx: &Tx, service: &mut Service) -> Result<()> {
    service.reissue_on = planned(engine, tx, service).await?;
    Ok(store::service::update(tx, service).await?)
}

/// Sets the day of the next reissue after one that brought no certificate: by the plan, tomorrow at the earliest.
pub(crate) async fn plan_next(engine: &Engine, tx: &Tx, service: &mut Service) -> Result<()> {
    let tomorrow = renewals::tomorrow(engine.today())?;
    let planned = planned(engine, tx, service).await?;
    service.reissue_on = planned.map(|day| day.max(tomorrow));
    Ok(store::service::update(tx, service).await?)
}

async fn planned(engine: &Engine, tx: &Tx, service: &Service) -> Result<Option<Date>> {
    let certificate = match service.certificate_id {
        Some(id) => store::certificate::find(tx, id).await?,
        None => None,
    };
    let lead = engine.dated_rules().lead();
    Ok(service.term().zip(certificate).and_then(|(term, certificate)| {
        lead.next_reissue_on(term, engine.day_of(certificate.not_before), certificate.end_date)
    }))
}
