//! `load due`: what every look of the clock costs on a filled database, and planning all of its services anew.

use std::{hint::black_box, thread};

use clap::Args;
use domain::{
    name::DomainName,
    plan::{Outlook, PlannedName, Present, Proving, Reissuing},
    product::{ProductKind, ValidationLevel, ValidationMethod},
    rules::{DatedRules, Product},
};
use engine::BusinessClock;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::{
    Store, StoreOptions, StoreUrl, operation, service,
    service_plan::{self, Planned},
};
use tokio::time::Instant;

use crate::{
    client::millis_since,
    report::{Report, Row, Timing},
};

/// Services read at once.
const BATCH: u32 = 5_000;

/// `load due`
#[derive(Debug, Clone, Args)]
pub(crate) struct Due {
    /// The filled database
    #[arg(long, value_name = "URL")]
    database: StoreUrl,
    /// How often each query is asked
    #[arg(long, default_value_t = 20)]
    times: usize,
}

/// Measures.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn run(options: &Due) -> anyhow::Result<Report> {
    let store = Store::connect(&options.database, StoreOptions::default()).await?;
    let now = BusinessClock::real().machine_now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let timings = vec![
        reissues(&store, options.times, today).await?,
        renewals(&store, options.times, today).await?,
        operations(&store, options.times, now).await?,
    ];
    let reading = Instant::now();
    let planned = every_service(&store).await?;
    let read = millis_since(reading);
    let name = "example.com".parse()?;
    let (took, reissues) = plan(&planned, today, &name);
    Ok(Report {
        title: format!("what falls due, {} running services", planned.len()),
        rows: vec![
            Row::new("reading what the plans need", read, "ms"),
            Row::new("next reissue of every service, one thread", took.0, "ms"),
            Row::new("whole plan of every service, two threads", took.1, "ms"),
            Row::count("reissues in these plans", reissues),
        ],
        timings,
        ..Report::default()
    })
}

async fn reissues(store: &Store, times: usize, today: Date) -> anyhow::Result<Timing> {
    let mut millis = Vec::new();
    for _ in 0..times {
        let tx = store.begin().await?;
        let began = Instant::now();
        black_box(service::due_for_reissue(&tx, today, 100).await?);
        millis.push(millis_since(began));
        tx.rollback().await?;
    }
    Ok(Timing::of("the first 100 reissues", millis))
}

async fn renewals(store: &Store, times: usize, today: Date) -> anyhow::Result<Timing> {
    let mut millis = Vec::new();
    for _ in 0..times {
        let tx = store.begin().await?;
        let began = Instant::now();
        black_box(service::due_for_renewal(&tx, today, 100).await?);
        black_box(service::past_their_term(&tx, today, 100).await?);
        millis.push(millis_since(began));
        tx.rollback().await?;
    }
    Ok(Timing::of("the first 100 renewals and ends of terms", millis))
}

async fn operations(store: &Store, times: usize, now: Timestamp) -> anyhow::Result<Timing> {
    let mut millis = Vec::new();
    for _ in 0..times {
        let began = Instant::now();
        black_box(operation::next_due(store.reader()).await?);
        black_box(operation::due_by_module(store.reader(), now, now).await?);
        millis.push(millis_since(began));
    }
    Ok(Timing::of("operations that are due, by module", millis))
}

async fn every_service(store: &Store) -> anyhow::Result<Vec<Planned>> {
    let mut all: Vec<Planned> = Vec::new();
    loop {
        let after = all.last().map_or(0, |planned| planned.number);
        let batch = service_plan::batch(store.reader(), after, BATCH).await?;
        if batch.is_empty() {
            return Ok(all);
        }
        all.extend(batch);
    }
}

/// Plans everything; the milliseconds of the next reissues and of the whole plans, and how many reissues there are.
fn plan(planned: &[Planned], today: Date, name: &DomainName) -> ((f64, f64), u64) {
    let rules = DatedRules::baseline();
    let lead = rules.lead();
    let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let began = Instant::now();
    for one in planned {
        black_box(lead.next_reissue_on(one.term, day(one.not_before), one.end_date));
    }
    let next = millis_since(began);
    let began = Instant::now();
    let half = planned.len().div_ceil(2).max(1);
    let coming = |one: &Planned| outlook(rules, one, today, name).plan().pieces.len() as u64;
    let reissues = thread::scope(|scope| {
        let parts: Vec<_> = planned
            .chunks(half)
            .map(|part| scope.spawn(move || part.iter().map(coming).sum::<u64>()))
            .collect();
        parts
            .into_iter()
            .map(|part| part.join().unwrap_or_default())
            .sum()
    });
    ((next, millis_since(began)), reissues)
}

/// One name that is proven by DNS, as most services have it.
fn outlook<'a>(rules: &'a DatedRules, planned: &Planned, today: Date, name: &'a DomainName) -> Outlook<'a> {
    Outlook {
        rules,
        product: Product {
            connector: "leadertelecom",
            brand: "Sectigo",
            level: ValidationLevel::Dv,
            kind: ProductKind::Single,
        },
        term: planned.term,
        today,
        present: Some(Present {
            issued_on: planned.not_before.to_zoned(TimeZone::UTC).date(),
            end_date: planned.end_date,
        }),
        names: vec![PlannedName {
            name,
            method: ValidationMethod::Dns,
            dns: Proving::Unattended,
        }],
        evidence: Vec::new(),
        vetted_on: None,
        reissuing: Reissuing::Automatic,
    }
}
