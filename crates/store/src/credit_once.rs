//! Credits by the word of the form that they came with: under one word an account is credited once.

use domain::id::{AccountId, DocumentId};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait};
use uuid::Uuid;

use crate::{
    error::Result,
    record::{self, record},
    tx::{Conn, Tx},
};

record! {
    /// What became of a form that was sent.
    pub struct CreditOnce in credit_once "credit_once" {
        key {
            /// To whom.
            account_id: AccountId,
            /// The word that the form carried.
            once: String,
        }
        /// The receipt, when it was booked at once.
        document_id: Option<DocumentId>,
        /// The request, when it waits or waited for a second person.
        credit_request_id: Option<Uuid>,
        /// When it was sent, by the machine's clock.
        made_at: Timestamp,
    }
}

/// What became of the form with this word.
pub async fn find(conn: &dyn Conn, account: AccountId, once: &str) -> Result<Option<CreditOnce>> {
    let key = (Uuid::from(account), once.to_owned());
    record::one(conn, credit_once::Entity::find_by_id(key)).await
}

/// Keeps what became of a form.
pub async fn insert(tx: &Tx, sent: &CreditOnce) -> Result<()> {
    record::insert(tx, sent).await
}

/// Forgets forms that were sent before an instant.
pub async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64> {
    record::delete::<CreditOnce>(tx, credit_once::Column::MadeAt.lt(before.as_microsecond())).await
}
