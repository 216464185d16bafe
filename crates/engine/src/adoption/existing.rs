//! An order at the CA that belongs to a service with a certificate: a person had the CA issue again.

use domain::{
    id::{ModuleId, ServiceId},
    name::{DomainName, NameSet},
};
use store::{Tx, service::Service};

use super::{Adopted, Foreign, foreign, settle, taken_meanwhile, unseen_request};
use crate::{
    Actor, Engine, Error, Result,
    authority::see,
    error::Refusal,
    operations::steps::{issue::twins, open::IMPORT},
    reissues::adopt::{self, Brings},
};

pub(super) async fn give(
    engine: &Engine,
    actor: &Actor,
    (module, ca_ref): (ModuleId, &str),
    id: ServiceId,
) -> Result<Adopted> {
    let tx = engine.store().begin().await?;
    let found = foreign(&tx, actor, module, ca_ref).await?;
    let service = store::service::lock(&tx, id).await?.ok_or(Error::NotFound)?;
    see(actor, service.seller_id, Some(service.account_id))?;
    if service.state.is_final() {
        return Err(Error::refused("already-over"));
    }
    if service.state.is_before_issue() {
        // Its purchase is what counts, and that is decided where it is shown.
        return Err(Error::refused("operation-first"));
    }
    refuse_other_names(&tx, &service, &found).await?;
    if found
        .told
        .valid_to
        .is_some_and(|end| service.end_date.is_some_and(|now| end <= now))
    {
        return Err(Error::refused("ends-no-later"));
    }
    let changing = store::operation::changing(&tx, service.id).await?;
    if changing
        .as_ref()
        .is_some_and(|operation| !adopt::waits_for_person(operation))
    {
        return Err(Error::refused("busy"));
    }
    let order = store::ca_order::of_service(&tx, service.id)
        .await?
        .into_iter()
        .find(|order| order.closed_at.is_none())
        .ok_or(Error::refused("operation-first"))?;
    let csr = engine.new_id();
    store::request::insert_csr(&tx, &unseen_request(csr, service.id, engine.now())).await?;
    let brings = Brings {
        ca_ref: found.told.ca_order.clone(),
        csr,
        step: IMPORT,
    };
    adopt::hand_over(engine, &tx, actor, (&service, order, changing), brings)
        .await
        .map_err(taken_meanwhile)?;
    let adopted = Adopted {
        service: service.id,
        number: service.number,
        assumed: Vec::new(),
    };
    settle(engine, &tx, actor, (&found.module, found.order), &adopted).await?;
    tx.commit().await?;
    engine.wake();
    Ok(adopted)
}

/// A certificate for other names is another service.
async fn refuse_other_names(tx: &Tx, service: &Service, found: &Foreign) -> Result<()> {
    let rows = store::service::names(tx, service.id, service.names_version).await?;
    let here = NameSet::from_names(rows.into_iter().map(|row| row.name))
        .ok_or_else(|| Error::Internal("a service without names".to_owned()))?;
    let at_ca = found
        .told
        .names
        .as_ref()
        .ok_or_else(|| Error::refused("no-names"))?;
    if is_covered(&here, at_ca) && is_covered(at_ca, &here) {
        return Ok(());
    }
    let shown = |set: &NameSet| set.iter().map(DomainName::unicode).collect::<Vec<_>>().join(", ");
    Err(Error::Refused(
        Refusal::new("names-differ")
            .with("at_ca", shown(at_ca))
            .with("here", shown(&here)),
    ))
}

/// Whether every name of the one is in the other, or one that a CA adds by itself.
fn is_covered(one: &NameSet, other: &NameSet) -> bool {
    let added = twins(other);
    one.iter()
        .all(|name| other.contains(name) || added.contains(name))
}
