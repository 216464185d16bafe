//! What goes into and comes out of [`Modules`](super::Modules).

use std::collections::BTreeMap;

use ca::{CheckReport, Descriptor};
use domain::{
    Money,
    id::{DepartmentId, ModuleId, TariffPlanId},
    state::ConnectionState,
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use secrecy::SecretString;

/// Everything the wizard asks for.
#[derive(Debug)]
pub struct NewModule {
    /// The connector's kind, from [`Modules::kinds`](super::Modules::kinds).
    pub connector: String,
    /// Integration settings by field, secrets among them.
    pub settings: Vec<(String, SecretString)>,
    /// Module parameters.
    pub parameters: ModuleParameters,
    /// What to do when the connection check fails.
    pub if_broken: IfBroken,
}

/// What to do with a module whose connection does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfBroken {
    /// Save nothing and show the findings.
    Refuse,
    /// Save it switched off, as its owner explicitly asked.
    SaveSwitchedOff,
}

/// What became of a wish to save a module.
#[derive(Debug)]
pub enum Saved {
    /// Saved; the findings are those of the check just made.
    Saved {
        /// Its id.
        id: ModuleId,
        /// What was found.
        report: CheckReport,
    },
    /// Not saved, because the connection does not work.
    Broken {
        /// What was found.
        report: CheckReport,
    },
}

/// The parameters that are ours, not the CA's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleParameters {
    /// What people call it, 1 to 80 characters.
    pub name: String,
    /// Where its tasks go.
    pub department: DepartmentId,
    /// Lowest is tried first.
    pub sort: i32,
    /// What the account at the CA should hold, in that account's currency. Empty: never warned.
    pub minimal_balance: Option<Decimal>,
    /// Whether nothing is bought while the balance is below the minimum.
    pub blocks_below_minimum: bool,
    /// The most that is bought in a day without a second person.
    pub day_ceiling: Option<Decimal>,
    /// The most that one order may cost without a second person.
    pub order_ceiling: Option<Decimal>,
    /// Calls a second to the account at the CA. Empty: as the installation is configured.
    pub calls_per_second: Option<u32>,
    /// Calls, and operations, at the same time. Empty: as the installation is configured.
    pub calls_at_once: Option<u32>,
}

/// A change of a module.
#[derive(Debug)]
pub struct ModuleChange {
    /// The version that was seen.
    pub version: i64,
    /// Settings that were entered anew; secrets that are missing or empty stay as they are.
    pub settings: Vec<(String, SecretString)>,
    /// Module parameters.
    pub parameters: ModuleParameters,
    /// What to do when the connection check fails.
    pub if_broken: IfBroken,
}

/// Whether a module is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// For new orders.
    On,
    /// Not for new orders; what was ordered goes on.
    Off,
}

/// A balance and what to think of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceView {
    /// The balance, once it was read.
    pub balance: Option<Money>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// Why it could not be read the last time.
    pub problem: Option<String>,
    /// What it should be at least.
    pub minimum: Option<Money>,
    /// Whether it is below the minimum.
    pub is_low: bool,
    /// Whether being low stops purchases.
    pub blocks: bool,
}

/// A module as a row of the list.
#[derive(Debug, Clone)]
pub struct ModuleLine {
    /// Its id.
    pub id: ModuleId,
    /// What people call it.
    pub name: String,
    /// The connector's kind.
    pub connector: String,
    /// The connector's name for people.
    pub connector_title: String,
    /// Where its tasks go.
    pub department: DepartmentId,
    /// The department's name.
    pub department_name: String,
    /// Services that were opened through it.
    pub services: i64,
    /// Its balance.
    pub balance: BalanceView,
    /// Lowest is tried first.
    pub sort: i32,
    /// Whether it is switched on.
    pub is_active: bool,
    /// Whether purchases through it are off.
    pub are_purchases_blocked: bool,
    /// Whether its automatic work is off: every operation waits for a person.
    pub is_manual: bool,
    /// What the last check showed.
    pub connection: ConnectionState,
    /// When it was checked.
    pub checked_at: Option<Timestamp>,
    /// Until then it rests, because the CA could not be reached.
    pub rests_until: Option<Timestamp>,
}

/// A module's page.
#[derive(Debug, Clone)]
pub struct ModuleView {
    /// The row of the list.
    pub line: ModuleLine,
    /// Its version, for a change.
    pub version: i64,
    /// The connector.
    pub descriptor: &'static Descriptor,
    /// Settings that are no secret, by field.
    pub settings: BTreeMap<String, String>,
    /// Secret fields that have a value.
    pub secrets_set: Vec<String>,
    /// Module parameters.
    pub parameters: ModuleParameters,
    /// The last check.
    pub report: Option<CheckReport>,
    /// 0 to 9.
    pub log_level: u8,
    /// What was intended to be bought today and not given up, in the currency of the account at the CA.
    pub spent_today: Option<Money>,
    /// Tariff plans that use it.
    pub plans: Vec<ConnectedPlan>,
    /// The balance of the last 90 days, oldest first.
    pub balances: Vec<(Timestamp, Money)>,
    /// When it was connected.
    pub created_at: Timestamp,
}

/// A tariff plan that a module serves.
#[derive(Debug, Clone)]
pub struct ConnectedPlan {
    /// The plan.
    pub plan: TariffPlanId,
    /// Its name.
    pub name: String,
    /// The product that is ordered.
    pub product: String,
    /// Whether the connection is in use.
    pub is_active: bool,
}
