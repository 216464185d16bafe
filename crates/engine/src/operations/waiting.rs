//! Why an operation waits: one reason, computed from what is stored when somebody asks.

use domain::{
    id::TaskId,
    name::DomainName,
    product::ValidationMethod,
    state::{OperationKind, OperationState, ValidationState},
};
use jiff::Timestamp;
use store::{operation::Operation, service::Service};

use super::{ending::RESTS, gate::MANUAL_MODE, steps::open};
use crate::{Actor, Engine, Result, modules::health::FAILURES_BEFORE_REST, settings::Settings, zones};

/// Why an operation waits, with the task that says more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Why.
    pub why: Why,
    /// The open task of it that the actor may see: id and number.
    pub task: Option<(TaskId, i64)>,
}

/// Why an operation waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It does not: somebody works on it.
    Running,
    /// It is due and no worker was free yet.
    Due,
    /// Its module has as many running as it may have.
    ModuleBusy {
        /// The module's name.
        module: String,
        /// How many it may have.
        most: u32,
    },
    /// An attempt failed and another follows.
    Retry {
        /// Class of the error.
        class: String,
        /// The next attempt.
        attempt: u32,
        /// How many there are.
        most: u32,
        /// When.
        at: Timestamp,
    },
    /// The CA is away or asked to wait; no attempt is counted.
    CaAway {
        /// Class of the error.
        class: String,
        /// When it is tried again.
        at: Timestamp,
    },
    /// The module rests, because others could not reach its CA.
    ModuleRests {
        /// The module's name.
        module: String,
        /// Until when.
        until: Timestamp,
    },
    /// Control over these names is not proven.
    Proof {
        /// The names.
        names: Vec<DomainName>,
        /// Whose turn it is.
        turn: Turn,
        /// When it is looked at again.
        at: Timestamp,
    },
    /// The CA works on the order.
    AtCa {
        /// When it is asked again.
        at: Timestamp,
    },
    /// Purchases are off.
    PurchasesOff {
        /// When it is tried again.
        at: Timestamp,
    },
    /// No module can take the order now.
    NoModule {
        /// When it is tried again.
        at: Timestamp,
    },
    /// It is not known whether the CA has the order.
    Outcome {
        /// When the CA is asked again.
        at: Timestamp,
    },
    /// A second person must approve the purchase.
    Approval,
    /// A person must find out whether the CA has the order.
    Decision,
    /// Automatic work is switched off.
    ManualMode,
    /// A person must look.
    Person {
        /// Class of the error.
        class: String,
        /// What happened.
        text: String,
    },
    /// Something that passes.
    Later {
        /// Class of the reason.
        class: String,
        /// When it is tried again.
        at: Timestamp,
    },
    /// It is not due yet.
    Scheduled {
        /// When it is.
        at: Timestamp,
    },
}

/// Whose turn it is while a name is not proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The client publishes something or answers a mail.
    Client,
    /// certbroker publishes it.
    Us,
    /// Everything is there; the CA has not looked.
    Ca,
}

/// Why an operation waits; nothing for one that is over.
pub(crate) async fn of(
    engine: &Engine,
    actor: &Actor,
    operation: &Operation,
    service: &Service,
    task: Option<(TaskId, i64)>,
) -> Result<Option<Waiting>> {
    let why = match operation.state {
        OperationState::Waiting => waiting(engine, actor, operation, service).await?,
        OperationState::Manual => with_person(operation),
        OperationState::Done | OperationState::Failed | OperationState::Superseded => return Ok(None),
    };
    Ok(Some(Waiting { why, task }))
}

fn with_person(operation: &Operation) -> Why {
    let text = operation.error.clone().unwrap_or_default();
    match operation.error_class.as_deref() {
        Some("ceiling") => Why::Approval,
        Some("unknown") => Why::Decision,
        Some(MANUAL_MODE) => Why::ManualMode,
        class => Why::Person {
            class: class.unwrap_or("internal").to_owned(),
            text,
        },
    }
}

async fn waiting(engine: &Engine, actor: &Actor, operation: &Operation, service: &Service) -> Result<Why> {
    let now = engine.now();
    let at = operation.next_run_at.unwrap_or(now);
    if operation
        .lease_until
        .is_some_and(|until| until > engine.clock().machine_now())
    {
        return Ok(Why::Running);
    }
    if let Some(held) = held_by_module(engine, operation, at <= now).await? {
        return Ok(held);
    }
    if at <= now {
        return Ok(Why::Due);
    }
    let Some(class) = operation.error_class.clone() else {
        return resting(engine, operation, service, at).await;
    };
    Ok(match class.as_str() {
        "unreachable" | "rate_limited" | RESTS => Why::CaAway { class, at },
        "purchases_blocked" => Why::PurchasesOff { at },
        "no_module" => Why::NoModule { at },
        "unknown" => Why::Outcome { at },
        _ if operation.attempts > 0 => {
            let settings = Settings::load(engine.store().reader(), actor).await?;
            let most = match operation.kind {
                OperationKind::Prolong => 1,
                _ => settings.most_attempts,
            };
            Why::Retry {
                class,
                attempt: u32::try_from(operation.attempts).unwrap_or(0) + 1,
                most,
                at,
            }
        }
        _ => Why::Later { class, at },
    })
}

/// A module that rests holds everything, one that is busy what is due.
async fn held_by_module(engine: &Engine, operation: &Operation, is_due: bool) -> Result<Option<Why>> {
    let reader = engine.store().reader();
    let Some(id) = operation.module_id else {
        return Ok(None);
    };
    let Some(module) = store::module::find(reader, id).await? else {
        return Ok(None);
    };
    if let Some(until) = module.rests_until.filter(|until| *until > engine.now()) {
        return Ok(Some(Why::ModuleRests {
            module: module.name,
            until,
        }));
    }
    if !is_due {
        return Ok(None);
    }
    let usual = engine.limits_of(&module).in_flight.map(std::num::NonZeroU32::get);
    let most = if module.failures >= FAILURES_BEFORE_REST {
        Some(1)
    } else {
        usual
    };
    let running = store::operation::leased_of_module(reader, id, engine.clock().machine_now()).await?;
    Ok(most
        .filter(|most| running >= i64::from(*most))
        .map(|most| Why::ModuleBusy {
            module: module.name,
            most,
        }))
}

/// Nothing is wrong: it waits for somebody.
async fn resting(engine: &Engine, operation: &Operation, service: &Service, at: Timestamp) -> Result<Why> {
    if !matches!(operation.step.as_str(), open::PUBLISH | open::AWAIT) {
        return Ok(Why::Scheduled { at });
    }
    let reader = engine.store().reader();
    let order = store::ca_order::of_service(reader, service.id)
        .await?
        .into_iter()
        .next();
    let Some(order) = order else {
        return Ok(Why::Scheduled { at });
    };
    let open: Vec<_> = store::validation::of_order(reader, &order)
        .await?
        .into_iter()
        .filter(|row| row.state != ValidationState::Proven)
        .collect();
    if open.is_empty() {
        return Ok(Why::AtCa { at });
    }
    let zones = zones::for_names(engine, service, open.iter().map(|row| &row.name)).await?;
    let published = store::zone::records_of(reader, service.id).await?;
    let turn_of = |row: &store::validation::Validation| {
        let is_ours =
            row.method == ValidationMethod::Dns && zones.iter().any(|zone| zones::serves(zone, &row.place));
        let is_visible = published
            .iter()
            .any(|record| record.validation_id == row.id && record.visible_at.is_some());
        match (is_ours, is_visible) {
            (_, true) => Turn::Ca,
            (true, false) => Turn::Us,
            (false, false) => Turn::Client,
        }
    };
    // The client first: nothing goes on without them.
    let turn = [Turn::Client, Turn::Us, Turn::Ca]
        .into_iter()
        .find(|turn| open.iter().any(|row| turn_of(row) == *turn))
        .unwrap_or(Turn::Client);
    let names = open
        .iter()
        .filter(|row| turn_of(row) == turn)
        .map(|row| row.name.clone())
        .collect();
    Ok(Why::Proof { names, turn, at })
}
