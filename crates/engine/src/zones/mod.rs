//! DNS zones into which validation records are published.

mod model;

pub use model::{NewZone, ZoneView};

use domain::id::ZoneId;

use crate::{Actor, Engine, Error, Result};

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
    /// As every use case.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ZoneView>> {
        let _ = (self.0, actor);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Connects a zone, after a record was published into it and taken away again.
    ///
    /// # Errors
    /// As every use case.
    pub async fn add(&self, actor: &Actor, new: NewZone) -> Result<ZoneId> {
        let _ = (self.0, actor, new);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Disconnects a zone; records published into it are taken away first.
    ///
    /// # Errors
    /// As every use case.
    pub async fn remove(&self, actor: &Actor, id: ZoneId) -> Result<()> {
        let _ = (self.0, actor, id);
        Err(Error::Internal("not built yet".to_owned()))
    }
}
