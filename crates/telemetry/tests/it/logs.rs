//! Which lines come out, and what is in them.

use std::{fs, sync::Arc};

use certbroker_telemetry::{Capture, Format, Level, Levels, LineSink, Output, Settings};
use domain::clock::FixedClock;
use jiff::Timestamp;
use parking_lot::Mutex;
use tracing::{Dispatch, debug, dispatcher, error, info, info_span, trace, warn};

/// Keeps `log|line` of everything written.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<String>>>);

impl LineSink for Kept {
    fn write(&self, log: &str, line: &str) {
        self.0.lock().push(format!("{log}|{line}"));
    }
}

struct Logs {
    kept: Kept,
    dispatch: Dispatch,
    levels: Levels,
    capture: Capture,
}

impl Logs {
    fn new(adapt: impl FnOnce(Settings) -> Settings) -> Self {
        let kept = Kept::default();
        let settings = Settings::new("certbroker", Arc::new(FixedClock(Timestamp::UNIX_EPOCH)));
        let settings = adapt(settings).output(Output::Other(Box::new(kept.clone())));
        let (dispatch, levels, capture) = settings.build().unwrap();
        Self {
            kept,
            dispatch,
            levels,
            capture,
        }
    }

    /// The messages of what was written meanwhile, with the level's name before each.
    fn said(&self, code: impl FnOnce()) -> Vec<String> {
        self.lines(code)
            .iter()
            .map(|line| {
                let name = line.split(' ').nth(1).unwrap();
                format!("{name} {}", line.split(": ").nth(1).unwrap().trim_end())
            })
            .collect()
    }

    /// Changes levels as the running program does, in which these logs are those of the process.
    fn change<T>(&self, code: impl FnOnce(&Levels) -> T) -> T {
        dispatcher::with_default(&self.dispatch, || code(&self.levels))
    }

    fn lines(&self, code: impl FnOnce()) -> Vec<String> {
        dispatcher::with_default(&self.dispatch, code);
        std::mem::take(&mut *self.kept.0.lock())
    }
}

/// One message of every level.
fn all_levels() {
    info!(target: "certbroker_engine::x", notice = true, "started");
    error!(target: "certbroker_engine::x", fatal = true, "stopping");
    error!(target: "certbroker_engine::x", "failed");
    warn!(target: "certbroker_engine::x", "odd");
    info!(target: "certbroker_engine::x", "asked");
    debug!(target: "certbroker_engine::x", "chose");
    debug!(target: "certbroker_engine::x", exchange = "request", "called");
    trace!(target: "certbroker_engine::x", "entered");
    trace!(target: "certbroker_engine::x", exchange = "answer", "answered");
}

const NAMES: [&str; 9] = [
    "NOTE", "FATAL", "ERROR", "WARNING", "INFO", "EXTINFO", "EXT", "TRACE", "DEBUG",
];

#[test]
fn every_threshold_shows_its_own_level_and_all_below() {
    for digit in 0..=9_u8 {
        let logs = Logs::new(|settings| settings.rules(format!("certbroker.* {digit}")));
        let said = logs.said(all_levels);
        let names: Vec<_> = said.iter().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(names, NAMES[..usize::from(digit)], "at {digit}");
    }
}

#[test]
fn a_module_has_its_own_level_which_changes_at_run_time() {
    let logs = Logs::new(|settings| settings);
    let work = || {
        let span = info_span!(target: "certbroker_engine", "operation", module = "pmleadertelecom:3");
        let _entered = span.enter();
        trace!(target: "certbroker_connectors::client", "deep inside");
    };
    assert!(logs.said(work).is_empty());
    logs.change(|levels| levels.set("pmleadertelecom", Level::DEBUG))
        .unwrap();
    assert_eq!(logs.said(work), ["TRACE deep inside"]);
    assert!(
        logs.said(|| trace!(target: "certbroker_engine", "elsewhere"))
            .is_empty()
    );
    logs.change(|levels| levels.set("pmleadertelecom:3", Level::INFO))
        .unwrap();
    assert!(logs.said(work).is_empty());
    logs.change(|levels| levels.clear("pmleadertelecom:3")).unwrap();
    assert_eq!(logs.said(work).len(), 1);
}

#[test]
fn one_component_of_a_module_can_be_raised_alone() {
    let logs = Logs::new(|settings| settings.rules("pmleadertelecom.client 9"));
    let said = logs.said(|| {
        let _entered = info_span!(target: "certbroker_engine", "x", module = "pmleadertelecom").entered();
        trace!(target: "certbroker_connectors::leadertelecom::client", "wanted");
        trace!(target: "certbroker_connectors::leadertelecom::mapping", "not wanted");
    });
    assert_eq!(said, ["TRACE wanted"]);
}

#[test]
fn lines_carry_the_context_of_all_spans_around_them() {
    let logs = Logs::new(|settings| settings);
    let lines = logs.lines(|| {
        let outer = info_span!(target: "certbroker_api", "request", request = "r-1", user = "ann", late = tracing::field::Empty);
        let _outer = outer.enter();
        outer.record("late", 7);
        let _inner =
            info_span!(target: "certbroker_engine", "operation", operation = "O-1", module = "pm:1", user = "bob").entered();
        info!(target: "certbroker_engine::open", names = 3, "placing");
    });
    assert_eq!(
        lines,
        [
            "pm:1|1970-01-01T00:00:00.000000Z INFO pm:1 engine::open: placing names=3 operation=O-1 request=r-1 user=bob late=7\n"
        ]
    );
}

#[test]
fn libraries_warn_and_say_more_only_when_named() {
    let logs = Logs::new(|settings| settings.rules("*.* 9"));
    let library = || {
        warn!(target: "hyper::client", "closed");
        info!(target: "hyper::client", "opened");
        trace!(target: "h2::codec", "frame");
    };
    assert_eq!(logs.said(library), ["WARNING closed"]);
    logs.change(|levels| levels.set("h2", Level::DEBUG)).unwrap();
    assert_eq!(logs.said(library), ["WARNING closed", "TRACE frame"]);
}

#[test]
fn secrets_are_masked_at_every_level_and_in_every_form() {
    for format in [Format::Text, Format::Json] {
        let logs = Logs::new(|settings| settings.rules("*.* 9").format(format.clone()));
        let lines = logs.lines(|| {
            let _span = info_span!(target: "certbroker_x", "s", operation = "O-1", auth_token = "Zq1", url = "https://h/?auth_token=Zq2").entered();
            error!(target: "certbroker_x", password = "Zq3", "at https://u:Zq4@h/");
            trace!(target: "certbroker_x", exchange = "answer", body = r#"{"public_token":"Zq5"}"#, headers = ?[("X-AUTH-TOKEN", "x")], "200");
            debug!(target: "certbroker_x", key = "-----BEGIN PRIVATE KEY-----\nZq6\n-----END PRIVATE KEY-----\n", "X-AUTH-TOKEN: Zq7");
            let source = std::io::Error::other("GET https://h/?password=Zq8 failed");
            info!(target: "certbroker_x", error = &source as &dyn std::error::Error, settings = ?Shown { password: "Zq9" }, "x");
        });
        assert_eq!(lines.len(), 4);
        let captured = logs.capture.take("O-1");
        assert_eq!(captured.len(), 4);
        for line in lines.iter().chain(&captured) {
            assert!(!line.contains("Zq"), "{line}");
        }
        assert!(lines[0].contains("***"));
    }
}

#[derive(Debug)]
struct Shown {
    #[expect(dead_code, reason = "read by Debug")]
    password: &'static str,
}

#[test]
fn operations_keep_their_last_lines_below_the_level_of_the_log() {
    let logs = Logs::new(|settings| settings.rules("*.* 3"));
    let written = logs.lines(|| {
        let _span = info_span!(target: "certbroker_engine", "operation", operation = "O-7").entered();
        info!(target: "certbroker_engine", "asked");
        debug!(target: "certbroker_engine", exchange = "request", "called");
        trace!(target: "certbroker_engine", "entered");
        warn!(target: "hyper", "closed");
    });
    assert_eq!(
        written,
        ["hyper|1970-01-01T00:00:00.000000Z WARNING hyper: closed operation=O-7\n"]
    );
    let lines = logs.capture.take("O-7");
    assert!(
        lines[0].contains("asked") && lines[1].contains("called"),
        "{lines:?}"
    );
    assert!(lines.iter().all(|line| !line.contains("entered")));
    assert!(logs.capture.lines("O-7").is_empty());
}

#[test]
fn an_event_may_name_its_module_and_operation_itself() {
    let logs = Logs::new(|settings| settings.rules("pm:2.* 6"));
    let lines = logs.lines(|| {
        debug!(target: "certbroker_engine", module = "pm:2", operation = "O-9", "said");
        debug!(target: "certbroker_engine", module = "pm:3", "not said");
    });
    assert_eq!(
        lines,
        ["pm:2|1970-01-01T00:00:00.000000Z EXTINFO pm:2 engine: said operation=O-9\n"]
    );
    assert_eq!(logs.capture.lines("O-9").len(), 1);
}

#[test]
fn the_file_is_read_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("debug.conf");
    let logs = Logs::new(|settings| settings.file(&file));
    let work = || trace!(target: "certbroker_engine", "deep");
    assert!(
        !logs.change(Levels::refresh).unwrap(),
        "a missing file was read at the start"
    );
    assert!(logs.said(work).is_empty());

    fs::write(&file, "certbroker.* 9\n").unwrap();
    assert!(logs.change(Levels::refresh).unwrap());
    assert!(
        !logs.change(Levels::refresh).unwrap(),
        "an unchanged file is not read again"
    );
    assert_eq!(logs.said(work), ["TRACE deep"]);

    fs::remove_file(&file).unwrap();
    assert!(logs.change(Levels::refresh).unwrap());
    assert!(logs.said(work).is_empty());
}

#[test]
fn a_level_set_by_call_is_written_to_the_file_and_leaves_the_rest_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("debug.conf");
    fs::write(&file, "# ours\ncertbroker.store 7\n").unwrap();
    let logs = Logs::new(|settings| settings.file(&file));
    logs.change(|levels| levels.set("pmleadertelecom:3", Level::DEBUG))
        .unwrap();
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "# ours\ncertbroker.store 7\npmleadertelecom:3.* 9\n"
    );
    assert!(
        !logs.change(Levels::refresh).unwrap(),
        "its own change is not read again"
    );
    assert_eq!(logs.levels.level("pmleadertelecom:3"), Level::DEBUG);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_levels_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("debug.conf");
    fs::write(&file, "certbroker.* 9\nnonsense\n").unwrap();
    let logs = Logs::new(|settings| settings.file(&file));
    assert_eq!(
        logs.levels.faults(),
        ["line 2: a level from 0 to 9 is expected after the name"]
    );
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(logs.levels.refresh().is_err());
    assert_eq!(logs.levels.level("certbroker"), Level::DEBUG);
}
