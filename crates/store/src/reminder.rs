//! When it is looked again whether a client is to be told that a certificate ends: one row per service with a certificate in
//! force, gone after the last look.

use domain::id::{CertificateId, ServiceId};
use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict};
use uuid::Uuid;

use crate::{
    cell::Cell as _,
    error::{Error, Result},
    record::{self, Record as _, record},
    tx::{Conn, Tx, sealed::Raw},
};

record! {
    /// A look that is to come.
    pub struct Reminder in reminder "reminder" {
        key {
            /// Of which service.
            service_id: ServiceId,
        }
        /// The certificate that was in force when it was written.
        certificate_id: CertificateId,
        /// Not before this day.
        due_on: Date,
    }
}

/// Sets the day of a service, whatever was there.
pub async fn set(tx: &Tx, reminder: &Reminder) -> Result<()> {
    use reminder::Column;
    reminder::Entity::insert(reminder.to_active())
        .on_conflict(
            OnConflict::column(Column::ServiceId)
                .update_columns([Column::CertificateId, Column::DueOn])
                .to_owned(),
        )
        .exec_without_returning(&tx.raw())
        .await
        .map(drop)
        .map_err(|error| Error::of(Reminder::TABLE, error))
}

/// Nothing is to be looked at any more.
pub async fn remove(tx: &Tx, service: ServiceId) -> Result<()> {
    let of = reminder::Column::ServiceId.eq(Uuid::from(service));
    record::delete::<Reminder>(tx, of).await.map(drop)
}

/// What is due on `today`, the longest due first.
pub async fn due(tx: &Tx, today: Date, most: u64) -> Result<Vec<Reminder>> {
    use reminder::Column;
    let query = reminder::Entity::find()
        .filter(Column::DueOn.lte(today.to_stored()))
        .order_by_asc(Column::DueOn)
        .order_by_asc(Column::ServiceId)
        .limit(most);
    record::all(tx, record::claimed(tx, query)).await
}

/// The look that is to come for a service.
pub async fn find(conn: &dyn Conn, service: ServiceId) -> Result<Option<Reminder>> {
    record::one(conn, reminder::Entity::find_by_id(Uuid::from(service))).await
}

/// How the database finds what is due: one line per step of its plan, for tests.
#[cfg(feature = "testing")]
pub async fn plan(conn: &dyn Conn, today: Date, most: u64) -> Result<Vec<String>> {
    let (explain, column) = match conn.backend() {
        crate::Backend::Sqlite => ("EXPLAIN QUERY PLAN", 3),
        crate::Backend::Postgres => ("EXPLAIN", 0),
    };
    let text = format!(
        "{explain} SELECT service_id, certificate_id, due_on FROM reminder WHERE due_on <= $1
        ORDER BY due_on, service_id LIMIT {most}"
    );
    crate::sql::rows(conn, "reminder", text, vec![today.to_stored().into()], |row| {
        row.try_get_by_index::<String>(column)
    })
    .await
}
