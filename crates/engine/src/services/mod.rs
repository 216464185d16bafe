//! Services: what clients bought.

mod model;

pub use model::{
    Allowed, AttemptView, CaOrderView, CertificateView, ConsideredView, Direction, ErrorView, Failure,
    KeyView, OperationView, ProofView, PurchaseView, ServiceLine, ServiceMoney, ServiceQuery, ServiceSort,
    ServiceView, ValidationView,
};

use domain::{
    id::{AccountId, ServiceId},
    state::ServiceState,
    term::Years,
};
use store::{Listing, Page};

use crate::{Actor, Engine, Error, Result};

/// Use cases around services.
#[derive(Debug, Clone, Copy)]
pub struct Services<'a>(&'a Engine);

impl Engine {
    /// Services: what clients bought.
    #[must_use]
    pub const fn services(&self) -> Services<'_> {
        Services(self)
    }
}

impl Services<'_> {
    /// One page of the services that the actor may see.
    ///
    /// # Errors
    /// As every use case.
    pub async fn list(
        &self,
        actor: &Actor,
        query: &ServiceQuery,
        page: &Page,
    ) -> Result<Listing<ServiceLine>> {
        let _ = (self.0, actor, query, page);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// How many services are in each state; every state is there.
    ///
    /// # Errors
    /// As every use case.
    pub async fn count_by_state(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
    ) -> Result<Vec<(ServiceState, i64)>> {
        let _ = (self.0, actor, account);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// The service with this id, number (`S-1042`) or external reference.
    ///
    /// # Errors
    /// As every use case.
    pub async fn find(&self, actor: &Actor, text: &str) -> Result<ServiceId> {
        let _ = (self.0, actor, text);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// A service's page.
    ///
    /// # Errors
    /// As every use case.
    pub async fn show(&self, actor: &Actor, id: ServiceId) -> Result<ServiceView> {
        let _ = (self.0, actor, id);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Gives a service up before issue. What was paid comes back as far as the CA allows.
    ///
    /// # Errors
    /// As every use case.
    pub async fn close(&self, actor: &Actor, id: ServiceId) -> Result<()> {
        let _ = (self.0, actor, id);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Sets whether and for how long the service is prolonged when its paid term ends.
    ///
    /// # Errors
    /// As every use case.
    pub async fn set_prolong(&self, actor: &Actor, id: ServiceId, years: Option<Years>) -> Result<()> {
        let _ = (self.0, actor, id, years);
        Err(Error::Internal("not built yet".to_owned()))
    }
}
