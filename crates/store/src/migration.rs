//! The schema, step by step. Every step is one file of SQL that both databases read alike:
//!
//! - column types are only `uuid`, `text`, `bigint`, `integer`, `boolean`, `bytea` (SQLite takes any word);
//! - no collation, no JSON type, no time stamp type, no serial number, no trigger;
//! - tables are singular, ids are `id`, references `<entity>_id`, instants `<what>_at`, days `<what>_on`;
//! - indexes are `ix_<table>_<columns>`, unique ones `ux_…`;
//! - a step that has been released is never edited: its checksum is kept and compared.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use sea_orm::{ConnectionTrait, Statement};

use crate::{
    connect::{Backend, Store},
    error::{Error, Result},
    tx::{Conn, Tx, sealed::Raw},
};

/// Every step, in order. A new step is appended here.
const STEPS: &[Step] = &[
    Step {
        name: "m0001_people_and_money",
        sql: include_str!("migration/m0001_people_and_money.sql"),
    },
    Step {
        name: "m0002_certificates",
        sql: include_str!("migration/m0002_certificates.sql"),
    },
    Step {
        name: "m0003_reconciliation",
        sql: include_str!("migration/m0003_reconciliation.sql"),
    },
    Step {
        name: "m0004_service_lists",
        sql: include_str!("migration/m0004_service_lists.sql"),
    },
    Step {
        name: "m0005_reissue",
        sql: include_str!("migration/m0005_reissue.sql"),
    },
    Step {
        name: "m0006_work",
        sql: include_str!("migration/m0006_work.sql"),
    },
    Step {
        name: "m0007_time_travel",
        sql: include_str!("migration/m0007_time_travel.sql"),
    },
    Step {
        name: "m0008_methods",
        sql: include_str!("migration/m0008_methods.sql"),
    },
    Step {
        name: "m0009_terms",
        sql: include_str!("migration/m0009_terms.sql"),
    },
    Step {
        name: "m0010_notices",
        sql: include_str!("migration/m0010_notices.sql"),
    },
    Step {
        name: "m0011_replace_now",
        sql: include_str!("migration/m0011_replace_now.sql"),
    },
    Step {
        name: "m0013_own_names",
        sql: include_str!("migration/m0013_own_names.sql"),
    },
    Step {
        name: "m0014_ca_order_days",
        sql: include_str!("migration/m0014_ca_order_days.sql"),
    },
    Step {
        name: "m0015_adoption",
        sql: include_str!("migration/m0015_adoption.sql"),
    },
    Step {
        name: "m0016_own_methods",
        sql: include_str!("migration/m0016_own_methods.sql"),
    },
    Step {
        name: "m0017_once",
        sql: include_str!("migration/m0017_once.sql"),
    },
];

struct Step {
    name: &'static str,
    sql: &'static str,
}

impl Step {
    fn checksum(&self) -> String {
        digest(&SHA256, self.sql.as_bytes())
            .as_ref()
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }
}

/// A step and whether the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepStatus {
    /// The step.
    pub name: &'static str,
    /// Whether it has run.
    pub is_applied: bool,
}

/// Which steps the database has; changes nothing.
///
/// # Errors
/// [`Error::Refused`] as for [`Store::migrate`].
pub async fn status(store: &Store) -> Result<Vec<StepStatus>> {
    let tx = store.begin().await?;
    let applied = applied(&tx).await?;
    tx.rollback().await?;
    Ok(STEPS
        .iter()
        .map(|step| StepStatus {
            name: step.name,
            is_applied: applied.contains_key(step.name),
        })
        .collect())
}

/// Runs the missing steps and returns their names.
pub(crate) async fn run(store: &Store) -> Result<Vec<&'static str>> {
    let tx = store.begin().await?;
    let done = apply(&tx, |_| true).await?;
    tx.commit().await?;
    Ok(done)
}

/// Runs those of the missing steps that are wanted, in their order.
pub(crate) async fn apply(tx: &Tx, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<&'static str>> {
    if tx.backend() == Backend::Postgres {
        // Nodes that start at the same time take turns; the number has no meaning but must not be used elsewhere.
        tx.execute("wait for other nodes", "SELECT pg_advisory_xact_lock(7310592841)")
            .await?;
    }
    let applied = applied(tx).await?;
    let mut done = Vec::new();
    let missing = |step: &&Step| !applied.contains_key(step.name) && is_wanted(step.name);
    for step in STEPS.iter().filter(missing) {
        tx.execute(step.name, step.sql).await?;
        let statement = Statement::from_sql_and_values(
            tx.raw().get_database_backend(),
            "INSERT INTO schema_step (name, checksum) VALUES ($1, $2)",
            [step.name.into(), step.checksum().into()],
        );
        tx.raw()
            .execute_raw(statement)
            .await
            .map_err(|error| Error::of("schema_step", error))?;
        done.push(step.name);
    }
    Ok(done)
}

/// The steps that have run, in their order; reads only.
pub(crate) async fn applied_in_order(tx: &Tx) -> Result<Vec<&'static str>> {
    let applied = read_applied(tx).await?;
    Ok(STEPS
        .iter()
        .map(|step| step.name)
        .filter(|name| applied.contains_key(*name))
        .collect())
}

/// The tables that steps make, in the order in which they can be filled: a table comes after those it refers to. One that
/// was written anew under another name and then renamed keeps the place of the first.
pub(crate) fn tables(steps: &[&str]) -> Vec<&'static str> {
    let lines = || {
        let wanted = STEPS.iter().filter(|step| steps.contains(&step.name));
        wanted.flat_map(|step| step.sql.lines())
    };
    let renamed: Vec<&str> = lines()
        .filter_map(|line| line.strip_prefix("ALTER TABLE ")?.split_once(" RENAME TO "))
        .map(|(before, _)| before)
        .collect();
    lines()
        .filter_map(|line| line.strip_prefix("CREATE TABLE "))
        .filter_map(|rest| rest.split([' ', '(']).next())
        .map(|name| name.trim_matches('"'))
        .filter(|table| !renamed.contains(table))
        .collect()
}

/// The steps that have run, by name, with their checksums; refuses what this version cannot stand on.
async fn applied(tx: &Tx) -> Result<BTreeMap<String, String>> {
    tx.execute(
        "schema_step",
        "CREATE TABLE IF NOT EXISTS schema_step (name text NOT NULL PRIMARY KEY, checksum text NOT NULL)",
    )
    .await?;
    read_applied(tx).await
}

async fn read_applied(tx: &Tx) -> Result<BTreeMap<String, String>> {
    let statement = Statement::from_string(
        tx.raw().get_database_backend(),
        "SELECT name, checksum FROM schema_step",
    );
    let rows = tx
        .raw()
        .query_all_raw(statement)
        .await
        .map_err(|error| Error::of("schema_step", error))?;
    let mut applied = BTreeMap::new();
    for row in rows {
        let unreadable = |error| Error::of("schema_step", error);
        let name: String = row.try_get("", "name").map_err(unreadable)?;
        let checksum: String = row.try_get("", "checksum").map_err(unreadable)?;
        let Some(step) = STEPS.iter().find(|step| step.name == name) else {
            return Err(Error::Refused(format!(
                "the database was written by a newer version (it has step {name})"
            )));
        };
        if step.checksum() != checksum {
            return Err(Error::Refused(format!(
                "step {name} was edited after it ran on this database"
            )));
        }
        applied.insert(name, checksum);
    }
    Ok(applied)
}
