//! The company or brand that sells. One row today; its id stands wherever a second seller would differ.

use domain::{Currency, id::SellerId};
use jiff::Timestamp;
use sea_orm::{EntityTrait, QueryOrder};
use uuid::Uuid;

use crate::{
    error::Result,
    record::{self, record, versioned},
    sql,
    tx::{Conn, Tx},
};

record! {
    /// Who sells.
    pub struct Seller in seller "seller" {
        key {
            /// Its id.
            id: SellerId,
        }
        /// What it is called on pages and documents.
        name: String,
        /// IANA name of the zone in which its calendar days begin.
        time_zone: String,
        /// The currency of new accounts and of limits.
        currency: Currency,
        /// When it was set up.
        created_at: Timestamp,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(Seller);

/// The seller with this id.
pub async fn find(conn: &dyn Conn, id: SellerId) -> Result<Option<Seller>> {
    record::one(conn, seller::Entity::find_by_id(id)).await
}

/// The oldest seller; `None` before set-up.
pub async fn first(conn: &dyn Conn) -> Result<Option<Seller>> {
    record::one(conn, seller::Entity::find().order_by_asc(seller::Column::Id)).await
}

/// Whether this is the only seller: its lists then need not look at whose a row is.
pub async fn is_only(conn: &dyn Conn, id: SellerId) -> Result<bool> {
    let text = "SELECT id FROM seller LIMIT 2";
    let sellers = sql::rows(conn, "seller", text, vec![], |row| {
        row.try_get_by_index::<Uuid>(0)
    })
    .await?;
    Ok(sellers == [Uuid::from(id)])
}

/// Adds a seller.
pub async fn insert(tx: &Tx, seller: &Seller) -> Result<()> {
    record::insert(tx, seller).await
}

/// Changes a seller.
pub async fn update(tx: &Tx, seller: &mut Seller) -> Result<()> {
    record::update(tx, seller).await
}
