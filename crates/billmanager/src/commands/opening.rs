//! Ordering: the first term and further ones.

use ca::CaState;

use super::{
    AtWork, at_work,
    buying::{self, Bought},
    order,
};
use crate::{Failure, Kind, filed::Purpose, run::Session};

/// Orders once, stores the order's id, ends the operation, and looks whether the CA has issued already.
pub(super) async fn open(session: &Session) -> Result<(), Failure> {
    let mut work = at_work(session).await?;
    let filed = work.service.filed()?;
    let is_under_way = filed
        .as_ref()
        .is_some_and(|filed| filed.belongs_to(Purpose::Open, session.operation()));
    // Ordered by an earlier run, or by the module that served this connection before.
    let has_order = match work.service.order() {
        Some(order) if !is_under_way => {
            let state = work.account.connector.order_state(&order).await?.state;
            tracing::info!(%order, state = state.word(), "the service has an order at the CA already");
            !matches!(state, CaState::Rejected | CaState::Cancelled)
        }
        _ => false,
    };
    if !has_order {
        order_term(session, &mut work, Purpose::Open).await?;
    }
    buying::end_operation(session, &work, "service.postopen").await
}

/// Orders the next term, once: an operation that failed is a person's.
pub(super) async fn prolong(session: &Session) -> Result<(), Failure> {
    let mut work = at_work(session).await?;
    order_term(session, &mut work, Purpose::Prolong).await?;
    buying::end_operation(session, &work, "service.postprolong").await
}

async fn order_term(session: &Session, work: &mut AtWork, purpose: Purpose) -> Result<(), Failure> {
    let AtWork { service, account, .. } = work;
    let fresh = async |value| order::new_order(session, account, service, value).await;
    match buying::buy(session, account, service, purpose, fresh).await? {
        Bought::Accepted(order) => buying::adopt(session, account, service, &order).await,
        Bought::Unsupported => Err(Failure::new(Kind::Api).about("unsupported")),
    }
}
