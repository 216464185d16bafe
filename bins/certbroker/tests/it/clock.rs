//! The time machine by command: with nobody serving, beside a server, and after one died on the way.

use std::{process::Stdio, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{program::program, way, world::World};

/// Longer than anything takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

fn instant(value: &Value) -> Timestamp {
    value.as_str().expect("an instant").parse().expect("an instant")
}

#[tokio::test(flavor = "multi_thread")]
async fn time_goes_on_where_nobody_serves_and_the_simulator_goes_along() {
    let world = World::start().await;
    world.open_shop().await;
    let before = world.ask(&["clock", "show"]).await;
    assert_eq!(before["is_simulated"], true);
    assert!(before["ahead_seconds"].as_i64() < Some(1), "{before:#}");
    world.order("www.example.net", &["--store-key"]).await.done();

    let moved = world.ask(&["clock", "advance", "18m"]).await;
    assert_eq!(
        (&moved["state"], &moved["error"]),
        (&json!("done"), &json!(null)),
        "{moved:#}"
    );
    let client = moved["waits"]
        .as_array()
        .and_then(|waits| waits.iter().find(|wait| wait["service"] == "S-1"))
        .unwrap_or_else(|| panic!("{moved:#}"));
    assert_eq!(
        (&client["whom"], &client["who"]),
        (&json!("client"), &json!("Client One GmbH"))
    );
    assert!(moved["scheduled"]["balances"].as_u64() >= Some(1), "{moved:#}");
    let after = world.ask(&["clock", "show"]).await;
    let year = SignedDuration::from_hours(24 * 540);
    assert!(instant(&after["business"]).duration_since(instant(&before["business"])) > year);
    assert!(world.simulator.now() >= instant(&moved["to"]));
    assert!(after["ahead_seconds"].as_i64() > Some(24 * 3600 * 540));

    for (typed, code, said) in [
        ("2020-10-20", 3, "forward"),
        ("11y", 3, "Ten years"),
        ("soon", 2, "soon"),
    ] {
        let refused = world.run(&["clock", "advance", typed]).await.with_code(code);
        assert!(refused.stderr.contains(said), "{typed}: {}", refused.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_carries_the_move_out_and_what_it_left_when_it_died() {
    let world = World::start().await;
    world.open_shop().await;
    let (mut server, _) = way::serve(&world).await;
    let moved = world.ask(&["clock", "advance", "400d"]).await;
    assert_eq!(moved["state"], "done", "{moved:#}");
    // The server itself knows the new time.
    let shown = world.ask(&["clock", "show"]).await;
    assert!(shown["ahead_seconds"].as_i64() > Some(24 * 3600 * 399));
    server.kill().await.expect("it dies");
    server.wait().await.expect("it is dead");

    // Another one is killed on the way. What waits for the client makes it stop every month.
    world.order("www.example.net", &["--store-key"]).await.done();
    let mut killed = program(&world.data())
        .args(["--json", "clock", "advance", "9y"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let taken = async {
        while world.ask(&["clock", "show"]).await["move_under_way"].is_null()
            && killed.try_wait().expect("a process").is_none()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    taken.await;
    killed.kill().await.expect("it dies");
    let before = world.ask(&["clock", "show"]).await;
    let (mut server, _) = way::serve(&world).await;
    let arrives = async {
        loop {
            let shown = world.ask(&["clock", "show"]).await;
            assert!(instant(&shown["business"]) >= instant(&before["business"]));
            let is_there = shown["ahead_seconds"].as_i64() > Some(24 * 3600 * 3600);
            if is_there && shown["move_under_way"].is_null() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, arrives)
        .await
        .expect("the server goes on with it");
    server.kill().await.expect("it dies");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_simulator_time_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let refused = crate::program::run(data, &["clock", "advance", "1d"])
        .await
        .with_code(3);
    assert!(refused.stderr.contains("demo"), "{}", refused.stderr);
    let shown = crate::program::run(data, &["--json", "clock", "show"])
        .await
        .done()
        .json();
    assert_eq!(
        (&shown["is_simulated"], &shown["simulator"]),
        (&json!(false), &json!(null))
    );

    // A demo whose simulated CA does not run, which the setting names here.
    let world = World::start().await;
    let set = |management: &str| {
        let file = world.data().join("certbroker.toml");
        std::fs::write(file, format!("[simulator]\nmanagement = \"{management}\"\n")).expect("a file");
    };
    set("http://127.0.0.1:1");
    let away = world.run(&["clock", "advance", "1d"]).await.with_code(4);
    assert!(away.stderr.contains("does not answer"), "{}", away.stderr);
    let shown = world.ask(&["clock", "show"]).await;
    assert!(
        shown["simulator"].is_null() && shown["simulator_error"].is_string(),
        "{shown:#}"
    );
    set("http://ca.example");
    let refused = world.run(&["clock", "show"]).await.with_code(3);
    assert!(refused.stderr.contains("loopback"), "{}", refused.stderr);
    set(&world.simulator.management_url());
    world.ask(&["clock", "advance", "1d"]).await;
    std::fs::copy(world.data().join("certbroker.toml"), data.join("certbroker.toml")).expect("a copy");
    let refused = crate::program::run(data, &["clock", "show"]).await.with_code(3);
    assert!(
        refused.stderr.contains("simulator.management"),
        "{}",
        refused.stderr
    );
}
