//! `billmanager-host`: a BILLmanager to try a module with by hand. It reads commands from standard input; `help` lists them.

mod console;

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use billmanager_host::{Host, Options};
use clap::Parser;
use jiff::Timestamp;

/// Longest wait for the clock of the other simulator.
const COMPANION_PATIENCE: Duration = Duration::from_secs(10);

/// A BILLmanager host without its user interface, for trying processing modules.
#[derive(Debug, Parser)]
#[command(name = "billmanager-host")]
struct Arguments {
    /// The module's executable; its file name is the module's name.
    #[arg(long)]
    module: PathBuf,
    /// Folder that stands for /usr/local/mgr5; a temporary one without it.
    #[arg(long)]
    root: Option<PathBuf>,
    /// Business time at the start, such as 2020-10-20T09:00:00Z.
    #[arg(long)]
    clock: Option<Timestamp>,
    /// Management URL of a LeaderSSL simulator whose clock is to move with the host's.
    #[arg(long)]
    leaderssl: Option<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let executable = arguments
        .module
        .canonicalize()
        .with_context(|| format!("{} is not there", arguments.module.display()))?;
    let module = executable
        .file_name()
        .and_then(|name| name.to_str())
        .context("the module's file name is no text")?
        .to_owned();
    let host = Host::start(Options {
        root: arguments.root,
        clock: arguments.clock,
        ..Options::default()
    })
    .await?;
    host.install(&module, &executable)?;
    if let Some(url) = arguments.leaderssl {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(COMPANION_PATIENCE)
            .build()?;
        set_companion(&http, &url, host.now()).await?;
        host.take_along(move |now| {
            let moved = tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(set_companion(&http, &url, now))
            });
            if let Err(error) = moved {
                warn(&error);
            }
        });
    }
    console::run(&host, &module).await
}

async fn set_companion(http: &reqwest::Client, url: &str, now: Timestamp) -> anyhow::Result<()> {
    let answer = http
        .post(format!("{}/clock/set", url.trim_end_matches('/')))
        .json(&serde_json::json!({ "now": now.to_string() }))
        .send()
        .await
        .context("the LeaderSSL simulator does not answer at its management URL")?;
    let status = answer.status();
    anyhow::ensure!(
        status.is_success(),
        "the LeaderSSL simulator's clock: {status} {}",
        answer.text().await.unwrap_or_default()
    );
    Ok(())
}

/// What goes wrong beside a command is told on standard error.
fn warn(error: &anyhow::Error) {
    eprintln!("billmanager-host: {error:#}");
}
