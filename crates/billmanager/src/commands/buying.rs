//! Buying once: the purchase protocol of the port over the journal in the service.

use ca::{
    CaOrderRef, Class, Proof, Purchase,
    purchase::{self, Event, Intent, Outcome, Purchasing, Record},
};

use super::{AtWork, order::unique_value, sync};
use crate::{
    Failure, Kind,
    filed::{self, Filed, ItemJournal, Purpose},
    run::{Account, Session, at_best},
    service::{ORDER, Service, status},
    texts::TaskText,
};

/// What came of it.
pub(super) enum Bought {
    /// The CA has it.
    Accepted(CaOrderRef),
    /// The CA has no such call: a person does it.
    Unsupported,
}

/// Goes on with the purchase of this purpose that is under way, or makes a new one.
///
/// # Errors
/// Everything but a purchase that the CA has; nothing is bought twice whatever is done next.
pub(super) async fn buy(
    session: &Session,
    account: &Account,
    service: &Service,
    purpose: Purpose,
    fresh: impl AsyncFn(ca::UniqueValue) -> Result<Purchase, Failure>,
) -> Result<Bought, Failure> {
    let stored = service.filed()?;
    let filed = match stored {
        Some(filed) if filed.belongs_to(purpose, session.operation()) => {
            going_on(service, filed, &fresh).await?
        }
        stored => {
            if let Some(other) = stored.filter(Filed::is_unsettled) {
                settle(session, account, service, other).await?;
            }
            let purchase = fresh(unique_value()?).await?;
            let day_of = |at| account.clock.day_of(at);
            Filed {
                purpose,
                operation: session.operation(),
                is_done: false,
                former: service.order(),
                term: service.filed()?.and_then(|filed| filed.paid_term(day_of)),
                record: Record::new(Intent::of(&purchase, domain::Clock::now(&account.clock))),
                purchase,
            }
        }
    };
    let outcome = carry_on(session, account, service, filed).await?;
    judge(session, service, outcome).await
}

/// The data may have changed as long as no call was made; a purchase under way goes on as it was meant.
async fn going_on(
    service: &Service,
    filed: Filed,
    fresh: &impl AsyncFn(ca::UniqueValue) -> Result<Purchase, Failure>,
) -> Result<Filed, Failure> {
    if !filed.is_untouched() {
        return Ok(filed);
    }
    let same_value = fresh(filed.purchase.unique_value().clone()).await?;
    if same_value == filed.purchase {
        return Ok(filed);
    }
    tracing::info!(
        item = service.id(),
        "the data of the order have changed: a new intent takes the place of the old"
    );
    let purchase = fresh(unique_value()?).await?;
    let at = filed.record.intent.intended_at;
    Ok(Filed {
        record: Record::new(Intent::of(&purchase, at)),
        purchase,
        ..filed
    })
}

/// Runs the protocol. A purchase that waited for a person is looked at again first, and an order that the person entered is taken.
async fn carry_on(
    session: &Session,
    account: &Account,
    service: &Service,
    filed: Filed,
) -> Result<Outcome, Failure> {
    let known = session.records.orders_of_others(service.id()).await?;
    let mut known: Vec<CaOrderRef> = known.iter().map(|id| CaOrderRef::from(id.as_str())).collect();
    if matches!(filed.purchase, Purchase::Order(_)) {
        known.extend(filed.former.clone());
    }
    let bought = filed.purchase.clone();
    let is_manual = matches!(filed.record.state, purchase::State::Manual { .. });
    let entered = service
        .order()
        .filter(|order| is_manual && Some(order) != filed.former.as_ref());
    let journal = ItemJournal::new(&session.host, &*session.records, service.id(), filed);
    let with = Purchasing {
        connector: &*account.connector,
        journal: &journal,
        clock: &account.clock,
        policy: account.parameters.policy(),
        known: &known,
    };
    if let Some(ca_order) = entered {
        tracing::info!(order = %ca_order, "an employee says which order at the CA is ours");
        purchase::decide(&journal, &account.clock, Event::Adopted { ca_order })
            .await
            .map_err(of_protocol)?;
    }
    let looked = if is_manual {
        purchase::look_again(with, &bought).await
    } else {
        purchase::purchase(with, &bought).await
    };
    looked.map_err(of_protocol)
}

/// A purchase of another purpose must be settled before a new one begins.
async fn settle(
    session: &Session,
    account: &Account,
    service: &Service,
    other: Filed,
) -> Result<(), Failure> {
    let item = service.id();
    tracing::info!(item, purpose = ?other.purpose, "another purchase of this service is not settled");
    let outcome = carry_on(session, account, service, other).await?;
    if let Bought::Accepted(order) = judge(session, service, outcome).await? {
        session.host.save_param(item, ORDER, order.as_str()).await?;
    }
    finish(session, item).await
}

fn of_protocol(error: purchase::PurchaseError) -> Failure {
    match error {
        purchase::PurchaseError::Journal(purchase::JournalError::Conflict) => {
            Failure::new(Kind::Busy).about("purchase").because(error)
        }
        other => Failure::new(Kind::Process)
            .about("purchase")
            .saying(other.to_string())
            .because(other),
    }
}

async fn judge(session: &Session, service: &Service, outcome: Outcome) -> Result<Bought, Failure> {
    match outcome {
        Outcome::Accepted {
            ca_order, duplicates, ..
        } => {
            if !duplicates.is_empty() {
                let others: Vec<&str> = duplicates.iter().map(CaOrderRef::as_str).collect();
                let others = others.join(", ");
                let values = [("order", ca_order.as_str()), ("others", others.as_str())];
                let text = TaskText::OrderedTwice.say(session.language(), &values);
                at_best(
                    "a task for orders made twice",
                    super::tasks::make(session, service.id(), "open", &text),
                )
                .await;
            }
            Ok(Bought::Accepted(ca_order))
        }
        Outcome::NotPlaced(error) if error.class == Class::Unsupported => Ok(Bought::Unsupported),
        Outcome::NotPlaced(error) => Err(error.into()),
        Outcome::Rejected { why, field } => Err(Failure::new(Kind::Api)
            .about(field.unwrap_or_default())
            .saying(why)
            .with("doing", "order")),
        Outcome::StillUnknown { until, why, error } => {
            let failure = Failure::new(Kind::PurchaseUnknown)
                .saying(why)
                .with("until", until.to_string());
            Err(match error {
                Some(error) => failure.because(error),
                None => failure,
            })
        }
        Outcome::Manual { why, candidates } => {
            let mut listed: Vec<String> = candidates.iter().map(ToString::to_string).collect();
            if listed.is_empty() {
                listed.push("-".to_owned());
            }
            Err(Failure::new(Kind::PurchaseManual)
                .saying(why)
                .with("candidates", listed.join("; ")))
        }
        Outcome::Abandoned { why } => Err(Failure::new(Kind::PurchaseAbandoned).saying(why)),
    }
}

/// The order is the service's from now on: its id first, then how control over the names is to be shown.
pub(super) async fn adopt(
    session: &Session,
    account: &Account,
    service: &mut Service,
    order: &CaOrderRef,
) -> Result<(), Failure> {
    let item = service.id();
    let is_done = service.filed()?.is_some_and(|filed| filed.is_done);
    if is_done && service.order().as_ref() == Some(order) {
        return Ok(());
    }
    save(session, service, ORDER, order.as_str()).await?;
    at_best(
        "telling how to prove the names",
        tell_validations(session, account, service, order),
    )
    .await;
    session.host.set_status(item, status::SENT).await?;
    service
        .params
        .insert("service_status".to_owned(), status::SENT.to_string());
    Ok(())
}

/// Stores a parameter where it differs.
pub(super) async fn save(
    session: &Session,
    service: &mut Service,
    name: &str,
    value: &str,
) -> Result<(), Failure> {
    if service.param(name) != value {
        session.host.save_param(service.id(), name, value).await?;
        service.params.insert(name.to_owned(), value.to_owned());
    }
    Ok(())
}

/// What the client publishes, in the parameter `<method>_value` that the host shows; one line per name.
pub(super) async fn tell_validations(
    session: &Session,
    account: &Account,
    service: &mut Service,
    order: &CaOrderRef,
) -> Result<(), Failure> {
    let method = service.param("approver_method").to_owned();
    if matches!(method.as_str(), "" | "auth_email") {
        return Ok(());
    }
    let validations = account.connector.validations(order).await?;
    let names: Vec<&str> = validations
        .iter()
        .map(|validation| validation.name.as_str())
        .collect();
    let proofs: Vec<String> = validations
        .iter()
        .filter_map(|validation| shown(&validation.proof))
        .collect();
    if proofs.is_empty() {
        return Ok(());
    }
    save(session, service, &format!("{method}_value"), &proofs.join("\n")).await?;
    save(session, service, "domains_list", &names.join(",")).await
}

fn shown(proof: &Proof) -> Option<String> {
    match proof {
        Proof::Cname { name, value } => Some(format!("{name}. CNAME {value}.")),
        Proof::Txt { name, value } => Some(format!("{name}. TXT {value}")),
        Proof::File { url, content } => Some(format!("{url}\n{content}")),
        Proof::Mail { .. } | Proof::NotTold => None,
    }
}

/// The CA has the order: the operation ends, and with it the purchase. That the certificate is not there yet is no failure of it.
pub(super) async fn end_operation(
    session: &Session,
    work: &AtWork,
    post: &'static str,
) -> Result<(), Failure> {
    let item = work.service.id();
    session.host.post(post, item).await?;
    finish(session, item).await?;
    let look = sync::look(session, &work.account, item);
    at_best("looking for the certificate", look).await;
    Ok(())
}

/// Marks the purchase as done.
pub(super) async fn finish(session: &Session, item: u64) -> Result<(), Failure> {
    let params = session.records.item_params(item).await?;
    let stored = filed::parse(params.get(filed::PARAMETER).map_or("", String::as_str))?;
    let Some(mut filed) = stored.filter(|filed| !filed.is_done) else {
        return Ok(());
    };
    filed.is_done = true;
    filed::store(&session.host, item, &filed).await
}

/// What a person says of a purchase that cannot be told by machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is this order at the CA.
    Adopt(CaOrderRef),
    /// The CA has nothing: it may be bought again.
    None,
    /// It is given up.
    Abandon(String),
}

/// The purchase of a service, for people.
///
/// # Errors
/// The database's; [`Kind::Missed`] when there is none.
pub async fn show(session: &Session, item: u64) -> Result<String, Failure> {
    let service = Service::read(&*session.records, item).await?;
    let filed = service.filed()?.ok_or_else(|| Failure::missed("purchase"))?;
    serde_json::to_string_pretty(&filed.record).map_err(|error| Failure::new(Kind::Internal).because(error))
}

/// Stores a person's decision.
///
/// # Errors
/// [`Kind::Value`] when nothing waits for a decision; those of database and host.
pub async fn decide(session: &Session, item: u64, decision: Decision) -> Result<(), Failure> {
    let _lock = crate::lock::ItemLock::take(&session.root, session.module, &*session.records, item).await?;
    let service = Service::read(&*session.records, item).await?;
    let filed = service.filed()?.ok_or_else(|| Failure::missed("purchase"))?;
    let event = match decision {
        Decision::Adopt(ca_order) => Event::Adopted { ca_order },
        Decision::None => Event::ConfirmedNone,
        Decision::Abandon(why) => Event::Abandoned { why },
    };
    let clock = session.clock().await?;
    let advice = match filed.record.state {
        purchase::State::Intended | purchase::State::Calling { .. } | purchase::State::Unknown { .. } => {
            "nothing is to be decided yet; the next run of the operation asks the CA by itself"
        }
        purchase::State::Manual { .. } => "decide otherwise",
        purchase::State::Accepted { .. }
        | purchase::State::Rejected { .. }
        | purchase::State::Abandoned { .. } => "it is settled",
    };
    let journal = ItemJournal::new(&session.host, &*session.records, item, filed);
    match purchase::decide(&journal, &clock, event).await {
        Ok(_) => Ok(()),
        Err(purchase::PurchaseError::Refused(refusal)) => {
            Err(Failure::value("purchase", format!("{refusal}: {advice}")))
        }
        Err(error) => Err(of_protocol(error)),
    }
}
