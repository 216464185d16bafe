//! What comes out of [`Overview`](super::Overview).

use domain::{id::ModuleId, state::ServiceState};
use jiff::{Timestamp, civil::Date};

use crate::{
    modules::BalanceView,
    notices::Outbox,
    services::{OperationView, ServiceLine},
};

/// The administrator's first page.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// The balance of every module, by sort.
    pub balances: Vec<ModuleBalance>,
    /// How many services are in each state; every state is there.
    pub services: Vec<(ServiceState, i64)>,
    /// Active services that end within 7 days, the nearest first, at most 10.
    pub ending_soon: Vec<ServiceLine>,
    /// How many active services end on each of the next 60 days.
    pub endings: Vec<(Date, i64)>,
    /// Operations that are not over and whose last attempt failed, newest first, at most 10.
    pub in_trouble: Vec<OperationView>,
    /// How many of them wait for another attempt.
    pub retrying: i64,
    /// How many wait for a person.
    pub manual: i64,
    /// Whether purchases are off for the whole installation, and why.
    pub purchases_blocked: Option<String>,
    /// How many services depend on a method of validation that ends; beyond 1,000 they are not counted.
    pub ending_methods: i64,
    /// Whether mails go out.
    pub outbox: Outbox,
    /// When this was read.
    pub as_of: Timestamp,
}

/// The balance of one module.
#[derive(Debug, Clone)]
pub struct ModuleBalance {
    /// The module.
    pub module: ModuleId,
    /// Its name.
    pub name: String,
    /// Whether it is switched on.
    pub is_active: bool,
    /// Its balance.
    pub balance: BalanceView,
}
