//! A host with the sample module, a connection and a tariff.

use billmanager_host::{Balances, Host, NewConnection, NewOrder, NewTariff, Options, Ordered, Pace};
use domain::{DomainName, NameSet};
use pki::{KeyChoice, PrivateKey, Subject};

pub(crate) const MODULE: &str = "pmsample.sh";

pub(crate) struct Sample {
    pub(crate) host: Host,
    pub(crate) connection: i64,
    pub(crate) tariff: i64,
}

pub(crate) async fn bare_host() -> Host {
    let host = Host::start(Options {
        clock: Some("2020-10-20T09:00:00Z".parse().unwrap()),
        pace: Pace {
            balances: Balances::Left,
            ..Pace::default()
        },
        ..Options::default()
    })
    .await
    .unwrap();
    host.write(format!("processing/{MODULE}"), include_str!("pmsample.sh"), 0o755)
        .unwrap();
    host.write("tmp/good_try", "1", 0o644).unwrap();
    host
}

pub(crate) fn connection(password: &str) -> NewConnection {
    NewConnection {
        module: MODULE.to_owned(),
        name: "Sample".to_owned(),
        department: 1,
        sort: 10,
        form: vec![
            ("url".to_owned(), "https://ca.example".to_owned()),
            ("password".to_owned(), password.to_owned()),
            ("undeclared".to_owned(), "lost".to_owned()),
        ],
    }
}

impl Sample {
    pub(crate) async fn start() -> Self {
        let host = bare_host().await;
        let connection = host.connect(&connection("right")).await.unwrap();
        let tariff = host
            .add_tariff(&NewTariff {
                name: "Sample".to_owned(),
                template: "sample".to_owned(),
                connections: vec![connection],
            })
            .await
            .unwrap();
        Self {
            host,
            connection,
            tariff,
        }
    }

    pub(crate) async fn order(&self) -> Ordered {
        self.host
            .order(&NewOrder {
                tariff: self.tariff,
                months: 12,
                csr: csr("example.org"),
                params: vec![("approver_method".to_owned(), "auth_dnstxt".to_owned())],
                ..NewOrder::default()
            })
            .await
            .unwrap()
    }

    /// Functions called since the last look.
    pub(crate) fn functions(&self) -> Vec<String> {
        self.host
            .take_calls()
            .into_iter()
            .map(|recorded| recorded.call.function)
            .filter(|function| function != "paramlist")
            .collect()
    }
}

pub(crate) fn csr(name: &str) -> String {
    let key = PrivateKey::make(KeyChoice::P256).unwrap();
    let names = NameSet::new(name.parse::<DomainName>().unwrap(), []);
    pki::csr::make(&key, &names, &Subject::default())
        .unwrap()
        .to_pem()
}

/// A certificate of any kind: the host looks only whether it is one.
pub(crate) fn certificate() -> String {
    let key = PrivateKey::make(KeyChoice::P256).unwrap();
    let params = rcgen::CertificateParams::new(vec!["example.org".to_owned()]).unwrap();
    params.self_signed(&key).unwrap().pem()
}
