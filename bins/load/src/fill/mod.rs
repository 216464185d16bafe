//! `load fill`: a database with as many services as a large seller has after years.
//!
//! Everything is made from a seed and a day, so that the same database can be made again. What is written is what the
//! pages of services read: accounts, modules, plans, services with their names, requests, price lines, CA orders,
//! certificates and the operations that made them. Modules are switched off and waiting operations are not due, so a
//! server on such a database calls nobody.

mod batch;
mod market;
mod names;

use anyhow::Context as _;
use clap::Args;
use domain::id::NumberKind;
use engine::BusinessClock;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use store::{Backend, Durability, Store, StoreOptions, StoreUrl};
use tokio::sync::mpsc;

pub(crate) use market::Market;

use self::batch::{Batch, Maker};
use crate::report::{Report, Row};

/// Services that are written in one transaction.
const BATCH: u64 = 5_000;

/// `load fill`
#[derive(Debug, Clone, Args)]
pub(crate) struct Fill {
    /// `sqlite:///path/to/certbroker.db` or `postgres://user@host/database`; without services so far
    #[arg(long, value_name = "URL")]
    database: StoreUrl,
    /// How many services
    #[arg(long, default_value_t = 10_000)]
    services: u64,
    /// How many accounts buy them; the first has 15 of 100 services. By default one per 25 services
    #[arg(long)]
    accounts: Option<u64>,
    /// The same seed and day make the same database
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day up to which the history goes; today by default
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<Date>,
}

/// What was written.
#[derive(Debug, Default, Serialize)]
struct Written {
    services: u64,
    names: u64,
    certificates: u64,
    operations: u64,
}

/// Fills a database.
///
/// # Errors
/// The database cannot be opened or has services already.
pub(crate) async fn run(options: &Fill) -> anyhow::Result<Report> {
    let clock = BusinessClock::real();
    let started = clock.machine_now();
    let now = match options.day {
        Some(day) => day.to_zoned(TimeZone::UTC)?.timestamp(),
        None => started,
    };
    let store_options = StoreOptions {
        durability: Durability::ProcessOnly,
        connections: 4,
    };
    let store = Store::connect(&options.database, store_options).await?;
    store.migrate().await?;
    if store::service::find_by_number(store.reader(), 1).await?.is_some() {
        anyhow::bail!(
            "{} has services already; fill an empty database",
            options.database
        );
    }
    let accounts = options.accounts.unwrap_or(options.services / 25).max(10);
    let market = Market::open(&store, options.seed, accounts, now).await?;
    let written = write(&store, options, market, now).await?;
    let tx = store.begin().await?;
    for (kind, last) in [
        (NumberKind::Service, options.services),
        (NumberKind::Operation, written.operations),
        (NumberKind::Account, accounts),
    ] {
        store::counter::advance(&tx, kind, i64::try_from(last)?).await?;
    }
    tx.commit().await?;
    store.close().await;
    let seconds = clock.machine_now().duration_since(started).as_secs_f64();
    Ok(Report {
        title: format!("fill {}", options.database),
        rows: vec![
            Row::count("services", written.services),
            Row::count("names", written.names),
            Row::count("certificates", written.certificates),
            Row::count("operations", written.operations),
            Row::new("time", seconds, "s"),
            Row::rate("services", written.services, seconds),
        ],
        ..Report::default()
    })
}

/// One thread makes batches while others write them: one on SQLite, which has one writer, and two on PostgreSQL.
async fn write(store: &Store, options: &Fill, market: Market, now: Timestamp) -> anyhow::Result<Written> {
    let (send, receive) = mpsc::channel::<Batch>(2);
    let mut maker = Maker::new(market, options.seed, options.services, now);
    let total = options.services;
    let making = tokio::task::spawn_blocking(move || {
        let mut from = 1;
        while from <= total {
            let to = (from + BATCH - 1).min(total);
            if send.blocking_send(maker.batch(from..=to)).is_err() {
                return;
            }
            from = to + 1;
        }
    });
    let receive = std::sync::Arc::new(tokio::sync::Mutex::new(receive));
    let writers = match store.backend() {
        Backend::Sqlite => 1,
        Backend::Postgres => 2,
    };
    let mut writing = tokio::task::JoinSet::new();
    for _ in 0..writers {
        let (store, receive) = (store.clone(), receive.clone());
        writing.spawn(async move {
            let mut written = Written::default();
            while let Some(batch) = next(&receive).await {
                batch.write(&store).await?;
                written.services += batch.services.len() as u64;
                written.names += batch.names.len() as u64;
                written.certificates += batch.certificates.len() as u64;
                written.operations += batch.operations.len() as u64;
            }
            Ok::<_, anyhow::Error>(written)
        });
    }
    let mut sum = Written::default();
    while let Some(written) = writing.join_next().await {
        let written = written.context("writing")??;
        sum.services += written.services;
        sum.names += written.names;
        sum.certificates += written.certificates;
        sum.operations += written.operations;
    }
    making.await.context("making services")?;
    Ok(sum)
}

async fn next(receive: &tokio::sync::Mutex<mpsc::Receiver<Batch>>) -> Option<Batch> {
    receive.lock().await.recv().await
}
