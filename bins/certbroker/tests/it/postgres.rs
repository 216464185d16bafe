//! From one database into the other, typed command by command.

use std::fs;

use secrecy::ExposeSecret as _;
use store::StoreUrl;
use testkit::TestStore;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_sqlite_is_restored_into_an_empty_postgresql_once() {
    let Some(database) = TestStore::postgres().await else {
        return;
    };
    let StoreUrl::Postgres(url) = database.url() else {
        panic!("{} is no PostgreSQL", database.url())
    };
    let world = World::start().await;
    world.open_shop().await;
    let backup = world.path("backup.jsonl");
    let written = world.ask(&["db", "backup", &backup]).await;

    let config = format!("database_url = \"{}\"\n", url.expose_secret());
    fs::write(world.data().join("certbroker.toml"), config).unwrap();
    let asked = world.run(&["db", "restore", &backup]).await.with_code(3);
    assert!(asked.stderr.contains("postgres"), "{}", asked.stderr);
    let restored = world.ask(&["db", "restore", &backup, "--yes"]).await;
    for count in ["rows", "tables"] {
        assert_eq!(restored[count], written[count], "{count}");
    }
    assert_eq!(restored["moved_aside"], serde_json::Value::Null);
    assert_eq!(restored["are_purchases_allowed"], false);
    let again = world.run(&["db", "restore", &backup, "--yes"]).await;
    assert_ne!(again.code, 0, "{again:#?}");
    assert!(again.stderr.contains("not empty"), "{}", again.stderr);

    let accounts = world.ask(&["account", "list"]).await;
    assert_eq!(accounts[0]["balance"]["amount"], "500.00");
    let reconciled = world.ask(&["module", "reconcile"]).await;
    assert_eq!(reconciled["are_purchases_allowed"], true);
    let placed = world.order("www.example.net", &["--store-key"]).await;
    let placed = placed.done().json();
    assert_eq!(placed["state"]["state"], "waiting_for_validation", "{placed:#}");
    assert_eq!(world.simulator.purchases().len(), 1);
    database.remove().await;
}
