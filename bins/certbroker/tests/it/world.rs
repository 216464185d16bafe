//! A data folder, and around it a simulated CA with a name server and a web server, as a demo has them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use domain::{Currency, Money};
use leaderssl_simulator::{
    Simulator,
    record::KeyFamily,
    surroundings::{
        self, Surroundings,
        name_server::{RecordType, Zones},
    },
};
use serde_json::{Value, json};

use crate::program::{Said, run, run_with};

/// How the simulator lets us in.
const USER: &str = "reseller@example.org";
const PASSWORD: &str = "correct-horse";

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) surroundings: Surroundings,
    folder: tempfile::TempDir,
}

impl World {
    /// Everything runs; the data folder knows where, and holds nothing else.
    pub(crate) async fn start() -> Self {
        let surroundings = Surroundings::start(surroundings::Config {
            zones: Zones::everything(),
            ..surroundings::Config::default()
        })
        .await
        .expect("the surroundings start");
        let simulator = Simulator::start(leaderssl_simulator::Config {
            user: USER.to_owned(),
            password: PASSWORD.into(),
            balance: Money::from_minor(100_000, Currency::EUR),
            resolver: Some(surroundings.dns.address()),
            map_http: Some(surroundings.web.http().into()),
            map_https: Some(surroundings.web.https().into()),
            ..leaderssl_simulator::Config::default()
        })
        .await
        .expect("the simulator starts");
        let world = Self {
            simulator,
            surroundings,
            folder: tempfile::tempdir().expect("a folder"),
        };
        world.remember();
        world
    }

    /// What a demo remembers of its addresses: the program takes the folder for a demo's.
    fn remember(&self) {
        let api = self.simulator.api_url();
        let authority = |url: &str| url.split('/').nth(2).expect("an authority").to_owned();
        let around = &self.surroundings;
        let memory = json!({
            "addresses": {
                "ca": authority(&api),
                "management": authority(&self.simulator.management_url()),
                "dns": around.dns.address(),
                "http": around.web.http(),
                "https": around.web.https(),
                "smtp": around.smtp.address(),
                "mailbox": around.mailbox.address(),
            },
            "sign_ins": [],
        });
        fs::create_dir(self.data()).expect("the data folder");
        fs::write(self.data().join("demo.json"), memory.to_string()).expect("demo.json");
        self.write("password.txt", &format!("{PASSWORD}\n"));
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder for files of the test.
    pub(crate) fn files(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a file of the test.
    pub(crate) fn path(&self, name: &str) -> String {
        self.files().join(name).display().to_string()
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        fs::write(self.files().join(name), content).expect("a file");
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Said {
        run(&self.data(), arguments).await
    }

    pub(crate) async fn run_with(&self, arguments: &[&str], input: &str) -> Said {
        run_with(&self.data(), arguments, input).await
    }

    /// What the program answers as JSON; it must do what is asked.
    pub(crate) async fn ask(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = ["--json"].into_iter().chain(arguments.iter().copied()).collect();
        self.run(&arguments).await.done().json()
    }

    /// Wishes for a module, with the password in a file of this name.
    pub(crate) async fn add_module(&self, password_file: &str, more: &[&str]) -> Said {
        let secret = format!("password=@{}", self.path(password_file));
        let (user, url) = (
            format!("username={USER}"),
            format!("url={}", self.simulator.api_url()),
        );
        let wish = [
            "--json",
            "module",
            "add",
            "leadertelecom",
            "--name",
            "LeaderTelecom",
            "--set",
            &user,
            "--set",
            &url,
            "--secret",
            &secret,
        ];
        let arguments: Vec<&str> = wish.into_iter().chain(more.iter().copied()).collect();
        self.run(&arguments).await
    }

    /// A module with its catalogue, a priced tariff plan, an account with money.
    pub(crate) async fn open_shop(&self) {
        self.add_module("password.txt", &[]).await.done();
        self.ask(&["catalogue", "import", "leadertelecom"]).await;
        self.ask(&[
            "tariff",
            "add",
            "--module",
            "LeaderTelecom",
            "--product",
            "positivessl",
            "--margin",
            "100",
        ])
        .await;
        self.ask(&[
            "account",
            "add",
            "--name",
            "Client One GmbH",
            "--country",
            "DE",
            "--email",
            "ada@client.example",
            "--user-name",
            "Ada Example",
        ])
        .await;
        self.ask(&["account", "credit", "A-1", "500 EUR"]).await;
    }

    /// Orders a certificate for one name and works on it here, until it is the client's turn or, when it was ordered before,
    /// until it is issued.
    pub(crate) async fn order(&self, name: &str, more: &[&str]) -> Said {
        let wish = [
            "--json",
            "order",
            "--account",
            "Client One GmbH",
            "--tariff",
            "PositiveSSL",
            "--domain",
            name,
            "--phone",
            "+49 30 1234567",
            "--reference",
            name,
            "--wait",
        ];
        let arguments: Vec<&str> = wish.into_iter().chain(more.iter().copied()).collect();
        self.run(&arguments).await
    }

    /// Publishes the records that an answer asks for.
    pub(crate) fn publish(&self, service: &Value) {
        for validation in service["validations"].as_array().expect("validations") {
            let proof = &validation["proof"];
            assert_eq!(proof["kind"], "cname");
            let (name, value) = (proof["name"].as_str(), proof["value"].as_str());
            self.surroundings
                .dns
                .zones()
                .set(name.expect("a name"), RecordType::CNAME, value.expect("a value"))
                .expect("a record");
        }
    }

    /// Writes the root that certificates with such a key lead to.
    pub(crate) fn write_root(&self, family: KeyFamily) {
        let root = self.simulator.root_pem_of(family).expect("a root");
        self.write("root.pem", &root);
    }
}
