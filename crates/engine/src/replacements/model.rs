//! What goes into and comes out of [`Replacements`](super::Replacements).

use domain::{
    id::{AccountId, ModuleId, OperationId, ReplacementId, ServiceId},
    name::DomainName,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
pub use store::replacement::{ReplacedState, ReplacementNeeds, RunState};

use crate::{operations::Waiting, services::ServiceQuery};

/// Which certificates are to be replaced.
#[derive(Debug, Clone)]
pub enum Selection {
    /// The services that a list with these filters shows; without states those that have a running certificate.
    Filter(ServiceQuery),
    /// Serial numbers, names and service numbers as they were pasted or stand in a table: one certificate per line.
    Listed(String),
}

/// A run that is wanted.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Which certificates.
    pub selection: Selection,
    /// Why, for the audit trail and everybody who looks at the run.
    pub why: String,
    /// Within how many hours; 24 for a mass revocation with a reason of BR 4.9.1.1 (1) to (5), 120 for the others.
    pub hours: u32,
    /// How many services the preview showed; another number is refused. Programs that look at no preview leave it out.
    pub expected: Option<u32>,
}

/// What a run would do.
#[derive(Debug, Clone)]
pub struct Preview {
    /// How many certificates it would replace.
    pub services: u32,
    /// When all must be replaced.
    pub deadline: Timestamp,
    /// By module: how many, and how long they take at its limits.
    pub modules: Vec<ModuleShare>,
    /// How many need somebody, by whom and why; the most frequent first.
    pub attended: Vec<Attended>,
    /// How many cannot be replaced, by the reason.
    pub skipped: Vec<Skipped>,
    /// Lines of a pasted list that stand for no certificate in use.
    pub unknown: Vec<String>,
    /// The first of the order in which they are begun.
    pub first: Vec<Candidate>,
}

/// The part of a run that goes through one module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleShare {
    /// The module.
    pub module: ModuleId,
    /// Its name.
    pub name: String,
    /// How many certificates.
    pub services: u32,
    /// How many of them need nobody.
    pub unattended: u32,
    /// Calls a second that it may make; none: without limit.
    pub per_second: Option<u32>,
    /// Operations that it may have at the same time.
    pub at_once: u32,
    /// How long those that need nobody take at these limits.
    pub takes: SignedDuration,
}

/// Certificates that do not run unattended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attended {
    /// Who has to do something.
    pub needs: ReplacementNeeds,
    /// Why; the translation key is `replace-why-{code}`.
    pub why: &'static str,
    /// How many.
    pub count: u32,
    /// Some of them, by number.
    pub examples: Vec<(ServiceId, i64)>,
}

/// Certificates that cannot be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Why; the translation key is `replace-not-{code}`.
    pub why: String,
    /// How many.
    pub count: u32,
    /// Some of them, by number.
    pub examples: Vec<(ServiceId, i64)>,
}

/// A certificate that a run would replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its service.
    pub service: ServiceId,
    /// What people call it.
    pub number: i64,
    /// Its main name.
    pub main_name: DomainName,
    /// When the present certificate ends.
    pub end_date: Option<Date>,
    /// Who has to do something.
    pub needs: ReplacementNeeds,
}

/// A run as a row of the list.
#[derive(Debug, Clone)]
pub struct RunLine {
    /// Its id.
    pub id: ReplacementId,
    /// What people call it (`R-3`).
    pub number: i64,
    /// Where it stands.
    pub state: RunState,
    /// Why it was started.
    pub why: String,
    /// Who started it.
    pub started_by: String,
    /// When.
    pub started_at: Timestamp,
    /// When all must be replaced.
    pub deadline: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// How many services it has.
    pub services: u32,
    /// How far it came.
    pub counts: Counts,
}

/// How many services of a run stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Not begun.
    pub queued: i64,
    /// A reissue is under way.
    pub begun: i64,
    /// Replaced.
    pub replaced: i64,
    /// Ended without a certificate.
    pub failed: i64,
    /// Left when the rest was cancelled.
    pub left: i64,
    /// Could not be replaced from the beginning.
    pub skipped: i64,
}

impl Counts {
    /// How many are to be replaced at all.
    #[must_use]
    pub const fn wanted(&self) -> i64 {
        self.queued + self.begun + self.replaced + self.failed + self.left
    }

    /// How many are not over.
    #[must_use]
    pub const fn open(&self) -> i64 {
        self.queued + self.begun
    }

    pub(super) const fn add(&mut self, state: ReplacedState, count: i64) {
        let place = match state {
            ReplacedState::Queued => &mut self.queued,
            ReplacedState::Begun => &mut self.begun,
            ReplacedState::Replaced => &mut self.replaced,
            ReplacedState::Failed => &mut self.failed,
            ReplacedState::Left => &mut self.left,
            ReplacedState::Skipped => &mut self.skipped,
        };
        *place += count;
    }
}

/// What the services of a run that were begun wait for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaitsFor {
    /// certbroker works on them.
    pub us: i64,
    /// Clients prove control over names or bring requests.
    pub clients: i64,
    /// The CA looks at proofs and signs.
    pub ca: i64,
    /// Staff: each has a task.
    pub staff: i64,
    /// The CA cannot be reached.
    pub away: i64,
}

/// How a run goes through one module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleProgress {
    /// The module; none for services that cannot be replaced for want of it.
    pub module: Option<ModuleId>,
    /// Its name.
    pub name: String,
    /// How far it came.
    pub counts: Counts,
    /// Why nothing is begun at the moment; the translation key is `replace-held-{code}`.
    pub held: Option<&'static str>,
}

/// A run's page.
#[derive(Debug, Clone)]
pub struct RunView {
    /// The row of the list.
    pub line: RunLine,
    /// What those that were begun wait for.
    pub waits: WaitsFor,
    /// By module.
    pub modules: Vec<ModuleProgress>,
    /// When the last that needs nobody is replaced, if it goes on as until now.
    pub expected_end: Option<Timestamp>,
}

/// One service of a run.
#[derive(Debug, Clone)]
pub struct ReplacedLine {
    /// Its place, counted from 1.
    pub position: i32,
    /// The service.
    pub service: ServiceId,
    /// What people call it.
    pub number: i64,
    /// Its main name.
    pub main_name: DomainName,
    /// Whose it is.
    pub account: AccountId,
    /// The owner's name.
    pub account_name: String,
    /// Through which module.
    pub module_name: Option<String>,
    /// Where it stands.
    pub state: ReplacedState,
    /// Who has to do something.
    pub needs: ReplacementNeeds,
    /// Serial number of the certificate that is to be replaced.
    pub old_serial: String,
    /// Serial number of the one that took its place.
    pub new_serial: Option<String>,
    /// When its reissue began.
    pub begun_at: Option<Timestamp>,
    /// When it was replaced or given up.
    pub ended_at: Option<Timestamp>,
    /// Why it was not replaced: a code while [`ReplacedState::Skipped`], else words.
    pub problem: Option<String>,
    /// The operation that is under way.
    pub operation: Option<(OperationId, i64)>,
    /// What that waits for.
    pub waiting: Option<Waiting>,
}

/// What a look at the runs did and what is left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fed {
    /// Services that were taken up.
    pub begun: u64,
    /// Services that are over since the last look.
    pub settled: u64,
    /// Services that can be begun as soon as there is room.
    pub ready: i64,
    /// Services that are not over.
    pub open: i64,
}
