//! Where the database is.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use secrecy::{ExposeSecret, SecretString};

/// The address of the database. Its `Debug` and `Display` never show a password.
#[derive(Clone)]
pub enum StoreUrl {
    /// `sqlite:///path/to/file`: one file beside which `-wal` and `-shm` appear.
    Sqlite(PathBuf),
    /// `postgres://user:password@host/database`.
    Postgres(SecretString),
}

/// A text that is no address of a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a database is `sqlite:///path/to/file` or `postgres://user@host/name`")]
pub struct BadStoreUrl;

impl StoreUrl {
    /// A SQLite file.
    pub fn sqlite(path: impl AsRef<Path>) -> Self {
        Self::Sqlite(path.as_ref().to_owned())
    }
}

impl FromStr for StoreUrl {
    type Err = BadStoreUrl;

    fn from_str(text: &str) -> Result<Self, BadStoreUrl> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            return (!path.is_empty())
                .then(|| Self::Sqlite(path.into()))
                .ok_or(BadStoreUrl);
        }
        let is_postgres = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        is_postgres
            .then(|| Self::Postgres(SecretString::from(text)))
            .ok_or(BadStoreUrl)
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => {
                let (scheme, rest) = url.expose_secret().split_once("://").unwrap_or(("postgres", ""));
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                let place = place.split_once('?').map_or(place, |(place, _)| place);
                write!(f, "{scheme}://{place}")
            }
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_are_read_and_no_password_is_shown() {
        for (text, shown) in [
            (
                "sqlite:///var/lib/certbroker/data.db",
                "sqlite:///var/lib/certbroker/data.db",
            ),
            ("sqlite://data.db", "sqlite://data.db"),
            (
                "postgres://u:p%40ss@db.test:5432/name?sslmode=require",
                "postgres://db.test:5432/name",
            ),
            ("postgresql://db.test/name", "postgresql://db.test/name"),
        ] {
            let url: StoreUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), shown);
        }
        for text in ["", "mysql://x", "sqlite://", "/data.db"] {
            assert_eq!(text.parse::<StoreUrl>().err(), Some(BadStoreUrl), "{text}");
        }
    }
}
