//! Fetches validation files over HTTP and HTTPS, through the port maps.

use std::{sync::Arc, time::Duration};

use domain::DomainName;
use reqwest::{
    Client, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header::LOCATION,
    redirect::Policy,
};
use url::Url;

use super::resolver::Resolver;
use crate::{
    config::{Config, HostPort},
    record::DcvType,
    shared::SimulatorError,
};

const TIMEOUT: Duration = Duration::from_secs(5);
/// A validation file has some hundred bytes.
const LARGEST_FILE: usize = 16 * 1024;
/// Redirects that are followed (BR 3.2.2.4.18 allows them, by 301, 302, 307 and 308, to the usual ports).
const MOST_REDIRECTS: usize = 5;

/// One client per scheme, since each has its own port map.
pub(super) struct WebFetcher {
    http: Client,
    https: Client,
}

impl WebFetcher {
    pub(super) fn new(resolver: &Resolver, config: &Config) -> Result<Self, SimulatorError> {
        Ok(Self {
            http: client(resolver, config.map_http.clone())?,
            https: client(resolver, config.map_https.clone())?,
        })
    }

    /// The body of a 2xx answer; nothing for anything else.
    pub(super) async fn fetch(&self, dcv_type: DcvType, name: &DomainName, path: &str) -> Option<String> {
        let scheme = if dcv_type == DcvType::Https {
            "https"
        } else {
            "http"
        };
        let mut url = Url::parse(&format!("{scheme}://{name}{path}")).ok()?;
        for _ in 0..=MOST_REDIRECTS {
            let client = if url.scheme() == "https" {
                &self.https
            } else {
                &self.http
            };
            let response = client.get(url.clone()).send().await.ok()?;
            let location = response
                .headers()
                .get(LOCATION)
                .and_then(|location| location.to_str().ok());
            match (response.status(), location) {
                (status, _) if status.is_success() => return body_of(response).await,
                (
                    StatusCode::MOVED_PERMANENTLY
                    | StatusCode::FOUND
                    | StatusCode::TEMPORARY_REDIRECT
                    | StatusCode::PERMANENT_REDIRECT,
                    Some(location),
                ) => url = next_url(&url, location)?,
                _ => return None,
            }
        }
        None
    }
}

fn next_url(from: &Url, location: &str) -> Option<Url> {
    let next = from.join(location).ok()?;
    // An explicit port is an unusual one: the usual ports are not kept by the URL.
    let is_usual = matches!(next.scheme(), "http" | "https") && next.port().is_none();
    is_usual.then_some(next)
}

async fn body_of(mut response: reqwest::Response) -> Option<String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_FILE {
            return None;
        }
    }
    String::from_utf8(body).ok()
}

fn client(resolver: &Resolver, map: Option<HostPort>) -> Result<Client, SimulatorError> {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .timeout(TIMEOUT)
        .pool_max_idle_per_host(0)
        // The certificate is what is being applied for: there may be none, or an old one.
        .tls_danger_accept_invalid_certs(true)
        .dns_resolver(Arc::new(MappedResolver {
            resolver: resolver.clone(),
            map,
        }))
        .user_agent("LeaderSSL-Simulator-DCV/1.0")
        .build()
        .map_err(|error| SimulatorError::Resolver {
            reason: error.to_string(),
        })
}

/// Connects where the port map says, or where DNS says when there is none.
struct MappedResolver {
    resolver: Resolver,
    map: Option<HostPort>,
}

impl Resolve for MappedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (resolver, map) = (self.resolver.clone(), self.map.clone());
        Box::pin(async move {
            let addresses: Addrs = match map {
                Some(HostPort { host, port }) => Box::new(tokio::net::lookup_host((host, port)).await?),
                None => Box::new(resolver.addresses(name.as_str()).await.into_iter()),
            };
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_keep_to_the_usual_schemes_and_ports() {
        let from = Url::parse("http://example.com/.well-known/pki-validation/A.txt").unwrap();
        let next = |location| next_url(&from, location).map(String::from);
        assert_eq!(next("/x").as_deref(), Some("http://example.com/x"));
        assert_eq!(
            next("https://www.example.com:443/x").as_deref(),
            Some("https://www.example.com/x")
        );
        assert_eq!(next("http://example.com:8080/x"), None);
        assert_eq!(next("ftp://example.com/x"), None);
    }
}
