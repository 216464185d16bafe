//! `cargo xtask module`: the BILLmanager module as one static executable, `target/module/pmleadertelecom`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail, ensure};

/// The executable's name.
pub(crate) const NAME: &str = "pmleadertelecom";
/// Its profile in Cargo.toml.
const PROFILE: &str = "module";
/// Static without flags.
const MUSL: &str = "x86_64-unknown-linux-musl";
/// Static by a flag, where the musl target is not installed; names are resolved by our own resolver either way.
const GNU: &str = "x86_64-unknown-linux-gnu";
/// Largest size, in bytes.
const LARGEST: u64 = 12 * 1024 * 1024;

/// How it is linked.
enum Toolchain {
    Musl,
    Gnu,
}

/// Builds it and tells where it lies.
pub(crate) fn build(root: &Path) -> anyhow::Result<PathBuf> {
    let toolchain = toolchain();
    let (target, flags) = match toolchain {
        Toolchain::Musl => (MUSL, ""),
        Toolchain::Gnu => (GNU, "-C target-feature=+crt-static"),
    };
    // The cargo that runs us; the one of PATH, with the toolchain it chooses, when we were started by hand.
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let folder = target_folder(root);
    let mut build = Command::new(cargo);
    build
        .current_dir(root)
        .args([
            "build",
            "--profile",
            PROFILE,
            "--target",
            target,
            "--package",
            NAME,
        ])
        .arg("--target-dir")
        .arg(&folder);
    if matches!(toolchain, Toolchain::Musl) {
        build.env("CC_x86_64_unknown_linux_musl", "musl-gcc");
    } else {
        eprintln!(
            "module: no {MUSL} (rustup target add {MUSL}; apt-get install musl-tools): linking the C library of this machine statically"
        );
        build.env("RUSTFLAGS", flags);
    }
    let status = build.status().context("running cargo build")?;
    ensure!(status.success(), "cargo build ended with {status}");

    let output = folder.join(target).join(PROFILE).join(NAME);
    let placed = folder.join("module").join(NAME);
    if let Some(parent) = placed.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::copy(&output, &placed).with_context(|| format!("copying {}", output.display()))?;
    let content = fs::read(&placed)?;
    ensure!(
        is_static(&content)?,
        "{} needs an interpreter: it is not statically linked",
        placed.display()
    );
    let size = content.len() as u64;
    ensure!(
        size < LARGEST,
        "{} has {size} bytes, more than 12 MiB",
        placed.display()
    );
    eprintln!(
        "module: {} ({target}, static, {} KiB)",
        placed.display(),
        size / 1024
    );
    Ok(placed)
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

fn toolchain() -> Toolchain {
    let installed = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", MUSL])
        .output()
        .is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir());
    let has_compiler = Command::new("musl-gcc").arg("--version").output().is_ok();
    if installed && has_compiler {
        Toolchain::Musl
    } else {
        Toolchain::Gnu
    }
}

/// Whether an ELF file of 64 bits asks for no interpreter, as one that loads libraries does.
fn is_static(elf: &[u8]) -> anyhow::Result<bool> {
    const INTERPRETER: u32 = 3;
    let number = |at: usize, length: usize| -> anyhow::Result<u64> {
        let bytes = elf.get(at..at + length).context("the file ends early")?;
        Ok(bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    if elf.get(..5) != Some(b"\x7fELF\x02") {
        bail!("no ELF file of 64 bits");
    }
    let (table, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    for entry in 0..count {
        let at = usize::try_from(table + entry * size)?;
        if number(at, 4)? == u64::from(INTERPRETER) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header with one program header of this kind.
    fn elf(kind: u8) -> Vec<u8> {
        let mut file = vec![0; 64 + 56];
        file[..5].copy_from_slice(b"\x7fELF\x02");
        file[32] = 64;
        file[54] = 56;
        file[56] = 1;
        file[64] = kind;
        file
    }

    #[test]
    fn an_executable_with_an_interpreter_is_not_static() {
        assert!(is_static(&elf(1)).unwrap());
        assert!(!is_static(&elf(3)).unwrap());
        assert!(is_static(b"#!/bin/sh").is_err());
        assert!(is_static(&elf(1)[..100]).is_ok());
        assert!(is_static(&elf(1)[..60]).is_err());
    }
}
