//! Tasks: work for a person, in a department.

use domain::{
    id::{
        AccountId, DepartmentId, ModuleId, NumberKind, OperationId, SellerId, ServiceId, TariffPlanId,
        TaskId, UserId,
    },
    state::{ServiceState, TaskKind, TaskPriority, TaskState},
};
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{CaseStatement, Expr, ExprTrait, Func, LikeExpr},
};
use uuid::Uuid;

use crate::{
    error::Result,
    page::{Cursor, Listing, Page, Start},
    record::{self, record, versioned},
    service::service,
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
        /// How soon it must be done.
        priority: TaskPriority,
        /// When it should be done.
        due_at: Option<Timestamp>,
        /// When the department was told that it is overdue.
        overdue_told_at: Option<Timestamp>,
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
    /// Only what somebody may see who does not see all.
    pub seen_by: Option<SeenBy>,
    /// In one of these states; empty: in any.
    pub states: Vec<TaskState>,
    /// Of this kind.
    pub kind: Option<TaskKind>,
    /// Of this priority.
    pub priority: Option<TaskPriority>,
    /// In one of these departments; empty: in any.
    pub departments: Vec<DepartmentId>,
    /// Done by this user.
    pub performer: Option<UserId>,
    /// Done by nobody yet.
    pub is_free: bool,
    /// Due before this instant.
    pub due_before: Option<Timestamp>,
    /// About this service.
    pub service: Option<ServiceId>,
    /// About services in this state.
    pub service_state: Option<ServiceState>,
    /// About services of this tariff plan.
    pub plan: Option<TariffPlanId>,
    /// About this operation.
    pub operation: Option<OperationId>,
    /// About this processing module.
    pub module: Option<ModuleId>,
    /// About this account.
    pub account: Option<AccountId>,
    /// Whose number or title holds this.
    pub search: Option<String>,
}

/// Tasks of these departments, and those that the user does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenBy {
    /// The departments.
    pub departments: Vec<DepartmentId>,
    /// The user.
    pub user: UserId,
}

/// How tasks are sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TaskSort {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// What is due next first, what is never due last.
    Due,
    /// What is never due first, what is due next last.
    DueLast,
    /// The most urgent first; of these what is due next.
    Urgent,
    /// The least urgent first; of these what is due last.
    UrgentLast,
}

impl TaskSort {
    /// Whether numbers, due dates and urgency fall.
    const fn is_falling(self) -> bool {
        matches!(self, Self::Newest | Self::DueLast | Self::UrgentLast)
    }
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
        let uuids = |ids: &[DepartmentId]| ids.iter().copied().map(Uuid::from).collect::<Vec<_>>();
        let states = (!self.states.is_empty())
            .then(|| Column::State.is_in(self.states.iter().map(|state| state.word())));
        let departments =
            (!self.departments.is_empty()).then(|| Column::DepartmentId.is_in(uuids(&self.departments)));
        let seen_by = self.seen_by.as_ref().map(|seen_by| {
            Condition::any()
                .add(Column::DepartmentId.is_in(uuids(&seen_by.departments)))
                .add(Column::PerformerId.eq(Uuid::from(seen_by.user)))
        });
        Condition::all()
            .add_option(self.seller.map(|seller| Column::SellerId.eq(Uuid::from(seller))))
            .add_option(seen_by)
            .add_option(states)
            .add_option(self.kind.map(|kind| Column::Kind.eq(kind.word())))
            .add_option(self.priority.map(|priority| Column::Priority.eq(priority.word())))
            .add_option(departments)
            .add_option(
                self.performer
                    .map(|user| Column::PerformerId.eq(Uuid::from(user))),
            )
            .add_option(self.is_free.then(|| Column::PerformerId.is_null()))
            .add_option(self.due_before.map(|due| Column::DueAt.lt(due.as_microsecond())))
            .add_option(
                self.service
                    .map(|service| Column::ServiceId.eq(Uuid::from(service))),
            )
            .add_option(self.of_services())
            .add_option(
                self.operation
                    .map(|operation| Column::OperationId.eq(Uuid::from(operation))),
            )
            .add_option(self.module.map(|module| Column::ModuleId.eq(Uuid::from(module))))
            .add_option(
                self.account
                    .map(|account| Column::AccountId.eq(Uuid::from(account))),
            )
            .add_option(self.found())
    }

    /// About services in a state, of a plan.
    fn of_services(&self) -> Option<Expr> {
        use service::Column;
        if self.service_state.is_none() && self.plan.is_none() {
            return None;
        }
        let condition = Condition::all()
            .add_option(self.service_state.map(|state| Column::State.eq(state.word())))
            .add_option(self.plan.map(|plan| Column::TariffPlanId.eq(Uuid::from(plan))));
        let mut services = service::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(condition);
        let services = QuerySelect::query(&mut services).to_owned();
        Some(task::Column::ServiceId.in_subquery(services))
    }

    /// With a number or words that were searched for.
    fn found(&self) -> Option<Condition> {
        let text = self
            .search
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())?;
        let pattern = text
            .to_lowercase()
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        let title = Expr::expr(Func::lower(Expr::col((task::Entity, task::Column::Title))));
        let number = NumberKind::Task.read(text);
        let found = Condition::any()
            .add(title.like(LikeExpr::new(format!("%{pattern}%")).escape('\\')))
            .add_option(number.map(|number| task::Column::Number.eq(number)));
        Some(found)
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

/// Where a task stands in each order: how urgent, when due, its number.
type Place = (i64, i64, i64);

/// What is never due comes after everything that is.
const NEVER: i64 = i64::MAX;

/// The newest tasks first.
pub async fn list(conn: &dyn Conn, filter: &TaskFilter, page: &Page) -> Result<Listing<Task>> {
    sorted(conn, filter, TaskSort::Newest, page).await
}

/// Tasks in the wanted order.
pub async fn sorted(
    conn: &dyn Conn,
    filter: &TaskFilter,
    sort: TaskSort,
    page: &Page,
) -> Result<Listing<Task>> {
    use task::Column;
    let query = task::Entity::find().filter(filter.condition());
    let total = record::count::<Task>(conn, query.clone()).await?;
    let order = || {
        if sort.is_falling() {
            Order::Desc
        } else {
            Order::Asc
        }
    };
    let query = match sort {
        TaskSort::Newest | TaskSort::Oldest => query,
        TaskSort::Due | TaskSort::DueLast => query.order_by(due(), order()),
        TaskSort::Urgent | TaskSort::UrgentLast => query.order_by(rank(), order()).order_by(due(), order()),
    };
    let query = query.order_by(Expr::col((task::Entity, Column::Number)), order());
    let query = match &page.start {
        Start::After(cursor) => match cursor.key::<Place>() {
            Some(place) => query.filter(behind(sort, place)),
            None => query,
        },
        Start::Number(_) => query.offset(page.offset()),
    };
    let rows = record::all(conn, query.limit(page.limit())).await?;
    Ok(Listing::cut(rows, page, Some(total), |task: &Task| {
        Cursor::of(&place(task))
    }))
}

/// The most urgent has the lowest.
const fn rank_of(priority: TaskPriority) -> i64 {
    match priority {
        TaskPriority::Urgent => 0,
        TaskPriority::High => 1,
        TaskPriority::Normal => 2,
        TaskPriority::Low => 3,
    }
}

fn place(task: &Task) -> Place {
    let due = task.due_at.map_or(NEVER, Timestamp::as_microsecond);
    (rank_of(task.priority), due, task.number)
}

fn rank() -> Expr {
    let rank = TaskPriority::ALL
        .iter()
        .fold(CaseStatement::new(), |case, priority| {
            case.case(task::Column::Priority.eq(priority.word()), rank_of(*priority))
        });
    rank.finally(rank_of(TaskPriority::Low)).into()
}

fn due() -> Expr {
    Expr::expr(Func::coalesce([
        Expr::col((task::Entity, task::Column::DueAt)),
        Expr::val(NEVER),
    ]))
}

/// What comes after a place.
fn behind(sort: TaskSort, (its_rank, its_due, its_number): Place) -> Condition {
    let beyond = |column: Expr, given: i64| {
        if sort.is_falling() {
            column.lt(given)
        } else {
            column.gt(given)
        }
    };
    let by_number = || beyond(Expr::col((task::Entity, task::Column::Number)), its_number);
    let by_due = || {
        Condition::any()
            .add(beyond(due(), its_due))
            .add(Condition::all().add(due().eq(its_due)).add(by_number()))
    };
    match sort {
        TaskSort::Newest | TaskSort::Oldest => Condition::all().add(by_number()),
        TaskSort::Due | TaskSort::DueLast => by_due(),
        TaskSort::Urgent | TaskSort::UrgentLast => Condition::any()
            .add(beyond(rank(), its_rank))
            .add(Condition::all().add(rank().eq(its_rank)).add(by_due())),
    }
}

/// Open tasks that became due before `now` and whose department was not told yet, the oldest first.
pub async fn overdue_untold(conn: &dyn Conn, now: Timestamp, most: u64) -> Result<Vec<Task>> {
    use task::Column;
    let query = task::Entity::find()
        .filter(Column::ClosedAt.is_null())
        .filter(Column::DueAt.lte(now.as_microsecond()))
        .filter(Column::OverdueToldAt.is_null())
        .order_by_asc(Column::DueAt)
        .limit(most);
    record::all(conn, query).await
}

/// How many tasks there are.
pub async fn count(conn: &dyn Conn, filter: &TaskFilter) -> Result<u64> {
    record::count::<Task>(conn, task::Entity::find().filter(filter.condition())).await
}

/// The open tasks of these operations, the newest last.
pub async fn open_of_operations(conn: &dyn Conn, operations: &[OperationId]) -> Result<Vec<Task>> {
    use task::Column;
    if operations.is_empty() {
        return Ok(Vec::new());
    }
    let query = task::Entity::find()
        .filter(Column::OperationId.is_in(operations.iter().copied().map(Uuid::from)))
        .filter(Column::ClosedAt.is_null())
        .order_by_asc(Column::Number);
    record::all(conn, query).await
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
