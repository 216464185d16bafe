//! Is the validation file there, on every address of the host?
//!
//! The file is fetched as a CA fetches it (BR 3.2.2.4.18): ports 80 and 443 only, redirects 301, 302, 307 and 308 only,
//! any certificate accepted on HTTPS. The certificate proves nothing here and cannot: it is the very thing that
//! is being ordered, so hosts answer with an expired or self-signed one, and CAs accept that.
//!
//! | module | holds |
//! | --- | --- |
//! | `fetch` | one request to one address, and redirects |
//! | `target` | which URLs may be fetched |

mod fetch;
mod target;

use std::{fmt, net::IpAddr};

use futures_util::future::join_all;
use serde::Serialize;
use tokio::time::timeout;

use self::fetch::Fetcher;
pub use self::{
    fetch::{FetchError, Hop},
    target::{BadFile, FileCheck, RedirectProblem, Scheme},
};
use crate::{
    Eyes, Finding, ServerError,
    finding::{Advice, Argument},
    outbound, zone,
};

/// Addresses of one host that are tried at most.
const MAX_ADDRESSES: usize = 4;
/// Characters of a body that are shown.
const EXCERPT: usize = 100;

/// What every address of the host shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The address of the file.
    pub url: String,
    /// One line per IP address.
    pub views: Vec<FetchView>,
    /// What follows from it.
    pub finding: FileFinding,
}

/// What one IP address shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FetchView {
    /// The address that was asked first; redirects may lead to others.
    pub address: IpAddr,
    /// Every request on the way, in order.
    pub hops: Vec<Hop>,
    /// What came of it.
    pub seen: FileSeen,
}

/// What was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FileSeen {
    /// The file with the right content.
    Expected,
    /// A page with other content.
    OtherContent {
        /// HTTP status, 200 to 299.
        status: u16,
        /// Its first 100 characters.
        excerpt: String,
    },
    /// A status that is not success.
    Status {
        /// HTTP status.
        status: u16,
        /// First 100 characters of the page.
        excerpt: String,
    },
    /// No answer that can be used.
    Failed {
        /// Why.
        error: FetchError,
    },
}

/// What follows for the person who put the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum FileFinding {
    /// Every address shows it.
    Right,
    /// Some addresses show it.
    NotEverywhere {
        /// Addresses that show it.
        agreeing: usize,
        /// Addresses that were asked.
        asked: usize,
        /// Those that do not show it.
        odd: Vec<IpAddr>,
    },
    /// Something else is there.
    OtherContent {
        /// HTTP status.
        status: u16,
        /// Its first 100 characters.
        excerpt: String,
    },
    /// The server answers with an error page.
    Status {
        /// HTTP status.
        status: u16,
        /// First 100 characters of the page.
        excerpt: String,
    },
    /// The host name has no address.
    NoAddress,
    /// The host name points to an address that is not public.
    NotPublic {
        /// The first such address.
        address: IpAddr,
    },
    /// The web server did not answer, or not in HTTP.
    Unreachable {
        /// Why.
        error: FetchError,
    },
    /// A redirect leads where CAs do not follow.
    BadRedirect {
        /// Why.
        error: FetchError,
    },
    /// The file is there, and DNSSEC signatures of the host's address are wrong, so that no CA goes there.
    DnssecFails,
    /// The name servers of the domain do not tell the host's address.
    ServersFail {
        /// What the resolver met.
        error: ServerError,
    },
    /// We could not look; nothing is said about the host.
    CannotLook {
        /// Code of the error.
        error: &'static str,
    },
}

/// Fetches the file from up to four addresses of the host and compares it.
pub async fn check(eyes: &Eyes, file: &FileCheck) -> FileReport {
    let (views, finding) = look(eyes, file).await;
    FileReport {
        url: file.url().to_string(),
        views,
        finding,
    }
}

async fn look(eyes: &Eyes, file: &FileCheck) -> (Vec<FetchView>, FileFinding) {
    let addresses = match zone::addresses(eyes, file.host()).await {
        Ok(addresses) if addresses.list.is_empty() => return (Vec::new(), FileFinding::NoAddress),
        Ok(addresses) => addresses,
        Err(error) => {
            tracing::debug!(%error, host = %file.host(), "a host could not be looked up");
            let cannot_look = FileFinding::CannotLook { error: error.code() };
            let of_domain = error.of_domain().map(|error| FileFinding::ServersFail { error });
            return (Vec::new(), of_domain.unwrap_or(cannot_look));
        }
    };
    // A CA may pick any of them, so one private address spoils the check.
    let is_refused = |address: &&IpAddr| eyes.simulated().is_none() && !outbound::is_global(**address);
    if let Some(address) = addresses.list.iter().find(is_refused) {
        return (Vec::new(), FileFinding::NotPublic { address: *address });
    }
    let chosen = addresses.list.into_iter().take(MAX_ADDRESSES);
    let views = join_all(chosen.map(|address| view(eyes, file, address))).await;
    let finding = match judge(&views) {
        FileFinding::Right if addresses.is_bogus => FileFinding::DnssecFails,
        finding => finding,
    };
    (views, finding)
}

async fn view(eyes: &Eyes, file: &FileCheck, address: IpAddr) -> FetchView {
    let mut fetcher = Fetcher::new(eyes);
    let outcome = timeout(eyes.timeouts().fetch, fetcher.fetch(file.url(), address)).await;
    let seen = match outcome.unwrap_or(Err(FetchError::TimedOut)) {
        Err(error) => FileSeen::Failed { error },
        Ok(page) if !(200..300).contains(&page.status) => FileSeen::Status {
            status: page.status,
            excerpt: excerpt(&page.body),
        },
        Ok(page) if !page.is_cut && is_same(file.expected(), &page.body) => FileSeen::Expected,
        Ok(page) => FileSeen::OtherContent {
            status: page.status,
            excerpt: excerpt(&page.body),
        },
    };
    FetchView {
        address,
        hops: fetcher.into_hops(),
        seen,
    }
}

fn judge(views: &[FetchView]) -> FileFinding {
    // An address family that this machine cannot reach says nothing about the host, unless it is the only one.
    let is_routed = |view: &&FetchView| {
        !matches!(
            view.seen,
            FileSeen::Failed {
                error: FetchError::NoRoute
            }
        )
    };
    let any_routed = views.iter().any(|view| is_routed(&view));
    let counted: Vec<_> = views
        .iter()
        .filter(|view| !any_routed || is_routed(view))
        .collect();
    let odd: Vec<_> = counted
        .iter()
        .filter(|view| view.seen != FileSeen::Expected)
        .collect();
    let Some(first) = odd.first() else {
        return FileFinding::Right;
    };
    if odd.len() < counted.len() {
        return FileFinding::NotEverywhere {
            agreeing: counted.len() - odd.len(),
            asked: counted.len(),
            odd: odd.iter().map(|view| view.address).collect(),
        };
    }
    match first.seen.clone() {
        FileSeen::Expected => FileFinding::Right,
        FileSeen::OtherContent { status, excerpt } => FileFinding::OtherContent { status, excerpt },
        FileSeen::Status { status, excerpt } => FileFinding::Status { status, excerpt },
        FileSeen::Failed { error } if error.is_about_redirect() => FileFinding::BadRedirect { error },
        FileSeen::Failed {
            error: FetchError::NotPublic { address },
        } => FileFinding::NotPublic { address },
        FileSeen::Failed { error } => FileFinding::Unreachable { error },
    }
}

/// Line by line; ends of lines and white space at the end do not count, nor does case but in the third line, the
/// unique value, which CAs compare exactly.
fn is_same(expected: &str, body: &[u8]) -> bool {
    let Ok(body) = std::str::from_utf8(body) else {
        return false;
    };
    let lines = |text: &'_ str| {
        text.trim_end()
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect::<Vec<_>>()
    };
    let (expected, body) = (lines(expected), lines(body.trim_start_matches('\u{feff}')));
    let same_line = |(number, (expected, seen)): (usize, (&String, &String))| {
        if number < 2 {
            expected.eq_ignore_ascii_case(seen)
        } else {
            expected == seen
        }
    };
    expected.len() == body.len() && expected.iter().zip(&body).enumerate().all(same_line)
}

fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let shown = text.trim().chars().take(EXCERPT);
    shown
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect()
}

impl FileFinding {
    /// Codes of all findings, so that a test can ask for all translations.
    pub const CODES: &[&str] = &[
        "dns-file-right",
        "dns-file-not-everywhere",
        "dns-file-other-content",
        "dns-file-status",
        "dns-file-no-address",
        "dns-file-not-public",
        "dns-file-unreachable",
        "dns-file-bad-redirect",
        "dns-file-dnssec-fails",
        "dns-file-servers-fail",
        "dns-file-cannot-look",
    ];
}

impl Finding for FileFinding {
    fn code(&self) -> &'static str {
        match self {
            Self::Right => "dns-file-right",
            Self::NotEverywhere { .. } => "dns-file-not-everywhere",
            Self::OtherContent { .. } => "dns-file-other-content",
            Self::Status { .. } => "dns-file-status",
            Self::NoAddress => "dns-file-no-address",
            Self::NotPublic { .. } => "dns-file-not-public",
            Self::Unreachable { .. } => "dns-file-unreachable",
            Self::BadRedirect { .. } => "dns-file-bad-redirect",
            Self::DnssecFails => "dns-file-dnssec-fails",
            Self::ServersFail { .. } => "dns-file-servers-fail",
            Self::CannotLook { .. } => "dns-file-cannot-look",
        }
    }

    fn arguments(&self) -> Vec<(&'static str, Argument)> {
        match self {
            Self::Right | Self::NoAddress | Self::DnssecFails => Vec::new(),
            Self::NotEverywhere { agreeing, asked, odd } => vec![
                ("agreeing", Argument::shown(agreeing)),
                ("asked", Argument::shown(asked)),
                ("addresses", Argument::shown(listed(odd))),
            ],
            Self::OtherContent { status, excerpt } | Self::Status { status, excerpt } => {
                vec![
                    ("status", Argument::shown(status)),
                    ("excerpt", Argument::shown(excerpt.clone())),
                ]
            }
            Self::NotPublic { address } => vec![("address", Argument::shown(address))],
            Self::Unreachable { error } | Self::BadRedirect { error } => {
                vec![("error", Argument::Code(error.code()))]
            }
            Self::ServersFail { error } => vec![("error", Argument::Code(error.code()))],
            Self::CannotLook { error } => vec![("error", Argument::Code(error))],
        }
    }

    fn advice(&self) -> Advice {
        match self {
            Self::Right => Advice::LetTheCaLook,
            Self::NotEverywhere { .. } | Self::OtherContent { .. } | Self::Status { .. } => Advice::PutFile,
            Self::NoAddress => Advice::CreateAddress,
            Self::NotPublic { .. } => Advice::PublishAddress,
            Self::Unreachable { .. } => Advice::OpenPort,
            Self::BadRedirect { .. } => Advice::RemoveRedirect,
            Self::DnssecFails => Advice::RepairDnssec,
            Self::ServersFail { .. } => Advice::RepairServers,
            Self::CannotLook { .. } => Advice::TryLater,
        }
    }

    fn is_good(&self) -> bool {
        *self == Self::Right
    }
}

impl fmt::Display for FileFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right => f.write_str("every address of the host shows the file"),
            Self::NotEverywhere { agreeing, asked, odd } => {
                write!(
                    f,
                    "{agreeing} of {asked} addresses show the file, not: {}",
                    listed(odd)
                )
            }
            Self::OtherContent { status, excerpt } => {
                write!(f, "status {status} with other content: {excerpt:?}")
            }
            Self::Status { status, excerpt } => write!(f, "status {status}: {excerpt:?}"),
            Self::NoAddress => f.write_str("the host has no address"),
            Self::NotPublic { address } => {
                write!(f, "the host has the address {address}, which is not public")
            }
            Self::Unreachable { error } | Self::BadRedirect { error } => error.fmt(f),
            Self::DnssecFails => {
                f.write_str("the file is there, but the DNSSEC signatures of the host are wrong")
            }
            Self::ServersFail { error } => write!(f, "no name server tells the address of the host: {error}"),
            Self::CannotLook { error } => write!(f, "the host could not be looked up ({error})"),
        }
    }
}

fn listed(addresses: &[IpAddr]) -> String {
    addresses
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_as_cas_do() {
        let expected = "E9DAC4DB\nsectigo.com\nAb3kZ9q0Lm";
        for body in [
            "E9DAC4DB\nsectigo.com\nAb3kZ9q0Lm",
            "e9dac4db\r\nSECTIGO.com\r\nAb3kZ9q0Lm\r\n",
            "\u{feff}E9DAC4DB \nsectigo.com\nAb3kZ9q0Lm\n\n",
        ] {
            assert!(is_same(expected, body.as_bytes()), "{body:?}");
        }
        for body in [
            "",
            "E9DAC4DB\nsectigo.com",
            "E9DAC4DB\nsectigo.com\nAB3KZ9Q0LM",
            "E9DAC4DB\nsectigo.com\nAb3kZ9q0Lm\nmore",
            "<html>E9DAC4DB\nsectigo.com\nAb3kZ9q0Lm",
            "E9DAC4DBsectigo.comAb3kZ9q0Lm",
        ] {
            assert!(!is_same(expected, body.as_bytes()), "{body:?}");
        }
        assert!(!is_same(expected, b"\xff\xfe"));
    }

    #[test]
    fn shows_a_hundred_characters_without_control_characters() {
        let shown = excerpt(format!("  a\u{1b}[31m\n{}", "ж".repeat(200)).as_bytes());
        assert_eq!(shown.chars().count(), EXCERPT);
        assert!(shown.starts_with("a [31m ж"));
    }

    #[test]
    fn an_unreachable_family_does_not_count_while_another_answers() {
        let view = |seen| FetchView {
            address: IpAddr::from([8, 8, 8, 8]),
            hops: Vec::new(),
            seen,
        };
        let no_route = || {
            view(FileSeen::Failed {
                error: FetchError::NoRoute,
            })
        };
        assert_eq!(judge(&[view(FileSeen::Expected), no_route()]), FileFinding::Right);
        assert_eq!(
            judge(&[no_route()]),
            FileFinding::Unreachable {
                error: FetchError::NoRoute
            }
        );
    }
}
