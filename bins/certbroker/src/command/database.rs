//! `certbroker db …`

use std::{
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use engine::BusinessClock;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Durability, Store, StoreUrl, backup};

use super::file::{Readers, write_whole};
use crate::{
    cli::{DatabaseCommand, Global},
    config::Settings,
    exit::Refused,
    installation,
    output::{self, Format},
    server::Alone,
};

/// Files that SQLite keeps beside the database.
const COMPANIONS: &[&str] = &["-wal", "-shm"];

pub(super) async fn run(global: &Global, command: DatabaseCommand) -> anyhow::Result<()> {
    let settings = Settings::read(global.data.clone(), global.config.clone())?;
    let format = Format::of(global);
    match command {
        DatabaseCommand::Backup { file } => back_up(&settings, format, &file).await,
        DatabaseCommand::Restore { file, yes } => restore(&settings, format, &file, yes).await,
        DatabaseCommand::Migrate => migrate(&settings, format).await,
    }
}

/// A backup that was written.
#[derive(Serialize)]
struct BackedUp {
    file: String,
    taken_at: Timestamp,
    tables: u64,
    rows: u64,
}

async fn back_up(settings: &Settings, format: Format, file: &Path) -> anyhow::Result<()> {
    let store = existing(settings).await?;
    let taken_at = BusinessClock::real().machine_now();
    let written = write_whole(file, Readers::Owner, async |out| {
        let mut out = BufWriter::new(out);
        let summary = backup::write(&store, &mut out, taken_at).await?;
        out.flush()?;
        Ok(summary)
    })
    .await;
    store.close().await;
    let summary = written?;
    let said = BackedUp {
        file: file.display().to_string(),
        taken_at,
        tables: summary.tables,
        rows: summary.rows,
    };
    output::print(format, &said, |said| {
        format!(
            "{} holds {} rows of {} tables. The master keys are not in it.\n",
            said.file, said.rows, said.tables
        )
    })
}

/// A database that was there before; a mistyped folder must not become a new one.
async fn existing(settings: &Settings) -> anyhow::Result<Store> {
    if let StoreUrl::Sqlite(path) = installation::store_url(settings)?
        && !path.exists()
    {
        return Err(Refused(format!("there is no database {}", path.display())).into());
    }
    installation::open_store(settings, Durability::Full).await
}

/// What a restore did.
#[derive(Serialize)]
struct Restored {
    taken_at: Timestamp,
    tables: u64,
    rows: u64,
    /// Where the database is that was there before.
    moved_aside: Option<String>,
    are_purchases_allowed: bool,
}

/// The first line of a backup, as far as a person wants to know.
#[derive(Deserialize)]
struct Header {
    taken_at: Timestamp,
}

async fn restore(settings: &Settings, format: Format, file: &Path, yes: bool) -> anyhow::Result<()> {
    let header = header(file)?;
    let now = BusinessClock::real().machine_now();
    let plan = Plan::of(settings, now)?;
    if !yes {
        return Err(Refused(format!(
            "this would replace {} by the backup of {}{}; purchases stay off afterwards until certbroker has compared \
             with every CA. Say --yes to do it",
            plan.url,
            header.taken_at,
            plan.aside_words()
        ))
        .into());
    }
    let _alone = Alone::in_folder(settings)?;
    if let Place::Replaced { database, .. } = &plan.place
        && database.exists()
    {
        refuse_in_use(settings, database).await?;
    }
    let instance = seal::random::uuid_v7(now);
    let summary = plan.fill(file, instance, now).await?;
    let moved_aside = plan.put_in_place()?;
    engine::instance::keep_id(&settings.instance_file(), instance)?;
    let said = Restored {
        taken_at: header.taken_at,
        tables: summary.tables,
        rows: summary.rows,
        moved_aside: moved_aside.map(|path| path.display().to_string()),
        are_purchases_allowed: false,
    };
    output::print(format, &said, restored_text)
}

fn restored_text(said: &Restored) -> String {
    let aside = said.moved_aside.as_ref().map_or_else(String::new, |path| {
        format!("The database from before is {path}.\n")
    });
    format!(
        "The backup of {} is restored: {} rows of {} tables.\n{aside}Purchases are off: what happened at the CAs since is \
         not in it. When everything agrees they are on again:\n  certbroker module reconcile\n",
        said.taken_at, said.rows, said.tables
    )
}

/// Refuses when another program has the SQLite file open.
///
/// Whoever closes a database last folds its write-ahead log into the file and removes it; one that stays after we have opened
/// and closed the database belongs to somebody else.
async fn refuse_in_use(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    let store = installation::open_store(settings, Durability::Full).await?;
    store.ping().await?;
    store.close().await;
    if named(file, "-wal").exists() {
        return Err(Refused(format!("another program has {} open", file.display())).into());
    }
    Ok(())
}

fn header(file: &Path) -> anyhow::Result<Header> {
    let mut line = String::new();
    open(file)?
        .read_line(&mut line)
        .with_context(|| format!("reading {}", file.display()))?;
    serde_json::from_str(&line)
        .map_err(|_| Refused(format!("{} is no backup of certbroker", file.display())).into())
}

fn open(file: &Path) -> anyhow::Result<BufReader<File>> {
    let opened = File::open(file).with_context(|| format!("opening {}", file.display()))?;
    Ok(BufReader::new(opened))
}

/// How a database is replaced.
struct Plan {
    url: StoreUrl,
    place: Place,
}

enum Place {
    /// An SQLite file: the new one is filled beside it, then they change places.
    Replaced {
        database: PathBuf,
        fresh: PathBuf,
        aside: PathBuf,
    },
    /// An empty database: it is filled where it is.
    Filled,
}

impl Plan {
    fn of(settings: &Settings, now: Timestamp) -> anyhow::Result<Self> {
        let url = installation::store_url(settings)?;
        let place = match &url {
            StoreUrl::Sqlite(database) => Place::Replaced {
                database: database.clone(),
                fresh: named(database, ".restoring"),
                aside: named(
                    database,
                    &now.strftime(".before-restore-%Y%m%dT%H%M%SZ").to_string(),
                ),
            },
            StoreUrl::Postgres(_) => Place::Filled,
        };
        Ok(Self { url, place })
    }

    fn aside_words(&self) -> String {
        match &self.place {
            Place::Replaced { database, aside, .. } if database.exists() => {
                format!(" and keep the present one as {}", aside.display())
            }
            Place::Replaced { .. } => String::new(),
            Place::Filled => " (it must be empty)".to_owned(),
        }
    }

    /// Fills the new database; the present one is not touched.
    async fn fill(
        &self,
        file: &Path,
        instance: uuid::Uuid,
        now: Timestamp,
    ) -> anyhow::Result<backup::Summary> {
        let url = match &self.place {
            Place::Replaced { fresh, .. } => {
                remove(fresh)?;
                StoreUrl::sqlite(fresh)
            }
            Place::Filled => self.url.clone(),
        };
        let store = Store::connect(&url, store::StoreOptions::default()).await?;
        let filled = backup::restore(&store, &mut open(file)?, instance, now).await;
        store.close().await;
        if let (Err(_), Place::Replaced { fresh, .. }) = (&filled, &self.place) {
            remove(fresh)?;
        }
        Ok(filled?)
    }

    /// Puts the new file where the present one is, which stays under another name.
    fn put_in_place(&self) -> anyhow::Result<Option<PathBuf>> {
        let Place::Replaced {
            database,
            fresh,
            aside,
        } = &self.place
        else {
            return Ok(None);
        };
        let was_there = database.exists();
        if was_there {
            rename(database, aside)?;
        }
        rename(fresh, database)?;
        Ok(was_there.then(|| aside.clone()))
    }
}

fn named(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

fn rename(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::rename(from, to).with_context(|| format!("moving {} to {}", from.display(), to.display()))
}

/// Removes what an interrupted restore left.
fn remove(database: &Path) -> anyhow::Result<()> {
    let companions = COMPANIONS.iter().map(|ending| named(database, ending));
    for file in companions.chain([database.to_owned()]) {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("removing {}", file.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a migration did.
#[derive(Serialize)]
struct Migrated {
    applied: Vec<&'static str>,
}

async fn migrate(settings: &Settings, format: Format) -> anyhow::Result<()> {
    installation::make_folder(&settings.data)?;
    let store = installation::open_store(settings, Durability::Full).await?;
    let applied = store.migrate().await;
    store.close().await;
    let said = Migrated { applied: applied? };
    output::print(format, &said, |said| {
        if said.applied.is_empty() {
            "the schema is up to date\n".to_owned()
        } else {
            format!("applied {}\n", said.applied.join(", "))
        }
    })
}
