//! `load orders`: how many orders a running demo takes in a second, through its API and its pages, and how many it
//! brings to an issued certificate while the simulated CA works beside it.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use domain::{
    id::ServiceId,
    name::{DomainName, NameSet},
    state::ServiceState,
};
use pki::{KeyChoice, PrivateKey, Subject};
use reqwest::StatusCode;
use serde_json::json;
use store::{Store, StoreOptions, StoreUrl, service};
use tokio::{task::JoinSet, time::Instant};

use crate::{
    access::Access,
    client::{Server, millis_since},
    report::{Report, Row, Timing},
};

/// Orders of one token: the API takes a number of requests a minute of each.
const ORDERS_OF_A_TOKEN: usize = 250;
/// Credit of the account for the time of the run, in cents.
const CREDIT: i64 = 100_000_000;
/// What the account at the simulated CA gets for the run.
const CA_MONEY: &str = "100000.00";
/// Between two looks at how many are issued.
const LOOK: Duration = Duration::from_millis(100);
/// Longer than any run takes.
const PATIENCE: Duration = Duration::from_mins(10);

/// `load orders`
#[derive(Debug, Clone, Args)]
pub(crate) struct Orders {
    /// Where the demo listens
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8480")]
    url: String,
    /// The demo's database: `sqlite://DIR/certbroker.db` of its data folder
    #[arg(long, value_name = "URL")]
    database: StoreUrl,
    /// The management listener of the demo's simulated CA, whose balance is raised
    #[arg(long, value_name = "URL")]
    management: String,
    /// Where orders are placed
    #[arg(long, value_enum, default_value = "api")]
    through: Through,
    /// How many orders
    #[arg(long = "orders", default_value_t = 200)]
    count: usize,
    /// How many clients order at the same time
    #[arg(long, default_value_t = 8)]
    at_once: usize,
    /// Name of the tariff plan
    #[arg(long, default_value = "PositiveSSL")]
    tariff: String,
}

/// Where orders are placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Through {
    /// `POST /api/v1/orders` with a request of the client's own
    Api,
    /// The six pages of an order, as a browser sends them
    Web,
}

/// One order before it is sent.
struct Draft {
    name: String,
    csr: String,
}

/// What every client of the run needs.
struct Run {
    server: Server,
    access: Access,
    tariff: String,
    through: Through,
    drafts: Vec<Draft>,
}

/// Measures.
///
/// # Errors
/// An order is refused, or certificates are not issued in time.
pub(crate) async fn run(options: &Orders) -> anyhow::Result<Report> {
    let store = Store::connect(&options.database, StoreOptions::default()).await?;
    let tokens = options.count.div_ceil(ORDERS_OF_A_TOKEN);
    let access = Access::open(&store, u64::try_from(tokens)?).await?;
    give_credit(&store, &access).await?;
    give_the_ca_money(&options.management).await?;
    let server = Server::at(&options.url)?;
    let first = access.tokens.first().context("a token")?;
    let tariff = tariff(&server, first, &options.tariff).await?;
    let run = Arc::new(Run {
        server,
        access,
        tariff,
        through: options.through,
        drafts: drafts(options.count)?,
    });
    let started = Instant::now();
    let (services, millis) = place_all(&run, options.at_once.max(1)).await?;
    let placing = started.elapsed().as_secs_f64();
    all_issued(&store, &services).await?;
    let issuing = started.elapsed().as_secs_f64();
    let waits = waits(&store, &services).await?;
    store.close().await;
    let count = u64::try_from(services.len())?;
    Ok(Report {
        title: format!(
            "orders through {:?}, {} at once",
            options.through, options.at_once
        ),
        rows: vec![
            Row::count("orders", count),
            Row::rate("orders placed", count, placing),
            Row::rate("orders placed and issued", count, issuing),
        ],
        timings: vec![
            Timing::of("one order, until the answer", millis),
            Timing::of("from order to issued certificate", waits),
        ],
        ..Report::default()
    })
}

async fn place_all(run: &Arc<Run>, at_once: usize) -> anyhow::Result<(Vec<ServiceId>, Vec<f64>)> {
    let mut clients = JoinSet::new();
    for client in 0..at_once {
        let run = run.clone();
        clients.spawn(async move {
            let mut placed = Vec::new();
            for place in (client..run.drafts.len()).step_by(at_once) {
                let started = Instant::now();
                let service = run.place(place).await?;
                placed.push((service, millis_since(started)));
            }
            Ok::<_, anyhow::Error>(placed)
        });
    }
    let mut placed = Vec::new();
    while let Some(client) = clients.join_next().await {
        placed.extend(client??);
    }
    Ok(placed.into_iter().unzip())
}

impl Run {
    async fn place(&self, place: usize) -> anyhow::Result<ServiceId> {
        let draft = self.drafts.get(place).context("a draft")?;
        match self.through {
            Through::Api => self.through_api(draft, place).await,
            Through::Web => self.through_web(draft).await,
        }
    }

    async fn through_api(&self, draft: &Draft, place: usize) -> anyhow::Result<ServiceId> {
        let token = self
            .access
            .tokens
            .get(place / ORDERS_OF_A_TOKEN)
            .context("a token")?;
        let order = json!({
            "tariff": self.tariff,
            "years": 1,
            "names": [draft.name],
            "csr": draft.csr,
            "validation": { "method": "dns" },
            "contact": { "first_name": "Ada", "last_name": "Example", "email": "ada@client.example", "phone": "+31 20 1234567" },
        });
        let service = self.server.order(token, &draft.name, &order).await?;
        service.parse().context("the service's id")
    }

    /// Every step sends the whole form, so the fields are those of the last step from the beginning.
    async fn through_web(&self, draft: &Draft) -> anyhow::Result<ServiceId> {
        let session = &self.access.client;
        let (status, _) = self.server.page(session, "/order").await?;
        anyhow::ensure!(status == StatusCode::OK, "/order: {status}");
        let mut fields = vec![
            ("go", "on"),
            ("once", draft.name.as_str()),
            ("plan", self.tariff.as_str()),
            ("years", "1"),
            ("names", draft.name.as_str()),
            ("source", "pasted"),
            ("csr", draft.csr.as_str()),
            ("contact.first_name", "Ada"),
            ("contact.last_name", "Example"),
            ("contact.email", "ada@client.example"),
            ("contact.phone", "+31 20 1234567"),
            ("method", "dns"),
        ];
        for step in ["product", "request", "contact", "validation"] {
            fields.push(("step", step));
            let (status, _) = self.server.send(session, "/order", &fields).await?;
            anyhow::ensure!(status == StatusCode::OK, "step {step}: {status}");
            fields.pop();
        }
        fields.push(("step", "summary"));
        let (status, location) = self.server.send(session, "/order", &fields).await?;
        let location = location.with_context(|| format!("the order was not taken: {status}"))?;
        location
            .trim_start_matches("/services/")
            .parse()
            .context("the service's id")
    }
}

/// The account may owe enough for the run.
async fn give_credit(store: &Store, access: &Access) -> anyhow::Result<()> {
    let tx = store.begin().await?;
    let mut account = store::account::lock(&tx, access.account)
        .await?
        .context("the account")?;
    account.credit_limit = CREDIT;
    store::account::update(&tx, &mut account).await?;
    tx.commit().await?;
    Ok(())
}

async fn give_the_ca_money(management: &str) -> anyhow::Result<()> {
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
    let url = format!("{}/balance/add", management.trim_end_matches('/'));
    let response = http.post(url).json(&json!({ "amount": CA_MONEY })).send().await?;
    response
        .error_for_status()
        .context("raising the balance at the simulated CA")?;
    Ok(())
}

async fn tariff(server: &Server, token: &str, name: &str) -> anyhow::Result<String> {
    let answer = server.read(token, "/tariffs").await?;
    let tariffs = answer
        .get("tariffs")
        .and_then(|list| list.as_array())
        .context("a list of tariffs")?;
    let found = tariffs.iter().find(|tariff| tariff["name"] == name);
    let id = found.and_then(|tariff| tariff["id"].as_str());
    id.map(str::to_owned)
        .with_context(|| format!("there is no tariff plan {name}"))
}

/// Requests with keys of their own, made before the clock runs: clients make them on their own machines.
fn drafts(count: usize) -> anyhow::Result<Vec<Draft>> {
    let run = seal::random::alphanumeric(8).to_lowercase();
    (0..count)
        .map(|place| {
            let name = format!("load-{run}-{place}.client-one.example");
            let main: DomainName = name.parse()?;
            let key = PrivateKey::make(KeyChoice::P256)?;
            let csr = pki::csr::make(&key, &NameSet::new(main, []), &Subject::default())?;
            Ok(Draft {
                name,
                csr: csr.to_pem(),
            })
        })
        .collect()
}

async fn all_issued(store: &Store, services: &[ServiceId]) -> anyhow::Result<()> {
    let looking = async {
        loop {
            let mut open = 0;
            for part in services.chunks(500) {
                for service in service::find_all(store.reader(), part).await? {
                    anyhow::ensure!(
                        service.state != ServiceState::Failed,
                        "S-{} failed",
                        service.number
                    );
                    open += usize::from(service.state != ServiceState::Active);
                }
            }
            if open == 0 {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking)
        .await
        .context("not every certificate was issued in time")?
}

async fn waits(store: &Store, services: &[ServiceId]) -> anyhow::Result<Vec<f64>> {
    let mut waits = Vec::new();
    for part in services.chunks(500) {
        for service in service::find_all(store.reader(), part).await? {
            let issued = service.issued_at.context("an active service has a certificate")?;
            waits.push(issued.duration_since(service.created_at).as_secs_f64() * 1_000.0);
        }
    }
    Ok(waits)
}
