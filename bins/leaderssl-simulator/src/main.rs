//! The simulator as a program.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::Context as _;
use clap::Parser;
use domain::{Currency, Money};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use leaderssl_simulator::{Config, HostPort, ReissueCall, Simulator, ValidationMode};
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;

/// Simulates the LeaderSSL API v1: sells, validates and issues certificates that nothing trusts.
///
/// The API is at `http://LISTEN/api/v1`. The management listener shows the ledger and the mailbox, moves the clock,
/// plays the CA's staff and switches faults on; it has no password, so keep it on loopback.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address and port of the API; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7080")]
    listen: SocketAddr,

    /// Address and port of the management listener; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7081")]
    management: SocketAddr,

    /// Login of the reseller account.
    #[arg(long, default_value = "reseller@example.org")]
    user: String,

    /// Password of the reseller account. Use no real one: others on this machine can see it.
    #[arg(long, default_value = "correct-horse")]
    password: SecretString,

    /// What the account holds at the first start, such as 250.00.
    #[arg(long, value_name = "AMOUNT", default_value = "250.00")]
    balance: String,

    /// Currency of the account and of all prices.
    #[arg(long, default_value = "EUR")]
    currency: Currency,

    /// real: looks at DNS, web servers and confirmed mails, and OV and EV wait for a decision on the management
    /// listener. auto: takes everything for proven and issues within two seconds. off: does nothing by itself.
    #[arg(long, value_name = "real|auto|off", default_value = "real")]
    validation: ValidationMode,

    /// Recursive resolver that real validation asks, such as 127.0.0.1:5300 [default: the system's].
    #[arg(long, value_name = "ADDRESS:PORT")]
    resolver: Option<SocketAddr>,

    /// Where to connect instead of port 80 of a name; the Host header stays the name.
    #[arg(long, value_name = "HOST:PORT")]
    map_http: Option<HostPort>,

    /// Where to connect instead of port 443 of a name; Host header and SNI stay the name, and any certificate is
    /// accepted.
    #[arg(long, value_name = "HOST:PORT")]
    map_https: Option<HostPort>,

    /// Whether the assumed call `POST ssl_certificates/{id}/reissue` is answered; nobody public has confirmed it.
    #[arg(long, value_name = "on|off", default_value = "off")]
    reissue: ReissueCall,

    /// Business time at the first start: a date such as 2020-10-20 or an instant such as 2020-10-20T12:00:00Z
    /// [default: now]. It runs on from there, and a restart goes on with what --state keeps.
    #[arg(long, value_name = "DATE", value_parser = parse_clock)]
    clock: Option<Timestamp>,

    /// File that keeps orders, ledger, mails, CA keys and clock over a restart, even after a kill
    /// [default: memory only].
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Makes ids, codes and chances of faults repeatable; keys are always fresh.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

impl Arguments {
    fn into_config(self) -> anyhow::Result<Config> {
        let balance = Money::parse(&self.balance, self.currency).context("--balance")?;
        Ok(Config {
            listen: self.listen,
            management: self.management,
            user: self.user,
            password: self.password,
            balance,
            validation: self.validation,
            resolver: self.resolver,
            map_http: self.map_http,
            map_https: self.map_https,
            reissue: self.reissue,
            clock: self.clock,
            state: self.state,
            seed: self.seed,
        })
    }
}

fn parse_clock(text: &str) -> Result<Timestamp, String> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let day: Date = text
        .parse()
        .map_err(|_| "neither a date nor an instant with its zone".to_owned())?;
    day.to_zoned(TimeZone::UTC)
        .map(|zoned| zoned.timestamp())
        .map_err(|error| error.to_string())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")))
        .with_writer(std::io::stderr)
        .init();
    let config = Arguments::parse().into_config()?;
    let simulator = Simulator::start(config).await.context("could not start")?;
    announce(&simulator);
    wait_for_end().await?;
    simulator.shutdown().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the addresses are the program's output")]
fn announce(simulator: &Simulator) {
    println!("api {}", simulator.api_url());
    println!("management {}", simulator.management_url());
}

#[cfg(unix)]
async fn wait_for_end() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("could not wait for signals")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("could not wait for an interrupt"),
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn wait_for_end() -> anyhow::Result<()> {
    tokio::signal::ctrl_c()
        .await
        .context("could not wait for an interrupt")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_flag_is_documented() {
        let command = Arguments::command();
        for argument in command
            .get_arguments()
            .filter(|argument| argument.get_id() != "help")
        {
            assert!(argument.get_help().is_some(), "{}", argument.get_id());
        }
    }

    #[test]
    fn the_clock_is_a_date_or_an_instant() {
        assert_eq!(
            parse_clock("2020-10-20").unwrap().to_string(),
            "2020-10-20T00:00:00Z"
        );
        assert_eq!(
            parse_clock("2020-10-20T12:00:00+03:00").unwrap().to_string(),
            "2020-10-20T09:00:00Z"
        );
        assert!(parse_clock("yesterday").is_err());
    }
}
