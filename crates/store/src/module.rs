//! Processing modules: configured connections to CAs, and the history of their balances.

use std::collections::BTreeMap;

use domain::{
    Currency,
    id::{DepartmentId, ModuleId, SellerId},
    state::ConnectionState,
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    Conn, Result, Tx,
    amount::amounts,
    cell::{Json, texts},
    record::{self, record, versioned},
    sql,
};

texts!(ConnectionState);

record! {
    /// A processing module.
    pub struct Module in module "processing_module" {
        key {
            /// Its id.
            id: ModuleId,
        }
        /// Whose it is.
        seller_id: SellerId,
        /// The connector that speaks to the CA.
        connector: String,
        /// What people call it.
        name: String,
        /// Where its tasks go.
        department_id: DepartmentId,
        /// Lowest is tried first.
        sort: i32,
        /// What the account at the CA should hold, in minor units.
        minimal_balance_minor: Option<i64>,
        /// Its currency.
        minimal_balance_currency: Option<Currency>,
        /// Whether nothing is bought below the minimum.
        blocks_below_minimum: bool,
        /// Switched on.
        is_active: bool,
        /// Purchases were switched off by staff.
        are_purchases_blocked: bool,
        /// Settings that are no secret, by field.
        settings: Json<BTreeMap<String, String>>,
        /// Secret settings, sealed.
        secrets: Option<Vec<u8>>,
        /// What the last check showed.
        connection: ConnectionState,
        /// The findings of the last check.
        findings: Json<serde_json::Value>,
        /// When it was checked.
        checked_at: Option<Timestamp>,
        /// The balance at the CA when last read, in minor units.
        balance_minor: Option<i64>,
        /// Its currency.
        balance_currency: Option<Currency>,
        /// When the balance was read.
        balance_read_at: Option<Timestamp>,
        /// Why it could not be read the last time.
        balance_problem: Option<String>,
        /// Since when the balance is known to be below the minimum.
        balance_warned_at: Option<Timestamp>,
        /// The most that is bought in a day, in minor units.
        day_ceiling_minor: Option<i64>,
        /// Its currency.
        day_ceiling_currency: Option<Currency>,
        /// The most that one order may cost, in minor units.
        order_ceiling_minor: Option<i64>,
        /// Its currency.
        order_ceiling_currency: Option<Currency>,
        /// Automatic work is switched off: every operation waits until a person starts it.
        is_manual: bool,
        /// Calls a second to this account; empty: as the installation is configured.
        calls_per_second: Option<i32>,
        /// Calls, and operations, at the same time; empty: as the installation is configured.
        calls_at_once: Option<i32>,
        /// 0 to 9 (debug.conf).
        log_level: i32,
        /// Calls in a row that did not reach the CA.
        failures: i32,
        /// Until then no operation calls it (circuit breaker).
        rests_until: Option<Timestamp>,
        /// When it was connected.
        created_at: Timestamp,
        /// When it was last changed by a person.
        updated_at: Timestamp,
        /// Set when it was deleted.
        archived_at: Option<Timestamp>,
        /// Its version.
        version: i64,
    }
}
versioned!(Module);
amounts! { Module:
    /// What the account at the CA should hold.
    minimal_balance, set_minimal_balance, minimal_balance_minor, minimal_balance_currency;
    /// The balance at the CA when last read.
    balance, set_balance, balance_minor, balance_currency;
    /// The most that is bought in a day.
    day_ceiling, set_day_ceiling, day_ceiling_minor, day_ceiling_currency;
    /// The most that one order may cost.
    order_ceiling, set_order_ceiling, order_ceiling_minor, order_ceiling_currency;
}

record! {
    /// A balance as it was read.
    pub struct BalanceReading in reading "balance_reading" {
        key {
            /// Of which module.
            module_id: ModuleId,
            /// When.
            read_at: Timestamp,
        }
        /// How much, in minor units.
        balance_minor: i64,
        /// Its currency.
        currency: Currency,
    }
}

/// Writes a new module.
pub async fn insert(tx: &Tx, module: &Module) -> Result<()> {
    record::insert(tx, module).await
}

/// Writes a changed module.
pub async fn update(tx: &Tx, module: &mut Module) -> Result<()> {
    record::update(tx, module).await
}

/// A module, also an archived one.
pub async fn find(conn: &dyn Conn, id: ModuleId) -> Result<Option<Module>> {
    record::one(conn, module::Entity::find_by_id(uuid::Uuid::from(id))).await
}

/// A module, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: ModuleId) -> Result<Option<Module>> {
    record::one(
        tx,
        record::locked(tx, module::Entity::find_by_id(uuid::Uuid::from(id))),
    )
    .await
}

/// The modules of a seller that are not archived, by sort and age.
pub async fn all(conn: &dyn Conn, seller: SellerId) -> Result<Vec<Module>> {
    let query = module::Entity::find()
        .filter(module::Column::SellerId.eq(uuid::Uuid::from(seller)))
        .filter(module::Column::ArchivedAt.is_null())
        .order_by_asc(module::Column::Sort)
        .order_by_asc(module::Column::CreatedAt);
    record::all(conn, query).await
}

/// Every module of a seller, the archived ones among them: for the names in old rows.
pub async fn every(conn: &dyn Conn, seller: SellerId) -> Result<Vec<Module>> {
    let query = module::Entity::find().filter(module::Column::SellerId.eq(uuid::Uuid::from(seller)));
    record::all(conn, query).await
}

/// How fast a module may be used, and whether it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The module.
    pub module: ModuleId,
    /// Operations at the same time; empty: as the installation is configured.
    pub at_once: Option<u32>,
    /// Calls in a row that did not reach the CA.
    pub failures: i32,
    /// Until then no operation calls it.
    pub rests_until: Option<Timestamp>,
}

/// The pace of every module that is not archived.
pub async fn paces(conn: &dyn Conn) -> Result<Vec<Pace>> {
    let text = "SELECT id, calls_at_once, failures, rests_until FROM processing_module
        WHERE archived_at IS NULL ORDER BY id";
    sql::rows(conn, "processing_module", text, vec![], |row| {
        let rests_until = row.try_get_by_index::<Option<i64>>(3)?;
        Ok(Pace {
            module: row.try_get_by_index::<uuid::Uuid>(0)?.into(),
            at_once: row
                .try_get_by_index::<Option<i32>>(1)?
                .and_then(|most| u32::try_from(most).ok()),
            failures: row.try_get_by_index(2)?,
            rests_until: rests_until.and_then(|until| Timestamp::from_microsecond(until).ok()),
        })
    })
    .await
}

/// Takes what was just spent off the balance as it was last read, until it is read again.
pub async fn note_spent(tx: &Tx, id: ModuleId, spent: domain::Money) -> Result<()> {
    let Ok(minor) = spent.minor() else { return Ok(()) };
    let text = "UPDATE processing_module SET balance_minor = balance_minor - $1 WHERE id = $2 AND balance_currency = $3";
    let values = vec![
        minor.into(),
        uuid::Uuid::from(id).into(),
        spent.currency().code().into(),
    ];
    sql::execute(tx, "processing_module", text, values)
        .await
        .map(drop)
}

/// Keeps a reading of the balance in the history.
pub async fn insert_reading(tx: &Tx, reading: &BalanceReading) -> Result<()> {
    record::insert_new(tx, reading).await.map(drop)
}

/// The readings since `from`, oldest first.
pub async fn readings(conn: &dyn Conn, module: ModuleId, from: Timestamp) -> Result<Vec<BalanceReading>> {
    let query = reading::Entity::find()
        .filter(reading::Column::ModuleId.eq(uuid::Uuid::from(module)))
        .filter(reading::Column::ReadAt.gte(from.as_microsecond()))
        .order_by_asc(reading::Column::ReadAt);
    record::all(conn, query).await
}

/// How many services use each module.
pub async fn usage(conn: &dyn Conn) -> Result<Vec<(ModuleId, i64)>> {
    let text = "SELECT module_id, COUNT(*) FROM service WHERE module_id IS NOT NULL GROUP BY module_id";
    sql::rows(conn, "service", text, vec![], |row| {
        Ok((
            row.try_get_by_index::<uuid::Uuid>(0)?.into(),
            row.try_get_by_index(1)?,
        ))
    })
    .await
}
