//! A new certificate within the paid term: on the client's wish with the request of the reissue form, or by itself with the request that the
//! host has.

use ca::CaOrderRef;
use domain::product::ProductKind;
use jiff::civil::Date;

use super::{
    AtWork, at_work,
    buying::{self, Bought},
    order, tasks,
};
use crate::{
    Failure, Kind,
    filed::Purpose,
    run::{Account, Session},
    service::Service,
    texts::TaskText,
};

/// Where it is noted for which End date a task was made.
const TASK_MADE: &str = "certbroker_reissue_task";

/// Carries out the client's reissue. Several names have no call at the CA: then it is an employee's work, and the operation waits.
pub(super) async fn reopen(session: &Session) -> Result<(), Failure> {
    let mut work = at_work(session).await?;
    let AtWork { service, account, .. } = &mut work;
    let order = service.order().ok_or_else(|| Failure::missed("order"))?;
    let kind = order::kind(&session.templates(), service);
    let bought = if account.connector.descriptor().capabilities.reissues(kind) {
        buy(session, account, service, Purpose::Reopen, kind, &order).await?
    } else {
        Bought::Unsupported
    };
    match bought {
        Bought::Accepted(order) => buying::adopt(session, account, service, &order).await?,
        Bought::Unsupported => {
            let text = by_hand(session, service, &order);
            return tasks::make(session, service.id(), "reopen", &text).await;
        }
    }
    buying::end_operation(session, &work, "service.postreopen").await
}

/// Starts the reissue that the plan of the service wants, or goes on with it. Says whether the CA works on it.
pub(super) async fn by_itself(
    session: &Session,
    account: &Account,
    service: &mut Service,
    order: &CaOrderRef,
    end_date: Date,
) -> Result<bool, Failure> {
    if service.param(TASK_MADE) == end_date.to_string() {
        // An employee has it. What they close is not opened every day, and the CA is not asked every day.
        return Ok(false);
    }
    let kind = order::kind(&session.templates(), service);
    let mut text = by_hand(session, service, order);
    if account.connector.descriptor().capabilities.reissues(kind) {
        match buy(session, account, service, Purpose::Reissue, kind, order).await {
            Ok(Bought::Accepted(order)) => {
                tracing::info!(item = service.id(), %order, "the certificate is issued again");
                buying::adopt(session, account, service, &order).await?;
                return Ok(true);
            }
            Ok(Bought::Unsupported) => {}
            Err(failure) if failure.kind == Kind::Api => {
                let names = names(service);
                let values = [
                    ("why", failure.value.as_str()),
                    ("order", order.as_str()),
                    ("names", names.as_str()),
                ];
                text = TaskText::ReissueAfterRefusal.say(session.language(), &values);
            }
            Err(failure) => return Err(failure),
        }
    }
    hand_over(session, service, end_date, &text).await?;
    Ok(false)
}

/// Makes the task for a certificate, once.
pub(super) async fn hand_over(
    session: &Session,
    service: &mut Service,
    end_date: Date,
    text: &str,
) -> Result<(), Failure> {
    tasks::make(session, service.id(), "reopen", text).await?;
    buying::save(session, service, TASK_MADE, &end_date.to_string()).await
}

async fn buy(
    session: &Session,
    account: &Account,
    service: &Service,
    purpose: Purpose,
    kind: ProductKind,
    order: &CaOrderRef,
) -> Result<Bought, Failure> {
    let fresh = async |value| order::new_reissue(account, service, kind, order.clone(), value);
    buying::buy(session, account, service, purpose, fresh).await
}

/// What the employee needs: which order, which names, and that the request lies with the service.
fn by_hand(session: &Session, service: &Service, order: &CaOrderRef) -> String {
    let names = names(service);
    let values = [("order", order.as_str()), ("names", names.as_str())];
    TaskText::Reissue.say(session.language(), &values)
}

fn names(service: &Service) -> String {
    let altname = service.param("altname");
    match service.csr() {
        Ok(csr) => format!("{} {altname}", csr.names().main()).trim_end().to_owned(),
        Err(_) => altname.to_owned(),
    }
}
