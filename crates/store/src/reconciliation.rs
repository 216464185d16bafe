//! Comparing with the CA's own list of orders: when it was done, and which orders there nothing here explains.

use domain::id::{ModuleId, UserId};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    cell::stored_words,
    error::Result,
    record::{self, record, versioned},
    tx::{Conn, Tx},
};

stored_words! {
    /// What an order at the CA that nothing here stands behind is.
    ForeignVerdict {
        /// It was there before this module was connected.
        Before = "before",
        /// Nothing explains it: somebody must look.
        Orphan = "orphan",
        /// Somebody looked and explained it.
        Explained = "explained",
    }
}

record! {
    /// What the last comparison with one CA account showed.
    pub struct Reconciliation in reconciliation "reconciliation" {
        key {
            /// Of which processing module.
            module_id: ModuleId,
        }
        /// When it was done first.
        first_at: Timestamp,
        /// When it was done last.
        last_at: Timestamp,
        /// Whether everything at the CA was explained.
        is_clean: bool,
        /// What it showed, in one line.
        result: String,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(Reconciliation);

record! {
    /// An order at the CA that no order here stands behind.
    pub struct ForeignOrder in foreign_order "foreign_order" {
        key {
            /// At which CA account.
            module_id: ModuleId,
            /// Its id at the CA.
            ca_ref: String,
        }
        /// What it is.
        verdict: ForeignVerdict,
        /// When it was seen first.
        seen_at: Timestamp,
        /// Its names as the CA tells them.
        names: String,
        /// Its state as the CA tells it.
        state: String,
        /// Who explained it.
        decided_by: Option<UserId>,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(ForeignOrder);

/// The last comparison of a module.
pub async fn find(conn: &dyn Conn, module: ModuleId) -> Result<Option<Reconciliation>> {
    record::one(conn, reconciliation::Entity::find_by_id(Uuid::from(module))).await
}

/// Keeps what a comparison showed.
pub async fn keep(tx: &Tx, module: ModuleId, now: Timestamp, is_clean: bool, result: String) -> Result<()> {
    if let Some(mut row) = find(tx, module).await? {
        row.last_at = now;
        row.is_clean = is_clean;
        row.result = result;
        return record::update(tx, &mut row).await;
    }
    let row = Reconciliation {
        module_id: module,
        first_at: now,
        last_at: now,
        is_clean,
        result,
        version: 1,
    };
    record::insert(tx, &row).await
}

/// The orders at a CA account that nothing here stands behind, by their ids.
pub async fn foreign_orders(conn: &dyn Conn, module: ModuleId) -> Result<Vec<ForeignOrder>> {
    use foreign_order::Column;
    let query = foreign_order::Entity::find()
        .filter(Column::ModuleId.eq(Uuid::from(module)))
        .order_by_asc(Column::CaRef);
    record::all(conn, query).await
}

/// One of them.
pub async fn find_foreign(conn: &dyn Conn, module: ModuleId, ca_ref: &str) -> Result<Option<ForeignOrder>> {
    record::one(
        conn,
        foreign_order::Entity::find_by_id((module.into(), ca_ref.to_owned())),
    )
    .await
}

/// Adds one unless it is there; says whether it did.
pub async fn insert_foreign(tx: &Tx, order: &ForeignOrder) -> Result<bool> {
    record::insert_new(tx, order).await
}

/// Changes one.
pub async fn update_foreign(tx: &Tx, order: &mut ForeignOrder) -> Result<()> {
    record::update(tx, order).await
}
