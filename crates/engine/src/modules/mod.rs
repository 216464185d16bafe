//! Processing modules: the wizard, the list, the switch, the balance.

mod model;

pub use model::{
    BalanceView, ConnectedPlan, IfBroken, ModuleChange, ModuleLine, ModuleParameters, ModuleView, NewModule,
    Saved, Switch,
};

use ca::{CheckReport, Descriptor};
use domain::id::ModuleId;
use secrecy::SecretString;

use crate::{Actor, Engine, Error, Result};

/// Use cases around processing modules.
#[derive(Debug, Clone, Copy)]
pub struct Modules<'a>(&'a Engine);

impl Engine {
    /// Processing modules.
    #[must_use]
    pub const fn modules(&self) -> Modules<'_> {
        Modules(self)
    }
}

impl Modules<'_> {
    /// The connectors that modules can be made of.
    ///
    /// # Errors
    /// Only staff sees them.
    pub fn kinds(&self, actor: &Actor) -> Result<Vec<&'static Descriptor>> {
        let _ = (self.0, actor);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Tries settings that are not saved: the last step of the wizard.
    ///
    /// # Errors
    /// [`Error::Invalid`] names settings that are missing or malformed. What goes wrong at the CA is a finding.
    pub async fn check_draft(
        &self,
        actor: &Actor,
        connector: &str,
        settings: Vec<(String, SecretString)>,
    ) -> Result<CheckReport> {
        let _ = (self.0, actor, connector, settings);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Connects a CA. The connection is checked first.
    ///
    /// # Errors
    /// [`Error::Invalid`] names every wrong field.
    pub async fn create(&self, actor: &Actor, new: NewModule) -> Result<Saved> {
        let _ = (self.0, actor, new);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Changes a module. When the integration settings change, the connection is checked first; changing where or as
    /// whom it connects needs the password again.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::Conflict`] when somebody else changed it meanwhile.
    pub async fn edit(&self, actor: &Actor, id: ModuleId, change: ModuleChange) -> Result<Saved> {
        let _ = (self.0, actor, id, change);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Switches a module on or off for new orders.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn switch(&self, actor: &Actor, id: ModuleId, to: Switch) -> Result<()> {
        let _ = (self.0, actor, id, to);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Allows or blocks purchases through a module; what was bought goes on.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn switch_purchases(&self, actor: &Actor, id: ModuleId, to: Switch) -> Result<()> {
        let _ = (self.0, actor, id, to);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Sets how much a module logs, 0 to 9. The program that logs reads it from the list of modules.
    ///
    /// # Errors
    /// [`Error::Invalid`] beyond 9.
    pub async fn set_log_level(&self, actor: &Actor, id: ModuleId, level: u8) -> Result<()> {
        let _ = (self.0, actor, id, level);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Checks the connection of a saved module now.
    ///
    /// # Errors
    /// [`Error::NotFound`]. What goes wrong at the CA is a finding.
    pub async fn check_now(&self, actor: &Actor, id: ModuleId) -> Result<CheckReport> {
        let _ = (self.0, actor, id);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Reads the balance at the CA now.
    ///
    /// # Errors
    /// [`Error::Ca`] when it cannot be read; the old one stays with the reason.
    pub async fn refresh_balance(&self, actor: &Actor, id: ModuleId) -> Result<BalanceView> {
        let _ = (self.0, actor, id);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Every module, by sort and age.
    ///
    /// # Errors
    /// Only staff sees them.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ModuleLine>> {
        let _ = (self.0, actor);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// A module's page.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn show(&self, actor: &Actor, id: ModuleId) -> Result<ModuleView> {
        let _ = (self.0, actor, id);
        Err(Error::Internal("not built yet".to_owned()))
    }
}
