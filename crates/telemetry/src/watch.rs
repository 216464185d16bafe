//! Following `debug.conf` while the program runs.
//!
//! A thread of its own looks at the file's time, size and identity every few seconds, and ends when the handle is dropped. It also
//! folds old histogram samples, so that metrics take no memory while nobody reads them.

use std::{
    io,
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread::JoinHandle,
    time::Duration,
};

use crate::{Levels, Metrics};

/// Stops the thread when dropped.
#[derive(Debug)]
pub struct Watch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Starts looking at this interval.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(levels: Levels, metrics: Option<Metrics>, interval: Duration) -> io::Result<Self> {
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::Builder::new()
            .name("telemetry".to_owned())
            .spawn(move || {
                let mut last_failure = None;
                while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                    look(&levels, &mut last_failure);
                    if let Some(metrics) = &metrics {
                        metrics.fold();
                    }
                }
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to say, and cannot be waited for from a panic of its own.
            let _ = thread.join();
        }
    }
}

/// A failure is reported once, not at every look.
fn look(levels: &Levels, last_failure: &mut Option<String>) {
    match levels.refresh() {
        Ok(changed) => {
            *last_failure = None;
            if changed {
                announce(levels);
            }
        }
        Err(error) => {
            let text = error.to_string();
            if last_failure.as_ref() != Some(&text) {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot read the log levels"
                );
                *last_failure = Some(text);
            }
        }
    }
}

/// Says what was read, and what was not understood.
pub(crate) fn announce(levels: &Levels) {
    tracing::info!(notice = true, "log levels read");
    for fault in levels.faults() {
        tracing::warn!(fault, "a rule in debug.conf is not understood");
    }
}
