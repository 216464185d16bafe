//! Certificate signing requests and the private keys that are kept.

use domain::id::{CsrId, KeyId, ServiceId};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    Conn, Result, Tx,
    record::{self, record},
    sql,
};

record! {
    /// A certificate signing request.
    pub struct Csr in csr "csr" {
        key {
            /// Its id.
            id: CsrId,
        }
        /// Of which service.
        service_id: ServiceId,
        /// PKCS#10, DER.
        der: Vec<u8>,
        /// SHA-256 of the DER, hex.
        fingerprint: String,
        /// SHA-256 of the public key (SPKI), hex.
        key_fingerprint: String,
        /// Kind of the key, such as `p256` or `rsa2048`.
        key_kind: String,
        /// The private key, when it is kept here.
        key_id: Option<KeyId>,
        /// When it came.
        created_at: Timestamp,
    }
}

record! {
    /// A private key that is kept, with its owner's consent.
    pub struct PrivateKey in private_key "private_key" {
        key {
            /// Its id.
            id: KeyId,
        }
        /// Of which service.
        service_id: ServiceId,
        /// The sealed PKCS#8; empty once destroyed.
        sealed: Option<Vec<u8>>,
        /// Kind of the key.
        key_kind: String,
        /// SHA-256 of the public key (SPKI), hex.
        key_fingerprint: String,
        /// Who agreed that it is kept.
        consented_by: String,
        /// When.
        consented_at: Timestamp,
        /// When it was destroyed.
        destroyed_at: Option<Timestamp>,
    }
}

/// Keeps a request.
pub async fn insert_csr(tx: &Tx, csr: &Csr) -> Result<()> {
    record::insert(tx, csr).await
}

/// Keeps many requests: for imports and generated sets.
pub async fn insert_csrs(tx: &Tx, csrs: &[Csr]) -> Result<()> {
    record::insert_many(tx, csrs).await
}

/// Writes what became known of a request.
pub async fn update_csr(tx: &Tx, csr: &Csr) -> Result<()> {
    record::overwrite(tx, csr).await
}

/// Keeps a private key.
pub async fn insert_key(tx: &Tx, key: &PrivateKey) -> Result<()> {
    record::insert(tx, key).await
}

/// Writes a changed key: sealed anew, or destroyed.
pub async fn update_key(tx: &Tx, key: &PrivateKey) -> Result<()> {
    record::overwrite(tx, key).await
}

/// A request.
pub async fn csr(conn: &dyn Conn, id: CsrId) -> Result<Option<Csr>> {
    record::one(conn, csr::Entity::find_by_id(Uuid::from(id))).await
}

/// The request of a service with this SHA-256 of its DER.
pub async fn csr_of(conn: &dyn Conn, service: ServiceId, fingerprint: &str) -> Result<Option<Csr>> {
    let query = csr::Entity::find()
        .filter(csr::Column::ServiceId.eq(Uuid::from(service)))
        .filter(csr::Column::Fingerprint.eq(fingerprint));
    record::one(conn, query).await
}

/// The requests of a service, newest first.
pub async fn csrs(conn: &dyn Conn, service: ServiceId) -> Result<Vec<Csr>> {
    let query = csr::Entity::find()
        .filter(csr::Column::ServiceId.eq(Uuid::from(service)))
        .order_by_desc(csr::Column::CreatedAt);
    record::all(conn, query).await
}

/// A request with this public key, of any service.
pub async fn csr_by_key(conn: &dyn Conn, key_fingerprint: &str) -> Result<Option<Csr>> {
    let query = csr::Entity::find()
        .filter(csr::Column::KeyFingerprint.eq(key_fingerprint))
        .order_by_desc(csr::Column::CreatedAt);
    record::one(conn, query).await
}

/// Those of the services whose request in use is not known here, because they were taken over from the CA.
pub async fn services_without_request(conn: &dyn Conn, services: &[ServiceId]) -> Result<Vec<ServiceId>> {
    let mut found = Vec::new();
    for chunk in services.chunks(500) {
        let text = format!(
            "SELECT s.id FROM service s JOIN csr c ON c.id = s.csr_id WHERE c.fingerprint = '' AND s.id IN ({})",
            sql::places(1, chunk.len())
        );
        let values = chunk.iter().map(|id| Uuid::from(*id).into()).collect();
        let ids = sql::rows(conn, "csr", text, values, |row| row.try_get_by_index::<Uuid>(0)).await?;
        found.extend(ids.into_iter().map(ServiceId::from));
    }
    Ok(found)
}

/// A private key.
pub async fn key(conn: &dyn Conn, id: KeyId) -> Result<Option<PrivateKey>> {
    record::one(conn, private_key::Entity::find_by_id(Uuid::from(id))).await
}

/// Every key that is still there: for sealing under a new master key.
pub async fn keys(conn: &dyn Conn) -> Result<Vec<PrivateKey>> {
    record::all(
        conn,
        private_key::Entity::find().filter(private_key::Column::Sealed.is_not_null()),
    )
    .await
}
