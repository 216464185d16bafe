//! The log: its form, its levels, what is never in it, and many processes that share it.

use std::{collections::BTreeMap, fs};

use billmanager_host::{Host, document::Element};
use futures_util::future::join_all;
use leaderssl_simulator::faults::{Fault, FaultRule, Firing};
use pretty_assertions::assert_eq;

use crate::world::{BY_DNS, MODULE, World, connection};

const LEVELS: [&str; 10] = [
    "", "NOTE", "FATAL", "ERROR", "WARNING", "INFO", "EXTINFO", "EXT", "TRACE", "DEBUG",
];
const CROWD: usize = 20;

/// A line in the host's form: `Mmm dd HH:MM:SS [pid:thread] part LEVEL text`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    process: u32,
    part: String,
    level: usize,
    text: String,
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let (time, rest) = line.split_at_checked(15)?;
        jiff::fmt::strtime::parse("%Y %b %e %H:%M:%S", format!("2020 {time}")).ok()?;
        let (ids, rest) = rest.strip_prefix(" [")?.split_once("] ")?;
        let (process, thread) = ids.split_once(':')?;
        thread.parse::<u32>().ok()?;
        let mut words = rest.splitn(3, ' ');
        let (part, level) = (words.next()?, words.next()?);
        Some(Self {
            process: process.parse().ok()?,
            part: part.to_owned(),
            level: LEVELS
                .iter()
                .position(|known| *known == level)
                .filter(|level| *level > 0)?,
            text: words.next()?.to_owned(),
        })
    }
}

fn set_levels(host: &Host, conf: &str) {
    host.write("etc/debug.conf", conf, 0o644).unwrap();
}

/// The log with those that were moved away, oldest first.
fn whole_log(host: &Host) -> Vec<String> {
    let folder = fs::read_dir(host.root().join("var/logs")).unwrap();
    let mut files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.push(host.root().join("var/pmleadertelecom.log"));
    files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap_or_default())
        .collect()
}

fn lines(host: &Host) -> Vec<Line> {
    let text = whole_log(host).concat();
    let lines = text.lines().filter(|line| !line.starts_with("# "));
    lines
        .map(|line| Line::parse(line).unwrap_or_else(|| panic!("{line:?} is no line of the host's form")))
        .collect()
}

/// What nobody may read: the password at the CA, every token of it, the database's password, the host's private key.
async fn secrets(world: &World) -> Vec<String> {
    let mut secrets = vec!["correct-horse".to_owned()];
    secrets.extend(world.ca.session_tokens());
    let settings = world.host.run_mgrctl(&["-o", "xml", "paramlist"]).await.unwrap();
    let settings = Element::parse(&settings).unwrap();
    let password = settings.all("elem").find_map(|elem| elem.find("DBPassword"));
    secrets.push(password.unwrap().text.clone());
    let key = fs::read_to_string(world.host.root().join("etc/billmgr.pem")).unwrap();
    secrets.extend(
        key.lines()
            .filter(|line| !line.starts_with('-') && line.len() > 20)
            .map(str::to_owned),
    );
    secrets
}

#[tokio::test]
async fn at_level_nine_everything_is_told_but_no_secret() {
    let world = World::start().await;
    let host = &world.host;
    set_levels(
        host,
        "pmleadertelecom.* 9\nhyper 9\nhyper_util 9\nreqwest 9\nsqlx 9\nsqlx_core 9\nsqlx_mysql 9\nrustls 9\n",
    );
    // The wizard hands the password over in clear.
    host.connect(&connection(world.gate.url(), "correct-horse"))
        .await
        .unwrap();
    let item = world.issued("positivessl", 24, &["example.org"], BY_DNS).await;
    host.ask_balances().await.unwrap();
    world
        .ca
        .inject_fault(FaultRule {
            id: 0,
            route: "order".to_owned(),
            fault: Fault::Refuse {
                status: 422,
                message: "No".to_owned(),
            },
            when: Firing::Always,
        })
        .unwrap();
    let prolong = host.begin(item.id, "prolong").await.unwrap();
    assert!(!host.attempt(prolong).await.unwrap().succeeded());

    let log = whole_log(host).concat();
    let levels: Vec<usize> = lines(host).iter().map(|line| line.level).collect();
    for level in [5, 6, 7, 8, 9] {
        assert!(levels.contains(&level), "no line of level {}", LEVELS[level]);
    }
    // What would carry a secret is there, whole but for the secret.
    for told in [
        "run with: --command open",
        "func=service.saveparam",
        "ssl_certificates",
        "DBPassword",
        "exchange=answer body=",
        "valid_to",
        "***",
    ] {
        assert!(log.contains(told), "{told}");
    }
    let operations = host.operations().await.unwrap();
    let report = operations[0].report.as_ref().unwrap().to_xml();
    assert!(report.contains("<log>") || report.contains("CDATA"), "{report}");
    // A form goes back as it came, with what was typed into it.
    let mut runs = host.take_runs();
    runs.retain(|run| run.command() != "tune_connection");
    let said = format!("{log}{report}{runs:?}{:?}", host.problems().await);
    for secret in secrets(&world).await {
        let place = said.find(&secret).map(|at| said.get(at.saturating_sub(300)..at));
        assert_eq!(place, None, "a secret of {} characters", secret.len());
    }
}

#[tokio::test]
async fn levels_hold_from_the_next_command_on_and_for_parts_alone() {
    let world = World::start().await;
    let host = &world.host;
    let log = host.root().join("var/pmleadertelecom.log");
    let connection = world.connection.to_string();
    let words = ["--command", "getbalance", "--module", &connection];
    let mut before = 0;
    for level in 0..=9_usize {
        fs::write(&log, "").unwrap();
        set_levels(host, &format!("pmleadertelecom.* {level}\n"));
        assert!(host.run(MODULE, &words, "").await.unwrap().succeeded());
        let lines = lines(host);
        let highest = lines.iter().map(|line| line.level).max().unwrap_or_default();
        assert!(highest <= level, "{level}: {lines:#?}");
        assert_eq!(lines.is_empty(), level < 5, "{level}: {lines:#?}");
        assert!(lines.len() >= before, "{level}: {lines:#?}");
        before = lines.len();
    }
    fs::write(&log, "").unwrap();
    set_levels(host, "pmleadertelecom.* 9\npmleadertelecom.mgrctl 0\n");
    assert!(host.run(MODULE, &words, "").await.unwrap().succeeded());
    let parts: Vec<String> = lines(host).into_iter().map(|line| line.part).collect();
    assert!(!parts.contains(&"mgrctl".to_owned()), "{parts:?}");
    assert!(parts.contains(&"database".to_owned()), "{parts:?}");
}

#[tokio::test]
async fn twenty_processes_share_a_log_that_is_moved_meanwhile_and_lose_no_line() {
    let world = World::start().await;
    let host = &world.host;
    set_levels(host, "pmleadertelecom.* 9\nSET max_log_size=20000\n");
    let connection = world.connection.to_string();
    let words = ["--command", "getbalance", "--module", &connection];
    for _ in 0..2 {
        let runs = join_all((0..CROWD).map(|_| host.run(MODULE, &words, ""))).await;
        for run in runs {
            assert!(run.as_ref().unwrap().succeeded(), "{run:#?}");
        }
    }
    assert!(whole_log(host).len() > 1, "the log was moved");
    let mut processes: BTreeMap<u32, Vec<Line>> = BTreeMap::new();
    for line in lines(host) {
        processes.entry(line.process).or_default().push(line);
    }
    let texts = |lines: &[Line], wanted: &str| lines.iter().filter(|line| line.text.contains(wanted)).count();
    let whole = processes
        .values()
        .filter(|lines| texts(lines, "run with: --command getbalance") == 1 && texts(lines, "done") == 1);
    assert_eq!(whole.count(), 2 * CROWD);
}
