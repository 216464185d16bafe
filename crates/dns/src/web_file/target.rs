//! Which URLs may be fetched.

use domain::name::DomainName;
use serde::Serialize;
use url::{Host, Url};

use crate::RecordName;

/// Where validation files lie (RFC 8615).
const WELL_KNOWN: &str = "/.well-known/";

/// Over what the file is fetched; CAs treat the two as different methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Port 80.
    Http,
    /// Port 443, with whatever certificate.
    Https,
}

/// A file to look for, and what it must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCheck {
    host: RecordName,
    url: Url,
    expected: String,
}

/// Why a file cannot be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadFile {
    /// A file proves one host only (BR 3.2.2.4.18).
    #[error("a file cannot prove the wildcard name {0}")]
    Wildcard(DomainName),
    /// The path is not one of a validation file.
    #[error("`{0}` is not the path of a validation file")]
    Path(String),
}

impl FileCheck {
    /// A check of `path` (such as `/.well-known/pki-validation/<name>.txt`) on `host`.
    ///
    /// # Errors
    /// For wildcard names and for paths outside `/.well-known/` or with unusual characters.
    pub fn new(
        scheme: Scheme,
        host: &DomainName,
        path: &str,
        expected: impl Into<String>,
    ) -> Result<Self, BadFile> {
        if host.is_wildcard() {
            return Err(BadFile::Wildcard(host.clone()));
        }
        let bad_path = || BadFile::Path(path.to_owned());
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._".contains(&byte);
        if !path.starts_with(WELL_KNOWN) || path.contains("..") || !path.bytes().all(is_plain) {
            return Err(bad_path());
        }
        let scheme = match scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let url = Url::parse(&format!("{scheme}://{host}{path}")).map_err(|_| bad_path())?;
        Ok(Self {
            host: RecordName::from(host),
            url,
            expected: expected.into(),
        })
    }

    /// The host whose control the file shows.
    pub fn host(&self) -> &RecordName {
        &self.host
    }

    /// Where the file is fetched.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What it must say.
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

/// A URL that may be fetched, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) scheme: Scheme,
    pub(super) host: RecordName,
    pub(super) port: u16,
    pub(super) path_and_query: String,
}

/// Why CAs do not follow a redirect, or we do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RedirectProblem {
    /// There is no `Location`, or it is not a URL.
    #[error("its target is not a web address")]
    NotAUrl,
    /// Neither `http` nor `https`.
    #[error("its target is neither http nor https")]
    Scheme,
    /// A port other than 80 and 443 (BR 1.6.1, authorized ports as CAs use them).
    #[error("its target has a port other than 80 and 443")]
    Port,
    /// An IP address in place of a host name.
    #[error("its target is not a host name")]
    Host,
    /// A user name or password in the address.
    #[error("its target carries a user name")]
    Credentials,
    /// A status that CAs do not follow (BR 3.2.2.4.18: 301, 302, 307, 308 only).
    #[error("its status is not one that CAs follow")]
    Status,
}

impl Target {
    /// Takes a URL apart and refuses what must not be fetched. Hosts written as numbers of any form become IP
    /// addresses in the URL parser and are refused as such.
    pub(super) fn of(url: &Url) -> Result<Self, RedirectProblem> {
        let scheme = match url.scheme() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(RedirectProblem::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectProblem::Credentials);
        }
        let host = match url.host() {
            Some(Host::Domain(name)) => RecordName::parse(name).map_err(|_| RedirectProblem::Host)?,
            _ => return Err(RedirectProblem::Host),
        };
        let port = url.port_or_known_default().ok_or(RedirectProblem::Port)?;
        if port != 80 && port != 443 {
            return Err(RedirectProblem::Port);
        }
        let path_and_query = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Ok(Self {
            scheme,
            host,
            port,
            path_and_query,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_targets_that_are_no_public_web_pages() {
        let table = [
            ("ftp://example.com/", RedirectProblem::Scheme),
            ("file:///etc/passwd", RedirectProblem::Scheme),
            ("http://example.com:8080/", RedirectProblem::Port),
            ("https://example.com:22/", RedirectProblem::Port),
            ("http://127.0.0.1/", RedirectProblem::Host),
            ("http://2130706433/", RedirectProblem::Host),
            ("http://0x7f.1/", RedirectProblem::Host),
            ("http://0177.0.0.1/", RedirectProblem::Host),
            ("http://[::1]/", RedirectProblem::Host),
            ("http://[::ffff:10.0.0.1]/", RedirectProblem::Host),
            ("http://user@example.com/", RedirectProblem::Credentials),
            ("http://:secret@example.com/", RedirectProblem::Credentials),
        ];
        for (url, problem) in table {
            assert_eq!(Target::of(&Url::parse(url).unwrap()), Err(problem), "{url}");
        }
    }

    #[test]
    fn takes_both_ports_and_keeps_the_query() {
        let target = Target::of(&Url::parse("https://WWW.Example.com/a?b=c#d").unwrap()).unwrap();
        assert_eq!((target.host.as_str(), target.port), ("www.example.com", 443));
        assert_eq!(target.path_and_query, "/a?b=c");
        assert_eq!(
            Target::of(&Url::parse("http://example.com:80/").unwrap())
                .unwrap()
                .port,
            80
        );
    }

    #[test]
    fn only_files_of_one_host_below_well_known_are_checked() {
        let host: DomainName = "example.com".parse().unwrap();
        let wildcard: DomainName = "*.example.com".parse().unwrap();
        let path = "/.well-known/pki-validation/A1.txt";
        let file = FileCheck::new(Scheme::Http, &host, path, "x").unwrap();
        assert_eq!(
            file.url().as_str(),
            "http://example.com/.well-known/pki-validation/A1.txt"
        );
        assert!(matches!(
            FileCheck::new(Scheme::Http, &wildcard, path, "x"),
            Err(BadFile::Wildcard(_))
        ));
        for path in [
            "/admin",
            "/.well-known/../admin",
            "/.well-known/a b",
            "/.well-known/a?b",
            "/.well-known/%2e",
        ] {
            assert!(matches!(
                FileCheck::new(Scheme::Http, &host, path, "x"),
                Err(BadFile::Path(_))
            ));
        }
    }
}
