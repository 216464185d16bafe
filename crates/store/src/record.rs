//! How a row struct becomes a table: one declaration per table, and the four statements that every table needs.

use std::str::FromStr;

use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, Condition, EntityTrait, Iterable, PaginatorTrait,
    PrimaryKeyToColumn, QueryFilter, QuerySelect, Select, UpdateMany,
    sea_query::{IntoCondition, LockBehavior, LockType, OnConflict},
};

use crate::{
    error::{Error, Result},
    tx::{Conn, Tx, sealed::Raw},
};

/// Declares a row struct of domain types and the entity behind it.
///
/// ```ignore
/// record! {
///     /// Who buys.
///     pub struct Account in account "account" {
///         key {
///             /// Its id.
///             id: AccountId,
///         }
///         /// What it is called.
///         name: String,
///     }
/// }
/// ```
macro_rules! record {
    (
        $(#[$doc:meta])*
        pub struct $name:ident in $module:ident $table:literal {
            key { $($(#[$key_doc:meta])* $key:ident: $key_type:ty,)+ }
            $($(#[$field_doc:meta])* $field:ident: $field_type:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $($(#[$key_doc])* pub $key: $key_type,)+
            $($(#[$field_doc])* pub $field: $field_type,)*
        }

        #[allow(missing_docs, unreachable_pub, clippy::pedantic, reason = "written by SeaORM's derive")]
        pub(crate) mod $module {
            use std::result::Result;

            use sea_orm::entity::prelude::*;
            #[allow(unused_imports, reason = "the types of the columns are those of the file around")]
            use super::*;
            #[allow(unused_imports, reason = "SeaORM's prelude has another `Json`")]
            use crate::cell::Json;
            use crate::cell::Stored;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                $(#[sea_orm(primary_key, auto_increment = false)] pub $key: Stored<$key_type>,)+
                $(pub $field: Stored<$field_type>,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }

        impl $crate::record::Record for $name {
            type Entity = $module::Entity;
            type Active = $module::ActiveModel;

            const TABLE: &'static str = $table;

            fn from_model(model: $module::Model) -> $crate::error::Result<Self> {
                let unreadable = |column: &str, why: String| $crate::error::Error::Unreadable {
                    table: $table,
                    why: format!("{column}: {why}"),
                };
                Ok(Self {
                    $($key: $crate::cell::Cell::from_stored(model.$key)
                        .map_err(|why| unreadable(stringify!($key), why))?,)+
                    $($field: $crate::cell::Cell::from_stored(model.$field)
                        .map_err(|why| unreadable(stringify!($field), why))?,)*
                })
            }

            fn to_active(&self) -> $module::ActiveModel {
                $module::ActiveModel {
                    $($key: sea_orm::ActiveValue::Set($crate::cell::Cell::to_stored(&self.$key)),)+
                    $($field: sea_orm::ActiveValue::Set($crate::cell::Cell::to_stored(&self.$field)),)*
                }
            }
        }
    };
}
pub(crate) use record;

/// Says that a record has a column `version`, which grows with every change.
macro_rules! versioned {
    ($($name:ty),*) => {$(
        impl $crate::record::Versioned for $name {
            fn version_mut(&mut self) -> &mut i64 {
                &mut self.version
            }
        }
    )*};
}
pub(crate) use versioned;

/// A row struct and the table it is kept in.
pub(crate) trait Record: Sized + Send + Sync {
    type Entity: EntityTrait;
    type Active: ActiveModelTrait<Entity = Self::Entity> + Send;

    const TABLE: &'static str;

    fn from_model(model: <Self::Entity as EntityTrait>::Model) -> Result<Self>;
    fn to_active(&self) -> Self::Active;
}

/// A record whose changes are guarded by its version.
pub(crate) trait Versioned: Record {
    fn version_mut(&mut self) -> &mut i64;
}

pub(crate) async fn insert<R: Record>(tx: &Tx, row: &R) -> Result<()> {
    R::Entity::insert(row.to_active())
        .exec_without_returning(&tx.raw())
        .await
        .map(drop)
        .map_err(|error| Error::of(R::TABLE, error))
}

/// Inserts unless a row with the same unique value is there; says whether it did.
pub(crate) async fn insert_new<R: Record>(tx: &Tx, row: &R) -> Result<bool> {
    R::Entity::insert(row.to_active())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.raw())
        .await
        .map(|inserted| inserted > 0)
        .map_err(|error| Error::of(R::TABLE, error))
}

/// Inserts many rows with one statement per thousand cells or so (SQLite takes 32,766 parameters).
pub(crate) async fn insert_many<R: Record>(tx: &Tx, rows: &[R]) -> Result<()> {
    let columns = <R::Entity as EntityTrait>::Column::iter().count().max(1);
    for chunk in rows.chunks((8_000 / columns).max(1)) {
        R::Entity::insert_many(chunk.iter().map(Record::to_active))
            .exec_without_returning(&tx.raw())
            .await
            .map_err(|error| Error::of(R::TABLE, error))?;
    }
    Ok(())
}

/// Writes the whole row where its version is still the one that was read, and raises the version.
pub(crate) async fn update<R: Versioned>(tx: &Tx, row: &mut R) -> Result<()> {
    let read = *row.version_mut();
    *row.version_mut() = read + 1;
    let changed = update_where(
        tx,
        row,
        |condition| match <R::Entity as EntityTrait>::Column::from_str("version") {
            Ok(version) => condition.add(version.eq(read)),
            Err(_) => condition,
        },
    )
    .await;
    match changed {
        Ok(1) => Ok(()),
        outcome => {
            *row.version_mut() = read;
            outcome.and(Err(Error::Conflict { table: R::TABLE }))
        }
    }
}

/// Writes the whole row of a table without versions.
pub(crate) async fn overwrite<R: Record>(tx: &Tx, row: &R) -> Result<()> {
    match update_where(tx, row, |condition| condition).await? {
        1 => Ok(()),
        _ => Err(Error::Conflict { table: R::TABLE }),
    }
}

async fn update_where<R: Record>(
    tx: &Tx,
    row: &R,
    narrow: impl FnOnce(Condition) -> Condition,
) -> Result<u64> {
    update_of(row, narrow)
        .exec(&tx.raw())
        .await
        .map(|outcome| outcome.rows_affected)
        .map_err(|error| Error::of(R::TABLE, error))
}

/// Sets every column but the key: a key that is set, even to what it is, has SQLite look for its children in all of their
/// tables.
fn update_of<R: Record>(row: &R, narrow: impl FnOnce(Condition) -> Condition) -> UpdateMany<R::Entity> {
    let mut active = row.to_active();
    let mut condition = Condition::all();
    for column in <R::Entity as EntityTrait>::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column) {
        if let ActiveValue::Set(value) | ActiveValue::Unchanged(value) = active.get(column) {
            condition = condition.add(column.eq(value));
        }
        active.not_set(column);
    }
    R::Entity::update_many().set(active).filter(narrow(condition))
}

/// The first row of a query.
pub(crate) async fn one<R: Record>(conn: &dyn Conn, query: Select<R::Entity>) -> Result<Option<R>> {
    query
        .one(&conn.raw())
        .await
        .map_err(|error| Error::of(R::TABLE, error))?
        .map(R::from_model)
        .transpose()
}

/// All rows of a query.
pub(crate) async fn all<R: Record>(conn: &dyn Conn, query: Select<R::Entity>) -> Result<Vec<R>> {
    query
        .all(&conn.raw())
        .await
        .map_err(|error| Error::of(R::TABLE, error))?
        .into_iter()
        .map(R::from_model)
        .collect()
}

/// Deletes the rows that meet a condition; says how many.
pub(crate) async fn delete<R: Record>(tx: &Tx, of: impl IntoCondition) -> Result<u64> {
    R::Entity::delete_many()
        .filter(of.into_condition())
        .exec(&tx.raw())
        .await
        .map(|outcome| outcome.rows_affected)
        .map_err(|error| Error::of(R::TABLE, error))
}

/// How many rows a query has.
pub(crate) async fn count<R: Record>(conn: &dyn Conn, query: Select<R::Entity>) -> Result<u64>
where
    <R::Entity as EntityTrait>::Model: Send + Sync,
{
    query
        .count(&conn.raw())
        .await
        .map_err(|error| Error::of(R::TABLE, error))
}

/// Locks the rows of a query until the transaction ends. SQLite needs no lock: the transaction is the only writer.
pub(crate) fn locked<E: EntityTrait>(tx: &Tx, query: Select<E>) -> Select<E> {
    match tx.backend() {
        crate::Backend::Sqlite => query,
        crate::Backend::Postgres => query.lock_exclusive(),
    }
}

/// Locks rows that nobody else has locked, and leaves out the others: for workers that share a queue.
pub(crate) fn claimed<E: EntityTrait>(tx: &Tx, query: Select<E>) -> Select<E> {
    match tx.backend() {
        crate::Backend::Sqlite => query,
        crate::Backend::Postgres => query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        hours::BusinessHours,
        id::{DepartmentId, SellerId},
    };
    use jiff::Timestamp;
    use sea_orm::{DbBackend, QueryTrait as _};
    use uuid::Uuid;

    use super::*;
    use crate::department::Department;

    #[test]
    fn an_update_finds_its_row_by_the_key_and_leaves_the_key_alone() {
        let row = Department {
            id: DepartmentId::from(Uuid::from_u128(1)),
            seller_id: SellerId::from(Uuid::from_u128(2)),
            name: "Certificates".to_owned(),
            email: String::new(),
            language: "en".to_owned(),
            hours: BusinessHours::ALWAYS,
            is_archived: false,
            created_at: Timestamp::UNIX_EPOCH,
            version: 1,
        };
        let text = update_of(&row, |condition| condition)
            .build(DbBackend::Sqlite)
            .to_string();
        let (set, condition) = text.split_once(" WHERE ").unwrap();
        assert!(set.contains("\"name\" =") && !set.contains("\"id\""), "{set}");
        assert!(condition.contains("\"id\" ="), "{condition}");
    }
}
