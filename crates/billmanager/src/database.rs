//! The host's database (`MySQL` or `MariaDB`), read only.
//!
//! The connection is made at the first query. Every value is read as text, because the types of the columns are not documented.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::Clock;
use jiff::{
    SignedDuration, Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};
use sqlx_core::{
    connection::{ConnectOptions as _, Connection as _},
    query::query,
    row::Row as _,
};
use sqlx_mysql::{MySql, MySqlConnectOptions, MySqlConnection, MySqlRow, MySqlSslMode};
use tokio::sync::Mutex;

use crate::{
    Root,
    host::{Access, Host},
    records::{CertificateRow, ConnectionParams, ConnectionRow, HostTime, ItemRow, Records, RecordsError},
};

/// What C++ modules take when the host does not say.
const USUAL_NAME: &str = "billmgr5";
const USUAL_PORT: u16 = 3306;

/// Finds the address of the database's host; the names of a static executable are not resolved by the C library.
#[async_trait]
pub trait Names: Send + Sync {
    /// An address of a host.
    async fn address(&self, host: &str) -> std::io::Result<std::net::IpAddr>;
}

/// The database of this host.
pub struct Database {
    host: Host,
    root: Root,
    names: Arc<dyn Names>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<MySqlConnection>,
    /// The service whose lock this run has.
    held: Option<u64>,
}

type Binds<'a> = &'a [Bind<'a>];

/// A value in a query.
enum Bind<'a> {
    Number(u64),
    Text(&'a str),
}

impl Database {
    /// Opens nothing yet.
    pub fn new(host: Host, root: Root, names: Arc<dyn Names>, clock: Arc<dyn Clock>) -> Self {
        Self {
            host,
            root,
            names,
            clock,
            state: Mutex::default(),
        }
    }

    async fn rows(
        &self,
        what: &'static str,
        sql: &'static str,
        binds: Binds<'_>,
    ) -> Result<Vec<Vec<Option<String>>>, RecordsError> {
        let mut state = self.state.lock().await;
        let failed = |source: sqlx_core::Error| RecordsError::Query {
            what,
            source: Box::new(source),
        };
        tracing::debug!(what, "reading the database");
        let mut is_new = state.connection.is_none();
        loop {
            let connection = match &mut state.connection {
                Some(connection) => connection,
                empty @ None => empty.insert(self.connect().await?),
            };
            match fetch(connection, sql, binds).await {
                Ok(rows) => return Ok(rows),
                // A server that was restarted during a long wait: once more, on a new connection.
                Err(sqlx_core::Error::Io(_)) if !is_new => {
                    is_new = true;
                    state.connection = None;
                    if let Some(item) = state.held {
                        let mut connection = self.connect().await?;
                        let got = lock(&mut connection, item, Duration::ZERO)
                            .await
                            .map_err(failed)?;
                        if !got {
                            return Err(RecordsError::LockLost { item });
                        }
                        state.connection = Some(connection);
                    }
                }
                Err(error) => return Err(failed(error)),
            }
        }
    }

    async fn connect(&self) -> Result<MySqlConnection, RecordsError> {
        let access = self
            .host
            .settings()
            .await
            .map_err(|error| RecordsError::Connect {
                doing: "asking BILLmanager for access".to_owned(),
                source: Box::new(error),
            })?;
        let options = self.options(access).await?;
        let failed = |source: sqlx_core::Error| RecordsError::Connect {
            doing: format!("connecting to {}", shown(access)),
            source: Box::new(source),
        };
        let mut connection = options.connect().await.map_err(failed)?;
        // Writes go through the host's functions; the server itself shall refuse any other.
        query::<MySql>("SET SESSION TRANSACTION READ ONLY")
            .execute(&mut connection)
            .await
            .map_err(failed)?;
        Ok(connection)
    }

    async fn options(&self, access: &Access) -> Result<MySqlConnectOptions, RecordsError> {
        let text = |name: &str, usual: &'static str| match access.setting(name) {
            "" => usual.to_owned(),
            told => told.to_owned(),
        };
        let options = MySqlConnectOptions::new()
            .username(&text("DBUser", "root"))
            .database(&text("DBName", USUAL_NAME))
            .pipes_as_concat(false)
            .no_engine_substitution(false)
            .timezone(None)
            .statement_cache_capacity(0);
        let options = match access.setting("DBPassword") {
            "" => options,
            password => options.password(password),
        };
        let (host, port) = address(access);
        let is_here = matches!(host, "" | "localhost");
        let socket = match access.setting("DBSocket") {
            "" => usual_socket().filter(|_| is_here),
            told => Some(self.root.join(told)),
        };
        if let Some(socket) = socket {
            return Ok(options.socket(socket).ssl_mode(MySqlSslMode::Disabled));
        }
        let (address, mode) = if is_here {
            (std::net::Ipv4Addr::LOCALHOST.into(), MySqlSslMode::Disabled)
        } else {
            let found = self.names.address(host).await;
            let address = found.map_err(|error| RecordsError::Connect {
                doing: format!("finding the address of {host}"),
                source: Box::new(error),
            })?;
            (address, MySqlSslMode::Preferred)
        };
        Ok(options.host(&address.to_string()).port(port).ssl_mode(mode))
    }
}

/// Host and port; the port may stand beside the host.
fn address(access: &Access) -> (&str, u16) {
    let told = access.setting("DBHost");
    let port = |text: &str| text.parse().ok();
    let apart = access.setting("DBPort");
    match told.rsplit_once(':') {
        Some((host, beside)) if !host.contains(':') && port(beside).is_some() => {
            (host, port(beside).unwrap_or(USUAL_PORT))
        }
        _ => (told, port(apart).unwrap_or(USUAL_PORT)),
    }
}

/// Where Debian, Ubuntu and Red Hat put it.
fn usual_socket() -> Option<std::path::PathBuf> {
    const PLACES: [&str; 3] = [
        "/var/run/mysqld/mysqld.sock",
        "/var/lib/mysql/mysql.sock",
        "/run/mysqld/mysqld.sock",
    ];
    PLACES
        .iter()
        .map(std::path::PathBuf::from)
        .find(|place| place.exists())
}

fn shown(access: &Access) -> String {
    let place = match access.setting("DBSocket") {
        "" => access.setting("DBHost"),
        socket => socket,
    };
    format!("{} at {place}", access.setting("DBName"))
}

async fn fetch(
    connection: &mut MySqlConnection,
    sql: &'static str,
    binds: Binds<'_>,
) -> Result<Vec<Vec<Option<String>>>, sqlx_core::Error> {
    let mut prepared = query::<MySql>(sql);
    for bind in binds {
        prepared = match bind {
            Bind::Number(number) => prepared.bind(*number),
            Bind::Text(text) => prepared.bind(*text),
        };
    }
    let rows = prepared.fetch_all(connection).await?;
    rows.iter().map(texts).collect()
}

fn texts(row: &MySqlRow) -> Result<Vec<Option<String>>, sqlx_core::Error> {
    (0..row.len())
        .map(|column| row.try_get_unchecked(column))
        .collect()
}

/// The name of a lock holds for the whole server, so it carries that of the database.
async fn lock(connection: &mut MySqlConnection, item: u64, most: Duration) -> Result<bool, sqlx_core::Error> {
    let sql = "SELECT CAST(GET_LOCK(CONCAT('pmlt.', LEFT(SHA1(DATABASE()), 12), '.', ?), ?) AS CHAR)";
    let rows = fetch(
        connection,
        sql,
        &[Bind::Number(item), Bind::Number(most.as_secs())],
    )
    .await?;
    Ok(first(&rows) == "1")
}

fn first(rows: &[Vec<Option<String>>]) -> &str {
    rows.first().map_or("", |row| text(row, 0))
}

fn text(row: &[Option<String>], column: usize) -> &str {
    row.get(column).and_then(Option::as_deref).unwrap_or_default()
}

fn number<T: std::str::FromStr + Default>(row: &[Option<String>], column: usize) -> T {
    text(row, column).trim().parse().unwrap_or_default()
}

fn pairs(rows: &[Vec<Option<String>>]) -> BTreeMap<String, String> {
    rows.iter()
        .map(|row| (text(row, 0).to_owned(), text(row, 1).to_owned()))
        .collect()
}

fn connection_of(row: &[Option<String>]) -> ConnectionRow {
    ConnectionRow {
        id: number(row, 0),
        name: text(row, 1).to_owned(),
        executable: text(row, 2).to_owned(),
    }
}

/// The server's clock against the machine's. The two readings of a zone may be a second apart, and zones go by quarters of an hour.
fn time_of(row: &[Option<String>], now: Timestamp) -> Option<HostTime> {
    let utc: DateTime = text(row, 0).replace(' ', "T").parse().ok()?;
    let there = utc.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let seconds: i32 = text(row, 1).parse().ok()?;
    Some(HostTime {
        ahead: there.duration_since(now),
        zone: TimeZone::fixed(Offset::from_seconds((seconds + 450).div_euclid(900) * 900).ok()?),
    })
}

#[async_trait]
impl Records for Database {
    async fn time(&self) -> Result<HostTime, RecordsError> {
        let sql = "SELECT CAST(UTC_TIMESTAMP(6) AS CHAR), CAST(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW()) AS CHAR)";
        let rows = self.rows("the time", sql, &[]).await?;
        let now = self.clock.now();
        Ok(rows
            .first()
            .and_then(|row| time_of(row, now))
            .unwrap_or(HostTime {
                ahead: SignedDuration::ZERO,
                zone: TimeZone::system(),
            }))
    }

    async fn item(&self, id: u64) -> Result<Option<ItemRow>, RecordsError> {
        let sql = "SELECT CAST(i.id AS CHAR), CAST(i.processingmodule AS CHAR), CAST(m.module AS CHAR), CAST(p.intname AS CHAR), \
                   CAST(i.period AS CHAR), CAST(i.opendate AS CHAR), CAST(i.expiredate AS CHAR), CAST(i.lastpricelist AS CHAR) \
                   FROM item i LEFT JOIN pricelist p ON p.id = i.pricelist LEFT JOIN processingmodule m ON m.id = i.processingmodule \
                   WHERE i.id = ?";
        let rows = self.rows("the service", sql, &[Bind::Number(id)]).await?;
        Ok(rows.first().map(|row| ItemRow {
            id: number(row, 0),
            connection: number(row, 1),
            executable: text(row, 2).to_owned(),
            template: text(row, 3).to_owned(),
            period: number(row, 4),
            open_date: text(row, 5).to_owned(),
            expire_date: text(row, 6).to_owned(),
            last_pricelist: number(row, 7),
        }))
    }

    async fn item_params(&self, item: u64) -> Result<BTreeMap<String, String>, RecordsError> {
        let sql = "SELECT CAST(intname AS CHAR), CAST(value AS CHAR) FROM itemparam WHERE item = ?";
        let rows = self
            .rows("the service's parameters", sql, &[Bind::Number(item)])
            .await?;
        Ok(pairs(&rows))
    }

    async fn certificate(&self, item: u64) -> Result<Option<CertificateRow>, RecordsError> {
        let sql = "SELECT CAST(csr AS CHAR), CAST(crt AS CHAR) FROM certificate WHERE item = ?";
        let rows = self.rows("the certificate", sql, &[Bind::Number(item)]).await?;
        Ok(rows.first().map(|row| CertificateRow {
            csr: text(row, 0).to_owned(),
            crt: text(row, 1).to_owned(),
        }))
    }

    async fn connection(&self, id: u64) -> Result<Option<ConnectionRow>, RecordsError> {
        let sql = "SELECT CAST(id AS CHAR), CAST(name AS CHAR), CAST(module AS CHAR) FROM processingmodule WHERE id = ?";
        let rows = self.rows("the connection", sql, &[Bind::Number(id)]).await?;
        Ok(rows.first().map(|row| connection_of(row)))
    }

    async fn connections(&self, executable: &str) -> Result<Vec<ConnectionRow>, RecordsError> {
        let sql = "SELECT CAST(id AS CHAR), CAST(name AS CHAR), CAST(module AS CHAR) FROM processingmodule WHERE module = ? ORDER BY id";
        let rows = self
            .rows("the connections", sql, &[Bind::Text(executable)])
            .await?;
        Ok(rows.iter().map(|row| connection_of(row)).collect())
    }

    async fn suitable(&self, pricelist: u64, executable: &str) -> Result<Vec<u64>, RecordsError> {
        let sql = "SELECT CAST(m.id AS CHAR) FROM processingmodule m JOIN processingmodule2pricelist l ON l.processingmodule = m.id \
                   WHERE l.pricelist = ? AND m.module = ? AND m.active = 'on' ORDER BY m.orderpriority, m.id";
        let binds = [Bind::Number(pricelist), Bind::Text(executable)];
        let rows = self
            .rows("the connections of the tariff plan", sql, &binds)
            .await?;
        Ok(rows.iter().map(|row| number(row, 0)).collect())
    }

    async fn connection_params(&self, id: u64) -> Result<ConnectionParams, RecordsError> {
        let plain = "SELECT CAST(intname AS CHAR), CAST(value AS CHAR) FROM processingparam WHERE processingmodule = ?";
        let crypted = "SELECT CAST(intname AS CHAR), CAST(value AS CHAR) FROM processingcryptedparam WHERE processingmodule = ?";
        let what = "the connection's parameters";
        Ok(ConnectionParams {
            plain: pairs(&self.rows(what, plain, &[Bind::Number(id)]).await?),
            crypted: pairs(&self.rows(what, crypted, &[Bind::Number(id)]).await?),
        })
    }

    async fn tries(&self, operation: u64) -> Result<u64, RecordsError> {
        let sql = "SELECT CAST(trycount AS CHAR) FROM runningoperation WHERE id = ?";
        let rows = self
            .rows("the operation", sql, &[Bind::Number(operation)])
            .await?;
        Ok(first(&rows).parse().unwrap_or_default())
    }

    async fn tasks_of(&self, operation: u64) -> Result<u64, RecordsError> {
        let sql = "SELECT CAST(COUNT(*) AS CHAR) FROM task WHERE runningoperation = ?";
        let rows = self
            .rows("the operation's tasks", sql, &[Bind::Number(operation)])
            .await?;
        Ok(first(&rows).parse().unwrap_or_default())
    }

    async fn open_tasks(&self, item: u64, kind: &str) -> Result<u64, RecordsError> {
        let sql = "SELECT CAST(COUNT(*) AS CHAR) FROM task WHERE item = ? AND type = ? AND status <> 2";
        let binds = [Bind::Number(item), Bind::Text(kind)];
        let rows = self.rows("the service's tasks", sql, &binds).await?;
        Ok(first(&rows).parse().unwrap_or_default())
    }

    async fn country(&self, id: u64) -> Result<Option<String>, RecordsError> {
        let sql = "SELECT CAST(iso2 AS CHAR) FROM country WHERE id = ?";
        let rows = self.rows("the country", sql, &[Bind::Number(id)]).await?;
        Ok(Some(first(&rows).trim().to_uppercase()).filter(|code| !code.is_empty()))
    }

    async fn orders_of_others(&self, item: u64) -> Result<Vec<String>, RecordsError> {
        let sql = "SELECT CAST(value AS CHAR) FROM itemparam WHERE intname = 'custom_order_id' AND item <> ? AND value <> ''";
        let rows = self
            .rows("the orders of other services", sql, &[Bind::Number(item)])
            .await?;
        Ok(rows.iter().map(|row| text(row, 0).to_owned()).collect())
    }

    async fn lock(&self, item: u64, most: Duration) -> Result<bool, RecordsError> {
        let mut state = self.state.lock().await;
        let connection = match &mut state.connection {
            Some(connection) => connection,
            empty @ None => empty.insert(self.connect().await?),
        };
        let got = lock(connection, item, most)
            .await
            .map_err(|source| RecordsError::Query {
                what: "the lock",
                source: Box::new(source),
            })?;
        if got {
            state.held = Some(item);
        }
        Ok(got)
    }
}

impl Database {
    /// Says good-bye to the server; the lock ends with the connection.
    pub async fn close(&self) {
        if let Some(connection) = self.state.lock().await.connection.take() {
            // The process ends anyway.
            let _ = connection.close().await;
        }
    }

    /// Types of the tariff plans that a module's connections serve; for the test of a real host.
    ///
    /// # Errors
    /// [`RecordsError`].
    pub async fn plans(&self, executable: &str) -> Result<Vec<String>, RecordsError> {
        let sql = "SELECT DISTINCT CAST(p.intname AS CHAR) FROM pricelist p \
                   JOIN processingmodule2pricelist l ON l.pricelist = p.id JOIN processingmodule m ON m.id = l.processingmodule \
                   WHERE m.module = ? ORDER BY 1";
        let rows = self
            .rows("the tariff plans", sql, &[Bind::Text(executable)])
            .await?;
        Ok(rows.iter().map(|row| text(row, 0).to_owned()).collect())
    }

    /// Names of the parameters of a module's connections; for the test of a real host.
    ///
    /// # Errors
    /// [`RecordsError`].
    pub async fn parameter_names(&self, executable: &str) -> Result<Vec<String>, RecordsError> {
        let sql = "SELECT DISTINCT CAST(p.intname AS CHAR) FROM processingparam p \
                   JOIN processingmodule m ON m.id = p.processingmodule WHERE m.module = ? ORDER BY 1";
        let what = "the names of parameters";
        let rows = self.rows(what, sql, &[Bind::Text(executable)]).await?;
        Ok(rows.iter().map(|row| text(row, 0).to_owned()).collect())
    }

    /// The columns of a table, with their types; for the test of a real host.
    ///
    /// # Errors
    /// [`RecordsError`].
    pub async fn columns(&self, table: &str) -> Result<BTreeMap<String, String>, RecordsError> {
        let sql = "SELECT CAST(column_name AS CHAR), CAST(column_type AS CHAR) FROM information_schema.columns \
                   WHERE table_schema = DATABASE() AND table_name = ?";
        Ok(pairs(&self.rows("the columns", sql, &[Bind::Text(table)]).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_may_stand_together_or_apart() {
        let table = [
            ("db.test:3307", "", ("db.test", 3307)),
            ("db.test", "3308", ("db.test", 3308)),
            ("db.test", "", ("db.test", 3306)),
            ("fd00::1", "", ("fd00::1", 3306)),
        ];
        for (host, port, expected) in table {
            let access = Access::default().with("DBHost", host).with("DBPort", port);
            assert_eq!(address(&access), expected, "{host}");
        }
    }

    #[test]
    fn the_hosts_clock_is_compared_with_the_machines() {
        let now: Timestamp = "2026-03-05T10:00:00Z".parse().unwrap();
        let row = [
            Some("2020-10-20 09:00:00.500000".to_owned()),
            Some("10799".to_owned()),
        ];
        let time = time_of(&row, now).unwrap();
        assert_eq!(
            now.checked_add(time.ahead).unwrap().to_string(),
            "2020-10-20T09:00:00.5Z"
        );
        // A second passed between the two readings.
        let row = [Some("2020-10-20 09:00:00".to_owned()), Some("10800".to_owned())];
        assert_eq!(
            time_of(&row, now).unwrap().zone,
            TimeZone::fixed(jiff::tz::offset(3))
        );
        assert_eq!(time_of(&[None, None], now), None);
    }
}
