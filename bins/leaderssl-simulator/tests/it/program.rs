//! The simulator as a program: its flags, and what a kill leaves behind.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use crate::harness::{item, php_query};

/// A running program; killed when dropped.
struct Program {
    child: Child,
    api: String,
    management: String,
}

impl Program {
    fn start(state: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_leaderssl-simulator"))
            .args([
                "--listen",
                "127.0.0.1:0",
                "--management",
                "127.0.0.1:0",
                "--validation",
                "auto",
            ])
            .args([
                "--user",
                "me@example.org",
                "--password",
                "pass-word",
                "--balance",
                "99.50",
            ])
            .args(["--currency", "USD", "--seed", "7", "--state"])
            .arg(state)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = |word: &str| {
            let line = lines.next().unwrap().unwrap();
            line.strip_prefix(word).unwrap().trim().to_owned()
        };
        let (api, management) = (address("api"), address("management"));
        Self {
            child,
            api,
            management,
        }
    }

    /// SIGKILL: nothing is written any more.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    async fn manage(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.management);
        client().get(url).send().await.unwrap().json().await.unwrap()
    }

    async fn call(&self, method: reqwest::Method, path: &str, token: &str, params: &Value) -> Value {
        let url = format!("{}/{path}?{}", self.api, php_query(params));
        let request = client().request(method, url).header("X-AUTH-TOKEN", token);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    async fn sign_in(&self) -> String {
        let params = json!({ "login": "me@example.org", "password": "pass-word" });
        let signed_in = self
            .call(reqwest::Method::POST, "users/signin", "", &params)
            .await;
        signed_in["auth_token"].as_str().unwrap().to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

#[tokio::test]
async fn a_kill_loses_nothing_that_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let first = Program::start(&state, &["--clock", "2026-05-01"]);
    let token = first.sign_in().await;
    let order = json!({ "order": { "items": [item("shop.test")] } });
    let placed = first.call(reqwest::Method::POST, "order", &token, &order).await;
    assert_eq!(placed["currency"], "USD");
    let id = placed["items"][0]["ssl_certificate_id"].as_i64().unwrap();
    let rule = json!({ "route": "dcv_emails", "fault": "status500" });
    let faults = format!("{}/faults", first.management);
    assert_eq!(
        client().post(faults).json(&rule).send().await.unwrap().status(),
        200
    );
    let ledger = first.manage("/ledger").await;
    let before = first.manage("/clock").await;
    first.kill();

    let second = Program::start(&state, &["--clock", "2020-01-01"]);
    assert_eq!(second.manage("/ledger").await, ledger);
    assert_eq!(second.manage("/balance").await["amount"], "91.10");
    assert_eq!(second.manage("/faults").await[0]["route"], "dcv_emails");
    let instant = |value: &Value| -> jiff::Timestamp { value["now"].as_str().unwrap().parse().unwrap() };
    assert!(
        instant(&second.manage("/clock").await) >= instant(&before),
        "the kept clock goes on"
    );
    // The session goes on, and so does the work that the kill interrupted.
    let path = format!("ssl_certificates/{id}/status");
    let waiting = async {
        loop {
            let status = second.call(reqwest::Method::GET, &path, &token, &json!({})).await;
            if status["status"] == "issued" {
                return status;
            }
            tokio::task::yield_now().await;
        }
    };
    let status = tokio::time::timeout(std::time::Duration::from_secs(30), waiting)
        .await
        .unwrap();
    let serial = status["serial_number"].clone();
    let url = format!("{}/root?family=ec", second.management);
    let root = client().get(&url).send().await.unwrap().text().await.unwrap();
    second.kill();

    let third = Program::start(&state, &[]);
    let kept = third.call(reqwest::Method::GET, &path, &token, &json!({})).await;
    assert_eq!(kept["serial_number"], serial);
    let url = format!("{}/root?family=ec", third.management);
    assert_eq!(
        client().get(&url).send().await.unwrap().text().await.unwrap(),
        root,
        "the same CA"
    );
    let next = third.call(reqwest::Method::POST, "order", &token, &order).await;
    assert!(
        next["id"].as_i64() > placed["id"].as_i64(),
        "ids are never given twice"
    );
}

#[test]
fn help_documents_every_flag() {
    let output = Command::new(env!("CARGO_BIN_EXE_leaderssl-simulator"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for flag in [
        "listen",
        "management",
        "user",
        "password",
        "balance",
        "currency",
        "validation",
        "resolver",
        "map-http",
        "map-https",
        "reissue",
        "clock",
        "state",
        "seed",
    ] {
        let at = help
            .find(&format!("--{flag} <"))
            .unwrap_or_else(|| panic!("--{flag} is not in\n{help}"));
        let text = help[at..].lines().nth(1).unwrap_or_default().trim();
        assert!(text.len() > 10, "--{flag}: {text}");
    }
}

#[test]
fn wrong_flags_are_refused_with_a_reason() {
    for (flag, value) in [
        ("--validation", "maybe"),
        ("--clock", "tomorrow"),
        ("--balance", "1.234.5"),
        ("--currency", "euros"),
        ("--reissue", "perhaps"),
        ("--map-http", "nowhere"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_leaderssl-simulator"))
            .args([
                "--listen",
                "127.0.0.1:0",
                "--management",
                "127.0.0.1:0",
                flag,
                value,
            ])
            .output()
            .unwrap();
        assert!(!output.status.success(), "{flag} {value}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(flag), "{flag} {value}: {said}");
    }
}
