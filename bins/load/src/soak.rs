//! `load soak`: the soak of the tests with as many services as wanted.

use std::path::PathBuf;

use clap::Args;
use store::{Durability, Store, StoreOptions, StoreUrl};

use crate::report::{Report, Row};

/// `load soak`
#[derive(Debug, Clone, Args)]
pub(crate) struct Soak {
    /// A folder that does not exist yet, for the database
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// How many services are ordered
    #[arg(long, default_value_t = 10_000)]
    services: usize,
    /// Over how many years
    #[arg(long, default_value_t = 3)]
    years: u32,
    /// The same seed brings the same orders, faults and deaths
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs it.
///
/// # Errors
/// Something lapsed, was bought twice, or is not explained by the books.
pub(crate) async fn run(options: &Soak) -> anyhow::Result<Report> {
    std::fs::create_dir(&options.data)?;
    let store_options = StoreOptions {
        durability: Durability::ProcessOnly,
        connections: 8,
    };
    let url = StoreUrl::sqlite(options.data.join("certbroker.db"));
    let store = Store::connect(&url, store_options).await?;
    store.migrate().await?;
    let soak = testkit::soak::Soak {
        services: options.services,
        years: options.years,
        seed: options.seed,
    };
    let report = Box::pin(soak.run(store)).await;
    let count = |name: &str, count: usize| Row::count(name, u64::try_from(count).unwrap_or(u64::MAX));
    let printed = Report {
        title: format!(
            "soak, {} services, {} years, seed {}",
            options.services, options.years, options.seed
        ),
        rows: vec![
            count("services", report.services),
            count("certificates", report.certificates),
            count("paid terms", report.terms),
            count("purchases at the CA", report.purchases),
            count("outages of a day", report.outages),
            count("deaths of certbroker", report.deaths),
            count("begun again by a person", report.by_a_person),
            count("jumps of time", report.jumps),
            count("wrongs", report.wrongs.len()),
            Row::new("time", report.took.as_secs_f64(), "s"),
        ],
        ..Report::default()
    };
    if report.wrongs.is_empty() {
        return Ok(printed);
    }
    printed.print()?;
    anyhow::bail!("{}", report.wrongs.join("\n"))
}
