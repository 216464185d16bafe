//! `certbroker demo`: the server with everything around it in one process, or the main job once without a browser.

mod files;
mod moving;
mod once;
mod people;
mod seed;
mod world;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;
use leaderssl_simulator::ReissueCall;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use self::{
    people::SignIn,
    world::{Addresses, DemoWorld},
};
use crate::{
    cli::{Demo, Global},
    config::{Config, Settings},
    exit::Refused,
    installation::{self, Installation},
    logs::ProgramLogs,
    output::{self, Sheet},
    server::{self, Server},
};

/// Where a demo keeps its data unless told otherwise.
const FOLDER: &str = "certbroker-demo";
/// What a demo remembers: where it listens and who signs in.
const MEMORY: &str = "demo.json";

/// What a demo remembers between two starts.
#[derive(Serialize, Deserialize)]
struct Memory {
    addresses: Addresses,
    sign_ins: Vec<SignIn>,
}

/// What a demo prints when it is ready.
#[derive(Serialize)]
struct Ready<'a> {
    web: String,
    api: String,
    mailbox: String,
    /// What a processing module of the simulated CA is connected with.
    ca: Reseller,
    /// The simulated CA's management listener.
    management: String,
    /// Whether the CA answers the reissue call, which is assumed: no public source confirms it.
    reissue_call: &'static str,
    /// Files below `HOST/` here are what the web server of that host serves.
    www: &'a Path,
    setup: Option<String>,
    sign_ins: &'a [SignIn],
}

/// The reseller account at the simulated CA.
#[derive(Serialize)]
struct Reseller {
    url: String,
    username: &'static str,
    password: &'static str,
}

/// Runs the demo until told to stop, or the main job once.
///
/// # Errors
/// A port is taken, a folder cannot be written, or the main job fails.
pub(crate) async fn run(global: &Global, options: Demo) -> anyhow::Result<()> {
    if options.once {
        return Box::pin(once::run(global, &options)).await;
    }
    if !options.listen.ip().is_loopback() {
        return Err(Refused(format!(
            "{} is not loopback: a demo is for this machine only",
            options.listen
        ))
        .into());
    }
    let folder = global.data.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
    if options.fresh {
        forget(&folder)?;
    }
    Box::pin(serve(global, &options, folder)).await
}

async fn serve(global: &Global, options: &Demo, folder: PathBuf) -> anyhow::Result<()> {
    installation::make_folder(&folder)?;
    let memory = remembered(&folder)?;
    let is_first = memory.is_none();
    let has_history = is_first && !options.empty;
    if options.clock.is_some() && !is_first {
        return Err(Refused(format!(
            "{} has a clock already, and time goes forward: `certbroker clock advance` moves it, --fresh begins anew",
            folder.display()
        ))
        .into());
    }
    let present = options.clock.unwrap_or_else(world::machine_now);
    let history = seed::history_before(present);
    let start = if has_history {
        Some(present - history)
    } else {
        options.clock
    };
    let at = memory.as_ref().map_or(Addresses::ANY, |memory| memory.addresses);
    let folder = std::path::absolute(&folder).context("the data folder")?;
    let world = DemoWorld::start(&folder, at, start, options.reissue).await?;
    let listener = server::listen(options.listen).await?;
    let settings = settings(&folder, &world, listener.local_addr()?);
    let logs = ProgramLogs::of_a_server(&settings)?;
    let installation = Installation::open(&settings, world.as_seen()?, logs).await?;
    let server = Server::start(&installation, &settings, listener).await?;
    let stop = CancellationToken::new();
    world.forward_mails(stop.clone());
    let sign_ins = match memory {
        Some(memory) => memory.sign_ins,
        None if options.empty => Vec::new(),
        None => seed::fill(&installation, &world, history).await?.sign_ins,
    };
    if is_first {
        let memory = Memory {
            addresses: world.addresses,
            sign_ins: sign_ins.clone(),
        };
        people::keep(&folder.join(MEMORY), &memory)?;
    }
    let ready = Ready {
        web: format!("http://{}", server.address),
        api: format!("http://{}/api/v1", server.address),
        mailbox: format!("http://{}", world.addresses.mailbox),
        ca: Reseller {
            url: world.simulator.api_url(),
            username: world::CA_USER,
            password: world::CA_PASSWORD,
        },
        management: world.simulator.management_url(),
        reissue_call: match options.reissue {
            ReissueCall::On => "on",
            ReissueCall::Off => "off",
        },
        www: &world.www,
        setup: server::set_up_link(&installation, &settings).await?,
        sign_ins: &sign_ins,
    };
    announce(global, &ready, installation.engine.clock().machine_now())?;
    server::told_to_stop().await?;
    stop.cancel();
    server.stop().await?;
    installation.store.close().await;
    world.surroundings.shutdown().await;
    Ok(())
}

/// A demo's own settings: nothing of the machine's configuration.
fn settings(folder: &Path, world: &DemoWorld, listen: std::net::SocketAddr) -> Settings {
    let mut config = Config {
        listen,
        mail: world.mail(),
        ..Config::default()
    };
    config.log.file = Some(folder.join("certbroker.log"));
    Settings {
        data: folder.to_owned(),
        config,
    }
}

/// The world of the demo that lives in this folder, whether it runs now or not; none when no demo made the folder.
///
/// # Errors
/// What the demo remembers cannot be read.
pub(crate) fn world_of(folder: &Path) -> anyhow::Result<Option<installation::World>> {
    if !folder.join(MEMORY).exists() {
        return Ok(None);
    }
    let memory = remembered(folder)?;
    memory.map(|memory| memory.addresses.as_seen()).transpose()
}

fn remembered(folder: &Path) -> anyhow::Result<Option<Memory>> {
    let path = folder.join(MEMORY);
    match std::fs::read(&path) {
        Ok(bytes) => {
            let memory = serde_json::from_slice(&bytes).with_context(|| {
                format!(
                    "{} cannot be read; --fresh forgets it and begins anew",
                    path.display()
                )
            })?;
            Ok(Some(memory))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            refuse_half_made(folder)?;
            Ok(None)
        }
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}

/// A demo that was stopped while it was filled has a database but no memory.
fn refuse_half_made(folder: &Path) -> anyhow::Result<()> {
    let database = folder.join("certbroker.db");
    if database.exists() {
        return Err(Refused(format!(
            "{} holds data that no finished demo left; --fresh begins anew",
            folder.display()
        ))
        .into());
    }
    Ok(())
}

/// Removes what an earlier demo left; a folder that no demo made stays.
fn forget(folder: &Path) -> anyhow::Result<()> {
    let is_a_demo = folder.join(MEMORY).exists() || folder.join("leaderssl.state").exists();
    let is_empty = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => return Ok(()),
    };
    if is_empty {
        return Ok(());
    }
    if !is_a_demo {
        return Err(Refused(format!(
            "{} is not the folder of a demo; it stays as it is",
            folder.display()
        ))
        .into());
    }
    std::fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))
}

fn announce(global: &Global, ready: &Ready<'_>, now: Timestamp) -> anyhow::Result<()> {
    if global.json {
        let line = serde_json::to_string(ready).context("writing JSON")?;
        return output::write(format!("{line}\n").as_bytes());
    }
    let mut sheet = Sheet::default();
    sheet.line(format!("certbroker is ready: {}\n", ready.web));
    sheet.line(format!("  mailbox       {}", ready.mailbox));
    sheet.line(format!("  API           {}", ready.api));
    sheet.line(format!(
        "  simulated CA  {} (sign-in {}, {}); its other side: {}",
        ready.ca.url, ready.ca.username, ready.ca.password, ready.management
    ));
    let reissue = match ready.reissue_call {
        "on" => "on: certificates are reissued by themselves. No public source confirms this call",
        _ => "off, as published: a person reissues",
    };
    sheet.line(format!("  reissue call  {reissue}"));
    sheet.line(format!("  web files     {}/HOST/…", ready.www.display()));
    if let Some(link) = &ready.setup {
        sheet.line(format!("\nSet it up: {link}"));
    }
    if !ready.sign_ins.is_empty() {
        sheet.line("\nSign in as");
    }
    for person in ready.sign_ins {
        sheet.line(format!(
            "  {:<14}{:<28}{}",
            person.role, person.email, person.password
        ));
        if let Some(code) = person.code(now) {
            let secret = person.totp_secret.as_deref().unwrap_or_default();
            sheet.line(format!("{:16}code now: {code}; authenticator app: {secret}", ""));
            let spare: Vec<&str> = person.recovery_codes.iter().take(3).map(String::as_str).collect();
            sheet.line(format!("{:16}or, once each: {}", "", spare.join(" ")));
        }
    }
    sheet.line("\nNothing leaves this machine. Stop with Ctrl-C; --fresh begins anew.");
    output::write(sheet.finish().as_bytes())
}
