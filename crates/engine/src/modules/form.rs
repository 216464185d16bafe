//! What people enter about a module, checked.

use ca::{Descriptor, Settings};
use domain::{Currency, Money, contact::FieldProblem};
use rust_decimal::Decimal;
use secrecy::{ExposeSecret, SecretString};
use store::module::Module;

use super::ModuleParameters;
use crate::error::{Error, Result};

/// The highest limit of calls.
const MOST_CALLS: u32 = 1_000;
/// Longest name.
const LONGEST_NAME: usize = 80;

/// Settings as a form sends them, checked by the connector's descriptor.
pub(super) fn settings(descriptor: &Descriptor, values: Vec<(String, SecretString)>) -> Result<Settings> {
    Settings::parse(descriptor, values).map_err(|problems| {
        let problems = problems
            .into_iter()
            .map(|problem| FieldProblem {
                field: problem.field,
                code: problem.code,
            })
            .collect();
        Error::Invalid(problems)
    })
}

/// The new values over the kept ones; a secret that is empty stays as it is.
pub(super) fn merged(
    descriptor: &Descriptor,
    kept: &Settings,
    entered: Vec<(String, SecretString)>,
) -> Result<Settings> {
    let is_secret = |name: &str| descriptor.setting(name).is_some_and(|field| field.is_secret);
    let mut values: Vec<(String, SecretString)> = entered
        .into_iter()
        .filter(|(name, value)| !(is_secret(name) && value.expose_secret().is_empty()))
        .collect();
    for (name, value) in kept.values() {
        if !values.iter().any(|(entered, _)| entered == name) {
            values.push((name.to_owned(), value.clone()));
        }
    }
    settings(descriptor, values)
}

/// Whether any value differs.
pub(super) fn differ(a: &Settings, b: &Settings) -> bool {
    let values = |settings: &Settings| -> Vec<(&'static str, String)> {
        settings
            .values()
            .map(|(name, value)| (name, value.expose_secret().to_owned()))
            .collect()
    };
    values(a) != values(b)
}

/// Names every wrong parameter.
pub(super) fn check_parameters(parameters: &ModuleParameters) -> Result<()> {
    let mut problems = Vec::new();
    let name = parameters.name.trim();
    let mut wrong = |field: &str, code: &'static str| {
        problems.push(FieldProblem {
            field: field.to_owned(),
            code,
        });
    };
    if name.is_empty() {
        wrong("name", "required");
    }
    if name.chars().count() > LONGEST_NAME {
        wrong("name", "too-long");
    }
    if name.chars().any(char::is_control) {
        wrong("name", "control-characters");
    }
    let amounts = [
        ("minimal_balance", parameters.minimal_balance),
        ("day_ceiling", parameters.day_ceiling),
        ("order_ceiling", parameters.order_ceiling),
    ];
    for (field, amount) in amounts {
        if amount.is_some_and(|amount| amount < Decimal::ZERO || amount > Decimal::from(1_000_000_000)) {
            wrong(field, "amount");
        }
    }
    for (field, limit) in [
        ("calls_per_second", parameters.calls_per_second),
        ("calls_at_once", parameters.calls_at_once),
    ] {
        if limit.is_some_and(|limit| !(1..=MOST_CALLS).contains(&limit)) {
            wrong(field, "out-of-range");
        }
    }
    if parameters.blocks_below_minimum && parameters.minimal_balance.is_none() {
        wrong("minimal_balance", "required");
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}

/// Writes parameters into a module; amounts are in the currency of the account at the CA.
pub(super) fn set_parameters(
    module: &mut Module,
    parameters: &ModuleParameters,
    currency: Currency,
) -> Result<()> {
    let money = |amount: Option<Decimal>| amount.map(|amount| Money::new(amount, currency));
    parameters.name.trim().clone_into(&mut module.name);
    module.department_id = parameters.department;
    module.sort = parameters.sort;
    module.blocks_below_minimum = parameters.blocks_below_minimum;
    module.set_minimal_balance(money(parameters.minimal_balance))?;
    module.set_day_ceiling(money(parameters.day_ceiling))?;
    module.set_order_ceiling(money(parameters.order_ceiling))?;
    let limit = |limit: Option<u32>| limit.and_then(|limit| i32::try_from(limit).ok());
    module.calls_per_second = limit(parameters.calls_per_second);
    module.calls_at_once = limit(parameters.calls_at_once);
    Ok(())
}

/// The parameters of a module, for a form.
pub(super) fn parameters_of(module: &Module) -> ModuleParameters {
    let amount = |money: Option<Money>| money.map(|money| money.amount());
    ModuleParameters {
        name: module.name.clone(),
        department: module.department_id,
        sort: module.sort,
        minimal_balance: amount(module.minimal_balance()),
        blocks_below_minimum: module.blocks_below_minimum,
        day_ceiling: amount(module.day_ceiling()),
        order_ceiling: amount(module.order_ceiling()),
        calls_per_second: module
            .calls_per_second
            .and_then(|limit| u32::try_from(limit).ok()),
        calls_at_once: module.calls_at_once.and_then(|limit| u32::try_from(limit).ok()),
    }
}
