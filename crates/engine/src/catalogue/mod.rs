//! What each CA sells.

mod model;

pub use model::{CatalogueChange, ImportProgress, ImportReport, ProductQuery, ProductView, TermView};

use domain::id::ModuleId;
use tokio::sync::mpsc;

use crate::{Actor, Engine, Error, Result};

/// Use cases around catalogues.
#[derive(Debug, Clone, Copy)]
pub struct Catalogues<'a>(&'a Engine);

impl Engine {
    /// What each CA sells.
    #[must_use]
    pub const fn catalogue(&self) -> Catalogues<'_> {
        Catalogues(self)
    }
}

impl Catalogues<'_> {
    /// Reads the catalogue of a module from its CA and stores what changed; doing it again changes nothing.
    ///
    /// # Errors
    /// As every use case.
    pub async fn import(
        &self,
        actor: &Actor,
        module: ModuleId,
        progress: Option<mpsc::Sender<ImportProgress>>,
    ) -> Result<ImportReport> {
        let _ = (self.0, actor, module, progress);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// The last imports of a module, newest first.
    ///
    /// # Errors
    /// As every use case.
    pub async fn imports(&self, actor: &Actor, module: ModuleId) -> Result<Vec<ImportReport>> {
        let _ = (self.0, actor, module);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Products with their terms, by brand and name.
    ///
    /// # Errors
    /// As every use case.
    pub async fn products(&self, actor: &Actor, query: ProductQuery) -> Result<Vec<ProductView>> {
        let _ = (self.0, actor, query);
        Err(Error::Internal("not built yet".to_owned()))
    }
}
