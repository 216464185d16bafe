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
    sql,
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
        /// The purchase that stands behind its present round; empty when it was adopted.
        purchase_id: Option<PurchaseId>,
        /// Its id at the CA: the last that the CA gave it.
        ca_ref: String,
        /// Counts its reissues: every round has validations of its own.
        round: i32,
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

record! {
    /// One of the ids that a CA gave an order over time: with LeaderSSL every reissue gets one of its own.
    pub struct KnownRef in ca_order_ref "ca_order_ref" {
        key {
            /// At which CA account.
            module_id: ModuleId,
            /// The id at the CA.
            ca_ref: String,
        }
        /// Of which order.
        ca_order_id: CaOrderId,
        /// Since when.
        since: Timestamp,
    }
}

impl CaOrder {
    fn known_as(&self, since: Timestamp) -> KnownRef {
        KnownRef {
            module_id: self.module_id,
            ca_ref: self.ca_ref.clone(),
            ca_order_id: self.id,
            since,
        }
    }
}

/// Keeps a new CA order.
pub async fn insert(tx: &Tx, order: &CaOrder) -> Result<()> {
    record::insert(tx, order).await?;
    record::insert(tx, &order.known_as(order.accepted_at)).await
}

/// Keeps many CA orders: for imports and generated sets.
pub async fn insert_many(tx: &Tx, orders: &[CaOrder]) -> Result<()> {
    record::insert_many(tx, orders).await?;
    let refs: Vec<KnownRef> = orders
        .iter()
        .map(|order| order.known_as(order.accepted_at))
        .collect();
    record::insert_many(tx, &refs).await
}

/// Writes what was seen.
pub async fn update(tx: &Tx, order: &mut CaOrder) -> Result<()> {
    record::update(tx, order).await
}

/// Writes what was seen, under an id that the CA may have given it just now.
pub async fn update_renamed(tx: &Tx, order: &mut CaOrder, now: Timestamp) -> Result<()> {
    record::insert_new(tx, &order.known_as(now)).await?;
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

/// The ids at the CA of the orders of a module that it gave from `since` on: they are known to belong to something.
pub async fn known_refs(conn: &dyn Conn, module: ModuleId, since: Timestamp) -> Result<Vec<String>> {
    let query = ca_order_ref::Entity::find()
        .filter(ca_order_ref::Column::ModuleId.eq(Uuid::from(module)))
        .filter(ca_order_ref::Column::Since.gte(since.as_microsecond()))
        .select_only()
        .column(ca_order_ref::Column::CaRef)
        .into_tuple::<String>();
    query
        .all(&conn.raw())
        .await
        .map_err(|error| crate::Error::of("ca_order_ref", error))
}

/// The order of a module that the CA calls, or once called, by this id.
pub async fn by_ref(conn: &dyn Conn, module: ModuleId, ca_ref: &str) -> Result<Option<CaOrder>> {
    let query = ca_order_ref::Entity::find_by_id((Uuid::from(module), ca_ref.to_owned()));
    match record::one::<KnownRef>(conn, query).await? {
        Some(known) => find(conn, known.ca_order_id).await,
        None => Ok(None),
    }
}

/// Forgets the raw answers of orders that were last looked at before an instant, the oldest first; says how many it were.
pub async fn forget_answers(tx: &Tx, before: Timestamp, most: u64) -> Result<u64> {
    // The version stays: a look that comes in between writes a newer answer.
    let text = format!(
        "UPDATE ca_order SET raw = '' WHERE id IN
         (SELECT id FROM ca_order WHERE raw <> '' AND looked_at < $1 ORDER BY looked_at LIMIT {most})"
    );
    let values = vec![before.as_microsecond().into()];
    sql::execute(tx, "ca_order", text, values).await
}
