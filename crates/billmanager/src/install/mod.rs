//! Placing the module on a host, taking it away again, and testing the host.

mod check;
mod description;

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

pub use self::{
    check::{Finding, Verdict, check},
    description::DESCRIPTION,
};
use crate::{Module, Root};

/// Why the module cannot be placed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// The folder is no host's.
    #[error("there is no BILLmanager in {}: {} is missing", root.display(), missing.display())]
    NoHost {
        /// The folder.
        root: PathBuf,
        /// What should be there.
        missing: PathBuf,
    },
    /// The file system refused.
    #[error("{doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
}

/// What was done, one sentence each.
pub type Done = Vec<String>;

/// Places executable and description. What stood there first is kept under `var/<module>/before`; a second run changes nothing there.
///
/// # Errors
/// [`InstallError`].
pub fn install(root: &Root, module: Module, executable: &Path) -> Result<Done, InstallError> {
    require(root, "processing")?;
    require(root, "etc")?;
    let mut done = Done::new();
    let ours = fs::read(executable).map_err(|source| failed("reading", executable, source))?;
    place(root, module, &root.executable(module), &ours, 0o755, &mut done)?;
    let description = root.description(module);
    place(
        root,
        module,
        &description,
        DESCRIPTION.as_bytes(),
        0o644,
        &mut done,
    )?;
    if root.join("src").join(module.name).exists() {
        done.push(format!(
            "warning: {} is there; BILLmanager runs `make install-only` in it when the module does not answer, which may put the old one back",
            root.join("src").join(module.name).display()
        ));
    }
    done.push(format!(
        "restart BILLmanager: {} -m billmgr -R",
        root.mgrctl().display()
    ));
    Ok(done)
}

/// Takes both away again and puts back what stood there first. Files that are not ours, services and connections stay as they are.
///
/// # Errors
/// [`InstallError`].
pub fn uninstall(root: &Root, module: Module) -> Result<Done, InstallError> {
    let mut done = Done::new();
    for path in [root.executable(module), root.description(module)] {
        let former = Former::of(root, module, &path);
        if former.kept.exists() {
            fs::rename(&former.kept, &path).map_err(|source| failed("putting back", &path, source))?;
            done.push(format!("put back {}", path.display()));
        } else if former.none.exists() {
            remove(&path)?;
            remove(&former.none)?;
            done.push(format!("removed {}", path.display()));
        } else if path.exists() {
            done.push(format!("left {}: it was not placed by install", path.display()));
        }
    }
    done.push(format!(
        "restart BILLmanager: {} -m billmgr -R",
        root.mgrctl().display()
    ));
    Ok(done)
}

fn require(root: &Root, folder: &str) -> Result<(), InstallError> {
    let missing = root.join(folder);
    if missing.is_dir() {
        return Ok(());
    }
    Err(InstallError::NoHost {
        root: root.path().to_owned(),
        missing,
    })
}

/// What stood in a place before us.
struct Former {
    /// Where it is kept.
    kept: PathBuf,
    /// Says that nothing stood there, so that a later version does not take ours for what stood there first.
    none: PathBuf,
}

impl Former {
    fn of(root: &Root, module: Module, path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default();
        let kept = root.join(format!("var/{}/before", module.name)).join(name);
        Self {
            none: kept.with_extension("none"),
            kept,
        }
    }

    fn is_known(&self) -> bool {
        self.kept.exists() || self.none.exists()
    }
}

/// Writes beside the place and renames, so that the host never starts half a file.
fn place(
    root: &Root,
    module: Module,
    path: &Path,
    content: &[u8],
    mode: u32,
    done: &mut Done,
) -> Result<(), InstallError> {
    let former = Former::of(root, module, path);
    for folder in [path.parent(), former.kept.parent()].into_iter().flatten() {
        fs::create_dir_all(folder).map_err(|source| failed("making", folder, source))?;
    }
    let is_ours = fs::read(path).is_ok_and(|there| there == content);
    if !former.is_known() {
        if path.exists() && !is_ours {
            fs::copy(path, &former.kept).map_err(|source| failed("keeping", path, source))?;
            done.push(format!(
                "kept the former {} as {}",
                path.display(),
                former.kept.display()
            ));
        } else {
            fs::write(&former.none, "").map_err(|source| failed("writing", &former.none, source))?;
        }
    }
    if is_ours {
        done.push(format!("{} is up to date", path.display()));
        return Ok(());
    }
    let new = path.with_extension("new");
    fs::write(&new, content).map_err(|source| failed("writing", &new, source))?;
    fs::set_permissions(&new, fs::Permissions::from_mode(mode))
        .map_err(|source| failed("setting the mode of", &new, source))?;
    fs::rename(&new, path).map_err(|source| failed("placing", path, source))?;
    done.push(format!("placed {}", path.display()));
    Ok(())
}

/// A file that is gone already is none to remove.
fn remove(path: &Path) -> Result<(), InstallError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(failed("removing", path, source)),
        _ => Ok(()),
    }
}

fn failed(doing: &'static str, path: &Path, source: io::Error) -> InstallError {
    InstallError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::MODULE;

    fn host() -> (tempfile::TempDir, Root) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["processing", "etc"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let root = Root::at(folder.path());
        (folder, root)
    }

    #[test]
    fn what_was_there_is_kept_and_comes_back() {
        let (folder, root) = host();
        let (placed, new) = (root.executable(MODULE), folder.path().join("new"));
        fs::write(&placed, "the vendor's").unwrap();
        for version in ["ours 1", "ours 1", "ours 2"] {
            fs::write(&new, version).unwrap();
            install(&root, MODULE, &new).unwrap();
            assert_eq!(fs::read_to_string(&placed).unwrap(), version);
        }
        assert_eq!(fs::metadata(&placed).unwrap().permissions().mode() & 0o777, 0o755);
        assert_eq!(fs::read_to_string(root.description(MODULE)).unwrap(), DESCRIPTION);
        uninstall(&root, MODULE).unwrap();
        assert_eq!(fs::read_to_string(&placed).unwrap(), "the vendor's");
        assert!(!root.description(MODULE).exists());
    }

    #[test]
    fn where_nothing_was_nothing_stays() {
        let (folder, root) = host();
        let new = folder.path().join("new");
        for version in ["ours 1", "ours 2"] {
            fs::write(&new, version).unwrap();
            install(&root, MODULE, &new).unwrap();
        }
        uninstall(&root, MODULE).unwrap();
        assert!(!root.executable(MODULE).exists());
        assert!(uninstall(&root, MODULE).is_ok());
    }

    #[test]
    fn what_is_not_ours_is_never_taken_away() {
        let (folder, root) = host();
        let (placed, new) = (root.executable(MODULE), folder.path().join("new"));
        fs::write(&new, "ours").unwrap();
        fs::write(&placed, "the vendor's").unwrap();
        let is_there = || fs::read_to_string(&placed).is_ok_and(|text| text == "the vendor's");
        uninstall(&root, MODULE).unwrap();
        assert!(is_there(), "ours was never there");
        install(&root, MODULE, &new).unwrap();
        uninstall(&root, MODULE).unwrap();
        uninstall(&root, MODULE).unwrap();
        assert!(is_there(), "it was put back already");
    }

    #[test]
    fn what_came_after_an_uninstall_is_kept_too() {
        let (folder, root) = host();
        let (placed, new) = (root.executable(MODULE), folder.path().join("new"));
        fs::write(&new, "ours").unwrap();
        install(&root, MODULE, &new).unwrap();
        uninstall(&root, MODULE).unwrap();
        fs::write(&placed, "the vendor's").unwrap();
        install(&root, MODULE, &new).unwrap();
        uninstall(&root, MODULE).unwrap();
        assert_eq!(fs::read_to_string(&placed).unwrap(), "the vendor's");
    }

    #[test]
    fn a_file_that_was_copied_by_hand_is_ours() {
        let (folder, root) = host();
        let (placed, new) = (root.executable(MODULE), folder.path().join("new"));
        for path in [&placed, &new] {
            fs::write(path, "ours").unwrap();
        }
        install(&root, MODULE, &new).unwrap();
        uninstall(&root, MODULE).unwrap();
        assert!(!placed.exists());
    }

    #[test]
    fn a_folder_that_is_no_host_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = install(&Root::at(folder.path()), MODULE, Path::new("/proc/self/exe")).unwrap_err();
        assert!(matches!(error, InstallError::NoHost { .. }));
    }
}
