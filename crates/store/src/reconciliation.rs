//! Comparing with the CA's own list of orders: when it was done, and which orders there nothing here explains.

use domain::id::{ModuleId, ServiceId, UserId};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    cell::stored_words,
    error::Result,
    page::{Cursor, Listing, Page, Start},
    record::{self, record, versioned},
    sql,
    tx::{Conn, Tx},
};

stored_words! {
    /// What an order at the CA that nothing here stands behind is.
    ForeignVerdict {
        /// It was there before this module was connected.
        Before = "before",
        /// Nothing explains it: somebody must look.
        Orphan = "orphan",
        /// Somebody looked and explained it.
        Explained = "explained",
        /// It was taken over and belongs to a service.
        Adopted = "adopted",
    }
}

record! {
    /// What the last comparison with one CA account showed.
    pub struct Reconciliation in reconciliation "reconciliation" {
        key {
            /// Of which processing module.
            module_id: ModuleId,
        }
        /// When it was done first.
        first_at: Timestamp,
        /// When it was done last.
        last_at: Timestamp,
        /// Whether everything at the CA was explained.
        is_clean: bool,
        /// What it showed, in one line.
        result: String,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(Reconciliation);

record! {
    /// An order at the CA that no order here stands behind.
    pub struct ForeignOrder in foreign_order "foreign_order" {
        key {
            /// At which CA account.
            module_id: ModuleId,
            /// Its id at the CA.
            ca_ref: String,
        }
        /// What it is.
        verdict: ForeignVerdict,
        /// When it was seen first.
        seen_at: Timestamp,
        /// Its names as the CA tells them.
        names: String,
        /// Its state as the CA tells it.
        state: String,
        /// Who explained it.
        decided_by: Option<UserId>,
        /// Everything the CA told of it when it was last compared, as JSON; empty from before that was kept.
        snapshot: String,
        /// The service that it became.
        service_id: Option<ServiceId>,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(ForeignOrder);

/// The last comparison of a module.
pub async fn find(conn: &dyn Conn, module: ModuleId) -> Result<Option<Reconciliation>> {
    record::one(conn, reconciliation::Entity::find_by_id(Uuid::from(module))).await
}

/// Keeps what a comparison showed.
pub async fn keep(tx: &Tx, module: ModuleId, now: Timestamp, is_clean: bool, result: String) -> Result<()> {
    if let Some(mut row) = find(tx, module).await? {
        row.last_at = now;
        row.is_clean = is_clean;
        row.result = result;
        return record::update(tx, &mut row).await;
    }
    let row = Reconciliation {
        module_id: module,
        first_at: now,
        last_at: now,
        is_clean,
        result,
        version: 1,
    };
    record::insert(tx, &row).await
}

/// The orders at a CA account that nothing explains, by their ids.
pub async fn orphans(conn: &dyn Conn, module: ModuleId) -> Result<Vec<ForeignOrder>> {
    use foreign_order::Column;
    let query = foreign_order::Entity::find()
        .filter(Column::ModuleId.eq(Uuid::from(module)))
        .filter(Column::Verdict.eq(ForeignVerdict::Orphan.word()))
        .order_by_asc(Column::CaRef);
    record::all(conn, query).await
}

/// Which orders at a CA account are wanted.
#[derive(Debug, Clone)]
pub struct ForeignFilter {
    /// At which account.
    pub module: ModuleId,
    /// Only those with this verdict.
    pub verdict: Option<ForeignVerdict>,
    /// Part of a name or of the id, in any case.
    pub text: Option<String>,
}

/// The orders at a CA account that nothing here stood behind when they were seen first, by their ids.
pub async fn list_foreign(
    conn: &dyn Conn,
    filter: &ForeignFilter,
    page: &Page,
) -> Result<Listing<ForeignOrder>> {
    use foreign_order::Column;
    let text = filter
        .text
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let condition = Condition::all()
        .add(Column::ModuleId.eq(Uuid::from(filter.module)))
        .add_option(filter.verdict.map(|verdict| Column::Verdict.eq(verdict.word())))
        .add_option(text.map(|text| {
            // Names at the CA are in lower case.
            let text = text.to_lowercase();
            Condition::any()
                .add(Column::Names.contains(&text))
                .add(Column::CaRef.contains(text))
        }));
    let query = foreign_order::Entity::find().filter(condition);
    let query = match &page.start {
        Start::After(cursor) => query.filter(Column::CaRef.gt(cursor.key::<String>().unwrap_or_default())),
        Start::Number(_) => query.offset(page.offset()),
    };
    let rows = record::all(conn, query.order_by_asc(Column::CaRef).limit(page.limit())).await?;
    Ok(Listing::cut(rows, page, None, |order: &ForeignOrder| {
        Cursor::of(&order.ca_ref)
    }))
}

/// How many orders at a CA account have each verdict; every verdict is there.
pub async fn count_foreign(conn: &dyn Conn, module: ModuleId) -> Result<Vec<(ForeignVerdict, i64)>> {
    let text = "SELECT verdict, count(*) FROM foreign_order WHERE module_id = $1 GROUP BY verdict";
    let counts = sql::rows(
        conn,
        "foreign_order",
        text.to_owned(),
        vec![Uuid::from(module).into()],
        |row| {
            Ok((
                row.try_get_by_index::<String>(0)?,
                row.try_get_by_index::<i64>(1)?,
            ))
        },
    )
    .await?;
    let of = |verdict: ForeignVerdict| {
        counts
            .iter()
            .find(|(word, _)| word == verdict.word())
            .map_or(0, |(_, count)| *count)
    };
    Ok(ForeignVerdict::ALL
        .iter()
        .map(|verdict| (*verdict, of(*verdict)))
        .collect())
}

/// One of them.
pub async fn find_foreign(conn: &dyn Conn, module: ModuleId, ca_ref: &str) -> Result<Option<ForeignOrder>> {
    record::one(
        conn,
        foreign_order::Entity::find_by_id((module.into(), ca_ref.to_owned())),
    )
    .await
}

/// Adds one unless it is there; says whether it did.
pub async fn insert_foreign(tx: &Tx, order: &ForeignOrder) -> Result<bool> {
    record::insert_new(tx, order).await
}

/// Changes one.
pub async fn update_foreign(tx: &Tx, order: &mut ForeignOrder) -> Result<()> {
    record::update(tx, order).await
}
