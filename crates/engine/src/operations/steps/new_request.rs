//! The request of the next certificate of a service that has one.

use domain::{
    id::{CsrId, KeyId},
    state::{KeyCustody, TaskKind},
};
use pki::KeyChoice;
use store::request::Csr;

use super::{accept, open, reissue};
use crate::{
    operations::run::{Run, StepError, StepResult},
    orders::request,
};

/// A new key and its request where the key is ours to make, else the request that the client gave last.
///
/// What the operation was given stays; `step` is the one that asks.
pub(super) async fn ensure(run: &mut Run<'_>, step: &str) -> StepResult<()> {
    let engine = run.engine;
    let mut outputs = open::outputs(run)?;
    if outputs.csr.is_some() {
        return Ok(());
    }
    let former = accept::csr(run).await?;
    if former.der.is_empty() && run.service.custody != KeyCustody::Stored {
        return Err(StepError::Manual {
            kind: TaskKind::OperationManual,
            class: "request_needed",
            text: "The service was taken over from the CA and its request is not known here. Ask the client to reissue it with a \
                   new request, or reissue it with one from the client."
                .to_owned(),
        });
    }
    if run.service.custody != KeyCustody::Stored {
        outputs.csr = Some(former.id);
        return open::keep(run, &outputs);
    }
    let names = accept::names(run).await?;
    let set = reissue::set_of(&names)?;
    let choice = match former.der.as_slice() {
        // A service that was taken over: nobody here has seen its request.
        [] => KeyChoice::default(),
        der => request::choice_of(der)?,
    };
    let organisation = run
        .service
        .organisation
        .as_ref()
        .map(|organisation| &organisation.0);
    let made = request::made(choice, &set, organisation).await?;
    let (csr_id, key_id): (CsrId, KeyId) = (engine.new_id(), engine.new_id());
    outputs.csr = Some(csr_id);
    open::keep(run, &outputs)?;
    let tx = engine.store().begin().await?;
    let by = consent_of(run, &former).await?;
    request::store(engine, &tx, run.service.id, csr_id, &made, Some((key_id, by))).await?;
    run.save(&tx, step).await?;
    tx.commit().await?;
    engine.pass("reissue.request_stored");
    Ok(())
}

/// Who agreed that keys of this service are kept here: the consent was given for the service, not for one key.
async fn consent_of(run: &Run<'_>, former: &Csr) -> StepResult<String> {
    let former = match former.key_id {
        Some(id) => store::request::key(run.engine.store().reader(), id).await?,
        None => None,
    };
    Ok(former.map_or_else(|| run.operation.started_by.clone(), |key| key.consented_by))
}
