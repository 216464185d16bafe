//! A certificate that the CA issued again by itself, or that a person had reissued there, is found and taken over: by the key,
//! which a request of the service holds. Fetching, verifying and delivering are those of every reissue.

use ca::{CaOrderRef, CaState, Class, Connector, OrderSnapshot};
use domain::{
    id::{CsrId, ModuleId},
    state::{OperationKind, OperationState, ReissueCause, ServiceState},
};
use pki::Certificate as X509;
use serde_json::json;
use store::{Tx, ca_order::CaOrder, operation::Operation, request::Csr, service::Service};
use tracing::info;

use crate::{
    Actor, Engine, Error, Result, audit,
    connection::internal,
    effects,
    operations::{
        fresh,
        run::system,
        start_again,
        steps::open::{FETCH, Outputs},
    },
    tasks,
};

/// Takes over the orders at the CA whose certificates answer requests of our services; returns their ids.
///
/// # Errors
/// When the CA does not answer or the database fails.
pub(crate) async fn reissues(
    engine: &Engine,
    modules: &[ModuleId],
    connector: &dyn Connector,
    unknown: &[&OrderSnapshot],
) -> Result<Vec<String>> {
    let mut adopted = Vec::new();
    for snapshot in unknown.iter().filter(|order| order.state == CaState::Issued) {
        if let Some(found) = find(engine, modules, connector, &snapshot.ca_order).await? {
            take_over(engine, found, &snapshot.ca_order).await?;
            adopted.push(snapshot.ca_order.0.clone());
        }
    }
    Ok(adopted)
}

/// A certificate at the CA and what it belongs to here.
struct Found {
    service: Service,
    order: CaOrder,
    csr: Csr,
}

async fn find(
    engine: &Engine,
    modules: &[ModuleId],
    connector: &dyn Connector,
    ca_ref: &CaOrderRef,
) -> Result<Option<Found>> {
    let fetched = match connector.fetch_certificate(ca_ref).await {
        Ok(fetched) => fetched,
        Err(error)
            if matches!(
                error.class(),
                Class::Rejected | Class::Unsupported | Class::Protocol
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let Ok(leaf) = X509::from_der(&fetched.leaf) else {
        return Ok(None);
    };
    let reader = engine.store().reader();
    let Some(csr) = store::request::csr_by_key(reader, &leaf.key_fingerprint().to_string()).await? else {
        return Ok(None);
    };
    let service = store::service::find(reader, csr.service_id).await?;
    let service = service.filter(|one| matches!(one.state, ServiceState::Active | ServiceState::Suspended));
    let Some(service) = service else { return Ok(None) };
    let order = store::ca_order::of_service(reader, service.id)
        .await?
        .into_iter()
        .find(|order| order.closed_at.is_none() && modules.contains(&order.module_id));
    Ok(order.map(|order| Found { service, order, csr }))
}

/// Takes it over. What works on the service otherwise comes first; the next comparison finds the certificate again.
async fn take_over(engine: &Engine, found: Found, ca_ref: &CaOrderRef) -> Result<()> {
    let Found { service, order, csr } = found;
    let tx = engine.store().begin().await?;
    let changing = store::operation::changing(&tx, service.id).await?;
    if changing
        .as_ref()
        .is_some_and(|operation| !waits_for_person(operation))
    {
        return Ok(());
    }
    let brings = Brings {
        ca_ref: ca_ref.clone(),
        csr: csr.id,
        step: FETCH,
    };
    let actor = system(engine, service.seller_id);
    hand_over(engine, &tx, &actor, (&service, order, changing), brings).await?;
    tx.commit().await?;
    info!(service = service.number, ca_order = %ca_ref, "the CA has issued again");
    engine.wake();
    Ok(())
}

/// A certificate that is at the CA already and becomes a service's.
pub(crate) struct Brings {
    /// What the CA calls it.
    pub(crate) ca_ref: CaOrderRef,
    /// The request that it answers.
    pub(crate) csr: CsrId,
    /// The step that fetches it.
    pub(crate) step: &'static str,
}

/// Makes the operation that fetches the certificate, or sends the reissue there that waits for a person.
pub(crate) async fn hand_over(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    (service, mut order, waiting): (&Service, CaOrder, Option<Operation>),
    brings: Brings,
) -> Result<()> {
    let target = order.ca_ref.clone();
    order.round += 1;
    order.ca_ref.clone_from(&brings.ca_ref.0);
    store::ca_order::update_renamed(tx, &mut order, engine.now()).await?;
    if let Some(operation) = waiting {
        let mut operation = store::operation::lock(tx, operation.id)
            .await?
            .ok_or(Error::Conflict)?;
        let mut outputs: Outputs =
            serde_json::from_value(operation.outputs.0.clone()).map_err(internal("outputs"))?;
        outputs.csr = Some(brings.csr);
        outputs.ca_order = Some(order.id);
        operation.outputs.0 = serde_json::to_value(&outputs).map_err(internal("outputs"))?;
        start_again(engine, &mut operation)?;
        brings.step.clone_into(&mut operation.step);
        store::operation::update(tx, &mut operation).await?;
        effects::close_task_of_operation(engine, tx, &operation, tasks::Outcome::Done).await?;
    } else {
        let outputs = Outputs {
            csr: Some(brings.csr),
            ca_order: Some(order.id),
            target: Some(target),
            cause: Some(ReissueCause::ByCa),
            ..Outputs::default()
        };
        let wanted = fresh::Wanted {
            id: engine.new_id(),
            kind: OperationKind::Reissue,
            service,
            module: Some(order.module_id),
            outputs: serde_json::to_value(&outputs).map_err(internal("outputs"))?,
            by: actor.label(),
        };
        let mut operation = fresh::insert(engine, tx, wanted).await?;
        brings.step.clone_into(&mut operation.step);
        store::operation::update(tx, &mut operation).await?;
    }
    let detail = json!({ "number": service.number, "ca_order": brings.ca_ref });
    audit::append(tx, engine, actor, "service.reissue_found", &service.id, detail);
    Ok(())
}

/// Whether it is a reissue that only a person can bring further.
pub(crate) fn waits_for_person(operation: &Operation) -> bool {
    operation.kind == OperationKind::Reissue && operation.state == OperationState::Manual
}
