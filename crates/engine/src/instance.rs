//! Which installation this is, and whether it may spend money.
//!
//! The id of the installation is in the database and in a file outside of it. A database that was restored from a backup
//! or copied to another machine no longer fits its file: what happened at the CA since is not in it, so buying could
//! mean paying twice. Purchases stay off until a reconciliation with the CA has passed (design §5).

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{Conn, Store, Tx, instance::Instance};
use uuid::Uuid;

use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    error::{Error, Result},
};

/// Why purchases are off: the database does not fit the file beside it.
pub const MISMATCH: &str = "instance-mismatch";
/// Why purchases are off: the database comes from a backup.
pub const RESTORED: &str = store::backup::RESTORED;
/// Why purchases are off: staff said so.
pub const BY_STAFF: &str = "by-staff";

/// The installation.
pub struct InstanceArea<'a>(&'a Engine);

impl Engine {
    /// The installation.
    #[must_use]
    pub fn instance(&self) -> InstanceArea<'_> {
        InstanceArea(self)
    }
}

/// What the start found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// The first one: the id was chosen.
    First,
    /// Database and file fit.
    Known,
    /// They do not: purchases are off now.
    Mismatch,
}

/// Compares the database with the file that holds the installation's id, before an engine is made: at the first start both
/// are written, with what business time is to be ahead of the machine's from then on. Returns also what it is ahead by now.
///
/// # Errors
/// [`Error::Store`]; [`Error::Internal`] when the file cannot be read or written.
pub async fn start(
    store: &Store,
    file: &Path,
    machine_now: Timestamp,
    first_offset: SignedDuration,
) -> Result<(Start, SignedDuration)> {
    let tx = store.begin().await?;
    let in_file = read_id(file)?;
    let (outcome, row) = match store::instance::find(&tx).await? {
        None => {
            let mut fresh = Instance::new(in_file.unwrap_or_else(|| seal::random::uuid_v7(machine_now)));
            fresh.clock_offset = micros(first_offset);
            store::instance::insert_first(&tx, &fresh).await?;
            (Start::First, store::instance::the(&tx).await?)
        }
        Some(row) if in_file == Some(row.instance_id) => (Start::Known, row),
        Some(mut row) => {
            block(&tx, &mut row, MISMATCH, machine_now).await?;
            (Start::Mismatch, row)
        }
    };
    tx.commit().await?;
    if in_file != Some(row.instance_id) {
        // From now on the two fit again; the block in the database stays until a reconciliation lifts it.
        keep_id(file, row.instance_id)?;
    }
    Ok((outcome, SignedDuration::from_micros(row.clock_offset)))
}

/// Whether calls that cost money are allowed.
pub(crate) async fn may_purchase(conn: &dyn Conn) -> Result<bool> {
    Ok(store::instance::find(conn)
        .await?
        .is_some_and(|row| !row.purchases_blocked))
}

/// Whether the database may have missed what happened at the CA.
pub(crate) async fn is_doubtful(conn: &dyn Conn) -> Result<bool> {
    let row = store::instance::find(conn).await?;
    Ok(row.is_some_and(|row| matches!(row.blocked_reason.as_deref(), Some(MISMATCH | RESTORED))))
}

/// Lifts a block that a restore or a mismatch caused: the reconciliation with every CA has passed. What staff switched off
/// stays off.
pub(crate) async fn reconciled(engine: &Engine, tx: &Tx, actor: &Actor) -> Result<()> {
    let Some(mut row) = store::instance::find(tx).await? else {
        return Ok(());
    };
    let is_ours = matches!(row.blocked_reason.as_deref(), Some(MISMATCH | RESTORED));
    if row.purchases_blocked && is_ours {
        unblock(engine, tx, actor, &mut row, "reconciled").await?;
    }
    Ok(())
}

impl InstanceArea<'_> {
    /// Which installation this is, and whether purchases are off and why.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn show(&self, actor: &Actor) -> Result<Instance> {
        authority::require(actor, Permission::SeeModules)?;
        Ok(store::instance::the(self.0.store().reader()).await?)
    }

    /// Switches every call that costs money off.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn block_purchases(&self, actor: &Actor) -> Result<()> {
        authority::require(actor, Permission::ManageSystem)?;
        let tx = self.0.store().begin().await?;
        let mut row = store::instance::the(&tx).await?;
        block(&tx, &mut row, BY_STAFF, self.0.now()).await?;
        audit::append(&tx, self.0, actor, "purchases.block", &row.instance_id, json!({}));
        tx.commit().await?;
        Ok(())
    }

    /// Switches purchases on again, whyever they were off: whoever does it has compared with the CA by hand.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn allow_purchases(&self, actor: &Actor) -> Result<()> {
        authority::require(actor, Permission::ManageSystem)?;
        let tx = self.0.store().begin().await?;
        let mut row = store::instance::the(&tx).await?;
        unblock(self.0, &tx, actor, &mut row, BY_STAFF).await?;
        tx.commit().await?;
        self.0.wake();
        Ok(())
    }

    /// Moves business time forward, in simulated mode only, and keeps how far, so that it never goes back.
    ///
    /// # Errors
    /// [`Error::Forbidden`] outside simulated mode.
    pub async fn advance_clock(&self, actor: &Actor, by: SignedDuration) -> Result<Timestamp> {
        authority::require(actor, Permission::ManageSystem)?;
        if self.0.config().mode != ca::Mode::Simulated {
            return Err(Error::Forbidden);
        }
        if by.is_negative() || by > SignedDuration::from_hours(24 * 366 * 10) {
            return Err(Error::field("by", "out-of-range"));
        }
        let tx = self.0.store().begin().await?;
        let row = store::instance::the(&tx).await?;
        let offset = self.0.clock().offset().saturating_add(by);
        raise_offset(&tx, offset).await?;
        audit::append(
            &tx,
            self.0,
            actor,
            "clock.advance",
            &row.instance_id,
            json!({ "seconds": by.as_secs() }),
        );
        tx.commit().await?;
        self.0.clock().raise_to(offset);
        self.0.wake();
        Ok(self.0.now())
    }
}

/// Keeps what business time is ahead of the machine's; it never shrinks.
pub(crate) async fn raise_offset(tx: &Tx, offset: SignedDuration) -> Result<()> {
    let Some(mut row) = store::instance::find(tx).await? else {
        return Ok(());
    };
    let offset = micros(offset);
    if offset > row.clock_offset {
        row.clock_offset = offset;
        store::instance::update(tx, &mut row).await?;
    }
    Ok(())
}

fn micros(offset: SignedDuration) -> i64 {
    i64::try_from(offset.as_micros()).unwrap_or(i64::MAX)
}

async fn block(tx: &Tx, row: &mut Instance, reason: &str, now: Timestamp) -> Result<()> {
    row.purchases_blocked = true;
    row.blocked_reason = Some(reason.to_owned());
    row.blocked_at = Some(now);
    Ok(store::instance::update(tx, row).await?)
}

async fn unblock(engine: &Engine, tx: &Tx, actor: &Actor, row: &mut Instance, why: &str) -> Result<()> {
    let reason = row.blocked_reason.take();
    row.purchases_blocked = false;
    row.blocked_at = None;
    store::instance::update(tx, row).await?;
    let detail = json!({ "was": reason, "because": why });
    audit::append(tx, engine, actor, "purchases.allow", &row.instance_id, detail);
    Ok(())
}

fn read_id(file: &Path) -> Result<Option<Uuid>> {
    match fs::read_to_string(file) {
        // A file that somebody damaged fits no database.
        Ok(text) => Ok(Some(text.trim().parse().unwrap_or(Uuid::nil()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::Internal(format!("reading {}: {error}", file.display()))),
    }
}

/// Writes beside and renames, so that a crash leaves the old id or the new one.
/// Writes the id of the installation into its file, for its owner only: after a restore that gave the database this id.
///
/// # Errors
/// [`Error::Internal`] when the file cannot be written.
pub fn keep_id(file: &Path, id: Uuid) -> Result<()> {
    let beside = file.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut open = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)?;
        writeln!(open, "{id}")?;
        open.sync_all()?;
        fs::rename(&beside, file)
    };
    write().map_err(|error| Error::Internal(format!("writing {}: {error}", file.display())))
}
