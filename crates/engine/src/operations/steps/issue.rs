//! Waiting for the CA, fetching the certificate, verifying it against the order, delivering it.

use ca::{CaOrderRef, CaState, Class, OrderSnapshot, WaitsFor};
use dns::Publisher as _;
use domain::{
    id::CertificateId,
    name::{DomainName, NameSet},
    state::{
        AttemptOutcome, IssueReason, OperationKind, OperationState, ReissueCause, ServiceState, TaskKind,
        ValidationState,
    },
    term::{covers, shown_dates},
};
use jiff::Timestamp;
use pki::{
    Certificate as X509, KeyFingerprint,
    issued::{Ordered, verify_issued},
};
use serde_json::json;
use store::{
    Json, Tx,
    ca_order::CaOrder,
    certificate::{Certificate, Delivery},
    request::Csr,
    service::{Service, ServiceName},
    validation::{Evidence, Validation},
};
use tracing::{debug, info, warn};

use super::{
    accept, ending,
    open::{self, AWAIT, FETCH, Outputs, TIDY},
    prolong,
    prove::{self, ca_order},
    reissue,
};
use crate::{
    Engine, Error, Result, audit,
    connection::internal,
    effects, modules, money,
    notices::{clients, reminders},
    operations::run::{Flow, Run, StepError, StepResult, chain},
    renewals, zones,
};

/// Asks the CA how far the order is.
pub(crate) async fn look(run: &mut Run<'_>) -> StepResult {
    let engine = run.engine;
    if run.close_is_wanted().await? {
        return ending::supersede_by_close(run).await;
    }
    let mut outputs = open::outputs(run)?;
    let mut order = ca_order(run, &outputs).await?;
    let module = store::module::find(engine.store().reader(), order.module_id)
        .await?
        .ok_or(Error::NotFound)?;
    let connector = engine.connector(&module)?;
    let snapshot = connector.order_state(&CaOrderRef(order.ca_ref.clone())).await?;
    engine.pass("open.state_read");
    if module.failures > 0 {
        modules::settle_after_success(engine, module.id).await?;
    }
    note(&mut order, &snapshot, engine.now());
    if order.ca_ref != snapshot.ca_order.0 {
        // The CA tells a more exact id than the one that it answered to the order.
        order.ca_ref.clone_from(&snapshot.ca_order.0);
        let tx = engine.store().begin().await?;
        store::ca_order::update_renamed(&tx, &mut order, engine.now()).await?;
        tx.commit().await?;
    }
    outputs.polls += 1;
    open::keep(run, &outputs)?;
    match snapshot.state {
        CaState::Issued => {
            // Stored with the certificate; only the step is remembered here.
            FETCH.clone_into(&mut run.operation.step);
            Ok(Flow::On)
        }
        CaState::Rejected | CaState::Cancelled | CaState::Revoked => {
            // In the CA's own words; what it means is said in the reader's language.
            let why = snapshot.raw_status.clone();
            refused_after_all(run, order, &snapshot, &why).await
        }
        ref other => {
            debug!(state = other.word(), "waits");
            let told = match snapshot.waits_for {
                Some(WaitsFor::DomainControl) | None => connector
                    .validations(&CaOrderRef(order.ca_ref.clone()))
                    .await
                    .unwrap_or_default(),
                _ => Vec::new(),
            };
            if outputs.polls.is_multiple_of(prove::POLLS_BETWEEN_CARE)
                && prove::some_record_is_gone(run, &order).await?
            {
                return prove::publish_again(run, outputs).await;
            }
            wait(run, order, &snapshot, &told, outputs.polls).await
        }
    }
}

/// Stores what was seen, and comes again.
async fn wait(
    run: &mut Run<'_>,
    mut order: CaOrder,
    snapshot: &OrderSnapshot,
    told: &[ca::Validation],
    polls: u32,
) -> StepResult {
    let engine = run.engine;
    let now = engine.now();
    let state = match snapshot.waits_for {
        Some(WaitsFor::Organisation | WaitsFor::Ca | WaitsFor::Payment) => ServiceState::WaitingForIssue,
        Some(WaitsFor::DomainControl) | None => ServiceState::WaitingForValidation,
    };
    let tx = engine.store().begin().await?;
    store::ca_order::update(&tx, &mut order).await?;
    note_validations(&tx, &order, told, now).await?;
    if run.service.state != state && run.service.state.is_before_issue() {
        run.service.state = state;
        store::service::update(&tx, &mut run.service).await?;
    }
    let at = now
        .checked_add(engine.config().pace.wait(polls))
        .unwrap_or(Timestamp::MAX);
    run.rest(&tx, AWAIT, at).await?;
    tx.commit().await?;
    Ok(Flow::Rest)
}

/// The CA had accepted the order and ended it all the same: the client gets the money back, a person sees to ours.
async fn refused_after_all(
    run: &mut Run<'_>,
    mut order: CaOrder,
    snapshot: &OrderSnapshot,
    why: &str,
) -> StepResult {
    let engine = run.engine;
    let names = accept::names(run).await?;
    remove_records(run).await?;
    if run.operation.kind == OperationKind::Reissue {
        return reissue::ended_by_ca(run, order, &snapshot.raw_status).await;
    }
    order.closed_at = Some(engine.now());
    if run.operation.kind == OperationKind::Prolong {
        return prolong::ended_by_ca(run, order, &snapshot.raw_status).await;
    }
    let tx = engine.store().begin().await?;
    store::ca_order::update(&tx, &mut order).await?;
    let text = format!(
        "CA order {} ended as `{}` after it was accepted. Compare the CA's account with ours: what it gave back is to be booked.",
        order.ca_ref, snapshot.raw_status
    );
    let mut task =
        effects::NewTask::for_operation(TaskKind::OrphanAtCa, &run.service, &run.operation).saying(text);
    task.key_by("ended");
    effects::open_task_once(engine, &tx, task).await?;
    tx.commit().await?;
    ending::fail(run, "rejected", why, &names).await
}

/// Fetches the certificate, verifies it, delivers it.
pub(crate) async fn fetch(run: &mut Run<'_>) -> StepResult {
    let engine = run.engine;
    let outputs = open::outputs(run)?;
    let order = ca_order(run, &outputs).await?;
    let module = store::module::find(engine.store().reader(), order.module_id)
        .await?
        .ok_or(Error::NotFound)?;
    let connector = engine.connector(&module)?;
    let fetched = match connector
        .fetch_certificate(&CaOrderRef(order.ca_ref.clone()))
        .await
    {
        Ok(fetched) => fetched,
        // Issued by its word and not there yet: only a download proves it (leaderssl-api.md §5.3).
        Err(error) if error.class() == Class::Rejected => {
            return not_yet(run, &outputs, &error.to_string()).await;
        }
        Err(error) => return Err(error.into()),
    };
    engine.pass("open.fetched");
    let bag = fetched
        .bag
        .iter()
        .filter_map(|der| X509::from_der(der).ok())
        .collect();
    let leaf = X509::from_der(&fetched.leaf).map_err(|error| StepError::Manual {
        kind: TaskKind::OperationManual,
        class: "protocol",
        text: format!("the CA delivered something that is no certificate: {error}"),
    })?;
    if is_known(run, &leaf).await? {
        // The order goes by the same id as before and shows the certificate before.
        return not_yet(run, &outputs, "the CA still shows the certificate before").await;
    }
    let names = accept::names(run).await?;
    let csr = accept::csr(run).await?;
    let brought = Brought {
        leaf,
        bag,
        reason: reason_of(run.operation.kind, outputs.cause),
    };
    match deliver(run, order, &names, &csr, brought).await? {
        None => {
            engine.pass("open.delivered");
            if run.operation.state == OperationState::Done {
                Ok(Flow::Rest)
            } else {
                Ok(Flow::On)
            }
        }
        Some(text) => Err(StepError::Manual {
            kind: TaskKind::OperationManual,
            class: "mismatch",
            text,
        }),
    }
}

/// Whether the service has this certificate already.
pub(crate) async fn is_known(run: &Run<'_>, leaf: &X509) -> Result<bool> {
    let reader = run.engine.store().reader();
    let fingerprint = leaf.fingerprint().to_string();
    let known = store::certificate::find_by_fingerprint(reader, run.service.id, &fingerprint).await?;
    Ok(known.is_some_and(|known| known.delivered_at.is_some()))
}

/// Why an operation's certificate was issued.
pub(crate) const fn reason_of(kind: OperationKind, cause: Option<ReissueCause>) -> IssueReason {
    match kind {
        OperationKind::Reissue if matches!(cause, Some(ReissueCause::ByCa)) => IssueReason::ByCa,
        OperationKind::Reissue => IssueReason::Reissue,
        OperationKind::Prolong => IssueReason::Prolong,
        OperationKind::Open | OperationKind::Close => IssueReason::Open,
    }
}

/// A certificate from the CA or from a person.
pub(crate) struct Brought {
    pub(crate) leaf: X509,
    pub(crate) bag: Vec<X509>,
    pub(crate) reason: IssueReason,
}

/// Verifies a certificate against the order and delivers it; a certificate that differs is kept, and the text says how.
pub(crate) async fn deliver(
    run: &mut Run<'_>,
    mut order: CaOrder,
    names: &[ServiceName],
    csr: &Csr,
    brought: Brought,
) -> Result<Option<String>> {
    let engine = run.engine;
    let now = engine.now();
    let set = NameSet::from_names(names.iter().map(|name| name.name.clone()))
        .ok_or_else(|| Error::Internal("a service without names".to_owned()))?;
    let key: KeyFingerprint = csr
        .key_fingerprint
        .parse()
        .map_err(internal("the fingerprint of a key"))?;
    let extras = twins(&set);
    let ordered = Ordered {
        key,
        names: &set,
        declared_extras: &extras,
    };
    let verified = verify_issued(&brought.leaf, &brought.bag, ordered, &[], now);
    engine.pass("open.verified");
    let mut row = row_of(engine, run, &order, csr, &brought, now);
    let verified = match verified {
        Ok(verified) => verified,
        Err(error) => {
            let text = format!("the certificate does not match the order: {error}");
            warn!(error = %error, "the certificate does not match the order");
            row.mismatch = Some(Json(json!([{ "code": error.code(), "text": error.to_string() }])));
            row.chain = brought
                .bag
                .iter()
                .map(X509::to_pem)
                .collect::<String>()
                .into_bytes();
            let tx = engine.store().begin().await?;
            if store::certificate::find_by_fingerprint(&tx, run.service.id, &row.fingerprint)
                .await?
                .is_none()
            {
                store::certificate::insert(&tx, &row).await?;
                tx.commit().await?;
            }
            return Ok(Some(text));
        }
    };
    let chain: String = verified
        .chain
        .intermediates()
        .iter()
        .chain(verified.chain.root())
        .map(X509::to_pem)
        .collect();
    row.chain = chain.into_bytes();
    row.delivered_at = Some(now);
    "issued".clone_into(&mut order.state);

    let former = run.service.clone();
    put_in_force(run, &row, csr, names);
    engine.pass("open.before_delivery");
    let tx = engine.store().begin().await?;
    store::certificate::insert(&tx, &row).await?;
    let delivery = Delivery {
        id: engine.new_id::<CertificateId>().into(),
        certificate_id: row.id,
        service_id: run.service.id,
        channel: "portal".to_owned(),
        delivered_at: now,
    };
    store::certificate::insert_delivery(&tx, &delivery).await?;
    if let Some(reservation) = ending::held_reservation(&tx, &run.operation).await? {
        // A person had the CA do it: what was set aside for further names is due now.
        money::charge(engine, &tx, &run.actor, reservation).await?;
    }
    store::ca_order::update(&tx, &mut order).await?;
    store::service::update(&tx, &mut run.service).await?;
    prove_all(&tx, &order, now).await?;
    // Of what was there already the client needs no mail that says to install it.
    if row.reason != IssueReason::Import || former.certificate_id.is_some() {
        tell(engine, &tx, (&run.service, &former), &set, &row).await?;
    }
    reminders::begin(engine, &tx, &run.service).await?;
    let published = store::zone::records_of(&tx, run.service.id).await?;
    if published.is_empty() {
        run.end(&tx, OperationState::Done, AttemptOutcome::Done).await?;
    } else {
        run.save(&tx, TIDY).await?;
    }
    let details = json!({ "serial": row.serial, "end_date": row.end_date, "fingerprint": row.fingerprint });
    audit::append(
        &tx,
        engine,
        &run.actor,
        "service.issued",
        &run.service.id,
        details,
    );
    tx.commit().await?;
    info!(serial = row.serial, end_date = %row.end_date, "delivered");
    Ok(None)
}

/// Tells the client that the certificate is there: the first, or one in the place of another.
async fn tell(
    engine: &Engine,
    tx: &Tx,
    (service, former): (&Service, &Service),
    names: &NameSet,
    certificate: &Certificate,
) -> Result<()> {
    let Some(term) = service.term() else { return Ok(()) };
    let delivered = clients::Delivered {
        service,
        names,
        dates: shown_dates(term, service.end_date, service.is_subscription),
        certificate,
        former,
    };
    clients::issued(engine, tx, delivered).await
}

/// The certificate becomes the service's: dates, request, key and names are those of the certificate.
fn put_in_force(run: &mut Run<'_>, row: &Certificate, csr: &Csr, names: &[ServiceName]) {
    let engine = run.engine;
    let custody = open::outputs(run).ok().and_then(|outputs| outputs.custody);
    let service = &mut run.service;
    if service.state.is_before_issue() {
        service.state = ServiceState::Active;
    }
    service.end_date = Some(row.end_date);
    service.certificate_id = Some(row.id);
    service.csr_id = Some(csr.id);
    service.custody = custody.unwrap_or(service.custody);
    service.issued_at = row.delivered_at;
    if let Some(first) = names.first() {
        service.names_version = first.names_version;
        service.names_count = i32::try_from(names.len()).unwrap_or(i32::MAX);
        service.method = first.method;
    }
    if let Some(term) = service.term() {
        let ends_early = !covers(row.end_date, term.end);
        service.is_subscription = match row.reason {
            // The first certificate of a term tells whether it is one of several.
            IssueReason::Open | IssueReason::Prolong | IssueReason::Import => ends_early,
            IssueReason::Reissue | IssueReason::ByCa => service.is_subscription || ends_early,
        };
        let lead = engine.dated_rules().lead();
        service.renew_on = renewals::renew_on(service);
        service.reissue_on = lead.next_reissue_on(term, engine.day_of(row.not_before), row.end_date);
    }
}

/// Takes published records away; then the operation is done.
pub(crate) async fn tidy(run: &mut Run<'_>) -> StepResult {
    let engine = run.engine;
    remove_records(run).await?;
    let tx = engine.store().begin().await?;
    run.end(&tx, OperationState::Done, AttemptOutcome::Done).await?;
    tx.commit().await?;
    engine.pass("open.records_removed");
    Ok(Flow::Rest)
}

/// Takes away exactly the records that we published for the service. A zone that cannot be reached is noted and does
/// not hold up the certificate.
pub(crate) async fn remove_records(run: &Run<'_>) -> StepResult<()> {
    let engine = run.engine;
    let reader = engine.store().reader();
    for mut published in store::zone::records_of(reader, run.service.id).await? {
        let Some(zone) = store::zone::find(reader, published.zone_id).await? else {
            continue;
        };
        let removed = async {
            let publisher = zones::publisher(engine, &zone).map_err(|error| chain(&error))?;
            let record = prove::record_of(&published.name, &published.value)?;
            publisher.remove(&record).await.map_err(|error| chain(&error))
        };
        match removed.await {
            Ok(()) => {
                published.removed_at = Some(engine.now());
                let tx = engine.store().begin().await?;
                store::zone::update_record(&tx, &published).await?;
                tx.commit().await?;
            }
            Err(text) => {
                warn!(zone = %zone.name, error = text, "cannot take the record away");
                zones::note_problem(engine, zone.id, Some(text)).await?;
            }
        }
    }
    Ok(())
}

async fn not_yet(run: &mut Run<'_>, outputs: &Outputs, why: &str) -> StepResult {
    let engine = run.engine;
    debug!(reason = why, "there is no certificate yet");
    let tx = engine.store().begin().await?;
    let at = engine
        .now()
        .checked_add(engine.config().pace.wait(outputs.polls))
        .unwrap_or(Timestamp::MAX);
    run.rest(&tx, AWAIT, at).await?;
    tx.commit().await?;
    Ok(Flow::Rest)
}

fn row_of(
    engine: &Engine,
    run: &Run<'_>,
    order: &CaOrder,
    csr: &Csr,
    brought: &Brought,
    now: Timestamp,
) -> Certificate {
    let leaf = &brought.leaf;
    Certificate {
        id: engine.new_id(),
        service_id: run.service.id,
        ca_order_id: order.id,
        csr_id: csr.id,
        reason: brought.reason,
        serial: leaf.serial().to_owned(),
        fingerprint: leaf.fingerprint().to_string(),
        key_fingerprint: leaf.key_fingerprint().to_string(),
        issuer: leaf.issuer_text().to_owned(),
        names: Json(
            leaf.names()
                .map(|names| names.as_slice().to_vec())
                .unwrap_or_default(),
        ),
        not_before: leaf.not_before(),
        not_after: leaf.not_after(),
        end_date: engine.day_of(leaf.not_after()),
        leaf: leaf.der().to_vec(),
        chain: Vec::new(),
        mismatch: None,
        fetched_at: now,
        delivered_at: None,
    }
}

/// Names that a CA may add by itself: the www twin of a name, the base of a wildcard.
pub(crate) fn twins(names: &NameSet) -> Vec<DomainName> {
    names
        .iter()
        .flat_map(|name| {
            let text = name.as_str();
            let base = text.strip_prefix("*.").or_else(|| text.strip_prefix("www."));
            [
                base.map(str::to_owned),
                (!name.is_wildcard()).then(|| format!("www.{text}")),
            ]
        })
        .flatten()
        .filter_map(|text| text.parse().ok())
        .collect()
}

/// Writes what the CA said into our record of its order.
pub(crate) fn note(order: &mut CaOrder, snapshot: &OrderSnapshot, now: Timestamp) {
    snapshot.state.word().clone_into(&mut order.state);
    order.raw_state.clone_from(&snapshot.raw_status);
    order.looked_at = Some(now);
    order.valid_from = snapshot.valid_from;
    order.valid_to = snapshot.valid_to;
    order.term_end = snapshot.term_to;
    if let Some(raw) = &snapshot.raw {
        order.raw.clone_from(&raw.body);
    }
}

async fn note_validations(tx: &Tx, order: &CaOrder, told: &[ca::Validation], now: Timestamp) -> Result<()> {
    if told.is_empty() {
        return Ok(());
    }
    for mut row in store::validation::of_order(tx, order).await? {
        let Some(said) = told.iter().find(|said| said.name == row.name) else {
            continue;
        };
        let state = prove::state_of(&said.state);
        if state != row.state {
            row.state = state;
            row.looked_at = Some(now);
            row.proven_at = (state == ValidationState::Proven).then_some(now);
            store::validation::update(tx, &mut row).await?;
            if state == ValidationState::Proven {
                store::validation::insert_evidence(tx, &evidence(order, &row, now)).await?;
            }
        }
    }
    Ok(())
}

/// An issued certificate shows that every name was proven.
async fn prove_all(tx: &Tx, order: &CaOrder, now: Timestamp) -> Result<()> {
    for mut row in store::validation::of_order(tx, order).await? {
        if row.state != ValidationState::Proven {
            row.state = ValidationState::Proven;
            row.proven_at = Some(now);
            row.looked_at = Some(now);
            store::validation::update(tx, &mut row).await?;
            store::validation::insert_evidence(tx, &evidence(order, &row, now)).await?;
        }
    }
    Ok(())
}

fn evidence(order: &CaOrder, row: &Validation, now: Timestamp) -> Evidence {
    // Bound to the validation, so that the same proof is kept once however often it is noted.
    Evidence {
        id: uuid::Uuid::from(row.id),
        module_id: order.module_id,
        ca_order_id: order.id,
        name: row.name.clone(),
        method: row.method,
        obtained_at: now,
    }
}
