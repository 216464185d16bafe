//! What the simulator is told when it starts.

use std::{net::SocketAddr, path::PathBuf, str::FromStr};

use domain::{Currency, Money};
use jiff::Timestamp;
use secrecy::SecretString;

/// Settings of one simulator. The default is the confirmed surface of the API on loopback, with free ports,
/// nothing on disk and real validation.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the LeaderSSL API listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the management listener listens; port 0 takes a free one.
    pub management: SocketAddr,
    /// Login of the one reseller account.
    pub user: String,
    /// Its password.
    pub password: SecretString,
    /// What the account holds when the state is new.
    pub balance: Money,
    /// How names are validated.
    pub validation: ValidationMode,
    /// The recursive resolver that validation asks; without it, the system's.
    pub resolver: Option<SocketAddr>,
    /// Where validation connects instead of port 80 of a name. Host and path stay the real ones.
    pub map_http: Option<HostPort>,
    /// Where validation connects instead of port 443 of a name. Host, SNI and path stay the real ones.
    pub map_https: Option<HostPort>,
    /// Whether the assumed call `POST ssl_certificates/{id}/reissue` exists.
    pub reissue: ReissueCall,
    /// Business time at the first start; without it, the machine's.
    pub clock: Option<Timestamp>,
    /// File that keeps orders, ledger, CA keys and clock; without it, memory.
    pub state: Option<PathBuf>,
    /// Makes ids, codes and the dice of faults repeatable. Keys are always fresh.
    pub seed: Option<u64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            management: SocketAddr::from(([127, 0, 0, 1], 0)),
            user: "reseller@example.org".to_owned(),
            password: SecretString::from("correct-horse"),
            balance: Money::from_minor(25_000, Currency::EUR),
            validation: ValidationMode::Real,
            resolver: None,
            map_http: None,
            map_https: None,
            reissue: ReissueCall::Off,
            clock: None,
            state: None,
            seed: None,
        }
    }
}

/// How the simulator decides that a name is under the applicant's control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValidationMode {
    /// Looks at DNS, web servers and confirmed mails, as a CA does; OV and EV wait for a decision.
    Real,
    /// Takes every name and organisation for proven and issues within two seconds.
    Auto,
    /// Does nothing by itself; the management listener may take names for proven.
    Off,
}

impl FromStr for ValidationMode {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "real" => Ok(Self::Real),
            "auto" => Ok(Self::Auto),
            "off" => Ok(Self::Off),
            _ => Err(UnknownWord {
                word: text.to_owned(),
                known: "real, auto or off",
            }),
        }
    }
}

/// Whether the reissue call, which nobody public has confirmed, is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReissueCall {
    /// Answered as assumed (`leaderssl-api` reading of design §9).
    On,
    /// 404, as for every route that is not public.
    Off,
}

impl FromStr for ReissueCall {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            _ => Err(UnknownWord {
                word: text.to_owned(),
                known: "on or off",
            }),
        }
    }
}

/// A setting outside its list of words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is none of {known}")]
pub struct UnknownWord {
    word: String,
    known: &'static str,
}

/// A host (name or address) and a port, such as `127.0.0.1:8080`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// Name or address, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// A text that is no host with port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not HOST:PORT")]
pub struct BadHostPort(String);

impl FromStr for HostPort {
    type Err = BadHostPort;

    fn from_str(text: &str) -> Result<Self, BadHostPort> {
        let bad = || BadHostPort(text.to_owned());
        let (host, port) = text.rsplit_once(':').ok_or_else(bad)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(bad());
        }
        Ok(Self {
            host: host.to_owned(),
            port: port.parse().map_err(|_| bad())?,
        })
    }
}

impl From<SocketAddr> for HostPort {
    fn from(address: SocketAddr) -> Self {
        Self {
            host: address.ip().to_string(),
            port: address.port(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_with_ports_are_read_and_others_refused() {
        assert_eq!(
            "localhost:80".parse(),
            Ok(HostPort {
                host: "localhost".into(),
                port: 80
            })
        );
        assert_eq!(
            "[::1]:443".parse(),
            Ok(HostPort {
                host: "::1".into(),
                port: 443
            })
        );
        for text in ["", "localhost", ":80", "a:b", "a:70000"] {
            assert!(text.parse::<HostPort>().is_err(), "{text}");
        }
    }

    #[test]
    fn settings_are_words_of_their_lists() {
        assert_eq!("auto".parse(), Ok(ValidationMode::Auto));
        assert_eq!("on".parse(), Ok(ReissueCall::On));
        assert!("Real".parse::<ValidationMode>().is_err());
        assert!("yes".parse::<ReissueCall>().is_err());
    }

    #[test]
    fn the_password_is_not_shown() {
        assert!(!format!("{:?}", Config::default()).contains("correct-horse"));
    }
}
