//! The folder `/usr/local/mgr5` of a host, somewhere else.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

use crate::error::{HostError, file_error};

const MGRCTL: &str = include_str!("mgrctl.pl");
/// What BILLmanager's packages make and modules expect.
const FOLDERS: &[&str] = &[
    "processing",
    "etc/xml",
    "var/logs",
    "var/run",
    "sbin",
    "src",
    "tmp",
    "skins/common/plugin-logo",
];
/// Whose presence makes modules do nothing.
const DO_NOTHING: &str = "etc/billmgr.DoNothing";
/// The key for encrypted parameters, as `paramlist` names it.
pub(crate) const CRYPT_KEY: &str = "etc/billmgr.pem";

/// The laid out folder.
#[derive(Debug, Clone)]
pub(crate) struct Root(PathBuf);

impl Root {
    /// Lays the folder out, with a `mgrctl` that speaks to the daemon's socket in it.
    pub(crate) fn lay_out(path: PathBuf, key_pem: &str) -> Result<Self, HostError> {
        let root = Self(path);
        for folder in FOLDERS {
            let folder = root.0.join(folder);
            fs::create_dir_all(&folder).map_err(file_error(folder))?;
        }
        let socket = root.socket().display().to_string();
        root.write(
            Path::new("sbin/mgrctl"),
            &MGRCTL.replace("@SOCKET@", &socket),
            0o755,
        )?;
        root.write(Path::new(CRYPT_KEY), key_pem, 0o600)?;
        Ok(root)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Where the daemon listens.
    pub(crate) fn socket(&self) -> PathBuf {
        self.0.join("var/run/billmgr.sock")
    }

    pub(crate) fn module(&self, name: &str) -> PathBuf {
        self.0.join("processing").join(name)
    }

    /// Puts an executable in place. A link is enough, as the vendor's own Makefiles show.
    pub(crate) fn link_module(&self, name: &str, executable: &Path) -> Result<(), HostError> {
        let place = self.module(name);
        if place.symlink_metadata().is_ok() {
            fs::remove_file(&place).map_err(file_error(&place))?;
        }
        symlink(executable, &place).map_err(file_error(place))
    }

    /// Writes a file of the folder with its mode.
    pub(crate) fn write(&self, name: &Path, text: &str, mode: u32) -> Result<(), HostError> {
        let path = self.0.join(name);
        fs::write(&path, text)
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(mode)))
            .map_err(file_error(path))
    }

    pub(crate) fn switch_modules_off(&self) -> Result<(), HostError> {
        self.write(Path::new(DO_NOTHING), "", 0o644)
    }

    pub(crate) fn switch_modules_on(&self) -> Result<(), HostError> {
        let path = self.0.join(DO_NOTHING);
        fs::remove_file(&path).map_err(file_error(path))
    }
}
