//! `certbroker clock …`

use std::{collections::BTreeMap, time::Duration};

use domain::id::{NumberKind, OperationId, ServiceId, TaskId, TravelId};
use engine::travel::{
    Destination, IssuedLine, Line, OperationLine, Report, ServiceLine, State, TravelView, Waiting, Whom,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::desk::Desk;
use crate::{
    cli::ClockCommand,
    exit::NoAnswer,
    output::{self, Sheet, Table, or_dash, spaced},
    server::Alone,
};

/// Between two looks how far a move came.
const LOOK: Duration = Duration::from_millis(100);
/// A server that runs takes a move up within this time.
const TAKEN_UP: Duration = Duration::from_secs(30);

pub(super) async fn run(desk: &Desk, command: ClockCommand) -> anyhow::Result<()> {
    match command {
        ClockCommand::Show => show(desk).await,
        ClockCommand::Advance { to } => advance(desk, to).await,
    }
}

/// The clocks.
#[derive(Serialize)]
struct Clocks {
    is_simulated: bool,
    business: Timestamp,
    machine: Timestamp,
    /// How far business time is ahead of the machine's.
    ahead_seconds: i64,
    simulator: Option<Timestamp>,
    simulator_error: Option<String>,
    next_reissue: Option<Date>,
    move_under_way: Option<TravelId>,
}

async fn show(desk: &Desk) -> anyhow::Result<()> {
    let view = desk.engine().time_machine().show(desk.owner()).await?;
    let (simulator, simulator_error) = match view.simulator {
        Some(Ok(now)) => (Some(now), None),
        Some(Err(why)) => (None, Some(why)),
        None => (None, None),
    };
    let clocks = Clocks {
        is_simulated: view.is_simulated,
        business: view.business,
        machine: view.machine,
        ahead_seconds: view.business.duration_since(view.machine).as_secs(),
        simulator,
        simulator_error,
        next_reissue: view.next_reissue,
        move_under_way: view.open.map(|travel| travel.id),
    };
    output::print(desk.format, &clocks, |clocks| {
        let mut sheet = Sheet::default();
        sheet.fact("Business", second(clocks.business));
        sheet.fact("Machine", second(clocks.machine));
        if let Some(now) = clocks.simulator {
            sheet.fact("Simulator", second(now));
        }
        if let Some(why) = &clocks.simulator_error {
            sheet.fact("Simulator", why);
        }
        sheet.fact("Reissue", or_dash(clocks.next_reissue.as_ref()));
        if !clocks.is_simulated {
            sheet.line("Business time is the machine's: this is no simulation.");
        }
        if clocks.move_under_way.is_some() {
            sheet.line("A move is under way.");
        }
        sheet.finish()
    })
}

async fn advance(desk: &Desk, to: Destination) -> anyhow::Result<()> {
    let moved = match Alone::if_nobody_serves(&desk.settings)? {
        Some(_alone) => here(desk, to).await?,
        None => by_the_server(desk, to).await?,
    };
    let error = moved.error.clone();
    let shown = Moved::from(moved);
    output::print(desk.format, &shown, describe)?;
    match error {
        None => Ok(()),
        Some(why) => anyhow::bail!("the move broke off: {why}"),
    }
}

/// Nobody serves this data folder: the work is done in this process.
async fn here(desk: &Desk, to: Destination) -> anyhow::Result<TravelView> {
    let engine = desk.engine();
    let machine = engine.time_machine();
    let (stop_work, stop) = (CancellationToken::new(), CancellationToken::new());
    let worker = engine.worker();
    if desk.installation.store.backend() == store::Backend::Sqlite {
        // The lock on the data folder says that whoever was at these is dead.
        machine.take_over().await?;
        worker.take_over().await?;
    }
    let worker = tokio::spawn(worker.run_until(stop_work.clone()));
    let outcome = async {
        if let Some(left) = machine.under_way(desk.owner()).await? {
            let target = second(left.target);
            output::note(&format!(
                "an earlier move to {target} was broken off; it is ended first"
            ));
            carry_out(desk, left.id, &stop).await?;
        }
        let asked = machine.ask(desk.owner(), to).await?;
        carry_out(desk, asked.id, &stop).await
    };
    let outcome = outcome.await;
    stop_work.cancel();
    worker.await?;
    outcome
}

async fn carry_out(desk: &Desk, id: TravelId, stop: &CancellationToken) -> anyhow::Result<TravelView> {
    let machine = desk.engine().time_machine();
    let work = async {
        // Another process may be at it still; then this one waits.
        while !machine.carry_out(stop).await? && machine.find(desk.owner(), id).await?.state.is_open() {
            sleep(LOOK).await;
        }
        anyhow::Ok(())
    };
    let watched = async {
        tokio::select! {
            over = until_over(desk, id) => over,
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                machine.stop(desk.owner(), id).await?;
                until_over(desk, id).await
            }
        }
    };
    let ((), over) = tokio::try_join!(work, watched)?;
    Ok(over)
}

/// A server runs: it does the work, and this tells how far it is.
async fn by_the_server(desk: &Desk, to: Destination) -> anyhow::Result<TravelView> {
    let machine = desk.engine().time_machine();
    let asked = machine.ask(desk.owner(), to).await?;
    tokio::select! {
        over = until_over(desk, asked.id) => over,
        away = nobody_takes_it_up(desk, asked.id) => away,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            Err(NoAnswer("interrupted; the server goes on with the move".to_owned()).into())
        }
    }
}

/// Returns only when the server does not take the move up.
async fn nobody_takes_it_up(desk: &Desk, id: TravelId) -> anyhow::Result<TravelView> {
    sleep(TAKEN_UP).await;
    let machine = desk.engine().time_machine();
    if machine.find(desk.owner(), id).await?.state == State::Waiting {
        machine.stop(desk.owner(), id).await?;
        let seconds = TAKEN_UP.as_secs();
        return Err(NoAnswer(format!("the server did not take the move up within {seconds} s")).into());
    }
    std::future::pending().await
}

/// Says what happens on standard error until the move is over.
async fn until_over(desk: &Desk, id: TravelId) -> anyhow::Result<TravelView> {
    let mut said = 0;
    loop {
        let view = desk.engine().time_machine().find(desk.owner(), id).await?;
        let earlier = view.progress.earlier_lines as usize;
        for line in view.progress.lines.iter().skip(said.max(earlier) - earlier) {
            output::note(&words(line));
        }
        said = earlier + view.progress.lines.len();
        if !view.state.is_open() {
            return Ok(view);
        }
        sleep(LOOK).await;
    }
}

fn words(line: &Line) -> String {
    let operation = &line.operation;
    let error = operation
        .error
        .as_ref()
        .map_or_else(String::new, |why| format!(" ({why})"));
    format!(
        "{} {} of {} {}: {}{error}",
        second(line.at),
        operation.kind.word(),
        NumberKind::Service.show(operation.service.number),
        operation.service.name,
        spaced(operation.state.word()),
    )
}

/// A move that is over, as it is printed.
#[derive(Serialize)]
struct Moved {
    id: TravelId,
    state: &'static str,
    error: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    target: Timestamp,
    /// What it took.
    milliseconds: u64,
    /// Instants at which something fell due.
    stops: u32,
    operations: Vec<Ran>,
    operations_count: i64,
    certificates: Vec<Issued>,
    certificates_count: i64,
    waits: Vec<Waits>,
    waits_count: u64,
    /// How often each piece of scheduled work ran.
    scheduled: BTreeMap<String, u32>,
    mails: i64,
}

#[derive(Serialize)]
struct Ran {
    operation: String,
    id: OperationId,
    kind: &'static str,
    state: &'static str,
    service: String,
    name: String,
    error: Option<String>,
}

#[derive(Serialize)]
struct Issued {
    service: String,
    name: String,
    reason: &'static str,
    serial: String,
    at: Timestamp,
    not_before: Timestamp,
    end_date: Date,
}

#[derive(Serialize)]
struct Waits {
    /// `department`, `client`, `ca` or `time`.
    whom: &'static str,
    who: Option<String>,
    service: Option<String>,
    service_id: Option<ServiceId>,
    name: Option<String>,
    task: Option<String>,
    task_id: Option<TaskId>,
    title: Option<String>,
    is_new: bool,
    operation: Option<String>,
    kind: Option<&'static str>,
    next_run_at: Option<Timestamp>,
}

impl From<TravelView> for Moved {
    fn from(view: TravelView) -> Self {
        let report = view.report;
        let part = |lines: fn(&Report) -> u64| report.as_ref().map_or(0, lines);
        Self {
            id: view.id,
            state: view.state.word(),
            error: view.error,
            from: view.from,
            to: report.as_ref().map(|report| report.to).or(view.progress.now),
            target: view.target,
            milliseconds: view.progress.millis,
            stops: view.progress.stops,
            operations_count: report.as_ref().map_or(0, |report| report.operations_count),
            certificates_count: report.as_ref().map_or(0, |report| report.certificates_count),
            waits_count: part(|report| report.waits_count),
            scheduled: view.progress.periodic,
            mails: report.as_ref().map_or(0, |report| report.mails),
            operations: lines(report.as_ref(), |report| &report.operations),
            certificates: lines(report.as_ref(), |report| &report.certificates),
            waits: lines(report.as_ref(), |report| &report.waits),
        }
    }
}

fn lines<A, B: for<'a> From<&'a A>>(report: Option<&Report>, of: impl Fn(&Report) -> &Vec<A>) -> Vec<B> {
    report
        .map(|report| of(report).iter().map(B::from).collect())
        .unwrap_or_default()
}

impl From<&OperationLine> for Ran {
    fn from(line: &OperationLine) -> Self {
        Self {
            operation: NumberKind::Operation.show(line.number),
            id: line.id,
            kind: line.kind.word(),
            state: line.state.word(),
            service: number(&line.service),
            name: line.service.name.clone(),
            error: line.error.clone(),
        }
    }
}

impl From<&IssuedLine> for Issued {
    fn from(line: &IssuedLine) -> Self {
        Self {
            service: number(&line.service),
            name: line.service.name.clone(),
            reason: line.reason.word(),
            serial: line.serial.clone(),
            at: line.at,
            not_before: line.not_before,
            end_date: line.end_date,
        }
    }
}

impl From<&Waiting> for Waits {
    fn from(line: &Waiting) -> Self {
        let (whom, who) = match &line.whom {
            Whom::Department { name, .. } => ("department", Some(name.clone())),
            Whom::Client { name, .. } => ("client", Some(name.clone())),
            Whom::Ca => ("ca", None),
            Whom::Time => ("time", None),
        };
        let (task, operation) = (line.task.as_ref(), line.operation.as_ref());
        Self {
            whom,
            who,
            service: line.service.as_ref().map(number),
            service_id: line.service.as_ref().map(|service| service.id),
            name: line.service.as_ref().map(|service| service.name.clone()),
            task: task.map(|task| NumberKind::Task.show(task.number)),
            task_id: task.map(|task| task.id),
            title: task.map(|task| task.title.clone()),
            is_new: task.is_some_and(|task| task.is_new),
            operation: operation.map(|operation| NumberKind::Operation.show(operation.number)),
            kind: task
                .map(|task| task.kind.word())
                .or(operation.map(|operation| operation.kind.word())),
            next_run_at: operation.and_then(|operation| operation.next_run_at),
        }
    }
}

fn number(service: &ServiceLine) -> String {
    NumberKind::Service.show(service.number)
}

fn second(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn describe(moved: &Moved) -> String {
    let mut sheet = Sheet::default();
    let shown = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), second);
    sheet.line(format!(
        "Business time: {} → {}",
        shown(moved.from),
        shown(moved.to)
    ));
    let (seconds, tenths) = (moved.milliseconds / 1000, moved.milliseconds % 1000 / 100);
    sheet.line(format!(
        "{} operations, {} certificates, {} mails, {} stops, {seconds}.{tenths} s",
        moved.operations_count, moved.certificates_count, moved.mails, moved.stops
    ));
    let mut ran = Table::new(&["Operation", "Kind", "State", "Service", "Name"]);
    for line in &moved.operations {
        ran.row([
            line.operation.clone(),
            line.kind.to_owned(),
            spaced(line.state),
            line.service.clone(),
            line.name.clone(),
        ]);
    }
    sheet.table(&ran);
    let mut issued = Table::new(&["Issued", "End date", "Reason", "Service", "Name"]);
    for line in &moved.certificates {
        issued.row([
            second(line.at),
            line.end_date.to_string(),
            spaced(line.reason),
            line.service.clone(),
            line.name.clone(),
        ]);
    }
    sheet.table(&issued);
    let mut waits = Table::new(&["Waits for", "Task", "Operation", "What", "Service", "Name"]);
    for line in &moved.waits {
        waits.row([
            line.who.clone().unwrap_or_else(|| line.whom.to_owned()),
            or_dash(line.task.as_ref()),
            or_dash(line.operation.as_ref()),
            line.kind.map(spaced).unwrap_or_default(),
            or_dash(line.service.as_ref()),
            or_dash(line.name.as_ref()),
        ]);
    }
    sheet.table(&waits);
    sheet.finish()
}
