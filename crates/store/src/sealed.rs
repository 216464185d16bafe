//! Where sealed secrets lie, all columns of them: for sealing everything anew when the master key was rotated.

use sea_orm::Value;
use uuid::Uuid;

use crate::{
    cell::stored_words,
    error::Result,
    sql,
    tx::{Conn, Tx},
};

stored_words! {
    /// A column that holds sealed bytes. Its word is the kind under which the bytes were sealed.
    SealedPlace {
        /// Secret settings of a processing module.
        ModuleSettings = "module.settings",
        /// Links in mails that were not sent yet.
        NoticeData = "notice.data",
        /// Private keys of services.
        PrivateKey = "private_key.sealed",
        /// Secrets of authenticator apps.
        UserTotp = "user.totp",
        /// Secrets of DNS zones.
        ZoneSecret = "zone.secret",
    }
}

impl SealedPlace {
    /// Table, the column with the id, the column with the bytes.
    const fn columns(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::ModuleSettings => ("processing_module", "id", "secrets"),
            Self::NoticeData => ("notice", "id", "sealed_data"),
            Self::PrivateKey => ("private_key", "id", "sealed"),
            Self::UserTotp => ("totp", "user_id", "sealed_secret"),
            Self::ZoneSecret => ("zone", "id", "secret"),
        }
    }
}

/// One sealed secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    /// Id of what it belongs to.
    pub id: Uuid,
    /// The sealed bytes.
    pub bytes: Vec<u8>,
}

/// The secrets of a place in the order of their ids, after the one that was seen last.
pub async fn page(
    conn: &dyn Conn,
    place: SealedPlace,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<SealedRow>> {
    let (table, id, column) = place.columns();
    let text = format!(
        "SELECT {id} AS id, {column} AS bytes FROM {table} WHERE {column} IS NOT NULL AND {id} > $1 \
         ORDER BY {id} LIMIT {limit}"
    );
    let after = after.unwrap_or(Uuid::nil());
    sql::rows(conn, table, text, vec![Value::from(after)], |row| {
        Ok(SealedRow {
            id: row.try_get("", "id")?,
            bytes: row.try_get("", "bytes")?,
        })
    })
    .await
}

/// Puts other bytes in the place of those that were read; `false` when they were changed meanwhile.
pub async fn replace(tx: &Tx, place: SealedPlace, read: &SealedRow, bytes: Vec<u8>) -> Result<bool> {
    let (table, id, column) = place.columns();
    let text = format!("UPDATE {table} SET {column} = $1 WHERE {id} = $2 AND {column} = $3");
    let values = vec![
        Value::from(bytes),
        Value::from(read.id),
        Value::from(read.bytes.clone()),
    ];
    Ok(sql::execute(tx, table, text, values).await? == 1)
}
