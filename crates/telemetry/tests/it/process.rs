//! What can happen only once in a process: the global start.

use std::{fs, sync::Arc, time::Duration};

use certbroker_telemetry::{LineSink, Output, Settings, StartError, start};
use domain::clock::FixedClock;
use jiff::Timestamp;

/// Hands every line to the test.
struct Lines(std::sync::mpsc::Sender<String>);

impl LineSink for Lines {
    fn write(&self, _log: &str, line: &str) {
        let _ = self.0.send(line.to_owned());
    }
}

#[test]
fn the_running_program_follows_its_file_and_counts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("debug.conf");
    let (sender, lines) = std::sync::mpsc::channel();
    let settings = || Settings::new("certbroker", Arc::new(FixedClock(Timestamp::UNIX_EPOCH)));
    let output = Output::Other(Box::new(Lines(sender)));
    let running = settings()
        .file(&file)
        .output(output)
        .interval(Duration::from_millis(10));
    let telemetry = start(running).unwrap();
    assert!(matches!(start(settings()), Err(StartError::AlreadyStarted)));
    let next = || lines.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(next().contains("NOTE certbroker telemetry::watch: log levels read"));

    tracing::trace!(target: "certbroker_engine", "before");
    fs::write(&file, "certbroker.* 9\nbroken\n").unwrap();
    assert!(next().contains("log levels read"));
    assert!(next().contains("fault=\"line 2: a level from 0 to 9 is expected after the name\""));
    tracing::trace!(target: "certbroker_engine", "after");
    assert!(next().contains("TRACE certbroker engine: after"));

    metrics::counter!("certbroker_ca_calls_total", "outcome" => "ok").increment(2);
    metrics::histogram!("certbroker_ca_call_seconds").record(0.2);
    let rendered = telemetry.metrics().render();
    assert!(
        rendered.contains("certbroker_ca_calls_total{outcome=\"ok\"} 2"),
        "{rendered}"
    );
    assert!(
        rendered.contains("certbroker_ca_call_seconds_bucket{le=\"0.25\"} 1"),
        "{rendered}"
    );

    // The thread ends with its handle; joining it would hang otherwise.
    drop(telemetry);
}
