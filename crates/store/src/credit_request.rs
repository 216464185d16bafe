//! Large credits by staff, which a second person must approve.

use domain::{
    Currency, Money,
    id::{AccountId, EntryId, SellerId, TaskId, UserId},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    cell::stored_words,
    error::Result,
    record::{self, record, versioned},
    tx::{Conn, Tx},
};

stored_words! {
    /// What became of a request.
    CreditRequestState {
        /// Nobody decided yet.
        Waiting = "waiting",
        /// Approved and booked.
        Approved = "approved",
        /// Refused.
        Refused = "refused",
    }
}

record! {
    /// A credit that waits for a second person.
    pub struct CreditRequest in credit_request "credit_request" {
        key {
            /// Its id.
            id: Uuid,
        }
        /// Whose books.
        seller_id: SellerId,
        /// To whom.
        account_id: AccountId,
        /// How much, in minor units.
        amount: i64,
        /// In which currency.
        currency: Currency,
        /// What the asker noted.
        note: String,
        /// What became of it.
        state: CreditRequestState,
        /// Who asked.
        asked_by: UserId,
        /// When.
        asked_at: Timestamp,
        /// Who decided; never the asker.
        decided_by: Option<UserId>,
        /// When.
        decided_at: Option<Timestamp>,
        /// The booking.
        entry_id: Option<EntryId>,
        /// The task that tells the department.
        task_id: Option<TaskId>,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(CreditRequest);

impl CreditRequest {
    /// How much.
    #[must_use]
    pub fn amount(&self) -> Money {
        Money::from_minor(self.amount, self.currency)
    }
}

/// The request with this id.
pub async fn find(conn: &dyn Conn, id: Uuid) -> Result<Option<CreditRequest>> {
    record::one(conn, credit_request::Entity::find_by_id(id)).await
}

/// The request that a task is about.
pub async fn find_by_task(conn: &dyn Conn, task: TaskId) -> Result<Option<CreditRequest>> {
    record::one(
        conn,
        credit_request::Entity::find().filter(credit_request::Column::TaskId.eq(Uuid::from(task))),
    )
    .await
}

/// The requests that nobody decided yet, oldest first; at most 500.
pub async fn waiting(conn: &dyn Conn, seller: SellerId) -> Result<Vec<CreditRequest>> {
    use credit_request::Column;
    let query = credit_request::Entity::find()
        .filter(Column::State.eq(CreditRequestState::Waiting.word()))
        .filter(Column::SellerId.eq(Uuid::from(seller)))
        .order_by_asc(Column::Id)
        .limit(500);
    record::all(conn, query).await
}

/// Adds a request.
pub async fn insert(tx: &Tx, request: &CreditRequest) -> Result<()> {
    record::insert(tx, request).await
}

/// Changes a request.
pub async fn update(tx: &Tx, request: &mut CreditRequest) -> Result<()> {
    record::update(tx, request).await
}
