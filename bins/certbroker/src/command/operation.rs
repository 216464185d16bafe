//! `certbroker operation …`

use domain::{
    id::{NumberKind, OperationId, ServiceId},
    selection::PassedOver,
    state::OperationState,
};
use engine::{
    operations::{OperationQuery, Turn, Why},
    services::{AttemptView, ConsideredView, OperationView, PurchaseView},
};
use jiff::Timestamp;
use serde::Serialize;
use store::{Page, page::MAX_PAGE_SIZE};

use super::{desk::Desk, find};
use crate::{
    cli::OperationCommand,
    output::{self, Amount, Sheet, Table, or_dash, spaced},
};

pub(super) async fn run(desk: &Desk, command: OperationCommand) -> anyhow::Result<()> {
    match command {
        OperationCommand::List {
            all,
            in_trouble,
            kind,
            module,
            service,
            limit,
        } => {
            let narrowed = OperationQuery {
                kind,
                module: match module {
                    Some(text) => Some(find::module(desk, &text).await?),
                    None => None,
                },
                service: match service {
                    Some(text) => Some(find::service(desk, &text).await?),
                    None => None,
                },
                in_trouble,
                ..OperationQuery::default()
            };
            list(desk, wanted(all, &narrowed), limit).await
        }
        OperationCommand::Show { operation } => {
            let id = find::operation(desk, &operation).await?;
            show(desk, id).await
        }
        OperationCommand::Retry { operation } => retry(desk, &operation).await,
        OperationCommand::Manual { operation, note } => {
            let id = find::operation(desk, &operation).await?;
            desk.engine()
                .operations()
                .give_to_person(desk.owner(), id, &note)
                .await?;
            show(desk, id).await
        }
    }
}

/// An operation as a row.
#[derive(Serialize)]
struct Row {
    id: OperationId,
    number: String,
    kind: &'static str,
    state: &'static str,
    step: String,
    service: ServiceId,
    service_number: String,
    main_name: String,
    account_name: String,
    module_name: Option<String>,
    attempts: u32,
    next_run_at: Option<Timestamp>,
    is_running: bool,
    error: Option<Failure>,
    task: Option<String>,
    started_by: String,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
}

/// An operation with what happened to it.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    row: Row,
    waiting: Option<Waits>,
    history: Vec<Attempt>,
    considered: Vec<Considered>,
    purchases: Vec<Purchase>,
}

/// Why it waits.
#[derive(Serialize)]
struct Waits {
    reason: &'static str,
    text: String,
    until: Option<Timestamp>,
    names: Vec<String>,
}

#[derive(Serialize)]
struct Failure {
    class: String,
    text: String,
}

#[derive(Serialize)]
struct Attempt {
    number: u32,
    step: String,
    started_at: Timestamp,
    finished_at: Timestamp,
    outcome: &'static str,
    error: Option<Failure>,
    log: Vec<String>,
}

#[derive(Serialize)]
struct Considered {
    name: String,
    /// Why not; none for the module that was taken.
    passed_over: Option<&'static str>,
}

#[derive(Serialize)]
struct Purchase {
    stage: &'static str,
    expected: Amount,
    charged: Option<Amount>,
    ca_ref: Option<String>,
    reason: Option<String>,
    intended_at: Timestamp,
    settled_at: Option<Timestamp>,
}

impl From<engine::services::ErrorView> for Failure {
    fn from(error: engine::services::ErrorView) -> Self {
        Self {
            class: error.class,
            text: error.text,
        }
    }
}

impl From<OperationView> for Whole {
    fn from(view: OperationView) -> Self {
        Self {
            row: Row {
                id: view.id,
                number: NumberKind::Operation.show(view.number),
                kind: view.kind.word(),
                state: view.state.word(),
                step: view.step,
                service: view.service,
                service_number: NumberKind::Service.show(view.service_number),
                main_name: view.main_name.to_string(),
                account_name: view.account_name,
                module_name: view.module_name,
                attempts: view.attempts,
                next_run_at: view.next_run_at,
                is_running: view.is_running,
                error: view.error.map(Failure::from),
                task: view.task.map(|(_, number)| NumberKind::Task.show(number)),
                started_by: view.started_by,
                created_at: view.created_at,
                finished_at: view.finished_at,
            },
            waiting: view.waiting.map(|waiting| Waits::from(waiting.why)),
            history: view.history.into_iter().map(Attempt::from).collect(),
            considered: view.considered.into_iter().map(Considered::from).collect(),
            purchases: view.purchases.into_iter().map(Purchase::from).collect(),
        }
    }
}

impl From<Why> for Waits {
    fn from(why: Why) -> Self {
        let plain = |reason, text: &str| Self {
            reason,
            text: text.to_owned(),
            until: None,
            names: Vec::new(),
        };
        let till = |reason, text: &str, until| Self {
            until: Some(until),
            ..plain(reason, text)
        };
        match why {
            Why::Running => plain("running", "it runs now"),
            Why::Due => plain("due", "it runs as soon as a worker is free"),
            Why::ModuleBusy { module, most } => {
                plain("module_busy", &format!("{module} has {most} running already"))
            }
            Why::Retry {
                class,
                attempt,
                most,
                at,
            } => till(
                "retry",
                &format!("{class}; attempt {attempt} of {most} follows"),
                at,
            ),
            Why::CaAway { class, at } => till("ca_away", &class, at),
            Why::ModuleRests { module, until } => till("module_rests", &format!("{module} rests"), until),
            Why::Proof { names, turn, at } => {
                let (reason, text) = match turn {
                    Turn::Client => ("proof_by_client", "the client must prove control"),
                    Turn::Us => ("proof_by_us", "the records are being published"),
                    Turn::Ca => (
                        "proof_at_ca",
                        "everything is published; the CA has not looked yet",
                    ),
                };
                Self {
                    names: names.iter().map(ToString::to_string).collect(),
                    ..till(reason, text, at)
                }
            }
            Why::AtCa { at } => till("at_ca", "the CA works on the order", at),
            Why::PurchasesOff { at } => till("purchases_off", "purchases are switched off", at),
            Why::NoModule { at } => till("no_module", "no module can take the order now", at),
            Why::Outcome { at } => till(
                "outcome_unknown",
                "it is not known whether the CA has the order",
                at,
            ),
            Why::Approval => plain("approval", "a second person must approve the purchase"),
            Why::Decision => plain("decision", "a person must find out whether the CA has the order"),
            Why::ManualMode => plain(
                "manual_mode",
                "automatic work is switched off; a person must start it",
            ),
            Why::Person { class, text } => plain("person", if text.is_empty() { &class } else { &text }),
            Why::Later { class, at } => till("later", &class, at),
            Why::Scheduled { at } => till("scheduled", "it is not due yet", at),
        }
    }
}

impl From<AttemptView> for Attempt {
    fn from(view: AttemptView) -> Self {
        Self {
            number: view.number,
            step: view.step,
            started_at: view.started_at,
            finished_at: view.finished_at,
            outcome: view.outcome.word(),
            error: view.error.map(Failure::from),
            log: view.log,
        }
    }
}

impl From<ConsideredView> for Considered {
    fn from(view: ConsideredView) -> Self {
        Self {
            name: view.name,
            passed_over: view.passed_over.map(PassedOver::word),
        }
    }
}

impl From<PurchaseView> for Purchase {
    fn from(view: PurchaseView) -> Self {
        Self {
            stage: view.stage.word(),
            expected: view.expected.into(),
            charged: view.charged.map(Amount::from),
            ca_ref: view.ca_ref,
            reason: view.reason,
            intended_at: view.intended_at,
            settled_at: view.settled_at,
        }
    }
}

/// One question for all of them or for those in trouble, two for the ones that are not over.
fn wanted(all: bool, narrowed: &OperationQuery) -> Vec<OperationQuery> {
    let in_state = |state| OperationQuery {
        state: Some(state),
        ..narrowed.clone()
    };
    if all {
        vec![narrowed.clone()]
    } else {
        vec![
            in_state(OperationState::Waiting),
            in_state(OperationState::Manual),
        ]
    }
}

async fn list(desk: &Desk, wanted: Vec<OperationQuery>, limit: u32) -> anyhow::Result<()> {
    let most = limit.min(MAX_PAGE_SIZE);
    let mut views = Vec::new();
    let mut has_more = false;
    for query in &wanted {
        let found = desk
            .engine()
            .operations()
            .list(desk.owner(), query, &Page::first(most))
            .await?;
        has_more |= found.next.is_some();
        views.extend(found.rows);
    }
    views.sort_by_key(|view| std::cmp::Reverse(view.number));
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if has_more || views.len() > most {
        output::note("there are more: raise --limit");
    }
    views.truncate(most);
    let rows: Vec<Row> = views.into_iter().map(|view| Whole::from(view).row).collect();
    output::print_rows(desk.format, &rows, |rows| {
        let mut table = Table::new(&[
            "Number", "Kind", "Service", "Name", "State", "Step", "Attempts", "Error",
        ]);
        for row in rows {
            table.row([
                row.number.clone(),
                row.kind.to_owned(),
                row.service_number.clone(),
                row.main_name.clone(),
                spaced(row.state),
                spaced(&row.step),
                row.attempts.to_string(),
                or_dash(row.error.as_ref().map(|error| &error.text)),
            ]);
        }
        table
    })
}

async fn show(desk: &Desk, id: OperationId) -> anyhow::Result<()> {
    let view = desk.engine().operations().show(desk.owner(), id).await?;
    output::print(desk.format, &Whole::from(view), page)
}

async fn retry(desk: &Desk, operation: &str) -> anyhow::Result<()> {
    let id = find::operation(desk, operation).await?;
    desk.engine().operations().retry(desk.owner(), id).await?;
    let view = desk.engine().operations().show(desk.owner(), id).await?;
    output::print(desk.format, &Whole::from(view), |whole| {
        format!(
            "{} is due now, from the step {}; the running server goes on with it\n",
            whole.row.number,
            spaced(&whole.row.step)
        )
    })
}

fn page(whole: &Whole) -> String {
    let row = &whole.row;
    let mut sheet = Sheet::default();
    sheet.line(format!(
        "{}: {} {} ({}), {}",
        row.number,
        row.kind,
        row.service_number,
        row.main_name,
        spaced(row.state)
    ));
    sheet.fact("Step", spaced(&row.step));
    sheet.fact("Module", or_dash(row.module_name.as_ref()));
    sheet.fact("Attempts", row.attempts.to_string());
    sheet.fact("Next run", or_dash(row.next_run_at.as_ref()));
    sheet.fact("Error", or_dash(row.error.as_ref().map(|error| &error.text)));
    if let Some(waiting) = &whole.waiting {
        let names = if waiting.names.is_empty() {
            String::new()
        } else {
            format!(" ({})", waiting.names.join(", "))
        };
        sheet.fact("Waiting", format!("{}{names}", waiting.text));
    }
    sheet.fact("Task", or_dash(row.task.as_ref()));
    sheet.fact("Started by", &row.started_by);
    for one in &whole.considered {
        let why = one.passed_over.map_or_else(|| "taken".to_owned(), spaced);
        sheet.fact("Considered", format!("{}: {why}", one.name));
    }
    for one in &whole.purchases {
        let amount = one.charged.as_ref().unwrap_or(&one.expected);
        let ca_ref = or_dash(one.ca_ref.as_ref());
        sheet.fact(
            "Purchase",
            format!("{}, {amount}, CA order {ca_ref}", spaced(one.stage)),
        );
    }
    for attempt in &whole.history {
        sheet.line(format!(
            "\nAttempt {} at {}: {} at the step {}",
            attempt.number,
            attempt.finished_at,
            spaced(attempt.outcome),
            spaced(&attempt.step)
        ));
        if let Some(error) = &attempt.error {
            sheet.line(format!("  {}: {}", error.class, error.text));
        }
        for line in &attempt.log {
            sheet.line(format!("  {line}"));
        }
    }
    sheet.finish()
}
