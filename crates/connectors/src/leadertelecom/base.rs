//! The base URL of the API and everything that may be called under it.

use ca::{CaError, Class, Mode};
use url::{Host, Url};

use super::KIND;

/// An https address, or in simulated mode an http address of this machine, without query and trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base(Url);

impl Base {
    pub(super) fn parse(text: &str, mode: Mode) -> Result<Self, CaError> {
        let refused = |detail: &str| CaError::new(Class::Rejected, KIND, "read the API URL", detail);
        let mut url = Url::parse(text).map_err(|error| refused(&error.to_string()))?;
        match url.scheme() {
            "https" => {}
            "http" if mode == Mode::Simulated && is_loopback(&url) => {}
            "http" => return Err(refused("http is not safe for credentials: use https")),
            _ => return Err(refused("the address must begin with https")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("the address must not hold credentials"));
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The address of an endpoint. Not URL resolution, which would eat the last segment (`v1`).
    pub(super) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}/{path}", self.0.path().trim_end_matches('/')));
        url
    }

    /// The target of a redirect, when it stays on our scheme, host and port.
    pub(super) fn on_same_host(&self, location: &str) -> Option<Url> {
        let target = self.0.join(location).ok()?;
        (target.origin() == self.0.origin() && target.username().is_empty()).then_some(target)
    }

    pub(super) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Host without brackets.
    pub(super) fn host(&self) -> String {
        match self.0.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => String::new(),
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(443)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_keep_the_version_of_the_base() {
        for text in [
            "https://api.leaderssl.com/api/v1",
            "https://api.leaderssl.com/api/v1///",
        ] {
            let base = Base::parse(text, Mode::Live).unwrap();
            assert_eq!(
                base.join("products").as_str(),
                "https://api.leaderssl.com/api/v1/products"
            );
        }
    }

    #[test]
    fn plain_http_is_for_simulators_on_this_machine() {
        let table = [
            ("http://127.0.0.1:8080/api/v1", Mode::Simulated, true),
            ("http://localhost:8080", Mode::Simulated, true),
            ("http://[::1]:8080", Mode::Simulated, true),
            ("http://127.0.0.1:8080/api/v1", Mode::Live, false),
            ("http://ca.test/api/v1", Mode::Simulated, false),
            ("http://127.0.0.1.evil.test/", Mode::Simulated, false),
            ("ftp://ca.test", Mode::Simulated, false),
            ("https://user:pass@ca.test", Mode::Live, false),
            ("https://ca.test", Mode::Live, true),
        ];
        for (text, mode, is_allowed) in table {
            assert_eq!(Base::parse(text, mode).is_ok(), is_allowed, "{text} {mode:?}");
        }
    }

    #[test]
    fn redirects_stay_on_the_same_host() {
        let base = Base::parse("https://ca.test/api/v1", Mode::Live).unwrap();
        for (location, stays) in [
            ("/api/v2/products", true),
            ("https://ca.test/elsewhere", true),
            ("http://ca.test/api/v1", false),
            ("https://ca.test:8443/", false),
            ("https://evil.test/", false),
            ("//evil.test/", false),
            ("https://u@ca.test/", false),
        ] {
            assert_eq!(base.on_same_host(location).is_some(), stays, "{location}");
        }
    }
}
