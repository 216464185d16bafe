//! The JSON of every command: its fields are a promise to programs.

use serde_json::{Value, json};

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_keeps_its_fields() {
    let world = World::start().await;
    modules(&world).await;
    tariffs(&world).await;
    people(&world).await;
    work(&world).await;
    system(&world).await;
}

async fn modules(world: &World) {
    keep(world, "module_kinds", "module kinds").await;
    let added = world
        .add_module("password.txt", &["--minimal-balance", "2000 EUR"])
        .await;
    snapshot("module_add", added.done().json());
    world.write("wrong.txt", "hunter2\n");
    let refused = world.add_module("wrong.txt", &[]).await;
    snapshot("module_add_refused", refused.with_code(3).json());
    keep(world, "module_list", "module list").await;
    keep(world, "module_check", "module check LeaderTelecom").await;
    keep(world, "module_balance", "module balance LeaderTelecom").await;
    keep(world, "module_log", "module log LeaderTelecom 9").await;
}

async fn tariffs(world: &World) {
    let mut imported = world.ask(&["catalogue", "import", "LeaderTelecom"]).await;
    shorten(&mut imported["changes"]);
    snapshot("catalogue_import", imported);
    let wish = "tariff add --module LeaderTelecom --product PositiveSSL --name Basic";
    keep(world, "tariff_add", wish).await;
    keep(
        world,
        "tariff_price",
        "tariff price Basic --currency eur --period 19.90",
    )
    .await;
    keep(world, "tariff_list", "tariff list").await;
    rates(world).await;
}

/// Of a country from which nobody orders here.
async fn rates(world: &World) {
    keep(
        world,
        "tax_add",
        "tax add --country fr --kind company --percent 20",
    )
    .await;
    world
        .ask(&[
            "tax",
            "add",
            "--kind",
            "person",
            "--percent",
            "8.50",
            "--valid-from",
            "2150-01-01",
        ])
        .await;
    let listed = world.ask(&["tax", "list"]).await;
    let to_come = listed[0]["id"].as_str().unwrap().to_owned();
    snapshot("tax_list", listed);
    keep(world, "tax_remove", &format!("tax remove {to_come}")).await;
    let rate = "rate add --from usd --to eur --rate 0.9200 --source ECB";
    keep(world, "rate_add", rate).await;
    let to_come = world
        .ask(
            &format!("{rate} --valid-on 2150-01-01")
                .split(' ')
                .collect::<Vec<_>>(),
        )
        .await;
    keep(world, "rate_list", "rate list").await;
    keep(
        world,
        "rate_remove",
        &format!("rate remove {}", to_come["id"].as_str().unwrap()),
    )
    .await;
}

async fn people(world: &World) {
    let typed = "--json account add --name Client --country de --email ada@client.example --password -";
    let wish: Vec<&str> = typed.split(' ').chain(["--user-name", "Ada Example"]).collect();
    let added = world.run_with(&wish, "correct horse battery\n").await;
    snapshot("account_add", added.done().json());
    keep(world, "account_credit", "account credit client 100").await;
    keep(world, "account_list", "account list").await;
    let typed = "--json user add --email anna@hosting.example --name Anna --role administrator";
    let wish: Vec<&str> = typed.split(' ').collect();
    let added = world.run_with(&wish, "correct horse battery\n").await;
    snapshot("user_add", added.done().json());
    let wish = ["--json", "user", "password", "anna@hosting.example"];
    let changed = world.run_with(&wish, "another horse battery\n").await;
    snapshot("user_password", changed.done().json());
}

async fn work(world: &World) {
    let typed = "order --account A-1 --tariff Basic --domain www.example.net --phone +49301234567 --reference R-1 \
                 --store-key --wait";
    let wish: Vec<&str> = typed.split(' ').collect();
    let placed = world.ask(&wish).await;
    world.publish(&placed["state"]);
    snapshot("order_waiting", placed);
    keep(world, "service_list", "service list").await;
    keep(world, "operation_list", "operation list").await;
    world.ask(&wish).await;
    keep(world, "service_show", "service show S-1").await;
    keep(world, "service_download", "service download S-1").await;
    let mut operation = world.ask(&["operation", "show", "O-1"]).await;
    // How often the CA was asked is a matter of time.
    operation["history"] = json!([]);
    snapshot("operation_show", operation);
    replacements(world).await;
    keep(world, "task_list", "task list").await;
    keep(world, "task_done", "task done T-1 --comment Done").await;
}

/// Nothing works on it here, so every answer says the same each time.
async fn replacements(world: &World) {
    let preview = "replacement start S-1 --why incident --preview";
    keep(world, "replacement_preview", preview).await;
    keep(world, "replacement_start", "replacement start S-1 --why incident").await;
    keep(world, "replacement_list", "replacement list").await;
    keep(world, "replacement_show", "replacement show R-1 --services").await;
    keep(world, "replacement_pause", "replacement pause R-1").await;
    keep(world, "replacement_resume", "replacement resume R-1").await;
    keep(world, "replacement_cancel", "replacement cancel R-1").await;
}

async fn system(world: &World) {
    keep(world, "reconcile", "module reconcile").await;
    keep(world, "module_orders", "module orders LeaderTelecom").await;
    let typed = "--json module adopt LeaderTelecom --order 999 --account A-1";
    let wish: Vec<&str> = typed.split(' ').collect();
    snapshot("module_adopt_refused", world.run(&wish).await.with_code(3).json());
    keep(world, "db_migrate", "db migrate").await;
    keep(world, "key_rotate", "key rotate").await;
    let mut written = world.ask(&["db", "backup", &world.path("backup.jsonl")]).await;
    written["rows"] = json!("[count]");
    written["tables"] = json!("[count]");
    snapshot("db_backup", written);
    let mut shown = world.ask(&["clock", "show"]).await;
    shown["ahead_seconds"] = json!("[count]");
    snapshot("clock_show", shown);
    let mut moved = world.ask(&["clock", "advance", "1d"]).await;
    // What ran at a day's stops, and how long it took, is a matter of time.
    for field in ["milliseconds", "stops", "scheduled", "mails"] {
        moved[field] = json!("[count]");
    }
    snapshot("clock_advance", moved);
    let refused = world.run(&["--json", "account", "credit", "A-1", "-5"]).await;
    let refused = refused.with_code(3).stderr;
    snapshot("error", serde_json::from_str(&refused).unwrap());
}

/// Asks what is typed and compares the answer.
async fn keep(world: &World, name: &str, typed: &str) {
    let wish: Vec<&str> = typed.split(' ').collect();
    snapshot(name, world.ask(&wish).await);
}

fn shorten(list: &mut Value) {
    list.as_array_mut().expect("a list").truncate(2);
}

fn snapshot(name: &str, mut answer: Value) {
    redact("", &mut answer);
    insta::assert_json_snapshot!(name, answer);
}

/// What differs from run to run, by its field.
const FRESH: &[&str] = &[
    "address",
    "ca_ref",
    "content_base64",
    "csr",
    "detail",
    "file",
    "fingerprint",
    "key_file",
    "next_run_at",
    "old_serial",
    "outgoing",
    "raw_state",
    "serial",
    "value",
];

/// Replaces what differs from run to run.
fn redact(field: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| redact(name, value)),
        Value::Array(values) => values.iter_mut().for_each(|value| redact(field, value)),
        Value::String(text) => {
            if let Some(word) = replacement(field, text) {
                *text = word;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn replacement(field: &str, text: &str) -> Option<String> {
    if let Some((kind, id)) = text.split_once('_')
        && id.len() == 32
        && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return Some(format!("[{kind}]"));
    }
    if text.parse::<jiff::Timestamp>().is_ok() {
        return Some("[time]".to_owned());
    }
    if text.parse::<jiff::civil::Date>().is_ok() {
        return Some("[date]".to_owned());
    }
    // The record to publish is named after the hash of the request.
    let is_record = field == "name" && text.starts_with('_');
    (FRESH.contains(&field) || is_record).then(|| format!("[{field}]"))
}
