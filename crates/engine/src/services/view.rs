//! Services and operations as lists and pages show them.

use std::collections::HashMap;

use ca::purchase::{Record, State};
use domain::{
    Money,
    id::{AccountId, ModuleId, OperationId, ServiceId, TariffPlanId, TaskId},
    price::margin,
    product::ValidationMethod,
    state::{KeyCustody, OperationKind, OperationState, ServiceState, ValidationState},
    term::{ShownDates, shown_dates},
};
use store::{
    Conn,
    operation::{self, Operation},
    service::{self, Service},
    validation::Validation,
    zone::Zone,
};

use super::{
    Allowed, AttemptView, CaOrderView, CertificateView, ConsideredView, ErrorView, Failure, KeyView,
    OperationView, ProofView, PurchaseView, ServiceLine, ServiceMoney, ServiceView, ValidationView, plan,
};
use crate::{
    Actor, Engine, Error, Permission, Result,
    authority::{self, may},
    operations::waiting,
    tariffs, zones,
};

/// Attempts that a page shows.
const ATTEMPTS_SHOWN: u64 = 50;

/// The names that lines of services show, read once for a page of them.
pub(crate) struct Lines {
    accounts: HashMap<AccountId, String>,
    plans: HashMap<TariffPlanId, String>,
    modules: HashMap<ModuleId, String>,
    shows_modules: bool,
}

impl Lines {
    /// Reads what these services refer to.
    pub(crate) async fn load(engine: &Engine, actor: &Actor, services: &[Service]) -> Result<Self> {
        let reader = engine.store().reader();
        let mut ids: Vec<AccountId> = services.iter().map(|service| service.account_id).collect();
        ids.sort();
        ids.dedup();
        let accounts = store::account::find_many(reader, &ids).await?;
        let plans = store::tariff::every(reader, actor.seller).await?;
        let modules = store::module::every(reader, actor.seller).await?;
        Ok(Self {
            accounts: accounts
                .into_iter()
                .map(|account| (account.id, account.name))
                .collect(),
            plans: plans.into_iter().map(|plan| (plan.id, plan.name)).collect(),
            modules: modules
                .into_iter()
                .map(|module| (module.id, module.name))
                .collect(),
            shows_modules: may(actor, Permission::SeeModules),
        })
    }

    /// A service as a row.
    pub(crate) fn line(&self, service: &Service) -> ServiceLine {
        ServiceLine {
            id: service.id,
            number: service.number,
            main_name: service.main_name.clone(),
            names: u32::try_from(service.names_count).unwrap_or(0),
            account: service.account_id,
            account_name: self
                .accounts
                .get(&service.account_id)
                .cloned()
                .unwrap_or_default(),
            plan: service.tariff_plan_id,
            plan_name: self
                .plans
                .get(&service.tariff_plan_id)
                .cloned()
                .unwrap_or_default(),
            module: service.module_id,
            module_name: self.module(service.module_id),
            state: service.state,
            dates: dates(service),
            years: service.years,
            gross: service.gross(),
            created_at: service.created_at,
        }
    }

    fn module(&self, id: Option<ModuleId>) -> Option<String> {
        if !self.shows_modules {
            return None;
        }
        id.and_then(|id| self.modules.get(&id)).cloned()
    }
}

fn dates(service: &Service) -> ShownDates {
    match service.term() {
        Some(term) => shown_dates(term, service.end_date, service.is_subscription),
        None => ShownDates {
            end_date: service.end_date,
            paid_till: None,
        },
    }
}

/// A service's page.
pub(super) async fn page(engine: &Engine, actor: &Actor, service: Service) -> Result<ServiceView> {
    let reader = engine.store().reader();
    let lines = Lines::load(engine, actor, std::slice::from_ref(&service)).await?;
    let plan = store::tariff::find(reader, service.tariff_plan_id)
        .await?
        .ok_or(Error::NotFound)?;
    let names = service::names(reader, service.id, service.names_version).await?;
    let is_staff = may(actor, Permission::SeeCosts);
    let operations = operation::of_service(reader, service.id).await?;
    let views = operation_views(engine, actor, &operations).await?;
    let validations = validations(engine, &service).await?;
    let refundable_until = super::ends::refundable_until(engine, reader, &service).await?;
    let is_refundable = Refundable(refundable_until.is_some_and(|last| engine.today() <= last));
    Ok(ServiceView {
        version: service.version,
        level: plan.level,
        kind: plan.kind,
        names: names.into_iter().map(|name| name.name).collect(),
        term_start: service.term_start,
        term_end: service.term_end,
        accepted_at: service.accepted_at,
        issued_at: service.issued_at,
        closed_at: service.closed_at,
        failure: service.failure_code.clone().map(|code| Failure {
            code,
            text: service.failure.clone(),
        }),
        external_ref: service.external_ref.clone(),
        prolong: service.prolong_years,
        contact: service.contact.0.clone(),
        organisation: service.organisation.clone().map(|organisation| organisation.0),
        key: key(reader, &service).await?,
        certificates: certificates(reader, &service).await?,
        ca_orders: ca_orders(reader, &service, &lines, is_staff).await?,
        plan: plan::of(engine, actor, &service).await?,
        may: allowed(actor, &service, operations.first(), &validations, is_refundable),
        refundable_until,
        validations,
        operations: views,
        money: money(engine, actor, &service, is_staff).await?,
        line: lines.line(&service),
    })
}

async fn key(conn: &dyn Conn, service: &Service) -> Result<KeyView> {
    let csr = match service.csr_id {
        Some(id) => store::request::csr(conn, id).await?,
        None => None,
    };
    let csr = csr.ok_or(Error::NotFound)?;
    let stored = match csr.key_id {
        Some(id) => store::request::key(conn, id).await?,
        None => None,
    };
    Ok(KeyView {
        custody: service.custody,
        kind: csr.key_kind,
        fingerprint: csr.key_fingerprint,
        csr: (!csr.der.is_empty()).then(|| ca::Csr::from_der(csr.der).pem()),
        can_download: service.custody == KeyCustody::Stored && stored.is_some_and(|key| key.sealed.is_some()),
    })
}

async fn certificates(conn: &dyn Conn, service: &Service) -> Result<Vec<CertificateView>> {
    let mut certificates = store::certificate::of_service(conn, service.id).await?;
    certificates.reverse();
    Ok(certificates
        .into_iter()
        .map(|certificate| CertificateView {
            id: certificate.id,
            is_current: service.certificate_id == Some(certificate.id),
            serial: certificate.serial,
            fingerprint: certificate.fingerprint,
            issuer: certificate.issuer,
            names: certificate.names.0,
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            end_date: certificate.end_date,
            reason: certificate.reason,
            delivered_at: certificate.delivered_at,
            mismatches: certificate
                .mismatch
                .map(|found| mismatch_codes(&found.0))
                .unwrap_or_default(),
        })
        .collect())
}

fn mismatch_codes(found: &serde_json::Value) -> Vec<String> {
    let code = |one: &serde_json::Value| one.get("code").and_then(|code| code.as_str()).map(str::to_owned);
    found
        .as_array()
        .map(|list| list.iter().filter_map(code).collect())
        .unwrap_or_default()
}

async fn ca_orders(
    conn: &dyn Conn,
    service: &Service,
    lines: &Lines,
    is_staff: bool,
) -> Result<Vec<CaOrderView>> {
    let orders = store::ca_order::of_service(conn, service.id).await?;
    Ok(orders
        .into_iter()
        .map(|order| CaOrderView {
            id: order.id,
            module: order.module_id,
            module_name: lines.module(Some(order.module_id)).unwrap_or_default(),
            charged: order.charged().filter(|_| is_staff),
            ca_ref: order.ca_ref,
            state: order.state,
            raw_state: order.raw_state,
            accepted_at: order.accepted_at,
            looked_at: order.looked_at,
            raw: is_staff.then_some(order.raw),
        })
        .collect())
}

/// What must be proven for the last CA order.
pub(crate) async fn validations(engine: &Engine, service: &Service) -> Result<Vec<ValidationView>> {
    let reader = engine.store().reader();
    let Some(order) = store::ca_order::of_service(reader, service.id)
        .await?
        .into_iter()
        .next()
    else {
        return Ok(Vec::new());
    };
    let rows = store::validation::of_order(reader, &order).await?;
    let zones = if rows.iter().any(|row| row.state != ValidationState::Proven) {
        zones::for_names(engine, service, rows.iter().map(|row| &row.name)).await?
    } else {
        Vec::new()
    };
    let published = store::zone::records_of(reader, service.id).await?;
    let rules = engine.dated_rules();
    Ok(rows
        .into_iter()
        .map(|row| ValidationView {
            zone: zone_of(&row, &zones),
            is_published: published
                .iter()
                .any(|one| one.validation_id == row.id && one.visible_at.is_some()),
            proof: proof(&row),
            method_ends: rules.method_end(row.method),
            id: row.id,
            name: row.name,
            method: row.method,
            state: row.state,
            proven_at: row.proven_at,
            looked_at: row.looked_at,
        })
        .collect())
}

fn zone_of(row: &Validation, zones: &[Zone]) -> Option<String> {
    if row.method != ValidationMethod::Dns {
        return None;
    }
    zones
        .iter()
        .find(|zone| zones::serves(zone, &row.place))
        .map(|zone| zone.name.clone())
}

fn proof(row: &Validation) -> ProofView {
    match row.method {
        ValidationMethod::Dns => ProofView::Cname {
            name: row.place.clone(),
            value: row.content.clone(),
        },
        ValidationMethod::Http | ValidationMethod::Https => ProofView::File {
            url: row.place.clone(),
            content: row.content.clone(),
        },
        ValidationMethod::Email => ProofView::Mail {
            approver: row.approver.clone(),
        },
    }
}

async fn money(engine: &Engine, actor: &Actor, service: &Service, is_staff: bool) -> Result<ServiceMoney> {
    let reader = engine.store().reader();
    let lines = service::lines(reader, service.id).await?;
    let mut cost: Vec<Money> = Vec::new();
    let mut left = None;
    if is_staff {
        let purchases = store::purchase::of_service(reader, service.id).await?;
        cost = purchases
            .iter()
            .filter_map(store::purchase::Purchase::charged)
            .collect();
        if let [only] = cost.as_slice() {
            let rate = tariffs::rate(engine, actor, only.currency(), service.currency).await?;
            left = margin(service.net(), *only, rate);
        }
    }
    Ok(ServiceMoney {
        lines: lines.iter().map(service::PriceLineRow::line).collect(),
        net: service.net(),
        gross: service.gross(),
        cost,
        margin: left,
    })
}

/// Whether the CA still gives the money back.
#[derive(Clone, Copy)]
struct Refundable(bool);

fn allowed(
    actor: &Actor,
    service: &Service,
    last: Option<&Operation>,
    validations: &[ValidationView],
    refundable: Refundable,
) -> Allowed {
    let orders = may(actor, Permission::Order);
    let works = may(actor, Permission::WorkTasks);
    let is_open =
        last.is_some_and(|last| matches!(last.state, OperationState::Waiting | OperationState::Manual));
    let is_closing = is_open && last.is_some_and(|last| last.kind == OperationKind::Close);
    let proves = is_open && last.is_some_and(|last| last.kind != OperationKind::Close);
    let waits = proves && validations.iter().any(|one| one.state != ValidationState::Proven);
    let by_mail = validations
        .iter()
        .any(|one| one.method == ValidationMethod::Email);
    Allowed {
        close: orders && !is_closing && (service.state.is_before_issue() || refundable.0),
        check_validation: waits,
        change_validation: orders && waits,
        resend: orders && waits && by_mail,
        retry: works && is_open,
        finish_by_hand: works && is_open,
        prolong: orders && !service.state.is_final() && !is_closing,
        suspend: works && service.state == ServiceState::Active,
        resume: works && service.state == ServiceState::Suspended,
        reissue: orders && service.state == ServiceState::Active && service.term().is_some(),
        download: may(actor, Permission::Download) && service.certificate_id.is_some(),
    }
}

/// Operations as rows, without their histories.
pub(crate) async fn operation_views(
    engine: &Engine,
    actor: &Actor,
    operations: &[Operation],
) -> Result<Vec<OperationView>> {
    let reader = engine.store().reader();
    let mut ids: Vec<ServiceId> = operations.iter().map(|operation| operation.service_id).collect();
    ids.sort();
    ids.dedup();
    let services: HashMap<ServiceId, Service> = service::find_all(reader, &ids)
        .await?
        .into_iter()
        .map(|service| (service.id, service))
        .collect();
    let modules: HashMap<ModuleId, String> = if may(actor, Permission::SeeModules) {
        store::module::every(reader, actor.seller)
            .await?
            .into_iter()
            .map(|module| (module.id, module.name))
            .collect()
    } else {
        HashMap::new()
    };
    let is_staff = may(actor, Permission::WorkTasks);
    let tasks = if is_staff {
        open_tasks(engine, actor, operations).await?
    } else {
        HashMap::new()
    };
    let mut accounts: Vec<AccountId> = services.values().map(|service| service.account_id).collect();
    accounts.sort();
    accounts.dedup();
    let accounts: HashMap<AccountId, String> = store::account::find_many(reader, &accounts)
        .await?
        .into_iter()
        .map(|account| (account.id, account.name))
        .collect();
    let wall = engine.clock().machine_now();
    Ok(operations
        .iter()
        .filter_map(|operation| {
            let service = services.get(&operation.service_id)?;
            Some(OperationView {
                id: operation.id,
                number: operation.number,
                kind: operation.kind,
                state: operation.state,
                step: operation.step.clone(),
                service: service.id,
                service_number: service.number,
                main_name: service.main_name.clone(),
                account: service.account_id,
                account_name: accounts.get(&service.account_id).cloned().unwrap_or_default(),
                module: operation.module_id,
                module_name: operation.module_id.and_then(|id| modules.get(&id)).cloned(),
                attempts: u32::try_from(operation.attempts).unwrap_or(0),
                next_run_at: operation.next_run_at,
                is_running: operation.lease_until.is_some_and(|until| until > wall),
                error: if is_staff {
                    error(operation.error_class.as_ref(), operation.error.as_ref())
                } else {
                    None
                },
                waiting: None,
                task: tasks.get(&operation.id).copied(),
                started_by: operation.started_by.clone(),
                created_at: operation.created_at,
                finished_at: operation.finished_at,
                history: Vec::new(),
                considered: Vec::new(),
                purchases: Vec::new(),
            })
        })
        .collect())
}

/// The open tasks of operations that the actor may see.
async fn open_tasks(
    engine: &Engine,
    actor: &Actor,
    operations: &[Operation],
) -> Result<HashMap<OperationId, (TaskId, i64)>> {
    let reader = engine.store().reader();
    let desk = authority::desk(reader, actor).await?;
    let ids: Vec<OperationId> = operations
        .iter()
        .filter(|operation| matches!(operation.state, OperationState::Waiting | OperationState::Manual))
        .map(|operation| operation.id)
        .collect();
    let tasks = store::task::open_of_operations(reader, &ids).await?;
    Ok(tasks
        .into_iter()
        .filter(|task| desk.see(task).is_ok())
        .filter_map(|task| Some((task.operation_id?, (task.id, task.number))))
        .collect())
}

/// One operation with its history; for staff.
pub(crate) async fn operation_page(
    engine: &Engine,
    actor: &Actor,
    operation: &Operation,
) -> Result<OperationView> {
    let reader = engine.store().reader();
    let views = operation_views(engine, actor, std::slice::from_ref(operation)).await?;
    let mut view = views.into_iter().next().ok_or(Error::NotFound)?;
    if !may(actor, Permission::WorkTasks) {
        return Ok(view);
    }
    if let Some(service) = service::find(reader, operation.service_id).await? {
        view.waiting = waiting::of(engine, actor, operation, &service, view.task).await?;
    }
    view.history = operation::attempts(reader, operation.id, ATTEMPTS_SHOWN)
        .await?
        .into_iter()
        .map(|attempt| AttemptView {
            number: u32::try_from(attempt.number).unwrap_or(0),
            step: attempt.step,
            started_at: attempt.started_at,
            finished_at: attempt.finished_at,
            outcome: attempt.outcome,
            error: error(attempt.error_class.as_ref(), attempt.error.as_ref()),
            log: attempt.log.0,
        })
        .collect();
    let modules: HashMap<ModuleId, String> = store::module::every(reader, actor.seller)
        .await?
        .into_iter()
        .map(|module| (module.id, module.name))
        .collect();
    if let Some(last) = operation::selections(reader, operation.id)
        .await?
        .into_iter()
        .next()
    {
        view.considered = last
            .considered
            .0
            .into_iter()
            .map(|one| ConsideredView {
                name: modules.get(&one.module).cloned().unwrap_or_default(),
                passed_over: one.passed_over,
            })
            .collect();
    }
    view.purchases = store::purchase::of_operation(reader, operation.id)
        .await?
        .iter()
        .map(purchase_view)
        .collect();
    Ok(view)
}

fn purchase_view(purchase: &store::purchase::Purchase) -> PurchaseView {
    let candidates =
        match serde_json::from_value::<Record>(purchase.journal.0.clone()).map(|record| record.state) {
            Ok(State::Manual { candidates, .. }) => candidates,
            _ => Vec::new(),
        };
    PurchaseView {
        id: purchase.id,
        stage: purchase.stage,
        unique_value: purchase.unique_value.clone(),
        expected: purchase.expected(),
        charged: purchase.charged(),
        ca_ref: purchase.ca_ref.clone(),
        reason: purchase.reason.clone(),
        candidates,
        intended_at: purchase.intended_at,
        settled_at: purchase.settled_at,
    }
}

fn error(class: Option<&String>, text: Option<&String>) -> Option<ErrorView> {
    Some(ErrorView {
        class: class?.clone(),
        text: text?.clone(),
    })
}
