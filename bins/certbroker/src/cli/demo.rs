//! `certbroker demo`: everything on one machine, or the main job once without a browser.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, ValueEnum};
use engine::travel::Destination;
use jiff::{Timestamp, tz::TimeZone};
use leaderssl_simulator::ReissueCall;

/// Run everything on this machine: the server, a simulated CA, the DNS and web servers that validation looks at, and
/// a mailbox. With `--once`, do the main job without a browser and exit.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Address of the web interface
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8480")]
    pub(crate) listen: SocketAddr,
    /// Forget what an earlier demo left in the data folder
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Begin with the first-run set-up instead of sample data
    #[arg(long, conflicts_with = "once")]
    pub(crate) empty: bool,
    /// Business time at which certbroker and the simulated CA begin: a date, its first second in UTC, or an instant
    #[arg(long, value_name = "DATE", value_parser = beginning)]
    pub(crate) clock: Option<Timestamp>,
    /// Whether the simulated CA answers the reissue call: `on` as assumed, `off` as published, so that a person reissues
    #[arg(long, value_name = "on|off", default_value = "on")]
    pub(crate) reissue: ReissueCall,
    /// Order, prove, issue, download and verify one certificate, then exit
    #[arg(long, requires = "out")]
    pub(crate) once: bool,
    /// Folder for the certificate files of --once
    #[arg(long, value_name = "DIR", requires = "once")]
    pub(crate) out: Option<PathBuf>,
    /// Use this request instead of making a key
    #[arg(long, value_name = "FILE", requires = "once")]
    pub(crate) csr: Option<PathBuf>,
    /// Name in the certificate; the first is the main name
    #[arg(long, value_name = "NAME", requires = "once")]
    pub(crate) domain: Vec<String>,
    /// TOML or JSON file with the organisation's data, for OV and EV
    #[arg(long, value_name = "FILE", requires = "once")]
    pub(crate) org: Option<PathBuf>,
    /// How control over the names is proven
    #[arg(long, value_enum, default_value = "dns", requires = "once")]
    pub(crate) validation: Validation,
    /// Product, by name: case, brand and parentheses do not matter
    #[arg(long, value_name = "NAME", default_value = "PositiveSSL", requires = "once")]
    pub(crate) product: String,
    /// Years to pay for
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10), requires = "once")]
    pub(crate) years: u32,
    /// Then move business time on: 180d, 18m, 5y (year by year) or a date. May be given several times
    #[arg(long, value_name = "SPAN|DATE", requires = "once")]
    pub(crate) advance: Vec<Destination>,
}

/// A date or an instant.
fn beginning(text: &str) -> Result<Timestamp, String> {
    match text.parse() {
        Ok(Destination::Day(day)) => {
            let began = day.to_zoned(TimeZone::UTC).map_err(|error| error.to_string())?;
            Ok(began.timestamp())
        }
        Ok(Destination::Instant(instant)) => Ok(instant),
        _ => Err("not a date like 2020-10-20".to_owned()),
    }
}

/// The methods as they are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Validation {
    /// CNAME record, published through RFC 2136
    Dns,
    /// File over HTTP
    Http,
    /// File over HTTPS
    Https,
    /// Code in a mail
    Email,
}

impl From<Validation> for domain::product::ValidationMethod {
    fn from(typed: Validation) -> Self {
        match typed {
            Validation::Dns => Self::Dns,
            Validation::Http => Self::Http,
            Validation::Https => Self::Https,
            Validation::Email => Self::Email,
        }
    }
}
