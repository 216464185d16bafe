//! The program is killed at every step of opening a service and started again: one purchase, the money agrees, the
//! service is issued.
//!
//! All of it dies: certbroker, the simulated CA and the name server are one process. The CA keeps its books in its state
//! file as a real one would in its own house.

use std::{path::Path, process::Stdio, time::Duration};

use engine::fault::POINTS;
use rust_decimal::Decimal;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_certbroker");
/// Longer than anything takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);

#[tokio::test]
async fn killed_at_any_step_of_an_opening_the_program_goes_on_and_buys_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    Demo::start(&data, None).await.stop().await;
    let points = POINTS.iter().filter(|point| point.starts_with("open."));
    for (number, point) in points.enumerate() {
        let name = format!("killed{number}.example.net");
        let demo = Demo::start(&data, Some(point)).await;
        let before = balance(&data).await;
        let placed = ask(
            &data,
            &[
                "order",
                "--account",
                "A-1",
                "--tariff",
                "PositiveSSL",
                "--domain",
                &name,
                "--store-key",
                "--first-name",
                "Ada",
                "--last-name",
                "Example",
                "--email",
                "ada@example.net",
                "--phone",
                "+31 20 1234567",
            ],
        )
        .await;
        let service = placed["service"].as_str().unwrap().to_owned();
        demo.dies(point).await;

        let demo = Demo::start(&data, None).await;
        let issued = until_active(&data, &service, point).await;
        let bought = demo.purchases_of(&name).await;
        assert_eq!(bought.len(), 1, "{point}: {bought:#?}");
        let paid: Decimal = issued["gross"]["amount"].as_str().unwrap().parse().unwrap();
        assert_eq!(balance(&data).await, before - paid, "{point}");
        demo.stop().await;
    }
}

/// A demo that runs.
struct Demo {
    child: Child,
    management: String,
}

impl Demo {
    /// Starts the demo in this folder; the first time it is filled. Its ports are those of the first start, which
    /// another program may hold for a moment: then it is tried again.
    async fn start(data: &Path, crash_at: Option<&str>) -> Self {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match Self::try_start(data, crash_at).await {
                Some(demo) => return demo,
                None => assert!(Instant::now() < deadline, "the demo does not start"),
            }
        }
    }

    async fn try_start(data: &Path, crash_at: Option<&str>) -> Option<Self> {
        let mut command = Command::new(PROGRAM);
        command
            .args(["demo", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        if let Some(point) = crash_at {
            command.env("CERTBROKER_CRASH_AT", point);
        }
        let mut child = command.spawn().unwrap();
        let out = child.stdout.take().unwrap();
        let line = timeout(PATIENCE, BufReader::new(out).lines().next_line())
            .await
            .expect("the demo says something")
            .unwrap()?;
        let ready: Value = serde_json::from_str(&line).unwrap();
        Some(Self {
            child,
            management: ready["management"].as_str().unwrap().to_owned(),
        })
    }

    /// Waits until it died of the fault, without a word.
    async fn dies(mut self, point: &str) {
        use std::os::unix::process::ExitStatusExt as _;
        let status = timeout(PATIENCE, self.child.wait())
            .await
            .unwrap_or_else(|_| panic!("{point} was not passed"))
            .unwrap();
        assert!(status.signal().is_some(), "{point}: {status}");
    }

    /// What the CA's ledger says was bought for a name.
    async fn purchases_of(&self, name: &str) -> Vec<Value> {
        let address = format!("{}/purchases", self.management);
        let all: Vec<Value> = reqwest::get(address).await.unwrap().json().await.unwrap();
        all.into_iter()
            .filter(|purchase| purchase["domain_name"] == name)
            .collect()
    }

    /// Kills it as the system does when it has to: the next start goes on.
    async fn stop(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Asks the command line beside the running demo.
async fn ask(data: &Path, arguments: &[&str]) -> Value {
    let out = Command::new(PROGRAM)
        .args(arguments)
        .arg("--json")
        .arg("--data")
        .arg(data)
        .output()
        .await
        .unwrap();
    assert!(
        out.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    serde_json::from_slice(&out.stdout).unwrap()
}

async fn until_active(data: &Path, service: &str, point: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let shown = ask(data, &["service", "show", service]).await;
        if shown["state"] == "active" {
            return shown;
        }
        assert!(Instant::now() < deadline, "{point}: {shown:#}");
        sleep(LOOK).await;
    }
}

/// What the first account has, by its list.
async fn balance(data: &Path) -> Decimal {
    let accounts = ask(data, &["account", "list"]).await;
    let first = accounts
        .as_array()
        .unwrap()
        .iter()
        .find(|account| account["number"] == "A-1")
        .unwrap();
    first["balance"]["amount"].as_str().unwrap().parse().unwrap()
}
