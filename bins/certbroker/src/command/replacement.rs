//! `certbroker replacement …`

use std::io::Read as _;

use anyhow::Context as _;
use domain::id::{NumberKind, ReplacementId, ServiceId};
use engine::{
    replacements::{Counts, NewRun, Preview, ReplacedLine, ReplacedState, RunLine, RunView, Selection},
    services::ServiceQuery,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use store::{Page, page::MAX_PAGE_SIZE};

use super::{desk::Desk, find};
use crate::{
    cli::{ReplacementCommand, StartReplacement},
    exit::Refused,
    output::{self, Sheet, Table, or_dash, spaced},
};

pub(super) async fn run(desk: &Desk, command: ReplacementCommand) -> anyhow::Result<()> {
    match command {
        ReplacementCommand::Start(options) => start(desk, *options).await,
        ReplacementCommand::List { limit } => list(desk, limit).await,
        ReplacementCommand::Show { run, services, state } => {
            let id = find::replacement(desk, &run).await?;
            let lines = if services {
                Some(services_of(desk, id, state).await?)
            } else {
                None
            };
            show(desk, id, lines).await
        }
        ReplacementCommand::Pause { run } => {
            let id = find::replacement(desk, &run).await?;
            desk.engine().replacements().pause(desk.owner(), id).await?;
            show(desk, id, None).await
        }
        ReplacementCommand::Resume { run } => {
            let id = find::replacement(desk, &run).await?;
            desk.engine().replacements().resume(desk.owner(), id).await?;
            show(desk, id, None).await
        }
        ReplacementCommand::Cancel { run } => {
            let id = find::replacement(desk, &run).await?;
            desk.engine().replacements().cancel(desk.owner(), id).await?;
            show(desk, id, None).await
        }
    }
}

/// Starts a run, or shows what it would do.
///
/// # Errors
/// Nothing is chosen, or the use case refuses.
pub(super) async fn start(desk: &Desk, options: StartReplacement) -> anyhow::Result<()> {
    let selection = selection(desk, &options).await?;
    let runs = desk.engine().replacements();
    if options.preview {
        let preview = runs.preview(desk.owner(), &selection, options.hours).await?;
        return output::print(desk.format, &Previewed::from(preview), Previewed::describe);
    }
    let new = NewRun {
        selection,
        why: options.why,
        hours: options.hours,
        expected: None,
    };
    let run = runs.start(desk.owner(), new).await?;
    output::print(desk.format, &Row::from(run), |row| {
        format!("{}: {} certificates\n", row.number, row.services)
    })
}

async fn selection(desk: &Desk, options: &StartReplacement) -> anyhow::Result<Selection> {
    if !options.certificates.is_empty() {
        return Ok(Selection::Listed(options.certificates.join("\n")));
    }
    if let Some(path) = &options.file {
        let text = if path.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .context("reading standard input")?;
            text
        } else {
            std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?
        };
        return Ok(Selection::Listed(text));
    }
    let filters = &options.filters;
    if !filters.is_given() {
        let what = "say which certificates: by number, by --file, by a filter, or --all";
        return Err(Refused(what.to_owned()).into());
    }
    Ok(Selection::Filter(ServiceQuery {
        module: match &filters.module {
            Some(text) => Some(find::module(desk, text).await?),
            None => None,
        },
        plan: match &filters.tariff {
            Some(text) => Some(find::tariff(desk, text).await?),
            None => None,
        },
        account: match &filters.account {
            Some(text) => Some(find::account(desk, text).await?.id),
            None => None,
        },
        states: filters.state.clone(),
        search: filters.search.clone(),
        ..ServiceQuery::default()
    }))
}

async fn list(desk: &Desk, limit: u32) -> anyhow::Result<()> {
    let page = Page::first(limit.min(MAX_PAGE_SIZE));
    let found = desk.engine().replacements().list(desk.owner(), &page).await?;
    let rows: Vec<Row> = found.rows.into_iter().map(Row::from).collect();
    output::print_rows(desk.format, &rows, |rows| {
        let mut table = Table::new(&["Number", "State", "Replaced", "Open", "Deadline", "Why"]);
        for row in rows {
            table.row([
                row.number.clone(),
                spaced(row.state),
                format!("{}/{}", row.counts.replaced, row.wanted),
                (row.counts.queued + row.counts.begun).to_string(),
                row.deadline.to_string(),
                row.why.clone(),
            ]);
        }
        table
    })
}

async fn services_of(
    desk: &Desk,
    id: ReplacementId,
    state: Option<ReplacedState>,
) -> anyhow::Result<Vec<Line>> {
    let runs = desk.engine().replacements();
    let mut lines = Vec::new();
    let mut page = Page::first(MAX_PAGE_SIZE);
    loop {
        let found = runs.services(desk.owner(), id, state, &page).await?;
        lines.extend(found.rows.into_iter().map(Line::from));
        let Some(next) = found.next else {
            return Ok(lines);
        };
        page = Page::after(next, MAX_PAGE_SIZE);
    }
}

async fn show(desk: &Desk, id: ReplacementId, services: Option<Vec<Line>>) -> anyhow::Result<()> {
    let view = desk.engine().replacements().show(desk.owner(), id).await?;
    output::print(desk.format, &Shown::of(view, services), Shown::describe)
}

/// A run as a row.
#[derive(Serialize)]
struct Row {
    id: ReplacementId,
    number: String,
    state: &'static str,
    why: String,
    started_by: String,
    started_at: Timestamp,
    deadline: Timestamp,
    ended_at: Option<Timestamp>,
    services: u32,
    wanted: i64,
    counts: Counted,
}

#[derive(Serialize)]
struct Counted {
    queued: i64,
    begun: i64,
    replaced: i64,
    failed: i64,
    left: i64,
    skipped: i64,
}

impl From<Counts> for Counted {
    fn from(counts: Counts) -> Self {
        Self {
            queued: counts.queued,
            begun: counts.begun,
            replaced: counts.replaced,
            failed: counts.failed,
            left: counts.left,
            skipped: counts.skipped,
        }
    }
}

impl From<RunLine> for Row {
    fn from(run: RunLine) -> Self {
        Self {
            id: run.id,
            number: NumberKind::Replacement.show(run.number),
            state: run.state.word(),
            why: run.why,
            started_by: run.started_by,
            started_at: run.started_at,
            deadline: run.deadline,
            ended_at: run.ended_at,
            services: run.services,
            wanted: run.counts.wanted(),
            counts: run.counts.into(),
        }
    }
}

/// A run with whom it waits for.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    row: Row,
    waits_for: Waits,
    modules: Vec<Module>,
    expected_end: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<Line>>,
}

#[derive(Serialize)]
struct Waits {
    us: i64,
    clients: i64,
    ca: i64,
    staff: i64,
    away: i64,
}

#[derive(Serialize)]
struct Module {
    name: String,
    held: Option<&'static str>,
    counts: Counted,
}

/// One service of a run.
#[derive(Serialize)]
struct Line {
    position: i32,
    service: ServiceId,
    number: String,
    main_name: String,
    account_name: String,
    module_name: Option<String>,
    state: &'static str,
    needs: &'static str,
    old_serial: String,
    new_serial: Option<String>,
    begun_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    problem: Option<String>,
    operation: Option<String>,
}

impl From<ReplacedLine> for Line {
    fn from(line: ReplacedLine) -> Self {
        Self {
            position: line.position,
            service: line.service,
            number: NumberKind::Service.show(line.number),
            main_name: line.main_name.to_string(),
            account_name: line.account_name,
            module_name: line.module_name,
            state: line.state.word(),
            needs: line.needs.word(),
            old_serial: line.old_serial,
            new_serial: line.new_serial,
            begun_at: line.begun_at,
            ended_at: line.ended_at,
            problem: line.problem,
            operation: line
                .operation
                .map(|(_, number)| NumberKind::Operation.show(number)),
        }
    }
}

impl Shown {
    fn of(view: RunView, lines: Option<Vec<Line>>) -> Self {
        Self {
            waits_for: Waits {
                us: view.waits.us,
                clients: view.waits.clients,
                ca: view.waits.ca,
                staff: view.waits.staff,
                away: view.waits.away,
            },
            modules: view
                .modules
                .into_iter()
                .map(|module| Module {
                    name: module.name,
                    held: module.held,
                    counts: module.counts.into(),
                })
                .collect(),
            expected_end: view.expected_end,
            row: view.line.into(),
            lines,
        }
    }

    fn describe(&self) -> String {
        let row = &self.row;
        let mut sheet = Sheet::default();
        sheet.line(format!("{}  {}  {}", row.number, spaced(row.state), row.why));
        sheet.fact("Begun", row.started_at.to_string());
        sheet.fact("Deadline", row.deadline.to_string());
        sheet.fact("Over", or_dash(row.ended_at.as_ref()));
        sheet.fact("Expected", or_dash(self.expected_end.as_ref()));
        sheet.fact("Replaced", format!("{} of {}", row.counts.replaced, row.wanted));
        let waits = &self.waits_for;
        sheet.fact(
            "Under way",
            format!(
                "{}: certbroker {}, clients {}, the CA {}, staff {}, a CA that is away {}",
                row.counts.begun, waits.us, waits.clients, waits.ca, waits.staff, waits.away
            ),
        );
        sheet.fact("Not begun", row.counts.queued.to_string());
        sheet.fact(
            "Others",
            format!(
                "{} failed, {} left, {} not replaced",
                row.counts.failed, row.counts.left, row.counts.skipped
            ),
        );
        for module in self.modules.iter().filter(|module| module.held.is_some()) {
            sheet.line(format!(
                "{} waits: {}",
                module.name,
                or_dash(module.held.as_ref())
            ));
        }
        let mut table = Table::new(&["Place", "Service", "Name", "State", "Old", "New", "Operation"]);
        for line in self.lines.iter().flatten() {
            table.row([
                line.position.to_string(),
                line.number.clone(),
                line.main_name.clone(),
                spaced(line.state),
                line.old_serial.clone(),
                or_dash(line.new_serial.as_ref()),
                or_dash(line.operation.as_ref()),
            ]);
        }
        sheet.table(&table);
        sheet.finish()
    }
}

/// What a run would do.
#[derive(Serialize)]
struct Previewed {
    certificates: u32,
    deadline: Timestamp,
    modules: Vec<Share>,
    attended: Vec<Group>,
    not_replaced: Vec<Group>,
    unknown: Vec<String>,
    first: Vec<First>,
}

#[derive(Serialize)]
struct Share {
    name: String,
    certificates: u32,
    unattended: u32,
    calls_per_second: Option<u32>,
    at_once: u32,
    seconds: i64,
}

#[derive(Serialize)]
struct Group {
    needs: Option<&'static str>,
    why: String,
    count: u32,
    examples: Vec<String>,
}

#[derive(Serialize)]
struct First {
    number: String,
    main_name: String,
    end_date: Option<Date>,
    needs: &'static str,
}

impl From<Preview> for Previewed {
    fn from(preview: Preview) -> Self {
        let numbers = |examples: Vec<(ServiceId, i64)>| -> Vec<String> {
            let shown = examples
                .into_iter()
                .map(|(_, number)| NumberKind::Service.show(number));
            shown.collect()
        };
        Self {
            certificates: preview.services,
            deadline: preview.deadline,
            modules: preview
                .modules
                .into_iter()
                .map(|share| Share {
                    name: share.name,
                    certificates: share.services,
                    unattended: share.unattended,
                    calls_per_second: share.per_second,
                    at_once: share.at_once,
                    seconds: share.takes.as_secs(),
                })
                .collect(),
            attended: preview
                .attended
                .into_iter()
                .map(|one| Group {
                    needs: Some(one.needs.word()),
                    why: one.why.to_owned(),
                    count: one.count,
                    examples: numbers(one.examples),
                })
                .collect(),
            not_replaced: preview
                .skipped
                .into_iter()
                .map(|one| Group {
                    needs: None,
                    why: one.why,
                    count: one.count,
                    examples: numbers(one.examples),
                })
                .collect(),
            unknown: preview.unknown,
            first: preview
                .first
                .into_iter()
                .map(|one| First {
                    number: NumberKind::Service.show(one.number),
                    main_name: one.main_name.to_string(),
                    end_date: one.end_date,
                    needs: one.needs.word(),
                })
                .collect(),
        }
    }
}

impl Previewed {
    fn describe(&self) -> String {
        let mut sheet = Sheet::default();
        sheet.line(format!("{} certificates would be replaced", self.certificates));
        sheet.fact("Deadline", self.deadline.to_string());
        for share in &self.modules {
            sheet.line(format!(
                "{}: {}, of them {} unattended in about {} minutes",
                share.name,
                share.certificates,
                share.unattended,
                share.seconds.div_euclid(60) + 1
            ));
        }
        for group in &self.attended {
            let who = or_dash(group.needs.as_ref());
            sheet.line(format!("needs {who} ({}): {}", group.why, group.count));
        }
        for group in &self.not_replaced {
            sheet.line(format!("not replaced ({}): {}", group.why, group.count));
        }
        for line in &self.unknown {
            sheet.line(format!("no certificate in use: {line}"));
        }
        let mut table = Table::new(&["First", "Name", "Ends", "Needs"]);
        for one in &self.first {
            table.row([
                one.number.clone(),
                one.main_name.clone(),
                or_dash(one.end_date.as_ref()),
                one.needs.to_owned(),
            ]);
        }
        sheet.table(&table);
        sheet.finish()
    }
}
