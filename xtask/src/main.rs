//! Everything that is not `cargo build`: the architecture check and generated files.

mod architecture;
mod connectors;

use std::process::ExitCode;

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
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Check => check(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
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
