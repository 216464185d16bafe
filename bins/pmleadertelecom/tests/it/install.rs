//! The module is placed on a host, and the host is tested.

use std::fs;

use pretty_assertions::assert_eq;

use crate::world::{MODULE, World};

#[tokio::test]
async fn a_host_is_tested_assumption_by_assumption() {
    let world = World::start().await;
    let host = &world.host;
    world.tariff("positivessl").await;
    world.tariff("of_another_module").await;
    let root = host.root().to_str().unwrap().to_owned();
    for _ in 0..2 {
        let placed = host.run(MODULE, &["install", "--root", &root], "").await.unwrap();
        assert_eq!(placed.status, Some(0), "{placed:#?}");
    }

    let good = host.run(MODULE, &["install", "--check"], "").await.unwrap();
    assert_eq!(good.status, Some(0), "{good:#?}");
    for line in [
        "confirmed  the plugin description is in its place and of this version",
        "confirmed  BILLmanager answers paramlist",
        "confirmed  the key for encrypted parameters is an RSA key that can be read",
        "confirmed  function service.saveparam takes elid, name, value",
        "confirmed  a failed reopen has a type of task: postreopen",
        "confirmed  table itemparam has item, intname, value",
        "confirmed  tariff plans of type positivessl",
        "look       tariff plans of type of_another_module: not among the built-in types",
        ", 0 missing",
    ] {
        assert!(good.stdout.contains(line), "{line}: {}", good.stdout);
    }

    fs::remove_file(host.root().join("etc/billmgr.pem")).unwrap();
    fs::write(
        host.root().join("etc/xml/billmgr_mod_pmleadertelecom.xml"),
        "<mgrdata/>",
    )
    .unwrap();
    host.set_task_type("reopen", "");
    let bad = host.run(MODULE, &["install", "--check"], "").await.unwrap();
    assert_eq!(bad.status, Some(1), "{bad:#?}");
    for line in [
        "missing    the plugin description is in its place",
        "missing    the key for encrypted parameters",
        "look       a failed reopen has a type of task: none",
        ", 2 missing",
    ] {
        assert!(bad.stdout.contains(line), "{line}: {}", bad.stdout);
    }
}
