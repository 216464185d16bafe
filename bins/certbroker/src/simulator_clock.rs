//! The clock of the simulated CA beside us, reached over its management listener on loopback.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use engine::travel::{Companion, CompanionAway};
use jiff::Timestamp;
use reqwest::{Client, redirect};
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::exit::Refused;

/// How long it may take to answer: it is on this machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// The clock behind a management listener.
#[derive(Debug)]
pub(crate) struct SimulatorClock {
    http: Client,
    show: Url,
    set: Url,
}

#[derive(Serialize, Deserialize)]
struct Shown {
    now: Timestamp,
}

impl SimulatorClock {
    /// The clock behind this address.
    ///
    /// # Errors
    /// The address is not `http` on loopback.
    pub(crate) fn at(management: &Url) -> anyhow::Result<Arc<Self>> {
        let is_loopback = match management.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(_)) | None => false,
        };
        if !is_loopback || management.scheme() != "http" {
            return Err(Refused(format!(
                "`{management}` is no http address of loopback: the simulated CA's management is for this machine only"
            ))
            .into());
        }
        let http = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .tls_certs_only([])
            .build()
            .context("setting up calls to the simulated CA's clock")?;
        Ok(Arc::new(Self {
            http,
            show: management.join("/clock").context("simulator.management")?,
            set: management.join("/clock/set").context("simulator.management")?,
        }))
    }
}

#[async_trait::async_trait]
impl Companion for SimulatorClock {
    async fn now(&self) -> Result<Timestamp, CompanionAway> {
        let answer = self.http.get(self.show.clone()).send().await.map_err(away)?;
        let shown: Shown = answer
            .error_for_status()
            .map_err(away)?
            .json()
            .await
            .map_err(away)?;
        Ok(shown.now)
    }

    async fn advance_to(&self, at: Timestamp) -> Result<Timestamp, CompanionAway> {
        let now = self.now().await?;
        if now >= at {
            return Ok(now);
        }
        let answer = self
            .http
            .post(self.set.clone())
            .json(&Shown { now: at })
            .send()
            .await
            .map_err(away)?;
        if answer.status().is_success() {
            return answer.json::<Shown>().await.map(|shown| shown.now).map_err(away);
        }
        // It may have run past the instant by itself meanwhile, and does not go back.
        match self.now().await? {
            now if now >= at => Ok(now),
            _ => Err(CompanionAway(answer.text().await.map_err(away)?)),
        }
    }
}

fn away(error: reqwest::Error) -> CompanionAway {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    CompanionAway(text)
}

#[cfg(test)]
mod tests {
    use leaderssl_simulator::{Config, Simulator};

    use super::*;

    fn clock(url: &str) -> anyhow::Result<Arc<SimulatorClock>> {
        SimulatorClock::at(&url.parse().unwrap())
    }

    #[test]
    fn only_http_on_loopback_is_called() {
        for good in ["http://127.0.0.1:8081", "http://[::1]:8081/", "http://127.9.9.9"] {
            assert!(clock(good).is_ok(), "{good}");
        }
        for bad in [
            "https://127.0.0.1:8081",
            "http://192.0.2.1:8081",
            "http://localhost:8081",
            "http://ca.example",
            "http://127.0.0.1.example",
        ] {
            assert!(clock(bad).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn the_simulators_clock_goes_on_with_ours_and_never_back() {
        let start: Timestamp = "2020-10-20T00:00:00Z".parse().unwrap();
        let simulator = Simulator::start(Config {
            clock: Some(start),
            ..Config::default()
        })
        .await
        .unwrap();
        let clock = clock(&simulator.management_url()).unwrap();
        assert!(clock.now().await.unwrap() >= start);
        let later: Timestamp = "2021-09-20T00:00:00Z".parse().unwrap();
        assert!(clock.advance_to(later).await.unwrap() >= later);
        assert!(clock.advance_to(start).await.unwrap() >= later);
        assert!(simulator.now() >= later);
        simulator.shutdown().await;
        assert!(clock.now().await.is_err());
    }
}
