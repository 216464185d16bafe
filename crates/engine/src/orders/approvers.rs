//! Addresses that may approve by mail: read live, remembered for a day, because a CA takes only addresses that it
//! named within the last 24 hours (Sectigo's rule).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use ca::{Connector, NameValidation};
use domain::{
    contact::FieldProblem,
    id::ModuleId,
    name::{DomainName, NameSet},
};
use jiff::{SignedDuration, Timestamp};
use store::{module::Module, tariff::TariffPlan};

use super::Approvers;
use crate::{Engine, Error, Result};

/// For how long an answer holds; a little less than the CA's day.
const HOLDS: SignedDuration = SignedDuration::from_hours(23);
/// Most answers that are remembered.
const MOST: usize = 10_000;

/// What CAs answered lately.
#[derive(Default)]
pub(crate) struct KnownApprovers(Mutex<HashMap<(ModuleId, DomainName), Answer>>);

/// When a CA answered, and what.
type Answer = (Timestamp, Vec<String>);

impl KnownApprovers {
    fn find(&self, module: ModuleId, name: &DomainName, now: Timestamp) -> Option<Vec<String>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, addresses) = known.get(&(module, name.clone()))?;
        (now.duration_since(*read_at) < HOLDS).then(|| addresses.clone())
    }

    fn keep(&self, module: ModuleId, name: &DomainName, now: Timestamp, addresses: &[String]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, (read_at, _)| now.duration_since(*read_at) < HOLDS);
        }
        if known.len() < MOST {
            known.insert((module, name.clone()), (now, addresses.to_vec()));
        }
    }
}

/// The addresses for each name, from the module that would get the order.
pub(super) async fn of_plan(engine: &Engine, plan: &TariffPlan, names: &NameSet) -> Result<Vec<Approvers>> {
    let module = first_module(engine, plan).await?;
    of_module(engine, &module, names.as_slice()).await
}

/// The addresses for each name, live from a module's CA.
pub(crate) async fn of_module(
    engine: &Engine,
    module: &Module,
    names: &[DomainName],
) -> Result<Vec<Approvers>> {
    let connector = engine.connector(module)?;
    let mut found = Vec::new();
    for name in names {
        let addresses = ask(engine, module.id, &*connector, name).await?;
        found.push(Approvers {
            name: name.clone(),
            addresses,
        });
    }
    Ok(found)
}

/// Refuses approvers that the CA does not name.
pub(crate) async fn check(engine: &Engine, plan: &TariffPlan, validations: &[NameValidation]) -> Result<()> {
    let by_mail: Vec<(&DomainName, &str)> = validations
        .iter()
        .filter_map(|one| Some((&one.name, one.choice.approver()?)))
        .collect();
    if by_mail.is_empty() {
        return Ok(());
    }
    let module = first_module(engine, plan).await?;
    let connector = engine.connector(&module)?;
    let mut problems = Vec::new();
    for (name, approver) in by_mail {
        let addresses = match engine.approvers().find(module.id, name, engine.now()) {
            Some(addresses) => addresses,
            None => ask(engine, module.id, &*connector, name).await?,
        };
        if !addresses
            .iter()
            .any(|address| address.eq_ignore_ascii_case(approver))
        {
            problems.push(FieldProblem {
                field: format!("validation.{name}"),
                code: "approver-not-allowed",
            });
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}

async fn ask(
    engine: &Engine,
    module: ModuleId,
    connector: &dyn Connector,
    name: &DomainName,
) -> Result<Vec<String>> {
    let addresses = connector.approver_emails(name).await?;
    engine.approvers().keep(module, name, engine.now(), &addresses);
    Ok(addresses)
}

/// The first module that serves the plan and is switched on.
async fn first_module(engine: &Engine, plan: &TariffPlan) -> Result<Module> {
    let reader = engine.store().reader();
    let connections = store::tariff::modules(reader, plan.id).await?;
    let modules = store::module::all(reader, plan.seller_id).await?;
    let serves = |module: &&Module| {
        module.is_active
            && connections
                .iter()
                .any(|one| one.is_active && one.module_id == module.id)
    };
    modules
        .iter()
        .find(serves)
        .cloned()
        .ok_or(Error::refused("no-module"))
}
