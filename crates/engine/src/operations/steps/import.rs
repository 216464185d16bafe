//! Taking over an order that somebody made at the CA: its certificate is fetched and verified, and what it shows of names,
//! key and validation becomes the service's. Nothing is bought and the client is told nothing.

use ca::{CaOrderRef, CaState, Class};
use domain::{
    name::NameSet,
    product::ValidationMethod,
    state::{IssueReason, OperationState, TaskKind},
};
use pki::Certificate as X509;
use store::{ca_order::CaOrder, request::Csr, service::ServiceName};

use super::{
    accept,
    issue::{self, Brought},
    open,
    prove::ca_order,
};
use crate::{
    Error,
    operations::run::{Flow, Run, StepError, StepResult},
};

/// Fetches, verifies and delivers what the CA has.
pub(super) async fn take(run: &mut Run<'_>) -> StepResult {
    let engine = run.engine;
    let outputs = open::outputs(run)?;
    let mut order = ca_order(run, &outputs).await?;
    let module = store::module::find(engine.store().reader(), order.module_id)
        .await?
        .ok_or(Error::NotFound)?;
    let connector = engine.connector(&module)?;
    let ca_ref = CaOrderRef(order.ca_ref.clone());
    let snapshot = connector.order_state(&ca_ref).await?;
    issue::note(&mut order, &snapshot, engine.now());
    if snapshot.state != CaState::Issued {
        return Err(by_person(&format!(
            "the CA says `{}` of the order",
            snapshot.raw_status
        )));
    }
    let fetched = match connector.fetch_certificate(&ca_ref).await {
        Ok(fetched) => fetched,
        Err(error) if error.class() == Class::Rejected => return Err(by_person(&error.to_string())),
        Err(error) => return Err(error.into()),
    };
    let leaf = X509::from_der(&fetched.leaf).map_err(|error| by_person(&error.to_string()))?;
    let bag = fetched
        .bag
        .iter()
        .filter_map(|der| X509::from_der(der).ok())
        .collect();
    // What the CA no longer tells of the proof is no obstacle: the next reissue asks anew.
    let told = connector.validations(&ca_ref).await.unwrap_or_default();
    let csr = request(run, &leaf).await?;
    let names = names(run, &leaf, &told).await?;
    deliver(run, order, &names, &csr, (leaf, bag)).await
}

async fn deliver(
    run: &mut Run<'_>,
    order: CaOrder,
    names: &[ServiceName],
    csr: &Csr,
    (leaf, bag): (X509, Vec<X509>),
) -> StepResult {
    let brought = Brought {
        leaf,
        bag,
        reason: IssueReason::Import,
    };
    if let Some(text) = issue::deliver(run, order, names, csr, brought).await? {
        return Err(by_person(&text));
    }
    Ok(if run.operation.state == OperationState::Done {
        Flow::Rest
    } else {
        Flow::On
    })
}

/// The request that the certificate answers: the service's own where it has one with this key; else the place kept for it,
/// with the request itself where another service of the account has it.
async fn request(run: &Run<'_>, leaf: &X509) -> StepResult<Csr> {
    let engine = run.engine;
    let reader = engine.store().reader();
    let mut csr = accept::csr(run).await?;
    let key = leaf.key_fingerprint().to_string();
    if csr.key_fingerprint == key {
        return Ok(csr);
    }
    let own = store::request::csrs(reader, run.service.id).await?;
    if let Some(own) = own.into_iter().find(|own| own.key_fingerprint == key) {
        return Ok(own);
    }
    if let Some(known) = store::request::csr_by_key(reader, &key).await?
        && let Some(other) = store::service::find(reader, known.service_id).await?
        && other.account_id == run.service.account_id
    {
        csr.der = known.der;
        csr.fingerprint = known.fingerprint;
        csr.key_kind = known.key_kind;
    }
    csr.key_fingerprint = key;
    let tx = engine.store().begin().await?;
    store::request::update_csr(&tx, &csr).await?;
    tx.commit().await?;
    Ok(csr)
}

/// The names of the certificate, in a version of their own where they are others than the CA listed, each with the method
/// by which the CA says that it was proven.
async fn names(run: &Run<'_>, leaf: &X509, told: &[ca::Validation]) -> StepResult<Vec<ServiceName>> {
    let present = accept::names(run).await?;
    let listed = NameSet::from_names(present.iter().map(|name| name.name.clone()));
    let Some((issued, listed)) = leaf.names().zip(listed) else {
        return Err(by_person("the certificate has no names"));
    };
    let extras = issue::twins(&listed);
    let is_listed = |name: &domain::DomainName| listed.contains(name) || extras.contains(name);
    let is_same = issued.iter().all(is_listed) && listed.iter().all(|name| issued.contains(name));
    let method_of = |name: &domain::DomainName, usual: ValidationMethod| {
        let said = told
            .iter()
            .find(|one| one.name == *name)
            .and_then(|one| one.method);
        // The approver of a mail is not told, so that cannot be asked for again.
        said.filter(|method| *method != ValidationMethod::Email)
            .unwrap_or(usual)
    };
    let usual = run.service.method;
    let (version, wanted): (i32, Vec<_>) = if is_same {
        (run.service.names_version, listed.iter().cloned().collect())
    } else {
        (run.service.names_version + 1, issued.iter().cloned().collect())
    };
    let rows: Vec<ServiceName> = wanted
        .into_iter()
        .zip(0_i32..)
        .map(|(name, place)| {
            let method = method_of(&name, usual);
            ServiceName::new(
                run.service.id,
                run.service.account_id,
                version,
                place,
                name,
                method,
                None,
            )
        })
        .collect();
    let tx = run.engine.store().begin().await?;
    if is_same {
        for row in &rows {
            store::service::update_name(&tx, row).await?;
        }
    } else if store::service::newest_names_version(&tx, run.service.id).await? < version {
        store::service::insert_names(&tx, &rows).await?;
    }
    tx.commit().await?;
    Ok(rows)
}

fn by_person(text: &str) -> StepError {
    StepError::Manual {
        kind: TaskKind::OperationManual,
        class: "import",
        text: format!("The order at the CA cannot be taken over: {text}"),
    }
}
