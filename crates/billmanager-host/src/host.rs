//! A host: its folder, its database, its daemon.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use parking_lot::Mutex;
use rustix::process::{Pid, Signal, kill_process};
use tokio::task::JoinHandle;

use crate::{
    call::RecordedCall,
    clock::HostClock,
    daemon::{self, KillPlan, Moment},
    database::Database,
    error::{HostError, file_error},
    features::Features,
    launch::Run,
    mariadb::MariaDb,
    root::Root,
    schedule::{Agenda, Pace, check_reach},
    secrets::HostKey,
};

/// What is told to whoever keeps a clock beside the host's.
type Companion = Box<dyn Fn(Timestamp) + Send + Sync>;

/// How a host is set up.
pub struct Options {
    /// Where its folder is; without it, a temporary one.
    pub root: Option<PathBuf>,
    /// Business time at the start; without it, the machine's.
    pub clock: Option<Timestamp>,
    /// How often periodic work runs.
    pub pace: Pace,
    /// How long a module may run.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            root: None,
            clock: None,
            pace: Pace::default(),
            patience: Duration::from_mins(3),
        }
    }
}

/// A BILLmanager without its user interface. Dropping it ends the daemon and removes a temporary folder.
pub struct Host {
    pub(crate) inner: Arc<Inner>,
    daemon: Mutex<Option<JoinHandle<()>>>,
}

/// What the daemon, the scheduler and the handle share.
pub(crate) struct Inner {
    pub(crate) root: Root,
    pub(crate) database: Database,
    pub(crate) key: HostKey,
    pub(crate) clock: HostClock,
    pub(crate) patience: Duration,
    pub(crate) switches: Mutex<Switches>,
    pub(crate) agenda: Mutex<Agenda>,
    pub(crate) calls: Mutex<Vec<RecordedCall>>,
    pub(crate) unmatched: Mutex<Vec<String>>,
    pub(crate) runs: Mutex<Vec<Run>>,
    pub(crate) features: Mutex<HashMap<String, Arc<Features>>>,
    pub(crate) running: Mutex<HashSet<u32>>,
    pub(crate) environment: Mutex<BTreeMap<String, String>>,
    companion: Mutex<Option<Companion>>,
    _temporary: Option<tempfile::TempDir>,
}

/// What a test may turn.
pub(crate) struct Switches {
    /// Exit status of `mgrctl` when a function refuses: 0 and 1 are both conceivable.
    pub(crate) error_status: u8,
    /// Answers of `task.gettype` by operation.
    pub(crate) task_types: BTreeMap<String, String>,
    pub(crate) kill: Option<KillPlan>,
}

impl Default for Switches {
    fn default() -> Self {
        let types = [
            "open", "setparam", "close", "suspend", "resume", "prolong", "reopen",
        ];
        Self {
            error_status: 0,
            task_types: types
                .into_iter()
                .map(|operation| (operation.to_owned(), format!("post{operation}")))
                .collect(),
            kill: None,
        }
    }
}

impl Host {
    /// Sets a host up on the server of this process and starts its daemon.
    ///
    /// # Errors
    /// When MariaDB is not installed, or the folder cannot be made.
    pub async fn start(options: Options) -> Result<Self, HostError> {
        let server = MariaDb::shared().await?;
        let database = Database::create(server).await?;
        let key = tokio::task::spawn_blocking(HostKey::make)
            .await
            .map_err(|_| HostError::Key)??;
        let (temporary, path) = folder(options.root)?;
        let root = Root::lay_out(path, &key.to_pem()?)?;
        let clock = options
            .clock
            .map_or_else(HostClock::default, HostClock::starting_at);
        database.set_clock_offset(clock.offset_micros()).await?;
        let agenda = Agenda::new(options.pace, clock.now());
        let inner = Arc::new(Inner {
            root,
            database,
            key,
            clock,
            patience: options.patience,
            switches: Mutex::default(),
            agenda: Mutex::new(agenda),
            calls: Mutex::default(),
            unmatched: Mutex::default(),
            runs: Mutex::default(),
            features: Mutex::default(),
            running: Mutex::default(),
            environment: Mutex::default(),
            companion: Mutex::default(),
            _temporary: temporary,
        });
        let daemon = daemon::start(&inner)?;
        Ok(Self {
            inner,
            daemon: Mutex::new(Some(daemon)),
        })
    }

    /// What stands for `/usr/local/mgr5`.
    pub fn root(&self) -> &Path {
        self.inner.root.path()
    }

    /// Puts a link to an executable into `processing/`.
    ///
    /// # Errors
    /// When the link cannot be made.
    pub fn install(&self, module: &str, executable: &Path) -> Result<(), HostError> {
        self.inner.root.link_module(module, executable)
    }

    /// Writes a file below the root, such as a module that is a script; `mode` as `chmod` takes it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: impl AsRef<Path>, text: &str, mode: u32) -> Result<(), HostError> {
        self.inner.root.write(name.as_ref(), text, mode)
    }

    /// A variable that modules find in their environment from now on.
    pub fn set_environment(&self, name: &str, value: &str) {
        self.inner
            .environment
            .lock()
            .insert(name.to_owned(), value.to_owned());
    }

    /// Business time.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Whoever keeps a clock beside the host's (the simulator of a CA) is told each time that this one is moved.
    pub fn take_along(&self, companion: impl Fn(Timestamp) + Send + Sync + 'static) {
        *self.inner.companion.lock() = Some(Box::new(companion));
    }

    /// Sets business time, without doing what falls due in between; see [`Host::advance_to`].
    ///
    /// # Errors
    /// When asked to go back.
    pub async fn set_clock(&self, to: Timestamp) -> Result<(), HostError> {
        self.inner.set_clock(to).await
    }

    /// The daemon goes away: `mgrctl` finds nobody.
    pub fn stop_daemon(&self) {
        if let Some(daemon) = self.daemon.lock().take() {
            daemon.abort();
        }
        // Whatever the state of the task, from here on nobody can connect.
        let _ = std::fs::remove_file(self.inner.root.socket());
    }

    /// The daemon comes back, with no memory of modules' features.
    ///
    /// # Errors
    /// When its socket cannot be made.
    pub fn start_daemon(&self) -> Result<(), HostError> {
        self.stop_daemon();
        self.inner.features.lock().clear();
        *self.daemon.lock() = Some(daemon::start(&self.inner)?);
        Ok(())
    }

    /// `etc/billmgr.DoNothing` appears.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn do_nothing(&self) -> Result<(), HostError> {
        self.inner.root.switch_modules_off()
    }

    /// `etc/billmgr.DoNothing` goes.
    ///
    /// # Errors
    /// When it was not there.
    pub fn do_again(&self) -> Result<(), HostError> {
        self.inner.root.switch_modules_on()
    }

    /// Exit status of `mgrctl` when a function refuses, from now on.
    pub fn set_error_status(&self, status: u8) {
        self.inner.switches.lock().error_status = status;
    }

    /// What `task.gettype` answers for an operation from now on; empty means that there is no task for it.
    pub fn set_task_type(&self, operation: &str, kind: &str) {
        self.inner
            .switches
            .lock()
            .task_types
            .insert(operation.to_owned(), kind.to_owned());
    }

    /// The module that makes the `calls`-th host call from now on is killed at that moment.
    pub fn kill_at_call(&self, calls: usize, moment: Moment) {
        self.inner.switches.lock().kill = Some(KillPlan {
            calls_left: calls,
            moment,
        });
    }

    /// Nobody is killed any more. Whether a plan was still waiting.
    pub fn spare(&self) -> bool {
        self.inner.switches.lock().kill.take().is_some()
    }

    /// Kills a module that this host runs, as `kill -9` does.
    pub fn kill(&self, process: u32) {
        self.inner.kill(process);
    }

    /// Processes of modules that run now.
    pub fn running(&self) -> Vec<u32> {
        self.inner.running.lock().iter().copied().collect()
    }

    /// Every call of `mgrctl` since the last time this was asked, oldest first.
    pub fn take_calls(&self) -> Vec<RecordedCall> {
        std::mem::take(&mut *self.inner.calls.lock())
    }

    /// Post functions that found no operation to end, oldest first.
    pub fn unmatched_posts(&self) -> Vec<String> {
        self.inner.unmatched.lock().clone()
    }

    /// Every run of a module since the last time this was asked, oldest first.
    pub fn take_runs(&self) -> Vec<Run> {
        std::mem::take(&mut *self.inner.runs.lock())
    }
}

/// The folder wanted, or a temporary one with what removes it.
fn folder(wanted: Option<PathBuf>) -> Result<(Option<tempfile::TempDir>, PathBuf), HostError> {
    if let Some(path) = wanted {
        return Ok((None, path));
    }
    let folder = tempfile::Builder::new()
        .prefix("cb-mgr5-")
        .tempdir()
        .map_err(file_error(std::env::temp_dir()))?;
    let path = folder.path().to_owned();
    Ok((Some(folder), path))
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop_daemon();
    }
}

impl Inner {
    pub(crate) async fn set_clock(&self, to: Timestamp) -> Result<(), HostError> {
        check_reach(to)?;
        self.clock.set(to)?;
        self.tell_clock(to).await
    }

    /// As [`Inner::set_clock`], but an instant that has passed meanwhile is no error.
    pub(crate) async fn reach(&self, to: Timestamp) -> Result<(), HostError> {
        check_reach(to)?;
        self.clock.reach(to);
        self.tell_clock(to).await
    }

    async fn tell_clock(&self, now: Timestamp) -> Result<(), HostError> {
        self.database.set_clock_offset(self.clock.offset_micros()).await?;
        if let Some(companion) = &*self.companion.lock() {
            companion(now);
        }
        Ok(())
    }

    /// Kills a process, provided that it is a module of ours.
    pub(crate) fn kill(&self, process: u32) {
        if !self.running.lock().contains(&process) {
            return;
        }
        let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // A process that ended by itself meanwhile is dead as well.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}
