//! Domain control: what must be shown, what is seen, another method.

mod model;

pub use model::{FindingView, MethodChange, NameCheck, SeenAt};

use crate::orders::Approvers;
use domain::id::ServiceId;

use crate::{Actor, Engine, Error, Result};

/// Use cases around validations.
#[derive(Debug, Clone, Copy)]
pub struct Validations<'a>(&'a Engine);

impl Engine {
    /// Domain control: what must be shown, what is seen, another method.
    #[must_use]
    pub const fn validations(&self) -> Validations<'_> {
        Validations(self)
    }
}

impl Validations<'_> {
    /// Looks at every name with our own eyes, and has the CA asked soon.
    ///
    /// # Errors
    /// As every use case.
    pub async fn check_now(&self, actor: &Actor, service: ServiceId) -> Result<Vec<NameCheck>> {
        let _ = (self.0, actor, service);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Has the CA send the validation mails again.
    ///
    /// # Errors
    /// As every use case.
    pub async fn resend(&self, actor: &Actor, service: ServiceId) -> Result<()> {
        let _ = (self.0, actor, service);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Changes the method or the approver at the CA.
    ///
    /// # Errors
    /// As every use case.
    pub async fn change_method(&self, actor: &Actor, service: ServiceId, change: MethodChange) -> Result<()> {
        let _ = (self.0, actor, service, change);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// The addresses that may approve each name, read live from the CA.
    ///
    /// # Errors
    /// As every use case.
    pub async fn approvers(&self, actor: &Actor, service: ServiceId) -> Result<Vec<Approvers>> {
        let _ = (self.0, actor, service);
        Err(Error::Internal("not built yet".to_owned()))
    }
}
