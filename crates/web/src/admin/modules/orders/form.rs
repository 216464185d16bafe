//! What is to become of the orders that were ticked.

use domain::id::{NumberKind, ServiceId};
use engine::adoption::{NewAdoption, NextKeys};
use httpkit::{Failure, Form};
use maud::{Markup, html};
use store::account::Account;

use crate::visit::AdministratorVisit;

/// Everything that the form asks for.
pub(super) const FIELDS: [&str; 6] = ["to", "account", "plan", "keys", "charge", "service"];

/// Orders and what they become.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Ids at the CA.
    pub orders: Vec<String>,
    /// What they become.
    pub to: To,
}

/// What orders become.
#[derive(Debug, Clone)]
pub enum To {
    /// New services of this account.
    Account(Box<Account>, Box<NewAdoption>),
    /// The certificate of this service, which people call so.
    Service(ServiceId, String),
}

/// The form as it is shown first.
pub(super) fn begun() -> Form {
    Form::default().with("to", "account").with("keys", "kept")
}

/// Reads the form; what is wrong with it stands beside its fields.
pub(super) async fn read(visit: &AdministratorVisit, form: &mut Form) -> Result<Option<Wanted>, Failure> {
    let orders: Vec<String> = form.values().all("order").map(str::to_owned).collect();
    if orders.is_empty() {
        form.reject("order", "nothing-ticked");
    }
    let to = match form.value("to") {
        "account" => account(visit, form).await?,
        "service" => {
            if orders.len() > 1 {
                form.reject("order", "one-order-only");
            }
            service(visit, form).await?
        }
        _ => {
            form.reject("to", "choice");
            None
        }
    };
    Ok(to
        .filter(|_| !form.has_problems())
        .map(|to| Wanted { orders, to }))
}

/// Everything that was entered, for the form that confirms it.
pub(super) fn hidden(form: &Form) -> Markup {
    html! {
        @for name in FIELDS { input type="hidden" name=(name) value=(form.value(name)); }
    }
}

async fn account(visit: &AdministratorVisit, form: &mut Form) -> Result<Option<To>, Failure> {
    let typed = form.required("account", 40);
    let plan = form.optional_choice("plan");
    let keys = match form.value("keys") {
        "kept" => Some(NextKeys::Kept),
        "client" => Some(NextKeys::ByClient),
        _ => {
            form.reject("keys", "choice");
            None
        }
    };
    if typed.is_empty() {
        return Ok(None);
    }
    let found = match NumberKind::Account.read(&typed) {
        Some(number) => visit.engine.accounts().find_by_number(&visit.actor, number).await,
        None => Err(engine::Error::NotFound),
    };
    let account = match found {
        Ok(account) => account,
        Err(engine::Error::NotFound) => {
            form.reject("account", "choice");
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let charge = form.optional_money("charge", account.currency);
    Ok(keys.map(|keys| {
        let new = NewAdoption {
            account: account.id,
            plan,
            keys,
            charge,
        };
        To::Account(Box::new(account), Box::new(new))
    }))
}

async fn service(visit: &AdministratorVisit, form: &mut Form) -> Result<Option<To>, Failure> {
    let typed = form.required("service", 60);
    if typed.is_empty() {
        return Ok(None);
    }
    match visit.engine.services().find(&visit.actor, &typed).await {
        Ok(id) => Ok(Some(To::Service(id, typed.to_uppercase()))),
        Err(engine::Error::NotFound) => {
            form.reject("service", "choice");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
