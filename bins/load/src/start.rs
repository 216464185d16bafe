//! `load start`: how long a server takes from its start to its first answer, and what memory it holds.

use std::{path::PathBuf, process::Stdio, time::Duration};

use anyhow::Context as _;
use clap::Args;
use store::{Store, StoreOptions, StoreUrl};
use tokio::{
    process::{Child, Command},
    task::JoinSet,
    time::Instant,
};

use crate::{
    access::Access,
    client::{Server, millis_since},
    report::{Report, Row, Timing},
};

/// Longer than any start takes.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between two tries to reach the server.
const LOOK: Duration = Duration::from_millis(2);
/// Requests under load.
const REQUESTS: usize = 2_000;
/// Clients that send them at the same time.
const AT_ONCE: usize = 16;

/// `load start`
#[derive(Debug, Clone, Args)]
pub(crate) struct Start {
    /// The program
    #[arg(long, value_name = "FILE", default_value = "target/release/certbroker")]
    program: PathBuf,
    /// Its data folder; the database in it, or the one that `--database` names, is filled
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Its database, if that does not lie in the data folder
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// A free port
    #[arg(long, default_value_t = 18_480)]
    port: u16,
    /// How often it is started
    #[arg(long, default_value_t = 5)]
    times: usize,
}

/// Measures.
///
/// # Errors
/// The program does not start.
pub(crate) async fn run(options: &Start) -> anyhow::Result<Report> {
    let server = Server::at(&format!("http://127.0.0.1:{}", options.port))?;
    let mut starts = Vec::new();
    let mut idle = Vec::new();
    let mut busy = Vec::new();
    for time in 0..options.times.max(1) {
        let started = Instant::now();
        let mut program = options.spawn()?;
        first_answer(&server, &mut program).await?;
        starts.push(millis_since(started));
        idle.push(resident_mib(&program)?);
        if time == 0 {
            load(options, &server).await?;
            busy.push(resident_mib(&program)?);
        }
        stop(program).await?;
    }
    let worst = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    Ok(Report {
        title: format!(
            "start, {}",
            options.database.as_deref().unwrap_or("SQLite in the data folder")
        ),
        rows: vec![
            Row::new("resident memory after the first answer", worst(&idle), "MiB"),
            Row::new(
                format!("resident memory after {REQUESTS} requests, {AT_ONCE} at once"),
                worst(&busy),
                "MiB",
            ),
        ],
        timings: vec![Timing::of("start to first answer", starts)],
        ..Report::default()
    })
}

impl Start {
    fn spawn(&self) -> anyhow::Result<Child> {
        let mut command = Command::new(&self.program);
        command
            .args(["serve", "--data"])
            .arg(&self.data)
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        if let Some(database) = &self.database {
            command.env("CERTBROKER_DATABASE_URL", database);
        }
        command
            .spawn()
            .with_context(|| format!("starting {}", self.program.display()))
    }

    fn database(&self) -> anyhow::Result<StoreUrl> {
        match &self.database {
            Some(url) => url.parse().context("--database"),
            None => Ok(StoreUrl::sqlite(self.data.join("certbroker.db"))),
        }
    }
}

async fn first_answer(server: &Server, program: &mut Child) -> anyhow::Result<()> {
    let looking = async {
        while !server.answers().await {
            if let Some(status) = program.try_wait()? {
                anyhow::bail!("the server stopped: {status}");
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    };
    tokio::time::timeout(PATIENCE, looking)
        .await
        .context("the server does not answer")?
}

/// Lists of every kind, many at once.
async fn load(options: &Start, server: &Server) -> anyhow::Result<()> {
    let store = Store::connect(&options.database()?, StoreOptions::default()).await?;
    let access = Access::open(&store, 1).await?;
    store.close().await;
    let mut clients = JoinSet::new();
    for client in 0..AT_ONCE {
        let (server, session) = (server.clone(), access.client.clone());
        clients.spawn(async move {
            for number in 0..REQUESTS / AT_ONCE {
                let path = match (client + number) % 4 {
                    0 => "/services",
                    1 => "/services?sort=end_date",
                    2 => "/services?state=active",
                    _ => "/services?q=www.silver",
                };
                let (status, _) = server.page(&session, path).await?;
                anyhow::ensure!(status.is_success(), "{path}: {status}");
            }
            Ok(())
        });
    }
    while let Some(outcome) = clients.join_next().await {
        outcome??;
    }
    Ok(())
}

fn resident_mib(program: &Child) -> anyhow::Result<f64> {
    let id = program.id().context("the server has stopped")?;
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let kib = status
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmRSS:")?
                .trim()
                .strip_suffix("kB")?
                .trim()
                .parse::<u32>()
                .ok()
        })
        .context("the system does not tell the resident memory")?;
    Ok(f64::from(kib) / 1_024.0)
}

async fn stop(mut program: Child) -> anyhow::Result<()> {
    let id = program.id().context("the server has stopped")?;
    Command::new("kill")
        .args(["-TERM", &id.to_string()])
        .status()
        .await
        .context("asking the server to stop")?;
    tokio::time::timeout(PATIENCE, program.wait())
        .await
        .context("the server does not stop")??;
    Ok(())
}
