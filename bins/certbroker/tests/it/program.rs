//! Running the program and reading what it says.

use std::{path::Path, process::Stdio};

use serde_json::Value;
use tokio::{io::AsyncWriteExt as _, process::Command};

/// What one run of the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Said {
    /// The one JSON document on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Standard output as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).expect("text")
    }

    /// The same, when the program ended with this code.
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            code,
            "{self:#?}\n{}",
            String::from_utf8_lossy(&self.stdout)
        );
        self
    }

    /// The same, when the program did what was asked.
    pub(crate) fn done(self) -> Self {
        self.with_code(0)
    }
}

/// The program, on a data folder.
pub(crate) fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certbroker"));
    // Nothing of the machine's own configuration.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CERTBROKER_") {
            command.env_remove(name);
        }
    }
    command
        .arg("--data")
        .arg(data)
        .current_dir(data)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Runs the program to its end.
pub(crate) async fn run(data: &Path, arguments: &[&str]) -> Said {
    let output = program(data)
        .args(arguments)
        .output()
        .await
        .expect("the program runs");
    said(output)
}

/// Runs the program with something on standard input.
pub(crate) async fn run_with(data: &Path, arguments: &[&str], input: &str) -> Said {
    let mut child = program(data)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("standard input");
    stdin.write_all(input.as_bytes()).await.expect("it reads");
    drop(stdin);
    said(child.wait_with_output().await.expect("the program ends"))
}

fn said(output: std::process::Output) -> Said {
    Said {
        code: output.status.code().expect("the program was not killed"),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
