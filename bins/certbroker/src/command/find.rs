//! Objects by what people call them: number, id or name. Not found and ambiguous are said in words.

use std::str::FromStr;

use domain::id::{
    AccountId, DepartmentId, ModuleId, NumberKind, OperationId, ReplacementId, ServiceId, TariffPlanId,
    TaskId,
};
use engine::{
    Error,
    services::{ServiceLine, ServiceQuery},
};
use store::{Page, account::Account, account::AccountFilter, page::MAX_PAGE_SIZE, user::User};

use super::desk::Desk;
use crate::exit::Refused;

/// Most names that a message lists.
const MOST_SHOWN: usize = 10;

/// What an object may be called.
struct Called<I> {
    id: I,
    name: String,
}

/// A processing module by name or id.
///
/// # Errors
/// There is none, or there are several.
pub(super) async fn module(desk: &Desk, text: &str) -> anyhow::Result<ModuleId> {
    let modules = desk.engine().modules().list(desk.owner()).await?;
    let known = modules.into_iter().map(|line| Called {
        id: line.id,
        name: line.name,
    });
    by_name("processing module", text, &known.collect::<Vec<_>>())
}

/// A tariff plan by name or id.
///
/// # Errors
/// There is none, or there are several.
pub(super) async fn tariff(desk: &Desk, text: &str) -> anyhow::Result<TariffPlanId> {
    let plans = desk.engine().tariffs().list(desk.owner()).await?;
    let known = plans.into_iter().map(|line| Called {
        id: line.id,
        name: line.name,
    });
    by_name("tariff plan", text, &known.collect::<Vec<_>>())
}

/// A department by name or id; without a text the oldest one.
///
/// # Errors
/// There is none, or there are several.
pub(super) async fn department(desk: &Desk, text: Option<&str>) -> anyhow::Result<DepartmentId> {
    let departments = desk.engine().departments().list(desk.owner()).await?;
    let mut known: Vec<_> = departments
        .into_iter()
        .map(|view| view.department)
        .filter(|department| !department.is_archived)
        .collect();
    let Some(text) = text else {
        known.sort_by_key(|department| department.created_at);
        let oldest = known.first().map(|department| department.id);
        return oldest.ok_or_else(|| Refused("there is no department".to_owned()).into());
    };
    let known = known.into_iter().map(|department| Called {
        id: department.id,
        name: department.name,
    });
    by_name("department", text, &known.collect::<Vec<_>>())
}

/// An account by number, id or name.
///
/// # Errors
/// There is none, or there are several.
pub(super) async fn account(desk: &Desk, text: &str) -> anyhow::Result<Account> {
    let accounts = desk.engine().accounts();
    let owner = desk.owner();
    if let Ok(id) = text.trim().parse::<AccountId>() {
        return accounts
            .show(owner, id)
            .await
            .map_err(|error| missing(error, "account", text));
    }
    if let Some(number) = NumberKind::Account.read(text) {
        match accounts.find_by_number(owner, number).await {
            // The number may be a name too.
            Err(Error::NotFound) => {}
            other => return Ok(other?),
        }
    }
    let filter = AccountFilter {
        text: Some(text.to_owned()),
        ..AccountFilter::default()
    };
    let found = accounts.list(owner, filter, &Page::first(MAX_PAGE_SIZE)).await?;
    let known = found.rows.iter().map(|account| Called {
        id: account.id,
        name: account.name.clone(),
    });
    let id = by_name("account", text, &known.collect::<Vec<_>>())?;
    Ok(accounts.show(owner, id).await?)
}

/// A service by number, id or main name.
///
/// # Errors
/// There is none, or there are several.
pub(super) async fn service(desk: &Desk, text: &str) -> anyhow::Result<ServiceId> {
    let services = desk.engine().services();
    match services.find(desk.owner(), text).await {
        Err(Error::NotFound) => {}
        other => return Ok(other?),
    }
    let query = ServiceQuery {
        search: Some(text.to_owned()),
        ..ServiceQuery::default()
    };
    let found = services
        .list(desk.owner(), &query, &Page::first(MAX_PAGE_SIZE))
        .await?;
    let wanted = text.trim().parse::<domain::name::DomainName>().ok();
    let named: Vec<ServiceLine> = found
        .rows
        .into_iter()
        .filter(|line| Some(&line.main_name) == wanted.as_ref())
        .collect();
    match named.as_slice() {
        [one] => Ok(one.id),
        [] => Err(Refused(format!("there is no service `{text}`")).into()),
        several => {
            let numbers = several.iter().map(|line| NumberKind::Service.show(line.number));
            Err(ambiguous("services", text, numbers))
        }
    }
}

/// An operation by number or id.
///
/// # Errors
/// There is none.
pub(super) async fn operation(desk: &Desk, text: &str) -> anyhow::Result<OperationId> {
    let found = desk.engine().operations().find(desk.owner(), text).await;
    found.map_err(|error| missing(error, "operation", text))
}

/// A replacement run by number or id.
///
/// # Errors
/// There is none.
pub(super) async fn replacement(desk: &Desk, text: &str) -> anyhow::Result<ReplacementId> {
    let found = desk.engine().replacements().find(desk.owner(), text).await;
    found.map_err(|error| missing(error, "replacement run", text))
}

/// A task by number or id.
///
/// # Errors
/// There is none.
pub(super) async fn task(desk: &Desk, text: &str) -> anyhow::Result<TaskId> {
    let tasks = desk.engine().tasks();
    if let Ok(id) = text.trim().parse::<TaskId>() {
        let found = tasks.show(desk.owner(), id).await;
        return found
            .map(|view| view.task.id)
            .map_err(|error| missing(error, "task", text));
    }
    let number = NumberKind::Task.read(text).ok_or_else(|| {
        Refused(format!(
            "there is no task `{text}`: tasks are called T-3 or by their id"
        ))
    })?;
    let found = tasks.by_number(desk.owner(), number).await;
    found.map_err(|error| missing(error, "task", text))
}

/// A user by mail address or id.
///
/// # Errors
/// There is none.
pub(super) async fn user(desk: &Desk, text: &str) -> anyhow::Result<User> {
    let users = desk.engine().users();
    let found = match text.trim().parse() {
        Ok(id) => users.show(desk.owner(), id).await,
        Err(_) => users.find_by_email(desk.owner(), text).await,
    };
    found.map_err(|error| missing(error, "user", text))
}

fn by_name<I: Copy + Eq + FromStr + ToString>(
    kind: &str,
    text: &str,
    known: &[Called<I>],
) -> anyhow::Result<I> {
    let text = text.trim();
    if let Ok(id) = text.parse::<I>() {
        let is_known = known.iter().any(|one| one.id == id);
        return is_known
            .then_some(id)
            .ok_or_else(|| Refused(format!("there is no {kind} `{text}`")).into());
    }
    let exact = |one: &&Called<I>| one.name == text;
    let loose = |one: &&Called<I>| one.name.to_lowercase() == text.to_lowercase();
    let mut named: Vec<&Called<I>> = known.iter().filter(exact).collect();
    if named.is_empty() {
        named = known.iter().filter(loose).collect();
    }
    match named.as_slice() {
        [one] => Ok(one.id),
        [] => Err(Refused(not_among(kind, text, known)).into()),
        several => Err(ambiguous(
            &format!("{kind}s"),
            text,
            several.iter().map(|one| one.id.to_string()),
        )),
    }
}

fn not_among<I>(kind: &str, text: &str, known: &[Called<I>]) -> String {
    let names: Vec<&str> = known
        .iter()
        .map(|one| one.name.as_str())
        .take(MOST_SHOWN)
        .collect();
    if names.is_empty() {
        return format!("there is no {kind} `{text}`");
    }
    let more = if known.len() > MOST_SHOWN { ", …" } else { "" };
    format!("there is no {kind} `{text}`; there is {}{more}", names.join(", "))
}

fn ambiguous(kinds: &str, text: &str, which: impl Iterator<Item = String>) -> anyhow::Error {
    let which: Vec<String> = which.take(MOST_SHOWN).collect();
    Refused(format!(
        "several {kinds} are called `{text}`: say which, {}",
        which.join(" or ")
    ))
    .into()
}

/// What was not found, by what it was called.
pub(super) fn missing(error: Error, kind: &str, text: &str) -> anyhow::Error {
    match error {
        Error::NotFound => Refused(format!("there is no {kind} `{text}`")).into(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn known(names: &[&str]) -> Vec<Called<ModuleId>> {
        let number = |place: usize| Uuid::from_u128(place as u128 + 1);
        names
            .iter()
            .enumerate()
            .map(|(place, name)| Called {
                id: ModuleId::from(number(place)),
                name: (*name).to_owned(),
            })
            .collect()
    }

    fn found(names: &[&str], text: &str) -> Result<ModuleId, String> {
        by_name("processing module", text, &known(names)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_is_found_with_its_letters_or_without_their_case() {
        let first = ModuleId::from(Uuid::from_u128(1));
        assert_eq!(found(&["Main", "Spare"], "Main"), Ok(first));
        assert_eq!(found(&["Main", "Spare"], " main "), Ok(first));
        assert_eq!(found(&["Main", "main"], "Main"), Ok(first));
        assert_eq!(found(&["Main"], &first.to_string()), Ok(first));
    }

    #[test]
    fn what_is_not_there_or_there_twice_is_said() {
        let none = found(&["Main", "Spare"], "Third").unwrap_err();
        assert_eq!(
            none,
            "there is no processing module `Third`; there is Main, Spare"
        );
        let twice = found(&["Main", "Main"], "Main").unwrap_err();
        assert!(
            twice.starts_with("several processing modules are called `Main`: say which, mod_"),
            "{twice}"
        );
        let stranger = ModuleId::from(Uuid::from_u128(9)).to_string();
        assert!(found(&["Main"], &stranger).is_err());
    }
}
