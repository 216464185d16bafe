//! What a move did: what ran, what was issued, what waits for whom.

use std::collections::HashMap;

use domain::{
    id::{AccountId, DepartmentId, ServiceId},
    state::{OperationState, ValidationState},
};
use jiff::Timestamp;
use store::{
    Page,
    certificate::Certificate,
    operation::{self, Operation, OperationFilter},
    page::MAX_PAGE_SIZE,
    service::Service,
    task::{Task, TaskFilter},
};

use super::model::{
    IssuedLine, OperationLine, Progress, Report, ServiceLine, Waiting, WaitingOperation, WaitingTask, Whom,
};
use crate::{Engine, Result};

/// The most lines of each list.
const MOST: u64 = 300;

/// Sums up a move that began at `from`.
pub(super) async fn of(engine: &Engine, from: Timestamp, progress: &Progress) -> Result<Report> {
    let reader = engine.store().reader();
    let [operations_count, certificates_count, mails] =
        store::time_travel::counts_since(reader, from).await?;
    let ran = store::time_travel::operations_since(reader, from, MOST).await?;
    let issued = store::time_travel::certificates_since(reader, from, MOST).await?;
    let page = Page::first(MAX_PAGE_SIZE);
    let tasks = store::task::list(reader, &TaskFilter::open(), &page).await?.rows;
    let filter = OperationFilter {
        state: Some(OperationState::Waiting),
        ..OperationFilter::default()
    };
    let waiting = operation::list(reader, &filter, &page).await?.rows;
    let under_way = store::time_travel::under_way(reader).await?.len();
    let open_tasks = store::task::count(reader, &TaskFilter::open()).await?;

    let mut services: Vec<ServiceId> = ran
        .iter()
        .chain(&waiting)
        .map(|operation| operation.service_id)
        .chain(issued.iter().map(|certificate| certificate.service_id))
        .chain(tasks.iter().filter_map(|task| task.service_id))
        .collect();
    services.sort();
    services.dedup();
    let services = Services::of(engine, &services).await?;
    let mut waits = of_tasks(engine, tasks, from, &services).await?;
    waits.extend(of_operations(engine, waiting, &services).await?);
    Ok(Report {
        from,
        to: engine.now(),
        millis: progress.millis,
        stops: progress.stops,
        operations: ran
            .into_iter()
            .filter_map(|operation| operation_line(operation, &services))
            .collect(),
        operations_count,
        certificates: issued
            .into_iter()
            .filter_map(|certificate| issued_line(certificate, &services))
            .collect(),
        certificates_count,
        waits,
        waits_count: open_tasks + u64::try_from(under_way).unwrap_or(u64::MAX),
        periodic: progress.periodic.clone(),
        mails,
    })
}

/// An operation as a line.
pub(super) async fn line(engine: &Engine, operation: Operation) -> Result<Option<OperationLine>> {
    let services = Services::of(engine, &[operation.service_id]).await?;
    Ok(operation_line(operation, &services))
}

struct Services(HashMap<ServiceId, Service>);

impl Services {
    async fn of(engine: &Engine, ids: &[ServiceId]) -> Result<Self> {
        let rows = store::service::find_all(engine.store().reader(), ids).await?;
        Ok(Self(rows.into_iter().map(|row| (row.id, row)).collect()))
    }

    fn line(&self, id: ServiceId) -> Option<ServiceLine> {
        self.0.get(&id).map(|service| ServiceLine {
            id,
            number: service.number,
            name: service.main_name.unicode(),
        })
    }
}

fn operation_line(operation: Operation, services: &Services) -> Option<OperationLine> {
    Some(OperationLine {
        id: operation.id,
        number: operation.number,
        kind: operation.kind,
        state: operation.state,
        service: services.line(operation.service_id)?,
        error: operation.error,
    })
}

fn issued_line(certificate: Certificate, services: &Services) -> Option<IssuedLine> {
    Some(IssuedLine {
        at: certificate.delivered_at?,
        service: services.line(certificate.service_id)?,
        serial: certificate.serial,
        not_before: certificate.not_before,
        end_date: certificate.end_date,
        reason: certificate.reason,
    })
}

async fn of_tasks(
    engine: &Engine,
    tasks: Vec<Task>,
    from: Timestamp,
    services: &Services,
) -> Result<Vec<Waiting>> {
    let reader = engine.store().reader();
    let mut departments: HashMap<DepartmentId, String> = HashMap::new();
    let mut waits = Vec::new();
    for task in tasks {
        let id = task.department_id;
        let name = if let Some(known) = departments.get(&id) {
            known.clone()
        } else {
            let found = store::department::find(reader, id).await?;
            let name = found.map(|department| department.name).unwrap_or_default();
            departments.insert(id, name.clone());
            name
        };
        waits.push(Waiting {
            whom: Whom::Department { id, name },
            service: task.service_id.and_then(|service| services.line(service)),
            task: Some(WaitingTask {
                id: task.id,
                number: task.number,
                kind: task.kind,
                title: task.title,
                is_new: task.created_at >= from,
            }),
            operation: None,
        });
    }
    Ok(waits)
}

async fn of_operations(
    engine: &Engine,
    operations: Vec<Operation>,
    services: &Services,
) -> Result<Vec<Waiting>> {
    let mut accounts: HashMap<AccountId, String> = HashMap::new();
    let mut waits = Vec::new();
    for operation in operations {
        let Some(service) = services.0.get(&operation.service_id) else {
            continue;
        };
        let whom = match whom(engine, &operation, service).await? {
            Turn::Client => {
                let id = service.account_id;
                let name = if let Some(known) = accounts.get(&id) {
                    known.clone()
                } else {
                    let found = store::account::find(engine.store().reader(), id).await?;
                    let name = found.map(|account| account.name).unwrap_or_default();
                    accounts.insert(id, name.clone());
                    name
                };
                Whom::Client { id, name }
            }
            Turn::Ca => Whom::Ca,
            Turn::Time => Whom::Time,
        };
        waits.push(Waiting {
            whom,
            service: services.line(service.id),
            task: None,
            operation: Some(WaitingOperation {
                id: operation.id,
                number: operation.number,
                kind: operation.kind,
                next_run_at: operation.next_run_at,
            }),
        });
    }
    Ok(waits)
}

enum Turn {
    Client,
    Ca,
    Time,
}

/// Whose turn it is: what failed goes on by itself; a name that waits to be proven, and for which we publish nothing, is the
/// client's; everything else that was ordered is the CA's.
async fn whom(engine: &Engine, operation: &Operation, service: &Service) -> Result<Turn> {
    if operation.error_class.is_some() {
        return Ok(Turn::Time);
    }
    let reader = engine.store().reader();
    let orders = store::ca_order::of_service(reader, service.id).await?;
    let published = store::zone::records_of(reader, service.id).await?;
    for order in &orders {
        let names = store::validation::of_order(reader, order).await?;
        let is_by_hand = names.iter().any(|row| {
            row.state != ValidationState::Proven
                && !published.iter().any(|record| record.validation_id == row.id)
        });
        if is_by_hand {
            return Ok(Turn::Client);
        }
    }
    Ok(if orders.is_empty() { Turn::Time } else { Turn::Ca })
}
