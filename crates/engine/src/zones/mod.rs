//! DNS zones into which validation records are published.

mod model;

pub use model::{NewZone, ZoneView};

use std::{net::SocketAddr, sync::Arc};

use dns::{
    Publisher as _, RecordName,
    publish::{Rfc2136, TsigKey},
};
use domain::{
    id::ZoneId,
    name::{DomainName, DomainNameError},
};
use seal::{Context, Sealed, SecretString};
use serde_json::json;
use store::{
    service::Service,
    zone::{self, Zone},
};

use crate::{
    Actor, Engine, Error, Permission, Result, audit,
    authority::{require, see},
    connection::internal,
    operations::{run::chain, steps::prove::record_of},
};

/// The apex that stands for every name.
const EVERY_NAME: &str = ".";

/// Use cases around zones.
#[derive(Debug, Clone, Copy)]
pub struct Zones<'a>(&'a Engine);

impl Engine {
    /// DNS zones into which validation records are published.
    #[must_use]
    pub const fn zones(&self) -> Zones<'_> {
        Zones(self)
    }
}

impl Zones<'_> {
    /// The connected zones, by name.
    ///
    /// # Errors
    /// Only staff sees them.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ZoneView>> {
        require(actor, Permission::ManageSystem)?;
        let zones = zone::all(self.0.store().reader(), actor.seller).await?;
        Ok(zones
            .into_iter()
            .map(|zone| ZoneView {
                id: zone.id,
                account: zone.account_id,
                name: zone.name,
                server: zone.server,
                key_name: zone.key_name,
                problem: zone.problem,
                checked_at: zone.checked_at,
                created_at: zone.created_at,
            })
            .collect())
    }

    /// Connects a zone, after a record was published into it and taken away again.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::Refused`] with `zone-does-not-work` and the reason.
    pub async fn add(&self, actor: &Actor, new: NewZone) -> Result<ZoneId> {
        require(actor, Permission::ManageSystem)?;
        let engine = self.0;
        let name = match new.name.trim() {
            EVERY_NAME if engine.config().mode == ca::Mode::Simulated => EVERY_NAME.to_owned(),
            text => {
                let name: DomainName = text
                    .parse()
                    .map_err(|error: DomainNameError| Error::field("name", error.code()))?;
                if name.is_wildcard() {
                    return Err(Error::field("name", "wildcard-not-in-product"));
                }
                name.to_string()
            }
        };
        let server: SocketAddr = new
            .server
            .trim()
            .parse()
            .map_err(|_| Error::field("server", "not-an-address"))?;
        if let Some(account) = new.account {
            crate::money::visible_account(engine.store().reader(), actor, account).await?;
        }
        let now = engine.now();
        let id: ZoneId = engine.new_id();
        let secret = engine
            .keys()
            .seal_text(&place(id), &new.secret)
            .map_err(internal("a zone's key"))?;
        let mut row = Zone {
            id,
            seller_id: actor.seller,
            account_id: new.account,
            name,
            server: server.to_string(),
            key_name: new.key_name.trim().to_owned(),
            algorithm: "hmac-sha256".to_owned(),
            secret: secret.into_bytes(),
            problem: None,
            checked_at: None,
            created_at: now,
            archived_at: None,
            version: 1,
        };
        try_out(engine, &row).await?;
        row.checked_at = Some(now);
        let tx = engine.store().begin().await?;
        zone::insert(&tx, &row).await?;
        audit::append(
            &tx,
            engine,
            actor,
            "zone.connected",
            &id,
            json!({ "name": row.name, "server": row.server }),
        );
        tx.commit().await?;
        Ok(id)
    }

    /// Disconnects a zone. Records that stand in it are taken away by the operations that put them.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove(&self, actor: &Actor, id: ZoneId) -> Result<()> {
        require(actor, Permission::ManageSystem)?;
        let engine = self.0;
        let mut row = zone::find(engine.store().reader(), id)
            .await?
            .ok_or(Error::NotFound)?;
        see(actor, row.seller_id, row.account_id)?;
        row.archived_at = Some(engine.now());
        let tx = engine.store().begin().await?;
        zone::update(&tx, &mut row).await?;
        audit::append(
            &tx,
            engine,
            actor,
            "zone.disconnected",
            &id,
            json!({ "name": row.name }),
        );
        tx.commit().await?;
        Ok(())
    }
}

/// The connected zones that a service's names lie in, the most exact first.
pub(crate) async fn for_names(
    engine: &Engine,
    service: &Service,
    names: impl Iterator<Item = &DomainName>,
) -> Result<Vec<Zone>> {
    let mut apexes: Vec<String> = names
        .flat_map(DomainName::authorization_candidates)
        .map(|name| name.to_string())
        .collect();
    apexes.push(EVERY_NAME.to_owned());
    apexes.sort();
    apexes.dedup();
    let mut zones = zone::with_names(engine.store().reader(), service.seller_id, &apexes).await?;
    zones.retain(|zone| {
        zone.account_id
            .is_none_or(|account| account == service.account_id)
    });
    zones.sort_by_key(|zone| std::cmp::Reverse(zone.name.len()));
    Ok(zones)
}

/// Publishes into a zone.
pub(crate) fn publisher(engine: &Engine, zone: &Zone) -> Result<Rfc2136> {
    let sealed = Sealed::try_from(zone.secret.clone()).map_err(internal("a zone's key is not sealed"))?;
    let secret: SecretString = engine
        .keys()
        .open_text(&place(zone.id), &sealed)
        .map_err(internal("a zone's key cannot be opened"))?;
    let key_name = RecordName::parse(&zone.key_name).map_err(|_| Error::field("key_name", "not-a-name"))?;
    let key = TsigKey::new(&key_name, &secret).map_err(|_| Error::field("secret", "not-a-tsig-key"))?;
    let apex = match zone.name.as_str() {
        EVERY_NAME => RecordName::root(),
        name => RecordName::parse(name).map_err(|_| Error::field("name", "not-a-name"))?,
    };
    let server: SocketAddr = zone
        .server
        .parse()
        .map_err(|_| Error::field("server", "not-an-address"))?;
    let clock = engine.shared_clock();
    let now = Arc::new(move || u64::try_from(clock.machine_now().as_second()).unwrap_or(0));
    Ok(Rfc2136::new(server, apex, key, engine.eyes().clone(), now))
}

/// Notes what went wrong with a zone, or that it works again.
pub(crate) async fn note_problem(engine: &Engine, id: ZoneId, problem: Option<String>) -> Result<()> {
    let tx = engine.store().begin().await?;
    if let Some(mut row) = zone::find(&tx, id).await? {
        row.problem = problem;
        row.checked_at = Some(engine.now());
        zone::update(&tx, &mut row).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn place(id: ZoneId) -> Context {
    Context::new("zone.secret", id)
}

/// Whether a record's owner name lies in a zone.
pub(crate) fn serves(zone: &Zone, owner: &str) -> bool {
    zone.name == EVERY_NAME
        || owner
            .strip_suffix(zone.name.as_str())
            .is_some_and(|rest| rest.ends_with('.'))
}

/// Puts a record under a name that nobody else has, and takes it away.
async fn try_out(engine: &Engine, row: &Zone) -> Result<()> {
    let publisher = publisher(engine, row)?;
    let label = seal::random::alphanumeric(16).to_lowercase();
    let record = record_of(
        &format!("_certbroker-{label}.{}", row.name.trim_matches('.')),
        &format!("{label}.invalid"),
    )
    .map_err(Error::Internal)?;
    let tried = async {
        publisher.publish(&record).await?;
        publisher.remove(&record).await
    };
    tried.await.map_err(|error| {
        Error::Refused(crate::error::Refusal::new("zone-does-not-work").with("reason", chain(&error)))
    })
}
