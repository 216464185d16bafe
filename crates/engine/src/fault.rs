//! Places in an operation at which a test can make the program die, to see that a restart goes on rightly.
//!
//! A point costs one comparison when nothing is armed. It is armed by `CERTBROKER_CRASH_AT=<point>[:<n>]`, which the
//! binary reads in simulated mode only: the n-th passage (the first, when n is missing) aborts the process. With
//! `<point>@<file>` the process stands still there instead, as one that lost its processor for a while: it makes
//! `<file>.reached` and goes on when somebody makes `<file>`.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// How often a process that stands still looks whether it may go on.
const LOOK: Duration = Duration::from_millis(5);

/// Every point, in the order in which *open* passes them. The crash test dies at each.
pub const POINTS: &[&str] = &[
    "open.leased",
    "open.module_chosen",
    "open.intent_stored",
    "open.before_call",
    "open.after_call",
    "open.outcome_stored",
    "open.validations_read",
    "open.before_publish",
    "open.after_publish",
    "open.visible",
    "open.state_read",
    "open.fetched",
    "open.verified",
    "open.before_delivery",
    "open.delivered",
    "open.records_removed",
    "reissue.leased",
    "reissue.request_stored",
    "reissue.intent_stored",
    "prolong.leased",
    "prolong.prepared",
    "close.before_cancel",
    "close.after_cancel",
    "close.closed",
    "replacement.begun",
    "replacement.slice_stored",
];

/// Where the program is to die, if anywhere.
#[derive(Debug, Clone, Default)]
pub struct FaultPlan(Option<Arc<Armed>>);

#[derive(Debug)]
struct Armed {
    point: &'static str,
    left: AtomicU32,
    act: Act,
}

#[derive(Debug)]
enum Act {
    /// As by a SIGKILL.
    Die,
    /// Until the file is there.
    StandStill(PathBuf),
}

/// The text names no point.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no fault point; they are listed in engine::fault::POINTS")]
pub struct BadFaultPlan(String);

impl FromStr for FaultPlan {
    type Err = BadFaultPlan;

    fn from_str(text: &str) -> Result<Self, BadFaultPlan> {
        let bad = || BadFaultPlan(text.chars().take(80).collect());
        let (name, passage, act) = match (text.split_once('@'), text.split_once(':')) {
            (Some((_, "")), _) => return Err(bad()),
            (Some((name, file)), _) => (name, 1, Act::StandStill(file.into())),
            (None, Some((name, passage))) => (name, passage.parse().map_err(|_| bad())?, Act::Die),
            (None, None) => (text, 1, Act::Die),
        };
        let point = POINTS.iter().find(|point| **point == name).ok_or_else(bad)?;
        if passage == 0 {
            return Err(bad());
        }
        Ok(Self(Some(Arc::new(Armed {
            point,
            left: AtomicU32::new(passage),
            act,
        }))))
    }
}

impl FaultPlan {
    /// Passes a point: dies here when this passage was asked for. Nothing is flushed or closed, as with a SIGKILL.
    pub fn pass(&self, point: &'static str) {
        let Some(armed) = &self.0 else { return };
        if armed.point != point || armed.left.fetch_sub(1, Ordering::SeqCst) != 1 {
            return;
        }
        match &armed.act {
            Act::Die => std::process::abort(),
            Act::StandStill(file) => stand_still(file),
        }
    }
}

/// Blocks the thread, as a machine that is suspended would.
#[expect(
    clippy::disallowed_methods,
    reason = "standing still is what a test asks for here"
)]
fn stand_still(file: &Path) {
    let reached = file.with_extension("reached");
    if let Err(error) = std::fs::write(&reached, "") {
        tracing::error!(file = %reached.display(), %error, "cannot say that the point is reached");
        return;
    }
    while !file.exists() {
        std::thread::sleep(LOOK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_points_that_exist_can_be_armed() {
        for good in ["open.before_call", "open.before_call:3", "open.before_call@go"] {
            assert!(good.parse::<FaultPlan>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "open",
            "open.before_call:",
            "open.before_call:0",
            "open.before_call:x",
            "open.before_call@",
        ] {
            assert!(bad.parse::<FaultPlan>().is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_dies_where_nothing_is_armed() {
        FaultPlan::default().pass("open.before_call");
        let elsewhere: FaultPlan = "open.delivered".parse().unwrap();
        elsewhere.pass("open.before_call");
    }
}
