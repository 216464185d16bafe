//! The host's command-line client.

use std::{path::PathBuf, process::Stdio, time::Duration};

use async_trait::async_trait;
use tokio::{process::Command, time::timeout};

use super::{Call, CallError, Caller};
use crate::{Module, Root, xml::Element};

/// A daemon that hangs longer is away.
const LONGEST_CALL: Duration = Duration::from_mins(5);
/// Characters of an answer in an error.
const LONGEST_TEXT: usize = 500;

/// Runs `sbin/mgrctl` for each call: an argument list, no shell.
#[derive(Debug, Clone)]
pub struct Mgrctl {
    program: PathBuf,
    root: PathBuf,
    /// The host's history shows it as the initiator.
    initiator: &'static str,
}

impl Mgrctl {
    /// The client of this host.
    #[must_use]
    pub fn new(root: &Root, module: Module) -> Self {
        Self {
            program: root.mgrctl(),
            root: root.path().to_owned(),
            initiator: module.name,
        }
    }

    /// The parameters that the host knows of a function, as it prints them; for the test of a real host.
    ///
    /// # Errors
    /// [`CallError::Failed`] with what was said when it knows no such function; others of [`CallError`].
    pub async fn describe(&self, function: &'static str) -> Result<String, CallError> {
        let words = ["-i".to_owned(), function.to_owned()];
        let (stdout, stderr, is_success) = self.run(function, &words).await?;
        if is_success && !stdout.trim_start().starts_with("ERROR") {
            return Ok(stdout);
        }
        let said = format!("{} {}", stdout.trim(), stderr.trim());
        let detail = said.trim().chars().take(LONGEST_TEXT).collect();
        Err(CallError::Failed { function, detail })
    }

    async fn run(
        &self,
        function: &'static str,
        arguments: &[String],
    ) -> Result<(String, String, bool), CallError> {
        let failed = |detail: String| CallError::Failed { function, detail };
        let child = Command::new(&self.program)
            .args(["-m", "billmgr"])
            .args(arguments)
            .current_dir(&self.root)
            .env("SSH_CONNECTION", self.initiator)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let Ok(output) = timeout(LONGEST_CALL, child).await else {
            let detail = format!("no answer within {} s", LONGEST_CALL.as_secs());
            return Err(CallError::Away { function, detail });
        };
        let output = output.map_err(|error| failed(format!("{}: {error}", self.program.display())))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((
            text(&output.stdout),
            text(&output.stderr),
            output.status.success(),
        ))
    }
}

#[async_trait]
impl Caller for Mgrctl {
    async fn call(&self, call: &Call) -> Result<Element, CallError> {
        let function = call.function;
        let mut arguments = vec!["-o".to_owned(), "xml".to_owned(), function.to_owned()];
        arguments.extend(call.params.iter().map(|(name, value)| format!("{name}={value}")));
        tracing::info!(parameters = shown(call), "QUERY: func={function}");
        let (stdout, stderr, is_success) = self.run(function, &arguments).await?;
        tracing::trace!(
            exchange = "host",
            answer = stdout,
            "QUERY_RESULT: func={function}"
        );
        read(function, &stdout, &stderr, is_success)
    }
}

/// The parameters for the log: long values are data that the host keeps anyway.
fn shown(call: &Call) -> String {
    let param = |(name, value): &(String, String)| match value.len() {
        0..=200 => format!("{name}={value}"),
        length => format!("{name}=({length} bytes)"),
    };
    call.params.iter().map(param).collect::<Vec<_>>().join("&")
}

/// What an answer means. Whether an error shows in the exit status is not known, so the document decides.
fn read(function: &'static str, stdout: &str, stderr: &str, is_success: bool) -> Result<Element, CallError> {
    let text = |text: &str| text.trim().chars().take(LONGEST_TEXT).collect::<String>();
    let document = match Element::parse(stdout) {
        Ok(document) => document,
        Err(_) if !is_success && stdout.trim().is_empty() => {
            return Err(CallError::Away {
                function,
                detail: text(stderr),
            });
        }
        Err(error) => {
            return Err(CallError::Failed {
                function,
                detail: format!("{error}: {} {}", text(stdout), text(stderr)),
            });
        }
    };
    let Some(error) = document.first("error") else {
        return Ok(document);
    };
    let attribute = |name: &str| error.attribute(name).unwrap_or_default().to_owned();
    let said = error
        .content_of("msg")
        .or_else(|| error.first("param").map(Element::content))
        .unwrap_or_default();
    if attribute("type") == "client" && attribute("object") == "open" {
        return Err(CallError::Away {
            function,
            detail: text(&said),
        });
    }
    Err(CallError::Refused {
        function,
        kind: attribute("type"),
        object: attribute("object"),
        text: text(&said),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart_by_their_document() {
        let ok = read("f", "<doc func=\"f\"><ok/></doc>", "", true).unwrap();
        assert!(ok.first("ok").is_some());
        let refused = "<doc><error type=\"missed\" object=\"item\"><param name=\"object\">item</param><msg>No such item</msg></error></doc>";
        for is_success in [true, false] {
            assert!(matches!(
                read("f", refused, "", is_success),
                Err(CallError::Refused { kind, object, text, .. }) if kind == "missed" && object == "item" && text == "No such item"
            ));
        }
        for (stdout, stderr) in [
            ("", "ERROR client(open): billmgr"),
            (
                "<doc><error type=\"client\" object=\"open\" value=\"billmgr\"/></doc>",
                "",
            ),
        ] {
            assert!(matches!(
                read("f", stdout, stderr, false),
                Err(CallError::Away { .. })
            ));
        }
        assert!(matches!(read("f", "OK", "", true), Err(CallError::Failed { .. })));
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_no_daemon_that_is_away() {
        let mgrctl = Mgrctl {
            program: "/nonexistent/mgrctl".into(),
            root: "/".into(),
            initiator: "test",
        };
        let error = mgrctl.call(&Call::new("paramlist")).await.unwrap_err();
        assert!(matches!(error, CallError::Failed { .. }));
    }
}
