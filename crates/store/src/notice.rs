//! Notices: mails to be sent, written by the transaction that causes them, delivered later by whoever leases them.

use domain::id::{AccountId, CertificateId, NoticeId, SellerId, ServiceId};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use crate::{
    cell::{Json, stored_words},
    error::{Error, Result},
    record::{self, Record as _, record},
    tx::{Conn, Tx, sealed::Raw},
};

stored_words! {
    /// Where a notice stands.
    NoticeState {
        /// To be sent.
        Waiting = "waiting",
        /// The mail server took it.
        Sent = "sent",
        /// Given up.
        Failed = "failed",
        /// Never sent: what it tells was over before it could be.
        Overtaken = "overtaken",
    }
}

record! {
    /// A mail to be sent.
    pub struct Notice in notice "notice" {
        key {
            /// Its id.
            id: NoticeId,
        }
        /// In whose name.
        seller_id: SellerId,
        /// Which text.
        kind: String,
        /// What makes it unique: nobody is told the same thing twice.
        dedup_key: String,
        /// Mail address.
        recipient: String,
        /// Language tag.
        language: String,
        /// What goes into the text; never a secret.
        data: Json<serde_json::Value>,
        /// What goes into the text and is secret, such as a link; sealed, and gone once the mail is.
        sealed_data: Option<Vec<u8>>,
        /// The account it concerns.
        account_id: Option<AccountId>,
        /// The service it concerns.
        service_id: Option<ServiceId>,
        /// The certificate that it is about: with another in force it is not sent any more.
        certificate_id: Option<CertificateId>,
        /// Where it stands.
        state: NoticeState,
        /// How often sending was tried.
        attempts: i32,
        /// Not before.
        next_try_at: Timestamp,
        /// Who is sending it.
        lease_owner: Option<String>,
        /// Until when nobody else tries.
        lease_until: Option<Timestamp>,
        /// Why the last try failed.
        last_error: Option<String>,
        /// When it was written.
        created_at: Timestamp,
        /// When it was sent.
        sent_at: Option<Timestamp>,
    }
}

/// Writes a notice unless one with the same key is there; says whether it did.
pub async fn insert_once(tx: &Tx, notice: &Notice) -> Result<bool> {
    record::insert_new(tx, notice).await
}

/// Leases waiting notices that are due, oldest first; two workers never get the same one.
pub async fn lease(
    tx: &Tx,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
    limit: u64,
) -> Result<Vec<Notice>> {
    use notice::Column;
    let query = notice::Entity::find()
        .filter(Column::State.eq(NoticeState::Waiting.word()))
        .filter(Column::NextTryAt.lte(now.as_microsecond()))
        .filter(unleased(now))
        .order_by_asc(Column::NextTryAt)
        .limit(limit);
    let mut notices: Vec<Notice> = record::all(tx, record::claimed(tx, query)).await?;
    for notice in &mut notices {
        notice.lease_owner = Some(owner.to_owned());
        notice.lease_until = Some(until);
        record::overwrite(tx, notice).await?;
    }
    Ok(notices)
}

/// Whether a notice waits that is due and that nobody has leased.
pub async fn is_any_due(conn: &dyn Conn, now: Timestamp) -> Result<bool> {
    use notice::Column;
    let query = notice::Entity::find()
        .filter(Column::State.eq(NoticeState::Waiting.word()))
        .filter(Column::NextTryAt.lte(now.as_microsecond()))
        .filter(unleased(now));
    Ok(record::one::<Notice>(conn, query).await?.is_some())
}

/// Keeps what became of a leased notice; [`Error::Conflict`] when the lease was lost meanwhile.
pub async fn settle(tx: &Tx, notice: &Notice, owner: &str) -> Result<()> {
    use notice::Column;
    let changed = notice::Entity::update_many()
        .set(notice.to_active())
        .filter(Column::Id.eq(Uuid::from(notice.id)))
        .filter(Column::LeaseOwner.eq(owner))
        .exec(&tx.raw())
        .await
        .map_err(|error| Error::of(Notice::TABLE, error))?;
    match changed.rows_affected {
        1 => Ok(()),
        _ => Err(Error::Conflict { table: Notice::TABLE }),
    }
}

/// Gives failed notices another round; says how many.
pub async fn retry_failed(tx: &Tx, now: Timestamp) -> Result<u64> {
    use notice::Column;
    notice::Entity::update_many()
        .col_expr(Column::State, Expr::value(NoticeState::Waiting.word()))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::NextTryAt, Expr::value(now.as_microsecond()))
        .filter(Column::State.eq(NoticeState::Failed.word()))
        .exec(&tx.raw())
        .await
        .map(|outcome| outcome.rows_affected)
        .map_err(|error| Error::of(Notice::TABLE, error))
}

/// How many notices stand there.
pub async fn count(conn: &dyn Conn, state: NoticeState) -> Result<u64> {
    record::count::<Notice>(
        conn,
        notice::Entity::find().filter(notice::Column::State.eq(state.word())),
    )
    .await
}

/// The notices about a service, oldest first.
pub async fn of_service(conn: &dyn Conn, service: ServiceId) -> Result<Vec<Notice>> {
    use notice::Column;
    let query = notice::Entity::find()
        .filter(Column::ServiceId.eq(Uuid::from(service)))
        .order_by_asc(Column::Id);
    record::all(conn, query).await
}

/// The newest notices, of any state: for the page that shows what was sent.
pub async fn newest(conn: &dyn Conn, limit: u64) -> Result<Vec<Notice>> {
    record::all(
        conn,
        notice::Entity::find()
            .order_by_desc(notice::Column::Id)
            .limit(limit),
    )
    .await
}

fn unleased(now: Timestamp) -> Condition {
    use notice::Column;
    Condition::any()
        .add(Column::LeaseUntil.is_null())
        .add(Column::LeaseUntil.lt(now.as_microsecond()))
}
