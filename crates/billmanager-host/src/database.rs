//! BILLmanager's database: one per host, on a shared server.
//!
//! Modules get an account that may only read (and write statistics): everything else they change through host calls, and a module
//! that tries otherwise is refused. Whether BILLmanager's own account is so restricted is not the point; modules must not need more.

use sqlx_core::{query::query, query_as::query_as, raw_sql::raw_sql, sql_str::AssertSqlSafe};
use sqlx_mysql::{MySqlPool, MySqlPoolOptions};

use crate::{error::HostError, mariadb::MariaDb, random};

const SCHEMA: &str = include_str!("schema.sql");
/// Connections of the daemon itself.
const MOST_CONNECTIONS: u32 = 12;

/// The clocks of all hosts on a server: a connection of a module is put on the clock of its database when it is made.
const CLOCKS: &str = "
CREATE DATABASE IF NOT EXISTS simulator;
CREATE TABLE IF NOT EXISTS simulator.clock (name VARCHAR(64) NOT NULL PRIMARY KEY, offset_us BIGINT NOT NULL);
CREATE FUNCTION IF NOT EXISTS simulator.host_time(n VARCHAR(64)) RETURNS DECIMAL(20, 6) READS SQL DATA SQL SECURITY DEFINER
  RETURN COALESCE((SELECT UNIX_TIMESTAMP(SYSDATE(6)) + offset_us / 1000000 FROM simulator.clock WHERE name = n), 0);
SET GLOBAL init_connect = 'SET timestamp = simulator.host_time(DATABASE())';
";

/// What a module needs to connect.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    pub(crate) socket: String,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) name: String,
}

/// The database of one host.
pub(crate) struct Database {
    pub(crate) pool: MySqlPool,
    pub(crate) access: Access,
}

impl Database {
    /// Makes a database with its tables and the account for modules.
    pub(crate) async fn create(server: &MariaDb) -> Result<Self, HostError> {
        let name = format!("billmgr_{}", random::word(8));
        let access = Access {
            socket: server.socket().display().to_string(),
            user: name.clone(),
            password: random::word(16),
            name: name.clone(),
        };
        let options = server.administrator();
        let setup = MySqlPoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        run(&setup, CLOCKS.to_owned()).await?;
        run(
            &setup,
            format!(
                "CREATE DATABASE {name};
                 CREATE USER '{user}'@'localhost' IDENTIFIED BY '{password}';
                 GRANT SELECT, EXECUTE ON {name}.* TO '{user}'@'localhost';
                 GRANT EXECUTE ON FUNCTION simulator.host_time TO '{user}'@'localhost';",
                user = access.user,
                password = access.password
            ),
        )
        .await?;
        setup.close().await;
        let pool = MySqlPoolOptions::new()
            .max_connections(MOST_CONNECTIONS)
            .connect_with(options.database(&name))
            .await?;
        run(&pool, SCHEMA.to_owned()).await?;
        let statistics = format!("GRANT INSERT ON {name}.itemstat TO '{}'@'localhost'", access.user);
        run(&pool, statistics).await?;
        Ok(Self { pool, access })
    }

    /// Puts connections that modules make from now on onto this clock.
    pub(crate) async fn set_clock_offset(&self, micros: i64) -> Result<(), HostError> {
        query("REPLACE INTO simulator.clock (name, offset_us) VALUES (?, ?)")
            .bind(&self.access.name)
            .bind(micros)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

/// Names and values of a query with those two columns, in its order; a missing value is an empty one.
pub(crate) async fn pairs<'e, E>(
    executor: E,
    sql: &'static str,
    id: i64,
) -> Result<Vec<(String, String)>, HostError>
where
    E: sqlx_core::executor::Executor<'e, Database = sqlx_mysql::MySql>,
{
    let rows: Vec<(String, Option<String>)> = query_as(sql).bind(id).fetch_all(executor).await?;
    Ok(rows
        .into_iter()
        .map(|(name, value)| (name, value.unwrap_or_default()))
        .collect())
}

/// Statements made of our own words only.
async fn run(pool: &MySqlPool, statements: String) -> Result<(), HostError> {
    raw_sql(AssertSqlSafe(statements)).execute(pool).await?;
    Ok(())
}
