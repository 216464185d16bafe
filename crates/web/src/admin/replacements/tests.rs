//! The pages of replacement runs, in both languages.

use domain::{name::DomainName, state::Role};
use engine::replacements::{
    Attended, Candidate, Counts, ModuleProgress, ModuleShare, Preview, ReplacedLine, ReplacedState,
    ReplacementNeeds, RunLine, RunState, RunView, Skipped, WaitsFor,
};
use httpkit::{Form, Params};
use jiff::{SignedDuration, Timestamp, civil::date};
use uuid::Uuid;

use super::{Offered, Shown, choose, choose_page, list_page, preview_page, show_page};
use crate::{
    admin::people::People,
    components::list::Pager,
    validity::snapshot_page,
    view::{View, sample},
};

fn id<I: From<Uuid>>(number: u128) -> I {
    I::from(Uuid::from_u128(number))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

fn staff(path: &str) -> View {
    sample::signed(Role::Staff, path)
}

fn line(state: RunState) -> RunLine {
    RunLine {
        id: id(9),
        number: 3,
        state,
        why: "CA incident <1234>".into(),
        started_by: "command line".into(),
        started_at: at("2026-11-23T06:00:00Z"),
        deadline: at("2026-11-24T06:00:00Z"),
        ended_at: matches!(state, RunState::Cancelled | RunState::Done).then(|| at("2026-11-23T08:00:00Z")),
        services: 6,
        counts: Counts {
            queued: 1,
            begun: 1,
            replaced: 1,
            failed: 1,
            left: 1,
            skipped: 1,
        },
    }
}

fn row(number: u8, state: ReplacedState) -> ReplacedLine {
    let is_begun = !matches!(
        state,
        ReplacedState::Queued | ReplacedState::Left | ReplacedState::Skipped
    );
    let is_over = !matches!(state, ReplacedState::Queued | ReplacedState::Begun);
    ReplacedLine {
        position: i32::from(number),
        service: id(u128::from(number)),
        number: 1_000 + i64::from(number),
        main_name: name(&format!("shop{number}.example")),
        account: id(5),
        account_name: "Client & Sons".into(),
        module_name: Some("Example CA".into()),
        state,
        needs: ReplacementNeeds::Client,
        old_serial: "0A0B".into(),
        new_serial: (state == ReplacedState::Replaced).then(|| "0C0D".into()),
        begun_at: is_begun.then(|| at("2026-11-23T06:01:00Z")),
        ended_at: is_over.then(|| at("2026-11-23T07:00:00Z")),
        problem: match state {
            ReplacedState::Skipped => Some("suspended".into()),
            ReplacedState::Failed => Some("The CA refused the reissue: <no>".into()),
            _ => None,
        },
        operation: is_begun.then(|| (id(20), 311)),
        waiting: None,
    }
}

#[test]
fn the_runs_are_listed() {
    snapshot_page!("replacements", staff("/admin/replacements"), |view| list_page(
        view,
        &Params::default(),
        &[line(RunState::Running), line(RunState::Done)],
        &People::default(),
        &Pager::default()
    ));
}

#[test]
fn certificates_are_chosen_and_what_will_happen_is_shown_first() {
    let offered = Offered {
        plans: vec![("tar_1".into(), "PositiveSSL".into())],
        modules: vec![("mod_1".into(), "Example CA".into())],
    };
    let view = staff("/admin/replacements/new");
    let form = choose::begun(&Params::from([("state", "active"), ("q", "shop")]));
    snapshot_page!("replacement-choose", view.clone(), |view| choose_page(
        view, &form, &offered
    ));
    let mut form: Form = form.with("by", "list").with("listed", "0A0B\nwhat");
    assert!(choose::read(&mut form).is_none(), "it must be said why");
    snapshot_page!("replacement-choose-wrong", view.clone(), |view| choose_page(
        view, &form, &offered
    ));
    let examples = vec![(id(1), 1_001), (id(2), 1_002)];
    let preview = Preview {
        services: 4,
        deadline: at("2026-11-24T06:00:00Z"),
        modules: vec![ModuleShare {
            module: id(7),
            name: "Example CA".into(),
            services: 4,
            unattended: 1,
            per_second: Some(2),
            at_once: 4,
            takes: SignedDuration::from_mins(90),
        }],
        attended: vec![
            Attended {
                needs: ReplacementNeeds::Client,
                why: "file",
                count: 2,
                examples: examples.clone(),
            },
            Attended {
                needs: ReplacementNeeds::Person,
                why: "by-hand",
                count: 1,
                examples: vec![(id(3), 1_003)],
            },
        ],
        skipped: vec![Skipped {
            why: "suspended".into(),
            count: 2,
            examples,
        }],
        unknown: vec!["<what>".into()],
        first: vec![Candidate {
            service: id(1),
            number: 1_001,
            main_name: name("shop1.example"),
            end_date: Some(date(2027, 6, 1)),
            needs: ReplacementNeeds::Person,
        }],
    };
    let form = form.with("why", "CA incident <1234>");
    snapshot_page!("replacement-preview", view.clone(), |view| preview_page(
        view, &form, &preview
    ));
    let nothing = Preview {
        services: 0,
        modules: Vec::new(),
        attended: Vec::new(),
        skipped: Vec::new(),
        first: Vec::new(),
        ..preview
    };
    snapshot_page!("replacement-preview-nothing", view.clone(), |view| preview_page(
        view, &form, &nothing
    ));
}

fn shown(state: RunState) -> Shown {
    let states = [
        ReplacedState::Queued,
        ReplacedState::Begun,
        ReplacedState::Replaced,
        ReplacedState::Failed,
        ReplacedState::Left,
        ReplacedState::Skipped,
    ];
    let line = line(state);
    Shown {
        run: RunView {
            waits: WaitsFor {
                us: 1,
                clients: 2,
                ca: 3,
                staff: 4,
                away: 5,
            },
            modules: vec![ModuleProgress {
                module: Some(id(7)),
                name: "Example CA".into(),
                counts: line.counts,
                held: (state == RunState::Running).then_some("rests"),
            }],
            expected_end: (state == RunState::Running).then(|| at("2026-11-23T12:00:00Z")),
            line,
        },
        rows: (1..)
            .zip(states)
            .map(|(number, state)| row(number, state))
            .collect(),
        pager: Pager::default(),
        query: Params::default(),
        people: People::default(),
    }
}

#[test]
fn a_run_shows_how_far_it_came_and_whom_it_waits_for() {
    let view = staff("/admin/replacements/9");
    let (running, paused, over) = (
        shown(RunState::Running),
        shown(RunState::Paused),
        shown(RunState::Cancelled),
    );
    snapshot_page!("replacement-running", view.clone(), |view| show_page(
        view, &running
    ));
    snapshot_page!("replacement-paused", view.clone(), |view| show_page(
        view, &paused
    ));
    snapshot_page!("replacement-over", view.clone(), |view| show_page(view, &over));
}
