//! What is told of a move: how far it came, what ran, what was issued, what waits for whom.

use std::collections::BTreeMap;

use domain::{
    id::{AccountId, DepartmentId, OperationId, ServiceId, TaskId, TravelId},
    state::{IssueReason, OperationKind, OperationState, TaskKind},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use store::time_travel::{TimeTravel, TravelState};

/// Lines of progress that are kept.
const LINES: usize = 200;

/// The clocks of an installation.
#[derive(Debug, Clone)]
pub struct ClockView {
    /// Whether business time may be moved.
    pub is_simulated: bool,
    /// Business time.
    pub business: Timestamp,
    /// The machine's time.
    pub machine: Timestamp,
    /// What the simulator beside us shows, or why it does not answer; none when there is none.
    pub simulator: Option<Result<Timestamp, String>>,
    /// The next day on which a certificate is due to be reissued.
    pub next_reissue: Option<Date>,
    /// The move that is not over.
    pub open: Option<TravelView>,
    /// The last one that is.
    pub last: Option<TravelView>,
}

/// A move of business time.
#[derive(Debug, Clone)]
pub struct TravelView {
    /// Its id.
    pub id: TravelId,
    /// How far it came.
    pub state: TravelState,
    /// Who asked for it.
    pub asked_by: String,
    /// When, by the machine's clock.
    pub asked_at: Timestamp,
    /// Business time when it began.
    pub from: Option<Timestamp>,
    /// Where it goes.
    pub target: Timestamp,
    /// What happened so far.
    pub progress: Progress,
    /// What came of it.
    pub report: Option<Report>,
    /// Why it stopped on the way.
    pub error: Option<String>,
}

/// How far a move came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Where business time stands.
    pub now: Option<Timestamp>,
    /// Instants at which something fell due.
    pub stops: u32,
    /// Scheduled work that ran, by name.
    pub periodic: BTreeMap<String, u32>,
    /// The latest lines.
    pub lines: Vec<Line>,
    /// Lines before those.
    pub earlier_lines: u32,
    /// What it took so far, in milliseconds of the machine.
    pub millis: u64,
}

/// An operation that came to an end on the way, or to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Business time.
    pub at: Timestamp,
    /// The operation.
    pub operation: OperationLine,
}

/// An operation as a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationLine {
    /// Its id.
    pub id: OperationId,
    /// What people call it.
    pub number: i64,
    /// What it does.
    pub kind: OperationKind,
    /// Where it stands.
    pub state: OperationState,
    /// About what.
    pub service: ServiceLine,
    /// Why it stopped.
    pub error: Option<String>,
}

/// A service as a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLine {
    /// Its id.
    pub id: ServiceId,
    /// What people call it.
    pub number: i64,
    /// Its main name, as people write it.
    pub name: String,
}

/// A certificate that was issued on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedLine {
    /// When it was delivered.
    pub at: Timestamp,
    /// For what.
    pub service: ServiceLine,
    /// Its serial number.
    pub serial: String,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until this day.
    pub end_date: Date,
    /// Why.
    pub reason: IssueReason,
}

/// What waits, and for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// For whom.
    #[serde(rename = "for")]
    pub whom: Whom,
    /// About what.
    pub service: Option<ServiceLine>,
    /// The task, when a person of the seller's shall do it.
    pub task: Option<WaitingTask>,
    /// The operation that waits.
    pub operation: Option<WaitingOperation>,
}

/// A task that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingTask {
    /// Its id.
    pub id: TaskId,
    /// What people call it.
    pub number: i64,
    /// What it asks for.
    pub kind: TaskKind,
    /// What it is about.
    pub title: String,
    /// Whether it was raised on the way.
    pub is_new: bool,
}

/// An operation that is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingOperation {
    /// Its id.
    pub id: OperationId,
    /// What people call it.
    pub number: i64,
    /// What it does.
    pub kind: OperationKind,
    /// When it goes on by itself.
    pub next_run_at: Option<Timestamp>,
}

/// For whom something waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Whom {
    /// People of the seller.
    Department {
        /// Their department.
        id: DepartmentId,
        /// What it is called.
        name: String,
    },
    /// The client, who has to prove control over a name.
    Client {
        /// The account.
        id: AccountId,
        /// What it is called.
        name: String,
    },
    /// The CA.
    Ca,
    /// Time: certbroker goes on by itself.
    Time,
}

/// What a move did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Business time when it began.
    pub from: Timestamp,
    /// Business time when it ended.
    pub to: Timestamp,
    /// What it took, in milliseconds of the machine.
    pub millis: u64,
    /// Instants at which something fell due.
    pub stops: u32,
    /// Operations that began or ended on the way, the first of them.
    pub operations: Vec<OperationLine>,
    /// How many there were.
    pub operations_count: i64,
    /// Certificates that were issued on the way, the first of them.
    pub certificates: Vec<IssuedLine>,
    /// How many there were.
    pub certificates_count: i64,
    /// What waits now, and for whom; the first of it.
    pub waits: Vec<Waiting>,
    /// How much waits now.
    pub waits_count: u64,
    /// Scheduled work that ran, by name.
    pub periodic: BTreeMap<String, u32>,
    /// Mails that were written.
    pub mails: i64,
}

impl Progress {
    /// Adds a line; the oldest makes room.
    pub(crate) fn say(&mut self, line: Line) {
        self.lines.push(line);
        if self.lines.len() > LINES {
            self.lines.remove(0);
            self.earlier_lines += 1;
        }
    }
}

impl From<TimeTravel> for TravelView {
    fn from(row: TimeTravel) -> Self {
        Self {
            id: row.id,
            state: row.state,
            asked_by: row.asked_by,
            asked_at: row.asked_at,
            from: row.from_at,
            target: row.target_at,
            // What an older version wrote may be read in part; the move itself is what matters.
            progress: serde_json::from_value(row.progress.0).unwrap_or_default(),
            report: row
                .report
                .and_then(|report| serde_json::from_value(report.0).ok()),
            error: row.error,
        }
    }
}
