//! `cargo xtask dist`: the module as a Debian package and as a tarball, in `target/dist`.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

use crate::module::{self, NAME};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Files of a release have the same time everywhere, so that the same sources give the same package.
const TIME: &str = "@1577836800";

const CONTROL: &str = "\
Package: pmleadertelecom
Version: {version}
Section: admin
Priority: optional
Architecture: amd64
Maintainer: certbroker <certbroker@localhost>
Installed-Size: {size}
Recommends: ca-certificates
Description: LeaderTelecom processing module for BILLmanager
 Sells SSL certificates of LeaderTelecom through BILLmanager 5 and 6: orders,
 domain validation, issue, yearly reissue of multi-year certificates, prolongation.
";

/// The module goes into BILLmanager when there is one; without it the package waits for `pmleadertelecom install`.
const POSTINST: &str = "\
#!/bin/sh
set -e
if [ \"$1\" = configure ] && [ -d /usr/local/mgr5/processing ]; then
  /usr/lib/pmleadertelecom/pmleadertelecom install
fi
";

const PRERM: &str = "\
#!/bin/sh
set -e
if [ \"$1\" = remove ] && [ -d /usr/local/mgr5/processing ]; then
  /usr/lib/pmleadertelecom/pmleadertelecom uninstall
fi
";

/// Builds the module and both packages.
pub(crate) fn build(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let executable = module::build(root)?;
    let folder = module::target_folder(root).join("dist");
    let work = folder.join("work");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    let packages = vec![
        tarball(root, &executable, &folder, &work)?,
        debian(root, &executable, &folder, &work)?,
    ];
    fs::remove_dir_all(&work)?;
    Ok(packages)
}

fn tarball(root: &Path, executable: &Path, folder: &Path, work: &Path) -> anyhow::Result<PathBuf> {
    let name = format!("{NAME}-{VERSION}-x86_64");
    let tree = work.join(&name);
    put(executable, &tree.join(NAME), 0o755)?;
    documents(root, &tree)?;
    let package = folder.join(format!("{name}.tar.gz"));
    tar(&package, work, &[&name])?;
    Ok(package)
}

fn debian(root: &Path, executable: &Path, folder: &Path, work: &Path) -> anyhow::Result<PathBuf> {
    let data = work.join("data");
    put(
        executable,
        &data.join("usr/lib/pmleadertelecom").join(NAME),
        0o755,
    )?;
    documents(root, &data.join("usr/share/doc/pmleadertelecom"))?;
    let control = work.join("control");
    let size = fs::metadata(executable)?.len() / 1024;
    let text = CONTROL
        .replace("{version}", VERSION)
        .replace("{size}", &size.to_string());
    write(&control.join("control"), &text, 0o644)?;
    write(&control.join("postinst"), POSTINST, 0o755)?;
    write(&control.join("prerm"), PRERM, 0o755)?;
    write(&work.join("debian-binary"), "2.0\n", 0o644)?;
    tar(&work.join("control.tar.gz"), &control, &["."])?;
    tar(&work.join("data.tar.gz"), &data, &["."])?;
    let package = folder.join(format!("{NAME}_{VERSION}_amd64.deb"));
    if package.exists() {
        fs::remove_file(&package)?;
    }
    // The order of the members is part of the format (deb(5)).
    let mut ar = Command::new("ar");
    ar.current_dir(work).arg("rcD").arg(absolute(&package)?).args([
        "debian-binary",
        "control.tar.gz",
        "data.tar.gz",
    ]);
    run(ar, "ar (binutils)")?;
    Ok(package)
}

fn documents(root: &Path, folder: &Path) -> anyhow::Result<()> {
    put(
        &root.join("docs/billmanager.md"),
        &folder.join("billmanager.md"),
        0o644,
    )?;
    put(&root.join("LICENSE"), &folder.join("copyright"), 0o644)
}

fn put(from: &Path, to: &Path, mode: u32) -> anyhow::Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(mode))?)
}

fn write(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(mode))?)
}

fn tar(package: &Path, folder: &Path, members: &[&str]) -> anyhow::Result<()> {
    let mut tar = Command::new("tar");
    tar.current_dir(folder)
        .args(["--owner=0", "--group=0", "--numeric-owner", "--sort=name"])
        .arg(format!("--mtime={TIME}"))
        .args(["--use-compress-program", "gzip -n", "-cf"])
        .arg(absolute(package)?)
        .args(members);
    run(tar, "tar")
}

fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    Ok(std::path::absolute(path)?)
}

fn run(mut command: Command, what: &str) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("running {what}"))?;
    ensure!(status.success(), "{what} ended with {status}");
    Ok(())
}
