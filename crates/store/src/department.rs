//! Departments: groups of staff that tasks go to.

use domain::{
    hours::BusinessHours,
    id::{DepartmentId, SellerId, UserId},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    error::Result,
    record::{self, record, versioned},
    tx::{Conn, Tx},
};

record! {
    /// A group of staff.
    pub struct Department in department "department" {
        key {
            /// Its id.
            id: DepartmentId,
        }
        /// Whose.
        seller_id: SellerId,
        /// What it is called; unique.
        name: String,
        /// Where its mails go; empty: to each member.
        email: String,
        /// Language of the tasks that are made for it, and of its mails: `en`, `ru`.
        language: String,
        /// When it works, in the seller's zone.
        hours: BusinessHours,
        /// No longer offered, kept for its old tasks.
        is_archived: bool,
        /// When it was made.
        created_at: Timestamp,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(Department);

record! {
    /// A user in a department.
    pub struct DepartmentMember in department_member "department_member" {
        key {
            /// The department.
            department_id: DepartmentId,
            /// The member.
            user_id: UserId,
        }
    }
}

/// The department with this id.
pub async fn find(conn: &dyn Conn, id: DepartmentId) -> Result<Option<Department>> {
    record::one(conn, department::Entity::find_by_id(id)).await
}

/// The departments of a seller, by name.
pub async fn list(conn: &dyn Conn, seller: SellerId) -> Result<Vec<Department>> {
    use department::Column;
    let query = department::Entity::find()
        .filter(Column::SellerId.eq(Uuid::from(seller)))
        .order_by_asc(Column::Name);
    record::all(conn, query).await
}

/// Adds a department; [`Error::Duplicate`](crate::Error::Duplicate) when the name is taken.
pub async fn insert(tx: &Tx, department: &Department) -> Result<()> {
    record::insert(tx, department).await
}

/// Changes a department.
pub async fn update(tx: &Tx, department: &mut Department) -> Result<()> {
    record::update(tx, department).await
}

/// The members of a department.
pub async fn members(conn: &dyn Conn, department: DepartmentId) -> Result<Vec<UserId>> {
    let query = department_member::Entity::find()
        .filter(department_member::Column::DepartmentId.eq(Uuid::from(department)));
    let members: Vec<DepartmentMember> = record::all(conn, query).await?;
    Ok(members.into_iter().map(|member| member.user_id).collect())
}

/// The departments that a user is in.
pub async fn departments_of(conn: &dyn Conn, user: UserId) -> Result<Vec<DepartmentId>> {
    let query =
        department_member::Entity::find().filter(department_member::Column::UserId.eq(Uuid::from(user)));
    let members: Vec<DepartmentMember> = record::all(conn, query).await?;
    Ok(members.into_iter().map(|member| member.department_id).collect())
}

/// Puts these members in the place of all others.
pub async fn set_members(tx: &Tx, department: DepartmentId, members: &[UserId]) -> Result<()> {
    let others = department_member::Column::DepartmentId.eq(Uuid::from(department));
    record::delete::<DepartmentMember>(tx, others).await?;
    let members: Vec<_> = members
        .iter()
        .map(|&user_id| DepartmentMember {
            department_id: department,
            user_id,
        })
        .collect();
    record::insert_many(tx, &members).await
}
