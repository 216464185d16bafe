//! Services: what clients bought.

mod ends;
mod methods;
mod model;
mod plan;
mod view;

pub use methods::MethodLine;
pub use model::{
    Allowed, AttemptView, CaOrderView, CertificateView, ConsideredView, Direction, ErrorView, Failure,
    KeyView, OperationView, ProofView, PurchaseView, ServiceLine, ServiceMoney, ServiceQuery, ServiceSort,
    ServiceView, ValidationView,
};
pub use plan::{NameMethod, PlanView};

use domain::{
    id::{AccountId, NumberKind, ServiceId},
    state::{PurchaseStage, ServiceState},
    term::Years,
};
use jiff::ToSpan as _;
use serde_json::json;
use store::{
    Listing, Page,
    operation::Operation,
    service::{self, Service},
    service_list::{self, ServiceFilter},
};

use crate::{
    Actor, Engine, Error, Permission, Result, audit,
    authority::{require, scope, see},
    operations::{give_way, steps::ending::closing_of},
    renewals,
};

pub(crate) use view::{Lines, operation_page, operation_views};

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
    /// [`Error::Forbidden`].
    pub async fn list(
        &self,
        actor: &Actor,
        query: &ServiceQuery,
        page: &Page,
    ) -> Result<Listing<ServiceLine>> {
        require(actor, Permission::SeeServices)?;
        let filter = self.filter(actor, query)?;
        let reader = self.0.store().reader();
        let found = service_list::list(reader, &filter, query.sort, query.direction, page).await?;
        let lines = Lines::load(self.0, actor, &found.rows).await?;
        Ok(found.map(|service| lines.line(&service)))
    }

    /// How many services are in each state; every state is there.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn count_by_state(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
    ) -> Result<Vec<(ServiceState, i64)>> {
        require(actor, Permission::SeeServices)?;
        let account = scope(actor)?.account().or(account);
        let counts = service::count_by_state(self.0.store().reader(), actor.seller, account).await?;
        let of = |state: ServiceState| {
            counts
                .iter()
                .find(|(counted, _)| *counted == state)
                .map_or(0, |(_, count)| *count)
        };
        Ok(ServiceState::ALL
            .iter()
            .map(|state| (*state, of(*state)))
            .collect())
    }

    /// The service with this id, number (`S-1042`) or, for the actor's own account, external reference.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn find(&self, actor: &Actor, text: &str) -> Result<ServiceId> {
        require(actor, Permission::SeeServices)?;
        let reader = self.0.store().reader();
        let mut found = None;
        if let Ok(id) = text.trim().parse() {
            found = service::find(reader, id).await?;
        }
        if let (None, Some(account)) = (&found, actor.account()) {
            found = service::find_by_external_ref(reader, account, text.trim()).await?;
        }
        if let (None, Some(number)) = (&found, NumberKind::Service.read(text)) {
            found = service::find_by_number(reader, number).await?;
        }
        let found = found.ok_or(Error::NotFound)?;
        see(actor, found.seller_id, Some(found.account_id))?;
        Ok(found.id)
    }

    /// A service's page.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn show(&self, actor: &Actor, id: ServiceId) -> Result<ServiceView> {
        require(actor, Permission::SeeServices)?;
        let service = self.own(actor, id).await?;
        view::page(self.0, actor, service).await
    }

    /// Gives a service up: before issue, or after it as long as the CA gives its money back. What was paid comes back as far
    /// as the CA allows.
    ///
    /// # Errors
    /// [`Error::Refused`] with `refund-window-over`, `busy` or `already-over`.
    pub async fn close(&self, actor: &Actor, id: ServiceId) -> Result<()> {
        require(actor, Permission::Order)?;
        let engine = self.0;
        self.own(actor, id).await?;
        let tx = engine.store().begin().await?;
        let service = service::lock(&tx, id).await?.ok_or(Error::NotFound)?;
        if service.state.is_final() {
            return Err(Error::refused("already-over"));
        }
        if !service.state.is_before_issue() {
            ends::cancel(engine, &tx, actor, service).await?;
            tx.commit().await?;
            engine.wake();
            return Ok(());
        }
        let before = store::operation::changing(&tx, id)
            .await?
            .ok_or(Error::Conflict)?;
        let mut before = store::operation::lock(&tx, before.id)
            .await?
            .ok_or(Error::Conflict)?;
        if self.may_take_over(&tx, &before).await? {
            supersede(engine, &tx, &mut before, actor).await?;
        } else {
            // Somebody works on it, or it is not known whether the CA has the order: it ends at its next safe point.
            store::operation::want_close(&tx, before.id, &actor.label()).await?;
        }
        audit::append(
            &tx,
            engine,
            actor,
            "service.close_wanted",
            &id,
            json!({ "number": service.number }),
        );
        tx.commit().await?;
        engine.wake();
        Ok(())
    }

    /// Sets whether and for how long the service is prolonged when its paid term ends.
    ///
    /// # Errors
    /// [`Error::Refused`] with `already-over`.
    pub async fn set_prolong(&self, actor: &Actor, id: ServiceId, years: Option<Years>) -> Result<()> {
        require(actor, Permission::Order)?;
        let engine = self.0;
        self.own(actor, id).await?;
        let tx = engine.store().begin().await?;
        let mut service = service::lock(&tx, id).await?.ok_or(Error::NotFound)?;
        if service.state.is_final() {
            return Err(Error::refused("already-over"));
        }
        service.prolong_years = years;
        service.renew_on = renewals::renew_on(&service).filter(|_| service.state == ServiceState::Active);
        service::update(&tx, &mut service).await?;
        audit::append(
            &tx,
            engine,
            actor,
            "service.prolong_set",
            &id,
            json!({ "years": years }),
        );
        tx.commit().await?;
        Ok(())
    }

    /// Suspends a service: nothing is reissued or prolonged until it is resumed. Its certificate stays valid.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not-active`.
    pub async fn suspend(&self, actor: &Actor, id: ServiceId, why: &str) -> Result<()> {
        require(actor, Permission::WorkTasks)?;
        self.own(actor, id).await?;
        ends::suspend(self.0, actor, id, why).await
    }

    /// Resumes a suspended service; what fell due meanwhile is done at once.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not-suspended`.
    pub async fn resume(&self, actor: &Actor, id: ServiceId) -> Result<()> {
        require(actor, Permission::WorkTasks)?;
        self.own(actor, id).await?;
        ends::resume(self.0, actor, id).await
    }

    /// A service that the actor may see.
    pub(crate) async fn own(&self, actor: &Actor, id: ServiceId) -> Result<Service> {
        let service = service::find(self.0.store().reader(), id)
            .await?
            .ok_or(Error::NotFound)?;
        see(actor, service.seller_id, Some(service.account_id))?;
        Ok(service)
    }

    pub(crate) fn filter(self, actor: &Actor, query: &ServiceQuery) -> Result<ServiceFilter> {
        let scope = scope(actor)?;
        let within = query
            .ends_within
            .and_then(|days| self.0.today().checked_add(i64::from(days).days()).ok());
        let ends_to = match (query.ends_to, within) {
            (Some(to), Some(within)) => Some(to.min(within)),
            (to, within) => to.or(within),
        };
        // What is over does not end soon, however long ago it ended.
        let states = if within.is_some() && query.states.is_empty() {
            ServiceState::ALL
                .iter()
                .copied()
                .filter(|state| !state.is_final())
                .collect()
        } else {
            query.states.clone()
        };
        Ok(ServiceFilter {
            seller: scope.seller(),
            account: scope.account().or(query.account),
            states,
            plan: query.plan,
            module: query.module,
            ends_from: query.ends_from,
            ends_to,
            search: query.search.clone(),
        })
    }

    /// Whether nobody works on the operation and its purchase is certain.
    pub(crate) async fn may_take_over(&self, tx: &store::Tx, operation: &Operation) -> Result<bool> {
        let wall = self.0.clock().machine_now();
        if operation.lease_until.is_some_and(|until| until > wall) {
            return Ok(false);
        }
        let purchases = store::purchase::of_operation(tx, operation.id).await?;
        Ok(!purchases.iter().any(|purchase| {
            matches!(
                purchase.stage,
                PurchaseStage::Called | PurchaseStage::Unknown | PurchaseStage::Unclear
            )
        }))
    }
}

/// Puts a closing in the place of an operation that nobody works on.
async fn supersede(engine: &Engine, tx: &store::Tx, before: &mut Operation, actor: &Actor) -> Result<()> {
    if before.kind == domain::state::OperationKind::Close {
        return Ok(());
    }
    give_way(engine, tx, before).await?;
    closing_of(engine, tx, before, actor.label()).await?;
    Ok(())
}
