//! What the seller has set: a JSON value per key. The engine knows the keys, their types and defaults.

use domain::id::SellerId;
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    cell::Json,
    error::Result,
    record::{self, record, versioned},
    tx::{Conn, Tx},
};

record! {
    /// One setting that differs from its default.
    pub struct Setting in setting "setting" {
        key {
            /// Whose setting.
            seller_id: SellerId,
            /// Stable name.
            key: String,
        }
        /// What it is set to.
        value: Json<serde_json::Value>,
        /// When it was set.
        changed_at: Timestamp,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(Setting);

/// Every setting of a seller.
pub async fn all(conn: &dyn Conn, seller: SellerId) -> Result<Vec<Setting>> {
    use setting::Column::SellerId as Seller;
    record::all(
        conn,
        setting::Entity::find().filter(Seller.eq(uuid::Uuid::from(seller))),
    )
    .await
}

/// One setting; `None` where the default holds.
pub async fn find(conn: &dyn Conn, seller: SellerId, key: &str) -> Result<Option<Setting>> {
    record::one(conn, setting::Entity::find_by_id((seller.into(), key.to_owned()))).await
}

/// Sets a value.
pub async fn set(
    tx: &Tx,
    seller: SellerId,
    key: &str,
    value: serde_json::Value,
    now: Timestamp,
) -> Result<()> {
    if let Some(mut setting) = find(tx, seller, key).await? {
        setting.value = Json(value);
        setting.changed_at = now;
        return record::update(tx, &mut setting).await;
    }
    let setting = Setting {
        seller_id: seller,
        key: key.to_owned(),
        value: Json(value),
        changed_at: now,
        version: 1,
    };
    record::insert(tx, &setting).await
}
