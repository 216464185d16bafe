//! The publisher and the eyes against BIND, a name server that others wrote.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Stdio,
};

use certbroker_dns::{
    Finding, Publisher, RecordData, RecordType, ValidationRecord, authoritative, caa, publish::PublishError,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::{
    publish::{behaves_as_a_publisher_must, key, machine_time, publisher},
    world::{KEY_NAME, KEY_SECRET, PATIENCE, eyes, name},
};

const ZONE: &str = "example.test";
const READER: &str = "reader.demo";

/// A running `named` with one zone; it ends with this value.
struct Bind {
    address: SocketAddr,
    _folder: TempDir,
    _process: Child,
}

impl Bind {
    async fn start() -> Self {
        // Somebody else may take the free port before named does; then it says so and another is tried.
        for _ in 0..5 {
            if let Some(running) = Self::try_start().await {
                return running;
            }
        }
        panic!("named did not start on any of five ports");
    }

    async fn try_start() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        write_configuration(folder.path(), port);
        let mut process = Command::new(named())
            .args(["-g", "-c"])
            .arg(folder.path().join("named.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let started = timeout(PATIENCE, async {
            while let Some(line) = log.next_line().await.unwrap() {
                if line.ends_with(" running") {
                    return true;
                }
                if line.contains("address in use") {
                    return false;
                }
            }
            false
        });
        if !started
            .await
            .expect("named said neither that it runs nor that it failed")
        {
            return None;
        }
        // Its log is read on, or named would stand still once the pipe is full.
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Some(Self {
            address,
            _folder: folder,
            _process: process,
        })
    }
}

fn named() -> &'static str {
    let places = ["/usr/sbin/named", "/usr/bin/named", "/usr/local/sbin/named"];
    places
        .into_iter()
        .find(|place| Path::new(place).exists())
        .expect("named is missing: install the Debian package bind9")
}

fn write_configuration(folder: &Path, port: u16) {
    let home = folder.display();
    let configuration = format!(
        r#"
        options {{
            directory "{home}"; pid-file none; session-keyfile none;
            managed-keys-directory "{home}"; lock-file none;
            listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
            recursion no; notify no; dnssec-validation no;
        }};
        controls {{ }};
        key "{KEY_NAME}" {{ algorithm hmac-sha256; secret "{KEY_SECRET}"; }};
        key "{READER}" {{ algorithm hmac-sha256; secret "{KEY_SECRET}"; }};
        zone "{ZONE}" {{ type primary; file "{home}/zone"; allow-update {{ key "{KEY_NAME}"; }}; }};
        "#
    );
    let zone = "$TTL 30\n\
        @ SOA ns1 hostmaster 1 3600 600 86400 30\n\
        @ NS ns1\n\
        ns1 A 127.0.0.1\n\
        @ CAA 0 issue \"sectigo.com; validationmethods=ca-tbr-7\"\n\
        blocked CAA 0 issue \";\"\n\
        wild CAA 128 tbs \"unknown\"\n\
        www CNAME blocked\n";
    std::fs::write(folder.join("named.conf"), configuration).unwrap();
    std::fs::write(folder.join("zone"), zone).unwrap();
}

#[tokio::test]
async fn publishes_into_bind() {
    let bind = Bind::start().await;
    behaves_as_a_publisher_must(bind.address, ZONE).await;
}

#[tokio::test]
async fn bind_refuses_a_key_that_may_not_update() {
    let bind = Bind::start().await;
    let reader = publisher(bind.address, ZONE, key(READER, KEY_SECRET), machine_time());
    let record = ValidationRecord::txt(name("_x.example.test"), "x");
    let error = reader.publish(&record).await.unwrap_err();
    assert!(matches!(error, PublishError::Refused { .. }), "{error:?}");
}

#[tokio::test]
async fn reads_caa_and_names_that_do_not_exist_from_bind() {
    let bind = Bind::start().await;
    let eyes = eyes(&[bind.address]);
    let table = [
        ("shop.example.test", "dns-caa-allowed-with-conditions"),
        ("blocked.example.test", "dns-caa-blocked-nobody"),
        ("www.example.test", "dns-caa-blocked-nobody"),
        ("wild.example.test", "dns-caa-blocked-unknown-critical"),
    ];
    for (asked, code) in table {
        let report = caa::check(&eyes, &name(asked), &["sectigo.com"]).await;
        assert_eq!(report.finding.code(), code, "{asked}: {report:?}");
    }
    let missing = authoritative::look_up(&eyes, &name("_x.example.test"), RecordType::Cname)
        .await
        .unwrap();
    assert!(missing.answers().all(|answer| !answer.exists));
    let servers = authoritative::look_up(&eyes, &name(ZONE), RecordType::Ns)
        .await
        .unwrap();
    let records = &servers.answers().next().unwrap().records;
    assert_eq!(records[0].data, RecordData::NameServer(name("ns1.example.test")));
}
