//! Tasks as rows: with the names of everything they are about, read once for a page of them.

use std::collections::HashMap;

use domain::id::{AccountId, DepartmentId, ModuleId, OperationId, ServiceId, UserId};
use store::task::Task;

use super::{OperationBrief, TaskLine};
use crate::{
    Engine,
    actor::Actor,
    error::Result,
    services::{Lines, ServiceLine},
};

/// The rows of these tasks, in their order.
pub(super) async fn of(engine: &Engine, actor: &Actor, tasks: Vec<Task>) -> Result<Vec<TaskLine>> {
    let reader = engine.store().reader();
    let services = store::service::find_all(reader, &ids(&tasks, |task| task.service_id)).await?;
    let lines = Lines::load(engine, actor, &services).await?;
    let services: HashMap<ServiceId, ServiceLine> = services
        .iter()
        .map(|service| (service.id, lines.line(service)))
        .collect();
    let operations = store::operation::find_all(reader, &ids(&tasks, |task| task.operation_id)).await?;
    let operations: HashMap<OperationId, OperationBrief> = operations
        .into_iter()
        .map(|operation| {
            let brief = OperationBrief {
                id: operation.id,
                number: operation.number,
                kind: operation.kind,
                state: operation.state,
            };
            (operation.id, brief)
        })
        .collect();
    let accounts = store::account::find_many(reader, &ids(&tasks, |task| task.account_id)).await?;
    let accounts: HashMap<AccountId, String> = accounts
        .into_iter()
        .map(|account| (account.id, account.name))
        .collect();
    let users = store::user::find_many(reader, &ids(&tasks, |task| task.performer_id)).await?;
    let users: HashMap<UserId, String> = users.into_iter().map(|user| (user.id, user.name)).collect();
    let departments = store::department::list(reader, actor.seller).await?;
    let departments: HashMap<DepartmentId, String> = departments
        .into_iter()
        .map(|department| (department.id, department.name))
        .collect();
    let modules = store::module::every(reader, actor.seller).await?;
    let modules: HashMap<ModuleId, String> = modules
        .into_iter()
        .map(|module| (module.id, module.name))
        .collect();
    let now = engine.now();
    Ok(tasks
        .into_iter()
        .map(|task| TaskLine {
            department: departments.get(&task.department_id).cloned().unwrap_or_default(),
            performer: task.performer_id.and_then(|id| users.get(&id)).cloned(),
            service: task.service_id.and_then(|id| services.get(&id)).cloned(),
            operation: task.operation_id.and_then(|id| operations.get(&id)).copied(),
            module: task.module_id.and_then(|id| modules.get(&id)).cloned(),
            account: task.account_id.and_then(|id| accounts.get(&id)).cloned(),
            is_overdue: task.state.is_open() && task.due_at.is_some_and(|due| due <= now),
            task,
        })
        .collect())
}

/// What the tasks refer to, each once.
fn ids<I: Ord>(tasks: &[Task], of: impl Fn(&Task) -> Option<I>) -> Vec<I> {
    let mut ids: Vec<I> = tasks.iter().filter_map(of).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
