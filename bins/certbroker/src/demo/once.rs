//! `certbroker demo --once`: the main job without a browser. Connect, check, import, order, prove, download, verify.

use std::path::PathBuf;

use anyhow::Context as _;
use domain::{
    contact::Organisation,
    id::{ServiceId, TariffPlanId},
    product::{ProductKind, ValidationLevel, ValidationMethod},
    state::ServiceState,
    term::Years,
};
use engine::{
    Actor, Engine,
    certificates::DownloadFormat,
    orders::{NamePlan, RequestSource},
    services::{ProofView, ServiceView},
    travel::Destination,
};
use jiff::{Timestamp, civil::Date};
use leaderssl_simulator::record::{KeyFamily, NameOrigin};
use pki::{Certificate, Chain, KeyChoice};
use secrecy::SecretString;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{
    files::Files,
    moving::{self, Moved},
    people, seed,
    world::{Addresses, DemoWorld},
};
use crate::{
    cli::{Demo, Global},
    command::organisation,
    installation::Installation,
    logs::ProgramLogs,
    output,
};

/// What the client pays in, in cents: enough for every product and term.
const MONEY: i64 = 2_000_000;

/// What is printed at the end.
#[derive(Serialize)]
struct Report {
    /// What people call the service.
    service: String,
    /// The order's id at the CA.
    ca_order: String,
    names: Vec<String>,
    end_date: Option<Date>,
    paid_till: Option<Date>,
    certificates: Vec<Issued>,
    /// How often control over a name was shown to the CA.
    validations: usize,
    purchases: Vec<Purchase>,
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Issued {
    serial: String,
    not_before: Timestamp,
    not_after: Timestamp,
    reason: &'static str,
}

/// A line of the CA's ledger.
#[derive(Serialize)]
struct Purchase {
    id: i64,
    at: Timestamp,
    amount: String,
    currency: String,
    order: Option<i64>,
    domain_name: Option<String>,
    days: Option<u16>,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "its name in the JSON")]
struct Step {
    step: &'static str,
    at: Timestamp,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    after: Option<Moved>,
}

/// What was done so far, each said on standard error as it happens.
struct Progress {
    engine: Engine,
    steps: Vec<Step>,
}

impl Progress {
    #[expect(clippy::print_stderr, reason = "progress for whoever watches")]
    fn done(&mut self, step: &'static str) {
        use domain::Clock as _;
        let at = domain::clock::to_micros(self.engine.clock().now());
        eprintln!("{} {}", at.strftime("%F %H:%M:%S%.3f"), step.replace('_', " "));
        self.steps.push(Step {
            step,
            at,
            after: None,
        });
    }

    /// A move of business time, and what the service is then.
    fn moved(&mut self, after: Moved) {
        self.done("moved");
        output::note(&after.to_string());
        if let Some(step) = self.steps.last_mut() {
            step.after = Some(after);
        }
    }
}

/// Does the main job once.
///
/// # Errors
/// A bad option is refused before anything is ordered; otherwise whatever failed on the way.
pub(super) async fn run(global: &Global, options: &Demo) -> anyhow::Result<()> {
    let wishes = Wishes::read(options)?;
    let files = Files::in_folder(&wishes.out)?;
    let temporary;
    let folder = if let Some(folder) = &global.data {
        folder.clone()
    } else {
        temporary = tempfile::tempdir().context("making a temporary folder")?;
        temporary.path().to_owned()
    };
    super::forget(&folder)?;
    let world = DemoWorld::start(&folder, Addresses::ANY, options.clock, options.reissue).await?;
    let settings = super::settings(&folder, &world, options.listen);
    let logs = ProgramLogs::of_a_command()?;
    let installation = Installation::open(&settings, world.as_seen()?, logs).await?;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(installation.engine.worker().run_until(stop.clone()));
    let report = Box::pin(work(&installation, &world, &files, wishes)).await;
    stop.cancel();
    worker.await.context("the worker")?;
    installation.store.close().await;
    let text = serde_json::to_string_pretty(&report?).context("writing JSON")?;
    output::write(format!("{text}\n").as_bytes())
}

/// What was asked for, read before anything is done.
struct Wishes {
    out: PathBuf,
    names: Vec<String>,
    csr: Option<String>,
    organisation: Option<Organisation>,
    method: ValidationMethod,
    product: String,
    years: Years,
    moves: Vec<Destination>,
}

impl Wishes {
    fn read(options: &Demo) -> anyhow::Result<Self> {
        let out = options.out.clone().context("--once needs --out")?;
        let csr = match &options.csr {
            Some(path) => {
                Some(std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?)
            }
            None => None,
        };
        Ok(Self {
            out,
            names: options.domain.clone(),
            csr,
            organisation: options.org.as_deref().map(organisation::read).transpose()?,
            method: options.validation.into(),
            product: options.product.clone(),
            years: Years::new(options.years)?,
            moves: options
                .advance
                .iter()
                .flat_map(|destination| destination.by_years())
                .collect(),
        })
    }
}

async fn work(
    installation: &Installation,
    world: &DemoWorld,
    files: &Files,
    mut wishes: Wishes,
) -> anyhow::Result<Report> {
    let engine = &installation.engine;
    let admin = &installation.owner;
    let mut progress = Progress {
        engine: engine.clone(),
        steps: Vec::new(),
    };
    let module = seed::connect(engine, admin, world).await?;
    progress.done("connected");
    if !engine.modules().check_now(admin, module).await?.is_ok() {
        anyhow::bail!("the connection to the simulated CA does not work");
    }
    progress.done("checked");
    engine.catalogue().import(admin, module, None).await?;
    progress.done("imported");
    seed::connect_zone(engine, admin, world).await?;
    let plan = seed::plan(engine, admin, module, &wishes.product, 50).await?;
    progress.done("priced");
    let account = seed::open_account(engine, admin, "Client One GmbH", "DE").await?;
    seed::credit(engine, admin, account, MONEY, "Bank transfer").await?;
    let (_, client) = people::client(
        installation,
        admin,
        account,
        "ada@client-one.example",
        "Ada Example",
    )
    .await?;
    progress.done("paid_in");

    let has_csr = wishes.csr.is_some();
    let moves = std::mem::take(&mut wishes.moves);
    let verifies = verifies_organisation(engine, admin, plan).await?;
    let ordered = order(engine, &client, plan, wishes).await?;
    progress.done("ordered");
    let service = ordered.service;
    let view = seed::until(engine, admin, service, |view| {
        !view.validations.is_empty() || view.failure.is_some()
    })
    .await?;
    refuse_failure(&view)?;
    progress.done("accepted");
    prove(world, &view)?;
    progress.done("published");
    if verifies {
        approve_at_ca(world, &view)?;
        progress.done("organisation_verified");
    }
    let view = seed::until(engine, admin, service, |view| {
        view.line.state == ServiceState::Active || view.failure.is_some()
    })
    .await?;
    refuse_failure(&view)?;
    progress.done("issued");
    download(
        engine,
        &client,
        world,
        files,
        &view,
        (!has_csr).then_some(ordered.private_key).flatten(),
    )
    .await?;
    progress.done("verified");
    let mut view = view;
    for destination in moves {
        progress.moved(moving::go(installation, world, service, destination).await?);
        view = engine.services().show(admin, service).await?;
        // The files are those of the certificate in use; the request, and with it the key, stays the same.
        download(engine, &client, world, files, &view, None).await?;
    }
    Ok(report(world, &view, progress.steps))
}

struct Ordered {
    service: ServiceId,
    private_key: Option<SecretString>,
}

async fn order(
    engine: &Engine,
    client: &Actor,
    plan: TariffPlanId,
    wishes: Wishes,
) -> anyhow::Result<Ordered> {
    let names = match (wishes.names.is_empty(), wishes.csr.is_some()) {
        (true, false) => vec![usual_name(engine, client, plan).await?],
        _ => wishes.names,
    };
    let mut order = seed::new_order(plan, names, wishes.method, false);
    order.years = wishes.years;
    order.organisation = wishes.organisation;
    order.request = match wishes.csr {
        Some(csr) => RequestSource::Given(csr),
        None => RequestSource::MadeNotStored(KeyChoice::P256),
    };
    if wishes.method == ValidationMethod::Email {
        order.validation.names = approvers(engine, client, plan, &order.names, &order.request).await?;
    }
    let placed = engine.orders().place(client, order).await.context("ordering")?;
    Ok(Ordered {
        service: placed.service,
        private_key: placed.private_key,
    })
}

/// The first address that the CA offers for each name.
async fn approvers(
    engine: &Engine,
    client: &Actor,
    plan: TariffPlanId,
    names: &[String],
    request: &RequestSource,
) -> anyhow::Result<Vec<NamePlan>> {
    let names = match request {
        RequestSource::Given(csr) if names.is_empty() => {
            let judged = engine.orders().judge_csr(client, csr).await?;
            judged.names.iter().map(ToString::to_string).collect()
        }
        _ => names.to_vec(),
    };
    let offered = engine.orders().approvers(client, plan, &names).await?;
    Ok(offered
        .into_iter()
        .map(|offer| NamePlan {
            name: offer.name.to_string(),
            method: ValidationMethod::Email,
            approver: offer.addresses.into_iter().next(),
        })
        .collect())
}

/// What is ordered when no name was given.
async fn usual_name(engine: &Engine, client: &Actor, plan: TariffPlanId) -> anyhow::Result<String> {
    let offers = engine.tariffs().offers(client, None).await?;
    let offer = offers
        .iter()
        .find(|offer| offer.plan == plan)
        .context("the plan is not offered")?;
    let takes_a_wildcard = offer.kind == ProductKind::Wildcard;
    Ok(if takes_a_wildcard {
        "*.example.net"
    } else {
        "www.example.net"
    }
    .to_owned())
}

async fn verifies_organisation(engine: &Engine, admin: &Actor, plan: TariffPlanId) -> anyhow::Result<bool> {
    Ok(engine.tariffs().show(admin, plan).await?.line.level != ValidationLevel::Dv)
}

/// Does what the client is asked to do for every name. Records are published by certbroker itself.
pub(super) fn prove(world: &DemoWorld, view: &ServiceView) -> anyhow::Result<()> {
    for validation in &view.validations {
        match &validation.proof {
            ProofView::Cname { .. } => {}
            ProofView::File { url, content } => {
                let url: url::Url = url.parse().context("the address of a file")?;
                let host = url.host_str().context("the address of a file names no host")?;
                let files = world.surroundings.web.files();
                files.put(host, url.path(), content.as_bytes());
            }
            ProofView::Mail { .. } => {
                for mail in world.simulator.mailbox() {
                    let is_for_it = mail.names.contains(&validation.name) && mail.confirmed_at.is_none();
                    if is_for_it {
                        world.simulator.confirm_mail(&mail.code)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// Plays the CA's staff, who find the organisation in a register.
pub(super) fn approve_at_ca(world: &DemoWorld, view: &ServiceView) -> anyhow::Result<()> {
    for order in world.simulator.certificates() {
        if order.main_name() == &view.line.main_name && order.status.is_open() {
            world
                .simulator
                .decide(order.id, leaderssl_simulator::Decision::Approve)?;
        }
    }
    Ok(())
}

fn at_ca(
    world: &DemoWorld,
    view: &ServiceView,
) -> anyhow::Result<std::sync::Arc<leaderssl_simulator::record::Certificate>> {
    world
        .simulator
        .certificates()
        .into_iter()
        .find(|known| known.main_name() == &view.line.main_name)
        .context("the CA does not know the order")
}

fn refuse_failure(view: &ServiceView) -> anyhow::Result<()> {
    match &view.failure {
        None => Ok(()),
        Some(failure) => anyhow::bail!(
            "the order failed ({}): {}",
            failure.code,
            failure.text.as_deref().unwrap_or("no words")
        ),
    }
}

/// Writes all files and judges what was written: the chain up to the CA's root, and the names.
async fn download(
    engine: &Engine,
    client: &Actor,
    world: &DemoWorld,
    files: &Files,
    view: &ServiceView,
    key: Option<SecretString>,
) -> anyhow::Result<()> {
    let current = view
        .certificates
        .iter()
        .find(|one| one.is_current)
        .context("there is no certificate")?;
    let id = current.id;
    let leaf = files
        .download(engine, client, id, DownloadFormat::Certificate, "certificate.pem")
        .await?;
    let bag = files
        .download(engine, client, id, DownloadFormat::Intermediates, "ca.pem")
        .await?;
    files
        .download(engine, client, id, DownloadFormat::FullChain, "fullchain.pem")
        .await?;
    let family = at_ca(world, view)?
        .issued
        .as_ref()
        .map_or(KeyFamily::Ec, |issued| issued.family);
    let root = world.simulator.root_pem_of(family)?;
    files.public("root.pem", &root)?;
    if let Some(key) = &key {
        files.secret("privkey.pem", key)?;
    }
    let leaf = Certificate::parse(&leaf)?;
    let anchors = Certificate::parse_bag(root.as_bytes())?;
    let at = current.not_before;
    Chain::build(leaf.clone(), &Certificate::parse_bag(&bag)?, &anchors, at)
        .context("the chain does not lead to the CA's root")?;
    let names = leaf.names().context("the certificate has no names")?;
    for name in &view.names {
        anyhow::ensure!(names.contains(name), "{name} is not in the certificate");
    }
    Ok(())
}

fn report(world: &DemoWorld, view: &ServiceView, steps: Vec<Step>) -> Report {
    let mut certificates: Vec<Issued> = view
        .certificates
        .iter()
        .map(|one| Issued {
            serial: one.serial.clone(),
            not_before: one.not_before,
            not_after: one.not_after,
            reason: one.reason.word(),
        })
        .collect();
    certificates.sort_by_key(|one| one.not_before);
    Report {
        service: format!("S-{}", view.line.number),
        ca_order: view
            .ca_orders
            .first()
            .map(|order| order.ca_ref.clone())
            .unwrap_or_default(),
        names: view.names.iter().map(ToString::to_string).collect(),
        end_date: view.line.dates.end_date,
        paid_till: view.line.dates.paid_till,
        certificates,
        validations: world
            .simulator
            .certificates()
            .iter()
            .flat_map(|certificate| &certificate.control)
            .filter(|control| control.origin == NameOrigin::Ordered && control.proven_at.is_some())
            .count(),
        purchases: world
            .simulator
            .purchases()
            .into_iter()
            .map(|charge| Purchase {
                id: charge.id,
                at: charge.at,
                amount: charge.amount.amount().to_string(),
                currency: charge.amount.currency().to_string(),
                order: charge.order_id,
                domain_name: charge.domain_name.map(|name| name.to_string()),
                days: charge.days,
            })
            .collect(),
        steps,
    }
}
