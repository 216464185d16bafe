//! `certbroker module …`

use ca::{Descriptor, FieldKind};
use domain::id::{DepartmentId, ModuleId};
use engine::{
    modules::{IfBroken, ModuleLine, ModuleParameters, NewModule, Saved},
    reconciliation::ModuleReport,
};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;

use super::{adoption, amount, desk::Desk, find, findings::Report};
use crate::{
    cli::{AddModule, ModuleCommand},
    exit::Refused,
    output::{self, Amount, Format, Table, or_dash},
    secret_input,
};

pub(super) async fn run(desk: &Desk, command: ModuleCommand) -> anyhow::Result<()> {
    match command {
        ModuleCommand::Kinds => kinds(desk.format),
        ModuleCommand::Add(options) => add(desk, *options).await,
        ModuleCommand::Check { module } => check(desk, &module).await,
        ModuleCommand::List => list(desk).await,
        ModuleCommand::Balance { module } => balance(desk, &module).await,
        ModuleCommand::Log { module, level } => log(desk, &module, level).await,
        ModuleCommand::Reconcile => reconcile(desk).await,
        ModuleCommand::Orders(options) => adoption::list(desk, options).await,
        ModuleCommand::Adopt(options) => adoption::adopt(desk, *options).await,
    }
}

/// A connector.
#[derive(Serialize)]
struct Kind {
    #[serde(rename = "kind")]
    word: &'static str,
    title: &'static str,
    sign_up: Option<&'static str>,
    /// What the rules of `debug.conf` call its log.
    log: &'static str,
    settings: Vec<Field>,
}

/// A setting of a connector.
#[derive(Serialize)]
struct Field {
    name: &'static str,
    label: &'static str,
    is_secret: bool,
    is_required: bool,
    default: Option<&'static str>,
    choices: &'static [&'static str],
    help: &'static str,
}

impl From<&'static Descriptor> for Kind {
    fn from(descriptor: &'static Descriptor) -> Self {
        let fields = descriptor.settings.iter().map(|field| Field {
            name: field.name,
            label: field.english,
            is_secret: field.is_secret,
            is_required: field.is_required && field.default.is_none(),
            default: field.default,
            choices: match field.kind {
                FieldKind::Choice(words) => words,
                FieldKind::Text | FieldKind::Password | FieldKind::Url => &[],
            },
            help: field.help,
        });
        Self {
            word: descriptor.kind,
            title: descriptor.title,
            sign_up: descriptor.sign_up,
            log: descriptor.log,
            settings: fields.collect(),
        }
    }
}

/// Lists the connectors; needs no data folder.
pub(super) fn kinds(format: Format) -> anyhow::Result<()> {
    let kinds: Vec<Kind> = connectors::REGISTRATIONS
        .iter()
        .map(|registration| Kind::from(registration.descriptor))
        .collect();
    output::print(format, &kinds, |kinds| {
        kinds.iter().map(kind_text).collect::<Vec<_>>().join("\n")
    })
}

fn kind_text(kind: &Kind) -> String {
    let mut table = Table::new(&["Setting", "Given by", "Default", "Help"]);
    for field in &kind.settings {
        let option = if field.is_secret { "--secret" } else { "--set" };
        let need = if field.is_required { ", required" } else { "" };
        table.row([
            field.name.to_owned(),
            format!("{option}{need}"),
            or_dash(field.default.as_ref()),
            field.help.to_owned(),
        ]);
    }
    let sign_up = kind
        .sign_up
        .map_or_else(String::new, |link| format!("New clients register at {link}\n"));
    format!("{} ({})\n{sign_up}{}", kind.word, kind.title, table.render())
}

/// What became of a wish to add a module.
#[derive(Serialize)]
struct Added {
    id: Option<ModuleId>,
    name: String,
    is_saved: bool,
    is_active: bool,
    check: Report,
}

async fn add(desk: &Desk, options: AddModule) -> anyhow::Result<()> {
    let new = NewModule {
        connector: options.kind.clone(),
        settings: settings(&options)?,
        parameters: ModuleParameters {
            name: options.name.clone(),
            department: find::department(desk, options.department.as_deref()).await?,
            sort: options.sort,
            minimal_balance: options
                .minimal_balance
                .as_deref()
                .map(amount::read)
                .transpose()?
                .map(|(amount, _)| amount),
            blocks_below_minimum: options.block_below_minimum,
            day_ceiling: None,
            order_ceiling: None,
            calls_per_second: None,
            calls_at_once: None,
        },
        if_broken: if options.switched_off {
            IfBroken::SaveSwitchedOff
        } else {
            IfBroken::Refuse
        },
    };
    let (id, report) = match desk.engine().modules().create(desk.owner(), new).await? {
        Saved::Saved { id, report } => (Some(id), report),
        Saved::Broken { report } => (None, report),
    };
    let added = Added {
        id,
        name: options.name,
        is_saved: id.is_some(),
        is_active: id.is_some() && report.is_ok(),
        check: Report::from(&report),
    };
    output::print(desk.format, &added, added_text)?;
    match id {
        Some(id) => warn_about_currency(desk, id, options.minimal_balance.as_deref()).await,
        None => Err(Refused("cannot connect to the processing module; nothing was saved".to_owned()).into()),
    }
}

fn added_text(added: &Added) -> String {
    let end = match (added.id, added.is_active) {
        (Some(id), true) => format!("{} is connected: {id}\n", added.name),
        (Some(id), false) => format!("{} is saved and switched off: {id}\n", added.name),
        (None, _) => String::new(),
    };
    format!("{}{end}", added.check.text())
}

/// The minimal balance is in the currency of the account at the CA, whatever was typed.
async fn warn_about_currency(desk: &Desk, id: ModuleId, typed: Option<&str>) -> anyhow::Result<()> {
    let Some((_, Some(currency))) = typed.map(amount::read).transpose()? else {
        return Ok(());
    };
    let kept = desk
        .engine()
        .modules()
        .show(desk.owner(), id)
        .await?
        .line
        .balance
        .minimum;
    if let Some(kept) = kept.filter(|kept| kept.currency() != currency) {
        output::note(&format!(
            "the account at the CA is not in {currency}: the minimal balance is {kept}"
        ));
    }
    Ok(())
}

fn settings(options: &AddModule) -> anyhow::Result<Vec<(String, SecretString)>> {
    let known = connectors::REGISTRATIONS
        .iter()
        .map(|registration| registration.descriptor)
        .find(|descriptor| descriptor.kind == options.kind);
    let Some(descriptor) = known else {
        let kinds: Vec<_> = connectors::REGISTRATIONS
            .iter()
            .map(|registration| registration.descriptor.kind)
            .collect();
        return Err(Refused(format!(
            "there is no connector `{}`; there is {}",
            options.kind,
            kinds.join(", ")
        ))
        .into());
    };
    let mut settings = Vec::new();
    for setting in &options.set {
        if descriptor
            .setting(&setting.name)
            .is_some_and(|field| field.is_secret)
        {
            let name = &setting.name;
            return Err(Refused(format!(
                "{name} is a secret, and other users of this machine see arguments: give it with --secret {name}=@FILE"
            ))
            .into());
        }
        settings.push((setting.name.clone(), SecretString::from(setting.value.clone())));
    }
    if options
        .secret
        .iter()
        .filter(|secret| secret.source == "-")
        .count()
        > 1
    {
        return Err(Refused("standard input holds one secret: give the others as files".to_owned()).into());
    }
    for secret in &options.secret {
        settings.push((secret.name.clone(), secret_input::read(&secret.source)?));
    }
    Ok(settings)
}

/// A module that was looked at.
#[derive(Serialize)]
struct Checked {
    id: ModuleId,
    check: Report,
}

async fn check(desk: &Desk, module: &str) -> anyhow::Result<()> {
    let id = find::module(desk, module).await?;
    let report = desk.engine().modules().check_now(desk.owner(), id).await?;
    let checked = Checked {
        id,
        check: Report::from(&report),
    };
    output::print(desk.format, &checked, |checked| checked.check.text())?;
    if report.is_ok() {
        Ok(())
    } else {
        Err(Refused("cannot connect to the processing module".to_owned()).into())
    }
}

/// A module as a row.
#[derive(Serialize)]
struct Row {
    id: ModuleId,
    name: String,
    connector: String,
    department: DepartmentId,
    department_name: String,
    services: i64,
    balance: Balance,
    sort: i32,
    is_active: bool,
    are_purchases_blocked: bool,
    connection: &'static str,
    checked_at: Option<Timestamp>,
    rests_until: Option<Timestamp>,
}

/// A balance at a CA.
#[derive(Serialize)]
struct Balance {
    #[serde(rename = "balance")]
    amount: Option<Amount>,
    read_at: Option<Timestamp>,
    minimum: Option<Amount>,
    is_low: bool,
    blocks: bool,
    problem: Option<String>,
}

impl From<engine::modules::BalanceView> for Balance {
    fn from(view: engine::modules::BalanceView) -> Self {
        Self {
            amount: view.balance.map(Amount::from),
            read_at: view.read_at,
            minimum: view.minimum.map(Amount::from),
            is_low: view.is_low,
            blocks: view.blocks,
            problem: view.problem,
        }
    }
}

impl From<ModuleLine> for Row {
    fn from(line: ModuleLine) -> Self {
        Self {
            id: line.id,
            name: line.name,
            connector: line.connector,
            department: line.department,
            department_name: line.department_name,
            services: line.services,
            balance: line.balance.into(),
            sort: line.sort,
            is_active: line.is_active,
            are_purchases_blocked: line.are_purchases_blocked,
            connection: line.connection.word(),
            checked_at: line.checked_at,
            rests_until: line.rests_until,
        }
    }
}

async fn list(desk: &Desk) -> anyhow::Result<()> {
    let lines = desk.engine().modules().list(desk.owner()).await?;
    let rows: Vec<Row> = lines.into_iter().map(Row::from).collect();
    output::print_rows(desk.format, &rows, |rows| {
        let mut table = Table::new(&[
            "Name",
            "Connector",
            "Department",
            "Services",
            "Balance",
            "Sort",
            "State",
        ]);
        for row in rows {
            table.row([
                row.name.clone(),
                row.connector.clone(),
                row.department_name.clone(),
                row.services.to_string(),
                or_dash(row.balance.amount.as_ref()),
                row.sort.to_string(),
                state(row),
            ]);
        }
        table
    })
}

fn state(row: &Row) -> String {
    let switch = if row.is_active { "on" } else { "off" };
    let mut words = vec![switch, row.connection];
    if row.are_purchases_blocked {
        words.push("buys nothing");
    }
    if row.balance.is_low {
        words.push("balance low");
    }
    words.join(", ")
}

async fn balance(desk: &Desk, module: &str) -> anyhow::Result<()> {
    let id = find::module(desk, module).await?;
    let balance = Balance::from(desk.engine().modules().refresh_balance(desk.owner(), id).await?);
    output::print(desk.format, &balance, |balance| {
        let minimum = match &balance.minimum {
            Some(minimum) if balance.is_low => format!(", below the minimum of {minimum}"),
            Some(minimum) => format!(", the minimum is {minimum}"),
            None => String::new(),
        };
        format!("{}{minimum}\n", or_dash(balance.amount.as_ref()))
    })
}

/// How much a module logs.
#[derive(Serialize)]
struct LogLevel {
    id: ModuleId,
    name: String,
    level: u8,
}

async fn log(desk: &Desk, module: &str, level: Option<u8>) -> anyhow::Result<()> {
    let id = find::module(desk, module).await?;
    let modules = desk.engine().modules();
    if let Some(level) = level {
        modules.set_log_level(desk.owner(), id, level).await?;
    }
    let view = modules.show(desk.owner(), id).await?;
    let shown = LogLevel {
        id,
        name: view.line.name,
        level: view.log_level,
    };
    output::print(desk.format, &shown, |shown| {
        format!("{} logs at level {}\n", shown.name, shown.level)
    })
}

/// What comparing with the CAs showed.
#[derive(Serialize)]
struct Reconciled {
    are_purchases_allowed: bool,
    modules: Vec<Compared>,
}

/// What comparing with one CA account showed.
#[derive(Serialize)]
struct Compared {
    id: ModuleId,
    name: String,
    is_clean: bool,
    listed: usize,
    orphans: Vec<String>,
    missing: Vec<String>,
    problem: Option<&'static str>,
}

impl From<ModuleReport> for Compared {
    fn from(report: ModuleReport) -> Self {
        Self {
            id: report.module,
            is_clean: report.is_clean(),
            name: report.name,
            listed: report.listed,
            orphans: report.orphans,
            missing: report.missing,
            problem: report.problem,
        }
    }
}

async fn reconcile(desk: &Desk) -> anyhow::Result<()> {
    let reports = desk.engine().reconciliation().run(desk.owner()).await?;
    let instance = desk.engine().instance().show(desk.owner()).await?;
    let reconciled = Reconciled {
        are_purchases_allowed: !instance.purchases_blocked,
        modules: reports.into_iter().map(Compared::from).collect(),
    };
    output::print(desk.format, &reconciled, reconciled_text)?;
    if reconciled.modules.iter().all(|module| module.is_clean) {
        Ok(())
    } else {
        Err(Refused("not everything agrees; tasks say what a person must look at".to_owned()).into())
    }
}

fn reconciled_text(reconciled: &Reconciled) -> String {
    let mut table = Table::new(&["Module", "Listed", "Unexplained", "Missing", "Problem"]);
    for module in &reconciled.modules {
        table.row([
            module.name.clone(),
            module.listed.to_string(),
            module.orphans.join(" "),
            module.missing.join(" "),
            or_dash(module.problem.as_ref()),
        ]);
    }
    let purchases = if reconciled.are_purchases_allowed {
        "on"
    } else {
        "off"
    };
    format!("{}Purchases are {purchases}.\n", table.render())
}
