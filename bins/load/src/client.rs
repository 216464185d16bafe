//! Requests to a running certbroker, with the time that each took.

use std::time::Duration;

use anyhow::Context as _;
use reqwest::{Client, Response, StatusCode, redirect::Policy};
use serde_json::Value;
use tokio::time::Instant;

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// The server that is measured.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    http: Client,
    url: String,
}

impl Server {
    /// The server at this address, such as `http://127.0.0.1:8480`.
    ///
    /// # Errors
    /// The system's TLS cannot be set up.
    pub(crate) fn at(url: &str) -> anyhow::Result<Self> {
        let http = Client::builder()
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .context("making an HTTP client")?;
        Ok(Self {
            http,
            url: url.trim_end_matches('/').to_owned(),
        })
    }

    /// A page, as somebody with this session; status and milliseconds until the last byte.
    ///
    /// # Errors
    /// No answer.
    pub(crate) async fn page(&self, session: &str, path: &str) -> anyhow::Result<(StatusCode, f64)> {
        let started = Instant::now();
        let request = self.http.get(format!("{}{path}", self.url));
        let response = request
            .header("cookie", format!("session={session}"))
            .send()
            .await?;
        finished(response, started).await
    }

    /// An answer of the REST API; status and milliseconds until the last byte.
    ///
    /// # Errors
    /// No answer.
    pub(crate) async fn api(&self, token: &str, path: &str) -> anyhow::Result<(StatusCode, f64)> {
        let started = Instant::now();
        let request = self.http.get(format!("{}/api/v1{path}", self.url));
        let response = request.bearer_auth(token).send().await?;
        finished(response, started).await
    }

    /// What the REST API says.
    ///
    /// # Errors
    /// No answer, or one that is no success.
    pub(crate) async fn read(&self, token: &str, path: &str) -> anyhow::Result<Value> {
        let request = self.http.get(format!("{}/api/v1{path}", self.url));
        let response = request.bearer_auth(token).send().await?.error_for_status()?;
        Ok(serde_json::from_slice(&response.bytes().await?)?)
    }

    /// Places an order; the service's id.
    ///
    /// # Errors
    /// It is refused, with what the server says.
    pub(crate) async fn order(&self, token: &str, key: &str, order: &Value) -> anyhow::Result<String> {
        let request = self.http.post(format!("{}/api/v1/orders", self.url));
        let request = request.bearer_auth(token).header("idempotency-key", key);
        let response = request.json(order).send().await?;
        let status = response.status();
        let body = response.bytes().await?;
        anyhow::ensure!(
            status.is_success(),
            "{status}: {}",
            String::from_utf8_lossy(&body)
        );
        let answer: Value = serde_json::from_slice(&body)?;
        let id = answer.pointer("/service/id").and_then(Value::as_str);
        id.map(str::to_owned).context("the answer names no service")
    }

    /// Sends a form; status and where the answer leads.
    ///
    /// # Errors
    /// No answer.
    pub(crate) async fn send(
        &self,
        session: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<(StatusCode, Option<String>)> {
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request.header("cookie", format!("session={session}"));
        let response = request.form(fields).send().await?;
        let status = response.status();
        let location = response
            .headers()
            .get("location")
            .and_then(|place| place.to_str().ok())
            .map(str::to_owned);
        response.bytes().await?;
        Ok((status, location))
    }

    /// Whether the server answers at all.
    pub(crate) async fn answers(&self) -> bool {
        let request = self.http.get(format!("{}/sign-in", self.url));
        request
            .send()
            .await
            .is_ok_and(|response| response.status().is_success())
    }
}

/// Milliseconds since.
pub(crate) fn millis_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1_000.0
}

async fn finished(response: Response, started: Instant) -> anyhow::Result<(StatusCode, f64)> {
    let status = response.status();
    response.bytes().await?;
    Ok((status, millis_since(started)))
}
