//! `load replace`: what replacing many certificates at once costs certbroker for each of them, while a simulated CA without
//! limits answers.

use std::{path::PathBuf, process::Stdio, time::Duration};

use anyhow::{Context as _, ensure};
use clap::Args;
use domain::id::NumberKind;
use store::{Store, StoreOptions, StoreUrl, replacement};
use tokio::{process::Command, time::Instant};

use crate::report::{Report, Row};

/// Ticks of a second in `/proc/PID/stat` (`USER_HZ`, which Linux keeps at this for programs).
const TICKS: f64 = 100.0;
/// Between two looks at how many are replaced.
const LOOK: Duration = Duration::from_millis(500);
/// Longer than any run takes.
const PATIENCE: Duration = Duration::from_hours(4);

/// `load replace`
#[derive(Debug, Args)]
pub(crate) struct Replace {
    /// The program, which starts the run
    #[arg(long, value_name = "FILE", default_value = "target/release/certbroker")]
    program: PathBuf,
    /// The data folder of the running server or demo
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Its database
    #[arg(long, value_name = "URL")]
    database: StoreUrl,
    /// Process id of the server; a demo's holds the simulated CA too
    #[arg(long)]
    pid: u32,
    /// Process id of the simulated CA where it is another one
    #[arg(long)]
    simulator: Option<u32>,
}

/// Replaces every certificate that needs nobody and measures it.
///
/// # Errors
/// The server, the program or the database do not answer; the run takes too long.
pub(crate) async fn run(options: &Replace) -> anyhow::Result<Report> {
    let store = Store::connect(&options.database, StoreOptions::default()).await?;
    let (cpu, ca) = (Cpu::of(Some(options.pid))?, Cpu::of(options.simulator)?);
    let began = Instant::now();
    let number = start(options).await?;
    let replaced = until_over(&store, number).await?;
    let wall = began.elapsed().as_secs_f64();
    let (own, of_ca) = (cpu.used()?, ca.used()?);
    store.close().await;
    ensure!(replaced > 0, "nothing was replaced");
    let each = |seconds: f64| seconds * 1_000.0 / f64::from(replaced);
    let mut rows = vec![
        Row::count("certificates replaced", u64::from(replaced)),
        Row::rate("certificates replaced", u64::from(replaced), wall),
        Row::new("wall time per certificate", each(wall), "ms"),
        Row::new("processor time of the server per certificate", each(own), "ms"),
    ];
    if options.simulator.is_some() {
        rows.push(Row::new(
            "processor time of the simulated CA per certificate",
            each(of_ca),
            "ms",
        ));
    }
    Ok(Report {
        title: "replace now".to_owned(),
        rows,
        ..Report::default()
    })
}

async fn start(options: &Replace) -> anyhow::Result<i64> {
    let said = Command::new(&options.program)
        .arg("--data")
        .arg(&options.data)
        .args(["--json", "replacement", "start", "--all", "--why", "measured"])
        .stderr(Stdio::inherit())
        .output()
        .await
        .context("starting the program")?;
    ensure!(said.status.success(), "the run was not started");
    let said: serde_json::Value = serde_json::from_slice(&said.stdout)?;
    let number = said.get("number").and_then(serde_json::Value::as_str);
    number
        .and_then(|number| NumberKind::Replacement.read(number))
        .context("the run has no number")
}

/// Waits until nothing of the run is left that goes on by itself; says how many were replaced.
async fn until_over(store: &Store, number: i64) -> anyhow::Result<u32> {
    let waiting = async {
        loop {
            tokio::time::sleep(LOOK).await;
            let reader = store.reader();
            let run = replacement::find_by_number(reader, number)
                .await?
                .context("the run is gone")?;
            let tally = replacement::tally(reader, run.id, jiff::Timestamp::MIN).await?;
            let count = |is_counted: &dyn Fn(&replacement::Tally) -> bool| -> i64 {
                tally
                    .iter()
                    .filter(|one| is_counted(one))
                    .map(|one| one.count)
                    .sum()
            };
            let left =
                count(&|one| one.state.is_open() && one.needs == replacement::ReplacementNeeds::Nobody);
            if left == 0 {
                let replaced = count(&|one| one.state == replacement::ReplacedState::Replaced);
                return anyhow::Ok(u32::try_from(replaced)?);
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .context("the run takes too long")?
}

/// Processor time of a process from a moment on.
struct Cpu {
    pid: Option<u32>,
    before: f64,
}

impl Cpu {
    fn of(pid: Option<u32>) -> anyhow::Result<Self> {
        let before = pid.map_or(Ok(0.0), processor_seconds)?;
        Ok(Self { pid, before })
    }

    fn used(&self) -> anyhow::Result<f64> {
        Ok(self.pid.map_or(Ok(0.0), processor_seconds)? - self.before)
    }
}

/// User and system time of all its threads (`proc_pid_stat(5)`: fields 14 and 15; the second holds the name in brackets).
fn processor_seconds(pid: u32) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("there is no such process")?;
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse::<u32>)
        .sum::<Result<u32, _>>()?;
    Ok(f64::from(ticks) / TICKS)
}
