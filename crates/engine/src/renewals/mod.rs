//! Renewals: what happens where paid terms end. The next one is bought from the account's money where the client wants
//! that; otherwise the service ends with its term.

mod begin;

use jiff::{ToSpan as _, civil::Date};
use notify::mail::ClosedBecause;
use serde_json::json;
use store::{Tx, service::Service};
use tracing::info;

use crate::{Engine, Error, Result, audit, notices::clients, operations::run::system, reissues};

/// The next paid term is bought so long before the present one ends: enough for a proof that takes a person. The new term
/// begins on the day the CA accepts its order, so a longer lead would cost the client days.
const LEAD_DAYS: i64 = 14;
/// How many services one transaction handles.
const BATCH: u64 = 100;

/// Use cases around the ends of paid terms.
#[derive(Debug, Clone, Copy)]
pub struct Renewals<'a>(&'a Engine);

impl Engine {
    /// What happens where paid terms end.
    #[must_use]
    pub const fn renewals(&self) -> Renewals<'_> {
        Renewals(self)
    }
}

/// What a run of the due work did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Renewed {
    /// Prolongations that began.
    pub begun: u64,
    /// Services whose account has too little money; they are looked at again tomorrow.
    pub short_of_money: u64,
    /// Services at which something else is under way, or that cannot be priced; looked at again tomorrow.
    pub put_off: u64,
}

impl Renewals<'_> {
    /// Begins every prolongation that is due. May be run again at any time and by several nodes at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_due(&self) -> Result<Renewed> {
        let engine = self.0;
        let today = engine.today();
        let mut renewed = Renewed::default();
        loop {
            let tx = engine.store().begin().await?;
            let services = store::service::due_for_renewal(&tx, today, BATCH).await?;
            let found = u64::try_from(services.len()).unwrap_or(BATCH);
            for service in services {
                match begin::one(engine, &tx, service, today).await? {
                    begin::Begun::Yes => renewed.begun += 1,
                    begin::Begun::ShortOfMoney => renewed.short_of_money += 1,
                    begin::Begun::PutOff => renewed.put_off += 1,
                }
            }
            tx.commit().await?;
            if found < BATCH {
                break;
            }
        }
        if renewed.begun > 0 {
            info!(begun = renewed.begun, "prolongations began");
            engine.wake();
        }
        Ok(renewed)
    }

    /// Closes the services whose paid term is over, and says how many. One that somebody works on is left for tomorrow.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_ended(&self) -> Result<u64> {
        let engine = self.0;
        let today = engine.today();
        let mut closed = 0;
        loop {
            let tx = engine.store().begin().await?;
            let ended = store::service::past_their_term(&tx, today, BATCH).await?;
            let found = u64::try_from(ended.len()).unwrap_or(BATCH);
            for mut service in ended {
                service.state = domain::state::ServiceState::Closed;
                service.closed_at = Some(engine.now());
                service.failure_code = Some("term_over".to_owned());
                service.reissue_on = None;
                service.renew_on = None;
                store::service::update(&tx, &mut service).await?;
                let actor = system(engine, service.seller_id);
                let details = json!({ "number": service.number, "paid_till": service.term_end });
                audit::append(&tx, engine, &actor, "service.term_over", &service.id, details);
                clients::closed(engine, &tx, &service, ClosedBecause::TermOver, None).await?;
                closed += 1;
            }
            tx.commit().await?;
            if found < BATCH {
                return Ok(closed);
            }
        }
    }

    /// The day on which the next paid term of any service is to be bought.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_on(&self) -> Result<Option<Date>> {
        Ok(store::service::next_renewal_on(self.0.store().reader()).await?)
    }
}

/// The day on which the next paid term of a service is bought, where the client wants that.
pub(crate) fn renew_on(service: &Service) -> Option<Date> {
    let (_, term) = service.prolong_years.zip(service.term())?;
    term.end.checked_sub(LEAD_DAYS.days()).ok()
}

/// A prolongation that came to nothing is not tried again by itself; reissues go on until the paid term ends.
pub(crate) async fn go_on_without(engine: &Engine, tx: &Tx, service: &mut Service) -> Result<()> {
    service.renew_on = None;
    reissues::plan_next(engine, tx, service).await
}

/// Tomorrow.
pub(crate) fn tomorrow(today: Date) -> Result<Date> {
    today
        .checked_add(1.day())
        .map_err(|error| Error::Internal(format!("tomorrow: {error}")))
}
