//! One run of a module: its arguments, what it is given to read, what it printed, how it ended.

use std::{io, os::unix::process::ExitStatusExt as _, process::Stdio};

use tokio::{io::AsyncWriteExt as _, process::Command};

use crate::{
    document::{DocumentError, Element},
    error::{HostError, ModuleRefusal, file_error},
    host::{Host, Inner},
};

/// Tries to start a file that another thread of this process was writing a moment ago.
const MOST_STARTS: usize = 50;

/// A run that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The module.
    pub module: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its exit status, unless a signal ended it.
    pub status: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    /// The command that was asked for.
    pub fn command(&self) -> &str {
        let after = self.arguments.iter().skip_while(|word| *word != "--command");
        after.skip(1).map(String::as_str).next().unwrap_or_default()
    }

    /// The document on standard output; none when it is empty.
    ///
    /// # Errors
    /// When there is something else than one document.
    pub fn document(&self) -> Result<Option<Element>, DocumentError> {
        if self.stdout.trim().is_empty() {
            return Ok(None);
        }
        Element::parse(&self.stdout).map(Some)
    }

    /// The error that was printed.
    pub fn refusal(&self) -> Option<ModuleRefusal> {
        let document = self.document().ok().flatten()?;
        let error = document.find("error")?;
        let param = |name: &str| {
            error
                .all("param")
                .find(|param| param.attr("name") == Some(name))
                .map(|param| param.text.clone())
        };
        let attribute = |name: &str| {
            error
                .attr(name)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        Some(ModuleRefusal {
            kind: attribute("type").unwrap_or_default(),
            object: attribute("object").unwrap_or_default(),
            value: attribute("value").or_else(|| param("value")).unwrap_or_default(),
        })
    }

    /// Whether it did what it was asked. Some modules end with status 0 and an error document: both are looked at.
    pub fn succeeded(&self) -> bool {
        self.status == Some(0) && self.refusal().is_none()
    }
}

impl Host {
    /// Runs a module as BILLmanager does and waits for its end.
    ///
    /// # Errors
    /// When it cannot be started, or does not end.
    pub async fn run(&self, module: &str, arguments: &[&str], stdin: &str) -> Result<Run, HostError> {
        self.inner.run(module, arguments, stdin).await
    }

    /// What an administrator at the shell gets from `mgrctl -m billmgr` with these words.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn run_mgrctl(&self, words: &[&str]) -> Result<String, HostError> {
        let output = Command::new(self.root().join("sbin/mgrctl"))
            .args(["-m", "billmgr"])
            .args(words)
            .stdin(Stdio::null())
            .output()
            .await
            .map_err(file_error("sbin/mgrctl"))?;
        let said = [output.stdout, output.stderr].concat();
        Ok(String::from_utf8_lossy(&said).into_owned())
    }
}

impl Inner {
    pub(crate) async fn run(&self, module: &str, arguments: &[&str], stdin: &str) -> Result<Run, HostError> {
        let mut command = self.command(module, arguments);
        let mut child = start(&mut command).await.map_err(|source| HostError::Start {
            module: module.to_owned(),
            source,
        })?;
        let id = child.id().unwrap_or_default();
        self.running.lock().insert(id);
        let input = child.stdin.take();
        let text = stdin.to_owned();
        let feed = async move {
            if let Some(mut input) = input {
                // A module that does not read its input may close it.
                let _ = input.write_all(text.as_bytes()).await;
            }
        };
        let ended = tokio::time::timeout(self.patience, async {
            let ((), output) = tokio::join!(feed, child.wait_with_output());
            output
        })
        .await;
        self.running.lock().remove(&id);
        let output = ended
            .map_err(|_| HostError::TooLong {
                module: module.to_owned(),
                seconds: self.patience.as_secs(),
            })?
            .map_err(|source| HostError::Start {
                module: module.to_owned(),
                source,
            })?;
        let run = Run {
            module: module.to_owned(),
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
            status: output.status.code(),
            signal: output.status.signal(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        self.runs.lock().push(run.clone());
        Ok(run)
    }

    /// The environment is as small as a daemon's; `MGR5_ROOT` is what a real host has no need to say.
    fn command(&self, module: &str, arguments: &[&str]) -> Command {
        let root = self.root.path();
        let mut command = Command::new(self.root.module(module));
        command
            .args(arguments)
            .current_dir(root)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            .env("MGR5_ROOT", root)
            .envs(&*self.environment.lock())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

async fn start(command: &mut Command) -> io::Result<tokio::process::Child> {
    for _ in 1..MOST_STARTS {
        match command.spawn() {
            // A fork of another thread still holds the file that was just written.
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => tokio::task::yield_now().await,
            other => return other,
        }
    }
    command.spawn()
}
