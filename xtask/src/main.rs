//! Everything that is not `cargo build`: the architecture check, the BILLmanager module and its packages.

mod architecture;
mod connectors;
mod dist;
mod module;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// Developer tasks.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Compares the crates' dependencies and their sources with the layers of docs/architecture.md.
    Check,
    /// Builds the BILLmanager module as one static executable: target/module/pmleadertelecom.
    Module,
    /// Builds the module's Debian package and tarball into target/dist.
    Dist,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Check => check(),
        Task::Module => root().and_then(|root| module::build(&root).map(drop)),
        Task::Dist => root().and_then(|root| dist(&root)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> anyhow::Result<PathBuf> {
    Ok(architecture::Metadata::read()?.root().to_owned())
}

fn dist(root: &Path) -> anyhow::Result<()> {
    for package in dist::build(root)? {
        eprintln!("dist: {}", package.display());
    }
    Ok(())
}

fn check() -> anyhow::Result<()> {
    let metadata = architecture::Metadata::read()?;
    let mut findings = architecture::findings(&metadata);
    findings.extend(connectors::findings(metadata.root())?);
    for finding in &findings {
        eprintln!("architecture: {finding}");
    }
    anyhow::ensure!(
        findings.is_empty(),
        "{} breaches of the architecture",
        findings.len()
    );
    eprintln!(
        "architecture: {} crates keep their layers",
        metadata.crate_count()
    );
    Ok(())
}
