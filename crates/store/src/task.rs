//! Tasks: work for a person, in a department.

use domain::{
    id::{AccountId, DepartmentId, ModuleId, OperationId, SellerId, ServiceId, TaskId, UserId},
    state::{TaskKind, TaskState},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    error::Result,
    page::{Cursor, Listing, Page, Start},
    record::{self, record, versioned},
    tx::{Conn, Tx},
};

record! {
    /// Work for a person.
    pub struct Task in task "task" {
        key {
            /// Its id.
            id: TaskId,
        }
        /// Whose.
        seller_id: SellerId,
        /// The number people call it by (`T-17`).
        number: i64,
        /// What it asks for.
        kind: TaskKind,
        /// Where it stands.
        state: TaskState,
        /// What it is about, in one line.
        title: String,
        /// Everything one needs to know, as plain text.
        detail: String,
        /// Who shall do it.
        department_id: DepartmentId,
        /// Who does it.
        performer_id: Option<UserId>,
        /// The service it is about.
        service_id: Option<ServiceId>,
        /// The operation that waits for it.
        operation_id: Option<OperationId>,
        /// The processing module it is about.
        module_id: Option<ModuleId>,
        /// The account it is about.
        account_id: Option<AccountId>,
        /// Kind and subject: of all tasks with the same key only one is open.
        dedup_key: String,
        /// When it was made.
        created_at: Timestamp,
        /// When it was changed or commented last.
        changed_at: Timestamp,
        /// When it was done or fell away.
        closed_at: Option<Timestamp>,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(Task);

record! {
    /// What somebody wrote under a task.
    pub struct TaskComment in task_comment "task_comment" {
        key {
            /// Its id.
            id: Uuid,
        }
        /// Under which task.
        task_id: TaskId,
        /// Who wrote it; none when the program did.
        author_id: Option<UserId>,
        /// The author's name then.
        author: String,
        /// The text.
        body: String,
        /// When.
        created_at: Timestamp,
    }
}

/// Which tasks are wanted.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Of this seller.
    pub seller: Option<SellerId>,
    /// In one of these states; empty: in any.
    pub states: Vec<TaskState>,
    /// Of this kind.
    pub kind: Option<TaskKind>,
    /// In one of these departments; empty: in any.
    pub departments: Vec<DepartmentId>,
    /// Done by this user.
    pub performer: Option<UserId>,
    /// About this service.
    pub service: Option<ServiceId>,
    /// About this operation.
    pub operation: Option<OperationId>,
    /// About this processing module.
    pub module: Option<ModuleId>,
}

impl TaskFilter {
    /// Those with work left.
    #[must_use]
    pub fn open() -> Self {
        Self {
            states: vec![TaskState::Open, TaskState::InProgress],
            ..Self::default()
        }
    }

    fn condition(&self) -> Condition {
        use task::Column;
        let states = (!self.states.is_empty())
            .then(|| Column::State.is_in(self.states.iter().map(|state| state.word())));
        let departments = (!self.departments.is_empty())
            .then(|| Column::DepartmentId.is_in(self.departments.iter().copied().map(Uuid::from)));
        Condition::all()
            .add_option(self.seller.map(|seller| Column::SellerId.eq(Uuid::from(seller))))
            .add_option(states)
            .add_option(self.kind.map(|kind| Column::Kind.eq(kind.word())))
            .add_option(departments)
            .add_option(
                self.performer
                    .map(|user| Column::PerformerId.eq(Uuid::from(user))),
            )
            .add_option(
                self.service
                    .map(|service| Column::ServiceId.eq(Uuid::from(service))),
            )
            .add_option(
                self.operation
                    .map(|operation| Column::OperationId.eq(Uuid::from(operation))),
            )
            .add_option(self.module.map(|module| Column::ModuleId.eq(Uuid::from(module))))
    }
}

/// The task with this id.
pub async fn find(conn: &dyn Conn, id: TaskId) -> Result<Option<Task>> {
    record::one(conn, task::Entity::find_by_id(id)).await
}

/// The task with this number.
pub async fn find_by_number(conn: &dyn Conn, number: i64) -> Result<Option<Task>> {
    record::one(conn, task::Entity::find().filter(task::Column::Number.eq(number))).await
}

/// The one open task with this key.
pub async fn find_open(conn: &dyn Conn, dedup_key: &str) -> Result<Option<Task>> {
    use task::Column;
    let query = task::Entity::find()
        .filter(Column::DedupKey.eq(dedup_key))
        .filter(Column::ClosedAt.is_null());
    record::one(conn, query).await
}

/// The newest tasks first.
pub async fn list(conn: &dyn Conn, filter: &TaskFilter, page: &Page) -> Result<Listing<Task>> {
    use task::Column;
    let query = task::Entity::find().filter(filter.condition());
    let total = record::count::<Task>(conn, query.clone()).await?;
    let query = match &page.start {
        Start::After(cursor) => query.filter(Column::Number.lt(cursor.key::<i64>().unwrap_or(i64::MAX))),
        Start::Number(_) => query.offset(page.offset()),
    };
    let rows = record::all(conn, query.order_by_desc(Column::Number).limit(page.limit())).await?;
    Ok(Listing::cut(rows, page, Some(total), |task: &Task| {
        Cursor::of(&task.number)
    }))
}

/// How many tasks there are.
pub async fn count(conn: &dyn Conn, filter: &TaskFilter) -> Result<u64> {
    record::count::<Task>(conn, task::Entity::find().filter(filter.condition())).await
}

/// Adds a task; `false` when one with the same key is open.
pub async fn insert_once(tx: &Tx, task: &Task) -> Result<bool> {
    record::insert_new(tx, task).await
}

/// Changes a task.
pub async fn update(tx: &Tx, task: &mut Task) -> Result<()> {
    record::update(tx, task).await
}

/// What was written under a task, oldest first.
pub async fn comments(conn: &dyn Conn, task: TaskId) -> Result<Vec<TaskComment>> {
    use task_comment::Column;
    let query = task_comment::Entity::find()
        .filter(Column::TaskId.eq(Uuid::from(task)))
        .order_by_asc(Column::Id);
    record::all(conn, query).await
}

/// Adds a comment.
pub async fn insert_comment(tx: &Tx, comment: &TaskComment) -> Result<()> {
    record::insert(tx, comment).await
}
