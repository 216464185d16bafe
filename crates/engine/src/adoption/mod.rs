//! Orders that were made at the CA by somebody else become services: the import of what a seller had before, and the way out
//! for an orphan.
//!
//! Taking one over stores a service that waits, its CA order, and an operation that fetches and verifies the certificate
//! (`operations::steps::import`); or gives the order to a service that is there. Nothing is bought, the client is charged
//! only what staff says, and is told nothing of a certificate that is installed already. Term and dates are the CA's; what
//! it does not tell is assumed and said.

mod existing;
mod list;
mod model;
mod newcomer;
mod terms;

pub use model::{Adopted, Assumed, ForeignLine, ForeignQuery, NewAdoption, NextKeys};

use ca::{CaState, OrderSnapshot};
use domain::id::{CsrId, ModuleId, NumberKind, ServiceId, TariffPlanId};
use jiff::Timestamp;
use serde_json::json;
use store::{
    Conn, Listing, Page, Tx,
    account::AccountState,
    module::Module,
    reconciliation::{ForeignOrder, ForeignVerdict},
    request::Csr,
    tariff::TariffPlan,
};

use crate::{
    Actor, Engine, Error, Permission, Result, audit,
    authority::{require, see},
    error::Refusal,
    reconciliation::{sharing_account, task_key, visible},
    tasks::{self, Outcome},
};

/// Taking over orders that are at the CA.
#[derive(Debug, Clone, Copy)]
pub struct Adoptions<'a>(&'a Engine);

impl Engine {
    /// Taking over orders that are at the CA.
    #[must_use]
    pub const fn adoptions(&self) -> Adoptions<'_> {
        Adoptions(self)
    }
}

impl Adoptions<'_> {
    /// One page of the orders at a CA account that nothing here stood behind when they were seen first, by their ids.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn list(
        &self,
        actor: &Actor,
        query: &ForeignQuery,
        page: &Page,
    ) -> Result<Listing<ForeignLine>> {
        require(actor, Permission::SeeModules)?;
        list::page(self.0, actor, query, page).await
    }

    /// The orders with these ids at the CA, before they are taken over; those that nobody has seen are left out.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn preview(
        &self,
        actor: &Actor,
        module: ModuleId,
        refs: &[String],
    ) -> Result<Vec<ForeignLine>> {
        require(actor, Permission::ManageModules)?;
        list::of(self.0, actor, module, refs).await
    }

    /// How many orders at a CA account have each verdict; every verdict is there.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn count(&self, actor: &Actor, module: ModuleId) -> Result<Vec<(ForeignVerdict, i64)>> {
        require(actor, Permission::SeeModules)?;
        let reader = self.0.store().reader();
        visible(reader, actor, module).await?;
        Ok(store::reconciliation::count_foreign(reader, module).await?)
    }

    /// Makes a service of an account out of an order at the CA.
    ///
    /// # Errors
    /// [`Error::Refused`] with `already-adopted` (value `service`), `compare-first`, `not-issued`, `no-names`, `no-plan`,
    /// `plan-does-not-fit`, `account-blocked` or, with a charge, as an order; [`Error::NotFound`].
    pub async fn import(
        &self,
        actor: &Actor,
        module: ModuleId,
        ca_ref: &str,
        new: &NewAdoption,
    ) -> Result<Adopted> {
        require(actor, Permission::ManageModules)?;
        let engine = self.0;
        let tx = engine.store().begin().await?;
        let Foreign { module, order, told } = foreign(&tx, actor, module, ca_ref).await?;
        let account = store::account::lock(&tx, new.account)
            .await?
            .ok_or(Error::NotFound)?;
        see(actor, account.seller_id, Some(account.id))?;
        if account.state != AccountState::Active {
            return Err(Error::refused("account-blocked"));
        }
        let plan = plan(&tx, actor, module.id, &told, new.plan).await?;
        let from = newcomer::Sources {
            foreign: &order,
            told: &told,
            account: &account,
            plan: &plan,
            new,
        };
        let (service, assumed) = newcomer::store_service(engine, &tx, actor, from)
            .await
            .map_err(taken_meanwhile)?;
        let adopted = Adopted {
            service: service.id,
            number: service.number,
            assumed,
        };
        settle(engine, &tx, actor, (&module, order), &adopted).await?;
        tx.commit().await?;
        engine.wake();
        Ok(adopted)
    }

    /// Gives an order at the CA to a service that is there: its certificate becomes the service's. The paid term stays
    /// what the client paid for.
    ///
    /// # Errors
    /// [`Error::Refused`] with `already-adopted` (value `service`), `compare-first`, `not-issued`, `no-names`,
    /// `names-differ` (values `at_ca`, `here`), `ends-no-later`, `already-over`, `busy` or `operation-first`;
    /// [`Error::NotFound`].
    pub async fn give(
        &self,
        actor: &Actor,
        module: ModuleId,
        ca_ref: &str,
        service: ServiceId,
    ) -> Result<Adopted> {
        require(actor, Permission::ManageModules)?;
        existing::give(self.0, actor, (module, ca_ref), service).await
    }
}

/// An order at the CA that may be taken over.
struct Foreign {
    module: Module,
    order: ForeignOrder,
    told: OrderSnapshot,
}

async fn foreign(tx: &Tx, actor: &Actor, module: ModuleId, ca_ref: &str) -> Result<Foreign> {
    let module = visible(tx, actor, module).await?;
    let order = store::reconciliation::find_foreign(tx, module.id, ca_ref)
        .await?
        .ok_or(Error::NotFound)?;
    refuse_adopted(tx, &order).await?;
    let told = snapshot(&order).ok_or(Error::refused("compare-first"))?;
    if let Some(code) = why_not(&told) {
        return Err(Error::refused(code));
    }
    Ok(Foreign { module, order, told })
}

async fn refuse_adopted(tx: &Tx, order: &ForeignOrder) -> Result<()> {
    let by_order = store::ca_order::by_ref(tx, order.module_id, &order.ca_ref).await?;
    let Some(id) = order.service_id.or(by_order.map(|known| known.service_id)) else {
        return Ok(());
    };
    let service = store::service::find(tx, id).await?;
    let number = service.map(|service| NumberKind::Service.show(service.number));
    let refusal = Refusal::new("already-adopted").with("service", number.unwrap_or_default());
    Err(Error::Refused(refusal))
}

/// What the CA told of an order when it was last compared.
fn snapshot(order: &ForeignOrder) -> Option<OrderSnapshot> {
    serde_json::from_str(&order.snapshot).ok()
}

/// Why an order cannot be taken over, by what the CA tells of it.
fn why_not(told: &OrderSnapshot) -> Option<&'static str> {
    if told.state != CaState::Issued {
        return Some("not-issued");
    }
    told.names.is_none().then_some("no-names")
}

/// The tariff plan that was chosen, or the one of the seller's whose product is the order's.
async fn plan(
    conn: &dyn Conn,
    actor: &Actor,
    module: ModuleId,
    told: &OrderSnapshot,
    chosen: Option<TariffPlanId>,
) -> Result<TariffPlan> {
    let plans = store::tariff::all(conn, actor.seller).await?;
    if let Some(chosen) = chosen {
        return plans
            .into_iter()
            .find(|plan| plan.id == chosen)
            .ok_or(Error::NotFound);
    }
    let selling = list::selling(conn, actor, module).await?;
    let by_product = told.product.as_ref().and_then(|product| selling.get(&product.0));
    let id = by_product.ok_or_else(|| Error::refused("no-plan"))?;
    plans
        .into_iter()
        .find(|plan| plan.id == *id)
        .ok_or_else(|| Error::refused("no-plan"))
}

/// The place of a request that nobody here has seen; its key becomes known with the certificate.
fn unseen_request(id: CsrId, service: ServiceId, now: Timestamp) -> Csr {
    Csr {
        id,
        service_id: service,
        der: Vec::new(),
        fingerprint: String::new(),
        key_fingerprint: String::new(),
        key_kind: String::new(),
        key_id: None,
        created_at: now,
    }
}

/// Of two people who take over the same order, one learns of the other.
fn taken_meanwhile(error: Error) -> Error {
    match error {
        Error::Store(store::Error::Duplicate { .. } | store::Error::Conflict { .. }) => {
            Error::refused("already-adopted")
        }
        other => other,
    }
}

/// The order is a service's now, at every module of the same CA account; the tasks about it are done.
async fn settle(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    (module, order): (&Module, ForeignOrder),
    adopted: &Adopted,
) -> Result<()> {
    for id in sharing_account(engine, module).await? {
        let seen = store::reconciliation::find_foreign(tx, id, &order.ca_ref).await?;
        if let Some(mut seen) = seen {
            seen.verdict = ForeignVerdict::Adopted;
            seen.decided_by = actor.user();
            seen.service_id = Some(adopted.service);
            store::reconciliation::update_foreign(tx, &mut seen)
                .await
                .map_err(|error| taken_meanwhile(error.into()))?;
        }
        tasks::close_by_key(engine, tx, actor, &task_key(id, &order.ca_ref), Outcome::Done).await?;
    }
    let detail = json!({
        "ca_order": order.ca_ref,
        "service": NumberKind::Service.show(adopted.number),
        "assumed": adopted.assumed.iter().map(|one| one.word()).collect::<Vec<_>>(),
    });
    audit::append(tx, engine, actor, "reconciliation.adopted", &module.id, detail);
    Ok(())
}
