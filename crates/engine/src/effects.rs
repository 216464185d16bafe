//! What operations and modules cause besides their own rows: tasks and mails, in the same transaction.

use domain::{
    DomainName, Money, NameSet,
    id::{DepartmentId, ModuleId, NumberKind, SellerId},
    state::{TaskKind, TaskState},
    term::ShownDates,
};
use notify::{
    Link, Mail,
    mail::{
        Issued, ModuleBalanceLow, OrderFailed, OrderPlaced, Purchases, TaskOpened, ValidationNeeded,
        ValidationStep,
    },
};
use store::{
    Json, Tx,
    module::Module,
    notice::{Notice, NoticeState},
    operation::Operation,
    service::Service,
    task::{Task, TaskFilter},
};

use crate::{Engine, Error, Result, connection::internal};

/// A task to be opened.
pub(crate) struct NewTask {
    kind: TaskKind,
    seller: SellerId,
    department: Option<DepartmentId>,
    module: Option<ModuleId>,
    about: Option<(Service, Operation)>,
    key: String,
    text: String,
}

impl NewTask {
    /// About a module: one of a kind is open per module.
    pub(crate) fn for_module(kind: TaskKind, module: &Module) -> Self {
        Self {
            kind,
            seller: module.seller_id,
            department: Some(module.department_id),
            module: Some(module.id),
            about: None,
            key: format!("{kind}:{}", module.id),
            text: String::new(),
        }
    }

    /// About an operation: one is open per operation.
    pub(crate) fn for_operation(kind: TaskKind, service: &Service, operation: &Operation) -> Self {
        Self {
            kind,
            seller: operation.seller_id,
            department: None,
            module: operation.module_id,
            about: Some((service.clone(), operation.clone())),
            key: format!("operation:{}", operation.id),
            text: String::new(),
        }
    }

    /// What is to be done and why.
    pub(crate) fn saying(mut self, text: String) -> Self {
        self.text = text;
        self
    }
}

/// Opens a task unless the same is open already.
pub(crate) async fn open_task_once(engine: &Engine, tx: &Tx, new: NewTask) -> Result<()> {
    if store::task::find_open(tx, &new.key).await?.is_some() {
        return Ok(());
    }
    let department = match (new.department, new.module) {
        (Some(department), _) => Some(department),
        (None, Some(module)) => store::module::find(tx, module)
            .await?
            .map(|module| module.department_id),
        (None, None) => store::department::list(tx, new.seller)
            .await?
            .first()
            .map(|first| first.id),
    };
    let department = department.ok_or_else(|| Error::Internal("there is no department".to_owned()))?;
    let now = engine.now();
    let number = store::counter::next_number(tx, NumberKind::Task).await?;
    let (service, operation) = match &new.about {
        Some((service, operation)) => (Some(service), Some(operation)),
        None => (None, None),
    };
    let title = match service {
        Some(service) => format!(
            "{} · {}",
            NumberKind::Service.show(service.number),
            service.main_name.unicode()
        ),
        None => new.text.chars().take(120).collect(),
    };
    let task = Task {
        id: engine.new_id(),
        seller_id: new.seller,
        number,
        kind: new.kind,
        state: TaskState::Open,
        title: title.clone(),
        detail: new.text.clone(),
        department_id: department,
        performer_id: None,
        service_id: service.map(|service| service.id),
        operation_id: operation.map(|operation| operation.id),
        module_id: new.module,
        account_id: service.map(|service| service.account_id),
        dedup_key: new.key,
        created_at: now,
        changed_at: now,
        closed_at: None,
        version: 1,
    };
    if !store::task::insert_once(tx, &task).await? {
        return Ok(());
    }
    let Some(department) = store::department::find(tx, department).await? else {
        return Ok(());
    };
    let mail = Mail::TaskOpened(TaskOpened {
        task: NumberKind::Task.show(number),
        title,
        reason: new.text,
        department: department.name.clone(),
        service: service.map(|service| NumberKind::Service.show(service.number)),
        link: link(engine, &format!("/admin/tasks/{}", task.id))?,
    });
    let letter = ToSend {
        recipient: department.email,
        language: "en".to_owned(),
        key: format!("task:{}", task.id),
        about: None,
    };
    send(engine, tx, new.seller, letter, &mail).await
}

/// Closes the open tasks of an operation: it is over, or it was started again.
pub(crate) async fn close_tasks_of_operation(
    engine: &Engine,
    tx: &Tx,
    operation: &Operation,
    state: TaskState,
) -> Result<()> {
    let filter = TaskFilter {
        operation: Some(operation.id),
        ..TaskFilter::open()
    };
    close_tasks(engine, tx, &filter, state).await
}

/// Drops the open tasks of a kind about a module: their cause is gone.
pub(crate) async fn drop_tasks_of_module(
    engine: &Engine,
    tx: &Tx,
    kind: TaskKind,
    module: ModuleId,
) -> Result<()> {
    let filter = TaskFilter {
        kind: Some(kind),
        module: Some(module),
        ..TaskFilter::open()
    };
    close_tasks(engine, tx, &filter, TaskState::Cancelled).await
}

async fn close_tasks(engine: &Engine, tx: &Tx, filter: &TaskFilter, state: TaskState) -> Result<()> {
    let open = store::task::list(tx, filter, &store::Page::first(100)).await?;
    for mut task in open.rows {
        task.state = state;
        task.changed_at = engine.now();
        task.closed_at = Some(engine.now());
        store::task::update(tx, &mut task).await?;
    }
    Ok(())
}

/// Tells the department that the balance at the CA is too low.
pub(crate) async fn balance_low_notice(
    engine: &Engine,
    tx: &Tx,
    module: &Module,
    balance: Money,
    minimum: Money,
) -> Result<()> {
    let Some(department) = store::department::find(tx, module.department_id).await? else {
        return Ok(());
    };
    let mail = Mail::ModuleBalanceLow(ModuleBalanceLow {
        module: module.name.clone(),
        balance,
        minimum,
        read_at: module.balance_read_at.unwrap_or_else(|| engine.now()),
        purchases: if module.blocks_below_minimum {
            Purchases::Stopped
        } else {
            Purchases::Continue
        },
        link: link(engine, &format!("/admin/modules/{}", module.id))?,
    });
    let key = format!("balance_low:{}:{}", module.id, engine.now().as_microsecond());
    let letter = ToSend {
        recipient: department.email,
        language: "en".to_owned(),
        key,
        about: None,
    };
    send(engine, tx, module.seller_id, letter, &mail).await
}

/// Tells the client that the CA has the order.
pub(crate) async fn order_placed(
    engine: &Engine,
    tx: &Tx,
    service: &Service,
    names: &[DomainName],
    plan: String,
) -> Result<()> {
    let Some(names) = NameSet::from_names(names.iter().cloned()) else {
        return Ok(());
    };
    let mail = Mail::OrderPlaced(OrderPlaced {
        service: NumberKind::Service.show(service.number),
        tariff_plan: plan,
        names,
        price: service.gross(),
        link: service_link(engine, service)?,
    });
    to_client(engine, tx, service, "order_placed", &mail).await
}

/// Tells the client exactly what to publish. Said again only when it changes.
pub(crate) async fn validation_needed(
    engine: &Engine,
    tx: &Tx,
    service: &Service,
    round: &str,
    steps: Vec<ValidationStep>,
) -> Result<()> {
    let mail = Mail::ValidationNeeded(ValidationNeeded {
        service: NumberKind::Service.show(service.number),
        steps,
        link: service_link(engine, service)?,
    });
    to_client(engine, tx, service, &format!("validation_needed:{round}"), &mail).await
}

/// Tells the client that a certificate is there.
pub(crate) async fn issued(
    engine: &Engine,
    tx: &Tx,
    service: &Service,
    names: &NameSet,
    dates: ShownDates,
    serial: &str,
) -> Result<()> {
    let Some(end_date) = dates.end_date else {
        return Ok(());
    };
    let mail = Mail::Issued(Issued {
        service: NumberKind::Service.show(service.number),
        names: names.clone(),
        end_date,
        paid_till: dates.paid_till,
        link: service_link(engine, service)?,
    });
    to_client(engine, tx, service, &format!("issued:{serial}"), &mail).await
}

/// Tells the client that there will be no certificate.
pub(crate) async fn order_failed(
    engine: &Engine,
    tx: &Tx,
    service: &Service,
    names: &[DomainName],
    reason: &str,
    returned: Option<Money>,
) -> Result<()> {
    let Some(names) = NameSet::from_names(names.iter().cloned()) else {
        return Ok(());
    };
    let mail = Mail::OrderFailed(OrderFailed {
        service: NumberKind::Service.show(service.number),
        names,
        reason: reason.to_owned(),
        returned,
        link: service_link(engine, service)?,
    });
    to_client(engine, tx, service, "order_failed", &mail).await
}

/// A mail to be written.
pub(crate) struct ToSend {
    /// Address of the reader; nothing is written to nobody.
    pub(crate) recipient: String,
    /// Language tag of the reader.
    pub(crate) language: String,
    /// A second mail with the same key is not written.
    pub(crate) key: String,
    /// The service it is about.
    pub(crate) about: Option<Service>,
}

async fn to_client(engine: &Engine, tx: &Tx, service: &Service, key: &str, mail: &Mail) -> Result<()> {
    let letter = ToSend {
        recipient: service.contact.0.email.clone(),
        language: service.language.clone(),
        key: format!("{}:{key}", service.id),
        about: Some(service.clone()),
    };
    send(engine, tx, service.seller_id, letter, mail).await
}

/// Writes a mail in the transaction that causes it.
pub(crate) async fn send(
    engine: &Engine,
    tx: &Tx,
    seller: SellerId,
    letter: ToSend,
    mail: &Mail,
) -> Result<()> {
    if letter.recipient.is_empty() {
        return Ok(());
    }
    let now = engine.now();
    let notice = Notice {
        id: engine.new_id(),
        seller_id: seller,
        kind: mail.kind().word().to_owned(),
        dedup_key: letter.key,
        recipient: letter.recipient,
        language: letter.language,
        data: Json(serde_json::to_value(mail).map_err(internal("a mail"))?),
        sealed_data: None,
        account_id: letter.about.as_ref().map(|service| service.account_id),
        service_id: letter.about.as_ref().map(|service| service.id),
        state: NoticeState::Waiting,
        attempts: 0,
        next_try_at: now,
        lease_owner: None,
        lease_until: None,
        last_error: None,
        created_at: now,
        sent_at: None,
    };
    store::notice::insert_once(tx, &notice).await?;
    Ok(())
}

fn service_link(engine: &Engine, service: &Service) -> Result<Link> {
    link(engine, &format!("/services/{}", service.id))
}

fn link(engine: &Engine, path: &str) -> Result<Link> {
    Link::parse(format!("{}{path}", engine.config().public_url)).map_err(internal("the public address"))
}
