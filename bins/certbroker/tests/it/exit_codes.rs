//! Every exit code, and that a refusal changes nothing.

use serde_json::json;

use crate::{program::run, world::World};

const BAD_REQUEST: &str = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n";

#[tokio::test]
async fn wrong_usage_ends_with_two() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["frobnicate"][..],
        &["module", "log", "x", "12"],
        &[
            "module",
            "add",
            "leadertelecom",
            "--name",
            "x",
            "--secret",
            "password=hunter2",
        ],
        &["order", "--account", "A-1", "--tariff", "x"],
        &[
            "order",
            "--account",
            "A-1",
            "--tariff",
            "x",
            "--csr",
            "a",
            "--key-out",
            "b",
        ],
        &["tariff", "price", "x", "--currency", "euro", "--period", "1"],
        &["tax", "add", "--percent", "21"],
        &["tax", "remove", "exr_0193f0c2a9d27c3e8a6f1f1d2b3c4d5e"],
        &[
            "rate", "add", "--from", "USD", "--to", "EUR", "--rate", "high", "--source", "ECB",
        ],
        &["service", "list", "--state", "happy"],
        &[
            "user",
            "add",
            "--email",
            "a@example.net",
            "--name",
            "A",
            "--role",
            "owner",
        ],
    ] {
        let said = run(folder.path(), arguments).await;
        assert_eq!(said.code, 2, "{arguments:?}: {said:#?}");
        assert!(said.stdout.is_empty());
    }
    assert!(
        !folder.path().join("certbroker.db").exists(),
        "nothing was opened"
    );
}

#[tokio::test]
async fn every_group_has_help_with_examples() {
    let folder = tempfile::tempdir().unwrap();
    for group in [
        "module",
        "catalogue",
        "tariff",
        "tax",
        "rate",
        "account",
        "order",
        "service",
        "operation",
        "task",
        "user",
        "clock",
        "key",
        "db",
    ] {
        let help = run(folder.path(), &[group, "--help"]).await.done().text();
        assert!(help.contains("Example"), "{group}: {help}");
        assert!(help.contains(&format!("certbroker {group}")), "{group}: {help}");
    }
}

#[tokio::test]
async fn a_failure_ends_with_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("certbroker.toml"), "listen = \"nowhere\"\n").unwrap();
    let said = run(folder.path(), &["module", "list"]).await.with_code(1);
    assert!(
        said.stderr.contains("listen") && said.stderr.contains("certbroker.toml"),
        "{}",
        said.stderr
    );
    std::fs::remove_file(folder.path().join("certbroker.toml")).unwrap();
    let said = run(folder.path(), &["--json", "db", "restore", "not-there"])
        .await
        .with_code(1);
    assert!(said.stdout.is_empty());
    let document: serde_json::Value = serde_json::from_str(&said.stderr).unwrap();
    assert_eq!(document["error"]["kind"], "failed");
}

/// What is typed, and what the refusal must say. Files lie beside the data folder, in which the program runs.
const REFUSED: &[(&str, &str)] = &[
    ("module check Other", "there is LeaderTelecom"),
    ("module add acme --name x", "there is leadertelecom"),
    ("module add leadertelecom --name x --set password=x", "--secret"),
    ("module add leadertelecom --name x", "username"),
    (
        "module add leadertelecom --name x --department Sales",
        "there is Support",
    ),
    (
        "tariff add --module LeaderTelecom --product Nothing",
        "PositiveSSL",
    ),
    (
        "tariff price Nothing --currency EUR --period 1",
        "there is PositiveSSL",
    ),
    ("tariff price PositiveSSL --currency EUR --period -1", "period"),
    ("tax add --country Germany --kind company --percent 19", "country"),
    ("tax add --country DE --kind company --percent -19", "percent"),
    (
        "tax add --kind person --percent 19 --valid-from 0026-01-01",
        "valid_from",
    ),
    (
        "tax remove tax_0193f0c2a9d27c3e8a6f1f1d2b3c4d5e",
        "no tax rate `tax_0193f0c2a9d27c3e8a6f1f1d2b3c4d5e`",
    ),
    ("rate add --from EUR --to eur --rate 1 --source ECB", "to"),
    ("rate add --from USD --to EUR --rate -1 --source ECB", "rate"),
    ("rate add --from USD --to EUR --rate 1 --source ", "source"),
    (
        "rate remove exr_0193f0c2a9d27c3e8a6f1f1d2b3c4d5e",
        "no exchange rate `exr_0193f0c2a9d27c3e8a6f1f1d2b3c4d5e`",
    ),
    ("account credit A-9 10", "no account `A-9`"),
    ("account credit A-1 10USD", "in EUR"),
    ("account credit A-1 10.001", "2 digits"),
    ("account credit A-1 -5", "amount"),
    ("account credit A-1 lots", "no amount"),
    (
        "account add --name X --country Germany --email x@example.net",
        "country",
    ),
    ("service show S-9", "no service `S-9`"),
    ("operation show O-9", "no operation `O-9`"),
    ("task done T-9", "no task `T-9`"),
    ("user password x@example.net --password @../short.txt", "no user"),
    (
        "user password ada@client.example --password @../short.txt",
        "password",
    ),
    ("db restore ../junk.jsonl --yes", "no backup"),
    ("ORDER --domain www.example.net", "--key-out"),
    (
        "ORDER --domain www.example.net --key-out ../short.txt",
        "not overwritten",
    ),
    ("ORDER --store-key --domain localhost", "names.0"),
    ("ORDER --store-key --domain *.example.net", "names"),
    ("ORDER --store-key --domain www.example.net --years 9", "years"),
    (
        "ORDER --store-key --domain www.example.net --validation email",
        "admin@",
    ),
    (
        "ORDER --store-key --domain www.example.net --approver a@example.net",
        "--validation email",
    ),
    ("ORDER --csr ../bad.csr", "csr"),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_ends_with_three_says_why_and_changes_nothing() {
    let world = World::start().await;
    world.open_shop().await;
    world.write("bad.csr", BAD_REQUEST);
    world.write("junk.jsonl", "{\"no\":\"backup\"}\n");
    world.write("short.txt", "abc\n");
    for (typed, expected) in REFUSED {
        let typed = typed.replace(
            "ORDER",
            "order --account A-1 --tariff PositiveSSL --phone +49301234567",
        );
        let arguments: Vec<&str> = typed.split(' ').collect();
        let said = world.run(&arguments).await;
        assert_eq!(said.code, 3, "{typed}: {said:#?}");
        assert!(
            said.stderr.contains(expected),
            "{typed}: {expected} is not in {}",
            said.stderr
        );
        assert!(said.stdout.is_empty(), "{typed}: {}", said.text());
    }
    assert_eq!(world.ask(&["service", "list"]).await, json!([]));
    assert_eq!(world.ask(&["module", "list"]).await.as_array().unwrap().len(), 1);
    let accounts = world.ask(&["account", "list"]).await;
    assert_eq!(accounts[0]["balance"]["amount"], "500.00");
    assert!(world.simulator.purchases().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_is_removed_before_its_day_and_refused_from_it_on() {
    let folder = tempfile::tempdir().unwrap();
    let say = async |typed: &str| {
        let arguments: Vec<&str> = ["--json"].into_iter().chain(typed.split(' ')).collect();
        run(folder.path(), &arguments).await
    };
    for (group, add, later) in [
        (
            "tax",
            "tax add --kind company --percent 21",
            "--valid-from 2150-01-01",
        ),
        (
            "rate",
            "rate add --from USD --to EUR --rate 0.92 --source ECB",
            "--valid-on 2150-01-01",
        ),
    ] {
        let held = say(add).await.done().json();
        let to_come = say(&format!("{add} {later}")).await.done().json();
        let again = say(&format!("{add} {later}")).await.with_code(3);
        assert!(
            again.stderr.contains("There is a rate from 1 Jan 2150"),
            "{}",
            again.stderr
        );
        let remove = |rate: &serde_json::Value| format!("{group} remove {}", rate["id"].as_str().unwrap());
        let refused = say(&remove(&held)).await.with_code(3);
        assert!(
            refused.stderr.contains("what was in force stays"),
            "{}",
            refused.stderr
        );
        assert_eq!(say(&remove(&to_come)).await.done().json(), to_come);
        let left = say(&format!("{group} list")).await.done().json();
        assert_eq!(left.as_array().unwrap().len(), 1, "{left}");
        assert_eq!(
            (&left[0]["id"], &left[0]["state"]),
            (&held["id"], &json!("in_force"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_one_name_twice_must_be_named_by_id() {
    let world = World::start().await;
    let first = world.add_module("password.txt", &[]).await.done().json();
    world.add_module("password.txt", &[]).await.done();
    let said = world
        .run(&["module", "check", "LeaderTelecom"])
        .await
        .with_code(3);
    let id = first["id"].as_str().unwrap();
    assert!(
        said.stderr.contains("several") && said.stderr.contains(id),
        "{}",
        said.stderr
    );
    world.ask(&["module", "check", id]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ca_that_does_not_answer_ends_with_four() {
    let world = World::start().await;
    world.open_shop().await;
    let rule = json!({ "route": "*", "fault": { "html": { "status": 502 } } });
    let rule = serde_json::from_value(rule).unwrap();
    world.simulator.inject_fault(rule).unwrap();
    let said = world
        .run(&["module", "balance", "LeaderTelecom"])
        .await
        .with_code(4);
    assert!(said.stdout.is_empty());
    let report = world
        .run(&["--json", "module", "check", "LeaderTelecom"])
        .await
        .with_code(3);
    assert_eq!(report.json()["check"]["is_ok"], false);
    // Saved all the same, when its owner says so.
    let saved = world
        .add_module("password.txt", &["--switched-off"])
        .await
        .done()
        .json();
    assert_eq!(
        (&saved["is_saved"], &saved["is_active"]),
        (&json!(true), &json!(false))
    );
}
