//! What each command answers and calls, outcome by outcome.

use ca::CaState;
use insta::assert_snapshot;

use super::{Command, Decision};
use crate::fixture::{Trouble, World};

const OPERATION: &str = "--runningoperation 9";

/// A service that was ordered and whose certificate ends within its paid term.
async fn issued(world: &mut World, template: &str, names: &[&str]) -> u64 {
    let item = world.service(template, names);
    world
        .run(&format!("--command open --item {item} {OPERATION}"))
        .await;
    world.ca.issue(365);
    world.run(&format!("--command sync_item --item {item}")).await;
    assert_eq!(world.host.item(item).expire_date, "2021-10-20");
    assert_eq!(world.host.item(item).params["subscriptiondate"], "2025-10-20");
    item
}

#[tokio::test]
async fn the_connection_is_checked_and_its_form_filled() {
    let world = World::new();
    let user = world.host.edit(|state| state.connection["username"].clone());
    let form = format!("<doc><processingmodule><username>{user}</username></processingmodule></doc>");
    assert_snapshot!(
        "check_connection_good",
        world.run_with("--command check_connection", &form).await
    );
    world.ca.trouble(Trouble::Login);
    assert_snapshot!(
        "check_connection_refused",
        world.run_with("--command check_connection", &form).await
    );
    assert_snapshot!(
        "check_connection_no_user",
        world.run_with("--command check_connection", "<doc/>").await
    );
    assert_snapshot!(
        "check_connection_no_xml",
        world.run_with("--command check_connection", "hello").await
    );
    let form = "<doc><processingmodule><username>u</username><reissue_days>soon</reissue_days></processingmodule></doc>";
    assert_snapshot!(
        "check_connection_no_number",
        world.run_with("--command check_connection", form).await
    );
    let form = "<doc><func>processing.add.user</func><url>https://x</url></doc>";
    assert_snapshot!(
        "tune_connection",
        world.run_with("--command tune_connection", form).await
    );
    let russian = "--command tune_connection --lang ru";
    assert!(world.run_with(russian, form).await.contains("<task_language>ru<"));
    assert_snapshot!(
        "usercreate",
        world.run_with("--command usercreate", "<doc/>").await
    );
}

#[tokio::test]
async fn the_balance_goes_to_the_host() {
    let world = World::new();
    assert_snapshot!(
        "getbalance_of_one",
        world.run("--command getbalance --module 3").await
    );
    assert_snapshot!("getbalance_of_all", world.run("--command getbalance").await);
    assert_snapshot!(
        "getbalance_of_another_module",
        world.run("--command getbalance --module 4").await
    );
    assert_snapshot!(
        "getbalance_of_none",
        world.run("--command getbalance --module 5").await
    );
}

#[tokio::test]
async fn approvers_are_listed_per_name() {
    let world = World::new();
    let line = "--command approver --module 3 --intname positivessl --domain example.com,www.example.net";
    assert_snapshot!("approver", world.run(line).await);
    world.ca.trouble(Trouble::Away);
    assert_snapshot!("approver_away", world.run(line).await);
}

#[tokio::test]
async fn forms_are_checked_and_listed() {
    let world = World::new();
    let check = async |param: &str, value: &str| {
        let line = format!("--command check_param --item 100 --param {param} --value {value}");
        world
            .run(&line)
            .await
            .lines()
            .nth(3)
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    for (param, value, is_good) in [
        ("CN", "example.com", true),
        ("CN", "localhost", false),
        ("altname", "a.example.com,b.example.com", true),
        ("altname", "a@b", false),
        ("approver_email_1", "admin@example.com", true),
        ("approver_email_1", "admin", false),
        ("csr", "hello", false),
        ("colour", "red", true),
    ] {
        let told = check(param, value).await;
        assert_eq!(told == "<ok/>", is_good, "{param} {value}: {told}");
    }
    let list = "<doc><session_params><p name=\"elid\" value=\"3\"/></session_params></doc>";
    world.host.edit(|state| {
        state
            .connection
            .insert("settle_seconds".to_owned(), "60".to_owned())
    });
    assert_snapshot!(
        "tuning_param_list",
        world
            .run_with("--command tuning_param --subcommand List", list)
            .await
    );
    for (value, name) in [("5", "good"), ("x", "bad")] {
        let set = format!(
            "<doc><session_params><p name=\"param\" value=\"settle_seconds\"/><p name=\"value\" value=\"{value}\"/></session_params></doc>"
        );
        let told = world
            .run_with("--command tuning_param --subcommand TableSet", &set)
            .await;
        assert_snapshot!(format!("tuning_param_set_{name}"), told);
    }
    let profile = "<doc><country>NL</country></doc>";
    let line = "--command validate_service_profile --param com --value owner";
    assert_snapshot!("validate_service_profile", world.run_with(line, profile).await);
    let line = "--command tune_service_profile --param com --value owner";
    assert_snapshot!("tune_service_profile", world.run_with(line, profile).await);
    let order = "<doc><item><pricelist>7</pricelist></item><skip_modules>12</skip_modules></doc>";
    assert_snapshot!(
        "get_suitable_module",
        world.run_with("--command get_suitable_module", order).await
    );
    assert_snapshot!("gen_key", world.run("--command gen_key --item 100").await);
    assert_snapshot!(
        "unknown_command",
        world.run("--command transfer --item 100").await
    );
    assert_snapshot!(
        "import",
        world
            .run("--command import --module 3 --itemtype certificate")
            .await
    );
    assert_snapshot!("check_addon", world.run("--command check_addon --item 100").await);
}

#[tokio::test]
async fn a_service_is_ordered_once() {
    let world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    let line = format!("--command open --item {item} {OPERATION}");
    assert_snapshot!("open", world.run(&line).await);
    assert_snapshot!("open_again", world.run(&line).await);
    assert_eq!(world.ca.count(), 1);
}

#[tokio::test]
async fn a_service_with_dns_records_tells_them() {
    let world = World::new();
    let item = world.service("positivessl_multi_domain", &["example.com", "b.example.com"]);
    world.host.edit_item(item, |item| {
        drop(
            item.params
                .insert("approver_method".to_owned(), "auth_cname".to_owned()),
        );
    });
    assert_snapshot!(
        "open_with_records",
        world
            .run(&format!("--command open --item {item} {OPERATION}"))
            .await
    );
    assert_snapshot!(
        "send_dv_dns",
        world
            .run(&format!(
                "--command send_dv_dns --item {item} --domain example.com"
            ))
            .await
    );
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_found_and_not_made_again() {
    let world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    let line = format!("--command open --item {item} {OPERATION}");
    world.ca.trouble(Trouble::LostAfter);
    assert_snapshot!("open_lost_and_found", world.run(&line).await);
    assert_eq!(world.ca.count(), 1);
}

#[tokio::test]
async fn an_order_that_the_ca_never_got_is_made_again_after_a_while() {
    let mut world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    let line = format!("--command open --item {item} {OPERATION}");
    world.ca.trouble(Trouble::LostBefore);
    world.run(&line).await;
    world.at("2020-10-20T09:02:00Z");
    assert!(world.run(&line).await.contains("purchase_unknown"));
    assert_eq!(world.ca.count(), 0);
    world.at("2020-10-20T09:06:00Z");
    assert!(world.run(&line).await.starts_with("exit 0"));
    assert_eq!(world.ca.count(), 1);
}

#[tokio::test]
async fn an_order_that_cannot_be_told_is_a_persons_and_their_word_counts() {
    let mut world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    let line = format!("--command open --item {item} {OPERATION}");
    world.ca.trouble(Trouble::LostAfter);
    world.ca.cannot_tell();
    assert_snapshot!("open_not_known_yet", world.run(&line).await);
    world.at("2020-10-20T09:06:00Z");
    assert_snapshot!("open_cannot_tell", world.run(&line).await);
    world.host.edit_item(item, |item| {
        drop(
            item.params
                .insert("custom_order_id".to_owned(), "120044".to_owned()),
        );
    });
    assert_snapshot!("open_adopted", world.run(&line).await);
    assert_eq!(world.ca.count(), 1);
}

#[tokio::test]
async fn a_person_decides_what_the_machine_cannot_tell_and_nothing_else() {
    let mut world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    let line = format!("--command open --item {item} {OPERATION}");
    world.ca.trouble(Trouble::LostBefore);
    world.run(&line).await;
    let early = world.decide(item, Decision::None).await.unwrap_err();
    assert!(early.to_string().contains("asks the CA by itself"), "{early}");
    world.ca.cannot_tell();
    world.at("2020-10-20T09:06:00Z");
    assert!(world.run(&line).await.contains("purchase_manual"));
    world.decide(item, Decision::None).await.unwrap();
    assert!(world.run(&line).await.starts_with("exit 0"));
    assert_eq!(world.ca.count(), 1);
    let late = world.decide(item, Decision::Abandon("no".to_owned())).await;
    assert!(late.unwrap_err().to_string().contains("it is settled"));
}

#[tokio::test]
async fn what_the_ca_refuses_is_told_and_handed_over_after_ten_times() {
    let world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    let line = format!("--command open --item {item} {OPERATION}");
    world.ca.trouble(Trouble::Refused);
    assert_snapshot!("open_refused", world.run(&line).await);
    world.host.edit(|state| state.tries = 10);
    world.ca.trouble(Trouble::Refused);
    assert_snapshot!("open_refused_last", world.run(&line).await);
    world.ca.trouble(Trouble::Refused);
    assert!(!world.run(&line).await.contains("> task.edit"));
}

#[tokio::test]
async fn a_ca_that_is_away_is_a_problem_of_the_connection() {
    let world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    let line = format!("--command open --item {item} {OPERATION}");
    world.ca.trouble(Trouble::Away);
    assert_snapshot!("open_away", world.run(&line).await);
    world.ca.trouble(Trouble::Login);
    assert_snapshot!("open_login", world.run(&line).await);
    assert!(world.run(&line).await.starts_with("exit 0"));
    assert_eq!(world.ca.count(), 1);
}

#[tokio::test]
async fn data_that_cannot_be_ordered_are_told_before_anything_is_bought() {
    type Edit = fn(&mut std::collections::BTreeMap<String, String>);
    let world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    let line = format!("--command open --item {item}");
    let spoil: [(&str, Edit); 2] = [
        ("approver_method", |params| {
            drop(params.insert("approver_method".to_owned(), "auth_phone".to_owned()));
        }),
        ("approver_email", |params| drop(params.remove("approver_email"))),
    ];
    for (what, edit) in spoil {
        let before = world.host.item(item);
        world.host.edit_item(item, |item| edit(&mut item.params));
        let told = world.run(&line).await;
        assert!(told.contains("type=\"value\"") && told.contains(what), "{told}");
        world.host.edit_item(item, |item| *item = before);
    }
    world.host.edit_item(item, |item| item.period = 3);
    assert!(world.run(&line).await.contains("object=\"period\""));
    world.host.edit_item(item, |item| {
        (item.period, item.template) = (60, "nothing".to_owned());
    });
    assert!(world.run(&line).await.contains("object=\"template\""));
    world.host.edit_item(item, |item| item.csr.clear());
    assert_snapshot!("open_without_request", world.run(&line).await);
    assert_snapshot!("open_no_such_service", world.run("--command open --item 7").await);
    assert_eq!(world.ca.count(), 0);
}

#[tokio::test]
async fn an_order_of_another_module_is_taken_over() {
    let world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    world.run(&format!("--command open --item {item}")).await;
    world
        .host
        .edit_item(item, |item| drop(item.params.remove("certbroker_purchase")));
    world.ca.issue(365);
    assert_snapshot!(
        "sync_of_another_modules_order",
        world.run(&format!("--command sync_item --item {item}")).await
    );
    assert!(
        world
            .run(&format!("--command open --item {item}"))
            .await
            .starts_with("exit 0")
    );
    assert_eq!(world.ca.count(), 1);
}

#[tokio::test]
async fn the_example_of_the_seed_ends_when_it_was_paid_for() {
    let mut world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    let sync = format!("--command sync_item --item {item}");
    world
        .run(&format!("--command open --item {item} {OPERATION}"))
        .await;
    assert_snapshot!("sync_waiting", world.run(&sync).await);
    world.ca.issue(365);
    assert_snapshot!("sync_issued", world.run(&sync).await);
    assert_snapshot!("sync_nothing_new", world.run(&sync).await);
    world.at("2021-09-19T09:00:00Z");
    assert_eq!(world.run(&sync).await, "exit 0\n");
    world.at("2021-09-20T09:00:00Z");
    assert_snapshot!("sync_reissue_due", world.run(&sync).await);
    assert_eq!(world.ca.count(), 2);
    world.ca.issue(395);
    assert_snapshot!("sync_reissued", world.run(&sync).await);
    for (day, days) in [("2022-09-20", 395), ("2023-09-20", 395 + 1), ("2024-09-20", 395)] {
        world.at(&format!("{day}T09:00:00Z"));
        world.run(&sync).await;
        world.ca.issue(days);
        world.run(&sync).await;
    }
    let item = world.host.item(item);
    assert_eq!(world.ca.count(), 5);
    assert_eq!(
        (
            item.expire_date.as_str(),
            item.params["subscriptiondate"].as_str()
        ),
        ("2025-10-20", "2025-10-20")
    );
    world.at("2025-10-01T09:00:00Z");
    assert_eq!(world.run(&sync).await, "exit 0\n");
    assert_eq!(world.ca.count(), 5);
}

#[tokio::test]
async fn one_year_has_no_paid_till() {
    let world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    world.host.edit_item(item, |item| item.period = 12);
    world.run(&format!("--command open --item {item}")).await;
    world.ca.issue(365);
    world.run(&format!("--command sync_item --item {item}")).await;
    let item = world.host.item(item);
    assert_eq!(item.expire_date, "2021-10-20");
    assert!(!item.params.contains_key("subscriptiondate"));
}

#[tokio::test]
async fn dates_go_to_the_fields_that_the_administrator_chose() {
    let world = World::new();
    let fields = [
        ("end_date_field", "crt_end_date"),
        ("paid_till_field", "expiredate"),
        ("reissue_days", "60"),
    ];
    world.host.edit(|state| {
        for (name, value) in fields {
            state.connection.insert(name.to_owned(), value.to_owned());
        }
    });
    let item = world.service("positivessl", &["example.com"]);
    world.run(&format!("--command open --item {item}")).await;
    world.ca.issue(365);
    assert_snapshot!(
        "sync_other_fields",
        world.run(&format!("--command sync_item --item {item}")).await
    );
}

#[tokio::test]
async fn the_administrators_lead_time_counts() {
    let mut world = World::new();
    world.host.edit(|state| {
        state
            .connection
            .insert("reissue_days".to_owned(), "20".to_owned())
    });
    let item = issued(&mut world, "positivessl", &["example.com"]).await;
    let sync = format!("--command sync_item --item {item}");
    world.at("2021-09-29T09:00:00Z");
    world.run(&sync).await;
    assert_eq!(world.ca.count(), 1);
    world.at("2021-09-30T09:00:00Z");
    world.run(&sync).await;
    assert_eq!(world.ca.count(), 2);
}

#[tokio::test]
async fn several_names_are_reissued_by_a_person_once() {
    let mut world = World::new();
    let item = issued(
        &mut world,
        "positivessl_multi_domain",
        &["example.com", "b.example.com"],
    )
    .await;
    let sync = format!("--command sync_item --item {item}");
    world.at("2021-09-20T09:00:00Z");
    assert_snapshot!("sync_several_names_due", world.run(&sync).await);
    world.host.edit(|state| state.tasks.clear());
    assert_eq!(world.run(&sync).await, "exit 0\n");
    assert_eq!(world.ca.count(), 1);

    let reopen = format!("--command reopen --item {item} {OPERATION}");
    assert_snapshot!("reopen_several_names", world.run(&reopen).await);
    assert!(!world.run(&reopen).await.contains("> task.edit"));
    world.host.edit(|state| state.has_no_task_types = true);
    assert_snapshot!("reopen_no_task_type", world.run(&reopen).await);
}

#[tokio::test]
async fn tasks_are_written_in_the_language_that_the_connection_says() {
    let mut world = World::new();
    let names = ["example.com", "b.example.com"];
    let item = issued(&mut world, "positivessl_multi_domain", &names).await;
    let reopen = format!("--command reopen --item {item} {OPERATION} --lang ru");
    let task = async |world: &World| {
        let told = world.run(&reopen).await;
        world.host.edit(|state| state.tasks.clear());
        told.lines()
            .find(|line| line.starts_with("> task.edit"))
            .unwrap()
            .to_owned()
    };
    let of_caller = task(&world).await;
    assert!(of_caller.contains("Перевыпустите"), "{of_caller}");
    let says = |language: &str| {
        let language = language.to_owned();
        world
            .host
            .edit(|state| state.connection.insert("task_language".to_owned(), language));
    };
    says("en");
    let of_connection = task(&world).await;
    assert!(
        of_connection.contains("Reissue the certificate"),
        "{of_connection}"
    );

    says("ru");
    let other = world.service("positivessl", &["example.com"]);
    world.host.edit(|state| state.tries = 10);
    world.ca.trouble(Trouble::Refused);
    let failed = world
        .run(&format!("--command open --item {other} --runningoperation 10"))
        .await;
    assert!(
        failed.contains("params=LeaderTelecom отказал: Insufficient funds"),
        "{failed}"
    );
}

#[tokio::test]
async fn a_reissue_without_a_call_is_a_persons() {
    let mut world = World::new();
    let item = issued(&mut world, "positivessl", &["example.com"]).await;
    world.ca.trouble(Trouble::NoCall);
    assert_snapshot!(
        "reopen_unsupported",
        world
            .run(&format!("--command reopen --item {item} {OPERATION}"))
            .await
    );
    assert_eq!(world.ca.count(), 1);
}

#[tokio::test]
async fn the_client_has_a_certificate_reissued() {
    let mut world = World::new();
    let item = issued(&mut world, "positivessl", &["example.com"]).await;
    let other = world.service("positivessl", &["example.com"]);
    let csr = world.host.item(other).csr;
    world.host.edit_item(item, |item| item.csr = csr);
    let reopen = format!("--command reopen --item {item} {OPERATION}");
    assert_snapshot!("reopen", world.run(&reopen).await);
    assert_eq!(world.ca.count(), 2);
    world.ca.issue(365);
    assert!(
        world
            .run(&format!("--command sync_item --item {item}"))
            .await
            .contains("> certificate.save")
    );
}

#[tokio::test]
async fn a_reissue_that_the_ca_refuses_leaves_the_certificate_in_use() {
    let mut world = World::new();
    let item = issued(&mut world, "positivessl", &["example.com"]).await;
    world.at("2021-09-20T09:00:00Z");
    world.run(&format!("--command sync_item --item {item}")).await;
    world.ca.becomes(CaState::Rejected);
    assert_snapshot!(
        "sync_reissue_refused",
        world.run(&format!("--command sync_item --item {item}")).await
    );
    assert_eq!(world.host.item(item).params["custom_order_id"], "120044");
    // The CA is not asked every day for what it refused.
    assert_eq!(
        world.run(&format!("--command sync_item --item {item}")).await,
        "exit 0\n"
    );
    assert_eq!(world.ca.count(), 2);
}

#[tokio::test]
async fn a_reissue_that_is_refused_at_once_is_a_persons() {
    let mut world = World::new();
    let item = issued(&mut world, "positivessl", &["example.com"]).await;
    world.at("2021-09-20T09:00:00Z");
    world.ca.trouble(Trouble::Refused);
    let sync = format!("--command sync_item --item {item}");
    assert_snapshot!("sync_reissue_refused_at_once", world.run(&sync).await);
    assert_eq!(world.run(&sync).await, "exit 0\n");
}

#[tokio::test]
async fn an_order_that_the_ca_cancels_is_failed() {
    let world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    world.run(&format!("--command open --item {item}")).await;
    world.ca.becomes(CaState::Cancelled);
    let sync = format!("--command sync_item --item {item}");
    assert_snapshot!("sync_cancelled", world.run(&sync).await);
    assert_eq!(world.run(&sync).await, "exit 0\n");
}

#[tokio::test]
async fn a_strange_certificate_is_not_saved() {
    let world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    world.run(&format!("--command open --item {item}")).await;
    world.ca.issue_wrongly();
    let told = world.run(&format!("--command sync_item --item {item}")).await;
    assert!(
        told.contains("type=\"wrong_certificate\"") && !told.contains("> certificate.save"),
        "{told}"
    );
}

#[tokio::test]
async fn the_next_term_is_bought_once() {
    let mut world = World::new();
    let item = issued(&mut world, "positivessl", &["example.com"]).await;
    world.at("2025-10-10T09:00:00Z");
    let prolong = format!("--command prolong --item {item} --runningoperation 12");
    world.host.edit(|state| state.tries = 1);
    world.ca.trouble(Trouble::Away);
    assert_snapshot!("prolong_away", world.run(&prolong).await);
    world.ca.trouble(Trouble::LostAfter);
    assert_snapshot!("prolong_lost_and_found", world.run(&prolong).await);
    assert_eq!(world.ca.count(), 2);
    // The host starts it once more: the same operation buys once.
    world.run(&prolong).await;
    assert_eq!(world.ca.count(), 2);
    world.ca.issue(365);
    world.run(&format!("--command sync_item --item {item}")).await;
    assert_eq!(world.host.item(item).params["subscriptiondate"], "2030-10-10");
    // Another operation, years later, buys the term after that; mail is no proof any more by then.
    world.at("2030-10-01T09:00:00Z");
    world.host.edit_item(item, |item| {
        drop(
            item.params
                .insert("approver_method".to_owned(), "auth_cname".to_owned()),
        );
    });
    let next = format!("--command prolong --item {item} --runningoperation 13");
    assert!(world.run(&next).await.starts_with("exit 0"));
    assert_eq!(world.ca.count(), 3);
}

#[tokio::test]
async fn operations_without_a_ca_end_at_once() {
    let world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    for command in ["close", "suspend", "resume", "setparam", "cancel_prolong"] {
        assert_snapshot!(
            command,
            world
                .run(&format!("--command {command} --item {item} {OPERATION}"))
                .await
        );
    }
    assert_snapshot!("stat", world.run("--command stat --module 3").await);
    assert_snapshot!(
        "prolong_addon",
        world
            .run(&format!("--command prolong_addon --item {item} {OPERATION}"))
            .await
    );
    let line = "--command import_pricelist --module 3 --subcommand pricelist --id 7";
    assert_snapshot!("import_pricelist", world.run(line).await);
    for command in [
        "sync_pricelist",
        "sync_server",
        "sync_iplist",
        "get_server_config",
    ] {
        assert_snapshot!(
            command,
            world.run(&format!("--command {command} --module 3")).await
        );
    }
    world
        .host
        .edit(|state| state.refused = vec!["service.postsetparam"]);
    assert_snapshot!(
        "setparam_refused",
        world
            .run(&format!("--command setparam --item {item} {OPERATION}"))
            .await
    );
}

#[tokio::test]
async fn mails_are_sent_again_or_elsewhere() {
    let world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    world.run(&format!("--command open --item {item}")).await;
    let line = |emails: &str| format!("--command send_dv_email --item {item} --emails {emails}");
    assert_snapshot!("send_dv_email_again", world.run(&line("admin@example.com")).await);
    assert_eq!(world.ca.resent(), 1);
    assert_snapshot!(
        "send_dv_email_elsewhere",
        world.run(&line("webmaster@example.com")).await
    );
    assert_snapshot!("send_dv_email_none", world.run(&line("nobody")).await);
}

#[tokio::test]
async fn modules_that_are_switched_off_do_nothing() {
    let world = World::new();
    let item = world.service("positivessl", &["example.com"]);
    std::fs::create_dir_all(world.root().join("etc")).unwrap();
    std::fs::write(world.root().do_nothing(), "").unwrap();
    for command in ["open", "prolong", "sync_item", "close", "reopen"] {
        assert_eq!(
            world.run(&format!("--command {command} --item {item}")).await,
            "exit 0\n"
        );
    }
    assert!(
        world
            .run(&format!("--command setparam --item {item}"))
            .await
            .contains("> service.postsetparam")
    );
    assert_eq!(world.ca.count(), 0);
}

#[tokio::test]
async fn a_run_that_died_anywhere_is_gone_on_with() {
    // The host refuses one function once: as if the run had died there. The next run must end well, with one order.
    for function in [
        "service.saveparam",
        "service.setstatus",
        "service.postopen",
        "certificate.save",
        "service.setexpiredate",
        "certificate.open",
    ] {
        let world = World::new();
        let item = world.service("positivessl", &["example.com"]);
        let open = format!("--command open --item {item} {OPERATION}");
        let sync = format!("--command sync_item --item {item}");
        world.host.edit(|state| state.refused = vec![function]);
        world.run(&open).await;
        world.host.edit(|state| state.refused.clear());
        assert!(world.run(&open).await.starts_with("exit 0"), "{function}");
        world.ca.issue(365);
        world.host.edit(|state| state.refused = vec![function]);
        world.run(&sync).await;
        world.host.edit(|state| state.refused.clear());
        assert!(world.run(&sync).await.starts_with("exit 0"), "{function}");
        let item = world.host.item(item);
        assert_eq!(world.ca.count(), 1, "{function}");
        assert_eq!(
            (item.params["service_status"].as_str(), item.expire_date.as_str()),
            ("5", "2021-10-20"),
            "{function}"
        );
        assert!(item.crt.contains("BEGIN CERTIFICATE"), "{function}");
    }
}

#[test]
fn every_command_is_known_by_its_name() {
    for command in Command::ALL {
        assert_eq!(Command::of(command.word()), Some(*command));
    }
    assert_eq!(Command::of("transfer"), None);
}

#[test]
fn ten_commands_rest_while_modules_are_switched_off() {
    let resting: Vec<_> = Command::ALL.iter().filter(|command| command.rests()).collect();
    assert_eq!(resting.len(), 10);
    assert!(!Command::SetParam.rests() && !Command::Approver.rests());
}
