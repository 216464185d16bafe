//! `load lists`: how long the lists of services take in a running server, through its real pages and its API.

use std::fmt::Write as _;

use anyhow::Context as _;
use clap::Args;
use domain::id::NumberKind;
use reqwest::StatusCode;
use store::{
    Page, Store, StoreOptions, StoreUrl,
    service::{self, Service},
    service_list::{self, Direction, ServiceFilter, ServiceSort},
};

use crate::{
    access::Access,
    client::Server,
    random::Random,
    report::{Report, Row, Timing},
};

/// Services that are looked for; every request looks for another one.
const SAMPLES: usize = 40;
/// Requests that a token may send in a burst, less some.
const BURST: u64 = 500;

/// `load lists`
#[derive(Debug, Clone, Args)]
pub(crate) struct Lists {
    /// Where the server listens
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8480")]
    url: String,
    /// The server's own database: sessions and tokens are written into it
    #[arg(long, value_name = "URL")]
    database: StoreUrl,
    /// Requests of each kind
    #[arg(long, default_value_t = 100)]
    requests: usize,
    /// Only kinds whose name holds this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// Through which door a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Administrator,
    Client,
    Api,
}

/// One kind of request: its name, and the addresses that are asked one after the other.
struct Kind {
    name: String,
    door: Door,
    paths: Vec<String>,
}

/// Measures.
///
/// # Errors
/// The server does not answer, or the database is not its own.
pub(crate) async fn run(options: &Lists) -> anyhow::Result<Report> {
    let store = Store::connect(&options.database, StoreOptions::default()).await?;
    let largest = service_list::list(
        store.reader(),
        &ServiceFilter::of(
            store::seller::first(store.reader())
                .await?
                .context("the database is empty")?
                .id,
        ),
        ServiceSort::Number,
        Direction::Descending,
        &Page::first(1),
    )
    .await?;
    let total = u64::try_from(largest.rows.first().context("there are no services")?.number)?;
    let requests = u64::try_from(options.requests)?;
    let access = Access::open(&store, 1 + 12 * requests / BURST).await?;
    let kinds = kinds(&store, &access, total).await?;
    store.close().await;
    let server = Server::at(&options.url)?;
    let mut report = Report {
        title: format!("lists, {total} services, {}", options.database),
        rows: vec![Row::count("services", total)],
        ..Report::default()
    };
    let mut sent = 0;
    for kind in kinds {
        if options
            .only
            .as_ref()
            .is_some_and(|text| !kind.name.contains(text.as_str()))
        {
            continue;
        }
        report
            .timings
            .push(measure(&server, &access, &kind, options.requests, &mut sent).await?);
    }
    Ok(report)
}

async fn measure(
    server: &Server,
    access: &Access,
    kind: &Kind,
    requests: usize,
    sent: &mut usize,
) -> anyhow::Result<Timing> {
    let mut millis = Vec::with_capacity(requests);
    // The first ones fill caches and are not counted.
    for number in 0..requests + 5 {
        let path = &kind.paths[number % kind.paths.len()];
        let (status, took) = match kind.door {
            Door::Administrator => server.page(&access.administrator, path).await?,
            Door::Client => server.page(&access.client, path).await?,
            Door::Api => {
                *sent += 1;
                let token = &access.tokens[(*sent / usize::try_from(BURST)?) % access.tokens.len()];
                server.api(token, path).await?
            }
        };
        anyhow::ensure!(status == StatusCode::OK, "{path}: {status}");
        if number >= 5 {
            millis.push(took);
        }
    }
    Ok(Timing::of(&kind.name, millis))
}

/// Everything that is asked for.
async fn kinds(store: &Store, access: &Access, total: u64) -> anyhow::Result<Vec<Kind>> {
    let all = ServiceFilter::of(access.seller);
    let own = ServiceFilter {
        account: Some(access.account),
        ..all.clone()
    };
    let of_all = samples(store, total).await?;
    let of_own = own_samples(store, &own).await?;
    let modules = store::module::every(store.reader(), access.seller).await?;
    let modules: Vec<String> = modules.iter().map(|module| module.id.to_string()).collect();
    let mut kinds = Vec::new();
    for (door, samples, filter) in [
        (Door::Administrator, &of_all, &all),
        (Door::Client, &of_own, &own),
        (Door::Api, &of_own, &own),
    ] {
        kinds.extend(searches(door, samples));
        kinds.extend(filters(door));
        for (name, sort, query) in [
            ("deep page", ServiceSort::Number, String::new()),
            (
                "by End date, deep page",
                ServiceSort::EndDate,
                format!("{}&", door.sort("end_date")),
            ),
        ] {
            let cursors = cursors(store, filter, sort).await?;
            kinds.push(door.kind(name, cursors.iter().map(|cursor| format!("{query}{cursor}"))));
        }
        if door == Door::Administrator {
            kinds.extend(of_modules(door, &modules));
        }
        let pages = samples
            .iter()
            .map(|one| format!("{}/{}", door.path(), one.service.id));
        kinds.push(Kind {
            paths: pages.collect(),
            ..door.kind("one service", [])
        });
    }
    Ok(kinds)
}

fn searches(door: Door, samples: &[Sample]) -> Vec<Kind> {
    let kind = |name: &str, text: &dyn Fn(&Sample) -> Option<String>| {
        door.kind(
            name,
            samples.iter().filter_map(text).map(|text| door.search(&text)),
        )
    };
    let mut kinds = vec![
        kind("search a number", &|one| {
            Some(NumberKind::Service.show(one.service.number))
        }),
        kind("search a name", &|one| Some(one.service.main_name.to_string())),
        kind("search the beginning of a name", &|one| {
            Some(one.service.main_name.as_str().chars().take(9).collect())
        }),
        kind("search a CA order", &|one| one.ca_ref.clone()),
        door.kind("search what is not there", [door.search("nowhere.example")]),
    ];
    if door == Door::Administrator {
        kinds.push(kind("search a client", &|one| one.client.clone()));
    }
    kinds
}

fn filters(door: Door) -> Vec<Kind> {
    let (ending, by_end) = (door.ends_within(), door.sort("end_date"));
    let mut kinds = vec![
        door.kind("first page", [String::new()]),
        door.kind("by name", [door.sort("name")]),
        door.kind("by End date", [by_end.clone()]),
        door.kind("ends within 30 days", [ending.clone()]),
        door.kind("ends within 30 days, by End date", [format!("{ending}&{by_end}")]),
        door.kind("active, ends within 30 days", [format!("state=active&{ending}")]),
        door.kind("active, by End date", [format!("state=active&{by_end}")]),
    ];
    for state in ["active", "failed", "suspended", "waiting_for_validation"] {
        kinds.push(door.kind(&format!("state {state}"), [format!("state={state}")]));
    }
    kinds
}

/// The first module has most services, the last has one of a thousand.
fn of_modules(door: Door, modules: &[String]) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for (module, size) in [(modules.first(), "large"), (modules.last(), "small")] {
        let Some(module) = module else { continue };
        for (name, query) in [
            ("", String::new()),
            (
                ", active, by End date",
                format!("&state=active&{}", door.sort("end_date")),
            ),
            (", failed", "&state=failed".to_owned()),
            (", ends within 30 days", format!("&{}", door.ends_within())),
        ] {
            kinds.push(door.kind(
                &format!("{size} module{name}"),
                [format!("module={module}{query}")],
            ));
        }
    }
    kinds
}

impl Door {
    const fn path(self) -> &'static str {
        match self {
            Self::Administrator => "/admin/services",
            Self::Client | Self::Api => "/services",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Client => "client",
            Self::Api => "api",
        }
    }

    fn kind(self, name: &str, queries: impl IntoIterator<Item = String>) -> Kind {
        Kind {
            name: format!("{}: {name}", self.word()),
            door: self,
            paths: queries
                .into_iter()
                .map(|query| format!("{}?{query}", self.path()))
                .collect(),
        }
    }

    fn search(self, text: &str) -> String {
        let name = if self == Self::Api { "search" } else { "q" };
        format!("{name}={}", encoded(text))
    }

    /// Smallest first.
    fn sort(self, word: &str) -> String {
        match self {
            Self::Api => format!("sort={word}&order=ascending"),
            _ => format!("sort={word}"),
        }
    }

    fn ends_within(self) -> String {
        let name = if self == Self::Api { "ends_within" } else { "ends" };
        format!("{name}=30")
    }
}

/// A service that is looked for.
struct Sample {
    service: Service,
    ca_ref: Option<String>,
    client: Option<String>,
}

impl Sample {
    async fn of(store: &Store, service: Service) -> anyhow::Result<Self> {
        let orders = store::ca_order::of_service(store.reader(), service.id).await?;
        let client = store::account::find(store.reader(), service.account_id).await?;
        Ok(Self {
            ca_ref: orders.into_iter().next().map(|order| order.ca_ref),
            client: client.map(|client| client.name),
            service,
        })
    }
}

async fn samples(store: &Store, total: u64) -> anyhow::Result<Vec<Sample>> {
    let mut random = Random::of(total);
    let mut samples = Vec::new();
    while samples.len() < SAMPLES {
        let number = i64::try_from(random.below(total) + 1)?;
        if let Some(service) = service::find_by_number(store.reader(), number).await? {
            samples.push(Sample::of(store, service).await?);
        }
    }
    Ok(samples)
}

async fn own_samples(store: &Store, own: &ServiceFilter) -> anyhow::Result<Vec<Sample>> {
    let page = Page::first(500);
    let found = service_list::list(
        store.reader(),
        own,
        ServiceSort::Number,
        Direction::Descending,
        &page,
    )
    .await?;
    let every = (found.rows.len() / SAMPLES).max(1);
    let mut samples = Vec::new();
    for service in found.rows.into_iter().step_by(every).take(SAMPLES) {
        samples.push(Sample::of(store, service).await?);
    }
    anyhow::ensure!(!samples.is_empty(), "the account A-1 has no services");
    Ok(samples)
}

/// Places far into a list, as the `next` of a page there says.
async fn cursors(store: &Store, filter: &ServiceFilter, sort: ServiceSort) -> anyhow::Result<Vec<String>> {
    let direction = match sort {
        ServiceSort::Number => Direction::Descending,
        _ => Direction::Ascending,
    };
    let count = service_list::count(store.reader(), filter, 5_000_000).await?;
    let rows = u32::try_from(count)?;
    let mut cursors = Vec::new();
    for tenth in [3, 5, 7] {
        let page = Page::number(rows / 10 * tenth / 50, 50);
        let found = service_list::list(store.reader(), filter, sort, direction, &page).await?;
        cursors.extend(found.next.map(|next| format!("after={next}")));
    }
    anyhow::ensure!(!cursors.is_empty(), "the list is too short for a deep page");
    Ok(cursors)
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
