//! Connected DNS zones and the validation records that were published into them.

use domain::id::{AccountId, SellerId, ServiceId, ValidationId, ZoneId};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    Conn, Result, Tx,
    record::{self, record, versioned},
};

record! {
    /// A zone into which validation records are published by RFC 2136.
    pub struct Zone in zone "zone" {
        key {
            /// Its id.
            id: ZoneId,
        }
        /// Whose it is.
        seller_id: SellerId,
        /// Of which account; empty when it serves every account of the seller.
        account_id: Option<AccountId>,
        /// Its apex; `.` stands for every name, in a simulated world.
        name: String,
        /// Host and port of the server that takes updates.
        server: String,
        /// Name of the TSIG key.
        key_name: String,
        /// Algorithm of the TSIG key.
        algorithm: String,
        /// The TSIG secret, sealed.
        secret: Vec<u8>,
        /// What went wrong the last time.
        problem: Option<String>,
        /// When it was last used or tried.
        checked_at: Option<Timestamp>,
        /// When it was connected.
        created_at: Timestamp,
        /// Set when it was removed.
        archived_at: Option<Timestamp>,
        /// Its version.
        version: i64,
    }
}
versioned!(Zone);

record! {
    /// A record that certbroker published, and takes away again.
    pub struct PublishedRecord in published "published_record" {
        key {
            /// Its id.
            id: Uuid,
        }
        /// In which zone.
        zone_id: ZoneId,
        /// For which service.
        service_id: ServiceId,
        /// For which validation.
        validation_id: ValidationId,
        /// Owner name.
        name: String,
        /// Target.
        value: String,
        /// When it was published.
        published_at: Timestamp,
        /// When every name server had it.
        visible_at: Option<Timestamp>,
        /// When it was taken away.
        removed_at: Option<Timestamp>,
    }
}

/// Connects a zone.
pub async fn insert(tx: &Tx, zone: &Zone) -> Result<()> {
    record::insert(tx, zone).await
}

/// Writes a changed zone.
pub async fn update(tx: &Tx, zone: &mut Zone) -> Result<()> {
    record::update(tx, zone).await
}

/// A zone, also a removed one.
pub async fn find(conn: &dyn Conn, id: ZoneId) -> Result<Option<Zone>> {
    record::one(conn, zone::Entity::find_by_id(Uuid::from(id))).await
}

/// The connected zones of a seller.
pub async fn all(conn: &dyn Conn, seller: SellerId) -> Result<Vec<Zone>> {
    let query = zone::Entity::find()
        .filter(zone::Column::SellerId.eq(Uuid::from(seller)))
        .filter(zone::Column::ArchivedAt.is_null())
        .order_by_asc(zone::Column::Name);
    record::all(conn, query).await
}

/// The connected zones with one of these names.
pub async fn with_names(conn: &dyn Conn, seller: SellerId, names: &[String]) -> Result<Vec<Zone>> {
    let query = zone::Entity::find()
        .filter(zone::Column::Name.is_in(names))
        .filter(zone::Column::SellerId.eq(Uuid::from(seller)))
        .filter(zone::Column::ArchivedAt.is_null());
    record::all(conn, query).await
}

/// Keeps what is about to be published: stored first, so that nothing published is ever forgotten.
pub async fn insert_record(tx: &Tx, published: &PublishedRecord) -> Result<()> {
    record::insert(tx, published).await
}

/// Writes that a record is visible or gone.
pub async fn update_record(tx: &Tx, published: &PublishedRecord) -> Result<()> {
    record::overwrite(tx, published).await
}

/// The records of a service that were not taken away.
pub async fn records_of(conn: &dyn Conn, service: ServiceId) -> Result<Vec<PublishedRecord>> {
    let query = published::Entity::find()
        .filter(published::Column::ServiceId.eq(Uuid::from(service)))
        .filter(published::Column::RemovedAt.is_null())
        .order_by_asc(published::Column::PublishedAt);
    record::all(conn, query).await
}
