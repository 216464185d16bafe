//! Mail texts that a seller changed, with every wording before: per kind and language the row with the highest number holds.

use std::collections::HashMap;

use domain::id::SellerId;
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    error::Result,
    record::{self, record},
    sql,
    tx::{Conn, Tx},
};

record! {
    /// One wording of a mail.
    pub struct MailText in mail_text "mail_text" {
        key {
            /// Its id.
            id: Uuid,
        }
        /// Whose mails.
        seller_id: SellerId,
        /// Which mail.
        kind: String,
        /// Language tag.
        language: String,
        /// Counts the wordings of this mail in this language, from 1.
        number: i32,
        /// The subject; none where the shipped wording holds again.
        subject: Option<String>,
        /// The plain text.
        body: Option<String>,
        /// The HTML.
        html: Option<String>,
        /// Who wrote it.
        changed_by: String,
        /// When.
        changed_at: Timestamp,
        /// When a mail could not be written with it first.
        failed_at: Option<Timestamp>,
        /// Why not.
        failure: Option<String>,
    }
}

/// Keeps a new wording; [`Error::Duplicate`](crate::Error::Duplicate) when somebody else wrote one meanwhile.
pub async fn insert(tx: &Tx, text: &MailText) -> Result<()> {
    record::insert(tx, text).await
}

/// The wording that holds; none where nobody ever changed it.
pub async fn newest(
    conn: &dyn Conn,
    seller: SellerId,
    kind: &str,
    language: &str,
) -> Result<Option<MailText>> {
    Ok(history(conn, seller, kind, language, 1).await?.into_iter().next())
}

/// The wordings of a mail, the newest first.
pub async fn history(
    conn: &dyn Conn,
    seller: SellerId,
    kind: &str,
    language: &str,
    most: u64,
) -> Result<Vec<MailText>> {
    use mail_text::Column;
    let query = mail_text::Entity::find()
        .filter(Column::SellerId.eq(Uuid::from(seller)))
        .filter(Column::Kind.eq(kind))
        .filter(Column::Language.eq(language))
        .order_by_desc(Column::Number)
        .limit(most);
    record::all(conn, query).await
}

/// What holds for every mail that was ever changed.
pub async fn all(conn: &dyn Conn, seller: SellerId) -> Result<Vec<MailText>> {
    use mail_text::Column;
    let query = mail_text::Entity::find()
        .filter(Column::SellerId.eq(Uuid::from(seller)))
        .order_by_asc(Column::Number);
    let mut newest: HashMap<(String, String), MailText> = HashMap::new();
    for text in record::all::<MailText>(conn, query).await? {
        newest.insert((text.kind.clone(), text.language.clone()), text);
    }
    Ok(newest.into_values().collect())
}

/// Notes that no mail could be written with a wording; the first failure is kept.
pub async fn note_failure(tx: &Tx, id: Uuid, why: &str, now: Timestamp) -> Result<bool> {
    let text = "UPDATE mail_text SET failed_at = $1, failure = $2 WHERE id = $3 AND failed_at IS NULL";
    let values = vec![now.as_microsecond().into(), why.into(), id.into()];
    Ok(sql::execute(tx, "mail_text", text, values).await? > 0)
}

/// How many wordings hold with which a mail could not be written.
pub async fn count_failing(conn: &dyn Conn, seller: SellerId) -> Result<i64> {
    let text = "SELECT COUNT(*) FROM mail_text t
        WHERE t.seller_id = $1 AND t.failed_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM mail_text n WHERE n.seller_id = t.seller_id AND n.kind = t.kind
            AND n.language = t.language AND n.number > t.number)";
    sql::number(conn, "mail_text", text, vec![Uuid::from(seller).into()]).await
}
