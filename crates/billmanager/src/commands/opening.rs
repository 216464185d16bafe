//! Ordering: the first term and further ones.

use ca::CaState;

use super::{
    buying::{self, Bought},
    order, sync,
};
use crate::{
    Failure, Kind,
    filed::Purpose,
    lock::ItemLock,
    run::{Session, at_best},
    service::Service,
};

/// Orders once, stores the order's id, ends the operation, and looks whether the CA has issued already.
pub(super) async fn open(session: &Session) -> Result<(), Failure> {
    let item = session.item()?;
    let _lock = ItemLock::take(&session.root, session.module, &*session.records, item).await?;
    let mut service = Service::read(&*session.records, item).await?;
    let account = session.account(service.row.connection).await?;
    let filed = service.filed()?;
    let is_under_way = filed
        .as_ref()
        .is_some_and(|filed| filed.belongs_to(Purpose::Open, session.operation()));
    // Ordered by an earlier run, or by the module that served this connection before.
    let has_order = match service.order() {
        Some(order) if !is_under_way => {
            let state = account.connector.order_state(&order).await?.state;
            tracing::info!(%order, state = state.word(), "the service has an order at the CA already");
            !matches!(state, CaState::Rejected | CaState::Cancelled)
        }
        _ => false,
    };
    if !has_order {
        let fresh = async |value| order::new_order(session, &account, &service, value).await;
        match buying::buy(session, &account, &service, Purpose::Open, fresh).await? {
            Bought::Accepted(order) => buying::adopt(session, &account, &mut service, &order).await?,
            Bought::Unsupported => return Err(Failure::new(Kind::Api).about("unsupported")),
        }
    }
    session.host.post("service.postopen", item).await?;
    buying::finish(session, item).await?;
    at_best("looking for the certificate", sync::look(session, &account, item)).await;
    Ok(())
}

/// Orders the next term, once: an operation that failed is a person's.
pub(super) async fn prolong(session: &Session) -> Result<(), Failure> {
    let item = session.item()?;
    let _lock = ItemLock::take(&session.root, session.module, &*session.records, item).await?;
    let mut service = Service::read(&*session.records, item).await?;
    let account = session.account(service.row.connection).await?;
    let fresh = async |value| order::new_order(session, &account, &service, value).await;
    match buying::buy(session, &account, &service, Purpose::Prolong, fresh).await? {
        Bought::Accepted(order) => buying::adopt(session, &account, &mut service, &order).await?,
        Bought::Unsupported => return Err(Failure::new(Kind::Api).about("unsupported")),
    }
    session.host.post("service.postprolong", item).await?;
    buying::finish(session, item).await?;
    at_best("looking for the certificate", sync::look(session, &account, item)).await;
    Ok(())
}
