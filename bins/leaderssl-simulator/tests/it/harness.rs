//! A simulator with its surroundings, and a client that speaks as the public PHP client does.

use std::{io::Read as _, time::Duration};

use domain::{DomainName, NameSet};
use leaderssl_simulator::{
    Config, Simulator, ValidationMode,
    record::{Certificate, CertificateStatus},
    surroundings::{self, Surroundings},
};
use pki::{KeyChoice, PrivateKey, Subject};
use serde_json::{Value, json};
use std::sync::Arc;

/// Longer than anything takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A simulator and a signed-in client.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) surroundings: Surroundings,
    pub(crate) http: reqwest::Client,
    pub(crate) token: String,
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// Status and text of a refusal.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (
            self.status,
            self.json()["error"].as_str().unwrap_or_default().to_owned(),
        )
    }
}

impl World {
    pub(crate) async fn real() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn auto() -> Self {
        Self::with(|config| config.validation = ValidationMode::Auto).await
    }

    pub(crate) async fn off() -> Self {
        Self::with(|config| config.validation = ValidationMode::Off).await
    }

    pub(crate) async fn with(set: impl FnOnce(&mut Config)) -> Self {
        let surroundings = Surroundings::start(surroundings::Config::default())
            .await
            .unwrap();
        let mut config = Config {
            resolver: Some(surroundings.dns.address()),
            map_http: Some(surroundings.web.http().into()),
            map_https: Some(surroundings.web.https().into()),
            seed: Some(1),
            balance: domain::Money::from_minor(100_000, domain::Currency::EUR),
            ..Config::default()
        };
        set(&mut config);
        let simulator = Simulator::start(config).await.unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .unwrap();
        let mut world = Self {
            simulator,
            surroundings,
            http,
            token: String::new(),
        };
        world.sign_in().await;
        world
    }

    pub(crate) async fn sign_in(&mut self) {
        let pairs = [("login", "reseller@example.org"), ("password", "correct-horse")];
        let signed_in = self.post_form("users/signin", &pairs).await.ok();
        signed_in["auth_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.token);
    }

    /// GET with everything in the query, as the PHP client does.
    pub(crate) async fn get(&self, path: &str, params: Value) -> Answered {
        self.send(reqwest::Method::GET, path, params).await
    }

    /// POST with everything in the query and an empty body, as the PHP client does.
    pub(crate) async fn post(&self, path: &str, params: Value) -> Answered {
        self.send(reqwest::Method::POST, path, params).await
    }

    pub(crate) async fn send(&self, method: reqwest::Method, path: &str, mut params: Value) -> Answered {
        params["auth_token"] = json!(self.token);
        let url = format!("{}/{path}?{}", self.simulator.api_url(), php_query(&params));
        answered(self.http.request(method, url).header("Content-Type", "json"))
            .await
            .unwrap()
    }

    pub(crate) async fn try_post(&self, path: &str, mut params: Value) -> Result<Answered, reqwest::Error> {
        params["auth_token"] = json!(self.token);
        let url = format!("{}/{path}?{}", self.simulator.api_url(), php_query(&params));
        answered(self.http.post(url)).await
    }

    pub(crate) async fn post_form(&self, path: &str, pairs: &[(&str, &str)]) -> Answered {
        let url = format!("{}/{path}", self.simulator.api_url());
        answered(self.http.post(url).form(pairs)).await.unwrap()
    }

    pub(crate) async fn manage(&self, method: reqwest::Method, path: &str, body: Value) -> Answered {
        let url = format!("{}{path}", self.simulator.management_url());
        answered(self.http.request(method, url).json(&body))
            .await
            .unwrap()
    }

    /// Places an order for one product and returns the certificate's id.
    pub(crate) async fn order(&self, item: Value) -> i64 {
        let order = self
            .post("order", json!({ "order": { "items": [item] } }))
            .await
            .ok();
        order["items"][0]["ssl_certificate_id"].as_i64().unwrap()
    }

    pub(crate) async fn wait(&self, id: i64, wanted: CertificateStatus) -> Arc<Certificate> {
        let waiting = self
            .simulator
            .wait_for(id, |certificate| certificate.status == wanted);
        let Ok(certificate) = tokio::time::timeout(PATIENCE, waiting).await else {
            panic!("{:?} is not {wanted:?}", self.simulator.certificate(id));
        };
        certificate.unwrap()
    }

    pub(crate) async fn issued(&self, id: i64) -> Arc<Certificate> {
        self.wait(id, CertificateStatus::Issued).await
    }

    /// Downloads the ZIP and returns leaf and bundle.
    pub(crate) async fn download(&self, id: i64) -> (String, String) {
        let answered = self
            .get(&format!("ssl_certificates/{id}/download"), json!({}))
            .await;
        assert_eq!(answered.status, 200);
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(answered.body)).unwrap();
        let mut texts = (0..archive.len()).map(|index| {
            let mut text = String::new();
            archive
                .by_index(index)
                .unwrap()
                .read_to_string(&mut text)
                .unwrap();
            text
        });
        (texts.next().unwrap(), texts.next().unwrap())
    }
}

async fn answered(request: reqwest::RequestBuilder) -> Result<Answered, reqwest::Error> {
    let response = request.send().await?;
    Ok(Answered {
        status: response.status().as_u16(),
        body: response.bytes().await?.to_vec(),
    })
}

/// `http_build_query(…, PHP_QUERY_RFC3986)`.
pub(crate) fn php_query(params: &Value) -> String {
    let mut pairs = Vec::new();
    for (name, value) in params.as_object().unwrap() {
        flatten(name, value, &mut pairs);
    }
    pairs.join("&")
}

fn flatten(name: &str, value: &Value, pairs: &mut Vec<String>) {
    let mut scalar = |text: &str| pairs.push(format!("{}={}", encode(name), encode(text)));
    match value {
        Value::Null => {}
        Value::Bool(flag) => scalar(if *flag { "1" } else { "0" }),
        Value::Number(number) => scalar(&number.to_string()),
        Value::String(text) => scalar(text),
        Value::Array(list) => {
            for (index, element) in list.iter().enumerate() {
                flatten(&format!("{name}[{index}]"), element, pairs);
            }
        }
        Value::Object(map) => {
            for (key, element) in map {
                flatten(&format!("{name}[{key}]"), element, pairs);
            }
        }
    }
}

fn encode(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    percent_encoding::utf8_percent_encode(text, KEPT).to_string()
}

pub(crate) fn names(texts: &[&str]) -> NameSet {
    NameSet::from_names(texts.iter().map(|text| DomainName::parse(text).unwrap())).unwrap()
}

/// A fresh CSR for these names.
pub(crate) fn csr(texts: &[&str]) -> String {
    csr_with(KeyChoice::P256, texts)
}

pub(crate) fn csr_with(choice: KeyChoice, texts: &[&str]) -> String {
    let key = PrivateKey::make(choice).unwrap();
    pki::csr::make(&key, &names(texts), &Subject::default())
        .unwrap()
        .to_pem()
}

/// An item for PositiveSSL, one year, validated by CNAME.
pub(crate) fn item(name: &str) -> Value {
    json!({
        "nomenclature_id": 296,
        "days": 365,
        "ssl_server_software_id": 37,
        "dcv_type": "CNAME_CSR_HASH",
        "domain_name": name,
        "csr": csr(&[name]),
        "unique_value": "Ab3kZ9q0Lm",
    })
}

/// `base` with the fields of `over`.
pub(crate) fn with(mut base: Value, over: Value) -> Value {
    for (name, value) in over.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}
