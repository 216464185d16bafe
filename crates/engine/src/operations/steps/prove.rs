//! What the CA wants to see for each name: read, kept, told to the client, and published where a zone is connected.

use ca::{CaOrderRef, Proof};
use dns::{Publisher as _, RecordName, ValidationRecord};
use domain::{name::DomainName, product::ValidationMethod, state::ValidationState};
use jiff::{SignedDuration, Timestamp};
use notify::mail::ValidationStep;
use pki::{RequestToken, UniqueValue};
use store::{
    ca_order::CaOrder,
    service::{Service, ServiceName},
    validation::Validation,
    zone::{PublishedRecord, Zone},
};
use tracing::{info, warn};

use super::{
    accept, ending,
    open::{self, AWAIT, Outputs, PUBLISH},
};
use crate::{
    Engine, Error, Result,
    notices::clients,
    operations::run::{Flow, Run, StepError, StepResult, chain},
    zones,
};

/// Between two looks whether a published record is visible.
const BETWEEN_LOOKS: SignedDuration = SignedDuration::from_secs(1);
/// Looks before the client is asked to see to it.
const MOST_LOOKS: u32 = 30;
/// Whether published records are still there is looked at with every eighth question to a CA that goes on waiting.
pub(super) const POLLS_BETWEEN_CARE: u32 = 8;
/// Time to live of published records.
const TTL_SECONDS: u32 = 60;

/// The CA order of this run.
pub(super) async fn ca_order(run: &Run<'_>, outputs: &Outputs) -> StepResult<CaOrder> {
    let id = outputs
        .ca_order
        .ok_or_else(|| Error::Internal("there is no CA order".to_owned()))?;
    Ok(store::ca_order::find(run.engine.store().reader(), id)
        .await?
        .ok_or(Error::NotFound)?)
}

/// Reads what the CA wants to see.
pub(crate) async fn read(run: &mut Run<'_>) -> StepResult {
    let engine = run.engine;
    if run.close_is_wanted().await? {
        return ending::supersede_by_close(run).await;
    }
    let outputs = open::outputs(run)?;
    let order = ca_order(run, &outputs).await?;
    let module = store::module::find(engine.store().reader(), order.module_id)
        .await?
        .ok_or(Error::NotFound)?;
    let connector = engine.connector(&module)?;
    let told = connector.validations(&CaOrderRef(order.ca_ref.clone())).await?;
    let names = accept::names(run).await?;
    let token = token_of(engine, &run.service, &order).await?;
    let rows: Vec<Validation> = names
        .iter()
        .zip(0_i32..)
        .map(|(name, position)| {
            let said = told.iter().find(|one| one.name == name.name);
            validation(run, &order, name, position, said, &token)
        })
        .collect();
    let zones = zones::for_names(engine, &run.service, names.iter().map(|name| &name.name)).await?;
    let is_unattended = |row: &&Validation| {
        row.method == ValidationMethod::Dns && zones.iter().any(|zone| zones::serves(zone, &row.place))
    };
    let some_unattended = rows.iter().any(|row| is_unattended(&row));
    let steps: Vec<ValidationStep> = rows
        .iter()
        .filter(|row| row.state == ValidationState::Waiting && !is_unattended(row))
        .map(step_for_client)
        .collect();

    let tx = engine.store().begin().await?;
    // The step may run again after a crash: what is there stays.
    let kept = store::validation::of_order(&tx, &order).await?;
    let new: Vec<Validation> = rows
        .into_iter()
        .filter(|row| !kept.iter().any(|kept| kept.name == row.name))
        .collect();
    store::validation::insert(&tx, &new).await?;
    if !steps.is_empty() {
        clients::validation_needed(engine, &tx, asked(run, &outputs, &round_of(&order)), steps).await?;
    }
    if some_unattended {
        run.save(&tx, PUBLISH).await?;
        tx.commit().await?;
        engine.pass("open.validations_read");
        return Ok(Flow::On);
    }
    let at = engine
        .now()
        .checked_add(engine.config().pace.first)
        .unwrap_or(Timestamp::MAX);
    run.rest(&tx, AWAIT, at).await?;
    tx.commit().await?;
    engine.pass("open.validations_read");
    Ok(Flow::Rest)
}

/// Publishes records into connected zones and waits until every name server shows them.
pub(crate) async fn publish(run: &mut Run<'_>) -> StepResult {
    let engine = run.engine;
    let mut outputs = open::outputs(run)?;
    let order = ca_order(run, &outputs).await?;
    let reader = engine.store().reader();
    let rows = store::validation::of_order(reader, &order).await?;
    let zones = zones::for_names(engine, &run.service, rows.iter().map(|row| &row.name)).await?;
    let known = store::zone::records_of(reader, run.service.id).await?;
    engine.pass("open.before_publish");
    let mut failed = Vec::new();
    let mut hidden = 0_u32;
    for row in rows
        .iter()
        .filter(|row| row.method == ValidationMethod::Dns && row.state == ValidationState::Waiting)
    {
        let Some(zone) = zones.iter().find(|zone| zones::serves(zone, &row.place)) else {
            continue;
        };
        let kept = known.iter().find(|kept| kept.validation_id == row.id).cloned();
        match publish_one(run, zone, row, kept).await {
            Ok(true) => {}
            Ok(false) => hidden += 1,
            Err(Tried::Zone(text)) => {
                warn!(zone = %zone.name, error = text, "cannot publish");
                zones::note_problem(engine, zone.id, Some(text)).await?;
                failed.push(row.clone());
            }
            Err(Tried::Step(error)) => return Err(error),
        }
    }
    engine.pass("open.after_publish");
    outputs.looks += 1;
    let gives_up = outputs.looks >= MOST_LOOKS;
    open::keep(run, &outputs)?;
    let tx = engine.store().begin().await?;
    if hidden > 0 && !gives_up {
        let at = engine.now().checked_add(BETWEEN_LOOKS).unwrap_or(Timestamp::MAX);
        run.rest(&tx, PUBLISH, at).await?;
        tx.commit().await?;
        return Ok(Flow::Rest);
    }
    if !failed.is_empty() {
        let steps = failed.iter().map(step_for_client).collect();
        let round = format!("{}:zone", round_of(&order));
        clients::validation_needed(engine, &tx, asked(run, &outputs, &round), steps).await?;
    }
    let at = engine
        .now()
        .checked_add(engine.config().pace.first)
        .unwrap_or(Timestamp::MAX);
    run.rest(&tx, AWAIT, at).await?;
    tx.commit().await?;
    engine.pass("open.visible");
    Ok(Flow::Rest)
}

/// Whether a record that the CA still has to see was taken away by somebody else, or its server lost it.
pub(super) async fn some_record_is_gone(run: &Run<'_>, order: &CaOrder) -> StepResult<bool> {
    let engine = run.engine;
    let reader = engine.store().reader();
    let waiting: Vec<_> = store::validation::of_order(reader, order)
        .await?
        .into_iter()
        .filter(|row| row.state == ValidationState::Waiting)
        .collect();
    let mut is_gone = false;
    for mut kept in store::zone::records_of(reader, run.service.id).await? {
        let is_wanted = kept.visible_at.is_some() && waiting.iter().any(|row| row.id == kept.validation_id);
        if !is_wanted {
            continue;
        }
        let Some(zone) = store::zone::find(reader, kept.zone_id).await? else {
            continue;
        };
        let looked = async {
            let publisher = zones::publisher(engine, &zone).map_err(|error| chain(&error))?;
            let record = record_of(&kept.name, &kept.value)?;
            publisher.visible(&record).await.map_err(|error| chain(&error))
        };
        match looked.await {
            Ok(visibility) if visibility.is_everywhere() => {}
            Ok(_) => {
                warn!(name = kept.name, zone = %zone.name, "a published record is gone");
                kept.visible_at = None;
                let tx = engine.store().begin().await?;
                store::zone::update_record(&tx, &kept).await?;
                tx.commit().await?;
                is_gone = true;
            }
            Err(text) => zones::note_problem(engine, zone.id, Some(text)).await?,
        }
    }
    Ok(is_gone)
}

/// Goes back to publishing, with as many looks as at first.
pub(super) async fn publish_again(run: &mut Run<'_>, mut outputs: Outputs) -> StepResult {
    outputs.looks = 0;
    open::keep(run, &outputs)?;
    let tx = run.engine.store().begin().await?;
    run.save(&tx, PUBLISH).await?;
    tx.commit().await?;
    Ok(Flow::On)
}

enum Tried {
    /// The zone's server did not take it; the client is asked to do it by hand.
    Zone(String),
    Step(StepError),
}

impl<E: Into<StepError>> From<E> for Tried {
    fn from(error: E) -> Self {
        Self::Step(error.into())
    }
}

/// Publishes one record; says whether every name server shows it.
async fn publish_one(
    run: &Run<'_>,
    zone: &Zone,
    row: &Validation,
    kept: Option<PublishedRecord>,
) -> std::result::Result<bool, Tried> {
    let engine = run.engine;
    if kept.as_ref().is_some_and(|kept| kept.visible_at.is_some()) {
        return Ok(true);
    }
    let publisher = zones::publisher(engine, zone).map_err(|error| Tried::Zone(chain(&error)))?;
    let record = record_of(&row.place, &row.content).map_err(Tried::Zone)?;
    let mut kept = if let Some(kept) = kept {
        kept
    } else {
        // Stored before it is published: whatever we put is taken away again, also after a crash.
        let new = PublishedRecord {
            id: engine.new_id::<domain::id::ValidationId>().into(),
            zone_id: zone.id,
            service_id: run.service.id,
            validation_id: row.id,
            name: row.place.clone(),
            value: row.content.clone(),
            published_at: engine.now(),
            visible_at: None,
            removed_at: None,
        };
        let tx = engine.store().begin().await?;
        store::zone::insert_record(&tx, &new).await?;
        tx.commit().await?;
        new
    };
    publisher
        .publish(&record)
        .await
        .map_err(|error| Tried::Zone(chain(&error)))?;
    let visibility = publisher
        .visible(&record)
        .await
        .map_err(|error| Tried::Zone(chain(&error)))?;
    if !visibility.is_everywhere() {
        return Ok(false);
    }
    info!(name = row.place, "every name server shows the record");
    kept.visible_at = Some(engine.now());
    let tx = engine.store().begin().await?;
    store::zone::update_record(&tx, &kept).await?;
    tx.commit().await?;
    Ok(true)
}

/// For which certificate the proof is asked.
fn asked<'a>(run: &'a Run<'_>, outputs: &Outputs, round: &'a str) -> clients::Asked<'a> {
    clients::Asked {
        service: &run.service,
        round,
        kind: run.operation.kind,
        custody: outputs.custody.unwrap_or(run.service.custody),
    }
}

/// What makes a round of an order one of its own in keys of notices.
fn round_of(order: &CaOrder) -> String {
    match order.round {
        0 => order.id.to_string(),
        round => format!("{}:{round}", order.id),
    }
}

/// The record that a publisher puts or takes away.
pub(crate) fn record_of(name: &str, value: &str) -> std::result::Result<ValidationRecord, String> {
    let name = RecordName::parse(name).map_err(|error| error.to_string())?;
    let target = RecordName::parse(value).map_err(|error| error.to_string())?;
    Ok(ValidationRecord {
        ttl_seconds: TTL_SECONDS,
        ..ValidationRecord::cname(name, target)
    })
}

/// The token of the request, for CAs that do not say what to publish.
pub(crate) async fn token_of(engine: &Engine, service: &Service, order: &CaOrder) -> Result<RequestToken> {
    let reader = engine.store().reader();
    let bought = match order.purchase_id {
        Some(id) => store::purchase::find(reader, id).await?,
        None => None,
    };
    let unique: Option<UniqueValue> = bought
        .as_ref()
        .and_then(|purchase| purchase.unique_value.parse().ok());
    let mut csr = match &bought {
        Some(bought) => store::request::csr_of(reader, service.id, &bought.csr_fingerprint).await?,
        None => None,
    };
    if let (None, Some(id)) = (&csr, service.csr_id) {
        csr = store::request::csr(reader, id).await?;
    }
    let csr = csr.ok_or(Error::NotFound)?;
    Ok(RequestToken::from_der(&csr.der, unique))
}

/// Writes a method and what the CA says of it into a validation.
pub(crate) fn apply(
    row: &mut Validation,
    method: ValidationMethod,
    approver: Option<String>,
    said: Option<&ca::Validation>,
    token: &RequestToken,
    now: Timestamp,
) {
    row.method = said.and_then(|said| said.method).unwrap_or(method);
    let proof = said.map(|said| &said.proof);
    (row.place, row.content) = match proof {
        Some(Proof::Cname { name, value } | Proof::Txt { name, value }) => (name.clone(), value.clone()),
        Some(Proof::File { url, content }) => (url.clone(), content.clone()),
        Some(Proof::Mail { .. }) => (String::new(), String::new()),
        Some(Proof::NotTold) | None => computed(row.method, &row.name, token),
    };
    row.approver = match proof {
        Some(Proof::Mail {
            approver: Some(approver),
        }) => Some(approver.clone()),
        _ => approver,
    };
    row.state = said.map_or(ValidationState::Waiting, |said| state_of(&said.state));
    row.proven_at = (row.state == ValidationState::Proven).then_some(now);
    row.looked_at = Some(now);
}

fn validation(
    run: &Run<'_>,
    order: &CaOrder,
    name: &ServiceName,
    position: i32,
    said: Option<&ca::Validation>,
    token: &RequestToken,
) -> Validation {
    let now = run.engine.now();
    let mut row = Validation {
        id: run.engine.new_id(),
        ca_order_id: order.id,
        round: order.round,
        service_id: run.service.id,
        position,
        name: name.name.clone(),
        method: name.method,
        state: ValidationState::Waiting,
        place: String::new(),
        content: String::new(),
        approver: None,
        proven_at: None,
        looked_at: None,
        seen_at: None,
        seen: None,
        version: 1,
    };
    apply(&mut row, name.method, name.approver.clone(), said, token, now);
    row
}

/// The stored word for what a CA says of a validation.
pub(crate) const fn state_of(state: &ca::ValidationState) -> ValidationState {
    match state {
        ca::ValidationState::Done => ValidationState::Proven,
        ca::ValidationState::Failed => ValidationState::Failed,
        ca::ValidationState::Pending | ca::ValidationState::Unknown(_) => ValidationState::Waiting,
    }
}

/// What to publish by the rules of the request token, where the CA does not say it.
pub(crate) fn computed(
    method: ValidationMethod,
    name: &DomainName,
    token: &RequestToken,
) -> (String, String) {
    match method {
        ValidationMethod::Dns => (token.cname_host(name), token.cname_target()),
        ValidationMethod::Http => (
            format!("http://{name}{}", token.file_path()),
            token.file_content(),
        ),
        ValidationMethod::Https => (
            format!("https://{name}{}", token.file_path()),
            token.file_content(),
        ),
        ValidationMethod::Email => (String::new(), String::new()),
    }
}

/// What the client is asked to do.
pub(crate) fn step_for_client(row: &Validation) -> ValidationStep {
    match row.method {
        ValidationMethod::Dns => ValidationStep::Dns {
            name: row.name.clone(),
            record: "CNAME".to_owned(),
            host: row.place.clone(),
            value: row.content.clone(),
        },
        ValidationMethod::Http | ValidationMethod::Https => ValidationStep::File {
            name: row.name.clone(),
            url: row.place.clone(),
            content: row.content.clone(),
        },
        ValidationMethod::Email => ValidationStep::Email {
            name: row.name.clone(),
            address: row.approver.clone().unwrap_or_default(),
        },
    }
}
