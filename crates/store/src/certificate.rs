//! Certificates: X.509 issuances as they were fetched and verified, and their deliveries.

use domain::{
    id::{AccountId, CaOrderId, CertificateId, CsrId, SellerId, ServiceId},
    name::DomainName,
    state::IssueReason,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    Conn, Result, Tx,
    cell::Json,
    record::{self, record},
};

record! {
    /// A certificate.
    pub struct Certificate in certificate "certificate" {
        key {
            /// Its id.
            id: CertificateId,
        }
        /// Of which service.
        service_id: ServiceId,
        /// Of which CA order.
        ca_order_id: CaOrderId,
        /// The request it answers.
        csr_id: CsrId,
        /// Why it was issued.
        reason: IssueReason,
        /// Serial number, hex.
        serial: String,
        /// SHA-256 of the DER, hex.
        fingerprint: String,
        /// SHA-256 of the public key (SPKI), hex.
        key_fingerprint: String,
        /// Who signed it.
        issuer: String,
        /// Its names.
        names: Json<Vec<DomainName>>,
        /// Valid from.
        not_before: Timestamp,
        /// Valid until.
        not_after: Timestamp,
        /// Valid until this day, in the seller's time zone.
        end_date: Date,
        /// The certificate, DER.
        leaf: Vec<u8>,
        /// The CA certificates in order, PEM, the root last when it is known.
        chain: Vec<u8>,
        /// What does not agree with the order; such a certificate is kept and not delivered.
        mismatch: Option<Json<serde_json::Value>>,
        /// When it was fetched.
        fetched_at: Timestamp,
        /// When it was delivered.
        delivered_at: Option<Timestamp>,
    }
}

record! {
    /// A delivery of a certificate to somewhere.
    pub struct Delivery in delivery "delivery" {
        key {
            /// Its id.
            id: Uuid,
        }
        /// Which certificate.
        certificate_id: CertificateId,
        /// Of which service.
        service_id: ServiceId,
        /// Where to: `portal` is the client area.
        channel: String,
        /// When.
        delivered_at: Timestamp,
    }
}

/// Keeps a certificate.
pub async fn insert(tx: &Tx, certificate: &Certificate) -> Result<()> {
    record::insert(tx, certificate).await
}

/// Keeps many certificates: for imports and generated sets.
pub async fn insert_many(tx: &Tx, certificates: &[Certificate]) -> Result<()> {
    record::insert_many(tx, certificates).await
}

/// Writes a changed certificate.
pub async fn update(tx: &Tx, certificate: &Certificate) -> Result<()> {
    record::overwrite(tx, certificate).await
}

/// Keeps a delivery.
pub async fn insert_delivery(tx: &Tx, delivery: &Delivery) -> Result<()> {
    record::insert(tx, delivery).await
}

/// A certificate.
pub async fn find(conn: &dyn Conn, id: CertificateId) -> Result<Option<Certificate>> {
    record::one(conn, certificate::Entity::find_by_id(Uuid::from(id))).await
}

/// The certificates of a service by their beginning, oldest first.
pub async fn of_service(conn: &dyn Conn, service: ServiceId) -> Result<Vec<Certificate>> {
    let query = certificate::Entity::find()
        .filter(certificate::Column::ServiceId.eq(Uuid::from(service)))
        .order_by_asc(certificate::Column::NotBefore)
        .order_by_asc(certificate::Column::Id);
    record::all(conn, query).await
}

/// The certificate of a service with this fingerprint.
pub async fn find_by_fingerprint(
    conn: &dyn Conn,
    service: ServiceId,
    fingerprint: &str,
) -> Result<Option<Certificate>> {
    let query = certificate::Entity::find()
        .filter(certificate::Column::ServiceId.eq(Uuid::from(service)))
        .filter(certificate::Column::Fingerprint.eq(fingerprint));
    record::one(conn, query).await
}

/// Which certificates a list shows.
#[derive(Debug, Clone)]
pub struct CertificateFilter {
    /// Of which seller.
    pub seller: SellerId,
    /// Only of this account.
    pub account: Option<AccountId>,
    /// Only those that end on this day or later.
    pub ends_from: Option<Date>,
    /// Only those that end on this day or earlier.
    pub ends_to: Option<Date>,
}

/// The serial numbers of certificates.
pub async fn serials(conn: &dyn Conn, ids: &[CertificateId]) -> Result<Vec<(CertificateId, String)>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(500) {
        let text = format!(
            "SELECT id, serial FROM certificate WHERE id IN ({})",
            crate::sql::places(1, chunk.len())
        );
        let values = chunk.iter().map(|id| Uuid::from(*id).into()).collect();
        found.extend(
            crate::sql::rows(conn, "certificate", text, values, |row| {
                Ok((row.try_get_by_index::<Uuid>(0)?.into(), row.try_get_by_index(1)?))
            })
            .await?,
        );
    }
    Ok(found)
}

/// The services whose present certificate has one of these serial numbers, written as certificates here have them.
pub async fn services_with_serials(conn: &dyn Conn, serials: &[String]) -> Result<Vec<(String, ServiceId)>> {
    let mut found = Vec::new();
    for chunk in serials.chunks(500) {
        let text = format!(
            "SELECT c.serial, c.service_id FROM certificate c JOIN service s ON s.certificate_id = c.id
             WHERE c.serial IN ({})",
            crate::sql::places(1, chunk.len())
        );
        let values = chunk.iter().map(|serial| serial.clone().into()).collect();
        found.extend(
            crate::sql::rows(conn, "certificate", text, values, |row| {
                Ok((
                    row.try_get_by_index::<String>(0)?,
                    row.try_get_by_index::<Uuid>(1)?.into(),
                ))
            })
            .await?,
        );
    }
    Ok(found)
}
