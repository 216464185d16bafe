//! The daemon: what it refuses, being away, callers that die.

use billmanager_host::{ItemStatus, Moment};
use pretty_assertions::assert_eq;

use crate::harness::{MODULE, Sample};

#[tokio::test]
async fn calls_that_make_no_sense_are_refused_and_change_nothing() {
    let sample = Sample::start().await;
    let host = &sample.host;
    let ordered = sample.order().await;
    let item = format!("elid={}", ordered.item);
    let operation = format!("elid={}", ordered.operation);
    let mut shown = Vec::new();
    for words in [
        &["service.postopen", "elid=4711"][..],
        &["service.postopen", "elid=many"],
        &["service.postopen"],
        &["service.setstatus", &item, "service_status=9"],
        &["service.setexpiredate", &item, "expiredate=2021-02-30"],
        &["service.saveparam", &item],
        &["certificate.save", &item, "crt=no certificate"],
        &["certificate.save", &item, "crt=bm8gemlw", "crt_type=zip"],
        &["runningoperation.edit", &operation, "errorxml=<doc>"],
        &["runningoperation.edit", "elid=4711", "manual=on"],
        &["task.edit", "item=4711", "type=postopen"],
        &["task.edit", "item=1", "type="],
        &["processing.savebalance", "processingmodule=1", "balance=plenty"],
        &["no.such.function"],
    ] {
        shown.push(format!(
            "{}\n  {}",
            words.join(" "),
            host.run_mgrctl(words).await.unwrap()
        ));
    }
    insta::assert_snapshot!(shown.concat());
    let item = host.item(ordered.item).await.unwrap();
    assert_eq!(item.params.len(), 1, "{:?}", item.params);
    assert_eq!(
        (item.status, item.certificate.as_str()),
        (ItemStatus::InProgress, "")
    );
}

#[tokio::test]
async fn parameters_are_stored_in_all_three_dialects() {
    let sample = Sample::start().await;
    let host = &sample.host;
    let id = sample.order().await.item;
    let item = format!("elid={id}");
    for words in [
        &[
            "service.saveparam",
            "sok=ok",
            &item,
            "name=one",
            "value=1 = \"one\"\nand more",
        ][..],
        &["service.saveparam", "sok=ok", &item, "two=2", "crypted=off"],
        &["service.saveparam", "sok=ok", &item, "secret=three", "crypted=on"],
        &["service.saveparam", "sok=ok", &item, "name=empty", "value="],
        &["service.saveparam", "sok=ok", &item, "name=approver_method"],
    ] {
        assert_eq!(host.run_mgrctl(words).await.unwrap(), "OK\n", "{words:?}");
    }
    let params = host.item(id).await.unwrap().params;
    let shown: Vec<_> = params
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        shown,
        [("empty", ""), ("one", "1 = \"one\"\nand more"), ("two", "2")]
    );
    host.run_mgrctl(&["service.dropparam", &item, "name=two"])
        .await
        .unwrap();
    assert_eq!(host.item(id).await.unwrap().params.len(), 2);
}

#[tokio::test]
async fn mgrctl_takes_values_from_the_environment_and_says_what_a_function_takes() {
    let sample = Sample::start().await;
    let host = &sample.host;
    host.set_environment("SECRET", "word");
    host.write(
        "processing/pmenvironment",
        "#!/bin/sh\nsbin/mgrctl -m billmgr -o xml processing.saveparam elid=1 param=hidden -e 'value=$SECRET'\n\
         sbin/mgrctl -m billmgr -i task.gettype\n",
        0o755,
    )
    .unwrap();
    let run = host.run("pmenvironment", &[], "").await.unwrap();
    assert!(run.stdout.ends_with("operation\nitem\n"), "{run:?}");
    let calls = host.take_calls();
    assert_eq!(calls[0].call.param("value"), Some("word"));
    assert_eq!(calls.len(), 1);
}

#[tokio::test]
async fn nobody_answers_while_the_daemon_is_down() {
    let sample = Sample::start().await;
    let host = &sample.host;
    host.stop_daemon();
    host.write(
        "processing/pmpatient",
        "#!/bin/sh\nexec sbin/mgrctl -m billmgr paramlist\n",
        0o755,
    )
    .unwrap();
    let run = host.run("pmpatient", &[], "").await.unwrap();
    assert_eq!(
        (run.status, run.stdout.as_str(), run.stderr.as_str()),
        (Some(1), "", "ERROR client(open): billmgr\n")
    );
    host.start_daemon().unwrap();
    assert!(host.run("pmpatient", &[], "").await.unwrap().succeeded());
}

#[tokio::test]
async fn refused_calls_end_with_either_status() {
    let sample = Sample::start().await;
    let host = &sample.host;
    host.write(
        "processing/pmcurious",
        "#!/bin/sh\nexec sbin/mgrctl -m billmgr -o xml service.postopen elid=4711\n",
        0o755,
    )
    .unwrap();
    for status in [0, 1] {
        host.set_error_status(status);
        let run = host.run("pmcurious", &[], "").await.unwrap();
        assert_eq!(run.status, Some(i32::from(status)));
        assert_eq!(run.refusal().unwrap().kind, "missed");
    }
}

#[tokio::test]
async fn a_caller_dies_before_or_after_the_effect_of_its_call() {
    for (moment, kept) in [(Moment::Before, None), (Moment::After, Some("77"))] {
        let sample = Sample::start().await;
        let host = &sample.host;
        let ordered = sample.order().await;
        // What the script asks the database for takes four calls of paramlist; the fifth call saves.
        host.kill_at_call(5, moment);
        let run = host.attempt(ordered.operation).await.unwrap();
        assert_eq!((run.status, run.signal), (None, Some(9)), "{moment:?}");
        let item = host.item(ordered.item).await.unwrap();
        assert_eq!(item.params.get("custom_order_id").map(String::as_str), kept);
        assert_eq!(item.status, ItemStatus::InProgress);
        host.attempt(ordered.operation).await.unwrap();
        assert_eq!(host.item(ordered.item).await.unwrap().status, ItemStatus::Active);
    }
}

#[tokio::test]
async fn modules_see_that_they_shall_do_nothing() {
    let sample = Sample::start().await;
    let host = &sample.host;
    let ordered = sample.order().await;
    host.do_nothing().unwrap();
    assert!(host.attempt(ordered.operation).await.unwrap().succeeded());
    assert_eq!(host.operations().await.unwrap().len(), 1);
    host.do_again().unwrap();
    host.attempt(ordered.operation).await.unwrap();
    assert!(host.operations().await.unwrap().is_empty());
    assert_eq!(
        host.take_runs()
            .iter()
            .filter(|run| run.module == MODULE && run.command() == "open")
            .count(),
        2
    );
}
