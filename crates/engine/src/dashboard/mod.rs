//! The administrator's first page.

mod model;

pub use model::{Dashboard, ModuleBalance};

use crate::{Actor, Engine, Error, Result};

/// Use cases around the dashboard.
#[derive(Debug, Clone, Copy)]
pub struct Overview<'a>(&'a Engine);

impl Engine {
    /// The administrator's first page.
    #[must_use]
    pub const fn dashboard(&self) -> Overview<'_> {
        Overview(self)
    }
}

impl Overview<'_> {
    /// What staff sees first.
    ///
    /// # Errors
    /// As every use case.
    pub async fn show(&self, actor: &Actor) -> Result<Dashboard> {
        let _ = (self.0, actor);
        Err(Error::Internal("not built yet".to_owned()))
    }
}
