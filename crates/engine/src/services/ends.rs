//! A service that was issued comes to its end before its time: cancelled within the CA's refund window, or suspended.

use domain::{
    id::ServiceId,
    state::{OperationKind, ServiceState},
};
use jiff::{ToSpan as _, civil::Date};
use serde_json::json;
use store::{Conn, Tx, ca_order::CaOrder, service::Service};

use super::supersede;
use crate::{
    Actor, Engine, Error, Result, audit, error::Refusal, notices::clients, operations::fresh, reissues,
    renewals,
};

/// Makes the operation that cancels an issued service at the CA and gives the money back.
pub(super) async fn cancel(engine: &Engine, tx: &Tx, actor: &Actor, mut service: Service) -> Result<()> {
    let order = store::ca_order::of_service(tx, service.id)
        .await?
        .into_iter()
        .find(|order| order.closed_at.is_none())
        .ok_or(Error::refused("refund-window-over"))?;
    refuse_late(engine, tx, &service, &order).await?;
    if let Some(before) = store::operation::changing(tx, service.id).await? {
        let mut before = store::operation::lock(tx, before.id)
            .await?
            .ok_or(Error::Conflict)?;
        let gives_way =
            before.kind != OperationKind::Close && engine.services().may_take_over(tx, &before).await?;
        if !gives_way {
            return Err(Error::refused("busy"));
        }
        supersede(engine, tx, &mut before, actor).await?;
    } else {
        let wanted = fresh::Wanted {
            id: engine.new_id(),
            kind: OperationKind::Close,
            service: &service,
            module: Some(order.module_id),
            outputs: json!({}),
            by: actor.label(),
        };
        fresh::insert(engine, tx, wanted).await?;
    }
    service.reissue_on = None;
    service.renew_on = None;
    store::service::update(tx, &mut service).await?;
    let details = json!({ "number": service.number });
    audit::append(tx, engine, actor, "service.cancel_wanted", &service.id, details);
    Ok(())
}

/// The last day on which the CA gives money back: some days after the first certificate of an order.
pub(super) async fn refund_until(
    engine: &Engine,
    conn: &dyn Conn,
    service: &Service,
    order: &CaOrder,
) -> Result<Option<Date>> {
    let Some(module) = store::module::find(conn, order.module_id).await? else {
        return Ok(None);
    };
    let days = engine.registered(&module.connector)?.descriptor.refund_days;
    if days == 0 {
        return Ok(None);
    }
    let first = store::certificate::of_service(conn, service.id)
        .await?
        .into_iter()
        .filter(|certificate| certificate.ca_order_id == order.id)
        .filter_map(|certificate| certificate.delivered_at)
        .min()
        .unwrap_or(order.accepted_at);
    Ok(engine.day_of(first).checked_add(i64::from(days).days()).ok())
}

/// The same for the order that stands behind a service now.
pub(super) async fn refundable_until(
    engine: &Engine,
    conn: &dyn Conn,
    service: &Service,
) -> Result<Option<Date>> {
    if service.state != ServiceState::Active {
        return Ok(None);
    }
    let order = store::ca_order::of_service(conn, service.id)
        .await?
        .into_iter()
        .find(|order| order.closed_at.is_none());
    match order {
        Some(order) => refund_until(engine, conn, service, &order).await,
        None => Ok(None),
    }
}

async fn refuse_late(engine: &Engine, tx: &Tx, service: &Service, order: &CaOrder) -> Result<()> {
    let last = refund_until(engine, tx, service, order).await?;
    if last.is_some_and(|last| engine.today() <= last) {
        return Ok(());
    }
    let refusal = match last {
        Some(last) => Refusal::new("refund-window-over").with("last_day", last),
        None => Refusal::new("no-refund"),
    };
    Err(Error::Refused(refusal))
}

pub(super) async fn suspend(engine: &Engine, actor: &Actor, id: ServiceId, why: &str) -> Result<()> {
    let tx = engine.store().begin().await?;
    let mut service = store::service::lock(&tx, id).await?.ok_or(Error::NotFound)?;
    if service.state != ServiceState::Active {
        return Err(Error::refused("not-active"));
    }
    service.state = ServiceState::Suspended;
    store::service::update(&tx, &mut service).await?;
    let details = json!({ "number": service.number, "why": why });
    audit::append(&tx, engine, actor, "service.suspended", &id, details);
    clients::suspended(engine, &tx, &service).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn resume(engine: &Engine, actor: &Actor, id: ServiceId) -> Result<()> {
    let tx = engine.store().begin().await?;
    let mut service = store::service::lock(&tx, id).await?.ok_or(Error::NotFound)?;
    if service.state != ServiceState::Suspended {
        return Err(Error::refused("not-suspended"));
    }
    service.state = ServiceState::Active;
    if store::operation::changing(&tx, id).await?.is_none() {
        service.renew_on = renewals::renew_on(&service);
        reissues::plan_again(engine, &tx, &mut service).await?;
    } else {
        store::service::update(&tx, &mut service).await?;
    }
    clients::resumed(engine, &tx, &service).await?;
    audit::append(
        &tx,
        engine,
        actor,
        "service.resumed",
        &id,
        json!({ "number": service.number }),
    );
    tx.commit().await?;
    engine.wake();
    Ok(())
}
