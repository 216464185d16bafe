//! The whole way from an empty folder to a verified certificate, a backup and a restore, typed command by command.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Stdio, time::Duration};

use leaderssl_simulator::record::KeyFamily;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Child,
    time::{sleep, timeout},
};

use crate::{
    openssl::{assert_is_for_key, assert_verifies, names, openssl},
    program::program,
    world::World,
};

/// Longer than anything takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_sells_a_certificate_and_a_backup_comes_back() {
    let world = World::start().await;
    world.write("wrong.txt", "hunter2\n");
    let refused = world.add_module("wrong.txt", &[]).await.with_code(3);
    assert_eq!(refused.json()["is_saved"], false);
    assert!(!refused.stderr.contains("hunter2"));
    assert_eq!(world.ask(&["module", "list"]).await, json!([]));

    world.open_shop().await;
    let again = world.ask(&["catalogue", "import", "LeaderTelecom"]).await;
    assert_eq!(again["changes"], json!([]));

    let placed = world
        .order("www.example.net", &["--store-key"])
        .await
        .done()
        .json();
    assert_eq!(placed["state"]["state"], "waiting_for_validation", "{placed:#}");
    world.publish(&placed["state"]);
    let issued = world
        .order("www.example.net", &["--store-key"])
        .await
        .done()
        .json();
    assert_eq!(issued["is_repeated"], true);
    assert_eq!(issued["state"]["state"], "active", "{issued:#}");
    assert_eq!(world.simulator.purchases().len(), 1);

    assert_it_is_delivered(&world).await;
    assert_it_is_restored(&world).await;
}

async fn assert_it_is_delivered(world: &World) {
    let listed = world.ask(&["service", "list", "--state", "active"]).await;
    assert_eq!(listed[0]["number"], "S-1");
    let shown = world.ask(&["service", "show", "www.example.net"]).await;
    assert_eq!(shown["id"], listed[0]["id"]);
    for (format, file) in [
        ("certificate", "certificate.pem"),
        ("intermediates", "ca.pem"),
        ("key", "privkey.pem"),
    ] {
        let path = world.path(file);
        world
            .ask(&["service", "download", "S-1", "--format", format, "--out", &path])
            .await;
    }
    world.write_root(KeyFamily::Ec);
    assert_verifies(world.files());
    assert_is_for_key(world.files(), "privkey.pem");
    assert!(names(world.files()).contains(&"www.example.net".to_owned()));
    let key = fs::metadata(world.files().join("privkey.pem")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);

    let fullchain = world.run(&["service", "download", "S-1"]).await.done().text();
    assert!(fullchain.matches("BEGIN CERTIFICATE").count() >= 2);
    let bundle = world.path("www.p12");
    let wish = [
        "service",
        "download",
        "S-1",
        "--format",
        "pkcs12",
        "--password",
        "-",
        "--out",
        &bundle,
    ];
    world.run_with(&wish, "to carry it away\n").await.done();
    let inside = openssl(
        world.files(),
        &[
            "pkcs12",
            "-in",
            "www.p12",
            "-passin",
            "pass:to carry it away",
            "-nodes",
            "-info",
        ],
    );
    assert!(inside.contains("BEGIN PRIVATE KEY") && inside.contains("BEGIN CERTIFICATE"));
    world
        .run(&[
            "service", "download", "S-1", "--format", "pkcs12", "--out", &bundle,
        ])
        .await
        .with_code(3);
}

async fn assert_it_is_restored(world: &World) {
    let backup = world.path("backup.jsonl");
    let written = world.ask(&["db", "backup", &backup]).await;
    assert!(written["rows"].as_u64() > Some(50));
    let mode = fs::metadata(&backup).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // What comes after the backup is gone afterwards.
    world.ask(&["account", "credit", "A-1", "1.00"]).await;

    let asked = world.run(&["db", "restore", &backup]).await.with_code(3);
    assert!(
        asked.stderr.contains("--yes") && asked.stderr.contains("before-restore"),
        "{}",
        asked.stderr
    );
    assert_eq!(balance(world).await, "484.20");
    let restored = world.ask(&["db", "restore", &backup, "--yes"]).await;
    assert_eq!(restored["rows"], written["rows"]);
    assert_eq!(restored["are_purchases_allowed"], false);
    assert!(fs::exists(restored["moved_aside"].as_str().unwrap()).unwrap());
    assert_eq!(balance(world).await, "483.20");

    let stopped = world
        .order("two.example.net", &["--store-key", "--wait-at-most", "2"])
        .await;
    assert_ne!(stopped.code, 0, "{stopped:#?}");
    assert_eq!(world.simulator.purchases().len(), 1, "purchases are off");
    let reconciled = world.ask(&["module", "reconcile"]).await;
    assert_eq!(reconciled["are_purchases_allowed"], true);
    let bought = world
        .order("three.example.net", &["--store-key"])
        .await
        .done()
        .json();
    assert_eq!(bought["state"]["state"], "waiting_for_validation");
    let names: Vec<_> = world
        .simulator
        .certificates()
        .iter()
        .map(|one| one.main_name().to_string())
        .collect();
    assert!(names.contains(&"three.example.net".to_owned()), "{names:?}");
}

async fn balance(world: &World) -> String {
    let accounts = world.ask(&["account", "list"]).await;
    accounts[0]["balance"]["amount"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_work_beside_a_running_server() {
    let world = World::start().await;
    world.open_shop().await;
    let (mut server, ready) = serve(&world).await;
    assert!(ready["url"].as_str().unwrap().starts_with("http://127.0.0.1:"));

    // Without --wait the order is the server's.
    let wish = [
        "--json",
        "order",
        "--account",
        "A-1",
        "--tariff",
        "PositiveSSL",
        "--domain",
        "www.example.net",
        "--phone",
        "+49 30 1234567",
        "--key-out",
        &world.path("www.key"),
    ];
    let placed = world.run(&wish).await.done().json();
    let waiting = until(&world, "S-1", "waiting_for_validation").await;
    world.publish(&waiting);
    until(&world, "S-1", "active").await;
    let path = world.path("certificate.pem");
    world
        .ask(&[
            "service",
            "download",
            "S-1",
            "--format",
            "certificate",
            "--out",
            &path,
        ])
        .await;
    assert_eq!(placed["key_file"], world.path("www.key"));
    assert_is_for_key(world.files(), "www.key");

    world.ask(&["module", "log", "LeaderTelecom", "9"]).await;
    let rules = fs::read_to_string(world.data().join("debug.conf")).unwrap();
    assert!(
        rules.contains("pmleadertelecom") && rules.contains(" 9"),
        "{rules}"
    );
    world.ask(&["db", "backup", &world.path("backup.jsonl")]).await;
    for refused in [
        &["key", "rotate"][..],
        &["db", "restore", &world.path("backup.jsonl"), "--yes"],
    ] {
        let said = world.run(refused).await.with_code(3);
        assert!(said.stderr.contains("stop it first"), "{}", said.stderr);
    }

    let id = server.id().expect("it runs").to_string();
    let told = std::process::Command::new("kill").args(["-TERM", &id]).status();
    assert!(told.unwrap().success());
    let ended = timeout(PATIENCE, server.wait()).await.expect("it stops").unwrap();
    assert!(ended.success());
    let rotated = world.ask(&["key", "rotate"]).await;
    assert_eq!(rotated["version"], 2);
    assert!(rotated["resealed"].as_u64() >= Some(1));
    // What was sealed anew still opens.
    world.ask(&["module", "check", "LeaderTelecom"]).await;
}

/// A server that is ready, and what it said.
pub(crate) async fn serve(world: &World) -> (Child, Value) {
    let mut server = program(&world.data())
        .args(["--json", "serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server starts");
    let mut lines = BufReader::new(server.stdout.take().expect("standard output")).lines();
    let reading = async {
        let mut text = String::new();
        while let Some(line) = lines.next_line().await.expect("standard output") {
            text.push_str(&line);
            if let Ok(ready) = serde_json::from_str(&text) {
                return ready;
            }
        }
        panic!("the server ended: {text}")
    };
    let ready = timeout(PATIENCE, reading).await.expect("the server is ready");
    (server, ready)
}

/// The service, once it stands in this state.
async fn until(world: &World, service: &str, state: &str) -> Value {
    let looking = async {
        loop {
            let shown = world.ask(&["service", "show", service]).await;
            if shown["state"] == state
                && (state != "waiting_for_validation" || shown["validations"] != json!([]))
            {
                return shown;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, looking).await.expect("it comes to this state")
}
