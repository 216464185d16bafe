//! What operations and modules cause besides their own rows: tasks, and mails to departments, in the same transaction. What
//! clients are told is in [`crate::notices`].

use domain::{
    Money,
    id::{DepartmentId, ModuleId, NumberKind, SellerId},
    state::TaskKind,
};
use notify::{
    Link, Mail,
    mail::{ModuleBalanceLow, Purchases},
};
use store::{Tx, module::Module, operation::Operation, service::Service};

use crate::{
    Engine, Result,
    connection::internal,
    notices::{self, NewNotice},
    operations::run::system,
    tasks,
};

/// A task to be opened.
pub(crate) struct NewTask {
    kind: TaskKind,
    seller: SellerId,
    department: Option<DepartmentId>,
    module: Option<ModuleId>,
    about: Option<(Service, Operation)>,
    /// What it is about when it is about no service.
    subject: String,
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
            subject: module.name.clone(),
            key: module_key(kind, module),
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
            subject: String::new(),
            key: operation_key(operation),
            text: String::new(),
        }
    }

    /// A second task beside the operation's own.
    pub(crate) fn key_by(&mut self, word: &str) {
        self.key = format!("{}:{word}", self.key);
    }

    /// What is to be done and why.
    pub(crate) fn saying(mut self, text: String) -> Self {
        self.text = text;
        self
    }
}

/// Opens a task unless the same is open already.
pub(crate) async fn open_task_once(engine: &Engine, tx: &Tx, new: NewTask) -> Result<()> {
    let department = match (new.department, new.module) {
        (Some(department), _) => Some(department),
        (None, Some(module)) => store::module::find(tx, module)
            .await?
            .map(|module| module.department_id),
        (None, None) => None,
    };
    let title = match (&new.about, &new.subject) {
        (Some((service, _)), _) => {
            format!(
                "{} · {}",
                NumberKind::Service.show(service.number),
                service.main_name.unicode()
            )
        }
        (None, subject) => subject.clone(),
    };
    let task = tasks::NewTask {
        kind: new.kind,
        title,
        detail: new.text,
        department,
        service: new.about.as_ref().map(|(service, _)| service.id),
        operation: new.about.as_ref().map(|(_, operation)| operation.id),
        module: new.module,
        account: new.about.as_ref().map(|(service, _)| service.account_id),
        dedup_key: new.key,
    };
    tasks::open(engine, tx, &system(engine, new.seller), task).await?;
    Ok(())
}

/// Closes the open tasks of an operation: it is over, or it was started again.
pub(crate) async fn close_task_of_operation(
    engine: &Engine,
    tx: &Tx,
    operation: &Operation,
    outcome: tasks::Outcome,
) -> Result<()> {
    let actor = system(engine, operation.seller_id);
    let key = operation_key(operation);
    tasks::close_by_key(engine, tx, &actor, &key, outcome).await?;
    tasks::close_by_key(engine, tx, &actor, &format!("{key}:{ENDING}"), outcome).await
}

/// Drops the open task of a kind about a module: its cause is gone.
pub(crate) async fn drop_task_of_module(
    engine: &Engine,
    tx: &Tx,
    kind: TaskKind,
    module: &Module,
) -> Result<()> {
    let actor = system(engine, module.seller_id);
    tasks::close_by_key(
        engine,
        tx,
        &actor,
        &module_key(kind, module),
        tasks::Outcome::FellAway,
    )
    .await
}

/// The second key of the task that says that a service ends while its operation cannot go on.
pub(crate) const ENDING: &str = "ending";

fn operation_key(operation: &Operation) -> String {
    format!("operation:{}", operation.id)
}

fn module_key(kind: TaskKind, module: &Module) -> String {
    format!("{kind}:{}", module.id)
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
    for (recipient, language) in tasks::recipients(tx, &department).await? {
        let key = format!("{key}:{recipient}");
        let letter = ToSend {
            recipient,
            language,
            key,
            about: None,
        };
        send(engine, tx, module.seller_id, letter, &mail).await?;
    }
    Ok(())
}

/// Opens a task: the tariff plan of a service that is to be prolonged has no price for the next term any more.
pub(crate) async fn cannot_be_prolonged(engine: &Engine, tx: &Tx, service: &Service) -> Result<()> {
    let text = format!(
        "The tariff plan has no price for the next paid term of {}. Price it, or agree with the client on another plan; it is tried \
         again every day until the paid term ends.",
        NumberKind::Service.show(service.number)
    );
    let department = match service.module_id {
        Some(id) => store::module::find(tx, id)
            .await?
            .map(|module| module.department_id),
        None => None,
    };
    let task = tasks::NewTask {
        kind: TaskKind::Plain,
        title: format!(
            "{} · {}",
            NumberKind::Service.show(service.number),
            service.main_name.unicode()
        ),
        detail: text,
        department,
        service: Some(service.id),
        operation: None,
        module: service.module_id,
        account: Some(service.account_id),
        dedup_key: format!("no_price:{}", service.id),
    };
    tasks::open(engine, tx, &system(engine, service.seller_id), task).await?;
    Ok(())
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
    let notice = NewNotice {
        seller,
        recipient: letter.recipient,
        language: letter.language,
        dedup_key: letter.key,
        account: letter.about.as_ref().map(|service| service.account_id),
        service: letter.about.as_ref().map(|service| service.id),
        certificate: None,
        mail: mail.clone(),
    };
    notices::enqueue(engine, tx, notice).await.map(drop)
}

/// An address of this installation in a mail.
pub(crate) fn link(engine: &Engine, path: &str) -> Result<Link> {
    Link::parse(format!("{}{path}", engine.config().public_url)).map_err(internal("the public address"))
}
