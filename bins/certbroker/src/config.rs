//! Configuration: defaults, then `certbroker.toml`, then `CERTBROKER_…` variables; read here and nowhere else.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Env, Format as _, Serialized, Toml},
};
use serde::{Deserialize, Serialize};
use url::Url;

/// Everything an operator may set. Every field has a default that is safe on a machine of one's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Address of the web interface and the API.
    pub(crate) listen: SocketAddr,
    /// Address under which people reach it; mails link to it. `http://<listen>` by default.
    pub(crate) public_url: Option<Url>,
    /// `postgres://…`; an SQLite file in the data folder by default.
    pub(crate) database_url: Option<String>,
    /// IANA time zone of the seller: calendar dates are counted in it.
    pub(crate) time_zone: String,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// Requests a minute that one token of the REST API may send.
    pub(crate) api_requests_per_minute: NonZeroU32,
    /// Master keys; keep this file out of the backups of the database. `keys/master.keys` in the data folder by default.
    pub(crate) key_file: Option<PathBuf>,
    /// Dated rules in place of the built-in ones; `rules.toml` in the data folder by default, if there is one.
    pub(crate) rules_file: Option<PathBuf>,
    /// How mail leaves.
    pub(crate) mail: Mail,
    /// How logs are written.
    pub(crate) log: Log,
    /// How validation records are looked at.
    pub(crate) dns: Dns,
    /// The simulated CA of a demo.
    pub(crate) simulator: SimulatedCa,
}

/// `[mail]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Mail {
    /// Host of the mail server; without it mails stay in the outbox and the dashboard says so.
    pub(crate) host: Option<String>,
    /// Port of the mail server.
    pub(crate) port: u16,
    /// `none` (loopback only), `starttls` or `tls`.
    pub(crate) encryption: String,
    /// User, if the server wants one.
    pub(crate) username: Option<String>,
    /// File with the password.
    pub(crate) password_file: Option<PathBuf>,
    /// Sender of every mail.
    pub(crate) from: String,
}

/// `[log]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// `text` or `json`.
    pub(crate) format: String,
    /// File to append to; standard error by default.
    pub(crate) file: Option<PathBuf>,
    /// Levels per module in the syntax of `debug.conf`; `debug.conf` in the data folder by default.
    pub(crate) levels: Option<PathBuf>,
}

/// `[dns]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Dns {
    /// Resolver to start from; the system's by default.
    pub(crate) resolver: Option<SocketAddr>,
}

/// `[simulator]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SimulatedCa {
    /// Management listener of the simulated CA whose clock goes with ours, `http` on loopback; the demo's own by default.
    /// Refused outside the data folder of a demo.
    pub(crate) management: Option<Url>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8480)),
            public_url: None,
            database_url: None,
            time_zone: "UTC".to_owned(),
            trusted_proxies: Vec::new(),
            api_requests_per_minute: const { NonZeroU32::new(600).unwrap() },
            key_file: None,
            rules_file: None,
            mail: Mail::default(),
            log: Log::default(),
            dns: Dns::default(),
            simulator: SimulatedCa::default(),
        }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: None,
            port: 587,
            encryption: "starttls".to_owned(),
            username: None,
            password_file: None,
            from: "certbroker <certbroker@localhost>".to_owned(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: "text".to_owned(),
            file: None,
            levels: None,
        }
    }
}

/// The configuration and the folder it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where the database, the keys and the logs lie.
    pub(crate) data: PathBuf,
    /// What the operator set.
    pub(crate) config: Config,
}

impl Settings {
    /// Reads the configuration of a data folder.
    ///
    /// # Errors
    /// A value that does not fit, with the file or the variable it came from.
    pub(crate) fn read(data: Option<PathBuf>, file: Option<PathBuf>) -> Result<Self, Box<figment::Error>> {
        let data = data.unwrap_or_else(|| PathBuf::from("certbroker-data"));
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        figment = match file {
            Some(file) => figment.merge(Toml::file_exact(file)),
            None => figment.merge(Toml::file_exact_if_there(&data.join("certbroker.toml"))),
        };
        let variables = Env::prefixed("CERTBROKER_").ignore(NOT_CONFIGURATION).split("__");
        let config = figment.merge(variables).extract()?;
        Ok(Self { data, config })
    }

    /// The database's address.
    pub(crate) fn database_url(&self) -> String {
        match &self.config.database_url {
            Some(url) => url.clone(),
            None => format!("sqlite://{}", self.data.join("certbroker.db").display()),
        }
    }

    /// The master keys' file.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.config
            .key_file
            .clone()
            .unwrap_or_else(|| self.data.join("keys").join("master.keys"))
    }

    /// The operator's own dated rules; none where the built-in ones hold.
    pub(crate) fn rules_file(&self) -> Option<PathBuf> {
        let beside = || Some(self.data.join("rules.toml")).filter(|file| file.exists());
        self.config.rules_file.clone().or_else(beside)
    }

    /// The file with log levels per module.
    pub(crate) fn level_file(&self) -> PathBuf {
        self.config
            .log
            .levels
            .clone()
            .unwrap_or_else(|| self.data.join("debug.conf"))
    }

    /// The file that says which installation this is; it lies outside the database on purpose (design §5).
    pub(crate) fn instance_file(&self) -> PathBuf {
        self.data.join("instance")
    }

    /// The address people use.
    pub(crate) fn public_url(&self) -> Url {
        self.config.public_url.clone().unwrap_or_else(|| {
            let mut url = LOOPBACK.clone();
            // A socket address always fits into an http URL.
            let _ = url.set_ip_host(self.config.listen.ip());
            let _ = url.set_port(Some(self.config.listen.port()));
            url
        })
    }
}

/// Variables with the prefix that are read by the command line or by tests.
const NOT_CONFIGURATION: &[&str] = &["config", "data", "crash_at", "test_pg"];

static LOOPBACK: std::sync::LazyLock<Url> = std::sync::LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a literal that parses")]
    Url::parse("http://127.0.0.1/").expect("a literal that parses")
});

trait FileIfThere {
    fn file_exact_if_there(path: &Path) -> figment::providers::Data<Toml>;
}

impl FileIfThere for Toml {
    /// Unlike `file`, does not search the parent folders: a stray file there must not configure a server.
    fn file_exact_if_there(path: &Path) -> figment::providers::Data<Toml> {
        if path.exists() {
            Toml::file_exact(path)
        } else {
            Toml::string("")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_names_its_file_and_key() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("certbroker.toml"), "listen = \"nowhere\"\n").unwrap();
        let error = Settings::read(Some(folder.path().into()), None)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("listen") && error.contains("certbroker.toml"),
            "{error}"
        );
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("certbroker.toml"),
            "lissen = \"127.0.0.1:1\"\n",
        )
        .unwrap();
        assert!(Settings::read(Some(folder.path().into()), None).is_err());
    }

    #[test]
    fn own_rules_are_found_beside_the_configuration_or_where_it_says() {
        let folder = tempfile::tempdir().unwrap();
        let read = || Settings::read(Some(folder.path().into()), None).unwrap();
        assert_eq!(read().rules_file(), None);
        std::fs::write(folder.path().join("rules.toml"), "").unwrap();
        assert_eq!(read().rules_file(), Some(folder.path().join("rules.toml")));
        std::fs::write(
            folder.path().join("certbroker.toml"),
            "rules_file = \"/etc/own.toml\"\n",
        )
        .unwrap();
        assert_eq!(read().rules_file(), Some("/etc/own.toml".into()));
    }

    #[test]
    fn without_a_file_everything_lies_in_the_data_folder() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::read(Some(folder.path().into()), None).unwrap();
        assert!(settings.database_url().starts_with("sqlite://"));
        assert!(settings.key_file().starts_with(folder.path()));
        assert_eq!(settings.public_url().as_str(), "http://127.0.0.1:8480/");
    }
}
