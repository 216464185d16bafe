//! CA orders: the CA's record of a purchase, as it was last seen.

use domain::{
    Currency,
    id::{CaOrderId, ModuleId, PurchaseId, ServiceId},
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    Conn, Result, Tx,
    amount::amounts,
    record::{self, record, versioned},
};

record! {
    /// A CA order.
    pub struct CaOrder in ca_order "ca_order" {
        key {
            /// Its id here.
            id: CaOrderId,
        }
        /// Of which service.
        service_id: ServiceId,
        /// At which CA account.
        module_id: ModuleId,
        /// Bought by which purchase; empty when it was adopted.
        purchase_id: Option<PurchaseId>,
        /// Its id at the CA.
        ca_ref: String,
        /// Its state in words that hold for every CA.
        state: String,
        /// The CA's own word.
        raw_state: String,
        /// When the CA accepted it.
        accepted_at: Timestamp,
        /// When it was last looked at.
        looked_at: Option<Timestamp>,
        /// First day of the present certificate as the CA tells it.
        valid_from: Option<Date>,
        /// Last day of the present certificate as the CA tells it.
        valid_to: Option<Date>,
        /// Last day of the paid term as the CA tells it.
        term_end: Option<Date>,
        /// What the CA charged, in minor units.
        charged_minor: Option<i64>,
        /// The currency of what it charged.
        charged_currency: Option<Currency>,
        /// The last answer, masked.
        raw: String,
        /// When it came to its end at the CA.
        closed_at: Option<Timestamp>,
        /// Its version.
        version: i64,
    }
}
versioned!(CaOrder);
amounts! { CaOrder:
    /// What the CA charged.
    charged, set_charged, charged_minor, charged_currency;
}

/// Keeps a new CA order.
pub async fn insert(tx: &Tx, order: &CaOrder) -> Result<()> {
    record::insert(tx, order).await
}

/// Keeps many CA orders: for imports and generated sets.
pub async fn insert_many(tx: &Tx, orders: &[CaOrder]) -> Result<()> {
    record::insert_many(tx, orders).await
}

/// Writes what was seen.
pub async fn update(tx: &Tx, order: &mut CaOrder) -> Result<()> {
    record::update(tx, order).await
}

/// A CA order.
pub async fn find(conn: &dyn Conn, id: CaOrderId) -> Result<Option<CaOrder>> {
    record::one(conn, ca_order::Entity::find_by_id(Uuid::from(id))).await
}

/// The CA orders of a service, newest first.
pub async fn of_service(conn: &dyn Conn, service: ServiceId) -> Result<Vec<CaOrder>> {
    let query = ca_order::Entity::find()
        .filter(ca_order::Column::ServiceId.eq(Uuid::from(service)))
        .order_by_desc(ca_order::Column::AcceptedAt)
        .order_by_desc(ca_order::Column::Id);
    record::all(conn, query).await
}

/// The ids at the CA of the orders of a module that were accepted from `since` on: they are known to belong to something.
pub async fn known_refs(conn: &dyn Conn, module: ModuleId, since: Timestamp) -> Result<Vec<String>> {
    let query = ca_order::Entity::find()
        .filter(ca_order::Column::ModuleId.eq(Uuid::from(module)))
        .filter(ca_order::Column::AcceptedAt.gte(since.as_microsecond()))
        .select_only()
        .column(ca_order::Column::CaRef)
        .into_tuple::<String>();
    query
        .all(&conn.raw())
        .await
        .map_err(|error| crate::Error::of("ca_order", error))
}

/// The orders of a module with these ids at the CA.
pub async fn with_refs(conn: &dyn Conn, module: ModuleId, refs: &[String]) -> Result<Vec<CaOrder>> {
    let query = ca_order::Entity::find()
        .filter(ca_order::Column::CaRef.is_in(refs))
        .filter(ca_order::Column::ModuleId.eq(Uuid::from(module)));
    record::all(conn, query).await
}
