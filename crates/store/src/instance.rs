//! The one row that says which installation this is, and whether it may spend money.

use jiff::Timestamp;
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    record::{self, record, versioned},
    tx::{Conn, Tx},
};

record! {
    /// The installation. A copy of its id lies in a file beside the database: where they differ, the database was
    /// restored or cloned, and purchases stay off until a reconciliation has passed (design §5).
    pub struct Instance in instance "instance" {
        key {
            /// Always 1.
            id: i32,
        }
        /// Chosen at the first start, changed at every restore.
        instance_id: Uuid,
        /// Whether calls that cost money are off.
        purchases_blocked: bool,
        /// Why they are off, as a stable word.
        blocked_reason: Option<String>,
        /// Since when they are off.
        blocked_at: Option<Timestamp>,
        /// What business time is ahead of the machine's, in microseconds; 0 outside simulated mode, never shrinks.
        clock_offset: i64,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(Instance);

impl Instance {
    /// A new installation that may spend money.
    #[must_use]
    pub const fn new(instance_id: Uuid) -> Self {
        Self {
            id: 1,
            instance_id,
            purchases_blocked: false,
            blocked_reason: None,
            blocked_at: None,
            clock_offset: 0,
            version: 1,
        }
    }
}

/// The row; `None` before the first start.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &dyn Conn) -> Result<Option<Instance>> {
    record::one(conn, instance::Entity::find()).await
}

/// The row, which is there since the first start.
///
/// # Errors
/// [`Error::Unreadable`] when it is not.
pub async fn the(conn: &dyn Conn) -> Result<Instance> {
    find(conn).await?.ok_or(Error::Unreadable {
        table: "instance",
        why: "the row is missing".to_owned(),
    })
}

/// Makes the row, unless another node just did; says whether it did.
///
/// # Errors
/// When the database fails.
pub async fn insert_first(tx: &Tx, instance: &Instance) -> Result<bool> {
    record::insert_new(tx, instance).await
}

/// Changes the row.
///
/// # Errors
/// [`Error::Conflict`] when it was changed since it was read.
pub async fn update(tx: &Tx, instance: &mut Instance) -> Result<()> {
    record::update(tx, instance).await
}
