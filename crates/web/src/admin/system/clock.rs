//! The time machine of simulated mode: what the clocks show, moving business time, and what that did.

use axum::response::Response;
use domain::id::{NumberKind, TravelId};
use engine::travel::{
    BadDestination, ClockView, Destination, IssuedLine, Line, OperationLine, Report, ServiceLine, State,
    TravelView, Waiting, Whom,
};
use httpkit::{Failure, Flash, Form, Tone, params::Posted};
use maud::{Markup, html};

use crate::{
    admin::pieces::dash,
    components::{
        badge,
        card::{card, framed},
        dialog::{self, Question},
        facts::Facts,
        field::{self, Field, Kind},
        head::Head,
        icon::Icon,
        note::{note, sentence},
        table::{self, Column, Table},
        timeline::{Event, timeline},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{AdministratorVisit, At},
};

const PATH: &str = "/admin/clock";
/// The longest span or date that is typed.
const LONGEST: usize = 40;
/// The latest lines of progress that are shown.
const SHOWN: usize = 15;

/// The routes of the time machine.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Administrator)
        .get(PATH, show)
        .post(PATH, begin)
        .post("/admin/clock/{id}/stop", stop)
}

async fn show(visit: AdministratorVisit) -> Result<Response, Failure> {
    let clocks = clocks(&visit).await?;
    if visit.htmx.is_partial {
        return Ok(visit.page(part(&visit.view, &clocks)));
    }
    Ok(visit.page(page(&visit.view, &clocks, &Form::default())))
}

async fn begin(visit: AdministratorVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let typed = form.required("to", LONGEST);
    if !form.has_problems() {
        let read: Result<Destination, BadDestination> = typed.parse();
        match read {
            Err(_) => form.reject("to", "no-destination"),
            Ok(destination) => match visit.engine.time_machine().ask(&visit.actor, destination).await {
                Ok(_) => return Ok(visit.go(PATH)),
                Err(error) => visit.into_form(&mut form, error)?,
            },
        }
    }
    let clocks = clocks(&visit).await?;
    Ok(visit.rejected(page(&visit.view, &clocks, &form)))
}

async fn stop(visit: AdministratorVisit, At(id): At<TravelId>) -> Result<Response, Failure> {
    visit.engine.time_machine().stop(&visit.actor, id).await?;
    Ok(visit.done(PATH, &Flash::done(i18n::key!("clock-stopped"))))
}

/// Outside simulated mode there is no such page.
async fn clocks(visit: &AdministratorVisit) -> Result<ClockView, Failure> {
    let clocks = visit.engine.time_machine().show(&visit.actor).await?;
    if !clocks.is_simulated {
        return Err(Failure::not_found());
    }
    Ok(clocks)
}

/// The page.
#[must_use]
pub fn page(view: &View, clocks: &ClockView, form: &Form) -> Markup {
    let title = view.t("nav-clock");
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("clock-text")).render(view))
            (field::summary(view, form, &["to"]))
            (part(view, clocks))
            @if clocks.open.is_none() { (card("move", &view.t("clock-move"), &moves(view, clocks, form))) }
        },
    )
}

/// The part that is asked for again while a move is under way.
#[must_use]
pub fn part(view: &View, clocks: &ClockView) -> Markup {
    let is_open = clocks.open.is_some();
    html! {
        div.stack id="clocks" aria-live="polite" hx-get=[is_open.then_some(PATH)] hx-trigger=[is_open.then_some("every 500ms")] hx-swap=[is_open.then_some("outerHTML")] {
            (card("shown", &view.t("clock-clocks"), &shown(view, clocks)))
            @if let Some(travel) = &clocks.open { (card("progress", &view.t("clock-under-way"), &progress(view, travel))) }
            @else if let Some(travel) = &clocks.last { (last(view, travel)) }
            @if is_open { noscript { p { a.button href=(PATH) { (view.t("action-refresh")) } } } }
        }
    }
}

fn shown(view: &View, clocks: &ClockView) -> Markup {
    let facts = Facts::new()
        .markup(
            view.t("clock-business"),
            html! { strong { (view.instant_seconds(clocks.business)) } },
        )
        .text(view.t("clock-machine"), view.instant_seconds(clocks.machine));
    match &clocks.simulator {
        None => facts,
        Some(Ok(now)) => facts.text(view.t("clock-simulator"), view.instant_seconds(*now)),
        Some(Err(why)) => facts.markup(
            view.t("clock-simulator"),
            html! { (badge::badge(Tone::Bad, &view.t("clock-simulator-away"))) span.sub { (why) } },
        ),
    }
    .text(
        view.t("clock-next-reissue"),
        clocks.next_reissue.map(|day| view.date(day)).unwrap_or_default(),
    )
    .render()
}

/// The ways to move business time, each with a question before it.
fn moves(view: &View, clocks: &ClockView, form: &Form) -> Markup {
    let quick = |id: &str, title: String, to: Destination| {
        dialog::confirm(
            view,
            &Question {
                id,
                title,
                text: view.t("clock-move-text"),
                action: PATH.to_owned(),
                fields: html! { input type="hidden" name="to" value=(to); },
                class: "",
            },
        )
    };
    html! {
        div.actions {
            (quick("move-day", view.t("clock-one-day"), Destination::Days(1)))
            (quick("move-month", view.t("clock-thirty-days"), Destination::Days(30)))
            @if let Some(day) = clocks.next_reissue.filter(|day| *day > clocks.business.to_zoned(view.zone.clone()).date()) {
                (quick("move-reissue", view.t_args("clock-to-reissue", &[("date", view.date(day).into())]), Destination::Day(day)))
            }
        }
        form.stack method="post" action=(PATH) {
            (Field::new("to", view.t("clock-to"), Kind::Text).hint(view.t("clock-to-hint")).placeholder("180d").render(view, form))
            p.muted { (view.t("clock-move-text")) }
            div.actions { button.button.primary type="submit" { (view.t("clock-go")) } }
        }
    }
}

fn progress(view: &View, travel: &TravelView) -> Markup {
    let now = travel.progress.now.or(travel.from).unwrap_or(travel.asked_at);
    let from = travel.from.unwrap_or(now);
    let (done, of) = (
        now.duration_since(from).as_secs().max(0),
        travel.target.duration_since(from).as_secs().max(1),
    );
    let text = match travel.state {
        State::Waiting => view.t("clock-waiting"),
        _ => view.t_args(
            "clock-running",
            &[
                ("now", view.instant(now).into()),
                ("target", view.instant(travel.target).into()),
                ("stops", travel.progress.stops.into()),
            ],
        ),
    };
    html! {
        p { (text) }
        progress max=(of) value=(done.min(of)) aria-label=(view.t("clock-under-way")) {}
        (lines(view, travel))
        (field::action(&format!("{PATH}/{}/stop", travel.id), "small", &html! { (view.t("clock-stop")) }))
    }
}

/// What happened, the latest first.
fn lines(view: &View, travel: &TravelView) -> Markup {
    let events: Vec<Event> = travel
        .progress
        .lines
        .iter()
        .rev()
        .take(SHOWN)
        .map(|line: &Line| Event {
            tone: tone(&line.operation),
            when: view.day_of(line.at),
            title: format!(
                "{}: {}",
                view.word("operation-kind", line.operation.kind.word()),
                view.word("operation-state", line.operation.state.word())
            ),
            body: html! { (service(Some(&line.operation.service))) },
        })
        .collect();
    html! { @if !events.is_empty() { (timeline(&events)) } }
}

fn tone(operation: &OperationLine) -> Tone {
    use domain::state::OperationState;
    match operation.state {
        OperationState::Done => Tone::Good,
        OperationState::Manual => Tone::Warn,
        OperationState::Failed => Tone::Bad,
        OperationState::Waiting | OperationState::Superseded => Tone::Neutral,
    }
}

/// The last move and what it did.
fn last(view: &View, travel: &TravelView) -> Markup {
    let Some(report) = &travel.report else {
        return note(
            Tone::Warn,
            &html! { p { (view.t_args("clock-broke-off", &[("target", view.instant(travel.target).into())])) } },
        );
    };
    html! {
        @if travel.state == State::BrokenOff {
            (note(Tone::Bad, &html! {
                p { (view.t_args("clock-broke-off", &[("target", view.instant(travel.target).into())])) }
                @if let Some(error) = &travel.error { p { code { (error) } } }
            }))
        }
        (card("report", &view.t("clock-report"), &summary(view, report)))
        @if !report.waits.is_empty() { (framed("waits", &view.t("clock-waits"), &html! {}, &waits(view, report))) }
        @if !report.certificates.is_empty() { (framed("issued", &view.t("clock-issued"), &html! {}, &issued(view, report))) }
        @if !report.operations.is_empty() { (framed("ran", &view.t("clock-ran"), &html! {}, &ran(view, report))) }
    }
}

fn summary(view: &View, report: &Report) -> Markup {
    let text = view.t_args(
        "clock-summary",
        &[
            ("from", view.instant(report.from).into()),
            ("to", view.instant(report.to).into()),
            ("operations", report.operations_count.into()),
            ("certificates", report.certificates_count.into()),
            ("mails", report.mails.into()),
            ("stops", report.stops.into()),
        ],
    );
    let periodic: Vec<String> = report
        .periodic
        .iter()
        .map(|(name, count)| format!("{} × {}", view.word("periodic", name), view.number(*count)))
        .collect();
    html! {
        (sentence(Tone::Good, &text))
        @if report.waits.is_empty() { p { (view.t("clock-nothing-waits")) } }
        @if !periodic.is_empty() { p.muted.small { (view.t("nav-periodic")) ": " (periodic.join(", ")) } }
    }
}

fn waits(view: &View, report: &Report) -> Markup {
    let row = |waiting: &Waiting| -> Vec<Markup> {
        let whom = match &waiting.whom {
            Whom::Department { name, .. } => html! { (name) },
            Whom::Client { id, name } => html! { a href={ "/admin/accounts/" (id) } { (name) } },
            Whom::Ca => html! { (view.t("clock-whom-ca")) },
            Whom::Time => html! { (view.t("clock-whom-time")) },
        };
        let what = html! {
            @if let Some(task) = &waiting.task {
                a href={ "/admin/tasks/" (task.id) } { (NumberKind::Task.show(task.number)) }
                " " (view.word("task-kind", task.kind.word()))
                @if task.is_new { " " (badge::badge(Tone::Info, &view.t("clock-new"))) }
                span.sub { (task.title) }
            }
            @if let Some(operation) = &waiting.operation {
                a href={ "/admin/operations/" (operation.id) } { (NumberKind::Operation.show(operation.number)) }
                " " (view.word("operation-kind", operation.kind.word()))
                @if let (Whom::Time, Some(at)) = (&waiting.whom, operation.next_run_at) { span.sub { (view.instant(at)) } }
            }
        };
        vec![whom, what, service(waiting.service.as_ref())]
    };
    Table {
        caption: view.t("clock-waits"),
        columns: vec![
            Column::new(view.t("clock-whom")),
            Column::new(view.t("clock-what")),
            Column::new(view.t("clock-service")),
        ],
        rows: report.waits.iter().map(row).collect(),
        sorting: None,
        empty: table::empty(Icon::Check, &view.t("clock-nothing-waits"), "", &html! {}),
    }
    .render()
}

fn issued(view: &View, report: &Report) -> Markup {
    let row = |issued: &IssuedLine| -> Vec<Markup> {
        vec![
            html! { (view.day_of(issued.at)) },
            service(Some(&issued.service)),
            html! { (view.word("issue-reason", issued.reason.word())) },
            html! { (view.date(issued.end_date)) },
            html! { code.breakable { (issued.serial) } },
        ]
    };
    Table {
        caption: view.t("clock-issued"),
        columns: vec![
            Column::fit(view.t("column-when")),
            Column::new(view.t("clock-service")),
            Column::new(view.t("clock-reason")),
            Column::fit(view.t("clock-end-date")),
            Column::new(view.t("clock-serial")),
        ],
        rows: report.certificates.iter().map(row).collect(),
        sorting: None,
        empty: html! {},
    }
    .render()
}

fn ran(view: &View, report: &Report) -> Markup {
    let row = |operation: &OperationLine| -> Vec<Markup> {
        vec![
            html! { a href={ "/admin/operations/" (operation.id) } { (NumberKind::Operation.show(operation.number)) } },
            html! { (view.word("operation-kind", operation.kind.word())) },
            html! {
                (badge::operation_state(view, operation.state))
                @if let Some(error) = &operation.error { span.sub { (error) } }
            },
            service(Some(&operation.service)),
        ]
    };
    Table {
        caption: view.t("clock-ran"),
        columns: vec![
            Column::fit(view.t("clock-operation")),
            Column::new(view.t("clock-kind")),
            Column::new(view.t("column-state")),
            Column::new(view.t("clock-service")),
        ],
        rows: report.operations.iter().map(row).collect(),
        sorting: None,
        empty: html! {},
    }
    .render()
}

fn service(line: Option<&ServiceLine>) -> Markup {
    html! {
        @match line {
            Some(line) => { a href={ "/admin/services/" (line.id) } { (NumberKind::Service.show(line.number)) } " " span.breakable { (line.name) } }
            None => (dash()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::state::{IssueReason, OperationKind, OperationState, Role, TaskKind};
    use engine::travel::{Progress, WaitingOperation, WaitingTask};
    use jiff::{Timestamp, civil::date};
    use uuid::Uuid;

    use super::*;
    use crate::{validity::snapshot_page, view::sample};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn id<I: From<Uuid>>(number: u128) -> I {
        Uuid::from_u128(number).into()
    }

    fn named(number: i64) -> ServiceLine {
        ServiceLine {
            id: id(11),
            number,
            name: "www.<example>.net".into(),
        }
    }

    fn operation(state: OperationState, error: Option<&str>) -> OperationLine {
        OperationLine {
            id: id(12),
            number: 7,
            kind: OperationKind::Reissue,
            state,
            service: named(1042),
            error: error.map(str::to_owned),
        }
    }

    fn travel(state: State) -> TravelView {
        TravelView {
            id: id(1),
            state,
            asked_by: "usr_1".into(),
            asked_at: at("2026-11-23T09:00:00Z"),
            from: Some(at("2026-11-23T09:00:00Z")),
            target: at("2027-11-23T09:00:00Z"),
            progress: Progress {
                now: Some(at("2027-05-10T00:00:00Z")),
                stops: 4,
                lines: vec![Line {
                    at: at("2027-05-10T00:00:01Z"),
                    operation: operation(OperationState::Done, None),
                }],
                ..Progress::default()
            },
            report: None,
            error: None,
        }
    }

    fn report() -> Report {
        let waiting = |whom: Whom, task: Option<WaitingTask>, operation: Option<WaitingOperation>| Waiting {
            whom,
            service: Some(named(1042)),
            task,
            operation,
        };
        let task = WaitingTask {
            id: id(21),
            number: 17,
            kind: TaskKind::ReissueByHand,
            title: "S-1042 · www.<example>.net".into(),
            is_new: true,
        };
        let still = WaitingOperation {
            id: id(12),
            number: 8,
            kind: OperationKind::Open,
            next_run_at: Some(at("2027-11-24T09:00:00Z")),
        };
        Report {
            from: at("2026-11-23T09:00:00Z"),
            to: at("2027-11-23T09:00:00Z"),
            millis: 1234,
            stops: 12,
            operations: vec![
                operation(OperationState::Done, None),
                operation(OperationState::Manual, Some("the CA offers no such call")),
            ],
            operations_count: 2,
            certificates: vec![IssuedLine {
                at: at("2027-05-10T00:00:01Z"),
                service: named(1042),
                serial: "00aa11".into(),
                not_before: at("2027-05-10T00:00:00Z"),
                end_date: date(2027, 8, 16),
                reason: IssueReason::Reissue,
            }],
            certificates_count: 1,
            waits: vec![
                waiting(
                    Whom::Department {
                        id: id(31),
                        name: "Technical & support".into(),
                    },
                    Some(task),
                    None,
                ),
                waiting(
                    Whom::Client {
                        id: id(5),
                        name: "Client & Sons".into(),
                    },
                    None,
                    Some(still.clone()),
                ),
                waiting(Whom::Ca, None, Some(still.clone())),
                waiting(Whom::Time, None, Some(still)),
            ],
            waits_count: 4,
            periodic: BTreeMap::from([("balances".to_owned(), 12)]),
            mails: 3,
        }
    }

    #[test]
    fn pages() {
        let administrator = sample::signed(Role::Administrator, PATH);
        let still = ClockView {
            is_simulated: true,
            business: at("2026-11-23T09:00:00Z"),
            machine: at("2026-11-23T09:00:00Z"),
            simulator: Some(Ok(at("2026-11-23T09:00:00Z"))),
            next_reissue: Some(date(2027, 5, 10)),
            open: None,
            last: None,
        };
        let wrong = {
            let mut form = Form::default().with("to", "next <year>");
            form.reject("to", "no-destination");
            form
        };
        snapshot_page!("clock", administrator.clone(), |view| page(view, &still, &wrong));
        let moving = ClockView {
            simulator: Some(Err("connection <refused>".into())),
            open: Some(travel(State::Running)),
            ..still.clone()
        };
        snapshot_page!("clock-moving", administrator.clone(), |view| page(
            view,
            &moving,
            &Form::default()
        ));
        let moved = ClockView {
            last: Some(TravelView {
                report: Some(report()),
                error: Some("the simulated CA's clock does not answer".into()),
                ..travel(State::BrokenOff)
            }),
            ..still
        };
        snapshot_page!("clock-moved", administrator.clone(), |view| page(
            view,
            &moved,
            &Form::default()
        ));
    }
}
