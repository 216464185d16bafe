//! An opened data folder: database, master keys, engine. The server and every command begin here.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use domain::Currency;
use engine::{
    Actor, BusinessClock, Config, Engine, Logs, Pace, Parts, RequestId, Who, departments::DepartmentInput,
    instance, rules::RulesInForce, travel::Companion,
};
use jiff::{SignedDuration, tz::TimeZone};
use notify::{Recipient, SmtpMailer, SmtpSettings, smtp::Security};
use seal::KeyFile;
use store::{Store, StoreOptions, StoreUrl, seller::Seller};

use crate::{
    config::{Mail, Settings},
    exit::Refused,
    secret_input,
};

/// The department that gets the tasks until others are made.
const FIRST_DEPARTMENT: &str = "Support";

/// An opened data folder.
pub(crate) struct Installation {
    /// The database.
    pub(crate) store: Store,
    /// The use cases.
    pub(crate) engine: Engine,
    /// The master keys' file.
    pub(crate) key_file: KeyFile,
    /// Whoever may run the program on the machine where the data lie.
    pub(crate) owner: Actor,
}

/// The world around an installation: the real one, or one that stands on this machine.
pub(crate) struct World {
    /// Looks at names and files the way a CA does.
    pub(crate) eyes: dns::EyesConfig,
    /// Whether CAs are simulators.
    pub(crate) mode: ca::Mode,
    /// How often CAs are asked.
    pub(crate) pace: Pace,
    /// Limits of calls to one CA account.
    pub(crate) limits: ca::Limits,
    /// How careful purchases are.
    pub(crate) purchase: ca::purchase::Policy,
    /// What a commit survives.
    pub(crate) durability: store::Durability,
    /// What business time is ahead of the machine's at the first start; later starts go on with what is stored.
    pub(crate) first_offset: SignedDuration,
    /// The clock of the simulated CA, when there is one.
    pub(crate) companion: Option<Arc<dyn Companion>>,
}

impl World {
    /// The real one.
    pub(crate) fn real(settings: &Settings) -> Self {
        let resolver = match settings.config.dns.resolver {
            Some(address) => dns::Resolver::Address(address),
            None => dns::Resolver::System,
        };
        Self {
            eyes: dns::EyesConfig {
                resolver,
                ..dns::EyesConfig::default()
            },
            mode: ca::Mode::Live,
            pace: Pace::LIVE,
            limits: ca::Limits::default(),
            purchase: ca::purchase::Policy::default(),
            durability: store::Durability::Full,
            first_offset: SignedDuration::ZERO,
            companion: None,
        }
    }
}

impl Installation {
    /// Opens the data folder; the first time makes database, keys, seller and a department.
    ///
    /// # Errors
    /// What cannot be read, made or understood, with its place.
    pub(crate) async fn open(settings: &Settings, world: World, logs: Arc<dyn Logs>) -> anyhow::Result<Self> {
        make_folder(&settings.data)?;
        let machine = BusinessClock::real().machine_now();
        let store = open_store(settings, world.durability).await?;
        store.migrate().await.context("bringing the schema up to date")?;
        let (start, offset) =
            instance::start(&store, &settings.instance_file(), machine, world.first_offset).await?;
        if start == instance::Start::Mismatch {
            tracing::warn!(
                "the database does not belong to this data folder: purchases are off until a reconciliation has passed"
            );
        }
        let key_file = KeyFile::new(settings.key_file());
        if let Some(folder) = key_file.path().parent() {
            make_folder(folder)?;
        }
        let keys = key_file
            .load_or_create(machine)
            .context("opening the master keys")?;
        let time_zone = TimeZone::get(&settings.config.time_zone)
            .with_context(|| format!("time_zone is `{}`", settings.config.time_zone))?;
        let seller = seller(&store, settings, machine).await?;
        let engine = Engine::new(Parts {
            store: store.clone(),
            clock: Arc::new(BusinessClock::with_offset(offset)),
            keys,
            registry: connectors::REGISTRATIONS,
            eyes: dns::Eyes::new(world.eyes).context("setting up look-ups")?,
            logs,
            mailer: mailer(&settings.config.mail)?,
            rules: rules(settings)?,
            companion: world.companion,
            config: Config {
                time_zone,
                public_url: settings.public_url().as_str().trim_end_matches('/').to_owned(),
                mode: world.mode,
                limits: world.limits,
                crash_at: crash_at(world.mode)?,
                purchase: world.purchase,
                pace: world.pace,
                at_once: 16,
            },
        });
        let installation = Self {
            store,
            engine,
            key_file,
            owner: Actor {
                who: Who::CommandLine,
                seller: seller.id,
                request: RequestId(seal::random::uuid_v7(machine)),
                address: None,
                is_confirmed: true,
            },
        };
        installation.ensure_a_department().await?;
        Ok(installation)
    }

    /// Modules need somebody who gets their tasks, so there is always one department.
    async fn ensure_a_department(&self) -> anyhow::Result<()> {
        if !self.engine.departments().list(&self.owner).await?.is_empty() {
            return Ok(());
        }
        let first = DepartmentInput {
            name: FIRST_DEPARTMENT.to_owned(),
            ..DepartmentInput::default()
        };
        self.engine.departments().create(&self.owner, first).await?;
        Ok(())
    }
}

/// The dated rules: the operator's own, all of them good, or those built in.
///
/// # Errors
/// The file cannot be read, or everything that is wrong in it.
fn rules(settings: &Settings) -> anyhow::Result<RulesInForce> {
    let Some(path) = settings.rules_file() else {
        return Ok(RulesInForce::built_in());
    };
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("reading the dated rules {}", path.display()))?;
    RulesInForce::of_file(path.clone(), &text)
        .map_err(|bad| Refused(format!("the dated rules {} are not good:\n{bad}", path.display())).into())
}

/// Where the database is.
///
/// # Errors
/// The address does not fit.
pub(crate) fn store_url(settings: &Settings) -> anyhow::Result<StoreUrl> {
    settings
        .database_url()
        .parse()
        .map_err(|_| Refused("database_url is neither sqlite:///path nor postgres://…".to_owned()).into())
}

/// Connects to the database without changing its schema.
///
/// # Errors
/// The address does not fit or nothing answers there.
pub(crate) async fn open_store(settings: &Settings, durability: store::Durability) -> anyhow::Result<Store> {
    let url = store_url(settings)?;
    let options = StoreOptions {
        durability,
        ..StoreOptions::default()
    };
    Store::connect(&url, options)
        .await
        .context("opening the database")
}

/// Makes a folder that only its owner may look into.
pub(crate) fn make_folder(path: &std::path::Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("making the folder {}", path.display()))
}

async fn seller(store: &Store, settings: &Settings, now: jiff::Timestamp) -> anyhow::Result<Seller> {
    let tx = store.begin().await?;
    if let Some(seller) = store::seller::first(&tx).await? {
        return Ok(seller);
    }
    let seller = Seller {
        id: seal::random::uuid_v7(now).into(),
        name: "certbroker".to_owned(),
        time_zone: settings.config.time_zone.clone(),
        currency: Currency::EUR,
        created_at: now,
        version: 1,
    };
    store::seller::insert(&tx, &seller).await?;
    tx.commit().await?;
    Ok(seller)
}

fn mailer(mail: &Mail) -> anyhow::Result<Option<Arc<dyn notify::Mailer>>> {
    let Some(host) = mail.host.clone() else {
        return Ok(None);
    };
    let security = match mail.encryption.as_str() {
        "tls" => Security::Tls,
        "starttls" => Security::StartTls,
        "none" => Security::None,
        other => anyhow::bail!("mail.encryption is `{other}`; it may be tls, starttls or none"),
    };
    let sign_in = match (&mail.username, &mail.password_file) {
        (None, _) => None,
        (Some(_), None) => anyhow::bail!("mail.username is set, so mail.password_file is needed"),
        (Some(name), Some(file)) => {
            Some((name.clone(), secret_input::read(&format!("@{}", file.display()))?))
        }
    };
    let mailer = SmtpMailer::new(&SmtpSettings {
        host,
        port: mail.port,
        security,
        sign_in,
        from: sender(&mail.from)?,
        timeout: Duration::from_secs(30),
    })?;
    Ok(Some(Arc::new(mailer)))
}

/// `Name <address>` or an address.
fn sender(text: &str) -> anyhow::Result<Recipient> {
    let (name, address) = match text
        .trim()
        .strip_suffix('>')
        .and_then(|rest| rest.split_once('<'))
    {
        Some((name, address)) => (name.trim(), address),
        None => ("", text),
    };
    let recipient = Recipient::parse(address).with_context(|| format!("mail.from is `{text}`"))?;
    Ok(recipient.named(name))
}

/// Where a test of crashes wants the program to die; a real installation never does.
#[expect(
    clippy::disallowed_methods,
    reason = "for tests only, so it is no configuration"
)]
fn crash_at(mode: ca::Mode) -> anyhow::Result<Option<String>> {
    let Ok(point) = std::env::var("CERTBROKER_CRASH_AT") else {
        return Ok(None);
    };
    if mode == ca::Mode::Live {
        anyhow::bail!("CERTBROKER_CRASH_AT works in a demo only");
    }
    point
        .parse::<engine::FaultPlan>()
        .context("CERTBROKER_CRASH_AT")?;
    Ok(Some(point))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_rules_stop_the_start_and_every_error_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let read = || rules(&Settings::read(Some(folder.path().into()), None).unwrap());
        assert_eq!(read().unwrap().digest(), RulesInForce::built_in().digest());
        let path = folder.path().join("rules.toml");
        let own = domain::rules::BUILT_IN
            .replacen("days = 825", "days = \"long\"", 1)
            .replacen("part = 3", "parts = 3", 1);
        std::fs::write(&path, own).unwrap();
        let error = read().unwrap_err().to_string();
        for wanted in [
            "rules.toml",
            "validity[1].days",
            "lead.part is missing",
            "lead.parts",
        ] {
            assert!(error.contains(wanted), "{wanted}: {error}");
        }
        std::fs::write(&path, domain::rules::BUILT_IN).unwrap();
        assert_eq!(read().unwrap().digest(), RulesInForce::built_in().digest());
    }

    #[test]
    fn a_sender_has_a_name_or_not() {
        assert_eq!(sender("ops@example.net").unwrap().name(), None);
        let named = sender("Example Hosting <ops@example.net>").unwrap();
        assert_eq!(
            (named.name(), named.address()),
            (Some("Example Hosting"), "ops@example.net")
        );
        assert!(sender("nobody").is_err());
    }
}
