//! Where things lie on the host (protocol facts §2).

use std::path::{Path, PathBuf};

use crate::Module;

/// The host's folder, `/usr/local/mgr5` unless told otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root(PathBuf);

impl Root {
    /// Where BILLmanager is installed.
    pub const USUAL: &'static str = "/usr/local/mgr5";

    /// This folder.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file below it; an absolute path stays what it is.
    #[must_use]
    pub fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.join(path)
    }

    /// The host's command-line client.
    #[must_use]
    pub fn mgrctl(&self) -> PathBuf {
        self.join("sbin/mgrctl")
    }

    /// While this file exists, modules do nothing.
    #[must_use]
    pub fn do_nothing(&self) -> PathBuf {
        self.join("etc/billmgr.DoNothing")
    }

    /// Levels of logs.
    #[must_use]
    pub fn debug_conf(&self) -> PathBuf {
        self.join("etc/debug.conf")
    }

    /// The module's log.
    #[must_use]
    pub fn log(&self, module: Module) -> PathBuf {
        self.join(format!("var/{}.log", module.name))
    }

    /// Where rotated logs go.
    #[must_use]
    pub fn old_logs(&self) -> PathBuf {
        self.join("var/logs")
    }

    /// Further templates and aliases.
    #[must_use]
    pub fn templates(&self, module: Module) -> PathBuf {
        self.join(format!("etc/{}.templates", module.name))
    }

    /// The executable.
    #[must_use]
    pub fn executable(&self, module: Module) -> PathBuf {
        self.join(format!("processing/{}", module.name))
    }

    /// The plugin description.
    #[must_use]
    pub fn description(&self, module: Module) -> PathBuf {
        self.join(format!("etc/xml/billmgr_mod_{}.xml", module.name))
    }

    /// The lock of a service.
    #[must_use]
    pub fn lock(&self, module: Module, item: u64) -> PathBuf {
        self.join(format!("var/{}/item-{item}.lock", module.name))
    }
}
