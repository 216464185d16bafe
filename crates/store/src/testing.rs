//! A database of its own for every test: a SQLite file always, and a PostgreSQL database where the variable
//! `CERTBROKER_TEST_PG` names a server (a `postgres://` address of a superuser's database; `./test` sets it).

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "this is for tests: they stop with what went wrong"
)]

use std::{
    process,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use sea_orm::{
    ConnectionTrait,
    sqlx::{Connection as _, PgConnection},
};

use crate::{Backend, Durability, Store, StoreOptions, StoreUrl};

/// A migrated database that goes away with the test.
#[derive(Debug)]
pub struct TestStore {
    /// The database.
    pub store: Store,
    url: StoreUrl,
    home: Home,
}

#[derive(Debug)]
enum Home {
    Folder(tempfile::TempDir),
    Server { admin: String, name: String },
}

impl TestStore {
    /// A SQLite file in a folder of its own.
    ///
    /// # Panics
    /// When it cannot be made: this is for tests.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = StoreUrl::sqlite(folder.path().join("test.db"));
        Self::migrated(url, Home::Folder(folder)).await
    }

    /// A database on the server that `CERTBROKER_TEST_PG` names; `None` without the variable, which is printed.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn postgres() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        #[expect(
            clippy::disallowed_methods,
            reason = "the one setting of the tests, read in the one place"
        )]
        let Ok(admin) = std::env::var("CERTBROKER_TEST_PG") else {
            println!("CERTBROKER_TEST_PG is not set: this test ran on SQLite only");
            return None;
        };
        let name = format!(
            "certbroker_test_{}_{}",
            process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        administer(&admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        administer(&admin, &format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        let url = database_url(&admin, &name)
            .parse()
            .expect("a postgres:// address");
        Some(Self::migrated(url, Home::Server { admin, name }).await)
    }

    async fn migrated(url: StoreUrl, home: Home) -> Self {
        let options = StoreOptions {
            durability: Durability::ProcessOnly,
            connections: 6,
        };
        let store = Store::connect(&url, options)
            .await
            .expect("the test database opens");
        store.migrate().await.expect("the test database is migrated");
        Self { store, url, home }
    }

    /// The address, to open the same database a second time.
    #[must_use]
    pub const fn url(&self) -> &StoreUrl {
        &self.url
    }

    /// Runs SQL past every rule of the store: to damage a row on purpose and see that it is noticed.
    ///
    /// # Panics
    /// When the statement fails.
    pub async fn tamper(&self, sql: &str) {
        use crate::tx::sealed::Raw;
        let tx = self.store.begin().await.expect("a transaction");
        tx.raw()
            .execute_unprepared(sql)
            .await
            .expect("the statement is right");
        tx.commit().await.expect("the change is kept");
    }

    /// Runs something on this database, and says of every query how the database finds its rows: no row is read twice by
    /// it, and nothing depends on how long it takes.
    ///
    /// # Panics
    /// When a statement cannot be explained.
    pub async fn explain(&self, work: impl AsyncFnOnce(&Store)) -> Vec<Explained> {
        let heard: Arc<Mutex<Vec<sea_orm::Statement>>> = Arc::default();
        let ears = heard.clone();
        let store = self.store.heard_by(move |statement| {
            ears.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(statement.clone());
        });
        work(&store).await;
        let statements = std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner));
        let mut explained = Vec::new();
        for statement in statements {
            let is_query = ["SELECT", "UPDATE", "DELETE", "WITH"]
                .iter()
                .any(|word| statement.sql.starts_with(word));
            if is_query {
                explained.push(self.explained(statement).await);
            }
        }
        explained
    }

    async fn explained(&self, statement: sea_orm::Statement) -> Explained {
        use crate::Conn as _;
        let (explain, column) = match self.store.backend() {
            Backend::Sqlite => ("EXPLAIN QUERY PLAN", 3),
            Backend::Postgres => ("EXPLAIN", 0),
        };
        let reader = self.store.reader();
        let values = statement.values.map(|values| values.0).unwrap_or_default();
        let text = format!("{explain} {}", statement.sql);
        let steps = crate::sql::rows(reader, "explain", text, values, |row| {
            row.try_get_by_index::<String>(column)
        })
        .await
        .expect("a query that ran can be explained");
        Explained {
            text: statement.sql,
            steps,
            backend: reader.backend(),
        }
    }

    /// Closes and removes the database.
    pub async fn remove(self) {
        self.store.close().await;
        match self.home {
            Home::Folder(folder) => drop(folder),
            Home::Server { admin, name } => {
                administer(&admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            }
        }
    }
}

/// How a database finds the rows of a query.
#[derive(Debug)]
pub struct Explained {
    /// The query.
    pub text: String,
    /// One line per step.
    pub steps: Vec<String>,
    backend: Backend,
}

impl Explained {
    /// Whether it reads this table, or an index of it, from end to end. SQLite calls a table by its alias in the query.
    #[must_use]
    pub fn walks_over(&self, table: &str) -> bool {
        let is_of = |rest: &str| rest.split([' ', '(']).next() == Some(table);
        self.steps.iter().any(|step| match self.backend {
            Backend::Sqlite => step.strip_prefix("SCAN ").is_some_and(is_of),
            Backend::Postgres => step
                .split_once("Seq Scan on ")
                .is_some_and(|(_, rest)| is_of(rest)),
        })
    }
}

/// Runs one test on a fresh, migrated database of every kind there is.
///
/// ```ignore
/// #[tokio::test]
/// async fn an_account_is_found_again() {
///     for_each_backend(async |store| { … }).await;
/// }
/// ```
///
/// # Panics
/// When a database cannot be made, and when the test does.
pub async fn for_each_backend(test: impl AsyncFn(Store)) {
    for_each_test_store(async |test_store| test(test_store.store.clone()).await).await;
}

/// The same, for tests that reopen or tamper with the database.
///
/// # Panics
/// When a database cannot be made, and when the test does.
pub async fn for_each_test_store(test: impl AsyncFn(&TestStore)) {
    let sqlite = TestStore::sqlite().await;
    test(&sqlite).await;
    sqlite.remove().await;
    if let Some(postgres) = TestStore::postgres().await {
        assert_eq!(postgres.store.backend(), Backend::Postgres);
        test(&postgres).await;
        postgres.remove().await;
    }
}

async fn administer(admin: &str, sql: &str) {
    let mut connection = PgConnection::connect(admin)
        .await
        .expect("the server of CERTBROKER_TEST_PG answers");
    sea_orm::sqlx::raw_sql(sea_orm::sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .expect("the server of CERTBROKER_TEST_PG lets us make databases");
    connection.close().await.expect("the connection closes");
}

/// The same server, another database.
fn database_url(admin: &str, name: &str) -> String {
    let (address, query) = match admin.split_once('?') {
        Some((address, query)) => (address, format!("?{query}")),
        None => (admin, String::new()),
    };
    let authority = address.split_once("://").map_or(address, |(_, rest)| rest);
    let scheme = &address[..address.len() - authority.len()];
    let host = authority.split_once('/').map_or(authority, |(host, _)| host);
    format!("{scheme}{host}/{name}{query}")
}
