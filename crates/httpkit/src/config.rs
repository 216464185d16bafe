//! The public address, the proxies before us and the limits.

use std::{num::NonZeroU32, time::Duration};

use url::{Host, Url};

use crate::address::Network;

/// How the server is reached and what it takes.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    public_url: Url,
    /// Networks whose `X-Forwarded-For` is believed. Empty: the peer is the client.
    pub trusted_proxies: Vec<Network>,
    /// Bytes that a request's body may have.
    pub body_limit: usize,
    /// How long a request may take.
    pub time_out: Duration,
    /// Attempts per address and minute at sign-in, registration and reset, after a burst of as many.
    pub attempts_per_minute: NonZeroU32,
    /// Requests per minute and token of the REST API, after a burst of as many.
    pub api_requests_per_minute: NonZeroU32,
}

/// Why the public address cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadPublicUrl {
    /// Sessions over plain http are for loopback only (design §10).
    #[error("{0} is not https: plain http is for loopback addresses only")]
    PlainHttp(Url),
    /// Not an address of a web server.
    #[error("{0} is neither http nor https")]
    Scheme(Url),
}

impl HttpConfig {
    /// The defaults, under this public address.
    ///
    /// # Errors
    /// [`BadPublicUrl`] when it is plain http on anything but loopback.
    pub fn new(public_url: Url) -> Result<Self, BadPublicUrl> {
        match public_url.scheme() {
            "https" => {}
            "http" if is_loopback(&public_url) => {}
            "http" => return Err(BadPublicUrl::PlainHttp(public_url)),
            _ => return Err(BadPublicUrl::Scheme(public_url)),
        }
        Ok(Self {
            public_url,
            trusted_proxies: Vec::new(),
            body_limit: 1024 * 1024,
            time_out: Duration::from_mins(1),
            attempts_per_minute: const { NonZeroU32::new(20).unwrap() },
            api_requests_per_minute: const { NonZeroU32::new(600).unwrap() },
        })
    }

    /// The address that people type, also used in mails.
    #[must_use]
    pub const fn public_url(&self) -> &Url {
        &self.public_url
    }

    /// Whether people reach us by https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_only() {
        for good in [
            "https://ssl.example.com/",
            "http://127.0.0.1:8080",
            "http://[::1]:1",
            "http://localhost",
            "http://a.localhost",
        ] {
            assert!(HttpConfig::new(good.parse().unwrap()).is_ok(), "{good}");
        }
        for bad in [
            "http://ssl.example.com",
            "http://10.0.0.1",
            "ftp://localhost",
            "http://localhost.example.com",
        ] {
            assert!(HttpConfig::new(bad.parse().unwrap()).is_err(), "{bad}");
        }
    }
}
