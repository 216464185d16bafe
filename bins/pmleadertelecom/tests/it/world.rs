//! A BILLmanager host and a CA, both simulated, with the real executable between them.

use std::{path::Path, sync::Arc, time::Duration};

use billmanager_host::{Balances, Host, Item, NewConnection, NewOrder, NewTariff, Options, Ordered, Pace};
use domain::{Currency, DomainName, Money, NameSet};
use jiff::{SignedDuration, Timestamp};
use leaderssl_simulator::{
    Config, Decision, ReissueCall, Simulator, ValidationMode,
    record::{Certificate, CertificateStatus, Charge},
};
use pki::{KeyChoice, PrivateKey, Subject};

use crate::gate::Gate;

pub(crate) const MODULE: &str = "pmleadertelecom";
/// Longer than anything takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// The seed's example begins here.
pub(crate) const START: &str = "2020-10-20T09:00:00Z";

pub(crate) struct World {
    pub(crate) host: Arc<Host>,
    pub(crate) ca: Arc<Simulator>,
    /// Between module and CA.
    pub(crate) gate: Gate,
    pub(crate) connection: i64,
}

/// What an order needs beside names and months.
pub(crate) const BY_DNS: &[(&str, &str)] = &[("approver_method", "auth_cname")];
pub(crate) const ORGANISATION: &[(&str, &str)] = &[
    ("approver_method", "auth_cname"),
    ("org_name", "Example GmbH"),
    ("org_country", "81"),
    ("org_state", "Berlin"),
    ("org_city", "Berlin"),
    ("org_address", "Hauptstrasse 1"),
    ("org_postcode", "10115"),
    ("org_phone", "+49.301234567"),
    ("adm_fname", "Anna"),
    ("adm_lname", "Schmidt"),
    ("adm_jtitle", "Head of IT"),
    ("adm_email", "anna@example.org"),
    ("adm_phone", "+49.301234567"),
];

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(set: impl FnOnce(&mut Config)) -> Self {
        let start: Timestamp = START.parse().unwrap();
        let mut config = Config {
            validation: ValidationMode::Off,
            reissue: ReissueCall::On,
            balance: Money::from_minor(10_000_000, Currency::EUR),
            clock: Some(start),
            ..Config::default()
        };
        set(&mut config);
        let host = Host::start(Options {
            clock: config.clock,
            pace: Pace {
                // A look a day at an issued certificate shows no more than one a week, and five years have many days.
                issued: SignedDuration::from_hours(24 * 7),
                balances: Balances::Left,
                ..Pace::default()
            },
            ..Options::default()
        })
        .await
        .unwrap();
        let host = Arc::new(host);
        let ca = Arc::new(Simulator::start(config).await.unwrap());
        ca.set_clock(host.now()).unwrap();
        let companion = Arc::clone(&ca);
        host.take_along(move |now| {
            // The CA's clock ran by itself meanwhile: it is never put back.
            let _ = companion.set_clock(now);
        });
        host.install(MODULE, Path::new(env!("CARGO_BIN_EXE_pmleadertelecom")))
            .unwrap();
        let gate = Gate::open(&ca.api_url(), Arc::clone(&host)).await;
        let connection = host
            .connect(&connection(gate.url(), "correct-horse"))
            .await
            .unwrap();
        host.take_calls();
        Self {
            host,
            ca,
            gate,
            connection,
        }
    }

    pub(crate) async fn tariff(&self, template: &str) -> i64 {
        self.host
            .add_tariff(&NewTariff {
                name: template.to_owned(),
                template: template.to_owned(),
                connections: vec![self.connection],
            })
            .await
            .unwrap()
    }

    /// A client orders and pays; nothing runs yet.
    pub(crate) async fn order(
        &self,
        tariff: i64,
        months: i64,
        names: &[&str],
        params: &[(&str, &str)],
    ) -> Ordered {
        let mut params: Vec<(String, String)> = params
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        params.push(("altname".to_owned(), names[1..].join(" ")));
        self.host
            .order(&NewOrder {
                tariff,
                months,
                csr: csr(names),
                params,
                names_bought: i64::try_from(names.len()).unwrap() - 1,
                ..NewOrder::default()
            })
            .await
            .unwrap()
    }

    /// A service that is issued.
    pub(crate) async fn issued(
        &self,
        template: &str,
        months: i64,
        names: &[&str],
        params: &[(&str, &str)],
    ) -> Item {
        let tariff = self.tariff(template).await;
        let ordered = self.order(tariff, months, names, params).await;
        self.host.run_due().await.unwrap();
        self.ca_issues().await;
        self.host.advance(SignedDuration::from_mins(5)).await.unwrap();
        let item = self.item(ordered.item).await;
        assert!(
            !item.certificate.is_empty(),
            "{item:?} {:#?}",
            self.host.take_runs()
        );
        item
    }

    pub(crate) async fn item(&self, id: i64) -> Item {
        self.host.item(id).await.unwrap()
    }

    /// The CA finds everything in order and issues whatever is open.
    pub(crate) async fn ca_issues(&self) {
        for certificate in self.ca.certificates() {
            if !certificate.status.is_open() {
                continue;
            }
            self.ca.take_for_proven(certificate.id).unwrap();
            if certificate.request.organisation.is_some() {
                self.ca.decide(certificate.id, Decision::Approve).unwrap();
            }
            let issued = self
                .ca
                .wait_for(certificate.id, |found| found.status == CertificateStatus::Issued);
            tokio::time::timeout(PATIENCE, issued)
                .await
                .expect("the CA issues")
                .unwrap();
        }
    }

    /// What the CA charged for a name.
    pub(crate) fn charges(&self, name: &str) -> Vec<Charge> {
        let charges = self.ca.purchases().into_iter();
        charges
            .filter(|charge| {
                charge
                    .domain_name
                    .as_ref()
                    .is_some_and(|found| found.as_str() == name)
            })
            .collect()
    }

    /// The CA's records for a name, oldest first.
    pub(crate) fn records(&self, name: &str) -> Vec<Arc<Certificate>> {
        let all = self.ca.certificates().into_iter();
        all.filter(|found| found.main_name().as_str() == name).collect()
    }

    /// Nothing is left over: no operation, no open task, no post function without its operation.
    pub(crate) async fn is_at_rest(&self) {
        let operations = self.host.operations().await.unwrap();
        assert!(operations.is_empty(), "{operations:#?}");
        let mut tasks = self.host.tasks().await.unwrap();
        tasks.retain(|task| task.open);
        assert!(tasks.is_empty(), "{tasks:#?}");
        assert!(
            self.host.unmatched_posts().is_empty(),
            "{:?}",
            self.host.unmatched_posts()
        );
    }
}

/// Waits until something holds that is only seen by looking.
pub(crate) async fn until(holds: impl Fn() -> bool, what: &str) {
    let looking = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, looking).await.is_ok(), "{what}");
}

pub(crate) fn connection(url: &str, password: &str) -> NewConnection {
    let form = [
        ("url", url),
        ("username", "reseller@example.org"),
        ("password", password),
    ];
    NewConnection {
        module: MODULE.to_owned(),
        name: "LeaderTelecom".to_owned(),
        department: 1,
        sort: 0,
        form: form
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    }
}

pub(crate) fn csr(names: &[&str]) -> String {
    let mut names = names.iter().map(|name| name.parse::<DomainName>().unwrap());
    let names = NameSet::new(names.next().unwrap(), names);
    let key = PrivateKey::make(KeyChoice::P256).unwrap();
    let subject = Subject {
        country: Some("DE".to_owned()),
        organization: Some("Example GmbH".to_owned()),
        ..Subject::default()
    };
    pki::csr::make(&key, &names, &subject).unwrap().to_pem()
}
