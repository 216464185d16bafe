//! Reservations: money that a client set aside for an order, until the CA has answered.

use domain::{
    Currency, Money,
    id::{AccountId, OperationId, ServiceId},
    price::Price,
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    cell::{Json, stored_words},
    error::Result,
    record::{self, record, versioned},
    tx::{Conn, Tx},
};

stored_words! {
    /// What became of a reservation.
    ReservationState {
        /// The money is set aside.
        Held = "held",
        /// The order was accepted: the money was charged.
        Charged = "charged",
        /// The order was refused: the money is free again.
        Released = "released",
    }
}

record! {
    /// Money set aside.
    pub struct Reservation in reservation "reservation" {
        key {
            /// Its id.
            id: Uuid,
        }
        /// Whose money.
        account_id: AccountId,
        /// For which service.
        service_id: Option<ServiceId>,
        /// For which operation.
        operation_id: Option<OperationId>,
        /// What became of it.
        state: ReservationState,
        /// How much, in minor units.
        gross: i64,
        /// In which currency.
        currency: Currency,
        /// The price with its lines, as it was when the client ordered.
        price: Json<Price>,
        /// When it was made.
        created_at: Timestamp,
        /// When it was charged or released.
        closed_at: Option<Timestamp>,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(Reservation);

impl Reservation {
    /// How much is set aside.
    #[must_use]
    pub fn amount(&self) -> Money {
        Money::from_minor(self.gross, self.currency)
    }
}

/// The reservation with this id.
pub async fn find(conn: &dyn Conn, id: Uuid) -> Result<Option<Reservation>> {
    record::one(conn, reservation::Entity::find_by_id(id)).await
}

/// The reservation with this id, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Reservation>> {
    record::one(tx, record::locked(tx, reservation::Entity::find_by_id(id))).await
}

/// The reservations of a service, oldest first.
pub async fn of_service(conn: &dyn Conn, service: ServiceId) -> Result<Vec<Reservation>> {
    use reservation::Column;
    let query = reservation::Entity::find()
        .filter(Column::ServiceId.eq(Uuid::from(service)))
        .order_by_asc(Column::Id);
    record::all(conn, query).await
}

/// Adds a reservation.
pub async fn insert(tx: &Tx, reservation: &Reservation) -> Result<()> {
    record::insert(tx, reservation).await
}

/// Changes a reservation.
pub async fn update(tx: &Tx, reservation: &mut Reservation) -> Result<()> {
    record::update(tx, reservation).await
}
