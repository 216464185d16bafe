//! Proof of control over each name of a CA order, and the evidence that is kept of it.

use domain::{
    id::{CaOrderId, ModuleId, ServiceId, ValidationId},
    name::DomainName,
    product::ValidationMethod,
    state::ValidationState,
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    Conn, Result, Tx,
    ca_order::CaOrder,
    cell::{Json, texts},
    record::{self, record, versioned},
};

texts!(ValidationState);

/// Names that one query asks for.
const NAMES_AT_ONCE: usize = 200;

record! {
    /// What must be shown to the CA for one name, and how far it has come.
    pub struct Validation in validation "validation" {
        key {
            /// Its id.
            id: ValidationId,
        }
        /// Of which CA order.
        ca_order_id: CaOrderId,
        /// Of which round of the order.
        round: i32,
        /// Of which service.
        service_id: ServiceId,
        /// Place of the name.
        position: i32,
        /// The name.
        name: DomainName,
        /// How it is proven.
        method: ValidationMethod,
        /// Where it stands at the CA.
        state: ValidationState,
        /// Owner name of the record, or address of the file; empty for mail.
        place: String,
        /// Target of the record, or content of the file; empty for mail.
        content: String,
        /// The address that was written to.
        approver: Option<String>,
        /// When the CA accepted it.
        proven_at: Option<Timestamp>,
        /// When the CA was last asked.
        looked_at: Option<Timestamp>,
        /// When our own eyes last looked.
        seen_at: Option<Timestamp>,
        /// What they saw, server by server.
        seen: Option<Json<serde_json::Value>>,
        /// Its version.
        version: i64,
    }
}
versioned!(Validation);

record! {
    /// Evidence of domain control; whether it may be used again is computed.
    pub struct Evidence in evidence "validation_evidence" {
        key {
            /// Its id.
            id: Uuid,
        }
        /// At which CA account.
        module_id: ModuleId,
        /// Obtained with which CA order.
        ca_order_id: CaOrderId,
        /// For which name.
        name: DomainName,
        /// By which method.
        method: ValidationMethod,
        /// When.
        obtained_at: Timestamp,
    }
}

/// Keeps what the CA asks for.
pub async fn insert(tx: &Tx, validations: &[Validation]) -> Result<()> {
    record::insert_many(tx, validations).await
}

/// Writes what was seen.
pub async fn update(tx: &Tx, validation: &mut Validation) -> Result<()> {
    record::update(tx, validation).await
}

/// A validation.
pub async fn find(conn: &dyn Conn, id: ValidationId) -> Result<Option<Validation>> {
    record::one(conn, validation::Entity::find_by_id(Uuid::from(id))).await
}

/// The validations of the present round of a CA order, main name first.
pub async fn of_order(conn: &dyn Conn, order: &CaOrder) -> Result<Vec<Validation>> {
    let query = validation::Entity::find()
        .filter(validation::Column::CaOrderId.eq(Uuid::from(order.id)))
        .filter(validation::Column::Round.eq(order.round))
        .order_by_asc(validation::Column::Position);
    record::all(conn, query).await
}

/// Keeps evidence; the same evidence twice is one.
pub async fn insert_evidence(tx: &Tx, evidence: &Evidence) -> Result<()> {
    record::insert_new(tx, evidence).await.map(drop)
}

/// The evidence that a CA account has for a name, newest first.
pub async fn evidence(conn: &dyn Conn, module: ModuleId, name: &DomainName) -> Result<Vec<Evidence>> {
    let query = evidence::Entity::find()
        .filter(evidence::Column::ModuleId.eq(Uuid::from(module)))
        .filter(evidence::Column::Name.eq(name.as_str().as_bytes()))
        .order_by_desc(evidence::Column::ObtainedAt);
    record::all(conn, query).await
}

/// The evidence that a CA account has for any of these names.
pub async fn evidence_for(conn: &dyn Conn, module: ModuleId, names: &[DomainName]) -> Result<Vec<Evidence>> {
    let mut found = Vec::new();
    for some in names.chunks(NAMES_AT_ONCE) {
        let names = some.iter().map(|name| name.as_str().as_bytes().to_vec());
        let query = evidence::Entity::find()
            .filter(evidence::Column::ModuleId.eq(Uuid::from(module)))
            .filter(evidence::Column::Name.is_in(names));
        found.extend(record::all(conn, query).await?);
    }
    Ok(found)
}
